//! Stored-value cards: what is written on one, and what was last known of it.
//!
//! Layouts, all numbers big-endian:
//! ```text
//! v1   9 bytes   1 · sequence u32 · balance u32
//! v2  22 bytes   2 · flags u8 · sequence u64 · balance u64 · checksum u32 (CRC-32 of what is before)
//! ```
//! Invariant: a sequence never goes back and one sequence has one balance, so that a copy of a card
//! is found as soon as either of the two was used. Every use raises the sequence by one. What is
//! written is always the newest layout; every older one is still read.

use super::{MAX_CENTS, Refusal};
use olympus_proto::Cents;
use serde::{Deserialize, Serialize};

/// The layout that is written.
pub const LAYOUT: u8 = 2;

/// What a card says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardState {
    /// Uses so far.
    pub sequence: u64,
    /// What is left.
    pub balance_cents: Cents,
    /// Whether the house has blocked it.
    pub blocked: bool,
}

impl CardState {
    /// Reads any layout.
    ///
    /// # Errors
    /// [`Refusal::CardLayout`] where the layout is unknown, [`Refusal::CardDamaged`] where the
    /// bytes are not of that layout.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let (layout, rest) = bytes.split_first().ok_or(Refusal::CardDamaged)?;
        let state = match layout {
            1 => read_v1(rest),
            2 => read_v2(bytes, rest),
            _ => return Err(Refusal::CardLayout),
        };
        state
            .filter(|state| (0..=MAX_CENTS.0).contains(&state.balance_cents.0))
            .ok_or(Refusal::CardDamaged)
    }

    /// Writes the newest layout.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = vec![LAYOUT, u8::from(self.blocked)];
        bytes.extend_from_slice(&self.sequence.to_be_bytes());
        let balance = u64::try_from(self.balance_cents.0).unwrap_or(0);
        bytes.extend_from_slice(&balance.to_be_bytes());
        let checksum = crc32(&bytes);
        bytes.extend_from_slice(&checksum.to_be_bytes());
        bytes
    }

    /// Whether a card that shows this can be the one last seen as `known`.
    ///
    /// # Errors
    /// [`Refusal::CardOlder`] or [`Refusal::CardForked`] where it is a copy, or that one was.
    pub fn follows(&self, known: Option<&Self>) -> Result<(), Refusal> {
        let Some(known) = known else {
            return Ok(());
        };
        match self.sequence.cmp(&known.sequence) {
            std::cmp::Ordering::Less => Err(Refusal::CardOlder),
            std::cmp::Ordering::Equal if self != known => Err(Refusal::CardForked),
            _ => Ok(()),
        }
    }

    /// The card after `cents` were taken off it.
    ///
    /// # Errors
    /// [`Refusal`] where it is blocked or does not cover that.
    pub fn spend(&self, cents: Cents) -> Result<Self, Refusal> {
        if self.blocked {
            return Err(Refusal::CardRevoked);
        }
        let left = self.balance_cents.0.checked_sub(cents.0);
        let left = left.filter(|left| *left >= 0 && cents.0 > 0);
        let sequence = self.sequence.checked_add(1).ok_or(Refusal::CardDamaged)?;
        Ok(Self {
            sequence,
            balance_cents: Cents(left.ok_or(Refusal::CardBalance)?),
            blocked: false,
        })
    }
}

fn read_v1(rest: &[u8]) -> Option<CardState> {
    let (sequence, balance) = rest.split_first_chunk::<4>()?;
    let balance: &[u8; 4] = balance.try_into().ok()?;
    Some(CardState {
        sequence: u32::from_be_bytes(*sequence).into(),
        balance_cents: Cents(u32::from_be_bytes(*balance).into()),
        // Layout 1 could not say so; what is blocked is on the list.
        blocked: false,
    })
}

fn read_v2(bytes: &[u8], rest: &[u8]) -> Option<CardState> {
    let (before, checksum) = bytes.split_last_chunk::<4>()?;
    let (flags, rest) = rest.split_first()?;
    let (sequence, rest) = rest.split_first_chunk::<8>()?;
    let (balance, rest) = rest.split_first_chunk::<8>()?;
    let sound = rest.len() == 4 && *flags <= 1 && crc32(before) == u32::from_be_bytes(*checksum);
    let balance = i64::try_from(u64::from_be_bytes(*balance)).ok()?;
    sound.then_some(CardState {
        sequence: u64::from_be_bytes(*sequence),
        balance_cents: Cents(balance),
        blocked: *flags == 1,
    })
}

/// CRC-32 (ISO-HDLC), bit by bit: it runs over 18 bytes once a tap. It finds a torn write; who
/// writes cards on purpose is found by the sequence.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let lowest = crc & 1;
            crc = (crc >> 1) ^ (0xedb8_8320 * lowest);
        }
    }
    !crc
}
