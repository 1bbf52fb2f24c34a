//! What the dishes of the world usually are: "hummus" is a chickpea dip.
//!
//! Menus rarely say what a dish is, and customers often do not know what it is called. Invariant:
//! what is usual helps to find a dish and is shown as usual; it is never the restaurant's word,
//! fulfils no limit of a search, and never says that an allergen is absent.

mod entry;
mod named;
mod names;
mod sound;

pub use entry::{COLUMNS, Entry, Kind};
pub use named::{Named, heard_as, named_in};

use super::text::{self, singular};
use names::Names;
use olympus_proto::{Allergen, Usually};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// One dish a line, written as [`COLUMNS`] say: the files that `build.rs` names, put together.
#[cfg(not(feature = "whole-lexicon"))]
fn text() -> &'static str {
    include_str!(concat!(env!("OUT_DIR"), "/lexicon.tsv"))
}

/// The same with those of `more`, deflated.
#[cfg(feature = "whole-lexicon")]
#[expect(
    clippy::expect_used,
    reason = "the build packed it; without it nothing is known of any dish"
)]
fn text() -> &'static str {
    use std::io::Read as _;
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let packed: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lexicon.deflate"));
        let mut text = String::new();
        flate2::read::DeflateDecoder::new(packed)
            .read_to_string(&mut text)
            .expect("the lexicon in the binary is whole");
        text
    });
    &TEXT
}

struct Lexicon {
    entries: Vec<Entry>,
    by_name: Names,
    /// Names of one word that are no siblings', by how they sound.
    by_sound: FxHashMap<String, Vec<(String, usize)>>,
    longest_words: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut entries: Vec<Entry> = lines().filter_map(Entry::read).collect();
    for (number, entry) in entries.iter_mut().enumerate() {
        entry.number = number;
    }
    let names = entries.iter().map(|entry| entry.names.len()).sum();
    let mut by_name = Vec::with_capacity(names);
    let mut joined = String::new();
    let mut by_sound: FxHashMap<String, Vec<(String, usize)>> = FxHashMap::default();
    let mut longest_words = 0;
    for (number, entry) in (0..).zip(&entries) {
        for (at, name) in entry.names.iter().enumerate() {
            let words = join(name, &mut joined);
            longest_words = longest_words.max(words);
            let is_sibling = at >= entry.of_one_thing;
            if words == 1 && !is_sibling && sound::is_telling(&joined) {
                let heard = by_sound.entry(sound::key(&joined)).or_default();
                heard.push((joined.clone(), entry.number));
            }
            by_name.push(Names::of(&joined, number, is_sibling));
        }
    }
    by_sound.remove("");
    Lexicon {
        entries,
        by_name: Names::new(by_name),
        by_sound,
        longest_words,
    }
});

fn lines() -> impl Iterator<Item = &'static str> {
    text().lines()
}

/// The words of a name, in the singular.
fn key(name: &str) -> Vec<String> {
    text::words(name)
        .into_iter()
        .map(|word| singular(&word.text))
        .collect()
}

/// Leaves the words of a name in the singular in `joined`, written as one, and says how many they are.
fn join(name: &str, joined: &mut String) -> usize {
    joined.clear();
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b' ';
    if !name.bytes().all(is_plain) {
        let words = key(name);
        words.iter().for_each(|word| joined.push_str(word));
        return words.len();
    }
    // Nearly all names: nothing to fold, and a device that starts reads 79,000 of them.
    let mut words = 0;
    for word in name.split(' ').filter(|word| !word.is_empty()) {
        text::push_singular(word, joined);
        words += 1;
    }
    words
}

/// Makes the lexicon ready, which the first menu would otherwise wait for.
pub fn warm() {
    LazyLock::force(&LEXICON);
}

/// Every entry, in the order of the files.
#[must_use]
pub fn entries() -> &'static [Entry] {
    &LEXICON.entries
}

/// The entries of which the words are a name, that of a sibling not; the words are those of
/// [`text::words`], of each what [`singular`] makes of it, and written as one.
pub fn called(joined: &str) -> impl Iterator<Item = &'static Entry> {
    let known = LEXICON.by_name.get(joined).iter();
    let called = known.filter(|of_name| !of_name.is_sibling);
    called.filter_map(|of_name| LEXICON.entries.get(of_name.number as usize))
}

/// Whether the words, written as one, are a name, of a sibling too.
#[must_use]
pub fn is_name(joined: &str) -> bool {
    LEXICON.by_name.has(joined)
}

