//! The terminal's state: what it sold under its grant survives every start, and counts once.

use crate::support::cloud::Signs;
use crate::support::{START_MS, Shop, asked, card, cash, menu, new_order};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olympus_core::grant::{CardState, Refusal};
use olympus_proto::grant::{CardToken, TenderKind};
use olympus_proto::location::Documents;
use olympus_proto::pos::{CardPresented, NewPayment, NewRefund};
use olympus_proto::{Cents, ErrorCode};
use olympus_store::{Command, GrantEvent, TillError};

fn left(shop: &mut Shop) -> Option<i64> {
    let now = shop.now();
    let standing = shop.till().standing(&now);
    standing.terminal.left_cents.map(|left| left.0)
}

fn reason(refused: Result<olympus_store::Done, TillError>) -> String {
    match refused {
        Err(TillError::Refused { code, message }) => {
            assert_eq!(code, ErrorCode::NotAuthorised, "{message}");
            message.split(':').next().unwrap_or_default().to_owned()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_terminal_is_welcomed_once_and_asks_for_its_grant() {
    let mut shop = Shop::new();
    let now = shop.now();
    assert!(!shop.till().is_welcome());
    assert_eq!(shop.till().grant_due(&now), None);
    let mut signs = Signs::new();
    let mut other = signs.welcome(&shop);
    other.terminal = "till-9".into();
    let refused = shop
        .till()
        .grants(GrantEvent::Welcomed(other), &now)
        .expect("takes");
    assert_eq!(refused.len(), 1);
    assert!(!shop.till().is_welcome());
    signs.welcome_and_grant(&mut shop, 5_000);
    assert_eq!(shop.till().documents_held(), (1, 1, 1));
    let now = shop.now();
    assert_eq!(shop.till().grant_due(&now), None, "it has one");
    shop.at_ms += 7 * 3_600_000;
    let now = shop.now();
    let wish = shop.till().grant_due(&now).expect("it is due");
    assert_eq!(wish.held, Some("g-1".into()));
    assert_eq!((wish.policy, wish.revocations, wish.keys), (1, 1, 1));
    assert_eq!(
        shop.till().grant_due(&now),
        Some(wish.clone()),
        "the same wish"
    );
    shop.till().grants(GrantEvent::Failed, &now).expect("takes");
    assert_eq!(shop.till().grant_due(&now), None, "later");
    shop.open().expect("opens");
    assert_eq!(shop.till().documents_held(), (1, 1, 1));
    assert_eq!(left(&mut shop), Some(5_000));
    // Told what it holds already, it has nothing to refuse.
    let documents = Documents {
        policy: Some(signs.policy(&shop, 1)),
        ..Documents::default()
    };
    assert_eq!(signs.told(&mut shop, documents), []);
    let documents = Documents {
        policy: Some("v4.public.nonsense".to_owned()),
        ..Documents::default()
    };
    assert_eq!(signs.told(&mut shop, documents), [Refusal::NotAToken]);
}

#[test]
fn a_terminal_whose_keys_are_gone_takes_those_of_its_next_registration_and_keeps_all_else() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 5_000);
    let order = shop.open_order(&[("burger", 1)], false);
    shop.pay(&order.id, card());
    let spent = left(&mut shop);
    assert!(spent < Some(5_000));
    let later = Signs::by(9);
    let policy = |shop: &Shop| Documents {
        policy: Some(later.policy(shop, 2)),
        ..Documents::default()
    };
    let documents = policy(&shop);
    let refused = later.told(&mut shop, documents);
    assert_eq!(refused, [Refusal::BadSignature]);
    for (number, held) in [(1, 1), (5, 5), (4, 5)] {
        let mut welcome = later.welcome(&shop);
        welcome.keys.number = number;
        let now = shop.now();
        let event = GrantEvent::Welcomed(welcome);
        assert_eq!(shop.till().grants(event, &now).expect("takes"), []);
        assert_eq!(shop.till().documents_held().2, held, "never an older set");
    }
    let documents = policy(&shop);
    assert_eq!(later.told(&mut shop, documents), []);
    for _ in 0..2 {
        assert_eq!(left(&mut shop), spent);
        assert_eq!(shop.till().documents_held(), (2, 1, 5));
        shop.open().expect("opens");
    }
}

#[test]
fn what_is_sold_counts_under_the_grant_across_starts() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 2_500);
    let first = shop.open_order(&[("burger", 1)], true);
    let pay = asked("card", None, Command::Pay(first.id.clone(), card()));
    let paid = shop.ask_with(pay.clone()).expect("pays");
    let cents = first.totals.total_cents.0;
    assert_eq!(left(&mut shop), Some(2_500 - cents));
    shop.open().expect("opens");
    assert!(shop.ask_with(pay).expect("again").replayed);
    assert_eq!(left(&mut shop), Some(2_500 - cents), "it counts once");
    let second = shop.open_order(&[("burger", 2)], true);
    let refused = shop.ask(Command::Pay(second.id.clone(), card()));
    assert_eq!(reason(refused), "over_total_cap");
    assert_eq!(left(&mut shop), Some(2_500 - cents));
    shop.pay(&second.id, cash());
    shop.at_ms += 7 * 3_600_000;
    let now = shop.now();
    let wish = shop.till().grant_due(&now).expect("it is due");
    assert_eq!(
        (wish.unsettled_cents, wish.unsettled_sales),
        (Cents(cents), 1)
    );
    let olympus_store::Reply::Payment(paid) = paid.reply else {
        panic!("no payment");
    };
    assert_eq!(paid.grant, Some("g-1".into()));
    let reason = "cold".to_owned();
    let refund = NewRefund {
        amount_cents: None,
        reason,
    };
    shop.ask(Command::Refund(paid.id.clone(), refund))
        .expect("refunds");
    assert_eq!(
        left(&mut shop),
        Some(2_500 - cents),
        "a refund gives no leave back"
    );
}

