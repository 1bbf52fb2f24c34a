//! What a dish is called besides its printed name: without what menus praise it with, by its number,
//! and by some of its words.

mod otherwise;
pub(super) use otherwise::otherwise_called;

use super::phrases::SHORTEST_PART;
use super::speech::{self, Cue, cue, is_cue};
use super::stems::{is_amount, stem};
use crate::menu::text::words;
use olympus_proto::MenuItem;
use std::collections::{HashMap, HashSet};

/// Words that say how a dish is and, by themselves, of no dish that it is meant.
#[rustfmt::skip]
const MANNERS: [&str; 19] = [
    "green", "white", "black", "brown", "blue", "golden", "cold", "iced", "loaded", "stuffed", "mixed", "mini",
    "fresh", "warm", "double", "triple", "bag", "pack", "packet",
];

/// What many dishes are, whether their names say so or not.
pub(super) const ANY_DISH: [&str; 5] = ["sandwich", "burger", "sub", "hoagie", "melt"];
/// What others are where the menu lists them so.
pub(super) const LISTED_AS: [&str; 8] = [
    "pizza", "salad", "wrap", "bowl", "soup", "taco", "burrito", "curry",
];

/// Whether a word of a name says something else in an order. A sub is also a sandwich.
pub(super) fn is_grammar(stem: &str) -> bool {
    speech::knows(stem) && stem != "sub"
}

/// Words that several dishes' names end with: "pizza".
pub(super) fn kinds(items: &[MenuItem]) -> HashSet<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for item in items {
        let name = item.name.split('(').next().unwrap_or_default();
        if let [_, .., last] = words(name).as_slice() {
            *counts.entry(stem(&last.text)).or_default() += 1;
        }
    }
    counts.retain(|word, count| *count > 1 || super::speech::knows(word));
    counts.into_keys().collect()
}

/// What menus put before a dish's name.
#[rustfmt::skip]
const PRAISE: [&str; 44] = [
    "the", "our", "my", "famous", "world", "signature", "classic", "original", "traditional", "authentic",
    "homemade", "housemade", "house", "made", "home", "hand", "handmade", "crafted", "breaded", "battered", "cut",
    "dipped", "tossed", "squeezed", "fresh", "freshly", "brewed", "baked", "new", "york", "style", "old",
    "fashioned", "southern", "warm", "steamed", "real", "premium", "all", "natural",
    "caffe", "cafe", "ny", "country",
];
/// Whether a word of a name says how a dish is, or only what was done to it: "dipped" is no Hand-Dipped Corn Dog.
pub(super) fn is_manner(word: &str) -> bool {
    MANNERS.contains(&word) || (word.ends_with("ed") && PRAISE.contains(&word))
}

/// What they put after it.
const SERVED: [&str; 6] = ["cup", "slice", "bottle", "glass", "serving", "portion"];

