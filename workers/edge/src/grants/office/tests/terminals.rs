//! Terminals, their grants and the cards that they saw.

use super::super::{At, Held};
use super::{HOUR, MINUTE, T0, World, card, code, reading};
use crate::authority::Unsettled;
use crate::authority::sql::Sql as _;
use olympus_core::grant::{Refusal, Step};
use olympus_proto::location::{CardSeen, GrantRequest, TerminalReport};
use olympus_proto::{Cents, ErrorCode};

#[test]
fn a_terminal_that_was_welcomed_sells_by_what_it_is_sent() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    till.refresh(&world, 0, T0).unwrap();
    assert_eq!(till.terminal.step(reading(T0)), Step::Full);
    assert_eq!(till.sell("s-1", 20_000, T0), Ok(()));
    assert_eq!(till.sell("s-2", 20_001, T0), Err(Refusal::OverSaleCap));
    let mut again = world.evicted();
    again.here = "loc-7".into();
    till.refresh(&again, 20_000, T0 + HOUR).unwrap();
    let grant = till.terminal.saved().head.grant.clone().unwrap();
    assert_eq!(
        (grant.caps.total_cents, grant.caps.sales),
        (Cents(480_000), 499)
    );
    assert_eq!(till.fetch(&again, T0 + 2 * HOUR), []);
}

#[test]
fn a_terminal_is_spoken_for_by_one_key() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    till.refresh(&world, 0, T0).unwrap();
    let terminal = "till-1".into();
    let thief = world.at("key:other", T0 + MINUTE);
    assert_eq!(
        code(world.office.welcome(thief, &terminal)),
        ErrorCode::Forbidden
    );
    assert_eq!(
        code(world.office.documents(thief, &terminal, Held::default())),
        ErrorCode::Forbidden
    );
    assert_eq!(
        code(
            world
                .office
                .documents(thief, &"till-2".into(), Held::default())
        ),
        ErrorCode::NotFound
    );
    // Once freed, the old one's grant is revoked, and the name is the other's.
    world
        .office
        .release(world.at("admin", T0 + MINUTE), &terminal)
        .unwrap();
    world.office.welcome(thief, &terminal).unwrap();
    let mut spy = world.till("till-3", T0 + MINUTE);
    spy.refresh(&world, 0, T0 + MINUTE).unwrap();
    let list = spy.terminal.saved().list.clone().unwrap();
    let grant = &till.terminal.saved().head.grant.clone().unwrap().grant;
    assert!(list.revokes_grant(grant));
    assert_eq!(
        code(till.refresh(&world, 0, T0 + MINUTE)),
        ErrorCode::Forbidden
    );
}

#[test]
fn a_wish_is_granted_once_and_never_for_another() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    let request = till.request(100);
    let terminal = "till-1".into();
    let none = Unsettled::default();
    let ask = |request: &GrantRequest, now_ms| {
        let at = world.at("key:till-1", now_ms);
        world.office.grant(at, &terminal, request, none)
    };
    let first = ask(&request, T0).unwrap().documents.grant;
    let other_documents = GrantRequest {
        policy: 1,
        keys: 2,
        ..request.clone()
    };
    let second = ask(&other_documents, T0 + MINUTE).unwrap();
    assert_eq!(second.documents.grant, first);
    assert_eq!(
        (second.documents.policy, second.documents.keys.len()),
        (None, 0)
    );
    let other = GrantRequest {
        unsettled_cents: Cents(0),
        ..request
    };
    assert_eq!(code(ask(&other, T0)), ErrorCode::IdempotencyKeyReused);
}

