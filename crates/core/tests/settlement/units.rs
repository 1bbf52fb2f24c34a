//! One payment, step by step.

use olympus_core::settlement::{
    ANSWER_MS, Action, Attention, Event, FIRST_WAIT_MS, KEY_MS, LATE_MS, MOST_WAIT_MS, QUIET_MS,
    SALE_DECLINED, Settlement,
};
use olympus_proto::Cents;
use olympus_proto::pos::{Direction, PaymentState};
use olympus_proto::provider::{CaptureState, Captured};
use serde_json::json;

const T0: u64 = 1_800_000_000_000;

fn captured(cents: i64, state: CaptureState) -> Captured {
    Captured {
        reference: "loc.pay".into(),
        state,
        provider_reference: "p-1".to_owned(),
        decline_code: (state == CaptureState::Declined).then(|| "stolen_card".to_owned()),
        amount_cents: Cents(cents),
        direction: Direction::Sale,
    }
}

fn sent() -> Settlement {
    let mut payment = Settlement::sale(Cents(500), T0);
    assert_eq!(payment.next(T0), Action::Send { attempt: 1 });
    payment.sending(T0);
    payment
}

/// As it comes from the disk.
fn restarted(payment: &Settlement) -> Settlement {
    let text = serde_json::to_string(payment).expect("JSON");
    serde_json::from_str(&text).expect("its own JSON")
}

#[test]
fn an_answer_settles_it() {
    let approved = captured(500, CaptureState::Approved);
    let declined = captured(500, CaptureState::Declined);
    for (answer, state, fields) in [
        (
            &approved,
            PaymentState::Approved,
            json!({"state": "approved", "provider_reference": "p-1"}),
        ),
        (
            &declined,
            PaymentState::Declined,
            json!({"state": "declined", "decline_code": "stolen_card", "provider_reference": "p-1"}),
        ),
    ] {
        let mut payment = sent();
        assert!(payment.on(Event::Answered(answer), T0 + 300));
        assert_eq!(payment.state(), state);
        assert_eq!(json!(payment.fields()), fields);
        assert_eq!(payment.next(T0 + 300), Action::Done);
        // It is settled for good.
        assert!(!payment.on(Event::Answered(&approved), T0 + 400));
        assert!(!payment.on(Event::NoAnswer, T0 + 400));
        assert_eq!(payment.state(), state);
    }
}

#[test]
fn what_was_sent_before_a_restart_is_asked_about() {
    let mut payment = restarted(&sent());
    assert_eq!(payment.next(T0 + 1), Action::Wait(T0 + ANSWER_MS));
    let now = T0 + ANSWER_MS;
    assert_eq!(payment.next(now), Action::Ask);
    // Busy is what it says to the question: it says nothing of the capture.
    assert!(payment.on(Event::Busy { retry_ms: None }, now + 50));
    assert_eq!(payment.state(), PaymentState::Unknown);
    let again = now + 50 + FIRST_WAIT_MS;
    assert_eq!(payment.next(now + 50), Action::Wait(again));
    assert_eq!(payment.next(again), Action::Ask);
    let found = captured(500, CaptureState::Approved);
    assert!(payment.on(Event::Found(&found), again + 50));
    assert_eq!(payment.state(), PaymentState::Approved);
}

#[test]
fn it_is_sent_again_only_when_nothing_can_arrive_any_more() {
    let mut payment = sent();
    let now = T0 + ANSWER_MS;
    payment.on(Event::NoAnswer, now);
    let clear = T0 + ANSWER_MS + QUIET_MS;
    for asked_ms in [now, clear - 1] {
        payment.on(Event::NothingFound { asked_ms }, clear + 10);
        assert_eq!(
            payment.state(),
            PaymentState::Unknown,
            "asked at {asked_ms}"
        );
    }
    assert_eq!(
        payment.next(clear + 10),
        Action::Ask,
        "it is asked anew at once"
    );
    let asked_ms = clear;
    assert!(payment.on(Event::NothingFound { asked_ms }, clear + 20));
    assert_eq!(payment.state(), PaymentState::Requested);
    assert_eq!(payment.next(clear + 20), Action::Send { attempt: 2 });
}

