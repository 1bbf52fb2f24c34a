//! The words that attributes are said with.
//!
//! Invariant: lists that are searched by halving are sorted; all words are normalised as
//! `menu::text` does. An ingredient is listed in the singular.

use crate::menu::allergen::{self, Claim};
use crate::menu::text::singular;
use olympus_proto::Allergen;

/// Words that say nothing about a dish beside an attribute.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "a", "about", "all", "also", "always", "am", "an", "and", "any", "anyone", "anything", "are",
    "around", "as", "at", "available", "be", "because", "both", "bring", "but", "by",
    "can", "cannot", "cant", "choice", "choices", "could", "course", "courses", "cuisine", "d",
    "daughter", "diet", "diets", "dinner", "dish", "dishes", "do", "does", "eat", "eating", "else",
    "ever", "everything", "find", "food", "foods", "for", "friend", "friendly", "from", "get",
    "girlfriend", "boyfriend", "give", "go", "going", "good", "got", "great", "guest", "had", "has",
    "have", "having", "he", "hello", "help", "her", "here", "hey", "hi", "him", "his", "how",
    "hungry", "husband", "i", "id", "if", "im", "in", "inside", "is", "it", "item", "items", "its",
    "ive", "just", "kind", "kinds", "know", "let", "like", "list", "ll", "looking", "love", "lunch",
    "m", "made", "make", "me", "meal", "meals", "menu", "my", "need", "needs", "nice", "nothing",
    "now", "of", "offer", "ok", "on", "one", "ones", "only", "option", "options", "or", "order",
    "our", "party", "people", "person", "please", "prefer", "products", "really", "recommend",
    "recommendation", "recommendations", "restaurant", "right", "s", "safe", "section", "see",
    "selection", "serve", "served", "she", "should", "show", "so", "some", "someone", "something",
    "somewhere", "son", "sort", "still", "stuff", "style", "suggest", "suggestions", "t", "table",
    "take", "tasty", "than", "that", "thats", "the", "their", "them", "then", "there", "theres",
    "these", "they", "thing", "things", "this", "those", "to", "today", "tonight", "too", "treat",
    "try", "u", "us", "ve", "very", "wanna", "want", "wants", "we", "what", "whatever", "whats",
    "where", "which", "who", "whos", "wife", "will", "with", "would", "yes", "you", "your", "yum",
    "yummy",
];

/// Whether the word says nothing about a dish beside an attribute.
pub(super) fn is_filler(word: &str) -> bool {
    static SORTED: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| {
        let mut words = FILLERS.to_vec();
        words.sort_unstable();
        words
    });
    SORTED.binary_search(&word).is_ok()
}

/// Words of a diet, and the tag that menus state it by.
#[rustfmt::skip]
pub(super) const DIETS: &[(&[&[&str]], &str)] = &[
    (&[&["vegan"], &["vegans"], &["plant", "based"], &["plantbased"]], "vegan"),
    (&[&["vegetarian"], &["vegetarians"], &["veggie", "options"], &["veggie", "option"],
       &["veggie", "dishes"], &["veggie", "dish"], &["veggie", "food"], &["veggie", "friendly"],
       &["veggie", "meal"], &["veggie", "meals"], &["veg", "options"], &["veg", "option"],
       &["veg", "dishes"], &["veg", "food"], &["pure", "veg"], &["meatless"], &["meat", "free"],
       &["meatfree"]], "vegetarian"),
    (&[&["pescatarian"], &["pescetarian"], &["pescatarians"], &["pescetarians"]], "pescatarian"),
    (&[&["halal"]], "halal"),
    (&[&["kosher"]], "kosher"),
    (&[&["jain"]], "jain"),
    (&[&["keto"], &["ketogenic"], &["keto", "friendly"]], "keto"),
    (&[&["paleo"]], "paleo"),
    (&[&["low", "carb"], &["lowcarb"]], "low_carb"),
];

