//! Rounding to half bytes that learning passes through.
//!
//! Forward, a weight is what its half byte stands for; backward, the gradient goes on as if nothing had
//! been rounded (the straight-through estimator). So weights move until what they are rounded to is
//! right.

use crate::rounding::{BLOCK, best_scale, nearest, pack};
use candle_core::quantized::QTensor;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, Var};
use half::f16;
use std::sync::Arc;

/// A matrix that learns in half bytes.
#[derive(Debug)]
pub(super) struct Halved {
    scales: Arc<[f16]>,
}

impl Halved {
    /// With the scales that suit `matrix` as it is. They stay until the next call: searched for
    /// each step they would take longer than the step.
    pub(super) fn of(matrix: &Var) -> anyhow::Result<Self> {
        let numbers: Vec<f32> = matrix.flatten_all()?.to_vec1()?;
        let even = [1.0; BLOCK];
        let scales = numbers.chunks(BLOCK).map(|block| best_scale(block, &even));
        Ok(Self {
            scales: scales.collect(),
        })
    }

    /// The matrix as it is rounded.
    pub(super) fn through(&self, matrix: &Tensor) -> Result<Tensor> {
        matrix.apply_op1(Round {
            scales: Arc::clone(&self.scales),
        })
    }

    /// The matrix in blocks of half bytes.
    pub(super) fn blocks(&self, matrix: &Tensor) -> anyhow::Result<QTensor> {
        let numbers: Vec<f32> = matrix.flatten_all()?.to_vec1()?;
        let blocks = numbers.chunks(BLOCK).zip(self.scales.iter());
        let halves: Vec<u8> = blocks
            .flat_map(|(block, scale)| {
                block
                    .iter()
                    .map(|number| nearest(*number, scale.to_f32()).0)
            })
            .collect();
        pack(&halves, &self.scales, matrix.shape())
    }
}

struct Round {
    scales: Arc<[f16]>,
}

impl CustomOp1 for Round {
    fn name(&self) -> &'static str {
        "round-to-half-bytes"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((from, to)) = layout.contiguous_offsets() else {
            candle_core::bail!("a matrix that is rounded must be contiguous");
        };
        let blocks = storage.as_slice::<f32>()?[from..to].chunks(BLOCK);
        let mut out = Vec::with_capacity(to - from);
        for (block, scale) in blocks.zip(self.scales.iter()) {
            let scale = scale.to_f32();
            out.extend(block.iter().map(|number| nearest(*number, scale).1));
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(grad.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::Halved;
    use crate::adam::Adam;
    use candle_core::{Device, Tensor, Var};

    /// Weights that are rounded as they learn end nearer to what they should say than weights that
    /// are rounded when they have learnt.
    #[test]
    fn what_learns_in_half_bytes_says_more_than_what_is_rounded_after() {
        let number = |at: usize, step: f32| (at as f32 * step).sin();
        let tensor = |rows: usize, step: f32| {
            let numbers = (0..rows * 64).map(|at| number(at, step)).collect();
            Tensor::from_vec(numbers, (rows, 64), &Device::Cpu).expect("a tensor")
        };
        // As many inputs as weights of a row: what is rounded can be made up for.
        let (inputs, wanted) = (tensor(48, 0.37), tensor(4, 1.13));
        let says = |weights: &Tensor| inputs.matmul(&weights.t().expect("turns"));
        let aim = says(&wanted).expect("runs");
        let off = |weights: &Tensor| {
            let gap = says(weights).and_then(|said| (said - &aim)?.sqr()?.mean_all());
            gap.expect("a number")
        };
        let var = Var::from_tensor(&wanted).expect("learns");
        let halved = Halved::of(&var).expect("has scales");
        let through = || halved.through(var.as_tensor()).expect("rounds");
        let before: f32 = off(&through()).to_scalar().expect("a number");
        let mut adam = Adam::default();
        adam.add(var.clone(), 1.0);
        for step in 0..300 {
            let grads = off(&through()).backward().expect("learns");
            adam.step(&grads, 0.01 * (1.0 - f64::from(step) / 300.0))
                .expect("steps");
        }
        let blocks = halved.blocks(var.as_tensor()).expect("rounds");
        let stored = blocks.dequantize(&Device::Cpu).expect("widens");
        let after: f32 = off(&stored).to_scalar().expect("a number");
        assert!(after * 2.0 < before, "{after} after {before}");
        // The file says what was learnt with.
        let gap = (stored - through()).and_then(|gap| gap.abs()?.max_all());
        assert!(
            gap.and_then(|gap| gap.to_scalar::<f32>())
                .expect("a number")
                < 1e-6
        );
    }
}
