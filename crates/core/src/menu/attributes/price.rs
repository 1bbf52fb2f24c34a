//! Prices in a query: "under $6", "between 5 and 10 euros", "no more than ten bucks".
//!
//! Invariant: a number is a price only with a word of comparison, and then with a currency or at
//! the end of the phrase. Calories, minutes, grams and ages are no prices.

use super::Meaning;
use super::scan::Scan;

const MOST: &[&[&str]] = &[
    &["under"],
    &["below"],
    &["less", "than"],
    &["cheaper", "than"],
    &["lower", "than"],
    &["at", "most"],
    &["no", "more", "than"],
    &["not", "more", "than"],
    &["not", "over"],
    &["nothing", "over"],
    &["nothing", "above"],
    &["up", "to"],
    &["within"],
    &["max"],
    &["maximum"],
    &["maximum", "of"],
    &["max", "of"],
];
const LEAST: &[&[&str]] = &[
    &["over"],
    &["above"],
    &["more", "than"],
    &["at", "least"],
    &["no", "less", "than"],
    &["not", "under"],
    &["minimum"],
    &["from"],
];

/// An amount, and whether a currency was said with it.
struct Amount {
    cents: i64,
    /// First word after it.
    to: usize,
    /// Bytes of it in the text, signs included.
    start: usize,
    end: usize,
    currency: bool,
}

pub(super) fn read(scan: &mut Scan<'_>) {
    let mut at = 0;
    while at < scan.tokens.len() {
        let to = between(scan, at)
            .or_else(|| compared(scan, at))
            .or_else(|| or_less(scan, at));
        at = to.unwrap_or(at + 1);
    }
}

/// "between 5 and 10 dollars", "from $5 to $10".
fn between(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let joins: &[&str] = match scan.word(at)? {
        "between" => &["and", "to"],
        "from" => &["to"],
        _ => return None,
    };
    let low = amount(scan, at + 1)?;
    let join = scan.word(low.to)?;
    if !joins.contains(&join) {
        return None;
    }
    let high = amount(scan, low.to + 1)?;
    if !(low.currency || high.currency) {
        return None;
    }
    let (min, max) = (low.cents.min(high.cents), low.cents.max(high.cents));
    let label = format!("{} to {}", shown(min), shown(max));
    let meaning = Meaning::Price {
        min: Some(min),
        max: Some(max),
    };
    scan.take(at, high.to, meaning, label);
    scan.widen(low.start, high.end);
    Some(high.to)
}

/// "under 6 dollars", "over $20".
fn compared(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let find = |phrases: &[&[&str]]| {
        let said = phrases.iter().filter(|phrase| scan.is(at, phrase));
        said.map(|phrase| phrase.len()).max()
    };
    let (most, least) = (find(MOST), find(LEAST));
    let upper = most >= least;
    let length = most.max(least)?;
    let found = amount(scan, at + length)?;
    // A bare number is a price where nothing follows that it could count, and nobody's age.
    let bare = upper && scan.ends_at(found.to) && !speaks_of_age(scan, at);
    if !(found.currency || bare) {
        return None;
    }
    let (meaning, label) = if upper {
        let meaning = Meaning::Price {
            min: None,
            max: Some(found.cents),
        };
        (meaning, format!("up to {}", shown(found.cents)))
    } else {
        let meaning = Meaning::Price {
            min: Some(found.cents),
            max: None,
        };
        (meaning, format!("from {}", shown(found.cents)))
    };
    scan.take(at, found.to, meaning, label);
    scan.widen(found.start, found.end);
    Some(found.to)
}

/// "10 dollars or less".
fn or_less(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let found = amount(scan, at)?;
    let less = ["less", "under", "cheaper", "below"]
        .iter()
        .any(|word| scan.is(found.to, &["or", word]))
        || scan.is(found.to, &["and", "under"])
        || ["max", "maximum", "tops"]
            .iter()
            .any(|word| scan.word(found.to) == Some(*word));
    if !(less && found.currency) {
        return None;
    }
    let length = if scan
        .word(found.to)
        .is_some_and(|word| word == "or" || word == "and")
    {
        2
    } else {
        1
    };
    let to = found.to + length;
    let meaning = Meaning::Price {
        min: None,
        max: Some(found.cents),
    };
    scan.take(at, to, meaning, format!("up to {}", shown(found.cents)));
    scan.widen(found.start, found.end);
    Some(to)
}

