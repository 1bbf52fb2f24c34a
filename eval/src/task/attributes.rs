//! Query by attribute → dishes with the right tags: what `report.json` says of it.

use super::{About, Timed};
use crate::attributes::{AttributeCase, Dish, TaggedMenu};
use crate::data::{DataSet, Row};
use crate::gate::Check;
use crate::metrics::outcomes::{self, Outcomes};
use crate::metrics::{Interval, Share};
use crate::system::Found;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Hits of which all must be right for `top5_ok`.
const FIRST: usize = 5;

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributesReport {
    /// What every report says of itself.
    #[serde(flatten)]
    pub about: About,
    /// The figures over all queries.
    #[serde(flatten)]
    pub overall: AttributeFigures,
    /// Each menu.
    pub by_menu: BTreeMap<String, AttributeFigures>,
    /// Thresholds and comparisons asked for.
    pub checks: Vec<Check>,
    /// `top1_ok` and `top5_ok` by query.
    pub outcomes: Outcomes,
    /// Queries with anything wrong among the first five, or with an allergen among all hits.
    pub errors: Vec<AttributeError>,
}

/// Figures over some queries. An empty answer is right in none of them and violates nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeFigures {
    /// Queries.
    pub count: usize,
    /// The first hit has all tags it must and none it must not.
    pub top1_ok: Option<f64>,
    /// Wilson, 95 %.
    pub top1_ok_interval: Option<Interval>,
    /// So have all of the first five, of which there is at least one.
    pub top5_ok: Option<f64>,
    /// Wilson, 95 %.
    pub top5_ok_interval: Option<Interval>,
    /// Of the queries that prefer something: the first hit is right and preferred too.
    pub preferred_at_1: Option<f64>,
    /// Hits, of all that were returned, with an allergen by tags that must not be there.
    pub allergen_violations: usize,
    /// Queries with such a hit.
    pub queries_with_violation: usize,
    /// Queries without any hit.
    pub empty: usize,
    /// Mean share of the menu's dishes that answer: what picking at random would give.
    pub by_chance: Option<f64>,
}

/// A query with something wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeError {
    /// `file:line`.
    pub place: String,
    /// The row's own id.
    pub id: Option<String>,
    /// Where it was asked.
    pub menu: String,
    /// What was typed.
    pub query: String,
    /// Tags that a dish must have, and with `-` before it those that it must not.
    pub expected: Vec<String>,
    /// The first five hits as `name (id)`, with what is wrong with each.
    pub got: Vec<String>,
    /// Hits with an allergen that must not be there.
    pub violations: usize,
}

/// What one answer is worth.
struct Judged {
    top1: bool,
    top5: bool,
    /// Null where nothing is preferred.
    preferred: Option<bool>,
    violations: usize,
    empty: bool,
    chance: f64,
}

/// Scores answers given in the order of the rows.
#[must_use]
pub fn score(
    about: About,
    data: &DataSet<AttributeCase>,
    answers: &[Timed<Vec<Found>>],
    menus: &BTreeMap<String, TaggedMenu>,
) -> AttributesReport {
    let mut all = Vec::with_capacity(data.rows.len());
    let mut errors = Vec::new();
    for (row, timed) in data.rows.iter().zip(answers) {
        let menu = menus.get(&row.case.menu).map(|menu| &menu.dishes);
        let one = judge(&row.case, &timed.answer, menu);
        if !one.top5 || one.violations > 0 {
            errors.push(error(row, &timed.answer, menu, one.violations));
        }
        all.push((row.case.menu.as_str(), one));
    }
    let figures_of = |name: &str| figures(all.iter().filter(|one| one.0 == name).map(|one| &one.1));
    AttributesReport {
        about,
        overall: figures(all.iter().map(|(_, one)| one)),
        by_menu: menus
            .keys()
            .map(|name| (name.clone(), figures_of(name)))
            .collect(),
        checks: Vec::new(),
        outcomes: [
            (
                "top1_ok",
                outcomes::write(all.iter().map(|(_, one)| one.top1)),
            ),
            (
                "top5_ok",
                outcomes::write(all.iter().map(|(_, one)| one.top5)),
            ),
        ]
        .map(|(figure, rows)| (figure.to_owned(), rows))
        .into(),
        errors,
    }
}

