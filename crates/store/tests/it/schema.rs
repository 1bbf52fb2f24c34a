//! Migrations: what one version wrote is there in every other.

use crate::support::{DAY, Shop, cash, config};
use olympus_proto::Cents;
use olympus_store::{Command, NEWEST_SCHEMA, Now, OpenOptions, Reader, StoreError, Till, migrate};
use rusqlite::Connection;
use std::path::Path;

/// A till's file as schema 1 wrote it.
const VERSION_1: &str = include_str!("schema/version_1.sql");

fn version(path: &Path) -> u32 {
    let conn = Connection::open(path).expect("opens");
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("reads")
}

fn now() -> Now {
    Shop::new().now()
}

/// Every row of the tables of version 1, by its columns of version 1.
fn rows(path: &Path) -> Vec<String> {
    let old = Connection::open_in_memory().expect("opens");
    old.execute_batch(VERSION_1).expect("version 1");
    let mut tables = old
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .expect("SQL");
    let names = tables
        .query_map([], |row| row.get::<_, String>(0))
        .expect("reads");
    let conn = Connection::open(path).expect("opens");
    let mut rows = Vec::new();
    for name in names.map(|name| name.expect("reads")) {
        let columns = old.prepare(&format!("SELECT * FROM {name}")).expect("SQL");
        let columns = columns.column_names().collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {columns} FROM {name}");
        let mut statement = conn.prepare(&sql).expect("the columns of version 1");
        let count = statement.column_count();
        let found = statement
            .query_map([], |row| {
                let values = (0..count).map(|index| row.get::<_, rusqlite::types::Value>(index));
                values.collect::<Result<Vec<_>, _>>()
            })
            .expect("reads");
        rows.extend(found.map(|row| format!("{name} {:?}", row.expect("reads"))));
    }
    rows.sort();
    rows
}

#[test]
fn what_version_1_wrote_survives_forward_back_and_forward() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("till.db");
    let old = Connection::open(&path).expect("opens");
    old.execute_batch(VERSION_1).expect("version 1");
    drop(old);
    assert_eq!(version(&path), 1);
    let written = rows(&path);
    assert!(written.len() > 20, "{}", written.len());
    let options = OpenOptions::default();
    let early = Reader::open(&path, &options);
    assert!(matches!(
        early,
        Err(StoreError::OlderSchema { found: 1, .. })
    ));
    for to in [NEWEST_SCHEMA, 1, NEWEST_SCHEMA] {
        migrate(&path, &options, to).expect("migrates");
        assert_eq!(version(&path), to);
        assert_eq!(rows(&path), written, "at {to}");
    }
    let reader = Reader::open(&path, &options).expect("opens");
    let report = reader.sales(DAY, DAY).expect("a report");
    let found = (report.orders, report.gross_cents.0, report.unsent);
    assert_eq!(found, (2, 3_437, 7));
    let sums = reader.ledger_sums().expect("sums");
    assert_eq!((sums["cash"].0, sums["card_receivable"].0), (2_409, 1_028));
    assert_eq!(reader.tickets().expect("reads").tickets.len(), 1);
    assert_eq!(reader.receipts_waiting(9).expect("reads").1, 1);
    assert!(reader.reconcile().expect("reads").is_some());
    let (till, _) = Till::open(&path, options, config("till-1"), &now()).expect("opens");
    let standing = till.standing(&now());
    let found = (standing.sync.queue_size, standing.attention.len());
    assert_eq!(found, (7, 1));
    assert_eq!(standing.terminal.left_cents, Some(Cents(50_000 - 1_028)));
    assert_eq!(till.documents_held(), (1, 2, 1));
}

#[test]
fn what_this_version_wrote_is_sold_on_after_a_step_back() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 1)], true);
    shop.pay(&order.id, cash());
    let open = Command::OpenOrder(crate::support::new_order(&[("fries", 1)], true));
    shop.ask_as("kept", open.clone()).expect("opens");
    let books = shop.books();
    shop.drop_till();
    let options = OpenOptions::default();
    for to in [1, NEWEST_SCHEMA, 1] {
        migrate(&shop.path(), &options, to).expect("migrates");
    }
    shop.open().expect("opens");
    assert_eq!(shop.books(), books);
    assert!(shop.ask_as("kept", open).expect("again").replayed);
    let next = shop.open_order(&[("beer", 1)], true);
    assert_eq!(next.number, 3);
}

#[test]
fn down_to_nothing_and_up_again() {
    let mut shop = Shop::new();
    shop.open_order(&[("burger", 1)], true);
    shop.drop_till();
    let options = OpenOptions::default();
    migrate(&shop.path(), &options, 0).expect("migrates");
    let left: i64 = shop
        .sql()
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .expect("reads");
    assert_eq!(left, 0);
    shop.open().expect("opens as a new one");
    let order = shop.open_order(&[("burger", 1)], false);
    assert_eq!(order.number, 1);
    shop.pay(&order.id, cash());
    shop.drop_till();
    let kept = migrate(&shop.path(), &options, 0).expect_err("there is a ledger");
    assert!(kept.to_string().contains("nothing deletes"), "{kept}");
    assert_eq!(version(&shop.path()), 1, "as far back as it goes");
    shop.open().expect("opens");
    assert_eq!(shop.account("cash"), order.totals.total_cents.0);
    let too_far = migrate(
        &shop.path().with_file_name("new.db"),
        &options,
        NEWEST_SCHEMA + 1,
    );
    assert!(matches!(too_far, Err(StoreError::NewerSchema { .. })));
}

#[test]
fn a_step_that_fails_leaves_the_version_before_it() {
    let mut shop = Shop::new();
    shop.open_order(&[("burger", 1)], true);
    shop.drop_till();
    let options = OpenOptions::default();
    migrate(&shop.path(), &options, 1).expect("migrates");
    // Something is in the way of the last statement of the step.
    let conn = shop.sql();
    conn.execute_batch("CREATE TABLE receipts_uploaded (a)")
        .expect("is in the way");
    let Err(error) = shop.open() else {
        panic!("it went on");
    };
    assert!(
        matches!(error, StoreError::Migration { version: 2, .. }),
        "{error}"
    );
    assert_eq!(version(&shop.path()), 1);
    let columns = conn.prepare("SELECT * FROM orders").expect("SQL");
    assert!(
        columns.column_names().all(|name| name != "to_close"),
        "nothing of the step is there"
    );
    conn.execute_batch("DROP TABLE receipts_uploaded")
        .expect("makes way");
    drop(columns);
    drop(conn);
    shop.open().expect("opens");
}
