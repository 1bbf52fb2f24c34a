//! The engine: a tokenizer, an encoder and, where the model has one, an intent head.
//!
//! Weights are read once and never change; every call is `&self` and may run on any thread.

use crate::artifact::{self, Parts};
use crate::config::{ModelInfo, Pooling, space_id};
use crate::error::InferenceError;
use crate::fused::{HeadWorkspace, Kernel, Workspace, unit_mean};
use olympus_core::intent::Calibration;
use olympus_proto::SpaceId;
use rayon::prelude::*;
#[cfg(feature = "embedded")]
use std::borrow::Cow;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Tokens encoded together: more would push the activations out of a core's own cache, fewer
/// would read the weights more often.
const PACK_TOKENS: usize = 192;

/// Tokens from which a second core is worth starting a thread on it.
const WORTH_TWO: usize = 6;

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

/// How many cores a single text may have. Many texts are shared out over all there are anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cores {
    /// The caller's own.
    #[default]
    One,
    /// Another besides: half the time for a fifth more work. For where that one is idle.
    Two,
}

/// A loaded model.
#[derive(Debug)]
pub struct Engine {
    parts: Parts,
    info: ModelInfo,
    kernel: Kernel,
    /// Of passes that are over, for the next: not one for each thread that ever asked.
    buffers: Mutex<Vec<(Workspace, HeadWorkspace)>>,
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
        let model = "olympus-minilm-v1";
        let sha256 = env!("OLYMPUS_MODEL_SHA256").to_owned();
        let parts = artifact::from_gguf(model, Cow::Borrowed(GGUF), TOKENIZER, sha256)?;
        crate::resident::let_go(GGUF);
        crate::resident::let_go(TOKENIZER);
        Ok(Self::of(parts, "embedded"))
    }

    /// A model folder: our own layout or the hub's.
    ///
    /// # Errors
    /// [`InferenceError::ReadFile`] or [`InferenceError::Unfit`].
    pub fn from_dir(dir: &Path) -> Result<Self, InferenceError> {
        Ok(Self::of(
            artifact::from_dir(dir)?,
            &dir.display().to_string(),
        ))
    }

    fn of(parts: Parts, source: &str) -> Self {
        let dim = parts.encoder.hidden();
        let info = ModelInfo {
            id: parts.id.clone(),
            space: space_id(&parts.id, parts.pooling, dim),
            dim,
            max_tokens: parts.max_tokens,
            has_intent_head: parts.head.is_some(),
            sha256: parts.sha256.clone(),
            source: source.to_owned(),
        };
        Self {
            parts,
            info,
            kernel: Kernel::best(),
            buffers: Mutex::default(),
        }
    }

    /// The same model on other instructions: slower, with the same answers to the bit.
    #[must_use]
    pub fn with_kernel(self, kernel: Kernel) -> Self {
        Self { kernel, ..self }
    }

    /// The instructions it runs on.
    #[must_use]
    pub fn kernel(&self) -> Kernel {
        self.kernel
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
            self.analyse_timed(&[text], Cores::Two)?;
        }
        Ok(())
    }

    /// Unit vectors of texts, in their order.
    ///
    /// # Errors
    /// As [`Engine::analyse`].
    pub fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, InferenceError> {
        let (analyses, _) = self.run(texts, false, Cores::One)?;
        Ok(analyses.into_iter().map(|a| a.embedding).collect())
    }

    /// Vector and logits of texts, in their order.
    ///
    /// # Errors
    /// [`InferenceError::Tokenize`] or [`InferenceError::Candle`].
    pub fn analyse(&self, texts: &[&str]) -> Result<Vec<Analysis>, InferenceError> {
        Ok(self.run(texts, true, Cores::One)?.0)
    }

    /// As [`Engine::analyse`], with the time of each stage. The same numbers on any number of cores.
    ///
    /// # Errors
    /// As [`Engine::analyse`].
    pub fn analyse_timed(
        &self,
        texts: &[&str],
        cores: Cores,
    ) -> Result<(Vec<Analysis>, Timings), InferenceError> {
        self.run(texts, true, cores)
    }

    fn run(
        &self,
        texts: &[&str],
        classify: bool,
        cores: Cores,
    ) -> Result<(Vec<Analysis>, Timings), InferenceError> {
        let start = Instant::now();
        let rows = texts
            .iter()
            .map(|text| self.parts.tokenizer.ids(text))
            .collect::<Result<Vec<_>, _>>()?;
        let mut timings = Timings {
            tokenize_us: micros(start),
            ..Timings::default()
        };
        let packs = packs(&rows);
        // One pack stays on this thread: handing it over would cost more than it saves.
        let done: Vec<_> = match packs.as_slice() {
            [pack] => vec![self.run_pack(pack, classify, cores)],
            packs => packs
                .par_iter()
                .map(|pack| self.run_pack(pack, classify, Cores::One))
                .collect(),
        };
        let mut analyses = Vec::with_capacity(texts.len());
        for pack in done {
            let (mut some, took) = pack?;
            analyses.append(&mut some);
            timings.encode_us += took.encode_us;
            timings.classify_us += took.classify_us;
        }
        Ok((analyses, timings))
    }

    fn run_pack(
        &self,
        texts: &[Vec<u32>],
        classify: bool,
        cores: Cores,
    ) -> Result<(Vec<Analysis>, Timings), InferenceError> {
        let (mut work, mut head_work) = self.buffers().pop().unwrap_or_default();
        let start = Instant::now();
        let ids: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        let lengths: Vec<usize> = ids.iter().map(|ids| ids.len()).collect();
        let encoder = &self.parts.encoder;
        match (ids.as_slice(), cores) {
            ([text], Cores::Two) if text.len() >= WORTH_TWO => {
                let (mut other, other_head) = self.buffers().pop().unwrap_or_default();
                encoder.forward_on_two(self.kernel, text, &mut work, &mut other)?;
                self.buffers().push((other, other_head));
            }
            _ => encoder.forward(self.kernel, &ids, &mut work)?,
        }
        let vectors = self.pool(work.states(), &lengths);
        let encode_us = micros(start);
        let start = Instant::now();
        let mut logits = match &self.parts.head {
            Some((head, _)) if classify => {
                head.forward(self.kernel, work.states(), &lengths, &mut head_work)
            }
            _ => Vec::new(),
        };
        if let Some(phrases) = &self.parts.phrases {
            for (logits, ids) in logits.iter_mut().zip(&ids) {
                phrases.add(ids, logits);
            }
        }
        let mut logits = logits.into_iter();
        let timings = Timings {
            encode_us,
            classify_us: micros(start),
            ..Timings::default()
        };
        self.buffers().push((work, head_work));
        let analyses = vectors
            .into_iter()
            .zip(lengths)
            .map(|(embedding, tokens)| Analysis {
                embedding,
                logits: logits.next(),
                tokens,
            });
        Ok((analyses.collect(), timings))
    }

    fn buffers(&self) -> MutexGuard<'_, Vec<(Workspace, HeadWorkspace)>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Unit vectors of texts from their token states.
    fn pool(&self, states: &[f32], lengths: &[usize]) -> Vec<Vec<f32>> {
        let hidden = self.info.dim;
        let mut rest = states;
        let texts = lengths.iter().map(|length| {
            let (text, later) = rest.split_at(length * hidden);
            rest = later;
            let rows = match self.parts.pooling {
                Pooling::Mean => text,
                Pooling::Cls => &text[..hidden],
            };
            unit_mean(self.kernel, rows, hidden)
        });
        texts.collect()
    }
}

/// Neighbours of at most [`PACK_TOKENS`] tokens together; a longer text alone.
fn packs(rows: &[Vec<u32>]) -> Vec<&[Vec<u32>]> {
    let mut packs = Vec::new();
    let (mut first, mut tokens) = (0, 0);
    for (index, ids) in rows.iter().enumerate() {
        if index > first && tokens + ids.len() > PACK_TOKENS {
            packs.push(&rows[first..index]);
            (first, tokens) = (index, 0);
        }
        tokens += ids.len();
    }
    if first < rows.len() {
        packs.push(&rows[first..]);
    }
    packs
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
