//! A till and its location: what is sold gets there once, whatever the line and the power do.

use crate::support::{Answer, PATIENCE, Server};
use olympus_device::cloud::{LocationApi, SimulatedLocation, Wire};
use olympus_device::service;
use olympus_proto::sync::EntityKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Where all this happens.
pub(crate) const LOCATION: &str = "loc-7";
/// A bank card, as its reader presents it.
pub(crate) const CARD: &str = "ab";

/// A till on a disk of its own, and the location's authority behind a line.
pub(crate) struct Shop {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) location: Arc<SimulatedLocation>,
    pub(crate) server: Option<Server>,
    keys: u64,
}

impl Shop {
    pub(crate) fn open(seed: u64) -> Self {
        let location = SimulatedLocation::new(seed, LOCATION.into()).expect("signs");
        Self::open_at(location)
    }

    pub(crate) fn open_at(location: SimulatedLocation) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let mut shop = Self {
            dir,
            location: Arc::new(location),
            server: None,
            keys: 0,
        };
        shop.start();
        shop.server().put_menu(&crate::support::small_menu()).ok();
        shop
    }

    pub(crate) fn start(&mut self) {
        self.server = Some(till(self.dir.path(), &self.location));
    }

    /// Ends the till's process in order, and starts it again from its disk.
    pub(crate) fn restart(&mut self) {
        self.server = None;
        self.start();
    }

    /// Another till on a copy of this one's disk, which must not run meanwhile.
    pub(crate) fn clone_of(&self) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        for file in std::fs::read_dir(self.dir.path()).expect("reads").flatten() {
            if file.file_type().is_ok_and(|kind| kind.is_file()) {
                std::fs::copy(file.path(), dir.path().join(file.file_name())).expect("copies");
            }
        }
        let mut clone = Self {
            dir,
            location: Arc::clone(&self.location),
            server: None,
            keys: 1_000_000,
        };
        clone.start();
        clone.server().put_menu(&crate::support::small_menu()).ok();
        clone
    }

    pub(crate) fn metric(&self, line: &str) -> u64 {
        let metrics = String::from_utf8(self.server().get("/metrics").body).expect("text");
        let value = metrics.lines().find_map(|told| told.strip_prefix(line));
        value
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or_default()
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().expect("it runs")
    }

    /// A write with a key of its own.
    pub(crate) fn write(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        self.keys += 1;
        let key = format!("key-{}", self.keys);
        self.with_key(&key, method, path, body)
    }

    pub(crate) fn with_key(&self, key: &str, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let body = body.to_string();
        self.server().send(method, path, &headers, body.as_bytes())
    }

    /// An order of one salad, 8.50.
    pub(crate) fn order(&mut self) -> String {
        let body = json!({"lines": [{"item": "salad"}], "fire": true});
        let order = self.write("POST", "/v1/orders", &body).ok();
        order["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) fn pay(&mut self, order: &str, body: &Value) -> Answer {
        self.write("POST", &format!("/v1/orders/{order}/payments"), body)
    }

    /// An order that is paid in cash; its payment.
    pub(crate) fn sell_for_cash(&mut self) -> String {
        let order = self.order();
        id(&self.pay(&order, &json!({"tender": "cash"})).ok())
    }

    /// An order that is paid by card, with a tip; its payment.
    pub(crate) fn sell_by_card(&mut self) -> String {
        let order = self.order();
        id(&self.pay(&order, &by_card(CARD)).ok())
    }

    pub(crate) fn refund(&mut self, payment: &str, body: &Value) -> Answer {
        self.write("POST", &format!("/v1/payments/{payment}/refunds"), body)
    }

    pub(crate) fn operations(&self) -> Value {
        self.server().get("/v1/operations").ok()
    }

    pub(crate) fn waiting(&self) -> u64 {
        self.operations()["sync"]["queue_size"]
            .as_u64()
            .expect("a size")
    }

    /// The till has a grant.
    pub(crate) fn until_granted(&self) {
        until("a grant", || {
            self.operations()["standing"]["step"] == json!("full")
        });
    }

    /// Nothing waits any more.
    pub(crate) fn until_sent(&self) {
        until("everything is sent", || self.waiting() == 0);
    }

    pub(crate) fn reconcile(&mut self) -> Value {
        self.write("POST", "/v1/operations/reconcile", &json!({}))
            .ok()
    }

    /// Everything is in all books, once.
    pub(crate) fn settles(&mut self) -> Value {
        let report = self.sent_once();
        assert_eq!(report["equal"], json!(true), "{report:#}");
        assert_eq!(self.operations()["reconcile"], report, "it is kept");
        report
    }

    /// Everything of this till is there, once; what the books say.
    pub(crate) fn sent_once(&mut self) -> Value {
        self.until_sent();
        until("the payments are settled here", || {
            self.location.settle();
            let open = &self.operations()["settlement"]["open"];
            *open == json!(0)
        });
        let report = self.reconcile();
        let done = self.location.done();
        let once: BTreeSet<_> = done.iter().collect();
        assert_eq!(done.len(), once.len(), "an operation was done twice");
        assert_eq!(self.location.dead(), 0);
        report
    }
}

