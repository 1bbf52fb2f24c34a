//! Metadata filters: `{"property": value}` or `{"property": {"$op": value}}`.
//!
//! A vector without the property in its index is in no filtered set, whatever the operator.

use super::check::{self, prefix};
use crate::fault::{self, Fault};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A filter's JSON is shorter than this.
const FILTER_BYTES: usize = 2_048;

/// All of them hold.
#[derive(Debug, Default)]
pub(super) struct Filter(Vec<(String, Test)>);

#[derive(Debug)]
enum Test {
    /// Whether it is one of these, and whether that is wanted.
    OneOf(Vec<Value>, bool),
    /// How it compares with this, and whether equality will do.
    Side(Ordering, bool, Value),
}

impl Filter {
    pub(super) fn read(filter: &Value) -> Result<Self, Fault> {
        let bad = |wrong: String| Fault::new(fault::PARSE, format!("filter: {wrong}"));
        let bytes = filter.to_string().len();
        if bytes >= FILTER_BYTES {
            return Err(bad(format!("under {FILTER_BYTES} bytes, got {bytes}")));
        }
        let filter = filter
            .as_object()
            .filter(|filter| !filter.is_empty())
            .ok_or_else(|| bad("a non-empty object".to_owned()))?;
        let mut tests = Vec::new();
        for (name, wanted) in filter {
            check::property(name)?;
            match wanted {
                Value::Object(operators) if !operators.is_empty() => {
                    for (operator, value) in operators {
                        let test = Test::read(operator, value)
                            .ok_or_else(|| bad(format!("`{name}`: {operator} with {value}")))?;
                        tests.push((name.clone(), test));
                    }
                }
                value if scalar(value) => {
                    tests.push((name.clone(), Test::OneOf(vec![cut(value)], true)));
                }
                _ => return Err(bad(format!("`{name}`: a value or an operator with one"))),
            }
        }
        Ok(Self(tests))
    }

    pub(super) fn holds(&self, indexed: &BTreeMap<String, Value>) -> bool {
        self.0
            .iter()
            .all(|(name, test)| indexed.get(name).is_some_and(|value| test.holds(value)))
    }
}

impl Test {
    fn read(operator: &str, value: &Value) -> Option<Self> {
        let one = || scalar(value).then(|| vec![cut(value)]);
        let many = || {
            let all = value.as_array()?;
            let fits = !all.is_empty() && all.iter().all(scalar);
            fits.then(|| all.iter().map(cut).collect())
        };
        let side = |order, or_equal| {
            let fits = value.is_number() || value.is_string();
            fits.then(|| Self::Side(order, or_equal, cut(value)))
        };
        match operator {
            "$eq" => Some(Self::OneOf(one()?, true)),
            "$ne" => Some(Self::OneOf(one()?, false)),
            "$in" => Some(Self::OneOf(many()?, true)),
            "$nin" => Some(Self::OneOf(many()?, false)),
            "$lt" => side(Ordering::Less, false),
            "$lte" => side(Ordering::Less, true),
            "$gt" => side(Ordering::Greater, false),
            "$gte" => side(Ordering::Greater, true),
            _ => None,
        }
    }

    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::OneOf(all, wanted) => {
                all.iter()
                    .any(|one| compare(value, one) == Some(Ordering::Equal))
                    == *wanted
            }
            Self::Side(order, or_equal, limit) => match compare(value, limit) {
                Some(Ordering::Equal) => *or_equal,
                found => found == Some(*order),
            },
        }
    }
}

fn scalar(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

/// As an index keeps it.
fn cut(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(prefix(text)),
        other => other.clone(),
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
