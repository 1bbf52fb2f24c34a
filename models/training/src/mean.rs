//! The mean of several fits' weights (a "model soup": Wortsman et al., 2022).
//!
//! Fits that begin at the same base and head end in one valley, and what lies between them often errs less than either
//! on what none of them has seen. It costs nothing where the model runs.

use crate::model::Learner;
use anyhow::Context as _;
use candle_core::Device;
use olympus_inference::artifact::sha256_hex;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Puts the mean of a learner's weights and of those that other fits kept (`checkpoints`) in the place of its own. The
/// sha256 of each file.
///
/// # Errors
/// Where a file cannot be read, or is of a fit of another shape.
pub(crate) fn with(learner: &mut Learner, checkpoints: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    put(learner, checkpoints, true)
}

/// As [`with`], but of the checkpoints alone: what the learner had before is gone.
pub(crate) fn of(learner: &mut Learner, checkpoints: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    put(learner, checkpoints, false)
}

fn put(
    learner: &mut Learner,
    checkpoints: &[PathBuf],
    own_too: bool,
) -> anyhow::Result<Vec<String>> {
    if checkpoints.is_empty() {
        return Ok(Vec::new());
    }
    let names: BTreeSet<&str> = learner.vars().map(|(name, _)| name.as_str()).collect();
    let mut hashes = Vec::new();
    let mut others = Vec::new();
    for path in checkpoints {
        let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        hashes.push(sha256_hex(&bytes));
        let kept = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)
            .with_context(|| format!("{} holds no checkpoint", path.display()))?;
        // A student's has its channels in another order, a fit with more layers has more to say.
        let held: BTreeSet<&str> = kept.keys().map(String::as_str).collect();
        anyhow::ensure!(
            held == names,
            "{} is of another kind of fit: {:?} are not in both",
            path.display(),
            held.symmetric_difference(&names)
                .take(3)
                .collect::<Vec<_>>()
        );
        others.push((path, kept));
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of fits")]
    let count = (others.len() + usize::from(own_too)) as f64;
    for (name, var) in learner.vars() {
        let mut sum = match own_too {
            true => var.as_tensor().clone(),
            false => var.as_tensor().zeros_like()?,
        };
        for (path, kept) in &others {
            let other = kept.get(name);
            let other = other.with_context(|| format!("{} has no {name}", path.display()))?;
            sum = (sum + other)
                .with_context(|| format!("{}: {name} has another shape", path.display()))?;
        }
        var.set(&(sum / count)?)?;
    }
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use super::{of, with};
    use crate::model::Learner;
    use candle_core::{Device, Tensor};
    use olympus_inference::EncoderConfig;
    use std::collections::HashMap;

    fn learner(values: &[f32]) -> Learner {
        let config = EncoderConfig::from_json(
            "test",
            br#"{"model_type": "bert", "vocab_size": 8, "hidden_size": 4, "num_hidden_layers": 1,
                "num_attention_heads": 1, "intermediate_size": 4, "max_position_embeddings": 4,
                "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu"}"#,
        );
        let tensor = Tensor::new(values, &Device::Cpu).expect("a tensor");
        let tensors = HashMap::from([("intent.out.bias".to_owned(), tensor)]);
        Learner::of(&config.expect("a config"), &tensors, |_| false).expect("a learner")
    }

    fn kept(dir: &tempfile::TempDir, name: &str, values: &[f32]) -> std::path::PathBuf {
        let path = dir.path().join(name);
        let tensor = Tensor::new(values, &Device::Cpu).expect("a tensor");
        let tensors = HashMap::from([("intent.out.bias", tensor)]);
        candle_core::safetensors::save(&tensors, &path).expect("saved");
        path
    }

    #[test]
    fn each_weight_becomes_the_mean_of_all_fits() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut learner = learner(&[1.0, 2.0]);
        let others = [kept(&dir, "a", &[3.0, 2.0]), kept(&dir, "b", &[5.0, -1.0])];
        let hashes = with(&mut learner, &others).expect("the mean");
        assert_eq!(hashes.len(), 2);
        assert_ne!(hashes[0], hashes[1]);
        let mean = learner.tensors()["intent.out.bias"]
            .to_vec1::<f32>()
            .expect("values");
        assert_eq!(mean, [3.0, 1.0]);
        of(&mut learner, &others).expect("the mean");
        let mean = learner.tensors()["intent.out.bias"]
            .to_vec1::<f32>()
            .expect("values");
        assert_eq!(mean, [4.0, 0.5], "without its own");
    }

    #[test]
    fn a_fit_of_another_shape_is_refused_and_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut learner = learner(&[1.0, 2.0]);
        let other = kept(&dir, "other", &[3.0, 2.0, 1.0]);
        let refused = with(&mut learner, &[other]).expect_err("refused");
        assert!(format!("{refused:#}").contains("other: intent.out.bias has another shape"));
        let missing = with(&mut learner, &[dir.path().join("none")]).expect_err("refused");
        assert!(format!("{missing:#}").contains("none"));
        let path = dir.path().join("student");
        let more = ["intent.out.bias", "embeddings.LayerNorm.bias"].map(|name| {
            let tensor = Tensor::new(&[1.0f32, 2.0], &Device::Cpu).expect("a tensor");
            (name, tensor)
        });
        candle_core::safetensors::save(&HashMap::from(more), &path).expect("saved");
        let refused = with(&mut learner, &[path]).expect_err("refused");
        assert!(format!("{refused:#}").contains("embeddings.LayerNorm.bias"));
        assert!(with(&mut learner, &[]).expect("nothing to do").is_empty());
    }
}
