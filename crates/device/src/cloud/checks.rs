//! Whether an answer makes sense, whoever gave it.
//!
//! Invariant: a vector that leaves here is finite, of length one and as long as the others of its
//! answer; a probability lies in 0 to 1; an item comes once.

use super::error::CloudError;
use olympus_proto::{IntentAnswer, ItemId};
use std::collections::HashSet;

/// The longest vector that an index takes.
const MAX_DIM: usize = 1_536;

/// Unit vectors of one dimension, one a text.
pub(crate) fn unit_vectors(
    mut data: Vec<Vec<f32>>,
    texts: usize,
) -> Result<Vec<Vec<f32>>, CloudError> {
    let dim = data.first().map_or(0, Vec::len);
    if data.len() != texts {
        let what = format!("{} vectors came for {texts} texts", data.len());
        return Err(CloudError::unreadable(what));
    }
    if (texts > 0 && dim == 0) || dim > MAX_DIM {
        return Err(CloudError::unreadable(format!("vectors of {dim} numbers")));
    }
    for (position, vector) in data.iter_mut().enumerate() {
        let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        let what = if vector.len() != dim {
            "has another length than the others"
        } else if !norm.is_finite() {
            "is not finite"
        } else if norm < 1e-6 {
            "is zero"
        } else {
            for x in vector {
                *x /= norm;
            }
            continue;
        };
        return Err(CloudError::unreadable(format!("vector {position} {what}")));
    }
    Ok(data)
}

/// An intent whose numbers are probabilities.
pub(crate) fn intent(answer: IntentAnswer) -> Result<IntentAnswer, CloudError> {
    let probability = |p: f32| (0.0..=1.0).contains(&p);
    if probability(answer.confidence) {
        return Ok(answer);
    }
    let what = format!("its confidence is {}, which is none", answer.confidence);
    Err(CloudError::unreadable(what))
}

/// Scores that are numbers, best first, each item once with its best score.
pub(crate) fn scores(
    hits: impl IntoIterator<Item = (ItemId, f32)>,
) -> Result<Vec<(ItemId, f32)>, CloudError> {
    let mut hits: Vec<_> = hits.into_iter().collect();
    if let Some((item, score)) = hits.iter().find(|(_, score)| !score.is_finite()) {
        let what = format!("the score of {item} is {score}");
        return Err(CloudError::unreadable(what));
    }
    hits.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut seen = HashSet::new();
    hits.retain(|(item, _)| seen.insert(item.clone()));
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use super::{scores, unit_vectors};
    use olympus_proto::ItemId;

    #[test]
    fn vectors_that_make_no_sense_are_refused() {
        for (data, texts) in [
            (vec![vec![1.0]], 2),
            (vec![vec![]], 1),
            (vec![vec![1.0, 0.0], vec![1.0]], 2),
            (vec![vec![0.0, 0.0]], 1),
            (vec![vec![f32::NAN, 1.0]], 1),
            (vec![vec![f32::INFINITY, 1.0]], 1),
            (vec![vec![1.0; 1_537]], 1),
        ] {
            assert!(unit_vectors(data.clone(), texts).is_err(), "{data:?}");
        }
        let good = unit_vectors(vec![vec![3.0, 4.0]], 1).expect("is good");
        assert_eq!(good, [[0.6, 0.8]]);
        assert_eq!(unit_vectors(vec![], 0).expect("nothing"), [[0.0_f32; 0]; 0]);
    }

    #[test]
    fn an_item_comes_once_with_its_best_score() {
        let id = |id: &str| ItemId::from(id);
        let hits = [(id("a"), 0.2), (id("b"), 0.5), (id("a"), 0.9)];
        let expected = [(id("a"), 0.9), (id("b"), 0.5)];
        assert_eq!(scores(hits).expect("are scores"), expected);
        assert!(scores([(id("a"), f32::NAN)]).is_err());
    }
}