/// The till of `dir`, as a server with the location behind it.
fn till(dir: &Path, location: &Arc<SimulatedLocation>) -> Server {
    let options = service::Options {
        data_dir: Some(dir.to_path_buf()),
        ..service::Options::default()
    };
    Server::start(options, |options| {
        let location: Arc<dyn LocationApi> = Arc::clone(location) as Arc<dyn LocationApi>;
        options.location = Some(location);
        options.till.location = LOCATION.into();
        options.till.has_cloud = true;
    })
}

pub(crate) fn id(answer: &Value) -> String {
    answer["id"].as_str().expect("an id").to_owned()
}

pub(crate) fn by_card(card: &str) -> Value {
    let token = card.repeat(32);
    json!({"tender": "card", "card": {"token": token, "last4": "4242"}, "tip_cents": 100})
}

/// Waits until it is so.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < end, "still not: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_is_sold_gets_there_and_what_came_of_it_comes_back() {
    let mut shop = Shop::open(1);
    shop.until_granted();
    let cash = shop.sell_for_cash();
    let card = shop.sell_by_card();
    let part = json!({"amount_cents": 300, "reason": "cold"});
    shop.refund(&cash, &part).ok();
    let state = |shop: &Shop, payment: &str| {
        let payment = shop.server().get(&format!("/v1/payments/{payment}")).ok();
        payment["state"].clone()
    };
    assert_eq!(state(&shop, &cash), json!("approved"));
    assert_eq!(state(&shop, &card), json!("requested"));
    shop.until_sent();
    assert_eq!(shop.location.settle(), 1);
    until("the approval is here", || {
        state(&shop, &card) == json!("approved")
    });
    let report = shop.settles();
    assert_eq!(report["payments"], json!(3));
    assert_eq!(report["device_cents"], json!(850 + 950 - 300));
    assert_eq!(report["provider_cents"], json!(950));
    let operations = shop.operations();
    assert_eq!(operations["line"], json!("online"));
    assert_eq!(operations.get("fault"), None);
    assert_eq!(operations["sync"]["incarnation"], json!(1));
}

#[test]
fn a_cut_line_stops_nobody_and_then_everything_goes_at_once() {
    let mut shop = Shop::open(2);
    shop.until_granted();
    shop.location.wire(Wire {
        cut: true,
        ..Wire::default()
    });
    for round in 0..20 {
        let begun = Instant::now();
        match round % 2 {
            0 => shop.sell_for_cash(),
            _ => shop.sell_by_card(),
        };
        assert!(begun.elapsed() < Duration::from_secs(5), "nobody waits");
    }
    until("the line is told to be down", || {
        shop.operations()["line"] == json!("offline")
    });
    assert!(shop.waiting() >= 40);
    assert!(shop.location.rows(EntityKind::Payment).is_empty());
    shop.location.wire(Wire::default());
    let begun = Instant::now();
    shop.until_sent();
    // However long the line was down: the poll that finds it up wakes what waits.
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(shop.operations()["line"], json!("online"));
    let report = shop.settles();
    assert_eq!(report["payments"], json!(20));
}

