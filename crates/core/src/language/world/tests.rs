//! What the tables must be, and how stems go together.

use super::stems::{LANGUAGES, all};
use super::{Stated, heard};
use crate::menu::attributes::{Finding, Manner, Meaning, parse};
use crate::menu::text::{Run, runs};
use std::collections::{BTreeSet, HashSet};
use unicode_normalization::UnicodeNormalization as _;

#[test]
fn every_line_of_a_table_is_read() {
    for (tag, table) in LANGUAGES {
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        let lines: Vec<&str> = lines.collect();
        let once: HashSet<(Option<&str>, Option<&str>)> = lines
            .iter()
            .map(|line| {
                let mut columns = line.split('\t');
                (columns.next(), columns.next())
            })
            .collect();
        assert_eq!(once.len(), lines.len(), "{tag}: a line twice");
        let read = all().filter(|(of, _)| of == tag).count();
        assert_eq!(read, lines.len(), "{tag}: a line that is none");
        assert!(read >= 80, "{tag}: only {read} lines");
    }
    for (tag, stem) in all() {
        let normal: Vec<String> = runs(stem.words()).iter().map(Run::word).collect();
        assert_eq!(stem.words(), normal.join(" "), "{tag}: not normalised");
    }
}

#[test]
fn what_a_stem_is_in_english_is_a_limit() {
    let said: BTreeSet<String> = all().filter_map(|(_, stem)| stem.as_english()).collect();
    let unread: Vec<&String> = said
        .iter()
        .filter(|english| {
            let read = parse(english, Manner::Search, &[]);
            let is_limit =
                |found: &Finding| found.is_hard() || matches!(found.meaning, Meaning::Without(_));
            !read.findings.iter().any(is_limit) || !read.rest.trim().is_empty()
        })
        .collect();
    assert!(unread.is_empty(), "{unread:?}");
}

fn read(text: &str) -> Vec<(String, String)> {
    let heard = heard(text).expect("a language");
    let shown = |one: &Stated| {
        let said = text.get(one.start..one.end).expect("a part of the text");
        (said.to_owned(), one.english())
    };
    heard.stated.iter().map(shown).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(said, english): &(&str, &str)| ((*said).to_owned(), (*english).to_owned());
    expected.iter().map(owned).collect()
}

#[test]
fn an_alarm_is_for_all_of_its_sentence() {
    let nuts = [
        ("орехи", "allergic to nuts"),
        ("молоко", "allergic to milk"),
    ];
    assert_eq!(read("У меня аллергия на орехи и молоко."), pairs(&nuts));
    assert_eq!(
        read("我对花生过敏"),
        pairs(&[("花生", "allergic to peanuts")])
    );
    assert_eq!(
        read("Я люблю рыбу. У меня аллергия на орехи."),
        pairs(&nuts[..1])
    );
}

#[test]
fn a_refusal_reaches_its_list_on_the_side_where_its_language_has_it() {
    assert_eq!(
        read("суп без молока, пожалуйста, и рыба"),
        pairs(&[("молока", "without milk")])
    );
    assert_eq!(
        read("卵抜きでお願いします"),
        pairs(&[("卵", "without egg")])
    );
    assert_eq!(
        read("땅콩 빼고 주세요"),
        pairs(&[("땅콩", "without peanuts")])
    );
}

#[test]
fn what_is_said_twice_is_stated_once_and_firmly() {
    let twice = "суп без молока. У меня аллергия на молоко";
    assert_eq!(read(twice), pairs(&[("молоко", "allergic to milk")]));
}

#[test]
fn a_limit_of_its_own_does_not_end_a_list() {
    let all = |text| read(text).into_iter().map(|one| one.1).collect::<Vec<_>>();
    for (text, named) in [
        ("Mam uczulenie na gluten i orzechy", "nuts"),
        ("без глютена, молока и орехов", "nuts"),
        ("без глютена, молока и орехов", "milk"),
        ("不吃猪肉和虾", "shrimp"),
        ("Ел креветки. Потом больница. Я вегетарианец.", "shrimp"),
    ] {
        let read = all(text);
        assert!(read.iter().any(|it| it.contains(named)), "{text}: {read:?}");
    }
}

#[test]
fn other_letters_among_english_are_heard_and_a_diet_is_one_in_an_order() {
    let limits = |text, manner| parse(text, manner, &[]).filters();
    let text = "Can I please have the noodles and the soup for my friend, 花生过敏";
    assert!(
        limits(text, Manner::Order)
            .exclude_allergens
            .contains(&"peanuts".to_owned())
    );
    assert_eq!(limits("我不吃肉", Manner::Order).diets, ["vegetarian"]);
    let decomposed: String = "땅콩 알레르기".nfd().collect();
    assert_eq!(
        limits(&decomposed, Manner::Order).exclude_allergens,
        ["peanuts"]
    );
    assert_eq!(
        heard("鬼滅の拉麵，我对花生过敏").expect("letters").tag,
        "zh"
    );
}

#[test]
fn letters_without_a_table_are_said_to_be_unread() {
    assert_eq!(heard("მაქვს ალერგია თხილზე").expect("letters").tag, "und");
    assert_eq!(heard("餃子").expect("letters").tag, "zh");
    assert_eq!(heard("餃子をください").expect("letters").tag, "ja");
    assert_eq!(heard("two burgers without onions please"), None);
    assert_eq!(heard("I'm allergic to sesame and soy, any fish?"), None);
}
