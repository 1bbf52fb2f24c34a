//! How text on a menu is read: the same for items and for queries.
//!
//! Invariant: every word knows the bytes of the original text that it came from, so what is
//! found can be shown as it is printed. Letters of every script are kept; accents, case,
//! punctuation and width are not. Never decides what matches what.

use super::lexicon::{self, Named};
use olympus_proto::MenuItem;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word normalised: no accents, lower case, composed.
    pub text: String,
    /// First byte of it in the original text.
    pub start: usize,
    /// First byte after it in the original text.
    pub end: usize,
}

/// The words of `text`. Digits are words of their own ("300g" is `300`, `g`). A run of a script
/// that is written without spaces (Chinese, Japanese, Thai, …) is cut into overlapping pairs of
/// characters, or is one word where it is a single character.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    if text.is_ascii() {
        return ascii_words(text);
    }
    let mut words = Vec::new();
    for_each_run(text, |kind, run| match (kind, run.len()) {
        (Kind::Unspaced, 2..) => words.extend(run.windows(2).filter_map(word)),
        _ => words.extend(word(run)),
    });
    words
}

/// What [`words`] says of plain letters, which nearly all menus and queries are made of: no character
/// becomes another but by its case.
fn ascii_words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    // Whether the last word may go on, and whether it is of digits.
    let mut open = None;
    for (at, byte) in text.bytes().enumerate() {
        let is_digit = byte.is_ascii_digit();
        if !byte.is_ascii_alphanumeric() {
            let tail = text.get(at + 1..).unwrap_or_default();
            let inside = is_apostrophe(char::from(byte)) && is_short_ending(tail);
            open = open.filter(|is_digits| inside && !is_digits);
            continue;
        }
        match words.last_mut() {
            Some(word) if open == Some(is_digit) => {
                word.text.push(char::from(byte.to_ascii_lowercase()));
                word.end = at + 1;
            }
            _ => words.push(Word {
                text: char::from(byte.to_ascii_lowercase()).to_string(),
                start: at,
                end: at + 1,
            }),
        }
        open = Some(is_digit);
    }
    words
}

/// A word, a number, or a stretch of a script that is written without spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its characters as they are compared, never none, each with its first byte in the original
    /// text and the byte after it.
    pub parts: Vec<(char, usize, usize)>,
    /// Whether its script is written without spaces.
    pub is_unspaced: bool,
}

impl Run {
    /// First byte in the original text.
    #[must_use]
    pub fn start(&self) -> usize {
        self.parts.first().map_or(0, |part| part.1)
    }

    /// First byte after it in the original text.
    #[must_use]
    pub fn end(&self) -> usize {
        self.parts.last().map_or(0, |part| part.2)
    }

    /// As [`words`] has it.
    #[must_use]
    pub fn word(&self) -> String {
        self.parts.iter().map(|part| part.0).collect()
    }
}

/// The runs of `text`, in their order.
#[must_use]
pub fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for_each_run(text, |kind, parts| {
        // A syllable of Hangul is one character, however it was typed.
        let mut composed: Vec<(char, usize, usize)> = Vec::with_capacity(parts.len());
        for part in parts {
            let last = composed.last_mut();
            match last.and_then(|last| Some((compose(last.0, part.0)?, last))) {
                Some((whole, last)) => *last = (whole, last.1, part.2),
                None => composed.push(*part),
            }
        }
        runs.push(Run {
            parts: composed,
            is_unspaced: kind == Kind::Unspaced,
        });
    });
    runs
}

/// `text` normalised: its words with one space between, scripts without spaces left whole.
#[must_use]
pub fn normalise(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for_each_run(text, |_, run| {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(composed(run));
    });
    line
}

/// Edits (a swap of neighbours is one) that a typed word may be away from a word on the menu:
/// none to 4 characters, one to 8, two from 9. None where it has a digit: numbers are exact.
#[must_use]
pub fn typo_budget(word: &str) -> u8 {
    if word.chars().any(|c| c.is_numeric() || is_unspaced(c)) {
        return 0;
    }
    match word.chars().count() {
        0..=4 => 0,
        5..=8 => 1,
        _ => 2,
    }
}

/// The texts of an item to embed, in the order in which its vectors are stored: the name; where
/// there is a description or a category, name, category and description in one line; each alias;
/// where there is no description, what the dish usually is.
#[must_use]
pub fn passages(item: &MenuItem) -> Vec<String> {
    let unsaid = item.description.is_none();
    let named = unsaid.then(|| lexicon::named_in(&item.name));
    passages_naming(item, &named.unwrap_or_default())
}

