//! Options: whether words name one or a dish, and which line it belongs to.
//!
//! Invariant: an option goes to a line only where the item has it; what no line has is kept for
//! the item that comes, and is told where none does.

use super::draft::{Draft, What, Wish};
use super::grammar::Kind;
use super::lexicon::Node;
use super::reader::{Change, Last, Mode, Reader};
use olympus_proto::ModifierAction;

/// Where "on the burger", "to both" lead.
enum Target {
    Lines(Vec<usize>),
    /// To a dish that comes.
    Next,
}

impl Reader<'_> {
    /// Words of the menu.
    pub(super) fn menu(&mut self, at: usize) {
        if self.reads_as_item(at) {
            return self.item(at);
        }
        let Some(node) = self.node(at) else {
            return;
        };
        let wish = Wish {
            what: What::Phrase(node),
            action: self.action(),
            amount: self.amount.take().map(|(amount, _)| amount),
            span: self.span(at),
        };
        self.serving = false;
        if !self.changed_option(at, &wish) {
            self.place(at, node, wish);
        }
        self.fresh = false;
        self.the = false;
        self.last_at = at;
    }

    fn reads_as_item(&self, at: usize) -> bool {
        let Some(segment) = self.segment(at) else {
            return false;
        };
        let Some(node) = segment.node else {
            return false;
        };
        let senses = self.lexicon.senses(node);
        if senses.options.is_empty() || !segment.only.is_empty() {
            return true;
        }
        let items = self.all_items(at);
        if items.is_empty() {
            return false;
        }
        let on_line = self.find_line(&items).is_some();
        let whole = !senses.items.is_empty();
        let action = self.action();
        let here = self.focus_candidates();
        let option_here = self.lexicon.names_whole(node, &here, action);
        match self.change {
            Change::Awaits | Change::Line(_) if !option_here => return true,
            Change::Awaits => return on_line,
            Change::Option(_) => return false,
            Change::Line(_) => return whole,
            Change::None => {}
        }
        if matches!(self.mode, Mode::Cancel | Mode::InsteadOf) && on_line {
            return true;
        }
        if self.leads_to(at, node).is_some() {
            return false;
        }
        if !whole {
            return !self.any_line_takes(node) && self.noun_phrase(at).item.is_none();
        }
        let counted = self.count.is_some();
        let side = self.next(at).and_then(|next| self.kind(next)) == Some(Kind::OnSide);
        if self.serving || side || !option_here {
            return true;
        }
        let listed = self.with || self.last == Last::Wish || self.mode == Mode::Remove;
        counted || !listed
    }

    /// The dish right after `at` that has this option: "chicken burrito".
    fn leads_to(&self, at: usize, node: Node) -> Option<usize> {
        let next = at + 1;
        let senses = self.lexicon.senses(self.node(next)?);
        let items = if senses.items.is_empty() {
            &senses.parts
        } else {
            &senses.items
        };
        let noun = senses.options.is_empty();
        (noun && self.lexicon.names_whole(node, items, ModifierAction::Add)).then_some(next)
    }

    fn any_line_takes(&self, node: Node) -> bool {
        self.live().iter().any(|&line| self.takes(line, node))
    }

    fn takes(&self, line: usize, node: Node) -> bool {
        let wish = Wish {
            what: What::Phrase(node),
            action: self.action(),
            amount: None,
            span: None,
        };
        let draft = self.drafts.get(line);
        draft.is_some_and(|draft| !draft.removed && self.lexicon.fits(&wish, &draft.candidates))
    }

    fn focus_candidates(&self) -> Vec<u32> {
        let drafts = self.focus.iter().filter_map(|&at| self.drafts.get(at));
        drafts
            .filter(|draft| !draft.removed)
            .flat_map(|draft| draft.candidates.iter().copied())
            .collect()
    }

    /// "Change the bacon to ham", "ham instead of bacon".
    fn changed_option(&mut self, at: usize, wish: &Wish) -> bool {
        let What::Phrase(node) = wish.what else {
            return false;
        };
        match self.change {
            Change::Awaits => self.change = Change::Option(node),
            Change::Option(old) => {
                self.change = Change::None;
                self.retract(old);
                self.place(at, node, wish.clone());
            }
            Change::Line(line) if self.takes(line, node) => {
                self.change = Change::None;
                self.apply(&[line], wish);
            }
            Change::Line(_) | Change::None => {
                if self.mode != Mode::InsteadOf {
                    return false;
                }
                self.retract(node);
                self.mode = Mode::Add;
            }
        }
        true
    }

    /// Takes a wish back, or asks for the opposite where it was never said.
    fn retract(&mut self, node: Node) {
        let Some(line) = self.line_for(node) else {
            return;
        };
        let Some(draft) = self.drafts.get_mut(line) else {
            return;
        };
        let said = draft
            .wishes
            .iter()
            .rposition(|wish| matches!(wish.what, What::Phrase(other) if other == node));
        match said {
            Some(at) => {
                draft.wishes.remove(at);
            }
            None => draft.wishes.push(Wish {
                what: What::Phrase(node),
                action: ModifierAction::Remove,
                amount: None,
                span: None,
            }),
        }
        draft.changed = true;
    }

    fn place(&mut self, at: usize, node: Node, wish: Wish) {
        match self.target(at) {
            Some(Target::Lines(lines)) => return self.apply(&lines, &wish),
            Some(Target::Next) => return self.before.push(wish),
            None => {}
        }
        let next = self.noun_phrase(at).item;
        let next = next.filter(|&item| self.lexicon.fits(&wish, &self.all_items(item)));
        let line = self.line_for(node);
        if let Some(item) = next
            && (line.is_none() || self.leads(at, item, node))
        {
            return self.before.push(wish);
        }
        match line {
            Some(_) if self.focus.len() > 1 && self.focus_takes(node) => {
                let lines: Vec<usize> = self.focus.clone();
                self.correct_wish(&wish);
                self.apply(&lines, &wish);
            }
            Some(line) => {
                self.correct_wish(&wish);
                self.apply(&[line], &wish);
            }
            None => match self.kind(at) {
                Some(kind) => {
                    self.word(at, kind);
                }
                None => self.orphans.push(wish),
            },
        }
        self.last = Last::Wish;
    }

    fn focus_takes(&self, node: Node) -> bool {
        self.focus.iter().any(|&line| self.takes(line, node))
    }

    /// Whether an option that the line before and the item after both have goes with the latter.
    fn leads(&self, at: usize, item: usize, node: Node) -> bool {
        let items = self.all_items(item);
        let counted = self.count.is_some_and(|count| count.at < at);
        let size = self.lexicon.is_size_of(node, &items)
            && (at + 1..item).all(|between| {
                self.kind(between) == Some(Kind::Filler)
                    || self
                        .node(between)
                        .is_some_and(|node| self.lexicon.is_size_of(node, &items))
            });
        counted
            || size
            || (!self.with && self.last == Last::Item && self.mode == Mode::Add)
            || !self.before.is_empty()
    }

    /// The nearest line that can be had so: one that is talked of, else the last.
    fn line_for(&self, node: Node) -> Option<usize> {
        let focus = self.focus.iter().rev().copied();
        let mut lines = focus.chain(self.live().into_iter().rev());
        lines.find(|&line| self.takes(line, node))
    }

    /// "No onions, no wait, no pickles": the wish before was not meant.
    fn correct_wish(&mut self, wish: &Wish) {
        let Some(_) = self.correct.take() else {
            return;
        };
        if self.last != Last::Wish {
            return;
        }
        let Some(line) = self.current() else {
            return;
        };
        let Some(draft) = self.drafts.get_mut(line) else {
            return;
        };
        let same_wish = draft.wishes.last().is_some_and(|last| {
            last.action == wish.action && last.what != wish.what && last.span.is_some()
        });
        if same_wish {
            draft.wishes.pop();
            draft.leading = draft.leading.min(draft.wishes.len());
        }
    }

    pub(super) fn apply(&mut self, lines: &[usize], wish: &Wish) {
        for &line in lines {
            let Some(draft) = self.drafts.get_mut(line) else {
                continue;
            };
            if !self.lexicon.fits(wish, &draft.candidates) {
                continue;
            }
            if draft.candidates.len() > 1 {
                let lexicon = self.lexicon;
                draft
                    .candidates
                    .retain(|&item| lexicon.fits_item(wish, item));
            }
            draft.wishes.push(wish.clone());
            draft.changed = true;
        }
        self.last = Last::Wish;
    }

    /// "… on the second one", "… to both", "… on my burger".
    fn target(&mut self, at: usize) -> Option<Target> {
        let mut next = at + 1;
        loop {
            match self.kind(next) {
                Some(Kind::On | Kind::To) if !self.is_menu(next) => break,
                Some(Kind::And | Kind::Not | Kind::Amount(_) | Kind::Filler) => {}
                _ if self.is_menu(next) && self.is_plain_option(next) => {}
                _ => return None,
            }
            next += 1;
        }
        let on = next;
        next += 1;
        while matches!(self.kind(next), Some(Kind::The | Kind::A | Kind::Filler))
            && !self.is_menu(next)
        {
            next += 1;
        }
        let lines = match self.kind(next) {
            Some(Kind::Nth(nth)) => {
                let items = self.all_items(next + 1);
                let line = self.find_nth(nth, &items)?;
                if !items.is_empty() {
                    self.mark_used(next + 1);
                }
                vec![line]
            }
            Some(Kind::Both) => {
                self.both();
                self.focus.clone()
            }
            Some(Kind::All) => self.live(),
            _ => {
                let items = self.all_items(next);
                if items.is_empty() {
                    return None;
                }
                match self.find_line(&items) {
                    Some(line) => vec![line],
                    None => {
                        self.mark_used(on);
                        return Some(Target::Next);
                    }
                }
            }
        };
        // Further wishes of the list find the same words again.
        if at + 1 == on {
            for used in on..=next {
                self.mark_used(used);
            }
            self.focus = lines.clone();
        }
        Some(Target::Lines(lines))
    }

    fn is_plain_option(&self, at: usize) -> bool {
        self.node(at).is_some_and(|node| {
            let senses = self.lexicon.senses(node);
            senses.items.is_empty() && !senses.options.is_empty()
        })
    }

    /// What is left once everything was read.
    pub(super) fn end(&mut self) {
        if let Some((_, at)) = self.amount.take() {
            self.note(self.span(at), ModifierAction::Add);
        }
        let mut left = std::mem::take(&mut self.orphans);
        left.append(&mut self.before);
        let wanted: Vec<Node> = left
            .iter()
            .filter(|wish| wish.action == ModifierAction::Add)
            .filter_map(|wish| match wish.what {
                What::Phrase(node) => Some(node),
                _ => None,
            })
            .collect();
        let candidates = self.owners_of(&wanted);
        let known = (1..=super::counts::MAX_CANDIDATES).contains(&candidates.len());
        if self.drafts.is_empty() && known {
            self.open(Draft {
                candidates,
                quantity: 1,
                span: left.first().and_then(|wish| wish.span),
                wishes: left,
                ..Draft::default()
            });
            return;
        }
        for wish in left {
            self.note(wish.span, wish.action);
        }
    }
}
