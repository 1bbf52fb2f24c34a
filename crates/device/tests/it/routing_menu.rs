//! What the cloud is never believed, and how menus get there.

use crate::cloud::{Half, ids, until, way};
use crate::support::{Server, small_menu};
use olympus_device::cloud::{HitKind, menu_digest};
use olympus_device::service;
use olympus_proto::{ItemId, MenuItem};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn with_menu() -> Half {
    let half = Half::start_trusting(service::Options::default());
    half.server
        .put_menu(&json!([
            {"id": "satay", "name": "Chicken Satay", "price_cents": 900,
             "allergens": {"contains": ["peanuts"]}},
            {"id": "pad-thai", "name": "Pad Thai", "price_cents": 1200,
             "allergens": {"may_contain": ["peanuts"], "free_of": ["nuts"]}},
            {"id": "larb", "name": "Larb", "price_cents": 1100},
            {"id": "rice", "name": "Steamed Rice", "price_cents": 300,
             "allergens": {"free_of": ["peanuts", "nuts"]}},
            {"id": "soup", "name": "Clear Soup", "price_cents": 500,
             "allergens": {"free_of": ["peanuts", "nuts"]}},
            {"id": "mango", "name": "Mango Sticky Rice", "price_cents": 2500,
             "allergens": {"free_of": ["peanuts", "nuts"]}}
        ]))
        .ok();
    half.wait_until_published();
    half
}

/// Everything, the worst first.
const ALL: [&str; 7] = [
    "satay",
    "pad-thai",
    "larb",
    "elsewhere",
    "soup",
    "mango",
    "rice",
];

fn sell_out(server: &Server, id: &str, sold_out: Option<bool>) {
    let path = format!("/v1/menu/items/{id}/availability");
    server
        .json("PATCH", &path, &json!({ "sold_out": sold_out }))
        .ok();
}

#[test]
fn the_cloud_is_never_believed_about_allergens_prices_or_what_is_sold_out() {
    let half = with_menu();
    half.says.find(&ALL);
    sell_out(&half.server, "soup", Some(true));
    let filters = json!({"exclude_allergens": ["peanuts"], "availability": "now",
                         "price_max_cents": 2000});
    let asked = [
        json!({"query": "etwas Warmes ", "filters": filters}),
        json!({"query": "etwas Warmes, no peanuts, available now, under 20 dollars "}),
    ];
    for kind in [HitKind::Ranked, HitKind::Nearness] {
        *half.says.kind.lock().expect("no panic") = kind;
        for body in &asked {
            let answer = half.ask("/v1/menu/search", "prefer_cloud", body).ok();
            assert_eq!(way(&answer).0, "cloud", "{kind:?} {answer:#}");
            assert_eq!(ids(&answer), ["rice"], "{kind:?} {body}");
        }
    }
    // Without limits all that is on this menu may come, as this device knows it.
    let body = json!({"query": "etwas Warmes "});
    let answer = half.ask("/v1/menu/search", "prefer_cloud", &body).ok();
    let found = ids(&answer);
    assert!(
        !found.contains(&"elsewhere") && found.contains(&"satay"),
        "{answer:#}"
    );
    let soup = answer["hits"].as_array().into_iter().flatten();
    let soup = soup
        .into_iter()
        .find(|hit| hit["id"] == "soup")
        .expect("soup");
    assert_eq!(soup["state"], "sold_out");
    assert_eq!(soup["price_cents"], 500);
}

#[test]
fn what_is_sold_out_while_the_cloud_is_asked_does_not_come() {
    let half = with_menu();
    half.says.find(&["soup", "rice"]);
    half.cloud.behave(crate::cloud::steady(1_000));
    let body = json!({"query": "etwas Warmes ", "filters": {"availability": "now"}});
    let headers = [
        ("content-type", "application/json"),
        ("x-deadline-ms", "20000"),
        ("x-route-policy", "prefer_cloud"),
    ];
    let text = body.to_string();
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            half.server
                .send("POST", "/v1/menu/search", &headers, text.as_bytes())
                .ok()
        });
        until("the cloud is asked", || {
            half.status()["tasks"]["search"]["in_flight"] == 1
        });
        sell_out(&half.server, "soup", Some(true));
        asking.join().expect("no panic")
    });
    assert_eq!(way(&answer).0, "cloud", "{answer:#}");
    assert_eq!(ids(&answer), ["rice"]);
}

