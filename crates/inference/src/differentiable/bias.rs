//! The same numbers added to each row.

use super::numbers;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};

/// `rows + bias`.
pub(crate) fn add_bias(rows: &Tensor, bias: &Tensor) -> Result<Tensor> {
    rows.contiguous()?.apply_op2(&bias.contiguous()?, AddBias)
}

struct AddBias;

impl CustomOp2 for AddBias {
    fn name(&self) -> &'static str {
        "add-bias"
    }

    fn cpu_fwd(
        &self,
        rows: &CpuStorage,
        layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, bias) = (numbers(rows, layout)?, numbers(bias, bias_layout)?);
        let mut out = Vec::with_capacity(rows.len());
        for row in rows.chunks_exact(bias.len()) {
            out.extend(row.iter().zip(bias).map(|(x, b)| x + b));
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let of_bias = grad.contiguous()?.apply_op1_no_bwd(&Sums)?;
        Ok((Some(grad.clone()), Some(of_bias)))
    }
}

/// The sum of each column.
struct Sums;

impl CustomOp1 for Sums {
    fn name(&self) -> &'static str {
        "column-sums"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let width = layout.dims().last().copied().unwrap_or(1);
        let mut sums = vec![0.0_f32; width];
        for row in numbers(storage, layout)?.chunks_exact(width) {
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += x;
            }
        }
        Ok((CpuStorage::F32(sums), Shape::from(width)))
    }
}
