//! What a word on a menu states of the fourteen allergens.
//!
//! Invariant: safety first. A narrow or vague word is read widely where it warns ("oats" warns
//! of gluten, "shellfish" of crustaceans and molluscs) and narrowly where it reassures: free of
//! oats says nothing of gluten, free of lactose nothing of milk. Never guesses at a word that
//! it does not know.

use olympus_proto::Allergen::{
    self, Celery, Crustaceans, Eggs, Fish, Gluten, Lupin, Milk, Molluscs, Mustard, Nuts, Peanuts,
    Sesame, Soybeans, Sulphites,
};

/// What is said with the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is or may be in the dish, or a guest must avoid it.
    Warns,
    /// The dish is free of it.
    Reassures,
}

/// A word, what it warns of, and what its absence proves.
struct Entry {
    words: &'static [&'static str],
    warns: &'static [Allergen],
    reassures: &'static [Allergen],
}

const fn whole(words: &'static [&'static str], all: &'static [Allergen]) -> Entry {
    Entry {
        words,
        warns: all,
        reassures: all,
    }
}

/// A part of an allergen: its presence warns, its absence proves nothing of the rest.
const fn part(words: &'static [&'static str], warns: &'static [Allergen]) -> Entry {
    Entry {
        words,
        warns,
        reassures: &[],
    }
}

#[rustfmt::skip]
static WORDS: &[Entry] = &[
    whole(&["gluten", "gluten_cereal", "cereals_containing_gluten"], &[Gluten]),
    part(&["wheat", "rye", "barley", "oat", "oats", "spelt", "kamut", "durum", "semolina",
           "bulgur", "couscous", "seitan", "malt", "triticale", "farro"], &[Gluten]),
    whole(&["crustacean", "crustaceans", "crustacea", "crustacean_shellfish"], &[Crustaceans]),
    part(&["shrimp", "shrimps", "prawn", "prawns", "crab", "crabs", "lobster", "lobsters",
           "crayfish", "langoustine",
           "krill"], &[Crustaceans]),
    whole(&["mollusc", "molluscs", "mollusk", "mollusks", "molluscan_shellfish"], &[Molluscs]),
    part(&["mussel", "mussels", "oyster", "oysters", "clam", "clams", "scallop", "scallops",
           "squid", "calamari", "octopus", "cuttlefish", "snail", "snails", "abalone"],
         &[Molluscs]),
    // In US law the word means crustaceans only; in speech it means both.
    Entry { words: &["shellfish"], warns: &[Crustaceans, Molluscs], reassures: &[Crustaceans] },
    part(&["seafood"], &[Fish, Crustaceans, Molluscs]),
    whole(&["fish"], &[Fish]),
    part(&["anchovy", "anchovies", "salmon", "tuna", "cod", "bonito", "sardine", "sardines", "mackerel", "trout",
           "haddock", "halibut", "herring", "tilapia", "fish_sauce"], &[Fish]),
    whole(&["egg", "eggs"], &[Eggs]),
    part(&["egg_white", "egg_yolk", "albumen", "mayonnaise"], &[Eggs]),
    whole(&["peanut", "peanuts", "groundnut", "groundnuts"], &[Peanuts]),
    whole(&["soy", "soya", "soybean", "soybeans", "soyabean", "soyabeans"], &[Soybeans]),
    part(&["tofu", "edamame", "miso", "tempeh", "soy_sauce", "soy_lecithin"], &[Soybeans]),
    whole(&["milk", "dairy", "cow_milk", "cows_milk", "milk_products"], &[Milk]),
    part(&["lactose", "casein", "whey", "butter", "cheese", "cream", "yogurt", "yogurts",
           "yoghurt", "yoghurts", "ghee"],
         &[Milk]),
    whole(&["nut", "nuts", "tree_nut", "tree_nuts", "treenut", "treenuts"], &[Nuts]),
    part(&["almond", "almonds", "hazelnut", "hazelnuts", "walnut", "walnuts", "cashew", "cashews",
           "pecan", "pecans", "pistachio", "pistachios", "macadamia", "brazil_nut", "brazil_nuts",
           "pine_nut", "pine_nuts"], &[Nuts]),
    whole(&["celery"], &[Celery]),
    part(&["celeriac"], &[Celery]),
    whole(&["mustard"], &[Mustard]),
    part(&["mustard_seed", "mustard_seeds"], &[Mustard]),
    whole(&["sesame", "sesame_seed", "sesame_seeds"], &[Sesame]),
    part(&["tahini"], &[Sesame]),
    whole(&["sulphite", "sulphites", "sulfite", "sulfites", "sulphur_dioxide", "sulfur_dioxide",
            "so2"], &[Sulphites]),
    whole(&["lupin", "lupine", "lupins"], &[Lupin]),
    part(&["lupini"], &[Lupin]),
];

