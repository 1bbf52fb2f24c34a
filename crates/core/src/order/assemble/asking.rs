//! Dishes that are only asked about: "do you have livers? a pound of those".
//!
//! Invariant: what is asked about is ordered only where something of the order is said of it afterwards.

use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::{Pending, Reader};

/// Questions that only the beginning of a sentence can be: "what I want is the club" asks nothing.
const AT_START: [&str; 5] = ["is ", "are ", "does ", "you got", "what"];
/// What is said where a question was answered.
#[rustfmt::skip]
const ANSWERED: [&str; 18] = [
    "ok", "okay", "alright", "great", "cool", "perfect", "lovely", "sweet", "nice", "awesome", "good", "no", "yes",
    "yeah", "yep", "then", "so", "well",
];

impl<'a> Reader<'a> {
    /// What is named next is asked about, until something else begins.
    pub(super) fn asks(&mut self, segment: &Segment<'_>) {
        let said = self.said_of(segment).to_lowercase();
        let before = self.text.get(..segment.start).unwrap_or_default();
        let sentence = before
            .rfind(['.', '!', '?', ';', '\n'])
            .map_or(0, |at| at + 1);
        let sentence_said = self.text.get(sentence..segment.start).unwrap_or_default();
        let sentence_said = sentence_said.trim().to_lowercase();
        let begins = sentence_said.split([' ', ',']).all(|word| {
            let opens = [
                "hi", "hey", "hello", "um", "uh", "so", "ok", "okay", "and", "oh", "wait", "sorry",
                "",
            ];
            opens.contains(&word)
        });
        if !begins && AT_START.iter().any(|start| said.starts_with(start)) {
            return;
        }
        // "What sauces do you have"
        if ["what", "which"]
            .iter()
            .any(|what| sentence_said.starts_with(what))
        {
            self.pending = Pending::default();
            self.lines.ask_since(sentence);
            return;
        }
        self.settle();
        self.ends_drop();
        (self.negated, self.verb, self.joined) = (false, None, false);
        self.lines.ask(true);
    }

    /// A question ends with its sentence, with an answer, and where a wish begins.
    pub(super) fn ends_question(&mut self, segment: &Segment<'_>) {
        if !self.lines.is_asking() {
            return;
        }
        let said = self.said_of(segment).to_lowercase();
        let is_answer = ANSWERED.contains(&said.as_str());
        let is_told = self.lines.last_is_asked();
        let is_wish = match segment.kind {
            Kind::Cue(Cue::Clause | Cue::Correction) => true,
            Kind::Cue(Cue::Number(_) | Cue::Article) => is_told,
            _ => false,
        };
        if is_wish || is_answer || self.ends_sentence(segment.start) {
            self.settle();
            self.pending = Pending::default();
            self.lines.ask(false);
            self.run = None;
        }
    }

    /// "One of those", "give me three", "two with ranch": so many of what was asked about.
    pub(super) fn takes_asked(&mut self, number: u32, rest: &[Segment<'a>]) -> bool {
        let waits = self.pending.start.is_some() || !self.pending.options.is_empty();
        if waits || !self.lines.last_is_asked() || self.verb.is_some() {
            return false;
        }
        let is_filler = |s: &&Segment<'_>| matches!(s.kind, Kind::Cue(Cue::Filler));
        let next = rest.iter().find(|s| !is_filler(s));
        let is_of_it = match next.map(|next| next.kind) {
            None | Some(Kind::Cue(Cue::And | Cue::Clause | Cue::With | Cue::Not)) => true,
            Some(Kind::Names(names)) => self.is_of_last_alone(names),
            _ => false,
        };
        let ends = rest
            .first()
            .is_some_and(|next| self.ends_phrase(next.start));
        if is_of_it || ends {
            self.lines.set_quantity(number);
            (self.negated, self.joined) = (false, false);
        }
        is_of_it || ends
    }

    /// "I'll have that with ham": what was asked about.
    pub(super) fn takes_that(&mut self, segment: &Segment<'_>, rest: &[Segment<'a>]) {
        let said = self.said_of(segment).to_lowercase();
        let is_that = matches!(said.as_str(), "that" | "it" | "those" | "them" | "some");
        let is_wish = super::super::speech::cue(&super::super::option::key(&self.before))
            == Some(Cue::Clause)
            || matches!(
                self.before.as_str(),
                "get" | "take" | "want" | "do" | "give" | "try" | "of"
            );
        let is_name = matches!(rest.first().map(|next| next.kind), Some(Kind::Names(_)));
        let waits = self.pending.start.is_some() || !self.pending.options.is_empty();
        if is_that
            && is_wish
            && !is_name
            && !waits
            && self.lines.last_is_asked()
            && !self.lines.is_asking()
        {
            self.lines.set_quantity(1);
        }
    }
}
