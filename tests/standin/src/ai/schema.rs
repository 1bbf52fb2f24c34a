//! Answers of the shape that a JSON schema asks for.

use olympus_proto::workers_ai::Schema;
use serde_json::{Map, Value, json};

/// An answer of this shape: fields of `known` by their names, and for the rest the value that says
/// least: "unknown" where that is allowed, the lowest number, no members.
pub(super) fn fill(schema: &Schema, known: &Map<String, Value>) -> Value {
    match schema {
        Schema::Object { properties, .. } => {
            let field = |(name, schema): (&String, &Schema)| {
                let value = known.get(name).filter(|value| fits(schema, value));
                let value = value.cloned().unwrap_or_else(|| fill(schema, known));
                (name.clone(), value)
            };
            Value::Object(properties.iter().map(field).collect())
        }
        Schema::Array { .. } => json!([]),
        Schema::String { one_of } => {
            let unknown = "unknown".to_owned();
            let least = if one_of.is_empty() || one_of.contains(&unknown) {
                &unknown
            } else {
                one_of.last().unwrap_or(&unknown)
            };
            json!(least)
        }
        Schema::Number { minimum, .. } => json!(minimum),
    }
}

/// Whether the schema allows it.
pub(super) fn fits(schema: &Schema, value: &Value) -> bool {
    match (schema, value) {
        (
            Schema::Object {
                properties,
                required,
                additional_properties,
            },
            Value::Object(fields),
        ) => {
            required.iter().all(|name| fields.contains_key(name))
                && fields.iter().all(|(name, value)| {
                    properties
                        .get(name)
                        .map_or(*additional_properties, |schema| fits(schema, value))
                })
        }
        (Schema::Array { items, max_items }, Value::Array(all)) => {
            all.len() <= *max_items as usize && all.iter().all(|one| fits(items, one))
        }
        (Schema::String { one_of }, Value::String(text)) => {
            one_of.is_empty() || one_of.contains(text)
        }
        (Schema::Number { minimum, maximum }, Value::Number(number)) => number
            .as_f64()
            .is_some_and(|number| (f64::from(*minimum)..=f64::from(*maximum)).contains(&number)),
        _ => false,
    }
}
