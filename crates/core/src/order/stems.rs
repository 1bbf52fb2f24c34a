//! Words as menus and customers write them, made the same: endings of the plural, what is cut short, numbers
//! and units.

use crate::menu::text::words;

/// What an option such as "No onion" takes away; `None` where a name adds something.
pub(super) fn removed(name: &str) -> Option<&str> {
    const AWAY: [&str; 10] = [
        "no ",
        "without ",
        "hold the ",
        "hold ",
        "omit ",
        "w/o ",
        "remove ",
        "minus ",
        "leave off ",
        "leave out ",
    ];
    let name = name.trim();
    let rest = AWAY.iter().find_map(|away| {
        let first = name.get(..away.len())?;
        first
            .eq_ignore_ascii_case(away)
            .then(|| name.get(away.len()..))
            .flatten()
    });
    rest.map(str::trim_start).filter(|rest| !rest.is_empty())
}

/// An option's name without what menus add to it and nobody says: "sugar (skétos)", "peanuts on
/// top".
pub(super) fn shortened(name: &str) -> Option<&str> {
    let said = name.split(['(', '[']).next().unwrap_or(name).trim_end();
    let lower = said.to_ascii_lowercase();
    let said = [" on top", " on the side", " on it"]
        .iter()
        .find_map(|ending| said.get(..lower.strip_suffix(ending)?.len()))
        .unwrap_or(said);
    (!said.is_empty() && said != name).then_some(said)
}

/// Whether a stem is a number or a unit: "300 g" names no dish.
pub(super) fn is_amount(stem: &str) -> bool {
    stem.chars().all(char::is_numeric) || UNITS.iter().any(|(unit, _)| *unit == stem)
}

/// The measures in the name of a size: "16 oz" of "16oz Medium", "14 inch" of `Large 14"`.
pub(super) fn measures_of(name: &str) -> Vec<String> {
    let written = name.replace(['"', '\u{201d}'], " inch ");
    let all: Vec<String> = words(&written)
        .iter()
        .map(|word| stem(&word.text))
        .collect();
    // "1/2 lb" is no two pounds.
    let is_number = |word: &String| word.chars().all(char::is_numeric);
    let is_part = |at: usize| at > 0 && all.get(at - 1).is_some_and(is_number);
    let pairs = all
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| match pair {
            [number, unit]
                if !is_part(at) && number.chars().all(char::is_numeric) && is_unit(unit) =>
            {
                Some(format!("{number} {unit}"))
            }
            _ => None,
        });
    pairs.filter(|pair| *pair != all.join(" ")).collect()
}

/// What a size is served in, where its name says besides only how much: "can" of "375ml Can".
pub(super) fn served_in(name: &str) -> Option<String> {
    const HOLDS: [&str; 7] = ["can", "tin", "bottle", "glass", "cup", "jug", "pitcher"];
    let all: Vec<String> = words(name).iter().map(|word| stem(&word.text)).collect();
    let (holds, amount) = all.split_last()?;
    let is_amount = !amount.is_empty() && amount.iter().all(|word| is_amount(word));
    (is_amount && HOLDS.contains(&holds.as_str())).then(|| holds.clone())
}

/// Whether a stem is a unit of measure.
pub(super) fn is_unit(stem: &str) -> bool {
    UNITS.iter().any(|(unit, _)| *unit == stem) && stem != "piece"
}

/// Units as menus write them, and as they are said.
const UNITS: [(&str, &[&str]); 10] = [
    ("cm", &["centimeter", "centimetre"]),
    ("ml", &["milliliter", "millilitre", "mil"]),
    ("cl", &["centiliter", "centilitre"]),
    ("l", &["liter", "litre", "ltr"]),
    ("g", &["gram", "gramme", "gr"]),
    ("kg", &["kilo", "kilogram"]),
    ("oz", &["ounce"]),
    ("lb", &["pound"]),
    ("inch", &[]),
    ("piece", &["pc", "pcs", "pce", "ct", "count"]),
];

