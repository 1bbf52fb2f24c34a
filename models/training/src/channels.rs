//! Gives the channels the order and the middle in which rounding harms them least.
//!
//! Inference has one scale for each 32 activations. A transformer has a few channels far from zero
//! or far larger than the others, and whatever shares a scale with one of them is rounded coarsely.
//! Three things change that, and no answer, nor what it costs:
//!
//! * *Centre.* What a channel is on average is taken off where a norm or a bias writes it, and what
//!   every reader of it would have added is added to the reader's bias.
//! * *Order.* The same permutation of all that writes and all that reads the states leaves every answer
//!   as it was, likewise within a feed-forward: channels of like size come to share a scale.
//! * *Even out.* A head's channels cannot leave their head, which has one scale. There, what the values'
//!   matrix is divided by, the matrix that reads them is multiplied by (after SmoothQuant, Xiao et
//!   al., 2022).

use crate::Text;
use crate::model::{Base, Learner};
use crate::rounding::batches_of_one_length;
use anyhow::Context as _;
use candle_core::{DType, Device, Tensor};
use olympus_inference::bert::Batch;
use olympus_inference::{Encoder, EncoderConfig};
use std::collections::HashMap;

/// The most that a value's channel is divided by or multiplied by.
const LARGEST: f64 = 100.0;
/// Texts that sizes are measured on.
const SAMPLE: usize = 4_096;

/// What the channels of a matrix's input are like.
#[derive(Debug, Clone)]
struct Channels {
    rows: usize,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

/// By layer and part.
type Seen = HashMap<(usize, &'static str), Channels>;
type Tensors = HashMap<String, Tensor>;

impl Channels {
    fn mean(&self) -> anyhow::Result<Tensor> {
        let means: Vec<f64> = self.sums.iter().map(|sum| sum / self.count()).collect();
        Ok(Tensor::new(means, &Device::Cpu)?.to_dtype(DType::F32)?)
    }

    /// Mean squares of the distances to the mean.
    fn spread(&self) -> Vec<f64> {
        let channels = self.sums.iter().zip(&self.squares);
        channels
            .map(|(sum, square)| square / self.count() - (sum / self.count()).powi(2))
            .map(|spread| spread.max(0.0))
            .collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "a number of tokens")]
    fn count(&self) -> f64 {
        self.rows as f64
    }
}

/// Rearranges the learner's channels by what they are like on the text; its answers stay as they
/// are, but for the order of the sentence vectors' numbers.
pub(crate) fn arrange(learner: &mut Learner, base: &Base, text: &Text) -> anyhow::Result<()> {
    let (encoder, _) = learner.build()?;
    let batches = batches_of_one_length(base, &text.sample(SAMPLE, 0))?;
    let seen = measure(&encoder, &batches)?;
    arrange_by(learner, &seen, &base.config)
}

fn arrange_by(learner: &mut Learner, seen: &Seen, config: &EncoderConfig) -> anyhow::Result<()> {
    let mut tensors = learner.copied()?;
    rearrange(&mut tensors, seen, config)?;
    learner.take_over(&tensors)
}

fn measure(encoder: &Encoder, batches: &[Batch]) -> anyhow::Result<Seen> {
    let mut seen = Seen::new();
    for batch in batches {
        encoder.forward_watched(batch, &mut |layer, part, rows| {
            let (count, width) = rows.dims2()?;
            let channels = seen.entry((layer, part)).or_insert_with(|| Channels {
                rows: 0,
                sums: vec![0.0; width],
                squares: vec![0.0; width],
            });
            channels.rows += count;
            add_to(&mut channels.sums, &rows.sum(0)?)?;
            add_to(&mut channels.squares, &rows.sqr()?.sum(0)?)
        })?;
    }
    Ok(seen)
}

fn add_to(sums: &mut [f64], more: &Tensor) -> candle_core::Result<()> {
    for (sum, more) in sums.iter_mut().zip(more.to_vec1::<f32>()?) {
        *sum += f64::from(more);
    }
    Ok(())
}

fn rearrange(tensors: &mut Tensors, seen: &Seen, config: &EncoderConfig) -> anyhow::Result<()> {
    let mut states = vec![0.0; config.hidden_size];
    for layer in 0..config.num_hidden_layers {
        let of = |part| seen.get(&(layer, part)).context("every part was seen");
        for part in ["attention.self", "intermediate"] {
            let spread = of(part)?.spread();
            let all = spread.iter().sum::<f64>().max(f64::MIN_POSITIVE);
            for (state, spread) in states.iter_mut().zip(spread) {
                *state += spread / all;
            }
        }
        let mixed = of("attention.output")?;
        centre(
            tensors,
            layer,
            [of("attention.self")?, mixed, of("intermediate")?],
        )?;
        let at = format!("encoder.layer.{layer}");
        even_out(tensors, &at, &mixed.spread())?;
        let order = largest_first(&of("output")?.spread())?;
        for (name, axis) in [
            ("intermediate.dense.weight", 0),
            ("intermediate.dense.bias", 0),
            ("output.dense.weight", 1),
        ] {
            put(tensors, &format!("{at}.{name}"), |tensor| {
                tensor.index_select(&order, axis)
            })?;
        }
    }
    let order = largest_first(&states)?;
    let names: Vec<String> = tensors.keys().cloned().collect();
    for name in names {
        for axis in axes_of_states(&name) {
            put(tensors, &name, |tensor| tensor.index_select(&order, *axis))?;
        }
    }
    Ok(())
}

/// Takes the means off what a layer's matrices are given: the states before the attention, what its
/// heads mix (their shares sum to 1), and the states before the feed-forward.
fn centre(tensors: &mut Tensors, layer: usize, given: [&Channels; 3]) -> anyhow::Result<()> {
    let at = format!("encoder.layer.{layer}");
    let below = match layer.checked_sub(1) {
        None => "embeddings.LayerNorm.bias".to_owned(),
        Some(below) => format!("encoder.layer.{below}.output.LayerNorm.bias"),
    };
    let [states, mixed, later] = given.map(Channels::mean);
    let (states, mixed, later) = (states?, mixed?, later?);
    let part = |name: &str| format!("{at}.{name}");
    // The states go on beside what is made of them, and are added to it.
    take_off(tensors, &below, &states)?;
    add_on(tensors, &part("attention.output.dense.bias"), &states)?;
    for name in ["query", "key", "value"] {
        let matrix = part(&format!("attention.self.{name}"));
        add_seen_through(tensors, &matrix, &states)?;
    }
    take_off(tensors, &part("attention.self.value.bias"), &mixed)?;
    add_seen_through(tensors, &part("attention.output.dense"), &mixed)?;
    take_off(tensors, &part("attention.output.LayerNorm.bias"), &later)?;
    add_on(tensors, &part("output.dense.bias"), &later)?;
    add_seen_through(tensors, &part("intermediate.dense"), &later)
}

fn take_off(tensors: &mut Tensors, name: &str, mean: &Tensor) -> anyhow::Result<()> {
    put(tensors, name, |bias| bias - mean)
}

fn add_on(tensors: &mut Tensors, name: &str, mean: &Tensor) -> anyhow::Result<()> {
    put(tensors, name, |bias| bias + mean)
}

/// Adds to a matrix's bias what it makes of `mean`.
fn add_seen_through(tensors: &mut Tensors, matrix: &str, mean: &Tensor) -> anyhow::Result<()> {
    let weight = tensors.get(&format!("{matrix}.weight"));
    let weight = weight.with_context(|| format!("no {matrix}"))?;
    let seen = weight.matmul(&mean.unsqueeze(1)?)?.squeeze(1)?;
    add_on(tensors, &format!("{matrix}.bias"), &seen)
}

/// Where a tensor has the states' channels.
fn axes_of_states(name: &str) -> &'static [usize] {
    let ends = |with: &[&str]| with.iter().any(|end| name.ends_with(end));
    if ends(&["LayerNorm.weight", "LayerNorm.bias", "intent.query"]) {
        &[0]
    } else if ends(&[
        "_embeddings.weight",
        "intermediate.dense.weight",
        "intent.dense.weight",
    ]) || name.contains(".attention.self.") && name.ends_with(".weight")
    {
        &[1]
    } else if ends(&["output.dense.weight", "output.dense.bias"]) {
        &[0]
    } else {
        &[]
    }
}

