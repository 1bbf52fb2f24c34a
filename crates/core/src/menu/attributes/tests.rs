use super::{Course, Facts, Manner, Meaning, Parsed, Taste, parse};
use olympus_proto::{Allergen, AvailabilityFilter, MenuItem};
use proptest::prelude::*;

fn read(query: &str) -> Parsed {
    parse(query, Manner::Search, &[])
}

fn labels(query: &str) -> Vec<String> {
    let findings = read(query).findings;
    findings.into_iter().map(|found| found.label).collect()
}

/// Query, labels in the order of the text, what is left.
fn all(rows: &[(&str, &[&str], &str)]) {
    for (query, expected, rest) in rows {
        assert_eq!(labels(query), *expected, "{query}");
        assert_eq!(read(query).rest.trim(), *rest, "{query}");
    }
}

#[test]
fn diets() {
    all(&[
        ("vegan", &["vegan"], ""),
        ("vegan breakfast", &["vegan", "breakfast"], "breakfast"),
        ("something for a vegan", &["vegan"], ""),
        ("plant-based burger", &["vegan"], "burger"),
        ("no animal products", &["vegan"], ""),
        ("vegetarian curry", &["vegetarian"], "curry"),
        ("veggie options", &["vegetarian"], ""),
        ("veggie", &["vegetarian"], ""),
        ("meatless pasta", &["vegetarian"], "pasta"),
        ("meat-free", &["vegetarian"], ""),
        ("biryani no meat", &["vegetarian"], "biryani"),
        ("something without meat", &["vegetarian"], ""),
        ("I don't eat meat", &["vegetarian"], ""),
        ("nothing with meat", &["vegetarian"], ""),
        ("vegan or vegetarian dishes", &["vegetarian"], ""),
        ("pescatarian options", &["pescatarian"], ""),
        ("halal chicken", &["halal"], "chicken"),
        ("kosher food", &["kosher"], ""),
        ("low carb", &["low carb"], ""),
        ("keto friendly lunch", &["keto"], ""),
    ]);
}

#[test]
fn allergens() {
    all(&[
        ("no nuts", &["no nuts"], ""),
        ("nothing with nuts", &["no nuts"], ""),
        ("anything without nuts?", &["no nuts"], ""),
        ("cake with no nuts", &["no nuts"], "cake"),
        ("nut-free", &["no nuts"], ""),
        ("free of nuts", &["no nuts"], ""),
        (
            "neither peanuts nor soy, a noodle dish",
            &["no peanuts", "no soy"],
            "noodle",
        ),
        (
            "whatever has neither fish nor soy",
            &["no fish", "no soy"],
            "",
        ),
        ("sesame makes me sick", &["no sesame"], ""),
        ("peanuts could kill me", &["no peanuts"], ""),
        ("I react to mustard", &["no mustard"], ""),
        ("anything but shellfish", &["no shellfish"], ""),
        ("free from gluten", &["no gluten"], ""),
        ("I can't have dairy", &["no dairy"], ""),
        ("i cannot eat eggs", &["no eggs"], ""),
        ("we can not have soy", &["no soy"], ""),
        ("dairy free", &["no dairy"], ""),
        ("lactose intolerant", &["no lactose"], ""),
        (
            "I'm lactose intolerant, what is there for me",
            &["no lactose"],
            "",
        ),
        ("gluten-free pasta", &["no gluten"], "pasta"),
        ("waffle without gluten", &["no gluten"], "waffle"),
        ("no gluten drinks", &["no gluten", "drink"], "drinks"),
        ("coeliac", &["no gluten"], ""),
        ("celiac disease", &["no gluten"], ""),
        ("wheat free bread", &["no wheat"], "bread"),
        (
            "I'm allergic to shellfish, what can I eat",
            &["no shellfish"],
            "",
        ),
        ("allergic to peanuts", &["no peanuts"], ""),
        ("peanut allergy", &["no peanuts"], ""),
        ("my son has a sesame allergy", &["no sesame"], ""),
        ("no fish", &["no fish"], ""),
        ("no seafood please", &["no seafood"], ""),
        ("no shell fish", &["no shell fish"], ""),
        ("eggless cake", &["no eggs"], "cake"),
        ("non-dairy dessert", &["no dairy", "dessert"], "dessert"),
        ("without mustard", &["no mustard"], ""),
        ("no celery", &["no celery"], ""),
        ("no sulphites", &["no sulphites"], ""),
        ("free from lupin", &["no lupin"], ""),
        ("avoiding molluscs", &["no molluscs"], ""),
        ("no cheese", &["no cheese"], ""),
        ("w/o milk", &["no milk"], ""),
        ("must not contain soya", &["no soya"], ""),
        ("doesn't contain almonds", &["no almonds"], ""),
        ("no tree nuts", &["no tree nuts"], ""),
        ("no prawns", &["no prawns"], ""),
        ("no soy sauce", &["no soy sauce"], ""),
    ]);
}

