//! Reading segments from left to right into lines.
//!
//! Invariant: one pass; every segment is read once, as what it can be where it stands. Words that
//! are nothing here become a note and never a guess.

use super::draft::{Draft, What, Wish};
use super::grammar::Kind;
use super::lexicon::{Lexicon, Node};
use super::segment::Segment;
use olympus_proto::{Amount, MenuItem, ModifierAction, Span};

/// Words that could not be grounded.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Note {
    pub(super) span: Span,
    /// The draft that they seem to be about.
    pub(super) draft: Option<usize>,
    pub(super) action: ModifierAction,
}

/// What follows is …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Add,
    Remove,
    Cancel,
    /// … not that, but what was said before it.
    InsteadOf,
}

/// "Change A to B", as far as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    None,
    /// A comes next.
    Awaits,
    /// A is a line; B comes.
    Line(usize),
    /// A is an option; B comes.
    Option(Node),
}

/// How many of what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) number: u32,
    /// A number and no article.
    pub(super) strong: bool,
    pub(super) at: usize,
}

/// What was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Nothing,
    Item,
    Wish,
}

pub(super) struct Reader<'a> {
    pub(super) lexicon: &'a Lexicon,
    pub(super) items: &'a [MenuItem],
    pub(super) segments: Vec<Segment>,
    /// Segments that were read ahead.
    pub(super) used: Vec<bool>,
    pub(super) drafts: Vec<Draft>,
    pub(super) notes: Vec<Note>,
    pub(super) mode: Mode,
    /// "No" was just said.
    pub(super) fresh: bool,
    pub(super) count: Option<Count>,
    /// Wishes for the item that comes.
    pub(super) before: Vec<Wish>,
    /// Wishes that fit no line so far.
    pub(super) orphans: Vec<Wish>,
    pub(super) amount: Option<(Amount, usize)>,
    /// Lines that are being talked of.
    pub(super) focus: Vec<usize>,
    /// A list of what goes with the line has begun.
    pub(super) with: bool,
    /// What comes corrects what was said; true where that is sure.
    pub(super) correct: Option<bool>,
    pub(super) change: Change,
    /// "The" stands before what comes.
    pub(super) the: bool,
    pub(super) serving: bool,
    /// The line that "one with …, one with …" are parts of.
    pub(super) split: Option<usize>,
    pub(super) last: Last,
    /// Segment of the wish or item read last.
    pub(super) last_at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        lexicon: &'a Lexicon,
        items: &'a [MenuItem],
        segments: Vec<Segment>,
        given: Vec<Draft>,
    ) -> Self {
        let focus = given.len().checked_sub(1).into_iter().collect();
        Self {
            lexicon,
            items,
            used: vec![false; segments.len()],
            segments,
            drafts: given,
            notes: Vec::new(),
            mode: Mode::Add,
            fresh: false,
            count: None,
            before: Vec::new(),
            orphans: Vec::new(),
            amount: None,
            focus,
            with: false,
            correct: None,
            change: Change::None,
            the: false,
            serving: false,
            split: None,
            last: Last::Nothing,
            last_at: 0,
        }
    }

    /// Reads everything.
    pub(super) fn read(mut self) -> (Vec<Draft>, Vec<Note>) {
        for at in 0..self.segments.len() {
            if self.used.get(at) == Some(&true) {
                continue;
            }
            if self.segment(at).is_some_and(|segment| segment.breaks) {
                self.mode = Mode::Add;
                self.with = false;
            }
            if self.is_menu(at) {
                self.menu(at);
            } else if let Some(kind) = self.kind(at) {
                self.word(at, kind);
            } else {
                self.unknown(at);
            }
        }
        self.end();
        (self.drafts, self.notes)
    }

    /// A word of ordering.
    pub(super) fn word(&mut self, at: usize, kind: Kind) {
        match kind {
            Kind::Number(number) => self.number(at, number, true),
            Kind::A => self.number(at, 1, false),
            Kind::The => self.the = true,
            Kind::Not => self.not(at),
            Kind::Amount(amount) => self.amount_word(at, amount),
            Kind::And => self.forget_lost_count(at),
            Kind::With => {
                self.forget_lost_count(at);
                self.begin_list();
            }
            Kind::But | Kind::Only => self.mode = Mode::Add,
            Kind::Want => {
                self.mode = Mode::Add;
                self.with = false;
            }
            Kind::More => {
                self.mode = Mode::Add;
                self.correct = None;
                self.change = Change::None;
            }
            Kind::Cancel => self.cancel(at),
            Kind::CancelAll => {
                for draft in &mut self.drafts {
                    draft.removed = true;
                }
                self.focus.clear();
            }
            Kind::Change => {
                self.change = Change::Awaits;
                self.mode = Mode::Add;
            }
            Kind::To => self.to(),
            Kind::Instead => self.instead(),
            Kind::InsteadOf => self.mode = Mode::InsteadOf,
            Kind::Wait => self.wait(at, true),
            Kind::Actually => self.wait(at, false),
            Kind::Make => {
                self.correct = Some(true);
                self.mode = Mode::Add;
            }
            Kind::It => self.it(),
            Kind::Both => self.both(),
            Kind::All => self.all(),
            Kind::Nth(nth) => self.nth(at, nth),
            Kind::Serving => self.serving = true,
            Kind::Times => self.times(at),
            Kind::Twice => self.set_quantity(2),
            Kind::On | Kind::OnSide | Kind::Filler => {}
        }
    }

    fn begin_list(&mut self) {
        self.with = true;
        self.mode = Mode::Add;
        if self.change == Change::Awaits
            && let Some(&line) = self.focus.last()
        {
            self.change = Change::Line(line);
        }
    }

    /// "No", or "no, …" where a correction follows.
    fn not(&mut self, at: usize) {
        let next = self.next(at);
        let next_kind = next.and_then(|next| self.kind(next));
        let item_next = || self.noun_phrase(next.unwrap_or(at)).item.is_some();
        let corrects = match next_kind {
            Some(Kind::Make | Kind::Wait | Kind::Want | Kind::Actually | Kind::Change) => true,
            Some(Kind::Number(_)) => self.count.is_some_and(|count| count.strong) || item_next(),
            Some(Kind::A) => self.last == Last::Item && self.last_at + 1 == at && item_next(),
            _ => self.is_other_size(next),
        };
        if corrects {
            if matches!(next_kind, Some(Kind::Number(_))) {
                self.count = None;
            }
            if self.last != Last::Nothing || !self.focus.is_empty() {
                self.correct = Some(true);
            }
            self.mode = Mode::Add;
            return;
        }
        self.mode = Mode::Remove;
        self.fresh = true;
        self.change = Change::None;
    }

    /// "Small, no, large."
    fn is_other_size(&self, next: Option<usize>) -> bool {
        let (Some(next), Some(line)) = (next.and_then(|at| self.node(at)), self.current()) else {
            return false;
        };
        let Some(draft) = self.drafts.get(line) else {
            return false;
        };
        let last = draft.wishes.last().map(|wish| &wish.what);
        self.last == Last::Wish
            && matches!(last, Some(What::Phrase(node))
                if self.lexicon.is_size_of(*node, &draft.candidates))
            && self.lexicon.is_size_of(next, &draft.candidates)
    }

    /// "Wait": the number that was just said is another, or the line is.
    fn wait(&mut self, at: usize, sure: bool) {
        let next = self.next(at).and_then(|next| self.kind(next));
        if matches!(next, Some(Kind::Number(_))) && self.count.is_some_and(|count| count.strong) {
            self.count = None;
        }
        self.mode = Mode::Add;
        self.correct = Some(sure || self.correct == Some(true));
    }

    fn amount_word(&mut self, at: usize, amount: Amount) {
        if self.mode == Mode::Remove && !self.fresh {
            self.mode = Mode::Add;
        }
        self.amount = Some((amount, at));
    }

    fn to(&mut self) {
        if self.change == Change::Awaits
            && let Some(&line) = self.focus.last()
        {
            self.change = Change::Line(line);
        }
    }

    fn it(&mut self) {
        if self.change == Change::Awaits
            && let Some(&line) = self.focus.last()
        {
            self.change = Change::Line(line);
        }
    }

    /// What staff should hear of: nothing is dropped silently but words known to say nothing.
    fn unknown(&mut self, at: usize) {
        let Some(span) = self.span(at) else {
            return;
        };
        let action = match self.mode {
            Mode::Add => ModifierAction::Add,
            Mode::Remove | Mode::Cancel | Mode::InsteadOf => ModifierAction::Remove,
        };
        let neighbour = at.checked_sub(1).and_then(|before| self.segment(before));
        let joins = neighbour.is_some_and(|before| {
            before.node.is_none()
                && self
                    .notes
                    .last()
                    .is_some_and(|note| note.span.end == before.end)
        });
        match self.notes.last_mut() {
            Some(note) if joins => note.span.end = span.end,
            _ => self.notes.push(Note {
                span,
                draft: self.focus.last().copied(),
                action,
            }),
        }
    }

    pub(super) fn note(&mut self, span: Option<Span>, action: ModifierAction) {
        if let Some(span) = span {
            self.notes.push(Note {
                span,
                draft: self.focus.last().copied(),
                action,
            });
        }
    }

    pub(super) fn segment(&self, at: usize) -> Option<&Segment> {
        self.segments.get(at)
    }

    pub(super) fn node(&self, at: usize) -> Option<Node> {
        self.segment(at)?.node
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.segment(at)?.kind
    }

    pub(super) fn span(&self, at: usize) -> Option<Span> {
        let segment = self.segment(at)?;
        Some(Span {
            start: segment.start,
            end: segment.end,
        })
    }

    /// The next segment that says something and was not read ahead.
    pub(super) fn next(&self, at: usize) -> Option<usize> {
        (at + 1..self.segments.len()).find(|&next| {
            self.used.get(next) != Some(&true)
                && (self.is_menu(next) || self.kind(next) != Some(Kind::Filler))
        })
    }

    pub(super) fn is_menu(&self, at: usize) -> bool {
        self.segment(at).is_some_and(|segment| {
            !segment.only.is_empty()
                || segment.node.is_some_and(|node| {
                    let senses = self.lexicon.senses(node);
                    !(senses.items.is_empty()
                        && senses.parts.is_empty()
                        && senses.options.is_empty())
                })
        })
    }

    /// The line that is being talked of.
    pub(super) fn current(&self) -> Option<usize> {
        let live = |at: &&usize| self.drafts.get(**at).is_some_and(|draft| !draft.removed);
        self.focus.iter().rev().find(live).copied()
    }

    /// Lines that are in the order.
    pub(super) fn live(&self) -> Vec<usize> {
        let drafts = self.drafts.iter().enumerate();
        drafts
            .filter(|(_, draft)| !draft.removed)
            .map(|(at, _)| at)
            .collect()
    }

    pub(super) fn action(&self) -> ModifierAction {
        match self.mode {
            Mode::Add => ModifierAction::Add,
            Mode::Remove | Mode::Cancel | Mode::InsteadOf => ModifierAction::Remove,
        }
    }
}
