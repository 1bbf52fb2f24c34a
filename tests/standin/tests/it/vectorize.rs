//! Queries, lookups, filters and indexes, and the limits of them.

use crate::support::{Server, vector};
use serde_json::{Value, json};

fn query(more: &Value) -> Value {
    let mut query = json!({"vector": [1, 0, 0]});
    for (name, value) in more.as_object().expect("fields") {
        query[name] = value.clone();
    }
    query
}

/// An index with a text, a number and a truth value that can be filtered by.
fn indexed() -> Server {
    Server::start(&[
        "--visibility",
        "0,0",
        "--metadata-index",
        "menu:name=string",
        "--metadata-index",
        "menu:price=number",
        "--metadata-index",
        "menu:vegan=boolean",
    ])
}

fn dish(id: &str, y: f32, namespace: &str, metadata: &Value) -> Value {
    json!({"id": id, "values": [1.0, y, 0.0], "namespace": namespace, "metadata": metadata})
}

#[test]
fn the_nearest_come_first_with_their_cosines() {
    let server = Server::prompt();
    let vectors = [
        vector("far", [0.0, 1.0, 0.0]),
        vector("same", [5.0, 0.0, 0.0]),
        vector("near", [1.0, 1.0, 0.0]),
        vector("opposite", [-1.0, 0.0, 0.0]),
        vector("nothing", [0.0, 0.0, 0.0]),
    ];
    server.write("upsert", &vectors).result();
    let found = server.menu("query", &query(&json!({"topK": 3}))).result();
    let ids: Vec<&Value> = found["matches"]
        .as_array()
        .expect("matches")
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, ["same", "near", "far"]);
    let score = |at: usize| found["matches"][at]["score"].as_f64().expect("a score");
    assert!((score(0) - 1.0).abs() < 1e-6 && (score(1) - 0.5_f64.sqrt()).abs() < 1e-6);
    assert!(found["matches"][0].get("values").is_none());
    assert_eq!(server.found(&query(&json!({}))).len(), 5);
}

#[test]
fn top_k_has_its_limits() {
    let server = Server::prompt();
    let vectors: Vec<Value> = (0..120)
        .map(|n| vector(&format!("v{n:03}"), [1.0, n as f32, 0.0]))
        .collect();
    server.write("upsert", &vectors).result();
    let found = |more: Value| server.found(&query(&more)).len();
    assert_eq!(found(json!({})), 5);
    assert_eq!(
        found(json!({"topK": 100, "returnMetadata": "indexed"})),
        100
    );
    assert_eq!(found(json!({"topK": 50, "returnMetadata": "all"})), 50);
    assert_eq!(found(json!({"topK": 50, "returnValues": true})), 50);
    for more in [
        json!({"topK": 0}),
        json!({"topK": -1}),
        json!({"topK": 101}),
        json!({"topK": 51, "returnMetadata": "all"}),
        json!({"topK": 51, "returnValues": true}),
    ] {
        let answer = server.menu("query", &query(&more));
        assert_eq!(answer.refusal(), (400, 40_025), "{more}");
    }
}

#[test]
fn queries_that_are_refused() {
    let server = Server::prompt();
    let refusal = |query: Value| server.menu("query", &query).refusal();
    assert_eq!(refusal(json!({"vector": []})), (400, 40_006));
    assert_eq!(refusal(json!({"vector": [1, 2]})), (400, 40_006));
    assert_eq!(refusal(json!({"vector": [1, 2, 3, 4]})), (400, 40_006));
    assert_eq!(refusal(json!({"vector": [1, 2, null]})), (400, 40_023));
    assert_eq!(refusal(json!({"vector": [1, 2, 1e39]})), (400, 40_023));
    for level in [json!(true), json!(false), json!("some")] {
        let asked = query(&json!({"returnMetadata": level}));
        assert_eq!(refusal(asked), (400, 40_026), "{level}");
    }
    for more in [
        json!({"top_k": 5}),
        json!({"topK": "5"}),
        json!({"namespace": "x".repeat(65)}),
        json!({"filter": {}}),
        json!({"filter": {"price": {"$regex": "x"}}}),
        json!({"filter": {"price": {"lte": 5}}}),
        json!({"filter": {"price": {"$in": 5}}}),
        json!({"filter": {"price": {"$in": []}}}),
        json!({"filter": {"price": {"$lt": true}}}),
        json!({"filter": {"price": [1, 2]}}),
        json!({"filter": {"$price": 1}}),
    ] {
        assert_eq!(refusal(query(&more)), (400, 40_023), "{more}");
    }
    let nowhere = "vectorize/v2/indexes/nowhere/query";
    let answer = server.rest("POST", nowhere, &query(&json!({})));
    assert_eq!(answer.refusal(), (404, 3_000));
    assert_eq!(
        server.menu("querry", &query(&json!({}))).refusal(),
        (404, 7_003)
    );
}