/// A name without what it is praised with, numbered by and served in, step by step, and what it is
/// called besides; the name itself is none of them.
pub(super) fn plain_names(name: &str) -> Vec<String> {
    // "No. 4 Tandoori Thali"
    if let Some(rest) = ["No. ", "No.", "Nr. ", "N\u{b0} "]
        .iter()
        .find_map(|no| name.strip_prefix(no))
        && rest.starts_with(|c: char| c.is_ascii_digit())
    {
        let mut found = plain_names(&format!("#{rest}"));
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let last = words(rest).into_iter().next_back().map(|word| word.text);
        found.extend(last.map(|last| format!("number {number} {last}")));
        return found;
    }
    let bare = without_amount(name.split(['(', '[']).next().unwrap_or(name));
    let bare = after_amount(bare);
    let spoken = bare.replace('&', " and ");
    let all: Vec<String> = words(&spoken).into_iter().map(|word| word.text).collect();
    let number = all
        .first()
        .filter(|first| bare.trim_start().starts_with('#') && first.chars().all(char::is_numeric));
    // "L2 Beef Lunch"
    let code = match all.as_slice() {
        [letter, number, _, ..]
            if letter.chars().count() == 1 && number.chars().all(char::is_numeric) =>
        {
            Some(format!("{letter} {number}"))
        }
        _ => None,
    };
    let from = if code.is_some() {
        2
    } else {
        usize::from(number.is_some())
    };
    let mut found: Vec<String> = Vec::new();
    let mut put = |part: Option<&[String]>| {
        let part = part.unwrap_or_default().join(" ");
        if !part.is_empty() && !found.contains(&part) {
            found.push(part);
        }
    };
    // "Grandma's Famous Tuna Melt"; the Kid's Pho is a small one.
    let first = bare.split_whitespace().nth(from).unwrap_or_default();
    let owner = first
        .trim_end_matches(['s', 'S'])
        .trim_end_matches(['\'', '\u{2019}']);
    let of_child = ["kid", "kids", "child", "children", "lil", "senior"]
        .iter()
        .any(|child| owner.eq_ignore_ascii_case(child));
    let is_owner = !of_child && (first.ends_with("'s") || first.ends_with("\u{2019}s"));
    let owner = usize::from(is_owner && all.len() > from + 1);
    let praised = all.iter().skip(from + owner);
    // Home fries are a dish, home made ones are fries.
    let is_dish = |word: &&String| {
        let next = all.iter().skip_while(|other| other != word).nth(1);
        *word == "home" && !next.is_some_and(|next| matches!(next.as_str(), "made" | "style"))
    };
    let praised = praised
        .take_while(|word| PRAISE.contains(&word.as_str()) && !is_dish(word))
        .count();
    let praised = praised + owner;
    let is_served = |last: &String| SERVED.contains(&last.as_str());
    let to = match all.last().filter(|last| is_served(last)) {
        Some(_) if all.len() > from + praised + 1 => all.len() - 1,
        _ => all.len(),
    };
    if bare.len() < name.len() || from > 0 {
        put(all.get(from..));
    }
    if praised > 0 {
        put(all.get(from + praised..));
    }
    if to < all.len() {
        put(all.get(from + praised..to));
    }
    if let Some(number) = number {
        found.extend(["number", "combo"].map(|kind| format!("{kind} {number}")));
        found.extend(["combo", "meal"].map(|kind| format!("number {number} {kind}")));
    }
    if let (Some(code), Some(last)) = (code, all.last()) {
        found.extend([format!("{code} {last}"), code]);
    }
    found.extend(numbered_within(name));
    found.extend(numbered_before(name));
    found.extend(by_pieces(&all));
    // "Burrito Ahogado (Wet)" is a wet burrito.
    let also = name
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let also = also.map(|(also, _)| also.trim().to_lowercase());
    if let Some(also) =
        also.filter(|also| also.chars().all(char::is_alphabetic) && !also.is_empty())
    {
        let heads = [all.get(from), all.last()];
        found.extend(
            heads
                .into_iter()
                .flatten()
                .map(|head| format!("{also} {head}")),
        );
    }
    found
}

/// "Meal Deal 1 - Kebab, Chips & Can" is deal one, and number one.
fn numbered_before(name: &str) -> Vec<String> {
    const KINDS: [&str; 9] = [
        "deal", "combo", "meal", "set", "box", "special", "menu", "platter", "bundle",
    ];
    let before = [" - ", " \u{2013} ", " \u{2014} ", ": "]
        .iter()
        .find_map(|dash| Some(name.split_once(dash)?.0));
    // "Meal 2 The Kingston"
    let is_titled = before.is_none();
    let before = before.or_else(|| Some(name.split_once(" The ")?.0));
    let Some((kind, number)) = before.and_then(|before| before.rsplit_once(' ')) else {
        return Vec::new();
    };
    let number = number.trim_start_matches('#');
    let kind = kind.to_lowercase();
    let last = kind.rsplit(' ').next().unwrap_or_default();
    if number.parse::<u8>().is_err() || !KINDS.contains(&last) {
        return Vec::new();
    }
    let mut kinds = vec![kind.as_str()];
    kinds.extend((last != kind).then_some(last));
    let mut found = vec![format!("number {number}")];
    for kind in kinds {
        // "Bento box 5 cokes"
        let is_clear = kind.contains(' ') || kind == "deal" || is_titled;
        found.extend(is_clear.then(|| format!("{kind} {number}")));
        found.extend([
            format!("{kind} number {number}"),
            format!("number {number} {kind}"),
        ]);
    }
    found
}