#[test]
fn menus_and_marks_get_to_the_cloud_and_a_dead_line_holds_nothing_up() {
    let half = Half::start(service::Options::default());
    half.cut_the_line();
    let change = half.server.put_menu(&small_menu()).ok();
    assert_eq!(change["changed"], true);
    sell_out(&half.server, "cola", Some(true));
    until("the fault is told", || {
        half.status()["publish"]["error"].is_string()
    });
    assert_eq!(half.status()["publish"].get("live"), None);
    half.cloud.behave(crate::cloud::steady(5));
    half.wait_until_published();
    let items: Vec<MenuItem> =
        serde_json::from_value(half.server.get("/v1/menu").ok()["items"].clone()).expect("items");
    let live = &half.status()["publish"]["live"];
    assert_eq!(live["digest"], Value::String(menu_digest(&items)));
    assert_eq!(live["items"], 3);
    let cola = ItemId::from("cola");
    until("the mark is told", || {
        half.cloud.told_sold_out().get(&cola) == Some(&true)
    });
    sell_out(&half.server, "cola", None);
    until("it is taken back", || half.cloud.told_sold_out().is_empty());
}

#[test]
fn while_the_cloud_has_another_menu_search_stays_here() {
    let half = with_menu();
    half.says.find(&["soup"]);
    half.cloud.behave(crate::cloud::steady(400));
    let items = json!([{"id": "soup", "name": "Clear Soup"}, {"id": "tea", "name": "Tea"}]);
    half.server.put_menu(&items).ok();
    let body = json!({"query": "etwas Warmes "}).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("x-deadline-ms", "20000"),
        ("x-route-policy", "prefer_cloud"),
    ];
    let answer = half
        .server
        .send("POST", "/v1/menu/search", &headers, body.as_bytes())
        .ok();
    assert_eq!(way(&answer).0, "local", "{answer:#}");
    half.wait_until_published();
    half.cloud.behave(crate::cloud::steady(20));
    until("the cloud answers for the new menu", || {
        way(&half.search("prefer_cloud", "etwas Warmes ").ok()).0 == "cloud"
    });
}

#[test]
fn drift_of_the_embeddings_closes_search_and_nothing_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let options = || service::Options {
        data_dir: Some(dir.path().to_path_buf()),
        ..service::Options::default()
    };
    let first = Half::start(options());
    first.server.put_menu(&small_menu()).ok();
    first.wait_until_published();
    until("the golden texts are recorded", || {
        dir.path().join("parity.json").exists()
    });
    let says = Arc::clone(&first.says);
    drop(first);
    says.turned.store(10, Ordering::SeqCst);
    says.find(&["ramen"]);
    let second = Half::start_with(options(), says);
    second.wait_until_published();
    until("the drift is seen", || {
        second.status()["parity"] == "closed"
    });
    let answer = second.search("prefer_cloud", "etwas Warmes ").ok();
    assert_eq!(way(&answer), ("local", "parity_closed"));
    let body = json!({"text": "two colas"});
    let answer = second.ask("/v1/intent", "prefer_cloud", &body).ok();
    assert_eq!(way(&answer), ("cloud", "cloud_first"));
    let metrics = String::from_utf8(second.server.get("/metrics").body).expect("text");
    assert!(metrics.contains("edge_parity_open 0"), "{metrics}");
    // After a restart nobody can look, and it stays closed.
    let says = Arc::clone(&second.says);
    drop(second);
    says.mute.store(true, Ordering::SeqCst);
    let third = Half::start_with(options(), says);
    assert_eq!(third.status()["parity"], "closed");
    third.wait_until_published();
    let answer = third.search("prefer_cloud", "etwas Warmes ").ok();
    assert_eq!(way(&answer), ("local", "parity_closed"));
}

#[test]
fn a_mark_taken_back_while_the_line_is_cut_is_taken_back_after_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let options = || service::Options {
        data_dir: Some(dir.path().to_path_buf()),
        ..service::Options::default()
    };
    let first = Half::start(options());
    first.server.put_menu(&small_menu()).ok();
    first.wait_until_published();
    sell_out(&first.server, "cola", Some(true));
    let cola = ItemId::from("cola");
    until("the mark is told", || {
        first.cloud.told_sold_out().contains_key(&cola)
    });
    first.cut_the_line();
    sell_out(&first.server, "cola", None);
    let (cloud, says) = (Arc::clone(&first.cloud), Arc::clone(&first.says));
    drop(first);
    assert!(
        cloud.told_sold_out().contains_key(&cola),
        "the line was cut"
    );
    cloud.behave(crate::cloud::steady(5));
    let second = Half::start_on(options(), says, cloud);
    until("it is taken back", || {
        second.cloud.told_sold_out().is_empty()
    });
}
