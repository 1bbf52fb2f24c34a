//! Queries by attribute ("a vegan dessert without nuts"), whose answers are known by the menu's own
//! tags and not by listed dishes.
//!
//! Invariant: a dish is judged by what the menu's file says of it, and by nothing that the search
//! says. A row that no dish of its menu can answer is refused, and so is a tag or value that the
//! menu does not have, as it would be a slip of the pen.

use crate::data::{Case, DataSet, Row, filled};
use crate::error::{BadLine, EvalError, SystemError};
use crate::menu::{self, MenuFile};
use crate::metrics::ranking::DEPTH;
use crate::system::{Found, System};
use crate::task::{Timed, ask_rows};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Tags that say of an allergen that it is there.
const CONTAINS: &str = "contains_";
/// Bad lines shown before "and N more".
const SHOWN_BAD_LINES: usize = 20;

/// A query, and the tags by which a dish answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeCase {
    /// What was typed.
    pub query: String,
    /// The menu's file without its ending.
    pub menu: String,
    /// Tags that a dish must have, all of them.
    pub must: BTreeSet<String>,
    /// Tags that it must not have, none of them.
    pub must_not: BTreeSet<String>,
    /// Field of the menu → texts of which its value should contain one, in any letter case.
    pub prefer: BTreeMap<String, Vec<String>>,
}

/// An [`AttributeCase`] as written.
#[derive(Debug, Deserialize)]
pub struct RawAttribute {
    query: String,
    menu: String,
    #[serde(default)]
    must: BTreeSet<String>,
    #[serde(default)]
    must_not: BTreeSet<String>,
    #[serde(default)]
    prefer: BTreeMap<String, Vec<String>>,
}

impl Case for AttributeCase {
    type Raw = RawAttribute;

    fn check(raw: RawAttribute) -> Result<Self, String> {
        if raw.must.is_empty() && raw.must_not.is_empty() {
            return Err("`must` and `must_not` are both empty; name at least one tag".to_owned());
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if raw.menu.is_empty() || !raw.menu.chars().all(plain) {
            return Err("`menu` is a file's name without ending: letters, digits, _ and -".into());
        }
        Ok(Self {
            query: filled(raw.query, "query")?,
            menu: raw.menu,
            must: raw.must,
            must_not: raw.must_not,
            prefer: raw.prefer,
        })
    }

    fn text(&self) -> &str {
        &self.query
    }

    fn set_text(&mut self, text: String) {
        self.query = text;
    }
}

impl AttributeCase {
    /// The dish has all that it must and nothing that it must not.
    #[must_use]
    pub fn admits(&self, dish: &Dish) -> bool {
        self.must.is_subset(&dish.tags) && self.must_not.is_disjoint(&dish.tags)
    }

    /// Every field asked for has one of the values asked for; true where none is.
    #[must_use]
    pub fn prefers(&self, dish: &Dish) -> bool {
        let wanted = |(field, values): (&String, &Vec<String>)| {
            let texts = dish.fields.get(field).map_or(&[][..], Vec::as_slice);
            let has = |value: &String| {
                texts
                    .iter()
                    .any(|text| text.contains(&value.to_lowercase()))
            };
            values.iter().any(has)
        };
        self.prefer.iter().all(wanted)
    }

    /// The dish contains an allergen that must not be there.
    #[must_use]
    pub fn is_violated_by(&self, dish: &Dish) -> bool {
        let allergens = self.must_not.iter().filter(|tag| tag.starts_with(CONTAINS));
        allergens.into_iter().any(|tag| dish.tags.contains(tag))
    }
}

/// A dish as its menu's file describes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dish {
    /// `tags` as written.
    pub tags: BTreeSet<String>,
    /// Every other field of texts, lowercase.
    pub fields: BTreeMap<String, Vec<String>>,
}

/// A menu with what its file says of each dish.
#[derive(Debug, Clone)]
pub struct TaggedMenu {
    /// To be given to the system.
    pub file: MenuFile,
    /// By id.
    pub dishes: BTreeMap<String, Dish>,
}

impl TaggedMenu {
    /// Says of every dish that its list of allergens is complete, as a restaurant would.
    pub fn say_complete(&mut self) {
        let mut bytes = Vec::with_capacity(self.file.bytes.len());
        for mut row in rows(&self.file.bytes) {
            row.insert("allergens_complete".to_owned(), Value::Bool(true));
            bytes.extend(Value::Object(row).to_string().into_bytes());
            bytes.push(b'\n');
        }
        self.file.bytes = bytes;
    }
}

