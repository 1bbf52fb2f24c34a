//! How the authority works: the var `SETTLE`, JSON, over these defaults.

use crate::http::error::log;
use crate::http::var;
use olympus_core::settlement::ANSWER_MS;
use serde::Deserialize;
use worker::Env;

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    /// Payments that are looked at in one go.
    pub(super) batch: u32,
    /// Captures that are on their way at the same time.
    pub(super) parallel: usize,
    /// How long the provider has for an answer: less than `core::settlement` waits for one.
    pub(super) timeout_ms: u64,
    /// Where the provider or the read model cannot be reached, the next attempt comes so late.
    pub(super) again_ms: u64,
    /// Closed orders stay with the devices for so long after their last change.
    pub(super) keep_days: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch: 40,
            parallel: 8,
            timeout_ms: 10_000,
            again_ms: 5_000,
            keep_days: 30,
        }
    }
}

impl Settings {
    pub(super) fn of(env: &Env) -> Self {
        let told = var(env, "SETTLE");
        if told.is_empty() {
            return Self::default();
        }
        Self::read(&told).unwrap_or_else(|error| {
            log(&format!("the var SETTLE cannot be used: {error}"));
            Self::default()
        })
    }

    fn read(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let sound = (1..=500).contains(&read.batch)
            && (1..=50).contains(&read.parallel)
            && (100..ANSWER_MS).contains(&read.timeout_ms)
            && read.again_ms >= 100
            && read.keep_days >= 1;
        sound.then_some(read).ok_or_else(|| {
            "batch is 1 to 500, parallel 1 to 50, timeout_ms 100 to 29999, again_ms at least 100, \
             keep_days at least 1"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn what_is_left_out_is_as_it_was_and_nonsense_is_refused() {
        let read = Settings::read(r#"{"timeout_ms":500}"#).unwrap();
        assert_eq!(read.batch, Settings::default().batch);
        assert_eq!(read.timeout_ms, 500);
        for bad in ["", r#"{"batch":0}"#, r#"{"parallel":51}"#, r#"{"x":1}"#] {
            assert!(Settings::read(bad).is_err(), "{bad}");
        }
    }
}