/// Words of the longest name.
#[must_use]
pub fn longest_name() -> usize {
    LEXICON.longest_words
}

/// What dishes of that name, which speaks of `named`, usually are; `None` where nothing is known of
/// them. Whatever a word of the name warns of is warned of, also where the whole is a dish's name.
#[must_use]
pub fn usually(name: &str, named: &[Named]) -> Option<Usually> {
    let mut told: Vec<&Named> = named.iter().filter(|named| named.is_head).collect();
    if told.is_empty() {
        // "Gai Pad Prik" is said word by word; plain English says itself.
        let is_foreign = |n: &&Named| n.entry.kind == Kind::Word && n.entry.cuisine.is_some();
        told.extend(named.iter().filter(is_foreign));
        if told.len() < 2 {
            return None;
        }
    }
    let said = parts_in(name);
    let all = || {
        named
            .iter()
            .map(|named| named.entry)
            .chain(said.iter().copied())
    };
    let allergens: BTreeSet<Allergen> = all().flat_map(|e| e.allergens.iter().copied()).collect();
    let diet = told.first()?.entry.diet;
    let is_sure = named
        .iter()
        .all(|named| !named.is_sibling && named.entry.diet == diet);
    let glosses: Vec<&str> = told.iter().map(|named| named.entry.gloss).collect();
    Some(Usually {
        gloss: glosses.join("; "),
        cuisine: told
            .iter()
            .find_map(|named| named.entry.cuisine)
            .map(str::to_owned),
        diet: diet
            .filter(|_| {
                is_sure
                    && said
                        .iter()
                        .all(|part| strictness(part.diet) >= strictness(diet))
            })
            .map(str::to_owned),
        possible_allergens: allergens.into_iter().collect(),
        spice: all().filter_map(|entry| entry.spice).max(),
    })
}

/// What dishes are made of that the words of a name say, one by one and together.
fn parts_in(name: &str) -> Vec<&'static Entry> {
    let words = key(name);
    let runs =
        (1..=words.len().min(LEXICON.longest_words)).flat_map(|length| words.windows(length));
    let known = runs.flat_map(|run| LEXICON.by_name.get(&run.concat()));
    let entries = known.filter_map(|of_name| LEXICON.entries.get(of_name.number as usize));
    let says = |entry: &&Entry| match entry.kind {
        Kind::Part => true,
        Kind::Word => entry.cuisine.is_some(),
        Kind::Dish => false,
    };
    entries.filter(says).collect()
}

