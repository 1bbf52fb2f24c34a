//! What an item states of its allergens, from every place where menus put it.

use super::fields::{Fields, limit};
use crate::menu::allergen::{self, Claim};
use olympus_proto::{Allergen, Allergens};
use serde_json::Value;
use std::collections::BTreeSet;

/// The three statements: the key in `allergens`, the column of a table, the prefix of a tag.
const CONTAINS: &str = "contains";
const MAY_CONTAIN: &str = "may_contain";
const FREE_OF: &str = "free_of";

/// Reads `allergens`, `allergens_contains` and its siblings, and takes tags such as
/// `contains_dairy` out of `tags`.
pub(super) fn read(fields: &mut Fields<'_>, tags: &mut Vec<String>) -> Allergens {
    let mut said = Allergens::default();
    match fields.take("allergens") {
        None => {}
        Some(Value::Object(map)) => {
            let mut inner = Fields {
                map,
                faults: &mut *fields.faults,
                path: format!("{}allergens.", fields.path),
            };
            for statement in [CONTAINS, MAY_CONTAIN, FREE_OF] {
                read_list(&mut inner, statement, statement, &mut said);
            }
        }
        // A bare list is what the dish contains: the reading that warns.
        Some(list @ (Value::Array(_) | Value::String(_))) => {
            fields.map.insert("allergens".to_owned(), list);
            read_list(fields, "allergens", CONTAINS, &mut said);
        }
        Some(_) => fields.fault(
            "allergens",
            "must be an object with `contains`, `may_contain` and `free_of`",
        ),
    }
    for statement in [CONTAINS, MAY_CONTAIN, FREE_OF] {
        read_list(
            fields,
            &format!("allergens_{statement}"),
            statement,
            &mut said,
        );
    }
    tags.retain(|tag| !read_tag(tag, &mut said));
    settle(fields, &mut said);
    let complete = complete(fields);
    say_complete(&mut said, &complete);
    said
}

/// Says that the lists of `said` name every one of `all` that is in the dish or may be: those
/// that are not listed are absent. Nothing is inferred from silence unless somebody says so.
pub fn say_complete(said: &mut Allergens, all: &[Allergen]) {
    for allergen in all {
        if !said.contains.contains(allergen) && !said.may_contain.contains(allergen) {
            said.free_of.insert(*allergen);
        }
    }
}

/// `allergens_complete`: true for all fourteen, or the names of those that the lists cover.
/// "Wheat" covers no gluten: what its absence proves is what counts.
fn complete(fields: &mut Fields<'_>) -> Vec<Allergen> {
    const NAME: &str = "allergens_complete";
    match fields.take(NAME) {
        None | Some(Value::Null | Value::Bool(false)) => Vec::new(),
        Some(Value::Bool(true)) => Allergen::ALL.to_vec(),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Allergen::ALL.to_vec(),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Vec::new(),
        Some(list @ (Value::Array(_) | Value::String(_))) => {
            fields.map.insert(NAME.to_owned(), list);
            let mut covered = Allergens::default();
            read_list(fields, NAME, FREE_OF, &mut covered);
            covered.free_of.into_iter().collect()
        }
        Some(_) => {
            fields.fault(NAME, "must be true, false or a list of allergens");
            Vec::new()
        }
    }
}

fn read_list(fields: &mut Fields<'_>, name: &str, statement: &str, said: &mut Allergens) {
    for word in fields.list(name, limit::TAGS, limit::TAG) {
        match allergen::named(&word, claim(statement)) {
            Some(allergens) => set(said, statement).extend(allergens),
            None => fields.fault(
                name,
                format!(
                    "`{word}` is no allergen known here; use one of {}",
                    Allergen::ALL.map(Allergen::as_str).join(", ")
                ),
            ),
        }
    }
}

/// True where the tag was a statement about an allergen. A tag such as `contains_alcohol` is
/// none and stays a tag.
fn read_tag(tag: &str, said: &mut Allergens) -> bool {
    for statement in [CONTAINS, MAY_CONTAIN, FREE_OF] {
        if let Some(word) = tag
            .strip_prefix(statement)
            .and_then(|rest| rest.strip_prefix('_'))
            && let Some(allergens) = allergen::named(word, claim(statement))
        {
            set(said, statement).extend(allergens);
            return true;
        }
    }
    false
}

fn claim(statement: &str) -> Claim {
    if statement == FREE_OF {
        Claim::Reassures
    } else {
        Claim::Warns
    }
}

fn set<'a>(said: &'a mut Allergens, statement: &str) -> &'a mut BTreeSet<Allergen> {
    match statement {
        FREE_OF => &mut said.free_of,
        MAY_CONTAIN => &mut said.may_contain,
        _ => &mut said.contains,
    }
}

/// Refuses an item that says of an allergen both that it is absent and that it may be there.
fn settle(fields: &mut Fields<'_>, said: &mut Allergens) {
    for (there, words) in [
        (&said.contains, "contain"),
        (&said.may_contain, "perhaps contain"),
    ] {
        for allergen in there.intersection(&said.free_of) {
            fields.fault(
                "allergens",
                format!(
                    "{allergen}: the item is said both to {words} it and to be free of it; keep one"
                ),
            );
        }
    }
    let contains = &said.contains;
    said.may_contain
        .retain(|allergen| !contains.contains(allergen));
}
