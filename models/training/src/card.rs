//! The artifact's card: `card.json` for machines and `README.md` for people, both written here.

use crate::calibrate::{Scored, recall};
use crate::data::Example;
use crate::distil::{Epoch as Lost, Plan};
use crate::novelty::Novelty;
use crate::pairs::Dish;
use crate::retrieval::Retrieval;
use crate::rounding::{Cosines, Rounding};
use crate::train::{Epoch, Settings};
use olympus_core::intent::Calibration;
use olympus_inference::artifact::{Manifest, sha256_hex};
use olympus_inference::known::{Familiarity, PROTOTYPES};
use olympus_proto::Intent;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Registers held out and what was reached on them.
#[derive(Debug, Serialize)]
pub(crate) struct Fold {
    pub(crate) held_out: Vec<String>,
    pub(crate) count: usize,
    pub(crate) trained: f64,
    pub(crate) linear_on_frozen: f64,
    pub(crate) recalls: BTreeMap<Intent, f64>,
    /// Ways to find what is out of scope.
    pub(crate) novelty: Novelty,
    pub(crate) queries_held_out: String,
    pub(crate) search: Retrieval,
    pub(crate) search_base: Retrieval,
}

/// A file that was only scored.
#[derive(Debug, Serialize)]
pub(crate) struct Score {
    pub(crate) file: String,
    pub(crate) count: usize,
    pub(crate) strict: f64,
    pub(crate) linear_on_frozen: f64,
    pub(crate) recalls: BTreeMap<Intent, f64>,
}

/// Everything there is to say of an artifact.
#[derive(Debug, Serialize)]
pub(crate) struct Card {
    pub(crate) manifest: Manifest,
    pub(crate) sha256: String,
    pub(crate) size_bytes: usize,
    pub(crate) base_sha256: String,
    pub(crate) data_sha256: String,
    pub(crate) utterances: usize,
    pub(crate) dishes: usize,
    pub(crate) settings: Settings,
    pub(crate) rounding: Rounding,
    pub(crate) familiarity: Familiarity,
    /// The artifact whose calibration was taken over, where no register was held out.
    pub(crate) calibration_of: Option<String>,
    /// The labelled file that the calibration is of, where it is of one.
    pub(crate) calibrated_on: Option<CalibratedOn>,
    /// The weights of other fits that it began with, and the passes that counted as done.
    pub(crate) began_with: Vec<String>,
    pub(crate) began_at: usize,
    /// The checkpoints of other fits, of which and of this one's the weights are the mean.
    pub(crate) mean_with: Vec<String>,
    pub(crate) curve: Vec<Epoch>,
    pub(crate) folds: Vec<Fold>,
    pub(crate) scores: Vec<Score>,
}

/// A labelled file that no weight has learnt from.
#[derive(Debug, Serialize)]
pub(crate) struct CalibratedOn {
    pub(crate) file: String,
    pub(crate) count: usize,
    pub(crate) sha256: String,
}

impl CalibratedOn {
    fn argument(of: Option<&Self>) -> String {
        of.map_or_else(String::new, |of| format!(" --calibrate-on {}", of.file))
    }

    fn tell(of: Option<&Self>) -> String {
        of.map_or_else(String::new, |of| {
            format!(
                "; the temperature, without thresholds, is of the {} utterances of `{}` (sha256 `{}`), which are never learnt from",
                of.count, of.file, of.sha256
            )
        })
    }
}

/// What there is to say of a student; the rest is in its teacher's card.
#[derive(Debug, Serialize)]
pub(crate) struct StudentCard {
    pub(crate) manifest: Manifest,
    pub(crate) sha256: String,
    pub(crate) size_bytes: usize,
    pub(crate) teacher_sha256: String,
    /// What its phrases and prototypes are of, and its texts were drawn from.
    pub(crate) utterances: usize,
    pub(crate) dishes: usize,
    pub(crate) data_sha256: String,
    pub(crate) calibrated_on: Option<CalibratedOn>,
    pub(crate) plan: Plan,
    pub(crate) cosines_to_teacher: Cosines,
    pub(crate) curve: Vec<Lost>,
}

