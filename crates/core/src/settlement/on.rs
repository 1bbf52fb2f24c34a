//! What each event makes of a payment.

use super::{
    ANSWER_MS, Event, FIRST_WAIT_MS, MOST_WAIT_MS, Phase, QUIET_MS, SALE_DECLINED, Settlement, due,
};
use olympus_proto::pos::PaymentState;
use olympus_proto::provider::{CaptureState, Captured};

/// Longest wait that a provider may ask for.
const MOST_RETRY_MS: u64 = MOST_WAIT_MS;
/// Refusals that say nothing of the payment: the key of the provider's API is wrong, or the name is
/// taken. Later is another try.
const NOT_OF_THE_PAYMENT: [&str; 4] = [
    "unauthorized",
    "forbidden",
    "reference_reused",
    "idempotency_key_reused",
];

impl Settlement {
    /// Something happened. Make this durable before anything else is done for it. True where the
    /// payment's row changes: see [`Settlement::fields`].
    pub fn on(&mut self, event: Event<'_>, now_ms: u64) -> bool {
        let before = self.fields();
        if !self.state().is_settled() {
            self.give_up_waiting(now_ms);
            self.take(event, now_ms);
        }
        self.fields() != before
    }

    /// An answer to what was sent comes within [`ANSWER_MS`]. What is said later, or after a restart,
    /// is said of a question, and says nothing of what was sent.
    fn give_up_waiting(&mut self, now_ms: u64) {
        if let Phase::Sent { at_ms } = self.phase
            && (now_ms < at_ms || now_ms - at_ms >= ANSWER_MS)
        {
            self.phase = Phase::Unknown {
                ask_ms: now_ms,
                refused: None,
            };
        }
    }

    fn take(&mut self, event: Event<'_>, now_ms: u64) {
        match event {
            Event::Answered(captured) | Event::Found(captured) => self.decided(captured, now_ms),
            Event::NothingFound { asked_ms } => self.nothing_found(asked_ms, now_ms),
            Event::NoAnswer => self.no_answer(now_ms),
            Event::Busy { retry_ms } => self.busy(retry_ms.unwrap_or(0), now_ms),
            Event::Refused { code } => self.was_refused(code, now_ms),
            Event::Sale(state) => self.sale_stands(state, now_ms),
            Event::Denied { code } if self.phase == Phase::Waiting => self.phase = denied(code),
            Event::Denied { .. } => {}
        }
    }

    fn decided(&mut self, captured: &Captured, now_ms: u64) {
        if captured.amount_cents != self.cents || captured.direction != self.direction {
            // Another capture has this name. A person has to look; it is asked about all the same.
            self.differs = true;
            self.phase = Phase::Unknown {
                ask_ms: now_ms.saturating_add(MOST_WAIT_MS),
                refused: None,
            };
            return;
        }
        let reference = captured.provider_reference.clone();
        self.phase = match captured.state {
            CaptureState::Approved => Phase::Approved {
                provider_reference: reference,
            },
            CaptureState::Declined => Phase::Declined {
                code: captured
                    .decline_code
                    .clone()
                    .unwrap_or_else(|| "declined".to_owned()),
                provider_reference: Some(reference),
            },
        };
    }

    fn nothing_found(&mut self, asked_ms: u64, now_ms: u64) {
        // Where the clock was turned back since, it was sent before now all the same.
        self.last_sent_ms = self.last_sent_ms.min(now_ms);
        let clear_ms = self
            .last_sent_ms
            .saturating_add(ANSWER_MS)
            .saturating_add(QUIET_MS);
        // A question of later than now was asked before the clock was turned back: how long after
        // the sending is not known.
        let clear = (clear_ms..=now_ms).contains(&asked_ms);
        let later = now_ms.saturating_add(self.wait());
        match &mut self.phase {
            Phase::Unknown { ask_ms, .. } if self.differs => {
                *ask_ms = now_ms.saturating_add(MOST_WAIT_MS);
            }
            Phase::Unknown { ask_ms, .. } if !clear => *ask_ms = later.min(clear_ms.max(now_ms)),
            Phase::Unknown { refused: None, .. } => self.send_again(now_ms),
            Phase::Unknown {
                refused: Some(code),
                ..
            } if NOT_OF_THE_PAYMENT.contains(&code.as_str()) => {
                self.send_again(now_ms.saturating_add(MOST_WAIT_MS));
            }
            Phase::Unknown {
                refused: Some(code),
                ..
            } => {
                self.phase = Phase::Declined {
                    code: std::mem::take(code),
                    provider_reference: None,
                };
            }
            Phase::Requested {
                from_ms,
                clear: done,
            } if !*done => {
                *done = clear;
                *from_ms = if clear { now_ms } else { later };
            }
            Phase::Requested { .. }
            | Phase::Waiting
            | Phase::Sent { .. }
            | Phase::Approved { .. }
            | Phase::Declined { .. } => {}
        }
        self.failures = self.failures.saturating_add(1);
    }

    fn send_again(&mut self, from_ms: u64) {
        self.phase = Phase::Requested {
            from_ms,
            clear: true,
        };
    }

    fn no_answer(&mut self, now_ms: u64) {
        let later = now_ms.saturating_add(self.wait());
        match &mut self.phase {
            Phase::Sent { .. } => {
                self.phase = Phase::Unknown {
                    ask_ms: later,
                    refused: None,
                };
            }
            Phase::Unknown { ask_ms: at, .. }
            | Phase::Requested {
                from_ms: at,
                clear: false,
            } => *at = later,
            _ => return,
        }
        self.failures = self.failures.saturating_add(1);
    }

    fn busy(&mut self, retry_ms: u64, now_ms: u64) {
        let wait = self.wait().max(retry_ms.min(MOST_RETRY_MS));
        let later = now_ms.saturating_add(wait);
        match &mut self.phase {
            // It was not looked at. A copy of it may still come: its key guards against that.
            Phase::Sent { .. } => {
                self.phase = Phase::Requested {
                    from_ms: later,
                    clear: false,
                };
            }
            Phase::Unknown { ask_ms: at, .. }
            | Phase::Requested {
                from_ms: at,
                clear: false,
            } => *at = later,
            _ => return,
        }
        self.failures = self.failures.saturating_add(1);
    }

    fn was_refused(&mut self, code: &str, now_ms: u64) {
        let later = now_ms.saturating_add(self.wait());
        match &mut self.phase {
            Phase::Sent { .. } => {
                self.phase = Phase::Unknown {
                    ask_ms: later,
                    refused: Some(code.to_owned()),
                };
            }
            Phase::Unknown { ask_ms: at, .. }
            | Phase::Requested {
                from_ms: at,
                clear: false,
            } => *at = now_ms.saturating_add(MOST_WAIT_MS),
            _ => return,
        }
        self.refused = Some(code.to_owned());
        self.failures = self.failures.saturating_add(1);
    }

    fn sale_stands(&mut self, state: PaymentState, now_ms: u64) {
        if self.phase != Phase::Waiting {
            return;
        }
        match state {
            PaymentState::Approved => self.phase = due(now_ms),
            PaymentState::Declined => self.phase = denied(SALE_DECLINED),
            PaymentState::Requested | PaymentState::Sent | PaymentState::Unknown => {}
        }
    }

    fn wait(&self) -> u64 {
        let doublings = self.failures.min(16);
        (FIRST_WAIT_MS << doublings).min(MOST_WAIT_MS)
    }
}

/// Nothing was sent, and nothing ever will be.
fn denied(code: &str) -> Phase {
    Phase::Declined {
        code: code.to_owned(),
        provider_reference: None,
    }
}
