//! Selling: what is answered is what is stored, once for each key.

use crate::support::cloud::Signs;
use crate::support::{DAY, Shop, asked, card, cash, cheese, line, new_order, payment_of};
use olympus_proto::grant::TenderKind;
use olympus_proto::pos::{
    AddLines, AdjustStock, ChangeLine, CountStock, Fire, LineState, MoveTicket, NewRefund,
    OrderStatus, PaymentState, TicketState, VoidOrder,
};
use olympus_proto::{Cents, ErrorCode};
use olympus_store::{Command, OrderFilter, Reply, TillError};

#[test]
fn an_order_is_opened_changed_paid_and_refunded() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 2)], false);
    assert_eq!((order.number, order.revision, order.pending), (1, 1, true));
    let mut more = line("fries", 1);
    more.modifiers = vec![cheese()];
    let add = AddLines {
        lines: vec![more],
        fire: false,
    };
    let order = shop.order(Command::AddLines(order.id, add));
    // 2 x 9.50 + 4.25 = 23.25, tax of 8.25 % on top.
    assert_eq!(order.totals.lines_cents, Cents(2_325));
    assert_eq!(order.totals.total_cents, Cents(2_325 + 192));
    assert_eq!(order.revision, 2);

    let void = ChangeLine {
        void: Some("not wanted".to_owned()),
        ..ChangeLine::default()
    };
    let last = order.lines.last().expect("a line").line.clone();
    let order = shop.order(Command::ChangeLine(order.id, last, void));
    assert_eq!(order.lines.len(), 2);
    let total = order.totals.total_cents;
    assert_eq!(total, Cents(1_900 + 157));

    let mut payment = cash();
    payment.tip_cents = Cents(300);
    payment.handed_cents = Some(Cents(3_000));
    let paid = shop.pay(&order.id, payment);
    assert_eq!(paid.state, PaymentState::Approved);
    assert_eq!(paid.change_cents, Some(Cents(3_000 - 2_057 - 300)));
    let stored = shop
        .reader()
        .order(&order.id)
        .expect("reads")
        .expect("there");
    assert_eq!(stored.status, OrderStatus::Paid);
    assert_eq!(stored.payments.first(), Some(&paid));
    assert_eq!(stored.payments.len(), 1);
    assert_eq!(shop.account("cash"), 2_357);
    assert_eq!(shop.account("sales"), -1_900);
    assert_eq!(shop.account("tax"), -157);
    assert_eq!(shop.account("tips"), -300);
    assert_eq!(shop.account("deposits"), 0);

    let refund = NewRefund {
        amount_cents: Some(Cents(1_000)),
        reason: "cold".to_owned(),
    };
    let back = payment_of(
        &shop
            .ask(Command::Refund(paid.id.clone(), refund))
            .expect("refunds"),
    );
    assert_eq!(back.refund_of, Some(paid.id));
    assert_eq!(shop.account("cash"), 1_357);

    let report = shop.reader().sales(DAY, DAY).expect("a report");
    assert_eq!((report.orders, report.gross_cents), (1, Cents(2_057)));
    assert_eq!(report.tax_cents, Cents(157));
    assert_eq!(report.refunded_cents, Cents(1_000));
    assert_eq!(report.tip_cents, Cents(300));
    let item = report.by_item.first().expect("an item");
    assert_eq!((item.quantity, item.lines_cents), (2, Cents(1_900)));
    assert_eq!(
        report.by_item.len(),
        1,
        "a line that was taken off was not sold"
    );
    let tender = report.by_tender.first().expect("a tender");
    assert_eq!(tender.tender, TenderKind::Cash);
    assert_eq!(
        (tender.taken_cents, tender.refunded_cents),
        (Cents(2_357), Cents(1_000))
    );
    assert_eq!(report.by_hour.len(), 1);
    let other = shop
        .reader()
        .sales("2027-01-16", "2027-01-31")
        .expect("a report");
    assert_eq!((other.orders, other.by_item.len()), (0, 0));
}