impl StudentCard {
    /// Writes both cards; those of the teacher go beside them as they are.
    pub(crate) fn write(&self, dir: &Path, teacher: &Path) -> anyhow::Result<()> {
        let json = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(dir.join("card.json"), json)?;
        std::fs::write(dir.join("README.md"), self.markdown())?;
        for (from, to) in [("card.json", "teacher.json"), ("README.md", "TEACHER.md")] {
            if teacher.join(from).exists() {
                std::fs::copy(teacher.join(from), dir.join(to))?;
            }
        }
        Ok(())
    }

    fn markdown(&self) -> String {
        let mut out = String::new();
        let config = &self.manifest.config;
        let _ = writeln!(
            out,
            "# {}\n\n<!-- written by olympus-training; do not edit -->\n\n\
             One encoder for intent and menu search, with an intent head, for restaurants. English; Spanish, French, German, Portuguese and Italian less well. \
             A student: it learnt to say what its teacher says, whose card, with what that learnt from, is [TEACHER.md](TEACHER.md). How it scores as it runs is in [docs/UNDERSTANDING.md](../../docs/UNDERSTANDING.md).\n\n\
             | | |\n|---|---|\n\
             | Teacher | sha256 `{}` |\n\
             | Licence | Apache-2.0, as the base |\n\
             | Shape | BERT, {} layers, width {}, feed-forwards of {}, {} heads, {} tokens at most, {} pooling |\n\
             | File | `model.gguf`, {} bytes, sha256 `{}` |\n\
             | Weights | blocks of 32 with one scale: {} in 4 bits, other matrices in 8 |\n\
             | Cosine of sentence vectors to the teacher's | {:.4} on average, {:.4} at least, over 4,096 texts that it did not learn from |\n\
             | Learnt | {} passes{}, rate {:e}, seed {} |\n\
             | Phrases and prototypes | of {} utterances in `models/training/data` (with {} dishes sha256 `{}`), from which the texts of the passes were drawn too{} |\n\
             | Made by | `cargo run --release -p olympus-training -- --student-of FOLDER --halves {} --epochs {}{}{}` |\n\n\
             | epoch | intents | vectors | states |\n|--:|--:|--:|--:|",
            self.manifest.id,
            self.teacher_sha256,
            config.num_hidden_layers,
            config.hidden_size,
            config.intermediate_size,
            config.num_attention_heads,
            self.manifest.max_tokens,
            self.manifest.pooling.as_str(),
            self.size_bytes,
            self.sha256,
            self.plan.halves.join(", "),
            self.cosines_to_teacher.mean,
            self.cosines_to_teacher.least,
            self.plan.epochs,
            self.plan
                .texts
                .map_or_else(String::new, |texts| format!(" over {texts} texts each")),
            self.plan.rate,
            self.plan.seed,
            self.utterances,
            self.dishes,
            self.data_sha256,
            CalibratedOn::tell(self.calibrated_on.as_ref()),
            self.plan.halves.join(","),
            self.plan.epochs,
            self.plan
                .texts
                .map_or_else(String::new, |texts| format!(" --texts {texts}")),
            CalibratedOn::argument(self.calibrated_on.as_ref()),
        );
        for (epoch, lost) in self.curve.iter().enumerate() {
            let _ = writeln!(
                out,
                "| {} | {:.4} | {:.4} | {:.4} |",
                epoch + 1,
                lost.intents,
                lost.vectors,
                lost.states
            );
        }
        out
    }
}

/// Hash of the text and labels, in the order they were read.
pub(crate) fn hash_of(examples: &[Example], dishes: &[Dish]) -> String {
    let mut all = String::new();
    for example in examples {
        let _ = writeln!(
            all,
            "{}\t{}\t{}",
            example.register, example.label, example.text
        );
    }
    for dish in dishes {
        let _ = writeln!(all, "{}\t{}", dish.name, dish.queries.join("\t"));
    }
    sha256_hex(all.as_bytes())
}

