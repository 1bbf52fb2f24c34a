//! Words that sound alike, or nearly, at a counter.
//!
//! Invariant: pairs hold both ways, no pair stands twice, and none has a negation word, so that
//! what is meant stays meant.

/// 0 to 12 as they are said.
pub(super) const NUMBERS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];

#[rustfmt::skip]
const PAIRS: &[(&str, &str)] = &[
    // numbers
    ("for", "four"), ("for", "fore"), ("to", "too"), ("to", "two"), ("too", "two"),
    ("ate", "eight"), ("won", "one"), ("tree", "three"), ("free", "three"), ("sicks", "six"),
    ("tin", "ten"), ("nine", "wine"), ("fife", "five"), ("fifteen", "fifty"),
    ("thirteen", "thirty"), ("fourteen", "forty"), ("sixteen", "sixty"), ("eighteen", "eighty"),
    // at the counter
    ("fries", "prize"), ("fries", "fry's"), ("fries", "flies"), ("shake", "sheikh"),
    ("coke", "cook"), ("coke", "coat"), ("bun", "fun"), ("bun", "pun"), ("meal", "mill"),
    ("meat", "meet"), ("steak", "stake"), ("chili", "chilly"), ("chips", "ships"),
    ("chips", "chip"), ("sauce", "source"), ("sauce", "saws"), ("mayo", "mail"),
    ("pickles", "nickels"), ("lettuce", "let us"), ("cheese", "she's"), ("cheese", "cheeks"),
    ("bacon", "baking"), ("beef", "beet"), ("bean", "been"), ("beans", "beams"),
    ("bread", "bred"), ("roll", "role"), ("flour", "flower"), ("thyme", "time"),
    ("leek", "leak"), ("peas", "peace"), ("pear", "pair"), ("berry", "bury"),
    ("mousse", "moose"), ("soup", "soap"), ("tea", "tee"), ("water", "order"), ("wrap", "rap"),
    ("wings", "rings"), ("wing", "ring"), ("ham", "hem"), ("lamb", "lamp"), ("duck", "dock"),
    ("pork", "fork"), ("pie", "pi"), ("cake", "take"), ("cone", "corn"), ("rice", "ice"),
    ("rice", "rise"), ("taco", "talk oh"), ("salsa", "some sauce"), ("sprite", "spite"),
    ("sprite", "bright"), ("juice", "choose"), ("latte", "la tay"), ("mocha", "mocker"),
    ("curry", "hurry"), ("naan", "nan"), ("gyro", "euro"), ("gyro", "hero"), ("sub", "some"),
    ("whole", "hole"), ("large", "lodge"), ("small", "mall"), ("plain", "plane"),
    ("side", "sight"), ("extra", "ex tra"), ("dozen", "cousin"), ("salad", "ballad"),
    ("pasta", "past a"), ("pizza", "pete's a"), ("cream", "scream"), ("root", "route"),
    ("mint", "meant"), ("lime", "line"), ("grilled", "drilled"), ("fried", "fred"),
    ("diet", "riot"), ("combo", "come bow"), ("nugget", "nug it"), ("dessert", "desert"),
    // around the order
    ("order", "older"), ("bill", "pill"), ("tip", "dip"), ("pay", "hay"), ("change", "chains"),
    ("cancel", "council"), ("add", "at"), ("drop", "crop"), ("swap", "swamp"), ("make", "may"),
    ("remove", "her move"), ("wait", "weight"), ("waiter", "wader"), ("late", "lake"),
    ("cold", "called"), ("cold", "gold"), ("hot", "hut"), ("hair", "hare"), ("wrong", "long"),
    ("right", "write"), ("here", "hear"), ("there", "their"), ("your", "you're"), ("our", "hour"),
    ("by", "buy"), ("would", "wood"), ("price", "prize"), ("sale", "sail"),
    ("close", "clothes"), ("open", "oven"), ("store", "tore"), ("menu", "men you"),
    ("card", "cart"), ("cash", "cache"), ("cents", "sense"), ("gluten", "glue ten"),
    ("vegan", "began"), ("kosher", "culture"), ("halal", "hello"), ("allergy", "energy"),
    ("nuts", "notes"), ("please", "pleas"), ("thanks", "tanks"), ("and", "an"),
    ("which", "witch"), ("where", "wear"), ("week", "weak"), ("are", "our"), ("new", "knew"),
];

/// What the word may be taken for; empty for most words.
pub(super) fn others(word: &str) -> Vec<&'static str> {
    PAIRS
        .iter()
        .filter_map(|&(a, b)| match word {
            _ if word == a => Some(b),
            _ if word == b => Some(a),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{NUMBERS, PAIRS, others};
    use std::collections::BTreeSet;

    #[test]
    fn many_pairs_none_twice_and_all_as_they_are_heard() {
        assert!(PAIRS.len() >= 80, "{}", PAIRS.len());
        let mut seen = BTreeSet::new();
        for &(a, b) in PAIRS {
            assert_ne!(a, b);
            assert!(seen.insert(if a < b { (a, b) } else { (b, a) }), "{a}/{b}");
            for word in [a, b] {
                assert_eq!(word, word.to_lowercase().trim());
                assert!(!word.ends_with("n't"), "{word}");
                assert!(!["no", "not", "without", "never", "off"].contains(&word));
            }
        }
    }

    #[test]
    fn pairs_hold_both_ways() {
        assert_eq!(others("ate"), ["eight"]);
        assert_eq!(others("eight"), ["ate"]);
        assert_eq!(others("two"), ["to", "too"]);
        assert!(others("burger").is_empty());
        assert_eq!(NUMBERS[8], "eight");
    }
}
