//! Whether an embedding model far away still is the one that the menu was embedded with.
//!
//! Golden texts are embedded when a menu is published and again from time to time; a service that
//! changes a model behind its name shows itself before it spoils a ranking.
//!
//! Invariant: vectors of two spaces are never compared, and what is no vector never passes. Never
//! embeds anything itself.

use olympus_proto::SpaceId;
use serde::{Deserialize, Serialize};

/// Least cosine of a fresh vector with the one recorded. Half-precision arithmetic on other
/// hardware stays above 0.9999.
pub const LEAST_COSINE: f32 = 0.999;

/// What is embedded: things said and dishes, short and long, in several languages and scripts, so
/// that a change of tokenizer, of casing or of pooling shows.
pub const GOLDEN: [&str; 24] = [
    "I would like two cheeseburgers and a large cola, please.",
    "something warm without meat for a cold evening",
    "Is there peanut in the satay sauce?",
    "Cancel the soup, I will take the salad instead.",
    "My order has been on its way for over an hour and the fries are cold!",
    "gluten-free pasta",
    "What time do you close on Sundays?",
    "Margherita pizza with buffalo mozzarella and fresh basil",
    "Slow-braised short rib, roasted root vegetables, red wine jus, horseradish cream",
    "Caesar Salad",
    "BBQ chicken wings (12 pcs), extra hot",
    "Iced oat milk latte",
    "Quisiera una paella de mariscos para dos personas",
    "Tarta de Santiago con helado de vainilla",
    "Ich hätte gern ein Schnitzel mit Kartoffelsalat, aber ohne Zwiebeln.",
    "Käsespätzle mit Röstzwiebeln",
    "Une soupe à l'oignon gratinée et un verre de vin rouge, s'il vous plaît",
    "Crème brûlée à la vanille de Madagascar",
    "Vorrei una carbonara senza pancetta",
    "辛い料理はありますか",
    "麻婆豆腐",
    "Phở bò tái",
    "борщ со сметаной",
    "شاورما دجاج بالثوم",
];

/// Vectors of [`GOLDEN`], recorded when all was well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Whose they are.
    pub space: SpaceId,
    /// One for each text, in order.
    pub vectors: Vec<Vec<f32>>,
}

/// How a model changed. `text` counts from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Drift {
    /// It is another model.
    #[error("the model is `{is}`, not `{was}`")]
    Model {
        /// At the reference.
        was: String,
        /// Now.
        is: String,
    },
    /// It is pooled in another way.
    #[error("the pooling is `{is}`, not `{was}`")]
    Pooling {
        /// At the reference.
        was: String,
        /// Now.
        is: String,
    },
    /// Its vectors are said to have another length.
    #[error("the dimension is `{is}`, not `{was}`")]
    Dimension {
        /// At the reference.
        was: String,
        /// Now.
        is: String,
    },
    /// Not one vector for each text.
    #[error("{got} vectors came for {expected} texts")]
    Count {
        /// Texts.
        expected: usize,
        /// Vectors.
        got: usize,
    },
    /// A vector has another length.
    #[error("the vector of text {text} has {got} numbers, not {expected}")]
    Length {
        /// Which.
        text: usize,
        /// Of the reference.
        expected: usize,
        /// Now.
        got: usize,
    },
    /// It points nowhere: a number is not finite, or all are 0.
    #[error("the vector of text {text} is not finite or points nowhere")]
    NotAVector {
        /// Which.
        text: usize,
    },
    /// It points elsewhere.
    #[error("the vector of text {text} has cosine {cosine} with the one recorded")]
    Turned {
        /// Which.
        text: usize,
        /// How near it is.
        cosine: f32,
    },
    /// The reference itself is no set of vectors: record it anew.
    #[error("the recorded reference is broken: {0}")]
    Reference(Box<Drift>),
}

impl Drift {
    /// A stable name, for metrics.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Model { .. } => "model",
            Self::Pooling { .. } => "pooling",
            Self::Dimension { .. } => "dimension",
            Self::Count { .. } => "count",
            Self::Length { .. } => "length",
            Self::NotAVector { .. } => "not_a_vector",
            Self::Turned { .. } => "cosine",
            Self::Reference(_) => "reference",
        }
    }
}

impl Reference {
    /// Records the vectors of [`GOLDEN`].
    ///
    /// # Errors
    /// [`Drift`] where they are not one sound vector of one length for each text.
    pub fn new(space: SpaceId, vectors: Vec<Vec<f32>>) -> Result<Self, Drift> {
        let reference = Self { space, vectors };
        reference.check()?;
        Ok(reference)
    }

