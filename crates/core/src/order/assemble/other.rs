//! "A brisket sandwich, actually make it pulled pork": another dish of the same kind, told by that in which its name
//! differs.

use super::super::phrases::Names;
use super::super::segment::Segment;
use super::{Reader, Verb};

impl Reader<'_> {
    /// What takes the place of a line by words that no choice of the line goes by.
    pub(super) fn is_other_of_kind(
        &mut self,
        names: Option<&Names>,
        segment: &Segment<'_>,
    ) -> bool {
        let line = match self.verb {
            Some(Verb::Correct) => self.lines.last().map(|(line, _)| line),
            Some(Verb::Put(line)) => Some(line),
            _ => None,
        };
        let Some(line) = line.filter(|_| self.pending.options.is_empty() && !self.negated) else {
            return false;
        };
        let is_known = names.is_some_and(|names| {
            let is_dish = !names.items.is_empty() && !names.is_part;
            is_dish || names.is_size || self.lines.takes(line, &names.options)
        });
        let Some(item) = self.lines.draft(line).map(|draft| draft.item) else {
            return false;
        };
        let Some(kind) = self.phrases.name_of(item).last().filter(|_| !is_known) else {
            return false;
        };
        let mut said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        if said.last() == Some(kind) {
            return false;
        }
        // A wrap in the place of a plate is of the same.
        let mut of_kind = self.phrases.name_of(item).to_vec();
        if said.len() == 1 && said.iter().all(|word| self.phrases.is_kind(word)) {
            of_kind.pop();
            of_kind.append(&mut said);
            said = of_kind;
        } else {
            said.push(kind.clone());
        }
        let called = self.phrases.find(&said).filter(|other| !other.is_part);
        let other = match called {
            Some(called) => self.one_of(called.items.clone()),
            None if self.lines.is_copied(line) => self.called_with(&said),
            None => None,
        };
        let Some(other) = other.filter(|other| *other != item) else {
            return false;
        };
        self.place_item(other, segment.span());
        true
    }

    /// The one dish that ends with the last of these words and has all others in its name: the Lemon Chicken Rice Plate
    /// is a chicken plate.
    fn called_with(&self, said: &[String]) -> Option<usize> {
        let kind = said.last()?;
        let is_called = |item: &usize| {
            self.ends_with(*item, kind) && said.iter().all(|word| self.has_word(*item, word))
        };
        self.one_of((0..self.items.len()).filter(is_called).collect())
    }
}
