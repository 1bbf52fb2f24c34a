//! Rounds the matrices of the encoder's layers to half bytes with the least harm to what they say.
//!
//! GPTQ (Frantar et al., 2022): a row's weights are rounded one after the other, those first whose
//! inputs are largest, and what a rounding changes in the output is made up for by the weights that
//! are not rounded yet, as far as their inputs go together on real text. Layer after layer, each
//! on what the rounded ones below give it.

use crate::Text;
use crate::model::{Base, Learner};
use crate::settling::settle;
use crate::teacher::encode;
use anyhow::Context as _;
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Shape, Tensor};
use half::f16;
use olympus_inference::bert::Batch;
use olympus_inference::{Encoder, EncoderConfig, Weights};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Numbers with one scale.
pub(crate) const BLOCK: usize = 32;
/// Texts that the rounding goes by, and as many others that it is measured on.
pub(crate) const SAMPLE: usize = 4_096;
/// Texts in one pass.
const TOGETHER: usize = 64;
/// Share of the mean that is added to the diagonal, so that inputs which never vary can be solved.
pub(crate) const DAMPING: f64 = 0.01;
/// Inputs of a layer and the matrices that read them.
pub(crate) const SITES: [(&str, &[&str]); 4] = [
    (
        "attention.self",
        &[
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
        ],
    ),
    ("attention.output", &["attention.output.dense"]),
    ("intermediate", &["intermediate.dense"]),
    ("output", &["output.dense"]),
];

/// What was rounded and what that changed.
#[derive(Debug, Serialize)]
pub(crate) struct Rounding {
    /// Parts of each layer whose matrices are in half bytes.
    pub(crate) parts: Vec<String>,
    /// Cosines of sentence vectors to those before it.
    pub(crate) rounded: Cosines,
    /// The same once biases, norms and the head have made up for it.
    pub(crate) settled: Cosines,
}

/// Of texts that neither the rounding nor what followed went by, but for a few that the text has
/// twice or in other capitals.
#[derive(Debug, Serialize)]
pub(crate) struct Cosines {
    pub(crate) mean: f32,
    pub(crate) least: f32,
}

impl Cosines {
    pub(crate) fn between(some: &[Vec<f32>], others: &[Vec<f32>]) -> Self {
        let cosines: Vec<f32> = some
            .iter()
            .zip(others)
            .map(|(one, other)| one.iter().zip(other).map(|(a, b)| a * b).sum())
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let count = cosines.len() as f32;
        Self {
            mean: cosines.iter().sum::<f32>() / count,
            least: cosines.iter().copied().fold(1.0, f32::min),
        }
    }
}

/// Rounds those parts of the learner's layers and lets the rest settle; the matrices in half bytes,
/// by name.
pub(crate) fn apply(
    learner: &mut Learner,
    base: &Base,
    text: &Text,
    parts: &[String],
    seed: u64,
) -> anyhow::Result<(HashMap<String, QTensor>, Rounding)> {
    let others = text.sample(SAMPLE, 1);
    let before = learner.snapshot()?;
    let vectors = encode(&before.0, base, &others)?;
    let matrices = round_layers(learner, base, &base.config, &text.sample(SAMPLE, 0), parts)?;
    learner.fix(&matrices)?;
    let rounded = encode(&learner.build()?.0, base, &others)?;
    let mut rest: Vec<&str> = text.texts().collect();
    let measured: HashSet<&str> = others.iter().copied().collect();
    rest.retain(|text| !measured.contains(text));
    if !matrices.is_empty() {
        settle(learner, &before, base, &rest, seed)?;
    }
    let settled = encode(&learner.build()?.0, base, &others)?;
    let rounding = Rounding {
        parts: parts.to_vec(),
        rounded: Cosines::between(&vectors, &rounded),
        settled: Cosines::between(&vectors, &settled),
    };
    Ok((matrices, rounding))
}

/// The matrices of those parts of all layers in half bytes, by name, rounded for what `texts` make
/// of their inputs.
pub(crate) fn round_layers(
    learner: &Learner,
    base: &Base,
    config: &EncoderConfig,
    texts: &[&str],
    parts: &[String],
) -> anyhow::Result<HashMap<String, QTensor>> {
    check(parts)?;
    if parts.iter().all(|part| part == "none") {
        return Ok(HashMap::new());
    }
    let batches = batches_of_one_length(base, texts)?;
    let mut tensors = learner.tensors();
    let mut rounded = HashMap::new();
    let layers = config.num_hidden_layers;
    for layer in 0..layers {
        let weights = Weights::new("rounding", tensors.clone());
        let encoder = Encoder::take(&weights, config)?;
        let seen = inputs(&encoder, layer, &batches)?;
        for (site, names) in SITES {
            if !parts.iter().any(|part| part == site) {
                continue;
            }
            let together = seen.get(site).context("a layer has every site")?;
            let inputs = Inputs::of(together)?;
            for name in names {
                let name = format!("encoder.layer.{layer}.{name}.weight");
                let tensor = tensors.get(&name).context("the encoder has it")?;
                let matrix = inputs.round(tensor)?;
                tensors.insert(name.clone(), matrix.dequantize(&Device::Cpu)?);
                rounded.insert(name, matrix);
            }
        }
        eprintln!("rounded layer {} of {layers}", layer + 1);
    }
    Ok(rounded)
}

