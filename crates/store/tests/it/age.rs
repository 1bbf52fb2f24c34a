//! Goods that have an age limit are never sold without its being asked for.

use crate::support::cloud::Signs;
use crate::support::{Shop, cash, line};
use olympus_proto::pos::{AddLines, ChangeLine, NewRefund, OrderStatus};
use olympus_proto::{Cents, ErrorCode};
use olympus_store::Command;

#[test]
fn an_order_with_goods_for_adults_does_not_close_by_a_change_alone() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 50_000);
    let order = shop.open_order(&[("burger", 1)], false);
    let mut part = cash();
    // What the beer costs, with its tax.
    part.amount_cents = Some(Cents(541));
    let paid = shop.pay(&order.id, part.clone());
    let lines = vec![line("beer", 1)];
    let add = AddLines { lines, fire: false };
    shop.order(Command::AddLines(order.id.clone(), add));
    let off = || {
        let void = Some("not wanted".to_owned());
        let change = ChangeLine {
            void,
            ..ChangeLine::default()
        };
        Command::ChangeLine(order.id.clone(), order.lines[0].line.clone(), change)
    };
    assert_eq!(shop.refused(off()), ErrorCode::NotAuthorised);
    // As the refusal says.
    let back = NewRefund {
        amount_cents: None,
        reason: "anew".to_owned(),
    };
    shop.ask(Command::Refund(paid.id, back)).expect("refunds");
    shop.order(off());
    let anew = Command::Pay(order.id.clone(), part.clone());
    assert_eq!(shop.refused(anew), ErrorCode::NotAuthorised);
    part.age_shown = Some(30);
    shop.pay(&order.id, part);
    let seen = shop.reader().order(&order.id).expect("reads");
    assert_eq!(seen.map(|order| order.status), Some(OrderStatus::Paid));
}
