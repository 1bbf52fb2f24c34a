//! Whatever comes in: a clear 4xx or a success, never a 5xx, nothing half-applied.

use crate::support::{Server, demo, small_menu};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn texts_that_cannot_be_understood() {
    for (path, field) in [
        ("/v1/intent", "text"),
        ("/v1/understand", "text"),
        ("/v1/embeddings", "input"),
    ] {
        for text in ["", "   ", "\t\n", "\u{a0}"] {
            let answer = demo().post(path, &json!({field: text}));
            assert_eq!(answer.code(), "empty_text", "{path} {text:?}");
        }
        let limit = "x".repeat(8_192);
        assert_eq!(
            demo().post(path, &json!({field: limit})).status,
            200,
            "{path}"
        );
        let over = "x".repeat(8_193);
        assert_eq!(
            demo().post(path, &json!({field: over})).code(),
            "text_too_long",
            "{path}"
        );
        let huge = "x".repeat(2_000_000);
        assert_eq!(
            demo().post(path, &json!({field: huge})).code(),
            "payload_too_large",
            "{path}"
        );
    }
    let over = "x ".repeat(8_193);
    assert_eq!(
        demo()
            .post("/v1/menu/search", &json!({"query": over}))
            .code(),
        "text_too_long"
    );
    let spread = demo().post("/v1/intent/batch", &json!({"texts": ["a", " "]}));
    assert_eq!(spread.code(), "empty_text");
    assert!(
        spread.json()["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .contains("texts[1]")
    );
}

#[test]
fn strange_texts_are_understood_all_the_same() {
    for text in [
        "🍕🍔👨‍👩‍👧‍👦",
        "\u{202e}gnirts desrever",
        "e\u{301}\u{301}\u{301}\u{301}",
        "\u{0}\u{1}\u{7f}",
        "ラーメンを二つ",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "name:(* AND ~2)^9 \"[",
        "\u{fffd}\u{feff}",
    ] {
        let answer = demo().post("/v1/understand", &json!({"text": text}));
        assert_eq!(answer.status, 200, "{text:?}");
        let answer = demo().post("/v1/menu/search", &json!({"query": text}));
        assert_eq!(answer.status, 200, "{text:?}");
    }
}

#[test]
fn bodies_that_are_not_what_they_should_be() {
    let deep = format!("{{\"text\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies: [&[u8]; 14] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"42",
        b"\"text\"",
        b"{}",
        b"{\"text\":42}",
        b"{\"text\":null}",
        b"{\"text\":[\"a\"]}",
        b"{\"text\":\"a\",\"context\":{\"expected\":[\"dance\"]}}",
        b"{\"text\":\"a\",\"context\":{\"mood\":1}}",
        b"{\"text\":\"\xff\xfe\"}",
        b"{\"text\":\"\\ud800\"}",
    ];
    for body in bodies.into_iter().chain([deep.as_bytes()]) {
        let answer = demo().send("POST", "/v1/intent", &[JSON], body);
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert_eq!(answer.code(), "invalid_request", "{shown}");
    }
}

#[test]
fn values_that_cannot_be_meant() {
    let filter = |filters: Value| json!({"query": "soup", "filters": filters});
    for body in [
        json!({"query": "soup", "limit": 0}),
        json!({"query": "soup", "limit": 101}),
        json!({"limit": 1001}),
        json!({"query": "soup", "limit": -1}),
        json!({"query": "soup", "limit": 1e300}),
        json!({"query": "soup", "limitt": 5}),
        filter(json!({"exclude_allergens": ["kryptonite"]})),
        filter(json!({"exclude_allergens": [""]})),
        filter(json!({"exclude_allergen": ["milk"]})),
        filter(json!({"price_min_cents": 5, "price_max_cents": 4})),
        filter(json!({"availability": "tomorrow"})),
        filter(json!({"diets": vec!["vegan"; 65]})),
    ] {
        let answer = demo().post("/v1/menu/search", &body);
        assert_eq!(answer.code(), "invalid_request", "{body}");
    }
    let many = vec!["a"; 65];
    for (path, body) in [
        ("/v1/intent/batch", json!({"texts": []})),
        ("/v1/intent/batch", json!({"texts": many})),
        ("/v1/menu/search/batch", json!({"searches": []})),
        ("/v1/menu/search/batch", json!({"searches": [{"limit": 0}]})),
        ("/v1/embeddings", json!({"input": []})),
        ("/v1/embeddings", json!({"input": [1, 2, 3]})),
        (
            "/v1/embeddings",
            json!({"input": "a", "model": "text-embedding-3-small"}),
        ),
        ("/v1/embeddings", json!({"input": "a", "dimensions": 3})),
        (
            "/v1/embeddings",
            json!({"input": "a", "encoding_format": "utf7"}),
        ),
    ] {
        assert_eq!(
            demo().post(path, &body).code(),
            "invalid_request",
            "{path} {body}"
        );
    }
    for query in [
        "limit=0",
        "limit=51",
        "limit=x",
        "what=1",
        "q=%ff",
        "q=%zz&limit=-1",
    ] {
        let answer = demo().get(&format!("/v1/menu/suggest?{query}"));
        assert!(
            answer.status == 200 || answer.code() == "invalid_request",
            "{query}"
        );
    }
}

#[test]
fn routes_methods_and_types_that_are_not_there() {
    assert_eq!(demo().get("/nope").code(), "not_found");
    assert_eq!(demo().get("/v1/../etc/passwd").code(), "not_found");
    assert_eq!(demo().get("/static/../Cargo.toml").code(), "not_found");
    assert_eq!(demo().get("/static/%2e%2e/Cargo.toml").code(), "not_found");
    let wrong = demo().send("DELETE", "/v1/menu", &[], b"");
    assert_eq!(wrong.code(), "method_not_allowed");
    assert!(
        wrong
            .header("allow")
            .is_some_and(|allow| allow.contains("PUT"))
    );
    assert_eq!(demo().get("/v1/intent").code(), "method_not_allowed");
    assert_eq!(
        demo().send("POST", "/", &[], b"").code(),
        "method_not_allowed"
    );
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
    ] {
        let answer = demo().send(
            "POST",
            "/v1/intent",
            &[("content-type", kind)],
            b"{\"text\":\"a\"}",
        );
        assert_eq!(answer.code(), "unsupported_media_type", "{kind}");
    }
    let kind = [("content-type", "application/xml")];
    assert_eq!(
        demo().send("PUT", "/v1/menu", &kind, b"<menu/>").code(),
        "unsupported_media_type"
    );
    for deadline in ["0", "60001", "soon", "-5"] {
        let headers = [JSON, ("x-deadline-ms", deadline)];
        let answer = demo().send("POST", "/v1/intent", &headers, b"{\"text\":\"a\"}");
        assert_eq!(answer.code(), "invalid_request", "{deadline}");
    }
    let path = "/v1/menu/items/no-such-dish/availability";
    assert_eq!(
        demo()
            .json("PATCH", path, &json!({"sold_out": true}))
            .code(),
        "not_found"
    );
    assert_eq!(
        demo().json("PATCH", path, &json!({})).code(),
        "invalid_request"
    );
    let path = "/v1/menu/items/%ff/availability";
    assert_eq!(
        demo()
            .json("PATCH", path, &json!({"sold_out": true}))
            .code(),
        "invalid_request"
    );
}