/// As [`passages`], of an item whose name speaks of `named`.
#[must_use]
pub fn passages_naming(item: &MenuItem, named: &[Named]) -> Vec<String> {
    let mut passages = Vec::with_capacity(4 + item.aliases.len());
    passages.push(item.name.clone());
    let mut full = item.name.clone();
    if let Some(category) = &item.category {
        full.push_str(", ");
        full.push_str(category);
    }
    if let Some(description) = &item.description {
        full.push_str(": ");
        full.push_str(description);
    }
    if full.len() > item.name.len() {
        passages.push(full);
    }
    passages.extend(item.aliases.iter().cloned());
    if item.description.is_none() {
        if !named.is_empty() {
            let glosses: Vec<&str> = named.iter().map(|named| named.entry.gloss).collect();
            passages.push(format!("{}: {}", item.name, glosses.join(", ")));
        }
        let cues: Vec<&str> = named
            .iter()
            .flat_map(|named| named.entry.cues.iter().copied())
            .collect();
        if !cues.is_empty() {
            passages.push(cues.join(", "));
        }
    }
    passages
}

/// English plurals, roughly: what comes out is only compared with what came in the same way.
#[must_use]
pub fn singular(word: &str) -> String {
    let mut one = String::with_capacity(word.len());
    push_singular(word, &mut one);
    one
}

/// Writes what [`singular`] says at the end of `out`.
pub(crate) fn push_singular(word: &str, out: &mut String) {
    let (stem, ending) = stem_of(word);
    out.push_str(stem);
    out.push_str(ending);
}

/// A word's beginning, and what it ends with in the singular.
fn stem_of(word: &str) -> (&str, &'static str) {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() >= 3) {
        return (stem, "y");
    }
    if let Some(stem) = word.strip_suffix("oes") {
        return (stem, "o");
    }
    if let Some(stem) = word.strip_suffix("es").filter(|stem| {
        stem.ends_with("ch") || stem.ends_with("sh") || stem.ends_with('x') || stem.ends_with("ss")
    }) {
        return (stem, "");
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() >= 3 && !stem.ends_with('s') && !stem.ends_with('u') => (stem, ""),
        _ => (word, ""),
    }
}

/// Whether `c` belongs to a script written without spaces between words.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}'      // Thai, Lao
        | '\u{1000}'..='\u{109F}'    // Burmese
        | '\u{1780}'..='\u{17FF}'    // Khmer
        | '\u{3005}'..='\u{3007}'    // 々〆〇
        | '\u{3040}'..='\u{30FF}'    // kana
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'    // Han
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}')
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letters,
    Digits,
    Unspaced,
}

/// A character as it is compared, with the bytes of the original text it came from.
type Part = (char, usize, usize);

/// Hands each run of characters of one kind in `text` to `found`, in order, none of them empty.
fn for_each_run(text: &str, found: impl FnMut(Kind, &[Part])) {
    let mut runs = Runs {
        found,
        run: Vec::new(),
        kind: None,
    };
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if is_apostrophe(c) {
            let tail = text.get(end..).unwrap_or_default();
            if !(runs.kind == Some(Kind::Letters) && is_short_ending(tail)) {
                runs.close();
            }
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        if c.is_ascii() {
            runs.push_ascii(c, start, end);
            continue;
        }
        for part in std::iter::once(c).nfkd() {
            runs.push(part, start, end);
        }
    }
    runs.close();
}

/// Collects characters into runs of one kind.
struct Runs<F> {
    found: F,
    run: Vec<Part>,
    kind: Option<Kind>,
}

impl<F: FnMut(Kind, &[Part])> Runs<F> {
    /// What [`Runs::push`] does of such a character, without tables: nearly all text on menus is made
    /// of them.
    fn push_ascii(&mut self, c: char, start: usize, end: usize) {
        let kind = match c {
            '0'..='9' => Kind::Digits,
            'a'..='z' | 'A'..='Z' => Kind::Letters,
            _ => return self.close(),
        };
        self.begin(kind);
        self.run.push((c.to_ascii_lowercase(), start, end));
    }

