//! What a terminal does when all goes as it should.

use crate::fixture::{
    HOUR, MINUTE, T0, at, by_card, card, grant, policy, published, sale, seal, selling, signer,
};
use olympus_core::grant::{
    CardState, ClockState, FAR_MS, LEEWAY_MS, Reading, Refusal, Row, Sale, Saved, Step, Tender,
    Terminal,
};
use olympus_core::route::{Draw, Moment};
use olympus_proto::Cents;
use olympus_proto::grant::{Grant, SaleId};

fn next_grant() -> Grant {
    let mut next = grant();
    next.grant = "g-2".into();
    next.issued_ms = T0 + HOUR;
    next.not_before_ms = next.issued_ms;
    next.expires_ms = next.issued_ms + 8 * HOUR;
    next
}

#[test]
fn it_narrows_in_steps_after_the_end() {
    let terminal = selling();
    let end = 8 * HOUR + LEEWAY_MS;
    for (after_ms, step) in [
        (0, Step::Full),
        (end - 1, Step::Full),
        (end, Step::Reduced),
        (end + 2 * HOUR - 1, Step::Reduced),
        (end + 2 * HOUR, Step::CashOnly),
    ] {
        assert_eq!(terminal.step(at(after_ms)), step, "{after_ms}");
    }
}

#[test]
fn an_order_goes_on_as_it_was_opened() {
    let mut terminal = selling();
    let opened = terminal.open_order("o-1".into(), at(7 * HOUR)).outcome;
    assert_eq!(opened, Ok(Step::Full));
    let late = at(11 * HOUR);
    let told = terminal.authorise(
        &Sale {
            order: Some("o-1".into()),
            ..by_card("s-1", 9_000)
        },
        late,
    );
    assert_eq!(told.outcome.map(|approved| approved.step), Ok(Step::Full));
    let other = terminal.authorise(&by_card("s-2", 100), late);
    assert!(other.outcome.is_err(), "an order that was not open");
    let cash = terminal.authorise(&sale("s-3", 100, Tender::Cash), late);
    assert!(cash.outcome.is_ok(), "cash needs no grant");
}

#[test]
fn a_sale_that_is_asked_for_again_counts_once() {
    let mut terminal = selling();
    let first = terminal.authorise(&by_card("s-1", 400), at(0));
    assert_eq!(first.persist.len(), 2, "head and sale");
    let again = terminal.authorise(&by_card("s-1", 400), at(20 * HOUR));
    assert!(again.persist.is_empty());
    assert!(again.outcome.is_ok_and(|approved| approved.repeated));
    assert_eq!(terminal.saved().head.spent.cents, Cents(400));
    assert_eq!(terminal.saved().head.spent.sales, 1);
}

#[test]
fn a_new_grant_counts_anew_and_the_old_sales_stay_counted_under_the_old_one() {
    let mut terminal = selling();
    assert!(
        terminal
            .authorise(&by_card("s-1", 400), at(0))
            .outcome
            .is_ok()
    );
    let token = seal(&next_grant());
    assert_eq!(
        terminal.take_grant(&token, at(HOUR), Draw(1)).outcome,
        Ok(())
    );
    assert_eq!(terminal.saved().head.spent.cents, Cents(0));
    let again = terminal.authorise(&by_card("s-1", 400), at(HOUR)).outcome;
    assert!(again.is_ok_and(|approved| approved.repeated));
    assert_eq!(terminal.saved().head.spent.cents, Cents(0), "not twice");
    assert!(
        terminal
            .authorise(&by_card("s-2", 300), at(HOUR))
            .outcome
            .is_ok()
    );
    let under = |id: &str| terminal.saved().sales[&SaleId::from(id)].grant.clone();
    assert_eq!(under("s-1"), Some("g-1".into()));
    assert_eq!(under("s-2"), Some("g-2".into()));
    assert!(Terminal::restore(terminal.saved().clone()).is_ok());
}

#[test]
fn refunds_are_done_once_and_give_back_no_leave() {
    let mut terminal = selling();
    assert!(
        terminal
            .authorise(&by_card("s-1", 400), at(0))
            .outcome
            .is_ok()
    );
    let sold = SaleId::from("s-1");
    for _ in 0..3 {
        let refund = terminal.refund(&sold, "r-1".into(), Cents(150), at(0));
        assert_eq!(refund.outcome, Ok(Cents(250)));
    }
    for _ in 0..3 {
        let void = terminal.void(&sold, "r-2".into(), at(0));
        assert_eq!(void.outcome, Ok(Cents(0)));
    }
    assert_eq!(terminal.saved().head.spent.cents, Cents(400));
    assert_eq!(terminal.saved().head.spent.sales, 1);
    assert_eq!(terminal.saved().sales[&sold].left(), Cents(0));
}

#[test]
fn a_stored_value_card_is_told_what_to_write_also_when_asked_again() {
    let mut terminal = selling();
    let shown = CardState::read(&[1, 0, 0, 0, 9, 0, 0, 2, 0x58]).expect("layout 1");
    assert_eq!(shown.balance_cents, Cents(600));
    let buy = sale("s-1", 250, Tender::StoredValue(card(7), shown));
    let after = CardState {
        sequence: 10,
        balance_cents: Cents(350),
        blocked: false,
    };
    for repeated in [false, true] {
        let approved = terminal.authorise(&buy, at(0)).outcome.expect("covered");
        assert_eq!((approved.card, approved.repeated), (Some(after), repeated));
    }
    assert_eq!(terminal.saved().cards[&card(7)], after);
    // Written, it is what the card shows next.
    let next = sale("s-2", 100, Tender::StoredValue(card(7), after));
    assert!(terminal.authorise(&next, at(0)).outcome.is_ok());
}