#[test]
fn a_bad_menu_changes_nothing_and_every_line_is_named() {
    let server = Server::empty();
    assert_eq!(
        server.post("/v1/menu/rollback", &json!({})).code(),
        "nothing_to_roll_back"
    );
    server.put_menu(&small_menu()).ok();
    let before = server.get("/v1/menu").body;
    let item = |id: &str| json!({"id": id, "name": "Dish"});
    let with = |field: &str, value: Value| {
        let mut item = item("x");
        item[field] = value;
        json!([item])
    };
    for items in [
        json!([]),
        json!([item("a"), item("b"), item("a")]),
        with("price_cents", json!(-1)),
        with("price_cents", json!(i64::MAX)),
        with("price", json!("free")),
        with("name", json!("")),
        with("name", json!(7)),
        with(
            "allergens",
            json!({"contains": ["milk"], "free_of": ["milk"]}),
        ),
        with("allergens", json!({"contains": ["kryptonite"]})),
        with(
            "availability",
            json!({"dayparts": [{"from": "25:00", "to": "26:00"}]}),
        ),
        with("description", json!("x".repeat(5_000))),
        json!([1, 2]),
        json!({"a": 1}),
    ] {
        let answer = server.put_menu(&items);
        assert_eq!(answer.code(), "invalid_menu", "{items}");
        assert!(
            !answer.json()["error"]["details"]
                .as_array()
                .expect("details")
                .is_empty()
        );
    }
    for body in [&b"\xff\xfe\x00"[..], b"{\"items\":", b"[[[[", b"\"\""] {
        let answer = server.send("PUT", "/v1/menu", &[JSON], body);
        assert_eq!(answer.code(), "invalid_menu");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(
        server
            .send("PUT", "/v1/menu", &[JSON], deep.as_bytes())
            .code(),
        "invalid_menu"
    );
    assert_eq!(server.get("/v1/menu").body, before);
}

#[test]
fn a_menu_of_100_000_items_is_too_large_and_changes_nothing() {
    let server = Server::empty();
    let mut lines = String::new();
    for n in 0..100_000 {
        lines.push_str(&format!("{{\"id\":\"{n}\",\"name\":\"Dish {n}\"}}\n"));
    }
    let kind = [("content-type", "application/x-ndjson")];
    let answer = server.send("PUT", "/v1/menu", &kind, lines.as_bytes());
    assert_eq!(answer.code(), "menu_too_large");
    let huge = vec![b' '; 33 * 1024 * 1024];
    let answer = server.send("PUT", "/v1/menu", &[JSON], &huge);
    assert_eq!(answer.code(), "payload_too_large");
    assert_eq!(server.get("/v1/menu").ok()["version"], 0);
}
