//! The authority's alarm: settles payments with the provider, whose answers come late or never.

use super::plant::Plant;
use super::{Happening, World};
use olympus_edge_worker::authority::settle::Heard;
use olympus_powercut::Cut;
use olympus_proto::pos::PaymentId;
use olympus_proto::provider::{Capture, Reference};
use std::collections::BTreeMap;

/// How long the shell waits for the provider.
const TIMEOUT_MS: u64 = olympus_core::settlement::ANSWER_MS;
/// A request that is on its way for longer is thrown away by the line.
const LONGEST_MS: u64 = TIMEOUT_MS + olympus_core::settlement::QUIET_MS - 1_000;

/// Requests from here on are planted.
const RESENT: u64 = 1 << 40;

/// What is under way; a start of the authority knows of nothing.
#[derive(Default)]
pub(crate) struct Alarm {
    at_ms: Option<u64>,
    requests: u64,
    open: BTreeMap<u64, (PaymentId, Option<u64>)>,
    /// What was sent, for the planted mistakes alone.
    pub(crate) sent: BTreeMap<PaymentId, Capture>,
}

impl World {
    pub(crate) fn head(&self) -> Option<u64> {
        self.cloud.book.as_ref()?.head().ok()
    }

    pub(crate) fn boots_cloud(&mut self) {
        if self.cloud.book.is_some() {
            return;
        }
        self.cloud_life += 1;
        self.alarm = Alarm::default();
        let now_ms = self.true_ms();
        if let Err(error) = self.cloud.open(&self.cloud_disk, now_ms) {
            if !self.cloud_disk.is_on() {
                self.cloud_loses_power();
            } else if self.healed {
                self.violates(format!("the authority does not open: {error}"));
            } else {
                self.schedule(5_000, Happening::CloudBoot);
            }
            return;
        }
        self.sets_alarm();
    }

    /// Its power is gone; it comes back with what the cut has left.
    pub(crate) fn cloud_loses_power(&mut self) {
        let cut = self.cloud_cut();
        self.cloud_disk.power_off();
        self.cloud.book = None;
        self.cloud_disk.power_on(cut);
        self.seen.insert("the authority loses power");
        let off_ms = 1_000 + self.rng.below(60_000);
        self.schedule(off_ms, Happening::CloudBoot);
    }

    fn cloud_cut(&mut self) -> Cut {
        let keep = olympus_powercut::Keep::ALL[self.rng.index(7)];
        let seed = self.rng.bits();
        Cut { keep, seed }
    }

    /// Rings when the book says so.
    pub(crate) fn sets_alarm(&mut self) {
        let wake = self
            .cloud
            .book
            .as_ref()
            .map(crate::cloud::Books::settle_wake);
        let at_ms = match wake {
            Some(Ok(Some(wake_ms))) => wake_ms.saturating_sub(super::T0.unsigned_abs()),
            Some(Err(_)) => self.now_ms + 10_000,
            _ => return,
        };
        let at_ms = at_ms.max(self.now_ms + 1_000);
        let sooner = self
            .alarm
            .at_ms
            .is_none_or(|set| at_ms < set || set < self.now_ms);
        if sooner {
            self.alarm.at_ms = Some(at_ms);
            self.schedule(at_ms - self.now_ms, Happening::Alarm);
        }
    }

    pub(crate) fn alarm_rings(&mut self) {
        if self.alarm.at_ms != Some(self.now_ms) {
            return;
        }
        self.alarm.at_ms = None;
        if self.now_ms < self.cloud_down_until {
            let in_ms = self.cloud_down_until - self.now_ms;
            self.alarm.at_ms = Some(self.now_ms + in_ms);
            self.schedule(in_ms, Happening::Alarm);
            return;
        }
        let now_ms = self.true_ms();
        let Some(book) = &self.cloud.book else { return };
        let errand = book.settle_due(now_ms, 20);
        if !self.cloud_disk.is_on() {
            self.cloud_loses_power();
            return;
        }
        if let Ok(errand) = errand {
            self.note("errand", &errand);
            for capture in errand.captures {
                self.sends_capture(capture);
            }
            for reference in errand.asks {
                let Some(payment) = reference.payment(&crate::support::location()) else {
                    continue;
                };
                let request = self.opens(payment, Some(errand.asked_ms));
                let delay = self.way();
                let life = self.cloud_life;
                self.schedule(delay, Happening::Ask(life, request, reference));
            }
        }
        self.sets_alarm();
    }

