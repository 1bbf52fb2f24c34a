//! Batches of similar length: to learn from, and to put many texts through a finished model on two threads.

use crate::model::Base;
use crate::noise::disturb;
use anyhow::anyhow;
use olympus_inference::Texts;
use olympus_inference::bert::Batch;
use rand::Rng;
use rand::seq::SliceRandom;

/// Places of texts in batches of `size` of similar length, in random order.
pub(crate) fn of_like_length(texts: &[&str], size: usize, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.shuffle(rng);
    let mut out = Vec::new();
    for pool in order.chunks_mut(size * 16) {
        pool.sort_by_key(|index| texts[*index].len());
        out.extend(pool.chunks(size).map(<[usize]>::to_vec));
    }
    out.shuffle(rng);
    out
}

/// Texts as a model learns from them: disturbed, one after the other.
pub(crate) fn disturbed(base: &Base, texts: &[&str], rng: &mut impl Rng) -> anyhow::Result<Texts> {
    let disturbed: Vec<String> = texts.iter().map(|text| disturb(text, rng)).collect();
    packed(base, &disturbed)
}

/// Texts as they are, one after the other.
pub(crate) fn packed(base: &Base, texts: &[impl AsRef<str>]) -> anyhow::Result<Texts> {
    let ids = texts
        .iter()
        .map(|text| Ok(base.tokenizer.ids(text.as_ref())?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let rows: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
    Ok(Texts::of(&rows)?)
}

/// What `of` makes of each text, in the order of the texts; `size` of them at a time.
pub(crate) fn in_batches<T: Clone + Default + Send>(
    base: &Base,
    texts: &[&str],
    size: usize,
    of: impl Fn(&Batch) -> anyhow::Result<Vec<T>> + Sync,
) -> anyhow::Result<Vec<T>> {
    in_chunks(texts, size, |chunk| {
        let ids = chunk
            .iter()
            .map(|text| Ok(base.tokenizer.ids(text)?))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let rows: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        of(&Batch::of(&rows)?)
    })
}

/// The same of the texts themselves.
pub(crate) fn in_chunks<T: Clone + Default + Send>(
    texts: &[&str],
    size: usize,
    of: impl Fn(&[&str]) -> anyhow::Result<Vec<T>> + Sync,
) -> anyhow::Result<Vec<T>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|index| texts[*index].len());
    let chunks: Vec<&[usize]> = order.chunks(size).collect();
    let half = |which: usize| -> anyhow::Result<Vec<(usize, T)>> {
        let mut made = Vec::new();
        for chunk in chunks.iter().skip(which).step_by(2) {
            let texts: Vec<&str> = chunk.iter().map(|index| texts[*index]).collect();
            made.extend(chunk.iter().copied().zip(of(&texts)?));
        }
        Ok(made)
    };
    let (even, odd) = std::thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        (half(0), odd.join())
    });
    let odd = odd.map_err(|_| anyhow!("a thread of the model panicked"))?;
    let mut all = vec![T::default(); texts.len()];
    for (index, made) in even?.into_iter().chain(odd?) {
        all[index] = made;
    }
    Ok(all)
}
