//! Which settings cannot work, and what to do about them.

use super::RouteConfig;
use crate::route::Task;

/// A setting that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is {found}: {remedy}")]
pub struct ConfigError {
    /// Where, e.g. `breaker.window`.
    pub key: String,
    /// What is there.
    pub found: String,
    /// What to do.
    pub remedy: String,
}

impl RouteConfig {
    /// # Errors
    /// [`ConfigError`] for the first setting that cannot work.
    pub fn check(&self) -> Result<(), ConfigError> {
        for task in Task::ALL {
            self.check_task(task)?;
        }
        within("cloud-headroom", self.cloud_headroom, 0.5, 10.0)?;
        within("local-reserve", self.local_reserve, 1.0, 10.0)?;
        within("explore-ms", self.explore_ms, 10, 600_000)?;
        within(
            "latency.half-life-ms",
            self.latency.half_life_ms,
            100,
            3_600_000,
        )?;
        within("latency.window", self.latency.window, 10, 100_000)?;
        within("hedge.share", self.hedge.share, 0.0, 0.5)?;
        within("hedge.burst", self.hedge.burst, 0, 1_000)?;
        within("retry.share", self.retry.share, 0.0, 0.5)?;
        within("retry.burst", self.retry.burst, 0, 1_000)?;
        within("retry.most", self.retry.most, 0, 10)?;
        within("retry.backoff-ms", self.retry.backoff_ms, 1, 60_000)?;
        self.check_breaker()?;
        self.check_trust()
    }

    fn check_task(&self, task: Task) -> Result<(), ConfigError> {
        let name = task.as_str();
        let config = self.task(task);
        let key = |key: &str| format!("{name}.{key}");
        let least = self.margin_ms.saturating_mul(2).max(1);
        within(key("deadline-ms"), config.deadline_ms, least, 600_000).map_err(|error| {
            ConfigError {
                remedy: format!("{}, twice margin-ms at the least", error.remedy),
                ..error
            }
        })?;
        within(key("confident-at"), config.confident_at, 0.0, 1.0)?;
        within(key("local-prior-ms"), config.local_prior_ms, 1, 60_000)?;
        within(key("cloud-prior-ms"), config.cloud_prior_ms, 1, 60_000)?;
        within(key("most-in-flight"), config.most_in_flight, 1, 10_000)
    }

    fn check_breaker(&self) -> Result<(), ConfigError> {
        let breaker = &self.breaker;
        within("breaker.window", breaker.window, 1, 1_000)?;
        within("breaker.window-ms", breaker.window_ms, 100, 3_600_000)?;
        within(
            "breaker.least-calls",
            breaker.least_calls,
            1,
            breaker.window,
        )?;
        within("breaker.failure-rate", breaker.failure_rate, 0.01, 1.0)?;
        within("breaker.consecutive", breaker.consecutive, 1, 1_000)?;
        within("breaker.open-ms", breaker.open_ms, 10, 600_000)?;
        within(
            "breaker.open-most-ms",
            breaker.open_most_ms,
            breaker.open_ms,
            600_000,
        )?;
        within("breaker.told-most-ms", breaker.told_most_ms, 0, 3_600_000)?;
        within("breaker.probes", breaker.probes, 1, 100)?;
        within(
            "breaker.probe-lost-ms",
            breaker.probe_lost_ms,
            100,
            3_600_000,
        )
    }

    fn check_trust(&self) -> Result<(), ConfigError> {
        let trust = &self.trust;
        within("trust.lost-at", trust.lost_at, 0.01, 1.0)?;
        within("trust.won-at", trust.won_at, 0.0, trust.lost_at)?;
        within("trust.least", trust.least, 1, 1_000)?;
        within("trust.window", trust.window, trust.least, 100_000)?;
        within("trust.audit-share", trust.audit_share, 0.0, 0.5)
    }
}

/// Where `value` is not within `least` and `most`, both included, or is no number, the error.
fn within<T: PartialOrd + std::fmt::Display>(
    key: impl Into<String>,
    value: T,
    least: T,
    most: T,
) -> Result<(), ConfigError> {
    if value >= least && value <= most {
        return Ok(());
    }
    Err(ConfigError {
        key: key.into(),
        found: value.to_string(),
        remedy: format!("set it to {least} to {most}"),
    })
}
