//! Operations that were not done, and rows that were put away: what this till did stands.

use crate::support::cloud::Cloud;
use crate::support::{Shop, cash, config, line};
use olympus_proto::ErrorCode;
use olympus_proto::pos::{
    AddLines, AttentionItem, ChangeLine, MoveTicket, Order, OrderStatus, SettleAttention,
    TicketState,
};
use olympus_proto::sync::{Entity, EntityKind, Fields, Operation};
use olympus_store::Command;
use serde_json::json;

fn row(order: &Order) -> Entity {
    Entity {
        kind: EntityKind::Order,
        id: order.id.as_str().to_owned(),
    }
}

fn seen(shop: &Shop, order: &Order) -> Order {
    let found = shop.reader().order(&order.id).expect("reads");
    found.expect("it is there")
}

fn closes(operation: &Operation) -> bool {
    operation
        .payload
        .keys()
        .any(|name| name.starts_with("closed:"))
}

fn attention(shop: &mut Shop) -> Vec<AttentionItem> {
    let now = shop.now();
    shop.till().standing(&now).attention
}

#[test]
fn a_closing_that_is_not_done_leaves_the_sale_posted_once_and_the_till_selling() {
    let (mut shop, mut cloud) = (Shop::new(), Cloud::default());
    let order = shop.open_order(&[("burger", 1)], true);
    cloud.settle(&mut shop);
    shop.pay(&order.id, cash());
    cloud.settle_without(&mut shop, closes);
    let total = order.totals.total_cents.0;
    assert_eq!((shop.gross(), shop.account("deposits")), (total, 0));
    let paid = seen(&shop, &order);
    assert_eq!(paid.status, OrderStatus::Paid);
    assert_eq!(attention(&mut shop).len(), 1, "a person is told");
    let closed = "closed:till-1";
    assert!(!cloud.records[&row(&order)].row.fields.contains_key(closed));
    // What happens next goes on as ever, after a start as well.
    shop.open().expect("opens");
    let other = shop.open_order(&[("fries", 1)], true);
    shop.pay(&other.id, cash());
    cloud.settle(&mut shop);
    assert_eq!(shop.gross(), total + other.totals.total_cents.0);
    // Whatever is done to it next tells the sale.
    let ticket = shop.reader().tickets().expect("reads").tickets[0].clone();
    assert_eq!(ticket.order, order.id);
    let state = TicketState::Ready;
    shop.ask(Command::MoveTicket(ticket.id, MoveTicket { state }))
        .expect("moves");
    cloud.settle(&mut shop);
    let fields = &cloud.records[&row(&order)].row.fields;
    assert_eq!(fields[closed]["total_cents"], json!(total));
    assert!(fields.keys().any(|name| name.starts_with("sold:")));
}

#[test]
fn a_closing_that_is_done_again_is_posted_once() {
    let mut cloud = Cloud::default();
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    let order = one.open_order(&[("burger", 2)], true);
    cloud.settle(&mut one);
    one.pay(&order.id, cash());
    cloud.settle_without(&mut one, closes);
    let lost = attention(&mut one).remove(0).operation;
    one.ask(Command::SettleAttention(lost, SettleAttention::Again))
        .expect("again");
    for _ in 0..2 {
        cloud.settle(&mut one);
        cloud.settle(&mut two);
    }
    let total = order.totals.total_cents.0;
    assert_eq!((one.gross(), two.gross()), (total, 0));
    for shop in [&one, &two] {
        assert_eq!(seen(shop, &order).status, OrderStatus::Paid);
    }
}

#[test]
fn an_order_whose_opening_was_not_done_keeps_its_lines_and_is_told_whole_with_the_next() {
    let (mut shop, mut cloud) = (Shop::new(), Cloud::default());
    cloud.settle(&mut shop);
    let order = shop.open_order(&[("burger", 1)], true);
    cloud.settle_without(&mut shop, |_| true);
    assert!(!cloud.records.contains_key(&row(&order)));
    let lines = vec![line("fries", 1)];
    let more = shop.order(Command::AddLines(
        order.id.clone(),
        AddLines { lines, fire: false },
    ));
    assert_eq!(more.lines.len(), 2);
    cloud.settle(&mut shop);
    let after = seen(&shop, &order);
    assert_eq!((after.number, after.lines), (order.number, more.lines));
    let fields = &cloud.records[&row(&order)].row.fields;
    assert_eq!(fields["terminal"], json!("till-1"));
    let lines = fields.keys().filter(|name| name.starts_with("line:"));
    assert_eq!(lines.count(), 2);
}