#[test]
fn the_same_key_has_the_same_answer_and_is_done_once() {
    let mut shop = Shop::new();
    let open = Command::OpenOrder(new_order(&[("burger", 1)], true));
    let first = shop.ask_as("a", open.clone()).expect("opens");
    assert!(!first.replayed);
    let Reply::Order(order) = &first.reply else {
        panic!("{first:?}");
    };
    let pay = Command::Pay(order.id.clone(), cash());
    let paid = shop.ask_as("b", pay.clone()).expect("pays");
    let bytes = |reply: &Reply| serde_json::to_vec(reply).expect("JSON");
    for reopened in [false, true] {
        if reopened {
            shop.open().expect("opens");
        }
        let again = shop.ask_as("a", open.clone()).expect("again");
        assert!(again.replayed);
        assert_eq!(
            bytes(&again.reply),
            bytes(&first.reply),
            "as it was told then"
        );
        assert_eq!(again.todo, olympus_store::Todo::default());
        let again = shop.ask_as("b", pay.clone()).expect("again");
        assert_eq!(bytes(&again.reply), bytes(&paid.reply));
    }
    assert_eq!(shop.account("cash"), order.totals.total_cents.0);
    let other = shop.ask_as("a", Command::OpenOrder(new_order(&[("beer", 1)], true)));
    let Err(TillError::Refused { code, .. }) = other else {
        panic!("{other:?}");
    };
    assert_eq!(code, ErrorCode::IdempotencyKeyReused);
    let list = shop
        .reader()
        .orders(&OrderFilter::default(), None, 10)
        .expect("reads");
    assert_eq!(list.orders.len(), 1);
}

