//! From texts to what the models say of them.
//!
//! Invariant: a text is encoded at most once a call, and not at all where the cache knows it.

use super::ask::micros;
use super::checks::checked_batch;
use super::encoder_thread::Lane;
use super::{Call, Service, ServiceError};
use olympus_core::intent::decide;
use olympus_inference::Analysis;
use olympus_proto::{Context, IntentAnswer, StagesUs};
use std::sync::Arc;

/// Texts of a batch that are encoded at once.
const PIECE: usize = 8;

impl Service {
    /// Unit vectors and token counts of up to 64 texts.
    ///
    /// # Errors
    /// As [`Service::intent`]; one bad text fails the batch and is named.
    pub fn embeddings_for(
        &self,
        call: &Call,
        texts: &[String],
    ) -> Result<(Vec<Arc<Analysis>>, StagesUs), ServiceError> {
        let texts = checked_batch("input", texts)?;
        let mut stages = StagesUs::default();
        let lane = if texts.len() == 1 {
            Lane::Interactive
        } else {
            Lane::Bulk
        };
        let analyses = self.encode(call, &texts, lane, &mut stages)?;
        stages.total = micros(call.started);
        self.metrics.stages(&stages);
        Ok((analyses, stages))
    }

    pub(super) fn decide(
        &self,
        analysis: &Analysis,
        context: Option<&Context>,
    ) -> Result<IntentAnswer, ServiceError> {
        let expected = context.map_or(&[][..], |context| &context.expected);
        match (analysis.logits, &self.calibration) {
            (Some(logits), Some(calibration)) => {
                Ok(decide(logits, calibration, &self.costs, expected))
            }
            _ => Err(ServiceError::Encoder(
                "the model has no intent head".to_owned(),
            )),
        }
    }

    pub(super) fn encode_one(
        &self,
        call: &Call,
        text: &str,
        stages: &mut StagesUs,
    ) -> Result<Arc<Analysis>, ServiceError> {
        let texts = [text.to_owned()];
        self.encode(call, &texts, Lane::Interactive, stages)?
            .pop()
            .ok_or_else(|| ServiceError::Encoder("it gave no answer".to_owned()))
    }

    /// Encodes folded texts, those in the cache excepted; adds to `stages`.
    pub(super) fn encode(
        &self,
        call: &Call,
        texts: &[String],
        lane: Lane,
        stages: &mut StagesUs,
    ) -> Result<Vec<Arc<Analysis>>, ServiceError> {
        let mut found: Vec<_> = texts.iter().map(|text| self.cache.get(text)).collect();
        let mut missing: Vec<String> = texts
            .iter()
            .zip(&found)
            .filter(|(_, known)| known.is_none())
            .map(|(text, _)| text.clone())
            .collect();
        let lookups = u64::try_from(texts.len()).unwrap_or(u64::MAX);
        let misses = u64::try_from(missing.len()).unwrap_or(u64::MAX);
        self.metrics.cache(lookups - misses, lookups);
        let mut empty = found.iter_mut().filter(|known| known.is_none());
        while !missing.is_empty() {
            let piece: Vec<String> = missing.drain(..PIECE.min(missing.len())).collect();
            let encoded = self.encoder.encode(piece.clone(), lane, call.deadline)?;
            stages.queue += encoded.queue_us;
            stages.tokenize += encoded.timings.tokenize_us;
            stages.encode += encoded.timings.encode_us;
            stages.classify += encoded.timings.classify_us;
            for ((text, analysis), slot) in
                piece.into_iter().zip(encoded.analyses).zip(empty.by_ref())
            {
                let analysis = Arc::new(analysis);
                self.cache.put(text, Arc::clone(&analysis));
                *slot = Some(analysis);
            }
        }
        found
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| ServiceError::Encoder("it gave too few answers".to_owned()))
    }
}