#[test]
fn a_bad_line_and_restarts_lose_and_double_nothing() {
    let mut shop = Shop::open(3);
    shop.until_granted();
    shop.location.wire(Wire {
        delay: Duration::from_millis(60),
        lost: 0.15,
        unanswered: 0.25,
        doubled: 0.3,
        broken: 0.05,
        ..Wire::default()
    });
    let mut sold = 0;
    for round in 0..24 {
        let payment = match round % 3 {
            0 => shop.sell_by_card(),
            _ => shop.sell_for_cash(),
        };
        sold += 1;
        if round % 4 == 3 {
            shop.refund(&payment, &json!({"reason": "cold"})).ok();
            sold += 1;
        }
        if round % 8 == 5 {
            shop.restart();
        }
    }
    shop.location.wire(Wire::default());
    let report = shop.settles();
    assert_eq!(report["payments"], json!(sold));
    assert_eq!(shop.location.rows(EntityKind::Order).len(), 24);
    assert_eq!(shop.operations()["attention"], json!([]));
}

#[test]
fn a_thousand_operations_are_there_soon() {
    let mut shop = Shop::open(4);
    shop.until_granted();
    shop.location.wire(Wire {
        cut: true,
        ..Wire::default()
    });
    let order = shop.order();
    for _ in 0..120 {
        let line = json!({"lines": [{"item": "cola"}]});
        shop.write("POST", &format!("/v1/orders/{order}/lines"), &line)
            .ok();
    }
    let queued = shop.waiting();
    assert!(queued >= 121, "{queued}");
    shop.location.wire(Wire::default());
    shop.until_sent();
    let rows = shop.location.rows(EntityKind::Order);
    let [row] = rows.as_slice() else {
        panic!("{} orders", rows.len());
    };
    let lines = row.fields.keys().filter(|name| name.starts_with("line:"));
    assert_eq!(lines.count(), 121);
}

#[test]
fn a_cloned_disk_is_told_of_and_nothing_of_either_is_lost() {
    let mut shop = Shop::open(5);
    shop.until_granted();
    shop.sell_for_cash();
    shop.until_sent();
    shop.server = None;
    let mut clone = shop.clone_of();
    clone.sell_for_cash();
    clone.sell_by_card();
    clone.until_sent();
    shop.start();
    shop.sell_for_cash();
    shop.until_sent();
    clone.sell_for_cash();
    clone.until_sent();
    let told = |till: &Shop| {
        let count =
            |notice| till.metric(&format!("edge_sync_notices_total{{notice=\"{notice}\"}} "));
        count("sequence_reused") + count("old_incarnation")
    };
    assert!(told(&shop) + told(&clone) >= 1, "somebody is told");
    assert_eq!(shop.location.rows(EntityKind::Payment).len(), 5);
    let report = shop.sent_once();
    // What the clone sold under this name is in the cloud, and not in this ledger.
    assert_eq!(report["equal"], json!(false));
    assert_eq!(report["differences"].as_array().map(Vec::len), Some(3));
    let advice = report["differences"][0]["advice"].as_str().expect("advice");
    assert!(advice.contains("another disk"), "{advice}");
}

#[test]
fn a_cloud_that_is_too_new_is_shown_and_selling_goes_on() {
    let mut shop = Shop::open(6);
    shop.until_granted();
    shop.until_sent();
    shop.location.speaks(90, 91);
    shop.sell_for_cash();
    until("it is shown", || {
        let fault = shop.operations()["fault"].to_string();
        fault.contains("update this device")
    });
    shop.sell_for_cash();
    shop.location.speaks(1, 2);
    let report = shop.settles();
    assert_eq!(report["payments"], json!(2));
    assert_eq!(shop.operations().get("fault"), None);
}