/// How much a diet leaves out.
fn strictness(diet: Option<&str>) -> u8 {
    match diet {
        Some("vegan") => 3,
        Some("vegetarian") => 2,
        Some("pescatarian") => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Kind, entries, join, key, lines, named_in, usually};
    use olympus_proto::Allergen;
    use std::collections::HashSet;

    fn glosses(name: &str) -> Vec<&'static str> {
        named_in(name).iter().map(|n| n.entry.gloss).collect()
    }

    #[test]
    fn finds_dishes_inside_a_menus_name_whatever_its_accents_and_number() {
        assert!(glosses("House Hummus (large)")[0].contains("chickpea"));
        assert_eq!(glosses("Phở Bò"), glosses("PHO BO"));
        assert!(!glosses("Phở Bò").is_empty());
        assert_eq!(glosses("Two Burritos"), glosses("burrito"));
        assert!(glosses("Number 7 Meal").is_empty());
        assert!(glosses("").is_empty());
    }

    #[test]
    fn a_dish_is_what_its_name_ends_with_in_english_and_begins_with_elsewhere() {
        let heads = |name: &str| -> Vec<&str> {
            let named = named_in(name).into_iter().filter(|named| named.is_head);
            named.map(|named| named.entry.names[0]).collect()
        };
        assert_eq!(heads("Chicken Fajita Burrito"), ["burrito"]);
        assert_eq!(heads("Hummus & Falafel Plate"), ["hummus", "falafel"]);
        assert_eq!(heads("Fish and Chips").len(), 1);
        assert_eq!(heads("Hummus with Falafel"), ["hummus"]);
        assert!(heads("Chili Lime Chicken").is_empty());
        assert!(!heads("Spaghetti Carbonara al Tartufo").is_empty());
        let usually = |name: &str| usually(name, &named_in(name));
        assert!(usually("Chili Lime Chicken").is_none());
        // Words that every guest knows are no news, and all the same lead to the dish.
        let plain = named_in("Grilled Crispy Chicken Breast");
        assert!(plain.len() > 1, "{plain:?}");
        assert!(usually("Grilled Crispy Chicken Breast").is_none());
        assert!(usually("Gai Pad Prik").is_some());
    }

    #[test]
    fn spellings_of_other_alphabets_meet_where_the_kitchen_is_plain() {
        assert_eq!(glosses("Padthai"), glosses("Pad Thai"));
        assert_eq!(glosses("Pad Gra-Tiem"), glosses("Pad Gratiem"));
        assert!(
            glosses("Gai Kraprow")
                .iter()
                .any(|gloss| gloss.contains("basil"))
        );
        assert!(glosses("Kratiyam").is_empty(), "alone it is only a guess");
        assert!(!glosses("Gai Kratiyam").is_empty());
    }

    #[test]
    fn a_plain_name_has_the_key_that_any_has() {
        for name in entries().iter().flat_map(|entry| &entry.names) {
            let (words, mut joined) = (key(name), String::new());
            assert_eq!(join(name, &mut joined), words.len(), "{name}");
            assert_eq!(joined, words.concat());
        }
    }

    #[test]
    fn a_short_word_of_a_language_needs_its_kitchen_beside_it() {
        let short = entries().iter().filter(|e| e.kind == Kind::Word);
        let mut tried = 0;
        for entry in short {
            let name = entry.names[0];
            let alone = named_in(name);
            if name.is_ascii() && name.len() < 4 && !name.contains(' ') && key(name).len() == 1 {
                assert!(alone.iter().all(|n| n.entry.kind != Kind::Word), "{name}");
                tried += 1;
            }
        }
        assert!(tried > 20, "{tried}");
    }

    #[test]
    fn every_line_is_whole_and_no_dish_stands_twice() {
        for line in lines() {
            assert!(Entry::read(line).is_some(), "{line}");
        }
        let mut names = HashSet::new();
        for entry in entries() {
            let head = key(entry.names[0]).join(" ");
            let language = (entry.kind == Kind::Word).then_some(entry.cuisine);
            assert!(names.insert((head, language)), "{} twice", entry.names[0]);
            let animal = [
                Allergen::Fish,
                Allergen::Crustaceans,
                Allergen::Molluscs,
                Allergen::Milk,
                Allergen::Eggs,
            ];
            let vegan = entry.diet == Some("vegan");
            let meatless = matches!(entry.diet, Some("vegan" | "vegetarian"));
            let of_the_sea = [Allergen::Fish, Allergen::Crustaceans, Allergen::Molluscs];
            assert!(
                !(meatless && entry.allergens.iter().any(|a| of_the_sea.contains(a))),
                "{} is called {:?}",
                entry.names[0],
                entry.diet
            );
            assert!(
                !(vegan && entry.allergens.iter().any(|a| animal.contains(a))),
                "{} is called vegan",
                entry.names[0]
            );
        }
        let is_whole = cfg!(feature = "whole-lexicon");
        let least = if is_whole { 12_000 } else { 8_000 };
        assert!(entries().len() >= least, "{}", entries().len());
    }

    #[test]
    fn what_is_usual_joins_the_warnings_of_all_parts_and_only_a_diet_they_share() {
        let usually = |name: &str| usually(name, &named_in(name));
        assert_eq!(usually("Number 7"), None);
        let hummus = usually("Hummus").unwrap();
        assert_eq!(hummus.diet.as_deref(), Some("vegan"));
        assert!(hummus.possible_allergens.contains(&Allergen::Sesame));
        let plate = usually("Hummus & Lamb Chops").unwrap();
        assert_eq!(plate.diet, None);
        // Told of as the vegan fries with the same spice are.
        for (name, allergen) in [
            ("Crab Fries", Allergen::Crustaceans),
            ("Lobster Cobb", Allergen::Crustaceans),
        ] {
            let told = usually(name).unwrap();
            assert_eq!(told.diet, None, "{name}");
            assert!(told.possible_allergens.contains(&allergen), "{name}");
        }
        let lamb = usually("Lamb Samosa").unwrap();
        assert_eq!(lamb.diet, None, "a sibling's diet is not the dish's");
        assert!(plate.possible_allergens.contains(&Allergen::Sesame));
        assert!(plate.gloss.contains("chickpea") && plate.gloss.contains("; "));
    }
}
