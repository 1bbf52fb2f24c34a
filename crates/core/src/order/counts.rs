//! How many of what: numbers, articles, "both", "the second one", and lines without a noun
//! ("two tacos, one with cheese", "a large with olives").
//!
//! Invariant: a quantity lies in 1 to [`MAX_QUANTITY`]; a number beyond it is not understood.

use super::draft::{Draft, What, Wish};
use super::grammar::Kind;
use super::lexicon::Node;
use super::reader::{Count, Last, Mode, Reader};
use olympus_proto::{ModifierAction, Span};

/// Most of one item in one line.
pub const MAX_QUANTITY: u32 = 99;
/// Most items that a line without a noun may mean.
pub(super) const MAX_CANDIDATES: usize = 12;

/// What stands between a number and its noun, and the noun where there is one.
pub(super) struct NounPhrase {
    pub(super) options: Vec<usize>,
    pub(super) item: Option<usize>,
    /// First segment after it.
    pub(super) end: usize,
}

impl Reader<'_> {
    /// A number or an article.
    pub(super) fn number(&mut self, at: usize, number: u32, strong: bool) {
        if self.mode == Mode::Remove && !self.fresh {
            self.mode = Mode::Add;
        }
        if !(1..=MAX_QUANTITY).contains(&number) {
            return self.note(self.span(at), ModifierAction::Add);
        }
        let phrase = self.noun_phrase(at);
        let count = Count { number, strong, at };
        if phrase.item.is_some() {
            self.count = Some(count);
            return;
        }
        let bare = phrase.options.is_empty();
        if strong && bare && (self.correct.is_some() || self.change_line()) {
            self.set_quantity(number);
            self.correct = None;
            return;
        }
        if !self.without_noun(count, &phrase) {
            self.count = Some(count);
        }
    }

    fn change_line(&mut self) -> bool {
        let super::reader::Change::Line(line) = self.change else {
            return false;
        };
        self.focus = vec![line];
        self.change = super::reader::Change::None;
        true
    }

    /// The noun phrase that begins after `at`.
    pub(super) fn noun_phrase(&self, at: usize) -> NounPhrase {
        let mut options = Vec::new();
        let mut strange = 0;
        let mut next = at + 1;
        while let Some(segment) = self.segment(next) {
            if segment.breaks {
                break;
            }
            if self.is_menu(next) {
                if self.is_noun(next) {
                    let item = Some(next);
                    return NounPhrase {
                        options,
                        item,
                        end: next + 1,
                    };
                }
                options.push(next);
            } else {
                match segment.kind {
                    Some(Kind::And) if !options.is_empty() => {}
                    Some(Kind::Amount(_) | Kind::Serving | Kind::Times | Kind::Filler) => {}
                    None if strange < 2 => strange += 1,
                    _ => break,
                }
            }
            next += 1;
        }
        NounPhrase {
            options,
            item: None,
            end: next,
        }
    }

    /// Whether the words name a dish where they stand, and are no adjective of the next.
    fn is_noun(&self, at: usize) -> bool {
        let Some(segment) = self.segment(at) else {
            return false;
        };
        if !segment.only.is_empty() {
            return true;
        }
        let Some(node) = segment.node else {
            return false;
        };
        let senses = self.lexicon.senses(node);
        if senses.options.is_empty() {
            return true;
        }
        if senses.items.is_empty() {
            return false;
        }
        let follower = self.segment(at + 1).and_then(|next| next.node);
        !follower.is_some_and(|next| {
            let next = self.lexicon.senses(next);
            next.options.is_empty()
                && self
                    .lexicon
                    .names_whole(node, &next.items, ModifierAction::Add)
        })
    }

    /// "One with cheese", "a large with olives", "two pepperoni": a line that leaves its noun to
    /// what was said before, or to what its options can only belong to.
    fn without_noun(&mut self, count: Count, phrase: &NounPhrase) -> bool {
        let before = count.at.checked_sub(1).and_then(|at| self.kind(at));
        let follows = matches!(
            self.kind(phrase.end),
            Some(Kind::With | Kind::Not | Kind::Only)
        );
        if before == Some(Kind::With) || (phrase.options.is_empty() && !(follows && count.strong)) {
            return false;
        }
        let nodes: Vec<Node> = phrase
            .options
            .iter()
            .filter_map(|&at| self.node(at))
            .collect();
        let base = self.split.or_else(|| {
            let current = self.current()?;
            self.drafts
                .get(current)
                .is_some_and(|draft| draft.line.is_none())
                .then_some(current)
        });
        let fitting = base.filter(|&base| self.all_fit(&nodes, base));
        match fitting {
            Some(base) => {
                let sized = nodes.first().is_some_and(|&node| {
                    let draft = self.drafts.get(base);
                    draft.is_some_and(|draft| self.lexicon.is_size_of(node, &draft.candidates))
                });
                if !(count.strong || sized || !self.with) || self.correct.is_some() {
                    return false;
                }
                self.another(base, count);
                true
            }
            None => self.infer_line(count, phrase, &nodes),
        }
    }

    fn all_fit(&self, nodes: &[Node], draft: usize) -> bool {
        let Some(draft) = self.drafts.get(draft) else {
            return false;
        };
        nodes.iter().all(|&node| {
            let wish = Wish {
                what: What::Phrase(node),
                action: ModifierAction::Add,
                amount: None,
                span: None,
            };
            self.lexicon.fits(&wish, &draft.candidates)
        })
    }

    /// A line of the same item as `base`: out of it where it stands for several, else beside it.
    fn another(&mut self, base: usize, count: Count) {
        let Some(draft) = self.drafts.get_mut(base) else {
            return;
        };
        let splits = count.number <= draft.quantity
            && (self.split == Some(base)
                || (draft.quantity > 1 && draft.wishes.len() <= draft.leading));
        let mut line = Draft {
            candidates: draft.candidates.clone(),
            quantity: count.number,
            span: None,
            ..Draft::default()
        };
        if splits {
            line.span = draft.span;
            line.wishes = draft
                .wishes
                .get(..draft.leading)
                .unwrap_or_default()
                .to_vec();
            line.leading = line.wishes.len();
            draft.quantity -= count.number;
            draft.removed = draft.quantity == 0;
            self.split = Some(base);
        }
        if line.span.is_none() {
            line.span = self.span(count.at);
        }
        self.open(line);
    }

    /// The item that options can only belong to.
    fn infer_line(&mut self, count: Count, phrase: &NounPhrase, nodes: &[Node]) -> bool {
        let mut nodes = nodes.to_vec();
        nodes.extend(self.list_after(phrase.end));
        let candidates = self.owners_of(&nodes);
        if !(1..=MAX_CANDIDATES).contains(&candidates.len()) {
            return false;
        }
        let last = phrase.options.last().copied().unwrap_or(count.at);
        let span = self.span(count.at).zip(self.span(last));
        self.open(Draft {
            candidates,
            quantity: count.number,
            span: span.map(|(first, last)| Span {
                start: first.start,
                end: last.end,
            }),
            ..Draft::default()
        });
        true
    }

    /// Options of a list that begins at `from`: "with olives and tuna".
    fn list_after(&self, from: usize) -> Vec<Node> {
        let mut nodes = Vec::new();
        for at in from..self.segments.len() {
            let Some(segment) = self.segment(at) else {
                break;
            };
            if self.is_menu(at) {
                if self.is_noun(at) {
                    break;
                }
                nodes.extend(segment.node);
            } else if matches!(segment.kind, Some(Kind::Number(_) | Kind::A)) {
                break;
            }
        }
        nodes
    }

    /// Items that have all of these options.
    pub(super) fn owners_of(&self, nodes: &[Node]) -> Vec<u32> {
        let mut nodes = nodes.iter();
        let Some(&first) = nodes.next() else {
            return Vec::new();
        };
        let mut owners = self.lexicon.owners(first);
        for &node in nodes {
            let others = self.lexicon.owners(node);
            owners.retain(|owner| others.binary_search(owner).is_ok());
        }
        owners
    }

    /// A new line that is talked of from now on.
    pub(super) fn open(&mut self, draft: Draft) {
        self.drafts.push(draft);
        self.focus = vec![self.drafts.len() - 1];
        self.count = None;
        self.with = false;
        self.correct = None;
        self.mode = Mode::Add;
        self.last = Last::Item;
    }

    pub(super) fn set_quantity(&mut self, number: u32) {
        if let Some(line) = self.current()
            && let Some(draft) = self.drafts.get_mut(line)
        {
            draft.quantity = number;
            draft.changed = true;
        }
    }

    /// "Coke x 3", "3 x coke".
    pub(super) fn times(&mut self, at: usize) {
        let next = self.next(at);
        let number = next.and_then(|next| match self.kind(next) {
            Some(Kind::Number(number)) => Some((next, number)),
            _ => None,
        });
        if let Some((next, number)) = number
            && self.last == Last::Item
            && (1..=MAX_QUANTITY).contains(&number)
        {
            self.set_quantity(number);
            self.mark_used(next);
        }
    }

    /// "Two x foo and a coke": the number belonged to what was not understood.
    pub(super) fn forget_lost_count(&mut self, at: usize) {
        let lost = self.count.is_some_and(|count| {
            count.at + 1 < at
                && (count.at + 1..at).all(|between| {
                    !self.is_menu(between)
                        && matches!(self.kind(between), None | Some(Kind::Filler))
                })
        });
        if lost {
            self.count = None;
        }
    }

    /// "Both with …".
    pub(super) fn both(&mut self) {
        let live = self.live();
        let doubled = self
            .current()
            .filter(|&line| self.drafts.get(line).is_some_and(|d| d.quantity == 2));
        self.focus = match (live.as_slice(), doubled) {
            (_, Some(line)) if self.last == Last::Item || live.len() < 2 => vec![line],
            ([.., first, second], _) => vec![*first, *second],
            _ => live,
        };
    }

    /// "All of them with …".
    pub(super) fn all(&mut self) {
        let direct = self.last == Last::Item
            && self
                .current()
                .and_then(|line| self.drafts.get(line))
                .is_some_and(|draft| draft.quantity > 1);
        if !direct {
            self.focus = self.live();
        }
    }

    /// "The second one".
    pub(super) fn nth(&mut self, at: usize, nth: usize) {
        let noun = at + 1;
        let items = self.all_items(noun);
        if let Some(line) = self.find_nth(nth, &items) {
            self.focus = vec![line];
            self.correct = None;
            if !items.is_empty() {
                self.mark_used(noun);
            }
        }
    }

    /// The nth line, of those that may be one of `items` where there are any. Where one line
    /// stands for several, one of them becomes a line of its own.
    pub(super) fn find_nth(&mut self, nth: usize, items: &[u32]) -> Option<usize> {
        let mut lines = self.live();
        if !items.is_empty() {
            lines.retain(|&line| self.drafts.get(line).is_some_and(|d| d.may_be(items)));
        }
        if nth == 0 {
            return lines.last().copied();
        }
        if let Some(&line) = lines.get(nth - 1)
            && (lines.len() > 1 || nth > 1)
        {
            return Some(line);
        }
        let [line] = lines.as_slice() else {
            return None;
        };
        let draft = self.drafts.get_mut(*line)?;
        if draft.quantity < 2 {
            return (nth == 1).then_some(*line);
        }
        if usize::try_from(draft.quantity).ok()? < nth {
            return None;
        }
        draft.quantity -= 1;
        draft.changed = true;
        let one = Draft {
            line: None,
            quantity: 1,
            ..draft.clone()
        };
        self.drafts.push(one);
        Some(self.drafts.len() - 1)
    }

    pub(super) fn mark_used(&mut self, at: usize) {
        if let Some(used) = self.used.get_mut(at) {
            *used = true;
        }
    }
}
