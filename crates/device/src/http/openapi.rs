//! `/openapi.json`: paths from the table of routes, errors from the table of codes, schemas from
//! `schemas.json`, which the tests hold against real answers.

use super::endpoint::{Class, Endpoint};
use super::till::openapi as till;
use olympus_core::route::Policy;
use olympus_proto::ErrorCode;
use serde_json::{Map, Value, json};

const SCHEMAS: &str = include_str!("schemas.json");

/// The OpenAPI 3.0 description of this API.
#[must_use]
pub fn document() -> Value {
    // A test reads it; a broken file never gets as far as a release.
    let mut schemas: Value = serde_json::from_str(SCHEMAS).unwrap_or_default();
    till::add_schemas(&mut schemas);
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    schemas["ErrorCode"] = json!({"type": "string", "enum": codes});
    schemas["Error"] = json!({
        "type": "object",
        "required": ["error"],
        "properties": {"error": {
            "type": "object",
            "required": ["code", "message", "request_id"],
            "properties": {
                "code": reference("ErrorCode"),
                "message": {"type": "string"},
                "request_id": {"type": "string"},
                "details": {"type": "array", "items": reference("ErrorDetail")},
            },
        }},
    });
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "OlympusEdge local API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Intent, menu search and selling on the device. Money is in cents, time in microseconds or milliseconds, as the names say.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A key of this device, oe_…; asked for once a key exists."},
            },
        },
    })
}

fn paths() -> Value {
    let mut paths = Map::new();
    for endpoint in Endpoint::ALL.iter().copied() {
        let path = paths
            .entry(endpoint.path())
            .or_insert_with(|| Value::Object(Map::new()));
        path[endpoint.method().as_str().to_ascii_lowercase()] = operation(endpoint);
    }
    Value::Object(paths)
}

fn operation(endpoint: Endpoint) -> Value {
    let mut responses = Map::new();
    let status = match endpoint {
        Endpoint::KitchenLive => "101",
        _ => "200",
    };
    responses.insert(status.to_owned(), success(endpoint));
    for code in errors_of(endpoint) {
        let status = code.http_status().to_string();
        let answer = responses.entry(status).or_insert_with(|| {
            json!({
                "description": "",
                "content": {"application/json": {"schema": reference("Error")}},
                "x-error-codes": [],
            })
        });
        if let Some(codes) = answer["x-error-codes"].as_array_mut() {
            codes.push(json!(code.as_str()));
            let names: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
            answer["description"] = json!(names.join(", "));
        }
    }
    if endpoint == Endpoint::Ready {
        responses.insert("503".to_owned(), success(endpoint));
    }
    let mut operation = json!({
        "operationId": format!("{endpoint:?}"),
        "summary": endpoint.summary(),
        "parameters": parameters(endpoint),
        "responses": responses,
    });
    if let Some(body) = request_body(endpoint) {
        operation["requestBody"] = body;
    }
    if let Some(scope) = endpoint.scope() {
        operation["security"] = json!([{"bearer": []}]);
        operation["x-scope"] = json!(scope.to_string());
    }
    operation
}

/// The codes that a route can answer with.
#[must_use]
pub(crate) fn errors_of(endpoint: Endpoint) -> Vec<ErrorCode> {
    use ErrorCode as Code;
    let mut codes = vec![Code::MethodNotAllowed, Code::Internal];
    if endpoint.scope().is_some() {
        codes.extend([Code::InvalidRequest, Code::Unauthorized, Code::Forbidden]);
    }
    if endpoint.scope().is_some() && endpoint != Endpoint::Metrics {
        codes.push(Code::NotReady);
    }
    if endpoint.class() != Class::Plain {
        codes.extend([Code::PayloadTooLarge, Code::UnsupportedMediaType]);
    }
    match endpoint {
        endpoint if endpoint.is_selling() => codes.extend(till::errors_of(endpoint)),
        Endpoint::Intent
        | Endpoint::IntentBatch
        | Endpoint::Understand
        | Endpoint::ParseOrder
        | Endpoint::Embeddings => {
            codes.extend([
                Code::EmptyText,
                Code::TextTooLong,
                Code::Overloaded,
                Code::DeadlineExceeded,
            ]);
        }
        Endpoint::Search | Endpoint::SearchBatch | Endpoint::Suggest => {
            codes.extend([Code::TextTooLong, Code::Overloaded, Code::DeadlineExceeded]);
        }
        Endpoint::PutMenu => {
            codes.extend([
                Code::Conflict,
                Code::InvalidMenu,
                Code::MenuTooLarge,
                Code::Overloaded,
                Code::DeadlineExceeded,
            ]);
        }
        Endpoint::Rollback => {
            codes.extend([
                Code::Conflict,
                Code::NothingToRollBack,
                Code::Overloaded,
                Code::DeadlineExceeded,
            ]);
        }
        Endpoint::Availability => {
            codes.extend([Code::NotFound, Code::Overloaded, Code::DeadlineExceeded]);
        }
        Endpoint::Image => {
            codes.extend([
                Code::Overloaded,
                Code::UpstreamFailed,
                Code::UpstreamBusy,
                Code::DeadlineExceeded,
            ]);
        }
        _ => {}
    }
    codes
}

