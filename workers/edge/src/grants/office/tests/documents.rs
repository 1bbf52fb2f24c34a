//! Policy and list, who is told of them, and how they are kept.

use super::super::super::schema::{VERSION, migrate};
use super::super::{At, News, Office};
use super::{HOUR, MINUTE, T0, World, card, cards, code, secret};
use crate::authority::sql::Sql as _;
use crate::tables::version;
use olympus_core::grant::WAIT_MS;
use olympus_proto::ErrorCode;
use olympus_proto::grant::TenderKind;
use olympus_proto::location::ChangeRevocations;

#[test]
fn what_is_revoked_comes_as_changes_or_as_the_whole_list() {
    let world = World::new();
    let mut near = world.till("near", T0);
    let mut far = world.till("far", T0);
    near.refresh(&world, 0, T0).unwrap();
    far.refresh(&world, 0, T0).unwrap();
    for change in 1..=70 {
        let now_ms = T0 + change * 1_000;
        assert_eq!(
            world.revoke(cards(change..change + 1), now_ms).ok(),
            Some(change + 1)
        );
        assert_eq!(
            world.revoke(cards(change..change + 1), now_ms).ok(),
            Some(change + 1)
        );
        assert_eq!(near.fetch(&world, now_ms), []);
        assert_eq!(near.held().revocations, change + 1);
    }
    let at = world.at("key:far", T0 + MINUTE);
    let served = world
        .office
        .documents(at, &"far".into(), far.held())
        .unwrap();
    assert_eq!(
        (served.whole_list, served.documents.deltas.len()),
        (Some(71), 0)
    );
    assert_eq!(far.fetch(&world, T0 + 2 * MINUTE), []);
    assert_eq!(far.terminal.saved().list, near.terminal.saved().list);
    // Too large for one change, not for a list: 20,000 cards.
    assert_eq!(
        world.revoke(cards(100..20_100), T0 + 3 * MINUTE).ok(),
        Some(72)
    );
    let world = world.evicted();
    assert_eq!(near.fetch(&world, T0 + 4 * MINUTE), []);
    assert!(
        near.terminal
            .saved()
            .list
            .clone()
            .unwrap()
            .revokes_card(&card(20_099))
    );
    let many = world.revoke(cards(30_000..60_000), T0 + 5 * MINUTE);
    assert_eq!(code(many), ErrorCode::Conflict);
    assert_eq!(near.fetch(&world, T0 + 6 * MINUTE), []);
    assert_eq!(near.held().revocations, 72);
}

#[test]
fn tills_are_told_of_what_changed_and_of_nothing_else() {
    let world = World::new();
    world.till("till-1", T0);
    assert_eq!(world.office.news().unwrap(), []);
    world.revoke(cards(1..2), T0).unwrap();
    world
        .office
        .rotate(world.at("admin", T0 + 2 * WAIT_MS), true)
        .unwrap();
    let news = world.office.news().unwrap();
    assert_eq!(news, [News::Keys(4), News::Revocations(2)]);
    world.office.keep_told(News::Keys(4)).unwrap();
    let world = world.evicted();
    world.office.upkeep(T0 + 2 * WAIT_MS).unwrap();
    assert_eq!(world.office.news().unwrap(), [News::Revocations(2)]);
    world.office.keep_told(News::Revocations(2)).unwrap();
    assert_eq!(world.office.news().unwrap(), []);
    // The list is signed anew before it is too old to sell by.
    let due_ms = world.office.due_ms().unwrap();
    assert_eq!(due_ms, T0 + 12 * HOUR + 1);
    world.office.upkeep(due_ms).unwrap();
    assert_eq!(world.office.news().unwrap(), [News::Revocations(3)]);
}

#[test]
fn a_refused_call_leaves_no_trace() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    till.refresh(&world, 0, T0).unwrap();
    let before = world.office.desk.borrow().clone();
    let at = world.at("admin", T0);
    let mut draft = world.office.policy(at).map(|_| {
        let desk = world.office.desk.borrow();
        desk.as_ref().unwrap().rules.draft.clone()
    });
    let draft = draft.as_mut().unwrap();
    draft.tenders.reverse();
    assert_eq!(
        code(world.office.set_policy(at, draft.clone())),
        ErrorCode::InvalidRequest
    );
    let both = ChangeRevocations {
        add: cards(1..3),
        remove: cards(2..3),
    };
    assert_eq!(
        code(world.office.revoke(at, &both)),
        ErrorCode::InvalidRequest
    );
    let elsewhere = At {
        location: &"loc-8".into(),
        ..at
    };
    assert_eq!(code(world.office.policy(elsewhere)), ErrorCode::Internal);
    assert_eq!(*world.office.desk.borrow(), before);
    let world = world.evicted();
    world.office.policy(world.at("admin", T0)).unwrap();
    assert_eq!(*world.office.desk.borrow(), before);
}

#[test]
fn another_policy_is_another_version_and_the_same_is_none() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    till.refresh(&world, 0, T0).unwrap();
    let mut draft = world.office.desk.borrow().clone().unwrap().rules.draft;
    let put = |draft| {
        world
            .office
            .set_policy(world.at("admin", T0 + 1), draft)
            .unwrap()
    };
    assert_eq!(put(draft.clone()).policy.version, 1);
    draft
        .tenders
        .retain(|rule| rule.tender != TenderKind::StoredValue);
    assert_eq!(put(draft.clone()).policy.version, 2);
    assert_eq!(world.office.news().unwrap(), [News::Policy(2)]);
    till.refresh(&world, 0, T0 + 2).unwrap();
    let grant = till.terminal.saved().head.grant.clone().unwrap();
    assert_eq!((grant.policy, grant.tenders), (2, vec![TenderKind::Card]));
    draft.tenders.retain(|rule| rule.tender == TenderKind::Cash);
    assert_eq!(put(draft).policy.version, 3);
    assert_eq!(code(till.refresh(&world, 0, T0 + 3)), ErrorCode::WrongState);
}

#[test]
fn tables_go_back_a_version_and_forward_again_with_what_is_in_them() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    till.refresh(&world, 0, T0).unwrap();
    world.revoke(cards(1..3), T0).unwrap();
    let sql = world.office.sql;
    assert_eq!(version(&sql), Ok(VERSION));
    let before = sql.run("SELECT * FROM terminals", &[]).unwrap();
    migrate(&sql, 1).unwrap();
    assert_eq!(version(&sql), Ok(1));
    assert!(sql.run("SELECT * FROM cards", &[]).is_err());
    assert_eq!(sql.run("SELECT * FROM terminals", &[]).unwrap(), before);
    // A version that this program does not know is left as it is.
    sql.run("UPDATE meta SET value = '9' WHERE key = 'schema'", &[])
        .unwrap();
    assert!(migrate(&sql, VERSION).is_err());
    sql.run("UPDATE meta SET value = '1' WHERE key = 'schema'", &[])
        .unwrap();
    let office = Office::open(sql, secret()).unwrap();
    let world = World {
        office,
        here: "loc-7".into(),
    };
    till.refresh(&world, 0, T0 + MINUTE).unwrap();
    assert_eq!(till.held().revocations, 2);
    migrate(&world.office.sql, 0).unwrap();
    let left = world
        .office
        .sql
        .run("SELECT name FROM sqlite_master WHERE type = 'table'", &[]);
    assert_eq!(left.unwrap().len(), 1, "the number of the version");
}
