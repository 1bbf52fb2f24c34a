//! What the device counts, for Prometheus.
//!
//! Invariant: labels come from fixed sets (route templates, error codes, stages), so that no
//! client can make the number of series grow. Never holds what anybody said.

use olympus_proto::{ErrorCode, StagesUs};
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
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            latency: Family::new_with_constructor(histogram),
            errors: Family::default(),
            stages: Family::new_with_constructor(histogram),
            cache_hit_rate: Gauge::default(),
            queue_depth: Gauge::default(),
            menu_version: Gauge::default(),
            hits: AtomicU64::new(0),
            lookups: AtomicU64::new(0),
        };
        metrics.register();
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
        let metrics = Metrics::new();
        metrics.request("/v1/intent", 200, Duration::from_millis(3));
        metrics.error("/v1/intent", ErrorCode::EmptyText);
        metrics.stages(&StagesUs {
            encode: 2_500,
            ..StagesUs::default()
        });
        metrics.cache(1, 4);
        metrics.queue_depth(7);
        let text = metrics.render();
        for line in [
            "edge_requests_total{route=\"/v1/intent\",status=\"200\"} 1",
            "edge_errors_total{route=\"/v1/intent\",code=\"empty_text\"} 1",
            "edge_latency_seconds_count{route=\"/v1/intent\"} 1",
            "edge_stage_seconds_count{stage=\"encode\"} 1",
            "edge_cache_hit_rate 0.25",
            "edge_queue_depth 7",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("stage=\"queue\""), "{text}");
    }
}