/// "Lunch #2 Small Sub, Chips & a Can" is lunch number two, and the small sub; "Deal #1 Family Night" is the family
/// night deal.
fn numbered_within(name: &str) -> Vec<String> {
    let Some((kind, rest)) = name.split_once(" #") else {
        return Vec::new();
    };
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let (number, what) = rest.split_at(digits);
    let (kind, what) = (kind.trim().to_lowercase(), what.trim().to_lowercase());
    if number.is_empty() || kind.is_empty() || kind.contains(' ') {
        return Vec::new();
    }
    let mut found = vec![
        format!("{kind} {number}"),
        format!("{kind} number {number}"),
        format!("{kind} special {number}"),
        format!("{kind} special number {number}"),
        format!("number {number} {kind}"),
        format!("number {number} {kind} special"),
    ];
    let first = what.split(' ').next().unwrap_or_default();
    // "Two lunch specials" are two, whatever the first one is called.
    let is_counted = stem(first).chars().all(char::is_numeric) || is_grammar(&stem(first));
    if !is_counted {
        found.push(format!("{what} {kind}"));
        // A Combo #7 Cheeseburger is no cheeseburger.
        found.extend((!matches!(kind.as_str(), "combo" | "meal")).then(|| what.clone()));
        found.push(format!("number {number} {first} {kind}"));
        found.push(format!("{first} {kind}"));
    }
    found
}

/// "Three piece combo" of Three Piece Chicken Combo.
fn by_pieces(name: &[String]) -> Option<String> {
    let at = name.iter().position(|word| stem(word) == "piece")?;
    let number = name.get(at.checked_sub(1)?)?;
    let last = name.last().filter(|_| name.len() > at + 2)?;
    Some(format!("{number} piece {last}"))
}

/// What is said for the part of a menu that a dish is listed under, where it has a word that begins so;
/// and whether it is said before the dish as well: "lunch sesame chicken", "sesame chicken combo".
#[rustfmt::skip]
const LISTED: [(&str, &[&str], bool); 7] = [
    ("lunch", &["lunch", "lunch special", "lunch combo"], true),
    ("dinner", &["dinner", "dinner combo", "dinner combination", "dinner plate"], true),
    ("combo", &["combo", "combo plate", "combination", "combination plate"], false),
    ("combination", &["combo", "combo plate", "combination", "combination plate"], false),
    ("special", &["special"], false),
    ("breakfast", &["breakfast"], true),
    ("kid", &["kid", "kid meal"], true),
];

/// A dish by its name and by what it is listed under, and by its code and that: "lunch special number
/// four" is L4 of the Lunch Specials.
pub(super) fn listed_names(item: &MenuItem) -> Vec<String> {
    let category = item.category.as_deref().unwrap_or_default();
    let category: Vec<String> = words(category)
        .iter()
        .map(|word| stem(&word.text))
        .collect();
    let listed = LISTED
        .iter()
        .filter(|(word, ..)| category.iter().any(|own| own == word));
    let listed: Vec<_> = listed.collect();
    if listed.is_empty() {
        return Vec::new();
    }
    let printed = item.name.to_lowercase();
    let whole = match plain_name(&item.name) {
        Some(plain) => plain,
        None => printed,
    };
    // "Pepper Steak w. Onions"
    let first = [" with ", " w ", " w. ", " w/"]
        .iter()
        .find_map(|with| whole.split_once(with));
    let first = first.map(|(first, _)| first.to_owned());
    // "Chicken lunch" is not the one with broccoli.
    let first = first.filter(|first| first.contains(' '));
    // "General Tso's lunch" of General Tso's Chicken
    let before_last = whole.rsplit_once(' ').map(|(before, _)| before.to_owned());
    let joins = [" with", " w", " w.", " and", " &"];
    let is_whole = |before: &str| !joins.iter().any(|join| before.ends_with(join));
    let before_last = before_last.filter(|before| before.contains(' ') && is_whole(before));
    let names = std::iter::once(whole.clone())
        .chain(first)
        .chain(before_last);
    let names: Vec<String> = names.collect();
    let mut found = Vec::new();
    for (_, said, is_before) in &listed {
        for (name, said) in names
            .iter()
            .flat_map(|name| said.iter().map(move |said| (name, said)))
        {
            if !name.contains(said) {
                found.push(format!("{name} {said}"));
                found.extend(is_before.then(|| format!("{said} {name}")));
            }
        }
    }
    let code: Vec<String> = words(&item.name)
        .into_iter()
        .map(|word| word.text)
        .collect();
    let number = match code.as_slice() {
        [letter, number, _, ..] if letter.len() == 1 && number.chars().all(char::is_numeric) => {
            Some(number)
        }
        _ => None,
    };
    if let Some(number) = number {
        let said = listed.iter().flat_map(|(_, said, _)| said.iter());
        found.extend(said.flat_map(|said| {
            [
                format!("{said} number {number}"),
                format!("{said} {number}"),
            ]
        }));
    }
    found
}

