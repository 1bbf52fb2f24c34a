//! Labelled utterances that are never learnt from: what a finished model's probabilities are fitted to.

use crate::calibrate::{self, Scored};
use crate::card::CalibratedOn;
use crate::data::{Example, key, load_jsonl};
use crate::model::{Base, Learner};
use crate::novelty::{self, Judged};
use crate::uncalibrated;
use candle_core::Tensor;
use olympus_core::intent::Calibration;
use olympus_inference::artifact::sha256_hex;
use olympus_inference::known::Familiarity;
use std::collections::HashSet;
use std::path::Path;

/// A labelled file.
pub(crate) struct Validation {
    set: Vec<Example>,
    pub(crate) of: CalibratedOn,
}

impl Validation {
    /// Reads the file. One of its utterances among what is learnt is an error, told before hours are spent.
    pub(crate) fn load(file: &Path, learnt: &[Example]) -> anyhow::Result<Self> {
        let set = load_jsonl(file)?;
        let known: HashSet<String> = learnt.iter().map(|one| key(&one.text)).collect();
        let shared = set.iter().find(|one| known.contains(&key(&one.text)));
        anyhow::ensure!(
            shared.is_none(),
            "{}: `{}` is learnt from too; take it out of one of them",
            file.display(),
            shared.map_or("", |one| one.text.as_str())
        );
        let of = CalibratedOn {
            file: file.display().to_string(),
            count: set.len(),
            sha256: sha256_hex(&std::fs::read(file)?),
        };
        Ok(Self { set, of })
    }

    /// The temperature that suits it best, without thresholds.
    pub(crate) fn fit(
        &self,
        familiarity: Familiarity,
        judge: impl Fn(&[&Example]) -> anyhow::Result<Vec<Judged>>,
    ) -> anyhow::Result<Calibration> {
        let set: Vec<&Example> = self.set.iter().collect();
        let judged = judge(&set)?;
        let scored: Vec<Scored> = novelty::with(&judged, familiarity);
        let calibration = Calibration {
            temperature: calibrate::temperature(&scored),
            ..uncalibrated()
        };
        eprintln!("{calibration:?} by {:?}", self.of);
        Ok(calibration)
    }
}

/// Judges utterances as the artifact does: by the head, the prototypes where it has any, and the phrases.
pub(crate) fn judge_by<'a>(
    learner: &'a Learner,
    base: &'a Base,
    prototypes: Option<&'a [Tensor; 2]>,
    by_phrases: &'a [f32],
) -> impl Fn(&[&Example]) -> anyhow::Result<Vec<Judged>> + Copy + 'a {
    move |set| {
        let mut judged = novelty::judge(learner, base, prototypes, set)?;
        novelty::add_phrases(base, by_phrases, set, &mut judged)?;
        Ok(judged)
    }
}

#[cfg(test)]
mod tests {
    use super::Validation;
    use crate::data::Example;

    #[test]
    fn what_is_learnt_is_no_validation_and_that_is_told_at_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("set.jsonl");
        std::fs::write(
            &file,
            "{\"text\":\"Two tacos, please\",\"intent\":\"order\"}\n",
        )
        .expect("writes");
        let learnt = |text: &str| Example {
            text: text.into(),
            label: 0,
            register: "chat".into(),
        };
        let apart = Validation::load(&file, &[learnt("two burritos")]).expect("apart");
        assert_eq!(apart.of.count, 1);
        let shared = Validation::load(&file, &[learnt("two tacos please")]).err();
        let shared = shared.expect("refused").to_string();
        assert!(shared.contains("Two tacos, please"), "{shared}");
    }
}
