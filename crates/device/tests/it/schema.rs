//! Holds answers against `/openapi.json`: what is sent is what is described.

use serde_json::Value;

/// Panics where `value` is not what `schema` (a name) says.
pub(crate) fn check(schema: &str, value: &Value) {
    let document = olympus_device::http::openapi_document();
    let own = &document["components"]["schemas"][schema];
    assert!(own.is_object(), "no schema {schema}");
    if let Err(why) = fits(&document, own, value, schema) {
        panic!("{why}\nin {value:#}");
    }
}

fn fits(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(to) = schema["$ref"].as_str() {
        let target = document.pointer(to.trim_start_matches('#'));
        return fits(
            document,
            target.ok_or(format!("{at}: {to} is missing"))?,
            value,
            at,
        );
    }
    if schema.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(());
    }
    if value.is_null() {
        return match schema["nullable"].as_bool() {
            Some(true) => Ok(()),
            _ => Err(format!("{at} is null")),
        };
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let any = choices
            .iter()
            .any(|one| fits(document, one, value, at).is_ok());
        return if any {
            Ok(())
        } else {
            Err(format!("{at} fits no choice"))
        };
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        return Err(format!("{at}: {value} is not allowed"));
    }
    match schema["type"].as_str() {
        Some("object") => fits_object(document, schema, value, at),
        Some("array") => {
            let items = value.as_array().ok_or(format!("{at} is no array"))?;
            let mut each = items.iter().enumerate();
            each.try_for_each(|(n, item)| {
                fits(document, &schema["items"], item, &format!("{at}[{n}]"))
            })
        }
        Some("string") if value.is_string() => Ok(()),
        Some("integer") if value.is_i64() || value.is_u64() => Ok(()),
        Some("number") if value.is_number() => Ok(()),
        Some("boolean") if value.is_boolean() => Ok(()),
        other => Err(format!("{at}: {value} is no {other:?}")),
    }
}

fn fits_object(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let object = value.as_object().ok_or(format!("{at} is no object"))?;
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if !object.contains_key(name) {
            return Err(format!("{at}.{name} is missing"));
        }
    }
    for (name, value) in object {
        let place = format!("{at}.{name}");
        let known = schema["properties"].get(name);
        match known.or_else(|| schema.get("additionalProperties").filter(|s| s.is_object())) {
            Some(schema) => fits(document, schema, value, &place)?,
            None => return Err(format!("{place} is not described")),
        }
    }
    Ok(())
}