    fn check(&self) -> Result<(), Drift> {
        let length = self.vectors.first().map_or(0, Vec::len);
        sound(&self.vectors, length)
    }
}

/// Compares what the model says now with the reference.
///
/// # Errors
/// [`Drift`]: the first difference found, the space before the numbers.
pub fn compare(reference: &Reference, space: &SpaceId, fresh: &[Vec<f32>]) -> Result<(), Drift> {
    same_space(&reference.space, space)?;
    reference
        .check()
        .map_err(|drift| Drift::Reference(Box::new(drift)))?;
    let length = reference.vectors.first().map_or(0, Vec::len);
    sound(fresh, length)?;
    for (text, (was, is)) in reference.vectors.iter().zip(fresh).enumerate() {
        let cosine = cosine(was, is);
        // Not "below", so that what is no number fails too.
        let near = cosine >= f64::from(LEAST_COSINE);
        if !near {
            return Err(Drift::Turned {
                text,
                cosine: cosine as f32,
            });
        }
    }
    Ok(())
}

/// Model, pooling and dimension; a name without three parts is all model.
fn parts(space: &SpaceId) -> (&str, &str, &str) {
    let mut ends = space.as_str().rsplitn(3, '/');
    match (ends.next(), ends.next(), ends.next()) {
        (Some(dimension), Some(pooling), Some(model)) => (model, pooling, dimension),
        _ => (space.as_str(), "", ""),
    }
}

fn same_space(was: &SpaceId, is: &SpaceId) -> Result<(), Drift> {
    let (before, now) = (parts(was), parts(is));
    let pair = |was: &str, is: &str| (was.to_owned(), is.to_owned());
    if before.0 != now.0 {
        let (was, is) = pair(before.0, now.0);
        return Err(Drift::Model { was, is });
    }
    if before.1 != now.1 {
        let (was, is) = pair(before.1, now.1);
        return Err(Drift::Pooling { was, is });
    }
    if before.2 != now.2 {
        let (was, is) = pair(before.2, now.2);
        return Err(Drift::Dimension { was, is });
    }
    Ok(())
}

fn sound(vectors: &[Vec<f32>], expected: usize) -> Result<(), Drift> {
    if vectors.len() != GOLDEN.len() {
        return Err(Drift::Count {
            expected: GOLDEN.len(),
            got: vectors.len(),
        });
    }
    for (text, vector) in vectors.iter().enumerate() {
        if vector.len() != expected {
            return Err(Drift::Length {
                text,
                expected,
                got: vector.len(),
            });
        }
        let norm = dot(vector, vector);
        if !norm.is_finite() || norm <= 0.0 {
            return Err(Drift::NotAVector { text });
        }
    }
    Ok(())
}

// In f64 no product of two f32 overflows or vanishes.