/// What tills and hasty customers cut short, beside the whole word.
#[rustfmt::skip]
const SHORT: [(&str, &str); 63] = [
    ("sm", "small"), ("sml", "small"), ("med", "medium"), ("lg", "large"), ("lrg", "large"), ("lge", "large"),
    ("reg", "regular"), ("dbl", "double"), ("xtra", "extra"), ("lt", "light"), ("lite", "light"),
    ("choc", "chocolate"), ("chix", "chicken"), ("chkn", "chicken"), ("guac", "guacamole"), ("avo", "avocado"),
    ("mozz", "mozzarella"), ("parm", "parmesan"), ("bbq", "barbecue"), ("barbeque", "barbecue"),
    ("mayonnaise", "mayo"), ("catsup", "ketchup"), ("veg", "vegetable"), ("veggie", "vegetable"),
    ("pepp", "pepperoni"), ("jala", "jalapeno"),
    ("broc", "broccoli"), ("cuke", "cucumber"), ("strawb", "strawberry"), ("shroom", "mushroom"),
    ("jalap", "jalapeno"), ("prov", "provolone"), ("moz", "mozzarella"), ("chz", "cheese"), ("stk", "steak"),
    ("grld", "grilled"), ("sammich", "sandwich"), ("sammie", "sandwich"), ("sandwhich", "sandwich"),
    ("tater", "potato"), ("doctor", "dr"), ("nvm", "nevermind"), ("chik", "chicken"), ("burg", "burger"),
    ("milkshake", "shake"), ("oj", "orange juice"), ("ojs", "orange juice"), ("capp", "cappuccino"), ("mlk", "milk"), ("dt", "diet"),
    ("whip", "whipped cream"), ("cinn", "cinnamon"),
    ("junior", "jr"), ("md", "medium"), ("qt", "quart"), ("brwn", "brown"),
    ("mash", "mashed"), ("macaroni", "mac"), ("trad", "traditional"), ("halve", "half"), ("froyo", "frozen yogurt"), ("bleu", "blue"),
    // One of the fries.
    ("fry", "frie"),
];

/// Names of dishes that menus and customers spell in several ways, each with the way that is taken for all. In the
/// order of the alphabet.
#[rustfmt::skip]
const SPELLINGS: [(&str, &str); 85] = [
    ("bahn", "banh"), ("bhajee", "bhaji"), ("bhajia", "bhaji"), ("bibimbab", "bibimbap"), ("bibimbop", "bibimbap"),
    ("biriani", "biryani"), ("biriyani", "biryani"), ("briyani", "biryani"), ("bulghur", "bulgur"),
    ("bulgoki", "bulgogi"), ("burghul", "bulgur"), ("cappucino", "cappuccino"), ("capuccino", "cappuccino"),
    ("ceasar", "caesar"), ("cesar", "caesar"), ("chapatti", "chapati"), ("chapchae", "japchae"),
    ("chappati", "chapati"), ("chilli", "chili"), ("daal", "dal"), ("dahl", "dal"), ("dansak", "dhansak"),
    ("ddukbokki", "tteokbokki"), ("dhal", "dal"), ("doughnut", "donut"), ("dukbokki", "tteokbokki"),
    ("espreso", "espresso"), ("expresso", "espresso"), ("felafel", "falafel"), ("flavour", "flavor"),
    ("ganouj", "ganoush"), ("ghanouj", "ganoush"), ("ghanoush", "ganoush"), ("gimbap", "kimbap"),
    ("hommus", "hummus"), ("houmous", "hummus"), ("houmus", "hummus"), ("humus", "hummus"), ("jalfreezi", "jalfrezi"),
    ("kabab", "kebab"), ("kabob", "kebab"), ("kafta", "kofta"), ("kalbi", "galbi"), ("kebap", "kebab"),
    ("kebob", "kebab"), ("kefta", "kofta"), ("kimchee", "kimchi"), ("kofte", "kofta"), ("kurma", "korma"),
    ("labna", "labneh"), ("labne", "labneh"), ("lebneh", "labneh"), ("machiato", "macchiato"), ("mandoo", "mandu"),
    ("masla", "masala"), ("massala", "masala"), ("omelett", "omelette"), ("omlette", "omelette"),
    ("pakoda", "pakora"), ("panir", "paneer"), ("papadom", "poppadom"), ("papadum", "poppadom"),
    ("pappadom", "poppadom"), ("pillau", "pilau"), ("pitta", "pita"), ("popadom", "poppadom"),
    ("popadum", "poppadom"), ("poppadum", "poppadom"), ("pulao", "pilau"), ("rotti", "roti"), ("samoosa", "samosa"),
    ("shawerma", "shawarma"), ("shwarma", "shawarma"), ("tabbouli", "tabbouleh"), ("tabooli", "tabbouleh"),
    ("tabouleh", "tabbouleh"), ("tabouli", "tabbouleh"), ("tika", "tikka"), ("topokki", "tteokbokki"),
    ("tsatsiki", "tzatziki"), ("tteokboki", "tteokbokki"), ("tzaziki", "tzatziki"), ("vindalu", "vindaloo"),
    ("yoghourt", "yogurt"), ("yoghurt", "yogurt"),
];

