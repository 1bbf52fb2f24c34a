//! Opening: durable, owned by one, and sound, or not at all.

use crate::support::{Shop, cash, config, new_order};
use olympus_proto::pos::{Reconcile, SettleAttention};
use olympus_proto::{Cents, ErrorCode};
use olympus_store::{Command, NEWEST_SCHEMA, OpenOptions, Reader, StoreError, Till, migrate};
use std::io::{Seek as _, SeekFrom, Write as _};

#[test]
fn a_file_has_one_till_and_many_readers() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 1)], false);
    let (config, now) = (shop.config.clone(), shop.now());
    let second = Till::open(&shop.path(), OpenOptions::default(), config, &now);
    let Err(error) = second else {
        panic!("two tills of one file");
    };
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    assert!(matches!(
        migrate(&shop.path(), &OpenOptions::default(), 1),
        Err(StoreError::InUse(_))
    ));
    let (one, two) = (shop.reader(), shop.reader());
    shop.pay(&order.id, cash());
    for reader in [one, two] {
        let seen = reader.order(&order.id).expect("reads").expect("there");
        assert_eq!(seen.payments.len(), 1, "what was committed since");
    }
    shop.open().expect("the one that has let go");
}

#[test]
fn what_was_committed_is_there_after_a_process_that_ends_without_a_word() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 1)], true);
    let paid = shop.pay(&order.id, cash());
    let before = shop.reader().order(&order.id).expect("reads");
    let books = shop.books();
    // The files as a process that is killed leaves them.
    let killed = tempfile::tempdir().expect("a folder");
    for name in ["till.db", "till.db-wal"] {
        let from = shop.path().with_file_name(name);
        std::fs::copy(from, killed.path().join(name)).expect("copies");
    }
    let path = killed.path().join("till.db");
    let (mut till, todo) =
        Till::open(&path, OpenOptions::default(), config("till-1"), &shop.now()).expect("opens");
    assert!(todo.wake.is_some());
    let reader = Reader::open(&path, &OpenOptions::default()).expect("opens");
    assert_eq!(reader.order(&order.id).expect("reads"), before);
    assert_eq!(reader.ledger_sums().expect("sums"), books);
    assert_eq!(reader.payment(&paid.id).expect("reads"), Some(paid));
    let now = shop.now();
    assert_eq!(till.standing(&now).sync.queue_size, 3);
    till.keep_receipt(&order.id, b"%PDF", &now).expect("keeps");
}

#[test]
fn a_file_of_another_terminal_program_or_schema_is_left_alone() {
    let mut shop = Shop::new();
    shop.open_order(&[("burger", 1)], false);
    shop.config = config("till-2");
    let Err(error) = shop.open() else {
        panic!("another's file");
    };
    assert!(matches!(error, StoreError::Foreign(_)), "{error}");
    shop.config = config("till-1");
    let later = NEWEST_SCHEMA + 1;
    shop.sql()
        .pragma_update(None, "user_version", later)
        .expect("sets");
    let Err(error) = shop.open() else {
        panic!("a later schema");
    };
    let StoreError::NewerSchema { found, known } = error else {
        panic!("{error}");
    };
    assert_eq!((found, known), (later, NEWEST_SCHEMA));
    assert!(Reader::open(&shop.path(), &OpenOptions::default()).is_err());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("other.db");
    let other = rusqlite::Connection::open(&path).expect("opens");
    other
        .execute_batch("CREATE TABLE theirs (a)")
        .expect("theirs");
    drop(other);
    let opened = Till::open(&path, OpenOptions::default(), config("till-1"), &shop.now());
    assert!(matches!(opened, Err(StoreError::Foreign(_))));
    std::fs::write(
        &path,
        b"no database at all, but long enough to be taken for one",
    )
    .expect("writes");
    let opened = Till::open(&path, OpenOptions::default(), config("till-1"), &shop.now());
    let Err(error) = opened else {
        panic!("no database");
    };
    assert!(matches!(error, StoreError::Damaged(_)), "{error}");
}

#[test]
fn damaged_pages_are_found_and_the_error_says_what_to_do() {
    let mut shop = Shop::new();
    for _ in 0..20 {
        shop.open_order(&[("burger", 1), ("fries", 2)], true);
    }
    shop.drop_till();
    shop.sql()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .expect("checkpoints");
    let mut file = std::fs::File::options()
        .write(true)
        .open(shop.path())
        .expect("opens");
    for page in 3..20 {
        file.seek(SeekFrom::Start(page * 4_096)).expect("seeks");
        file.write_all(&[0xa5; 64]).expect("writes");
    }
    drop(file);
    let Err(error) = shop.open() else {
        panic!("a damaged file");
    };
    assert!(matches!(error, StoreError::Damaged(_)), "{error}");
    assert!(error.to_string().contains("last backup"), "{error}");
}