#[test]
fn namespace_and_filter_apply_before_the_best_are_cut() {
    let server = indexed();
    let mut vectors: Vec<Value> = (0..200)
        .map(|n| dish(&format!("b{n}"), 0.0, "loc-8", &json!({"price": 1})))
        .collect();
    vectors.push(dish("mine", 9.0, "loc-7", &json!({"price": 5})));
    vectors.push(dish("dear", 1.0, "loc-7", &json!({"price": 50})));
    server.write("upsert", &vectors).result();
    let found = |more: Value| server.found(&query(&more));
    assert_eq!(found(json!({"topK": 1, "namespace": "loc-7"})), ["dear"]);
    let cheap = json!({"topK": 1, "namespace": "loc-7", "filter": {"price": {"$lte": 10}}});
    assert_eq!(found(cheap), ["mine"]);
    assert_eq!(found(json!({"topK": 1, "filter": {"price": 5}})), ["mine"]);
    assert!(found(json!({"namespace": "loc-9"})).is_empty());
}

#[test]
fn every_operator_does_what_it_says() {
    let server = indexed();
    let of = |id: &str, name: &str, price: f64, vegan: bool| {
        dish(
            id,
            0.0,
            "n",
            &json!({"name": name, "price": price, "vegan": vegan}),
        )
    };
    let vectors = [
        of("a", "apple", 1.0, true),
        of("b", "bread", 2.5, true),
        of("c", "cheese", 9.0, false),
        dish("d", 0.0, "n", &json!({"price": "3"})),
    ];
    server.write("upsert", &vectors).result();
    for (filter, ids) in [
        (json!({"name": "apple"}), "a"),
        (json!({"name": {"$eq": "apple"}}), "a"),
        (json!({"name": {"$ne": "apple"}}), "bc"),
        (json!({"name": {"$in": ["apple", "cheese"]}}), "ac"),
        (json!({"name": {"$nin": ["apple", "cheese"]}}), "b"),
        (json!({"price": {"$lt": 2.5}}), "a"),
        (json!({"price": {"$lte": 2.5}}), "ab"),
        (json!({"price": {"$gt": 2.5}}), "c"),
        (json!({"price": {"$gte": 2.5}}), "bc"),
        (json!({"price": {"$gt": 1, "$lt": 9}}), "b"),
        (json!({"name": {"$gte": "b"}}), "bc"),
        (json!({"vegan": true, "price": {"$gt": 1}}), "b"),
        (json!({"price": "1"}), ""),
        // Written before it was indexed, or never indexed.
        (json!({"calories": {"$ne": 5}}), ""),
    ] {
        let found = server
            .found(&query(&json!({"filter": filter.clone()})))
            .concat();
        assert_eq!(found, ids, "{filter}");
    }
}

#[test]
fn a_filter_is_shorter_than_2048_bytes() {
    let server = indexed();
    let filter = |length: usize| {
        let empty = json!({"name": ""}).to_string().len();
        json!({"filter": {"name": "x".repeat(length - empty)}})
    };
    assert!(server.found(&query(&filter(2_047))).is_empty());
    let answer = server.menu("query", &query(&filter(2_048)));
    assert_eq!(answer.refusal(), (400, 40_023));
}

