//! Sales and refunds that no grant, policy, clock or card allows.

use super::{Case, Refused, by_state, revoked, sell, state};
use crate::fixture::{
    HOUR, MINUTE, T0, at, by_card, card, delta, grant, policy, ready, sale, seal, selling,
    selling_by, snapshot,
};
use olympus_core::grant::{
    CardState, MAX_OPEN_ORDERS, Reading, Refusal, Row, Sale, Tender, Terminal,
};
use olympus_core::route::Moment;
use olympus_proto::Cents;
use olympus_proto::grant::Revoked;

#[rustfmt::skip]
pub(super) fn sales() -> Vec<Case> {
    vec![
        ("a card without a grant", Refusal::NoGrant, || sell(&mut ready(), &by_card("s", 100), at(0))),
        ("nothing", Refusal::BadAmount, || sell(&mut selling(), &by_card("s", 0), at(0))),
        ("a negative sale", Refusal::BadAmount, || sell(&mut selling(), &by_card("s", -100), at(0))),
        ("a sale that overflows", Refusal::BadAmount, || sell(&mut selling(), &by_card("s", i64::MAX), at(0))),
        ("a sale without an id", Refusal::BadId, || sell(&mut selling(), &by_card("", 100), at(0))),
        ("a card's number in clear", Refusal::BadId, || sell(&mut selling(), &sale("s", 100, Tender::Card("4111111111111111".into())), at(0))),
        ("dearer than the grant's sale", Refusal::OverSaleCap, || {
            let mut small = grant();
            small.caps.sale_cents = Cents(500);
            sell(&mut selling_by(&small), &by_card("s", 501), at(0))
        }),
        ("dearer than the policy's sale", Refusal::OverSaleCap, || sell(&mut selling(), &by_card("s", 9_001), at(0))),
        ("cash dearer than the policy's sale", Refusal::OverSaleCap, || sell(&mut selling(), &sale("s", 100_001, Tender::Cash), at(0))),
        ("beyond the total", Refusal::OverTotalCap, || {
            let mut terminal = selling();
            (0..5).for_each(|n| assert_eq!(sell(&mut terminal, &by_card(&format!("s-{n}"), 9_000), at(0)), None));
            sell(&mut terminal, &by_card("s", 5_001), at(0))
        }),
        ("beyond the count", Refusal::OverCount, || {
            let mut terminal = selling();
            (0..20).for_each(|n| assert_eq!(sell(&mut terminal, &by_card(&format!("s-{n}"), 1), at(0)), None));
            sell(&mut terminal, &by_card("s", 1), at(0))
        }),
        ("beyond the count after a void", Refusal::OverCount, || {
            let mut terminal = selling();
            (0..20).for_each(|n| assert_eq!(sell(&mut terminal, &by_card(&format!("s-{n}"), 1), at(0)), None));
            assert_eq!(terminal.void(&"s-1".into(), "r-1".into(), at(0)).outcome, Ok(Cents(0)));
            sell(&mut terminal, &by_card("s", 1), at(0))
        }),
        ("another sale under an id", Refusal::SaleIdReused, || {
            let mut terminal = selling();
            assert_eq!(sell(&mut terminal, &by_card("s", 100), at(0)), None);
            sell(&mut terminal, &by_card("s", 101), at(0))
        }),
        ("the same sale by another card", Refusal::SaleIdReused, || {
            let mut terminal = selling();
            assert_eq!(sell(&mut terminal, &by_card("s", 100), at(0)), None);
            sell(&mut terminal, &sale("s", 100, Tender::Card(card(2))), at(0))
        }),
        ("a revoked card", Refusal::CardRevoked, || sell(&mut selling(), &sale("s", 100, Tender::Card(card(66))), at(0))),
        ("under a revoked grant", Refusal::GrantRevoked, || sell(&mut revoked(|r| r.grants.push("g-1".into())), &by_card("s", 100), at(0))),
        ("under a revoked key's grant", Refusal::KeyRevoked, || sell(&mut revoked(|r| r.keys.push("k-2".into())), &by_card("s", 100), at(0))),
        ("cash at a revoked terminal", Refusal::TerminalRevoked, || {
            sell(&mut revoked(|r| r.terminals.push("till-1".into())), &sale("s", 100, Tender::Cash), at(0))
        }),
        ("a tender the grant does not name", Refusal::TenderNotAllowed, || {
            let mut narrow = grant();
            narrow.tenders.pop();
            sell(&mut selling_by(&narrow), &by_state("s", 100, 1, state(1, 500)), at(0))
        }),
        ("a tender the policy does not name", Refusal::TenderNotAllowed, || {
            let mut terminal = selling();
            let mut narrow = policy(4);
            narrow.tenders.remove(1);
            assert_eq!(terminal.take_policy(&seal(&narrow), at(0)).outcome, Ok(()));
            sell(&mut terminal, &by_card("s", 100), at(0))
        }),
        ("spirits to somebody unasked", Refusal::AgeNotShown, || {
            sell(&mut selling(), &Sale { categories: vec!["spirits".to_owned()], ..by_card("s", 100) }, at(0))
        }),
        ("spirits to somebody of 17, in cash", Refusal::AgeNotShown, || {
            let spirits = Sale { categories: vec!["spirits".to_owned()], age_shown: Some(17), ..sale("s", 100, Tender::Cash) };
            sell(&mut selling(), &spirits, at(0))
        }),
        ("in the middle of an order, by a card just revoked", Refusal::CardRevoked, || {
            let mut terminal = selling();
            assert!(terminal.open_order("o-1".into(), at(0)).outcome.is_ok());
            let taken = terminal.take_delta(&seal(&delta(6, Revoked { cards: vec![card(1)], ..Revoked::default() })), at(0));
            assert_eq!(taken.outcome, Ok(()));
            sell(&mut terminal, &Sale { order: Some("o-1".into()), ..by_card("s", 100) }, at(0))
        }),
        ("more open orders than there may be", Refusal::TooManyOrders, || {
            let mut terminal = selling();
            (0..MAX_OPEN_ORDERS).for_each(|n| assert!(terminal.open_order(format!("o-{n}").as_str().into(), at(0)).outcome.is_ok()));
            terminal.open_order("o".into(), at(0)).outcome.err()
        }),
    ]
}

