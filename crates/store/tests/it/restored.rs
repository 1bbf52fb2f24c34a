//! A disk that was restored from a copy of before, and what was sold since.

use crate::support::cloud::Cloud;
use crate::support::{Shop, cash, new_order, payment_of};
use olympus_proto::ErrorCode;
use olympus_proto::pos::NewRefund;
use olympus_proto::sync::EntityKind;
use olympus_store::{Command, TillError};
use std::path::Path;

fn restore(shop: &mut Shop, copy: &Path) {
    shop.drop_till();
    for ending in ["db-wal", "db-shm"] {
        let _ = std::fs::remove_file(shop.path().with_extension(ending));
    }
    std::fs::copy(copy, shop.path()).expect("restores");
    shop.open().expect("opens");
}

#[test]
fn a_restored_backup_and_a_retry_double_nothing() {
    let (mut shop, mut cloud) = (Shop::new(), Cloud::default());
    cloud.settle(&mut shop);
    let opened = shop.open_order(&[("burger", 1)], true);
    let copy = shop.path().with_extension("backup");
    shop.till().backup_to(&copy).expect("copies");
    assert!(shop.till().backup_to(&copy).is_err(), "never over another");
    let pay = Command::Pay(opened.id.clone(), cash());
    let paid = payment_of(&shop.ask_as("retried", pay.clone()).expect("pays"));
    let new = Command::OpenOrder(new_order(&[("beer", 1)], true));
    shop.ask_as("opened", new.clone()).expect("opens");
    cloud.settle(&mut shop);
    let operations = cloud.outcomes.len();
    restore(&mut shop, &copy);
    // Who had asked tries again, before the till has heard of it.
    let again = payment_of(&shop.ask_as("retried", pay).expect("pays"));
    assert_eq!(again.id, paid.id);
    shop.ask_as("opened", new).expect("opens");
    cloud.settle(&mut shop);
    assert_eq!(cloud.outcomes.len(), operations, "the cloud knew all of it");
    let payments = cloud
        .records
        .keys()
        .filter(|it| it.kind == EntityKind::Payment);
    assert_eq!(payments.count(), 1);
    assert_eq!(shop.account("cash"), opened.totals.total_cents.0);
}

#[test]
fn what_came_back_by_pull_answers_a_retry_and_takes_its_number() {
    let (mut shop, mut cloud) = (Shop::new(), Cloud::default());
    let opened = shop.open_order(&[("burger", 1)], true);
    cloud.settle(&mut shop);
    let copy = shop.path().with_extension("backup");
    shop.till().backup_to(&copy).expect("copies");
    let pay = Command::Pay(opened.id.clone(), cash());
    let paid = payment_of(&shop.ask_as("paid", pay.clone()).expect("pays"));
    let back = NewRefund {
        amount_cents: None,
        reason: "cold".to_owned(),
    };
    let back = Command::Refund(paid.id.clone(), back);
    let refund = payment_of(&shop.ask_as("back", back.clone()).expect("gives back"));
    let lost = shop.open_order(&[("fries", 1)], true);
    cloud.settle(&mut shop);
    restore(&mut shop, &copy);
    cloud.settle(&mut shop);
    let sent = cloud.outcomes.len();
    let again = payment_of(&shop.ask_as("paid", pay).expect("is answered"));
    assert_eq!(again, paid);
    let again = payment_of(&shop.ask_as("back", back).expect("is answered"));
    assert_eq!(again, refund);
    // Not what was asked under that key.
    let other = Command::Pay(lost.id.clone(), cash());
    shop.day = opened.day.clone();
    cloud.settle(&mut shop);
    assert_eq!(cloud.outcomes.len(), sent, "nothing was done twice");
    match shop.ask_as("paid", other) {
        Err(TillError::Refused { code, .. }) => assert_eq!(code, ErrorCode::IdempotencyKeyReused),
        done => panic!("{done:?}"),
    }
    // Two guests would wait for one number.
    let next = shop.open_order(&[("fries", 1)], true);
    assert_eq!((lost.number, next.number), (2, 3));
}
