//! An order as the scores see it: lines in no order, names compared as people read them.
//!
//! Invariant: whatever is not in the answer's contract does not count. Letter case, `_`, `-` and
//! spaces do not tell names apart; how much of a topping (`extra`, `light`) is not compared; a style
//! or container of the data ("thin crust", "can") counts as a modifier that is added.

use serde::{Deserialize, Serialize};

/// Whether a modifier is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// With it.
    Add,
    /// Without it.
    Remove,
}

/// A modifier by any of the names that are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modifier {
    /// Normalised; in an answer its name and id, in data all accepted names.
    pub names: Vec<String>,
    /// Wanted or not.
    pub action: Action,
    /// How it is written, for people.
    pub shown: String,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Normalised; in an answer its name and id, in data the accepted name.
    pub names: Vec<String>,
    /// How many.
    pub quantity: u32,
    /// Normalised; `None` where not said.
    pub size: Option<String>,
    /// In no order.
    pub modifiers: Vec<Modifier>,
    /// How it is written, for people.
    pub shown: String,
}

/// An item of the data as written.
#[derive(Debug, Deserialize)]
pub struct RawItem {
    name: String,
    #[serde(default)]
    extra_names: Vec<String>,
    #[serde(default = "one")]
    quantity: u32,
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    style: OneOrMany,
    #[serde(default)]
    container: OneOrMany,
    #[serde(default)]
    modifiers: Vec<RawModifier>,
}

/// A modifier of the data as written.
#[derive(Debug, Deserialize)]
struct RawModifier {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    one_of: Vec<String>,
    action: Action,
}

/// A line of an answer: `{"id","name","quantity","size"?,"modifiers"}`.
#[derive(Debug, Deserialize)]
pub struct AnswerLine {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default = "one")]
    quantity: u32,
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    modifiers: Vec<AnswerModifier>,
}

#[derive(Debug, Deserialize)]
struct AnswerModifier {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    action: Action,
}

#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            OneOrMany::None => Vec::new(),
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        }
    }
}

fn one() -> u32 {
    1
}

/// Lowercase words with single spaces between.
#[must_use]
pub fn normalise(name: &str) -> String {
    let words = name.to_lowercase();
    let words: Vec<&str> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    words.join(" ")
}

/// The lines an item of the data stands for: `extra_names` are sides ordered in the same breath,
/// each a line of its own.
///
/// # Errors
/// An item or modifier without a name.
pub fn expected_lines(item: RawItem) -> Result<Vec<Line>, String> {
    let mut modifiers = Vec::new();
    for raw in item.modifiers {
        modifiers.push(expected_modifier(raw)?);
    }
    for extra in item
        .style
        .into_vec()
        .into_iter()
        .chain(item.container.into_vec())
    {
        modifiers.push(Modifier {
            names: vec![normalise(&extra)],
            action: Action::Add,
            shown: extra,
        });
    }
    let size = item
        .size
        .as_deref()
        .map(normalise)
        .filter(|size| !size.is_empty());
    let mut lines = vec![Line {
        names: vec![normalise(&item.name)],
        quantity: item.quantity,
        size: size.clone(),
        modifiers,
        shown: item.name,
    }];
    for name in item.extra_names {
        lines.push(Line {
            names: vec![normalise(&name)],
            quantity: item.quantity,
            size: size.clone(),
            modifiers: Vec::new(),
            shown: name,
        });
    }
    if lines
        .iter()
        .any(|line| line.names.iter().all(String::is_empty))
    {
        return Err("an item's `name` is empty".to_owned());
    }
    Ok(lines)
}

fn expected_modifier(raw: RawModifier) -> Result<Modifier, String> {
    let mut names: Vec<String> = raw
        .name
        .iter()
        .chain(&raw.one_of)
        .map(|n| normalise(n))
        .collect();
    if raw.one_of.len() > 1 {
        // the catalogue's entry for "either of them" is written `or(a,b)`
        names.push(format!("or {}", names.join(" ")));
    }
    names.retain(|name| !name.is_empty());
    if names.is_empty() {
        return Err("a modifier has neither `name` nor `one_of`".to_owned());
    }
    Ok(Modifier {
        names,
        action: raw.action,
        shown: raw.name.unwrap_or_else(|| raw.one_of.join(" or ")),
    })
}

/// The lines of an answer.
#[must_use]
pub fn answered_lines(lines: Vec<AnswerLine>) -> Vec<Line> {
    lines
        .into_iter()
        .map(|line| Line {
            names: answer_names(line.name.as_deref(), line.id.as_deref()),
            quantity: line.quantity,
            size: line
                .size
                .as_deref()
                .map(normalise)
                .filter(|size| !size.is_empty()),
            modifiers: line
                .modifiers
                .into_iter()
                .map(|modifier| Modifier {
                    names: answer_names(modifier.name.as_deref(), modifier.id.as_deref()),
                    action: modifier.action,
                    shown: modifier.name.or(modifier.id).unwrap_or_default(),
                })
                .collect(),
            shown: line.name.or(line.id).unwrap_or_default(),
        })
        .collect()
}