fn speaks_of_age(scan: &Scan<'_>, at: usize) -> bool {
    (0..at).any(|at| {
        matches!(
            scan.word(at),
            Some("kid" | "kids" | "child" | "children" | "age" | "aged" | "ages" | "people")
        )
    })
}

fn amount(scan: &Scan<'_>, at: usize) -> Option<Amount> {
    let sign = |text: &str| text.contains(['$', '€', '£', '₹', '¥']);
    let token = scan.tokens.get(at)?;
    let gap = scan.gap(at);
    let (mut start, mut end) = (token.word.start, token.word.end);
    let mut currency = sign(gap);
    if let Some(place) = gap.rfind(['$', '€', '£', '₹', '¥']) {
        start = start.saturating_sub(gap.len() - place);
    }
    let (units, mut to) = number(scan, at)?;
    let mut cents = units.checked_mul(100)?;
    end = scan
        .tokens
        .get(to.checked_sub(1)?)
        .map_or(end, |token| token.word.end);
    if matches!(scan.gap(to), "." | ",")
        && let Some(part) = scan.word(to).filter(|part| part.len() == 2)
        && let Ok(part) = part.parse::<i64>()
    {
        cents += part;
        end = scan.tokens.get(to).map_or(end, |token| token.word.end);
        to += 1;
    }
    let after = scan.gap(to);
    if let Some(place) = after.find(['€', '$', '£', '₹', '¢']).filter(|place| {
        after
            .get(..*place)
            .is_some_and(|text| text.trim().is_empty())
    }) {
        let glyph = after.get(place..).and_then(|text| text.chars().next())?;
        // A sign before the next number is the next number's.
        let next_is_number = scan
            .word(to)
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        if !next_is_number || currency {
            currency = true;
            end += place + glyph.len_utf8();
            if glyph == '¢' {
                cents /= 100;
            }
        }
    }
    match scan.word(to) {
        Some(
            "dollar" | "dollars" | "euro" | "euros" | "pound" | "pounds" | "buck" | "bucks"
            | "quid" | "usd" | "eur" | "gbp" | "rupee" | "rupees" | "rs" | "pesos",
        ) => {
            currency = true;
            end = scan.tokens.get(to).map_or(end, |token| token.word.end);
            to += 1;
        }
        Some("cent" | "cents" | "pence") => {
            currency = true;
            cents /= 100;
            end = scan.tokens.get(to).map_or(end, |token| token.word.end);
            to += 1;
        }
        _ => {}
    }
    Some(Amount {
        cents,
        to,
        start,
        end,
        currency,
    })
}

/// A whole number in digits or in words, and the first word after it.
fn number(scan: &Scan<'_>, at: usize) -> Option<(i64, usize)> {
    let times = |at| match scan.word(at) {
        Some("hundred") => Some(100),
        Some("thousand") => Some(1_000),
        _ => None,
    };
    let Some((number, to)) = below_hundred(scan, at) else {
        return Some((times(at)?, at + 1));
    };
    match times(to) {
        Some(times) => Some((number * times, to + 1)),
        None => Some((number, to)),
    }
}

fn below_hundred(scan: &Scan<'_>, at: usize) -> Option<(i64, usize)> {
    let word = scan.word(at)?;
    if word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() <= 6 {
        return Some((word.parse().ok()?, at + 1));
    }
    if let Some(ones) = ONES.iter().position(|one| *one == word) {
        return Some((i64::try_from(ones).ok()? + 1, at + 1));
    }
    let tens = TENS.iter().position(|ten| *ten == word)?;
    let tens = (i64::try_from(tens).ok()? + 2) * 10;
    let next = scan.word(at + 1);
    let ones = next.and_then(|next| ONES.get(..9)?.iter().position(|one| *one == next));
    match ones {
        Some(ones) => Some((tens + i64::try_from(ones).ok()? + 1, at + 2)),
        None => Some((tens, at + 1)),
    }
}

#[rustfmt::skip]
const ONES: [&str; 19] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

fn shown(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
