//! Counts, and what search says of them.

use super::{id, till, till_in};
use crate::schema::check;
use crate::support::Server;
use serde_json::{Value, json};

fn state(server: &Server, dish: &str) -> Value {
    let listed = server
        .post("/v1/menu/search", &json!({"query": "", "limit": 100}))
        .ok();
    let hits = listed["hits"].as_array().expect("hits");
    hits.iter()
        .find(|hit| hit["id"] == dish)
        .expect("is listed")["state"]
        .clone()
}

fn count(server: &Server, dish: &str, count: i64) -> Value {
    let path = format!("/v1/inventory/{dish}");
    let stock = server
        .write("PUT", &path, &json!({"count": count, "low_at": 1}))
        .ok();
    check("Stock", &stock);
    stock
}

#[test]
fn the_last_one_sold_is_sold_out_in_search_when_the_sale_is_answered() {
    let server = till();
    count(&server, "salad", 3);
    let stock = server.get("/v1/inventory").ok();
    check("Inventory", &stock);
    assert_eq!(stock["stock"][0]["count"], 3);
    server.open_order(&json!([{"item": "salad", "quantity": 2}]), true);
    assert_eq!(state(&server, "salad"), "available");
    server.open_order(&json!([{"item": "salad"}]), true);
    assert_eq!(state(&server, "salad"), "sold_out");
    let menu = server.get("/v1/menu").ok();
    assert_eq!(menu["sold_out_overrides"], json!({"salad": true}));
    let filtered = json!({"query": "garden salad", "filters": {"availability": "now"}});
    let hits = server.post("/v1/menu/search", &filtered).ok();
    assert!(
        hits["hits"]
            .as_array()
            .expect("hits")
            .iter()
            .all(|hit| hit["id"] != "salad")
    );
    let more = json!({"lines": [{"item": "salad"}]});
    assert_eq!(
        server.write("POST", "/v1/orders", &more).code(),
        "wrong_state"
    );
    let added = json!({"by": 5, "reason": "delivery"});
    let stock = server
        .write("POST", "/v1/inventory/salad/adjust", &added)
        .ok();
    assert_eq!(
        (&stock["count"], &stock["sold_out"]),
        (&json!(5), &json!(false))
    );
    assert_eq!(state(&server, "salad"), "available");
}

#[test]
fn a_held_line_takes_stock_when_it_is_paid() {
    let server = till();
    count(&server, "cola", 1);
    let order = server.open_order(&json!([{"item": "cola"}]), false);
    assert_eq!(state(&server, "cola"), "available");
    server.pay_cash(&id(&order));
    assert_eq!(state(&server, "cola"), "sold_out");
}

#[test]
fn a_count_and_a_mark_of_staff_do_not_touch_each_other() {
    let server = till();
    let say = |sold_out: Value| {
        let path = "/v1/menu/items/salad/availability";
        server
            .json("PATCH", path, &json!({"sold_out": sold_out}))
            .ok()["state"]
            .clone()
    };
    count(&server, "salad", 5);
    assert_eq!(say(json!(true)), "sold_out");
    count(&server, "salad", 9);
    assert_eq!(
        state(&server, "salad"),
        "sold_out",
        "staff said so, and still do"
    );
    assert_eq!(say(Value::Null), "available");
    count(&server, "salad", 0);
    assert_eq!(state(&server, "salad"), "sold_out");
    assert_eq!(
        say(json!(false)),
        "sold_out",
        "nothing is left, whatever is said"
    );
    let path = "/v1/inventory/salad";
    let key = super::fresh_key();
    server
        .send("DELETE", path, &[("idempotency-key", &key)], b"")
        .ok();
    assert_eq!(
        state(&server, "salad"),
        "available",
        "it is not counted any more"
    );
    assert_eq!(server.get("/v1/inventory").ok()["stock"], json!([]));
}

#[test]
fn what_has_run_out_is_known_after_a_restart_and_after_an_import() {
    let dir = tempfile::tempdir().expect("a folder");
    {
        let server = till_in(dir.path());
        count(&server, "cola", 0);
        assert_eq!(state(&server, "cola"), "sold_out");
    }
    let server = till_in(dir.path());
    assert_eq!(state(&server, "cola"), "sold_out");
    let mut menu = super::dishes();
    menu[2]["name"] = json!("Cola, ice-cold");
    server.put_menu(&menu).ok();
    assert_eq!(state(&server, "cola"), "sold_out");
    count(&server, "cola", 1);
    assert_eq!(state(&server, "cola"), "available");
}
