//! The object's tables, forward and back, on data of the version before.

use super::super::book::Book;
use super::super::schema::{VERSION, migrate, version};
use super::super::sql::Sql;
use super::{World, payment, sold};
use olympus_proto::sync::Outcome;
use serde_json::json;

#[test]
fn a_book_of_version_1_is_taken_over_with_its_payments() {
    let mut world = World::new();
    let push = world.next(
        "till-1",
        vec![
            sold("o1", 700),
            payment("p1", "o1", "cash", 700, json!({})),
            payment("p2", "o1", "card", 200, json!({})),
        ],
    );
    let first = world
        .book
        .push(&push, super::KEY, world.now)
        .unwrap()
        .answer;
    // Back to version 1: payments, cards and outbox are gone, what was decided is not.
    migrate(&world.book.sql, 1).unwrap();
    assert_eq!(version(&world.book.sql), Ok(1));
    assert!(world.book.sql.run("SELECT * FROM payments", &[]).is_err());
    assert_eq!(world.book.rows_after(0, 10).unwrap().len(), 3);
    // Forward again, as by a deploy over data of version 1.
    let world = world.restarted();
    assert_eq!(version(&world.book.sql), Ok(VERSION));
    assert_eq!(
        world.sent().len(),
        1,
        "the card is settled as if it had just come"
    );
    assert!(world.book.unsettled(&"till-1".into()).unwrap().sales == 1);
    let again = world
        .book
        .push(&push, super::KEY, world.now)
        .unwrap()
        .answer;
    assert_eq!(again.settled, first.settled, "nothing is done twice");
    assert!(matches!(
        again.settled[0].outcome,
        Outcome::Applied { version: 1 }
    ));
    let news = world.book.news().unwrap().unwrap();
    assert_eq!(news.rows.len(), 3, "and the read model is told all of it");
}

#[test]
fn all_the_way_back_and_forth_leaves_a_new_book() {
    let mut world = World::new();
    world.push("till-1", vec![sold("o1", 700)]);
    migrate(&world.book.sql, 0).unwrap();
    let tables = world
        .book
        .sql
        .run(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            &[],
        )
        .unwrap();
    assert_eq!(tables.len(), 1, "only the number of the version is left");
    migrate(&world.book.sql, VERSION).unwrap();
    assert_eq!(world.book.rows_after(0, 10).unwrap().len(), 0);
}

#[test]
fn a_book_of_a_later_version_is_left_alone() {
    let world = World::new();
    world
        .book
        .sql
        .run("UPDATE meta SET value = '99' WHERE key = 'schema'", &[])
        .unwrap();
    let error = Book::open(world.book.sql, &"loc-7".into(), 1, world.now).unwrap_err();
    assert!(
        error.to_string().contains("deploy the newer one"),
        "{error}"
    );
}
