//! Being near what was out of scope among the text learnt, and far from what was in scope.
//!
//! Prototypes are the middles of both (spherical k-means over the head's features). What a
//! nearness counts for is fitted on text that the prototypes were not made from.

use crate::batches::{in_chunks, packed};
use crate::calibrate::{Scored, accuracy, calibrate, log_loss_at_best};
use crate::data::{Example, label_of};
use crate::model::{Base, Learner};
use crate::phrases;
use crate::train::matrix;
use anyhow::Context as _;
use candle_core::{D, Tensor};
use olympus_inference::known::{Familiarity, Nearest, PROTOTYPES};
use olympus_proto::Intent;
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

/// Of the utterances out of scope, those found when 3 % of those in scope are taken for them.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Novelty {
    /// By the logit of the class against the best of the others.
    pub(crate) by_class: f64,
    /// By how much nearer the nearest prototype out of scope is than the nearest in scope.
    pub(crate) by_distance: f64,
    /// By the logit with what the distance adds, as the artifact has it.
    pub(crate) by_both: f64,
}

/// Share of the utterances in scope that may be mistaken.
const MISTAKEN: f64 = 0.03;
/// Rounds of k-means; far fewer change nothing any more.
const ROUNDS: usize = 15;
/// Texts encoded together.
const BATCH: usize = 32;

/// An utterance as a model judges it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) scored: Scored,
    pub(crate) nearest: Nearest,
}

impl Judged {
    /// With what the distance adds.
    pub(crate) fn with(&self, familiarity: Familiarity) -> Scored {
        let (mut logits, label) = self.scored;
        logits[label_of(Intent::Unknown)] += familiarity.gain(self.nearest);
        (logits, label)
    }
}

/// Middles of what is in scope and of what is not, each [`PROTOTYPES`] × hidden of length 1.
pub(crate) fn prototypes(
    learner: &Learner,
    base: &Base,
    learnt: &[&Example],
    seed: u64,
) -> anyhow::Result<[Tensor; 2]> {
    let unknown = label_of(Intent::Unknown);
    let middles = |outside: bool| {
        let of = learnt.iter().filter(|e| (e.label == unknown) == outside);
        let texts: Vec<&str> = of.map(|example| example.text.as_str()).collect();
        anyhow::ensure!(
            texts.len() >= PROTOTYPES,
            "{} utterances are too few for {PROTOTYPES} prototypes",
            texts.len()
        );
        let (features, _) = describe(learner, base, &texts)?;
        k_means(&features, PROTOTYPES, seed)
    };
    Ok([middles(false)?, middles(true)?])
}

fn k_means(rows: &Tensor, count: usize, seed: u64) -> anyhow::Result<Tensor> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let values = rows.to_vec2::<f32>()?;
    let mut chosen = sample(&mut rng, values.len(), count).into_vec();
    chosen.sort_unstable();
    let mut middles: Vec<Vec<f32>> = chosen.into_iter().map(|at| values[at].clone()).collect();
    for _ in 0..ROUNDS {
        let nearest = rows.matmul(&tensor(&middles)?.t()?)?.argmax(D::Minus1)?;
        let mut sums = vec![vec![0.0; rows.dim(1)?]; count];
        for (row, nearest) in values.iter().zip(nearest.to_vec1::<u32>()?) {
            for (sum, value) in sums[nearest as usize].iter_mut().zip(row) {
                *sum += value;
            }
        }
        for (middle, sum) in middles.iter_mut().zip(sums) {
            let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
            // A middle that nothing is nearest to stays where it is.
            if length > 0.0 {
                *middle = sum.into_iter().map(|value| value / length).collect();
            }
        }
    }
    tensor(&middles)
}

fn tensor(rows: &[Vec<f32>]) -> anyhow::Result<Tensor> {
    let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
    matrix(&rows)
}

