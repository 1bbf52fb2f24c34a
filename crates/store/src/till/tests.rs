//! A disk that is full, for real: SQLite may take no more pages.

use super::Till;
use crate::{Asked, Command, Done, Now, OpenOptions, Reader, StoreError, TillConfig, TillError};
use olympus_core::pos::{Offer, Rules};
use olympus_core::route::{Draw, Moment};
use olympus_core::sync::client::{self, ClientConfig, Event};
use olympus_proto::grant::{OrderId, TenderKind};
use olympus_proto::pos::{NewLine, NewOrder, NewPayment};
use olympus_proto::{Cents, ErrorCode, ItemId, MenuItem};

fn config() -> TillConfig {
    TillConfig {
        location: "loc-7".into(),
        terminal: "till-1".into(),
        rules: Rules {
            currency: "USD".to_owned(),
            tax_basis_points: 0,
            tax_included: false,
        },
        sync: ClientConfig::default(),
    }
}

fn at(ms: u64) -> Now {
    Now {
        sync: client::Now {
            moment: Moment::from_millis(ms),
            wall_ms: 1_800_000_000_000 + ms as i64,
            draw: Draw(ms),
        },
        day: "2027-01-15".to_owned(),
        hour: 12,
    }
}

fn menu(id: &ItemId) -> Option<Offer> {
    Some(Offer {
        item: MenuItem {
            price_cents: Some(Cents(500)),
            ..MenuItem::new(id.as_str(), "A dish")
        },
        to_be_had: true,
    })
}

fn ask(till: &mut Till, key: u64, command: Command) -> Result<Done, TillError> {
    let asked = Asked {
        key: format!("key-{key}"),
        digest: [7; 32],
        if_match: None,
        command,
    };
    till.ask(asked, &menu, &at(key))
}

fn order() -> Command {
    let line = |item: &str| NewLine {
        item: item.into(),
        quantity: 2,
        modifiers: Vec::new(),
        note: Some("n".repeat(200)),
        price_cents: None,
    };
    Command::OpenOrder(NewOrder {
        lines: vec![line("a"), line("b"), line("c")],
        fire: true,
        ..NewOrder::default()
    })
}

fn most_pages(till: &Till, pages: u32) {
    let _: u32 = till
        .conn
        .pragma_update_and_check(None, "max_page_count", pages, |row| row.get(0))
        .expect("sets");
}

fn pages(till: &Till) -> u32 {
    till.conn
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .expect("reads")
}

#[test]
fn a_full_disk_takes_nothing_by_halves_and_sells_again_once_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("till.db");
    let (mut till, _) = Till::open(&path, OpenOptions::default(), config(), &at(0)).expect("opens");
    let reader = Reader::open(&path, &OpenOptions::default()).expect("opens");
    let mut done = 0;
    let mut failures = 0;
    let mut key = 0;
    // Ten times: full within a few orders, then room for a few more.
    for round in 1..=10 {
        let limit = pages(&till) + round * 3;
        most_pages(&till, limit);
        loop {
            key += 1;
            let before = till.standing(&at(key));
            match ask(&mut till, key, order()) {
                Ok(_) => done += 1,
                Err(error) => {
                    assert_eq!(error.code(), ErrorCode::StorageFailed);
                    assert!(
                        matches!(error, TillError::Store(StoreError::Full)),
                        "{error}"
                    );
                    failures += 1;
                    let after = till.standing(&at(key));
                    assert_eq!(after.sync.queue_size, before.sync.queue_size);
                    assert_eq!(after.identity, before.identity);
                    assert!(!after.poisoned, "what is on disk can be read");
                    break;
                }
            }
        }
        let list = reader
            .orders(&crate::OrderFilter::default(), None, 500)
            .expect("reads");
        assert_eq!(list.orders.len(), done);
        let now = at(key);
        assert_eq!(till.standing(&now).sync.queue_size, done);
        // What answers asks for no room, and what does fails for itself.
        assert!(till.sync(Event::Tick, &now).is_ok());
        assert!(matches!(
            till.keep_receipt(&OrderId("o".to_owned()), &[0; 100_000], &now),
            Err(StoreError::Full)
        ));
        most_pages(&till, u32::MAX);
        // The same key, now that there is room: done, and for the first time.
        let again = ask(&mut till, key, order()).expect("there is room");
        assert!(!again.replayed);
        done += 1;
    }
    assert_eq!(failures, 10);
    drop(till);
    let (mut till, _) =
        Till::open(&path, OpenOptions::default(), config(), &at(key)).expect("opens");
    assert_eq!(till.standing(&at(key)).sync.queue_size, done);
    let numbers = reader
        .orders(&crate::OrderFilter::default(), None, 500)
        .expect("reads");
    let mut numbers: Vec<u32> = numbers.orders.iter().map(|order| order.number).collect();
    numbers.reverse();
    let wanted: Vec<u32> = (1..=done as u32).collect();
    assert_eq!(
        numbers, wanted,
        "no number is called out twice, none is left out"
    );
    let first = reader
        .orders(&crate::OrderFilter::default(), None, 1)
        .expect("reads");
    let id = first.orders.first().expect("an order").id.clone();
    let cash = NewPayment {
        tender: TenderKind::Cash,
        card: None,
        handed_cents: None,
        amount_cents: None,
        tip_cents: Cents(0),
        age_shown: None,
    };
    ask(&mut till, key + 1, Command::Pay(id, cash)).expect("pays");
    assert_eq!(reader.ledger_sums().expect("sums")["cash"], Cents(3_000));
}

