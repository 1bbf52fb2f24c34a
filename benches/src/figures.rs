//! Collects durations and prints their percentiles.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// What was measured, in the order of the first measurement.
pub(crate) struct Figures {
    names: Vec<String>,
    samples_ms: BTreeMap<String, Vec<f64>>,
    singles: Vec<(String, f64, &'static str)>,
}

impl Figures {
    pub(crate) fn new() -> Self {
        Self {
            names: Vec::new(),
            samples_ms: BTreeMap::new(),
            singles: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, name: &str, ms: f64) {
        if !self.samples_ms.contains_key(name) {
            self.names.push(name.to_owned());
        }
        self.samples_ms.entry(name.to_owned()).or_default().push(ms);
    }

    pub(crate) fn single(&mut self, name: &str, value: f64, unit: &'static str) {
        self.singles.push((name.to_owned(), value, unit));
    }

    fn at(&self, name: &str, share: f64) -> f64 {
        self.samples_ms
            .get(name)
            .map_or(f64::NAN, |samples| percentile(samples, share))
    }

    pub(crate) fn json(&self) -> Value {
        let latency: BTreeMap<&str, Value> = self
            .names
            .iter()
            .map(|name| {
                let (p50, p99) = (self.at(name, 0.5), self.at(name, 0.99));
                (name.as_str(), json!({"p50_ms": p50, "p99_ms": p99}))
            })
            .collect();
        let singles: BTreeMap<&str, Value> = self
            .singles
            .iter()
            .map(|(name, value, unit)| (name.as_str(), json!({"value": value, "unit": unit})))
            .collect();
        json!({"latency": latency, "single": singles})
    }
}

/// Nearest-rank percentile, `share` from 0 to 1; NaN of nothing.
pub(crate) fn percentile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank in a list of samples"
    )]
    let rank = (share * sorted.len() as f64).ceil().max(1.0) as usize - 1;
    sorted.get(rank).copied().unwrap_or(f64::NAN)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value, unit) in &self.singles {
            writeln!(f, "{name:<40} {value:>9.1} {unit}")?;
        }
        writeln!(f, "\n{:<40} {:>9} {:>9} ms", "", "p50", "p99")?;
        for name in &self.names {
            let (p50, p99) = (self.at(name, 0.5), self.at(name, 0.99));
            writeln!(f, "{name:<40} {p50:>9.2} {p99:>9.2}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn percentiles_are_nearest_rank() {
        let mut figures = Figures::new();
        for ms in 1..=200 {
            figures.add("x", f64::from(ms));
        }
        assert_eq!(figures.at("x", 0.5), 100.0);
        assert_eq!(figures.at("x", 0.99), 198.0);
        assert!(figures.at("absent", 0.5).is_nan());
    }
}
