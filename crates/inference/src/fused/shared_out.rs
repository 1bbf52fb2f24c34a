//! One text on two cores: each takes half of the tokens through all layers.
//!
//! Tokens only meet in attention, so the two wait for each other once a layer: each puts down what it
//! asks, what it is and what it says (query, key, value), and reads what the other put down. The
//! numbers are those of one thread, to the bit: no row's arithmetic depends on its neighbours.
//! Invariant: where one of the two panics the other ends too. Never worth it where the other core
//! has work.

use super::attention::attend_from;
use super::encoder::{FusedEncoder, Workspace};
use super::kernel::Kernel;
use crate::error::InferenceError;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

/// Looks at the other's progress before the scheduler is asked for help.
const SPINS: u32 = 2_000;

/// Where the two meet.
#[derive(Debug, Default)]
struct Meeting {
    /// Arrivals of both so far.
    arrived: AtomicUsize,
    /// Query, key and value of each half, for even and for odd layers: who is a layer ahead does not
    /// write over what the other still reads.
    parts: [[RwLock<Vec<f32>>; 2]; 2],
}

impl Meeting {
    fn put(&self, layer: usize, half: usize, qkv: &[f32]) {
        let part = &self.parts[layer % 2][half];
        let mut part = part.write().unwrap_or_else(PoisonError::into_inner);
        part.clear();
        part.extend_from_slice(qkv);
    }

    /// Both halves, in their order.
    fn take(&self, layer: usize, into: &mut Vec<f32>) {
        into.clear();
        for part in &self.parts[layer % 2] {
            into.extend_from_slice(&part.read().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Waits until both have come so often.
    fn meet(&self, layer: usize) {
        self.arrived.fetch_add(1, Ordering::AcqRel);
        let mut spins = 0;
        while self.arrived.load(Ordering::Acquire) < 2 * (layer + 1) {
            spins += 1;
            match spins < SPINS {
                true => std::hint::spin_loop(),
                false => std::thread::yield_now(),
            }
        }
    }
}

/// Lets the other go on where this one panics.
struct Present<'a>(&'a Meeting);

impl Drop for Present<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.arrived.fetch_add(usize::MAX / 2, Ordering::AcqRel);
        }
    }
}

impl FusedEncoder {
    /// As [`FusedEncoder::forward`] for one text of two tokens or more, on this thread and another
    /// that is started for it. `other` is that one's room.
    ///
    /// # Errors
    /// As [`FusedEncoder::forward`].
    pub(crate) fn forward_on_two(
        &self,
        kernel: Kernel,
        text: &[u32],
        work: &mut Workspace,
        other: &mut Workspace,
    ) -> Result<(), InferenceError> {
        self.begin(kernel, &[text], work)?;
        let first = text.len().div_ceil(2);
        other.states.clear();
        other
            .states
            .extend(work.states.drain(first * self.hidden()..));
        let meeting = Meeting::default();
        let is_shared = std::thread::scope(|scope| {
            let (there, halves) = (&meeting, &mut *other);
            let second = move || self.half(kernel, there, 1, first..text.len(), halves);
            let started = std::thread::Builder::new().spawn_scoped(scope, second);
            let is_shared = started.is_ok();
            if is_shared {
                self.half(kernel, &meeting, 0, 0..first, work);
            }
            is_shared
        });
        work.states.extend_from_slice(&other.states);
        // Where the system has no thread left, this one does all of it.
        if !is_shared {
            self.go_through(kernel, &[text.len()], work);
        }
        Ok(())
    }

    fn half(
        &self,
        kernel: Kernel,
        meeting: &Meeting,
        half: usize,
        tokens: Range<usize>,
        work: &mut Workspace,
    ) {
        let _present = Present(meeting);
        for (number, layer) in self.layers.iter().enumerate() {
            layer.project(kernel, self.hidden(), work);
            meeting.put(number, half, &work.wide);
            meeting.meet(number);
            meeting.take(number, &mut work.wide);
            attend_from(
                kernel,
                &work.wide,
                tokens.start,
                self.heads,
                &mut work.scratch,
                &mut work.narrow,
            );
            layer.go_on(kernel, self.hidden(), work);
        }
    }
}