#[rustfmt::skip]
pub(super) fn times() -> Vec<Case> {
    vec![
        ("long after the end", Refusal::CashOnly, || sell(&mut selling(), &by_card("s", 100), at(11 * HOUR))),
        ("after the end, beyond the reduced cap", Refusal::OverSaleCap, || sell(&mut selling(), &by_card("s", 2_001), at(8 * HOUR + 3 * MINUTE))),
        ("after the end, with the clock rolled back", Refusal::CashOnly, || {
            let mut terminal = selling();
            assert!(terminal.tick(at(11 * HOUR)).outcome.is_ok());
            sell(&mut terminal, &by_card("s", 100), Reading { wall_ms: T0, up: Moment::from_millis(11 * HOUR) })
        }),
        ("after the end, with the clock rolled back and a restart", Refusal::CashOnly, || {
            let mut terminal = selling();
            assert!(terminal.tick(at(11 * HOUR)).outcome.is_ok());
            let mut terminal = Terminal::restore(terminal.saved().clone()).expect("sound");
            sell(&mut terminal, &by_card("s", 100), Reading { wall_ms: T0, up: Moment::START })
        }),
        ("after the end, with a clock that stands still", Refusal::CashOnly, || {
            sell(&mut selling(), &by_card("s", 100), Reading { wall_ms: T0, up: Moment::from_millis(11 * HOUR) })
        }),
        ("long after the list's end", Refusal::CashOnly, || {
            let mut terminal = selling();
            let mut short = snapshot(6);
            short.expires_ms = T0 + HOUR;
            assert_eq!(terminal.take_list(&seal(&short), at(0)).outcome, Ok(()));
            sell(&mut terminal, &by_card("s", 100), at(4 * HOUR))
        }),
        ("in an order that was opened too long ago", Refusal::CashOnly, || {
            let mut terminal = selling();
            assert!(terminal.open_order("o-1".into(), at(0)).outcome.is_ok());
            sell(&mut terminal, &Sale { order: Some("o-1".into()), ..by_card("s", 100) }, at(12 * HOUR))
        }),
        ("in an order that was closed", Refusal::CashOnly, || {
            let mut terminal = selling();
            assert!(terminal.open_order("o-1".into(), at(0)).outcome.is_ok());
            assert!(terminal.close_order(&"o-1".into(), at(0)).outcome.is_ok());
            sell(&mut terminal, &Sale { order: Some("o-1".into()), ..by_card("s", 100) }, at(11 * HOUR))
        }),
        ("in an order that was opened after the end", Refusal::CashOnly, || {
            let mut terminal = selling();
            assert!(terminal.open_order("o-1".into(), at(11 * HOUR)).outcome.is_ok());
            sell(&mut terminal, &Sale { order: Some("o-1".into()), ..by_card("s", 100) }, at(11 * HOUR))
        }),
        ("before the beginning, by the server's word", Refusal::NotYetValid, || {
            let mut terminal = selling();
            assert!(terminal.told_time(T0 - HOUR, at(0)).outcome.is_ok());
            sell(&mut terminal, &by_card("s", 100), at(0))
        }),
    ]
}

