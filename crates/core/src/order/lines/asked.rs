//! Lines that were only asked about, and are ordered where something is said of them afterwards.

use super::Lines;

impl Lines<'_> {
    /// Whether what is named now is asked about.
    pub(in super::super) fn ask(&mut self, asking: bool) {
        self.asking = asking;
    }

    pub(in super::super) fn is_asking(&self) -> bool {
        self.asking
    }

    /// Whether the last line was only asked about.
    pub(in super::super) fn last_is_asked(&self) -> bool {
        self.drafts.last().is_some_and(|draft| draft.only_asked)
    }

    /// "What shakes do you have": what was named since that byte was only asked about.
    pub(in super::super) fn ask_since(&mut self, start: usize) {
        for draft in &mut self.drafts {
            draft.only_asked |= draft.span.is_some_and(|span| span.start >= start);
        }
    }
}
