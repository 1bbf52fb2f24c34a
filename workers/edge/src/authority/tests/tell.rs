//! What the read model is told, and what is put away.

use super::super::book::BookError;
use super::super::settle::Heard;
use super::{World, captured, order, payment, sold};
use olympus_proto::provider::CaptureState;
use olympus_proto::sync::EntityKind;
use serde_json::json;

#[test]
fn news_stay_until_they_are_told_and_come_in_parts() {
    let mut world = World::new();
    assert_eq!(world.book.news(), Ok(None));
    let many = (0..250)
        .map(|n| order(&format!("o{n}"), json!({"n": n})))
        .collect();
    world.push("till-1", many);
    let first = world.book.news().unwrap().unwrap();
    assert_eq!(
        (first.rows.len(), first.entries.len(), first.head),
        (200, 200, 200)
    );
    let mut world = world.restarted();
    assert_eq!(
        world.book.news().unwrap().as_ref(),
        Some(&first),
        "not told yet"
    );
    world.book.told(&first).unwrap();
    let second = world.book.news().unwrap().unwrap();
    assert_eq!(
        (second.rows.len(), second.entries.len(), second.head),
        (50, 50, 250)
    );
    world.book.told(&second).unwrap();
    assert_eq!(world.book.has_news(), Ok(false));
    // The same row again, as it is now; and an operation is told once.
    world.push("till-1", vec![order("o7", json!({"n": 8}))]);
    let third = world.book.news().unwrap().unwrap();
    assert_eq!((third.rows.len(), third.entries.len()), (1, 1));
    assert_eq!(third.entries[0].1.outcome, "applied");
    world.book.told(&third).unwrap();
    // The read model was set back: rows are told anew from there.
    world.book.tell_from(240).unwrap();
    assert_eq!(world.book.news().unwrap().unwrap().rows.len(), 11);
}

#[test]
fn every_decision_is_in_the_audit_log_without_a_card_in_it() {
    let mut world = World::new();
    world.push(
        "till-1",
        vec![sold("o1", 700), payment("p1", "o1", "card", 700, json!({}))],
    );
    let sent = world.sent();
    world.hear(
        "p1",
        Heard::Answered(captured(&sent[0], CaptureState::Approved)),
    );
    let news = world.book.news().unwrap().unwrap();
    let told: Vec<_> = news
        .entries
        .iter()
        .map(|(_, it)| (it.kind.as_str(), it.entity.as_str(), it.outcome.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("order_update", "o1", "applied"),
            ("payment", "p1", "applied"),
            ("settlement", "p1", "sent"),
            ("settlement", "p1", "approved"),
        ]
    );
    let order = &news.orders[0];
    assert_eq!(
        (order.payments.len(), order.version()),
        (1, news.head),
        "an order comes with its payments"
    );
    let text = serde_json::to_string(&news.entries).unwrap();
    assert!(!text.contains(super::CARD));
}

#[test]
fn closed_orders_are_put_away_once_all_of_them_is_settled_and_told() {
    let mut world = World::new();
    world.push(
        "till-1",
        vec![
            sold("done", 700),
            payment("p1", "done", "cash", 700, json!({})),
            sold("waits", 700),
            payment("p2", "waits", "card", 700, json!({})),
            order("open", json!({"status": "open"})),
        ],
    );
    let later = world.now + 1_000;
    assert_eq!(
        world.book.tidy(later, later),
        Ok(0),
        "the read model has nothing yet"
    );
    let news = world.book.news().unwrap().unwrap();
    world.book.told(&news).unwrap();
    assert_eq!(world.book.tidy(world.now, later), Ok(0), "too young");
    assert_eq!(world.book.tidy(later, later), Ok(2));
    let left: Vec<_> = world.book.rows_after(0, 10).unwrap();
    let left: Vec<_> = left.iter().map(|row| row.entity.id.as_str()).collect();
    assert_eq!(left, ["waits", "p2", "open"]);
    assert!(left.iter().all(|id| *id != "p1"));
    assert_eq!(world.row(EntityKind::Order, "open").version, 5);
}

