//! The project's own test sets are not trained on.

use olympus_eval::attributes::AttributeCase;
use olympus_eval::data::{self, IntentCase, SearchCase};
use olympus_eval::{menu, overlap};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn own(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(file)
}

#[test]
fn no_text_of_the_own_sets_is_in_the_training_text() {
    let training = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/training/data");
    let shared = overlap::find(&[own("")], &[training]).expect("both can be read");
    let shown: Vec<String> = shared
        .iter()
        .map(|one| format!("{} = {}: {}", one.here, one.there, one.text))
        .collect();
    assert!(
        shown.is_empty(),
        "remove these from the training text:\n{}",
        shown.join("\n")
    );
}

#[test]
fn the_own_sets_are_large_enough_and_repeat_nothing() {
    let utterances = data::read::<IntentCase>(&[own("intent_own.jsonl")], None).expect("good data");
    let queries = data::read::<SearchCase>(&[own("search_demo.jsonl")], None).expect("good data");
    assert!(
        utterances.rows.len() >= 600,
        "{} utterances",
        utterances.rows.len()
    );
    assert!(queries.rows.len() >= 200, "{} queries", queries.rows.len());
    let mut seen = BTreeSet::new();
    for row in &utterances.rows {
        assert!(
            seen.insert(overlap::normalise(&row.case.text)),
            "{} again: {}",
            row.place,
            row.case.text
        );
    }
}

#[test]
fn every_own_query_is_about_the_demo_menu() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/device/demo/menu.json");
    let menu = menu::read(&demo).expect("a good menu");
    let queries = data::read::<SearchCase>(&[own("search_demo.jsonl")], None).expect("good data");
    for row in &queries.rows {
        for id in &row.case.relevant {
            assert!(
                menu.names.contains_key(id),
                "{}: {id} is not on the demo menu",
                row.place
            );
        }
    }
}

#[test]
fn queries_by_attribute_are_many_and_repeat_nothing() {
    let data = data::read::<AttributeCase>(&[own("search_attributes.jsonl")], None);
    let data = data.expect("good data");
    assert!(data.rows.len() >= 150, "{} queries", data.rows.len());
    let mut seen = BTreeSet::new();
    for row in &data.rows {
        let again = !seen.insert(overlap::normalise(&row.case.query));
        assert!(!again, "{} again: {}", row.place, row.case.query);
        assert!(["ucla_dining", "indian_food"].contains(&row.case.menu.as_str()));
    }
}
