//! Between two tills and their location's authority: what is shown, posted and kept.

use crate::support::cloud::{Cloud, Signs};
use crate::support::{DAY, Shop, card, cash, config, payment_of};
use olympus_core::sync::client::{Event, Notice, Send};
use olympus_proto::Cents;
use olympus_proto::pos::{
    AdjustStock, CountStock, NewRefund, OrderStatus, PaymentState, SettleAttention,
};
use olympus_proto::sync::{Entity, EntityKind, Fields, Outcome};
use olympus_store::{Command, OrderFilter};
use serde_json::json;

fn entity(kind: EntityKind, id: &str) -> Entity {
    Entity {
        kind,
        id: id.to_owned(),
    }
}

fn fields(value: serde_json::Value) -> Fields {
    serde_json::from_value(value).expect("an object")
}

#[test]
fn what_was_sold_offline_arrives_once_and_changes_nothing_here() {
    let (mut shop, mut cloud) = (Shop::new(), Cloud::default());
    let count = CountStock {
        count: 9,
        low_at: 2,
    };
    shop.stock(Command::CountStock("fries".into(), count));
    let order = shop.open_order(&[("burger", 2), ("fries", 1)], true);
    shop.pay(&order.id, cash());
    let before = shop
        .reader()
        .order(&order.id)
        .expect("reads")
        .expect("there");
    assert!(before.pending);
    cloud.settle(&mut shop);
    let after = shop
        .reader()
        .order(&order.id)
        .expect("reads")
        .expect("there");
    assert!(!after.pending);
    assert_eq!(after.revision, before.revision, "it looks as it did");
    assert_eq!(
        (after.payments, after.lines),
        (before.payments, before.lines)
    );
    let now = shop.now();
    assert_eq!(shop.till().standing(&now).sync.queue_size, 0);
    assert!(
        cloud
            .outcomes
            .values()
            .all(|it| matches!(it, Outcome::Applied { .. }))
    );
    let stock = &cloud.records[&entity(EntityKind::Inventory, "fries")]
        .row
        .fields;
    assert_eq!(
        *stock,
        fields(json!({"count": 8, "low_at": 2, "counted": true}))
    );
    assert_eq!(shop.reader().sales(DAY, DAY).expect("reads").unsent, 0);
    let held = cloud.outcomes.len();
    cloud.settle(&mut shop);
    assert_eq!(cloud.outcomes.len(), held);
}

#[test]
fn a_card_is_settled_once_however_often_it_is_told() {
    let (mut shop, mut cloud, mut signs) = (Shop::new(), Cloud::default(), Signs::new());
    signs.welcome_and_grant(&mut shop, 50_000);
    let order = shop.open_order(&[("burger", 1)], true);
    let paid = shop.pay(&order.id, card());
    assert_eq!(paid.state, PaymentState::Requested);
    let cents = paid.amount_cents.0;
    assert_eq!(shop.account("card_receivable"), cents);
    cloud.settle(&mut shop);
    let settlement = shop.reader().settlement().expect("reads");
    assert_eq!((settlement.open, settlement.open_cents), (1, Cents(cents)));
    let row = entity(EntityKind::Payment, paid.id.as_str());
    assert!(cloud.records[&row].row.fields.contains_key("sealed"));
    let approved = json!({"state": "approved", "provider_reference": "p-1"});
    cloud.decree(row.clone(), fields(approved));
    cloud.settle(&mut shop);
    let payment = shop
        .reader()
        .payment(&paid.id)
        .expect("reads")
        .expect("there");
    assert_eq!(payment.state, PaymentState::Approved);
    assert_eq!(payment.provider_reference.as_deref(), Some("p-1"));
    // Told again, alone and in a snapshot, and after a start.
    cloud.decree(row, fields(json!({"provider_reference": "p-1b"})));
    cloud.settle(&mut shop);
    cloud.put_away(vec![entity(EntityKind::Menu, "nothing")]);
    shop.open().expect("opens");
    cloud.settle(&mut shop);
    assert_eq!(shop.account("card_receivable"), 0);
    assert_eq!(shop.account("bank"), cents);
    assert_eq!(shop.reader().settlement().expect("reads").open, 0);
}

