//! Cutting an utterance into phrases: the best whole segmentation over the lexicon.
//!
//! Invariant: segments follow each other without gap or overlap, and every word is in one. The
//! best is the one that explains most words by the fewest phrases, whole names before parts of
//! names, as written before corrected.

use super::grammar::Kind;
use super::lexicon::{Lexicon, Node, Token};
use super::spelling::fold;
use crate::menu::text::{Word, words};

/// Longest phrase, in words of the utterance.
const MAX_WORDS: usize = 10;

/// A phrase of the utterance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// First byte in the text.
    pub(super) start: usize,
    /// First byte after it.
    pub(super) end: usize,
    /// Its place in the lexicon; `None` is unknown.
    pub(super) node: Option<Node>,
    /// What it does.
    pub(super) kind: Option<Kind>,
    /// Items that it can only be, where its neighbours told.
    pub(super) only: Vec<u32>,
    /// A sentence ends before it.
    pub(super) breaks: bool,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    from: usize,
    node: Option<Node>,
    score: i32,
}

/// The segments of `text`.
pub(super) fn segments(lexicon: &Lexicon, text: &str) -> Vec<Segment> {
    let words = words(text);
    let readings = Readings::new(lexicon, &words);
    let mut best: Vec<Edge> = vec![
        Edge {
            from: 0,
            node: None,
            score: i32::MIN
        };
        words.len() + 1
    ];
    if let Some(first) = best.first_mut() {
        first.score = 0;
    }
    for at in 0..words.len() {
        let base = best.get(at).map_or(0, |edge| edge.score);
        let mut relax = |to: usize, node: Option<Node>, score: i32| {
            if let Some(edge) = best.get_mut(to)
                && base + score > edge.score
            {
                *edge = Edge {
                    from: at,
                    node,
                    score: base + score,
                };
            }
        };
        relax(at + 1, None, -1);
        let mut walk = Walk {
            lexicon,
            readings: &readings,
            found: Vec::new(),
        };
        walk.from(at, 0, 0, 0);
        for (to, node, score) in walk.found {
            relax(to, Some(node), score);
        }
    }
    trace(lexicon, text, &words, &best)
}

fn trace(lexicon: &Lexicon, text: &str, words: &[Word], best: &[Edge]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut to = words.len();
    while let Some(edge) = best.get(to).filter(|_| to > 0) {
        let (first, last) = (words.get(edge.from), words.get(to - 1));
        if let (Some(first), Some(last)) = (first, last) {
            let before = edge.from.checked_sub(1).and_then(|at| words.get(at));
            let gap = text.get(before.map_or(first.start, |word| word.end)..first.start);
            segments.push(Segment {
                start: first.start,
                end: last.end,
                node: edge.node,
                kind: edge.node.and_then(|node| lexicon.senses(node).kind),
                only: Vec::new(),
                breaks: gap.is_some_and(|gap| gap.contains(['.', ';', '!', '?', '\n'])),
            });
        }
        to = edge.from;
    }
    segments.reverse();
    merge_parts(lexicon, segments)
}

/// "tikka" beside "masala": parts of names that only together say which item.
fn merge_parts(lexicon: &Lexicon, segments: Vec<Segment>) -> Vec<Segment> {
    let mut merged: Vec<Segment> = Vec::with_capacity(segments.len());
    for segment in segments {
        if let Some(last) = merged.last_mut()
            && !segment.breaks
            && let Some(both) = common(lexicon, last, &segment)
        {
            last.end = segment.end;
            last.only = both;
            continue;
        }
        merged.push(segment);
    }
    merged
}

fn common(lexicon: &Lexicon, left: &Segment, right: &Segment) -> Option<Vec<u32>> {
    let (a, b) = (lexicon.senses(left.node?), lexicon.senses(right.node?));
    let whole = |segment: &Segment, items: &[u32]| segment.only.is_empty() && !items.is_empty();
    if (whole(left, &a.items) && whole(right, &b.items))
        || (whole(right, &b.items) && !a.options.is_empty())
        || (whole(left, &a.items) && !b.options.is_empty())
    {
        return None;
    }
    let all = |segment: &Segment| -> Vec<u32> {
        let senses = segment.node.map(|node| lexicon.senses(node));
        match senses {
            _ if !segment.only.is_empty() => segment.only.clone(),
            Some(senses) => {
                let mut all = senses.items.clone();
                all.extend(&senses.parts);
                all
            }
            None => Vec::new(),
        }
    };
    let right = all(right);
    let mut both: Vec<u32> = all(left)
        .into_iter()
        .filter(|item| right.contains(item))
        .collect();
    both.sort_unstable();
    both.dedup();
    (!both.is_empty()).then_some(both)
}

