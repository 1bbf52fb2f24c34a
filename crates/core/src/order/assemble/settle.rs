//! What waits without its item when something else begins.

use super::{Pending, Reader, Verb};

impl Reader<'_> {
    /// What waits without its item: the only item that it fits, else choices of a line before.
    pub(super) fn settle(&mut self) {
        if let Some(item) = self.in_other_pieces().or_else(|| self.in_pieces_alone())
            && let Some((_, span)) = self.pending.pieces
        {
            self.place_item(item, span);
        }
        if let Some((item, at)) = self.called_by_choice() {
            // A word of its own name chooses nothing.
            let (_, choice) = self.pending.options.remove(at);
            self.place_item(item, choice.span);
        }
        if self.is_one_more()
            && !self.lost
            && let Some(item) = self.lines.last_item()
            && let Some((_, choice)) = self.pending.options.last()
        {
            self.place_item(item, choice.span);
        }
        self.report_lost_size();
        // "A diet coke, a small"
        if self.pending.number.is_none() && !self.lost && self.is_sized_one_of_last() {
            self.settle_options();
        }
        if let Some(item) = self.implied().filter(|_| !self.goes_with_last()) {
            let span = self.pending.options.last().map(|(_, choice)| choice.span);
            // Of what kind it is was understood after all.
            if let Some((_, kind)) = &self.pending.kind {
                self.out.not_understood.retain(|text| text.span != *kind);
            }
            if let Some(span) = span {
                self.place_item(item, span);
            }
        }
        self.settle_options();
        self.lines.forget_recent();
        if self.verb == Some(Verb::Correct) && self.pending.number.is_some() {
            self.verb = None;
        }
        self.pending = Pending::default();
    }

    /// "…, and a small zorbl": a size of its own, of what is not known, is none of the dish before.
    fn report_lost_size(&mut self) {
        let is_lost = self.lost && self.verb.is_none() && self.is_opened() && self.is_sized_anew();
        if !is_lost || !self.pending.options.iter().all(|(names, _)| names.is_size) {
            return;
        }
        for (_, choice) in std::mem::take(&mut self.pending.options) {
            self.not_understood(choice.span.start, choice.span.end);
        }
    }

    pub(super) fn settle_options(&mut self) {
        for (names, choice) in std::mem::take(&mut self.pending.options) {
            self.attach(names, choice);
        }
    }
}
