//! A linear softmax head on sentence vectors, fitted by plain gradient descent.
//!
//! Invariant: no random: equal rows in equal order give equal heads. The loss is convex, so where
//! it starts does not matter. A yardstick; the device's own head is another one.

use olympus_core::intent::CLASSES;

/// Steps over all rows.
const STEPS: usize = 300;
/// Weight of half the squared weights in the loss.
const DECAY: f32 = 1e-4;
/// First step length; it grows while the loss falls and is halved where it rises.
const FIRST_STEP: f32 = 1.0;
const GROWTH: f32 = 1.1;

type Logits = [f32; CLASSES];

/// A vector and its class, an index below [`CLASSES`].
pub(super) type Sample<'a> = (&'a [f32], usize);

/// Weights for each dimension, and a bias.
pub(super) struct Head {
    mean: Vec<f32>,
    scale: f32,
    weights: Weights,
}

#[derive(Clone)]
struct Weights {
    by_dimension: Vec<Logits>,
    bias: Logits,
}

impl Head {
    /// `None` of no samples.
    pub(super) fn fit(samples: &[Sample<'_>]) -> Option<Self> {
        let dim = samples.first()?.0.len();
        let (mean, scale) = spread(samples, dim);
        let rows: Vec<(Vec<f32>, usize)> = samples
            .iter()
            .map(|(vector, class)| (centred(vector, &mean, scale), *class))
            .collect();
        let mut weights = Weights {
            by_dimension: vec![[0.0; CLASSES]; dim],
            bias: [0.0; CLASSES],
        };
        let (mut loss, mut slope) = loss_and_slope(&weights, &rows);
        let mut step = FIRST_STEP;
        for _ in 0..STEPS {
            let next = weights.moved(&slope, -step);
            let (next_loss, next_slope) = loss_and_slope(&next, &rows);
            if next_loss <= loss {
                (weights, loss, slope) = (next, next_loss, next_slope);
                step *= GROWTH;
            } else {
                step /= 2.0;
            }
        }
        Some(Self {
            mean,
            scale,
            weights,
        })
    }

    /// The likeliest class; the first of equals.
    pub(super) fn class(&self, vector: &[f32]) -> usize {
        let logits = self
            .weights
            .logits(&centred(vector, &self.mean, self.scale));
        let mut best = 0;
        for (class, logit) in logits.iter().enumerate() {
            if logits.get(best).is_some_and(|highest| logit > highest) {
                best = class;
            }
        }
        best
    }
}

impl Weights {
    fn logits(&self, vector: &[f32]) -> Logits {
        let mut logits = self.bias;
        for (x, weights) in vector.iter().zip(&self.by_dimension) {
            add(&mut logits, weights, *x);
        }
        logits
    }

    fn moved(&self, slope: &Self, by: f32) -> Self {
        let mut moved = self.clone();
        for (weights, slope) in moved.by_dimension.iter_mut().zip(&slope.by_dimension) {
            add(weights, slope, by);
        }
        add(&mut moved.bias, &slope.bias, by);
        moved
    }
}

fn add(to: &mut Logits, what: &Logits, times: f32) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += what * times;
    }
}

