//! Limits that are misspelt: "no penuts", "alergic to shelfish", "veagn".
//!
//! Invariant: a word is read as another only where it is none itself. Rather a limit too many, which is shown as
//! it was read and can be taken away, than one missed.

use super::{allergen, text::Word};
use crate::language;
use std::sync::LazyLock;

/// Words as near to those of limits as a slip, of English (by the word list SCOWL), of the lexicon and of allergies
/// in other languages; without their plurals; sorted.
const WORDS: &str = include_str!("words.txt");
/// Those that are as near as what is refused may be; sorted.
const NEAR_REFUSED: &str = include_str!("refused.txt");
/// Words that state a limit, or that it is one, besides the allergens.
#[rustfmt::skip]
const STATING: [&str; 33] = [
    "without", "allergic", "allergy", "allergies", "allergen", "allergens", "intolerant", "intolerance",
    "sensitive", "coeliac", "celiac", "coeliacs", "celiacs", "lactose", "dairy", "vegan", "vegans", "vegetarian",
    "vegetarians", "pescatarian", "pescetarian", "halal", "kosher", "paleo", "avoid", "containing", "contains",
    "contain", "nothing", "cannot", "excluding", "avoiding", "anaphylactic",
];
/// Slips that other languages have as words, or that no distance tells.
#[rustfmt::skip]
const ALWAYS: [(&str, &str); 25] = [
    ("alergic", "allergic"), ("alergik", "allergic"), ("alergick", "allergic"), ("allergik", "allergic"),
    ("alergicto", "allergic"), ("allergicto", "allergic"), ("alergyto", "allergic"), ("allergyto", "allergic"),
    ("alergys", "allergies"), ("diary", "dairy"), ("teh", "the"), ("wiht", "with"), ("dnt", "dont"),
    ("cnat", "cant"), ("cantt", "cant"), ("hav", "have"), ("ahve", "have"), ("haev", "have"), ("ketto", "keto"),
    ("kteo", "keto"), ("hallaal", "halal"), ("whitout", "without"), ("glutton", "gluten"), ("soi", "soy"),
    ("noo", "no"),
];
/// Letters of the shortest word that is anything else misspelt.
const SHORTEST: usize = 4;
/// Allergens that are short, of which a slip is read where something is refused.
#[rustfmt::skip]
const SHORT: [&str; 15] = [
    "egg", "eggs", "nut", "nuts", "soy", "soya", "milk", "fish", "crab", "crabs", "clam", "clams", "oats", "tofu",
    "miso",
];

/// The words that a slip may have been meant as, sorted.
static MEANT: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let named = allergen::words().filter(|word| word.len() >= SHORTEST && !word.contains('_'));
    let mut words: Vec<&str> = STATING.into_iter().chain(named).collect();
    words.sort_unstable();
    words.dedup();
    words
});

/// Reads slips as what they are meant as, but for words of a language that is read in full.
pub(super) fn mend(words: &mut [Word]) {
    mend_but(words, language::is_known);
}

/// The same in what is in English, whatever the word means elsewhere.
pub(super) fn mend_english(words: &mut [Word]) {
    mend_but(words, language::is_english_limit);
}

fn mend_but(words: &mut [Word], is_known: impl Fn(&str) -> bool) {
    for word in words {
        if let Some(meant) = meant(&word.text, &is_known) {
            meant.clone_into(&mut word.text);
        }
    }
}

/// Whether a word is a slip of one that limits are stated with.
pub(crate) fn is_one(word: &str) -> bool {
    meant(word, &language::is_known).is_some()
}

/// The word that `word` is a slip of, as `text::words` gives it.
fn meant(word: &str, is_known: &impl Fn(&str) -> bool) -> Option<&'static str> {
    if let Some((_, meant)) = ALWAYS.iter().find(|(slip, _)| *slip == word) {
        return Some(meant);
    }
    if word.len() < SHORTEST || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let near = MEANT.iter().filter_map(|meant| {
        let slips = slips(word, meant, if meant.len() > 7 { 2 } else { 1 })?;
        let begins = slips < 2 || word.as_bytes().first() == meant.as_bytes().first();
        // Of a short word two letters change places and no more: "mlik", and no "silk".
        let is_turned = meant.len() > SHORTEST || strsim::levenshtein(word, meant) == 2;
        (begins && (is_turned || slips == 0)).then_some((slips, *meant))
    });
    let (slips, meant) = near.min()?;
    (slips > 0 && !is_word(word) && !is_known(word)).then_some(meant)
}