type Dishes = BTreeMap<String, Dish>;

fn judge(case: &AttributeCase, hits: &[Found], menu: Option<&Dishes>) -> Judged {
    // a hit that is not on the menu is right in nothing
    let dish = |hit: &Found| menu.and_then(|dishes| dishes.get(&hit.id));
    let right = |hit: &Found| dish(hit).is_some_and(|dish| case.admits(dish));
    let first = hits.first();
    let best = first.filter(|hit| right(hit)).and_then(dish);
    let dishes = || menu.into_iter().flat_map(BTreeMap::values);
    Judged {
        top1: best.is_some(),
        top5: first.is_some() && hits.iter().take(FIRST).all(right),
        preferred: (!case.prefer.is_empty()).then(|| best.is_some_and(|dish| case.prefers(dish))),
        violations: hits
            .iter()
            .filter_map(dish)
            .filter(|dish| case.is_violated_by(dish))
            .count(),
        empty: hits.is_empty(),
        chance: Share::of(dishes(), |dish| case.admits(dish))
            .value()
            .unwrap_or_default(),
    }
}

fn figures<'a>(judged: impl Iterator<Item = &'a Judged> + Clone) -> AttributeFigures {
    let top1 = Share::of(judged.clone(), |one| one.top1);
    let top5 = Share::of(judged.clone(), |one| one.top5);
    let preferring = judged.clone().filter_map(|one| one.preferred);
    let chance: f64 = judged.clone().map(|one| one.chance).sum();
    AttributeFigures {
        count: top1.total,
        top1_ok: top1.value(),
        top1_ok_interval: top1.interval(),
        top5_ok: top5.value(),
        top5_ok_interval: top5.interval(),
        preferred_at_1: Share::of(preferring, |preferred| preferred).value(),
        allergen_violations: judged.clone().map(|one| one.violations).sum(),
        queries_with_violation: judged.clone().filter(|one| one.violations > 0).count(),
        empty: judged.filter(|one| one.empty).count(),
        by_chance: (top1.total > 0).then(|| chance / top1.total as f64),
    }
}

fn error(
    row: &Row<AttributeCase>,
    hits: &[Found],
    menu: Option<&Dishes>,
    violations: usize,
) -> AttributeError {
    let case = &row.case;
    let shown = |hit: &Found| {
        let name = format!("{} ({})", hit.name, hit.id);
        let Some(dish) = menu.and_then(|dishes| dishes.get(&hit.id)) else {
            return format!("{name}: not on the menu");
        };
        let lacks = case
            .must
            .difference(&dish.tags)
            .map(|tag| format!("no {tag}"));
        let has = case.must_not.intersection(&dish.tags).cloned();
        let wrong: Vec<String> = lacks.chain(has).collect();
        match wrong.is_empty() {
            true => name,
            false => format!("{name}: {}", wrong.join(", ")),
        }
    };
    AttributeError {
        place: row.place.to_string(),
        id: row.id.clone(),
        menu: case.menu.clone(),
        query: case.query.clone(),
        expected: case
            .must
            .iter()
            .cloned()
            .chain(case.must_not.iter().map(|tag| format!("-{tag}")))
            .collect(),
        got: hits.iter().take(FIRST).map(shown).collect(),
        violations,
    }
}

#[cfg(test)]
mod tests {
    use super::score;
    use crate::attributes::{AttributeCase, Dish, TaggedMenu};
    use crate::data::{DataSet, FileHash, Row};
    use crate::error::Place;
    use crate::menu::MenuFile;
    use crate::system::Found;
    use crate::task::Timed;
    use crate::task::tests::about;
    use olympus_core::menu::import::Format;
    use std::collections::BTreeMap;
    use std::time::Duration;

