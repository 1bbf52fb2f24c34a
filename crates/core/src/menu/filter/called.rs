//! What an item says of itself by its tags, its name and its heading.

use crate::menu::allergen::{self, Claim};
use crate::menu::text;
use olympus_proto::{Allergen, AllergenStatement, MenuItem};

/// Diets whose dishes keep another diet too.
const STRICTER: &[(&str, &[&str])] = &[
    ("vegetarian", &["vegan"]),
    ("pescatarian", &["vegan", "vegetarian"]),
];

/// Whether the item states that it is free of the allergen, or is tagged or called so with nothing
/// in its statements against it.
pub(super) fn is_said_free(item: &MenuItem, allergen: Allergen) -> bool {
    let tagged = || {
        item.tags.iter().any(|tag| {
            let tag = allergen::key(tag);
            let name = tag.strip_suffix("_free");
            name.and_then(|name| allergen::named(name, Claim::Reassures))
                .is_some_and(|absent| absent.contains(&allergen))
        })
    };
    match item.allergens.statement(allergen) {
        AllergenStatement::FreeOf => true,
        AllergenStatement::Unknown => tagged() || is_called_free(item, allergen),
        AllergenStatement::Contains | AllergenStatement::MayContain => false,
    }
}

/// Whether the name or the heading says that the whole dish is free of the allergen: "Gluten Free
/// Waffle", "Margherita (gluten & dairy free)", and not "Burger on a Gluten Free Bun".
fn is_called_free(item: &MenuItem, allergen: Allergen) -> bool {
    let calls = |text: &str| {
        // Most names have no "f", which is cheap to see.
        text.contains(['f', 'F'])
            && !words_of(text).iter().any(is_choice)
            && text
                .split_inclusive(['(', ')', '[', ']'])
                .any(|part| says_free(part, part.ends_with([')', ']']), allergen))
    };
    calls(&item.name) || item.category.as_deref().is_some_and(calls)
}

/// Whether one part of a name begins or ends with the claim, and the rest is a dish without a
/// choice, an addition or a doubt; in brackets nothing stands beside it. A claim is of the word before
/// "free" alone: peanut gluten free cookies have peanuts.
fn says_free(part: &str, is_aside: bool, allergen: Allergen) -> bool {
    let words = text::words(part);
    let said = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let is_absent = |at: usize| {
        allergen::named(said(at), Claim::Reassures).is_some_and(|absent| absent.contains(&allergen))
    };
    let is_claim = |at: usize| {
        matches!(said(at), "and" | "free") || allergen::named(said(at), Claim::Reassures).is_some()
    };
    let count = words.len();
    if is_aside {
        return said(count.wrapping_sub(1)) == "free"
            && (0..count).all(is_claim)
            && (0..count).any(is_absent);
    }
    let is_said = |at: usize| is_absent(at) && said(at + 1) == "free";
    // "Gluten free, dairy free brownie"
    let mut lead = 0;
    while is_claim(lead) && said(lead + 1) == "free" {
        lead += if said(lead + 2) == "and" { 3 } else { 2 };
    }
    let tail = (0..count).rev().take_while(|at| is_claim(*at)).count();
    let leads = lead > 0 && (0..lead).any(is_said) && is_dish(part, lead.min(count), count, &words);
    let ends = said(count.wrapping_sub(1)) == "free"
        && (count - tail..count).any(is_said)
        && is_dish(part, 0, count - tail, &words);
    leads || ends
}

/// Whether the words `from..to` beside a claim are one dish, or none.
fn is_dish(part: &str, from: usize, to: usize, words: &[text::Word]) -> bool {
    let beside = words.get(from..to).unwrap_or_default();
    let (Some(first), Some(last)) = (beside.first(), beside.last()) else {
        return !part.contains(DOUBT);
    };
    let is_part = |word: &text::Word| beside.len() > 1 && PARTS.contains(&word.text.as_str());
    let ends = if from == 0 { last } else { first };
    let between = part.get(first.start..last.end).unwrap_or_default();
    let is_denied = from == 0
        && matches!(
            last.text.as_str(),
            "non" | "not" | "no" | "without" | "never" | "almost"
        );
    !is_part(ends)
        && !is_denied
        && !part.contains(DOUBT)
        && !between.contains(['&', ',', ';'])
        && !beside
            .iter()
            .any(|word| ADDED.contains(&word.text.as_str()))
}

/// What makes a claim a question, a choice or an extra.
const DOUBT: [char; 4] = ['/', '+', '?', '$'];

