//! Takes channels out of the feed-forwards that can best be missed.
//!
//! One channel after the other goes whose part in what the layer writes the remaining ones can say with
//! the least error, and they take it over at once (the optimal brain surgeon, Hassibi and Stork, 1993,
//! for whole columns). What they say in place of others goes by how channels go together on real text.

use crate::Text;
use crate::model::{Base, Learner};
use crate::rounding::{DAMPING, SAMPLE, batches_of_one_length, factorise, inputs, invert};
use anyhow::Context as _;
use candle_core::{Device, Tensor};
use olympus_inference::EncoderConfig;
use rayon::prelude::*;
use std::collections::HashMap;

/// The tensors of `learner` with `width` channels left in each feed-forward, lower layers first.
pub(super) fn narrow(
    learner: &Learner,
    base: &Base,
    text: &Text,
    config: &EncoderConfig,
    width: usize,
) -> anyhow::Result<HashMap<String, Tensor>> {
    let batches = batches_of_one_length(base, &text.sample(SAMPLE, 0))?;
    let (encoder, _) = learner.build()?;
    let mut tensors = learner.copied()?;
    let layers = (0..config.num_hidden_layers).into_par_iter();
    let narrower: Vec<_> = layers
        .map(|layer| {
            let seen = inputs(&encoder, layer, &batches)?;
            let together = seen.get("output").context("a layer has every site")?;
            let at = format!("encoder.layer.{layer}");
            let down = tensors.get(&format!("{at}.output.dense.weight"));
            Ok((at, left(together, down.context("it writes")?, width)?))
        })
        .collect::<anyhow::Result<_>>()?;
    for (at, (kept, down)) in narrower {
        for name in ["weight", "bias"] {
            let name = format!("{at}.intermediate.dense.{name}");
            let tensor = tensors.get_mut(&name).context("the encoder has it")?;
            *tensor = tensor.index_select(&kept, 0)?;
        }
        tensors.insert(format!("{at}.output.dense.weight"), down);
    }
    Ok(tensors)
}

/// The places of the channels that stay and the matrix, outputs × channels left, that reads them.
fn left(together: &Tensor, down: &Tensor, width: usize) -> anyhow::Result<(Tensor, Tensor)> {
    let (outputs, channels) = down.dims2()?;
    let mut inverse = inverse_of(together)?;
    // Channel by channel, so that taking one out goes along the rows.
    let numbers: Vec<f32> = down.t()?.flatten_all()?.to_vec1()?;
    let mut columns: Vec<f64> = numbers.into_iter().map(f64::from).collect();
    let mut kept: Vec<usize> = (0..channels).collect();
    while kept.len() > width {
        let cost = |at: usize| {
            let column = &columns[at * outputs..(at + 1) * outputs];
            column.iter().map(|weight| weight * weight).sum::<f64>() / inverse[at * channels + at]
        };
        let cheapest = kept
            .iter()
            .enumerate()
            .map(|(place, at)| (place, cost(*at)))
            .min_by(|(_, one), (_, other)| one.total_cmp(other));
        let (place, _) = cheapest.context("a channel is left")?;
        let gone = kept.remove(place);
        let row = inverse[gone * channels..(gone + 1) * channels].to_vec();
        let lost = columns[gone * outputs..(gone + 1) * outputs].to_vec();
        for at in &kept {
            let share = row[*at] / row[gone];
            let column = &mut columns[at * outputs..(at + 1) * outputs];
            for (weight, lost) in column.iter_mut().zip(&lost) {
                *weight -= share * lost;
            }
            let others = &mut inverse[at * channels..(at + 1) * channels];
            for (value, other) in others.iter_mut().zip(&row) {
                *value -= share * other;
            }
        }
    }
    let matrix: Vec<f64> = kept
        .iter()
        .flat_map(|at| &columns[at * outputs..(at + 1) * outputs])
        .copied()
        .collect();
    let matrix = Tensor::from_vec(matrix, (width, outputs), &Device::Cpu)?;
    let matrix = matrix.t()?.to_dtype(down.dtype())?.contiguous()?;
    let kept: Vec<u32> = kept
        .into_iter()
        .map(u32::try_from)
        .collect::<Result<_, _>>()?;
    Ok((Tensor::new(kept, &Device::Cpu)?, matrix))
}

/// The inverse of Σ xᵀx, row after row.
fn inverse_of(together: &Tensor) -> anyhow::Result<Vec<f64>> {
    let width = together.dim(0)?;
    let numbers: Vec<f32> = together.flatten_all()?.to_vec1()?;
    let mut triangle: Vec<f64> = numbers.into_iter().map(f64::from).collect();
    #[expect(clippy::cast_precision_loss, reason = "a matrix's width")]
    let mean = triangle.iter().step_by(width + 1).sum::<f64>() / width as f64;
    for value in triangle.iter_mut().step_by(width + 1) {
        *value += DAMPING * mean;
    }
    factorise(&mut triangle, width).context("the inputs cannot be told apart")?;
    let lower = invert(&triangle, width);
    let mut inverse = vec![0.0; width * width];
    for row in lower.chunks_exact(width) {
        for (into, factor) in inverse.chunks_exact_mut(width).zip(row) {
            if *factor == 0.0 {
                continue;
            }
            for (value, other) in into.iter_mut().zip(row) {
                *value += factor * other;
            }
        }
    }
    Ok(inverse)
}

#[cfg(test)]
mod tests {
    use super::left;
    use candle_core::{Device, Tensor};

    /// Channels that others say in full go first, and nothing is lost by it.
    #[test]
    fn what_others_say_is_taken_over_by_them() {
        // Sines alone at even steps would span two directions, and any two channels say them.
        let number = |at: usize| ((at as f32 * 12.9898).sin() * 43_758.547).fract();
        let free: Vec<f32> = (0..40 * 4).map(number).collect();
        let free = Tensor::from_vec(free, (40, 4), &Device::Cpu).expect("a tensor");
        // Two of six channels are sums of the others.
        let mix = [
            [1.0f32, 0.0, 0.5, 0.0, 0.0, 1.0],
            [0.0, 1.0, 0.5, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 1.0, 0.0, -1.0],
            [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        ];
        let rows = Tensor::new(&mix, &Device::Cpu).and_then(|mix| free.matmul(&mix));
        let rows = rows.expect("six channels");
        let down: Vec<f32> = (100..100 + 3 * 6).map(number).collect();
        let down = Tensor::from_vec(down, (3, 6), &Device::Cpu).expect("a matrix");
        let together = rows.t().and_then(|t| t.matmul(&rows)).expect("together");
        let says = |rows: &Tensor, down: &Tensor| {
            let said = down.t().and_then(|t| rows.matmul(&t));
            said.expect("says")
        };
        let off = |width: usize| {
            let (kept, matrix) = left(&together, &down, width).expect("narrows");
            let fewer = rows.index_select(&kept, 1).expect("channels");
            let gap = (says(&rows, &down) - says(&fewer, &matrix)).and_then(|gap| gap.sqr());
            let gap = gap.and_then(|gap| gap.mean_all()).expect("a number");
            gap.to_scalar::<f32>().expect("a number")
        };
        assert!(off(4) < 1e-3, "{}", off(4));
        assert!(off(3) > 10.0 * off(4), "{} and {}", off(3), off(4));
    }
}
