//! Courses and tastes.
//!
//! Invariant: a course is read only where nothing else names a dish; a cooking or a cuisine too.
//! Their words stay in the text: where they belong to a name they must still find it.

use super::scan::Scan;
use super::{Meaning, limits};

macro_rules! words_of {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $label:literal $phrases:expr;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// For people.
            #[must_use]
            pub fn label(self) -> &'static str { match self { $($name::$variant => $label,)* } }

            /// The phrases of a query that mean it, words apart by a blank.
            fn phrases(self) -> &'static [&'static str] { match self { $($name::$variant => &$phrases,)* } }
        }
    };
}

words_of! {
    /// A part of the meal, or whom it is for.
    Course {
        /// At the end.
        Dessert = "dessert" ["dessert", "desserts", "something sweet for dessert", "afters", "sweets"];
        /// At the beginning.
        Starter = "starter" ["starter", "starters", "appetizer", "appetizers", "appetiser", "appetisers", "appetizing starter", "small plates", "small plate", "nibbles", "hors d oeuvres"];
        /// In the middle.
        Main = "main" ["main", "mains", "main dish", "main dishes", "main course", "main courses", "entree", "entrees"];
        /// Beside.
        Side = "side" ["side", "sides", "side dish", "side dishes", "side order", "sides dishes"];
        /// To drink.
        Drink = "drink" ["drink", "drinks", "beverage", "beverages", "to drink", "refreshment", "refreshments"];
        /// Soups.
        Soup = "soup" ["soup", "soups"];
        /// Salads.
        Salad = "salad" ["salad", "salads"];
        /// In the morning.
        Breakfast = "breakfast" ["breakfast", "breakfasts", "brunch"];
        /// For children.
        Kids = "kids" ["kids", "kid", "kids menu", "children", "childrens", "child", "toddler", "toddlers"];
        /// Between meals.
        Snack = "snack" ["snack", "snacks"];
    }
}

words_of! {
    /// What somebody would rather have.
    Taste {
        /// Hot of chilli.
        Spicy = "spicy" ["spicy", "spiciest", "very spicy", "really spicy", "with a kick", "fiery"];
        /// Not hot of chilli.
        Mild = "mild" ["mild", "not spicy", "not too spicy", "not so spicy", "not very spicy", "less spicy", "non spicy", "not hot and spicy", "not that spicy"];
        /// Little fat, easy to eat.
        Light = "light" ["light", "lighter", "healthy", "healthier", "low fat", "low calorie", "lowfat", "refreshing"];
        /// Filling.
        Hearty = "hearty" ["hearty", "filling", "heavy", "comforting", "comfort"];
        /// Sugar.
        Sweet = "sweet" ["sweet", "sugary"];
        /// Salt rather than sugar.
        Savoury = "savoury" ["savoury", "savory", "salty", "not sweet", "not too sweet", "less sweet"];
        /// Acid.
        Sour = "sour" ["sour", "tangy"];
        /// Served warm.
        Hot = "hot" ["hot", "warm"];
        /// Served cold.
        Cold = "cold" ["cold", "iced", "chilled"];
        /// Little money.
        Cheap = "cheap" ["cheap", "cheaper", "cheapest", "inexpensive", "affordable", "not expensive", "not too expensive", "budget"];
        /// What many take.
        Popular = "popular" ["popular", "most popular", "best selling", "bestseller", "bestsellers", "best seller", "best sellers", "signature", "famous", "house special"];
        /// On the grill.
        Grilled = "grilled" ["grilled", "barbecued", "from the grill"];
        /// In oil.
        Fried = "fried" ["fried", "deep fried"];
        /// In the oven.
        Baked = "baked" ["baked", "roasted", "oven baked"];
        /// Over water.
        Steamed = "steamed" ["steamed"];
        /// With a bite.
        Crunchy = "crunchy" ["crunchy", "crispy"];
        /// With cream.
        Creamy = "creamy" ["creamy"];
        /// Kitchens of the world.
        Indian = "Indian" ["indian", "from india"];
        /// As above.
        Chinese = "Chinese" ["chinese", "from china"];
        /// As above.
        Japanese = "Japanese" ["japanese", "from japan"];
        /// As above.
        Korean = "Korean" ["korean", "from korea"];
        /// As above.
        Thai = "Thai" ["thai", "from thailand"];
        /// As above.
        Vietnamese = "Vietnamese" ["vietnamese", "from vietnam"];
        /// As above.
        Italian = "Italian" ["italian", "from italy"];
        /// As above.
        French = "French" ["french", "from france"];
        /// As above.
        Spanish = "Spanish" ["spanish", "from spain"];
        /// As above.
        Greek = "Greek" ["greek", "from greece"];
        /// As above.
        Turkish = "Turkish" ["turkish", "from turkey"];
        /// As above.
        Lebanese = "Lebanese" ["lebanese", "from lebanon", "middle eastern", "arabic"];
        /// As above.
        Mexican = "Mexican" ["mexican", "from mexico", "tex mex"];
        /// As above.
        American = "American" ["american", "from america"];
        /// As above.
        Mediterranean = "Mediterranean" ["mediterranean"];
        /// As above.
        Asian = "Asian" ["asian", "from asia"];
    }
}

