//! Words that name the same thing on menus.
//!
//! Invariant: a group holds true synonyms only; a word that merely goes with another ("burger",
//! "fries") is no synonym. An entry is one word or two.

use crate::analysis;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Groups of names for one thing.
#[rustfmt::skip]
const GROUPS: &[&[&str]] = &[
    &["fries", "chips", "french fries"],
    &["crisps", "potato chips"],
    &["soda", "pop", "soft drink", "fizzy drink", "soda pop"],
    &["pepsi", "pepsi cola"],
    &["mineral water", "sparkling water", "fizzy water", "club soda"],
    &["still water", "tap water"],
    &["prawn", "shrimp"],
    &["aubergine", "eggplant"],
    &["courgette", "zucchini"],
    &["coriander", "cilantro"],
    &["rocket", "arugula"],
    &["beet", "beetroot"],
    &["bell pepper", "capsicum", "sweet pepper"],
    &["spring onion", "scallion", "green onion"],
    &["chickpea", "garbanzo", "garbanzo bean"],
    &["fava bean", "broad bean"],
    &["corn", "sweetcorn", "maize"],
    &["mangetout", "snow pea"],
    &["swede", "rutabaga"],
    &["mushroom", "champignon", "funghi", "hongos"],
    &["mayo", "mayonnaise"],
    &["bbq", "barbecue", "barbeque"],
    &["gravy", "jus"],
    &["hamburger", "burger", "beefburger"],
    &["sausage", "banger", "bratwurst", "wurst"],
    &["bacon", "rasher"],
    &["mince", "ground beef", "minced beef"],
    &["pork", "cochon", "cerdo"],
    &["beef", "carne", "boeuf"],
    &["chicken", "pollo", "poulet", "kotopoulo", "chkn", "chix"],
    &["fish", "pescado", "poisson"],
    &["squid", "calamari"],
    &["octopus", "pulpo"],
    &["drumstick", "chicken leg"],
    &["kebab", "kebap", "kabob", "kebob"],
    &["doner", "donair"],
    &["hummus", "houmous", "hommus", "humus"],
    &["yogurt", "yoghurt"],
    &["cheese", "queso", "fromage", "formaggio"],
    &["sandwich", "sub", "hoagie", "sarnie", "panini", "toastie"],
    &["wrap", "roll up"],
    &["bun", "roll"],
    &["pancake", "crepe", "flapjack", "hotcake"],
    &["dumpling", "gyoza", "potsticker", "jiaozi", "pierogi", "momo"],
    &["ramen", "lamian"],
    &["wonton", "won ton"],
    &["spaghetti", "spag"],
    &["pasta", "noodles"],
    &["lasagna", "lasagne"],
    &["bolognese", "ragu"],
    &["margherita", "margarita"],
    &["soup", "broth", "zuppa", "sopa"],
    &["stew", "casserole"],
    &["salad", "insalata", "ensalada"],
    &["starter", "appetizer", "appetiser", "antipasti"],
    &["dessert", "pudding", "afters", "sweets"],
    &["main", "entree"],
    &["takeaway", "takeout", "to go"],
    &["ice cream", "gelato", "icecream"],
    &["popsicle", "ice lolly"],
    &["sorbet", "sherbet"],
    &["cookie", "biscuit"],
    &["candy", "sweets"],
    &["cake", "gateau", "torte"],
    &["donut", "doughnut"],
    &["milkshake", "shake"],
    &["lemonade", "limonada"],
    &["coffee", "cafe", "java"],
    &["decaf", "decaffeinated"],
    &["latte", "cafe latte"],
    &["iced", "ice", "cold"],
    &["hot chocolate", "cocoa"],
    &["tea", "chai", "cha"],
    &["beer", "lager", "cerveza", "birra"],
    &["wine", "vino", "vin"],
    &["veggie", "vegetarian", "vegetable", "veg"],
    &["vegan", "plant based"],
    &["kids", "children"],
    &["grilled", "griddled", "chargrilled", "char grilled"],
    &["roast", "roasted", "baked"],
    &["large", "big", "lg"],
    &["medium", "med", "regular"],
    &["small", "little", "mini", "sm"],
    &["coke", "cola", "coca cola"],
    &["ketchup", "catsup"],
    &["hot dog", "frankfurter"],
    &["ribeye", "rib eye", "entrecote"],
    &["chili", "chilli", "chile"],
    &["noodle", "mein"],
    &["peanut", "groundnut"],
    &["salmon", "lox"],
    &["tofu", "bean curd"],
    &["guac", "guacamole"],
    &["avocado", "avo"],
    &["egg", "huevos"],
    &["rice", "arroz", "pilaf"],
    &["bread", "loaf"],
    &["flatbread", "pita", "pitta"],
    // How menus and people shorten words.
    &["breakfast", "brekkie", "bfast"],
    &["chocolate", "choc"],
    &["caramel", "crml"],
    &["strawberry", "strawb"],
    &["quarter", "qtr"],
    &["double", "dbl"],
    &["piece", "pc"],
    &["ounce", "oz"],
    // A number is exact in either spelling.
    &["one", "1"], &["two", "2"], &["three", "3"], &["four", "4"], &["five", "5"], &["six", "6"],
    &["seven", "7"], &["eight", "8"], &["nine", "9"], &["ten", "10"], &["twelve", "12"],
    &["twenty", "20"],
];

/// Terms of an entry to the other names of its groups, each as one term.
static TABLE: LazyLock<HashMap<Vec<String>, Vec<String>>> = LazyLock::new(|| {
    let mut table: HashMap<Vec<String>, Vec<String>> = HashMap::new();
    for group in GROUPS {
        for entry in *group {
            let others = group.iter().filter(|other| *other != entry);
            table
                .entry(terms(entry))
                .or_default()
                .extend(others.filter_map(|other| single(other)));
        }
    }
    table
});

fn terms(entry: &str) -> Vec<String> {
    analysis::tokens(entry)
        .into_iter()
        .map(|token| token.term)
        .collect()
}

/// The entry as one term: its word, or its two words joined.
fn single(entry: &str) -> Option<String> {
    match analysis::tokens(entry).as_slice() {
        [token] => Some(token.term.clone()),
        [left, right] => analysis::joined(left, right),
        _ => None,
    }
}

/// Other names, each as one term, of a word or two neighbouring words given as terms.
pub(crate) fn of(terms: &[String]) -> &'static [String] {
    TABLE.get(terms).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, of, terms};

    #[test]
    fn both_ways_and_through_plurals() {
        let owned = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert!(of(&owned(&["chip"])).contains(&"fri".to_owned()));
        assert!(of(&owned(&["fri"])).contains(&"chip".to_owned()));
        assert!(of(&owned(&["ice", "cream"])).contains(&"gelato".to_owned()));
        assert!(of(&owned(&["gelato"])).contains(&"icecream".to_owned()));
        assert!(of(&owned(&["burgerr"])).is_empty());
    }

    #[test]
    fn every_entry_has_one_word_or_two_and_company() {
        for group in GROUPS {
            assert!(group.len() >= 2, "{group:?}");
            for entry in *group {
                assert!((1..=2).contains(&terms(entry).len()), "{entry}");
            }
        }
    }
}