/// An id like `burger:side_type:french_fries` also goes by its last part.
fn answer_names(name: Option<&str>, id: Option<&str>) -> Vec<String> {
    let last = id.and_then(|id| id.rsplit(':').next());
    let mut names: Vec<String> = [name, id, last]
        .into_iter()
        .flatten()
        .map(normalise)
        .collect();
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

impl Line {
    /// For people: `2 × large pizza + ham − olives`.
    #[must_use]
    pub fn show(&self) -> String {
        let size = self
            .size
            .as_ref()
            .map(|size| format!("{size} "))
            .unwrap_or_default();
        let mut text = format!("{} × {size}{}", self.quantity, self.shown);
        for modifier in &self.modifiers {
            let sign = if modifier.action == Action::Add {
                '+'
            } else {
                '−'
            };
            text.push_str(&format!(" {sign} {}", modifier.shown));
        }
        text
    }

    /// The same item.
    #[must_use]
    pub fn same_item(&self, other: &Line) -> bool {
        share_a_name(&self.names, &other.names)
    }

    /// The same item, number and size; modifiers apart.
    #[must_use]
    pub fn same_but_modifiers(&self, other: &Line) -> bool {
        self.same_item(other) && self.quantity == other.quantity && self.size == other.size
    }
}

impl Modifier {
    /// The same thing, wanted or not.
    #[must_use]
    pub fn same_name(&self, other: &Modifier) -> bool {
        share_a_name(&self.names, &other.names)
    }

    /// The same thing and the same wish.
    #[must_use]
    pub fn same(&self, other: &Modifier) -> bool {
        self.action == other.action && self.same_name(other)
    }
}

fn share_a_name(a: &[String], b: &[String]) -> bool {
    a.iter().any(|name| b.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(json: &str) -> Vec<Line> {
        expected_lines(serde_json::from_str(json).expect("an item")).expect("lines")
    }

    fn answered(json: &str) -> Line {
        answered_lines(vec![serde_json::from_str(json).expect("a line")]).remove(0)
    }

    #[test]
    fn names_meet_by_name_id_or_the_ids_last_part() {
        let want = &expected(r#"{"name":"mexican_coca-cola","quantity":2}"#)[0];
        for answer in [
            r#"{"id":"x","name":"Mexican Coca-Cola","quantity":2}"#,
            r#"{"id":"burrito:drink_type:mexican_coca-cola","quantity":2}"#,
            r#"{"id":"mexican_coca-cola","name":"Coke","quantity":2,"size":""}"#,
        ] {
            assert!(want.same_but_modifiers(&answered(answer)), "{answer}");
        }
        assert!(
            !want.same_but_modifiers(&answered(r#"{"name":"mexican coca cola"}"#)),
            "quantity"
        );
        assert!(!want.same_item(&answered(r#"{"name":"coca cola","quantity":2}"#)));
        assert!(!want.same_but_modifiers(&answered(
            r#"{"name":"mexican coca cola","quantity":2,"size":"large"}"#
        )));
    }

    #[test]
    fn either_of_two_accepts_each_and_the_catalogues_entry() {
        let want = &expected(
            r#"{"name":"burrito","modifiers":[{"one_of":["black_beans","pinto_beans"],"action":"remove"}]}"#,
        )[0]
        .modifiers[0];
        for (id, right) in [
            ("black_beans", true),
            ("x:or(black_beans,pinto_beans)", true),
            ("beans", false),
        ] {
            let answer =
                format!(r#"{{"name":"b","modifiers":[{{"id":"{id}","action":"remove"}}]}}"#);
            assert_eq!(want.same(&answered(&answer).modifiers[0]), right, "{id}");
        }
    }

    #[test]
    fn styles_are_modifiers_and_extra_names_are_lines() {
        let lines = expected(
            r#"{"name":"chips","extra_names":["queso_blanco"],"style":["thin_crust","x"]}"#,
        );
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].modifiers.len(), 2);
        assert_eq!(lines[1].show(), "1 × queso_blanco");
        assert_eq!(lines[0].show(), "1 × chips + thin_crust + x");
    }

    #[test]
    fn a_modifier_without_a_name_is_refused() {
        let item =
            serde_json::from_str(r#"{"name":"a","modifiers":[{"action":"add"}]}"#).expect("json");
        assert!(
            expected_lines(item)
                .expect_err("no name")
                .contains("neither")
        );
    }
}