/// Divides the values' channels by the square root of how much larger they are than the weights
/// that read them.
fn even_out(tensors: &mut Tensors, at: &str, spread: &[f64]) -> anyhow::Result<()> {
    let out = format!("{at}.attention.output.dense.weight");
    let reading = tensors.get(&out).context("the encoder has it")?;
    let reading: Vec<f32> = reading.sqr()?.sum(0)?.to_vec1()?;
    let factor = |(square, weight): (&f64, f32)| {
        let ratio = square.max(0.0) / f64::from(weight);
        // A channel that never varies, or that nobody reads, has no size.
        match ratio.is_finite() && ratio > 0.0 {
            true => ratio.sqrt().sqrt().clamp(1.0 / LARGEST, LARGEST),
            false => 1.0,
        }
    };
    let factors: Vec<f64> = spread.iter().zip(reading).map(factor).collect();
    let factors = Tensor::new(factors, &Device::Cpu)?.to_dtype(DType::F32)?;
    let value = format!("{at}.attention.self.value");
    put(tensors, &format!("{value}.bias"), |t| t.div(&factors))?;
    put(tensors, &format!("{value}.weight"), |t| {
        t.broadcast_div(&factors.unsqueeze(1)?)
    })?;
    put(tensors, &out, |t| t.broadcast_mul(&factors))
}

fn put(
    tensors: &mut Tensors,
    name: &str,
    change: impl FnOnce(&Tensor) -> candle_core::Result<Tensor>,
) -> anyhow::Result<()> {
    let tensor = tensors
        .get_mut(name)
        .with_context(|| format!("no {name}"))?;
    *tensor = change(tensor)?.contiguous()?;
    Ok(())
}

fn largest_first(sizes: &[f64]) -> anyhow::Result<Tensor> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]));
    let order: Vec<u32> = order
        .into_iter()
        .map(u32::try_from)
        .collect::<Result<_, _>>()?;
    Ok(Tensor::new(order, &Device::Cpu)?)
}

#[cfg(test)]
mod tests;
