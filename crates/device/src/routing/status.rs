//! What `GET /v1/cloud` says.

use super::Shell;
use crate::wire::{CloudStatus, LatencyMs, PublishState, TaskStatus};
use olympus_core::route::{BreakerState, Quantiles, Standing, Task};
use std::time::Duration;

impl Shell {
    /// All that is known of the cloud.
    pub(crate) fn status(&self) -> CloudStatus {
        let (status, error) = self.publisher.status();
        CloudStatus {
            configured: true,
            connectivity: Some(self.connectivity()),
            parity: Some(self.guard.parity()),
            publish: Some(PublishState { status, error }),
            tasks: Task::ALL.map(|task| (task, self.task(task))).into(),
        }
    }

    fn task(&self, task: Task) -> TaskStatus {
        let snapshot = self.snapshot(task);
        TaskStatus {
            policy: self.router().config().task(task).policy,
            breaker: breaker(snapshot.breaker).to_owned(),
            standing: standing(snapshot.standing).to_owned(),
            local_ms: (task != Task::Image).then(|| latency(&snapshot.local)),
            cloud_ms: latency(&snapshot.cloud),
            in_flight: snapshot.in_flight,
        }
    }
}

fn breaker(state: BreakerState) -> &'static str {
    match state {
        BreakerState::Closed => "closed",
        BreakerState::HalfOpen => "half_open",
        BreakerState::Open { .. } => "open",
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Trusted => "trusted",
        Standing::Distrusted => "distrusted",
    }
}

fn latency(quantiles: &Quantiles) -> LatencyMs {
    let tenths = |time: Duration| (time.as_secs_f64() * 10_000.0).round() / 10.0;
    LatencyMs {
        p50: tenths(quantiles.p50),
        p95: tenths(quantiles.p95),
    }
}