#[test]
fn a_declined_card_is_owed_again_and_paid_by_another() {
    let (mut shop, mut cloud, mut signs) = (Shop::new(), Cloud::default(), Signs::new());
    signs.welcome_and_grant(&mut shop, 50_000);
    let order = shop.open_order(&[("burger", 1)], true);
    let paid = shop.pay(&order.id, card());
    cloud.settle(&mut shop);
    let row = entity(EntityKind::Payment, paid.id.as_str());
    let declined = json!({"state": "declined", "decline_code": "stolen"});
    cloud.decree(row, fields(declined));
    cloud.settle(&mut shop);
    let owed = shop
        .reader()
        .order(&order.id)
        .expect("reads")
        .expect("there");
    assert_eq!(owed.status, OrderStatus::Open);
    assert_eq!(owed.totals.due_cents, owed.totals.total_cents);
    let settlement = shop.reader().settlement().expect("reads");
    assert_eq!((settlement.open, settlement.declined), (0, 1));
    assert_eq!(shop.account("declined"), paid.amount_cents.0);
    shop.pay(&order.id, cash());
    assert_eq!(shop.account("declined"), 0);
    assert_eq!(shop.account("deposits"), 0);
    let report = shop.reader().sales(DAY, DAY).expect("reads");
    assert_eq!(
        (report.orders, report.gross_cents),
        (1, owed.totals.total_cents)
    );
}

#[test]
fn another_tills_order_is_shown_cooked_and_paid_here() {
    let mut cloud = Cloud::default();
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    let order = one.open_order(&[("burger", 1)], true);
    cloud.settle(&mut one);
    cloud.settle(&mut two);
    let seen = two
        .reader()
        .order(&order.id)
        .expect("reads")
        .expect("there");
    assert_eq!((seen.lines.len(), seen.pending), (1, false));
    assert_eq!(two.reader().tickets().expect("reads").tickets.len(), 1);
    let list = two
        .reader()
        .orders(&OrderFilter::default(), None, 9)
        .expect("reads");
    assert_eq!(list.orders.len(), 1);
    let paid = two.pay(&order.id, cash());
    cloud.settle(&mut two);
    cloud.settle(&mut one);
    let seen = one
        .reader()
        .order(&order.id)
        .expect("reads")
        .expect("there");
    assert_eq!(seen.status, OrderStatus::Paid);
    assert_eq!(seen.payments, [paid]);
    assert_eq!(one.account("cash"), 0, "the money is in the other's drawer");
    assert_eq!(two.account("cash"), order.totals.total_cents.0);
    let gross = [one.gross(), two.gross()];
    assert_eq!(
        gross.iter().sum::<i64>(),
        order.totals.total_cents.0,
        "sold once: {gross:?}"
    );
}

#[test]
fn an_order_that_two_tills_pay_at_once_is_closed_by_who_opened_it() {
    let mut cloud = Cloud::default();
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    let order = one.open_order(&[("burger", 2)], true);
    cloud.settle(&mut one);
    cloud.settle(&mut two);
    let total = order.totals.total_cents.0;
    let mut part = cash();
    part.amount_cents = Some(Cents(total / 2));
    one.pay(&order.id, part.clone());
    part.amount_cents = Some(Cents(total - total / 2));
    two.pay(&order.id, part);
    assert_eq!(one.gross() + two.gross(), 0);
    for _ in 0..2 {
        cloud.settle(&mut one);
        cloud.settle(&mut two);
    }
    assert_eq!((one.gross(), two.gross()), (total, 0));
    let (at_one, at_two) = (one.books(), two.books());
    assert_eq!(at_one["deposits"].0 + at_two["deposits"].0, 0);
    for shop in [&one, &two] {
        let seen = shop
            .reader()
            .order(&order.id)
            .expect("reads")
            .expect("there");
        assert_eq!(seen.status, OrderStatus::Paid);
        assert_eq!(seen.totals.due_cents, Cents(0));
    }
    let report = one.reader().sales(DAY, DAY).expect("reads");
    assert_eq!(report.by_item.first().map(|item| item.quantity), Some(2));
}

