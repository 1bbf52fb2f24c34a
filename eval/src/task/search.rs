//! Query → dishes: what `report.json` says of it.

use super::robustness::Noisy;
use super::{About, Timed};
use crate::data::{DataSet, Row, SearchCase};
use crate::gate::Check;
use crate::metrics::outcomes::{self, Outcomes};
use crate::metrics::ranking::{DEPTH, RankScore, first_right};
use crate::metrics::share::Share;
use crate::system::Found;
use olympus_core::menu::sureness::sureness;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Hits shown of a query that missed.
const SHOWN_HITS: usize = 5;
/// `confident-at` of searches, as the device is set up.
pub const SURE_FROM: f32 = 0.7;

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchReport {
    /// What every report says of itself.
    #[serde(flatten)]
    pub about: About,
    /// The figures over all queries.
    #[serde(flatten)]
    pub overall: RankScore,
    /// Each `kind` of query; those without one stand under `other`.
    pub by_kind: BTreeMap<String, RankScore>,
    /// Each source.
    pub by_source: BTreeMap<String, RankScore>,
    /// Queries by the place of the first right dish, places 1 to 10.
    pub rank_histogram: Vec<usize>,
    /// Queries without a right dish among the first ten.
    pub missed: usize,
    /// Whether the device is right where it is sure of itself.
    #[serde(default)]
    pub sure: Sure,
    /// The same rows with noise; absent where that was not asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub robustness: Vec<Noisy>,
    /// Thresholds and comparisons asked for.
    pub checks: Vec<Check>,
    /// `hit_at_1` and `hit_at_10` by query.
    pub outcomes: Outcomes,
    /// Queries whose first hit is not right.
    pub errors: Vec<SearchMiss>,
}

/// Right first dishes by whether the device is sure of them: what it is not sure of may go to the
/// cloud.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sure {
    /// Queries from [`SURE_FROM`] up.
    pub count: usize,
    /// Part of them whose first dish is right.
    pub right: Option<f64>,
    /// The same of all others.
    pub right_of_others: Option<f64>,
}

impl Sure {
    fn of(answers: &[Timed<Vec<Found>>], ranks: &[Option<usize>]) -> Self {
        let (mut sure, mut others) = (Share::default(), Share::default());
        for (timed, rank) in answers.iter().zip(ranks) {
            let mut scores = timed.answer.iter().map(|found| found.score);
            let sureness = scores
                .next()
                .map_or(0.0, |best| sureness(best, scores.next()));
            let share = if sureness >= SURE_FROM {
                &mut sure
            } else {
                &mut others
            };
            share.add(*rank == Some(1));
        }
        Self {
            count: sure.total,
            right: sure.value(),
            right_of_others: others.value(),
        }
    }
}

/// A query whose first hit is not right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchMiss {
    /// `file:line`.
    pub place: String,
    /// The row's own id.
    pub id: Option<String>,
    /// Where the query comes from.
    pub source: String,
    /// What makes it hard.
    pub kind: Option<String>,
    /// What was typed.
    pub query: String,
    /// What is right, as `name (id)` where the menu is known.
    pub expected: Vec<String>,
    /// Place of the first right dish; null where not among the first ten.
    pub rank: Option<usize>,
    /// The first hits, as `name (id)`.
    pub got: Vec<String>,
}

impl SearchReport {
    /// Key → value of what is looked at under noise.
    #[must_use]
    pub fn main_figures(&self) -> Vec<(&'static str, Option<f64>)> {
        vec![
            ("hit_at_1", self.overall.hit_at_1),
            ("hit_at_10", self.overall.hit_at_10),
        ]
    }
}

