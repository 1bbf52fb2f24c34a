//! A payment provider as careless as they come: it trusts idempotency keys alone, and forgets them
//! after a day. Who asks twice then has paid twice, and `moved` shows it.

use crate::support::HOUR;
use olympus_proto::Cents;
use olympus_proto::pos::Direction;
use olympus_proto::provider::{Capture, CaptureState, Captured, Reference};
use std::collections::BTreeMap;

/// How long a key is remembered.
const KEYS_MS: u64 = 24 * HOUR;

#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) captured: Captured,
    /// How often money went.
    pub(crate) moved: u32,
    capture: Capture,
}

#[derive(Debug, Default)]
pub(crate) struct Provider {
    pub(crate) kept: BTreeMap<Reference, Kept>,
    keys: BTreeMap<String, (u64, Captured)>,
    pub(crate) down_until: u64,
    pub(crate) silent_until: u64,
    pub(crate) slow_until: u64,
}

impl Provider {
    /// Decides, or says again what it decided under this key.
    pub(crate) fn capture(&mut self, capture: Capture, key: String, now_ms: u64) -> Captured {
        self.keys.retain(|_, (at, _)| now_ms < *at + KEYS_MS);
        if let Some((_, captured)) = self.keys.get(&key) {
            return captured.clone();
        }
        let captured = match self.kept.get_mut(&capture.reference) {
            Some(kept) => {
                kept.moved += u32::from(kept.captured.state == CaptureState::Approved);
                kept.captured.clone()
            }
            None => self.decide(capture),
        };
        self.keys.insert(key, (now_ms, captured.clone()));
        captured
    }

    pub(crate) fn find(&self, reference: &Reference) -> Option<Captured> {
        self.kept.get(reference).map(|kept| kept.captured.clone())
    }

    fn decide(&mut self, capture: Capture) -> Captured {
        let decline = self.why_not(&capture);
        let state = match decline {
            Some(_) => CaptureState::Declined,
            None => CaptureState::Approved,
        };
        let captured = Captured {
            reference: capture.reference.clone(),
            state,
            provider_reference: format!("cap-{}", self.kept.len() + 1),
            decline_code: decline.map(str::to_owned),
            amount_cents: capture.amount_cents,
            direction: capture.direction,
        };
        let kept = Kept {
            moved: u32::from(state == CaptureState::Approved),
            captured: captured.clone(),
            capture,
        };
        self.kept.insert(captured.reference.clone(), kept);
        captured
    }

    fn why_not(&self, capture: &Capture) -> Option<&'static str> {
        if capture.direction == Direction::Sale {
            return capture.card.as_str().ends_with('3').then_some("no_funds");
        }
        let of = capture.refund_of.as_ref();
        let taken = of.and_then(|of| self.kept.get(of)?.captured.moved());
        let back = self.kept.values();
        let back = back.filter(|kept| kept.capture.refund_of.as_ref() == of);
        let back: i64 = back
            .filter_map(|it| it.captured.moved())
            .map(|it| -it.0)
            .sum();
        let left = taken.map_or(0, |Cents(taken)| taken) - back;
        (capture.amount_cents.0 > left).then_some("refund_exceeds_sale")
    }
}

#[test]
fn asked_again_after_a_day_it_takes_the_money_again() {
    let capture = Capture {
        reference: "loc-7.p".into(),
        direction: Direction::Sale,
        amount_cents: Cents(700),
        currency: "USD".to_owned(),
        card: crate::support::card(1),
        sealed: None,
        refund_of: None,
    };
    let mut provider = Provider::default();
    for (at_ms, moved) in [(0, 1), (HOUR, 1), (KEYS_MS + HOUR, 2)] {
        provider.capture(capture.clone(), "k".to_owned(), at_ms);
        assert_eq!(provider.kept[&capture.reference].moved, moved);
    }
    provider.capture(capture.clone(), "another key".to_owned(), KEYS_MS + HOUR);
    assert_eq!(provider.kept[&capture.reference].moved, 3);
    let back = Capture {
        reference: "loc-7.r".into(),
        direction: Direction::Refund,
        amount_cents: Cents(701),
        refund_of: Some(capture.reference),
        ..capture
    };
    let captured = provider.capture(back, "r".to_owned(), 0);
    assert_eq!(captured.state, CaptureState::Declined);
}
