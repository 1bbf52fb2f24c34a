//! Operations of the encoder as one pass each, with gradients: beside the matrix products they are
//! what training spends its time on, and Candle composes them of ten passes and more.

mod attention;
mod bias;

pub(crate) use attention::attention;
pub(crate) use bias::add_bias;

use crate::fused::math;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};

/// `x · Φ(x)` of each number.
pub(crate) fn gelu(rows: &Tensor) -> Result<Tensor> {
    rows.contiguous()?.apply_op1(Gelu)
}

/// Each row normalised, times `weight`, plus `bias`.
pub(crate) fn layer_norm(
    rows: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    eps: f64,
) -> Result<Tensor> {
    rows.contiguous()?.apply_op3(weight, bias, Norm { eps })
}

/// The numbers of a contiguous f32 tensor.
fn numbers<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((from, to)) = layout.contiguous_offsets() else {
        candle_core::bail!("a fused operation was given a tensor that is not contiguous");
    };
    Ok(&storage.as_slice::<f32>()?[from..to])
}

struct Gelu;

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let out = numbers(storage, layout)?.iter().map(|x| math::gelu(*x));
        Ok((CpuStorage::F32(out.collect()), layout.shape().clone()))
    }

    fn bwd(&self, rows: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        rows.apply_op2_no_bwd(&grad.contiguous()?, &GeluSlope)
            .map(Some)
    }
}

/// The gradient of [`Gelu`] from its argument and the gradient of its result.
struct GeluSlope;

impl CustomOp2 for GeluSlope {
    fn name(&self) -> &'static str {
        "gelu-slope"
    }

    fn cpu_fwd(
        &self,
        rows: &CpuStorage,
        layout: &Layout,
        grad: &CpuStorage,
        grad_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let pairs = numbers(rows, layout)?
            .iter()
            .zip(numbers(grad, grad_layout)?);
        let out = pairs.map(|(x, grad)| grad * math::gelu_slope(*x));
        Ok((CpuStorage::F32(out.collect()), layout.shape().clone()))
    }
}

struct Norm {
    eps: f64,
}

/// Mean of a row and one over its deviation.
fn moments(row: &[f32], eps: f64) -> (f32, f32) {
    #[expect(clippy::cast_precision_loss, reason = "a row's length")]
    let count = row.len() as f32;
    let mean = row.iter().sum::<f32>() / count;
    let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / count;
    #[expect(clippy::cast_possible_truncation, reason = "an epsilon")]
    let scale = 1.0 / (variance + eps as f32).sqrt();
    (mean, scale)
}

impl CustomOp3 for Norm {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        rows: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let rows = numbers(rows, layout)?;
        let weight = numbers(weight, weight_layout)?;
        let bias = numbers(bias, bias_layout)?;
        let mut out = Vec::with_capacity(rows.len());
        for row in rows.chunks_exact(weight.len()) {
            let (mean, scale) = moments(row, self.eps);
            let terms = row.iter().zip(weight.iter().zip(bias));
            out.extend(terms.map(|(x, (w, b))| (x - mean) * scale * w + b));
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(
        &self,
        rows: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let grad = grad.contiguous()?;
        let of_rows = rows.apply_op3_no_bwd(weight, &grad, &NormSlope { eps: self.eps })?;
        let both = rows.apply_op2_no_bwd(&grad, &WeightSlopes { eps: self.eps })?;
        let (of_weight, of_bias) = (both.get(0)?, both.get(1)?);
        Ok((Some(of_rows), Some(of_weight), Some(of_bias)))
    }
}

/// The gradient of [`Norm`]'s rows from rows, weight and the gradient of its result.
struct NormSlope {
    eps: f64,
}

impl CustomOp3 for NormSlope {
    fn name(&self) -> &'static str {
        "layer-norm-slope"
    }

