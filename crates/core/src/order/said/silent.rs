//! Words that are on the menu and here say nothing about the order: "can" of "can we do", "lunch" of "for lunch".
//!
//! Invariant: what is silent is neither ordered nor asked back about, so each rule holds only where nothing of the
//! menu can be meant.

use super::Said;
use crate::order::speech::{self, Cue};
use crate::order::stems::stem;

/// What a drink is served in: "a cup of coffee" is a coffee.
const VESSELS: [&str; 5] = ["cup", "glass", "mug", "bottle", "can"];

impl Said<'_> {
    pub(super) fn is_silent(&self, at: usize) -> bool {
        self.is_asking(at)
            || self.is_occasion(at)
            || self.is_plain(at)
            || self.is_heat(at)
            || self.is_vessel(at)
            || self.is_child(at)
            || self.is_lots(at)
            || self.is_ringing(at)
            || self.is_ever(at)
            || (at > 1 && self.bottled(at - 2).is_some())
    }

    /// "Can we do", "can u": no can of anything.
    fn is_asking(&self, at: usize) -> bool {
        let next = self.words.get(at + 1).map_or("", |next| next.text.as_str());
        let asks = [
            "i", "we", "you", "u", "ya", "yall", "y", "she", "he", "they",
        ];
        self.words.get(at).is_some_and(|word| word.text == "can")
            && asks.contains(&next)
            && self.word_before(at) != Some("a")
    }

    /// "Do you still do the paneer": no water.
    fn is_ever(&self, at: usize) -> bool {
        let next = self.words.get(at + 1).map_or("", |next| next.text.as_str());
        let asks = ["you", "u", "ya", "yall"];
        self.words.get(at).is_some_and(|word| word.text == "still")
            && (self
                .word_before(at)
                .is_some_and(|before| asks.contains(&before))
                && matches!(
                    next,
                    "do" | "doing"
                        | "have"
                        | "having"
                        | "got"
                        | "serve"
                        | "serving"
                        | "sell"
                        | "open"
                ))
    }

    /// "For dinner sesame chicken", "lunch: a wrap": when it is eaten, and no dinner plate.
    fn is_occasion(&self, at: usize) -> bool {
        let is_meal = self
            .words
            .get(at)
            .is_some_and(|word| matches!(word.text.as_str(), "breakfast" | "lunch" | "dinner"));
        is_meal && (self.word_before(at) == Some("for") || self.gap_after(at).starts_with(':'))
    }

    /// "A plain coke" where nothing is called so.
    fn is_plain(&self, at: usize) -> bool {
        let is_plain = self.words.get(at).is_some_and(|word| word.text == "plain");
        let next = self
            .words
            .get(at + 1)
            .map(|next| self.phrases.meant(&next.text));
        let is_next = self.gap_after(at).trim().is_empty();
        let Some(next) = next.filter(|_| is_plain && is_next && at > 0) else {
            return false;
        };
        let plain = self.phrases.find(&["plain".to_owned()]);
        let is_own = |item: usize| {
            plain.is_some_and(|plain| plain.options.iter().any(|option| option.item == item))
        };
        let is_called = self
            .phrases
            .find(&["plain".to_owned(), next.clone()])
            .is_some();
        // "A plain pulled pork sandwich"
        let after = self
            .words
            .get(at + 2)
            .map(|after| self.phrases.meant(&after.text));
        let is_longer =
            after.is_some_and(|after| self.phrases.find(&[next.clone(), after]).is_some());
        let named = self
            .phrases
            .find(&[next])
            .filter(|_| !is_called && !is_longer);
        named.is_some_and(|named| {
            // A plain burger has nothing on it: that has to be asked about.
            let mut hosts = named.options.iter().map(|option| option.item);
            named.items.is_empty() && !hosts.any(is_own)
        })
    }

    /// "Medium spicy" where heat is told by a choice called Medium.
    fn is_heat(&self, at: usize) -> bool {
        let is_spicy = self
            .words
            .get(at)
            .is_some_and(|word| matches!(word.text.as_str(), "spicy" | "spice" | "heat"));
        let is_level = |word: &str| {
            matches!(word, "mild" | "medium" | "hot")
                && self
                    .phrases
                    .find(&[word.to_owned()])
                    .is_some_and(|names| names.options.iter().any(|option| !option.derived))
        };
        is_spicy
            && self.word_before(at).is_some_and(is_level)
            && self.gap_before(at).trim().is_empty()
    }

    /// Where no size and no dish of the menu is called so.
    fn is_vessel(&self, at: usize) -> bool {
        let Some(word) = self.words.get(at) else {
            return false;
        };
        let vessel = stem(&word.text);
        let is_of = self.words.get(at + 1).is_some_and(|next| next.text == "of");
        let takes = |item: usize| {
            self.words.iter().skip(at + 2).take(3).any(|word| {
                let what = self.phrases.find(&[self.phrases.meant(&word.text)]);
                what.is_some_and(|what| {
                    let hosts = what.options.iter().map(|at| at.item);
                    let items = what.items.iter().chain(&what.within).copied();
                    items.chain(hosts).any(|own| own == item)
                })
            })
        };
        let is_sold = || {
            let found = [vec![vessel.clone()], vec![vessel.clone(), "of".to_owned()]];
            found
                .iter()
                .filter_map(|said| self.phrases.find(said))
                .any(|names| {
                    let is_item = !names.items.is_empty() && !names.is_part;
                    is_item || names.options.iter().any(|at| takes(at.item))
                })
        };
        VESSELS.contains(&vessel.as_str()) && is_of && !is_sold()
    }

    /// "Can you ring me up": no onion ring.
    fn is_ringing(&self, at: usize) -> bool {
        let said = |at: usize| self.words.get(at).map_or("", |word| word.text.as_str());
        said(at) == "ring" && matches!(said(at + 1), "me" | "us" | "it" | "up")
    }

    /// "Two lots of chips" are two.
    fn is_lots(&self, at: usize) -> bool {
        let lots = |at: usize| {
            let word = self.words.get(at).map_or("", |word| word.text.as_str());
            let is_number = |word: &str| matches!(speech::cue(&stem(word)), Some(Cue::Number(_)));
            word == "lots" && self.word_before(at).is_some_and(is_number)
        };
        let is_of = self.words.get(at).is_some_and(|word| word.text == "of");
        lots(at) || (is_of && at > 0 && lots(at - 1))
    }

    /// "My kid wants a coffee": no Kids Cup.
    fn is_child(&self, at: usize) -> bool {
        let is_kid = self
            .words
            .get(at)
            .is_some_and(|word| matches!(word.text.as_str(), "kid" | "kids"));
        let next = self.words.get(at + 1).map_or("", |next| next.text.as_str());
        let wants = [
            "want", "wants", "will", "would", "need", "needs", "gets", "likes", "ll",
        ];
        is_kid
            && matches!(self.word_before(at), Some("my" | "the" | "our"))
            && wants.contains(&next)
    }
}
