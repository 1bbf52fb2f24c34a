//! Other words for a name and for parts of it: a combo is called a meal too, B.L.T. "blt".

use crate::menu::text::words;
use crate::order::stems::{is_amount, stem};

/// What is said for the end of a name, the one for the other.
#[rustfmt::skip]
const ENDINGS: [(&str, &str); 11] = [
    ("combo", "meal"), ("hot chocolate", "hot cocoa"), ("clubhouse", "club"), ("fountain drink", "soda"), ("fountain drink", "soft drink"),
    ("soft drink", "soda"), ("coleslaw", "slaw"), ("cole slaw", "slaw"),
    ("omelette", "omelet"), ("doughnut", "donut"), ("lasagne", "lasagna"),
];

/// What is said for its beginning.
const BEGINNINGS: [(&str, &str); 10] = [
    ("build your own", "byo"),
    ("build your own", "make your own"),
    ("build your own", "create your own"),
    ("create your own", "build your own"),
    ("create your own", "make your own"),
    ("make your own", "build your own"),
    ("coca-cola", "coke"),
    ("coca cola", "coke"),
    ("coke zero", "coca cola zero"),
    ("dr pepper", "dr pep"),
];

/// Other words for parts of a name: a combo is called a meal too, Coca-Cola a coke, B.L.T. "blt", PB&J
/// "p b and j", iced tea "ice tea".
pub(in crate::order) fn otherwise_called(name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    let swapped = |from: &str, to: &str| {
        let rest = lower.strip_suffix(from)?;
        (rest.is_empty() || rest.ends_with(' ')).then(|| format!("{rest}{to}"))
    };
    let both = ENDINGS
        .iter()
        .flat_map(|&(one, other)| [(one, other), (other, one)]);
    let mut found: Vec<String> = both.filter_map(|(from, to)| swapped(from, to)).collect();
    let begins = BEGINNINGS.iter().filter_map(|(one, other)| {
        let rest = lower.strip_prefix(one)?;
        Some(format!("{other}{rest}"))
    });
    found.extend(begins);
    // "Lil' Bubba Hamburger" is a burger; a Hamburger by itself is one of several.
    let burger = lower
        .strip_suffix(" hamburger")
        .map(|rest| format!("{rest} burger"));
    found.extend(burger);
    // A pizza is called a pie, and a pie no pizza.
    let pie = lower
        .strip_suffix("pizza")
        .filter(|rest| rest.is_empty() || rest.ends_with(' '));
    found.extend(pie.map(|rest| format!("{rest}pie")));
    found.extend(initials_otherwise(name));
    found.extend(initials_of_list(&lower));
    found.extend(undone(&lower));
    found.extend(brand(name));
    found.extend(bottle(&lower));
    found
}

/// "2 liter" of 2 Liter Soda.
fn bottle(name: &str) -> Option<String> {
    let (amount, what) = name.rsplit_once(' ')?;
    let (number, unit) = amount.split_once(' ')?;
    let is_amount = number.parse::<u32>().is_ok() && is_amount(&stem(unit));
    let is_drink = matches!(
        what,
        "soda" | "pop" | "drink" | "bottle" | "pitcher" | "jug"
    );
    (is_amount && is_drink).then(|| amount.to_owned())
}

/// "Hi-C" of Hi-C Fruit Punch, "7-Up".
fn brand(name: &str) -> Option<String> {
    // "M&M's" is said as it is written, and without the mark of the plural.
    if let Some((one, other)) = name.split_once('&')
        && one.len() == 1
        && let Some(other) = other.strip_suffix("'s").filter(|other| other.len() == 1)
    {
        return Some(format!("{one} and {other}"));
    }
    let (first, _) = name.split_once(' ')?;
    let (before, after) = first.split_once('-')?;
    let is_short =
        |part: &str| (1..=2).contains(&part.len()) && part.chars().all(char::is_alphanumeric);
    (is_short(before) && is_short(after)).then(|| format!("{before} {after}"))
}

/// "BEC" of Bacon, Egg & Cheese.
fn initials_of_list(name: &str) -> Option<String> {
    let is_list = name.contains(',') || name.contains('&') || name.contains(" and ");
    let parts = words(name).into_iter().map(|word| word.text);
    let parts: Vec<String> = parts.filter(|part| part != "and").collect();
    let letters = parts.iter().filter_map(|part| part.chars().next());
    (is_list && parts.len() == 3).then(|| letters.collect())
}

/// Letters that stand for words, together and one by one.
fn initials_otherwise(name: &str) -> Vec<String> {
    let spoken = name.replace('&', " & ");
    let is_letters =
        |word: &str| (1..=4).contains(&word.len()) && word.chars().all(|c| c.is_ascii_uppercase());
    let parts: Vec<&str> = spoken
        .split([' ', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    let letters = parts
        .iter()
        .filter(|part| is_letters(part))
        .map(|part| part.len());
    if letters.sum::<usize>() < 2 || parts.iter().any(|part| part.chars().any(char::is_numeric)) {
        return Vec::new();
    }
    let (mut apart, mut joined) = (String::new(), String::new());
    let mut was_letters = false;
    for part in &parts {
        let (spelt, run_on) = match *part {
            "&" => ("and".to_owned(), was_letters),
            part if is_letters(part) => {
                let spelt: Vec<String> = part.chars().map(String::from).collect();
                (spelt.join(" "), was_letters)
            }
            part => (part.to_owned(), false),
        };
        apart.push(' ');
        apart.push_str(&spelt);
        if !run_on {
            joined.push(' ');
        }
        if *part != "&" {
            joined.push_str(part);
        }
        was_letters = is_letters(part) || (*part == "&" && was_letters);
    }
    [apart, joined]
        .map(|said| said.trim().to_lowercase())
        .into()
}

/// "Mash potatoes", "ice tea": what was done to it without its ending.
fn undone(name: &str) -> Option<String> {
    if let Some((before, after)) = name.split_once(" iced ") {
        return Some(format!("{before} ice {after}"));
    }
    let (first, rest) = name.split_once(' ')?;
    let deed = first.strip_suffix("ed").filter(|deed| deed.len() > 1)?;
    let is_silent = matches!(
        first,
        "iced" | "baked" | "sliced" | "diced" | "braised" | "smoked"
    );
    let deed = match deed.as_bytes() {
        _ if is_silent => format!("{deed}e"),
        [.., one, other] if one == other && *one != b'l' && *one != b's' => {
            deed.get(..deed.len() - 1)?.to_owned()
        }
        _ => deed.to_owned(),
    };
    Some(format!("{deed} {rest}"))
}