#[test]
fn what_cannot_be_read_back_is_read_before_the_next_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("till.db");
    let (mut till, _) = Till::open(&path, OpenOptions::default(), config(), &at(0)).expect("opens");
    ask(&mut till, 1, order()).expect("opens an order");
    // The commit fails, and so does reading what is on disk.
    till.conn
        .execute_batch(
            "CREATE TRIGGER fails BEFORE INSERT ON idempotency
             BEGIN SELECT RAISE(ABORT, 'the disk fails'); END;
             ALTER TABLE sync_age RENAME TO away;
             CREATE TABLE sync_age (one INTEGER PRIMARY KEY, lived_ms TEXT, wall_ms TEXT);
             INSERT INTO sync_age VALUES (1, 'nothing', 'nothing');",
        )
        .expect("plants");
    assert!(ask(&mut till, 2, order()).is_err());
    assert!(till.standing(&at(2)).poisoned);
    assert!(
        ask(&mut till, 3, order()).is_err(),
        "nothing is done over what is not known"
    );
    assert!(till.sync(Event::Tick, &at(3)).is_err());
    till.conn
        .execute_batch(
            "DROP TRIGGER fails; DROP TABLE sync_age; ALTER TABLE away RENAME TO sync_age;",
        )
        .expect("heals");
    let done = ask(&mut till, 2, order()).expect("it is read, and done");
    assert!(!done.replayed);
    let standing = till.standing(&at(3));
    assert!(!standing.poisoned);
    assert_eq!(standing.sync.queue_size, 2);
}

#[test]
fn the_log_is_written_back_while_nobody_asks() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("till.db");
    let (mut till, _) = Till::open(&path, OpenOptions::default(), config(), &at(0)).expect("opens");
    let size = || std::fs::metadata(&path).expect("a file").len();
    for key in 1..40 {
        ask(&mut till, key, order()).expect("opens an order");
    }
    let before = size();
    till.sync(Event::Tick, &at(500)).expect("ticks");
    assert_eq!(size(), before, "somebody has asked just now");
    till.sync(Event::Tick, &at(1_500)).expect("ticks");
    assert!(size() > before, "{before}");
}

#[test]
fn a_file_is_checked_when_the_till_starts_and_not_when_it_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("till.db");
    let options = OpenOptions::default();
    let (mut till, _) = Till::open(&path, options.clone(), config(), &at(0)).expect("opens");
    let receipt = OrderId("o".to_owned());
    till.keep_receipt(&receipt, &[7; 200_000], &at(1))
        .expect("keeps");
    let page: i64 = till
        .conn
        .query_row(
            "SELECT max(rootpage) FROM sqlite_schema WHERE name = 'numbers'",
            [],
            |row| row.get(0),
        )
        .expect("reads");
    drop(till);
    let mut bytes = std::fs::read(&path).expect("reads");
    let at_byte = usize::try_from((page - 1) * 4_096).expect("fits");
    bytes[at_byte] = 0xff;
    std::fs::write(&path, bytes).expect("writes");
    let whole = crate::open::writer(&path, &options);
    assert!(matches!(whole, Err(StoreError::Damaged(_))), "{whole:?}");
    crate::open::writer_again(&path, &options).expect("goes on");
}
