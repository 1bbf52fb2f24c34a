//! The engine: a tokenizer, an encoder and, where the model has one, an intent head.
//!
//! Weights are read once and never change; every call is `&self` and may run on any thread.

use crate::artifact::{self, Parts};
use crate::bert::{Batch, Mode, packing_pays, pool};
use crate::config::{ModelInfo, space_id};
use crate::error::InferenceError;
use olympus_core::intent::Calibration;
use olympus_proto::SpaceId;
use std::path::Path;
use std::time::Instant;

/// Texts encoded together; more would spend more on padding than they save.
const BATCH_TEXTS: usize = 32;
/// Token slots encoded together, padding included; bounds the memory of a batch.
const BATCH_TOKENS: usize = 2_048;

/// What one pass says of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Unit vector in the engine's space.
    pub embedding: Vec<f32>,
    /// Uncalibrated logits in the order of `Intent::ALL`; absent where there is no head.
    pub logits: Option<[f32; 6]>,
    /// Tokens read, special tokens included.
    pub tokens: usize,
}

/// Microseconds by stage, over all texts of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// Text to ids.
    pub tokenize_us: u64,
    /// Ids to states and vectors.
    pub encode_us: u64,
    /// States to logits.
    pub classify_us: u64,
}

/// A loaded model.
#[derive(Debug)]
pub struct Engine {
    parts: Parts,
    info: ModelInfo,
    /// Where packed weights run. Their products have threads of their own; what is left for f32
    /// products is attention over a few tokens, which costs less than sharing it out.
    alone: Option<rayon::ThreadPool>,
}

