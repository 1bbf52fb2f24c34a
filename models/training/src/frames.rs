//! Frames: what customers say again and again, with slots where dishes, numbers and the like stand.
//!
//! `data/frames/<language>/<label>.txt`, one utterance a line. Each is learnt several times, filled anew from a seed of its own text,
//! so that "cancel the … and give me …" is heard whatever the dishes are called.

use crate::data::{Example, lines};
use anyhow::Context as _;
use olympus_inference::artifact::sha256_hex;
use rand::seq::IndexedRandom as _;
use rand::{Rng, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use std::path::Path;

/// How often a frame with slots is filled.
const COPIES: usize = 6;
/// Words of the longest dish that is filled in.
const LONGEST_DISH: usize = 5;

/// What fills a slot of this name, two or three of which stand in one frame at most. `|` parts what is the same.
fn fillers<'a>(slot: &str, dishes: &'a [String], english: bool) -> Option<Vec<&'a str>> {
    let several: &[&'static str] = match slot {
        "dish" => return Some(dishes.iter().map(String::as_str).collect()),
        // "two" is a word of English.
        "n" if english => &["1|one", "2|two", "3|three", "4|four", "5", "6"],
        "n" => &["2", "3", "4", "5", "6", "8"],
        "size" => &["small", "medium", "large", "regular", "extra large"],
        "topping" => &[
            "onions",
            "cheese",
            "mayo",
            "tomato",
            "lettuce",
            "mushrooms",
            "bacon",
            "olives",
            "ketchup",
            "jalapenos",
            "garlic",
            "chilli",
            "pickles",
            "pepperoni",
            "sauce",
            "avocado",
            "ice",
            "cream",
        ],
        "time" if english => &[
            "7 pm|19:00",
            "7:30|half past seven",
            "half past six",
            "8",
            "noon",
        ],
        "time" => &["19:00", "7:30", "20:15", "8", "12:00"],
        "name" => &["Khan", "Maria", "Lee", "Smith", "Okafor", "Rossi"],
        "street" => &[
            "12 Park Street",
            "45 Hill Road",
            "the office on Main Street",
        ],
        _ => return None,
    };
    Some(several.to_vec())
}

/// A frame's slots: `dish2` is another `dish`, `m` another `n`.
fn slot(name: &str) -> (&str, usize) {
    match name {
        "m" => ("n", 1),
        _ => match name.split_at_checked(name.len().saturating_sub(1)) {
            Some((kind, "2")) => (kind, 1),
            Some((kind, "3")) => (kind, 2),
            _ => (name, 0),
        },
    }
}

/// Fills every slot of a frame.
fn fill(
    frame: &str,
    dishes: &[String],
    english: bool,
    rng: &mut impl Rng,
) -> anyhow::Result<String> {
    let mut drawn: HashMap<String, Vec<&str>> = HashMap::new();
    let mut out = String::new();
    let mut rest = frame;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').context("a slot is not closed")?;
        let (kind, which) = slot(name);
        if !drawn.contains_key(kind) {
            let of = fillers(kind, dishes, english)
                .with_context(|| format!("there is no slot `{{{name}}}`"))?;
            let chosen: Vec<&str> = of.choose_multiple(rng, 3).copied().collect();
            let same = chosen.iter().map(|one| one.split('|').collect::<Vec<_>>());
            let chosen = same.filter_map(|same| same.choose(rng).copied()).collect();
            drawn.insert(kind.to_owned(), chosen);
        }
        let said = drawn.get(kind).and_then(|chosen| chosen.get(which));
        out.push_str(before);
        out.push_str(said.with_context(|| format!("nothing is left for `{{{name}}}`"))?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Dishes as customers say them: printed names in lowercase that are neither long nor have brackets or numbers.
fn sayable<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let plain = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '&' | ',' | '.');
    names
        .filter(|name| name.chars().all(plain) && name.split_whitespace().count() <= LONGEST_DISH)
        .map(str::to_lowercase)
        .collect()
}

/// Every frame of a folder, filled; registers are `plain`, `spanish_plain` and so on. How a frame is filled depends
/// on no other frame.
///
/// # Errors
/// Where a file cannot be read, is named by no label, or has a slot that there is not.
pub(crate) fn load<'a>(
    root: &Path,
    names: impl Iterator<Item = &'a str>,
) -> anyhow::Result<Vec<Example>> {
    let dishes = sayable(names);
    let mut examples = Vec::new();
    for frame in lines(root)? {
        let english = frame.folder == "english";
        let register = if english {
            "plain".to_owned()
        } else {
            format!("{}_plain", frame.folder)
        };
        let hash = sha256_hex(frame.text.as_bytes());
        let seed = u64::from_str_radix(hash.get(..16).unwrap_or_default(), 16)?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let copies = if frame.text.contains('{') { COPIES } else { 1 };
        for _ in 0..copies {
            examples.push(Example {
                text: fill(&frame.text, &dishes, english, &mut rng)
                    .with_context(|| frame.at.clone())?,
                label: frame.label,
                register: register.clone(),
            });
        }
    }
    Ok(examples)
}

