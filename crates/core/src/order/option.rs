//! How customers say what a till calls "Add Bacon", "Sub Oat Milk", "Lt Ice" or "Glass 150 ml".
//!
//! Invariant: only words of the option's own name, in their order, or one written out.

use super::phrases::stem;
use crate::menu::text::words;

/// What tills write before an option and customers need not say.
const OPENINGS: [&str; 10] = [
    "add",
    "with",
    "extra",
    "sub",
    "substitute",
    "w",
    "choice of",
    "side of",
    "plus",
    "xtra",
];
/// What stands at the end and says only what sort of thing it is: "oat drink", "caramel syrup".
/// Those in one group are said for each other.
const SORTS: [&[&str]; 6] = [
    &["milk", "drink"],
    &["sauce", "dip", "dressing"],
    &["syrup", "pump"],
    &["bun", "bread", "roll", "toast", "tortilla", "wrap"],
    &["crust", "base", "dough"],
    &["flavor", "flavour"],
];
/// Letters that are said as words.
const LETTERS: [(&str, &str); 4] = [
    ("gf", "gluten free"),
    ("sf", "sugar free"),
    ("ff", "fat free"),
    ("whip", "whipped cream"),
];
/// Where it goes; nobody says it.
const ENDINGS: [&str; 5] = ["inside", "on top", "on side", "on the side", "added"];
const SHORTEST: usize = 3;

/// Stems of a name as one text.
pub(super) fn key(name: &str) -> String {
    stems(name).join(" ")
}

fn stems(name: &str) -> Vec<String> {
    let written = name.replace("w/", "with ").replace("W/", "with ");
    let stems = words(&written)
        .into_iter()
        .map(|word| match word.text.as_str() {
            "lt" | "lite" => "light".to_owned(),
            "xtra" | "ex" => "extra".to_owned(),
            text => stem(text),
        });
    stems.collect()
}

fn sort_of(word: &str) -> Option<&'static [&'static str]> {
    SORTS.iter().copied().find(|sorts| sorts.contains(&word))
}

/// A way to say an option, as stems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: String,
    /// Whether it is all of the name that says anything, and not one word of it.
    pub(super) is_whole: bool,
}

/// Other ways to say an option; the name itself is none of them. `is_sort` tells whether its last
/// word says only what sort of thing it is, as other options of the group end so too.
pub(super) fn otherwise(name: &str, is_sort: bool) -> Vec<Said> {
    let whole = stems(name);
    let printed: Vec<String> = words(name).iter().map(|word| stem(&word.text)).collect();
    let mut said = vec![whole.join(" ")];
    let mut parts = Vec::new();
    let mut rest: &[String] = &whole;
    if let Some(opening) = OPENINGS.iter().find(|o| starts(rest, o)) {
        rest = rest.get(opening.split(' ').count()..).unwrap_or_default();
        said.push(rest.join(" "));
    }
    if let Some(ending) = ENDINGS.iter().find(|ending| ends(rest, ending)) {
        rest = rest
            .get(..rest.len() - ending.split(' ').count())
            .unwrap_or_default();
        said.push(rest.join(" "));
    }
    // "Glass 150 ml"
    if let Some(at) = rest
        .iter()
        .position(|word| word.chars().all(char::is_numeric))
        && at > 0
    {
        rest = rest.get(..at).unwrap_or_default();
        said.push(rest.join(" "));
    }
    if let Some((last, before)) = rest.split_last()
        && !before.is_empty()
    {
        let before = before.join(" ");
        match sort_of(last) {
            Some(sorts) => {
                said.extend(sorts.iter().map(|sort| format!("{before} {sort}")));
                parts.push(before);
            }
            None if is_sort => parts.push(before),
            None => parts.push(last.clone()),
        }
    }
    for (letters, meant) in LETTERS {
        if whole.iter().any(|word| word == letters) {
            let words = whole
                .iter()
                .map(|word| if word == letters { meant } else { word });
            said.push(words.collect::<Vec<_>>().join(" "));
        }
    }
    if ends(&whole, "on side") {
        let before = whole.get(..whole.len() - 2).unwrap_or_default();
        said.push(format!("{} on the side", before.join(" ")));
    }
    let printed = printed.join(" ");
    let whole = said.into_iter().map(|text| (text, true));
    let all = whole.chain(parts.into_iter().map(|text| (text, false)));
    let mut said: Vec<Said> = Vec::new();
    for (text, is_whole) in all {
        let is_new = said.iter().all(|known| known.text != text);
        let usable =
            text != printed && text.chars().count() >= SHORTEST && !super::speech::is_cue(&text);
        if is_new && usable {
            said.push(Said { text, is_whole });
        }
    }
    said
}

/// What a word of another option's name must not be, to stand for that: all ways to say this one
/// and its words.
pub(super) fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = otherwise(name, false).into_iter().map(|s| s.text).collect();
    parts.extend(stems(name));
    parts.push(key(name));
    parts
}

/// Whether an option goes by a text as a whole.
pub(super) fn is_called(name: &str, text: &str) -> bool {
    let mut whole = otherwise(name, false)
        .into_iter()
        .filter(|said| said.is_whole);
    key(name) == text || whole.any(|said| said.text == text)
}

/// The last word of a name.
pub(super) fn last(name: &str) -> Option<String> {
    stems(name).pop()
}

fn starts(stems: &[String], opening: &str) -> bool {
    let opening: Vec<&str> = opening.split(' ').collect();
    stems.len() > opening.len() && stems.iter().zip(&opening).all(|(a, b)| a == b)
}

fn ends(stems: &[String], ending: &str) -> bool {
    let ending: Vec<&str> = ending.split(' ').collect();
    let from = stems.len().saturating_sub(ending.len());
    let last = stems.get(from..).unwrap_or_default();
    from > 0 && last.iter().zip(&ending).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::otherwise;

    #[test]
    fn tills_names_are_said_shorter() {
        for (name, said) in [
            ("Add Bacon", &["bacon"][..]),
            ("Sub Oat Milk", &["oat milk", "oat drink", "oat"]),
            ("Oat drink", &["oat milk", "oat"]),
            ("Glass 150 ml", &["glass"]),
            ("Melted mozzarella", &["mozzarella"]),
            ("Hash brown inside", &["hash brown", "brown"]),
            ("Extra marinated egg", &["marinated egg", "egg"]),
            ("6 wings", &["wing"]),
            ("Bacon", &[]),
            ("Lt Ice", &["ice"]),
        ] {
            let found = otherwise(name, false);
            let found: Vec<&str> = found.iter().map(|said| said.text.as_str()).collect();
            assert_eq!(found, said, "{name}");
        }
    }
}
