//! Makes a smaller student of a finished artifact: fewer layers, narrower feed-forwards, matrices in half
//! bytes, or some of these.
//!
//! The student starts with the teacher's own weights and learns to say what the teacher says of the
//! same disturbed text: the states of every token, the sentence vector and the intents. Labels play no
//! part but in its phrases, which are learnt anew from the text. What a distance counts for stays, and so do temperature
//! and thresholds where no file sets them anew; prototypes are made anew in the student's features.

mod narrow;
mod through;

use crate::Text;
use crate::adam::Adam;
use crate::batches::{disturbed, of_like_length};
use crate::checkpoint::Checkpoint;
use crate::loss::{apart, distance, divergence};
use crate::model::{Base, Learner, layer_of};
use crate::rounding::{self, Cosines, SITES, check, round_layers};
use crate::teacher::encode;
use crate::train::{WARM_UP, progress};
use anyhow::{Context as _, anyhow};
use candle_core::backprop::GradStore;
use candle_core::quantized::QTensor;
use candle_core::{Device, Tensor};
use olympus_core::intent::Calibration;
use olympus_inference::artifact::{Manifest, read_gguf, sha256_hex};
use olympus_inference::known::{Familiarity, TENSORS};
use olympus_inference::{Encoder, EncoderConfig, IntentHead, Texts, Weights};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use through::Halved;

/// Texts of a batch; a step learns from two batches, on two threads.
const BATCH: usize = 48;
/// Weights of what is made small beside the intents' cross entropy: the sentence vectors and the
/// tokens' states move far less.
const VECTORS: f64 = 8.0;
const STATES: f64 = 4.0;
/// Texts that the student never learns from, to tell how near it came.
const SAMPLE: usize = 4_096;
/// Steps after which blocks get scales that suit them again.
const RESCALED: usize = 50;

/// What the student shall be.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Plan {
    /// The teacher's layers that it keeps, from below.
    pub(crate) layers: Vec<usize>,
    /// Channels of its feed-forwards; nothing for as many as the teacher has.
    pub(crate) width: Option<usize>,
    /// Parts of its layers in half bytes.
    pub(crate) halves: Vec<String>,
    /// Passes over the text.
    pub(crate) epochs: usize,
    /// Texts of a pass, drawn anew for each; nothing for all of them.
    pub(crate) texts: Option<usize>,
    /// Rate at the start; it falls to zero in a straight line.
    pub(crate) rate: f64,
    /// Seed of everything drawn.
    pub(crate) seed: u64,
}

/// A finished artifact that is learnt from.
pub(crate) struct Teacher {
    pub(crate) manifest: Manifest,
    pub(crate) sha256: String,
    /// What a distance counts for.
    pub(crate) familiarity: Familiarity,
    tensors: HashMap<String, Tensor>,
}

/// What a student has become.
pub(crate) struct Student {
    pub(crate) learner: Learner,
    pub(crate) config: EncoderConfig,
    /// Matrices in half bytes, by name.
    pub(crate) rounded: HashMap<String, QTensor>,
    pub(crate) curve: Vec<Epoch>,
    /// Cosines of its sentence vectors to the teacher's.
    pub(crate) near: Cosines,
}

/// Mean losses of a pass.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Epoch {
    pub(crate) intents: f64,
    pub(crate) vectors: f64,
    pub(crate) states: f64,
}

impl Teacher {
    /// Its calibration; plain arg-max where it has none.
    pub(crate) fn calibration(&self) -> Calibration {
        let calibration = self.manifest.calibration.clone();
        calibration.unwrap_or_else(crate::uncalibrated)
    }

    /// Reads an artifact's folder.
    pub(crate) fn load(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join("model.gguf");
        let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let (manifest, mut tensors) = read_gguf("teacher", &bytes)?;
        let [inside, outside, fit] = TENSORS;
        tensors.remove(inside);
        tensors.remove(outside);
        // Learnt anew from the text, and no part of what is distilled.
        tensors.remove(olympus_inference::phrases::TENSOR);
        let familiarity = tensors
            .remove(fit)
            .map(|fit| -> anyhow::Result<Familiarity> {
                let fit = fit.to_vec1::<f32>()?.try_into();
                let [weight, centre] =
                    fit.map_err(|_| anyhow!("{}: its fit is not two numbers", dir.display()))?;
                Ok(Familiarity { weight, centre })
            });
        Ok(Self {
            manifest,
            sha256: sha256_hex(&bytes),
            familiarity: familiarity.transpose()?.unwrap_or(Familiarity::NONE),
            tensors,
        })
    }

    fn model(&self) -> anyhow::Result<(Encoder, IntentHead)> {
        let weights = Weights::new("teacher", self.tensors.clone());
        let config = &self.manifest.config;
        let encoder = Encoder::take(&weights, config)?;
        let head = IntentHead::take(&weights, config.hidden_size)?;
        Ok((encoder, head))
    }