/// Allergens in everyday words that menus do not use, and names that only look like one: those
/// have none, and are ingredients.
#[rustfmt::skip]
const PHRASES: &[(&[&str], &[Allergen])] = &[
    (&["peanut", "butter"], &[Allergen::Peanuts]),
    (&["nut", "butter"], &[Allergen::Nuts, Allergen::Peanuts]),
    (&["glue", "ten"], &[Allergen::Gluten]),
    (&["shell", "fish"], &[Allergen::Crustaceans, Allergen::Molluscs]),
    (&["sea", "food"], &[Allergen::Fish, Allergen::Crustaceans, Allergen::Molluscs]),
    (&["almond", "milk"], &[Allergen::Nuts]),
    (&["cashew", "milk"], &[Allergen::Nuts]),
    (&["soy", "milk"], &[Allergen::Soybeans]),
    (&["oat", "milk"], &[Allergen::Gluten]),
    (&["sour", "cream"], &[Allergen::Milk]),
    (&["cream", "cheese"], &[Allergen::Milk]),
    (&["coconut", "milk"], &[]),
    (&["coconut", "cream"], &[]),
    (&["ice", "cream"], &[]),
    (&["egg", "plant"], &[]),
    (&["egg", "plants"], &[]),
    (&["water", "chestnuts"], &[]),
    (&["nut", "meg"], &[]),
    (&["milk"], &[Allergen::Milk]),
    (&["shellfishes"], &[Allergen::Crustaceans, Allergen::Molluscs]),
    (&["lactose"], &[Allergen::Milk]),
    (&["cheeses"], &[Allergen::Milk]),
    (&["mayo"], &[Allergen::Eggs]),
    (&["bread"], &[Allergen::Gluten]),
    (&["flour"], &[Allergen::Gluten]),
    (&["lupins"], &[Allergen::Lupin]),
    (&["mollusca"], &[Allergen::Molluscs]),
    (&["sulphates"], &[Allergen::Sulphites]),
    (&["sulfates"], &[Allergen::Sulphites]),
];

/// What an allergen is called in a label, where the word said says less or more.
pub(super) struct Named {
    pub(super) allergens: Vec<Allergen>,
    /// Words that it takes.
    pub(super) length: usize,
    /// It is also a food that dishes are named for: "fish", "cheese".
    pub(super) is_food: bool,
}

/// The allergen that the words are the beginning of; an empty list for a phrase that only looks
/// like one. "Nuts" in the mouth of a guest are peanuts too: the wide reading is the safe one.
pub(super) fn allergen(words: &[&str]) -> Option<Named> {
    for length in (1..=words.len().min(3)).rev() {
        let said = words.get(..length)?;
        if let Some((_, allergens)) = PHRASES.iter().find(|(phrase, _)| *phrase == said) {
            return Some(Named {
                allergens: allergens.to_vec(),
                length,
                is_food: true,
            });
        }
        let Some(found) = allergen::named(&said.join("_"), Claim::Warns) else {
            continue;
        };
        let mut allergens = found.to_vec();
        if matches!(said, ["nut" | "nuts"]) {
            allergens.push(Allergen::Peanuts);
        }
        return Some(Named {
            allergens,
            length,
            is_food: !matches!(
                said,
                ["gluten"
                    | "wheat"
                    | "dairy"
                    | "lactose"
                    | "casein"
                    | "nut"
                    | "nuts"
                    | "peanut"
                    | "peanuts"
                    | "soy"
                    | "soya"
                    | "sesame"
                    | "sulphites"
                    | "sulfites"
                    | "lupin"
                    | "shellfish"
                    | "crustaceans"
                    | "molluscs"
                    | "seafood",]
                    | ["tree", ..]
            ),
        });
    }
    None
}

/// Ingredients that "no" may stand before. "Without" takes any word.
#[rustfmt::skip]
const INGREDIENTS: &[&str] = &[
    "alcohol", "anchovy", "apple", "asparagus", "aubergine", "avocado", "bacon", "banana", "basil",
    "bean", "beef", "beetroot", "bell pepper", "berry", "blueberry", "broccoli", "cabbage",
    "caffeine", "caper", "capsicum", "cardamom", "carrot", "cauliflower", "chestnut", "chicken",
    "chickpea", "chili", "chilli", "chive", "chocolate", "chorizo", "cilantro", "cinnamon",
    "coconut", "coconut milk", "coffee", "coriander", "corn", "courgette", "croutons", "cucumber",
    "cumin", "curry", "date", "dill", "dressing", "duck", "eggplant", "fennel", "fig", "garlic",
    "ginger", "goat", "grape", "green onion", "green pepper", "guacamole", "ham", "honey",
    "hot sauce", "ice", "ice cream", "jalapeno", "kale", "ketchup", "kiwi", "lamb", "leek",
    "lemon", "lentil", "lettuce", "lime", "mango", "marshmallow", "mayo", "mint", "mozzarella",
    "msg", "mushroom", "mutton", "okra", "olive", "onion", "orange", "oregano", "palm oil",
    "paneer", "paprika", "parsley", "pasta", "pea", "peach", "pear", "pepper", "pepperoni",
    "pickle", "pineapple", "pork", "potato", "prosciutto", "pumpkin", "quinoa", "rabbit",
    "radish", "raisin", "red meat", "red onion", "rice", "rosemary", "salami", "salt", "sausage",
    "spinach", "sprinkles", "strawberry", "sugar", "tomato", "tomatoes", "turkey", "vanilla",
    "veal", "vinegar", "walnut", "zucchini",
];

