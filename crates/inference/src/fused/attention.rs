//! Attention within each text of a pack of texts: no padding, no copies but the keys of one head.

use super::kernel::vectorized;
use super::math::LANES;
use super::ops::softmax;
use std::array::from_fn;

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
    /// Scores of some queries, then shares, each as many as there are keys filled up.
    scores: Vec<[f32; LANES]>,
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

/// Queries at a time, so that no sum waits for its last addition.
const QUERIES: usize = 4;

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
    let chunks = length.div_ceil(LANES);
    let Scratch { keys, scores } = scratch;
    keys.clear();
    keys.resize(width * chunks * LANES, 0.0);
    for (token, row) in text.chunks_exact(3 * hidden).enumerate() {
        let key = &row[hidden + at..hidden + at + width];
        for (keys, value) in keys.chunks_exact_mut(chunks * LANES).zip(key) {
            keys[token] = *value;
        }
    }
    scores.resize(QUERIES * chunks, [0.0; LANES]);
    #[expect(clippy::cast_precision_loss, reason = "a head's width")]
    let scale = 1.0 / (width as f32).sqrt();
    let query = |token: usize| &text[token * 3 * hidden + at..][..width];
    for (block, out) in out.chunks_mut(QUERIES * hidden).enumerate() {
        let first = first + block * QUERIES;
        // Where the block is not full, its last query fills it up.
        let queries = from_fn(|which| query((first + which).min(length - 1)));
        for chunk in 0..chunks {
            let sums = score(queries, keys, (chunk, chunks));
            for (which, sums) in sums.iter().enumerate() {
                scores[which * chunks + chunk] = sums.map(|sum| sum * scale);
            }
        }
        let rows = out.chunks_exact_mut(hidden);
        for (scores, out) in scores.chunks_exact_mut(chunks).zip(rows) {
            softmax(scores, length);
            mix(
                text,
                hidden,
                at,
                scores.as_flattened(),
                &mut out[at..at + width],
            );
        }
    }
}

/// Products of queries with 16 keys.
#[inline(always)]
fn score(
    queries: [&[f32]; QUERIES],
    keys: &[f32],
    (chunk, chunks): (usize, usize),
) -> [[f32; LANES]; QUERIES] {
    let mut sums = [[0f32; LANES]; QUERIES];
    let (keys, _) = keys.as_chunks::<LANES>();
    for (dim, keys) in keys.iter().skip(chunk).step_by(chunks).enumerate() {
        for (sums, query) in sums.iter_mut().zip(queries) {
            for (sum, key) in sums.iter_mut().zip(keys) {
                *sum += query[dim] * key;
            }
        }
    }
    sums
}

/// The mean of a head's values, each with its share.
#[inline(always)]
fn mix(text: &[f32], hidden: usize, at: usize, shares: &[f32], out: &mut [f32]) {
    let values = |from: usize, width: usize| {
        let rows = text.chunks_exact(3 * hidden);
        rows.map(move |row| &row[2 * hidden + at + from..][..width])
    };
    let (chunks, rest) = out.as_chunks_mut::<LANES>();
    for (chunk, out) in chunks.iter_mut().enumerate() {
        let mut sums = [0f32; LANES];
        for (share, values) in shares.iter().zip(values(chunk * LANES, LANES)) {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += share * value;
            }
        }
        *out = sums;
    }
    let from = chunks.len() * LANES;
    for (lane, out) in rest.iter_mut().enumerate() {
        let values = values(from + lane, 1).flatten();
        *out = shares
            .iter()
            .zip(values)
            .fold(0.0, |sum, (share, value)| sum + share * value);
    }
}

#[cfg(test)]
mod tests {
    use super::{Heads, Scratch, attend, attend_from};
    use crate::fused::kernel::Kernel;

    fn number(at: usize) -> f32 {
        let mixed = at.wrapping_mul(2_654_435_761) % 2_001;
        mixed as f32 / 1_000.0 - 1.0
    }

    /// One head of one token in f64.
    fn plain(qkv: &[f32], heads: Heads, token: usize, head: usize) -> Vec<f64> {
        let hidden = heads.count * heads.width;
        let part = |row: &[f32], which: usize| -> Vec<f64> {
            let at = which * hidden + head * heads.width;
            row[at..at + heads.width]
                .iter()
                .map(|v| f64::from(*v))
                .collect()
        };
        let rows: Vec<&[f32]> = qkv.chunks_exact(3 * hidden).collect();
        let query = part(rows[token], 0);
        let score = |row: &&[f32]| {
            let dot: f64 = part(row, 1).iter().zip(&query).map(|(k, q)| k * q).sum();
            (dot / (heads.width as f64).sqrt()).exp()
        };
        let scores: Vec<f64> = rows.iter().map(score).collect();
        let total: f64 = scores.iter().sum();
        let mut out = vec![0.0; heads.width];
        for (row, score) in rows.iter().zip(scores) {
            for (out, value) in out.iter_mut().zip(part(row, 2)) {
                *out += score / total * value;
            }
        }
        out
    }

    #[test]
    fn any_width_and_length_is_right_and_the_same_everywhere() {
        for width in [5, 26, 32] {
            let heads = Heads { count: 2, width };
            let hidden = 2 * width;
            for length in [0, 1, 4, 5, 16, 17] {
                let qkv: Vec<f32> = (0..length * 3 * hidden).map(number).collect();
                let mut first: Option<Vec<f32>> = None;
                for kernel in Kernel::available() {
                    let mut out = vec![f32::NAN; length * hidden];
                    let mut scratch = Scratch::default();
                    attend(kernel, &qkv, &[length], heads, &mut scratch, &mut out);
                    for (token, out) in out.chunks_exact(hidden).enumerate() {
                        for head in 0..2 {
                            let near = plain(&qkv, heads, token, head);
                            for (out, near) in out[head * width..][..width].iter().zip(near) {
                                assert!((f64::from(*out) - near).abs() < 1e-5, "{out}, not {near}");
                            }
                        }
                    }
                    let from = length / 2;
                    let mut rest = vec![f32::NAN; (length - from) * hidden];
                    attend_from(kernel, &qkv, from, heads, &mut scratch, &mut rest);
                    assert_eq!(rest, out[from * hidden..], "from {from} of {length}");
                    assert_eq!(first.get_or_insert_with(|| out.clone()), &out, "{kernel}");
                }
            }
        }
    }
}
