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
const STATING: &[&str] = &[
    "without", "allergic", "allergy", "allergies", "allergen", "allergens", "intolerant", "intolerance",
    "sensitive", "coeliac", "celiac", "coeliacs", "celiacs", "lactose", "dairy", "vegan", "vegans", "vegetarian",
    "vegetarians", "pescatarian", "pescetarian", "halal", "kosher", "paleo", "avoid", "containing", "contains",
    "contain", "nothing", "cannot", "excluding", "avoiding", "anaphylactic",
];
/// Slips that other languages have as words, or that no distance tells.
#[rustfmt::skip]
const ALWAYS: &[(&str, &str)] = &[
    ("alergic", "allergic"), ("alergik", "allergic"), ("alergick", "allergic"), ("allergik", "allergic"),
    ("alergicto", "allergic"), ("allergicto", "allergic"), ("alergyto", "allergic"), ("allergyto", "allergic"),
    ("alergys", "allergies"), ("diary", "dairy"), ("teh", "the"), ("wiht", "with"), ("dnt", "dont"),
    ("cnat", "cant"), ("cantt", "cant"), ("hav", "have"), ("ahve", "have"), ("haev", "have"), ("ketto", "keto"),
    ("kteo", "keto"), ("hallaal", "halal"), ("whitout", "without"), ("glutton", "gluten"), ("soi", "soy"),
    ("noo", "no"), ("allergey", "allergy"), ("alrgy", "allergy"), ("cnt", "cant"), ("freindly", "friendly"),
];
/// Letters of the shortest word that is anything else misspelt.
const SHORTEST: usize = 4;
/// Allergens that are short, of which a slip is read where something is refused.
#[rustfmt::skip]
const SHORT: [&str; 15] = [
    "egg", "eggs", "nut", "nuts", "soy", "soya", "milk", "fish", "crab", "crabs", "clam", "clams", "oats", "tofu",
    "miso",
];

/// A word that a slip may have been meant as.
#[derive(Clone, Copy)]
struct Limit {
    word: &'static str,
    letters: u32,
}

impl Limit {
    fn of(word: &'static str) -> Self {
        let letters = letters(word);
        Self { word, letters }
    }

    /// How many letters of `said`, which has these, are wrong; `None` where that is more than `most`.
    fn slips(self, said: &str, letters: u32, most: usize) -> Option<usize> {
        // Each slip takes a letter away, or brings one, or both: most words are told apart by that alone.
        let differ = (self.letters ^ letters).count_ones() as usize;
        if said.len().abs_diff(self.word.len()) > most || differ > 2 * most {
            return None;
        }
        let slips = strsim::osa_distance(said, self.word);
        (slips <= most).then_some(slips)
    }
}

/// The letters of a word, a bit each.
fn letters(word: &str) -> u32 {
    let letters = word.bytes().filter(u8::is_ascii_lowercase);
    letters.fold(0, |all, letter| all | 1 << (letter - b'a'))
}

/// The words that a slip may have been meant as, sorted.
static MEANT: LazyLock<Vec<Limit>> = LazyLock::new(|| {
    let named = allergen::words().filter(|word| word.len() >= SHORTEST && !word.contains('_'));
    let mut words: Vec<&str> = STATING.iter().copied().chain(named).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(Limit::of).collect()
});
static SHORT_LIMITS: LazyLock<[Limit; 15]> = LazyLock::new(|| SHORT.map(Limit::of));

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

/// What a part of a word is a slip of, at either end of which something is refused.
pub(super) fn of_limit(word: &str) -> Option<&'static str> {
    meant(word, &language::is_known).or_else(|| refused(word))
}

/// Whether a word says "free", or is a slip of it.
pub(crate) fn is_of_free(word: &str) -> bool {
    const FREE: [&str; 9] = [
        "free", "fre", "fee", "freee", "frree", "fere", "frre", "rfee", "feee",
    ];
    FREE.contains(&word)
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
    if language::is_english_limit(word) {
        return None;
    }
    let said = letters(word);
    let near = MEANT.iter().filter_map(|meant| {
        let slips = meant.slips(word, said, if meant.word.len() > 7 { 2 } else { 1 })?;
        let meant = meant.word;
        let begins = slips < 2 || word.as_bytes().first() == meant.as_bytes().first();
        // Of a short word two letters change places and no more: "mlik", and no "silk".
        let is_turned = meant.len() > SHORTEST || strsim::levenshtein(word, meant) == 2;
        (begins && (is_turned || slips == 0)).then_some((slips, meant))
    });
    let (slips, meant) = near.min()?;
    (slips > 0 && !is_word(word) && !is_known(word)).then_some(meant)
}

/// The word of an order that refuses something, of which a word is a slip.
pub(crate) fn refusal(word: &str) -> Option<&'static str> {
    const REFUSING: [&str; 8] = [
        "without",
        "allergic",
        "allergy",
        "allergies",
        "dont",
        "cant",
        "have",
        "no",
    ];
    let meant = meant(word, &language::is_known)?;
    REFUSING.into_iter().find(|refusal| *refusal == meant)
}

/// The allergen that a word is a slip of where something is refused: "no eegs".
pub(super) fn refused(word: &str) -> Option<&'static str> {
    if word.len() < SHORT[0].len() || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let said = letters(word);
    let ends = |word: &str| (word.bytes().next(), word.bytes().next_back());
    let short = SHORT_LIMITS.iter().map(|meant| (meant, 1));
    let long = MEANT.iter().map(|meant| (meant, 2));
    let long = long
        .filter(|(meant, _)| matches!(meant.word.len(), 6 | 7) && ends(meant.word) == ends(word));
    let near = short.chain(long);
    let near = near.filter_map(|(meant, most)| Some((meant.slips(word, said, most)?, meant.word)));
    let (slips, meant) = near.min()?;
    let is_known = || is_word(word) || is_near_refused(word) || language::is_known(word);
    (slips > 0 && !is_known()).then_some(meant)
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
    use super::{NEAR_REFUSED, SHORT, WORDS, meant, refused};
    use crate::language;
    use crate::menu::allergen;

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
            ("lobstre", "lobster"),
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
            "mild", "ice", "dish", "legs", "salt", "sky", "rice", "plate",
        ] {
            assert_eq!(refused(word), None, "{word}");
        }
    }

    #[test]
    fn what_is_short_is_an_allergen() {
        for word in SHORT {
            assert!(allergen::words().any(|known| known == word), "{word}");
        }
    }

    #[test]
    fn lists_are_sorted_and_tell_no_allergen() {
        for list in [WORDS, NEAR_REFUSED] {
            let words: Vec<&str> = list.lines().collect();
            assert!(words.is_sorted());
            for word in words {
                let is_named = allergen::words().any(|known| known == word);
                assert!(!is_named && read(word).is_none(), "{word}");
            }
        }
        for word in NEAR_REFUSED.lines() {
            assert_eq!(refused(word), None, "{word}");
        }
    }
}
