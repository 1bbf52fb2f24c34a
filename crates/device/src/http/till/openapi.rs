//! What `/openapi.json` says of selling.

use super::super::endpoint::{Class, Endpoint};
use super::super::openapi::reference;
use super::{IDEMPOTENCY_KEY, REPLAYED};
use olympus_proto::ErrorCode;
use serde_json::{Value, json};

const SCHEMAS: &str = include_str!("schemas.json");

/// Name, place, whether it is required, schema, what it is.
type Parameter<'a> = &'a dyn Fn(&str, &str, bool, Value, &str) -> Value;

/// The schemas of selling, beside the others.
pub(in crate::http) fn add_schemas(schemas: &mut Value) {
    // A test reads it; a broken file never gets as far as a release.
    let own: Value = serde_json::from_str(SCHEMAS).unwrap_or_default();
    if let (Some(all), Value::Object(own)) = (schemas.as_object_mut(), own) {
        all.extend(own);
    }
}

/// The codes that a route of selling can answer with, besides those of every route.
pub(in crate::http) fn errors_of(endpoint: Endpoint) -> Vec<ErrorCode> {
    use ErrorCode as Code;
    let mut codes = vec![Code::StorageFailed];
    if endpoint.is_business_write() && endpoint != Endpoint::Reconcile {
        codes.extend([
            Code::IdempotencyKeyReused,
            Code::Overloaded,
            Code::DeadlineExceeded,
            Code::OfflineLimit,
        ]);
    }
    if endpoint.class() == Class::Plain && endpoint.is_business_write() {
        codes.extend([Code::PayloadTooLarge, Code::UnsupportedMediaType]);
    }
    if endpoint.has_revision() {
        codes.push(Code::PreconditionFailed);
    }
    match endpoint {
        Endpoint::OpenOrder => codes.extend([Code::NotFound, Code::WrongState]),
        Endpoint::AddLines
        | Endpoint::ChangeLine
        | Endpoint::Fire
        | Endpoint::AdjustStock
        | Endpoint::MoveTicket => codes.extend([Code::NotFound, Code::WrongState, Code::Conflict]),
        Endpoint::Pay | Endpoint::Refund | Endpoint::VoidOrder => codes.extend([
            Code::NotFound,
            Code::WrongState,
            Code::Conflict,
            Code::NotAuthorised,
        ]),
        Endpoint::GetOrder
        | Endpoint::GetPayment
        | Endpoint::Receipt
        | Endpoint::StopCounting
        | Endpoint::CountStock
        | Endpoint::SettleAttention => codes.push(Code::NotFound),
        Endpoint::KitchenLive => codes.extend([Code::UpgradeRequired, Code::Overloaded]),
        Endpoint::Reconcile => codes.extend([Code::UpstreamFailed, Code::UpstreamBusy]),
        _ => {}
    }
    codes
}

/// The answer of a route of selling.
pub(in crate::http) fn success(endpoint: Endpoint) -> Option<Value> {
    let schema = match endpoint {
        Endpoint::OpenOrder
        | Endpoint::GetOrder
        | Endpoint::AddLines
        | Endpoint::ChangeLine
        | Endpoint::Fire
        | Endpoint::VoidOrder => "Order",
        Endpoint::ListOrders => "OrderList",
        Endpoint::Pay | Endpoint::GetPayment | Endpoint::Refund => "Payment",
        Endpoint::GetInventory => "Inventory",
        Endpoint::CountStock | Endpoint::AdjustStock => "Stock",
        Endpoint::StopCounting | Endpoint::SettleAttention => "Nothing",
        Endpoint::Tickets => "Tickets",
        Endpoint::MoveTicket => "Ticket",
        Endpoint::Sales => "SalesReport",
        Endpoint::SettlementReport => "OpenSettlement",
        Endpoint::Operations => "Operations",
        Endpoint::Reconcile => "Reconcile",
        Endpoint::Receipt => {
            let file = json!({"schema": {"type": "string", "format": "binary"}});
            return Some(json!({
                "description": "The receipt",
                "content": {"application/pdf": file},
            }));
        }
        Endpoint::KitchenLive => {
            return Some(json!({
                "description": "WebSocket, subprotocol olympus.kitchen; each message is a KitchenEvent",
                "x-message": reference("KitchenEvent"),
            }));
        }
        _ => return None,
    };
    let mut answer = json!({
        "description": endpoint.summary(),
        "content": {"application/json": {"schema": reference(schema)}},
    });
    if endpoint.is_business_write() {
        let text = json!({"schema": {"type": "string"}, "description": "`true`: it had been done before under this key."});
        answer["headers"] = json!({REPLAYED: text});
    }
    Some(answer)
}