/// Refuses parts that no layer has.
pub(crate) fn check(parts: &[String]) -> anyhow::Result<()> {
    for part in parts.iter().filter(|part| *part != "none") {
        let known = SITES.iter().any(|(site, _)| site == part);
        anyhow::ensure!(known, "a layer has no part `{part}` to round");
    }
    Ok(())
}

/// Nothing is padded, so that no padding is counted as an input.
pub(crate) fn batches_of_one_length(base: &Base, texts: &[&str]) -> anyhow::Result<Vec<Batch>> {
    let mut by_length: BTreeMap<usize, Vec<Vec<u32>>> = BTreeMap::new();
    for text in texts {
        let ids = base.tokenizer.ids(text)?;
        by_length.entry(ids.len()).or_default().push(ids);
    }
    let chunks = by_length.values().flat_map(|all| all.chunks(TOGETHER));
    chunks
        .map(|chunk| {
            let rows: Vec<&[u32]> = chunk.iter().map(Vec::as_slice).collect();
            Ok(Batch::of(&rows)?)
        })
        .collect()
}

/// How the inputs of a layer go together: Σ xᵀx over all tokens, by site.
pub(crate) fn inputs(
    encoder: &Encoder,
    layer: usize,
    batches: &[Batch],
) -> anyhow::Result<HashMap<&'static str, Tensor>> {
    let mut sums: HashMap<&'static str, Tensor> = HashMap::new();
    for batch in batches {
        encoder.forward_watched(batch, &mut |at, site, rows| {
            if at != layer {
                return Ok(());
            }
            let products = rows.t()?.contiguous()?.matmul(&rows.contiguous()?)?;
            let sum = match sums.get(site) {
                Some(sum) => (sum + products)?,
                None => products,
            };
            sums.insert(site, sum);
            Ok(())
        })?;
    }
    Ok(sums)
}

/// What the rounding of one weight asks of the others.
struct Inputs {
    /// Inputs in the order in which they are rounded: the largest first.
    order: Vec<usize>,
    /// The mean square of each input, up to a factor.
    squares: Vec<f32>,
    /// Upper triangle U, row after row in that order: Uᵀ · U is the inverse of Σ xᵀx.
    upper: Vec<f32>,
}

impl Inputs {
    fn of(together: &Tensor) -> anyhow::Result<Self> {
        let width = together.dim(0)?;
        let values: Vec<f32> = together.flatten_all()?.to_vec1()?;
        let squares: Vec<f32> = values.iter().step_by(width + 1).copied().collect();
        let mut order: Vec<usize> = (0..width).collect();
        order.sort_by(|a, b| squares[*b].total_cmp(&squares[*a]));
        // From the last to the first: with R = lower triangle of that, read backwards, Σ xᵀx = R · its
        // transpose, and what is wanted is R's inverse.
        let mut triangle = vec![0.0; width * width];
        for (row, from) in triangle.chunks_exact_mut(width).zip(order.iter().rev()) {
            for (value, to) in row.iter_mut().zip(order.iter().rev()) {
                *value = f64::from(values[from * width + to]);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a matrix's width")]
        let mean = squares.iter().copied().map(f64::from).sum::<f64>() / width as f64;
        for value in triangle.iter_mut().step_by(width + 1) {
            *value += DAMPING * mean;
        }
        factorise(&mut triangle, width).context("the inputs cannot be told apart")?;
        let inverse = invert(&triangle, width);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounding is coarser by far"
        )]
        let upper = inverse.iter().rev().map(|x| *x as f32).collect();
        Ok(Self {
            order,
            squares,
            upper,
        })
    }

    /// A matrix, outputs × inputs, in blocks of half bytes.
    fn round(&self, weight: &Tensor) -> anyhow::Result<QTensor> {
        let rows: Vec<Vec<f32>> = weight.to_vec2()?;
        let rounded: Vec<_> = rows.par_iter().map(|row| self.round_row(row)).collect();
        let (halves, scales): (Vec<_>, Vec<_>) = rounded.into_iter().unzip();
        pack(&halves.concat(), &scales.concat(), weight.shape())
    }

