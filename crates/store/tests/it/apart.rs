//! What one till has not heard of yet: pages that are still to come, and what was done meanwhile.

use crate::support::cloud::Cloud;
use crate::support::{Shop, cash, config};
use olympus_proto::pos::{CountStock, Fire, MoveTicket, OrderStatus, TicketState};
use olympus_proto::sync::{Entity, EntityKind};
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