#[rustfmt::skip]
pub(super) fn cards_and_refunds() -> Vec<Case> {
    fn sold() -> Terminal {
        let mut terminal = selling();
        assert_eq!(sell(&mut terminal, &by_card("s", 100), at(0)), None);
        assert_eq!(sell(&mut terminal, &by_state("v", 100, 7, state(5, 500)), at(0)), None);
        terminal
    }
    fn refund(terminal: &mut Terminal, sale: &str, id: &str, cents: i64) -> Refused {
        terminal.refund(&sale.into(), id.into(), Cents(cents), at(0)).outcome.err()
    }
    vec![
        ("a copy of a card as it was before", Refusal::CardOlder, || sell(&mut sold(), &by_state("t", 100, 7, state(5, 500)), at(0))),
        ("a copy of a card that was used elsewhere", Refusal::CardForked, || sell(&mut sold(), &by_state("t", 100, 7, state(6, 450)), at(0))),
        ("a card that the house has blocked", Refusal::CardRevoked, || {
            sell(&mut selling(), &by_state("t", 100, 7, CardState { blocked: true, ..state(5, 500) }), at(0))
        }),
        ("more than is on the card", Refusal::CardBalance, || sell(&mut selling(), &by_state("t", 501, 7, state(5, 500)), at(0))),
        ("a sequence that is used up", Refusal::CardDamaged, || sell(&mut selling(), &by_state("t", 1, 7, state(u64::MAX, 500)), at(0))),
        ("a refund of a sale that is not here", Refusal::SaleUnknown, || refund(&mut sold(), "x", "r", 1)),
        ("a refund of more than the sale", Refusal::OverRefund, || refund(&mut sold(), "s", "r", 101)),
        ("two refunds of more than the sale", Refusal::OverRefund, || {
            let mut terminal = sold();
            assert_eq!(refund(&mut terminal, "s", "r", 60), None);
            refund(&mut terminal, "s", "q", 41)
        }),
        ("another refund under an id", Refusal::SaleIdReused, || {
            let mut terminal = sold();
            assert_eq!(refund(&mut terminal, "s", "r", 60), None);
            refund(&mut terminal, "s", "r", 40)
        }),
        ("a refund under a sale's id", Refusal::SaleIdReused, || refund(&mut sold(), "s", "v", 10)),
        ("a refund of nothing", Refusal::BadAmount, || refund(&mut sold(), "s", "r", 0)),
        ("a negative refund", Refusal::BadAmount, || refund(&mut sold(), "s", "r", -10)),
        ("a refund to a stored-value card", Refusal::RefundNeedsLine, || refund(&mut sold(), "v", "r", 10)),
        ("a refund at a revoked terminal", Refusal::TerminalRevoked, || {
            let mut terminal = sold();
            let revoked = Revoked { terminals: vec!["till-1".into()], ..Revoked::default() };
            assert_eq!(terminal.take_delta(&seal(&delta(6, revoked)), at(0)).outcome, Ok(()));
            refund(&mut terminal, "s", "r", 10)
        }),
        ("a stored total that was lowered", Refusal::StateTorn, || {
            let mut saved = sold().saved().clone();
            saved.head.spent.cents = Cents(100);
            Terminal::restore(saved).err()
        }),
        ("a stored sale that was lost", Refusal::StateTorn, || {
            let mut saved = sold().saved().clone();
            saved.write(Row::Forget("s".into()));
            Terminal::restore(saved).err()
        }),
    ]
}