    /// Half bytes of a row and a scale for each block of them.
    fn round_row(&self, row: &[f32]) -> (Vec<u8>, Vec<f16>) {
        let width = row.len();
        let scales: Vec<f16> = row
            .chunks(BLOCK)
            .zip(self.squares.chunks(BLOCK))
            .map(|(values, squares)| best_scale(values, squares))
            .collect();
        let mut left: Vec<f32> = self.order.iter().map(|input| row[*input]).collect();
        let mut halves = vec![0; width];
        for (at, input) in self.order.iter().enumerate() {
            let (half, value) = nearest(left[at], scales[input / BLOCK].to_f32());
            halves[*input] = half;
            let upper = &self.upper[at * width + at..(at + 1) * width];
            let error = (left[at] - value) / upper[0];
            for (left, share) in left[at..].iter_mut().zip(upper) {
                *left -= error * share;
            }
        }
        (halves, scales)
    }
}

/// Half bytes and the scales of their blocks as a file has them.
pub(crate) fn pack(halves: &[u8], scales: &[f16], shape: &Shape) -> anyhow::Result<QTensor> {
    let blocks = halves.chunks(BLOCK).zip(scales);
    let bytes: Vec<u8> = blocks
        .flat_map(|(halves, scale)| {
            let (low, high) = halves.split_at(BLOCK / 2);
            let both = low.iter().zip(high).map(|(low, high)| low | high << 4);
            scale.to_le_bytes().into_iter().chain(both)
        })
        .collect();
    let storage = QStorage::from_data(bytes.into(), &Device::Cpu, GgmlDType::Q4_0)?;
    Ok(QTensor::new(storage, shape)?)
}

/// Cholesky's factor: a symmetric matrix becomes the lower triangle L with L · Lᵀ = it, in place.
/// Nothing where there is none.
pub(crate) fn factorise(matrix: &mut [f64], width: usize) -> Option<()> {
    for at in 0..width {
        let (above, rest) = matrix.split_at_mut(at * width);
        let row = &mut rest[..width];
        for (column, other) in above.chunks_exact(width).enumerate() {
            let dot: f64 = row.iter().zip(other).take(column).map(|(a, b)| a * b).sum();
            row[column] = (row[column] - dot) / other[column];
        }
        let square = row[at] - row[..at].iter().map(|value| value * value).sum::<f64>();
        // Also where it is no number at all.
        if square.is_nan() || square <= 0.0 {
            return None;
        }
        row[at] = square.sqrt();
        row[at + 1..].fill(0.0);
    }
    Some(())
}

/// The inverse of a lower triangle.
pub(crate) fn invert(lower: &[f64], width: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; width * width];
    for (at, factors) in lower.chunks_exact(width).enumerate() {
        let (above, rest) = inverse.split_at_mut(at * width);
        let row = &mut rest[..width];
        row[at] = 1.0;
        for (done, (factor, other)) in factors.iter().zip(above.chunks_exact(width)).enumerate() {
            for (value, other) in row.iter_mut().zip(&other[..=done]) {
                *value -= factor * other;
            }
        }
        for value in &mut row[..=at] {
            *value /= factors[at];
        }
    }
    inverse
}

/// The half byte nearest to a number, and what it stands for.
pub(crate) fn nearest(number: f32, scale: f32) -> (u8, f32) {
    if scale == 0.0 {
        return (8, 0.0);
    }
    let steps = (number / scale).round().clamp(-8.0, 7.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 15"
    )]
    let half = (steps + 8.0) as u8;
    (half, steps * scale)
}

/// The scale that rounds a block with the least error, inputs weighed by their mean squares. The
/// half bytes reach one step further to the one side than to the other, so the sign counts too.
pub(crate) fn best_scale(values: &[f32], squares: &[f32]) -> f16 {
    let largest = values
        .iter()
        .fold(0f32, |most, value| most.max(value.abs()));
    let steps = (0..=28u8).map(|quarter| 4.5 + f32::from(quarter) / 8.0);
    let scales = steps.flat_map(|steps| [largest / steps, -largest / steps]);
    let error = |scale: f16| -> f32 {
        let terms = values.iter().zip(squares);
        terms
            .map(|(value, square)| {
                let off = value - nearest(*value, scale.to_f32()).1;
                off * off * square
            })
            .sum()
    };
    scales
        .map(f16::from_f32)
        .min_by(|a, b| error(*a).total_cmp(&error(*b)))
        .unwrap_or(f16::ZERO)
}

#[cfg(test)]
mod tests;
