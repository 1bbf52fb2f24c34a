//! Attention within each of several texts that stand one after the other, without padding.

use super::numbers;
use crate::fused::math;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};
use std::sync::Arc;

/// What each token takes from its text, tokens × hidden, from query, key and value side by side, tokens × 3 · hidden.
pub(crate) fn attention(qkv: &Tensor, lengths: &Arc<[usize]>, heads: usize) -> Result<Tensor> {
    let lengths = Arc::clone(lengths);
    qkv.contiguous()?.apply_op1(Attention { lengths, heads })
}

#[derive(Clone)]
struct Attention {
    lengths: Arc<[usize]>,
    heads: usize,
}

/// One head of one text: a row a token, and how the tokens share their attention.
#[derive(Default)]
struct Head {
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    /// Tokens × tokens.
    shares: Vec<f32>,
}

/// The columns `from..from + width` of rows, close together.
fn gather(into: &mut Vec<f32>, rows: &[f32], all: usize, from: usize, width: usize) {
    into.clear();
    let rows = rows.chunks_exact(all);
    into.extend(rows.flat_map(|row| &row[from..from + width]));
}

/// Puts rows back into their columns.
fn scatter(of: &[f32], rows: &mut [f32], all: usize, from: usize, width: usize) {
    for (row, of) in rows.chunks_exact_mut(all).zip(of.chunks_exact(width)) {
        row[from..from + width].copy_from_slice(of);
    }
}

/// In eight sums, as one would have each addition wait for the one before.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| a * b);
    lanes.into_iter().chain(rest).sum()
}

fn add(to: &mut [f32], times: f32, of: &[f32]) {
    for (to, of) in to.iter_mut().zip(of) {
        *to += times * of;
    }
}

impl Head {
    /// Takes head `at` of a text's rows.
    fn take(&mut self, rows: &[f32], hidden: usize, at: usize, width: usize) {
        let parts = [&mut self.query, &mut self.key, &mut self.value];
        for (part, into) in parts.into_iter().enumerate() {
            gather(into, rows, 3 * hidden, part * hidden + at * width, width);
        }
        let scale = scale_of(width);
        self.shares.clear();
        for query in self.query.chunks_exact(width) {
            let first = self.shares.len();
            let scores = self
                .key
                .chunks_exact(width)
                .map(|key| dot(query, key) * scale);
            self.shares.extend(scores);
            let row = &mut self.shares[first..];
            let largest = row.iter().copied().fold(f32::MIN, f32::max);
            row.iter_mut()
                .for_each(|score| *score = math::exp(*score - largest));
            let sum: f32 = row.iter().sum();
            row.iter_mut().for_each(|share| *share /= sum);
        }
    }
}

/// What scores are multiplied by.
fn scale_of(width: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a head's width")]
    let width = width as f32;
    1.0 / width.sqrt()
}

impl Attention {
    /// Where the numbers of each text lie in rows of `all`.
    fn texts<'a>(&'a self, all: usize) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        self.lengths.iter().scan(0, move |from, length| {
            let text = *from..*from + length * all;
            *from = text.end;
            Some(text)
        })
    }
}

impl CustomOp1 for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let rows = numbers(storage, layout)?;
        let (tokens, all) = layout.shape().dims2()?;
        let hidden = all / 3;
        let width = hidden / self.heads;
        let mut out = vec![0.0; tokens * hidden];
        let (mut head, mut taken) = (Head::default(), Vec::new());
        for (text, to) in self.texts(all).zip(self.texts(hidden)) {
            for at in 0..self.heads {
                head.take(&rows[text.clone()], hidden, at, width);
                taken.clear();
                taken.resize(head.value.len(), 0.0);
                let shares = head.shares.chunks_exact(head.value.len() / width);
                for (taken, shares) in taken.chunks_exact_mut(width).zip(shares) {
                    for (share, value) in shares.iter().zip(head.value.chunks_exact(width)) {
                        add(taken, *share, value);
                    }
                }
                scatter(&taken, &mut out[to.clone()], hidden, at * width, width);
            }
        }
        Ok((CpuStorage::F32(out), Shape::from((tokens, hidden))))
    }

    fn bwd(&self, qkv: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        qkv.apply_op2_no_bwd(&grad.contiguous()?, &Slope(self.clone()))
            .map(Some)
    }
}

/// The gradient of [`Attention`] from its argument and the gradient of its result.
struct Slope(Attention);

impl Slope {
    /// The gradients of a head's query, key and value.
    fn of(head: &Head, grad: &[f32], width: usize, out: &mut [Vec<f32>; 3]) {
        let tokens = grad.len() / width;
        for out in out.iter_mut() {
            out.clear();
            out.resize(grad.len(), 0.0);
        }
        let [of_query, of_key, of_value] = out;
        let scale = scale_of(width);
        let mut along = vec![0.0; tokens];
        let row = |at: usize| at * width..(at + 1) * width;
        for (i, shares) in head.shares.chunks_exact(tokens).enumerate() {
            let grad = &grad[row(i)];
            for (along, value) in along.iter_mut().zip(head.value.chunks_exact(width)) {
                *along = dot(grad, value);
            }
            let mean = dot(&along, shares);
            for (j, (share, along)) in shares.iter().zip(&along).enumerate() {
                let (at, own) = (row(j), row(i));
                add(&mut of_value[at.clone()], *share, grad);
                let slope = share * (along - mean) * scale;
                add(&mut of_query[own.clone()], slope, &head.key[at.clone()]);
                add(&mut of_key[at], slope, &head.query[own]);
            }
        }
    }
}

impl CustomOp2 for Slope {
    fn name(&self) -> &'static str {
        "attention-slope"
    }

    fn cpu_fwd(
        &self,
        rows: &CpuStorage,
        layout: &Layout,
        grad: &CpuStorage,
        grad_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, grad) = (numbers(rows, layout)?, numbers(grad, grad_layout)?);
        let (_, all) = layout.shape().dims2()?;
        let hidden = all / 3;
        let width = hidden / self.0.heads;
        let mut out = vec![0.0; rows.len()];
        let (mut head, mut of_head) = (Head::default(), Vec::new());
        let mut slopes: [Vec<f32>; 3] = Default::default();
        for (text, from) in self.0.texts(all).zip(self.0.texts(hidden)) {
            for at in 0..self.0.heads {
                head.take(&rows[text.clone()], hidden, at, width);
                gather(&mut of_head, &grad[from.clone()], hidden, at * width, width);
                Self::of(&head, &of_head, width, &mut slopes);
                for (part, slope) in slopes.iter().enumerate() {
                    let first = part * hidden + at * width;
                    scatter(slope, &mut out[text.clone()], all, first, width);
                }
            }
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}
