//! Texts to unit vectors.
//!
//! Invariant: what leaves here is one unit vector a text, all of one length and of the pinned
//! pooling; a vector of no length, of the wrong one, or that holds no numbers is an error.

use super::binding::Ai;
use super::fault::UpstreamError;
use crate::http::var;
use olympus_proto::SpaceId;
use olympus_proto::workers_ai::{EmbedInput, EmbedOutput, MAX_EMBED_TEXTS, Pooling};
use std::time::Duration;
use worker::Env;

/// Used where `EMBED_MODEL` is not set.
const DEFAULT_MODEL: &str = "@cf/baai/bge-small-en-v1.5";
/// How long one batch may take: no customer waits for it.
const BATCH_TIMEOUT: Duration = Duration::from_secs(20);

/// The embedding model with its pooling: a space but for its dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Embedder {
    pub(crate) model: String,
    pub(crate) pooling: Pooling,
}

impl Embedder {
    /// By the vars `EMBED_MODEL` and `EMBED_POOLING`.
    pub(crate) fn of(env: &Env) -> Self {
        Self::named(&var(env, "EMBED_MODEL"), &var(env, "EMBED_POOLING"))
    }

    fn named(model: &str, pooling: &str) -> Self {
        Self {
            model: match model {
                "" => DEFAULT_MODEL.to_owned(),
                model => model.to_owned(),
            },
            // Named always: what the service takes where none is named is not this model's own.
            pooling: match pooling {
                "mean" => Pooling::Mean,
                _ => Pooling::Cls,
            },
        }
    }

    /// Model and pooling as a space's name begins.
    pub(crate) fn prefix(&self) -> String {
        format!("{}/{}", self.model, self.pooling.as_str())
    }

    /// The space of vectors of so many numbers.
    pub(crate) fn space(&self, dim: usize) -> SpaceId {
        SpaceId(format!("{}/{dim}", self.prefix()))
    }

    /// One unit vector a text; more than a call takes go in several, one after the other.
    pub(crate) async fn embed(
        &self,
        env: &Env,
        texts: &[String],
    ) -> Result<Vec<Vec<f32>>, UpstreamError> {
        let ai = Ai::of(env)?;
        let mut rows: Vec<Vec<f32>> = Vec::with_capacity(texts.len());
        for batch in texts.chunks(MAX_EMBED_TEXTS) {
            let input = EmbedInput {
                text: batch.to_vec(),
                pooling: self.pooling,
            };
            let run = ai.run::<EmbedOutput>(&self.model, &input);
            let output = super::within(BATCH_TIMEOUT, run).await?;
            rows.extend(checked(output, batch.len(), self.pooling)?);
            same_length(&rows)?;
        }
        Ok(rows)
    }
}

/// The rows of an answer, normalised, where all of them can be used.
fn checked(
    output: EmbedOutput,
    texts: usize,
    pooling: Pooling,
) -> Result<Vec<Vec<f32>>, UpstreamError> {
    let unreadable = |what: String| Err(UpstreamError::Unreadable(what));
    if output.pooling.is_some_and(|said| said != pooling) {
        // The same request gets the same pooling again.
        return Err(UpstreamError::Refused(format!(
            "the vectors are not pooled as {}, as was asked",
            pooling.as_str()
        )));
    }
    if output.data.len() != texts {
        return unreadable(format!("{} vectors for {texts} texts", output.data.len()));
    }
    if output.data.iter().any(|row| row.len() != output.shape[1]) {
        return unreadable(format!("a vector has not {} numbers", output.shape[1]));
    }
    same_length(&output.data)?;
    output.data.into_iter().map(unit).collect()
}

fn same_length(rows: &[Vec<f32>]) -> Result<(), UpstreamError> {
    let first = rows.first().map_or(0, Vec::len);
    match rows.iter().all(|row| row.len() == first) {
        true => Ok(()),
        false => Err(UpstreamError::Unreadable(
            "the vectors differ in length".to_owned(),
        )),
    }
}

fn unit(mut row: Vec<f32>) -> Result<Vec<f32>, UpstreamError> {
    let square: f64 = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    let norm = square.sqrt();
    if !norm.is_finite() || norm < 1e-6 {
        let what = "a vector has no direction";
        return Err(UpstreamError::Unreadable(what.to_owned()));
    }
    for x in &mut row {
        #[expect(clippy::cast_possible_truncation, reason = "a number of at most 1")]
        let scaled = (f64::from(*x) / norm) as f32;
        *x = scaled;
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::{Embedder, checked};
    use crate::ai::fault::UpstreamError;
    use olympus_proto::workers_ai::{EmbedOutput, Pooling};

    fn output(data: Vec<Vec<f32>>) -> EmbedOutput {
        EmbedOutput {
            shape: [data.len(), data.first().map_or(0, Vec::len)],
            data,
            pooling: None,
        }
    }

    #[test]
    fn rows_come_out_as_unit_vectors() {
        let rows = checked(
            output(vec![vec![3.0, 4.0], vec![0.0, -2.0]]),
            2,
            Pooling::Cls,
        );
        assert_eq!(rows, Ok(vec![vec![0.6, 0.8], vec![0.0, -1.0]]));
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        for bad in [
            vec![vec![0.0, 0.0]],
            vec![vec![f32::NAN, 1.0]],
            vec![vec![f32::INFINITY, 1.0]],
            vec![vec![]],
            vec![vec![1.0, 0.0], vec![1.0]],
        ] {
            let texts = bad.len();
            let error = checked(output(bad.clone()), texts, Pooling::Cls);
            assert!(
                matches!(error, Err(UpstreamError::Unreadable(_))),
                "{bad:?}"
            );
        }
        assert!(checked(output(vec![vec![1.0]]), 2, Pooling::Cls).is_err());
        let mut lying = output(vec![vec![1.0, 0.0]]);
        lying.shape[1] = 3;
        assert!(checked(lying, 1, Pooling::Cls).is_err());
        let mut pooled = output(vec![vec![1.0]]);
        pooled.pooling = Some(Pooling::Mean);
        let error = checked(pooled, 1, Pooling::Cls);
        assert!(matches!(error, Err(UpstreamError::Refused(_))));
    }

    #[test]
    fn a_space_is_model_pooling_and_dimension() {
        let embedder = Embedder::named("", "");
        let space = embedder.space(384);
        assert_eq!(space.as_str(), "@cf/baai/bge-small-en-v1.5/cls/384");
        assert_ne!(Embedder::named("", "mean").space(384), space);
        assert_ne!(Embedder::named("@cf/baai/bge-m3", "cls").space(384), space);
    }
}
