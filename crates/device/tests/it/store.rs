//! What is on the disk after a restart, and after damage.

use crate::support::{Server, small_menu};
use serde_json::json;
use std::path::Path;

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir.join("menu"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

fn sell_out(server: &Server, id: &str) {
    let path = format!("/v1/menu/items/{id}/availability");
    server.json("PATCH", &path, &json!({"sold_out": true})).ok();
}

#[test]
fn menu_and_overrides_survive_restarts_and_imports() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = Server::on(dir.path());
    server.put_menu(&small_menu()).ok();
    sell_out(&server, "ramen");
    sell_out(&server, "cola");
    let before = server
        .post("/v1/menu/search", &json!({"query": "ramen"}))
        .ok();
    drop(server);

    let server = Server::on(dir.path());
    assert_eq!(server.get("/readyz").ok()["menu_version"], 1);
    let after = server
        .post("/v1/menu/search", &json!({"query": "ramen"}))
        .ok();
    assert_eq!(after["hits"], before["hits"], "a restart changes no answer");
    assert_eq!(after["hits"][0]["state"], "sold_out");

    // Without the cola: what was said of the ramen stays; vectors are reused.
    let mut items = small_menu();
    items.as_array_mut().expect("items").pop();
    let change = server.put_menu(&items).ok();
    assert_eq!(
        (&change["version"], &change["embedded"]),
        (&json!(2), &json!(0))
    );
    let said = server.get("/v1/menu").ok()["sold_out_overrides"].clone();
    assert_eq!(
        said,
        json!({"ramen": true, "cola": true}),
        "a rollback finds the cola sold out"
    );
    items[0]["name"] = json!("Miso Ramen");
    let change = server.put_menu(&items).ok();
    assert!(change["embedded"].as_u64() > Some(0));
    let said = server.get("/v1/menu").ok()["sold_out_overrides"].clone();
    assert_eq!(said, json!({"ramen": true}));
    let kept = [
        "availability.json",
        "current.json",
        "v2.json",
        "v2.vec",
        "v3.json",
        "v3.vec",
    ];
    assert_eq!(names(dir.path()), kept);
    server.post("/v1/menu/rollback", &json!({})).ok();
    drop(server);
    let server = Server::on(dir.path());
    assert_eq!(server.get("/v1/menu").ok()["version"], 2);
    assert_eq!(
        server.put_menu(&small_menu()).ok()["version"],
        4,
        "no number is given twice"
    );
}

#[test]
fn damaged_vectors_are_computed_anew() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = Server::on(dir.path());
    server.put_menu(&small_menu()).ok();
    let found = server
        .post("/v1/menu/search", &json!({"query": "noodle soup"}))
        .ok();
    drop(server);
    let path = dir.path().join("menu/v1.vec");
    let good = std::fs::read(&path).expect("reads");
    for damage in [
        Vec::new(),
        good[..good.len() / 2].to_vec(),
        vec![7; good.len()],
    ] {
        std::fs::write(&path, damage).expect("writes");
        let server = Server::on(dir.path());
        let again = server
            .post("/v1/menu/search", &json!({"query": "noodle soup"}))
            .ok();
        assert_eq!(again["hits"], found["hits"]);
        assert_eq!(std::fs::read(&path).expect("reads"), good, "and kept");
    }
    std::fs::remove_file(&path).expect("removes");
    drop(Server::on(dir.path()));
    assert_eq!(std::fs::read(&path).expect("reads"), good);
}

#[test]
fn a_damaged_menu_falls_back_to_the_one_before() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = Server::on(dir.path());
    server.put_menu(&small_menu()).ok();
    server.put_menu(&json!([{"id": "new", "name": "New"}])).ok();
    drop(server);
    std::fs::write(dir.path().join("menu/v2.json"), b"{\"version\":2,").expect("writes");
    let server = Server::on(dir.path());
    let menu = server.get("/v1/menu").ok();
    assert_eq!(
        (&menu["version"], menu["items"].as_array().map(Vec::len)),
        (&json!(1), Some(3))
    );
    assert_eq!(
        server.post("/v1/menu/rollback", &json!({})).code(),
        "nothing_to_roll_back"
    );
    assert_eq!(server.put_menu(&small_menu()).ok()["changed"], false);
    drop(server);
    std::fs::write(dir.path().join("menu/v1.json"), b"").expect("writes");
    std::fs::write(dir.path().join("menu/current.json"), b"").expect("writes");
    let server = Server::on(dir.path());
    assert_eq!(
        server.get("/v1/menu").ok()["version"],
        0,
        "nothing left, and still it starts"
    );
    assert_eq!(server.put_menu(&small_menu()).ok()["version"], 3);
}

#[test]
fn the_demo_leaves_the_own_menu_alone_and_folders_are_not_shared() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = Server::on(dir.path());
    server.put_menu(&small_menu()).ok();
    let second = olympus_device::service::Service::open(olympus_device::service::Options {
        data_dir: Some(dir.path().to_path_buf()),
        ..Default::default()
    });
    let error = second.expect_err("is in use").to_string();
    assert!(error.contains("--url"), "{error}");
    drop(server);
    let before = names(dir.path());
    let options = olympus_device::service::Options {
        data_dir: Some(dir.path().to_path_buf()),
        demo: true,
        ..Default::default()
    };
    let demo = Server::start(options, |_| {});
    assert!(demo.get("/v1/menu").ok()["items"].as_array().map(Vec::len) >= Some(120));
    sell_out(&demo, "shakshuka");
    drop(demo);
    assert_eq!(names(dir.path()), before);
    assert_eq!(Server::on(dir.path()).get("/v1/menu").ok()["version"], 1);
}
