//! Settings of routing.
//!
//! Invariant: a [`Router`](super::Router) is made only from settings that passed
//! [`RouteConfig::check`]; an error names the key and says what to put there.

mod check;

pub use check::ConfigError;

use super::breaker::BreakerConfig;
use super::budget::Allowance;
use super::quantile::Fading;
use super::trust::TrustConfig;
use super::{Policy, Task};
use serde::{Deserialize, Deserializer, Serialize};
use std::time::Duration;

/// How requests are routed. Absent keys have their defaults, unknown ones are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RouteConfig {
    /// Understanding an utterance.
    #[serde(deserialize_with = "over_intent")]
    pub intent: TaskConfig,
    /// Searching the menu.
    #[serde(deserialize_with = "over_search")]
    pub search: TaskConfig,
    /// Recognising an image.
    #[serde(deserialize_with = "over_image")]
    pub image: TaskConfig,
    /// Time kept free before a deadline, so that an answer is out by then: timers fire late, and
    /// an answer has to be written.
    pub margin_ms: u32,
    /// Cloud p95 that has to fit in the time left, 1 for once.
    pub cloud_headroom: f64,
    /// Local p99 that is kept free before the deadline while only the cloud runs, 1 for once.
    pub local_reserve: f64,
    /// While the cloud is too slow to be asked, one call each so often sees whether it still is.
    pub explore_ms: u32,
    /// How fast latencies are forgotten.
    pub latency: Fading,
    /// When the cloud is not called.
    pub breaker: BreakerConfig,
    /// Work that is done twice to save time.
    pub hedge: HedgeConfig,
    /// Calls made again.
    pub retry: RetryConfig,
    /// Whether the cloud is believed.
    pub trust: TrustConfig,
}

impl Default for RouteConfig {
    fn default() -> Self {
        Self {
            intent: TaskConfig::INTENT,
            search: TaskConfig::SEARCH,
            image: TaskConfig::IMAGE,
            margin_ms: 5,
            cloud_headroom: 1.0,
            local_reserve: 2.0,
            explore_ms: 1_000,
            latency: Fading::default(),
            breaker: BreakerConfig::default(),
            hedge: HedgeConfig::default(),
            retry: RetryConfig::default(),
            trust: TrustConfig::default(),
        }
    }
}

/// How one task is routed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TaskConfig {
    /// Which path, where a request does not say.
    pub policy: Policy,
    /// Time for an answer, where a request does not say.
    pub deadline_ms: u32,
    /// Probability from which an answer is sure.
    pub confident_at: f32,
    /// What the local model is taken to need before it was measured; its p95 and p99 are never
    /// taken to be less. Set it to the p99 on this device: the deadline rests on it.
    pub local_prior_ms: u32,
    /// What the cloud is taken to need before it was measured.
    pub cloud_prior_ms: u32,
    /// Most cloud calls in flight; more are shed.
    pub most_in_flight: u32,
}

impl TaskConfig {
    const INTENT: Self = Self {
        policy: Policy::Auto,
        deadline_ms: 300,
        confident_at: 0.7,
        local_prior_ms: 20,
        cloud_prior_ms: 200,
        most_in_flight: 32,
    };
    const SEARCH: Self = Self {
        cloud_prior_ms: 100,
        ..Self::INTENT
    };
    const IMAGE: Self = Self {
        deadline_ms: 2_000,
        local_prior_ms: 300,
        cloud_prior_ms: 1_000,
        most_in_flight: 8,
        ..Self::INTENT
    };

    /// Time for an answer, where a request does not say.
    #[must_use]
    pub const fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms as u64)
    }
}

/// A share of requests whose work may be done twice: the local model started early beside a slow
/// cloud call, a second cloud call beside a slow one, a comparison of both paths.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct HedgeConfig {
    /// Part of a task's requests, 0 to 0.5.
    pub share: f64,
    /// How many quiet times may save up.
    pub burst: u32,
}

impl Default for HedgeConfig {
    fn default() -> Self {
        Self {
            share: 0.05,
            burst: 5,
        }
    }
}

impl HedgeConfig {
    pub(super) const fn allowance(self) -> Allowance {
        Allowance {
            share: self.share,
            burst: self.burst,
        }
    }
}

/// A share of requests whose cloud call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RetryConfig {
    /// Part of a task's requests, 0 to 0.5.
    pub share: f64,
    /// How many quiet times may save up.
    pub burst: u32,
    /// Most retries of one request.
    pub most: u32,
    /// Wait before the first retry, half of it by chance; the next ones double.
    pub backoff_ms: u32,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            share: 0.1,
            burst: 10,
            most: 2,
            backoff_ms: 20,
        }
    }
}