#[test]
fn a_clock_that_is_turned_back_makes_it_wait_longer_never_shorter() {
    let mut payment = sent();
    let back = T0 - 3_600_000;
    assert_eq!(payment.next(back), Action::Ask);
    payment.on(Event::NothingFound { asked_ms: back }, back + 10);
    assert_eq!(payment.state(), PaymentState::Unknown);
    // It was turned back while the question was on its way.
    let asked_ms = T0 + ANSWER_MS;
    payment.on(Event::NothingFound { asked_ms }, back + 10);
    assert_eq!(payment.state(), PaymentState::Unknown);
    let asked_ms = back + QUIET_MS;
    payment.on(Event::NothingFound { asked_ms }, asked_ms + 10);
    assert_eq!(payment.state(), PaymentState::Unknown);
    let asked_ms = back + 10 + ANSWER_MS + QUIET_MS;
    payment.on(Event::NothingFound { asked_ms }, asked_ms + 10);
    assert_eq!(payment.state(), PaymentState::Requested);
}

#[test]
fn busy_is_tried_again_under_its_key_and_asked_about_once_the_key_is_old() {
    let mut payment = sent();
    let mut now = T0;
    let retry_ms = Some(60_000);
    payment.on(Event::Busy { retry_ms }, now + 100);
    assert_eq!(payment.state(), PaymentState::Requested);
    assert_eq!(payment.next(now + 100), Action::Wait(now + 100 + 60_000));
    let last = T0 + KEY_MS - 10_000;
    while now < last {
        match payment.next(now) {
            Action::Send { .. } => {
                payment.sending(now);
                payment.on(Event::Busy { retry_ms: None }, now + 100);
            }
            Action::Wait(until) => now = until,
            other => panic!("{other:?} after {}", now - T0),
        }
    }
    payment.hurry(last);
    payment.sending(last);
    payment.on(Event::Busy { retry_ms: None }, last + 100);
    let now = T0 + KEY_MS;
    payment.hurry(now);
    assert_eq!(payment.next(now), Action::Ask);
    // `sending` is no way round it.
    let before = payment.clone();
    payment.sending(now);
    assert_eq!(payment, before);
    // The last one that it was busy for may still have a copy on its way.
    payment.on(Event::NothingFound { asked_ms: now }, now + 50);
    assert!(!matches!(payment.next(now + 50), Action::Send { .. }));
    let later = now + MOST_WAIT_MS + QUIET_MS;
    payment.on(Event::NothingFound { asked_ms: later }, later + 50);
    assert!(matches!(payment.next(later + 50), Action::Send { .. }));
}

#[test]
fn a_provider_may_not_make_it_wait_for_ever() {
    let mut payment = sent();
    let retry_ms = Some(u64::MAX);
    payment.on(Event::Busy { retry_ms }, T0 + 100);
    assert_eq!(
        payment.next(T0 + 100),
        Action::Wait(T0 + 100 + MOST_WAIT_MS)
    );
    payment.hurry(T0 + 200);
    assert_eq!(payment.next(T0 + 200), Action::Send { attempt: 2 });
}

#[test]
fn a_refusal_is_believed_only_after_nothing_was_found() {
    let clear = T0 + ANSWER_MS + QUIET_MS;
    let refused = |code: &str| {
        let mut payment = sent();
        payment.on(Event::Refused { code }, T0 + 100);
        assert_eq!(payment.state(), PaymentState::Unknown);
        let wanted = Attention::Refused(code.to_owned());
        assert_eq!(payment.attention(T0 + 100), Some(wanted));
        payment.on(Event::NothingFound { asked_ms: clear }, clear + 10);
        payment
    };
    let invalid = refused("invalid");
    assert_eq!(
        json!(invalid.fields()),
        json!({"state": "declined", "decline_code": "invalid"})
    );
    // What says nothing of the payment does not decline it.
    for code in ["unauthorized", "reference_reused"] {
        let payment = refused(code);
        assert_eq!(payment.state(), PaymentState::Requested, "{code}");
        let wanted = Action::Wait(clear + 10 + MOST_WAIT_MS);
        assert_eq!(payment.next(clear + 10), wanted, "{code}");
    }
    // Nor does a question that is refused.
    let mut payment = sent();
    payment.on(Event::NoAnswer, T0 + ANSWER_MS);
    payment.on(Event::Refused { code: "invalid" }, clear);
    payment.on(Event::NothingFound { asked_ms: clear }, clear + 10);
    assert_eq!(payment.state(), PaymentState::Requested);
}

