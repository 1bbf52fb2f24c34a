//! Lines while they are being read: what was said of them, not yet what it comes to.
//!
//! Invariant: wishes keep the order in which they were said; later ones win when they are
//! grounded. A line whose item is not sure keeps every candidate until then.

use super::lexicon::{Lexicon, Node, OptionRef};
use super::names::Flavour;
use olympus_proto::{Amount, ModifierAction, OrderModifier, SizeOption, Span};

/// Something wanted or not of a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wish {
    pub(super) what: What,
    pub(super) action: ModifierAction,
    pub(super) amount: Option<Amount>,
    pub(super) span: Option<Span>,
}

/// What a wish is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// A phrase that names an option.
    Phrase(Node),
    /// An option that the number of pieces told.
    Option(OptionRef),
    /// As it stands in the order given.
    Given(OrderModifier),
    /// The size in the order given.
    GivenSize(String, Option<SizeOption>),
}

/// A line.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draft {
    /// Its number in the order given; `None` is new.
    pub(super) line: Option<u32>,
    /// Items that it may be.
    pub(super) candidates: Vec<u32>,
    pub(super) quantity: u32,
    pub(super) wishes: Vec<Wish>,
    /// Of `wishes`, those said before the noun or taken over.
    pub(super) leading: usize,
    pub(super) span: Option<Span>,
    pub(super) removed: bool,
    pub(super) changed: bool,
}

/// What a phrase comes to for one item.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fit {
    /// The item has no such option.
    Nothing,
    /// The item comes with it: there is only a way to leave it out.
    Default(OptionRef),
    One(OptionRef),
    Several(Vec<OptionRef>),
}

impl Lexicon {
    /// What `node`, wanted or not, is among the options of `item`.
    pub(super) fn fit(
        &self,
        node: Node,
        item: u32,
        action: ModifierAction,
        amount: Option<Amount>,
    ) -> Fit {
        let all = self.options(node, item);
        let liked: &[Flavour] = match (action, amount) {
            (ModifierAction::Remove, _) => &[Flavour::Without, Flavour::Plain],
            (ModifierAction::Add, None) => &[Flavour::Plain, Flavour::Extra],
            (ModifierAction::Add, Some(Amount::Extra)) => &[Flavour::Extra, Flavour::Plain],
            (ModifierAction::Add, Some(Amount::Light)) => &[Flavour::Light, Flavour::Plain],
        };
        for part in [false, true] {
            for &flavour in liked {
                let fitting = all
                    .iter()
                    .filter(|option| option.part == part && option.flavour == flavour);
                let fitting: Vec<OptionRef> = fitting.copied().collect();
                match fitting.as_slice() {
                    [] => {}
                    [one] => return Fit::One(*one),
                    _ => return Fit::Several(fitting),
                }
            }
        }
        let without = all.iter().find(|option| option.flavour == Flavour::Without);
        match without {
            Some(option) if action == ModifierAction::Add && amount.is_none() => {
                Fit::Default(*option)
            }
            _ => Fit::Nothing,
        }
    }

    /// Whether any of `candidates` can be had so.
    pub(super) fn fits(&self, wish: &Wish, candidates: &[u32]) -> bool {
        candidates.iter().any(|&item| self.fits_item(wish, item))
    }

    /// Whether the item can be had so.
    pub(super) fn fits_item(&self, wish: &Wish, item: u32) -> bool {
        match &wish.what {
            What::Phrase(node) => self.fit(*node, item, wish.action, wish.amount) != Fit::Nothing,
            What::Option(option) => option.item == item,
            // checked against the new item's groups where a line is changed
            What::Given(_) | What::GivenSize(..) => true,
        }
    }

    /// Whether `node` as a whole names an option of any of `candidates` that can be chosen.
    pub(super) fn names_whole(
        &self,
        node: Node,
        candidates: &[u32],
        action: ModifierAction,
    ) -> bool {
        candidates
            .iter()
            .any(|&item| match self.fit(node, item, action, None) {
                Fit::One(option) => !option.part,
                Fit::Several(options) => options.iter().any(|option| !option.part),
                Fit::Default(_) | Fit::Nothing => false,
            })
    }

    /// Whether `node` is a size of any of `candidates`.
    pub(super) fn is_size_of(&self, node: Node, candidates: &[u32]) -> bool {
        candidates.iter().any(|&item| {
            let mut options = self.options(node, item).iter();
            options.any(|option| option.size)
        })
    }

    /// Items that have an option called `node`, in menu order.
    pub(super) fn owners(&self, node: Node) -> Vec<u32> {
        let options = self.senses(node).options.iter();
        let mut owners: Vec<u32> = options
            .filter(|option| option.flavour != Flavour::Without)
            .map(|option| option.item)
            .collect();
        owners.dedup();
        owners
    }
}

impl Draft {
    /// Whether it is in the order and may be one of `items`.
    pub(super) fn may_be(&self, items: &[u32]) -> bool {
        !self.removed && self.candidates.iter().any(|item| items.contains(item))
    }
}