impl RetryConfig {
    pub(super) const fn allowance(self) -> Allowance {
        Allowance {
            share: self.share,
            burst: self.burst,
        }
    }
}

impl RouteConfig {
    /// The settings of one task.
    #[must_use]
    pub const fn task(&self, task: Task) -> &TaskConfig {
        match task {
            Task::Intent => &self.intent,
            Task::Search => &self.search,
            Task::Image => &self.image,
        }
    }

    /// Time kept free before a deadline.
    #[must_use]
    pub const fn margin(&self) -> Duration {
        Duration::from_millis(self.margin_ms as u64)
    }
}

/// A task's settings as a file has them: what is absent keeps the default of that task.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PartialTask {
    policy: Option<Policy>,
    deadline_ms: Option<u32>,
    confident_at: Option<f32>,
    local_prior_ms: Option<u32>,
    cloud_prior_ms: Option<u32>,
    most_in_flight: Option<u32>,
}

fn over<'de, D: Deserializer<'de>>(from: D, default: &TaskConfig) -> Result<TaskConfig, D::Error> {
    let told = PartialTask::deserialize(from)?;
    Ok(TaskConfig {
        policy: told.policy.unwrap_or(default.policy),
        deadline_ms: told.deadline_ms.unwrap_or(default.deadline_ms),
        confident_at: told.confident_at.unwrap_or(default.confident_at),
        local_prior_ms: told.local_prior_ms.unwrap_or(default.local_prior_ms),
        cloud_prior_ms: told.cloud_prior_ms.unwrap_or(default.cloud_prior_ms),
        most_in_flight: told.most_in_flight.unwrap_or(default.most_in_flight),
    })
}

fn over_intent<'de, D: Deserializer<'de>>(from: D) -> Result<TaskConfig, D::Error> {
    over(from, &TaskConfig::INTENT)
}

fn over_search<'de, D: Deserializer<'de>>(from: D) -> Result<TaskConfig, D::Error> {
    over(from, &TaskConfig::SEARCH)
}

fn over_image<'de, D: Deserializer<'de>>(from: D) -> Result<TaskConfig, D::Error> {
    over(from, &TaskConfig::IMAGE)
}

#[cfg(test)]
mod tests {
    use super::RouteConfig;
    use crate::route::{Policy, Router};

    #[test]
    fn defaults_work_and_absent_keys_keep_their_tasks_default() {
        assert_eq!(RouteConfig::default().check(), Ok(()));
        let config: RouteConfig =
            serde_json::from_str(r#"{"image":{"policy":"prefer_cloud"},"hedge":{"share":0.02}}"#)
                .expect("settings");
        assert_eq!(config.image.policy, Policy::PreferCloud);
        assert_eq!(config.image.deadline_ms, 2_000);
        assert_eq!(config.hedge.burst, 5);
        assert_eq!(config.intent, RouteConfig::default().intent);
        let written = serde_json::to_string(&config).expect("json");
        assert_eq!(
            serde_json::from_str::<RouteConfig>(&written).ok(),
            Some(config)
        );
    }

    #[test]
    fn unknown_keys_are_refused_at_every_depth() {
        for text in [
            r#"{"hedges":{}}"#,
            r#"{"intent":{"policies":"auto"}}"#,
            r#"{"breaker":{"open":1}}"#,
            r#"{"intent":{"policy":"cloud_only"}}"#,
        ] {
            assert!(serde_json::from_str::<RouteConfig>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused_with_the_remedy() {
        for (text, message) in [
            (
                r#"{"search":{"deadline-ms":4}}"#,
                "`search.deadline-ms` is 4: set it to 10 to 600000, twice margin-ms at the least",
            ),
            (
                r#"{"hedge":{"share":0.7}}"#,
                "`hedge.share` is 0.7: set it to 0 to 0.5",
            ),
            (
                r#"{"breaker":{"window":5}}"#,
                "`breaker.least-calls` is 20: set it to 1 to 5",
            ),
            (
                r#"{"trust":{"won-at":0.4}}"#,
                "`trust.won-at` is 0.4: set it to 0 to 0.3",
            ),
            (
                r#"{"local-reserve":0.0}"#,
                "`local-reserve` is 0: set it to 1 to 10",
            ),
        ] {
            let config: RouteConfig = serde_json::from_str(text).expect(text);
            let error = config.check().expect_err(text);
            assert_eq!(error.to_string(), message);
            assert_eq!(Router::new(config).err(), Some(error));
        }
    }
}
