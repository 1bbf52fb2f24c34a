//! How customers say what a till calls "Add Bacon", "Sub Oat Milk", "Lt Ice" or "Glass 150 ml".
//!
//! Invariant: only words of the option's own name, in their order, or one written out.

mod siblings;
mod words;
pub(super) use siblings::Siblings;
pub(super) use words::{by_some_words, first_word};

use super::stems::stem;
use crate::menu::text::words;
use olympus_proto::{Amount, ModifierAction};

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
const SORTS: [&[&str]; 13] = [
    &["milk", "drink"],
    &["sauce", "dip", "dressing"],
    &["vinaigrette"],
    &["bit", "crumble", "piece", "chunk"],
    &["wedge", "slice"],
    &["shot"],
    &["cup"],
    &["cream"],
    &["rub", "seasoning"],
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
/// What lies on top of something else by that name: "caramel" in a latte is the syrup and no drizzle.
const ON_TOP: [&str; 6] = ["drizzle", "foam", "powder", "sprinkle", "glaze", "crumb"];
/// Words that are no sort of what their last word says: root beer is no beer.
const INSEPARABLE: [(&str, &str); 6] = [
    ("root", "beer"),
    ("ginger", "beer"),
    ("ginger", "ale"),
    ("hot", "dog"),
    ("corn", "dog"),
    ("cream", "soda"),
];
/// Where it goes; nobody says it.
const ENDINGS: [&str; 5] = ["inside", "on top", "on side", "on the side", "added"];
/// What is cheese without being called so.
#[rustfmt::skip]
const CHEESES: [&str; 14] = [
    "cheddar", "swiss", "provolone", "mozzarella", "feta", "parmesan", "jack", "gouda", "gruyere", "brie", "havarti",
    "muenster", "asiago", "pepperjack",
];
const SHORTEST: usize = 3;

/// Stems of a name as one text.
pub(super) fn key(name: &str) -> String {
    stems(name).join(" ")
}

/// The same without what tills write before it: "Add Cheese".
pub(super) fn shortest(name: &str) -> String {
    let stems = stems(name);
    let opening = OPENINGS.iter().find(|opening| starts(&stems, opening));
    let from = opening.map_or(0, |opening| opening.split(' ').count());
    stems.get(from..).unwrap_or_default().join(" ")
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

/// What an option is that only says how much of something, or where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Portion {
    /// "Xtra Cheese", "Lt Ice".
    Amount(Amount),
    /// "Sauce on Side".
    Side,
}

impl Portion {
    pub(super) fn of(name: &str) -> Option<Self> {
        let stems = stems(name);
        if ends(&stems, "on side") || ends(&stems, "on the side") {
            return Some(Self::Side);
        }
        match stems.first().map(String::as_str) {
            Some("extra" | "double" | "triple") => Some(Self::Amount(Amount::Extra)),
            Some("light" | "easy" | "less") => Some(Self::Amount(Amount::Light)),
            _ => None,
        }
    }

    /// Whether "no sauce", "extra sauce", "with sauce" can mean it, where the words are not all of
    /// its name.
    pub(super) fn is_meant(self, action: ModifierAction, amount: Option<Amount>) -> bool {
        match (self, action) {
            (Self::Side, _) => false,
            (Self::Amount(own), ModifierAction::Remove) => own == Amount::Light,
            // What is only to be had as extra is meant by its name alone.
            (Self::Amount(own), ModifierAction::Add) => amount.unwrap_or(Amount::Extra) == own,
        }
    }
}

/// What an option says there is none of, as stems: the sugar of "0% Sugar" and of "Unsweetened".
pub(super) fn lacked(name: &str) -> Vec<String> {
    const UNSWEETENED: [&str; 2] = ["unsweetened", "unsweet"];
    match stems(name).as_slice() {
        [zero, thing] if zero == "0" => vec![thing.clone()],
        [free_of, free] if free == "free" && free_of == "sugar" => vec![free_of.clone()],
        [word] if UNSWEETENED.contains(&word.as_str()) => {
            vec!["sugar".to_owned(), "sweetener".to_owned()]
        }
        _ => Vec::new(),
    }
}

/// Whether a word only says what sort of thing an option is.
pub(super) fn is_sort(word: &str) -> bool {
    sort_of(word).is_some()
}

fn sort_of(word: &str) -> Option<&'static [&'static str]> {
    SORTS.iter().copied().find(|sorts| sorts.contains(&word))
}

/// How much of an option's name a way to say it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Share {
    /// One word of it.
    Part,
    /// All but what sort of thing it is: "vanilla" of Vanilla Syrup.
    Bare,
    /// All that says anything.
    Whole,
}

/// A way to say an option, as stems.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    text: String,
    share: Share,
}

