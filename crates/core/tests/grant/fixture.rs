//! One location with its authority and one terminal, all in good order.

use olympus_core::grant::{
    Document, KeySet, MAX_AGE_MS, Reading, Sale, Saved, Signer, Tender, Terminal, WAIT_MS,
};
use olympus_core::route::{Draw, Moment};
use olympus_proto::Cents;
use olympus_proto::grant::{
    AgeLimit, Caps, CardToken, Grant, ListDelta, ListSnapshot, Policy, PublishedKeys, Revoked,
    TenderKind, TenderPolicy,
};

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
/// Now.
pub(crate) const T0: u64 = 1_800_000_000_000;

/// The key that signs: number 2 of 3.
pub(crate) fn signer() -> Signer {
    numbered(2)
}

pub(crate) fn numbered(number: u8) -> Signer {
    Signer::new(format!("k-{number}").as_str().into(), &[number; 32])
}

/// Key 1 is retiring, key 2 signs, key 3 waits.
pub(crate) fn keys() -> KeySet {
    let first = numbered(1);
    let set = KeySet::first(first.id().clone(), first.public(), T0 - 3 * DAY).expect("a first key");
    let (second, third) = (numbered(2), numbered(3));
    let (from, now) = (T0 - 12 * HOUR, T0 - 12 * HOUR - WAIT_MS);
    let set = set
        .publish(second.id().clone(), second.public(), from, now)
        .expect("a second key");
    set.publish(third.id().clone(), third.public(), T0 + DAY, T0 - HOUR)
        .expect("a third key")
}

pub(crate) fn published() -> PublishedKeys {
    keys().published(T0 - MAX_AGE_MS).expect("a key signs")
}

pub(crate) fn caps() -> Caps {
    Caps {
        sale_cents: Cents(10_000),
        total_cents: Cents(50_000),
        sales: 20,
    }
}

pub(crate) fn grant() -> Grant {
    Grant {
        grant: "g-1".into(),
        terminal: "till-1".into(),
        location: "loc-7".into(),
        key: "k-2".into(),
        issued_ms: T0,
        not_before_ms: T0,
        expires_ms: T0 + 8 * HOUR,
        policy: 3,
        caps: caps(),
        tenders: vec![TenderKind::Card, TenderKind::StoredValue],
    }
}

pub(crate) fn policy(version: u64) -> Policy {
    let rule = |tender, cents| TenderPolicy {
        tender,
        sale_cents: Cents(cents),
    };
    Policy {
        location: "loc-7".into(),
        version,
        key: "k-2".into(),
        issued_ms: T0 - HOUR,
        tenders: vec![
            rule(TenderKind::Cash, 100_000),
            rule(TenderKind::Card, 9_000),
            rule(TenderKind::StoredValue, 5_000),
        ],
        age_limits: vec![AgeLimit {
            category: "spirits".to_owned(),
            years: 18,
        }],
        reduced_percent: 20,
        reduced_ms: 2 * HOUR,
    }
}

pub(crate) fn snapshot(number: u64) -> ListSnapshot {
    ListSnapshot {
        location: "loc-7".into(),
        number,
        key: "k-2".into(),
        issued_ms: T0 - HOUR,
        expires_ms: T0 + 20 * HOUR,
        revoked: Revoked {
            cards: vec![card(66)],
            ..Revoked::default()
        },
    }
}

pub(crate) fn delta(number: u64, added: Revoked) -> ListDelta {
    ListDelta {
        location: "loc-7".into(),
        number,
        key: "k-2".into(),
        issued_ms: T0,
        expires_ms: T0 + 20 * HOUR,
        added,
        removed: Revoked::default(),
    }
}

pub(crate) fn card(number: u8) -> CardToken {
    CardToken(format!("{number:064x}"))
}

pub(crate) fn seal<D: Document>(document: &D) -> String {
    signer().seal(document).expect("a sound document")
}

/// Wall and up both run from [`T0`].
pub(crate) fn at(after_ms: u64) -> Reading {
    Reading {
        wall_ms: T0 + after_ms,
        up: Moment::from_millis(after_ms),
    }
}

/// With policy 3 and list 5, and no grant.
pub(crate) fn ready() -> Terminal {
    let saved = Saved::registered("loc-7".into(), "till-1".into(), published(), T0);
    let mut terminal = Terminal::restore(saved).expect("sound");
    let taken = terminal.take_policy(&seal(&policy(3)), at(0));
    assert_eq!(taken.outcome, Ok(()));
    let taken = terminal.take_list(&seal(&snapshot(5)), at(0));
    assert_eq!(taken.outcome, Ok(()));
    terminal
}

/// With [`grant`].
pub(crate) fn selling() -> Terminal {
    selling_by(&grant())
}

pub(crate) fn selling_by(grant: &Grant) -> Terminal {
    let mut terminal = ready();
    let taken = terminal.take_grant(&seal(grant), at(0), Draw(7));
    assert_eq!(taken.outcome, Ok(()));
    terminal
}

pub(crate) fn sale(id: &str, cents: i64, tender: Tender) -> Sale {
    Sale {
        id: id.into(),
        order: None,
        tender,
        cents: Cents(cents),
        categories: Vec::new(),
        age_shown: None,
    }
}

pub(crate) fn by_card(id: &str, cents: i64) -> Sale {
    sale(id, cents, Tender::Card(card(1)))
}
