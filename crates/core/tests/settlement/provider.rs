//! A provider that knows less than ours promises: it takes a reference again and again, and only
//! its idempotency keys keep it from that, for as long as it remembers them.

use crate::rng::Rng;
use olympus_proto::Cents;
use olympus_proto::pos::Direction;
use olympus_proto::provider::{CaptureState, Captured, Reference};
use std::collections::BTreeMap;

/// A capture on its way.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) id: usize,
    pub(crate) direction: Direction,
    pub(crate) cents: i64,
    pub(crate) key: String,
}

/// What the world hears of an execution.
pub(crate) struct Provider {
    /// All that was ever decided, in its order.
    pub(crate) books: Vec<Captured>,
    keys: BTreeMap<String, (u64, Captured)>,
    /// How long a key is remembered; 0 where it never is.
    pub(crate) memory_ms: u64,
    declines_percent: u64,
}

pub(crate) fn reference(id: usize) -> Reference {
    Reference(format!("loc.{id}"))
}

impl Provider {
    pub(crate) fn new(memory_ms: u64, declines_percent: u64) -> Self {
        Self {
            books: Vec::new(),
            keys: BTreeMap::new(),
            memory_ms,
            declines_percent,
        }
    }

    pub(crate) fn capture(&mut self, request: &Request, now_ms: u64, rng: &mut Rng) -> Captured {
        if let Some((seen_ms, captured)) = self.keys.get(&request.key)
            && now_ms - seen_ms < self.memory_ms
        {
            return captured.clone();
        }
        let declined = request.direction == Direction::Sale && rng.chance(self.declines_percent);
        let captured = Captured {
            reference: reference(request.id),
            state: if declined {
                CaptureState::Declined
            } else {
                CaptureState::Approved
            },
            provider_reference: format!("p-{}", self.books.len()),
            decline_code: declined.then(|| "insufficient_funds".to_owned()),
            amount_cents: Cents(request.cents),
            direction: request.direction,
        };
        self.books.push(captured.clone());
        self.keys
            .insert(request.key.clone(), (now_ms, captured.clone()));
        captured
    }

    pub(crate) fn find(&self, id: usize) -> Option<Captured> {
        let name = reference(id);
        self.books.iter().find(|one| one.reference == name).cloned()
    }

    pub(crate) fn approved(&self, id: usize) -> usize {
        let name = reference(id);
        let of = self.books.iter().filter(|one| one.reference == name);
        of.filter(|one| one.state == CaptureState::Approved).count()
    }
}