/// Names in which a taste is only a part.
#[rustfmt::skip]
const NAMES: &[[&str; 2]] = &[
    ["hot", "dog"], ["hot", "dogs"], ["hot", "chocolate"], ["hot", "sauce"], ["hot", "pot"],
    ["hot", "wings"], ["hot", "fudge"], ["hot", "and"], ["hot", "pocket"], ["hot", "chip"],
    ["hot", "cross"], ["hot", "cake"], ["hot", "cakes"], ["sweet", "potato"], ["sweet", "potatoes"],
    ["sweet", "corn"], ["sweet", "chili"], ["sweet", "chilli"], ["sweet", "and"], ["sweet", "tea"],
    ["sweet", "onion"], ["sweet", "pepper"], ["sweet", "n"], ["sour", "cream"], ["sour", "soup"],
    ["sour", "pork"], ["sour", "chicken"], ["sour", "patch"], ["cold", "brew"], ["cold", "cut"],
    ["cold", "cuts"], ["cold", "stone"], ["light", "beer"], ["light", "mayo"], ["light", "ice"],
    ["cheap", "eats"], ["iced", "tea"], ["iced", "coffee"], ["iced", "latte"], ["iced", "mocha"],
    ["signature", "sauce"], ["famous", "amos"], ["heavy", "cream"], ["mild", "sauce"],
    ["mild", "cheddar"], ["hot", "coffee"], ["filling", "station"],
];

impl Taste {
    /// A manner of cooking or a cuisine: so often part of a name that it is read only alone.
    fn only_alone(self) -> bool {
        self >= Taste::Grilled
    }
}

pub(super) fn read(scan: &mut Scan<'_>) {
    limits::veggie_alone(scan);
    let found = phrases(scan);
    let alone = {
        let covered = |at: usize| found.iter().any(|soft| (soft.from..soft.to).contains(&at));
        (0..scan.tokens.len())
            .all(|at| covered(at) || scan.word(at).is_none_or(super::words::is_filler))
    };
    for soft in found {
        let keep = match &soft.meaning {
            Meaning::Taste(taste) => alone || !(taste.only_alone() || soft.in_name),
            _ => alone,
        };
        if keep {
            scan.keep(soft.from, soft.to, soft.meaning, soft.label.to_owned());
        }
    }
}

struct Soft {
    from: usize,
    to: usize,
    meaning: Meaning,
    label: &'static str,
    in_name: bool,
}

fn phrases(scan: &Scan<'_>) -> Vec<Soft> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < scan.tokens.len() {
        match longest(scan, at) {
            Some(soft) => {
                at = soft.to;
                found.push(soft);
            }
            None => at += 1,
        }
    }
    found
}

fn longest(scan: &Scan<'_>, at: usize) -> Option<Soft> {
    let first = scan.word(at)?;
    let length = |phrases: &[&str]| {
        let begins = phrases.iter().filter(|phrase| phrase.starts_with(first));
        let said = begins.filter_map(|phrase| {
            let words: Vec<&str> = phrase.split(' ').collect();
            scan.is(at, &words).then_some(words.len())
        });
        said.max()
    };
    let tastes = Taste::ALL.iter().filter_map(|taste| {
        Some((
            length(taste.phrases())?,
            Meaning::Taste(*taste),
            taste.label(),
        ))
    });
    let courses = Course::ALL.iter().filter_map(|course| {
        Some((
            length(course.phrases())?,
            Meaning::Course(*course),
            course.label(),
        ))
    });
    let (length, meaning, label) = tastes.chain(courses).max_by_key(|found| found.0)?;
    // "not light", "no dessert": turned round, and understood by nobody here.
    let first_not = scan.word(at) == Some("not") || scan.word(at) == Some("non");
    let denied = matches!(
        scan.before(at),
        Some("not" | "no" | "never" | "isnt" | "nothing" | "without" | "less" | "non")
    ) || (matches!(scan.before(at), Some("too" | "so" | "very" | "that"))
        && at >= 2
        && matches!(scan.before(at - 1), Some("not" | "isnt")));
    if denied && !first_not {
        return None;
    }
    let in_name = match (scan.word(at), scan.word(at + 1)) {
        (Some(left), Some(right)) => NAMES.contains(&[left, right]),
        _ => false,
    };
    Some(Soft {
        from: at,
        to: at + length,
        meaning,
        label,
        in_name,
    })
}