    /// Goes on with a run of this kind.
    fn begin(&mut self, kind: Kind) {
        if self.kind != Some(kind) {
            self.close();
        }
        self.kind = Some(kind);
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        if is_accent(c) {
            // Part of the letter before it, so that a mark around the word takes it in.
            if let Some(last) = self.run.last_mut() {
                last.2 = end;
            }
            return;
        }
        let kind = if is_combining_mark(c) {
            return self.push_mark(c, start, end);
        } else if is_unspaced(c) && c.is_alphanumeric() {
            Kind::Unspaced
        } else if c.is_numeric() {
            Kind::Digits
        } else if c.is_alphabetic() && !is_apostrophe(c) {
            Kind::Letters
        } else {
            return self.close();
        };
        self.begin(kind);
        for lower in c.to_lowercase().filter(|&c| !is_accent(c)) {
            let (first, second) = fold(lower);
            self.run.push((first, start, end));
            if let Some(second) = second {
                self.run.push((second, start, end));
            }
        }
    }

    /// A mark belongs to the character before it, and is nothing without one: voiced kana are one
    /// character and not two.
    fn push_mark(&mut self, mark: char, start: usize, end: usize) {
        let Some(last) = self.run.last_mut() else {
            return;
        };
        match compose(last.0, mark) {
            Some(composed) => *last = (composed, last.1, end),
            None => self.run.push((mark, start, end)),
        }
    }

    fn close(&mut self) {
        if let Some(kind) = self.kind.take()
            && !self.run.is_empty()
        {
            (self.found)(kind, &self.run);
        }
        self.run.clear();
    }
}

/// One word of the characters of `run`, composed (Hangul, kana with marks); `None` of none.
fn word(run: &[Part]) -> Option<Word> {
    let (first, last) = (run.first()?, run.last()?);
    Some(Word {
        text: composed(run).collect(),
        start: first.1,
        end: last.2,
    })
}

/// The characters of a run, composed: those of ASCII are.
fn composed(run: &[Part]) -> impl Iterator<Item = char> {
    let is_ascii = run.iter().all(|part| part.0.is_ascii());
    let plain = is_ascii.then(|| run.iter().map(|part| part.0));
    let other = (!is_ascii).then(|| run.iter().map(|part| part.0).nfc());
    plain
        .into_iter()
        .flatten()
        .chain(other.into_iter().flatten())
}

/// Marks that people leave out when they type: accents of Latin, Greek and Cyrillic, the vowel
/// points of Hebrew and Arabic. Marks that carry the sound elsewhere stay.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}'
        | '\u{0483}'..='\u{0489}'
        | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}'..='\u{05C2}' | '\u{05C4}'..='\u{05C7}'
        | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0640}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Letters that decomposition leaves alone but people type as others.
fn fold(c: char) -> (char, Option<char>) {
    match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ø' => ('o', None),
        'đ' | 'ð' => ('d', None),
        'ł' => ('l', None),
        'ħ' => ('h', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        'ى' => ('ي', None),
        'ة' => ('ه', None),
        // Arabic-Indic digits, both forms, and katakana to hiragana.
        '\u{0660}'..='\u{0669}' => (shift(c, 0x0660, 0x30), None),
        '\u{06F0}'..='\u{06F9}' => (shift(c, 0x06F0, 0x30), None),
        '\u{30A1}'..='\u{30F6}' => (shift(c, 0x30A1, 0x3041), None),
        _ => (c, None),
    }
}

fn shift(c: char, from: u32, to: u32) -> char {
    char::from_u32(c as u32 - from + to).unwrap_or(c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '＇')
}

