//! Dishes asked for by another of their names.

use super::{ids, index, named, search};
use olympus_core::menu::filter::Filter;
use olympus_core::menu::lexicon;
use olympus_menu::Overrides;
use olympus_proto::MenuItem;

#[test]
fn a_dish_is_found_by_another_name_of_it() {
    let index = index(named(&[
        "Chicken Fingers (5 pcs)",
        "Chicken Wings",
        "General Tso's Chicken",
        "Pani Puri",
        "Puri Bhaji",
        "Goi Cuon (2)",
        "Egg Roll (1)",
        "Mango Sticky Rice",
        "Khao Man Gai",
    ]));
    for (asked, meant) in [
        ("chicken tenders", "Chicken Fingers (5 pcs)"),
        ("golgappa", "Pani Puri"),
        ("do you have summer rolls", "Goi Cuon (2)"),
        ("two khao niao mamuang please", "Mango Sticky Rice"),
    ] {
        let hits = search(&index, asked);
        assert_eq!(ids(&hits).first(), Some(&meant), "{asked}");
    }
}

#[test]
fn the_name_itself_comes_before_what_is_known_by_it() {
    let index = index(named(&["Chicken Fingers", "Chicken Tenders"]));
    let hits = search(&index, "chicken tenders");
    assert_eq!(ids(&hits), ["Chicken Tenders", "Chicken Fingers"]);
    assert!((hits[0].score - 1.0).abs() < 1e-6 && hits[1].score > 0.8);
}

#[test]
fn the_hit_says_what_it_is_known_as() {
    let hits = search(
        &index(named(&["Pani Puri", "Khao Niao Mamuang"])),
        "mango sticky rice",
    );
    assert_eq!(ids(&hits)[0], "Khao Niao Mamuang");
    assert_eq!(hits[0].reason, "in other words \"mango sticky rice\"");
    assert!(hits[0].highlights.is_empty(), "{:?}", hits[0].highlights);
}

#[test]
fn a_description_does_not_take_a_dishs_other_names_away() {
    let mut puri = MenuItem::new("puri", "Pani Puri");
    puri.description = Some("Our crowd's favourite".to_owned());
    let hits = search(&index(vec![puri]), "golgappa");
    assert_eq!(ids(&hits), ["puri"]);
}

#[test]
fn another_name_may_stand_beside_other_words() {
    let index = index(named(&["Pitaya Smoothie", "Pitaya Bowl", "Banana Bowl"]));
    let hits = search(&index, "dragon fruit bowl");
    assert_eq!(ids(&hits)[0], "Pitaya Bowl");
}

#[test]
fn words_that_lie_together_for_what_they_have_in_common_are_not_each_other() {
    let index = index(named(&["Toasted Sandwich", "Melted Sandwich"]));
    let hits = search(&index, "melted");
    assert_eq!(ids(&hits), ["Melted Sandwich"]);
}

#[test]
fn a_name_that_is_only_heard_leads_to_the_dish() {
    let hits = search(&index(named(&["Pani Puri", "Samosa"])), "golgapa");
    assert_eq!(ids(&hits)[0], "Pani Puri");
}

#[test]
fn other_names_complete_to_the_name_on_the_menu() {
    let index = index(named(&["Pani Puri", "Samosa"]));
    let said = index.suggest(
        "golgappa",
        5,
        &Filter::default(),
        &Overrides::new(),
        super::NOON,
    );
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].text, "Pani Puri");
}

#[test]
fn nobody_can_type_an_entry() {
    let index = index(named(&["Pani Puri"]));
    let entry = lexicon::called("panipuri").next().expect("in the lexicon");
    for typed in [
        format!("\u{1}{}", entry.number),
        format!("{} puris", entry.number),
    ] {
        let hits = search(&index, &typed);
        assert!(
            hits.iter().all(|hit| !hit.reason.contains("other words")),
            "{hits:?}"
        );
    }
}

#[test]
fn a_sibling_is_not_handed_out() {
    let index = index(named(&["Coca-Cola", "Macchiato", "Fries"]));
    for asked in ["pepsi", "cortado"] {
        assert!(search(&index, asked).is_empty(), "{asked}");
    }
    assert_eq!(ids(&search(&index, "coke"))[0], "Coca-Cola");
}

#[test]
fn words_of_grammar_run_together_with_others_are_no_name() {
    let menu = ["Menudo", "Lambi Creole", "Lamb Chops", "Roti", "Cholent"];
    let index = index(named(&menu));
    for asked in ["what menu do you have", "root i guess", "ham in a roll"] {
        assert!(
            search(&index, asked).iter().all(|hit| hit.score < 0.5),
            "{asked}"
        );
    }
    assert_eq!(ids(&search(&index, "lamb i like"))[0], "Lamb Chops");
}

#[test]
fn a_word_inside_another_dishs_name_is_not_that_words_dish() {
    let index = index(named(&["Goong Ob", "Baguette"]));
    for asked in ["kung pao", "pain au chocolat"] {
        assert!(search(&index, asked).is_empty(), "{asked}");
    }
}

#[test]
fn the_whole_name_is_told_once_and_a_slip_as_one() {
    let index = index(named(&["Chicken Fingers", "Pani Puri", "Wings"]));
    let reason = |asked: &str| search(&index, asked)[0].reason.clone();
    assert_eq!(
        reason("chicken tenders"),
        "name matches \"Chicken\"; in other words \"chicken tenders\""
    );
    let slip = reason("golgapa");
    assert!(
        slip.contains("in other words \"pani puri\" (typed \"golgapa\")"),
        "{slip}"
    );
}

#[test]
fn whoever_says_a_word_of_the_name_too_has_found_it_all() {
    let index = index(named(&["Pani Puri", "Puri Bhaji"]));
    let hits = search(&index, "golgappa pani");
    assert_eq!(ids(&hits)[0], "Pani Puri");
    assert!(hits[0].score > 0.7, "{}", hits[0].score);
}