#[test]
fn an_order_whose_opening_was_not_done_while_more_waited_keeps_its_lines() {
    let (mut shop, mut cloud) = (Shop::new(), Cloud::default());
    cloud.settle(&mut shop);
    let order = shop.open_order(&[("burger", 1)], true);
    let lines = vec![line("fries", 1)];
    shop.order(Command::AddLines(
        order.id.clone(),
        AddLines { lines, fire: false },
    ));
    let opens = |operation: &Operation| operation.payload.contains_key("opened_ms");
    cloud.settle_without(&mut shop, opens);
    let row_fields = |cloud: &Cloud| -> Fields { cloud.records[&row(&order)].row.fields.clone() };
    assert!(!row_fields(&cloud).contains_key("opened_ms"));
    let after = seen(&shop, &order);
    assert_eq!((after.number, after.lines.len()), (order.number, 2));
    shop.pay(&order.id, cash());
    cloud.settle(&mut shop);
    assert_eq!(seen(&shop, &order).status, OrderStatus::Paid);
    let told = row_fields(&cloud);
    assert_eq!(told["terminal"], json!("till-1"));
    assert_eq!(shop.gross(), after.totals.total_cents.0);
}

#[test]
fn an_opening_that_is_done_again_writes_over_nothing_newer() {
    let (mut shop, mut cloud) = (Shop::new(), Cloud::default());
    cloud.settle(&mut shop);
    let order = shop.open_order(&[("burger", 1)], false);
    cloud.settle_without(&mut shop, |_| true);
    let lost = attention(&mut shop).remove(0).operation;
    let quantity = Some(3);
    let change = ChangeLine {
        quantity,
        ..ChangeLine::default()
    };
    let line = order.lines[0].line.clone();
    shop.order(Command::ChangeLine(order.id.clone(), line.clone(), change));
    shop.pay(&order.id, cash());
    cloud.settle(&mut shop);
    let before = seen(&shop, &order);
    assert_eq!(before.status, OrderStatus::Paid);
    shop.ask(Command::SettleAttention(lost, SettleAttention::Again))
        .expect("again");
    cloud.settle(&mut shop);
    let fields = &cloud.records[&row(&order)].row.fields;
    assert_eq!(fields[&format!("line:{line}")]["quantity"], json!(3));
    assert_eq!(fields["status"], json!("paid"));
    assert_eq!(seen(&shop, &order).totals, before.totals);
}

#[test]
fn what_cannot_be_done_again_is_not() {
    let (mut shop, mut cloud) = (Shop::new(), Cloud::default());
    let order = shop.open_order(&[("burger", 1)], false);
    cloud.settle(&mut shop);
    // It was put away meanwhile, and its version does not come back.
    let lines = vec![line("fries", 1)];
    let add = AddLines { lines, fire: false };
    shop.order(Command::AddLines(order.id.clone(), add));
    cloud.put_away(vec![row(&order)]);
    cloud.settle(&mut shop);
    let lost = attention(&mut shop).remove(0);
    assert_eq!((lost.why.as_str(), lost.can_retry), ("gone", false));
    let again = Command::SettleAttention(lost.operation.clone(), SettleAttention::Again);
    assert_eq!(shop.refused(again), ErrorCode::WrongState);
    shop.ask(Command::SettleAttention(
        lost.operation,
        SettleAttention::Dismiss,
    ))
    .expect("is let be");
}

#[test]
fn a_ticket_of_an_order_that_was_put_away_moves_and_the_order_stays_whole() {
    let (mut shop, mut cloud) = (Shop::new(), Cloud::default());
    let order = shop.open_order(&[("burger", 1)], true);
    shop.pay(&order.id, cash());
    cloud.settle(&mut shop);
    let before = seen(&shop, &order);
    cloud.put_away(vec![row(&order)]);
    cloud.settle(&mut shop);
    let ticket = shop.reader().tickets().expect("reads").tickets[0].clone();
    let state = TicketState::Ready;
    shop.ask(Command::MoveTicket(ticket.id, MoveTicket { state }))
        .expect("moves");
    cloud.settle(&mut shop);
    let after = seen(&shop, &order);
    assert_eq!((after.number, &after.day), (before.number, &before.day));
    assert_eq!(after.status, OrderStatus::Paid);
    assert_eq!((after.lines.len(), after.payments.len()), (1, 1));
    let told = &cloud.records[&row(&order)].row.fields;
    assert_eq!(told["terminal"], json!("till-1"));
    assert!(closes_in(told));
    assert_eq!(shop.gross(), order.totals.total_cents.0);
}

fn closes_in(fields: &Fields) -> bool {
    fields.contains_key("closed:till-1")
}
