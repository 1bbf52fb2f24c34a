//! Random bodies never make the device fail.

use crate::support::Server;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static SERVER: LazyLock<Server> = LazyLock::new(Server::empty);
/// One to write to.
static ORDER: LazyLock<String> =
    LazyLock::new(|| crate::till::id(&SERVER.open_order(&json!([]), false)));

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(field(), inner, 0..6)
                .prop_map(|map| Value::Object(Map::from_iter(map))),
        ]
    })
}

/// Names that the routes know, and others.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "text", "texts", "context", "expected", "query", "limit", "filters", "categories",
            "diets", "exclude_allergens", "price_min_cents", "availability", "searches", "input",
            "model", "encoding_format", "items", "id", "name", "price", "price_cents", "allergens",
            "contains", "free_of", "dayparts", "from", "to", "sold_out", "modifier_groups", "options",
            "aliases", "tags", "lines", "item", "quantity", "modifiers", "group", "note", "fire",
            "service", "label", "void", "reason", "tender", "card", "token", "handed_cents",
            "amount_cents", "tip_cents", "age_shown", "count", "low_at", "by", "state", "do", "to",
        ])
        .prop_map(str::to_owned),
        1 => ".{0,8}",
    ]
}

/// Bodies that are nearly right get further in.
fn near() -> impl Strategy<Value = Value> {
    (".{0,60}", any_json(), any_json(), 0_usize..8).prop_map(|(text, a, b, kind)| match kind {
        0 => json!({"text": text, "context": a}),
        1 => json!({"query": text, "limit": 3, "filters": a}),
        2 => json!({"items": [{"id": text, "name": text, "allergens": a, "price": b}]}),
        3 => json!({"input": [text, a]}),
        4 => json!({"lines": [{"item": text, "quantity": a, "note": text}], "label": text}),
        5 => json!({"tender": "cash", "amount_cents": a, "handed_cents": b}),
        6 => json!({"tender": "card", "card": {"token": text, "sealed": text}, "tip_cents": a}),
        _ => json!({"count": a, "by": b, "reason": text}),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn never_a_5xx(body in prop_oneof![any_json(), near()]) {
        for (method, path) in [
            ("POST", "/v1/intent"),
            ("POST", "/v1/intent/batch"),
            ("POST", "/v1/understand"),
            ("POST", "/v1/menu/search"),
            ("POST", "/v1/menu/search/batch"),
            ("POST", "/v1/embeddings"),
            ("PUT", "/v1/menu"),
            ("PATCH", "/v1/menu/items/x/availability"),
        ] {
            let answer = SERVER.json(method, path, &body);
            prop_assert!(answer.status < 500, "{} {}: {} for {}", method, path, answer.status, body);
            if answer.status >= 400 {
                answer.code();
            }
        }
    }

    #[test]
    fn selling_never_fails_by_what_is_sent(body in prop_oneof![any_json(), near()]) {
        let order = ORDER.as_str();
        for (method, path) in [
            ("POST", "/v1/orders".to_owned()),
            ("POST", format!("/v1/orders/{order}/lines")),
            ("PATCH", format!("/v1/orders/{order}/lines/x")),
            ("POST", format!("/v1/orders/{order}/fire")),
            ("POST", format!("/v1/orders/{order}/payments")),
            ("POST", "/v1/orders/x/void".to_owned()),
            ("POST", "/v1/payments/x/refunds".to_owned()),
            ("PUT", "/v1/inventory/x".to_owned()),
            ("POST", "/v1/inventory/x/adjust".to_owned()),
            ("POST", "/v1/kitchen/tickets/x/state".to_owned()),
            ("POST", "/v1/operations/attention/x".to_owned()),
        ] {
            let answer = SERVER.write(method, &path, &body);
            prop_assert!(answer.status < 500, "{} {}: {} for {}", method, path, answer.status, body);
            if answer.status >= 400 {
                answer.code();
            }
        }
        let number = SERVER.get(&format!("/v1/orders/{order}")).ok()["number"].as_u64();
        prop_assert_eq!(number, Some(1), "the order can be read still");
    }

    #[test]
    fn never_a_5xx_for_any_bytes(body in prop::collection::vec(any::<u8>(), 0..200), kind in 0_usize..3) {
        let kind = ["application/json", "application/x-ndjson", "text/csv"][kind];
        let headers = [("content-type", kind)];
        for (method, path) in [("PUT", "/v1/menu"), ("POST", "/v1/menu/search")] {
            let answer = SERVER.send(method, path, &headers, &body);
            prop_assert!(answer.status < 500, "{} {}", path, answer.status);
        }
    }

    #[test]
    fn never_a_5xx_for_any_address(path in "/[!-\"$-~]{0,60}") {
        let answer = SERVER.get(&path);
        prop_assert!(answer.status < 500, "{} {}", path, answer.status);
    }
}
