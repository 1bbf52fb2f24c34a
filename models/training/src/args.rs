//! What a run is told.

use crate::train::{Search, Settings};
use clap::Parser;
use std::path::PathBuf;

/// Makes models/olympus-minilm-v1 from the base model and the text in models/training/data.
///
/// Example: models/training/fetch_base.sh && cargo run --release -p olympus-training
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Folder of the base model, as fetch_base.sh leaves it.
    #[arg(long, default_value = "target/base")]
    pub(crate) base: PathBuf,
    /// The labelled text: a folder a register, a file a label.
    #[arg(long, default_value = "models/training/data/intent")]
    pub(crate) data: PathBuf,
    /// What is said again and again, with slots for dishes and the like: a folder a language, a file a label.
    #[arg(long, default_value = "models/training/data/frames")]
    pub(crate) frames: PathBuf,
    /// Ways to ask for dishes: `.tsv` files of a printed name and queries.
    #[arg(long, default_value = "models/training/data/search")]
    pub(crate) search: PathBuf,
    /// The lexicon, whose names, glosses and cues are learnt too.
    #[arg(long, default_value = "crates/core/src/menu/lexicon")]
    pub(crate) lexicon: PathBuf,
    /// Where finished epochs are kept; a run that was cut off goes on from there.
    #[arg(long, default_value = "target/training")]
    pub(crate) checkpoints: PathBuf,
    /// Where the artifact goes [default: target/teacher/olympus-minilm-v1, a student's
    /// models/olympus-minilm-v1].
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Labelled JSONL to score at the end and to state in the card; never learnt from.
    #[arg(long)]
    pub(crate) report: Vec<PathBuf>,
    /// Registers to leave out of the text, for ablations.
    #[arg(long)]
    pub(crate) without: Vec<String>,
    /// Begin with the mean of these weights, that other fits kept, in place of the base model's.
    #[arg(long, value_name = "FILE", conflicts_with = "student_of")]
    pub(crate) begin_with: Vec<PathBuf>,
    /// Passes that count as done when it begins, so that the rate is that of the passes after them.
    #[arg(long, default_value_t = 0, requires = "begin_with")]
    pub(crate) begin_at: usize,
    /// Passes over the text.
    #[arg(long, default_value_t = Settings::default().epochs)]
    pub(crate) epochs: usize,
    /// Passes after those that learn to search above all, far from the base model.
    #[arg(long, default_value_t = Settings::default().search_epochs)]
    pub(crate) search_epochs: usize,
    /// Layers that learn, from the top.
    #[arg(long, default_value_t = Settings::default().layers)]
    pub(crate) layers: usize,
    /// Peak learning rate of the top layer.
    #[arg(long, default_value_t = Settings::default().encoder_rate)]
    pub(crate) encoder_rate: f64,
    /// Dishes a step; 0 leaves search out of the training.
    #[arg(long, default_value_t = Settings::default().search.pairs)]
    pub(crate) pairs: usize,
    /// Weight of the contrastive loss of search.
    #[arg(long, default_value_t = Settings::default().search.contrast)]
    pub(crate) contrast: f64,
    /// Weight of holding sentence vectors where the base model has them.
    #[arg(long, default_value_t = Settings::default().search.anchor)]
    pub(crate) anchor: f64,
    /// Parts of each layer in half bytes (`attention.self`, `attention.output`, `intermediate`,
    /// `output`), or `none`; the others are in bytes.
    #[arg(long, value_delimiter = ',', default_value = "none")]
    pub(crate) halves: Vec<String>,
    /// Seed of everything drawn.
    #[arg(long, default_value_t = Settings::default().seed)]
    pub(crate) seed: u64,
    /// Learn from this finished artifact instead of from labels (but for the phrases): its student has fewer layers
    /// (`--keep`), narrower feed-forwards (`--width`) or half bytes (`--halves`), and goes to --out.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) student_of: Option<PathBuf>,
    /// Layers that a student keeps, from below.
    #[arg(long, value_delimiter = ',', default_value = "0,1,2,3,4,5")]
    pub(crate) keep: Vec<usize>,
    /// Channels of a student's feed-forwards; by default as many as the artifact has.
    #[arg(long)]
    pub(crate) width: Option<usize>,
    /// Texts of each pass of a student, drawn from all of them [default: all].
    #[arg(long)]
    pub(crate) texts: Option<usize>,
    /// Learning rate of a student.
    #[arg(long, default_value_t = 3e-5)]
    pub(crate) student_rate: f64,
    /// Skip the held-out folds; the artifact is then calibrated by --calibrate-on alone, or not at all.
    #[arg(long)]
    pub(crate) no_folds: bool,
    /// Skip the held-out folds and take over the calibration of an earlier artifact; best of one
    /// that learnt nearly the same text.
    #[arg(long, value_name = "FOLDER", conflicts_with = "no_folds")]
    pub(crate) calibration_of: Option<PathBuf>,
    /// Labelled JSONL that is never learnt from: the temperature is the one that suits it best, without thresholds; and
    /// with --no-folds what the distance to what was learnt counts for.
    #[arg(long, value_name = "FILE")]
    pub(crate) calibrate_on: Option<PathBuf>,
    /// What other fits kept: the artifact has the mean of their weights and of this fit's.
    #[arg(long, value_name = "FILE", conflicts_with = "student_of")]
    pub(crate) mean_with: Vec<PathBuf>,
    /// Learn nothing: say what a linear head on the base model's vectors loses on the --report files
    /// without each register.
    #[arg(long)]
    pub(crate) ablate: bool,
    /// Learn nothing: print the utterances, one a line, the filled frames with them.
    #[arg(long)]
    pub(crate) print_text: bool,
    /// Measure only; write no artifact.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl Args {
    pub(crate) fn out(&self) -> PathBuf {
        let default = match self.student_of {
            Some(_) => "models/olympus-minilm-v1",
            None => "target/teacher/olympus-minilm-v1",
        };
        self.out.clone().unwrap_or_else(|| default.into())
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            seed: self.seed,
            epochs: self.epochs,
            search_epochs: self.search_epochs,
            layers: self.layers,
            encoder_rate: self.encoder_rate,
            search: Search {
                pairs: self.pairs,
                contrast: self.contrast,
                anchor: self.anchor,
                ..Settings::default().search
            },
            ..Settings::default()
        }
    }
}
