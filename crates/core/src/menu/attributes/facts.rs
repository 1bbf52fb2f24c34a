//! What one item is, as far as its own words and what the dish usually is tell.
//!
//! Invariant: made once an item; a stated word weighs more than what is usual. Nothing here is a
//! limit, but for a course where the menu's headings name it.

use super::soft::{Course, Taste};
use crate::menu::lexicon::{self, Named};
use crate::menu::text::{self, singular};
use olympus_proto::MenuItem;
use std::collections::HashMap;
use std::sync::LazyLock;

/// One item, as courses and tastes see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Tastes that the item's own words state.
    stated: u64,
    /// Tastes that a dish of that name usually has.
    usual: u64,
    /// Courses that its heading or a tag names.
    headed: u16,
    /// Courses that its name speaks of, or that are usual.
    named: u16,
}

/// Words that make a taste likely where the item says them.
#[rustfmt::skip]
const CUES: &[(Taste, &[&str])] = &[
    (Taste::Spicy, &["spicy", "hot and spicy", "chili", "chilli", "chile", "jalapeno", "vindaloo", "sriracha", "buffalo", "fiery",
                     "harissa", "gochujang", "cayenne", "habanero", "szechuan", "sichuan", "kung pao",
                     "jerk", "wasabi", "peri", "arrabbiata", "diavola", "cajun", "chipotle", "kimchi", "green chili", "red chili"]),
    (Taste::Mild, &["mild", "creamy", "korma", "butter chicken", "plain"]),
    (Taste::Light, &["light", "salad", "fresh", "steamed", "grilled", "fruit", "broth", "vegetable",
                     "lean", "sorbet", "healthy", "greens", "poached", "skinny", "fat free",
                     "sashimi", "cucumber", "melon", "berry", "yogurt", "soup", "lettuce"]),
    (Taste::Hearty, &["hearty", "stew", "burger", "loaded", "double", "steak", "lasagna", "lasagne",
                      "casserole", "pot pie", "ribs", "roast", "mac and cheese", "bacon", "sausage", "beef",
                      "meatball", "gravy", "pulled pork", "chili con carne", "biryani"]),
    (Taste::Sweet, &["sweet", "sugar", "honey", "chocolate", "caramel", "cake", "cookie", "syrup",
                     "jaggery", "ice cream", "dessert", "vanilla", "candy", "maple", "donut",
                     "brownie", "pudding", "pie", "condensed milk", "nutella", "sundae"]),
    (Taste::Savoury, &["savoury", "savory", "salty", "cheese", "chicken", "beef", "pork", "garlic",
                       "onion", "bacon", "mushroom", "sausage", "ham", "olive", "soy sauce"]),
    (Taste::Sour, &["sour", "lemon", "lime", "tamarind", "vinegar", "tangy", "pickled", "kimchi"]),
    (Taste::Hot, &["hot", "warm", "soup", "stew", "curry", "grilled", "baked", "roasted", "fried",
                   "coffee", "tea", "latte", "cappuccino", "espresso", "ramen", "pho", "steamed", "cocoa"]),
    (Taste::Cold, &["cold", "iced", "ice", "chilled", "frozen", "smoothie", "shake", "milkshake",
                    "soda", "lemonade", "juice", "gazpacho", "salad", "sorbet", "gelato",
                    "frappe", "cola", "coke", "water", "sashimi", "lassi", "slush"]),
    (Taste::Popular, &["popular", "signature", "famous", "bestseller", "best seller", "favorite",
                       "favourite", "house special", "most ordered", "chef special"]),
    (Taste::Grilled, &["grilled", "barbecue", "bbq", "charcoal", "chargrilled", "griddled", "kebab", "kabob", "skewer", "grill", "tandoori", "asada", "yakitori", "satay"]),
    (Taste::Fried, &["fried", "deep fried", "fries", "fry", "tempura", "crispy", "battered", "breaded", "fritter", "samosa", "schnitzel", "katsu", "pakora", "nugget", "falafel"]),
    (Taste::Baked, &["baked", "roasted", "roast", "oven", "casserole", "gratin", "lasagna"]),
    (Taste::Steamed, &["steamed", "dim sum", "bao", "idli"]),
    (Taste::Crunchy, &["crunchy", "crispy", "crisp", "crunch", "chips", "nachos", "tempura", "breaded", "fried"]),
    (Taste::Creamy, &["creamy", "cream", "alfredo", "carbonara", "korma", "bechamel", "chowder", "yogurt", "bisque"]),
    (Taste::Indian, &["indian", "masala", "tikka", "tandoori", "biryani", "paneer", "naan", "curry", "korma", "dal", "samosa", "chutney", "vindaloo", "lassi", "raita", "dosa"]),
    (Taste::Chinese, &["chinese", "wonton", "szechuan", "sichuan", "chow mein", "lo mein", "dim sum", "kung pao", "mongolian", "hoisin", "peking", "bao", "cantonese", "general tso"]),
    (Taste::Japanese, &["japanese", "sushi", "teriyaki", "ramen", "udon", "tempura", "miso", "sashimi", "katsu", "gyoza", "edamame", "yakitori", "matcha"]),
    (Taste::Korean, &["korean", "kimchi", "bibimbap", "bulgogi", "gochujang", "galbi"]),
    (Taste::Thai, &["thai", "pad thai", "tom yum", "satay", "lemongrass", "panang", "massaman"]),
    (Taste::Vietnamese, &["vietnamese", "pho", "banh mi", "bun cha"]),
    (Taste::Italian, &["italian", "pasta", "pizza", "risotto", "lasagna", "spaghetti", "penne", "gnocchi", "pesto", "caprese", "tiramisu", "ravioli", "marinara", "alfredo", "parmesan", "minestrone", "bruschetta", "gelato", "focaccia", "tortellini", "fettuccine"]),
    (Taste::French, &["french", "crepe", "croissant", "quiche", "ratatouille", "bourguignon", "nicoise", "souffle", "brulee", "baguette", "provencal"]),
    (Taste::Spanish, &["spanish", "paella", "tapas", "chorizo", "gazpacho", "churro"]),
    (Taste::Greek, &["greek", "gyro", "gyros", "tzatziki", "souvlaki", "moussaka", "feta", "spanakopita", "dolma"]),
    (Taste::Turkish, &["turkish", "doner", "kebab", "baklava", "lahmacun", "borek", "pide"]),
    (Taste::Lebanese, &["lebanese", "middle eastern", "falafel", "hummus", "shawarma", "tabbouleh", "baba ganoush", "fattoush", "pita", "kibbeh", "labneh", "tahini"]),
    (Taste::Mexican, &["mexican", "taco", "burrito", "quesadilla", "enchilada", "salsa", "guacamole", "nachos", "fajita", "chipotle", "tamale", "carnitas", "tostada", "churro", "mole", "pozole"]),
    (Taste::American, &["american", "burger", "cheeseburger", "hot dog", "bbq", "mac and cheese", "wings", "southern", "cajun"]),
    (Taste::Mediterranean, &["mediterranean", "greek", "hummus", "feta", "olive", "falafel", "tzatziki", "tabbouleh", "pita", "couscous"]),
    (Taste::Asian, &["asian", "chinese", "japanese", "thai", "korean", "vietnamese", "teriyaki", "stir fry", "noodle", "wonton", "sushi", "ramen", "pho", "szechuan", "kung pao"]),
];

