//! `olympus-training`: makes the model artifact from the base model and the text beside it.
//!
//! Everything is drawn from one seed. Whole registers are held out to measure and to calibrate;
//! the artifact learns from all of them. Files given with `--report` are only ever scored.

mod baseline;
mod calibrate;
mod card;
mod data;
mod model;
mod noise;
mod train;

use crate::calibrate::Scored;
use crate::card::{Card, Fold, Score};
use crate::data::Example;
use crate::model::Base;
use crate::train::{Run, Settings};
use anyhow::Context as _;
use clap::Parser;
use olympus_core::intent::Calibration;
use olympus_inference::Pooling;
use olympus_inference::artifact::{Manifest, write_gguf};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Makes models/olympus-minilm-v1 from the base model and the text in models/training/data.
///
/// Example: models/training/fetch_base.sh && cargo run --release -p olympus-training
#[derive(Debug, Parser)]
struct Args {
    /// Folder of the base model, as fetch_base.sh leaves it.
    #[arg(long, default_value = "target/base")]
    base: PathBuf,
    /// The labelled text: a folder a register, a file a label.
    #[arg(long, default_value = "models/training/data/intent")]
    data: PathBuf,
    /// A menu whose texts' vectors are held in place.
    #[arg(long, default_value = "crates/device/demo/menu.json")]
    dishes: PathBuf,
    /// Where the artifact goes.
    #[arg(long, default_value = "models/olympus-minilm-v1")]
    out: PathBuf,
    /// Labelled JSONL to score at the end and to state in the card; never learnt from.
    #[arg(long)]
    report: Vec<PathBuf>,
    /// Passes over the text.
    #[arg(long, default_value_t = Settings::default().epochs)]
    epochs: usize,
    /// Peak learning rate of the encoder.
    #[arg(long, default_value_t = Settings::default().encoder_rate)]
    encoder_rate: f64,
    /// Weight of holding sentence vectors where the base model has them.
    #[arg(long, default_value_t = Settings::default().anchor)]
    anchor: f64,
    /// Seed of everything drawn.
    #[arg(long, default_value_t = Settings::default().seed)]
    seed: u64,
    /// Measure on held-out registers only; write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Registers held out together: each fold learns from the others. Speech and far varieties in
/// one, so that neither fold sees its like.
const FOLDS: [&[&str]; 2] = [&["spoken", "world"], &["chat", "aftersales", "borders"]];

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let settings = Settings {
        seed: args.seed,
        epochs: args.epochs,
        encoder_rate: args.encoder_rate,
        anchor: args.anchor,
        ..Settings::default()
    };
    let base = Base::load(&args.base)?;
    let examples = data::load(&args.data)?;
    let dishes = data::load_dishes(&args.dishes)?;
    let teacher = base.encoder()?;
    let run = Run {
        base: &base,
        teacher: &teacher,
        dishes: &dishes,
        settings: &settings,
    };
    let (folds, scored) = cross_validate(&run, &examples)?;
    let calibration = calibrate::calibrate(&scored);
    for fold in &folds {
        eprintln!(
            "held out {:?}: trained {:.4}, linear on frozen {:.4}, of {}",
            fold.held_out, fold.trained, fold.linear_on_frozen, fold.count
        );
    }
    eprintln!("calibration: {calibration:?}");
    if args.dry_run {
        return Ok(());
    }
    let all: Vec<&Example> = examples.iter().collect();
    let (learner, curve) = run.fit("all registers", &all)?;
    let linear = baseline::fit(&teacher, &base.tokenizer, &all)?;
    let mut scores = Vec::new();
    for path in &args.report {
        let set = data::load_jsonl(path)?;
        let refs: Vec<&Example> = set.iter().collect();
        let scored = score(&run, &learner, &refs)?;
        scores.push(Score {
            file: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into(),
            count: set.len(),
            strict: calibrate::accuracy(&scored, &calibration),
            recalls: card::recalls(&scored, &calibration),
            linear_on_frozen: linear.accuracy(&teacher, &base.tokenizer, &refs)?,
        });
    }
    let manifest = Manifest {
        id: name_of(&args.out)?,
        pooling: Pooling::Mean,
        max_tokens: model::MAX_TOKENS,
        config: base.config.clone(),
        calibration: Some(calibration.clone()),
    };
    let gguf = write_artifact(&args.out, &manifest, &learner, &base)?;
    let card = Card {
        manifest,
        sha256: olympus_inference::artifact::sha256_hex(&gguf),
        size_bytes: gguf.len(),
        base_sha256: base.sha256.clone(),
        data_sha256: card::hash_of(&examples),
        utterances: examples.len(),
        settings,
        curve,
        folds,
        scores,
    };
    card.write(&args.out)?;
    eprintln!("wrote {}", args.out.display());
    Ok(())
}

