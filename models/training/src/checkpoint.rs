//! Finished epochs on disk, so that a run that was cut off goes on and ends the same.
//!
//! A fit's folder is named by a hash of all that it depends on: settings, text and the fit's
//! name. Another run with anything changed starts anew.

use crate::data::Example;
use crate::model::Learner;
use crate::pairs::Dish;
use crate::train::Settings;
use anyhow::Context as _;
use candle_core::{Device, Tensor};
use olympus_inference::artifact::sha256_hex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(crate) struct Checkpoint {
    weights: PathBuf,
    curve: PathBuf,
}

impl Checkpoint {
    pub(crate) fn new(
        root: &Path,
        name: &str,
        settings: &Settings,
        examples: &[&Example],
        dishes: &[Dish],
    ) -> Self {
        Self::of(
            root,
            &format!("{name}\n{settings:?}\n{examples:?}\n{dishes:?}"),
        )
    }

    /// Of a fit that depends on all that is said here.
    pub(crate) fn of(root: &Path, all: &str) -> Self {
        let hash: String = sha256_hex(all.as_bytes()).chars().take(16).collect();
        Self {
            weights: root.join(format!("{hash}.safetensors")),
            curve: root.join(format!("{hash}.json")),
        }
    }

    /// The learning curve so far, with the learner brought to its end; empty where none is kept.
    pub(crate) fn restore<E: DeserializeOwned>(
        &self,
        learner: &mut Learner,
    ) -> anyhow::Result<Vec<E>> {
        let Ok(curve) = std::fs::read(&self.curve) else {
            return Ok(Vec::new());
        };
        let curve = serde_json::from_slice(&curve).with_context(|| {
            format!("reading {}; remove it to start anew", self.curve.display())
        })?;
        let kept = candle_core::safetensors::load(&self.weights, &Device::Cpu)?;
        learner.restore(&kept)?;
        eprintln!("going on from {}", self.weights.display());
        Ok(curve)
    }

    /// Keeps what was learnt; the curve last, since it is what says that an epoch is whole.
    pub(crate) fn save(&self, learner: &Learner, curve: &[impl Serialize]) -> anyhow::Result<()> {
        let parent = self
            .weights
            .parent()
            .context("checkpoints lie in a folder")?;
        std::fs::create_dir_all(parent)?;
        let tensors: HashMap<String, Tensor> = learner
            .vars()
            .map(|(name, var)| (name.clone(), var.as_tensor().clone()))
            .collect();
        let _ = std::fs::remove_file(&self.curve);
        candle_core::safetensors::save(&tensors, &self.weights)?;
        std::fs::write(&self.curve, serde_json::to_vec(curve)?)?;
        Ok(())
    }
}
