//! From passages to vectors: known ones are reused, the rest encoded in small pieces.
//!
//! Invariant: rows come out in the order of the passages; equal passages have equal vectors.
//! Stops between two pieces when it is told to. Never touches a file.

use super::error::ServiceError;
use super::vectors::{self, Known};
use std::collections::HashMap;

/// Passages encoded at once. Small, because a customer's request waits for at most one piece.
const PIECE: usize = 8;

/// What encodes: as many vectors as texts.
pub(crate) type Embed<'a> = dyn Fn(&[&str]) -> Result<Vec<Vec<f32>>, ServiceError> + 'a;

/// Who looks on during a long import.
pub struct Watch<'a> {
    /// Called with passages done and passages to do.
    pub progress: &'a dyn Fn(usize, usize),
    /// An error here ends the import before anything is applied.
    pub go_on: &'a dyn Fn() -> Result<(), ServiceError>,
}

impl Watch<'static> {
    /// Nobody looks on.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            progress: &|_, _| {},
            go_on: &|| Ok(()),
        }
    }
}

/// Row-major numbers of `passages`, and how many texts had to be encoded for them.
pub(crate) fn embed_passages(
    passages: &[String],
    known: &Known<'_>,
    dim: usize,
    embed: &Embed<'_>,
    watch: &Watch<'_>,
) -> Result<(Vec<f32>, usize), ServiceError> {
    let mut missing: Vec<&str> = passages
        .iter()
        .map(String::as_str)
        .filter(|passage| !known.contains_key(passage))
        .collect();
    // Neighbours in length share a piece, so that little of it is padding.
    missing.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    missing.dedup();
    let mut fresh: HashMap<&str, Vec<f32>> = HashMap::with_capacity(missing.len());
    for piece in missing.chunks(PIECE) {
        (watch.go_on)()?;
        for (text, mut vector) in piece.iter().zip(embed(piece)?) {
            vectors::round(&mut vector);
            fresh.insert(text, vector);
        }
        (watch.progress)(fresh.len(), missing.len());
    }
    (watch.go_on)()?;
    let mut rows = Vec::with_capacity(passages.len() * dim);
    for passage in passages {
        let vector = known
            .get(passage.as_str())
            .copied()
            .or_else(|| fresh.get(passage.as_str()).map(Vec::as_slice))
            .filter(|vector| vector.len() == dim)
            .ok_or_else(|| ServiceError::Encoder(format!("no vector for {passage:?}")))?;
        rows.extend_from_slice(vector);
    }
    Ok((rows, missing.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn passages(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn encodes_what_is_missing_once_and_keeps_the_order() {
        let asked = Cell::new(0);
        let embed = |texts: &[&str]| {
            asked.set(asked.get() + texts.len());
            #[expect(clippy::cast_precision_loss, reason = "tiny")]
            Ok(texts.iter().map(|text| vec![text.len() as f32]).collect())
        };
        let old = [9.0];
        let known = Known::from([("old", &old[..])]);
        let watch = Watch::nobody();
        let passages = passages(&["ccc", "old", "a", "ccc"]);
        let (rows, embedded) =
            embed_passages(&passages, &known, 1, &embed, &watch).expect("embeds");
        assert_eq!(rows, [3.0, 9.0, 1.0, 3.0]);
        assert_eq!((embedded, asked.get()), (2, 2));
    }

    #[test]
    fn stops_when_told_to() {
        let watch = Watch {
            progress: &|_, _| {},
            go_on: &|| Err(ServiceError::DeadlineExceeded),
        };
        let embed = |_: &[&str]| -> Result<Vec<Vec<f32>>, ServiceError> { unreachable!() };
        let stopped = embed_passages(&passages(&["a"]), &Known::new(), 1, &embed, &watch);
        assert!(matches!(stopped, Err(ServiceError::DeadlineExceeded)));
    }
}