#[test]
fn fish_that_is_welcome_makes_no_vegetarian_of_who_eats_no_meat() {
    for (query, diets) in [
        ("no meat but fish is fine", &["pescatarian"][..]),
        ("sin carne pero pescado sí", &["pescatarian"]),
        ("I'm vegetarian, but fish for my husband", &["vegetarian"]),
        (
            "soy vegetariana, pero pescado para mi marido",
            &["vegetarian"],
        ),
        ("no meat, no fish", &["vegetarian"]),
    ] {
        let read = parse(query, Manner::Search, &[]).filters();
        assert_eq!(read.diets, diets, "{query}");
    }
}

#[test]
fn lists_of_refusals() {
    all(&[
        ("no nuts or dairy", &["no nuts", "no dairy"], ""),
        (
            "no nuts, dairy or soy please",
            &["no nuts", "no dairy", "no soy"],
            "",
        ),
        (
            "allergic to shellfish and peanuts",
            &["no shellfish", "no peanuts"],
            "",
        ),
        (
            "allergic to eggs and fish, what can i eat",
            &["no eggs", "no fish"],
            "",
        ),
        ("nut and dairy free cake", &["no nuts", "no dairy"], "cake"),
        ("dairy/gluten free", &["no dairy", "no gluten"], ""),
        ("egg & soy free", &["no eggs", "no soy"], ""),
        ("nut and egg allergy", &["no nuts", "no eggs"], ""),
        ("vegan without nuts", &["vegan", "no nuts"], ""),
        ("no nuts no dairy", &["no nuts", "no dairy"], ""),
        (
            "without gluten and without milk",
            &["no gluten", "no milk"],
            "",
        ),
        ("no meat or fish", &["vegetarian", "no fish"], ""),
        (
            "without onions or garlic",
            &["onions not mentioned", "garlic not mentioned"],
            "",
        ),
        ("no nuts and fish tacos", &["no nuts"], "fish tacos"),
        (
            "fish and gluten free chips",
            &["no gluten"],
            "fish and chips",
        ),
    ]);
}

#[test]
fn prices() {
    for (query, min, max) in [
        ("under 6 dollars", None, Some(600)),
        ("under $6", None, Some(600)),
        ("under $6.50", None, Some(650)),
        ("below 10", None, Some(1000)),
        ("less than 5 euros", None, Some(500)),
        ("less than €5", None, Some(500)),
        ("cheaper than 8 pounds", None, Some(800)),
        ("at most 7 bucks", None, Some(700)),
        ("no more than ten dollars", None, Some(1000)),
        ("up to twenty five dollars", None, Some(2500)),
        ("max 12 euros", None, Some(1200)),
        ("within $9", None, Some(900)),
        ("under 99 cents", None, Some(99)),
        ("under 5€", None, Some(500)),
        ("10 dollars or less", None, Some(1000)),
        ("$8 or under", None, Some(800)),
        ("over $20", Some(2000), None),
        ("more than 15 dollars", Some(1500), None),
        ("at least 10 euros", Some(1000), None),
        ("between 5 and 10 dollars", Some(500), Some(1000)),
        ("between $10 and $5", Some(500), Some(1000)),
        ("from $5 to $10", Some(500), Some(1000)),
        ("a burger under 12 please", None, Some(1200)),
        ("over $5 under $9", Some(500), Some(900)),
    ] {
        let filters = read(query).filters();
        assert_eq!(
            (filters.price_min_cents, filters.price_max_cents),
            (min, max),
            "{query}"
        );
    }
}

#[test]
fn exclusions_are_of_words() {
    all(&[
        ("without onions", &["onions not mentioned"], ""),
        (
            "pizza without mushrooms",
            &["mushrooms not mentioned"],
            "pizza",
        ),
        ("no cilantro", &["cilantro not mentioned"], ""),
        (
            "curry with no coconut milk",
            &["coconut milk not mentioned"],
            "curry",
        ),
        ("i don't eat pork", &["pork not mentioned"], ""),
        ("no eggplant", &["eggplant not mentioned"], ""),
        ("no egg plant", &["egg plant not mentioned"], ""),
        (
            "cold drinks without caffeine",
            &["cold", "drink", "caffeine not mentioned"],
            "cold drinks without caffeine",
        ),
        (
            "salad hold the tomatoes",
            &["salad", "tomatoes not mentioned"],
            "salad",
        ),
    ]);
    let parsed = read("without caffeine");
    let words: Vec<_> = parsed.without().flatten().map(String::as_str).collect();
    assert!(words.starts_with(&["caffeine", "coffee"]));
}

