//! Many texts through a finished model: in batches of similar length, on two threads.

use crate::model::Base;
use anyhow::anyhow;
use olympus_inference::bert::Batch;

/// What `of` makes of each text, in the order of the texts; `size` of them at a time.
pub(crate) fn in_batches<T: Clone + Default + Send>(
    base: &Base,
    texts: &[&str],
    size: usize,
    of: impl Fn(&Batch) -> anyhow::Result<Vec<T>> + Sync,
) -> anyhow::Result<Vec<T>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|index| texts[*index].len());
    let chunks: Vec<&[usize]> = order.chunks(size).collect();
    let half = |which: usize| -> anyhow::Result<Vec<(usize, T)>> {
        let mut made = Vec::new();
        for chunk in chunks.iter().skip(which).step_by(2) {
            let ids = chunk
                .iter()
                .map(|index| Ok(base.tokenizer.ids(texts[*index])?))
                .collect::<anyhow::Result<Vec<_>>>()?;
            let rows: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
            made.extend(chunk.iter().copied().zip(of(&Batch::of(&rows)?)?));
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
