//! The whole life of an order.

use super::{id, till, till_in};
use crate::schema::check;
use crate::support::Server;
use olympus_device::service;
use serde_json::json;

#[test]
fn an_order_is_opened_changed_fired_paid_and_given_back() {
    let server = till();
    let lines = json!([
        {"item": "ramen", "quantity": 2, "note": "extra hot", "modifiers": [
            {"group": "size", "id": "large"}, {"group": "extras", "id": "egg"}]},
        {"item": "cola"}
    ]);
    let body = json!({"service": "table", "label": "7", "lines": lines});
    let answer = server.write("POST", "/v1/orders", &body);
    let order = answer.ok();
    check("Order", &order);
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert_eq!(order["number"], 1);
    assert_eq!(order["status"], "open");
    assert_eq!(order["totals"]["total_cents"], 2 * (1450 + 300 + 150) + 300);
    let order_id = id(&order);
    let base = format!("/v1/orders/{order_id}");

    let more = json!({"lines": [{"item": "salad"}, {"item": "special", "price_cents": 1234}]});
    let order = server.write("POST", &format!("{base}/lines"), &more).ok();
    check("Order", &order);
    let line = order["lines"][2]["line"].as_str().expect("a line");
    let change = json!({"quantity": 3});
    let path = format!("{base}/lines/{line}");
    let order = server.write("PATCH", &path, &change).ok();
    assert_eq!(order["lines"][2]["quantity"], 3);
    let order = server
        .write("PATCH", &path, &json!({"void": "changed mind"}))
        .ok();
    assert_eq!(order["lines"][2]["state"], "voided");
    let total = 2 * 1900 + 300 + 1234;
    assert_eq!(order["totals"]["total_cents"], total);

    let order = server
        .write("POST", &format!("{base}/fire"), &json!({}))
        .ok();
    assert_eq!(order["lines"][0]["state"], "fired");
    let tickets = server.get("/v1/kitchen/tickets").ok();
    check("Tickets", &tickets);
    assert_eq!(tickets["tickets"][0]["order"], order_id.as_str());
    assert_eq!(tickets["tickets"][0]["lines"][0]["note"], "extra hot");

    let part =
        json!({"tender": "cash", "amount_cents": 1000, "handed_cents": 2000, "tip_cents": 100});
    let payment = server
        .write("POST", &format!("{base}/payments"), &part)
        .ok();
    check("Payment", &payment);
    assert_eq!(payment["state"], "approved");
    assert_eq!(payment["change_cents"], 900);
    let rest = server.pay_cash(&order_id);
    assert_eq!(rest["amount_cents"], total - 1000);
    let order = server.order(&order_id);
    check("Order", &order);
    assert_eq!(order["status"], "paid");
    assert_eq!(order["totals"]["due_cents"], 0);

    let path = format!("/v1/payments/{}/refunds", id(&rest));
    let refund = server.write(
        "POST",
        &path,
        &json!({"amount_cents": 300, "reason": "cola was flat"}),
    );
    let refund = refund.ok();
    check("Payment", &refund);
    assert_eq!(refund["direction"], "refund");
    let read = server.get(&format!("/v1/payments/{}", id(&refund))).ok();
    assert_eq!(read, refund);
    let order = server.order(&order_id);
    assert_eq!(order["totals"]["refunded_cents"], 300);
    assert_eq!(order["payments"].as_array().map(Vec::len), Some(3));

    let receipt = server.get(&format!("{base}/receipt"));
    assert_eq!(receipt.status, 200);
    assert_eq!(receipt.header("content-type"), Some("application/pdf"));
    assert!(receipt.body.starts_with(b"%PDF-"));
    let copy = server.get(&format!("{base}/receipt?copy=true"));
    assert_ne!(copy.body, receipt.body);
}

#[test]
fn an_order_is_called_off_and_a_number_is_not_given_twice() {
    let server = till();
    let first = server.open_order(&json!([{"item": "cola"}]), true);
    let path = format!("/v1/orders/{}/void", id(&first));
    let voided = server
        .write("POST", &path, &json!({"reason": "guest left"}))
        .ok();
    check("Order", &voided);
    assert_eq!(
        (&voided["status"], &voided["void_reason"]),
        (&json!("voided"), &json!("guest left"))
    );
    let second = server.open_order(&json!([]), false);
    assert_eq!(second["number"], 2);
    let listed = server.get("/v1/orders").ok();
    check("OrderList", &listed);
    let numbers: Vec<_> = listed["orders"]
        .as_array()
        .expect("orders")
        .iter()
        .map(|o| &o["number"])
        .collect();
    assert_eq!(numbers, [2, 1], "newest first");
    let open = server.get("/v1/orders?status=open").ok();
    assert_eq!(open["orders"].as_array().map(Vec::len), Some(1));
    let none = server.get("/v1/orders?day=2020-01-01").ok();
    assert_eq!(none["orders"], json!([]));
}