    fn menu() -> BTreeMap<String, TaggedMenu> {
        let dish = |id: &str, tags: &str| {
            let dish = Dish {
                tags: tags.split_whitespace().map(str::to_owned).collect(),
                fields: [("category".to_owned(), vec![format!("{id}s")])].into(),
            };
            (id.to_owned(), dish)
        };
        let menu = TaggedMenu {
            file: MenuFile {
                bytes: Vec::new(),
                format: Format::Jsonl,
                hash: FileHash {
                    file: "m".to_owned(),
                    sha256: String::new(),
                    rows: None,
                },
                names: BTreeMap::new(),
            },
            dishes: BTreeMap::from([
                dish("soup", "vegan contains_soy"),
                dish("cake", "vegetarian contains_dairy"),
                dish("salad", "vegan"),
                dish("steak", ""),
            ]),
        };
        BTreeMap::from([("m".to_owned(), menu)])
    }

    fn row(must: &str, must_not: &str, category: Option<&str>) -> Row<AttributeCase> {
        let set = |tags: &str| tags.split_whitespace().map(str::to_owned).collect();
        Row {
            place: Place {
                file: "a.jsonl".to_owned(),
                line: 1,
            },
            id: None,
            source: "a".to_owned(),
            case: AttributeCase {
                query: "x".to_owned(),
                menu: "m".to_owned(),
                must: set(must),
                must_not: set(must_not),
                prefer: category
                    .map(|one| ("category".to_owned(), vec![one.to_owned()]))
                    .into_iter()
                    .collect(),
            },
        }
    }

    fn hits(ids: &str) -> Timed<Vec<Found>> {
        let found = |id: &str| Found {
            id: id.to_owned(),
            name: id.to_uppercase(),
            score: 0.0,
        };
        Timed {
            answer: ids.split_whitespace().map(found).collect(),
            took: Duration::from_millis(1),
        }
    }

    #[test]
    fn every_figure_by_hand() {
        let data = DataSet {
            rows: vec![
                row("vegan", "contains_soy", Some("salad")), // first right, second has soy
                row("vegan", "", Some("soup")),              // all right, but not preferred first
                row("", "contains_dairy", None),             // violated twice, once beyond five
                row("vegan", "", None),                      // nothing found
            ],
            files: Vec::new(),
        };
        let answers = [
            hits("salad soup"),
            hits("salad soup"),
            hits("cake soup salad steak soup cake"),
            hits(""),
        ];
        let report = score(about(), &data, &answers, &menu());
        let all = &report.overall;
        assert_eq!((all.top1_ok, all.top5_ok), (Some(0.5), Some(0.25)));
        assert_eq!(all.preferred_at_1, Some(0.5));
        assert_eq!(
            (all.allergen_violations, all.queries_with_violation),
            (3, 2)
        );
        assert_eq!(all.empty, 1);
        // of four dishes answer 1, 2, 3 and 2
        assert_eq!(all.by_chance, Some(0.5));
        assert_eq!(report.outcomes["top1_ok"], "1100");
        assert_eq!(report.outcomes["top5_ok"], "0100");
        assert_eq!(&report.by_menu["m"], all);
        assert_eq!(report.errors.len(), 3);
        assert_eq!(report.errors[0].expected, ["vegan", "-contains_soy"]);
        assert_eq!(
            report.errors[0].got,
            ["SALAD (salad)", "SOUP (soup): contains_soy"]
        );
        let json = serde_json::to_value(&report).expect("serialises");
        for key in ["top1_ok", "top5_ok", "allergen_violations", "count"] {
            assert!(json.get(key).is_some(), "{key}");
        }
    }

    #[test]
    fn a_hit_that_is_not_on_the_menu_is_never_right() {
        let data = DataSet {
            rows: vec![row("", "contains_soy", None)],
            files: Vec::new(),
        };
        let report = score(about(), &data, &[hits("pie")], &menu());
        assert_eq!(report.overall.top1_ok, Some(0.0));
        assert_eq!(report.errors[0].got, ["PIE (pie): not on the menu"]);
    }
}