#[test]
fn courses_tastes_and_now() {
    all(&[
        ("kids", &["kids"], "kids"),
        ("kids menu", &["kids"], "kids menu"),
        ("greek salad", &["Greek", "salad"], "greek salad"),
        ("dessert", &["dessert"], "dessert"),
        (
            "a light dessert under 6 dollars",
            &["light", "dessert", "up to 6.00"],
            "light dessert",
        ),
        ("cheap starters", &["cheap", "starter"], "cheap starters"),
        ("appetizers", &["starter"], "appetizers"),
        ("main course", &["main"], "main course"),
        ("something to drink", &["drink"], "something to drink"),
        ("a cold drink", &["cold", "drink"], "a cold drink"),
        (
            "what soups do you have",
            &["soup"],
            "what soups do you have",
        ),
        ("side dishes", &["side"], "side dishes"),
        ("snacks", &["snack"], "snacks"),
        ("something spicy", &["spicy"], "something spicy"),
        (
            "something spicy without meat",
            &["spicy", "vegetarian"],
            "spicy",
        ),
        ("not too spicy", &["mild"], "not too spicy"),
        ("nothing without spice", &[], "nothing without spice"),
        ("no spice", &["mild"], ""),
        ("mild curry", &["mild"], "mild curry"),
        ("something sweet", &["sweet"], "something sweet"),
        ("a hearty soup", &["hearty", "soup"], "a hearty soup"),
        (
            "something from vietnam",
            &["Vietnamese"],
            "something from vietnam",
        ),
        ("indian food", &["Indian"], "indian food"),
        ("something grilled", &["grilled"], "something grilled"),
        ("what is popular", &["popular"], "what is popular"),
        ("spicy noodles", &["spicy"], "spicy noodles"),
    ]);
    for query in [
        "what can I get right now",
        "available now",
        "what's available",
        "in stock",
    ] {
        assert_eq!(
            read(query).filters().availability,
            AvailabilityFilter::Now,
            "{query}"
        );
    }
}

#[test]
fn what_is_no_attribute_stays_words() {
    for query in [
        "no name noodles",
        "impossible burger",
        "number 3",
        "no 3",
        "coke zero",
        "7up",
        "12 inch pizza",
        "large fries",
        "less than 500 calories",
        "under 10 minutes",
        "over rice",
        "fried chicken over rice",
        "free range chicken wrap",
        "cage free eggs",
        "free refills",
        "free delivery",
        "hot dog",
        "hot chocolate",
        "sweet potato fries",
        "cold brew",
        "iced tea",
        "light beer",
        "sour cream",
        "non vegetarian",
        "not vegan",
        "non veg thali",
        "veggie burger",
        "veg biryani",
        "veggie wrap",
        "with nuts",
        "nut brownie",
        "walnut bread",
        "cheese pizza",
        "egg sandwich",
        "milk",
        "peanut butter cup",
        "fish and chips",
        "two margheritas",
        "chicken tikka masala",
        "thai green curry",
        "french fries",
        "grilled cheese",
        "fried rice",
        "turkish delight",
        "chocolate dessert pizza",
        "kids burger",
        "chicken soup",
        "soup of the day with bread",
        "breakfast burrito",
        "side of fries",
        "i am not allergic to anything",
        "no problem",
        "without a doubt",
        "nothing",
        "no thanks",
        "menu for kids under 12 inch",
        "for 4 people",
        "two for ten",
        "from scratch",
        "butternut squash",
        "coconut curry",
        "nutella crepe",
        "contains nuts",
        "extra cheese",
        "main street burger",
        "$5 footlong",
        "5 dollar meal",
        "7 layer dip",
        "the under dog",
        "more than a feeling",
        "no bake cheesecake",
        "never without ketchup",
    ] {
        let read = read(query);
        assert_eq!(read.findings, [], "{query}");
        assert_eq!(read.rest, query);
    }
}

#[test]
fn nuts_are_peanuts_too_and_shellfish_is_both() {
    let names = |query: &str| read(query).filters().exclude_allergens;
    assert_eq!(names("no nuts"), ["peanuts", "nuts"]);
    assert_eq!(names("no tree nuts"), ["nuts"]);
    assert_eq!(names("no shellfish"), ["crustaceans", "molluscs"]);
    assert_eq!(names("coeliac, no dairy"), ["gluten", "milk"]);
}