    /// A student as it starts: the layers kept, one after the other.
    fn student(&self, layers: &[usize]) -> anyhow::Result<(Learner, EncoderConfig)> {
        let mut config = self.manifest.config.clone();
        let known = layers.iter().all(|at| *at < config.num_hidden_layers);
        let rising = layers.is_sorted_by(|a, b| a < b);
        anyhow::ensure!(
            !layers.is_empty() && known && rising,
            "layers {layers:?}: name some of 0 to {}, from below",
            config.num_hidden_layers - 1
        );
        config.num_hidden_layers = layers.len();
        let mut tensors = HashMap::new();
        for (name, tensor) in &self.tensors {
            let Some(from) = layer_of(name) else {
                tensors.insert(name.clone(), tensor.clone());
                continue;
            };
            if let Some(to) = layers.iter().position(|kept| *kept == from) {
                let (old, new) = (format!("layer.{from}."), format!("layer.{to}."));
                tensors.insert(name.replacen(&old, &new, 1), tensor.clone());
            }
        }
        Ok((Learner::of(&config, &tensors, stays)?, config))
    }
}

/// Embeddings do not learn.
fn stays(name: &str) -> bool {
    name.ends_with("_embeddings.weight")
}

/// A student with fewer channels in its feed-forwards.
fn narrower(
    learner: &Learner,
    base: &Base,
    text: &Text,
    config: &mut EncoderConfig,
    width: usize,
) -> anyhow::Result<Learner> {
    let whole = config.intermediate_size;
    // Products read channels by groups of up to 64.
    anyhow::ensure!(
        width > 0 && width <= whole && width.is_multiple_of(64),
        "a width of {width}: name a multiple of 64 up to {whole}"
    );
    let tensors = narrow::narrow(learner, base, text, config, width)?;
    config.intermediate_size = width;
    Learner::of(config, &tensors, stays)
}

/// Matrices that learn in half bytes begin where GPTQ puts them.
fn start_in_halves(
    learner: &Learner,
    base: &Base,
    text: &Text,
    config: &EncoderConfig,
    parts: &[String],
) -> anyhow::Result<()> {
    let sample = text.sample(rounding::SAMPLE, 0);
    for (name, matrix) in round_layers(learner, base, config, &sample, parts)? {
        let var = learner.encoder.get(&name).context("it learns")?;
        var.set(&matrix.dequantize(&Device::Cpu)?)?;
    }
    Ok(())
}

/// Makes a student of `teacher`.
pub(crate) fn run(
    teacher: &Teacher,
    base: &Base,
    text: &Text,
    plan: &Plan,
    checkpoints: &Path,
) -> anyhow::Result<Student> {
    check(&plan.halves)?;
    let model = teacher.model()?;
    let (mut learner, mut config) = teacher.student(&plan.layers)?;
    if let Some(width) = plan.width {
        learner = narrower(&learner, base, text, &mut config, width)?;
    }
    start_in_halves(&learner, base, text, &config, &plan.halves)?;
    let measured = text.sample(SAMPLE, 1);
    let apart: HashSet<&str> = measured.iter().copied().collect();
    let mut texts: Vec<&str> = text.texts().filter(|text| !apart.contains(text)).collect();
    texts.sort_unstable();
    texts.dedup();
    eprintln!(
        "{} texts to learn from, layers {:?}",
        texts.len(),
        plan.layers
    );
    let all = format!("{}\n{plan:?}\n{texts:?}", teacher.sha256);
    let kept = Checkpoint::of(checkpoints, &all);
    let mut curve: Vec<Epoch> = kept.restore(&mut learner)?;
    let of_a_pass = plan.texts.map_or(texts.len(), |most| most.min(texts.len()));
    let steps = of_a_pass.div_ceil(2 * BATCH);
    let bar = progress("student", steps * plan.epochs, steps * curve.len());
    for epoch in curve.len()..plan.epochs {
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed ^ (epoch as u64 + 1) << 32);
        let mut adam = Adam::default();
        for (_, var) in learner.vars() {
            adam.add(var.clone(), 1.0);
        }
        let mut drawn = rand::seq::index::sample(&mut rng, texts.len(), of_a_pass).into_vec();
        drawn.sort_unstable();
        let drawn: Vec<&str> = drawn.into_iter().map(|at| texts[at]).collect();
        let chunks = of_like_length(&drawn, BATCH, &mut rng);
        let batches = chunks.iter().map(|chunk| {
            let texts: Vec<&str> = chunk.iter().map(|at| drawn[*at]).collect();
            disturbed(base, &texts, &mut rng)
        });
        let batches: Vec<Texts> = batches.collect::<anyhow::Result<_>>()?;
        let mut sums = Epoch::default();
        let mut halved = BTreeMap::new();
        for (step, pair) in batches.chunks(2).enumerate() {
            if step % RESCALED == 0 {
                halved = rounded(&learner, &plan.halves)?;
            }
            let grads = learn(&learner, &model, &halved, pair, &mut sums)?;
            let done = epoch * steps + step;
            #[expect(clippy::cast_precision_loss, reason = "counts of steps")]
            let (left, warm) = (
                1.0 - done as f64 / (steps * plan.epochs) as f64,
                (step + 1) as f64 / WARM_UP as f64,
            );
            adam.step(&grads, plan.rate * left * warm.min(1.0))?;
            bar.inc(1);
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of batches")]
        let count = batches.len() as f64;
        let at = Epoch {
            intents: sums.intents / count,
            vectors: sums.vectors / count,
            states: sums.states / count,
        };
        bar.suspend(|| eprintln!("epoch {}: {at:?}", epoch + 1));
        curve.push(at);
        kept.save(&learner, &curve)?;
    }
    bar.finish();
    finished(learner, config, plan, &model.0, base, &measured, curve)
}