/// Logits and nearness of examples; where there are no prototypes nothing is near.
pub(crate) fn judge(
    learner: &Learner,
    base: &Base,
    prototypes: Option<&[Tensor; 2]>,
    examples: &[&Example],
) -> anyhow::Result<Vec<Judged>> {
    let texts: Vec<&str> = examples.iter().map(|e| e.text.as_str()).collect();
    let (features, logits) = describe(learner, base, &texts)?;
    let nearest = |side: usize| -> anyhow::Result<Vec<f32>> {
        let Some(side) = prototypes.map(|sides| &sides[side]) else {
            return Ok(vec![0.0; texts.len()]);
        };
        Ok(features.matmul(&side.t()?)?.max(D::Minus1)?.to_vec1()?)
    };
    let (inside, outside) = (nearest(0)?, nearest(1)?);
    let nearest = inside.into_iter().zip(outside);
    Ok(logits
        .into_iter()
        .zip(nearest)
        .zip(examples)
        .map(|((logits, (inside, outside)), example)| Judged {
            scored: (logits, example.label),
            nearest: Nearest { inside, outside },
        })
        .collect())
}

/// Adds what the examples' phrases say (`crate::phrases`).
pub(crate) fn add_phrases(
    base: &Base,
    by_phrases: &[f32],
    examples: &[&Example],
    judged: &mut [Judged],
) -> anyhow::Result<()> {
    let logits = judged.iter_mut().map(|judged| &mut judged.scored.0);
    phrases::add(base, by_phrases, examples.iter().copied().zip(logits))
}

/// Accuracy that a smaller weight may lack.
const EQUAL: f64 = 0.0005;

/// For each weight the centre of least log loss; of those the smallest weight that is as accurate
/// as any, as a larger one makes the probabilities worse. 0 is among those tried.
pub(crate) fn fit(judged: &[Judged]) -> Familiarity {
    let tried: Vec<(f64, Familiarity)> = of_least_loss(judged)
        .into_iter()
        .map(|familiarity| {
            let scored = with(judged, familiarity);
            (accuracy(&scored, &calibrate(&scored)), familiarity)
        })
        .collect();
    for (accuracy, familiarity) in &tried {
        eprintln!("{familiarity:?}: {accuracy:.4} right in held-out registers");
    }
    let best = tried.iter().map(|tried| tried.0).fold(0.0, f64::max);
    let least = tried.into_iter().find(|tried| tried.0 >= best - EQUAL);
    least.map_or(Familiarity::NONE, |least| least.1)
}

/// Each weight that is tried with the centre that suits it best.
fn of_least_loss(judged: &[Judged]) -> Vec<Familiarity> {
    let weights = [0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0];
    let best = |weight: f32| {
        let centres = (-12..=12_i8).map(|step| f32::from(step) * 0.025);
        centres
            .map(|centre| Familiarity { weight, centre })
            .map(|tried| (log_loss_at_best(&with(judged, tried)), tried))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|best| best.1)
    };
    weights.into_iter().filter_map(best).collect()
}

/// All of them with what the distance adds.
pub(crate) fn with(judged: &[Judged], familiarity: Familiarity) -> Vec<Scored> {
    judged.iter().map(|one| one.with(familiarity)).collect()
}

/// What each way finds.
pub(crate) fn measure(judged: &[Judged], familiarity: Familiarity) -> Novelty {
    let unknown = label_of(Intent::Unknown);
    let outside: Vec<bool> = judged.iter().map(|j| j.scored.1 == unknown).collect();
    let by = |score: &dyn Fn(&Judged) -> f32| {
        let scores: Vec<f32> = judged.iter().map(score).collect();
        found(&scores, &outside)
    };
    Novelty {
        by_class: by(&|j| margin(&j.scored.0)),
        by_distance: by(&|j| j.nearest.outside - j.nearest.inside),
        by_both: by(&|j| margin(&j.with(familiarity).0)),
    }
}

/// The logit of "unknown" over the best of the others.
fn margin(logits: &[f32; 6]) -> f32 {
    let unknown = label_of(Intent::Unknown);
    let others = logits.iter().enumerate().filter(|(at, _)| *at != unknown);
    logits[unknown] - others.map(|(_, logit)| *logit).fold(f32::MIN, f32::max)
}

