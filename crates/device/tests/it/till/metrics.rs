//! What is counted, and that dashboards and alerts name nothing else.

use super::{id, till};
use crate::sync::{Shop, until};
use olympus_device::cloud::Wire;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

#[test]
fn the_till_counts_what_it_does() {
    let server = till();
    let order = server.open_order(&json!([{"item": "cola"}]), true);
    server.pay_cash(&id(&order));
    server.open_order(&json!([]), false);
    let text = String::from_utf8(server.get("/metrics").body).expect("text");
    for line in [
        "edge_till_up 1",
        "edge_local_orders_total 2",
        "edge_payments_total{tender=\"cash\",direction=\"sale\",state=\"approved\"} 1",
        "edge_commit_seconds_count 3",
        "edge_sync_attention 0",
        "edge_settlement_open 0",
        "edge_grant_step 2",
        "edge_offline_duration_seconds 0.0",
        "edge_storage_failures_total 0",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    for name in [
        "edge_sync_queue_size",
        "edge_sync_last_success_timestamp_seconds",
        "edge_offline_duration_seconds",
        "edge_local_orders_total",
    ] {
        assert!(names(&text).contains(name), "{name}");
    }
}

/// Every name that a scrape has.
fn names(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect()
}

/// What follows `edge_` in a text.
fn named(text: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices("edge_")
        .filter(|(at, _)| !text[..*at].ends_with(part))
        .map(|(at, _)| text[at..].chars().take_while(|c| part(*c)).collect())
        .collect()
}

fn docs(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A scrape of a device that has a cloud and has done a bit of everything.
fn scrape() -> String {
    let mut shop = Shop::open(7);
    shop.until_granted();
    shop.sell_by_card();
    shop.sell_for_cash();
    shop.until_sent();
    shop.server().get("/v1/orders/none").code();
    // With a failed request of the agent among them.
    shop.location.wire(Wire {
        cut: true,
        ..Wire::default()
    });
    shop.sell_for_cash();
    until("the line is told to be down", || {
        shop.operations()["line"] == json!("offline")
    });
    String::from_utf8(shop.server().get("/metrics").body).expect("text")
}

#[test]
fn dashboards_alerts_and_docs_name_only_metrics_that_there_are() {
    let text = scrape();
    let there = names(&text);
    let stems: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split(' ').next())
        .collect();
    let mut seen = 0;
    for file in [
        "grafana/olympus-edge.json",
        "grafana/alerts.yml",
        "OPERATIONS.md",
    ] {
        for name in named(&docs(file)) {
            seen += 1;
            assert!(
                there.contains(name.as_str()) || stems.contains(name.as_str()),
                "{file}: {name}"
            );
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn every_alert_is_explained() {
    let alerts = docs("grafana/alerts.yml");
    let operations = docs("OPERATIONS.md");
    let names: Vec<&str> = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        assert!(
            operations.contains(&format!("`{name}`")),
            "{name} is not in OPERATIONS.md"
        );
    }
}

#[test]
fn the_dashboard_is_one() {
    let dashboard: Value = serde_json::from_str(&docs("grafana/olympus-edge.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    assert!(panels.len() >= 10);
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().expect("an id")), "{panel}");
        assert!(
            panel["title"]
                .as_str()
                .is_some_and(|title| !title.is_empty())
        );
    }
}
