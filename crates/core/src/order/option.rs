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

/// Other ways to say an option, as stems; the name itself is none of them.
pub(super) fn otherwise(name: &str) -> Vec<String> {
    let whole = stems(name);
    let printed: Vec<String> = words(name).iter().map(|word| stem(&word.text)).collect();
    let mut said = vec![whole.join(" ")];
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
        match sort_of(last) {
            Some(sorts) => {
                let before = before.join(" ");
                said.extend(sorts.iter().map(|sort| format!("{before} {sort}")));
                said.push(before);
            }
            None => said.push(last.clone()),
        }
    }
    let printed = printed.join(" ");
    said.retain(|text| {
        *text != printed && text.chars().count() >= SHORTEST && !super::speech::is_cue(text)
    });
    said.dedup();
    said
}

/// What other options must not share with a way to say this one: its words and what may be said.
pub(super) fn parts(name: &str) -> Vec<String> {
    let mut parts = otherwise(name);
    parts.extend(stems(name));
    parts.push(key(name));
    parts
}

fn starts(stems: &[String], opening: &str) -> bool {
    let opening: Vec<&str> = opening.split(' ').collect();
    stems.len() > opening.len() && stems.iter().zip(&opening).all(|(a, b)| a == b)
}

fn ends(stems: &[String], ending: &str) -> bool {
    let ending: Vec<&str> = ending.split(' ').collect();
    let from = stems.len().saturating_sub(ending.len());
    from > 0 && stems[from..].iter().zip(&ending).all(|(a, b)| a == b)
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
            ("Lt Ice", &["light ice", "ice"]),
        ] {
            assert_eq!(otherwise(name), said, "{name}");
        }
    }
}
