//! Reading what a text or vision model answered: strictly, because a model may say anything.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Longest answer that is looked at, in bytes.
const MAX_BYTES: usize = 8 * 1024;

/// An answer of a model that is not what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unreadable {
    /// A text beyond all that was asked for.
    #[error("the model's answer is too long")]
    TooLong,
    /// A text that is no JSON, or more than one JSON value.
    #[error("the model's answer is not one JSON value")]
    NotJson,
    /// JSON, but no object.
    #[error("the model's answer is no JSON object")]
    NotAnObject,
    /// Fields are missing, unknown, twice there or of another type.
    #[error("the model's answer has other fields than those asked for")]
    WrongFields,
    /// No intent has that name.
    #[error("the model named no known intent")]
    UnknownIntent,
    /// Not a number from 0 to 1.
    #[error("the model gave no probability from 0 to 1")]
    BadProbability,
    /// No dish of the list has that number.
    #[error("the model named a dish that was not in the list")]
    UnknownDish,
    /// A dish is there twice.
    #[error("the model named a dish twice")]
    RepeatedDish,
    /// More dishes than were asked for.
    #[error("the model named too many dishes")]
    TooManyDishes,
}

impl Unreadable {
    /// A stable name, for metrics and for `meta.reason`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NotJson => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::WrongFields => "wrong_fields",
            Self::UnknownIntent => "unknown_intent",
            Self::BadProbability => "bad_probability",
            Self::UnknownDish => "unknown_dish",
            Self::RepeatedDish => "repeated_dish",
            Self::TooManyDishes => "too_many_dishes",
        }
    }
}

/// The object that an answer is, or that its text is and nothing else. `T` has to refuse unknown
/// fields.
pub(crate) fn object<T: DeserializeOwned>(response: &Value) -> Result<T, Unreadable> {
    match response {
        Value::Object(_) => T::deserialize(response).map_err(|_| Unreadable::WrongFields),
        Value::String(text) if text.len() > MAX_BYTES => Err(Unreadable::TooLong),
        Value::String(text) => match serde_json::from_str(text) {
            // From the text, where a field that is there twice is still seen.
            Ok(Value::Object(_)) => serde_json::from_str(text).map_err(|_| Unreadable::WrongFields),
            Ok(_) => Err(Unreadable::NotAnObject),
            Err(_) => Err(Unreadable::NotJson),
        },
        _ => Err(Unreadable::NotAnObject),
    }
}

/// A probability.
pub(crate) fn probability(value: &Value) -> Result<f32, Unreadable> {
    match value.as_f64() {
        Some(number) if (0.0..=1.0).contains(&number) => Ok(number as f32),
        _ => Err(Unreadable::BadProbability),
    }
}