#[test]
fn every_allergens_own_name_is_a_limit_however_it_is_refused() {
    for allergen in Allergen::ALL {
        for query in [
            format!("no {allergen}"),
            format!("without {allergen}"),
            format!("{allergen}-free"),
            format!("free of {allergen}"),
            format!("I am allergic to {allergen}"),
            format!("{allergen} allergy"),
            format!("I can't have {allergen}"),
            format!("nothing with {allergen}"),
        ] {
            let excluded = read(&query).filters().exclude_allergens;
            assert!(
                excluded.contains(&allergen.as_str().to_owned()),
                "{query}: {excluded:?}"
            );
        }
    }
}

#[test]
fn in_an_order_only_an_allergy_or_a_diet_is_a_limit() {
    let order = |query| parse(query, Manner::Order, &[]).findings.len();
    assert_eq!(order("a cheeseburger with no cheese"), 0);
    assert_eq!(order("two margheritas without basil"), 0);
    assert_eq!(order("a burger, I'm allergic to sesame"), 1);
    assert_eq!(order("a gluten-free pizza"), 1);
    assert_eq!(order("a vegan burger"), 1);
}

#[test]
fn an_ignored_phrase_was_not_said() {
    for ignore in ["no nuts", "No Nuts", "with no nuts"] {
        let parsed = parse(
            "vegan cake with no nuts",
            Manner::Search,
            &[ignore.to_owned()],
        );
        assert_eq!(
            parsed.filters().exclude_allergens,
            Vec::<String>::new(),
            "{ignore}"
        );
        assert_eq!(parsed.rest.trim(), "cake");
        assert_eq!(parsed.findings.len(), 1);
    }
}

#[test]
fn contradictory_prices_stay() {
    let filters = read("over 9 dollars and under 5 dollars").filters();
    assert_eq!(
        (filters.price_min_cents, filters.price_max_cents),
        (Some(900), Some(500))
    );
}

#[test]
fn facts_weigh_the_own_word_more_than_what_is_usual() {
    let of = |name: &str| Facts::of(&MenuItem::new("a", name));
    assert!((of("Spicy Ramen").fits(Taste::Spicy) - 1.0).abs() < 1e-6);
    assert!(of("Plain Rice").fits(Taste::Spicy).abs() < 1e-6);
    assert!(of("Plain Rice").fits(Taste::Mild) > of("Spicy Ramen").fits(Taste::Mild));
    let usual = of("Gaeng Pa");
    assert!(usual.fits(Taste::Spicy) > 0.0 && usual.fits(Taste::Spicy) < 1.0);
    assert!(usual.fits(Taste::Thai) > 0.0);
    assert!(of("Baklava").is_of(Course::Dessert) && !of("Baklava").is_headed(Course::Dessert));
}

const PIECES: &[&str] = &[
    "no",
    "without",
    "nuts",
    "dairy",
    "free",
    "-",
    "and",
    "or",
    ",",
    "under",
    "$",
    "6",
    "dollars",
    "vegan",
    "spicy",
    "not",
    "allergic",
    "to",
    "dessert",
    "between",
    "é",
    "牛肉",
    "€",
    ".",
    "5",
    "less",
    "than",
    "egg",
    "soup",
    "non",
    "w/o",
    "99999999999",
    "¢",
];

proptest! {
    #[test]
    fn any_text_is_read_and_its_spans_lie_in_it(text in "\\PC{0,60}") {
        spans_lie_in(&text)?;
    }

    #[test]
    fn any_row_of_these_words_too(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14), apart in any::<bool>(),
    ) {
        spans_lie_in(&pieces.join(if apart { " " } else { "" }))?;
    }
}

fn spans_lie_in(text: &str) -> Result<(), TestCaseError> {
    for manner in [Manner::Search, Manner::Order] {
        let parsed = parse(text, manner, &[]);
        let mut before = 0;
        for found in &parsed.findings {
            let said = text.get(found.start..found.end);
            prop_assert!(
                said.is_some_and(|said| !said.is_empty()),
                "{text:?} {found:?}"
            );
            prop_assert!(found.start >= before, "{text:?} {:?}", parsed.findings);
            before = found.end;
            if let Meaning::Free(allergens) = &found.meaning {
                prop_assert!(!allergens.is_empty());
            }
        }
        let shown: Vec<_> = parsed
            .findings
            .iter()
            .map(|found| found.shown(text))
            .collect();
        prop_assert!(shown.iter().all(|said| text.contains(&said.text)));
    }
    Ok(())
}