pub(crate) fn recalls(scored: &[Scored], calibration: &Calibration) -> BTreeMap<Intent, f64> {
    Intent::ALL
        .into_iter()
        .enumerate()
        .map(|(label, intent)| (intent, recall(scored, calibration, label)))
        .collect()
}

impl Card {
    pub(crate) fn write(&self, dir: &Path) -> anyhow::Result<()> {
        let json = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(dir.join("card.json"), json)?;
        std::fs::write(dir.join("README.md"), self.markdown())?;
        Ok(())
    }

    /// Which other fits it began with and is the mean of.
    fn others(&self) -> String {
        let hashes = |of: &[String]| {
            let quoted: Vec<String> = of.iter().map(|hash| format!("`{hash}`")).collect();
            quoted.join(", ")
        };
        let mut out = String::new();
        if !self.began_with.is_empty() {
            let _ = write!(
                out,
                "; it began with the mean of the checkpoints {} at pass {} (`--begin-with`, `--begin-at`)",
                hashes(&self.began_with),
                self.began_at + 1
            );
        }
        if !self.mean_with.is_empty() {
            let _ = write!(
                out,
                "; the weights are the mean of this fit's and of the checkpoints {} (`--mean-with`)",
                hashes(&self.mean_with)
            );
        }
        out
    }

    fn markdown(&self) -> String {
        let mut out = String::new();
        let config = &self.manifest.config;
        let _ = writeln!(
            out,
            "# {}\n\n<!-- written by olympus-training; do not edit -->\n\n\
             One encoder for intent and menu search, with an intent head, for restaurants. English; Spanish, French, German, Portuguese and Italian less well.\n\n\
             | | |\n|---|---|\n\
             | Base | all-MiniLM-L6-v2 by sentence-transformers, f32, sha256 `{}` |\n\
             | Licence | Apache-2.0, as the base |\n\
             | Shape | BERT, {} layers, width {}, {} heads, {} tokens at most, {} pooling |\n\
             | File | `model.gguf`, {} bytes, sha256 `{}` |\n\
             | Weights | blocks of 32 with one scale: {} in 4 bits, other matrices in 8; cosine of sentence vectors to those before rounding {:.4} on average and {:.4} at least, {:.4} and {:.4} once biases, norms and head had settled, on texts that neither went by, but for a few repeats |\n\
             | Learnt from | {} utterances and {} dishes in `models/training/data` and the lexicon, sha256 `{}` |\n\
             | Calibration | temperature {:.3}, threshold {:.2}{}{} |\n\
             | Made by | `models/training/fetch_base.sh && cargo run --release -p olympus-training --{}{}`{} |\n",
            self.manifest.id,
            self.base_sha256,
            config.num_hidden_layers,
            config.hidden_size,
            config.num_attention_heads,
            self.manifest.max_tokens,
            self.manifest.pooling.as_str(),
            self.size_bytes,
            self.sha256,
            self.rounding.parts.join(", "),
            self.rounding.rounded.mean,
            self.rounding.rounded.least,
            self.rounding.settled.mean,
            self.rounding.settled.least,
            self.utterances,
            self.dishes,
            self.data_sha256,
            self.manifest
                .calibration
                .as_ref()
                .map_or(1.0, |c| c.temperature),
            self.manifest
                .calibration
                .as_ref()
                .map_or(0.0, |c| c.thresholds[0]),
            self.calibration_of
                .as_ref()
                .map_or_else(String::new, |of| format!(
                    ", as an earlier artifact has it (sha256 `{of}`), and the weight of distance ({}) too",
                    self.familiarity.weight
                )),
            CalibratedOn::tell(self.calibrated_on.as_ref()),
            self.no_folds(),
            CalibratedOn::argument(self.calibrated_on.as_ref()),
            self.others(),
        );
        let _ = writeln!(
            out,
            "Settings: seed {}, {} utterances a step, {} layers learn, peak rate {:e} (top layer; {} of it a layer below) and {:e} (head), label smoothing {}; {} epochs with {}{}.\n",
            self.settings.seed,
            self.settings.batch,
            self.settings.layers,
            self.settings.encoder_rate,
            self.settings.layer_decay,
            self.settings.head_rate,
            self.settings.smoothing,
            self.settings.epochs,
            self.settings.search.tell(),
            self.settings.tell_search_epochs(),
        );
        out.push_str("## Scores\n\nStrict accuracy; \"unknown\" counts as right for out of scope. The baseline is a linear head on the base model's frozen vectors, learnt from the same text.\n\n");
        let mut header = "| set | count | this | linear on frozen |".to_owned();
        for intent in Intent::ALL {
            let _ = write!(header, " {intent} |");
        }
        let _ = writeln!(out, "{header}\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        for fold in &self.folds {
            let name = format!("registers held out: {}", fold.held_out.join(", "));
            let row = (fold.count, fold.trained, fold.linear_on_frozen);
            table_row(&mut out, &name, row, &fold.recalls);
        }
        for score in &self.scores {
            let row = (score.count, score.strict, score.linear_on_frozen);
            table_row(&mut out, &score.file, row, &score.recalls);
        }
        out.push_str("\nThe last six columns are recall by class. Held-out registers are scored in f32 without thresholds; files are scored as calibrated, on the artifact's weights in f32; `olympus-eval` scores the artifact as it runs.\n");
        if !self.folds.is_empty() {
            self.tell_held_out(&mut out);
        }
        out.push_str("\n## Learning curve (all text)\n\n| epoch | intent loss | contrastive loss | distance to the base's vectors |\n|--:|--:|--:|--:|\n");
        for (index, epoch) in self.curve.iter().enumerate() {
            let _ = writeln!(
                out,
                "| {} | {:.4} | {:.4} | {:.4} |",
                self.began_at + index + 1,
                epoch.intent_loss,
                epoch.contrast_loss,
                epoch.anchor_loss
            );
        }
        out
    }

