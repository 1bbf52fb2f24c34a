//! The phrases that state a limit.

use super::scan::Scan;

#[rustfmt::skip]
pub(super) const ALLERGY: &[&[&str]] = &[
    &["allergic", "to"], &["allergic", "2"], &["sensitive", "2"], &["allergy", "to"], &["allergies", "to"], &["intolerant", "to"],
    &["intolerant", "of"], &["intolerance", "to"], &["sensitive", "to"], &["reaction", "to"],
    &["cant", "have"], &["cannot", "have"], &["can", "not", "have"], &["cant", "eat"],
    &["cannot", "eat"], &["can", "not", "eat"], &["cant", "tolerate"], &["cannot", "tolerate"],
    &["cant", "digest"], &["cannot", "digest"], &["cant", "do"], &["cant", "drink"],
    &["not", "allowed"], &["stay", "away", "from"], &["staying", "away", "from"], &["avoid"],
    &["avoiding"], &["avoids"], &["dont", "eat"], &["do", "not", "eat"], &["doesnt", "eat"],
    &["does", "not", "eat"], &["dont", "drink"], &["free", "of"], &["free", "from"], &["fre", "of"], &["fre", "from"],
    &["must", "not", "contain"], &["cant", "contain"], &["should", "not", "contain"],
    &["shouldnt", "contain"], &["allergic"], &["react", "to"], &["reacts", "to"],
    &["mustnt", "contain"], &["cannot", "contain"], &["can", "not", "contain"],
    &["react", "badly", "to"], &["reacts", "badly", "to"], &["reacting", "to"], &["anaphylactic", "to"],
    &["cant", "eat", "anything", "with"], &["cannot", "eat", "anything", "with"],
    &["cant", "have", "anything", "with"], &["cannot", "have", "anything", "with"],
    &["cant", "eat", "anything", "that", "has"], &["cannot", "eat", "anything", "that", "has"],
    &["cant", "eat", "anything", "containing"], &["cannot", "eat", "anything", "containing"],
    &["cant", "have", "anything", "containing"], &["cant", "have", "anything", "made", "with"],
    &["wont", "eat"], &["doesnt", "do"], &["dont", "do"], &["cant", "be", "around"], &["hives", "from"],
    &["allergic", "too"], &["allergic", "with"], &["allergic", "for"],
    &["keep", "away", "from"], &["keeping", "away", "from"],
];
/// Said after what is not borne.
#[rustfmt::skip]
pub(super) const HARMS: &[&[&str]] = &[
    &["makes", "me", "sick"], &["make", "me", "sick"], &["makes", "me", "ill"],
    &["make", "me", "ill"], &["kills", "me"], &["kill", "me"], &["will", "kill", "me"],
    &["could", "kill", "me"], &["gives", "me", "hives"], &["give", "me", "hives"],
    &["upsets", "my", "stomach"], &["upset", "my", "stomach"],
];
/// Said of things that may stand on either side.
pub(super) const BARE: &[&[&str]] = &[
    &["allergy"],
    &["allergies"],
    &["intolerant"],
    &["intolerance"],
];
#[rustfmt::skip]
pub(super) const PLAIN: &[&[&str]] = &[
    &["no"], &["without"], &["with", "out"], &["whit", "out"], &["omit"], &["wo"], &["w", "out"], &["nix"], &["ditch"], &["w", "o"], &["sans"], &["minus"], &["excluding"], &["exclude"],
    &["nothing", "with"], &["nothing", "containing"], &["nothing", "that", "contains"],
    &["nothing", "that", "has"], &["nothing", "made", "with"], &["not", "containing"],
    &["not", "contain"], &["doesnt", "contain"], &["does", "not", "contain"], &["dont", "contain"],
    &["do", "not", "contain"], &["doesnt", "have"], &["does", "not", "have"], &["dont", "have"],
    &["isnt", "made", "with"], &["hold", "the"], &["leave", "out"], &["skip", "the"], &["not", "any"],
    &["dont", "put"], &["do", "not", "put"], &["dont", "add"],
    &["do", "not", "add"], &["leave", "off"], &["skip"], &["dont", "give", "me"], &["do", "not", "give", "me"], &["dont", "want"], &["dont", "like"], &["do", "not", "like"], &["do", "not", "want"],
    &["with", "no"], &["contains", "no"], &["contain", "no"], &["has", "no"], &["have", "no"],
    &["non"], &["zero"], &["neither"], &["nor"], &["anything", "but"], &["but", "not"],
    &["rather", "not", "have"], &["other", "than"], &["remove"], &["take", "off"], &["take", "out"],
];
pub(super) const NOW: &[&[&str]] = &[
    &["available", "now"],
    &["available", "right", "now"],
    &["available", "today"],
    &["available", "at", "the", "moment"],
    &["currently", "available"],
    &["in", "stock"],
    &["not", "sold", "out"],
    &["whats", "available"],
    &["what", "is", "available"],
    &["get", "right", "now"],
    &["get", "now"],
    &["have", "right", "now"],
    &["order", "right", "now"],
    &["order", "now"],
    &["eat", "right", "now"],
    &["serving", "now"],
    &["serving", "right", "now"],
    &["served", "now"],
    &["being", "served", "right", "now"],
];

/// Words of the longest of `phrases` that stands at `at`.
pub(super) fn longest(scan: &Scan<'_>, at: usize, phrases: &[&[&str]]) -> Option<usize> {
    let said = phrases.iter().filter(|phrase| scan.is(at, phrase));
    said.map(|phrase| phrase.len()).max()
}
