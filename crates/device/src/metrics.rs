//! What the device counts, for Prometheus.
//!
//! Invariant: labels come from fixed sets (route templates, error codes, stages), so that no
//! client can make the number of series grow. Never holds what anybody said.

use crate::sync::SyncMetrics;
use crate::till::TillMetrics;
use olympus_core::route::{BreakerState, Cause, Connectivity, Parity, Reason, Task};
use olympus_proto::{ErrorCode, Path, StagesUs};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// From a tenth of a millisecond to ten seconds.
const BUCKETS: [f64; 15] = [
    0.0001, 0.000_25, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 2.0,
    10.0,
];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabel {
    route: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ErrorLabels {
    route: &'static str,
    code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StageLabel {
    stage: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AnswerLabels {
    task: &'static str,
    path: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CallLabels {
    task: &'static str,
    path: &'static str,
    cause: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TaskLabel {
    task: &'static str,
}

/// State of the cloud half, as it is when the metrics are read.
#[derive(Debug, Clone, Copy)]
pub struct CloudGauges {
    /// The line.
    pub connectivity: Connectivity,
    /// The embedding spaces.
    pub parity: Parity,
    /// Each task's breaker.
    pub breakers: [(Task, BreakerState); 3],
}

/// Every counter, histogram and gauge of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    latency: Family<RouteLabel, Histogram>,
    errors: Family<ErrorLabels, Counter>,
    stages: Family<StageLabel, Histogram>,
    cache_hit_rate: Gauge<f64, AtomicU64>,
    queue_depth: Gauge<i64, AtomicI64>,
    menu_version: Gauge<i64, AtomicI64>,
    hits: AtomicU64,
    lookups: AtomicU64,
    answers: Family<AnswerLabels, Counter>,
    calls: Family<CallLabels, Counter>,
    cloud_latency: Family<TaskLabel, Histogram>,
    breakers: Family<TaskLabel, Gauge<i64, AtomicI64>>,
    parity_open: Gauge<i64, AtomicI64>,
    connectivity: Gauge<i64, AtomicI64>,
    till: TillMetrics,
    sync: SyncMetrics,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero.
    #[must_use]
    pub fn new() -> Self {
        let histogram = || Histogram::new(BUCKETS);
        let mut registry = Registry::default();
        let till = TillMetrics::register(&mut registry);
        let sync = SyncMetrics::default();
        let mut metrics = Self {
            registry,
            till,
            sync,
            requests: Family::default(),
            latency: Family::new_with_constructor(histogram),
            errors: Family::default(),
            stages: Family::new_with_constructor(histogram),
            cache_hit_rate: Gauge::default(),
            queue_depth: Gauge::default(),
            menu_version: Gauge::default(),
            hits: AtomicU64::new(0),
            lookups: AtomicU64::new(0),
            answers: Family::default(),
            calls: Family::default(),
            cloud_latency: Family::new_with_constructor(histogram),
            breakers: Family::default(),
            parity_open: Gauge::default(),
            connectivity: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    /// As [`Metrics::new`], with those of the cloud half. Without one they are not there, so that
    /// nobody is alarmed by a 0.
    #[must_use]
    pub fn with_cloud() -> Self {
        let mut metrics = Self::new();
        metrics.register_routing();
        metrics.sync.register(&mut metrics.registry);
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        // The encoder adds `_total` to counters.
        registry.register(
            "edge_requests",
            "Requests answered, by route and status",
            self.requests.clone(),
        );
        registry.register(
            "edge_latency_seconds",
            "From the request's head to the answer's head, by route",
            self.latency.clone(),
        );
        registry.register(
            "edge_errors",
            "Error answers, by route and code",
            self.errors.clone(),
        );
        registry.register(
            "edge_stage_seconds",
            "Time in each stage of an answer",
            self.stages.clone(),
        );
        registry.register(
            "edge_cache_hit_rate",
            "Share of texts whose encoding was cached, since the start",
            self.cache_hit_rate.clone(),
        );
        registry.register(
            "edge_queue_depth",
            "Texts waiting for the encoder",
            self.queue_depth.clone(),
        );
        registry.register(
            "edge_menu_version",
            "Version of the menu in use; 0 is none",
            self.menu_version.clone(),
        );
    }

    fn register_routing(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "edge_route_answers",
            "Routed requests by task, by the path that answered (none for errors) and why",
            self.answers.clone(),
        );
        registry.register(
            "edge_route_calls",
            "Starts of a path by task, path and why",
            self.calls.clone(),
        );
        registry.register(
            "edge_cloud_latency_seconds",
            "From a cloud call to its answer, ready to be given",
            self.cloud_latency.clone(),
        );
        registry.register(
            "edge_breaker_state",
            "0 calls pass, 1 a few pass, 2 none pass",
            self.breakers.clone(),
        );
        registry.register(
            "edge_parity_open",
            "1 where the cloud embeds as it did when the menu was published",
            self.parity_open.clone(),
        );
        registry.register(
            "edge_cloud_connectivity",
            "The line to the cloud: 0 down, 1 up, 2 up and metered",
            self.connectivity.clone(),
        );
    }

    /// Those of the till's agent.
    pub(crate) fn sync(&self) -> &SyncMetrics {
        &self.sync
    }

    /// Those of the till.
    pub(crate) fn till(&self) -> &TillMetrics {
        &self.till
    }

    /// A routed request was answered, or (`None`) not.
    pub fn answer(&self, task: Task, path: Option<Path>, reason: Reason) {
        let labels = AnswerLabels {
            task: task.as_str(),
            path: path.map_or("none", path_name),
            reason: reason.as_str(),
        };
        self.answers.get_or_create(&labels).inc();
    }

    /// A path was started.
    pub fn call(&self, task: Task, path: Path, cause: Cause) {
        let labels = CallLabels {
            task: task.as_str(),
            path: path_name(path),
            cause: cause.as_str(),
        };
        self.calls.get_or_create(&labels).inc();
    }

    /// The cloud answered.
    pub fn cloud_latency(&self, task: Task, took: Duration) {
        let task = task.as_str();
        self.cloud_latency
            .get_or_create(&TaskLabel { task })
            .observe(took.as_secs_f64());
    }

    /// What is known of the cloud half.
    pub fn cloud(&self, gauges: &CloudGauges) {
        let line = match gauges.connectivity {
            Connectivity::Offline => 0,
            Connectivity::Online => 1,
            Connectivity::Metered => 2,
        };
        self.connectivity.set(line);
        let open = i64::from(gauges.parity == Parity::Open);
        self.parity_open.set(open);
        for (task, breaker) in gauges.breakers {
            let task = task.as_str();
            let state = match breaker {
                BreakerState::Closed => 0,
                BreakerState::HalfOpen => 1,
                BreakerState::Open { .. } => 2,
            };
            self.breakers.get_or_create(&TaskLabel { task }).set(state);
        }
    }

    /// One request was answered.
    pub fn request(&self, route: &'static str, status: u16, took: Duration) {
        self.requests
            .get_or_create(&RequestLabels { route, status })
            .inc();
        self.latency
            .get_or_create(&RouteLabel { route })
            .observe(took.as_secs_f64());
    }

    /// One answer was an error.
    pub fn error(&self, route: &'static str, code: ErrorCode) {
        let code = code.as_str();
        self.errors
            .get_or_create(&ErrorLabels { route, code })
            .inc();
    }

    /// The stages of one answer; those that did not run are not counted.
    pub fn stages(&self, stages: &StagesUs) {
        for (stage, micros) in stage_names(stages) {
            if micros > 0 {
                let seconds = Duration::from_micros(micros).as_secs_f64();
                self.stages
                    .get_or_create(&StageLabel { stage })
                    .observe(seconds);
            }
        }
    }

    /// `hits` of `lookups` texts were cached.
    pub fn cache(&self, hits: u64, lookups: u64) {
        let hits = self.hits.fetch_add(hits, Ordering::Relaxed) + hits;
        let lookups = self.lookups.fetch_add(lookups, Ordering::Relaxed) + lookups;
        if lookups > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a rate, not an account")]
            self.cache_hit_rate.set(hits as f64 / lookups as f64);
        }
    }

    /// So many texts wait for the encoder.
    pub fn queue_depth(&self, texts: usize) {
        self.queue_depth
            .set(i64::try_from(texts).unwrap_or(i64::MAX));
    }

    /// That menu is in use.
    pub fn menu_version(&self, version: u64) {
        self.menu_version
            .set(i64::try_from(version).unwrap_or(i64::MAX));
    }

    /// OpenMetrics text, of type [`CONTENT_TYPE`].
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn path_name(path: Path) -> &'static str {
    match path {
        Path::Local => "local",
        Path::Cloud => "cloud",
    }
}

/// Stage names and microseconds, in the order in which they run.
#[must_use]
pub fn stage_names(stages: &StagesUs) -> [(&'static str, u64); 6] {
    [
        ("queue", stages.queue),
        ("tokenize", stages.tokenize),
        ("encode", stages.encode),
        ("classify", stages.classify),
        ("search", stages.search),
        ("total", stages.total),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promised_names_are_there() {
        let without_cloud = Metrics::new().render();
        assert!(
            !without_cloud.contains("edge_parity_open"),
            "{without_cloud}"
        );
        let metrics = Metrics::with_cloud();
        metrics.request("/v1/intent", 200, Duration::from_millis(3));
        metrics.error("/v1/intent", ErrorCode::EmptyText);
        metrics.stages(&StagesUs {
            encode: 2_500,
            ..StagesUs::default()
        });
        metrics.cache(1, 4);
        metrics.queue_depth(7);
        metrics.answer(Task::Search, Some(Path::Cloud), Reason::Escalated);
        metrics.answer(Task::Image, None, Reason::Offline);
        metrics.call(Task::Search, Path::Cloud, Cause::Escalate);
        metrics.cloud_latency(Task::Search, Duration::from_millis(80));
        metrics.cloud(&CloudGauges {
            connectivity: Connectivity::Online,
            parity: Parity::Closed,
            breakers: Task::ALL.map(|task| (task, BreakerState::Open { told: true })),
        });
        let text = metrics.render();
        for line in [
            "edge_requests_total{route=\"/v1/intent\",status=\"200\"} 1",
            "edge_errors_total{route=\"/v1/intent\",code=\"empty_text\"} 1",
            "edge_latency_seconds_count{route=\"/v1/intent\"} 1",
            "edge_stage_seconds_count{stage=\"encode\"} 1",
            "edge_cache_hit_rate 0.25",
            "edge_queue_depth 7",
            "edge_route_answers_total{task=\"search\",path=\"cloud\",reason=\"escalated\"} 1",
            "edge_route_answers_total{task=\"image\",path=\"none\",reason=\"offline\"} 1",
            "edge_route_calls_total{task=\"search\",path=\"cloud\",cause=\"escalate\"} 1",
            "edge_cloud_latency_seconds_count{task=\"search\"} 1",
            "edge_breaker_state{task=\"intent\"} 2",
            "edge_parity_open 0",
            "edge_cloud_connectivity 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("stage=\"queue\""), "{text}");
    }
}
