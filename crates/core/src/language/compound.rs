//! Words that German writes as one: "Kirschsaft" is the "Kirsche" and the "Saft".

/// Letters that each part of such a word has.
const SHORTEST: usize = 3;
/// What is put between the parts.
const LINKS: [&str; 6] = ["s", "n", "en", "es", "er", "e"];
/// What the first part loses.
const LOST: [&str; 3] = ["e", "en", "n"];

/// The two words that `word` is made of, of those that are `known`: the longer the second, the
/// better, as that is what it is.
pub(super) fn split(word: &str, known: impl Fn(&str) -> bool) -> Option<(String, String)> {
    let cuts = word.char_indices().skip(SHORTEST).map(|(at, _)| at);
    cuts.filter_map(|at| word.split_at_checked(at))
        .take_while(|(_, rest)| rest.chars().count() >= SHORTEST)
        .filter(|(_, rest)| known(rest))
        .find_map(|(first, rest)| Some((first_part(first, &known)?, rest.to_owned())))
}

/// The word that stands so before another.
fn first_part(part: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    let whole = std::iter::once(part.to_owned());
    let cut = LINKS.iter().filter_map(|link| part.strip_suffix(link));
    let cut = cut.filter(|cut| cut.chars().count() >= SHORTEST);
    let lost = LOST.iter().map(|lost| format!("{part}{lost}"));
    let mut forms = whole.chain(cut.map(str::to_owned)).chain(lost);
    forms.find(|form| known(form))
}