/// Recall of what is outside, at the score that [`MISTAKEN`] of what is inside reach.
fn found(scores: &[f32], outside: &[bool]) -> f64 {
    let of = |wanted: bool| -> Vec<f32> {
        let rows = scores.iter().zip(outside);
        rows.filter(|row| *row.1 == wanted)
            .map(|row| *row.0)
            .collect()
    };
    let (mut inside, outside) = (of(false), of(true));
    inside.sort_by(|a, b| b.total_cmp(a));
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of utterances"
    )]
    let at = (inside.len() as f64 * MISTAKEN) as usize;
    let threshold = inside.get(at).copied().unwrap_or(f32::MAX);
    let hits = outside.iter().filter(|score| **score > threshold).count();
    #[expect(clippy::cast_precision_loss, reason = "counts of utterances")]
    let share = hits as f64 / outside.len().max(1) as f64;
    share
}

/// Unit features, a row each, and logits, in the order of the texts.
fn describe(
    learner: &Learner,
    base: &Base,
    texts: &[&str],
) -> anyhow::Result<(Tensor, Vec<[f32; 6]>)> {
    // A snapshot, which nothing is kept for that a gradient would need.
    let (encoder, head) = learner.snapshot()?;
    let described = in_chunks(texts, BATCH, |texts| {
        let texts = packed(base, texts)?;
        let states = encoder.differentiable(&texts)?;
        let raw = head.differentiable_features(&states, &texts)?;
        let said = head.differentiable(&raw)?.to_vec2::<f32>()?;
        let length = raw.sqr()?.sum_keepdim(1)?.sqrt()?;
        let unit = raw.broadcast_div(&length)?.to_vec2::<f32>()?;
        unit.into_iter()
            .zip(said)
            .map(|(unit, said)| {
                let said: [f32; 6] = said.try_into().ok().context("six logits a text")?;
                Ok((unit, said))
            })
            .collect()
    })?;
    let (features, logits): (Vec<Vec<f32>>, Vec<_>) = described.into_iter().unzip();
    Ok((tensor(&features)?, logits))
}

#[cfg(test)]
mod tests {
    use super::{Judged, Nearest, fit, found, k_means, tensor};

    #[test]
    fn recall_at_three_mistakes_in_a_hundred() {
        let inside = (0..100u8).map(f32::from);
        let scores: Vec<f32> = inside.chain([96.5, 99.5, 3.0, 200.0]).collect();
        let outside: Vec<bool> = (0..104).map(|i| i >= 100).collect();
        assert!((found(&scores, &outside) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn middles_lie_in_the_middle() {
        let at = |degrees: f32| vec![degrees.to_radians().cos(), degrees.to_radians().sin()];
        let rows = tensor(&[at(0.0), at(10.0), at(80.0), at(90.0)]).unwrap();
        let mut middles = k_means(&rows, 2, 1).unwrap().to_vec2::<f32>().unwrap();
        middles.sort_by(|a, b| b[0].total_cmp(&a[0]));
        for (middle, degrees) in middles.iter().zip([5.0, 85.0]) {
            assert!((middle[0] - at(degrees)[0]).abs() < 1e-5, "{middle:?}");
        }
    }

    #[test]
    fn distance_counts_where_it_tells_and_not_where_it_does_not() {
        let judged = |label: usize, inside: f32| Judged {
            scored: ([0.0, -9.0, -9.0, -9.0, -9.0, 0.0], label),
            nearest: Nearest {
                inside,
                outside: 0.7,
            },
        };
        let tells: Vec<_> = (0..50)
            .flat_map(|_| [judged(0, 0.9), judged(5, 0.5)])
            .collect();
        assert!(fit(&tells).weight > 0.0);
        let silent: Vec<_> = (0..50)
            .flat_map(|_| [judged(0, 0.7), judged(5, 0.7)])
            .collect();
        let none = fit(&silent);
        assert!(none.gain(silent[0].nearest).abs() < 1e-5, "{none:?}");
    }
}