impl Engine {
    /// The model inside the binary.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where the artifact in `models/` is not what this code reads.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Result<Self, InferenceError> {
        const GGUF: &[u8] = include_bytes!("../../../models/olympus-minilm-v1/model.gguf");
        const TOKENIZER: &[u8] = include_bytes!("../../../models/olympus-minilm-v1/tokenizer.json");
        Self::from_gguf("olympus-minilm-v1", GGUF, TOKENIZER, "embedded")
    }

    /// A model folder: our own layout or the hub's.
    ///
    /// # Errors
    /// [`InferenceError::ReadFile`] or [`InferenceError::Unfit`].
    pub fn from_dir(dir: &Path) -> Result<Self, InferenceError> {
        Self::of(artifact::from_dir(dir)?, &dir.display().to_string())
    }

    /// Our own GGUF from memory; `source` is shown to people.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`].
    pub fn from_gguf(
        model: &str,
        gguf: &[u8],
        tokenizer: &[u8],
        source: &str,
    ) -> Result<Self, InferenceError> {
        Self::of(artifact::from_gguf(model, gguf, tokenizer)?, source)
    }

    fn of(mut parts: Parts, source: &str) -> Result<Self, InferenceError> {
        let mut alone = None;
        if packing_pays() {
            parts.encoder = parts.encoder.pack()?;
            alone = Some(one_thread(&parts.id)?);
        }
        let dim = parts.encoder.config().hidden_size;
        let info = ModelInfo {
            id: parts.id.clone(),
            space: space_id(&parts.id, parts.pooling, dim),
            dim,
            max_tokens: parts.max_tokens,
            has_intent_head: parts.head.is_some(),
            sha256: parts.sha256.clone(),
            source: source.to_owned(),
        };
        Ok(Self { parts, info, alone })
    }

    /// What is known of the model.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// The space of its vectors.
    #[must_use]
    pub fn space(&self) -> &SpaceId {
        &self.info.space
    }

    /// Temperature and thresholds of the head.
    #[must_use]
    pub fn calibration(&self) -> Option<&Calibration> {
        self.parts.head.as_ref().map(|(_, calibration)| calibration)
    }

    /// Runs texts of several lengths, so that the first customer does not pay for page faults
    /// and thread start.
    ///
    /// # Errors
    /// As [`Engine::analyse`].
    pub fn warm_up(&self) -> Result<(), InferenceError> {
        for text in ["hi", "two cheeseburgers and a large coke please"] {
            self.analyse(&[text, &text.repeat(4)])?;
            self.analyse(&[text])?;
        }
        Ok(())
    }

    /// Unit vectors of texts, in their order.
    ///
    /// # Errors
    /// As [`Engine::analyse`].
    pub fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, InferenceError> {
        let (analyses, _) = self.run_where_it_pays(texts, false)?;
        Ok(analyses.into_iter().map(|a| a.embedding).collect())
    }

    /// Vector and logits of texts, in their order.
    ///
    /// # Errors
    /// [`InferenceError::Tokenize`] or [`InferenceError::Candle`].
    pub fn analyse(&self, texts: &[&str]) -> Result<Vec<Analysis>, InferenceError> {
        Ok(self.run_where_it_pays(texts, true)?.0)
    }

    /// As [`Engine::analyse`], with the time of each stage.
    ///
    /// # Errors
    /// As [`Engine::analyse`].
    pub fn analyse_timed(
        &self,
        texts: &[&str],
    ) -> Result<(Vec<Analysis>, Timings), InferenceError> {
        self.run_where_it_pays(texts, true)
    }

    fn run_where_it_pays(
        &self,
        texts: &[&str],
        classify: bool,
    ) -> Result<(Vec<Analysis>, Timings), InferenceError> {
        match &self.alone {
            Some(alone) => alone.install(|| self.run(texts, classify)),
            None => self.run(texts, classify),
        }
    }

    fn run(
        &self,
        texts: &[&str],
        classify: bool,
    ) -> Result<(Vec<Analysis>, Timings), InferenceError> {
        let start = Instant::now();
        let mut rows = texts
            .iter()
            .enumerate()
            .map(|(index, text)| Ok((index, self.parts.tokenizer.ids(text)?)))
            .collect::<Result<Vec<_>, InferenceError>>()?;
        let mut timings = Timings {
            tokenize_us: micros(start),
            ..Timings::default()
        };
        // Neighbours in length share a batch, so that little is padding.
        rows.sort_by_key(|(_, ids)| ids.len());
        let mut done = Vec::with_capacity(rows.len());
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(batch_size(rest));
            self.run_batch(batch, classify, &mut done, &mut timings)?;
            rest = later;
        }
        done.sort_by_key(|(index, _)| *index);
        Ok((done.into_iter().map(|(_, a)| a).collect(), timings))
    }

    fn run_batch(
        &self,
        rows: &[(usize, Vec<u32>)],
        classify: bool,
        done: &mut Vec<(usize, Analysis)>,
        timings: &mut Timings,
    ) -> Result<(), InferenceError> {
        let start = Instant::now();
        let ids: Vec<&[u32]> = rows.iter().map(|(_, ids)| ids.as_slice()).collect();
        let batch = Batch::of(&ids)?;
        let states = self.parts.encoder.forward(&batch, Mode::Infer)?;
        let vectors = pool(&states, batch.mask.as_ref(), self.parts.pooling)?.to_vec2::<f32>()?;
        timings.encode_us += micros(start);
        let start = Instant::now();
        let mut logits = match &self.parts.head {
            Some((head, _)) if classify => head
                .forward(&states, batch.mask.as_ref(), Mode::Infer)?
                .to_vec2::<f32>()?
                .into_iter(),
            _ => Vec::new().into_iter(),
        };
        timings.classify_us += micros(start);
        for ((index, ids), embedding) in rows.iter().zip(vectors) {
            let analysis = Analysis {
                embedding,
                logits: logits.next().and_then(|row| row.try_into().ok()),
                tokens: ids.len(),
            };
            done.push((*index, analysis));
        }
        Ok(())
    }
}

fn one_thread(model: &str) -> Result<rayon::ThreadPool, InferenceError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .thread_name(|_| "encoder".to_owned())
        .build()
        .map_err(|error| InferenceError::unfit(model, format!("no thread for it: {error}")))
}

/// How many of the rows, sorted by length, go into one batch: at least one.
fn batch_size(rows: &[(usize, Vec<u32>)]) -> usize {
    rows.iter()
        .take(BATCH_TEXTS)
        .enumerate()
        .take_while(|(index, (_, ids))| *index == 0 || (index + 1) * ids.len() <= BATCH_TOKENS)
        .count()
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