#[test]
fn a_sale_that_finds_no_room_is_closed_later() {
    let mut cloud = Cloud::default();
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    let order = one.open_order(&[("burger", 1)], true);
    cloud.settle(&mut one);
    cloud.settle(&mut two);
    let total = order.totals.total_cents.0;
    let mut part = cash();
    part.amount_cents = Some(Cents(100));
    one.pay(&order.id, part.clone());
    part.amount_cents = Some(Cents(total - 100));
    two.pay(&order.id, part);
    cloud.settle(&mut two);
    // Everything that may wait waits, when the other's half arrives.
    one.config.sync.most_operations = 1;
    one.open().expect("opens");
    one.sync(Event::Changed);
    for send in std::mem::take(&mut one.todo.send) {
        if matches!(send, Send::Pull(..)) {
            let event = cloud.answer(&send);
            one.sync(event);
        }
    }
    assert_eq!(one.gross(), 0);
    let status = one
        .reader()
        .order(&order.id)
        .expect("reads")
        .expect("there")
        .status;
    assert_eq!(status, OrderStatus::Paid);
    one.config.sync.most_operations = 1_000;
    one.open().expect("opens");
    cloud.settle(&mut one);
    assert_eq!(one.gross(), total);
    cloud.settle(&mut one);
    assert_eq!(one.gross(), total);
}

#[test]
fn what_is_put_away_goes_where_it_is_anothers_and_stays_where_it_is_ones_own() {
    puts_away(Cloud::put_away);
    puts_away(Cloud::let_go);
}

fn puts_away(how: impl Fn(&mut Cloud, Vec<Entity>)) {
    let mut cloud = Cloud::default();
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    let order = one.open_order(&[("burger", 1)], true);
    let paid = one.pay(&order.id, cash());
    let served = one.open_order(&[("fries", 1)], true);
    cloud.settle(&mut one);
    cloud.settle(&mut two);
    assert!(two.reader().payment(&paid.id).expect("reads").is_some());
    let served_for = two.pay(&served.id, cash());
    cloud.settle(&mut two);
    cloud.settle(&mut one);
    let away = vec![
        entity(EntityKind::Payment, served_for.id.as_str()),
        entity(EntityKind::Order, served.id.as_str()),
        entity(EntityKind::Order, order.id.as_str()),
        entity(EntityKind::Payment, paid.id.as_str()),
    ];
    how(&mut cloud, away);
    cloud.settle(&mut one);
    cloud.settle(&mut two);
    assert_eq!(two.reader().order(&order.id).expect("reads"), None);
    assert_eq!(two.reader().payment(&paid.id).expect("reads"), None);
    let tickets = two.reader().tickets().expect("reads").tickets;
    assert!(tickets.iter().all(|ticket| ticket.order == served.id));
    assert_eq!(tickets.len(), 1);
    let kept = one
        .reader()
        .order(&order.id)
        .expect("reads")
        .expect("there");
    assert_eq!(
        (kept.status, kept.payments),
        (OrderStatus::Paid, vec![paid])
    );
    // The opener keeps what another till took for its order: nothing of it is due again.
    for shop in [&one, &two] {
        let kept = shop.reader().order(&served.id).expect("reads");
        let kept = kept.expect("there");
        assert_eq!(kept.status, OrderStatus::Paid);
        assert_eq!(kept.totals.due_cents, Cents(0));
        assert_eq!(kept.payments, std::slice::from_ref(&served_for));
    }
}

