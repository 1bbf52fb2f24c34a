//! The words of a query, and which of them have been understood.

use super::{Finding, Manner, Meaning, Parsed, words};
use crate::language::{self, Heard, Language};
use crate::menu::slips;
use crate::menu::text::{self, Word};
use olympus_proto::Span;

/// A word with what stands before it.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) word: Word,
    /// Punctuation that ends a phrase stands before it.
    pub(super) cut: bool,
    taken: bool,
}

/// A query being read.
pub(super) struct Scan<'a> {
    query: &'a str,
    language: Option<Language>,
    /// Whether somebody looks for a dish or orders.
    pub(super) manner: Manner,
    /// What was read where limits alone are read in the query's language.
    pub(super) heard: Option<Heard>,
    pub(super) tokens: Vec<Token>,
    /// Where allergies are told that nobody has.
    denied: Vec<Span>,
    /// Finding, and whether its words leave the text.
    findings: Vec<(Finding, bool)>,
}

impl<'a> Scan<'a> {
    /// The query's words, in English where it is in another language that is known.
    pub(super) fn new(query: &'a str, manner: Manner) -> Self {
        let mut said = text::words(query);
        let heard = language::heard(query);
        if heard.is_none() {
            slips::mend(&mut said);
        }
        let language = match heard {
            Some(_) => None,
            None => Language::of(query, &said),
        };
        let said = match language {
            Some(language) => language::in_english(query, said, language, |_| false, |_| false),
            None => {
                if heard.is_none() {
                    slips::mend_english(&mut said);
                }
                language::refusals_in_english(query, said)
            }
        };
        Self {
            manner,
            language,
            heard,
            ..Self::of(query, said)
        }
    }

    /// What is known to be English.
    pub(super) fn english(query: &'a str) -> Self {
        Self::of(query, text::words(query))
    }

    fn of(query: &'a str, said: Vec<Word>) -> Self {
        let mut before = 0;
        let tokens = said
            .into_iter()
            .map(|word| {
                let gap = query.get(before..word.start).unwrap_or_default();
                before = word.end;
                Token {
                    cut: gap.contains([',', ';', '.', '!', '?', ':', '(', ')', '\n']),
                    word,
                    taken: false,
                }
            })
            .collect();
        Self {
            query,
            manner: Manner::Search,
            language: None,
            heard: None,
            tokens,
            denied: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Notes that the words `from..to` tell of an allergy that nobody has.
    pub(super) fn deny(&mut self, from: usize, to: usize) {
        let words = self.tokens.get(from..to).unwrap_or_default();
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            let (start, end) = (first.word.start, last.word.end);
            self.denied.push(Span { start, end });
        }
    }

    /// Listens for limits in the languages that nothing else is read in.
    pub(super) fn hear_after_all(&mut self) {
        self.heard = language::heard_after_all(self.query);
    }

    /// Whether the query is in a language other than English.
    pub(super) fn in_another_language(&self) -> bool {
        self.language.is_some()
    }

    /// The words of the sentence that `at` is in.
    pub(super) fn sentence(&self, at: usize) -> (usize, usize) {
        let ends = |at: &usize| self.gap(*at).contains(['.', '!', '?', ';', '\n']);
        let from = (1..=at).rev().find(ends).unwrap_or(0);
        let to = (at + 1..self.tokens.len()).find(ends);
        (from, to.unwrap_or(self.tokens.len()))
    }

    /// Whether an allergen was read from the words `from..to`.
    pub(super) fn has_limit(&self, from: usize, to: usize) -> bool {
        let tokens = self.tokens.get(from..to).unwrap_or_default();
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return false;
        };
        let is_within = |found: &Finding| {
            let is_limit = matches!(found.meaning, Meaning::Free(_));
            is_limit && found.start >= first.word.start && found.end <= last.word.end
        };
        self.findings.iter().any(|(found, _)| is_within(found))
    }

    /// Reads `from` as `to`, where it was found and was not called by its name: who says
    /// "vegetarian" means it.
    pub(super) fn turn_diet(&mut self, from: &str, to: &'static str) {
        let query = self.query;
        let is_named = |found: &Finding| {
            let said = query.get(found.start..found.end).unwrap_or_default();
            text::normalise(said).contains("veg")
        };
        for (found, _) in &mut self.findings {
            if matches!(found.meaning, Meaning::Diet(diet) if diet == from) && !is_named(found) {
                found.meaning = Meaning::Diet(to);
                to.clone_into(&mut found.label);
            }
        }
    }

    /// The word at `at`, where it is free.
    pub(super) fn word(&self, at: usize) -> Option<&str> {
        let token = self.tokens.get(at)?;
        (!token.taken).then_some(token.word.text.as_str())
    }

    /// The word before `at`, taken or not.
    pub(super) fn before(&self, at: usize) -> Option<&str> {
        let token = self.tokens.get(at.checked_sub(1)?)?;
        Some(token.word.text.as_str())
    }

