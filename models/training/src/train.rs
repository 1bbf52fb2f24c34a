//! The loop: intent by cross entropy, search by contrast, and sentence vectors held near the base
//! model's.
//!
//! Each step learns from two batches at once, utterances on one thread and dishes on another, and
//! adds their gradients; the sum does not depend on which thread is first, so runs repeat. The
//! learner sees disturbed text and its anchors are those of clean text: vectors learn to overlook
//! typing errors.

use crate::adam::Adam;
use crate::batches::{disturbed, of_like_length};
use crate::checkpoint::Checkpoint;
use crate::data::Example;
use crate::loss::{contrastive, cross_entropy, distance};
use crate::mean;
use crate::model::{Base, Learner, run};
use crate::pairs::{self, Dish};
use crate::teacher::Teacher;
use anyhow::anyhow;
use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor};
use indicatif::{ProgressBar, ProgressStyle};
use olympus_inference::{Encoder, IntentHead, Texts};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::path::PathBuf;

/// What a run is made with; part of the card.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    /// Passes in which search is held near the base model.
    pub(crate) epochs: usize,
    /// Passes after those, that learn to search above all; none where search is left out.
    pub(crate) search_epochs: usize,
    /// Utterances a step.
    pub(crate) batch: usize,
    /// What is learnt of search.
    pub(crate) search: Search,
    /// The same in the passes after those.
    pub(crate) search_then: Search,
    /// Layers that learn, from the top.
    pub(crate) layers: usize,
    /// Peak rate of the top layer.
    pub(crate) encoder_rate: f64,
    /// Each layer below learns at this share of the rate of the one above.
    pub(crate) layer_decay: f64,
    pub(crate) head_rate: f64,
    /// Both as a share in the passes that learn to search above all.
    pub(crate) rate_then: f64,
    pub(crate) smoothing: f64,
}

/// What a step learns of search, and how much it weighs.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Search {
    /// Dishes a step; 0 leaves search out.
    pub(crate) pairs: usize,
    /// Dishes a step that the thread of the utterances, which are shorter, learns from as well.
    pub(crate) pairs_beside: usize,
    /// Weight of the contrastive loss beside that of intents, which is 1.
    pub(crate) contrast: f64,
    /// Weight of staying near the base model's vectors.
    pub(crate) anchor: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 7,
            epochs: 2,
            search_epochs: 0,
            batch: 64,
            search: Search {
                pairs: 64,
                pairs_beside: 0,
                contrast: 0.5,
                anchor: 1.0,
            },
            search_then: Search {
                pairs: 112,
                pairs_beside: 64,
                contrast: 1.0,
                anchor: 0.2,
            },
            layers: 6,
            encoder_rate: 1.5e-4,
            layer_decay: 0.8,
            head_rate: 1e-3,
            rate_then: 0.67,
            smoothing: 0.05,
        }
    }
}

impl Settings {
    /// All passes.
    pub(crate) fn passes(&self) -> usize {
        let then = if self.search.pairs > 0 {
            self.search_epochs
        } else {
            0
        };
        self.epochs + then
    }

    /// As a card says it; nothing where there are none.
    pub(crate) fn tell_search_epochs(&self) -> String {
        match self.passes() - self.epochs {
            0 => String::new(),
            then => format!(
                ", then {then} at {} of these rates with {}",
                self.rate_then,
                self.search_then.tell()
            ),
        }
    }

    /// What a pass learns of search.
    fn search_of(&self, epoch: usize) -> Search {
        if epoch < self.epochs {
            self.search
        } else {
            self.search_then
        }
    }

    /// The rate when a share of a pass is done: in a straight line to zero over the passes of a kind.
    fn rate_at(&self, epoch: usize, done: f64) -> f64 {
        let (peak, passes, before) = match epoch.checked_sub(self.epochs) {
            None => (self.encoder_rate, self.epochs, epoch),
            Some(after) => (
                self.encoder_rate * self.rate_then,
                self.search_epochs,
                after,
            ),
        };
        #[expect(clippy::cast_precision_loss, reason = "counts of passes")]
        let left = 1.0 - (before as f64 + done) / passes as f64;
        peak * left
    }
}