/// Words of a heading or a tag that name a course; in an item's name only those marked.
#[rustfmt::skip]
const COURSE_CUES: &[(Course, &[&str], bool)] = &[
    (Course::Dessert, &["dessert", "sweet", "sweet treat", "afters", "ice cream", "gelato", "pastry",
                        "cake", "pudding", "bakery treat"], false),
    (Course::Starter, &["starter", "appetizer", "appetiser", "antipasti", "antipasto", "small plate",
                        "meze", "mezze", "tapas", "nibble", "hors d oeuvre", "to start"], false),
    (Course::Main, &["main", "main course", "main dish", "entree", "large plate"], false),
    (Course::Side, &["side", "side dish", "side order", "on the side"], false),
    (Course::Drink, &["drink", "beverage", "juice", "coffee", "tea", "smoothie", "soda", "beer", "wine",
                      "cocktail", "soft drink", "shake", "lemonade"], false),
    (Course::Soup, &["soup", "broth"], true),
    (Course::Salad, &["salad", "greens"], true),
    (Course::Breakfast, &["breakfast", "brunch", "cereal", "pancake", "morning"], true),
    (Course::Kids, &["kid", "children", "childrens", "child", "junior", "little ones", "kiddie"], true),
    (Course::Snack, &["snack", "nibble"], false),
];

static TASTES: LazyLock<HashMap<String, u64>> = LazyLock::new(|| {
    let mut cues: HashMap<String, u64> = HashMap::new();
    for (taste, words) in CUES {
        for cue in *words {
            *cues.entry(key(cue)).or_default() |= bit(*taste);
        }
    }
    cues
});

/// Courses by their cues: those that name one in a heading, and in an item's name.
static COURSES: LazyLock<HashMap<String, CourseCue>> = LazyLock::new(|| {
    let mut cues: HashMap<String, CourseCue> = HashMap::new();
    for (course, words, in_names) in COURSE_CUES {
        for cue in *words {
            let known = cues.entry(key(cue)).or_default();
            known.in_headings |= course_bit(*course);
            known.in_names |= if *in_names { course_bit(*course) } else { 0 };
        }
    }
    cues
});

#[derive(Default)]
struct CourseCue {
    in_headings: u16,
    in_names: u16,
}

/// Most words of a cue.
const LONGEST_CUE: usize = 3;

fn bit(taste: Taste) -> u64 {
    1 << (taste as u32)
}

fn course_bit(course: Course) -> u16 {
    1 << (course as u16)
}

/// Words in the singular, apart by a blank.
fn key(text: &str) -> String {
    singulars(text).join(" ")
}