    /// Whether nothing was held out and no earlier artifact asked.
    fn by_file_alone(&self) -> bool {
        self.folds.is_empty() && self.calibration_of.is_none()
    }

    fn no_folds(&self) -> &'static str {
        if self.by_file_alone() {
            " --no-folds"
        } else {
            ""
        }
    }

    /// What registers and files that were held out said.
    fn tell_held_out(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "\n## Out of scope\n\nOf the utterances out of scope in held-out registers, those found when 3 % of those in scope are taken for them: by the class's logit, by how much nearer the nearest of {PROTOTYPES} prototypes of what was learnt out of scope is than the nearest of as many in scope, and by both as the artifact has it: the logit gains {} for each 1 of that difference above {}. The weight is the smallest that is as accurate as any of ten on these same registers (those in English), the other number that of least log loss.\n\n| held out | by class | by distance | by both |\n|---|--:|--:|--:|",
            self.familiarity.weight, self.familiarity.centre,
        );
        for fold in &self.folds {
            let found = &fold.novelty;
            let _ = writeln!(
                out,
                "| {} | {:.3} | {:.3} | {:.3} |",
                fold.held_out.join(", "),
                found.by_class,
                found.by_distance,
                found.by_both,
            );
        }
        out.push_str("\n## Search, by vectors alone\n\nQueries of a file that was held out, among all names of that file.\n\n| file | queries | names | first: base | first: this | in ten: base | in ten: this |\n|---|--:|--:|--:|--:|--:|--:|\n");
        for fold in &self.folds {
            let (this, base) = (&fold.search, &fold.search_base);
            let _ = writeln!(
                out,
                "| {} | {} | {} | {:.3} | {:.3} | {:.3} | {:.3} |",
                fold.queries_held_out,
                this.queries,
                this.dishes,
                base.hit_at_1,
                this.hit_at_1,
                base.hit_at_10,
                this.hit_at_10,
            );
        }
    }
}

fn table_row(
    out: &mut String,
    name: &str,
    (count, this, linear): (usize, f64, f64),
    recalls: &BTreeMap<Intent, f64>,
) {
    let _ = write!(out, "| {name} | {count} | {this:.4} | {linear:.4} |");
    for recall in recalls.values() {
        let _ = write!(out, " {recall:.3} |");
    }
    out.push('\n');
}
