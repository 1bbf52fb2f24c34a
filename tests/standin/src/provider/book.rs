//! What was decided, under which reference and by which key.

use super::refused;
use crate::settings::Provider;
use axum::response::Response;
use olympus_proto::Cents;
use olympus_proto::pos::Direction;
use olympus_proto::provider::{Capture, CaptureState, Captured, Reference};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// One reference.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    captured: Captured,
    /// How often money went.
    moved: u32,
    /// How often it was asked for.
    asked: u32,
    #[serde(skip)]
    capture: Capture,
}

#[derive(Debug)]
struct Key {
    digest: [u8; 32],
    captured: Captured,
    at: Instant,
}

/// The provider's book.
#[derive(Debug, Default)]
pub(crate) struct Book {
    kept: BTreeMap<Reference, Kept>,
    keys: HashMap<String, Key>,
    number: u64,
}

/// What the tests see of it.
#[derive(Debug, Serialize)]
pub(crate) struct View<'a> {
    captures: Vec<&'a Kept>,
    /// Of all captures, refunds taken off.
    sum_cents: i64,
}

impl Book {
    pub(crate) fn find(&self, reference: &Reference) -> Option<Captured> {
        self.kept.get(reference).map(|kept| kept.captured.clone())
    }

    pub(crate) fn view(&self) -> View<'_> {
        let sum = |kept: &Kept| {
            let one = kept.captured.moved().map_or(0, |cents| cents.0);
            one * i64::from(kept.moved)
        };
        View {
            captures: self.kept.values().collect(),
            sum_cents: self.kept.values().map(sum).sum(),
        }
    }

    /// Decides a capture, or says why it is not looked at.
    pub(crate) fn capture(
        &mut self,
        capture: Capture,
        key: String,
        digest: [u8; 32],
        settings: &Provider,
    ) -> Result<Captured, Box<Response>> {
        check(&capture)?;
        let life = Duration::from_secs(settings.forget_keys_after_s);
        self.keys.retain(|_, known| known.at.elapsed() < life);
        if let Some(known) = self.keys.get(&key) {
            if known.digest != digest {
                let message = "the key was used for another body";
                return Err(refused(409, "idempotency_key_reused", message));
            }
            if let Some(kept) = self.kept.get_mut(&capture.reference) {
                kept.asked += 1;
            }
            return Ok(known.captured.clone());
        }
        let captured = match self.kept.get_mut(&capture.reference) {
            Some(kept) if kept.capture != capture => {
                let message = "the reference is that of another capture";
                return Err(refused(409, "reference_reused", message));
            }
            Some(kept) => {
                kept.asked += 1;
                if !settings.unique_references {
                    kept.moved += u32::from(kept.captured.state == CaptureState::Approved);
                }
                kept.captured.clone()
            }
            None => self.decide(capture, settings),
        };
        let known = Key {
            digest,
            captured: captured.clone(),
            at: Instant::now(),
        };
        self.keys.insert(key, known);
        Ok(captured)
    }

    fn decide(&mut self, capture: Capture, settings: &Provider) -> Captured {
        let decline = self.why_not(&capture, settings);
        self.number += 1;
        let state = match decline {
            Some(_) => CaptureState::Declined,
            None => CaptureState::Approved,
        };
        let captured = Captured {
            reference: capture.reference.clone(),
            state,
            provider_reference: format!("cap_{:08}", self.number),
            decline_code: decline,
            amount_cents: capture.amount_cents,
            direction: capture.direction,
        };
        let kept = Kept {
            captured: captured.clone(),
            moved: u32::from(state == CaptureState::Approved),
            asked: 1,
            capture,
        };
        self.kept.insert(captured.reference.clone(), kept);
        captured
    }

    fn why_not(&self, capture: &Capture, settings: &Provider) -> Option<String> {
        if capture.direction == Direction::Refund {
            return self.why_no_refund(capture);
        }
        let card = capture.card.as_str();
        let by_card = settings
            .declines
            .iter()
            .find(|(suffix, _)| card.ends_with(suffix.as_str()));
        if let Some((_, code)) = by_card {
            return Some(code.clone());
        }
        let limit = settings.decline_over_cents.map(Cents);
        limit
            .is_some_and(|limit| capture.amount_cents > limit)
            .then(|| "over_limit".to_owned())
    }

    /// Never more goes back than came.
    fn why_no_refund(&self, capture: &Capture) -> Option<String> {
        let of = capture.refund_of.as_ref();
        let sale = of.and_then(|reference| self.kept.get(reference));
        let taken = sale.and_then(|kept| kept.captured.moved());
        let Some(taken) = taken.filter(|taken| taken.0 > 0) else {
            return Some("nothing_to_refund".to_owned());
        };
        let back: i64 = self
            .kept
            .values()
            .filter(|kept| kept.capture.refund_of.as_ref() == of)
            .filter_map(|kept| kept.captured.moved())
            .map(|cents| -cents.0)
            .sum();
        (back + capture.amount_cents.0 > taken.0).then(|| "refund_exceeds_sale".to_owned())
    }
}

/// What no provider would look at.
fn check(capture: &Capture) -> Result<(), Box<Response>> {
    let invalid = |message: &str| Err(refused(422, "invalid", message));
    let reference = capture.reference.as_str();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !(3..=200).contains(&reference.len()) || !reference.bytes().all(plain) {
        return invalid("a reference is 3 to 200 of A-Z a-z 0-9 . _ -");
    }
    if capture.amount_cents.0 <= 0 {
        return invalid("an amount is above 0");
    }
    let upper = |byte: u8| byte.is_ascii_uppercase();
    if capture.currency.len() != 3 || !capture.currency.bytes().all(upper) {
        return invalid("a currency is a code of ISO 4217");
    }
    let card = capture.card.as_str();
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if card.len() != 64 || !card.bytes().all(hex) {
        return invalid("a card is 64 lower-case hex digits");
    }
    if (capture.direction == Direction::Refund) != capture.refund_of.is_some() {
        return invalid("a refund, and only a refund, names what it gives back of");
    }
    Ok(())
}
