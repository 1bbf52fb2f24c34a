//! `olympus-training`: makes the model artifact from the base model and the text beside it.
//!
//! Everything is drawn from fixed seeds. Whole registers can be held out to measure and to calibrate; the artifact
//! learns from all of them. Files given with `--calibrate-on` and `--report` are never learnt from.

mod ablation;
mod adam;
mod args;
mod baseline;
mod batches;
mod calibrate;
mod card;
mod channels;
mod checkpoint;
mod data;
mod distil;
mod folds;
mod frames;
mod loss;
mod mean;
mod model;
mod noise;
mod novelty;
mod pairs;
mod phrases;
mod retrieval;
mod rounding;
mod settling;
mod teacher;
mod train;
mod validation;

use crate::args::Args;
use crate::calibrate::Scored;
use crate::card::{Card, Score};
use crate::data::Example;
use crate::model::Base;
use crate::pairs::{Dish, Form};
use crate::teacher::Teacher;
use crate::train::{Begin, Fit, Run};
use crate::validation::{Validation, judge_by};
use anyhow::Context as _;
use candle_core::quantized::QTensor;
use candle_core::{Device, Tensor};
use clap::Parser;
use olympus_core::intent::Calibration;
use olympus_inference::Pooling;
use olympus_inference::artifact::{Manifest, sha256_hex, write_gguf};
use olympus_inference::known::{Familiarity, TENSORS};
use olympus_inference::phrases::TENSOR;
use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// All that is learnt from.
pub(crate) struct Text {
    examples: Vec<Example>,
    /// Customers' queries, by file.
    asked: Vec<Dish>,
    lexicon: Vec<Dish>,
}

impl Text {
    fn load(args: &Args) -> anyhow::Result<Self> {
        let asked = pairs::load(&args.search, Form::Queries)?;
        let mut examples = data::load(&args.data)?;
        let names = asked.iter().map(|dish| dish.name.as_str());
        data::add(&mut examples, frames::load(&args.frames, names)?)?;
        examples.retain(|example| !args.without.contains(&example.register));
        Ok(Self {
            examples,
            asked,
            lexicon: pairs::load(&args.lexicon, Form::Lexicon)?,
        })
    }

    /// Everything that search learns from, but for some files of queries.
    fn dishes_without(&self, files: &[&str]) -> Vec<Dish> {
        let asked = self
            .asked
            .iter()
            .filter(|dish| !files.contains(&dish.file.as_str()));
        asked.chain(&self.lexicon).cloned().collect()
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let dishes = self.asked.iter().chain(&self.lexicon);
        let asked = dishes.flat_map(|dish| dish.queries.iter().chain([&dish.name]));
        let said = self.examples.iter().map(|example| &example.text);
        said.chain(asked).map(String::as_str)
    }