/// Mean vector, and what brings the mean squared distance from it to 1.
fn spread(samples: &[Sample<'_>], dim: usize) -> (Vec<f32>, f32) {
    let count = samples.len().max(1) as f32;
    let mut mean = vec![0.0; dim];
    for (vector, _) in samples {
        for (sum, x) in mean.iter_mut().zip(*vector) {
            *sum += x / count;
        }
    }
    let squares: f32 = samples
        .iter()
        .map(|(vector, _)| {
            centred(vector, &mean, 1.0)
                .iter()
                .map(|x| x * x)
                .sum::<f32>()
        })
        .sum();
    (mean, (squares / count).sqrt().max(f32::EPSILON).recip())
}

fn centred(vector: &[f32], mean: &[f32], scale: f32) -> Vec<f32> {
    let pairs = vector.iter().zip(mean);
    pairs.map(|(x, mean)| (x - mean) * scale).collect()
}

/// Mean cross-entropy with decay, and its gradient.
fn loss_and_slope(weights: &Weights, rows: &[(Vec<f32>, usize)]) -> (f32, Weights) {
    let count = rows.len().max(1) as f32;
    let mut slope = Weights {
        by_dimension: weights
            .by_dimension
            .iter()
            .map(|weights| weights.map(|weight| weight * DECAY))
            .collect(),
        bias: [0.0; CLASSES],
    };
    let squares: f32 = weights
        .by_dimension
        .iter()
        .flat_map(|weights| weights.map(|weight| weight * weight))
        .sum();
    let mut loss = 0.0;
    for (vector, class) in rows {
        let mut error = softmax(weights.logits(vector));
        if let Some(right) = error.get_mut(*class) {
            loss -= right.max(f32::MIN_POSITIVE).ln();
            *right -= 1.0;
        }
        for (x, slope) in vector.iter().zip(&mut slope.by_dimension) {
            add(slope, &error, x / count);
        }
        add(&mut slope.bias, &error, count.recip());
    }
    (loss / count + squares * DECAY / 2.0, slope)
}

fn softmax(logits: Logits) -> Logits {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = logits.map(|logit| (logit - highest).exp());
    let sum: f32 = powers.iter().sum();
    powers.map(|power| power / sum)
}

#[cfg(test)]
mod tests {
    use super::{Head, Weights, loss_and_slope, spread};

    #[test]
    fn mean_and_scale_by_hand() {
        // mean (1, 0); squared distances 1, 1
        let samples = [(&[0.0, 0.0][..], 0), (&[2.0, 0.0][..], 1)];
        assert_eq!(spread(&samples, 2), (vec![1.0, 0.0], 1.0));
    }

    #[test]
    fn the_slope_is_that_of_the_loss() {
        let rows = vec![(vec![1.0, -0.5], 2), (vec![0.3, 0.8], 0)];
        let weights = Weights {
            by_dimension: vec![[0.1, -0.2, 0.3, 0.0, 0.5, -0.1]; 2],
            bias: [0.0; 6],
        };
        let (loss, slope) = loss_and_slope(&weights, &rows);
        // all weights equal within a dimension pair: by finite difference
        let mut moved = weights.clone();
        moved.by_dimension[1][2] += 1e-2;
        let (higher, _) = loss_and_slope(&moved, &rows);
        let measured = (higher - loss) / 1e-2;
        assert!(
            (measured - slope.by_dimension[1][2]).abs() < 2e-3,
            "{measured} {}",
            slope.by_dimension[1][2]
        );
        // without weights every class has 1/6: ln 6
        let (flat, _) = loss_and_slope(
            &Weights {
                by_dimension: vec![[0.0; 6]; 2],
                bias: [0.0; 6],
            },
            &rows,
        );
        assert!((flat - 6_f32.ln()).abs() < 1e-6);
    }

    #[test]
    fn classes_that_a_plane_parts_are_learnt() {
        let points: Vec<(Vec<f32>, usize)> = (0..60)
            .map(|at| {
                let angle = at as f32 * 0.7;
                let class = [0, 3, 5][at % 3];
                let centre = [(2.0, 0.0), (-1.0, 2.0), (-1.0, -2.0)][at % 3];
                (
                    vec![centre.0 + 0.5 * angle.cos(), centre.1 + 0.5 * angle.sin()],
                    class,
                )
            })
            .collect();
        let samples: Vec<_> = points.iter().map(|(x, y)| (x.as_slice(), *y)).collect();
        let head = Head::fit(&samples).expect("samples");
        assert!(samples.iter().all(|(x, class)| head.class(x) == *class));
        assert_eq!(head.class(&[5.0, 0.1]), 0);
        assert!(Head::fit(&[]).is_none());
    }
}