#[test]
fn what_was_not_done_is_shown_until_a_person_settles_it() {
    let mut cloud = Cloud::default();
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    let count = |count| Command::CountStock("fries".into(), CountStock { count, low_at: 0 });
    one.stock(count(10));
    cloud.settle(&mut one);
    cloud.settle(&mut two);
    two.stock(count(20));
    cloud.settle(&mut two);
    one.stock(count(11));
    one.stock(count(12));
    assert_eq!(one.reader().inventory().expect("reads").stock[0].count, 12);
    cloud.settle(&mut one);
    assert_eq!(one.reader().inventory().expect("reads").stock[0].count, 20);
    let now = one.now();
    let items = one.till().standing(&now).attention;
    assert_eq!(items.len(), 2, "{items:?}");
    assert!(
        items
            .iter()
            .all(|item| item.why == "stale" && item.can_retry)
    );
    let first = |shop: &mut Shop| {
        let now = shop.now();
        let items = shop.till().standing(&now).attention;
        items.first().map(|item| item.operation.clone())
    };
    let again = first(&mut one).expect("one");
    one.ask(Command::SettleAttention(
        again.clone(),
        SettleAttention::Again,
    ))
    .expect("again");
    one.open().expect("opens");
    let other = first(&mut one).expect("the other");
    one.ask(Command::SettleAttention(other, SettleAttention::Dismiss))
        .expect("dismisses");
    assert_eq!(first(&mut one), None);
    let gone = Command::SettleAttention(again, SettleAttention::Dismiss);
    assert_eq!(one.refused(gone), olympus_proto::ErrorCode::NotFound);
    cloud.settle(&mut one);
    let count = one.reader().inventory().expect("reads").stock[0].count;
    assert!(count == 11 || count == 12, "{count}");
    assert_eq!(first(&mut one), None, "it was taken this time");
}

#[test]
fn the_outbox_is_numbered_anew_and_loses_nothing() {
    let mut cloud = Cloud::default();
    let mut shop = Shop::new();
    cloud.settle(&mut shop);
    for _ in 0..5 {
        shop.open_order(&[("burger", 1)], true);
    }
    shop.todo.send.clear();
    // Who has the same identity registers, and sells as well.
    let mut clone = Shop::new();
    clone.day = "2027-01-16".to_owned();
    clone.open_order(&[("beer", 1)], true);
    cloud.settle(&mut clone);
    shop.at_ms += 60_000;
    shop.open().expect("opens");
    for _ in 0..3 {
        shop.open_order(&[("fries", 1)], true);
    }
    cloud.settle(&mut shop);
    let waiting = "SELECT count(*) FROM sync_outbox";
    let left: i64 = shop
        .sql()
        .query_row(waiting, [], |row| row.get(0))
        .expect("reads");
    assert_eq!(left, 0);
    let orders = cloud
        .records
        .keys()
        .filter(|it| it.kind == EntityKind::Order);
    assert_eq!(orders.count(), 9);
}

#[test]
fn numbering_anew_keeps_places_unique_in_the_middle_of_it() {
    let mut cloud = Cloud::default();
    let mut shop = Shop::new();
    cloud.settle(&mut shop);
    for _ in 0..6 {
        shop.open_order(&[("burger", 1)], false);
    }
    let sent = std::mem::take(&mut shop.todo.send);
    let first = sent
        .iter()
        .find(|send| matches!(send, Send::Push(..)))
        .expect("a push");
    let event = cloud.answer(first);
    shop.sync(event);
    let places = |shop: &Shop| {
        let conn = shop.sql();
        let mut statement = conn
            .prepare("SELECT sequence FROM sync_outbox ORDER BY sequence")
            .expect("SQL");
        let found = statement
            .query_map([], |row| row.get::<_, i64>(0))
            .expect("reads");
        found.collect::<Result<Vec<_>, _>>().expect("reads")
    };
    let before = places(&shop);
    assert!(before.first() > Some(&1), "{before:?}");
    // The next answer says that the incarnation is old: the device registers.
    let mut clone = Shop::new();
    cloud.settle(&mut clone);
    shop.at_ms += 120_000;
    let mut registered = false;
    for _ in 0..40 {
        shop.at_ms += 10_000;
        shop.sync(Event::Tick);
        for send in std::mem::take(&mut shop.todo.send) {
            registered |= matches!(send, Send::Register(..));
            if matches!(send, Send::Push(..)) && registered {
                continue;
            }
            let event = cloud.answer(&send);
            let todo = shop.sync(event);
            if todo
                .notices
                .iter()
                .any(|it| matches!(it, Notice::Registered(_)))
            {
                let wanted: Vec<i64> = (1..=before.len() as i64).collect();
                assert_eq!(places(&shop), wanted);
                shop.open().expect("opens");
                cloud.settle(&mut shop);
                assert_eq!(places(&shop), Vec::<i64>::new());
                return;
            }
        }
    }
    panic!("it never registered");
}

