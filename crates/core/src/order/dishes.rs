//! Dishes: new lines, and lines that are cancelled, replaced or meant again.
//!
//! Invariant: a line of the order given keeps its number whatever becomes of it.

use super::draft::{Draft, What, Wish};
use super::grammar::{Kind, tokens};
use super::lexicon::OptionRef;
use super::names::Flavour;
use super::reader::{Change, Count, Last, Mode, Reader};
use olympus_proto::{MenuItem, ModifierAction, Span};

impl Reader<'_> {
    /// Every item that the words may mean, whole names and parts of names.
    pub(super) fn all_items(&self, at: usize) -> Vec<u32> {
        let Some(segment) = self.segment(at) else {
            return Vec::new();
        };
        if !segment.only.is_empty() {
            return segment.only.clone();
        }
        let Some(node) = segment.node else {
            return Vec::new();
        };
        let senses = self.lexicon.senses(node);
        let mut all = senses.items.clone();
        all.extend(&senses.parts);
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Items that the words mean: those of that name, else those with that part in their name.
    fn meant(&self, at: usize) -> Vec<u32> {
        let whole = self.segment(at).filter(|segment| segment.only.is_empty());
        let whole = whole.and_then(|segment| segment.node);
        match whole.map(|node| self.lexicon.senses(node)) {
            Some(senses) if !senses.items.is_empty() => senses.items.clone(),
            _ => self.all_items(at),
        }
    }

    /// The line that may be one of `items`: one that is talked of, else the last.
    pub(super) fn find_line(&self, items: &[u32]) -> Option<usize> {
        let may = |line: &usize| self.drafts.get(*line).is_some_and(|d| d.may_be(items));
        let focus = self.focus.iter().rev().copied();
        focus.chain(self.live().into_iter().rev()).find(may)
    }

    /// A dish.
    pub(super) fn item(&mut self, at: usize) {
        let count = self.count.take();
        let the = std::mem::take(&mut self.the);
        let fresh = std::mem::take(&mut self.fresh);
        self.serving = false;
        self.amount = None;
        let known = self.find_line(&self.all_items(at));
        match self.mode {
            Mode::Cancel | Mode::InsteadOf => return self.drop_line(at, known, count),
            Mode::Remove if known.is_some() || fresh => return self.drop_line(at, known, count),
            Mode::Remove => self.mode = Mode::Add,
            Mode::Add => {}
        }
        let meant = self.meant(at);
        match self.change {
            Change::Awaits => {
                match known {
                    Some(line) => self.change = Change::Line(line),
                    None => {
                        self.change = Change::None;
                        self.note(self.span(at), ModifierAction::Add);
                    }
                }
                return;
            }
            Change::Line(line) => {
                self.change = Change::None;
                return self.replace(line, at, meant, count);
            }
            Change::Option(_) | Change::None => self.change = Change::None,
        }
        if let Some(sure) = self.correct
            && let Some(line) = self.corrected(sure, &meant, the, known)
        {
            return self.correct_line(line, at, meant, count);
        }
        if let Some(line) = known
            && the
            && count.is_none()
        {
            self.focus = vec![line];
            let before = std::mem::take(&mut self.before);
            for wish in &before {
                self.apply(&[line], wish);
            }
            self.last = Last::Item;
            self.last_at = at;
            if self.correct.is_some() {
                self.change = Change::Line(line);
            }
            return;
        }
        self.new_line(at, meant, count);
    }

    /// The line that a dish after "no wait", "make it" takes the place of.
    fn corrected(
        &self,
        sure: bool,
        meant: &[u32],
        the: bool,
        known: Option<usize>,
    ) -> Option<usize> {
        let line = self.current()?;
        if the && known.is_some() {
            return None;
        }
        let draft = self.drafts.get(line)?;
        let category =
            |item: &u32| -> Option<&MenuItem> { self.items.get(usize::try_from(*item).ok()?) };
        let headings = |items: &[u32]| -> Vec<Option<String>> {
            let known = items.iter().filter_map(category);
            known.map(|item| item.category.clone()).collect()
        };
        let (old, new) = (headings(&draft.candidates), headings(meant));
        let alike = old.iter().any(|heading| new.contains(heading));
        (sure || draft.may_be(meant) || alike).then_some(line)
    }

    fn correct_line(&mut self, line: usize, at: usize, meant: Vec<u32>, count: Option<Count>) {
        self.correct = None;
        let same = self.drafts.get(line).is_some_and(|d| d.may_be(&meant));
        if !same {
            return self.replace(line, at, meant, count);
        }
        if let Some(count) = count
            && let Some(draft) = self.drafts.get_mut(line)
        {
            draft.quantity = count.number;
            draft.changed = true;
        }
        let before = std::mem::take(&mut self.before);
        for wish in &before {
            self.apply(&[line], wish);
        }
        self.focus = vec![line];
        self.last = Last::Item;
        self.last_at = at;
    }

    /// Another dish on the same line; what was wished of it stays where the new one has it.
    fn replace(&mut self, line: usize, at: usize, meant: Vec<u32>, count: Option<Count>) {
        let span = self.span(at);
        let before = std::mem::take(&mut self.before);
        let (lexicon, items) = (self.lexicon, self.items);
        let Some(draft) = self.drafts.get_mut(line) else {
            return;
        };
        draft.wishes.retain(|wish| {
            lexicon.fits(wish, &meant) && meant.iter().any(|&item| keeps(items, item, wish))
        });
        draft.leading = draft.wishes.len();
        draft.candidates = meant;
        draft.span = span;
        draft.changed = true;
        if let Some(count) = count {
            draft.quantity = count.number;
        }
        for wish in &before {
            self.apply(&[line], wish);
        }
        self.focus = vec![line];
        self.correct = None;
        self.with = false;
        self.last = Last::Item;
        self.last_at = at;
    }

    fn drop_line(&mut self, at: usize, known: Option<usize>, count: Option<Count>) {
        let cancels = self.mode == Mode::Cancel;
        if self.mode == Mode::InsteadOf {
            self.mode = Mode::Add;
        }
        let Some(draft) = known.and_then(|line| self.drafts.get_mut(line)) else {
            if cancels {
                self.note(self.span(at), ModifierAction::Remove);
            }
            return;
        };
        let fewer = count.filter(|count| count.strong && count.number < draft.quantity);
        match fewer {
            Some(count) => draft.quantity -= count.number,
            None => draft.removed = true,
        }
        draft.changed = true;
        self.correct = None;
        self.last = Last::Nothing;
        self.focus.retain(|line| Some(*line) != known);
        if self.focus.is_empty() {
            self.focus = self.live().last().copied().into_iter().collect();
        }
    }

    fn new_line(&mut self, at: usize, meant: Vec<u32>, count: Option<Count>) {
        let (first, last) = (count.map_or(at, |count| count.at), at);
        let mut span = self.span(first).zip(self.span(last)).map(|(a, b)| Span {
            start: a.start,
            end: b.end,
        });
        let mut draft = Draft {
            candidates: meant,
            quantity: count.map_or(1, |count| count.number),
            ..Draft::default()
        };
        if let Some(count) = count.filter(|count| count.strong)
            && let Some(option) = self.pieces(&draft.candidates, count.number)
        {
            draft.quantity = 1;
            draft.wishes.push(Wish {
                what: What::Option(option),
                action: ModifierAction::Add,
                amount: None,
                span: self.span(count.at),
            });
        }
        let mut waiting = std::mem::take(&mut self.orphans);
        waiting.append(&mut self.before);
        let mut strange = Vec::new();
        for wish in waiting {
            if self.lexicon.fits(&wish, &draft.candidates) {
                let lexicon = self.lexicon;
                draft
                    .candidates
                    .retain(|&item| lexicon.fits_item(&wish, item));
                let near = wish
                    .span
                    .filter(|near| near.start < at.saturating_add(near.end));
                if let (Some(span), Some(near)) = (&mut span, near) {
                    span.start = span.start.min(near.start);
                }
                draft.wishes.push(wish);
            } else {
                strange.push(wish);
            }
        }
        draft.leading = draft.wishes.len();
        draft.span = span;
        self.open(draft);
        self.split = None;
        self.last_at = at;
        for wish in strange {
            self.note(wish.span, wish.action);
        }
    }

    /// "Six nuggets" is one box of six where the menu has such a box.
    fn pieces(&self, candidates: &[u32], number: u32) -> Option<OptionRef> {
        let [item] = candidates else {
            return None;
        };
        let dish = self.items.get(usize::try_from(*item).ok()?)?;
        let own: Vec<String> = std::iter::once(&dish.name)
            .chain(&dish.aliases)
            .flat_map(|name| tokens(name))
            .collect();
        let number = number.to_string();
        for (group_at, group) in (0u16..).zip(&dish.modifier_groups) {
            for (option_at, option) in (0u16..).zip(&group.options) {
                let words = tokens(&option.name);
                if let [count, unit] = words.as_slice()
                    && *count == number
                    && (unit == "piece" || own.contains(unit))
                {
                    return Some(OptionRef {
                        item: *item,
                        group: group_at,
                        option: option_at,
                        flavour: Flavour::Plain,
                        part: false,
                        size: false,
                    });
                }
            }
        }
        None
    }

    /// "Cancel the fries", "scratch that".
    pub(super) fn cancel(&mut self, at: usize) {
        let next = self.next(at);
        let kind = next.and_then(|next| self.kind(next));
        let menu = next.is_some_and(|next| self.is_menu(next));
        match (next, kind) {
            _ if menu => self.mode = Mode::Cancel,
            (None, _) | (_, Some(Kind::It)) => {
                if let Some(line) = self.current() {
                    self.drop_last(line);
                }
            }
            (
                _,
                Some(Kind::The | Kind::Number(_) | Kind::A | Kind::Nth(_) | Kind::Amount(_)) | None,
            ) => {
                self.mode = Mode::Cancel;
            }
            _ => {}
        }
    }

    fn drop_last(&mut self, line: usize) {
        if let Some(draft) = self.drafts.get_mut(line) {
            draft.removed = true;
            draft.changed = true;
        }
        self.focus = self.live().last().copied().into_iter().collect();
        self.last = Last::Nothing;
    }

    /// "… instead": what was said last takes the place of what it is like.
    pub(super) fn instead(&mut self) {
        let Some(new) = self.current() else {
            return;
        };
        let heading = |line: usize| {
            let item = *self.drafts.get(line)?.candidates.first()?;
            let item = self.items.get(usize::try_from(item).ok()?)?;
            item.category.clone()
        };
        let fresh = |line: usize| self.drafts.get(line).is_some_and(|d| d.line.is_none());
        if !fresh(new) {
            return;
        }
        let old = self.live().into_iter().rev();
        let mut old = old.filter(|&line| line != new && heading(line) == heading(new));
        if let Some(old) = old.next()
            && let Some(draft) = self.drafts.get_mut(old)
        {
            draft.removed = true;
            draft.changed = true;
        }
    }
}

/// Whether an item has the option that a wish of the order given is about.
fn keeps(items: &[MenuItem], item: u32, wish: &Wish) -> bool {
    let (group, id) = match &wish.what {
        What::Given(modifier) => (&modifier.group, &modifier.id),
        What::GivenSize(_, Some(size)) => (&size.group, &size.id),
        What::GivenSize(_, None) => return false,
        What::Option(_) | What::Phrase(_) => return true,
    };
    let item = usize::try_from(item).ok().and_then(|at| items.get(at));
    item.is_some_and(|item| {
        let mut groups = item.modifier_groups.iter();
        groups.any(|own| own.id == *group && own.options.iter().any(|option| option.id == *id))
    })
}
