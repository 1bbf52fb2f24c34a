//! The loop: intent by cross entropy, while sentence vectors are held where the base model has them.
//!
//! The second part lets one encoder serve both tasks: menu search keeps the geometry it came
//! with, and since the learner sees disturbed text but the teacher the clean one, vectors learn
//! to overlook typing errors.

use crate::data::Example;
use crate::model::{Base, Learner};
use crate::noise::disturb;
use anyhow::Context as _;
use candle_core::{D, Tensor};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use indicatif::{ProgressBar, ProgressStyle};
use olympus_inference::bert::{Batch, pool};
use olympus_inference::{Encoder, Mode, Pooling, TextTokenizer};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a run is made with; part of the card.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    pub(crate) epochs: usize,
    pub(crate) batch: usize,
    pub(crate) encoder_rate: f64,
    pub(crate) head_rate: f64,
    /// Weight of staying near the base model's vectors.
    pub(crate) anchor: f64,
    pub(crate) smoothing: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 7,
            epochs: 3,
            batch: 64,
            encoder_rate: 8e-5,
            head_rate: 1e-3,
            anchor: 2.0,
            smoothing: 0.05,
        }
    }
}

/// Mean loss of one epoch, a point of the learning curve.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Epoch {
    pub(crate) intent_loss: f64,
    pub(crate) anchor_loss: f64,
}

/// Every eighth step is followed by one on dishes only.
const DISH_EVERY: usize = 8;
const CLASSES: usize = 6;

pub(crate) struct Run<'a> {
    pub(crate) base: &'a Base,
    pub(crate) teacher: &'a Encoder,
    pub(crate) dishes: &'a [String],
    pub(crate) settings: &'a Settings,
}

struct Rates {
    encoder: AdamW,
    head: AdamW,
}

impl Run<'_> {
    /// Learns from the examples.
    pub(crate) fn fit(
        &self,
        name: &str,
        examples: &[&Example],
    ) -> anyhow::Result<(Learner, Vec<Epoch>)> {
        let settings = self.settings;
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        let learner = Learner::new(self.base, &mut rng)?;
        let mut rates = optimisers(&learner, settings)?;
        let steps_per_epoch = examples.len().div_ceil(settings.batch);
        let steps = steps_per_epoch * settings.epochs;
        let bar = progress(name, steps);
        let texts: Vec<&str> = examples.iter().map(|e| e.text.as_str()).collect();
        let anchors = teach(self.teacher, &self.base.tokenizer, &texts)?;
        let dish_texts: Vec<&str> = self.dishes.iter().map(String::as_str).collect();
        let dish_anchors = teach(self.teacher, &self.base.tokenizer, &dish_texts)?;
        let mut curve = Vec::new();
        let started = std::time::Instant::now();
        let mut step = 0;
        for epoch in 1..=settings.epochs {
            let (mut intent_sum, mut anchor_sum) = (0.0, 0.0);
            for batch in batches(&texts, settings.batch, &mut rng) {
                set_rates(&mut rates, settings, step, steps);
                let labels: Vec<u32> = batch
                    .iter()
                    .map(|index| u32::try_from(examples[*index].label))
                    .collect::<Result<_, _>>()?;
                let drawn = self.draw(&texts, &batch, &mut rng)?;
                let (logits, vectors) = learner.forward(&drawn, Mode::Train)?;
                let intent = cross_entropy(&logits, &labels, settings.smoothing)?;
                let anchor = distance(&vectors, &anchors, &batch)?;
                let loss = (&intent + (&anchor * settings.anchor)?)?;
                let grads = loss.backward()?;
                rates.encoder.step(&grads)?;
                rates.head.step(&grads)?;
                intent_sum += f64::from(intent.to_scalar::<f32>()?);
                anchor_sum += f64::from(anchor.to_scalar::<f32>()?);
                step += 1;
                if bar.is_hidden() && step.is_multiple_of(25) {
                    eprintln!("{name}: step {step} of {steps}, {:.0?}", started.elapsed());
                }
                bar.set_position(step as u64);
                bar.set_message(format!("loss {:.3}", intent.to_scalar::<f32>()?));
                if step.is_multiple_of(DISH_EVERY) && !dish_texts.is_empty() {
                    let batch: Vec<usize> = (0..settings.batch)
                        .map(|_| rng.random_range(0..dish_texts.len()))
                        .collect();
                    let drawn = self.draw(&dish_texts, &batch, &mut rng)?;
                    let (_, vectors) = learner.forward(&drawn, Mode::Train)?;
                    let loss = (distance(&vectors, &dish_anchors, &batch)? * settings.anchor)?;
                    rates.encoder.step(&loss.backward()?)?;
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "a count of steps")]
            let count = steps_per_epoch as f64;
            let at = Epoch {
                intent_loss: intent_sum / count,
                anchor_loss: anchor_sum / count,
            };
            // A line an epoch also where there is no terminal to draw a bar on.
            bar.suspend(|| eprintln!("{name}: epoch {epoch}: {at:?}"));
            curve.push(at);
        }
        bar.finish();
        Ok((learner, curve))
    }

    fn draw(&self, texts: &[&str], batch: &[usize], rng: &mut ChaCha8Rng) -> anyhow::Result<Batch> {
        let ids = batch
            .iter()
            .map(|index| Ok(self.base.tokenizer.ids(&disturb(texts[*index], rng))?))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let rows: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        Ok(Batch::of(&rows)?)
    }
}

