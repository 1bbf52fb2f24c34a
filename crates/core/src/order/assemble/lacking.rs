//! "No sugar" where the menu has 0% Sugar: what is left out by the choice that says there is none of it.

use super::super::draft::Choice;
use super::super::phrases::Names;
use super::super::segment::Segment;
use super::Reader;
use super::meant::option_of;

impl<'a> Reader<'a> {
    /// Chooses that there is none of what is not wanted, where a line has such a choice and the thing itself is
    /// no other choice of it.
    pub(super) fn is_chosen_to_lack(
        &mut self,
        names: Option<&Names>,
        segment: &Segment<'_>,
    ) -> bool {
        let is_open = self.negated && (!self.negation_used || self.joined) && !self.contrast;
        if !is_open || self.pending.start.is_some() {
            return false;
        }
        let phrases = self.phrases;
        let said = phrases.stems_of(&self.said_of(segment).to_lowercase());
        let options = phrases.lacking(&said);
        let told = self.place.filter(|line| self.lines.takes(*line, options));
        let Some(line) = told.or_else(|| self.lines.accepting(options)) else {
            return false;
        };
        let item = self.lines.draft(line).map(|draft| draft.item);
        let at = item.and_then(|item| option_of(options, item));
        // Sugar that is stirred in and the level of it are two things.
        let own = names.zip(item);
        let own = own.and_then(|(names, item)| option_of(&names.options, item));
        let is_other = own
            .zip(at)
            .is_some_and(|(own, at)| own.group != at.group && !own.derived);
        if is_other {
            return false;
        }
        let choice = Choice {
            amount: self.amount.take(),
            ..Choice::added(segment.span())
        };
        let is_chosen = self.lines.put(line, options, choice);
        self.negation_used |= is_chosen;
        is_chosen
    }
}