/// The schema of the body of a route of selling.
pub(in crate::http) fn body(endpoint: Endpoint) -> Option<&'static str> {
    Some(match endpoint {
        Endpoint::OpenOrder => "NewOrder",
        Endpoint::AddLines => "AddLines",
        Endpoint::ChangeLine => "ChangeLine",
        Endpoint::Fire => "Fire",
        Endpoint::Pay => "NewPayment",
        Endpoint::VoidOrder => "VoidOrder",
        Endpoint::Refund => "NewRefund",
        Endpoint::CountStock => "CountStock",
        Endpoint::AdjustStock => "AdjustStock",
        Endpoint::MoveTicket => "MoveTicket",
        Endpoint::SettleAttention => "SettleAttention",
        Endpoint::Reconcile => "ReconcileDays",
        _ => return None,
    })
}

/// The parameters of a route of selling.
pub(in crate::http) fn parameters(endpoint: Endpoint, one: Parameter<'_>) -> Vec<Value> {
    let text = || json!({"type": "string"});
    let mut parameters = Vec::new();
    if !endpoint.is_selling() {
        return parameters;
    }
    for part in endpoint.path().split('/') {
        if let Some(name) = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            parameters.push(one(name, "path", true, text(), "Its id."));
        }
    }
    if endpoint.is_business_write() {
        let key = json!({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"});
        let about = "Made anew for each thing to be done and sent again with it: it is done once.";
        parameters.push(one(IDEMPOTENCY_KEY, "header", true, key, about));
    }
    if endpoint.has_revision() {
        let about = "The order's etag; where it has changed since, nothing is done.";
        parameters.push(one("if-match", "header", false, text(), about));
    }
    parameters.extend(in_query(endpoint, one));
    parameters
}

/// What may stand after the question mark.
fn in_query(endpoint: Endpoint, one: Parameter<'_>) -> Vec<Value> {
    let text = || json!({"type": "string"});
    let mut parameters = Vec::new();
    let day = || json!({"type": "string", "format": "date"});
    match endpoint {
        Endpoint::ListOrders => {
            let status = json!({"type": "string", "enum": ["open", "paid", "voided"]});
            let limit = json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50});
            parameters.push(one("day", "query", false, day(), "Of this business day."));
            parameters.push(one("status", "query", false, status, "That stand there."));
            parameters.push(one(
                "before",
                "query",
                false,
                text(),
                "`next` of the page before.",
            ));
            parameters.push(one("limit", "query", false, limit, "Most orders."));
        }
        Endpoint::Sales => {
            parameters.push(one(
                "from",
                "query",
                false,
                day(),
                "First business day; `to` unless set.",
            ));
            parameters.push(one(
                "to",
                "query",
                false,
                day(),
                "Last business day; today unless set.",
            ));
        }
        Endpoint::Receipt => {
            let copy = json!({"type": "boolean", "default": false});
            parameters.push(one(
                "copy",
                "query",
                false,
                copy,
                "Say on it that it is a copy.",
            ));
        }
        _ => {}
    }
    parameters
}
