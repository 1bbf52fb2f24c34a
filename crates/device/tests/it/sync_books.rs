//! Books that are compared, receipts that are kept, and what a person is told.

use crate::sync::{Shop, until};
use olympus_device::cloud::Wire;
use olympus_proto::sync::{Entity, EntityKind, Fields};
use serde_json::json;

#[test]
fn books_that_differ_say_so_and_what_to_do() {
    let mut shop = Shop::open(21);
    shop.until_granted();
    let card = shop.sell_by_card();
    shop.settles();
    shop.location.untake(&card.as_str().into());
    let report = shop.reconcile();
    assert_eq!(report["equal"], json!(false));
    assert_eq!(report["differences"][0]["payment"], json!(card));
    let advice = report["differences"][0]["advice"].as_str().expect("advice");
    assert!(advice.contains("ask the provider"), "{advice}");
    shop.location.wire(Wire {
        cut: true,
        ..Wire::default()
    });
    let refused = shop.write("POST", "/v1/operations/reconcile", &json!({}));
    assert_eq!(refused.code(), "upstream_failed");
    assert_eq!(
        shop.operations()["reconcile"],
        report,
        "the one before stays"
    );
}

#[test]
fn receipts_get_there_when_the_line_is_back() {
    let mut shop = Shop::open(22);
    shop.location.wire(Wire {
        cut: true,
        ..Wire::default()
    });
    for _ in 0..3 {
        shop.sell_for_cash();
    }
    until("receipts are made", || {
        shop.operations()["receipts_waiting"] == json!(3)
    });
    shop.restart();
    shop.location.wire(Wire::default());
    until("receipts are kept", || shop.location.receipts().len() == 3);
    until("none waits", || {
        shop.operations()["receipts_waiting"] == json!(0)
    });
}

#[test]
fn a_receipt_that_the_cloud_refuses_holds_up_no_other() {
    let mut shop = Shop::open(24);
    shop.location.wire(Wire {
        cut: true,
        ..Wire::default()
    });
    let refused = shop.order();
    shop.location.refuse_receipt(&refused);
    shop.pay(&refused, &json!({"tender": "cash"})).ok();
    for _ in 0..2 {
        shop.sell_for_cash();
    }
    until("receipts are made", || {
        shop.operations()["receipts_waiting"] == json!(3)
    });
    shop.location.wire(Wire::default());
    until("the others are kept", || {
        shop.location.receipts().len() == 2
    });
    until("it waits alone", || {
        shop.operations()["receipts_waiting"] == json!(1)
    });
}

#[test]
fn what_another_till_did_is_here_at_once() {
    let mut shop = Shop::open(23);
    shop.until_granted();
    shop.write("PUT", "/v1/inventory/cola", &json!({"count": 5}))
        .ok();
    shop.until_sent();
    let entity = Entity {
        kind: EntityKind::Inventory,
        id: "cola".to_owned(),
    };
    shop.location
        .decree(entity, Fields::from([("count".to_owned(), json!(0))]));
    until("the cola has run out", || {
        let found = shop
            .server()
            .post("/v1/menu/search", &json!({"query": "cola"}))
            .ok();
        found["hits"][0]["state"] == json!("sold_out")
    });
    // A cursor that has expired brings everything anew.
    shop.location.forget_changes();
    shop.sell_for_cash();
    shop.settles();
    let stock = shop.server().get("/v1/inventory").ok();
    assert_eq!(stock["stock"][0]["count"], json!(0));
}