#[test]
fn durability_is_read_back() {
    let mut shop = Shop::new();
    shop.open_order(&[], false);
    let mode: String = shop
        .sql()
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .expect("reads");
    assert_eq!(mode, "wal");
    // A VFS that is not there is no reason to take another.
    let options = OpenOptions {
        vfs: Some("no-such-vfs".to_owned()),
        ..OpenOptions::default()
    };
    let path = shop.path().with_file_name("other.db");
    assert!(Till::open(&path, options, config("till-1"), &shop.now()).is_err());
    // Nor is a journal that another connection holds in another mode.
    let path = shop.path().with_file_name("memory.db");
    let held = rusqlite::Connection::open(&path).expect("opens");
    held.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE a (b);")
        .expect("holds");
    let opened = Till::open(&path, OpenOptions::default(), config("till-1"), &shop.now());
    assert!(opened.is_err(), "it could not be made durable");
}

#[test]
fn receipts_and_the_report_are_kept() {
    let mut shop = Shop::new();
    let (one, two) = (shop.open_order(&[], false), shop.open_order(&[], false));
    let now = shop.now();
    shop.till()
        .keep_receipt(&one.id, b"%PDF-1", &now)
        .expect("keeps");
    shop.at_ms += 10;
    let now = shop.now();
    shop.till()
        .keep_receipt(&two.id, b"%PDF-2", &now)
        .expect("keeps");
    let reader = shop.reader();
    assert_eq!(
        reader.receipt(&one.id).expect("reads").as_deref(),
        Some(&b"%PDF-1"[..])
    );
    let (first, count) = reader.receipts_waiting(1).expect("reads");
    assert_eq!((first, count), (vec![one.id.clone()], 2));
    for (pdf, left) in [(b"%PDF-0", 2), (b"%PDF-1", 1)] {
        shop.till().receipt_uploaded(&one.id, pdf).expect("keeps");
        let (_, count) = reader.receipts_waiting(1).expect("reads");
        assert_eq!(count, left, "only the one that was sent");
    }
    assert_eq!(
        reader.receipts_waiting(9).expect("reads"),
        (vec![two.id.clone()], 1)
    );
    shop.at_ms += 31 * 24 * 3_600_000;
    let now = shop.now();
    shop.till()
        .keep_receipt(&two.id, b"%PDF-3", &now)
        .expect("keeps");
    assert_eq!(
        reader.receipt(&one.id).expect("reads"),
        None,
        "the cloud has it"
    );
    assert_eq!(
        reader.receipt(&two.id).expect("reads").as_deref(),
        Some(&b"%PDF-3"[..])
    );
    assert_eq!(reader.reconcile().expect("reads"), None);
    let report = Reconcile {
        from: "2027-01-15".to_owned(),
        to: "2027-01-15".to_owned(),
        at_ms: 1,
        equal: true,
        payments: 0,
        device_cents: Cents(0),
        cloud_cents: Cents(0),
        device_card_cents: Cents(0),
        provider_cents: Cents(0),
        open: 0,
        unsent: 0,
        differences: Vec::new(),
    };
    shop.till().keep_reconcile(&report).expect("keeps");
    assert_eq!(reader.reconcile().expect("reads"), Some(report));
}

#[test]
fn a_backup_is_whole_and_can_be_opened() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 1)], true);
    shop.pay(&order.id, cash());
    let copy = shop.path().with_file_name("copy.db");
    shop.till().backup_to(&copy).expect("copies");
    // A reader copies the same, while the till sells.
    let reader = shop.reader();
    let other = shop.path().with_extension("other");
    let to = other.clone();
    let copying = std::thread::spawn(move || reader.backup_to(&to));
    for _ in 0..20 {
        shop.open_order(&[("burger", 1)], true);
    }
    copying.join().expect("ends").expect("copies");
    assert!(shop.reader().backup_to(&other).is_err(), "it is there");
    let whole: String = rusqlite::Connection::open(&other)
        .expect("opens")
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("reads");
    assert_eq!(whole, "ok");
    shop.ask(Command::OpenOrder(new_order(&[], false)))
        .expect("goes on");
    let books = shop.books();
    let (_till, _) =
        Till::open(&copy, OpenOptions::default(), config("till-1"), &shop.now()).expect("opens");
    let reader = Reader::open(&copy, &OpenOptions::default()).expect("opens");
    assert_eq!(reader.ledger_sums().expect("sums"), books);
    let found = reader.order(&order.id).expect("reads").expect("there");
    assert_eq!(found.payments.len(), 1);
}

#[test]
fn nothing_waits_to_be_settled_where_nothing_went_wrong() {
    let mut shop = Shop::new();
    let nothing = olympus_proto::sync::OperationId("nothing".to_owned());
    let again = Command::SettleAttention(nothing, SettleAttention::Again);
    assert_eq!(shop.refused(again), ErrorCode::NotFound);
}