impl Search {
    /// As a card says it.
    pub(crate) fn tell(&self) -> String {
        let beside = match self.pairs_beside {
            0 => String::new(),
            more => format!(" and {more}"),
        };
        format!(
            "{}{beside} dishes a step, contrast {}, anchor {}",
            self.pairs, self.contrast, self.anchor
        )
    }
}

/// Mean losses of one epoch, a point of the learning curve.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Epoch {
    pub(crate) intent_loss: f64,
    pub(crate) contrast_loss: f64,
    pub(crate) anchor_loss: f64,
}

/// Where a fit begins, if not at the base model.
#[derive(Debug, Default)]
pub(crate) struct Begin {
    /// Weights that other fits kept, of which it takes the mean.
    pub(crate) with: Vec<PathBuf>,
    /// Passes that count as done.
    pub(crate) at: usize,
}

/// All that fits have in common.
pub(crate) struct Run<'a> {
    pub(crate) base: &'a Base,
    pub(crate) teacher: &'a Teacher<'a>,
    pub(crate) settings: &'a Settings,
    /// Where finished epochs are kept.
    pub(crate) checkpoints: &'a std::path::Path,
}

/// What a fit has come to.
pub(crate) struct Fit {
    pub(crate) learner: Learner,
    pub(crate) curve: Vec<Epoch>,
    /// The sha256 of the weights that it began with.
    pub(crate) began_with: Vec<String>,
}

/// Texts ready to run: what is drawn from the seed is drawn before the threads start.
struct Drawn {
    texts: Texts,
    anchors: Tensor,
}

/// A loss's parts and their gradients.
struct Learnt {
    task: f64,
    anchor: f64,
    grads: GradStore,
}

