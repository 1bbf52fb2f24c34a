//! Disks that fail in the middle: nothing is done by halves, and the next try works.

use crate::support::cloud::Signs;
use crate::support::{Shop, asked, card, cash, new_order};
use olympus_proto::pos::{CountStock, NewRefund};
use olympus_proto::{Cents, ErrorCode};
use olympus_store::{Command, Reply};

/// All that a transaction writes, table by table.
fn image(shop: &Shop) -> Vec<(String, Vec<String>)> {
    let conn = shop.sql();
    let mut tables = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .expect("SQL");
    let names: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .expect("reads")
        .collect::<Result<_, _>>()
        .expect("reads");
    let mut image = Vec::new();
    for name in names {
        let mut statement = conn.prepare(&format!("SELECT * FROM {name}")).expect("SQL");
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| {
                let values = (0..columns).map(|index| row.get::<_, rusqlite::types::Value>(index));
                Ok(format!("{:?}", values.collect::<Result<Vec<_>, _>>()?))
            })
            .expect("reads");
        let mut rows: Vec<String> = rows.collect::<Result<_, _>>().expect("reads");
        rows.sort();
        image.push((name, rows));
    }
    image
}

/// Where a command may fail: at the first write to each of these tables.
const TABLES: [(&str, &str); 12] = [
    ("sync_outbox", "INSERT"),
    ("sync_identity", "UPDATE"),
    ("sync_age", "UPDATE"),
    ("grant_state", "UPDATE"),
    ("grant_sales", "INSERT"),
    ("orders", "UPDATE"),
    ("payments", "INSERT"),
    ("stock", "UPDATE"),
    ("ledger", "INSERT"),
    ("sold", "INSERT"),
    ("idempotency", "INSERT"),
    ("tickets", "INSERT"),
];

#[test]
fn a_command_that_fails_anywhere_leaves_nothing_and_works_the_next_time() {
    for (table, event) in TABLES {
        let (mut shop, mut signs) = (Shop::new(), Signs::new());
        signs.welcome_and_grant(&mut shop, 50_000);
        let count = CountStock {
            count: 100,
            low_at: 0,
        };
        shop.stock(Command::CountStock("fries".into(), count));
        let order = shop.open_order(&[("fries", 1)], false);
        let commands = [
            Command::Pay(order.id.clone(), card()),
            Command::OpenOrder(new_order(&[("fries", 1)], true)),
        ];
        let mut failures = 0;
        for (index, command) in commands.into_iter().enumerate() {
            let before = image(&shop);
            let now = shop.now();
            let standing = shop.till().standing(&now);
            shop.sql()
                .execute_batch(&format!(
                    "CREATE TRIGGER fails BEFORE {event} ON {table}
                     BEGIN SELECT RAISE(ABORT, 'the disk fails'); END"
                ))
                .expect("plants");
            let key = format!("try-{index}");
            let tried = shop.ask_as(&key, command.clone());
            shop.sql()
                .execute_batch("DROP TRIGGER fails")
                .expect("heals");
            if let Err(error) = tried {
                failures += 1;
                assert_eq!(error.code(), ErrorCode::StorageFailed, "{table}: {error}");
                assert_eq!(image(&shop), before, "{table}");
                let after = shop.till().standing(&now);
                assert_eq!(after.sync.queue_size, standing.sync.queue_size, "{table}");
                assert_eq!(after.identity, standing.identity, "{table}");
                assert_eq!(after.terminal, standing.terminal, "{table}");
                assert!(!after.poisoned);
            }
            let done = shop.ask_as(&key, command).expect("works");
            assert!(matches!(done.reply, Reply::Payment(_) | Reply::Order(_)));
        }
        assert!(failures > 0, "{table} is never written");
        shop.open().expect("opens");
        let now = shop.now();
        assert_eq!(
            shop.till().standing(&now).sync.queue_size,
            1 + 1 + 3 + 2,
            "{table}"
        );
        assert_eq!(shop.books()["card_receivable"], order.totals.total_cents);
    }
}

#[test]
fn the_ledger_refuses_changes_whoever_makes_them() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 1)], false);
    shop.pay(&order.id, cash());
    let books = shop.books();
    let conn = shop.sql();
    for sql in [
        "UPDATE ledger SET cash = cash + 1, deposits = deposits - 1",
        "UPDATE ledger SET day = '2020-01-01'",
        "DELETE FROM ledger",
        "DELETE FROM ledger WHERE number = 1",
        "UPDATE sold SET cents = 0",
    ] {
        let refused = conn.execute(sql, []).expect_err(sql);
        assert!(
            refused.to_string().contains("the ledger only grows")
                || refused.to_string().contains("stays as it was sold"),
            "{sql}: {refused}"
        );
    }
    let unbalanced = "INSERT INTO ledger (id, kind, at_ms, day, hour, order_id, orders, cash)
        VALUES ('x', 'payment', 1, 'd', 1, 'o', 0, 5)";
    let refused = conn
        .execute(unbalanced, [])
        .expect_err("it does not sum to 0");
    assert!(refused.to_string().contains("CHECK"), "{refused}");
    let twice = "INSERT INTO ledger (id, kind, at_ms, day, hour, order_id, orders)
        SELECT id, kind, at_ms, day, hour, order_id, orders FROM ledger LIMIT 1";
    let refused = conn.execute(twice, []).expect_err("the id is there");
    assert!(refused.to_string().contains("UNIQUE"), "{refused}");
    assert_eq!(shop.books(), books);
}

#[test]
fn a_lock_that_is_held_too_long_fails_the_command_and_nothing_else() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 1)], false);
    let held = shop.sql();
    held.execute_batch("BEGIN IMMEDIATE").expect("holds");
    let pay = asked("pay", None, Command::Pay(order.id.clone(), cash()));
    let failed = shop.ask_with(pay.clone()).expect_err("it is locked");
    assert_eq!(failed.code(), ErrorCode::StorageFailed);
    held.execute_batch("ROLLBACK").expect("lets go");
    let paid = shop.ask_with(pay).expect("pays");
    assert!(!paid.replayed);
    let Reply::Payment(paid) = paid.reply else {
        panic!("no payment");
    };
    let refund = NewRefund {
        amount_cents: Some(Cents(1)),
        reason: "a cent".to_owned(),
    };
    shop.ask(Command::Refund(paid.id, refund)).expect("refunds");
    assert_eq!(shop.account("cash"), order.totals.total_cents.0 - 1);
}
