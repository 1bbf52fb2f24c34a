//! Grants and what is revoked, as they reach a till.

use crate::sync::{LOCATION, Shop, by_card, until};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olympus_core::grant::CardState;
use olympus_device::cloud::{SimulatedLocation, Wire};
use olympus_proto::Cents;
use olympus_proto::grant::{CardToken, Revoked};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn revoked(card: &str) -> Revoked {
    Revoked {
        cards: vec![CardToken(card.repeat(32))],
        ..Revoked::default()
    }
}

fn list(shop: &Shop) -> Value {
    shop.operations()["standing"]["revocations"].clone()
}

/// Revokes a card and waits until the till refuses it; how long that took.
fn revoke(shop: &mut Shop, card: &str) -> Duration {
    let order = shop.order();
    let begun = Instant::now();
    let number = shop.location.revoke(revoked(card)).expect("revokes");
    until("the till knows", || list(shop) == json!(number));
    let took = begun.elapsed();
    let refused = shop.pay(&order, &by_card(card));
    assert_eq!(refused.code(), "not_authorised");
    assert!(
        refused.json()["error"]["message"]
            .to_string()
            .contains("card_revoked")
    );
    shop.pay(&order, &json!({"tender": "cash"})).ok();
    took
}

#[test]
fn what_is_revoked_is_known_within_five_seconds_with_a_socket_and_without() {
    let mut shop = Shop::open(11);
    shop.until_granted();
    until("it listens", || {
        let metrics = String::from_utf8(shop.server().get("/metrics").body);
        metrics.expect("text").contains("edge_sync_listening 1")
    });
    let took = revoke(&mut shop, "c1");
    assert!(took < Duration::from_secs(2), "told: {took:?}");
    shop.location.wire(Wire {
        mute: true,
        ..Wire::default()
    });
    let took = revoke(&mut shop, "c3");
    assert!(took < Duration::from_secs(5), "told to nobody: {took:?}");
    shop.location.wire(Wire {
        deaf: true,
        ..Wire::default()
    });
    std::thread::sleep(Duration::from_millis(200));
    let took = revoke(&mut shop, "c2");
    assert!(took < Duration::from_secs(5), "polled: {took:?}");
}

#[test]
fn changes_that_are_not_known_any_more_come_as_the_whole_list() {
    let mut shop = Shop::open(12);
    shop.until_granted();
    shop.location.wire(Wire {
        cut: true,
        ..Wire::default()
    });
    for card in ["d1", "d2", "d3"] {
        shop.location.revoke(revoked(card)).expect("revokes");
    }
    shop.location.forget_deltas();
    shop.location.wire(Wire::default());
    until("the list is here", || list(&shop) == json!(4));
    let order = shop.order();
    for card in ["d1", "d2", "d3"] {
        assert_eq!(shop.pay(&order, &by_card(card)).code(), "not_authorised");
    }
    shop.pay(&order, &by_card("d4")).ok();
}

#[test]
fn a_location_that_forgot_the_terminal_is_told_of_it_again() {
    let mut shop = Shop::open(16);
    shop.until_granted();
    shop.location.forget_terminals();
    // The socket breaks, so that it is asked for documents.
    shop.location.wire(Wire {
        deaf: true,
        ..Wire::default()
    });
    shop.location.wire(Wire::default());
    // It registered a moment ago, and does so once a minute; a start begins anew.
    shop.restart();
    revoke(&mut shop, "f1");
}

#[test]
fn keys_change_while_cards_are_taken() {
    let mut shop = Shop::open(13);
    shop.until_granted();
    for _ in 0..3 {
        shop.sell_by_card();
        let Ok(_) = shop.location.rotate() else {
            // The key after next has to wait first.
            break;
        };
        shop.sell_by_card();
        let number = shop
            .location
            .revoke(revoked("e1"))
            .expect("signed by the next key");
        until("what the next key signed is believed", || {
            list(&shop) == json!(number)
        });
        shop.sell_by_card();
    }
    shop.settles();
}

#[test]
fn a_grant_is_renewed_before_it_ends() {
    let location = SimulatedLocation::new(14, LOCATION.into()).expect("signs");
    location.grants_live(Duration::from_secs(16));
    let mut shop = Shop::open_at(location);
    shop.until_granted();
    let begun = Instant::now();
    until("two more grants", || {
        shop.sell_by_card();
        std::thread::sleep(Duration::from_millis(100));
        shop.location.granted() >= 3
    });
    // Each at half to three quarters of the life of the one before, not all the time.
    assert!(
        begun.elapsed() >= Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(shop.operations()["standing"]["step"], json!("full"));
}

#[test]
fn a_terminal_reports_how_it_stands() {
    let mut shop = Shop::open(15);
    shop.until_granted();
    let revocations = list(&shop);
    shop.sell_by_card();
    until("a report after the sale", || {
        let reports = shop.location.reports();
        reports
            .last()
            .is_some_and(|report| report.spent_cents.0 == 950)
    });
    let order = shop.order();
    let card = CardState {
        sequence: 7,
        balance_cents: Cents(10_000),
        blocked: false,
    };
    let presented = json!({"token": "9a".repeat(32), "state": STANDARD.encode(card.write())});
    let body = json!({"tender": "stored_value", "card": presented});
    shop.pay(&order, &body).ok();
    until("a report of the card", || {
        let reports = shop.location.reports();
        let last = reports.last().expect("a report");
        let seen = last.cards.first();
        seen.is_some_and(|seen| (seen.sequence, seen.balance_cents) == (8, Cents(9_150)))
    });
    let report = shop.location.reports().pop().expect("a report");
    assert_eq!(json!(report.revocations), revocations);
    assert_eq!(report.version, env!("CARGO_PKG_VERSION"));
}
