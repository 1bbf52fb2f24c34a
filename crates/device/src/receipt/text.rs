//! Text as the embedded font can show it.
//!
//! Invariant: what comes out has no control characters, no marks that change the direction of
//! writing, and only characters of the font, each one cell wide.

use std::sync::LazyLock;
use ttf_parser::{Face, GlyphId};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Noto Sans Mono, less what no receipt needs; see `font/README.md`.
pub(super) const FONT: &[u8] = include_bytes!("font/NotoSansMono-receipt.ttf");
/// Longest text that is printed, in characters; the rest is left out with an ellipsis.
const LONGEST: usize = 400;

static FACE: LazyLock<Face<'static>> =
    LazyLock::new(|| Face::parse(FONT, 0).expect("the embedded font is a font"));

/// The embedded font, parsed.
pub(super) fn face() -> &'static Face<'static> {
    &FACE
}

/// Width of a character, in units of the font.
pub(super) fn advance() -> u16 {
    let blank = FACE.glyph_index(' ').unwrap_or_default();
    FACE.glyph_hor_advance(blank).unwrap_or_default()
}

/// The glyph of a character, where the font has one that is as wide as all the others: it draws
/// some ligatures and fractions wider.
pub(super) fn glyph(c: char) -> Option<GlyphId> {
    let glyph = FACE.glyph_index(c)?;
    (FACE.glyph_hor_advance(glyph) == Some(advance())).then_some(glyph)
}

/// Text to print, and the text behind it where that is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) original: Option<String>,
}

/// Makes text printable: composed, without control characters, blanks one each, other scripts in
/// Latin letters.
pub(super) fn shown(raw: &str) -> Shown {
    let clean = clean(raw);
    let mut text = String::with_capacity(clean.len());
    let mut foreign = String::new();
    for c in clean.chars() {
        if glyph(c).is_some() {
            spell(&mut text, &mut foreign);
            text.push(c);
        } else {
            foreign.push(c);
        }
    }
    spell(&mut text, &mut foreign);
    let text = shorten(&one_blank_each(&text));
    let original = (text != clean).then(|| shorten(&clean));
    Shown { text, original }
}

/// Adds `foreign` in Latin letters and empties it. Runs are spelt as a whole: syllables of Chinese
/// are kept apart by blanks.
fn spell(text: &mut String, foreign: &mut String) {
    if !foreign.is_empty() {
        text.push_str(&deunicode::deunicode_with_tofu(foreign, "?"));
        foreign.clear();
    }
}

fn clean(raw: &str) -> String {
    let composed: String = raw
        .chars()
        .take(4 * LONGEST)
        .nfc()
        .filter(|c| !is_hidden(*c))
        .collect();
    // A mark that no letter took up is one of many on a letter, or of a script that needs it.
    let mut kept = String::with_capacity(composed.len());
    for c in composed.chars() {
        let stray = is_combining_mark(c) && is_for_any_script(c);
        if !stray {
            kept.push(if c.is_whitespace() { ' ' } else { c });
        }
    }
    one_blank_each(&kept)
}

/// Whether a mark is of the blocks that serve Latin, Greek and Cyrillic.
fn is_for_any_script(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Control characters but for blanks, and what is not seen: joiners, marks of direction, tags.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn one_blank_each(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Breaks text between words into lines of at most `width` characters; longer words are cut.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut letters: Vec<char> = word.chars().collect();
        if used > 0 && used + 1 + letters.len() > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        while used == 0 && letters.len() > width {
            let rest = letters.split_off(width);
            lines.push(letters.iter().collect());
            letters = rest;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        used += letters.len();
        line.extend(letters);
    }
    if used > 0 {
        lines.push(line);
    }
    lines
}
