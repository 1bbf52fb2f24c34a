//! What the tables must be, and how stems go together.

use super::stems::{LANGUAGES, all};
use super::{Stated, heard};
use crate::menu::attributes::{Finding, Manner, parse};
use crate::menu::text::{Run, runs};
use std::collections::{BTreeSet, HashSet};

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
            let is_limit = |found: &Finding| found.is_hard() || read.without().next().is_some();
            !read.findings.iter().any(is_limit) || !read.rest.trim().is_empty()
        })
        .collect();
    assert!(unread.is_empty(), "{unread:?}");
}

fn read(text: &str) -> Vec<(String, String)> {
    let heard = heard(text).expect("a language");
    let shown = |one: &Stated| {
        let said = text.get(one.start..one.end).expect("a part of the text");
        (said.to_owned(), one.english.clone())
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
        read("我对花生过敏,要一份牛肉面").first(),
        pairs(&[("花生", "allergic to peanuts")]).first()
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
fn letters_without_a_table_are_said_to_be_unread() {
    assert_eq!(heard("მაქვს ალერგია თხილზე").expect("letters").tag, "und");
    assert_eq!(heard("餃子").expect("letters").tag, "zh");
    assert_eq!(heard("餃子をください").expect("letters").tag, "ja");
    assert_eq!(heard("two burgers without onions please"), None);
    assert_eq!(heard("I'm allergic to sesame and soy, any fish?"), None);
}