    /// About so many texts, evenly from all of it; those of one number are not those of another.
    fn sample(&self, count: usize, which: usize) -> Vec<&str> {
        let step = self.texts().count().div_ceil(count).max(2);
        self.texts().skip(which).step_by(step).collect()
    }
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let settings = args.settings();
    let base = Base::load(&args.base)?;
    let text = Text::load(&args)?;
    let asked = text.asked.len() + text.lexicon.len();
    eprintln!("{} utterances, {asked} dishes", text.examples.len());
    if args.print_text {
        let mut out = std::io::stdout().lock();
        return text
            .examples
            .iter()
            .try_for_each(|example| Ok(writeln!(out, "{}", example.text)?));
    }
    if args.ablate {
        return ablation::run(&base, &text, &args.report);
    }
    let validation = args.calibrate_on.as_deref();
    let validation = validation.map(|file| Validation::load(file, &text.examples));
    let validation = validation.transpose()?;
    if let Some(dir) = &args.student_of {
        return student(&args, dir, &base, &text, validation);
    }
    let teacher = Teacher::new(&base, text.texts(), &args.checkpoints);
    let run = Run {
        base: &base,
        teacher: &teacher,
        settings: &settings,
        checkpoints: &args.checkpoints,
    };
    anyhow::ensure!(
        args.begin_with.is_empty() || args.no_folds || args.calibration_of.is_some(),
        "--begin-with goes with --calibration-of or --no-folds: earlier fits have learnt what the folds hold out"
    );
    anyhow::ensure!(
        args.begin_at < settings.passes(),
        "--begin-at {} leaves none of {} passes to learn in; name fewer or more --epochs",
        args.begin_at,
        settings.passes()
    );
    let earlier = args.calibration_of.as_deref();
    let earlier = earlier.map(distil::Teacher::load).transpose()?;
    let (folds, familiarity, calibration) = match &earlier {
        Some(earlier) => (Vec::new(), earlier.familiarity, earlier.calibration()),
        None if args.no_folds => (Vec::new(), Familiarity::NONE, uncalibrated()),
        None => folds::cross_validate(&run, &text)?,
    };
    eprintln!("{familiarity:?}, {calibration:?}");
    let all: Vec<&Example> = text.examples.iter().collect();
    let begin = Begin {
        with: args.begin_with.clone(),
        at: args.begin_at,
    };
    let Fit {
        mut learner,
        curve,
        began_with,
    } = run.fit("all", &all, &text.dishes_without(&[]), &begin)?;
    let mean_with = mean::with(&mut learner, &args.mean_with)?;
    channels::arrange(&mut learner, &base, &text)?;
    // What follows is fitted to and measured on the weights that the artifact has.
    let (rounded, rounding) =
        rounding::apply(&mut learner, &base, &text, &args.halves, settings.seed)?;
    eprintln!("{rounding:?}");
    let prototypes = known(&learner, &base, &all, familiarity, settings.seed)?;
    let by_phrases = phrases::fit(&base, &all, settings.seed)?;
    let judge = judge_by(&learner, &base, prototypes.as_ref(), &by_phrases);
    let calibration = match &validation {
        Some(validation) => validation.fit(familiarity, judge)?,
        None => calibration,
    };
    let judge = |set: &[&Example]| -> anyhow::Result<Vec<Scored>> {
        Ok(novelty::with(&judge(set)?, familiarity))
    };
    let scores = score_files(&args.report, &base, &all, &calibration, judge)?;
    if args.dry_run {
        return Ok(());
    }
    let out = args.out();
    let manifest = Manifest {
        id: name_of(&out)?,
        pooling: Pooling::Mean,
        max_tokens: model::MAX_TOKENS,
        config: base.config.clone(),
        calibration: Some(calibration),
    };
    let mut tensors = learner.tensors();
    tensors.extend(named(prototypes, familiarity)?);
    tensors.insert(TENSOR.to_owned(), phrases::tensor(&by_phrases)?);
    let gguf = write_artifact(&out, &manifest, &tensors, rounded, &base)?;
    let card = Card {
        manifest,
        sha256: sha256_hex(&gguf),
        size_bytes: gguf.len(),
        base_sha256: base.sha256.clone(),
        data_sha256: card::hash_of(&text.examples, &text.dishes_without(&[])),
        utterances: text.examples.len(),
        dishes: asked,
        settings,
        rounding,
        familiarity,
        calibration_of: earlier.map(|earlier| earlier.sha256),
        calibrated_on: validation.map(|validation| validation.of),
        began_with,
        began_at: args.begin_at,
        mean_with,
        curve,
        folds,
        scores,
    };
    card.write(&out)?;
    eprintln!("wrote {}", out.display());
    Ok(())
}