#[test]
fn refunds_and_stock_of_two_tills_come_together() {
    let mut cloud = Cloud::default();
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    let count = CountStock {
        count: 10,
        low_at: 3,
    };
    one.stock(Command::CountStock("burger".into(), count));
    cloud.settle(&mut one);
    cloud.settle(&mut two);
    assert_eq!(two.reader().inventory().expect("reads").stock[0].low_at, 3);
    let order = two.open_order(&[("burger", 4)], true);
    let paid = two.pay(&order.id, cash());
    let by = AdjustStock {
        by: -1,
        reason: "dropped".to_owned(),
    };
    one.stock(Command::AdjustStock("burger".into(), by));
    for _ in 0..2 {
        cloud.settle(&mut one);
        cloud.settle(&mut two);
    }
    for shop in [&one, &two] {
        assert_eq!(shop.reader().inventory().expect("reads").stock[0].count, 5);
    }
    // Given back where it was not taken: from this drawer.
    let reason = "cold".to_owned();
    let refund = NewRefund {
        amount_cents: None,
        reason,
    };
    one.ask(Command::Refund(paid.id, refund)).expect("refunds");
    let total = order.totals.total_cents.0;
    assert_eq!((one.account("cash"), two.account("cash")), (-total, total));
    one.ask(Command::StopCounting("burger".into()))
        .expect("stops");
    cloud.settle(&mut one);
    let todo_before = two.todo.uncounted.len();
    cloud.settle(&mut two);
    assert_eq!(todo_before, 0);
    assert_eq!(two.reader().inventory().expect("reads").stock, []);
}

#[test]
fn a_refund_that_was_declined_is_made_again_and_one_of_anothers_sale_is_made_here() {
    let (mut cloud, mut signs) = (Cloud::default(), Signs::new());
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    signs.welcome_and_grant(&mut one, 50_000);
    Signs::new().welcome_and_grant(&mut two, 50_000);
    let order = one.open_order(&[("burger", 1)], true);
    let paid = one.pay(&order.id, card());
    cloud.settle(&mut one);
    let says = |state: &str| fields(json!({"state": state}));
    cloud.decree(
        entity(EntityKind::Payment, paid.id.as_str()),
        says("approved"),
    );
    let back = |amount_cents: Option<i64>| {
        let amount_cents = amount_cents.map(Cents);
        let reason = "cold".to_owned();
        Command::Refund(
            paid.id.clone(),
            NewRefund {
                amount_cents,
                reason,
            },
        )
    };
    for again in [false, true] {
        let refund = payment_of(&one.ask(back(None)).expect("is given back"));
        assert_eq!(refund.state, PaymentState::Requested);
        cloud.settle(&mut one);
        if !again {
            let row = entity(EntityKind::Payment, refund.id.as_str());
            cloud.decree(row, says("declined"));
            cloud.settle(&mut one);
            one.open().expect("opens");
        }
    }
    assert_eq!(
        one.refused(back(None)),
        olympus_proto::ErrorCode::InvalidRequest
    );
    // A sale of another till, and of one that has forgotten it.
    let order = one.open_order(&[("fries", 2)], true);
    let paid = one.pay(&order.id, card());
    cloud.settle(&mut one);
    cloud.settle(&mut two);
    let reason = "cold".to_owned();
    let part = NewRefund {
        amount_cents: Some(Cents(200)),
        reason,
    };
    two.ask(Command::Refund(paid.id.clone(), part.clone()))
        .expect("is given back");
    one.sql()
        .execute("DELETE FROM grant_state", [])
        .expect("forgets");
    one.open().expect("opens");
    signs.welcome_and_grant(&mut one, 50_000);
    one.ask(Command::Refund(paid.id, part)).expect("as well");
}