#[test]
fn orders_that_wait_at_the_front_do_not_keep_the_others() {
    let mut world = World::new();
    for n in 0..501 {
        let (order, paid) = (format!("w{n}"), format!("p{n}"));
        let waits = payment(&paid, &order, "card", 700, json!({}));
        world.push("till-1", vec![sold(&order, 700), waits]);
    }
    world.push("till-1", vec![sold("done", 700)]);
    while let Some(news) = world.book.news().unwrap() {
        world.book.told(&news).unwrap();
    }
    let later = world.now + 1_000;
    assert_eq!(world.book.tidy(later, later), Ok(1));
}

#[test]
fn what_the_read_model_refuses_is_passed_over_and_somebody_is_told() {
    let mut world = World::new();
    let odd = payment("p1", "o1", "card", 700, json!({}));
    world.push("till-1", vec![odd, sold("o1", 700)]);
    let first = world.book.news_of(1).unwrap().unwrap();
    assert_eq!(
        (first.rows.len(), first.entries.len(), first.head),
        (1, 1, 1)
    );
    world.book.pass_over(&first, world.now).unwrap();
    let next = world.book.news_of(1).unwrap().unwrap();
    assert_eq!(next.rows[0].entity.id, "o1", "it goes on");
    assert_eq!(next.entries, first.entries, "an entry is another matter");
    world.book.told(&next).unwrap();
    let last = world.book.news_of(1).unwrap().unwrap();
    assert_eq!((last.rows.len(), last.entries.len()), (0, 1));
    world.book.pass_over(&last, world.now).unwrap();
    assert_eq!(world.book.has_news(), Ok(false));
    let letters = super::super::advice::dead_letters(&world.book).unwrap();
    let letter = &letters.operations[0];
    assert_eq!(
        (letters.operations.len(), letter.sent.entity.as_str()),
        (1, "p1")
    );
    assert!(letter.advice.contains("reports"));
    let text = serde_json::to_string(&letters).unwrap();
    assert!(!text.contains(super::CARD));
}

#[test]
fn a_person_has_all_told_again_and_what_was_passed_over_with_it() {
    let mut world = World::new();
    world.push("till-1", vec![sold("o1", 700), sold("o2", 700)]);
    let first = world.book.news_of(1).unwrap().unwrap();
    world.book.pass_over(&first, world.now).unwrap();
    let news = world.book.news().unwrap().unwrap();
    world.book.told(&news).unwrap();
    assert_eq!(world.book.has_news(), Ok(false));
    assert_eq!(world.book.tell_again(), Ok(2));
    let again = world.book.news().unwrap().unwrap();
    assert_eq!((again.rows.len(), again.entries.len()), (2, 0));
    let letters = super::super::advice::dead_letters(&world.book).unwrap();
    assert!(letters.operations.is_empty());
}

#[test]
fn a_part_is_no_larger_than_what_can_be_held_with_the_orders_that_it_is_of() {
    let mut world = World::new();
    let large = "x".repeat(900_000);
    for n in 0..12 {
        world.push(
            "till-1",
            vec![order(&format!("o{n}"), json!({"note": large}))],
        );
    }
    let paid = |n: u32| payment(&format!("p{n}"), &format!("o{n}"), "cash", 700, json!({}));
    world.push("till-1", (0..12).map(paid).collect());
    let mut told = 0;
    while let Some(news) = world.book.news().unwrap() {
        let rows: Vec<_> = news.rows.iter().collect();
        let orders = news.orders.iter().map(|order| &order.row);
        let bytes: usize = rows
            .iter()
            .copied()
            .chain(orders)
            .map(|row| serde_json::to_string(row).unwrap().len())
            .sum();
        assert!(bytes < 10_000_000, "{bytes}");
        told += rows.len();
        world.book.told(&news).unwrap();
    }
    assert_eq!(told, 24);
}

#[test]
fn a_row_that_no_till_makes_is_refused_whole() {
    let mut world = World::new();
    let half = "x".repeat(600_000);
    world.push("till-1", vec![order("o1", json!({"a": half}))]);
    let grown = order("o1", json!({"b": half}));
    let sealed = payment(
        "p1",
        "o1",
        "card",
        700,
        json!({"sealed": "x".repeat(70_000)}),
    );
    for too_large in [grown, sealed] {
        let entity = too_large.entity.clone();
        let at = world.at.clone();
        let push = world.next("till-1", vec![order("o2", json!({"n": 1})), too_large]);
        let refused = world.book.push(&push, super::KEY, world.now);
        assert_eq!(refused, Err(BookError::TooLarge(entity)));
        assert_eq!(world.book.head(), Ok(1));
        world.at = at;
    }
}
