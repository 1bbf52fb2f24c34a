//! Every route as it is meant to be used.

use crate::schema::check;
use crate::support::{Server, demo, small_menu};
use base64::Engine;
use serde_json::json;

#[test]
fn intent_says_what_it_is_and_how_it_was_found() {
    let answer = demo().post("/v1/intent", &json!({"text": "cancel my order please"}));
    let body = answer.ok();
    check("IntentResponse", &body);
    assert_eq!(body["best_guess"], "cancel", "{body}");
    let sum: f64 = body["scores"]
        .as_object()
        .expect("scores")
        .values()
        .filter_map(serde_json::Value::as_f64)
        .sum();
    assert!((sum - 1.0).abs() < 1e-3, "{sum}");
    assert_eq!(body["meta"]["path"], "local");
    assert_eq!(body["meta"]["reason"], "local_only");
    let timing = answer.header("server-timing").expect("has timing");
    assert!(
        timing.contains("encode;dur=") && timing.contains("total;dur="),
        "{timing}"
    );
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn context_limits_what_can_be_meant() {
    let body = json!({"text": "cancel my order", "context": {"expected": ["order", "question"]}});
    let answer = demo().post("/v1/intent", &body).ok();
    assert_eq!(answer["scores"]["cancel"], 0.0, "{answer}");
    assert_ne!(answer["intent"], "cancel");
}

#[test]
fn a_batch_says_what_single_requests_say() {
    let texts: Vec<String> = (0..20).map(|n| format!("{n} burgers please")).collect();
    let batch = demo()
        .post("/v1/intent/batch", &json!({"texts": texts}))
        .ok();
    check("IntentBatchResponse", &batch);
    let results = batch["results"].as_array().expect("results");
    assert_eq!(results.len(), 20);
    for (text, result) in texts.iter().zip(results).step_by(7) {
        let single = demo().post("/v1/intent", &json!({"text": text})).ok();
        assert_eq!(single["intent"], result["intent"]);
    }
}

#[test]
fn understand_finds_intent_and_dishes() {
    let body = json!({"text": "I would like a margherita pizza", "limit": 5});
    let answer = demo().post("/v1/understand", &body).ok();
    check("UnderstandResponse", &answer);
    assert_eq!(answer["intent"], "order", "{answer}");
    let hits = answer["hits"].as_array().expect("hits");
    assert!((1..=5).contains(&hits.len()));
    assert_eq!(answer["meta"]["menu_version"], 1);
    assert!(answer["meta"]["stages_us"]["search"].as_u64() > Some(0));
}

#[test]
fn search_finds_filters_and_lists() {
    let found = demo()
        .post("/v1/menu/search", &json!({"query": "shakshuka"}))
        .ok();
    check("SearchResponse", &found);
    assert_eq!(found["hits"][0]["id"], "shakshuka", "{found}");
    let filters = json!({"exclude_allergens": ["dairy"], "price_max_cents": 1200});
    let body = json!({"query": "soup", "filters": filters, "limit": 50});
    let filtered = demo().post("/v1/menu/search", &body).ok();
    let hits = filtered["hits"].as_array().expect("hits");
    assert!(!hits.is_empty());
    for hit in hits {
        let free = hit["allergens"]["free_of"].as_array().expect("free of");
        assert!(free.contains(&json!("milk")), "{hit}");
        assert!(hit["price_cents"].as_i64() <= Some(1200), "{hit}");
    }
    let all = demo().post("/v1/menu/search", &json!({"limit": 1000})).ok();
    check("SearchResponse", &all);
    assert!(all["hits"].as_array().map(Vec::len) >= Some(120));
    assert_eq!(all["meta"]["model"], "lexical");
}

#[test]
fn what_is_said_in_a_query_limits_it_and_can_be_taken_back() {
    let ask = |body: &serde_json::Value| {
        let found = demo().post("/v1/menu/search", body).ok();
        check("SearchResponse", &found);
        found
    };
    let query = "a vegan dessert under 9 dollars";
    let found = ask(&json!({"query": query, "limit": 100}));
    let understood = found["parse"]["understood"].as_array().expect("a parse");
    let kinds: Vec<_> = understood.iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["diet", "course", "price"], "{found}");
    assert_eq!(found["parse"]["filters"]["price_max_cents"], 900);
    let hits = found["hits"].as_array().expect("hits");
    assert!(!hits.is_empty());
    for hit in hits {
        assert!(
            hit["tags"]
                .as_array()
                .expect("tags")
                .contains(&json!("vegan")),
            "{hit}"
        );
        assert!(hit["price_cents"].as_i64() <= Some(900), "{hit}");
    }
    let wider = ask(&json!({"query": query, "limit": 100, "ignore": ["vegan"]}));
    assert!(wider["hits"].as_array().map(Vec::len) > Some(hits.len()));
    assert_eq!(wider["parse"]["filters"]["diets"], json!([]));
    let words = ask(&json!({"query": query, "parse": false}));
    assert!(words.get("parse").is_none(), "{words}");

    // What the request and the text limit holds together.
    let both = ask(
        &json!({"query": "soup, i am allergic to milk", "limit": 100,
        "filters": {"exclude_allergens": ["gluten"]}}),
    );
    let hits = both["hits"].as_array().expect("hits");
    assert!(!hits.is_empty());
    for hit in hits {
        let free = hit["allergens"]["free_of"].as_array().expect("free of");
        assert!(
            free.contains(&json!("milk")) && free.contains(&json!("gluten")),
            "{hit}"
        );
    }
    for bad in [
        json!({"query": "x", "parse": 1}),
        json!({"query": "x", "ignore": "vegan"}),
    ] {
        assert_eq!(demo().post("/v1/menu/search", &bad).status, 400, "{bad}");
    }
}

