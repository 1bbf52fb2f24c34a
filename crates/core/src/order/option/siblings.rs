//! The options of one item, to tell which ways to say one of them mean no other.

use super::{ON_TOP, Share, otherwise, stems};
use std::collections::HashMap;

/// A place among an item's groups: group and option.
pub(in crate::order) type Place = (usize, usize);

/// The options of one item, to tell which ways to say one of them mean no other.
#[derive(Debug, Default)]
pub(in crate::order) struct Siblings {
    /// All that says one of them as a whole.
    called: HashMap<String, Vec<Place>>,
    /// That, and what is left of a name without its sort.
    bare: HashMap<String, Vec<Place>>,
    /// That, and each word of their names.
    words: HashMap<String, Vec<Place>>,
    /// The words that longer names begin with.
    first: HashMap<String, Vec<Place>>,
    /// By group, the word that a name ends with.
    last: HashMap<(usize, String), Vec<Place>>,
}

impl Siblings {
    /// `takes_away` are options such as "No onion": to leave out and to add goes by one name.
    pub(in crate::order) fn add(&mut self, name: &str, at: Place, takes_away: bool) {
        if takes_away {
            return;
        }
        let stems = stems(name);
        if let Some(last) = stems.last() {
            let of = self.last.entry((at.0, last.clone())).or_default();
            of.push(at);
        }
        let is_on_top = stems
            .last()
            .is_some_and(|last| ON_TOP.contains(&last.as_str()));
        if let Some(first) = stems.first().filter(|_| stems.len() > 1 && !is_on_top) {
            self.first.entry(first.clone()).or_default().push(at);
        }
        let whole = stems.join(" ");
        for said in otherwise(name, false) {
            if said.share == Share::Whole {
                self.called.entry(said.text.clone()).or_default().push(at);
            }
            if said.share >= Share::Bare {
                self.bare.entry(said.text.clone()).or_default().push(at);
            }
            self.words.entry(said.text).or_default().push(at);
        }
        self.called.entry(whole.clone()).or_default().push(at);
        self.bare.entry(whole.clone()).or_default().push(at);
        for text in stems.into_iter().chain([whole]) {
            self.words.entry(text).or_default().push(at);
        }
    }

    /// The ways to say an option that mean it alone.
    pub(in crate::order) fn otherwise(
        &self,
        name: &str,
        at: Place,
    ) -> impl Iterator<Item = String> {
        let others =
            move |of: Option<&Vec<Place>>| of.is_some_and(|of| of.iter().any(|it| *it != at));
        let last = stems(name).pop().unwrap_or_default();
        let is_sort = others(self.last.get(&(at.0, last)));
        otherwise(name, is_sort)
            .into_iter()
            .filter_map(move |said| {
                let of = match said.share {
                    Share::Whole => &self.called,
                    Share::Bare => &self.bare,
                    Share::Part => &self.words,
                };
                // "Kids" is no Kids Milk where there is Kids Juice too.
                let begins = said.share == Share::Bare && others(self.first.get(&said.text));
                (!begins && !others(of.get(&said.text))).then_some(said.text)
            })
    }
}