/// The shortest of them that is no number.
pub(super) fn plain_name(name: &str) -> Option<String> {
    let names = plain_names(name).into_iter();
    let names = names.filter(|name| !name.chars().any(char::is_numeric));
    names.min_by_key(|name| name.split(' ').count())
}

/// A name without how much of it is served: "Still Water 0.5 L", "Ice Cream, 2 Scoops".
fn without_amount(name: &str) -> &str {
    let is_amount = |rest: &str| {
        let rest = words(rest);
        let unit = |word: &str| is_amount(&stem(word)) || matches!(word, "scoops" | "scoop");
        !rest.is_empty() && rest.iter().all(|word| unit(&word.text))
    };
    let at = name.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0);
    match at.and_then(|at| name.split_at_checked(at)) {
        Some((before, rest)) if is_amount(rest) => before.trim_end_matches([' ', ',', '-']),
        _ => name,
    }
}

/// A name without the weight before it: "8 oz Top Sirloin".
fn after_amount(name: &str) -> &str {
    let mut parts = name.splitn(3, ' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(number), Some(unit), Some(rest))
            if number.parse::<u32>().is_ok()
                && is_amount(&stem(unit))
                && stem(unit).parse::<u32>().is_err() =>
        {
            rest
        }
        _ => name,
    }
}

/// Words that stand side by side in a name, not all of them: "hot and sour" of Hot & Sour Soup,
/// "tres leches" of Tres Leches Cake.
pub(super) fn runs_of(name: &str) -> Vec<String> {
    let spoken = name.replace(['&', '+'], " and ");
    let stems: Vec<String> = words(&spoken).iter().map(|word| stem(&word.text)).collect();
    let joins = |stem: &String| {
        let opens = matches!(
            cue(stem),
            None | Some(Cue::Number(_) | Cue::Drop | Cue::Amount(_))
        );
        stem.parse::<u32>().is_ok()
            || (!opens && is_grammar(stem) && !matches!(stem.as_str(), "side" | "drop"))
    };
    let is_content = |stem: &String| stem.chars().count() >= SHORTEST_PART && cue(stem).is_none();
    let lengths = 2..stems.len().min(5);
    let runs = lengths.flat_map(|length| stems.windows(length));
    let said = runs.filter(|run| {
        let ends = [run.first(), run.last()];
        let is_leaf = run.last().is_some_and(|last| last == "leave");
        let is_open = ends
            .into_iter()
            .flatten()
            .any(|end| joins(end) && !(is_leaf && end == "leave"))
            || run.first().is_some_and(|first| first == "leave");
        let is_counted = run
            .iter()
            .all(|stem| is_amount(stem) || cue(stem).is_some());
        // "Egg drop" of Egg Drop Soup, though eggs are short.
        let is_all_but_last = stems.split_last().is_some_and(|(_, first)| first == *run);
        let is_named = is_all_but_last && run.iter().any(|stem| cue(stem).is_none());
        !is_open && !is_counted && (is_named || run.iter().any(is_content))
    });
    // "Biscuits and gravy" of Biscuits & Sausage Gravy.
    let joined = stems.iter().position(|stem| stem == "and").and_then(|at| {
        let (before, after) = stems.split_at_checked(at + 1)?;
        let (last, between) = after.split_last()?;
        let is_plain = before.len() == 2 && !between.is_empty() && !between.iter().any(joins);
        is_plain.then(|| format!("{} {last}", before.join(" ")))
    });
    // "Maple shaken espresso" of Maple Oat Shaken Espresso: without one of the words between.
    // "Box of biscuits" of Box of Buttermilk Biscuits.
    let is_joined = stems.iter().any(|stem| stem != "of" && joins(stem));
    let is_long = (4..6).contains(&stems.len()) && !is_joined;
    let without = (1..stems.len().saturating_sub(1))
        .filter(|_| is_long)
        .map(|gone| {
            let kept = stems.iter().enumerate().filter(|(at, _)| *at != gone);
            kept.map(|(_, stem)| stem.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        });
    let said = said.map(|run| run.join(" ")).chain(joined).chain(without);
    said.filter(|said| !is_cue(said)).collect()
}