#[rustfmt::skip]
const NUMBERS: [&str; 21] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
];

const TENS: [&str; 7] = [
    "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// A word without the ending of the plural, written out where it is cut short; a number in digits, a
/// unit as menus write it. The same for menus and for speech, so it need not be a word.
pub(super) fn stem(word: &str) -> String {
    let number = |word: &str| {
        let ones = NUMBERS.iter().position(|number| *number == word);
        let tens = || TENS.iter().position(|tens| *tens == word);
        ones.or_else(|| tens().map(|at| 30 + 10 * at))
    };
    if let Some(number) = number(word) {
        return number.to_string();
    }
    let stem = singular(word);
    // "Number fours", "number sixes"; "the chicken ones" are no number.
    let of_many = number(&stem).or_else(|| number(word.strip_suffix("es")?));
    if let Some(number) = of_many.filter(|number| *number > 1) {
        return number.to_string();
    }
    // "Veggie" is a sort of dish and "veggies" a topping: only the one is written out.
    if let Some((_, whole)) = SHORT
        .iter()
        .find(|(short, _)| *short == stem || *short == word)
    {
        return (*whole).to_owned();
    }
    if let Ok(at) = SPELLINGS.binary_search_by_key(&stem.as_str(), |(spelt, _)| spelt) {
        return SPELLINGS
            .get(at)
            .map_or(stem, |(_, meant)| (*meant).to_owned());
    }
    let unit = UNITS.iter().find(|(_, said)| said.contains(&stem.as_str()));
    unit.map_or(stem, |(unit, _)| (*unit).to_owned())
}

fn singular(word: &str) -> String {
    let cut = |ending: &str| word.strip_suffix(ending).filter(|rest| rest.len() > 2);
    // "cookies" and "cookie", "berries" and "berry"
    if let Some(rest) = cut("ies").or_else(|| cut("ie")) {
        return format!("{rest}y");
    }
    for ending in ["ches", "shes", "sses", "xes", "oes"] {
        if let Some(rest) = cut(ending) {
            return format!("{rest}{}", ending.strip_suffix("es").unwrap_or_default());
        }
    }
    match cut("s") {
        Some(rest) if !rest.ends_with(['s', 'u', 'i']) => rest.to_owned(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SPELLINGS, served_in, stem};

    #[test]
    fn spellings_are_found_by_bisection_and_lead_to_one() {
        assert!(SPELLINGS.is_sorted_by(|one, other| one.0 < other.0));
        for (spelt, meant) in SPELLINGS {
            assert_eq!(stem(spelt), meant);
            assert_eq!(stem(meant), meant, "{spelt} leads nowhere else");
        }
    }

    #[test]
    fn a_size_is_served_in_what_its_name_ends_with() {
        assert_eq!(served_in("375ml Can").as_deref(), Some("can"));
        assert_eq!(served_in("20 oz Bottles").as_deref(), Some("bottle"));
        for name in ["Can", "Large Cup", "12 oz", ""] {
            assert_eq!(served_in(name), None, "{name}");
        }
    }
}