    fn sends_capture(&mut self, mut capture: Capture) {
        let Some(payment) = capture.reference.payment(&crate::support::location()) else {
            return;
        };
        self.plant_in_capture(&mut capture);
        self.alarm.sent.insert(payment.clone(), capture.clone());
        let request = self.opens(payment, None);
        let delay = self.way();
        let life = self.cloud_life;
        let capture = Box::new(capture);
        self.schedule(delay, Happening::Capture(life, request, capture));
    }

    /// A request is under way; whether an answer comes or not, it is over after a while.
    fn opens(&mut self, payment: PaymentId, asked_ms: Option<u64>) -> u64 {
        self.alarm.requests += 1;
        let request = self.alarm.requests;
        self.alarm.open.insert(request, (payment, asked_ms));
        let life = self.cloud_life;
        self.schedule(TIMEOUT_MS, Happening::Heard(life, request, None));
        request
    }

    /// Planted: sends what was sent once more, whatever became of it.
    pub(crate) fn resends(&mut self, payment: &PaymentId, in_ms: u64) {
        if let Some(capture) = self.alarm.sent.get(payment).cloned() {
            let capture = Box::new(capture);
            self.schedule(in_ms, Happening::Capture(self.cloud_life, RESENT, capture));
        }
    }

    fn way(&mut self) -> u64 {
        let slow = self.now_ms < self.provider.slow_until;
        1 + self.rng.below(if slow { LONGEST_MS } else { 2_000 })
    }

    pub(crate) fn captures(&mut self, life: u32, request: u64, capture: Capture) {
        if self.now_ms < self.provider.down_until {
            self.seen.insert("the provider is down");
            return;
        }
        let now_ms = self.true_ms();
        let mut key = capture.reference.as_str().to_owned();
        if request >= RESENT && self.plants(Plant::ResendsWithNewKey) {
            key.push_str("-again");
        }
        let captured = self.provider.capture(capture, key, now_ms);
        self.note("captured", &captured);
        self.provider_answers(life, request, Heard::Answered(captured));
    }

    pub(crate) fn looks_up(&mut self, life: u32, request: u64, reference: &Reference) {
        if self.now_ms < self.provider.down_until {
            return;
        }
        let asked_ms = self.alarm.open.get(&request).and_then(|it| it.1);
        let heard = match self.provider.find(reference) {
            Some(captured) => Heard::Found(captured),
            None => {
                let asked_ms = asked_ms.unwrap_or_else(|| self.true_ms());
                Heard::NothingFound { asked_ms }
            }
        };
        self.provider_answers(life, request, heard);
    }

    fn provider_answers(&mut self, life: u32, request: u64, heard: Heard) {
        if self.now_ms < self.provider.silent_until {
            self.seen.insert("the provider does not answer");
            return;
        }
        let delay = self.way();
        self.schedule(delay, Happening::Heard(life, request, Some(heard)));
    }

    pub(crate) fn hears(&mut self, life: u32, request: u64, heard: Option<Heard>) {
        if life != self.cloud_life || self.cloud.book.is_none() {
            return;
        }
        let Some((payment, _)) = self.alarm.open.remove(&request) else {
            return;
        };
        let heard = heard.unwrap_or(Heard::NoAnswer);
        let Some(heard) = self.plant_in_heard(&payment, heard) else {
            return;
        };
        if heard == Heard::NoAnswer {
            self.seen.insert("no answer of the provider");
        }
        let now_ms = self.true_ms();
        let Some(book) = &self.cloud.book else { return };
        let done = book.settle_heard(&[(payment, heard)], now_ms);
        if !self.cloud_disk.is_on() {
            self.cloud_loses_power();
            return;
        }
        if let Ok((_, true)) = done {
            self.tells_all(&super::line::Answer::Changed);
        }
        self.sets_alarm();
    }
}