#[test]
fn it_asks_for_the_next_grant_in_time_and_not_all_at_once() {
    let mut moments = std::collections::BTreeSet::new();
    for draw in 0..200_u64 {
        let mut terminal = crate::fixture::ready();
        assert!(
            terminal.refresh_at_ms() <= T0,
            "at once, where none is held"
        );
        let draw = Draw(draw.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let taken = terminal.take_grant(&seal(&grant()), at(0), draw);
        assert_eq!(taken.outcome, Ok(()));
        let due = terminal.refresh_at_ms() - T0;
        assert!((4 * HOUR..6 * HOUR).contains(&due), "{due}");
        moments.insert(due / MINUTE);
    }
    assert!(moments.len() > 60, "spread over {} minutes", moments.len());
    let mut terminal = selling();
    let now = at(6 * HOUR);
    assert!(terminal.refresh_failed(now, Draw(0)).outcome.is_ok());
    assert_eq!(terminal.refresh_at_ms(), T0 + 6 * HOUR + 5 * MINUTE);
    let late = at(9 * HOUR);
    assert!(
        terminal
            .refresh_failed(late, Draw(u64::MAX))
            .outcome
            .is_ok()
    );
    let wait = terminal.refresh_at_ms() - T0 - 9 * HOUR;
    assert!((2_500..=5_000).contains(&wait), "{wait}");
}

#[test]
fn a_wrong_clock_is_told_of_and_mended_by_the_server() {
    let mut terminal = selling();
    let back = Reading {
        wall_ms: 0,
        up: Moment::from_millis(HOUR),
    };
    assert_eq!(terminal.clock(back), ClockState::RolledBack);
    assert_eq!(terminal.now_ms(back), T0 + HOUR);
    let far = Reading {
        wall_ms: T0 + 10 * FAR_MS,
        up: Moment::from_millis(HOUR),
    };
    assert_eq!(terminal.clock(far), ClockState::FarOff);
    assert_eq!(
        terminal.step(far),
        Step::Full,
        "one wrong setting ends nothing"
    );
    // Within what is believed: the time is kept, and a start does not turn it back.
    let ahead = Reading {
        wall_ms: T0 + FAR_MS,
        up: Moment::from_millis(HOUR),
    };
    assert!(terminal.tick(ahead).outcome.is_ok());
    let mut terminal = Terminal::restore(terminal.saved().clone()).expect("sound");
    assert_eq!(terminal.step(at(HOUR)), Step::CashOnly);
    assert!(terminal.told_time(T0 + HOUR, at(HOUR)).outcome.is_ok());
    assert_eq!(terminal.step(at(HOUR)), Step::Full);
}

#[test]
fn an_order_that_a_clock_ahead_opened_does_not_outlive_its_time() {
    let mut terminal = selling();
    let ahead = Reading {
        wall_ms: T0 + 7 * HOUR,
        up: Moment::START,
    };
    let opened = terminal.open_order("o-1".into(), ahead);
    assert_eq!(opened.outcome, Ok(Step::Full));
    assert!(terminal.told_time(T0, at(0)).outcome.is_ok());
    let order = Some("o-1".into());
    let sale = Sale {
        order,
        ..by_card("s-1", 100)
    };
    let late = terminal.authorise(&sale, at(12 * HOUR)).outcome;
    assert_eq!(late.err(), Some(Refusal::CashOnly));
}

#[test]
fn rows_written_one_by_one_are_the_state() {
    let mut disk = Saved::registered("loc-7".into(), "till-1".into(), published(), T0);
    let mut terminal = Terminal::restore(disk.clone()).expect("sound");
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(terminal.take_policy(&seal(&policy(3)), at(0)).persist);
    rows.extend(
        terminal
            .take_list(&seal(&crate::fixture::snapshot(5)), at(0))
            .persist,
    );
    rows.extend(terminal.take_grant(&seal(&grant()), at(0), Draw(3)).persist);
    rows.extend(terminal.open_order("o-1".into(), at(1)).persist);
    rows.extend(terminal.authorise(&by_card("s-1", 400), at(2)).persist);
    let spend = CardState {
        sequence: 1,
        balance_cents: Cents(900),
        blocked: false,
    };
    let stored = sale("s-2", 300, Tender::StoredValue(card(3), spend));
    rows.extend(terminal.authorise(&stored, at(3)).persist);
    rows.extend(terminal.void(&"s-1".into(), "r-1".into(), at(4)).persist);
    rows.extend(terminal.close_order(&"o-1".into(), at(5)).persist);
    rows.into_iter().for_each(|row| disk.write(row));
    assert_eq!(&disk, terminal.saved());
    let text = serde_json::to_string(&disk).expect("json");
    assert_eq!(serde_json::from_str::<Saved>(&text).ok(), Some(disk));
}

#[test]
fn a_token_is_the_same_each_time_and_says_nothing_of_the_key() {
    assert_eq!(seal(&grant()), seal(&grant()));
    assert_eq!(signer().id().as_str(), "k-2");
}
