//! Words as they are compared: one form for singular and plural, numbers as digits, units by one
//! name, and how far two spellings are apart.
//!
//! Invariant: pure functions; the same fold is used for the menu and for the utterance, so a fold
//! that is no real word (`fry` of `fries`) does no harm.

/// `word`, already normalised by `menu::text::words`, as the lexicon knows it.
pub(super) fn fold(word: &str) -> String {
    if let Some(number) = number_word(word) {
        return number.to_string();
    }
    match word {
        "litre" | "litres" | "liters" => "liter".to_owned(),
        "mls" | "milliliter" | "milliliters" | "millilitre" | "millilitres" => "ml".to_owned(),
        "ounce" | "ounces" | "ozs" => "oz".to_owned(),
        "fluid" => "fl".to_owned(),
        "centimeter" | "centimeters" | "centimetre" | "centimetres" | "cms" => "cm".to_owned(),
        "gram" | "grams" | "gramme" | "grammes" => "g".to_owned(),
        "n" => "and".to_owned(),
        _ => stem(word),
    }
}

/// Singular and plural in one form; words of other scripts stay.
fn stem(word: &str) -> String {
    let long = word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !long {
        return word.to_owned();
    }
    let single = match word {
        _ if word.ends_with("ss") || word.ends_with("us") && word.len() < 6 => word,
        _ if word.ends_with("ies") && word.len() <= 5 => word.trim_end_matches('s'),
        _ if ["ches", "shes", "xes", "sses", "zes", "oes"]
            .iter()
            .any(|end| word.ends_with(end)) =>
        {
            word.strip_suffix("es").unwrap_or(word)
        }
        _ => word.strip_suffix('s').unwrap_or(word),
    };
    match single.strip_suffix("ie") {
        Some(root) if single.len() >= 4 => format!("{root}y"),
        _ => single.to_owned(),
    }
}

/// The number that one word says.
pub(super) fn number_word(word: &str) -> Option<u32> {
    const UNITS: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    const TENS: [&str; 7] = [
        "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    if let Some(at) = UNITS.iter().position(|unit| *unit == word) {
        // "coke zero" is a name
        return (at > 0).then_some(u32::try_from(at).unwrap_or_default());
    }
    let at = TENS.iter().position(|ten| *ten == word)?;
    Some(30 + 10 * u32::try_from(at).unwrap_or_default())
}

/// Edits between two words (a swap of neighbours is one), where there are at most `max`.
pub(super) fn distance(left: &[char], right: &[char], max: u8) -> Option<u8> {
    let max = usize::from(max);
    if left.len().abs_diff(right.len()) > max {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, &a) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, &b) in right.iter().enumerate() {
            let get = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (get(&above, column) + usize::from(a != b))
                .min(get(&above, column + 1) + 1)
                .min(get(&line, column) + 1);
            if row > 0
                && column > 0
                && left.get(row - 1) == Some(&b)
                && right.get(column - 1) == Some(&a)
            {
                best = best.min(get(&before, column - 1) + 1);
            }
            line.push(best);
        }
        if line.iter().min().is_none_or(|&least| least > max) {
            return None;
        }
        before = std::mem::replace(&mut above, line);
    }
    let edits = above.last().copied().filter(|&edits| edits <= max)?;
    u8::try_from(edits).ok()
}

#[cfg(test)]
mod tests {
    use super::{distance, fold};

    #[test]
    fn singular_plural_and_number_words_meet() {
        for (one, other) in [
            ("coke", "cokes"),
            ("fry", "fries"),
            ("pie", "pies"),
            ("cookie", "cookies"),
            ("veggie", "veggies"),
            ("tomato", "tomatoes"),
            ("tomato", "tomatos"),
            ("sandwich", "sandwiches"),
            ("box", "boxes"),
            ("slice", "slices"),
            ("two", "2"),
            ("litre", "liters"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("glass"), fold("gla"));
        assert_eq!(fold("zero"), "zero");
    }

    #[test]
    fn edits_are_counted_up_to_a_limit() {
        let count = |a: &str, b: &str, max| {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            distance(&a, &b, max)
        };
        assert_eq!(count("frise", "fries", 1), Some(1));
        assert_eq!(count("hamberger", "hamburger", 2), Some(1));
        assert_eq!(count("kola", "coca", 1), None);
        assert_eq!(count("abc", "abc", 0), Some(0));
        assert_eq!(count("abcdef", "badcfe", 3), Some(3));
    }
}
