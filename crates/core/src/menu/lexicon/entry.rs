//! One line of the lexicon.

use olympus_proto::Allergen;

/// How a line is written: ten columns parted by tabs, lists by commas, names by semicolons, `-`
/// where there is nothing to say. After a `|` among the names come those of other things of the
/// same kind: pepsi is told of as coke is, and nobody who asks for the one is handed the other.
pub const COLUMNS: [&str; 10] = [
    "names",
    "kind",
    "course",
    "cuisine",
    "gloss",
    "cues",
    "ingredients",
    "diet",
    "possible allergens",
    "spice",
];

/// What sort of thing a line names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something that is ordered: a dish, a sweet, a drink, a bread.
    Dish,
    /// Something that is in dishes of many kinds: an ingredient, a sauce, a cheese.
    Part,
    /// A word of a menu's language that is no dish by itself: `gai` is chicken.
    Word,
}

/// What the kitchens of the world usually mean by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place among all entries.
    pub number: usize,
    /// The usual name first, then other names, spellings, scripts and slips of the ear.
    pub names: Vec<&'static str>,
    /// So many of the names are of one thing, the others of its siblings.
    pub of_one_thing: usize,
    /// Whether it is a dish or a word of dishes' names.
    pub kind: Kind,
    /// `starter`, `soup`, `salad`, `main`, `side`, `dessert`, `drink`, `breakfast`, `snack`,
    /// `condiment` or `bread`.
    pub course: Option<&'static str>,
    /// Whose kitchen, lower case: `north indian`.
    pub cuisine: Option<&'static str>,
    /// What it is, as a waiter says it.
    pub gloss: &'static str,
    /// What those call it who do not know its name.
    pub cues: Vec<&'static str>,
    /// The main ones.
    pub ingredients: Vec<&'static str>,
    /// `vegan`, `vegetarian` or `pescatarian`, where it usually is.
    pub diet: Option<&'static str>,
    /// Those it often has. Silence about another one means nothing.
    pub allergens: Vec<Allergen>,
    /// 0 none, 1 mild, 2 spicy, 3 very.
    pub spice: Option<u8>,
}

impl Entry {
    /// Reads a line; `None` where it is not written as [`COLUMNS`] say.
    pub(super) fn read(line: &'static str) -> Option<Self> {
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        let [
            names,
            kind,
            course,
            cuisine,
            gloss,
            cues,
            ingredients,
            diet,
            allergens,
            spice,
        ] = columns[..]
        else {
            return None;
        };
        let allergens = list(allergens, ',').into_iter().map(|name| {
            let of_that_name = |allergen: &Allergen| allergen.as_str() == name;
            Allergen::ALL.into_iter().find(of_that_name)
        });
        let (one_thing, siblings) = names.split_once('|').unwrap_or((names, ""));
        let one_thing = list(one_thing, ';');
        let entry = Self {
            number: 0,
            of_one_thing: one_thing.len(),
            names: [one_thing, list(siblings, ';')].concat(),
            kind: match kind {
                "word" => Kind::Word,
                "dish" | "drink" | "sweet" | "bread" => Kind::Dish,
                "ingredient" | "sauce" | "cheese" => Kind::Part,
                _ => return None,
            },
            course: stated(course),
            cuisine: stated(cuisine),
            gloss: stated(gloss)?,
            cues: list(cues, ','),
            ingredients: list(ingredients, ','),
            diet: stated(diet),
            allergens: allergens.collect::<Option<_>>()?,
            spice: match stated(spice) {
                Some(spice) => Some(spice.parse().ok().filter(|spice| *spice <= 3)?),
                None => None,
            },
        };
        (!entry.names.is_empty()).then_some(entry)
    }

    /// Whether both come from one kitchen, as far as it is known: `thai` and `thai`, `indian`
    /// and `north indian`.
    pub(super) fn shares_cuisine(&self, other: &Self) -> bool {
        match (self.cuisine, other.cuisine) {
            (Some(one), Some(two)) => one.ends_with(two) || two.ends_with(one),
            _ => false,
        }
    }
}

fn stated(text: &'static str) -> Option<&'static str> {
    (!text.is_empty() && text != "-").then_some(text)
}

fn list(text: &'static str, separator: char) -> Vec<&'static str> {
    text.split(separator)
        .map(str::trim)
        .filter_map(stated)
        .collect()
}
