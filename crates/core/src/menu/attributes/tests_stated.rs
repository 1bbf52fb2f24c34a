//! Limits as people state them in passing, and misspelt.

use super::{Manner, parse};

fn excluded(text: &str, manner: Manner) -> String {
    let filters = parse(text, manner, &[]).filters();
    [filters.exclude_allergens, filters.diets]
        .concat()
        .join(" ")
}

#[test]
fn a_limit_is_read_through_typing_errors() {
    for (text, limit) in [
        ("glutn free pizza", "gluten"),
        ("gluten fee pizza", "gluten"),
        ("something withotu penuts", "peanuts"),
        ("im alergic to shelfish", "crustaceans molluscs"),
        ("no eegs please", "eggs"),
        ("no diary", "milk"),
        ("vegatarian burger", "vegetarian"),
        ("veagn or hallal", "vegan halal"),
        ("dairyfree and nutfree", "peanuts milk nuts"),
        ("lactose intollerant", "milk"),
    ] {
        let mut read: Vec<String> = excluded(text, Manner::Search)
            .split(' ')
            .map(str::to_owned)
            .collect();
        let mut limit: Vec<String> = limit.split(' ').map(str::to_owned).collect();
        read.sort_unstable();
        limit.sort_unstable();
        assert_eq!(read, limit, "{text}");
    }
}

#[test]
fn misspelt_dishes_are_no_limits() {
    for text in [
        "egg fride rice",
        "vegeatble curry",
        "nothing cheesy",
        "no carbs please",
        "daily free refills",
        "no custard",
        "is there a fish fee",
        "no nut allergies here",
        "my gf wants a pizza",
        "nothing mild",
    ] {
        assert_eq!(excluded(text, Manner::Search), "", "{text}");
    }
}

#[test]
fn an_allergy_is_stated_in_many_ways() {
    for (text, limit) in [
        ("allergies: peanuts, sesame", "peanuts sesame"),
        ("allergy - celery", "celery"),
        ("does this have egg? i'm allergic", "eggs"),
        ("i react badly to mustard", "mustard"),
        ("cant have fish celery or egg", "celery eggs fish"),
        ("gf pasta", "gluten"),
        ("the gf pizza please", "gluten"),
        ("my allergies are egg", "eggs"),
        ("no crabs", "crustaceans"),
        ("cant eat anything that has milk", "milk"),
        ("df dessert", "milk"),
        ("i am allergic to all shellfish", "crustaceans molluscs"),
        ("a burger thank you allergic to celery", "celery"),
        ("i ate prawns once and ended up in hospital", "crustaceans"),
        ("dont put sesame on it", "sesame"),
    ] {
        let mut read: Vec<String> = excluded(text, Manner::Search)
            .split(' ')
            .map(str::to_owned)
            .collect();
        read.sort_unstable();
        assert_eq!(read.join(" "), limit, "{text}");
    }
}

#[test]
fn what_is_ordered_is_eaten() {
    for (text, limit) in [
        ("fish tacos no peanuts im allergic", "peanuts"),
        ("pad thai, does it have egg? im allergic", "eggs"),
        ("cake no walnuts (allergy)", "nuts"),
        ("cake, no peanuts allergy", "peanuts"),
        ("cake, no peanut allergy", ""),
        ("a burger, im not allergic to anything", ""),
        ("no one is allergic to nuts", ""),
        ("fish tacos, my friend is not allergic", ""),
        ("can i have the fish tacos? i'm allergic", ""),
        ("fish tacos with cheese, nut allergy", "peanuts nuts"),
        ("fish tacos, allergic to sesame, add cheese", "sesame"),
        ("allergic to sesame and a milk please", "sesame"),
        ("im allergic to sesame, fish tacos please", "sesame"),
        ("pad thai egg peanut tofu allergy", "eggs peanuts soybeans"),
        ("one egg sandwich, my daughter is allergic", ""),
    ] {
        assert_eq!(excluded(text, Manner::Order), limit, "{text}");
    }
}
