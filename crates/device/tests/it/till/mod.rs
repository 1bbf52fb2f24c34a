//! Selling, over HTTP, with the real server and the real file.

mod bad;
mod cli;
mod crash;
mod disk;
mod kitchen;
mod life;
mod metrics;
mod replays;
mod scopes;
mod start;
mod stock;

use crate::support::{Answer, Server, send};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// A key that no other write of this test run has.
pub(crate) fn fresh_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A write with a key of its own.
pub(crate) fn write(address: SocketAddr, method: &str, path: &str, body: &Value) -> Answer {
    keyed(address, method, path, &fresh_key(), body)
}

/// A write with this key.
pub(crate) fn keyed(
    address: SocketAddr,
    method: &str,
    path: &str,
    key: &str,
    body: &Value,
) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    send(address, method, path, &headers, body.to_string().as_bytes())
}

/// What these tests sell.
pub(crate) fn dishes() -> Value {
    json!([
        {"id": "ramen", "name": "Tonkotsu Ramen", "category": "Noodles", "price_cents": 1450,
         "modifier_groups": [
            {"id": "size", "name": "Size", "min": 0, "max": 1, "options": [
                {"id": "large", "name": "Large", "price_cents": 300}]},
            {"id": "extras", "name": "Extras", "min": 0, "max": 3, "options": [
                {"id": "egg", "name": "Egg", "price_cents": 150},
                {"id": "nori", "name": "Nori", "price_cents": 100}]}]},
        {"id": "salad", "name": "Garden Salad", "category": "Salads", "price_cents": 850},
        {"id": "cola", "name": "Cola", "category": "Drinks", "price_cents": 300},
        {"id": "special", "name": "Special of the Day", "category": "Specials"},
        {"id": "breakfast", "name": "Breakfast", "category": "Mornings", "price_cents": 900,
         "availability": {"dayparts": [{"from": "05:00", "to": "05:01"}]}}
    ])
}

/// A till in RAM, with those dishes.
pub(crate) fn till() -> Server {
    let server = Server::empty();
    server.put_menu(&dishes()).ok();
    server
}

/// A till in a folder, with those dishes.
pub(crate) fn till_in(dir: &Path) -> Server {
    let server = Server::on(dir);
    server.put_menu(&dishes()).ok();
    server
}

impl Server {
    /// A write with a key of its own.
    pub(crate) fn write(&self, method: &str, path: &str, body: &Value) -> Answer {
        write(self.address, method, path, body)
    }

    /// Opens an order of these lines.
    pub(crate) fn open_order(&self, lines: &Value, fire: bool) -> Value {
        let body = json!({"lines": lines, "fire": fire});
        self.write("POST", "/v1/orders", &body).ok()
    }

    pub(crate) fn order(&self, id: &str) -> Value {
        self.get(&format!("/v1/orders/{id}")).ok()
    }

    /// Pays all of it in cash.
    pub(crate) fn pay_cash(&self, order: &str) -> Value {
        let path = format!("/v1/orders/{order}/payments");
        self.write("POST", &path, &json!({"tender": "cash"})).ok()
    }
}

/// The id of an order, payment or ticket.
pub(crate) fn id(of: &Value) -> String {
    of["id"].as_str().expect("an id").to_owned()
}
