//! A till that takes its menu from the location: another device publishes it.

use crate::support::Server;
use crate::sync::{LOCATION, until};
use olympus_device::cloud::{LocationApi, SimulatedLocation, Wire, menu_digest};
use olympus_device::service;
use olympus_proto::edge::PublishRequest;
use olympus_proto::{Cents, MenuItem, MenuVersion};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

fn menu(version: u64, names: &[&str]) -> PublishRequest {
    let items: Vec<MenuItem> = names
        .iter()
        .map(|name| MenuItem {
            price_cents: Some(Cents(500)),
            ..MenuItem::new(&name.to_lowercase(), name)
        })
        .collect();
    PublishRequest {
        version: MenuVersion(version),
        digest: menu_digest(&items),
        timezone: None,
        anew: false,
        items,
    }
}

fn follower(dir: &Path, location: &Arc<SimulatedLocation>) -> Server {
    let options = service::Options {
        data_dir: Some(dir.to_path_buf()),
        ..service::Options::default()
    };
    Server::start(options, |options| {
        options.location = Some(Arc::clone(location) as Arc<dyn LocationApi>);
        options.till.location = LOCATION.into();
        options.till.has_cloud = true;
        options.follows_menu = true;
    })
}

fn names(server: &Server) -> Vec<String> {
    let menu = server.get("/v1/menu").ok();
    let items = menu["items"].as_array().cloned().unwrap_or_default();
    let name = |item: &serde_json::Value| item["name"].as_str().expect("a name").to_owned();
    items.iter().map(name).collect()
}

#[test]
fn the_menu_comes_from_the_cloud_and_stays_without_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let location = SimulatedLocation::new(3, LOCATION.into()).expect("signs");
    let location = Arc::new(location);
    location.publish(menu(1, &["Soup", "Bread"]));
    let server = follower(dir.path(), &location);
    until("the first menu", || names(&server) == ["Soup", "Bread"]);
    location.publish(menu(2, &["Soup", "Cake"]));
    until("the next one", || names(&server) == ["Soup", "Cake"]);
    let found = server.json("POST", "/v1/menu/search", &json!({"query": "cake"}));
    assert_eq!(found.ok()["hits"][0]["id"], json!("cake"));

    // One that is not what it is named after changes nothing, and the next one comes all the same.
    let mut false_one = menu(3, &["Poison"]);
    false_one.digest = menu_digest(&[]);
    location.publish(false_one);
    // A person is told, or it would be sold from an old menu for ever.
    let fault = || server.get("/v1/operations").ok()["fault"].clone();
    until("it is told", || {
        fault().as_str().is_some_and(|text| text.contains("menu"))
    });
    assert_eq!(names(&server), ["Soup", "Cake"]);
    location.publish(menu(4, &["Tea"]));
    until("the one after", || names(&server) == ["Tea"]);
    until("it is well again", || fault().is_null());

    // The line is cut, and the device is started anew: it sells from what it has.
    location.wire(Wire {
        cut: true,
        ..Wire::default()
    });
    location.publish(menu(5, &["Coffee"]));
    drop(server);
    let server = follower(dir.path(), &location);
    assert_eq!(names(&server), ["Tea"]);
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "k"),
    ];
    let body = json!({"lines": [{"item": "tea"}]}).to_string();
    let order = server.send("POST", "/v1/orders", &headers, body.as_bytes());
    assert_eq!(order.ok()["totals"]["total_cents"], json!(500));
    location.wire(Wire::default());
    until("what was published meanwhile", || {
        names(&server) == ["Coffee"]
    });
}

#[test]
fn a_menu_that_comes_from_the_cloud_is_not_changed_here() {
    let dir = tempfile::tempdir().expect("a folder");
    let location = SimulatedLocation::new(4, LOCATION.into()).expect("signs");
    let location = Arc::new(location);
    location.publish(menu(1, &["Soup"]));
    let server = follower(dir.path(), &location);
    until("the menu", || names(&server) == ["Soup"]);
    for refused in [
        server.put_menu(&crate::support::small_menu()),
        server.json("POST", "/v1/menu/rollback", &json!({})),
    ] {
        assert_eq!(refused.status, 409);
        assert_eq!(refused.code(), "conflict");
    }
    assert_eq!(names(&server), ["Soup"]);
}