fn name_of(out: &Path) -> anyhow::Result<String> {
    let name = out.file_name().context("--out must name a folder")?;
    Ok(name.to_string_lossy().into_owned())
}

/// Learns from all registers but those of a fold, and scores those; for every fold.
fn cross_validate(run: &Run<'_>, examples: &[Example]) -> anyhow::Result<(Vec<Fold>, Vec<Scored>)> {
    let registers: BTreeSet<&str> = examples.iter().map(|e| e.register.as_str()).collect();
    let known: BTreeSet<&str> = FOLDS.iter().flat_map(|fold| fold.iter().copied()).collect();
    anyhow::ensure!(
        registers == known,
        "registers on disk are {registers:?}, the folds name {known:?}"
    );
    let (mut folds, mut scored) = (Vec::new(), Vec::new());
    for held_out in FOLDS {
        let (test, train): (Vec<&Example>, Vec<&Example>) = examples
            .iter()
            .partition(|e| held_out.contains(&e.register.as_str()));
        let (learner, _) = run.fit(&format!("without {}", held_out.join(", ")), &train)?;
        let linear = baseline::fit(run.teacher, &run.base.tokenizer, &train)?;
        let fold_scored = score(run, &learner, &test)?;
        folds.push(Fold {
            held_out: held_out.iter().map(|name| (*name).to_owned()).collect(),
            count: test.len(),
            trained: calibrate::accuracy(&fold_scored, &uncalibrated()),
            linear_on_frozen: linear.accuracy(run.teacher, &run.base.tokenizer, &test)?,
            recalls: card::recalls(&fold_scored, &uncalibrated()),
        });
        scored.extend(fold_scored);
    }
    Ok((folds, scored))
}

/// Plain arg-max, as the linear baseline has it.
fn uncalibrated() -> Calibration {
    Calibration {
        temperature: 1.0,
        thresholds: [0.0; 6],
    }
}

fn score(
    run: &Run<'_>,
    learner: &model::Learner,
    examples: &[&Example],
) -> anyhow::Result<Vec<Scored>> {
    let texts: Vec<&str> = examples.iter().map(|e| e.text.as_str()).collect();
    let logits = train::predict(learner, &run.base.tokenizer, &texts)?;
    Ok(logits
        .into_iter()
        .zip(examples)
        .map(|(logits, example)| (logits, example.label))
        .collect())
}

fn write_artifact(
    out: &Path,
    manifest: &Manifest,
    learner: &model::Learner,
    base: &Base,
) -> anyhow::Result<Vec<u8>> {
    std::fs::create_dir_all(out).with_context(|| format!("creating {}", out.display()))?;
    let mut gguf = std::io::Cursor::new(Vec::new());
    write_gguf(&mut gguf, manifest, &learner.tensors())?;
    let gguf = gguf.into_inner();
    let mut file = std::fs::File::create(out.join("model.gguf"))?;
    file.write_all(&gguf)?;
    std::fs::write(out.join("tokenizer.json"), &base.tokenizer_json)?;
    Ok(gguf)
}