#[test]
fn what_sync_refuses_is_not_counted_under_the_grant() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    shop.config.sync.most_value = Cents(500);
    shop.open().expect("opens");
    signs.welcome_and_grant(&mut shop, 5_000);
    let order = shop.open_order(&[("burger", 1)], true);
    assert_eq!(
        shop.refused(Command::Pay(order.id, card())),
        ErrorCode::OfflineLimit
    );
    assert_eq!(left(&mut shop), Some(5_000));
    shop.open().expect("opens");
    assert_eq!(left(&mut shop), Some(5_000));
}

#[test]
fn age_limits_hold_for_cash_too() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 5_000);
    let order = shop.open_order(&[("beer", 1)], true);
    let refused = shop.ask(Command::Pay(order.id.clone(), cash()));
    assert_eq!(reason(refused), "age_not_shown");
    let mut shown = cash();
    shown.age_shown = Some(34);
    shop.pay(&order.id, shown);
}

#[test]
fn the_list_is_kept_by_its_changes() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 50_000);
    let card_of = |n: u32| format!("{n:064x}");
    let mut expected: Vec<String> = (0..3_000).map(card_of).collect();
    let list = signs.list(&shop, expected.clone());
    let documents = Documents {
        list: Some(list),
        ..Documents::default()
    };
    assert_eq!(signs.told(&mut shop, documents), []);
    let held = |shop: &Shop| {
        let conn = shop.sql();
        let mut statement = conn
            .prepare("SELECT id FROM grant_revoked WHERE kind = 'cards' ORDER BY id")
            .expect("SQL");
        let found = statement
            .query_map([], |row| row.get::<_, String>(0))
            .expect("reads");
        found.collect::<Result<Vec<_>, _>>().expect("reads")
    };
    assert_eq!(held(&shop), expected);
    let added = vec![card_of(5_000), "ab".repeat(32)];
    let removed = vec![card_of(7), card_of(2_999)];
    let first = signs.delta(&shop, added.clone(), removed.clone());
    let second = signs.delta(&shop, vec![card_of(6_000)], vec![card_of(5_000)]);
    let documents = Documents {
        deltas: vec![first, second],
        ..Documents::default()
    };
    assert_eq!(signs.told(&mut shop, documents), []);
    expected.retain(|card| !removed.contains(card));
    expected.extend(["ab".repeat(32), card_of(6_000)]);
    expected.sort();
    assert_eq!(held(&shop), expected);
    for reopened in [false, true] {
        if reopened {
            shop.open().expect("opens");
        }
        assert_eq!(shop.till().documents_held().1, 4);
        let order = shop.open_order(&[("burger", 1)], true);
        let refused = shop.ask(Command::Pay(order.id, card()));
        assert_eq!(reason(refused), "card_revoked");
    }
    // A gap is refused, and what is held stays.
    signs.delta(&shop, vec![card_of(7_000)], Vec::new());
    let late = signs.delta(&shop, vec![card_of(7_001)], Vec::new());
    let documents = Documents {
        deltas: vec![late],
        ..Documents::default()
    };
    assert_eq!(signs.told(&mut shop, documents), [Refusal::ListGap]);
    assert_eq!(held(&shop), expected);
}

#[test]
fn a_stored_value_card_gets_its_new_state_and_a_copy_is_found() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 50_000);
    let shown = CardState {
        sequence: 4,
        balance_cents: Cents(3_000),
        blocked: false,
    };
    let stored_value = |state: &CardState| NewPayment {
        tender: TenderKind::StoredValue,
        card: Some(CardPresented {
            token: CardToken("cd".repeat(32)),
            sealed: None,
            last4: None,
            state: Some(STANDARD.encode(state.write())),
        }),
        ..cash()
    };
    let order = shop.open_order(&[("burger", 1)], true);
    let paid = shop.pay(&order.id, stored_value(&shown));
    let written = STANDARD
        .decode(paid.card_state.expect("a state"))
        .expect("base64");
    let written = CardState::read(&written).expect("a card");
    assert_eq!(written.sequence, 5);
    assert_eq!(written.balance_cents.0, 3_000 - order.totals.total_cents.0);
    shop.open().expect("opens");
    let next = shop.open_order(&[("burger", 1)], true);
    let refused = shop.ask(Command::Pay(next.id.clone(), stored_value(&shown)));
    assert_eq!(reason(refused), "card_older");
    shop.pay(&next.id, stored_value(&written));
    let third = shop.open_order(&[("burger", 1)], true);
    let mut broken = stored_value(&shown);
    broken.card.as_mut().expect("a card").state = Some("AAAA".to_owned());
    assert_eq!(
        reason(shop.ask(Command::Pay(third.id, broken))),
        "card_layout"
    );
}