#[test]
fn an_order_is_no_search_but_an_allergy_in_it_is_a_limit() {
    let ask = |text: &str| {
        let answer = demo().post("/v1/understand", &json!({"text": text})).ok();
        check("UnderstandResponse", &answer);
        answer
    };
    let plain = ask("two cheeseburgers with no onions please");
    assert!(plain.get("parse").is_none(), "{plain}");
    let allergic = ask("can i get a salad please, i am allergic to milk");
    let limits = &allergic["parse"]["filters"]["exclude_allergens"];
    assert_eq!(*limits, json!(["milk"]), "{allergic}");
    for hit in allergic["hits"].as_array().expect("hits") {
        let free = hit["allergens"]["free_of"].as_array().expect("free of");
        assert!(free.contains(&json!("milk")), "{hit}");
    }
}

#[test]
fn a_batch_of_searches_and_suggestions() {
    let body = json!({"searches": [{"query": "pizza", "limit": 2}, {}, {"query": "tea"}]});
    let found = demo().post("/v1/menu/search/batch", &body).ok();
    check("SearchBatchResponse", &found);
    let results = found["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    assert_eq!(results[0]["hits"].as_array().map(Vec::len), Some(2));
    assert_eq!(results[1]["hits"].as_array().map(Vec::len), Some(10));

    let suggested = demo().get("/v1/menu/suggest?q=shakshu&limit=3").ok();
    check("SuggestResponse", &suggested);
    assert_eq!(
        suggested["suggestions"][0]["id"], "shakshuka",
        "{suggested}"
    );
    demo().get("/v1/menu/suggest").ok();
}

#[test]
fn embeddings_speak_openais_shape() {
    let body = json!({"input": ["hello", "two burgers"], "user": "x"});
    let floats = demo().post("/v1/embeddings", &body).ok();
    check("EmbeddingsResponse", &floats);
    let model = floats["model"].clone();
    let first: Vec<f32> =
        serde_json::from_value(floats["data"][0]["embedding"].clone()).expect("numbers");
    let length: f32 = first.iter().map(|n| n * n).sum();
    assert!((length - 1.0).abs() < 1e-3, "{length}");
    assert!(floats["usage"]["prompt_tokens"].as_u64() >= Some(5));

    let body = json!({"input": "hello", "encoding_format": "base64", "model": model});
    let packed = demo().post("/v1/embeddings", &body).ok();
    check("EmbeddingsResponse", &packed);
    let text = packed["data"][0]["embedding"].as_str().expect("text");
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(text)
        .expect("base64");
    let unpacked: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect();
    for (a, b) in first.iter().zip(&unpacked) {
        assert!((a - b).abs() < 1e-4, "the same text has the same vector");
    }
    assert_eq!(first.len(), unpacked.len());
}

#[test]
fn a_menu_comes_in_every_format_and_sells_out() {
    let server = Server::empty();
    let none = server.get("/v1/menu").ok();
    assert_eq!((&none["version"], &none["items"]), (&json!(0), &json!([])));
    let nothing = server.post("/v1/menu/search", &json!({"query": "x"})).ok();
    assert_eq!(nothing["hits"], json!([]));

    let change = server.put_menu(&small_menu()).ok();
    check("MenuChange", &change);
    assert_eq!(
        (&change["version"], &change["items"]),
        (&json!(1), &json!(3))
    );
    let again = server.put_menu(&small_menu()).ok();
    assert_eq!(
        (&again["version"], &again["changed"]),
        (&json!(1), &json!(false))
    );

    let lines = small_menu()
        .as_array()
        .expect("items")
        .iter()
        .map(|item| format!("{item}\n"))
        .collect::<String>();
    let jsonl = [("content-type", "application/x-ndjson")];
    let same = server
        .send("PUT", "/v1/menu", &jsonl, lines.as_bytes())
        .ok();
    assert_eq!(same["changed"], false);

    let csv = "id,name,price\nramen,Tonkotsu Ramen,14.50\nnew,New Dish,9\n";
    let kind = [("content-type", "text/csv; charset=utf-8")];
    let change = server.send("PUT", "/v1/menu", &kind, csv.as_bytes()).ok();
    assert_eq!(
        (&change["version"], &change["previous"]),
        (&json!(2), &json!(1))
    );

    let path = "/v1/menu/items/ramen/availability";
    let said = server.json("PATCH", path, &json!({"sold_out": true})).ok();
    check("AvailabilityResponse", &said);
    assert_eq!(said["state"], "sold_out");
    let found = server
        .post("/v1/menu/search", &json!({"query": "ramen"}))
        .ok();
    assert_eq!(found["hits"][0]["available"], false, "{found}");
    let menu = server.get("/v1/menu").ok();
    check("MenuResponse", &menu);
    assert_eq!(menu["sold_out_overrides"], json!({"ramen": true}));
    let said = server.json("PATCH", path, &json!({"sold_out": null})).ok();
    assert_eq!(said["state"], "available");

    let back = server.post("/v1/menu/rollback", &json!({})).ok();
    check("MenuChange", &back);
    assert_eq!((&back["version"], &back["items"]), (&json!(1), &json!(3)));
    let forth = server.post("/v1/menu/rollback", &json!({})).ok();
    assert_eq!(forth["version"], 2);
    assert_eq!(server.put_menu(&small_menu()).ok()["version"], 3);
}

#[test]
fn those_who_watch_are_served() {
    check("Health", &demo().get("/healthz").ok());
    let ready = demo().get("/readyz").ok();
    check("Ready", &ready);
    assert_eq!(ready["ready"], true);
    demo().post("/v1/intent", &json!({"text": "count me"})).ok();
    demo().post("/v1/intent", &json!({"text": "count me"})).ok();
    let metrics = String::from_utf8(demo().get("/metrics").body).expect("text");
    for name in [
        "edge_requests_total{route=\"/v1/intent\",status=\"200\"}",
        "edge_latency_seconds_bucket",
        "edge_stage_seconds_bucket{",
        "edge_cache_hit_rate",
        "edge_queue_depth",
        "edge_menu_version 1",
    ] {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
    let described = demo().get("/openapi.json").ok();
    assert_eq!(described["openapi"], "3.0.3");
}

#[test]
fn heads_options_and_tags() {
    let head = demo().send("HEAD", "/v1/menu", &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    let tag = head.header("etag").expect("a tag").to_owned();
    let kept = demo().send("GET", "/v1/menu", &[("if-none-match", &tag)], b"");
    assert_eq!(kept.status, 304);
    let options = demo().send("OPTIONS", "/v1/menu", &[], b"");
    assert_eq!(options.status, 204);
    let allow = options.header("allow").expect("says what it takes");
    assert!(allow.contains("GET") && allow.contains("PUT"), "{allow}");
}

#[test]
fn request_ids_are_taken_along_or_made() {
    let body = br#"{"text":"hi"}"#;
    let kind = ("content-type", "application/json");
    let own = demo().send(
        "POST",
        "/v1/intent",
        &[kind, ("x-request-id", "till-7")],
        body,
    );
    assert_eq!(own.header("x-request-id"), Some("till-7"));
    assert_eq!(own.ok()["meta"]["request_id"], "till-7");
    let bad = demo().send(
        "POST",
        "/v1/intent",
        &[kind, ("x-request-id", "a b<c>")],
        body,
    );
    let made = bad.header("x-request-id").expect("is made");
    assert!(made != "a b<c>" && !made.is_empty());
}

#[test]
fn words_become_an_order_and_change_it() {
    let body = json!({"text": "two margheritas please"});
    let answer = demo().post("/v1/order/parse", &body).ok();
    check("OrderParseResponse", &answer);
    let lines = answer["lines"].as_array().expect("lines");
    assert_eq!(lines.len(), 1, "{answer}");
    assert_eq!(lines[0]["quantity"], 2);
    assert_eq!(lines[0]["state"], "available");
    assert_eq!(answer["meta"]["model"], "grammar");
    let more = json!({"text": "make that three", "context": {"order": lines}});
    let answer = demo().post("/v1/order/parse", &more).ok();
    assert_eq!(answer["lines"][0]["quantity"], 3, "{answer}");
    for (order, said) in [
        (
            json!([{"id": "no-such-dish", "quantity": 1}]),
            "not on the menu",
        ),
        (json!([{"id": lines[0]["id"], "quantity": 0}]), "quantity"),
    ] {
        let body = json!({"text": "hello", "context": {"order": order}});
        let answer = demo().post("/v1/order/parse", &body);
        assert_eq!(answer.status, 400, "{answer:?}");
        let message = answer.json()["error"]["message"].to_string();
        assert!(message.contains(said), "{message}");
    }
    assert_eq!(
        demo().post("/v1/order/parse", &json!({"text": " "})).status,
        400
    );
}

#[test]
fn a_sold_out_dish_is_answered_with_what_may_replace_it() {
    let server = Server::empty();
    let free = json!({"free_of": ["nuts"]});
    let menu = json!([
        {"id": "pesto", "name": "Pesto Pasta", "category": "Pasta", "tags": ["vegetarian"],
         "allergens": {"contains": ["nuts"]}, "price_cents": 1100},
        {"id": "tomato", "name": "Tomato Pasta", "category": "Pasta", "tags": ["vegetarian"],
         "allergens": free, "price_cents": 1000},
        {"id": "ragu", "name": "Ragu Pasta", "category": "Pasta", "allergens": free},
        {"id": "lemon", "name": "Lemon Pasta", "category": "Pasta", "tags": ["vegan"],
         "allergens": free, "sold_out": true},
        {"id": "cola", "name": "Cola", "category": "Drinks", "tags": ["vegan"]},
    ]);
    server.put_menu(&menu).ok();
    let ask = |text: &str, filters: serde_json::Value| {
        let body = json!({"text": text, "filters": filters});
        let answer = server.post("/v1/order/parse", &body).ok();
        check("OrderParseResponse", &answer);
        answer
    };
    let offered = |answer: &serde_json::Value| -> Vec<String> {
        let offered = answer["unavailable"][0]["substitutes"].as_array();
        let offered = offered.expect("substitutes").iter();
        offered
            .map(|one| one["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    let pesto = ask("a pesto pasta", json!({}));
    assert_eq!(pesto["unavailable"], json!([]));
    assert_eq!(pesto["conflicts"], json!([]));

    // What is ordered stays, and is told to be against what was said.
    let against = ask(
        "a pesto pasta and a cola, im alergic to tree nuts",
        json!({}),
    );
    assert_eq!(
        against["lines"].as_array().map(Vec::len),
        Some(2),
        "{against}"
    );
    let told = &against["conflicts"];
    assert_eq!(told[0]["line"], 0, "{against}");
    assert!(
        told[0]["allergens"].as_array().is_some_and(
            |told| told.contains(&json!({"allergen": "nuts", "statement": "contains"}))
        ),
        "{against}"
    );
    assert_eq!(told[0]["substitutes"][0]["id"], "tomato", "{against}");
    // The cola says nothing of nuts, and silence is not safe.
    assert_eq!(told[1]["allergens"][0]["statement"], "unknown", "{against}");
    let vegan = ask("a ragu pasta", json!({"diets": ["vegan"]}));
    assert_eq!(vegan["conflicts"][0]["diets"], json!(["vegan"]));

    // It is vegan and free of nuts; no other dish that can be had is both.
    let lemon = ask("a cola and two lemon pastas", json!({}));
    assert_eq!(lemon["unavailable"][0]["line"], 1, "{lemon}");
    assert_eq!(offered(&lemon), Vec::<String>::new());

    let path = "/v1/menu/items/pesto/availability";
    server.json("PATCH", path, &json!({"sold_out": true})).ok();
    assert_eq!(offered(&ask("a pesto pasta", json!({}))), ["tomato"]);
    let limited = json!({"exclude_allergens": ["nuts"], "price_max_cents": 900});
    assert!(offered(&ask("a pesto pasta", limited)).is_empty());
    let unknown = json!({"text": "a pesto pasta", "filters": {"exclude_allergens": ["dust"]}});
    assert_eq!(server.post("/v1/order/parse", &unknown).status, 400);

    // What is said in the text limits too: ragu states nothing about milk.
    let path = "/v1/menu/items/ragu/availability";
    server.json("PATCH", path, &json!({"sold_out": true})).ok();
    let plain = ask("a ragu pasta", json!({}));
    assert_eq!(offered(&plain), ["tomato"]);
    let allergic = ask("a ragu pasta, I'm allergic to milk", json!({}));
    assert!(offered(&allergic).is_empty(), "{allergic}");
}