/// Scores answers given in the order of the rows. With the menu's names (id → name), right dishes
/// are shown by name too.
#[must_use]
pub fn score(
    about: About,
    data: &DataSet<SearchCase>,
    answers: &[Timed<Vec<Found>>],
    names: Option<&BTreeMap<String, String>>,
) -> SearchReport {
    let shown = |id: &String| match names.and_then(|names| names.get(id)) {
        Some(name) => format!("{name} ({id})"),
        None => id.clone(),
    };
    let mut ranks = Vec::with_capacity(data.rows.len());
    let mut errors = Vec::new();
    let mut kinds: BTreeMap<String, Vec<Option<usize>>> = BTreeMap::new();
    let mut sources: BTreeMap<String, Vec<Option<usize>>> = BTreeMap::new();
    let mut rank_histogram = vec![0; DEPTH];
    for (row, timed) in data.rows.iter().zip(answers) {
        let ids: Vec<String> = timed.answer.iter().map(|found| found.id.clone()).collect();
        let rank = first_right(&ids, &row.case.relevant);
        ranks.push(rank);
        let kind = row.case.kind.clone().unwrap_or_else(|| "other".to_owned());
        kinds.entry(kind).or_default().push(rank);
        sources.entry(row.source.clone()).or_default().push(rank);
        if let Some(rank) = rank {
            rank_histogram[rank - 1] += 1;
        }
        if rank != Some(1) {
            let expected = row.case.relevant.iter().map(shown).collect();
            errors.push(miss(row, rank, expected, &timed.answer));
        }
    }
    let each = |groups: BTreeMap<String, Vec<Option<usize>>>| {
        groups
            .into_iter()
            .map(|(name, ranks)| (name, RankScore::of(&ranks)))
            .collect()
    };
    SearchReport {
        about,
        overall: RankScore::of(&ranks),
        by_kind: each(kinds),
        by_source: each(sources),
        rank_histogram,
        missed: ranks.iter().filter(|rank| rank.is_none()).count(),
        sure: Sure::of(answers, &ranks),
        robustness: Vec::new(),
        checks: Vec::new(),
        outcomes: [("hit_at_1", 1), ("hit_at_10", DEPTH)]
            .map(|(figure, depth)| {
                let found = |rank: &Option<usize>| rank.is_some_and(|rank| rank <= depth);
                (figure.to_owned(), outcomes::write(ranks.iter().map(found)))
            })
            .into(),
        errors,
    }
}

fn miss(
    row: &Row<SearchCase>,
    rank: Option<usize>,
    expected: Vec<String>,
    hits: &[Found],
) -> SearchMiss {
    SearchMiss {
        place: row.place.to_string(),
        id: row.id.clone(),
        source: row.source.clone(),
        kind: row.case.kind.clone(),
        query: row.case.query.clone(),
        expected,
        rank,
        got: hits
            .iter()
            .take(SHOWN_HITS)
            .map(|hit| format!("{} ({})", hit.name, hit.id))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;
    use crate::task::tests::about;
    use std::time::Duration;

    fn row(query: &str, relevant: &str, kind: Option<&str>) -> Row<SearchCase> {
        Row {
            place: Place {
                file: "q.jsonl".to_owned(),
                line: 1,
            },
            id: None,
            source: "s".to_owned(),
            case: SearchCase {
                query: query.to_owned(),
                relevant: vec![relevant.to_owned()],
                kind: kind.map(str::to_owned),
            },
        }
    }

    fn hits(ids: &str) -> Timed<Vec<Found>> {
        let found = |id: &str| Found {
            id: id.to_owned(),
            name: id.to_uppercase(),
            score: if id == "coke" { 0.9 } else { 0.1 },
        };
        Timed {
            answer: ids.split_whitespace().map(found).collect(),
            took: Duration::from_millis(1),
        }
    }

    #[test]
    fn figures_kinds_and_misses_by_hand() {
        let data = DataSet {
            rows: vec![
                row("cola", "coke", Some("alias")),
                row("t", "tea", Some("alias")),
                row("x", "soup", None),
            ],
            files: Vec::new(),
        };
        let report = score(
            about(),
            &data,
            &[hits("coke"), hits("a b c tea"), hits("")],
            Some(&[("soup".to_owned(), "Soup".to_owned())].into()),
        );
        assert_eq!(report.overall.hit_at_1, Some(1.0 / 3.0));
        assert_eq!(report.overall.hit_at_10, Some(2.0 / 3.0));
        assert!((report.overall.mrr_at_10.expect("some") - 1.25 / 3.0).abs() < 1e-12);
        assert_eq!(report.outcomes["hit_at_1"], "100");
        assert_eq!(report.outcomes["hit_at_10"], "110");
        assert_eq!(report.by_kind["alias"].hit_at_10, Some(1.0));
        assert_eq!(report.by_kind["other"].hit_at_10, Some(0.0));
        assert_eq!((report.rank_histogram[3], report.missed), (1, 1));
        assert_eq!((report.sure.count, report.sure.right), (1, Some(1.0)));
        assert_eq!(report.sure.right_of_others, Some(0.0));
        assert_eq!(report.errors.len(), 2);
        assert_eq!(report.errors[0].got[0], "A (a)");
        assert_eq!(report.errors[0].expected, ["tea"]);
        assert_eq!(report.errors[1].expected, ["Soup (soup)"]);
        let json = serde_json::to_value(&report).expect("serialises");
        for key in [
            "hit_at_1",
            "hit_at_10",
            "mrr_at_10",
            "count",
            "latency_ms",
            "by_kind",
            "by_source",
        ] {
            assert!(json.get(key).is_some(), "{key}");
        }
    }
}