/// Every word, parts of a name joined by `_`.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().flat_map(|entry| entry.words.iter().copied())
}

/// The allergens that `name` speaks of under `claim`; letter case, spaces and hyphens do not
/// matter. Empty where the word is known but proves nothing under that claim ("free of
/// lactose"); `None` where it is not known.
#[must_use]
pub fn named(name: &str, claim: Claim) -> Option<&'static [Allergen]> {
    let key = key(name);
    let entry = WORDS
        .iter()
        .find(|entry| entry.words.contains(&key.as_str()))?;
    Some(match claim {
        Claim::Warns => entry.warns,
        Claim::Reassures => entry.reassures,
    })
}

/// How names of allergens, diets and marks are compared: lower case, words joined by `_`.
#[must_use]
pub fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in name.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '‑' | '–')) {
        if word.is_empty() {
            continue;
        }
        if !key.is_empty() {
            key.push('_');
        }
        key.extend(
            word.chars()
                .filter(|c| !matches!(c, '\'' | '’'))
                .flat_map(char::to_lowercase),
        );
    }
    key
}

#[cfg(test)]
mod tests {
    use super::{Claim, WORDS, key, named};
    use olympus_proto::Allergen::{self, Crustaceans, Fish, Gluten, Milk, Molluscs, Nuts, Sesame};

    #[test]
    fn warnings_read_widely_and_reassurances_narrowly() {
        for (name, warns, reassures) in [
            ("gluten", &[Gluten][..], &[Gluten][..]),
            ("Wheat", &[Gluten], &[]),
            ("oats", &[Gluten], &[]),
            ("dairy", &[Milk], &[Milk]),
            ("lactose", &[Milk], &[]),
            ("shellfish", &[Crustaceans, Molluscs], &[Crustaceans]),
            ("seafood", &[Fish, Crustaceans, Molluscs], &[]),
            ("Tree-Nuts", &[Nuts], &[Nuts]),
            ("almonds", &[Nuts], &[]),
            ("sesame seeds", &[Sesame], &[Sesame]),
        ] {
            assert_eq!(named(name, Claim::Warns), Some(warns), "{name}");
            assert_eq!(named(name, Claim::Reassures), Some(reassures), "{name}");
        }
        assert_eq!(named("alcohol", Claim::Warns), None);
        assert_eq!(named("", Claim::Reassures), None);
    }

    #[test]
    fn every_wire_name_stands_for_itself_both_ways() {
        for allergen in Allergen::ALL {
            for claim in [Claim::Warns, Claim::Reassures] {
                assert_eq!(named(allergen.as_str(), claim), Some(&[allergen][..]));
            }
        }
    }

    #[test]
    fn no_word_is_listed_twice_and_none_reassures_of_more_than_it_warns() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in WORDS {
            assert!(entry.reassures.iter().all(|a| entry.warns.contains(a)));
            for word in entry.words {
                assert_eq!(*word, key(word), "stored as it is looked up");
                assert!(seen.insert(word), "{word} is listed twice");
            }
        }
    }
}