#[test]
fn pages_of_orders_leave_none_out_and_tell_none_twice() {
    let server = till();
    let mut wanted: Vec<String> = (0..7)
        .map(|_| id(&server.open_order(&json!([]), false)))
        .collect();
    wanted.reverse();
    let mut seen = Vec::new();
    let mut before = String::new();
    loop {
        let page = server.get(&format!("/v1/orders?limit=3{before}")).ok();
        seen.extend(page["orders"].as_array().expect("orders").iter().map(id));
        match page["next"].as_str() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    assert_eq!(seen, wanted);
}

#[test]
fn the_report_says_what_was_sold() {
    let server = till();
    for _ in 0..3 {
        let order = server.open_order(
            &json!([{"item": "ramen"}, {"item": "cola", "quantity": 2}]),
            false,
        );
        server.pay_cash(&id(&order));
    }
    server.open_order(&json!([{"item": "salad"}]), false);
    let report = server.get("/v1/reports/sales").ok();
    check("SalesReport", &report);
    assert_eq!(report["orders"], 3);
    assert_eq!(report["gross_cents"], 3 * 2050);
    assert_eq!(report["source"], "local");
    assert_eq!(report["by_tender"][0]["taken_cents"], 3 * 2050);
    assert_eq!(report["by_item"][0]["item"], "ramen");
    assert_eq!(report["by_item"][0]["quantity"], 3);
    let settlement = server.get("/v1/reports/settlement").ok();
    check("OpenSettlement", &settlement);
    assert_eq!(settlement["open"], 0);
    let other = server
        .get("/v1/reports/sales?from=2020-01-01&to=2020-02-01")
        .ok();
    assert_eq!(other["orders"], 0);
}

#[test]
fn the_operations_page_says_how_it_stands_without_a_cloud() {
    let server = till();
    let order = server.open_order(&json!([{"item": "cola"}]), false);
    server.pay_cash(&id(&order));
    let operations = server.get("/v1/operations").ok();
    check("Operations", &operations);
    assert_eq!(operations["line"], "none");
    assert_eq!(operations["terminal"], "till-1");
    assert_eq!(operations["currency"], "USD");
    assert_eq!(operations["attention"], json!([]));
    let answer = server.write("POST", "/v1/operations/reconcile", &json!({}));
    assert_eq!(
        answer.code(),
        "not_ready",
        "there is nothing to compare with"
    );
}

#[test]
fn another_start_goes_on_where_the_one_before_stopped() {
    let dir = tempfile::tempdir().expect("a folder");
    let before = till_in(dir.path());
    let open = before.open_order(&json!([{"item": "ramen"}]), true);
    let paid = before.open_order(&json!([{"item": "cola"}]), false);
    before.pay_cash(&id(&paid));
    let paid = before.order(&id(&paid));
    drop(before);
    let after = till_in(dir.path());
    assert_eq!(after.order(&id(&open)), open);
    assert_eq!(after.order(&id(&paid)), paid);
    assert_eq!(after.open_order(&json!([]), false)["number"], 3);
    assert_eq!(
        after.get("/v1/kitchen/tickets").ok()["tickets"][0]["order"],
        open["id"]
    );
}

#[test]
fn only_what_was_read_is_changed() {
    let server = till();
    let order = server.open_order(&json!([{"item": "cola"}]), false);
    let path = format!("/v1/orders/{}/lines", id(&order));
    let body = json!({"lines": [{"item": "salad"}]}).to_string();
    let add = |key: &str, revision: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
            ("if-match", revision),
        ];
        server.send("POST", &path, &headers, body.as_bytes())
    };
    let changed = add("first", "\"1\"");
    assert_eq!(changed.ok()["lines"].as_array().map(Vec::len), Some(2));
    assert_eq!(add("second", "\"1\"").code(), "precondition_failed");
    let again = add("first", "\"1\"");
    assert_eq!(
        again.ok(),
        changed.ok(),
        "what was done is told again, whatever came since"
    );
    let tag = changed.header("etag").expect("a tag");
    assert_eq!(add("third", tag).status, 200);
}

#[test]
fn the_demo_sells_from_its_own_menu_and_keeps_nothing() {
    let demo = crate::support::demo();
    let order = demo.open_order(&json!([{"item": "hummus"}]), false);
    let payment = demo.pay_cash(&id(&order));
    assert_eq!(payment["state"], "approved");
}

#[test]
fn a_till_that_sold_alone_is_told_its_restaurant_later_and_only_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |location: &str| {
        let options = service::Options {
            data_dir: Some(dir.path().to_path_buf()),
            ..service::Options::default()
        };
        Server::start(options, |options| options.till.location = location.into())
    };
    let alone = at("local");
    let order = alone.open_order(&json!([]), false);
    drop(alone);
    let told = at("loc-7");
    assert_eq!(told.order(&id(&order)), order);
    assert_eq!(told.get("/v1/operations").ok()["location"], "loc-7");
    drop(told);
    // Another terminal's file is nobody else's.
    let options = service::Options {
        data_dir: Some(dir.path().to_path_buf()),
        ..service::Options::default()
    };
    let other = Server::start(options, |options| options.till.terminal = "till-2".into());
    assert_eq!(other.get("/v1/operations").code(), "storage_failed");
}