    fn cpu_fwd(
        &self,
        rows: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        grad: &CpuStorage,
        grad_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let rows = numbers(rows, layout)?;
        let weight = numbers(weight, weight_layout)?;
        let grad = numbers(grad, grad_layout)?;
        let width = weight.len();
        #[expect(clippy::cast_precision_loss, reason = "a row's length")]
        let count = width as f32;
        let mut out = Vec::with_capacity(rows.len());
        for (row, grad) in rows.chunks_exact(width).zip(grad.chunks_exact(width)) {
            let (mean, scale) = moments(row, self.eps);
            let (mut sum, mut along) = (0.0_f32, 0.0_f32);
            for ((x, g), w) in row.iter().zip(grad).zip(weight) {
                sum += g * w;
                along += g * w * (x - mean) * scale;
            }
            let (sum, along) = (sum / count, along / count);
            let terms = row.iter().zip(grad).zip(weight);
            out.extend(terms.map(|((x, g), w)| scale * (g * w - sum - (x - mean) * scale * along)));
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

/// The gradients of [`Norm`]'s weight and bias, a row each, from rows and the gradient of its
/// result.
struct WeightSlopes {
    eps: f64,
}

impl CustomOp2 for WeightSlopes {
    fn name(&self) -> &'static str {
        "layer-norm-weight-slopes"
    }

    fn cpu_fwd(
        &self,
        rows: &CpuStorage,
        layout: &Layout,
        grad: &CpuStorage,
        grad_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let width = layout.dims().last().copied().unwrap_or(1);
        let rows = numbers(rows, layout)?.chunks_exact(width);
        let grads = numbers(grad, grad_layout)?.chunks_exact(width);
        let mut out = vec![0.0_f32; 2 * width];
        let (of_weight, of_bias) = out.split_at_mut(width);
        for (row, grad) in rows.zip(grads) {
            let (mean, scale) = moments(row, self.eps);
            let sums = of_weight.iter_mut().zip(of_bias.iter_mut());
            for ((weight, bias), (x, g)) in sums.zip(row.iter().zip(grad)) {
                *weight += g * (x - mean) * scale;
                *bias += g;
            }
        }
        Ok((CpuStorage::F32(out), Shape::from((2, width))))
    }
}

#[cfg(test)]
mod tests {
    use super::{add_bias, attention, gelu, layer_norm};
    use crate::bert::Texts;
    use candle_core::{D, Device, Result, Tensor, Var};
    use std::sync::Arc;

    const EPS: f64 = 1e-12;

    fn composed_norm(rows: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
        let centred = rows.broadcast_sub(&rows.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        centred
            .broadcast_div(&(variance + EPS)?.sqrt()?)?
            .broadcast_mul(weight)?
            .broadcast_add(bias)
    }

    /// Some numbers that are not alike, and not symmetric.
    fn var(shape: (usize, usize), phase: f32) -> Var {
        let count = shape.0 * shape.1;
        let numbers = (0..count).map(|at| (at as f32 * 0.731 + phase).sin() * 2.0 + 0.3);
        Var::from_vec(numbers.collect(), shape, &Device::Cpu).expect("a tensor")
    }

    /// Largest difference of results and of gradients of a weighted sum.
    fn apart(
        vars: &[Var],
        one: impl Fn(&[Tensor]) -> Result<Tensor>,
        other: impl Fn(&[Tensor]) -> Result<Tensor>,
    ) -> f32 {
        let run = |of: &dyn Fn(&[Tensor]) -> Result<Tensor>| -> Result<Vec<Tensor>> {
            let tensors: Vec<Tensor> = vars.iter().map(|var| var.as_tensor().clone()).collect();
            let out = of(&tensors)?;
            // Not a plain sum: of a norm that has no gradient.
            let shares = var(out.dims2()?, 1.7);
            let grads = (&out * shares.as_tensor())?.sum_all()?.backward()?;
            let grads = vars
                .iter()
                .map(|var| grads.get(var).expect("learns").clone());
            Ok(std::iter::once(out).chain(grads).collect())
        };
        let (one, other) = (run(&one).expect("runs"), run(&other).expect("runs"));
        let pairs = one.iter().zip(&other);
        pairs
            .map(|(one, other)| {
                let gap = (one - other).and_then(|gap| gap.abs()?.max_all()?.to_scalar::<f32>());
                gap.expect("of one shape")
            })
            .fold(0.0, f32::max)
    }

    #[test]
    fn one_pass_is_what_many_are_with_gradients() {
        let rows = var((7, 24), 0.0);
        let gap = apart(
            std::slice::from_ref(&rows),
            |t| gelu(&t[0]),
            |t| t[0].gelu_erf(),
        );
        assert!(gap < 2e-6, "gelu {gap}");
        let (weight, bias) = (var((1, 24), 0.4), var((1, 24), 0.9));
        let gap = apart(
            &[rows, weight, bias],
            |t| layer_norm(&t[0], &t[1].squeeze(0)?, &t[2].squeeze(0)?, EPS),
            |t| composed_norm(&t[0], &t[1].squeeze(0)?, &t[2].squeeze(0)?),
        );
        assert!(gap < 2e-5, "norm {gap}");
        let (rows, bias) = (var((7, 24), 0.1), var((1, 24), 0.6));
        let gap = apart(
            &[rows, bias],
            |t| add_bias(&t[0], &t[1].squeeze(0)?),
            |t| t[0].broadcast_add(&t[1]),
        );
        assert!(gap < 1e-5, "bias {gap}");
    }

    /// The attention of one head over one text.
    fn composed_attention(qkv: &[Tensor; 3]) -> Result<Tensor> {
        let [query, key, value] = qkv;
        let scale = 1.0 / (query.dim(1)? as f64).sqrt();
        let scores = (query.matmul(&key.t()?.contiguous()?)? * scale)?;
        candle_nn::ops::softmax(&scores, D::Minus1)?.matmul(value)
    }

    #[test]
    fn attention_stays_within_texts_and_heads() {
        let (lengths, heads, width) = ([4_usize, 1, 6], 2, 12);
        let hidden = heads * width;
        let qkv = var((lengths.iter().sum(), 3 * hidden), 0.5);
        let ours: Arc<[usize]> = lengths.into();
        let gap = apart(
            &[qkv],
            |t| attention(&t[0], &ours, heads),
            |t| {
                let mut from = 0;
                let texts = lengths.iter().map(|length| {
                    let text = t[0].narrow(0, from, *length)?;
                    from += length;
                    let of_head = (0..heads).map(|head| {
                        let part = |which: usize| {
                            let first = which * hidden + head * width;
                            text.narrow(1, first, width)?.contiguous()
                        };
                        composed_attention(&[part(0)?, part(1)?, part(2)?])
                    });
                    Tensor::cat(&of_head.collect::<Result<Vec<_>>>()?, 1)
                });
                Tensor::cat(&texts.collect::<Result<Vec<_>>>()?, 0)
            },
        );
        assert!(gap < 1e-5, "{gap}");
    }

    #[test]
    fn means_of_texts_have_the_gradients_of_softmax_and_sums() {
        let rows: [&[u32]; 2] = [&[1, 2, 3], &[4, 5]];
        let texts = Texts::of(&rows).expect("texts");
        let vars = [var((5, 8), 0.3), var((5, 1), 0.8)];
        let each = |t: &[Tensor], of: &dyn Fn(&Tensor, &Tensor) -> Result<Tensor>| {
            let part = |from, length| {
                of(
                    &t[0].narrow(0, from, length)?,
                    &t[1].narrow(0, from, length)?,
                )
            };
            Tensor::cat(&[part(0, 3)?, part(3, 2)?], 0)
        };
        let weighed = |states: &Tensor, scores: &Tensor| {
            let shares = candle_nn::ops::softmax(&scores.t()?.contiguous()?, D::Minus1)?;
            shares.matmul(states)
        };
        let gap = apart(
            &vars,
            |t| texts.weighed_means(&t[0], &t[1]),
            |t| each(t, &weighed),
        );
        assert!(gap < 1e-5, "weighed {gap}");
        let unit = |states: &Tensor, _: &Tensor| {
            let mean = states.mean_keepdim(0)?;
            mean.broadcast_div(&mean.sqr()?.sum_keepdim(1)?.sqrt()?)
        };
        let gap = apart(
            &vars[..1],
            |t| texts.unit_means(&t[0]),
            |t| each(&[t[0].clone(), t[0].narrow(1, 0, 1)?], &unit),
        );
        assert!(gap < 1e-5, "unit {gap}");
    }

    #[test]
    fn what_is_not_contiguous_is_made_so() {
        let rows = var((6, 8), 0.2);
        let turned = rows.t().expect("turns");
        let straight = turned.contiguous().expect("copies");
        let gap = (gelu(&turned).expect("runs") - gelu(&straight).expect("runs")).expect("fits");
        let gap = gap.abs().and_then(|gap| gap.max_all()).expect("a number");
        assert!(gap.to_scalar::<f32>().expect("f32") < f32::EPSILON);
    }
}