#[test]
fn only_the_first_64_bytes_of_a_text_are_indexed() {
    let server = indexed();
    let start = "x".repeat(64);
    let vectors = [
        dish("a", 0.0, "n", &json!({"name": format!("{start}a")})),
        dish("b", 0.0, "n", &json!({"name": format!("{start}b")})),
        dish(
            "c",
            0.0,
            "n",
            &json!({"name": format!("{}é", "x".repeat(63))}),
        ),
    ];
    server.write("upsert", &vectors).result();
    let filter = json!({"filter": {"name": format!("{start}b")}});
    assert_eq!(server.found(&query(&filter)), ["a", "b"]);
    let shown = |level: &str| {
        let asked = query(&json!({"returnMetadata": level}));
        server.menu("query", &asked).result()["matches"].clone()
    };
    assert_eq!(shown("indexed")[0]["metadata"]["name"], start);
    assert_eq!(shown("indexed")[2]["metadata"]["name"], "x".repeat(63));
    assert_eq!(shown("all")[0]["metadata"]["name"], format!("{start}a"));
    assert!(shown("none")[0].get("metadata").is_none());
}

#[test]
fn at_most_ten_properties_are_indexed_and_only_for_later_writes() {
    let server = Server::prompt();
    let create = |name: &str| {
        let body = json!({"propertyName": name, "indexType": "string"});
        server.menu("metadata_index/create", &body)
    };
    let filter = |name: &str| server.found(&query(&json!({"filter": {name: "x"}})));
    let of = |id: &str| dish(id, 0.0, "n", &json!({"p0": "x", "deep": {"er": "x"}}));
    server.write("upsert", &[of("before")]).result();
    create("p0").result();
    create("deep.er").result();
    server.write("upsert", &[of("after")]).result();
    assert_eq!(filter("p0"), ["after"]);
    assert_eq!(filter("deep.er"), ["after"]);
    server.write("upsert", &[of("before")]).result();
    assert_eq!(filter("p0"), ["after", "before"]);
    assert_eq!(create("p0").refusal().0, 409);
    for n in 1..9 {
        create(&format!("p{n}")).result();
    }
    assert_eq!(create("p10").refusal(), (400, 40_023));
    let list = || {
        let path = "vectorize/v2/indexes/menu/metadata_index/list";
        let list = server.rest("GET", path, &Value::Null).result();
        list["metadataIndexes"].as_array().expect("a list").len()
    };
    assert_eq!(list(), 10);
    server
        .menu("metadata_index/delete", &json!({"propertyName": "p0"}))
        .result();
    assert_eq!(list(), 9);
    assert!(filter("p0").is_empty());
    create("p10").result();
    let odd = json!({"propertyName": "p", "indexType": "date"});
    assert_eq!(
        server.menu("metadata_index/create", &odd).refusal(),
        (400, 40_023)
    );
}

#[test]
fn an_index_has_at_most_1536_dimensions() {
    let server = Server::prompt();
    let create = |name: &str, dimensions: usize| {
        let config = json!({"dimensions": dimensions, "metric": "cosine"});
        let body = json!({"name": name, "config": config});
        server.rest("POST", "vectorize/v2/indexes", &body)
    };
    assert_eq!(create("large", 1_537).refusal(), (400, 40_006));
    assert_eq!(create("none", 0).refusal(), (400, 40_006));
    let made = create("large", 1_536).result();
    assert_eq!(made["config"]["dimensions"], 1_536);
    assert_eq!(create("large", 3).refusal(), (409, 3_002));
    for name in ["Large", "", "1st", &"x".repeat(65)] {
        assert_eq!(create(name, 3).refusal(), (400, 40_023), "{name}");
    }
    let path = "vectorize/v2/indexes/large";
    assert_eq!(server.rest("GET", path, &Value::Null).result(), made);
    let listed = server
        .rest("GET", "vectorize/v2/indexes", &Value::Null)
        .result();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    assert_eq!(server.rest("DELETE", path, &Value::Null).status, 200);
    assert_eq!(
        server.rest("GET", path, &Value::Null).refusal(),
        (404, 3_000)
    );
}