/// Whether a word leaves open which dish a name speaks of; "and" joins claims.
fn is_choice(word: &String) -> bool {
    word != "and" && CHOICE.contains(&word.as_str())
}

/// Parts of a dish: what is said of them is not said of the whole.
const PARTS: &[&str] = &[
    "bun", "bread", "crust", "base", "wrap", "tortilla", "roll", "toast", "dough", "pita", "bagel",
    "noodles", "pasta", "batter",
];

/// Words that join something to a dish.
const ADDED: &[&str] = &[
    "and", "with", "w", "on", "in", "plus", "add", "friendly", "for",
];

/// Whether a tag states the diet, or a stricter one.
pub(super) fn is_tagged(item: &MenuItem, diet: &str) -> bool {
    item.tags.iter().any(|tag| {
        let tag = allergen::key(tag);
        tag == diet || stricter(diet).contains(&tag.as_str())
    })
}

fn stricter(diet: &str) -> &'static [&'static str] {
    let known = STRICTER.iter().find(|(name, _)| *name == diet);
    known.map_or(&[][..], |(_, stricter)| stricter)
}

/// Whether the name or the heading calls the item so, or by a stricter diet.
pub(super) fn is_called(item: &MenuItem, diet: &str) -> bool {
    is_called_just(item, diet) || stricter(diet).iter().any(|diet| is_called_just(item, diet))
}

/// Whether the name or the heading calls the item so, without a choice or a doubt: "Vegan
/// Caesar", and not "Vegan or Chicken Caesar", "Non Vegetarian", "Vegan & Vegetarian".
fn is_called_just(item: &MenuItem, diet: &str) -> bool {
    let wanted: Vec<&str> = diet.split('_').collect();
    let calls = |text: &str| {
        if !may_say(text, diet) {
            return false;
        }
        let words = words_of(text);
        let chosen = words.iter().any(|word| CHOICE.contains(&word.as_str()))
            || text.contains(['&', '/', '+', ',', '?']);
        let said = || {
            (0..words.len()).any(|at| {
                let denied = at
                    .checked_sub(1)
                    .and_then(|before| words.get(before))
                    .is_some_and(|word| matches!(word.as_str(), "non" | "not" | "no" | "without"));
                let here = words.get(at..).unwrap_or_default();
                let called =
                    here.len() >= wanted.len() && here.iter().zip(&wanted).all(|(l, r)| l == r);
                let short = || {
                    let first = here.first().map(String::as_str);
                    diet == "vegetarian"
                        && matches!(first, Some("veggie" | "veg"))
                        && !has_meat(item)
                };
                !denied && (called || short())
            })
        };
        !chosen && said()
    };
    calls(&item.name) || item.category.as_deref().is_some_and(calls)
}

/// Whether a text can hold the diet's name or a short form of it. Nearly all do not, which is cheap
/// to see where their letters are plain.
fn may_say(text: &str, diet: &str) -> bool {
    // "Veg" is the shortest of them.
    let opening = diet.as_bytes().get(..3).unwrap_or(diet.as_bytes());
    let mut parts = text.as_bytes().windows(opening.len().max(1));
    !text.is_ascii() || parts.any(|part| part.eq_ignore_ascii_case(opening))
}

fn words_of(text: &str) -> Vec<String> {
    text::words(text)
        .into_iter()
        .map(|word| word.text)
        .collect()
}

/// Whether the name or the description speaks of meat or fish: then "veggie" means vegetables.
fn has_meat(item: &MenuItem) -> bool {
    let texts = std::iter::once(&item.name).chain(&item.description);
    texts
        .into_iter()
        .flat_map(|text| words_of(text))
        .any(|word| {
            let one = word.strip_suffix('s').unwrap_or(&word);
            MEAT.contains(&one)
        })
}

/// Words that make a name no statement.
const CHOICE: &[&str] = &[
    "or",
    "and",
    "option",
    "options",
    "optional",
    "available",
    "can",
    "style",
    "request",
    "ask",
    "made",
    "choice",
];

/// Meat and fish, in the singular.
#[rustfmt::skip]
const MEAT: &[&str] = &[
    "meat", "chicken", "beef", "pork", "lamb", "mutton", "goat", "veal", "duck", "turkey", "ham",
    "bacon", "sausage", "salami", "pepperoni", "prosciutto", "chorizo", "steak", "meatball", "rib",
    "brisket", "fish", "salmon", "tuna", "cod", "anchovy", "anchovie", "shrimp", "prawn", "crab", "lobster",
    "squid", "calamari", "octopu", "mussel", "clam", "oyster", "scallop", "seafood", "gyro", "pastrami",
];
