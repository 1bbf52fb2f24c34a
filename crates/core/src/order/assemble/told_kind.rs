//! A kind of dish that was told, until its dishes are.

use super::super::draft::Choice;
use super::super::phrases::Names;
use super::{Reader, ToldKind};
use olympus_proto::{AmbiguousItem, Span};

/// Dishes that are offered where a kind was named and no dish.
const MOST_ASKED: usize = 10;

/// Whether a word is said of many: "samosas"; "banh mi" is, of one and of many.
pub(super) fn is_plural(said: &str, word: &str) -> bool {
    let last = said.rsplit(' ').next().unwrap_or_default().to_lowercase();
    last != word || said.contains(' ')
}

impl<'a> Reader<'a> {
    /// "Two pizzas, a cola": which pizzas, if none was told.
    pub(super) fn close_kind(&mut self) {
        let kind = self.kind.take();
        let Some(kind) = kind.filter(|kind| kind.made.is_none() && kind.left > 0) else {
            return;
        };
        let all = 0..self.items.len();
        let of_kind = all.filter(|item| self.is_of_kind(*item, &kind.word));
        let of_kind: Vec<usize> = of_kind.take(MOST_ASKED).collect();
        if kind.left < u32::MAX && !of_kind.is_empty() {
            self.out.ambiguous.push(AmbiguousItem {
                text: self.said(kind.span),
                span: kind.span,
                candidates: self.ids(&of_kind),
            });
        }
    }

    /// Several of a dish whose name is that of a kind too: which of them may be told next.
    pub(super) fn told_of_kind(&mut self, item: usize, number: u32, span: Span) {
        let said = self.phrases.stems_of(&self.said(span).to_lowercase());
        let word = said.last().cloned().unwrap_or_default();
        let all = 0..self.items.len();
        let alike = all.filter(|item| self.is_of_kind(*item, &word)).count();
        self.close_kind();
        // "Two plain naan one garlic" are three.
        let is_kind =
            alike > 1 && (said.len() == 1 || self.phrases.name_of(item) != said.as_slice());
        self.kind = (number > 1 && is_kind).then(|| ToldKind {
            word,
            sizes: Vec::new(),
            left: number,
            made: Some(item),
            is_new: true,
            span,
        });
    }

    /// What was said of the kind, for a dish of it.
    pub(super) fn sizes_of_kind(&self, item: usize) -> Vec<(&'a Names, Choice)> {
        let kind = self.kind.as_ref();
        let kind = kind.filter(|kind| self.is_of_kind(item, &kind.word));
        kind.map(|kind| kind.sizes.clone()).unwrap_or_default()
    }

    /// The last word of a kind, where all that is called by these words and nothing else ends so: the mi of banh mi.
    pub(super) fn word_of_all(&self, said: &[String], items: &[usize]) -> Option<String> {
        let last = said.last().filter(|last| self.phrases.is_kind(last))?;
        let is_same = |item: usize| items.contains(&item) == self.ends_with(item, last);
        let is_all = said.len() == 1 || (0..self.items.len()).all(is_same);
        is_all.then(|| last.clone())
    }
}