fn success(endpoint: Endpoint) -> Value {
    if let Some(answer) = till::success(endpoint) {
        return answer;
    }
    let schema = match endpoint {
        Endpoint::Intent => "IntentResponse",
        Endpoint::IntentBatch => "IntentBatchResponse",
        Endpoint::Understand => "UnderstandResponse",
        Endpoint::ParseOrder => "OrderParseResponse",
        Endpoint::Search => "SearchResponse",
        Endpoint::SearchBatch => "SearchBatchResponse",
        Endpoint::Suggest => "SuggestResponse",
        Endpoint::Image => "ImageResponse",
        Endpoint::Cloud => "CloudStatus",
        Endpoint::GetMenu => "MenuResponse",
        Endpoint::PutMenu | Endpoint::Rollback => "MenuChange",
        Endpoint::Availability => "AvailabilityResponse",
        Endpoint::Embeddings => "EmbeddingsResponse",
        Endpoint::Health => "Health",
        Endpoint::Ready => "Ready",
        Endpoint::Metrics => {
            return json!({
                "description": "OpenMetrics text",
                "content": {"application/openmetrics-text": {"schema": {"type": "string"}}},
            });
        }
        Endpoint::OpenApi => {
            return json!({
                "description": "OpenAPI 3.0",
                "content": {"application/json": {"schema": {"type": "object"}}},
            });
        }
        _ => "Nothing",
    };
    json!({
        "description": endpoint.summary(),
        "content": {"application/json": {"schema": reference(schema)}},
    })
}

fn request_body(endpoint: Endpoint) -> Option<Value> {
    let schema = match endpoint {
        Endpoint::Intent => "IntentRequest",
        Endpoint::IntentBatch => "IntentBatchRequest",
        Endpoint::Understand => "UnderstandRequest",
        Endpoint::ParseOrder => "OrderParseRequest",
        Endpoint::Search => "SearchRequest",
        Endpoint::SearchBatch => "SearchBatchRequest",
        Endpoint::Availability => "AvailabilityRequest",
        Endpoint::Embeddings => "EmbeddingsRequest",
        Endpoint::Image => {
            let file = json!({"schema": {"type": "string", "format": "binary"}});
            return Some(json!({"required": true, "content": {
                "image/png": file, "image/jpeg": file, "image/webp": file,
            }}));
        }
        Endpoint::PutMenu => {
            return Some(json!({"required": true, "content": {
                "application/json": {"schema": reference("Menu")},
                "application/x-ndjson": {"schema": {"type": "string", "description": "One MenuItem a line."}},
                "text/csv": {"schema": {"type": "string", "description": "A header line, then one line an item; lists are separated by | or ;."}},
            }}));
        }
        _ => till::body(endpoint)?,
    };
    Some(json!({
        "required": true,
        "content": {"application/json": {"schema": reference(schema)}},
    }))
}

fn parameters(endpoint: Endpoint) -> Value {
    let one = |name: &str, place: &str, required: bool, schema: Value, about: &str| json!({"name": name, "in": place, "required": required, "schema": schema, "description": about});
    let mut parameters = vec![one(
        "x-request-id",
        "header",
        false,
        json!({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"}),
        "Comes back in the answer; made where it is absent.",
    )];
    if endpoint.scope().is_some() {
        parameters.push(one(
            "x-deadline-ms",
            "header",
            false,
            json!({"type": "integer", "minimum": 1, "maximum": 60000}),
            "When the answer is of no more use.",
        ));
    }
    if endpoint.is_routed() {
        let policies = Policy::ALL.map(Policy::as_str);
        parameters.push(one(
            "x-route-policy",
            "header",
            false,
            json!({"type": "string", "enum": policies}),
            "Which path may answer this request: this device or the cloud.",
        ));
    }
    match endpoint {
        Endpoint::Suggest => {
            let text = json!({"type": "string", "maxLength": 8192});
            parameters.push(one("q", "query", false, text, "What is typed so far."));
            let limit = json!({"type": "integer", "minimum": 1, "maximum": 50, "default": 8});
            parameters.push(one("limit", "query", false, limit, "Most completions."));
        }
        Endpoint::Availability => {
            let id = json!({"type": "string"});
            parameters.push(one("id", "path", true, id, "The item."));
        }
        _ => parameters.extend(till::parameters(endpoint, &one)),
    }
    Value::Array(parameters)
}

pub(super) fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Said by the cloud half alone.
    const OF_THE_EDGE: [&str; 2] = ["range_not_satisfiable", "rate_limited"];

    #[test]
    fn every_route_and_every_code_is_described() {
        let document = document();
        let mut described = BTreeSet::new();
        for endpoint in Endpoint::ALL.iter().copied() {
            let method = endpoint.method().as_str().to_ascii_lowercase();
            let operation = &document["paths"][endpoint.path()][method];
            assert!(operation.is_object(), "{endpoint:?}");
            for code in errors_of(endpoint) {
                let codes = &operation["responses"][code.http_status().to_string()];
                let listed = codes["x-error-codes"]
                    .as_array()
                    .is_some_and(|all| all.contains(&json!(code.as_str())));
                assert!(listed || endpoint == Endpoint::Ready, "{endpoint:?} {code}");
                described.insert(code.as_str());
            }
        }
        let all: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        let said: BTreeSet<_> = described.iter().copied().chain(OF_THE_EDGE).collect();
        assert_eq!(said, all);
        assert!(OF_THE_EDGE.iter().all(|code| !described.contains(code)));
        let listed = &document["components"]["schemas"]["ErrorCode"]["enum"];
        assert_eq!(listed.as_array().map(Vec::len), Some(all.len()));
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk(value: &Value, found: &mut BTreeSet<String>) {
            match value {
                Value::Object(map) => {
                    if let Some(Value::String(to)) = map.get("$ref") {
                        found.insert(to.clone());
                    }
                    map.values().for_each(|value| walk(value, found));
                }
                Value::Array(all) => all.iter().for_each(|value| walk(value, found)),
                _ => {}
            }
        }
        let document = document();
        let mut found = BTreeSet::new();
        walk(&document, &mut found);
        assert!(found.len() > 20);
        for to in found {
            let pointer = to.strip_prefix('#').expect("is local");
            assert!(document.pointer(pointer).is_some(), "{to}");
        }
    }
}
