//! What grants cost a device: opening each kind of document, and authorising a sale.
//!
//! ```sh
//! cargo run --release -p olympus-core --example grant_cost
//! ```
//! Prints the median and the 99th percentile of each in microseconds, as rows for docs/GRANTS.md.

use olympus_core::grant::{
    Document, KeySet, MAX_ENTRIES, Reading, RevocationList, Sale, Saved, Signer, Tender, Terminal,
    open,
};
use olympus_core::route::{Draw, Moment};
use olympus_proto::grant::{
    Caps, CardToken, Grant, ListDelta, ListSnapshot, Policy, Revoked, TenderKind, TenderPolicy,
};
use olympus_proto::{Cents, LocationId};
use std::hint::black_box;
use std::time::Instant;

const NOW: u64 = 1_800_000_000_000;
const HOUR: u64 = 60 * 60 * 1_000;

fn card(number: usize) -> CardToken {
    CardToken(format!("{number:064x}"))
}

fn cards(count: usize) -> Revoked {
    Revoked {
        cards: (0..count).map(card).collect(),
        ..Revoked::default()
    }
}

fn grant() -> Grant {
    Grant {
        grant: "g-0123456789abcdef01234567".into(),
        terminal: "till-1".into(),
        location: "loc-7".into(),
        key: "k-1".into(),
        issued_ms: NOW,
        not_before_ms: NOW,
        expires_ms: NOW + 24 * HOUR,
        policy: 1,
        caps: Caps {
            sale_cents: Cents(20_000),
            total_cents: Cents(50_000_000),
            sales: 10_000,
        },
        tenders: vec![TenderKind::Card, TenderKind::StoredValue],
    }
}

fn policy() -> Policy {
    let rule = |tender| TenderPolicy {
        tender,
        sale_cents: Cents(20_000),
    };
    Policy {
        location: "loc-7".into(),
        version: 1,
        key: "k-1".into(),
        issued_ms: NOW,
        tenders: [TenderKind::Cash, TenderKind::Card, TenderKind::StoredValue]
            .map(rule)
            .to_vec(),
        age_limits: Vec::new(),
        reduced_percent: 20,
        reduced_ms: 2 * HOUR,
    }
}

fn list(entries: usize) -> ListSnapshot {
    ListSnapshot {
        location: "loc-7".into(),
        number: 1,
        key: "k-1".into(),
        issued_ms: NOW,
        expires_ms: NOW + 24 * HOUR,
        revoked: cards(entries),
    }
}

fn delta() -> ListDelta {
    ListDelta {
        location: "loc-7".into(),
        number: 2,
        key: "k-1".into(),
        issued_ms: NOW,
        expires_ms: NOW + 24 * HOUR,
        added: Revoked {
            cards: vec![card(MAX_ENTRIES + 1)],
            ..Revoked::default()
        },
        removed: Revoked::default(),
    }
}

fn row<T>(name: &str, times: u32, mut work: impl FnMut() -> T) {
    let mut micros: Vec<f64> = (0..times)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    micros.sort_by(f64::total_cmp);
    let at = |share: usize| micros[(micros.len() - 1) * share / 100];
    println!("| {name} | {:.0} | {:.0} |", at(50), at(99));
}

fn opening<D: Document>(name: &str, times: u32, signer: &Signer, document: &D) {
    let keys = KeySet::first(signer.id().clone(), signer.public(), NOW - HOUR).expect("a key");
    let (location, terminal) = (LocationId::from("loc-7"), "till-1".into());
    let token = signer.seal(document).expect("sound");
    row(name, times, || {
        open::<D>(&token, &location, &terminal, &keys, NOW).expect("sound")
    });
}

/// A terminal that holds a grant and a full list.
fn terminal(signer: &Signer, reading: Reading) -> Terminal {
    let keys = KeySet::first(signer.id().clone(), signer.public(), NOW - HOUR)
        .and_then(|keys| keys.published(NOW))
        .expect("a key");
    let saved = Saved::registered("loc-7".into(), "till-1".into(), keys, NOW);
    let mut terminal = Terminal::restore(saved).expect("sound");
    let seal = "sound";
    let policy = signer.seal(&policy()).expect(seal);
    let list = signer.seal(&list(MAX_ENTRIES)).expect(seal);
    let grant = signer.seal(&grant()).expect(seal);
    terminal.take_policy(&policy, reading).outcome.expect(seal);
    terminal.take_list(&list, reading).outcome.expect(seal);
    terminal
        .take_grant(&grant, reading, Draw(0))
        .outcome
        .expect(seal);
    terminal
}

fn main() {
    let signer = Signer::new("k-1".into(), &[7; 32]);
    println!("| what | p50 µs | p99 µs |\n|---|--:|--:|");
    row("sealing a grant", 5_000, || signer.seal(&grant()));
    opening("opening a grant", 5_000, &signer, &grant());
    opening("opening a policy", 5_000, &signer, &policy());
    opening("opening a change of one card", 5_000, &signer, &delta());
    opening(
        "opening a list of 50,000 cards",
        40,
        &signer,
        &list(MAX_ENTRIES),
    );
    let whole = RevocationList::follow_snapshot(None, list(MAX_ENTRIES - 1)).expect("sound");
    row("a change of one card in 50,000", 40, || {
        whole.follow_delta(delta()).expect("the next one")
    });
    let reading = Reading {
        wall_ms: NOW,
        up: Moment::from_millis(0),
    };
    let mut terminal = terminal(&signer, reading);
    let mut sold = 0;
    row("authorising a sale, 50,000 cards revoked", 5_000, || {
        sold += 1;
        let sale = Sale {
            id: format!("s-{sold}").as_str().into(),
            order: None,
            tender: Tender::Card(card(MAX_ENTRIES + 7)),
            cents: Cents(1_500),
            categories: Vec::new(),
            age_shown: None,
        };
        terminal.authorise(&sale, reading).outcome.expect("allowed")
    });
}