/// Joiners, soft hyphens and selectors: they change how a word looks and not what it is.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// "'s", "'t" and the like at the end of a word: "nando's" is one word, "l'oignon" is two.
fn is_short_ending(tail: &str) -> bool {
    let mut chars = tail.chars();
    matches!(chars.next(), Some('s' | 'S' | 't' | 'T'))
        && !chars.next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::{normalise, passages, singular, typo_budget, words};
    use olympus_proto::MenuItem;
    use proptest::prelude::*;

    #[test]
    fn normalises_every_script() {
        for (text, expected) in [
            ("Phở Bò", "pho bo"),
            ("Crème  Brûlée!", "creme brulee"),
            ("Μουσακάς", "μουσακασ"),
            ("ΜΟΥΣΑΚΆΣ", "μουσακασ"),
            ("Борщ", "борщ"),
            ("İmam Bayıldı", "imam bayildi"),
            ("Bœuf", "boeuf"),
            ("ラーメン", "らーめん"),
            ("担担面 Dàndàn", "担担面 dandan"),
            ("비빔밥", "비빔밥"),
            ("समोसा", "समोसा"),
            ("شاوَرما", "شاورما"),
            ("ｆｕｌｌ ６", "full 6"),
            (
                "Nando's l'oignon all’arrabbiata",
                "nandos l oignon all arrabbiata",
            ),
            ("300g 7-Up ½", "300 g 7 up 1 2"),
            ("Mac & Cheese", "mac cheese"),
            ("٣ كباب", "3 كباب"),
            (" \u{200B}\t", ""),
            ("🍕", ""),
            ("カガミガ", "かがみが"),
            ("က\u{1cf00}𱍐", "က\u{1cf00}𱍐"),
        ] {
            assert_eq!(normalise(text), expected, "{text}");
        }
    }

    proptest! {
        /// A sign at the end that ends no word makes the text take the long way.
        #[test]
        fn plain_letters_are_read_as_others_are(text in "[a-cstST2'` .-]{0,12}") {
            let long_way: Vec<_> = words(&format!("{text}\u{2014}"));
            prop_assert_eq!(words(&text), long_way);
        }
    }

    #[test]
    fn a_word_knows_where_it_stood() {
        let text = "– Phở «Bò»";
        let spans: Vec<_> = words(text)
            .iter()
            .map(|word| text[word.start..word.end].to_owned())
            .collect();
        assert_eq!(spans, ["Phở", "Bò"]);
        let decomposed = "Cafe\u{301} x";
        assert_eq!(words(decomposed)[0].end, "Cafe\u{301}".len());
    }

    #[test]
    fn scripts_without_spaces_are_cut_into_pairs() {
        let texts: Vec<_> = words("牛肉面 茶").into_iter().map(|w| w.text).collect();
        assert_eq!(texts, ["牛肉", "肉面", "茶"]);
        let voiced: Vec<_> = words("カガミ").into_iter().map(|w| w.text).collect();
        assert_eq!(voiced, ["かが", "がみ"]);
    }

    #[test]
    fn the_typo_budget_grows_with_the_word_and_numbers_are_exact() {
        for (word, budget) in [
            ("", 0),
            ("taco", 0),
            ("pizza", 1),
            ("burritos", 1),
            ("cappucino", 2),
            ("μουσακασ", 1),
            ("1234567890", 0),
            ("らーめんらーめん", 0),
        ] {
            assert_eq!(typo_budget(word), budget, "{word}");
        }
    }

    #[test]
    fn passages_are_name_full_line_and_aliases_or_what_it_usually_is() {
        assert_eq!(passages(&MenuItem::new("b", "Dish 7")), ["Dish 7"]);
        let mut item = MenuItem::new("a", "Pho");
        let plain = passages(&item);
        assert_eq!(plain.len(), 3, "a name, a gloss and cues: {plain:?}");
        assert_eq!(plain[0], "Pho");
        assert!(plain[1].starts_with("Pho: ") && plain[1].contains("noodle"));
        assert!(plain[2].contains("vietnamese noodle soup"));
        item.category = Some("Soups".to_owned());
        item.description = Some("Beef broth".to_owned());
        item.aliases.push("beef pho".to_owned());
        assert_eq!(
            passages(&item),
            ["Pho", "Pho, Soups: Beef broth", "beef pho"]
        );
    }

    #[test]
    fn both_numbers_of_an_ingredient_meet() {
        for (many, one) in [
            ("onions", "onion"),
            ("tomatoes", "tomato"),
            ("berries", "berry"),
            ("radishes", "radish"),
            ("peas", "pea"),
            ("hummus", "hummus"),
            ("molasses", "molass"),
        ] {
            assert_eq!(singular(many), one);
        }
    }

    proptest! {
        /// The short way for ASCII says what the long way says of the same letters in full width.
        #[test]
        fn ascii_is_read_as_all_else_is(text in "[ -&(-_a-~]{0,40}") {
            let wide = |c: char| match c {
                ' ' => c,
                _ => char::from_u32(u32::from(c) + 0xfee0).expect("a letter in full width"),
            };
            let wide: String = text.chars().map(wide).collect();
            prop_assert_eq!(normalise(&text), normalise(&wide));
            let said = |text: &str| words(text).into_iter().map(|word| word.text).collect::<Vec<_>>();
            prop_assert_eq!(said(&text), said(&wide));
        }

        #[test]
        fn words_of_any_text_lie_in_it_and_normalising_twice_changes_nothing(text in "\\PC{0,40}") {
            for word in words(&text) {
                prop_assert!(text.get(word.start..word.end).is_some_and(|part| !part.is_empty()));
                prop_assert!(!word.text.is_empty());
            }
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