#[test]
fn time_goes_on_where_it_stood_and_a_state_that_is_torn_is_welcomed_anew() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 5_000);
    shop.at_ms += 600_000;
    let now = shop.now();
    shop.till().grants(GrantEvent::Tick, &now).expect("ticks");
    let head = "SELECT state ->> '$.highest_ms' FROM grant_state WHERE name = 'head'";
    let highest: i64 = shop
        .sql()
        .query_row(head, [], |row| row.get(0))
        .expect("reads");
    assert_eq!(highest, START_MS + shop.at_ms as i64);
    let order = shop.open_order(&[("burger", 1)], true);
    shop.pay(&order.id, card());
    shop.drop_till();
    shop.sql()
        .execute("DELETE FROM grant_sales", [])
        .expect("tears");
    shop.open().expect("opens: cash is still taken");
    assert!(!shop.till().is_welcome());
    let order = shop.open_order(&[("burger", 1)], true);
    let refused = shop.ask(Command::Pay(order.id.clone(), card()));
    assert_eq!(reason(refused), "no_grant");
    shop.pay(&order.id, cash());
    shop.at_ms += 1;
    let mut signs = Signs::new();
    signs.welcome_and_grant(&mut shop, 5_000);
    assert_eq!(left(&mut shop), Some(5_000));
}

#[test]
fn a_grant_that_runs_short_is_asked_for_again_before_it_is_spent_once_a_minute() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 5_000);
    let due = |shop: &mut Shop| {
        let now = shop.now();
        shop.till().grant_due(&now)
    };
    shop.at_ms += 61_000;
    assert_eq!(due(&mut shop), None, "nothing is spent");
    let order = shop.open_order(&[("burger", 3)], true);
    shop.pay(&order.id, card());
    assert!(left(&mut shop) < Some(2_500));
    let wish = due(&mut shop).expect("less than half is left");
    assert_eq!(wish.unsettled_sales, 1);
    // The line fails: again after a while, not at once.
    let now = shop.now();
    shop.till().grants(GrantEvent::Failed, &now).expect("takes");
    assert_eq!(due(&mut shop), None);
    shop.at_ms += 301_000;
    assert_eq!(
        due(&mut shop).map(|it| it.request),
        Some(wish.request.clone())
    );
    // What is sold meanwhile makes it another wish.
    let more = shop.open_order(&[("fries", 1)], true);
    shop.pay(&more.id, card());
    let other = due(&mut shop).expect("still");
    assert_ne!(other.request, wish.request);
    // The next one is enough for a minute, however little it is.
    let documents = Documents {
        grant: Some(signs.grant(&shop, 100)),
        ..Documents::default()
    };
    assert_eq!(signs.told(&mut shop, documents), []);
    let small = shop.open_order(&[("fries", 1)], true);
    let mut payment = card();
    payment.amount_cents = Some(Cents(100));
    shop.pay(&small.id, payment);
    assert_eq!(left(&mut shop), Some(0));
    assert_eq!(due(&mut shop), None);
    shop.at_ms += 61_000;
    assert!(due(&mut shop).is_some());
}

#[test]
fn a_wall_clock_that_starts_in_1970_books_by_the_terminals_time() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 5_000);
    let known = shop.now().wall_ms();
    let mut now = shop.now();
    now.sync.wall_ms = 7_000;
    shop.drop_till();
    let options = shop.options.clone();
    let (mut till, _) =
        olympus_store::Till::open(&shop.path(), options, shop.config.clone(), &now).expect("opens");
    assert!(till.time_ms(&now) + 60_000 > known);
    let new = Command::OpenOrder(new_order(&[("burger", 1)], true));
    let done = till.ask(asked("a", None, new), &menu, &now).expect("opens");
    let olympus_store::Reply::Order(order) = done.reply else {
        panic!("no order: {done:?}");
    };
    assert!(order.opened_ms + 60_000 > known, "{}", order.opened_ms);
    assert_eq!(shop.reader().tickets().expect("reads").tickets.len(), 1);
}

#[test]
fn a_wall_clock_that_is_far_ahead_books_by_what_the_server_said() {
    let (mut shop, mut signs) = (Shop::new(), Signs::new());
    signs.welcome_and_grant(&mut shop, 50_000);
    let mut now = shop.now();
    let known = now.wall_ms();
    for days in [2, 800] {
        now.sync.wall_ms = shop.now().sync.wall_ms + days * 24 * 3_600_000;
        assert!(shop.till().time_ms(&now) < known + 60_000, "{days}");
    }
}