    /// The original text between the words `at - 1` and `at`, or up to the ends of the text.
    pub(super) fn gap(&self, at: usize) -> &'a str {
        let from = at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .map_or(0, |token| token.word.end);
        let to = self
            .tokens
            .get(at)
            .map_or(self.query.len(), |token| token.word.start);
        self.query.get(from..to).unwrap_or_default()
    }

    /// Whether the free words from `at` are those of `phrase`, with no punctuation inside.
    pub(super) fn is(&self, at: usize, phrase: &[&str]) -> bool {
        phrase.iter().enumerate().all(|(offset, word)| {
            self.word(at + offset) == Some(*word)
                && (offset == 0 || !self.tokens.get(at + offset).is_some_and(|token| token.cut))
        })
    }

    pub(super) fn cut(&self, at: usize) -> bool {
        self.tokens.get(at).is_none_or(|token| token.cut)
    }

    /// Whether `at` is the end of a phrase: of the text, or a filling word, or after punctuation.
    pub(super) fn ends_at(&self, at: usize) -> bool {
        self.cut(at) || self.word(at).is_none_or(words::is_filler)
    }

    /// Notes what the words `from..to` mean and takes them out of the text. `from..to` is widened
    /// by nothing; spans are of the original text.
    pub(super) fn take(&mut self, from: usize, to: usize, meaning: Meaning, label: String) {
        // "Alcohol free" is what such a drink is called: its words find it.
        let named = matches!(&meaning, Meaning::Without(words)
            if words.first().is_some_and(|word| words::NAMES_ABSENCE.contains(&word.as_str())));
        self.note(from, to, meaning, label, !named);
    }

    /// Notes what the words mean and leaves them to be searched for.
    pub(super) fn keep(&mut self, from: usize, to: usize, meaning: Meaning, label: String) {
        self.note(from, to, meaning, label, false);
    }

    fn note(&mut self, from: usize, to: usize, meaning: Meaning, label: String, leaves: bool) {
        let Some(tokens) = self.tokens.get_mut(from..to) else {
            return;
        };
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return;
        };
        let (start, end) = (first.word.start, last.word.end);
        for token in tokens {
            token.taken = true;
        }
        self.add(start, end, (meaning, label), leaves);
    }

    fn add(&mut self, start: usize, end: usize, (meaning, label): (Meaning, String), leaves: bool) {
        let finding = Finding {
            meaning,
            label,
            start,
            end,
        };
        self.findings.push((finding, leaves));
    }

    /// Notes what the bytes `start..end` of the query mean, where no finding in them says so yet.
    pub(super) fn take_bytes(&mut self, start: usize, end: usize, meaning: Meaning, label: String) {
        let is_within = |from: usize, to: usize| from < end && start < to;
        let mut found = self.findings.iter();
        if found.any(|(found, _)| is_within(found.start, found.end) && found.meaning == meaning) {
            return;
        }
        for token in &mut self.tokens {
            token.taken |= is_within(token.word.start, token.word.end);
        }
        // "Without dairyno": that the menu does not mention it is less than what it is known to be.
        let (mut from, mut to) = (start, end);
        self.findings.retain(|(found, _)| {
            let is_less = matches!(found.meaning, Meaning::Without(_));
            let gives_way = is_less && is_within(found.start, found.end);
            if gives_way {
                (from, to) = (from.min(found.start), to.max(found.end));
            }
            !gives_way
        });
        self.add(from, to, (meaning, label), true);
    }

    /// Widens the last finding to the bytes `start..end`: a currency sign belongs to its amount.
    pub(super) fn widen(&mut self, start: usize, end: usize) {
        if let Some((finding, _)) = self.findings.last_mut() {
            finding.start = finding.start.min(start);
            finding.end = finding.end.max(end);
        }
    }

    /// Gives the words of everything but what `keep` holds for back.
    pub(super) fn retain(&mut self, keep: impl Fn(&Finding) -> bool) {
        self.findings.retain(|(finding, _)| keep(finding));
        for token in &mut self.tokens {
            let word = &token.word;
            token.taken = self
                .findings
                .iter()
                .any(|(finding, _)| finding.start <= word.start && word.end <= finding.end);
        }
    }

    /// Whether every word that is not understood only fills.
    pub(super) fn only_fillers_left(&self) -> bool {
        self.tokens
            .iter()
            .all(|token| token.taken || words::is_filler(&token.word.text))
    }

    /// What was understood, in the order in which it was.
    pub(super) fn findings(self) -> impl Iterator<Item = Finding> {
        self.findings.into_iter().map(|(finding, _)| finding)
    }

    pub(super) fn finish(mut self, ignore: &[String]) -> Parsed {
        let only_attributes = !self.findings.is_empty() && self.only_fillers_left();
        let ignored: Vec<String> = ignore.iter().map(|text| text::normalise(text)).collect();
        self.findings.sort_by_key(|(finding, _)| finding.start);
        let mut findings = Vec::with_capacity(self.findings.len());
        let mut rest = String::with_capacity(self.query.len());
        let mut from = 0;
        for (finding, leaves) in self.findings {
            let said = self.query.get(finding.start..finding.end);
            let ignore = ignored.contains(&text::normalise(said.unwrap_or_default()))
                || ignored.contains(&text::normalise(&finding.label));
            if (leaves || ignore) && finding.end > from {
                rest.push_str(self.query.get(from..finding.start).unwrap_or_default());
                rest.push(' ');
                from = finding.end;
            }
            if !ignore {
                findings.push(finding);
            }
        }
        rest.push_str(self.query.get(from..).unwrap_or_default());
        Parsed {
            only_attributes,
            rest: if from == 0 { rest } else { tidy(&rest) },
            language: self.language,
            heard: self.heard.map(|heard| heard.tag),
            denied: self.denied,
            findings,
        }
    }
}

/// What is left of a sentence, without the filling words and punctuation around it.
pub(super) fn tidy(rest: &str) -> String {
    let words = text::words(rest);
    let holds = |word: &&Word| !words::is_filler(&word.text);
    let first = words.iter().find(holds);
    let last = words.iter().rev().find(holds);
    let (Some(first), Some(last)) = (first, last) else {
        return String::new();
    };
    // An ending blank says that the last word is finished.
    let ends = rest.get(last.end..).unwrap_or_default();
    let mut text = rest
        .get(first.start..last.end)
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if !ends.is_empty() {
        text.push(' ');
    }
    text
}
