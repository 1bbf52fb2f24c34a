//! Every phrase that a menu can be ordered by, in one trie with the words of ordering.
//!
//! Invariant: built once for a menu and never changed; positions in it are those of the items it
//! was built from. It says what a phrase can mean, never what it means here.

use super::grammar::{self, Kind};
use super::names::{self, Flavour, Phrase};
use super::spelling::distance;
use crate::menu::text::typo_budget;
use olympus_proto::MenuItem;
use std::collections::HashMap;

/// A place in the trie; 0 is the root.
pub(super) type Node = u32;
/// Number of a folded word.
pub(super) type Token = u32;

/// Spellings on the menu that a mistyped word may be.
const MAX_CORRECTIONS: usize = 4;

/// What one phrase can mean.
#[derive(Debug, Clone, Default)]
pub(super) struct Senses {
    pub(super) kind: Option<Kind>,
    /// Items by their whole name or an alias, in menu order.
    pub(super) items: Vec<u32>,
    /// Items by a part of their name, in menu order.
    pub(super) parts: Vec<u32>,
    /// Options, in menu order.
    pub(super) options: Vec<OptionRef>,
}

/// An option of an item, and how a phrase names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OptionRef {
    pub(super) item: u32,
    pub(super) group: u16,
    pub(super) option: u16,
    pub(super) flavour: Flavour,
    /// The phrase is only a part of its name.
    pub(super) part: bool,
    /// It is a size.
    pub(super) size: bool,
}

/// A menu as an order can name it.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    tokens: HashMap<String, Token>,
    /// Words that a typing error may be corrected to, by their number of characters.
    spellings: HashMap<usize, Vec<Spelling>>,
    children: HashMap<(Node, Token), Node>,
    senses: Vec<Senses>,
}

#[derive(Debug, Clone)]
struct Spelling {
    letters: u32,
    chars: Vec<char>,
    token: Token,
}

impl Lexicon {
    /// Reads `items`; takes some 20 µs an item.
    #[must_use]
    pub fn new(items: &[MenuItem]) -> Self {
        let mut lexicon = Self {
            senses: vec![Senses::default()],
            ..Self::default()
        };
        for (phrase, kind) in grammar::phrases() {
            let node = lexicon.insert(&phrase);
            if let Some(senses) = lexicon.at_mut(node) {
                senses.kind.get_or_insert(kind);
            }
        }
        let grammar_tokens = lexicon.tokens.len();
        for (position, item) in (0u32..).zip(items) {
            lexicon.add_item(position, item);
        }
        lexicon.collect_spellings(grammar_tokens);
        lexicon
    }

    fn add_item(&mut self, position: u32, item: &MenuItem) {
        for Phrase { tokens, part, .. } in names::of_item(item) {
            if self.is_taken(&tokens, part) {
                continue;
            }
            let node = self.insert(&tokens);
            if let Some(senses) = self.at_mut(node) {
                let list = if part {
                    &mut senses.parts
                } else {
                    &mut senses.items
                };
                if list.last() != Some(&position) {
                    list.push(position);
                }
            }
        }
        for (group_at, group) in (0u16..).zip(&item.modifier_groups) {
            let size = names::is_size(group);
            for (option_at, option) in (0u16..).zip(&group.options) {
                for phrase in names::of_option(group, option, size) {
                    if self.is_taken(&phrase.tokens, phrase.part) {
                        continue;
                    }
                    let reference = OptionRef {
                        item: position,
                        group: group_at,
                        option: option_at,
                        flavour: phrase.flavour,
                        part: phrase.part,
                        size,
                    };
                    self.add_option(&phrase.tokens, reference);
                }
            }
        }
    }

    fn add_option(&mut self, tokens: &[String], reference: OptionRef) {
        let node = self.insert(tokens);
        let Some(senses) = self.at_mut(node) else {
            return;
        };
        let known = senses.options.iter().rev();
        let mut known = known.take_while(|other| other.item == reference.item);
        let same = |other: &OptionRef| {
            (other.group, other.option, other.flavour)
                == (reference.group, reference.option, reference.flavour)
        };
        if !known.any(same) {
            senses.options.push(reference);
        }
    }

