//! The tables are well made, and a sentence is read in its own language.

use super::book;
use super::compound;
use super::table::phrase;
use super::{Language, in_english, refusals_in_english};
use crate::menu::text::{normalise, words};

fn english(text: &str) -> (Option<Language>, String) {
    let said = words(text);
    let language = Language::of(text, &said);
    let out = match language {
        Some(language) => in_english(text, said, language, |_| false, |_| false),
        None => refusals_in_english(text, said),
    };
    let out: Vec<&str> = out.iter().map(|word| word.text.as_str()).collect();
    (language, out.join(" "))
}

#[test]
fn sentences_are_read_in_their_language() {
    for (text, language, meant) in [
        (
            "un postre sin nueces",
            Language::Spanish,
            "dessert without walnuts",
        ),
        (
            "soy alérgico a los cacahuetes",
            Language::Spanish,
            "allergic to",
        ),
        (
            "un dessert sans lait, s'il vous plaît",
            Language::French,
            "dessert without milk please",
        ),
        (
            "etwas ohne Fleisch",
            Language::German,
            "something without meat",
        ),
        (
            "etwas ohne Nuesse",
            Language::German,
            "something without nuts",
        ),
        (
            "Nüsse vertrage ich nicht",
            Language::German,
            "nuts makes me sick",
        ),
        (
            "qualcosa senza sedano",
            Language::Italian,
            "something without celery",
        ),
        (
            "sem mostarda por favor",
            Language::Portuguese,
            "without mustard please",
        ),
    ] {
        let (read, english) = english(text);
        assert_eq!(read, Some(language), "{text}");
        assert!(english.contains(meant), "{text}: {english}");
    }
}

#[test]
fn a_slip_of_the_pen_is_forgiven() {
    let (language, english) = english("soi alergica al sesamo y a la mostasa");
    assert_eq!(language, Some(Language::Spanish));
    assert!(
        english.contains("sesame") && english.contains("mustard"),
        "{english}"
    );
}

#[test]
fn one_refusal_within_english_is_read() {
    let (language, english) = english("can you find something sin gluten for my kid");
    assert_eq!(language, None);
    assert!(english.contains("without gluten"), "{english}");
}

#[test]
fn tables_are_sorted_and_written_as_words_are_compared() {
    for (folder, language, table) in book::all() {
        let phrases: Vec<&str> = table.lines.iter().map(|line| phrase(line)).collect();
        assert!(!phrases.is_empty(), "{folder} {language:?}");
        for pair in phrases.windows(2) {
            assert!(pair[0] < pair[1], "{folder} {language:?}: {pair:?}");
        }
        for phrase in phrases {
            assert_eq!(normalise(phrase), phrase, "{folder} {language:?}");
            let found = table.find(&phrase.split(' ').collect::<Vec<_>>());
            let found = found.unwrap_or_else(|| panic!("{folder} {language:?}: {phrase}"));
            assert!(!found.english(|_| false).is_empty(), "{phrase}");
        }
    }
}

#[test]
fn english_stays_as_it_is() {
    for text in ["two burgers, no onions", "something without nuts"] {
        let said: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
        assert_eq!(english(text), (None, said.join(" ")), "{text}");
    }
}

#[test]
fn every_word_knows_the_phrase_it_came_from() {
    let text = "¿Tienen algo sin cacahuetes?";
    let said = words(text);
    let language = Language::of(text, &said).expect("Spanish");
    for word in in_english(text, said, language, |_| false, |_| false) {
        assert!(
            text.get(word.start..word.end)
                .is_some_and(|part| !part.is_empty())
        );
    }
}

#[test]
fn a_compound_is_two_words_that_are_known() {
    let known = |word: &str| ["kirsche", "saft", "huhn", "suppe", "nudel"].contains(&word);
    let parts =
        |word: &str| compound::split(word, known).map(|(first, rest)| format!("{first} {rest}"));
    assert_eq!(parts("kirschsaft").as_deref(), Some("kirsche saft"));
    assert_eq!(parts("nudelsuppe").as_deref(), Some("nudel suppe"));
    assert_eq!(parts("kirschbaum"), None);
}