/// The word of refusal that a word of an order is a slip of.
pub(crate) fn refusal(word: &str) -> Option<&'static str> {
    let meant = meant(word, &language::is_known)?;
    ["without", "allergic", "allergy", "allergies"]
        .into_iter()
        .find(|refusal| *refusal == meant)
}

/// The allergen that a word is a slip of where something is refused: "no eegs".
pub(super) fn refused(word: &str) -> Option<&'static str> {
    let is_plain =
        word.len() >= SHORT[0].len() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let ends = |meant: &str| word.as_bytes().last() == meant.as_bytes().last();
    let short = SHORT
        .iter()
        .filter_map(|meant| Some((slips(word, meant, 1)?, *meant)));
    let long = MEANT
        .iter()
        .filter(|meant| matches!(meant.len(), 6 | 7) && ends(meant));
    let long = long.filter(|meant| word.as_bytes().first() == meant.as_bytes().first());
    let long = long.filter_map(|meant| Some((slips(word, meant, 2)?, *meant)));
    let (slips, meant) = short.chain(long).min().filter(|_| is_plain)?;
    let is_known = || is_word(word) || is_near_refused(word) || language::is_known(word);
    (slips > 0 && !is_known()).then_some(meant)
}

/// How many letters are wrong, where they are no more than `most`.
fn slips(word: &str, meant: &str, most: usize) -> Option<usize> {
    if word.len().abs_diff(meant.len()) > most {
        return None;
    }
    let slips = strsim::osa_distance(word, meant);
    (slips <= most).then_some(slips)
}

fn is_word(word: &str) -> bool {
    static LIST: LazyLock<Vec<&str>> = LazyLock::new(|| WORDS.lines().collect());
    LIST.binary_search(&word).is_ok()
}

fn is_near_refused(word: &str) -> bool {
    static LIST: LazyLock<Vec<&str>> = LazyLock::new(|| NEAR_REFUSED.lines().collect());
    LIST.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{NEAR_REFUSED, WORDS, is_one, meant, refused};
    use crate::language;

    fn read(word: &str) -> Option<&'static str> {
        meant(word, &language::is_known)
    }

    #[test]
    fn limits_are_read_through_slips() {
        for (word, limit) in [
            ("penuts", "peanuts"),
            ("alergic", "allergic"),
            ("shelfish", "shellfish"),
            ("glutn", "gluten"),
            ("withotu", "without"),
            ("veagn", "vegan"),
            ("vegaterian", "vegetarian"),
            ("diary", "dairy"),
            ("mlik", "milk"),
            ("lobsters", "lobster"),
        ] {
            assert_eq!(read(word), Some(limit), "{word}");
        }
    }

    #[test]
    fn words_are_no_slips() {
        for word in [
            "began", "heat", "custard", "selfish", "batter", "carbs", "silk", "dish", "vegan",
            "peanuts", "leche", "nueces", "glass", "cheesy", "nachos", "grill", "carb",
        ] {
            assert_eq!(read(word), None, "{word}");
        }
    }

    #[test]
    fn what_is_refused_is_read_through_more() {
        for (word, allergen) in [("eegs", "eggs"), ("soyy", "soy"), ("gultin", "gluten")] {
            assert_eq!(refused(word), Some(allergen), "{word}");
        }
        for word in [
            "mild", "nuts", "ice", "dish", "legs", "salt", "sky", "rice", "clams",
        ] {
            assert_eq!(refused(word), None, "{word}");
        }
    }

    #[test]
    fn lists_are_sorted_and_hold_no_slip() {
        for list in [WORDS, NEAR_REFUSED] {
            let words: Vec<&str> = list.lines().collect();
            assert!(words.is_sorted());
            for word in words {
                assert!(!is_one(word), "{word}");
            }
        }
    }
}