    /// A single word of ordering keeps its meaning: a dish called "The" cannot be ordered so.
    fn is_taken(&self, tokens: &[String], part: bool) -> bool {
        let [single] = tokens else {
            return tokens.is_empty();
        };
        let number = single.bytes().all(|byte| byte.is_ascii_digit());
        let kind = self
            .tokens
            .get(single)
            .and_then(|token| self.children.get(&(0, *token)))
            .and_then(|node| self.senses(*node).kind);
        let soft = matches!(kind, None | Some(Kind::Amount(_) | Kind::Filler));
        number || !soft || (part && kind.is_some())
    }

    fn insert(&mut self, tokens: &[String]) -> Node {
        let mut node = 0;
        for text in tokens {
            let next = u32::try_from(self.tokens.len()).unwrap_or(u32::MAX);
            let token = *self.tokens.entry(text.clone()).or_insert(next);
            let fresh = u32::try_from(self.senses.len()).unwrap_or(u32::MAX);
            node = match self.children.entry((node, token)) {
                std::collections::hash_map::Entry::Occupied(known) => *known.get(),
                std::collections::hash_map::Entry::Vacant(empty) => {
                    self.senses.push(Senses::default());
                    *empty.insert(fresh)
                }
            };
        }
        node
    }

    fn at_mut(&mut self, node: Node) -> Option<&mut Senses> {
        self.senses.get_mut(usize::try_from(node).ok()?)
    }

    fn collect_spellings(&mut self, grammar_tokens: usize) {
        let mut words: Vec<(&String, &Token)> = self.tokens.iter().collect();
        words.sort_unstable();
        for (text, &token) in words {
            let of_menu = usize::try_from(token).is_ok_and(|at| at >= grammar_tokens);
            let chars: Vec<char> = text.chars().collect();
            if of_menu && chars.len() >= 4 {
                self.spellings
                    .entry(chars.len())
                    .or_default()
                    .push(Spelling {
                        letters: letters(&chars),
                        chars,
                        token,
                    });
            }
        }
    }

    /// What a phrase can mean.
    pub(super) fn senses(&self, node: Node) -> &Senses {
        static NOTHING: Senses = Senses {
            kind: None,
            items: Vec::new(),
            parts: Vec::new(),
            options: Vec::new(),
        };
        usize::try_from(node)
            .ok()
            .and_then(|at| self.senses.get(at))
            .unwrap_or(&NOTHING)
    }

    /// The options of one item that a phrase names.
    pub(super) fn options(&self, node: Node, item: u32) -> &[OptionRef] {
        let all = &self.senses(node).options;
        let from = all.partition_point(|option| option.item < item);
        let to = all.partition_point(|option| option.item <= item);
        all.get(from..to).unwrap_or_default()
    }

    /// Where a word leads from a place.
    pub(super) fn child(&self, node: Node, token: Token) -> Option<Node> {
        self.children.get(&(node, token)).copied()
    }

    /// The word, where it is known.
    pub(super) fn token(&self, folded: &str) -> Option<Token> {
        self.tokens.get(folded).copied()
    }

    /// Words of the menu that `folded` may be a typing error of, nearest first, each with its
    /// edits. Only the nearest are named; `typed` gives the budget.
    pub(super) fn corrections(&self, typed: &str, folded: &str) -> Vec<(Token, u8)> {
        let budget = typo_budget(typed);
        if budget == 0 {
            return Vec::new();
        }
        let chars: Vec<char> = folded.chars().collect();
        let mask = letters(&chars);
        let reach = usize::from(budget);
        let mut found: Vec<(u8, bool, Token)> = Vec::new();
        for length in chars.len().saturating_sub(reach)..=chars.len() + reach {
            for word in self.spellings.get(&length).into_iter().flatten() {
                if (word.letters ^ mask).count_ones() > 2 * u32::from(budget) {
                    continue;
                }
                if let Some(edits) = distance(&chars, &word.chars, budget) {
                    found.push((edits, word.chars.first() != chars.first(), word.token));
                }
            }
        }
        found.sort_unstable();
        let best = found.first().map(|first| (first.0, first.1));
        found
            .into_iter()
            .take_while(|one| Some((one.0, one.1)) == best)
            .take(MAX_CORRECTIONS)
            .map(|(edits, _, token)| (token, edits))
            .collect()
    }
}

/// Which letters a word has, as bits.
fn letters(chars: &[char]) -> u32 {
    chars.iter().fold(0, |mask, &c| mask | 1 << (c as u32 % 32))
}