fn same_folder(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Makes a student of a finished artifact and says how it compares.
fn student(
    args: &Args,
    dir: &Path,
    base: &Base,
    text: &Text,
    validation: Option<Validation>,
) -> anyhow::Result<()> {
    let out = args.out();
    anyhow::ensure!(
        !same_folder(dir, &out),
        "--out {} is the teacher's own folder; name another",
        out.display()
    );
    let teacher = distil::Teacher::load(dir)?;
    let plan = distil::Plan {
        layers: args.keep.clone(),
        width: args.width,
        halves: args.halves.clone(),
        epochs: args.epochs,
        texts: args.texts,
        rate: args.student_rate,
        seed: args.seed,
    };
    let student = distil::run(&teacher, base, text, &plan, &args.checkpoints)?;
    eprintln!("cosines to the teacher's vectors: {:?}", student.near);
    if args.dry_run {
        return Ok(());
    }
    let all: Vec<&Example> = text.examples.iter().collect();
    let familiarity = teacher.familiarity;
    let prototypes = known(&student.learner, base, &all, familiarity, args.seed)?;
    let mut manifest = teacher.manifest;
    manifest.id = name_of(&out)?;
    manifest.config = student.config;
    let mut tensors = student.learner.tensors();
    let by_phrases = phrases::fit(base, &all, args.seed)?;
    let judge = judge_by(&student.learner, base, prototypes.as_ref(), &by_phrases);
    if let Some(validation) = &validation {
        manifest.calibration = Some(validation.fit(familiarity, judge)?);
    }
    tensors.extend(named(prototypes, familiarity)?);
    tensors.insert(TENSOR.to_owned(), phrases::tensor(&by_phrases)?);
    let gguf = write_artifact(&out, &manifest, &tensors, student.rounded, base)?;
    let card = card::StudentCard {
        sha256: sha256_hex(&gguf),
        size_bytes: gguf.len(),
        teacher_sha256: teacher.sha256,
        utterances: all.len(),
        dishes: text.asked.len() + text.lexicon.len(),
        data_sha256: card::hash_of(&text.examples, &text.dishes_without(&[])),
        calibrated_on: validation.map(|validation| validation.of),
        plan,
        cosines_to_teacher: student.near,
        curve: student.curve,
        manifest,
    };
    card.write(&out, dir)?;
    eprintln!("wrote {}", out.display());
    Ok(())
}

/// Scores of labelled files, beside a linear head on the base model that learnt from the same text.
fn score_files(
    files: &[PathBuf],
    base: &Base,
    learnt: &[&Example],
    calibration: &Calibration,
    judge: impl Fn(&[&Example]) -> anyhow::Result<Vec<Scored>>,
) -> anyhow::Result<Vec<Score>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let frozen = base.encoder()?;
    let linear = baseline::fit(&frozen, base, learnt)?;
    let score = |path: &PathBuf| {
        let set = data::load_jsonl(path)?;
        let set: Vec<&Example> = set.iter().collect();
        let scored = judge(&set)?;
        let name = path.file_name().unwrap_or_default();
        let score = Score {
            file: name.to_string_lossy().into(),
            count: set.len(),
            strict: calibrate::accuracy(&scored, calibration),
            recalls: card::recalls(&scored, calibration),
            linear_on_frozen: linear.accuracy(&frozen, base, &set)?,
        };
        eprintln!("{score:?}");
        Ok(score)
    };
    files.iter().map(score).collect()
}

/// Prototypes of what was learnt, where nearness to them counts for anything.
fn known(
    learner: &model::Learner,
    base: &Base,
    learnt: &[&Example],
    familiarity: Familiarity,
    seed: u64,
) -> anyhow::Result<Option<[Tensor; 2]>> {
    let made = familiarity
        .counts()
        .then(|| novelty::prototypes(learner, base, learnt, seed));
    made.transpose()
}

/// The same under the names that they have in an artifact, with what nearness counts for.
fn named(
    prototypes: Option<[Tensor; 2]>,
    familiarity: Familiarity,
) -> anyhow::Result<Vec<(String, Tensor)>> {
    let Some([inside, outside]) = prototypes else {
        return Ok(Vec::new());
    };
    let fit = Tensor::new(&[familiarity.weight, familiarity.centre], &Device::Cpu)?;
    let names = TENSORS.map(str::to_owned).into_iter();
    Ok(names.zip([inside, outside, fit]).collect())
}

/// Plain arg-max, as the linear baseline has it.
fn uncalibrated() -> Calibration {
    Calibration {
        temperature: 1.0,
        thresholds: [0.0; 6],
    }
}

fn name_of(out: &Path) -> anyhow::Result<String> {
    let name = out.file_name().context("--out must name a folder")?;
    Ok(name.to_string_lossy().into_owned())
}

fn write_artifact(
    out: &Path,
    manifest: &Manifest,
    tensors: &HashMap<String, Tensor>,
    rounded: HashMap<String, QTensor>,
    base: &Base,
) -> anyhow::Result<Vec<u8>> {
    std::fs::create_dir_all(out).with_context(|| format!("creating {}", out.display()))?;
    let mut gguf = std::io::Cursor::new(Vec::new());
    write_gguf(&mut gguf, manifest, tensors, rounded)?;
    let gguf = gguf.into_inner();
    let mut file = std::fs::File::create(out.join("model.gguf"))?;
    file.write_all(&gguf)?;
    std::fs::write(out.join("tokenizer.json"), &base.tokenizer_json)?;
    Ok(gguf)
}