#[test]
fn another_amount_is_for_a_person() {
    let mut payment = sent();
    let other = captured(501, CaptureState::Approved);
    payment.on(Event::Answered(&other), T0 + 100);
    assert_eq!(payment.state(), PaymentState::Unknown);
    assert_eq!(payment.attention(T0 + 100), Some(Attention::Differs));
    let clear = T0 + ANSWER_MS + QUIET_MS;
    payment.on(Event::NothingFound { asked_ms: clear }, clear + 10);
    assert_eq!(
        payment.next(clear + 10),
        Action::Wait(clear + 10 + MOST_WAIT_MS)
    );
    let right = captured(500, CaptureState::Approved);
    payment.on(Event::Found(&right), clear + 20);
    assert_eq!(payment.state(), PaymentState::Approved);
}

#[test]
fn it_is_told_when_it_is_late_and_goes_on() {
    let mut payment = sent();
    payment.on(Event::NoAnswer, T0 + ANSWER_MS);
    let mut now = T0 + ANSWER_MS;
    for _ in 0..200 {
        match payment.next(now) {
            Action::Wait(until) => {
                assert!(until - now <= MOST_WAIT_MS);
                now = until;
            }
            Action::Ask => {
                payment.on(Event::NoAnswer, now);
            }
            other => panic!("{other:?}"),
        }
        let late = now >= T0 + LATE_MS;
        assert_eq!(payment.attention(now), late.then_some(Attention::Late));
    }
    assert!(now > T0 + LATE_MS);
}

#[test]
fn a_refund_waits_for_its_sale() {
    let mut refund = Settlement::refund(Cents(100), Some(PaymentState::Unknown), T0);
    assert_eq!(refund.next(T0), Action::WaitForSale);
    for state in [PaymentState::Requested, PaymentState::Sent] {
        assert!(!refund.on(Event::Sale(state), T0));
        assert_eq!(refund.next(T0), Action::WaitForSale);
    }
    let mut declined = restarted(&refund);
    assert!(declined.on(Event::Sale(PaymentState::Declined), T0 + 5));
    assert_eq!(
        json!(declined.fields()),
        json!({"state": "declined", "decline_code": SALE_DECLINED})
    );
    assert!(!refund.on(Event::Sale(PaymentState::Approved), T0 + 5));
    assert_eq!(refund.next(T0 + 5), Action::Send { attempt: 1 });
    let at_once = Settlement::refund(Cents(100), Some(PaymentState::Approved), T0);
    assert_eq!(at_once.next(T0), Action::Send { attempt: 1 });
}

/// What is on disk is read by the versions after.
#[test]
fn its_form_on_disk_stays() {
    let text = r#"{"cents":500,"direction":"sale","since_ms":1800000000000,"phase":{"is":"sent","at_ms":1800000000000},"attempts":1,"first_sent_ms":1800000000000,"last_sent_ms":1800000000000,"failures":0,"differs":false}"#;
    assert_eq!(serde_json::to_string(&sent()).expect("JSON"), text);
    let oldest = r#"{"cents":500,"direction":"sale","since_ms":1,"phase":{"is":"unknown","ask_ms":2},"later":{}}"#;
    let read: Settlement = serde_json::from_str(oldest).expect("with less, and with more");
    assert_eq!(read.state(), PaymentState::Unknown);
}