/// The base model's vectors of clean texts, one row each.
pub(crate) fn teach(
    teacher: &Encoder,
    tokenizer: &TextTokenizer,
    texts: &[&str],
) -> anyhow::Result<Vec<Vec<f32>>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|index| texts[*index].len());
    let mut vectors = vec![Vec::new(); texts.len()];
    for chunk in order.chunks(64) {
        let ids = chunk
            .iter()
            .map(|index| Ok(tokenizer.ids(texts[*index])?))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let rows: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        let batch = Batch::of(&rows)?;
        let states = teacher.forward(&batch, Mode::Infer)?;
        let pooled = pool(&states, batch.mask.as_ref(), Pooling::Mean)?.to_vec2::<f32>()?;
        for (index, vector) in chunk.iter().zip(pooled) {
            vectors[*index] = vector;
        }
    }
    Ok(vectors)
}

/// Batches of similar length, in random order.
fn batches(texts: &[&str], size: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.shuffle(rng);
    let mut out = Vec::new();
    for pool in order.chunks_mut(size * 16) {
        pool.sort_by_key(|index| texts[*index].len());
        out.extend(pool.chunks(size).map(<[usize]>::to_vec));
    }
    out.shuffle(rng);
    out
}

fn cross_entropy(logits: &Tensor, labels: &[u32], smoothing: f64) -> anyhow::Result<Tensor> {
    let log = candle_nn::ops::log_softmax(logits, D::Minus1)?;
    let labels = Tensor::new(labels, log.device())?.unsqueeze(1)?;
    let hit = log.gather(&labels, 1)?.mean_all()?;
    let even = log.mean_all()?;
    debug_assert_eq!(log.dim(1)?, CLASSES);
    Ok(((hit * (smoothing - 1.0))? - (even * smoothing)?)?)
}

/// Mean of 1 − cosine to the teacher's vectors; both sides are unit vectors.
fn distance(vectors: &Tensor, anchors: &[Vec<f32>], batch: &[usize]) -> anyhow::Result<Tensor> {
    let rows: Vec<f32> = batch
        .iter()
        .flat_map(|index| anchors[*index].iter().copied())
        .collect();
    let target = Tensor::from_vec(rows, vectors.dims(), vectors.device())?;
    let cosine = (vectors * target)?.sum(1)?;
    Ok(cosine.affine(-1.0, 1.0)?.mean_all()?)
}

fn optimisers(learner: &Learner, settings: &Settings) -> anyhow::Result<Rates> {
    let params = |lr| ParamsAdamW {
        lr,
        weight_decay: 0.01,
        ..ParamsAdamW::default()
    };
    Ok(Rates {
        encoder: AdamW::new(
            learner.encoder.values().cloned().collect(),
            params(settings.encoder_rate),
        )?,
        head: AdamW::new(
            learner.head.values().cloned().collect(),
            params(settings.head_rate),
        )?,
    })
}

/// Linear warm-up over the first twentieth, then linear to zero.
fn set_rates(rates: &mut Rates, settings: &Settings, step: usize, steps: usize) {
    #[expect(clippy::cast_precision_loss, reason = "counts of steps")]
    let (at, all) = (step as f64, steps as f64);
    let share = ((at + 1.0) / (all * 0.05).max(1.0)).min((all - at) / all);
    rates
        .encoder
        .set_learning_rate(settings.encoder_rate * share);
    rates.head.set_learning_rate(settings.head_rate * share);
}

fn progress(name: &str, steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:>24} {bar:32} {pos}/{len} {msg} eta {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(steps as u64)
        .with_style(style)
        .with_prefix(name.to_owned())
}

/// Logits of texts under a finished model.
pub(crate) fn predict(
    learner: &Learner,
    tokenizer: &TextTokenizer,
    texts: &[&str],
) -> anyhow::Result<Vec<[f32; CLASSES]>> {
    let (encoder, head) = learner.build()?;
    texts
        .iter()
        .map(|text| {
            let ids = tokenizer.ids(text)?;
            let batch = Batch::of(&[&ids])?;
            let (logits, _) = crate::model::run(&encoder, &head, &batch, Mode::Infer)?;
            let row = logits.squeeze(0)?.to_vec1::<f32>()?;
            row.try_into().ok().context("six logits a text")
        })
        .collect()
}
