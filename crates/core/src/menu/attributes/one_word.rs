//! Limits that one word states: "coeliac", "nutfree", "GF".

use super::limits::{not_mentioned, plural};
use super::scan::Scan;
use super::{Meaning, words};
use crate::menu::slips;
use olympus_proto::Allergen;

/// "eggless", "coeliac", "nonalcoholic".
pub(super) fn one_word(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let (allergens, label): (&[Allergen], _) = match scan.word(at)? {
        "coeliac" | "celiac" | "coeliacs" | "celiacs" => (&[Allergen::Gluten], "no gluten"),
        "eggless" => (&[Allergen::Eggs], "no eggs"),
        "dairyless" | "nondairy" => (&[Allergen::Milk], "no dairy"),
        "cheeseless" => (&[Allergen::Milk], "no cheese"),
        "glutenless" => (&[Allergen::Gluten], "no gluten"),
        "nutless" => (&[Allergen::Nuts, Allergen::Peanuts], "no nuts"),
        "nonalcoholic" | "alcoholfree" => {
            let meaning = Meaning::Without(words::mentions("alcohol"));
            scan.take(at, at + 1, meaning, not_mentioned("alcohol"));
            return Some(at + 1);
        }
        "non" if scan.is(at, &["non", "alcoholic"]) => {
            let meaning = Meaning::Without(words::mentions("alcohol"));
            scan.take(at, at + 2, meaning, not_mentioned("alcohol"));
            return Some(at + 2);
        }
        "gf" if is_free_of(scan, at) => (&[Allergen::Gluten], "no gluten"),
        "df" if is_free_of(scan, at) => (&[Allergen::Milk], "no dairy"),
        word => {
            let (allergens, label) = glued(word)?;
            scan.take(at, at + 1, Meaning::Free(allergens), label);
            return Some(at + 1);
        }
    };
    let meaning = Meaning::Free(allergens.to_vec());
    let to = if scan.is(at + 1, &["disease"]) {
        at + 2
    } else {
        at + 1
    };
    scan.take(at, to, meaning, label.to_owned());
    Some(to)
}

/// "Nutfree", "dairyintolerant", "glutnfree".
fn glued(word: &str) -> Option<(Vec<Allergen>, String)> {
    let endings = ["free", "intolerant", "allergy", "allergic"];
    let ended = endings.iter().find_map(|ending| word.strip_suffix(ending));
    // "Nodairy nonuts smoothie"
    let named = ended.or_else(|| word.strip_prefix("no"))?;
    let named = slips::of_limit(named).unwrap_or(named);
    let found = words::allergen(&[named])?;
    let label = format!("no {}", plural(named));
    (!found.allergens.is_empty()).then_some((found.allergens, label))
}

/// "GF pizza", "gf options please", and not "my gf wants a pizza".
fn is_free_of(scan: &Scan<'_>, at: usize) -> bool {
    const OF_SOMEBODY: [&str; 12] = [
        "my", "our", "his", "her", "for", "with", "and", "hot", "new", "ex", "ur", "del",
    ];
    let is_person = scan
        .before(at)
        .is_some_and(|word| OF_SOMEBODY.contains(&word));
    let next = scan.word(at + 1).filter(|_| !scan.cut(at + 1));
    let does = matches!(
        next,
        Some(
            "is" | "wants"
                | "wanted"
                | "loves"
                | "likes"
                | "and"
                | "has"
                | "s"
                | "will"
                | "would"
                | "said"
                | "hates"
        )
    );
    let is_both = scan.is(at + 1, &["and", "df"]) || scan.is(at + 1, &["and", "gf"]);
    let joins_other = scan.before(at) == Some("and")
        && at > 1
        && matches!(scan.before(at - 1), Some("gf" | "df"));
    (!is_person || joins_other) && (!does || is_both) && !scan.in_another_language()
}
