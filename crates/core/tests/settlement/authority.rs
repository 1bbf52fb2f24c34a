//! The authority as the Worker drives it: settlements as JSON on its disk, a call at a time for
//! each payment, one transaction before each call, and a stop at any step.

use crate::plant::Plant;
use olympus_core::settlement::{Action, Event, Settlement};
use olympus_proto::pos::PaymentState;
use serde_json::json;
use std::collections::BTreeMap;

/// What it wants sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Capture { attempt: u32 },
    Ask,
}

/// A payment as it came by sync.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payment {
    pub(crate) cents: i64,
    /// What it gives back of.
    pub(crate) refund_of: Option<usize>,
}

pub(crate) struct Authority {
    /// What survives a stop.
    pub(crate) disk: BTreeMap<usize, String>,
    memory: BTreeMap<usize, Settlement>,
    /// Calls that are waited for, by their numbers: what an earlier one is answered is not heard.
    pub(crate) waits: BTreeMap<usize, (u64, Call)>,
    calls: u64,
    stopped: bool,
    pub(crate) up: bool,
    pub(crate) plant: Option<Plant>,
}

impl Authority {
    pub(crate) fn new(plant: Option<Plant>) -> Self {
        Self {
            disk: BTreeMap::new(),
            memory: BTreeMap::new(),
            waits: BTreeMap::new(),
            calls: 0,
            stopped: false,
            up: true,
            plant,
        }
    }

    pub(crate) fn plants(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }

    /// A payment arrives: in the transaction of the push that brings it.
    pub(crate) fn take(&mut self, id: usize, payment: Payment, now_ms: u64) {
        let cents = olympus_proto::Cents(payment.cents);
        let settlement = match payment.refund_of {
            None => Settlement::sale(cents, now_ms),
            Some(_) if self.plants(Plant::RefundsAtOnce) => {
                Settlement::refund(cents, Some(PaymentState::Approved), now_ms)
            }
            Some(sale) => {
                let state = self.memory.get(&sale).map(Settlement::state);
                Settlement::refund(cents, state, now_ms)
            }
        };
        self.memory.insert(id, settlement);
        self.commit(id);
    }

    pub(crate) fn commit(&mut self, id: usize) {
        if let Some(settlement) = self.memory.get(&id) {
            let text = serde_json::to_string(settlement).expect("JSON");
            self.disk.insert(id, text);
        }
    }

    /// The power goes.
    pub(crate) fn stop(&mut self) {
        self.up = false;
        self.stopped = true;
        self.memory.clear();
        self.waits.clear();
    }

    pub(crate) fn start(&mut self) {
        self.up = true;
        let disk: Vec<_> = self.disk.clone().into_iter().collect();
        for (id, text) in disk {
            let forgets = self.plants(Plant::ForgetsWhatWasSent) && text.contains(r#""is":"sent""#);
            self.memory
                .insert(id, serde_json::from_str(&text).expect("its own JSON"));
            if forgets {
                let phase = json!({"is": "requested", "from_ms": 0, "clear": true});
                self.overwrite(id, phase);
            }
        }
    }

    /// A mistake: another phase than the core's.
    fn overwrite(&mut self, id: usize, phase: serde_json::Value) {
        let mut value = serde_json::to_value(&self.memory[&id]).expect("JSON");
        value["phase"] = phase;
        let wrong = serde_json::from_value(value).expect("a settlement");
        self.memory.insert(id, wrong);
    }

    /// What a payment wants done now; when to look again where it is nothing.
    pub(crate) fn next(&self, id: usize, now_ms: u64) -> Option<Action> {
        let settlement = self.memory.get(&id)?;
        if self.waits.contains_key(&id) {
            return None;
        }
        if self.plants(Plant::TimersNeverFire) && self.stopped {
            return None;
        }
        if self.plants(Plant::PressesOnForDays)
            && settlement.state() == PaymentState::Requested
            && settlement.next(now_ms) == Action::Ask
        {
            return Some(Action::Send { attempt: u32::MAX });
        }
        Some(settlement.next(now_ms))
    }

    /// It is about to be sent; where that is not yet durable, `commit` makes it so.
    pub(crate) fn sending(&mut self, id: usize, now_ms: u64) {
        if let Some(settlement) = self.memory.get_mut(&id) {
            settlement.sending(now_ms);
        }
    }

    /// Something was heard; one transaction. Refunds hear in it what became of their sale.
    pub(crate) fn hear(&mut self, id: usize, event: Event<'_>, now_ms: u64, all: &[Payment]) {
        let given_up = self.plants(Plant::GivesUp) && event == Event::NoAnswer;
        let Some(settlement) = self.memory.get_mut(&id) else {
            return;
        };
        let changed = settlement.on(event, now_ms);
        let state = settlement.state();
        if given_up && settlement.attention(now_ms).is_some() {
            self.overwrite(id, json!({"is": "declined", "code": "given_up"}));
        }
        let nothing_found = matches!(event, Event::NothingFound { .. });
        if nothing_found && self.plants(Plant::BelievesNothingFound) {
            let phase = json!({"is": "requested", "from_ms": now_ms, "clear": true});
            self.overwrite(id, phase);
        }
        self.commit(id);
        if !changed || self.plants(Plant::ForgetsRefunds) {
            return;
        }
        for (refund, payment) in all.iter().enumerate() {
            if payment.refund_of == Some(id)
                && let Some(settlement) = self.memory.get_mut(&refund)
            {
                settlement.on(Event::Sale(state), now_ms);
                self.commit(refund);
            }
        }
    }

    /// From now on the answer to this call is waited for.
    pub(crate) fn calls(&mut self, id: usize, call: Call) -> u64 {
        self.calls += 1;
        self.waits.insert(id, (self.calls, call));
        self.calls
    }

    pub(crate) fn of(&self, id: usize) -> Option<&Settlement> {
        self.memory.get(&id)
    }

    /// As it stands on disk.
    pub(crate) fn durable(&self, id: usize) -> Option<Settlement> {
        let text = self.disk.get(&id)?;
        serde_json::from_str(text).ok()
    }
}
