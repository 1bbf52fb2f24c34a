//! Attention within each text of a pack of texts: no padding, no copies but the keys of one head.

use super::kernel::vectorized;
use super::ops::softmax;

/// Keys side by side in a register.
const LANES: usize = 16;

/// Shape of the heads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heads {
    /// How many.
    pub(super) count: usize,
    /// Numbers of each.
    pub(super) width: usize,
}

/// Room for one head of one text.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// width × keys, keys filled up to whole lanes with zeros.
    keys: Vec<f32>,
    /// One row of scores, then shares.
    scores: Vec<f32>,
}

vectorized! {
    /// Writes tokens × hidden to `out` from tokens × 3 hidden (query, key, value) of texts of the
    /// given lengths, one after the other.
    fn attend(
        qkv: &[f32],
        lengths: &[usize],
        heads: Heads,
        scratch: &mut Scratch,
        out: &mut [f32],
    ) {
        let hidden = heads.count * heads.width;
        let (mut qkv, mut out) = (qkv, out);
        for length in lengths {
            let (text, later) = qkv.split_at(length * 3 * hidden);
            let (text_out, out_later) = std::mem::take(&mut out).split_at_mut(length * hidden);
            for head in 0..heads.count {
                one_head(text, hidden, head * heads.width, heads.width, scratch, (0, &mut *text_out));
            }
            (qkv, out) = (later, out_later);
        }
    }
}

vectorized! {
    /// The same of one text, for as many of its tokens from `first` on as `out` has room for.
    fn attend_from(
        qkv: &[f32],
        first: usize,
        heads: Heads,
        scratch: &mut Scratch,
        out: &mut [f32],
    ) {
        let hidden = heads.count * heads.width;
        for head in 0..heads.count {
            one_head(qkv, hidden, head * heads.width, heads.width, scratch, (first, &mut *out));
        }
    }
}

#[inline(always)]
fn one_head(
    text: &[f32],
    hidden: usize,
    at: usize,
    width: usize,
    scratch: &mut Scratch,
    (first, out): (usize, &mut [f32]),
) {
    let length = text.len() / (3 * hidden);
    let stride = length.next_multiple_of(LANES);
    let Scratch { keys, scores } = scratch;
    keys.clear();
    keys.resize(width * stride, 0.0);
    for (token, row) in text.chunks_exact(3 * hidden).enumerate() {
        for (dim, value) in row[hidden + at..hidden + at + width].iter().enumerate() {
            keys[dim * stride + token] = *value;
        }
    }
    scores.resize(stride, 0.0);
    #[expect(clippy::cast_precision_loss, reason = "a head's width")]
    let scale = 1.0 / (width as f32).sqrt();
    for (row, out) in text
        .chunks_exact(3 * hidden)
        .skip(first)
        .zip(out.chunks_exact_mut(hidden))
    {
        let query = &row[at..at + width];
        for (chunk, scores) in scores.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let mut sums = [0f32; LANES];
            for (query, keys) in query.iter().zip(keys.chunks_exact(stride)) {
                let keys = &keys[chunk * LANES..(chunk + 1) * LANES];
                for (sum, key) in sums.iter_mut().zip(keys) {
                    *sum += query * key;
                }
            }
            *scores = sums.map(|sum| sum * scale);
        }
        let shares = &mut scores[..length];
        softmax(shares);
        let out = &mut out[at..at + width];
        out.fill(0.0);
        for (share, row) in shares.iter().zip(text.chunks_exact(3 * hidden)) {
            let value = &row[2 * hidden + at..2 * hidden + at + width];
            for (out, value) in out.iter_mut().zip(value) {
                *out += share * value;
            }
        }
    }
}
