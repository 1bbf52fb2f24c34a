//! What a hit shows.

use crate::{NOON, index, named, search, search_with};
use olympus_core::menu::filter::Filter;
use olympus_menu::{Meaning, MenuError, MenuIndex, Overrides, Query, Vectors};
use olympus_proto::{Cents, Filters, ItemId, MenuItem, MenuVersion, SpaceId, State};
use std::collections::HashMap;

fn pho() -> MenuItem {
    let mut item = MenuItem::new("pho", "Phở Bò");
    item.description = Some("Rice noodles & <slow> beef broth".to_owned());
    item.category = Some("Soups".to_owned());
    item.price_cents = Some(Cents(1250));
    item.aliases = vec!["beef pho".to_owned(), "vietnamese soup".to_owned()];
    item
}

#[test]
fn highlights_mark_the_printed_words_and_escape_the_rest() {
    let menu = index(vec![
        pho(),
        MenuItem::new("gyoza", "餃子ギョーザ"),
        MenuItem::new("cb", "Cheese Burger"),
    ]);
    for (query, field, expected) in [
        ("pho bo", "name", "<mark>Phở</mark> <mark>Bò</mark>"),
        (
            "noodle",
            "description",
            "Rice <mark>noodles</mark> &amp; &lt;slow&gt; beef broth",
        ),
        ("soups", "category", "<mark>Soups</mark>"),
        (
            "vietnamese soup",
            "aliases",
            "<mark>vietnamese</mark> <mark>soup</mark>",
        ),
        ("ギョーザ", "name", "餃子<mark>ギョーザ</mark>"),
        ("cheeseburger", "name", "<mark>Cheese Burger</mark>"),
    ] {
        let hits = search(&menu, query);
        assert_eq!(
            hits[0].highlights.get(field).map(String::as_str),
            Some(expected),
            "{query}"
        );
    }
}

#[test]
fn the_reason_says_what_matched_and_what_was_typed() {
    let mut fries = MenuItem::new("fries", "French Fries");
    fries.tags = vec!["vegan".to_owned()];
    let menu = index(vec![pho(), fries, MenuItem::new("ramen", "Tonkotsu Ramen")]);
    for (query, expected) in [
        ("ramen", "name matches \"Ramen\""),
        ("ramn", "name matches \"Ramen\" (typed \"ramn\")"),
        ("chips", "name matches \"Fries\" (asked for \"chips\")"),
        ("vegan fries", "name matches \"Fries\"; marked \"vegan\""),
        ("vietnamese soup", "also called \"vietnamese\", \"soup\""),
        (
            "pho with noodles",
            "also called \"pho\"; description mentions \"noodles\"",
        ),
        ("", "on the menu"),
    ] {
        let hits = search(&menu, query);
        let reasons: Vec<_> = hits.iter().map(|hit| hit.reason.as_str()).collect();
        let found = reasons.first() == Some(&expected)
            // Name and first alias hold the word alike; either may be told.
            || reasons.first().map(|r| r.replace("name matches \"Phở\"", "also called \"pho\"")).as_deref() == Some(expected);
        assert!(found, "{query}: {reasons:?}");
    }
}

#[test]
fn an_item_is_shown_whole_and_sold_out_is_never_available() {
    let mut late = MenuItem::new("late", "Late Pho");
    late.availability.dayparts.push(olympus_proto::Daypart {
        days: Vec::new(),
        from: "18:00".to_owned(),
        to: "23:00".to_owned(),
    });
    let mut gone = MenuItem::new("gone", "Gone Pho");
    gone.availability.sold_out = true;
    let menu = index(vec![pho(), late, gone, MenuItem::new("staff", "Staff Pho")]);
    let filter = Filter::default();
    let overrides: Overrides =
        [(ItemId::from("staff"), true), (ItemId::from("gone"), false)].into();
    for text in ["pho", ""] {
        let query = Query {
            text,
            meaning: Meaning::None,
            limit: 10,
            filter: &filter,
            as_you_type: false,
        };
        let hits = menu.search(&query, &overrides, NOON).expect("a search");
        let state = |id: &str| {
            let hit = hits
                .iter()
                .find(|hit| hit.id.as_str() == id)
                .expect("found");
            assert_eq!(hit.available, hit.state == State::Available);
            hit.state
        };
        assert_eq!(state("pho"), State::Available);
        assert_eq!(state("late"), State::OutsideHours);
        assert_eq!(state("staff"), State::SoldOut);
        assert_eq!(state("gone"), State::Available, "staff found another one");
    }
    let hit = &search(&menu, "beef broth")[0];
    assert_eq!(
        (hit.price, hit.price_cents),
        (Some(12.5), Some(Cents(1250)))
    );
    assert_eq!(hit.category.as_deref(), Some("Soups"));
}

#[test]
fn no_words_list_the_menu_by_category_in_its_order() {
    let mut items = named(&["a", "b", "c", "d", "e"]);
    for (item, category) in
        items
            .iter_mut()
            .zip([Some("Two"), Some("One"), None, Some("Two"), None])
    {
        item.category = category.map(str::to_owned);
    }
    let menu = index(items);
    for text in ["", "  \t", "?!", "🍕"] {
        let hits = search_with(&menu, text, 4, &Filters::default());
        assert_eq!(crate::ids(&hits), ["a", "d", "b", "c"], "{text:?}");
        assert!(
            hits.iter()
                .all(|hit| hit.score == 0.0 && hit.highlights.is_empty())
        );
    }
}

/// Two items, whose only passages are their names, in two dimensions.
fn with_vectors() -> MenuIndex {
    let items = named(&["Dish Seven", "Item Nine"]);
    let rows = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
    let vectors = Vectors::from_rows(SpaceId::from("s"), 2, &items, rows).expect("two rows");
    MenuIndex::build(items, MenuVersion(7), vectors).expect("a good menu")
}