#[cfg(test)]
mod tests {
    use super::{COPIES, fill, load, sayable};
    use crate::data::label_of;
    use olympus_proto::Intent;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;
    use std::path::Path;

    fn dishes() -> Vec<String> {
        ["pho", "iced tea", "ramen"].map(str::to_owned).to_vec()
    }

    fn filled(frame: &str, english: bool) -> anyhow::Result<String> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        fill(frame, &dishes(), english, &mut rng)
    }

    #[test]
    fn slots_of_one_kind_are_filled_differently_and_all_of_them() {
        let text = filled("make it {n} {dish} not {m} {dish2}, no {dish}", true).expect("fills");
        let words: Vec<&str> = text.split(' ').collect();
        let mut dishes = dishes();
        dishes.retain(|dish| text.contains(dish.as_str()));
        assert_eq!(dishes.len(), 2, "{text}");
        assert_ne!(
            words[2],
            text.rsplit(" not ")
                .next()
                .and_then(|rest| rest.split(' ').next())
                .unwrap_or_default()
        );
        assert!(!text.contains(['{', '}']), "{text}");
        assert_eq!(
            filled("all of it", true).expect("nothing to fill"),
            "all of it"
        );
        let digits = filled("{n} o {m}", false).expect("fills");
        assert!(
            digits
                .chars()
                .all(|c| c.is_ascii_digit() || " o".contains(c)),
            "{digits}"
        );
    }

    #[test]
    fn two_numbers_or_times_are_never_the_same_one() {
        let same = [["1", "one"], ["2", "two"], ["3", "three"], ["4", "four"]];
        for seed in 0..200 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let text = fill("{n} {m}", &dishes(), true, &mut rng).expect("fills");
            let (one, other) = text.split_once(' ').expect("two");
            assert_ne!(one, other);
            let both = |words: &[&str; 2]| words.contains(&one) && words.contains(&other);
            assert!(!same.iter().any(both), "{text}");
            let times = fill("{time} or {time2}", &dishes(), true, &mut rng).expect("fills");
            let (one, other) = times.split_once(" or ").expect("two");
            let seven = |time: &str| matches!(time, "7 pm" | "19:00");
            let half = |time: &str| matches!(time, "7:30" | "half past seven");
            assert!(one != other && !(seven(one) && seven(other)), "{times}");
            assert!(!(half(one) && half(other)), "{times}");
            let time = fill("{time}", &dishes(), false, &mut rng).expect("fills");
            assert!(
                time.chars().all(|c| c.is_ascii_digit() || c == ':'),
                "{time}"
            );
        }
    }

    #[test]
    fn one_more_frame_changes_no_other() {
        let filled = |frames: &str| -> Vec<String> {
            let dir = tempfile::tempdir().expect("a folder");
            let of = dir.path().join("english");
            std::fs::create_dir(&of).expect("makes");
            std::fs::write(of.join("order.txt"), frames).expect("writes");
            let dishes = ["Pho", "Iced Tea", "Ramen", "Pad Thai", "Hummus"];
            let filled = load(dir.path(), dishes.into_iter()).expect("good frames");
            filled.into_iter().map(|one| one.text).collect()
        };
        let alone = filled("{n} {dish} for {name} at {time}\n");
        let after = filled("a {dish}\n{n} {dish} for {name} at {time}\n");
        assert_eq!(after[COPIES..], alone);
        assert!(alone.iter().any(|text| *text != alone[0]), "{alone:?}");
    }

    #[test]
    fn slots_that_there_are_not_are_refused_and_named() {
        let unknown = filled("a {drink} please", true).expect_err("no such slot");
        assert!(unknown.to_string().contains("{drink}"), "{unknown}");
        let open = filled("a {dish please", true).expect_err("open");
        assert!(open.to_string().contains("closed"), "{open}");
        let far = filled("{time} {time4}", true).expect_err("no fourth");
        assert!(far.to_string().contains("{time4}"), "{far}");
    }

    #[test]
    fn what_is_in_the_repository_fills_and_repeats() {
        let names = [
            "Pad Thai",
            "Lemonade",
            "Soup (large)",
            "7up",
            "Garden Salad",
        ];
        assert_eq!(
            sayable(names.into_iter()),
            ["pad thai", "lemonade", "garden salad"]
        );
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/frames");
        let read = || load(&root, names.into_iter()).expect("good frames");
        let (one, other) = (read(), read());
        assert!(one.len() > 1_000 * COPIES, "{}", one.len());
        assert!(one.iter().zip(&other).all(|(a, b)| a.text == b.text));
        for intent in Intent::ALL {
            let of = one
                .iter()
                .filter(|example| example.label == label_of(intent));
            assert!(of.count() > 200, "{intent}");
        }
        assert!(
            one.iter()
                .any(|example| example.register == "spanish_plain")
        );
    }
}
