//! Limits stated in five languages, on sentences that nobody who wrote the tables has read:
//! `eval/data/limits_languages.jsonl`. `-- --nocapture` prints the figures, and with
//! `SHOW=language` what was read wrongly in a language.

use olympus_core::language::{Language, in_english};
use olympus_core::menu::attributes::{Manner, parse};
use olympus_core::menu::text::words;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Row {
    language: String,
    text: String,
    exclude_allergens: BTreeSet<String>,
    diets: BTreeSet<String>,
    price_max_cents: Option<i64>,
    price_min_cents: Option<i64>,
}

#[derive(Default)]
struct Figures {
    rows: usize,
    exact: usize,
    /// Allergens stated, and those of them that no limit came of.
    stated: usize,
    missed: usize,
    /// Sentences with a limit on an allergen or a diet that nobody stated.
    invented: usize,
}

impl Figures {
    fn add(&mut self, row: &Row) -> bool {
        let read = parse(&row.text, Manner::Search, &[]).filters();
        let allergens: BTreeSet<String> = read.exclude_allergens.into_iter().collect();
        let diets: BTreeSet<String> = read.diets.into_iter().collect();
        let prices = (read.price_min_cents, read.price_max_cents);
        let exact = allergens == row.exclude_allergens
            && diets == row.diets
            && prices == (row.price_min_cents, row.price_max_cents);
        self.rows += 1;
        self.exact += usize::from(exact);
        self.stated += row.exclude_allergens.len();
        self.missed += row.exclude_allergens.difference(&allergens).count();
        let invented = !allergens.is_subset(&row.exclude_allergens) || !diets.is_subset(&row.diets);
        self.invented += usize::from(invented);
        exact
    }
}

fn english(text: &str) -> String {
    let said = words(text);
    let said = match Language::of(text, &said) {
        Some(language) => in_english(text, said, language, |_| false, |_| false),
        None => said,
    };
    let said: Vec<String> = said.into_iter().map(|word| word.text).collect();
    said.join(" ")
}

#[test]
fn an_allergy_is_a_limit_in_every_language_that_has_a_table() {
    let path = std::env::var("LIMITS").unwrap_or_else(|_| {
        concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../eval/data/limits_languages.jsonl"
        )
        .to_owned()
    });
    let text = std::fs::read_to_string(path).expect("the set is in the repository");
    let show = std::env::var("SHOW").unwrap_or_default();
    let mut of: BTreeMap<String, Figures> = BTreeMap::new();
    for line in text.lines() {
        let row: Row = serde_json::from_str(line).expect("a row");
        let exact = of.entry(row.language.clone()).or_default().add(&row);
        if !exact && show == row.language {
            println!("{}\n  as {}", row.text, english(&row.text));
            let read = parse(&row.text, Manner::Search, &[]).filters();
            println!("  → {:?} {:?}", read.exclude_allergens, read.diets);
            println!("    {:?} {:?} meant", row.exclude_allergens, row.diets);
        }
    }
    println!("language     rows  exact  allergens stated  missed  sentences with one invented");
    for (language, f) in &of {
        println!(
            "{language:<11} {:>5} {:>6} {:>17} {:>7} {:>28}",
            f.rows, f.exact, f.stated, f.missed, f.invented
        );
    }
    let sum = |figure: fn(&Figures) -> usize| of.values().map(figure).sum::<usize>();
    assert_eq!(sum(|f| f.rows), 220);
    assert!(
        sum(|f| f.missed) * 20 <= sum(|f| f.stated),
        "more than one in twenty missed"
    );
    assert!(
        sum(|f| f.invented) * 20 <= sum(|f| f.rows),
        "more than one in twenty invented"
    );
    assert!(
        sum(|f| f.exact) * 10 >= sum(|f| f.rows) * 9,
        "fewer than nine in ten exact"
    );
}

#[test]
fn english_is_not_taken_for_another_language() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../eval/data/intent_own.jsonl"
    );
    let path = std::env::var("ENGLISH").unwrap_or_else(|_| path.to_owned());
    let text = std::fs::read_to_string(path).expect("the set is in the repository");
    let (mut rows, mut taken) = (0, 0);
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        let said = row["text"]
            .as_str()
            .or(row["query"].as_str())
            .expect("a text");
        rows += 1;
        if let Some(language) = Language::of(said, &words(said)) {
            println!("{language:?}: {said}");
            taken += 1;
        }
    }
    println!("{taken} of {rows} English sentences taken for another language");
    assert!(taken * 100 <= rows, "more than one in a hundred");
}

#[test]
fn sentences_are_told_by_their_language() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../eval/data/intent_languages.jsonl"
    );
    let text = std::fs::read_to_string(path).expect("the set is in the repository");
    let (mut rows, mut right, mut none) = (0, 0, 0);
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        let said = row["text"].as_str().expect("a text");
        let meant = row["source"]
            .as_str()
            .and_then(|source| source.strip_prefix("own_"));
        let read = Language::of(said, &words(said));
        rows += 1;
        none += usize::from(read.is_none());
        let named = read.map(|language| format!("{language:?}").to_lowercase());
        right += usize::from(named.as_deref() == meant);
    }
    println!("{right} of {rows} told rightly, {none} not at all");
    assert!(right * 10 >= rows * 9, "fewer than nine in ten");
}