#[test]
fn meaning_finds_what_words_do_not_and_both_add_up() {
    let menu = with_vectors();
    let space = SpaceId::from("s");
    let filter = Filter::default();
    let ask = |text: &str, vector: &[f32]| {
        let query = Query {
            text,
            meaning: Meaning::Vector(&space, vector),
            limit: 5,
            filter: &filter,
            as_you_type: false,
        };
        menu.search(&query, &Overrides::new(), NOON)
            .expect("a search")
    };
    let hits = ask("something to sip", &[0.0, 1.0]);
    assert_eq!(hits[0].name, "Item Nine");
    assert_eq!(hits[0].reason, "close in meaning");
    assert!((hits[0].scores.semantic - 1.0).abs() < 1e-6 && hits[0].scores.lexical == 0.0);
    let hits = ask("dish seven", &[0.6, 0.8]);
    assert_eq!(
        hits[0].name, "Dish Seven",
        "the words outweigh a nearer meaning"
    );
    let hits = ask("dish", &[-1.0, 0.0]);
    assert_eq!(
        hits[0].scores.semantic, 0.0,
        "a negative cosine counts as none"
    );
    assert!(ask("", &[0.0, 1.0])[0].reason == "on the menu");
    assert_eq!(
        (menu.version(), menu.space().as_str()),
        (MenuVersion(7), "s")
    );
    assert_eq!(
        menu.get("Item Nine").map(|item| item.name.as_str()),
        Some("Item Nine")
    );
    assert!(menu.get("nothing").is_none());
}

#[test]
fn spaces_never_mix_and_ids_never_repeat() {
    let menu = with_vectors();
    let filter = Filter::default();
    let (own, other) = (SpaceId::from("s"), SpaceId::from("t"));
    for (space, vector) in [(&other, &[0.0, 1.0][..]), (&own, &[1.0])] {
        let query = Query {
            text: "soup",
            meaning: Meaning::Vector(space, vector),
            limit: 5,
            filter: &filter,
            as_you_type: false,
        };
        let error = menu
            .search(&query, &Overrides::new(), NOON)
            .expect_err("refused");
        assert!(matches!(
            error,
            MenuError::SpaceMismatch { .. } | MenuError::DimensionMismatch { menu: 2, query: 1 }
        ));
    }
    let twice = MenuIndex::build(named(&["a", "a"]), MenuVersion(1), Vectors::none());
    assert!(matches!(twice, Err(MenuError::DuplicateId(_))));
    let foreign = MenuIndex::build(
        named(&["a"]),
        MenuVersion(1),
        Vectors {
            space: own,
            dim: 2,
            data: vec![1.0, 0.0, 1.0, 0.0],
            owner: vec![0, 1],
        },
    );
    assert!(matches!(foreign, Err(MenuError::Vectors(_))));
}

#[test]
fn a_dish_without_a_description_is_found_by_what_it_usually_is_and_the_hit_says_usually() {
    let mut described = MenuItem::new("own", "Hummus");
    described.description = Some("Our grandmother's".to_owned());
    let mut items = named(&["Hummus", "Chicken Dip"]);
    items.push(described);
    let index = index(items);
    let hits = search(&index, "chickpea dip");
    let plain = hits
        .iter()
        .find(|hit| hit.id.as_str() == "Hummus")
        .expect("found by its gloss");
    assert!(
        plain.reason.contains("usually \"chickpea\""),
        "{}",
        plain.reason
    );
    assert_eq!(
        plain.description, None,
        "a gloss is not the restaurant's word"
    );
    let usually = plain.usually.as_ref().expect("said as usual");
    assert!(usually.gloss.contains("chickpea"), "{}", usually.gloss);
    let own = search(&index, "grandmother");
    assert_eq!(own[0].usually, None, "the menu says what it is");
    // The restaurant's own words stand alone where there are any.
    assert!(hits.iter().all(|hit| hit.id.as_str() != "own"));
}

#[test]
fn nearness_that_is_told_counts_as_nearness_that_is_measured() {
    let menu = with_vectors();
    let (space, filter) = (SpaceId::from("s"), Filter::default());
    let ask = |text: &str, meaning: Meaning<'_>| {
        let query = Query {
            text,
            meaning,
            limit: 5,
            filter: &filter,
            as_you_type: false,
        };
        menu.search(&query, &Overrides::new(), NOON)
            .expect("a search")
    };
    for (vector, told) in [
        ([0.6_f32, 0.8], [0.6, 0.8]),
        ([-1.0, 0.0], [-1.0, f32::NAN]),
        ([1.0, 0.0], [7.0, f32::NEG_INFINITY]),
    ] {
        let cosines: HashMap<ItemId, f32> = [
            (ItemId::from("Dish Seven"), told[0]),
            (ItemId::from("Item Nine"), told[1]),
            (ItemId::from("of another menu"), 1.0),
        ]
        .into();
        for text in ["dish seven", "something to sip", "nine", ""] {
            let told_of = ask(text, Meaning::Items(&cosines));
            let measured = ask(text, Meaning::Vector(&space, &vector));
            assert_eq!(told_of.len(), measured.len(), "{text:?} {told:?}");
            // An index measures on bytes.
            for (left, right) in told_of.iter().zip(&measured) {
                assert_eq!((&left.id, &left.reason), (&right.id, &right.reason));
                let apart = (left.scores.semantic - right.scores.semantic).abs();
                assert!(apart < 1e-3, "{text:?} {told:?}: {left:?} {right:?}");
            }
        }
    }
    let hits = ask("something to sip", Meaning::Items(&HashMap::new()));
    assert!(hits.is_empty(), "nothing is near");
}