fn singulars(text: &str) -> Vec<String> {
    text::words(text)
        .into_iter()
        .map(|word| singular(&word.text))
        .collect()
}

impl Facts {
    /// Reads an item.
    #[must_use]
    pub fn of(item: &MenuItem) -> Self {
        Self::naming(item, &lexicon::named_in(&item.name))
    }

    /// Reads an item whose name speaks of `named`.
    #[must_use]
    pub fn naming(item: &MenuItem, named: &[Named]) -> Self {
        let mut facts = Self::default();
        for own in [
            Some(&item.name),
            item.description.as_ref(),
            item.category.as_ref(),
        ] {
            facts.stated |= own.map_or(0, |text| tastes(text));
        }
        for tag in &item.tags {
            facts.stated |= tastes(tag);
        }
        if item
            .tags
            .iter()
            .any(|tag| tag == "not_spicy" || tag == "mild")
        {
            facts.stated &= !bit(Taste::Spicy);
        }
        let headings = item.tags.iter().chain(item.category.as_ref());
        for heading in headings {
            facts.headed |= courses(heading, false);
        }
        facts.named |= courses(&item.name, true);
        for named in named {
            facts.learn(named);
        }
        facts
    }

    /// What is usual; the course only of what the dish is.
    fn learn(&mut self, named: &Named) {
        let usual = named.entry;
        self.usual |= tastes(usual.gloss);
        if usual.spice.is_some_and(|spice| spice >= 2) {
            self.usual |= bit(Taste::Spicy);
        }
        self.usual |= usual.cuisine.map_or(0, tastes);
        if named.is_head {
            self.named |= usual.course.map_or(0, |course| courses(course, false));
        }
    }

    /// Whether the menu puts the item under that course.
    #[must_use]
    pub fn is_headed(&self, course: Course) -> bool {
        self.headed & course_bit(course) != 0
    }

    /// Whether the item is of that course by any sign.
    #[must_use]
    pub fn is_of(&self, course: Course) -> bool {
        (self.headed | self.named) & course_bit(course) != 0
    }

    /// How well the item fits the taste, 0 to 1. [`Taste::Cheap`] is the caller's: a price is
    /// cheap only beside others.
    #[must_use]
    pub fn fits(&self, taste: Taste) -> f32 {
        const USUAL: f32 = 0.6;
        let of = |taste: Taste| {
            if self.stated & bit(taste) != 0 {
                1.0
            } else if self.usual & bit(taste) != 0 {
                USUAL
            } else {
                0.0
            }
        };
        let own: f32 = of(taste);
        let unless = |other: f32, most: f32| {
            if other > own {
                0.0
            } else {
                own.max(most * (1.0 - other))
            }
        };
        match taste {
            // Most dishes are not spicy and say nothing of it.
            Taste::Mild => unless(of(Taste::Spicy), USUAL),
            Taste::Light => own * (1.0 - 0.5 * of(Taste::Fried).max(of(Taste::Hearty))),
            Taste::Hearty => own,
            Taste::Savoury => own * (1.0 - 0.5 * of(Taste::Sweet)),
            // The word is said of both heats.
            Taste::Hot => (own * (1.0 - 0.7 * of(Taste::Cold))).max(0.9 * of(Taste::Spicy)),
            Taste::Cold => own * (1.0 - 0.5 * of(Taste::Hot)),
            _ => own,
        }
    }
}

fn tastes(text: &str) -> u64 {
    let words = singulars(text);
    let of = |(at, phrase): (usize, String)| {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let before = before.map(String::as_str);
        let denied = matches!(before, Some("no" | "not" | "without" | "non"));
        let found = TASTES.get(&phrase).filter(|_| !denied);
        found.copied().unwrap_or(0)
    };
    phrases(&words).map(of).fold(0, |all, found| all | found)
}

fn courses(text: &str, name: bool) -> u16 {
    let words = singulars(text);
    let found = phrases(&words).filter_map(|(_, phrase)| COURSES.get(&phrase));
    found.fold(0, |all, cue| {
        all | if name { cue.in_names } else { cue.in_headings }
    })
}

/// Neighbouring words, with where the first stands.
fn phrases(words: &[String]) -> impl Iterator<Item = (usize, String)> {
    (1..=LONGEST_CUE).flat_map(|length| {
        let phrases = words.windows(length).enumerate();
        phrases.map(|(at, phrase)| (at, phrase.join(" ")))
    })
}

#[cfg(test)]
mod tests {
    use super::{COURSE_CUES, CUES, LONGEST_CUE, singulars};

    #[test]
    fn no_cue_is_longer_than_is_looked_for() {
        let cues = CUES.iter().flat_map(|(_, cues)| *cues);
        let cues = cues.chain(COURSE_CUES.iter().flat_map(|(_, cues, _)| *cues));
        for cue in cues {
            assert!((1..=LONGEST_CUE).contains(&singulars(cue).len()), "{cue}");
        }
    }
}
