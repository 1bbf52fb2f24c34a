//! Adam with decoupled weight decay, a pass over each tensor: composed of Candle's operations it
//! reads and writes every weight ten times a step.

use anyhow::anyhow;
use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Tensor, Var};
use std::sync::Mutex;

const DECAY: f32 = 0.01;
const BETAS: (f32, f32) = (0.9, 0.999);
const EPS: f32 = 1e-8;

/// One tensor that learns.
struct Learning {
    var: Var,
    moments: Mutex<Moments>,
    /// Share of the rate that it learns at.
    share: f64,
}

#[derive(Default)]
struct Moments {
    first: Vec<f32>,
    second: Vec<f32>,
}

/// The optimiser with what it remembers of each tensor.
#[derive(Default)]
pub(crate) struct Adam {
    learning: Vec<Learning>,
    steps: i32,
}

impl Adam {
    /// `var` learns at `share` of the rate of each step.
    pub(crate) fn add(&mut self, var: Var, share: f64) {
        self.learning.push(Learning {
            var,
            moments: Mutex::default(),
            share,
        });
    }

    /// One step, on two threads. A tensor without a gradient stays as it is.
    pub(crate) fn step(&mut self, grads: &GradStore, rate: f64) -> anyhow::Result<()> {
        self.steps += 1;
        let steps = self.steps;
        let half = |which: usize| -> anyhow::Result<()> {
            for learning in self.learning.iter().skip(which).step_by(2) {
                let Some(grad) = grads.get(&learning.var) else {
                    continue;
                };
                learning.step(grad, rate * learning.share, steps)?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(|| half(1));
            half(0)?;
            other
                .join()
                .map_err(|_| anyhow!("a thread of the optimiser panicked"))?
        })
    }
}

impl Learning {
    fn step(&self, grad: &Tensor, rate: f64, steps: i32) -> anyhow::Result<()> {
        let mut moments = self.moments.lock().map_err(|_| anyhow!("poisoned"))?;
        let count = self.var.elem_count();
        moments.first.resize(count, 0.0);
        moments.second.resize(count, 0.0);
        #[expect(clippy::cast_possible_truncation, reason = "a learning rate")]
        let step = Step {
            moments: Mutex::new(&mut moments),
            rate: rate as f32,
            unbiased: (1.0 - BETAS.0.powi(steps), 1.0 - BETAS.1.powi(steps)),
        };
        Ok(self
            .var
            .as_tensor()
            .inplace_op2(&grad.contiguous()?, &step)?)
    }
}

/// A step of one tensor.
struct Step<'a> {
    moments: Mutex<&'a mut Moments>,
    rate: f32,
    /// What the moments are divided by: they start at zero.
    unbiased: (f32, f32),
}

impl InplaceOp2 for Step<'_> {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn cpu_fwd(
        &self,
        weights: &mut CpuStorage,
        layout: &Layout,
        grad: &CpuStorage,
        grad_layout: &Layout,
    ) -> Result<()> {
        let (Some((from, to)), Some(at)) = (
            layout.contiguous_offsets(),
            grad_layout.contiguous_offsets(),
        ) else {
            candle_core::bail!("weights and their gradient must be contiguous");
        };
        let CpuStorage::F32(weights) = weights else {
            candle_core::bail!("weights must be f32");
        };
        let grad = &grad.as_slice::<f32>()?[at.0..at.1];
        let Ok(mut moments) = self.moments.lock() else {
            candle_core::bail!("poisoned");
        };
        let moments: &mut Moments = &mut moments;
        let both = moments.first.iter_mut().zip(&mut moments.second);
        for ((weight, grad), (first, second)) in weights[from..to].iter_mut().zip(grad).zip(both) {
            *first = BETAS.0 * *first + (1.0 - BETAS.0) * grad;
            *second = BETAS.1 * *second + (1.0 - BETAS.1) * grad * grad;
            let towards = (*first / self.unbiased.0) / ((*second / self.unbiased.1).sqrt() + EPS);
            *weight -= self.rate * (DECAY * *weight + towards);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Adam, DECAY};
    use candle_core::{Device, Var};
    use candle_nn::{AdamW, Optimizer, ParamsAdamW};

    #[test]
    fn steps_as_candles_optimiser_does() {
        let start: Vec<f32> = (0..30).map(|i| (i as f32 * 0.7).sin()).collect();
        let var = || Var::from_vec(start.clone(), (5, 6), &Device::Cpu).expect("a tensor");
        let (ours, theirs) = (var(), var());
        let params = ParamsAdamW {
            weight_decay: f64::from(DECAY),
            ..ParamsAdamW::default()
        };
        let mut candles = AdamW::new(vec![theirs.clone()], params).expect("is made");
        let mut adam = Adam::default();
        adam.add(ours.clone(), 0.5);
        for step in 1..=20 {
            let rate = 0.02 / f64::from(step);
            candles.set_learning_rate(rate * 0.5);
            for (var, ours) in [(&ours, true), (&theirs, false)] {
                let loss = var.sqr().and_then(|t| t.sin()?.sum_all()).expect("runs");
                let grads = loss.backward().expect("runs");
                if ours {
                    adam.step(&grads, rate).expect("steps");
                } else {
                    candles.step(&grads).expect("steps");
                }
            }
        }
        let of = |var: &Var| -> Vec<f32> {
            let flat = var.flatten_all().expect("flattens");
            flat.to_vec1().expect("f32")
        };
        let mut moved = 0;
        for ((ours, theirs), start) in of(&ours).iter().zip(of(&theirs)).zip(&start) {
            assert!((ours - theirs).abs() < 1e-5, "{ours} {theirs}");
            moved += usize::from((ours - start).abs() > 1e-3);
        }
        assert!(moved > 20, "{moved}");
    }
}
