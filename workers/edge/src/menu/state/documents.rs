//! Which documents are needed, and which are to be deleted.
//!
//! Invariant: what is about to be offered is needed from before it is written, so that no
//! document is deleted between its being written and its being offered.

use super::{Expected, State};

/// How long after it was announced a menu may be offered.
const EXPECTED_MS: u64 = 10 * 60_000;

/// Documents of a state that knows nothing of them are looked through.
#[expect(
    clippy::unnecessary_wraps,
    reason = "a default of serde has the field's type"
)]
pub(super) fn at_once() -> Option<u64> {
    Some(0)
}

impl State {
    /// Its document is about to be written and then offered. Whether it may be written now: not
    /// while it is being deleted.
    pub(crate) fn expect(&mut self, digest: &str, now_ms: u64) -> bool {
        self.expected
            .retain(|one| one.digest != digest && one.until_ms > now_ms);
        self.expected.push(Expected {
            digest: digest.to_owned(),
            until_ms: now_ms + EXPECTED_MS,
        });
        !self.deleting.iter().any(|one| one == digest)
    }

    /// Whether a menu's document is still needed.
    pub(crate) fn needs(&self, digest: &str, now_ms: u64) -> bool {
        let live = self.live.iter().map(|live| &live.offer.digest);
        let job = self.job.iter().map(|job| &job.offer.digest);
        let old = self.old.iter().map(|old| &old.digest);
        let expected = self.expected.iter().filter(|one| one.until_ms > now_ms);
        live.chain(job)
            .chain(old)
            .chain(expected.map(|one| &one.digest))
            .any(|needed| needed == digest)
    }

    /// A document may not be needed any more.
    pub(super) fn untidy(&mut self, now_ms: u64) {
        self.tidy_at_ms.get_or_insert(now_ms);
    }

    /// When documents are looked through: where one may not be needed any more, where a deletion
    /// was broken off, or where a menu that was announced never came.
    pub(super) fn tidy_due_ms(&self) -> Option<u64> {
        if !self.deleting.is_empty() {
            return Some(0);
        }
        let expected = self.expected.iter().map(|one| one.until_ms);
        self.tidy_at_ms.into_iter().chain(expected).min()
    }

    /// These documents are there, and maybe a `rest` of more. Those that nothing needs are being
    /// deleted from now on; whatever an earlier attempt was about is over.
    pub(crate) fn deleting(&mut self, found: Vec<String>, rest: bool, now_ms: u64) -> Vec<String> {
        self.expected.retain(|one| one.until_ms > now_ms);
        let unneeded = found.into_iter();
        self.deleting = unneeded
            .filter(|digest| !self.needs(digest, now_ms))
            .collect();
        self.tidy_at_ms = rest.then_some(now_ms);
        self.deleting.clone()
    }

    /// They were deleted, or could not be: then it is tried again at `again_ms`.
    pub(crate) fn tidied(&mut self, again_ms: Option<u64>) {
        self.deleting.clear();
        self.tidy_at_ms = self.tidy_at_ms.or(again_ms);
    }
}