/// Reads the menus that the rows name from `folder`.
///
/// # Errors
/// A menu that is missing or bad.
pub fn read_menus(
    folder: &Path,
    data: &DataSet<AttributeCase>,
) -> Result<BTreeMap<String, TaggedMenu>, EvalError> {
    let names: BTreeSet<&String> = data.rows.iter().map(|row| &row.case.menu).collect();
    let mut menus = BTreeMap::new();
    for name in names {
        let path = folder.join(format!("{name}.jsonl"));
        if !path.is_file() {
            return Err(EvalError::Usage(format!(
                "there is no menu {}; the rows ask for it. Public menus are not part of this \
                 repository: give the folder that holds them by --menus",
                path.display()
            )));
        }
        let file = menu::read(&path)?;
        let dishes = dishes(&file.bytes);
        menus.insert(name.clone(), TaggedMenu { file, dishes });
    }
    Ok(menus)
}

/// Of lines that were checked by [`menu::read`].
fn dishes(bytes: &[u8]) -> BTreeMap<String, Dish> {
    rows(bytes)
        .filter_map(|row| Some((row.get("id")?.as_str()?.to_owned(), dish(&row))))
        .collect()
}

fn rows(bytes: &[u8]) -> impl Iterator<Item = Map<String, Value>> {
    let lines = bytes.split(|&byte| byte == b'\n');
    lines.filter_map(|line| serde_json::from_slice(line).ok())
}

fn dish(row: &Map<String, Value>) -> Dish {
    let texts = |value: &Value| -> Vec<String> {
        let list = match value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        list.iter()
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect()
    };
    let mut dish = Dish::default();
    for (field, value) in row {
        if field == "tags" {
            dish.tags = texts(value).into_iter().collect();
        } else {
            let lower = texts(value).into_iter().map(|text| text.to_lowercase());
            dish.fields.insert(field.clone(), lower.collect());
        }
    }
    dish
}

/// That each row's tags and values are on its menu and that some dish answers it.
///
/// # Errors
/// The rows of which that is not so.
pub fn fits(
    menus: &BTreeMap<String, TaggedMenu>,
    data: &DataSet<AttributeCase>,
) -> Result<(), EvalError> {
    let mut shown: Vec<BadLine> = data
        .rows
        .iter()
        .filter_map(|row| {
            let message = fault(menus.get(&row.case.menu)?, &row.case)?;
            Some(BadLine {
                place: row.place.clone(),
                message,
            })
        })
        .collect();
    let total = shown.len();
    shown.truncate(SHOWN_BAD_LINES);
    match total {
        0 => Ok(()),
        _ => Err(EvalError::BadData { total, shown }),
    }
}

fn fault(menu: &TaggedMenu, case: &AttributeCase) -> Option<String> {
    let dishes = || menu.dishes.values();
    let strange = |tag: &&String| !dishes().any(|dish| dish.tags.contains(*tag));
    if let Some(tag) = case.must.iter().chain(&case.must_not).find(strange) {
        return Some(format!("no dish of {} has the tag `{tag}`", case.menu));
    }
    if !dishes().any(|dish| case.admits(dish) && case.prefers(dish)) {
        return Some(format!("no dish of {} answers this query", case.menu));
    }
    None
}