/// What menus call drinks free of: "alcohol free", "decaffeinated", "zero sugar".
pub(super) const NAMES_ABSENCE: &[&str] = &["alcohol", "caffeine", "sugar"];

/// What "without" is said of that is no ingredient.
#[rustfmt::skip]
const NO_INGREDIENT: &[&str] = &[
    "added", "additives", "allergic", "allergy", "artificial", "being", "charge", "delay", "dont", "doubt",
    "extra", "fail", "fuss", "getting", "going", "having", "intolerant", "it", "limit", "makes", "me",
    "much", "must", "not", "order", "paying", "problem", "question", "reservation", "someone", "spending",
    "too", "us", "waiting", "you",
];

/// What carries an ingredient without naming it, for the plainest cases.
#[rustfmt::skip]
const CARRIERS: &[(&str, &[&str])] = &[
    ("caffeine", &["coffee", "espresso", "latte", "cappuccino", "mocha", "americano", "macchiato",
                   "frappe", "frappuccino", "cola", "coke", "pepsi", "tea", "chai", "matcha",
                   "energy drink", "red bull", "cold brew", "flat white", "dr pepper",
                   "mountain dew"]),
    ("alcohol", &["beer", "wine", "vodka", "rum", "whiskey", "whisky", "gin", "tequila", "cocktail",
                  "margarita", "mojito", "lager", "ale", "cider", "champagne", "prosecco", "sangria",
                  "sake", "brandy", "bourbon", "liqueur", "ipa", "stout"]),
    ("pork", &["bacon", "ham", "prosciutto", "pancetta", "chorizo", "salami", "pepperoni",
               "carnitas", "guanciale", "speck", "mortadella", "pulled pork"]),
    ("beef", &["steak", "brisket", "sirloin", "ribeye", "carne asada", "pastrami"]),
    ("lamb", &["mutton"]),
    ("mushroom", &["portobello", "shiitake", "porcini", "champignon"]),
    ("cilantro", &["coriander"]),
    ("coriander", &["cilantro"]),
    ("eggplant", &["aubergine"]),
    ("aubergine", &["eggplant"]),
    ("red meat", &["beef", "steak", "lamb", "mutton", "pork", "veal", "brisket", "bacon", "ham"]),
    ("onion", &["scallion", "shallot"]),
];

/// The ingredient that the words are the beginning of, in the singular, and how many words it
/// takes. `any` takes a word that is on no list.
pub(super) fn ingredient(words: &[&str], any: bool) -> Option<(String, usize)> {
    for length in (1..=words.len().min(2)).rev() {
        let said = words.get(..length)?.join(" ");
        for form in [said.as_str(), &singular(&said)] {
            if INGREDIENTS.binary_search(&form).is_ok() {
                return Some((form.to_owned(), length));
            }
        }
    }
    let word = *words.first()?;
    let takes = any
        && word.len() >= 3
        && word.chars().all(char::is_alphabetic)
        && !is_filler(word)
        && !NO_INGREDIENT.contains(&word);
    takes.then(|| (singular(word), 1))
}

/// The words that an exclusion of `ingredient` looks for.
pub(super) fn mentions(ingredient: &str) -> Vec<String> {
    let carriers = CARRIERS
        .iter()
        .find(|(name, _)| *name == ingredient)
        .map_or(&[][..], |(_, carriers)| carriers);
    std::iter::once(ingredient)
        .chain(carriers.iter().copied())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::INGREDIENTS;

    #[test]
    fn ingredients_are_sorted_for_the_search() {
        assert!(INGREDIENTS.is_sorted());
    }
}