/// What each word may be.
struct Readings {
    single: Vec<Vec<(Token, i32)>>,
    /// A word and the next written as one.
    joined: Vec<Option<Token>>,
    /// One word that is two.
    split: Vec<Option<(Token, Token)>>,
}

impl Readings {
    fn new(lexicon: &Lexicon, words: &[Word]) -> Self {
        let mut readings = Self {
            single: Vec::with_capacity(words.len()),
            joined: Vec::with_capacity(words.len()),
            split: Vec::with_capacity(words.len()),
        };
        for (at, word) in words.iter().enumerate() {
            let folded = fold(&word.text);
            let token = lexicon.token(&folded);
            let split = token
                .is_none()
                .then(|| split(lexicon, &word.text))
                .flatten();
            let next = words.get(at + 1);
            readings.joined.push(next.and_then(|next| {
                let long = word.text.len() + next.text.len() > 4;
                let both = fold(&format!("{}{}", word.text, next.text));
                long.then(|| lexicon.token(&both)).flatten()
            }));
            readings.single.push(match token {
                Some(token) => vec![(token, 0)],
                None if split.is_some() => Vec::new(),
                None => lexicon
                    .corrections(&word.text, &folded)
                    .into_iter()
                    .map(|(token, edits)| (token, -2 - 2 * i32::from(edits)))
                    .collect(),
            });
            readings.split.push(split);
        }
        readings
    }
}

/// `hashbrowns` is `hash browns` where the menu knows both words.
fn split(lexicon: &Lexicon, word: &str) -> Option<(Token, Token)> {
    word.char_indices().skip(2).find_map(|(at, _)| {
        let (left, right) = (word.get(..at)?, word.get(at..)?);
        if left.chars().count() < 3 || right.chars().count() < 3 {
            return None;
        }
        let (left, right) = (lexicon.token(left)?, lexicon.token(&fold(right))?);
        let start = lexicon.child(0, left)?;
        lexicon.child(start, right).map(|_| (left, right))
    })
}

/// All phrases that begin at one word.
struct Walk<'a> {
    lexicon: &'a Lexicon,
    readings: &'a Readings,
    found: Vec<(usize, Node, i32)>,
}

impl Walk<'_> {
    fn from(&mut self, at: usize, node: Node, length: usize, cost: i32) {
        if length > 0 {
            self.arrive(at, node, length, cost);
        }
        if length >= MAX_WORDS {
            return;
        }
        let readings = self.readings;
        for &(token, typo) in readings.single.get(at).into_iter().flatten() {
            if let Some(next) = self.lexicon.child(node, token) {
                self.from(at + 1, next, length + 1, cost + typo);
            }
        }
        if let Some(Some(token)) = readings.joined.get(at)
            && let Some(next) = self.lexicon.child(node, *token)
        {
            self.from(at + 2, next, length + 2, cost - 1);
        }
        if let Some(Some((left, right))) = readings.split.get(at)
            && let Some(middle) = self.lexicon.child(node, *left)
            && let Some(next) = self.lexicon.child(middle, *right)
        {
            self.from(at + 1, next, length + 1, cost - 1);
        }
    }

    fn arrive(&mut self, to: usize, node: Node, length: usize, cost: i32) {
        let senses = self.lexicon.senses(node);
        let whole = !senses.items.is_empty() || senses.options.iter().any(|option| !option.part);
        let part = !senses.parts.is_empty() || !senses.options.is_empty();
        let word = match senses.kind {
            _ if whole => 12,
            Some(_) => 9,
            None if part => 7,
            None => return,
        };
        let length = i32::try_from(length).unwrap_or(i32::MAX / 16);
        self.found.push((to, node, word * length - 4 + cost));
    }
}