/// Other ways to say an option; the name itself is none of them. `is_sort` tells whether its last
/// word says only what sort of thing it is, as other options of the group end so too.
fn otherwise(name: &str, is_sort: bool) -> Vec<Said> {
    let whole = stems(name);
    let printed: Vec<String> = words(name).iter().map(|word| stem(&word.text)).collect();
    let mut said = vec![whole.join(" ")];
    let mut bare = Vec::new();
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
    let is_denied = rest.first().is_some_and(|first| first == "not");
    if let Some((last, before)) = rest.split_last()
        && !before.is_empty()
        && !is_denied
    {
        let before = before.join(" ");
        match sort_of(last) {
            Some(sorts) => {
                said.extend(sorts.iter().map(|sort| format!("{before} {sort}")));
                bare.push(before);
            }
            None if is_inseparable(rest) => {}
            None if is_sort => parts.push(before),
            // Half & Half is no half of something.
            None if last == "half" => {}
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
    // "Whipped Cream" is said as "whip".
    for (letters, meant) in LETTERS {
        if whole.join(" ") == meant.split(' ').map(stem).collect::<Vec<_>>().join(" ") {
            said.push(letters.to_owned());
            said.extend((letters == "whip").then(|| "whip cream".to_owned()));
        }
    }
    // "All white meat" is All White.
    if let Some(last @ ("white" | "dark")) = whole.last().map(String::as_str) {
        said.push(format!("{} meat", whole.join(" ")));
        said.push(format!("{last} meat"));
    }
    // "Sausage half" of Italian Sausage on Half.
    if let [.., thing, on, half] = whole.as_slice()
        && on == "on"
        && half == "half"
        && whole.len() > 3
    {
        parts.push(format!("{thing} half"));
    }
    // "Cheddar cheese" of Cheddar
    if let [word] = whole.as_slice()
        && is_cheese(word)
    {
        said.push(format!("{word} cheese"));
    }
    if whole == ["mac", "cheese"] {
        said.push("mac".to_owned());
    }
    // "Unsweet tea" is Unsweetened Iced Tea.
    if let Some(at) = whole.iter().position(|word| word.ends_with("sweetened")) {
        let mut short = whole.clone();
        if let Some(word) = short.get_mut(at) {
            word.truncate(word.len() - "ened".len());
        }
        said.push(short.join(" "));
        short.retain(|word| word != "iced");
        said.push(short.join(" "));
    }
    if ends(&whole, "on side") {
        let before = whole.get(..whole.len() - 2).unwrap_or_default();
        said.push(format!("{} on the side", before.join(" ")));
    }
    let printed = printed.join(" ");
    let whole = said.into_iter().map(|text| (text, Share::Whole));
    let bare = bare.into_iter().map(|text| (text, Share::Bare));
    let parts = parts.into_iter().map(|text| (text, Share::Part));
    let mut said: Vec<Said> = Vec::new();
    for (text, share) in whole.chain(bare).chain(parts) {
        let is_new = said.iter().all(|known| known.text != text);
        let usable =
            text != printed && text.chars().count() >= SHORTEST && !super::speech::is_cue(&text);
        if is_new && usable {
            said.push(Said { text, share });
        }
    }
    said
}

/// Whether a stem is a cheese without being called so.
pub(super) fn is_cheese(stem: &str) -> bool {
    CHEESES.contains(&stem)
}

/// Sides that are sold with something on them too. Who names one wants it plain.
pub(super) fn is_side(stem: &str) -> bool {
    matches!(stem, "frie" | "tot" | "chip" | "wedge")
}

/// Whether such a side has something on it, or is of something else.
pub(super) fn is_dressed(stems: &[String]) -> bool {
    #[rustfmt::skip]
    const DRESSED: [&str; 16] = [
        "chili", "chilli", "cheese", "cheesy", "queso", "loaded", "dirty", "bacon", "gravy", "truffle", "garlic",
        "parmesan", "cajun", "buffalo", "poutine", "sweet",
    ];
    stems.iter().any(|stem| DRESSED.contains(&stem.as_str()))
}

/// Whether a name ends in two words of which neither can be told alone.
pub(super) fn is_inseparable(stems: &[String]) -> bool {
    let ends =
        |(one, other): &(&str, &str)| stems.ends_with(&[(*one).to_owned(), (*other).to_owned()]);
    INSEPARABLE.iter().any(ends)
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
    use super::{Siblings, otherwise};

    #[test]
    fn a_way_to_say_one_of_several_means_no_other() {
        // The fifth is "No Salt".
        let names = [
            "Soft Shell",
            "Crunchy Shell",
            "Add Cheese",
            "Cheese Sauce",
            "Salt",
            "Sea Salt",
        ];
        let mut all = Siblings::default();
        for (at, name) in names.iter().enumerate() {
            all.add(name, (0, at), *name == "Salt");
        }
        let said = |at: usize| all.otherwise(names[at], (0, at)).collect::<Vec<_>>();
        assert_eq!(said(0), ["soft"]);
        // "cheese" is all of the one and a word of the other.
        assert_eq!(said(2), ["cheese"]);
        assert_eq!(said(3), ["cheese dip", "cheese dressing"]);
        // What takes the same away is no other.
        assert_eq!(said(5), ["salt"]);
    }

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
