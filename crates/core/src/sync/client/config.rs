//! What a device's sync can be told.

use olympus_proto::Cents;
use olympus_proto::sync;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

/// Settings, with defaults that work.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Oldest version that this device speaks.
    pub oldest: u16,
    /// Newest version that this device speaks.
    pub newest: u16,
    /// Operations in one push.
    pub batch: usize,
    /// Pushes under way at a time.
    pub most_in_flight: usize,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// First wait after a failure; doubles with each.
    pub backoff: Duration,
    /// Longest wait after a failure.
    pub backoff_most: Duration,
    /// How often to look for changes.
    pub pull_every: Duration,
    /// Rows in one pull.
    pub pull_limit: u32,
    /// How often an operation may fail, alone and answered, before it is given up; the authority
    /// has answered a pull before each of them.
    pub poison_after: u32,
    /// From this age of the oldest operation on, the standing is [`super::Pressure::Soft`].
    pub soft_age: Duration,
    /// From this age on, nothing of value is recorded.
    pub hard_age: Duration,
    /// Operations that may wait.
    pub most_operations: usize,
    /// Value that may wait.
    pub most_value: Cents,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            oldest: sync::OLDEST,
            newest: sync::NEWEST,
            batch: 100,
            most_in_flight: 4,
            timeout: Duration::from_secs(20),
            backoff: Duration::from_millis(500),
            backoff_most: Duration::from_secs(60),
            pull_every: Duration::from_secs(30),
            pull_limit: 500,
            poison_after: 5,
            soft_age: 24 * HOUR,
            hard_age: 72 * HOUR,
            most_operations: 20_000,
            most_value: Cents(5_000_000),
        }
    }
}