#[test]
fn what_the_authority_knows_lowers_caps_as_well() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    let known = Unsettled {
        cents: Cents(499_000),
        sales: 9,
    };
    let request = till.request(500);
    let at = world.at("key:till-1", T0);
    let served = world
        .office
        .grant(at, &"till-1".into(), &request, known)
        .unwrap();
    let documents = till.fill(&world, served, T0);
    assert_eq!(till.take(&documents), []);
    let caps = till.terminal.saved().head.grant.clone().unwrap().caps;
    assert_eq!(
        (caps.sale_cents, caps.total_cents, caps.sales),
        (Cents(1_000), Cents(1_000), 491)
    );
    let all = Unsettled {
        cents: Cents(500_000),
        sales: 9,
    };
    let request = till.request(0);
    let refused = world.office.grant(at, &"till-1".into(), &request, all);
    assert_eq!(code(refused), ErrorCode::OfflineLimit);
}

#[test]
fn a_copy_of_a_card_is_found_when_both_report() {
    let world = World::new();
    let report = |sequence, balance| TerminalReport {
        version: "0.1.0".to_owned(),
        at_ms: T0,
        queue_size: 3,
        queue_cents: Cents(900),
        attention: 0,
        revocations: 1,
        spent_cents: Cents(0),
        cards: vec![CardSeen {
            card: card(5),
            sequence,
            balance_cents: Cents(balance),
        }],
    };
    let say = |name: &str, sequence, balance| {
        let at = At {
            location: &world.here,
            by: &format!("key:{name}"),
            now_ms: T0,
        };
        world
            .office
            .report(at, &name.into(), &report(sequence, balance))
            .unwrap();
        world.office.terminals(at).unwrap().forked_cards
    };
    world.till("a", T0);
    world.till("b", T0);
    assert!(say("a", 3, 700).is_empty());
    assert!(say("b", 4, 500).is_empty(), "used since");
    assert!(
        say("a", 3, 650).is_empty(),
        "older than what is known says nothing"
    );
    assert!(say("b", 4, 500).is_empty());
    assert_eq!(say("a", 4, 600), [card(5).0]);
    assert_eq!(say("a", 5, 300), [card(5).0], "it stays found");
    let shown = world.office.terminals(world.at("admin", T0)).unwrap();
    let shown = serde_json::to_value(&shown).unwrap();
    assert_eq!(shown["terminals"][0]["report"]["queue_size"], 3);
    assert_eq!(
        shown["terminals"][0]["report"]["cards"],
        serde_json::Value::Null
    );
}

#[test]
fn who_frees_a_name_revokes_all_that_may_still_be_sold_by() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    // More than are kept to be asked for again; and one that was ended, and is sold by all the same.
    let mut wanted = std::collections::BTreeSet::new();
    for n in 0..40 {
        till.refresh(&world, 0, T0 + n * 1_000).unwrap();
        let grant = till.terminal.saved().head.grant.clone().unwrap();
        wanted.insert(grant.grant);
    }
    let now_ms = T0 + 25 * HOUR;
    assert_eq!(till.terminal.step(reading(now_ms)), Step::Reduced);
    let mut spy = world.till("till-2", now_ms);
    let admin = world.at("admin", now_ms);
    world.office.release(admin, &"till-1".into()).unwrap();
    spy.refresh(&world, 0, now_ms).unwrap();
    let list = spy.terminal.saved().list.clone().unwrap();
    assert!(wanted.iter().all(|grant| list.revokes_grant(grant)));
}

#[test]
fn grants_that_nobody_needs_end_at_some_number_and_old_ones_go() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    till.refresh(&world, 0, T0).unwrap();
    let many =
        "WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 1999)
        INSERT INTO grants (name, terminal, request, asked, caps, issued_ms, expires_ms, token)
        SELECT name || n, terminal, request || n, asked, caps, issued_ms + n, expires_ms + n, token
        FROM grants CROSS JOIN more";
    let sql = &world.office.sql;
    sql.run(many, &[]).unwrap();
    let refused = till.refresh(&world, 0, T0 + 2_000);
    assert_eq!(code(refused), ErrorCode::Overloaded);
    till.refresh(&world, 0, T0 + 27 * HOUR).unwrap();
    let kept = sql.run("SELECT COUNT(*) FROM grants", &[]).unwrap();
    assert_eq!(kept[0].number(0), Ok(32));
}
