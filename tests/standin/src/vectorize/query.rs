//! Exact search and lookup over what is seen.

use super::Metric;
use super::check;
use super::filter::Filter;
use super::index::{Index, Stored};
use crate::fault::{self, Fault};
use olympus_proto::vectorize::{Ids, MAX_GET_IDS, MAX_TOP_K, MAX_TOP_K_FULL, ReturnMetadata};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// As the service takes it where none is said.
const TOP_K: i64 = 5;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    vector: Vec<f32>,
    #[serde(default)]
    top_k: Option<i64>,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    filter: Option<Value>,
    #[serde(default)]
    return_values: bool,
    #[serde(default)]
    return_metadata: ReturnMetadata,
}

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    count: usize,
    matches: Vec<Value>,
}

impl Index {
    pub(crate) fn query(&self, body: &Value) -> Result<Found, Fault> {
        // `true` and `false` alike: it is a word since v2.
        if body
            .get("returnMetadata")
            .is_some_and(|level| serde_json::from_value::<ReturnMetadata>(level.clone()).is_err())
        {
            return Err(Fault::of(fault::RETURN_METADATA));
        }
        let body: Body = serde_json::from_value(body.clone())
            .map_err(|error| Fault::new(fault::PARSE, error))?;
        check::values(&body.vector, self.dims)?;
        let top_k = top_k(&body)?;
        if let Some(namespace) = &body.namespace {
            check::namespace(namespace)?;
        }
        let filter = match &body.filter {
            Some(filter) => Filter::read(filter)?,
            None => Filter::default(),
        };
        let mut near: Vec<(f32, &String, &Stored)> = self
            .vectors
            .iter()
            .filter(|(_, stored)| body.namespace.is_none() || body.namespace == stored.namespace)
            .filter(|(_, stored)| filter.holds(&stored.indexed))
            .map(|(id, stored)| (self.score(&body.vector, &stored.values), id, stored))
            .collect();
        near.sort_by(|left, right| {
            let order = right.0.total_cmp(&left.0);
            let order = match self.metric {
                Metric::Cosine => order,
                Metric::Euclidean | Metric::DotProduct => order.reverse(),
            };
            order.then_with(|| left.1.cmp(right.1))
        });
        near.truncate(top_k);
        let matches: Vec<Value> = near
            .into_iter()
            .map(|(score, id, stored)| shown(score, id, stored, &body))
            .collect();
        Ok(Found {
            count: matches.len(),
            matches,
        })
    }

    fn score(&self, asked: &[f32], stored: &[f32]) -> f32 {
        let pairs = || {
            asked
                .iter()
                .zip(stored)
                .map(|(a, b)| (f64::from(*a), f64::from(*b)))
        };
        let dot: f64 = pairs().map(|(a, b)| a * b).sum();
        let score = match self.metric {
            Metric::Cosine => {
                let norms = pairs().fold((0.0, 0.0), |(x, y), (a, b)| (x + a * a, y + b * b));
                let length = (norms.0 * norms.1).sqrt();
                if length > 0.0 { dot / length } else { 0.0 }
            }
            Metric::Euclidean => pairs().map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt(),
            Metric::DotProduct => -dot,
        };
        score as f32
    }

    pub(crate) fn get(&self, ids: &Ids) -> Result<Vec<Value>, Fault> {
        check::ids(ids, MAX_GET_IDS)?;
        let one = |id: &String| {
            let stored = self.vectors.get(id)?;
            let mut shown = Map::new();
            shown.insert("id".to_owned(), json!(id));
            shown.insert("values".to_owned(), json!(stored.values));
            named(&mut shown, stored);
            if !stored.metadata.is_empty() {
                shown.insert("metadata".to_owned(), json!(stored.metadata));
            }
            Some(Value::Object(shown))
        };
        Ok(ids.ids.iter().filter_map(one).collect())
    }
}

fn top_k(body: &Body) -> Result<usize, Fault> {
    let asked = body.top_k.unwrap_or(TOP_K);
    let full = body.return_values || body.return_metadata == ReturnMetadata::All;
    let most = if full { MAX_TOP_K_FULL } else { MAX_TOP_K };
    let fits = usize::try_from(asked)
        .ok()
        .filter(|top_k| (1..=most).contains(top_k));
    fits.ok_or_else(|| {
        let when = if full {
            "with returnValues=true or returnMetadata=all, "
        } else {
            ""
        };
        let wrong = format!("{when}max top K is {most}, but got {asked}");
        Fault::new(fault::TOP_K, wrong)
    })
}

fn shown(score: f32, id: &str, stored: &Stored, body: &Body) -> Value {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), json!(id));
    shown.insert("score".to_owned(), json!(score));
    named(&mut shown, stored);
    if body.return_values {
        shown.insert("values".to_owned(), json!(stored.values));
    }
    let metadata = match body.return_metadata {
        ReturnMetadata::None => None,
        // As the index keeps it: cut texts are cut here too.
        ReturnMetadata::Indexed => Some(json!(stored.indexed)),
        ReturnMetadata::All => Some(json!(stored.metadata)),
    };
    if let Some(metadata) = metadata {
        shown.insert("metadata".to_owned(), metadata);
    }
    Value::Object(shown)
}

fn named(shown: &mut Map<String, Value>, stored: &Stored) {
    if let Some(namespace) = &stored.namespace {
        shown.insert("namespace".to_owned(), json!(namespace));
    }
}
