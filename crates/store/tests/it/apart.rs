//! What one till has not heard of yet: pages that are still to come, and what was done meanwhile.

use crate::support::cloud::Cloud;
use crate::support::{Shop, cash, config};
use olympus_proto::pos::{CountStock, Fire, MoveTicket, NewRefund, OrderStatus, TicketState};
use olympus_proto::sync::{Entity, EntityKind};
use olympus_proto::{Cents, ErrorCode};
use olympus_store::Command;
use serde_json::json;

#[test]
fn a_sale_whose_other_half_is_on_the_next_page_is_not_posted_again() {
    let mut cloud = Cloud::default();
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    let count = CountStock {
        count: 9,
        low_at: 0,
    };
    one.stock(Command::CountStock("burger".into(), count));
    let order = one.open_order(&[("burger", 2)], false);
    cloud.settle(&mut one);
    cloud.settle(&mut two);
    // The line of the first one is down; the second cooks it and is paid for it.
    let lines = Vec::new();
    two.order(Command::Fire(order.id.clone(), Fire { lines }));
    two.pay(&order.id, cash());
    cloud.settle(&mut two);
    let ticket = two.reader().tickets().expect("reads").tickets[0].clone();
    let state = TicketState::Ready;
    two.ask(Command::MoveTicket(ticket.id, MoveTicket { state }))
        .expect("moves");
    cloud.settle(&mut two);
    // The payment comes a page before the order, which was touched last.
    one.config.sync.pull_limit = 1;
    one.open().expect("opens");
    for _ in 0..2 {
        cloud.settle(&mut one);
        cloud.settle(&mut two);
    }
    let total = order.totals.total_cents.0;
    assert_eq!((one.gross(), two.gross()), (0, total));
    let sales: i64 = one
        .sql()
        .query_row("SELECT count(*) FROM ledger", [], |row| row.get(0))
        .expect("reads");
    assert_eq!(sales, 0, "nothing was posted and taken back");
    let stock = Entity {
        kind: EntityKind::Inventory,
        id: "burger".to_owned(),
    };
    assert_eq!(cloud.records[&stock].row.fields["count"], json!(7));
    let seen = one.reader().order(&order.id).expect("reads");
    assert_eq!(seen.map(|order| order.status), Some(OrderStatus::Paid));
}

#[test]
fn an_order_with_a_payment_of_a_later_version_is_not_charged_again() {
    let mut cloud = Cloud::default();
    let (mut one, mut two) = (Shop::new(), Shop::with(config("till-2")));
    let order = one.open_order(&[("burger", 2)], false);
    let mut part = cash();
    part.amount_cents = Some(Cents(100));
    let paid = one.pay(&order.id, part);
    cloud.settle(&mut one);
    let row = Entity {
        kind: EntityKind::Payment,
        id: "p-later".to_owned(),
    };
    let later = json!({"order": order.id, "tender": "promise", "amount_cents": 1_957, "at_ms": 1});
    let set = serde_json::from_value(later).expect("an object");
    cloud.decree(row.clone(), set);
    for shop in [&mut one, &mut two] {
        cloud.settle(shop);
        let seen = shop.reader().order(&order.id).expect("reads");
        let seen = seen.expect("there");
        assert_eq!(seen.status, OrderStatus::Open, "nobody knows");
        assert_eq!(seen.payments, std::slice::from_ref(&paid));
        let reason = "gone".to_owned();
        let amount_cents = None;
        for refused in [
            Command::Pay(order.id.clone(), cash()),
            Command::Refund(
                paid.id.clone(),
                NewRefund {
                    amount_cents,
                    reason,
                },
            ),
        ] {
            assert_eq!(shop.refused(refused), ErrorCode::WrongState);
        }
    }
    // The till that can read it, or an update, says it in words of this version.
    let known = json!({"tender": "cash", "state": "approved"});
    cloud.decree(row, serde_json::from_value(known).expect("an object"));
    cloud.settle(&mut one);
    let seen = one.reader().order(&order.id).expect("reads");
    assert_eq!(seen.map(|order| order.status), Some(OrderStatus::Paid));
}
