//! What the agent counts, for Prometheus. Names and meanings: docs/OPERATIONS.md.
//!
//! Invariant: labels are kinds of requests and of notices, never anything that somebody typed.

use olympus_core::sync::client::Notice;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// From a millisecond to twenty seconds.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0,
];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabel {
    request: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct NoticeLabel {
    notice: &'static str,
}

/// Every counter, histogram and gauge of the agent. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct SyncMetrics {
    requests: Family<RequestLabel, Histogram>,
    failures: Family<RequestLabel, Counter>,
    notices: Family<NoticeLabel, Counter>,
    listening: Gauge,
}

impl Default for SyncMetrics {
    fn default() -> Self {
        let metrics = Self {
            requests: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            failures: Family::default(),
            notices: Family::default(),
            listening: Gauge::default(),
        };
        // Alerts need them from the start, not from the first time on.
        for notice in ["sequence_reused", "not_done", "incompatible"] {
            drop(metrics.notices.get_or_create(&NoticeLabel { notice }));
        }
        metrics
    }
}

impl SyncMetrics {
    /// Into the registry. Where there is no cloud they are in none.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "edge_sync_request_seconds",
            "Time of the agent's requests to the cloud, by request",
            self.requests.clone(),
        );
        // The encoder adds `_total` to counters.
        registry.register(
            "edge_sync_failures",
            "The agent's requests that failed, by request",
            self.failures.clone(),
        );
        registry.register(
            "edge_sync_notices",
            "What sync had to say: sequence_reused is a cloned or restored disk",
            self.notices.clone(),
        );
        registry.register(
            "edge_sync_listening",
            "1 where the location's socket is open: revocations come at once",
            self.listening.clone(),
        );
    }

    pub(super) fn called(&self, request: &'static str, took: Duration, worked: bool) {
        let label = RequestLabel { request };
        let took = took.as_secs_f64();
        self.requests.get_or_create(&label).observe(took);
        if !worked {
            self.failures.get_or_create(&label).inc();
        }
    }

    pub(super) fn listens(&self, open: bool) {
        self.listening.set(i64::from(open));
    }

    pub(super) fn notice(&self, notice: &Notice) {
        let notice = match notice {
            Notice::Registered(_) => "registered",
            Notice::SequenceReused => "sequence_reused",
            Notice::OldIncarnation => "old_incarnation",
            Notice::Merged(..) => "merged",
            Notice::NotDone(_) => "not_done",
            Notice::Incompatible { .. } => "incompatible",
        };
        self.notices.get_or_create(&NoticeLabel { notice }).inc();
    }
}