impl Run<'_> {
    /// Learns from the examples and dishes; goes on after the last epoch that was kept.
    pub(crate) fn fit(
        &self,
        name: &str,
        examples: &[&Example],
        dishes: &[Dish],
        begin: &Begin,
    ) -> anyhow::Result<Fit> {
        let settings = self.settings;
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        let mut learner = Learner::new(self.base, settings.layers, &mut rng)?;
        let began_with = mean::of(&mut learner, &begin.with)?;
        let all_of_it = match began_with.as_slice() {
            [] => name.to_owned(),
            hashes => format!("{name} from {hashes:?} at {}", begin.at),
        };
        let kept = Checkpoint::new(self.checkpoints, &all_of_it, settings, examples, dishes);
        let mut curve = kept.restore(&mut learner)?;
        let steps = examples.len().div_ceil(settings.batch);
        let done = begin.at + curve.len();
        let bar = progress(name, steps * settings.passes(), steps * done);
        let texts: Vec<&str> = examples.iter().map(|e| e.text.as_str()).collect();
        for epoch in done..settings.passes() {
            let search = settings.search_of(epoch);
            // Of its own seed, and with optimisers of its own: an epoch does not depend on
            // whether the one before it ran in the same process.
            let mut rng = ChaCha8Rng::seed_from_u64(settings.seed ^ (epoch as u64 + 1) << 32);
            let mut rates = Rates::new(&learner, settings)?;
            let mut sums = [0.0; 3];
            for (index, batch) in of_like_length(&texts, settings.batch, &mut rng)
                .iter()
                .enumerate()
            {
                rates.set(epoch, index, steps);
                let parts = self.step(&learner, search, examples, batch, dishes, &mut rng)?;
                let (intent, contrast) = parts;
                let mut grads = intent.grads;
                sums[0] += intent.task;
                sums[2] += intent.anchor;
                if !contrast.is_empty() {
                    #[expect(clippy::cast_precision_loss, reason = "one or two")]
                    let of_all = contrast.len() as f64;
                    sums[1] += contrast.iter().map(|of| of.task).sum::<f64>() / of_all;
                }
                for contrast in contrast {
                    grads.extend(contrast.grads)?;
                }
                rates.step(&grads)?;
                bar.inc(1);
                bar.set_message(format!("loss {:.3}", intent.task));
            }
            #[expect(clippy::cast_precision_loss, reason = "a count of steps")]
            let [intent_loss, contrast_loss, anchor_loss] = sums.map(|sum| sum / steps as f64);
            let at = Epoch {
                intent_loss,
                contrast_loss,
                anchor_loss,
            };
            // A line an epoch also where there is no terminal to draw a bar on.
            bar.suspend(|| eprintln!("{name}: epoch {}: {at:?}", epoch + 1));
            curve.push(at);
            kept.save(&learner, &curve)?;
        }
        bar.finish();
        Ok(Fit {
            learner,
            curve,
            began_with,
        })
    }

    fn step(
        &self,
        learner: &Learner,
        search: Search,
        examples: &[&Example],
        batch: &[usize],
        dishes: &[Dish],
        rng: &mut ChaCha8Rng,
    ) -> anyhow::Result<(Learnt, Vec<Learnt>)> {
        let chosen: Vec<&Example> = batch.iter().map(|index| examples[*index]).collect();
        let labels = chosen
            .iter()
            .map(|example| u32::try_from(example.label))
            .collect::<Result<Vec<_>, _>>()?;
        let texts: Vec<&str> = chosen.iter().map(|example| example.text.as_str()).collect();
        let utterances = self.draw(&texts, rng)?;
        let mut dishes = |count: usize| {
            (count > 0 && !dishes.is_empty())
                .then(|| {
                    let pairs = pairs::draw(dishes, count, rng);
                    let (queries, names): (Vec<&str>, Vec<&str>) = pairs.into_iter().unzip();
                    anyhow::Ok((self.draw(&queries, rng)?, self.draw(&names, rng)?))
                })
                .transpose()
        };
        let (there, beside) = (dishes(search.pairs)?, dishes(search.pairs_beside)?);
        let model = &learner.build()?;
        let learn = |of: &(Drawn, Drawn)| self.learn_search(model, search, of);
        std::thread::scope(|scope| {
            let other = there.as_ref().map(|of| scope.spawn(|| learn(of)));
            let intent = self.learn_intent(model, search, &utterances, &labels)?;
            let beside = beside.as_ref().map(learn).transpose()?;
            let other = other
                .map(|thread| {
                    let joined = thread.join();
                    joined.map_err(|_| anyhow!("the search thread panicked"))?
                })
                .transpose()?;
            Ok((intent, other.into_iter().chain(beside).collect()))
        })
    }

    fn learn_intent(
        &self,
        model: &(Encoder, IntentHead),
        search: Search,
        drawn: &Drawn,
        labels: &[u32],
    ) -> anyhow::Result<Learnt> {
        let (logits, vectors) = run(model, &drawn.texts)?;
        let task = cross_entropy(&logits, labels, self.settings.smoothing)?;
        let anchor = distance(&vectors, &drawn.anchors)?;
        learnt((&task, 1.0), (&anchor, search.anchor))
    }

    fn learn_search(
        &self,
        model: &(Encoder, IntentHead),
        search: Search,
        (queries, names): &(Drawn, Drawn),
    ) -> anyhow::Result<Learnt> {
        let (_, asked) = run(model, &queries.texts)?;
        let (_, named) = run(model, &names.texts)?;
        let task = contrastive(&asked, &named)?;
        let anchor = (distance(&asked, &queries.anchors)? + distance(&named, &names.anchors)?)?;
        learnt((&task, search.contrast), (&(anchor * 0.5)?, search.anchor))
    }

    fn draw(&self, texts: &[&str], rng: &mut ChaCha8Rng) -> anyhow::Result<Drawn> {
        Ok(Drawn {
            texts: disturbed(self.base, texts, rng)?,
            anchors: self.teacher.vectors(texts)?,
        })
    }
}