#[test]
fn what_is_refused_is_not_kept_and_the_key_can_be_used() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 1)], false);
    let mut little = cash();
    little.handed_cents = Some(Cents(5));
    let refused = shop.ask_as("k", Command::Pay(order.id.clone(), little));
    assert!(
        matches!(refused, Err(TillError::Refused { .. })),
        "{refused:?}"
    );
    let paid = shop
        .ask_as("k", Command::Pay(order.id, cash()))
        .expect("pays");
    assert!(!paid.replayed);
    for key in ["", "white space", "ü", &"k".repeat(129)] {
        let refused = shop.ask_as(key, Command::OpenOrder(new_order(&[], false)));
        let Err(TillError::Refused { code, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(code, ErrorCode::InvalidRequest);
    }
}

#[test]
fn a_revision_that_has_passed_is_refused() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 1)], false);
    let fire = Command::Fire(order.id.clone(), Fire::default());
    let refused = shop.ask_with(asked("x", Some(order.revision + 1), fire.clone()));
    let Err(TillError::Refused { code, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(code, ErrorCode::PreconditionFailed);
    let fired = shop
        .ask_with(asked("x", Some(order.revision), fire))
        .expect("fires");
    let Reply::Order(fired) = fired.reply else {
        panic!("no order");
    };
    assert_eq!(fired.revision, order.revision + 1);
    assert!(
        fired
            .lines
            .iter()
            .all(|line| line.state == LineState::Fired)
    );
}

#[test]
fn the_kitchen_sees_firings_until_they_are_done() {
    let mut shop = Shop::new();
    let command = Command::OpenOrder(new_order(&[("burger", 1), ("fries", 2)], true));
    let done = shop.ask(command).expect("opens");
    let ticket = done.todo.tickets.first().expect("a ticket").clone();
    assert_eq!(ticket.lines.len(), 2);
    let waiting = shop.reader().tickets().expect("reads").tickets;
    assert_eq!(waiting, std::slice::from_ref(&ticket));
    let to = |state| Command::MoveTicket(ticket.id.clone(), MoveTicket { state });
    let done = shop.ask(to(TicketState::Ready)).expect("moves");
    let Reply::Ticket(moved) = &done.reply else {
        panic!("{done:?}");
    };
    assert_eq!(done.todo.tickets, [moved.as_ref().clone()]);
    let order = shop
        .reader()
        .order(&ticket.order)
        .expect("reads")
        .expect("there");
    assert!(
        order
            .lines
            .iter()
            .all(|line| line.state == LineState::Ready)
    );
    shop.ask(to(TicketState::Done)).expect("moves");
    assert_eq!(shop.reader().tickets().expect("reads").tickets, []);
    shop.ask(to(TicketState::Cooking))
        .expect("a mistaken touch");
    assert_eq!(shop.reader().tickets().expect("reads").tickets.len(), 1);
    shop.ask(to(TicketState::Done)).expect("moves");
    // A day later it is forgotten; and asking for it shows it again.
    shop.at_ms += 25 * 3_600_000;
    shop.open_order(&[], false);
    let count = "SELECT count(*) FROM tickets";
    let left: i64 = shop
        .sql()
        .query_row(count, [], |row| row.get(0))
        .expect("reads");
    assert_eq!(left, 0);
    shop.ask(to(TicketState::Ready)).expect("moves");
    assert_eq!(shop.reader().tickets().expect("reads").tickets.len(), 1);
    let unknown = Command::MoveTicket(
        "nothing.1".into(),
        MoveTicket {
            state: TicketState::Done,
        },
    );
    assert_eq!(shop.refused(unknown), ErrorCode::NotFound);
}

#[test]
fn a_ticket_that_nobody_moves_is_forgotten_two_days_later() {
    let mut shop = Shop::new();
    let old: Vec<_> = (0..6)
        .map(|_| shop.open_order(&[("burger", 1)], true))
        .collect();
    let waiting = |shop: &Shop| shop.reader().tickets().expect("reads").tickets.len();
    shop.at_ms += 47 * 3_600_000;
    let new = shop.open_order(&[("burger", 1)], true);
    assert_eq!(waiting(&shop), 7);
    shop.at_ms += 2 * 3_600_000;
    for _ in 0..2 {
        shop.open_order(&[], false);
    }
    // As many as a kitchen works on stay, whatever a clock says.
    assert_eq!(waiting(&shop), 7);
    for _ in 0..199 {
        shop.open_order(&[("burger", 1)], true);
    }
    let left = shop.reader().tickets().expect("reads").tickets;
    assert_eq!(left.len(), 200);
    assert_eq!(left[0].order, new.id);
    // Whatever is done to its order does not bring it back; moving it does.
    shop.pay(&old[0].id, cash());
    assert_eq!(waiting(&shop), 200);
    let state = TicketState::Cooking;
    let ticket = format!("{}.1", old[0].id);
    shop.ask(Command::MoveTicket(
        ticket.as_str().into(),
        MoveTicket { state },
    ))
    .expect("moves");
    assert_eq!(waiting(&shop), 201);
}

#[test]
fn stock_goes_with_what_is_sold_and_says_when_it_is_out() {
    let mut shop = Shop::new();
    shop.open_order(&[("fries", 5)], true);
    let adjust = |by| {
        let reason = "delivery".to_owned();
        Command::AdjustStock("fries".into(), AdjustStock { by, reason })
    };
    assert_eq!(
        shop.refused(adjust(1)),
        ErrorCode::NotFound,
        "it is not counted"
    );
    let count = CountStock {
        count: 3,
        low_at: 1,
    };
    let stock = shop.stock(Command::CountStock("fries".into(), count));
    assert_eq!((stock.count, stock.low_at, stock.sold_out), (3, 1, false));
    let command = Command::OpenOrder(new_order(&[("fries", 3), ("burger", 1)], true));
    let done = shop.ask(command).expect("opens");
    let [stock] = done.todo.stock.as_slice() else {
        panic!("{:?}", done.todo.stock);
    };
    assert_eq!((stock.count, stock.sold_out), (0, true));
    assert_eq!(shop.stock(adjust(2)).count, 2);
    let stock = shop.reader().inventory().expect("reads").stock;
    assert_eq!(stock.len(), 1, "only what is counted");
    let done = shop
        .ask(Command::StopCounting("fries".into()))
        .expect("stops");
    assert_eq!(done.todo.uncounted, ["fries".into()]);
    assert_eq!(shop.reader().inventory().expect("reads").stock, []);
    assert_eq!(
        shop.refused(Command::StopCounting("fries".into())),
        ErrorCode::NotFound
    );
    let done = shop
        .ask(Command::OpenOrder(new_order(&[("fries", 3)], true)))
        .expect("opens");
    assert_eq!(done.todo.stock, []);
}

#[test]
fn numbers_count_up_each_day_and_orders_are_paged() {
    let mut shop = Shop::new();
    let mut ids = Vec::new();
    for expected in 1..=7 {
        let order = shop.open_order(&[("burger", 1)], false);
        assert_eq!(order.number, expected);
        ids.push(order.id);
    }
    shop.day = "2027-01-16".to_owned();
    let next = shop.open_order(&[("burger", 1)], false);
    assert_eq!(next.number, 1);
    let reason = "left".to_owned();
    shop.order(Command::VoidOrder(ids[0].clone(), VoidOrder { reason }));
    let reader = shop.reader();
    let mut found = Vec::new();
    let mut before: Option<String> = None;
    loop {
        let filter = OrderFilter {
            day: Some(DAY.to_owned()),
            status: None,
        };
        let page = reader.orders(&filter, before.as_deref(), 3).expect("reads");
        found.extend(page.orders.into_iter().map(|order| order.id));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    ids.reverse();
    assert_eq!(found, ids);
    let count = |day: Option<&str>, status| {
        let filter = OrderFilter {
            day: day.map(str::to_owned),
            status,
        };
        reader
            .orders(&filter, None, 100)
            .expect("reads")
            .orders
            .len()
    };
    assert_eq!(count(None, None), 8);
    assert_eq!(count(None, Some(OrderStatus::Open)), 7);
    assert_eq!(count(None, Some(OrderStatus::Voided)), 1);
    assert_eq!(count(Some(DAY), Some(OrderStatus::Open)), 6);
    assert_eq!(count(Some("2027-01-16"), Some(OrderStatus::Paid)), 0);
}

#[test]
fn cards_need_a_grant_and_cash_does_not() {
    let mut shop = Shop::new();
    let order = shop.open_order(&[("burger", 1)], false);
    let refused = shop.ask(Command::Pay(order.id.clone(), card()));
    let Err(TillError::Refused { code, message }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(code, ErrorCode::NotAuthorised);
    assert!(message.starts_with("no_grant: "), "{message}");
    shop.pay(&order.id, cash());
    assert_eq!(
        shop.refused(Command::Pay(order.id, cash())),
        ErrorCode::WrongState
    );
    assert_eq!(
        shop.refused(Command::Pay("nothing".into(), cash())),
        ErrorCode::NotFound
    );
}

#[test]
fn what_waits_for_too_long_or_is_too_much_is_refused_before_anything_is_counted() {
    let mut shop = Shop::new();
    shop.config.sync.most_value = Cents(2_000);
    shop.open().expect("opens");
    Signs::new().welcome_and_grant(&mut shop, 50_000);
    let first = shop.open_order(&[("burger", 1)], false);
    shop.pay(&first.id, card());
    let second = shop.open_order(&[("burger", 1)], false);
    let before = shop.books();
    assert_eq!(
        shop.refused(Command::Pay(second.id.clone(), card())),
        ErrorCode::OfflineLimit
    );
    assert_eq!(shop.books(), before);
    // Cash is in the drawer: neither worth nor age of what waits has a say in it.
    shop.at_ms += 80 * 3_600_000;
    let third = shop.open_order(&[("burger", 9)], false);
    shop.pay(&third.id, cash());
    let order = shop
        .reader()
        .order(&second.id)
        .expect("reads")
        .expect("there");
    assert_eq!((order.status, order.payments.len()), (OrderStatus::Open, 0));
    shop.config.sync.most_operations = 3;
    shop.open().expect("opens");
    assert_eq!(
        shop.refused(Command::OpenOrder(new_order(&[], false))),
        ErrorCode::OfflineLimit
    );
}

#[test]
fn old_keys_are_forgotten_new_ones_never() {
    let mut shop = Shop::new();
    let first = Command::OpenOrder(new_order(&[("burger", 1)], false));
    shop.ask_as("first", first.clone()).expect("opens");
    // A clock that leaps forgets nothing.
    shop.at_ms += 20 * 24 * 3_600_000;
    for _ in 0..10 {
        shop.open_order(&[], false);
    }
    assert!(shop.ask_as("first", first).expect("again").replayed);
    let keys = "SELECT count(*) FROM idempotency";
    let count: i64 = shop
        .sql()
        .query_row(keys, [], |row| row.get(0))
        .expect("reads");
    assert_eq!(count, 11);
    // Once there are very many after it, those past their time go, a few at a time.
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO idempotency (key, digest, at_ms, reply, lived_ms)
        SELECT 'many-' || i, x'00', 0, '\"nothing\"', 9000000000000 FROM n";
    shop.sql().execute(many, []).expect("inserts");
    let before: i64 = shop
        .sql()
        .query_row(keys, [], |row| row.get(0))
        .expect("reads");
    shop.open_order(&[], false);
    let after: i64 = shop
        .sql()
        .query_row(keys, [], |row| row.get(0))
        .expect("reads");
    assert_eq!(
        before - after,
        0,
        "of the first ones none is 7 days older than now but one"
    );
    let held: bool = shop
        .sql()
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM idempotency WHERE key = 'first')",
            [],
            |row| row.get(0),
        )
        .expect("reads");
    assert!(!held);
}