/// Asks every row on its own menu; answers in the order of the rows.
///
/// # Errors
/// A menu that is refused, or a row without a usable answer.
pub fn ask(
    system: &mut dyn System,
    menus: &BTreeMap<String, TaggedMenu>,
    data: &DataSet<AttributeCase>,
) -> Result<Vec<Timed<Vec<Found>>>, EvalError> {
    let mut answers: BTreeMap<usize, Timed<Vec<Found>>> = BTreeMap::new();
    for (name, menu) in menus {
        system
            .load_menu(&menu.file.bytes, menu.file.format)
            .map_err(EvalError::Prepare)?;
        let (places, rows): (Vec<usize>, Vec<&Row<AttributeCase>>) = data
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.case.menu == *name)
            .unzip();
        let query =
            |query: &str| -> Result<Vec<Found>, SystemError> { system.search(query, DEPTH) };
        answers.extend(places.into_iter().zip(ask_rows(&rows, name, query)?));
    }
    Ok(answers.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::{AttributeCase, dishes, fits, read_menus};
    use crate::data::{self, DataSet};

    const MENU: &str = r#"{"id":"soup","name":"Lentil soup","category":"Soups","meals":["lunch"],"tags":["vegan","contains_soy"]}
{"id":"cake","name":"Cheese cake","category":"The Sweet Stop","meals":["lunch","dinner"],"tags":["vegetarian","contains_dairy"]}
"#;

    fn rows(lines: &str) -> (tempfile::TempDir, DataSet<AttributeCase>) {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("m.jsonl"), MENU).expect("written");
        let path = dir.path().join("rows.jsonl");
        std::fs::write(&path, lines).expect("written");
        let data = data::read(&[path], None).expect("good rows");
        (dir, data)
    }

    #[test]
    fn tags_and_fields_by_hand() {
        let (_dir, data) = rows(
            r#"{"query":"a sweet one without soy","menu":"m","must_not":["contains_soy"],"prefer":{"category":["Sweet"]}}"#,
        );
        let case = &data.rows[0].case;
        let dishes = dishes(MENU.as_bytes());
        let (soup, cake) = (&dishes["soup"], &dishes["cake"]);
        assert!(!case.admits(soup) && case.admits(cake));
        assert!(!case.prefers(soup) && case.prefers(cake));
        assert!(case.is_violated_by(soup) && !case.is_violated_by(cake));
        assert_eq!(cake.fields["meals"], ["lunch", "dinner"]);
    }

    #[test]
    fn a_menu_said_to_be_complete_states_what_its_dishes_are_free_of() {
        use olympus_core::menu::import::{self, Format, Limits};
        let (dir, data) = rows(r#"{"query":"a","menu":"m","must_not":["contains_soy"]}"#);
        let mut menus = read_menus(dir.path(), &data).expect("a menu");
        let free = |menu: &super::TaggedMenu| -> Vec<bool> {
            let items = import::parse(&menu.file.bytes, Format::Jsonl, &Limits::default());
            let items = items.expect("a good menu");
            let soy = olympus_proto::Allergen::Soybeans;
            let says = |item: &olympus_proto::MenuItem| item.allergens.free_of.contains(&soy);
            items.iter().map(says).collect()
        };
        let menu = menus.get_mut("m").expect("it is named");
        assert_eq!(free(menu), [false, false]);
        let before = menu.dishes.clone();
        menu.say_complete();
        assert_eq!(free(menu), [false, true], "the soup contains it");
        assert_eq!(menu.dishes, before, "what judges is untouched");
    }

    #[test]
    fn a_row_that_nothing_answers_is_refused_and_a_missing_menu_is_named() {
        let (dir, data) = rows(concat!(
            r#"{"query":"a","menu":"m","must":["vegan"]}"#,
            "\n",
            r#"{"query":"b","menu":"m","must":["vegn"]}"#,
            "\n",
            r#"{"query":"c","menu":"m","must":["vegan","vegetarian"]}"#,
            "\n",
            r#"{"query":"d","menu":"m","must":["vegan"],"prefer":{"meals":["dinner"]}}"#,
        ));
        let menus = read_menus(dir.path(), &data).expect("a menu");
        let error = fits(&menus, &data).expect_err("three bad").to_string();
        assert!(error.starts_with("3 bad lines"), "{error}");
        assert!(error.contains("rows.jsonl:2: no dish of m has the tag `vegn`"));
        assert!(error.contains("rows.jsonl:3: no dish of m answers"));
        assert!(error.contains("rows.jsonl:4: no dish of m answers"));
        let nowhere = dir.path().join("nowhere");
        let error = read_menus(&nowhere, &data).expect_err("no folder");
        assert!(error.to_string().contains("--menus"), "{error}");
    }

    #[test]
    fn a_row_must_ask_for_something_and_name_a_plain_file() {
        for (line, says) in [
            (r#"{"query":"x","menu":"m"}"#, "both empty"),
            (r#"{"query":"x","menu":"../m","must":["a"]}"#, "file's name"),
            (
                r#"{"query":" ","menu":"m","must":["a"]}"#,
                "`query` is empty",
            ),
        ] {
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), line).expect("written");
            let error = data::read::<AttributeCase>(&[file.path().to_owned()], None);
            let error = error.expect_err("bad").to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