/// The student with its matrices rounded, and how near it came.
fn finished(
    mut learner: Learner,
    config: EncoderConfig,
    plan: &Plan,
    teacher: &Encoder,
    base: &Base,
    measured: &[&str],
    curve: Vec<Epoch>,
) -> anyhow::Result<Student> {
    let mut blocks = HashMap::new();
    for (name, halved) in rounded(&learner, &plan.halves)? {
        let matrix = learner.encoder.get(&name).context("it learns")?;
        blocks.insert(name, halved.blocks(matrix)?);
    }
    learner.fix(&blocks)?;
    let wanted = encode(teacher, base, measured)?;
    let said = encode(&learner.build()?.0, base, measured)?;
    Ok(Student {
        learner,
        config,
        rounded: blocks,
        curve,
        near: Cosines::between(&wanted, &said),
    })
}

/// The matrices of those parts, with scales that suit them as they are.
fn rounded(learner: &Learner, parts: &[String]) -> anyhow::Result<BTreeMap<String, Halved>> {
    let sites = SITES
        .iter()
        .filter(|(site, _)| parts.iter().any(|part| part == site));
    let ends: Vec<String> = sites
        .flat_map(|(_, names)| *names)
        .map(|name| format!(".{name}.weight"))
        .collect();
    let of_part = |name: &str| {
        // `output.dense` is the feed-forward's, `attention.output.dense` is not.
        let within = layer_of(name).map(|at| name.replacen(&format!("encoder.layer.{at}"), "", 1));
        within.is_some_and(|within| ends.contains(&within))
    };
    let matrices = learner.encoder.iter().filter(|(name, _)| of_part(name));
    matrices
        .map(|(name, matrix)| Ok((name.clone(), Halved::of(matrix)?)))
        .collect()
}

/// The gradients of two batches; what they lose is added to `sums`.
fn learn(
    learner: &Learner,
    teacher: &(Encoder, IntentHead),
    halved: &BTreeMap<String, Halved>,
    pair: &[Texts],
    sums: &mut Epoch,
) -> anyhow::Result<GradStore> {
    let mut tensors = learner.tensors();
    for (name, halved) in halved {
        let matrix = tensors.get_mut(name).context("the encoder has it")?;
        *matrix = halved.through(matrix)?;
    }
    let student = learner.build_from(tensors)?;
    let learnt = std::thread::scope(|scope| {
        let threads: Vec<_> = pair
            .iter()
            .map(|texts| scope.spawn(|| slopes(&student, teacher, texts)))
            .collect();
        let joined = threads.into_iter().map(|thread| {
            let joined = thread.join();
            joined.map_err(|_| anyhow!("a thread of the distillation panicked"))?
        });
        joined.collect::<anyhow::Result<Vec<_>>>()
    })?;
    let mut grads: Option<GradStore> = None;
    for (lost, more) in learnt {
        sums.intents += lost.intents;
        sums.vectors += lost.vectors;
        sums.states += lost.states;
        match &mut grads {
            Some(grads) => grads.extend(more)?,
            None => grads = Some(more),
        }
    }
    grads.context("a step has a batch")
}

fn slopes(
    student: &(Encoder, IntentHead),
    teacher: &(Encoder, IntentHead),
    texts: &Texts,
) -> anyhow::Result<(Epoch, GradStore)> {
    let say = |(encoder, head): &(Encoder, IntentHead)| -> anyhow::Result<[Tensor; 3]> {
        let states = encoder.differentiable(texts)?;
        let logits = head.differentiable(&head.differentiable_features(&states, texts)?)?;
        let vectors = texts.unit_means(&states)?;
        Ok([logits, vectors, states])
    };
    let (wanted, said) = (say(teacher)?, say(student)?);
    let intents = divergence(&said[0], &wanted[0])?;
    let vectors = distance(&said[1], &wanted[1])?;
    let states = apart(&said[2], &wanted[2])?;
    let loss = ((&intents + (&vectors * VECTORS)?)? + (&states * STATES)?)?;
    let number =
        |tensor: &Tensor| Ok::<_, candle_core::Error>(f64::from(tensor.to_scalar::<f32>()?));
    let lost = Epoch {
        intents: number(&intents)?,
        vectors: number(&vectors)?,
        states: number(&states)?,
    };
    Ok((lost, loss.backward()?))
}