/// The gradient of both, each with its weight.
fn learnt(
    (task, weight): (&Tensor, f64),
    (anchor, of_anchor): (&Tensor, f64),
) -> anyhow::Result<Learnt> {
    let loss = ((task * weight)? + (anchor * of_anchor)?)?;
    Ok(Learnt {
        task: f64::from(task.to_scalar::<f32>()?),
        anchor: f64::from(anchor.to_scalar::<f32>()?),
        grads: loss.backward()?,
    })
}

/// The optimiser and the rate of each step.
struct Rates<'a> {
    settings: &'a Settings,
    adam: Adam,
    rate: f64,
}

/// Steps over which an epoch's fresh optimiser comes up to its rate.
pub(crate) const WARM_UP: usize = 20;

impl<'a> Rates<'a> {
    fn new(learner: &Learner, settings: &'a Settings) -> anyhow::Result<Self> {
        let mut adam = Adam::default();
        for (below_top, vars) in learner.layers() {
            let share = settings.layer_decay.powi(i32::try_from(below_top)?);
            for var in vars {
                adam.add(var, share);
            }
        }
        for var in learner.head.values() {
            adam.add(var.clone(), settings.head_rate / settings.encoder_rate);
        }
        Ok(Self {
            settings,
            adam,
            rate: 0.0,
        })
    }

    /// At a step of so many in an epoch, each of which begins with a short warm-up.
    fn set(&mut self, epoch: usize, step: usize, steps: usize) {
        #[expect(clippy::cast_precision_loss, reason = "counts of steps")]
        let (done, warm) = (
            step as f64 / steps as f64,
            (step + 1) as f64 / WARM_UP as f64,
        );
        self.rate = self.settings.rate_at(epoch, done) * warm.min(1.0);
    }

    fn step(&mut self, grads: &GradStore) -> anyhow::Result<()> {
        self.adam.step(grads, self.rate)
    }
}

/// A bar of `steps`, of which so many are done.
pub(crate) fn progress(name: &str, steps: usize, done: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:>24} {bar:32} {pos}/{len} {msg} eta {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(steps as u64)
        .with_style(style)
        .with_position(done as u64)
        .with_prefix(name.to_owned())
}

/// Rows as one tensor, in order.
pub(crate) fn matrix(rows: &[&[f32]]) -> anyhow::Result<Tensor> {
    let shape = (rows.len(), rows.first().map_or(0, |row| row.len()));
    Ok(Tensor::from_vec(rows.concat(), shape, &Device::Cpu)?)
}

#[cfg(test)]
mod tests {
    use super::{Search, Settings};

    #[test]
    fn passes_for_search_come_last_with_a_line_of_rates_of_their_own() {
        let settings = Settings {
            search_epochs: 1,
            ..Settings::default()
        };
        assert_eq!((settings.epochs, settings.passes()), (2, 3));
        let pairs: Vec<usize> = (0..3).map(|at| settings.search_of(at).pairs).collect();
        assert_eq!(pairs, [64, 64, 112]);
        let is = |epoch, done, share: f64| {
            let rate = settings.rate_at(epoch, done) / settings.encoder_rate;
            assert!((rate - share).abs() < 1e-9, "{epoch} {done}: {rate}");
        };
        is(0, 0.0, 1.0);
        is(0, 1.0, 0.5);
        is(1, 0.5, 0.25);
        is(1, 1.0, 0.0);
        is(2, 0.0, settings.rate_then);
        is(2, 0.5, settings.rate_then / 2.0);
        assert!(settings.tell_search_epochs().contains("112 and 64 dishes"));
    }

    #[test]
    fn without_search_there_is_no_pass_for_it() {
        let settings = Settings {
            search_epochs: 3,
            search: Search {
                pairs: 0,
                ..Settings::default().search
            },
            ..Settings::default()
        };
        assert_eq!(settings.passes(), settings.epochs);
        assert_eq!(settings.tell_search_epochs(), "");
    }
}
