//! A kind of dish that was told, until its dishes are.

use super::super::draft::Choice;
use super::super::phrases::Names;
use super::{Reader, ToldKind};
use olympus_proto::{AmbiguousItem, Span};

/// Dishes that are offered where a kind was named and no dish.
const MOST_ASKED: usize = 10;

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
        self.kind = (number > 1 && alike > 1).then(|| ToldKind {
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
}
