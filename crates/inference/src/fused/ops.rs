//! What happens to rows of numbers between products.
//!
//! Sums go over 16 lanes and then across the lanes, whatever the processor, so that they are the
//! same everywhere.

use super::kernel::{Kernel, vectorized};
use super::math::{LANES, across, exp, gelu, larger, tanh};
use std::array::from_fn;
use std::ops::Add;

/// Weight, bias and epsilon of a layer norm.
#[derive(Debug, Clone)]
pub(super) struct Norm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) eps: f32,
}

impl Norm {
    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "a width")]
    fn apply(&self, row: &mut [f32]) {
        let width = row.len() as f32;
        let mean = sum(row, |value| value) / width;
        let variance = sum(row, |value| (value - mean) * (value - mean)) / width;
        let inverse = 1.0 / (variance + self.eps).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
            *value = (*value - mean) * inverse * weight + bias;
        }
    }
}

#[inline(always)]
pub(super) fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (chunks, tail) = values.as_chunks::<LANES>();
    let mut lanes = [0f32; LANES];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += of(*value);
        }
    }
    let mut total = across(lanes, f32::add);
    for value in tail {
        total += of(*value);
    }
    total
}

/// Turns the first `count` scores into shares that sum to 1, and the rest of the last 16 into zeros.
#[inline(always)]
pub(super) fn softmax(scores: &mut [[f32; LANES]], count: usize) {
    let rest = scores.as_flattened_mut().get_mut(count..);
    rest.unwrap_or_default().fill(f32::MIN);
    let mut most = [f32::MIN; LANES];
    for chunk in scores.iter() {
        most = from_fn(|lane| larger(chunk[lane], most[lane]));
    }
    let most = across(most, larger);
    for score in scores.as_flattened_mut() {
        *score = exp(*score - most);
    }
    let rest = scores.as_flattened_mut().get_mut(count..);
    rest.unwrap_or_default().fill(0.0);
    let inverse = 1.0 / sum(scores.as_flattened(), |share| share);
    for score in scores.as_flattened_mut() {
        *score *= inverse;
    }
}

vectorized! {
    /// Normalises each row.
    fn normalise(rows: &mut [f32], norm: &Norm) {
        for row in rows.chunks_exact_mut(norm.weight.len()) {
            norm.apply(row);
        }
    }
}

vectorized! {
    /// `states = norm(states + change)`, row by row.
    fn add_and_normalise(states: &mut [f32], change: &[f32], norm: &Norm) {
        let width = norm.weight.len();
        for (row, change) in states.chunks_exact_mut(width).zip(change.chunks_exact(width)) {
            for (value, change) in row.iter_mut().zip(change) {
                *value += change;
            }
            norm.apply(row);
        }
    }
}

vectorized! {
    /// The activation, in place.
    fn activate(values: &mut [f32]) {
        for value in values {
            *value = gelu(*value);
        }
    }
}

vectorized! {
    /// The hyperbolic tangent, in place.
    fn squash(values: &mut [f32]) {
        for value in values {
            *value = tanh(*value);
        }
    }
}

vectorized! {
    /// `into` = the sum of rows, each times its weight.
    fn weighted_sum(rows: &[f32], weights: &[f32], into: &mut [f32]) {
        into.fill(0.0);
        for (row, weight) in rows.chunks_exact(into.len()).zip(weights) {
            for (into, value) in into.iter_mut().zip(row) {
                *into += weight * value;
            }
        }
    }
}

vectorized! {
    /// Shares of rows by how well each fits the query.
    fn shares(rows: &[f32], query: &[f32], into: &mut Vec<[f32; LANES]>) {
        let count = rows.len() / query.len();
        into.clear();
        into.resize(count.div_ceil(LANES), [0.0; LANES]);
        let scores = into.as_flattened_mut().iter_mut();
        for (score, row) in scores.zip(rows.chunks_exact(query.len())) {
            *score = dot(row, query);
        }
        softmax(into, count);
    }
}

vectorized! {
    /// `rows · weightsᵀ + bias` in f32, for the few outputs of a head.
    fn dense(row: &[f32], weights: &[f32], bias: &[f32], into: &mut [f32]) {
        for ((into, weights), bias) in into.iter_mut().zip(weights.chunks_exact(row.len())).zip(bias) {
            *into = dot(row, weights) + bias;
        }
    }
}

/// The mean of rows, its length made 1.
pub(crate) fn unit_mean(kernel: Kernel, rows: &[f32], width: usize) -> Vec<f32> {
    let mut mean = vec![0.0; width];
    add_rows(kernel, rows, &mut mean);
    to_unit(kernel, &mut mean);
    mean
}

vectorized! {
    /// Adds rows to `into`.
    fn add_rows(rows: &[f32], into: &mut [f32]) {
        for row in rows.chunks_exact(into.len()) {
            for (into, value) in into.iter_mut().zip(row) {
                *into += value;
            }
        }
    }
}

vectorized! {
    /// Makes the vector's length 1.
    fn to_unit(vector: &mut [f32]) {
        let inverse = 1.0 / (sum(vector, |value| value * value) + 1e-12).sqrt();
        for value in vector {
            *value *= inverse;
        }
    }
}

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_tail) = a.as_chunks::<LANES>();
    let (b, b_tail) = b.as_chunks::<LANES>();
    let mut lanes = [0f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let mut total = across(lanes, f32::add);
    for (a, b) in a_tail.iter().zip(b_tail) {
        total += a * b;
    }
    total
}
