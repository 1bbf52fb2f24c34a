//! The same rows with noise: how much is lost between a clean text and what really arrives.

use super::Timed;
use crate::data::{Case, DataSet};
use crate::error::EvalError;
use crate::metrics::Share;
use crate::noise::Noise;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Figures over the rows with one noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Noisy {
    /// Kind, level and seed.
    #[serde(flatten)]
    pub noise: Noise,
    /// Texts that came out other than they went in.
    pub changed: Option<f64>,
    /// Key of the report → its value over these texts.
    pub figures: BTreeMap<String, Option<f64>>,
}

/// Both kinds at every level.
///
/// # Errors
/// A row without a usable answer.
pub fn run<C: Case + Clone, A>(
    data: &DataSet<C>,
    seed: u64,
    mut ask: impl FnMut(&DataSet<C>, &str) -> Result<Vec<Timed<A>>, EvalError>,
    figures: impl Fn(&DataSet<C>, &[Timed<A>]) -> Vec<(&'static str, Option<f64>)>,
) -> Result<Vec<Noisy>, EvalError> {
    let mut runs = Vec::new();
    for noise in Noise::all(seed) {
        let noisy = noise.over(data);
        let answers = ask(&noisy, &noise.to_string())?;
        let pairs = data.rows.iter().zip(&noisy.rows);
        let changed = Share::of(pairs, |(clean, row)| clean.case.text() != row.case.text());
        runs.push(Noisy {
            noise,
            changed: changed.value(),
            figures: figures(&noisy, &answers)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        });
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::data::{DataSet, Row, SearchCase};
    use crate::error::Place;
    use crate::task::ask_all;

    #[test]
    fn six_runs_over_texts_that_change_and_figures_over_each() {
        let row = |query: &str| Row {
            place: Place {
                file: "q".to_owned(),
                line: 1,
            },
            id: None,
            source: "s".to_owned(),
            case: SearchCase {
                query: query.to_owned(),
                relevant: vec!["x".to_owned()],
                kind: None,
            },
        };
        let data = DataSet {
            rows: vec![row("Hello"), row("a")],
            files: Vec::new(),
        };
        let ask = |data: &DataSet<SearchCase>, what: &str| {
            ask_all(data, what, |text| Ok(text == "hello"))
        };
        let figures = |_: &DataSet<SearchCase>, answers: &[crate::task::Timed<bool>]| {
            let right = answers.iter().filter(|timed| timed.answer).count();
            vec![("right", Some(right as f64))]
        };
        let runs = run(&data, 1, ask, figures).expect("answers");
        let names: Vec<String> = runs.iter().map(|run| run.noise.to_string()).collect();
        assert_eq!(
            names,
            [
                "typing 1", "typing 2", "typing 3", "speech 1", "speech 2", "speech 3"
            ]
        );
        // speech always lowers the case of the one and hardly touches the other
        assert!(runs[3].changed >= Some(0.5), "{:?}", runs[3]);
        let json = serde_json::to_value(&runs[3]).expect("serialises");
        assert_eq!(
            (&json["kind"], &json["level"], &json["seed"]),
            (&"speech".into(), &1.into(), &1.into())
        );
        assert!(json["figures"]["right"].is_number());
    }
}