fn dot(one: &[f32], other: &[f32]) -> f64 {
    let products = one.iter().zip(other);
    products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn cosine(one: &[f32], other: &[f32]) -> f64 {
    dot(one, other) / (dot(one, one).sqrt() * dot(other, other).sqrt())
}

#[cfg(test)]
mod tests {
    use super::{Drift, GOLDEN, LEAST_COSINE, Reference, compare};
    use olympus_proto::SpaceId;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const SPACE: &str = "@cf/baai/bge-small-en-v1.5/cls/4";

    /// One vector a text, all different.
    fn vectors() -> Vec<Vec<f32>> {
        (1..=GOLDEN.len())
            .map(|number| vec![number as f32, 1.0, -2.0, 0.5])
            .collect()
    }

    fn reference() -> Reference {
        Reference::new(SpaceId::from(SPACE), vectors()).expect("sound vectors")
    }

    fn against(fresh: &[Vec<f32>]) -> Result<(), Drift> {
        compare(&reference(), &SpaceId::from(SPACE), fresh)
    }

    #[test]
    fn golden_texts_are_distinct_and_of_many_scripts() {
        let distinct: BTreeSet<_> = GOLDEN.iter().collect();
        assert_eq!(distinct.len(), GOLDEN.len());
        assert!(GOLDEN.iter().filter(|text| !text.is_ascii()).count() >= 8);
    }

    #[test]
    fn a_space_that_changed_says_in_what() {
        let code = |space: &str| {
            let drift = compare(&reference(), &SpaceId::from(space), &vectors());
            drift.map_err(|drift| drift.code())
        };
        assert_eq!(code(SPACE), Ok(()));
        assert_eq!(code("@cf/baai/bge-base-en-v1.5/cls/4"), Err("model"));
        assert_eq!(code("@cf/baai/bge-small-en-v1.5/mean/4"), Err("pooling"));
        assert_eq!(code("@cf/baai/bge-small-en-v1.5/cls/8"), Err("dimension"));
        assert_eq!(code("cls/4"), Err("model"));
        assert_eq!(code(""), Err("model"));
        let changed = compare(&reference(), &SpaceId::from("other/mean/8"), &vectors());
        let (was, is) = ("@cf/baai/bge-small-en-v1.5".to_owned(), "other".to_owned());
        assert_eq!(changed, Err(Drift::Model { was, is }), "the model first");
    }

    #[test]
    fn what_are_no_vectors_of_the_texts_is_drift() {
        assert_eq!(against(&vectors()), Ok(()));
        let mut fresh = vectors();
        fresh.pop();
        let (expected, got) = (GOLDEN.len(), GOLDEN.len() - 1);
        assert_eq!(against(&fresh), Err(Drift::Count { expected, got }));
        let mut fresh = vectors();
        fresh[3].push(0.0);
        let (text, expected, got) = (3, 4, 5);
        let length = Drift::Length {
            text,
            expected,
            got,
        };
        assert_eq!(against(&fresh), Err(length));
        let endless = vec![f32::INFINITY, 0.0, 0.0, 0.0];
        for bad in [vec![0.0; 4], vec![f32::NAN; 4], endless] {
            let mut fresh = vectors();
            fresh[7] = bad;
            assert_eq!(against(&fresh), Err(Drift::NotAVector { text: 7 }));
        }
        let mut fresh = vectors();
        fresh.swap(0, 23);
        assert!(matches!(
            against(&fresh),
            Err(Drift::Turned { text: 0, .. })
        ));
    }

    #[test]
    fn a_reference_that_is_broken_passes_nothing() {
        let space = SpaceId::from(SPACE);
        for vectors in [vec![], vec![vec![]; 24], vec![vec![0.0; 4]; 24]] {
            assert!(Reference::new(space.clone(), vectors.clone()).is_err());
            let broken = Reference {
                space: space.clone(),
                vectors: vectors.clone(),
            };
            let drift = compare(&broken, &space, &vectors).expect_err("no reference");
            assert_eq!(drift.code(), "reference");
        }
        let json = serde_json::to_string(&reference()).expect("serialises");
        let read: Reference = serde_json::from_str(&json).expect("reads");
        assert_eq!(read, reference());
    }

    proptest! {
        #[test]
        fn length_does_not_matter_and_noise_within_reason_passes(
            scale in 1e-6_f32..1e6,
            noise in prop::collection::vec(-0.001_f32..0.001, 24 * 4),
        ) {
            let mut fresh = vectors();
            for (number, noise) in fresh.iter_mut().flatten().zip(noise) {
                *number = (*number + noise) * scale;
            }
            prop_assert_eq!(against(&fresh), Ok(()));
        }

        #[test]
        fn one_text_that_turns_is_named(text in 0..GOLDEN.len(), angle in 0.05_f32..6.2) {
            // Turned in the plane of the vector and of one at a right angle to it.
            let mut fresh = vectors();
            let vector = &mut fresh[text];
            let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            let across = [0.0, 2.0 * norm / 5.0_f32.sqrt(), norm / 5.0_f32.sqrt(), 0.0];
            for (x, y) in vector.iter_mut().zip(across) {
                *x = *x * angle.cos() + y * angle.sin();
            }
            let drift = against(&fresh);
            let Err(Drift::Turned { text: named, cosine }) = drift else {
                return Err(TestCaseError::fail(format!("{drift:?}")));
            };
            prop_assert_eq!(named, text);
            prop_assert!(cosine < LEAST_COSINE && (cosine - angle.cos()).abs() < 1e-3);
        }

        #[test]
        fn no_vectors_panic(
            fresh in prop::collection::vec(prop::collection::vec(any::<f32>(), 3..6), 20..28),
            space in ".{0,20}",
        ) {
            prop_assert!(against(&fresh).is_err());
            let drift = compare(&reference(), &SpaceId::from(space.as_str()), &fresh);
            prop_assert!(drift.is_err());
        }
    }
}
