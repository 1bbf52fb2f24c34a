//! What this isolate did: counters for `GET /metrics`, and one data point a request for Analytics
//! Engine, where `METRICS` is bound.
//!
//! Columns of a point: index1 route; blob1 route, blob2 method, blob3 status, blob4 error code;
//! double1 `edge.requests` (1), double2 `edge.latency` in milliseconds, double3 `edge.errors` (0
//! or 1), double4 cache hits and double5 cache look-ups of the isolate since its last point, whose
//! quotient is `edge.cache.hit_rate`. Invariant: no label comes from a client, so that nobody
//! fills the memory with names.

use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::reply;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use worker::{AnalyticsEngineDataPointBuilder, Env, Request};

const DATASET: &str = "METRICS";
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper ends of the latency's buckets, in milliseconds.
const BUCKETS_MS: [u64; 11] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000];

/// A name with its labels, as it is written out.
type Series = (&'static str, String);

#[derive(Default)]
struct Counters {
    counts: BTreeMap<Series, u64>,
    latency: BTreeMap<&'static str, Latency>,
    caches: BTreeMap<&'static str, Lookups>,
    /// Since the last data point.
    recent: Lookups,
}

#[derive(Debug, Default, Clone, Copy)]
struct Latency {
    /// One more than the ends: the last has none.
    buckets: [u64; BUCKETS_MS.len() + 1],
    sum_ms: u64,
}

#[derive(Debug, Default, Clone, Copy)]
struct Lookups {
    hits: u64,
    all: u64,
}

impl Lookups {
    fn add(&mut self, hit: bool) {
        self.hits += u64::from(hit);
        self.all += 1;
    }
}

thread_local! {
    static COUNTERS: RefCell<Counters> = RefCell::default();
}

/// One answer, for the counters and the dataset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered<'a> {
    pub(crate) route: &'static str,
    pub(crate) method: &'a str,
    pub(crate) status: u16,
    /// The error's code, where it is one.
    pub(crate) code: Option<&'static str>,
    pub(crate) took_ms: u64,
}

/// Adds one to a counter of a constant name; labels are of the service's own words.
pub(crate) fn count(name: &'static str, labels: &[(&str, &str)]) {
    let series = (name, render_labels(labels));
    with(|counters| *counters.counts.entry(series).or_default() += 1);
}

/// Whether a cache knew.
pub(crate) fn cache(name: &'static str, hit: bool) {
    with(|counters| {
        counters.caches.entry(name).or_default().add(hit);
        counters.recent.add(hit);
    });
}

/// Notes an answer.
pub(crate) fn answered(env: &Env, answered: &Answered<'_>) {
    let status = answered.status.to_string();
    count(
        "edge_requests",
        &[("route", answered.route), ("status", &status)],
    );
    if let Some(code) = answered.code {
        count("edge_errors", &[("route", answered.route), ("code", code)]);
    }
    with(|counters| {
        counters
            .latency
            .entry(answered.route)
            .or_default()
            .add(answered.took_ms);
    });
    let Ok(dataset) = env.analytics_engine(DATASET) else {
        return; // not bound: counted here alone
    };
    let recent = with(|counters| std::mem::take(&mut counters.recent)).unwrap_or_default();
    let point = AnalyticsEngineDataPointBuilder::new()
        .indexes([answered.route])
        .add_blob(answered.route)
        .add_blob(answered.method)
        .add_blob(status.as_str())
        .add_blob(answered.code.unwrap_or_default())
        .add_double(1.0)
        .add_double(float(answered.took_ms))
        .add_double(if answered.code.is_some() { 1.0 } else { 0.0 })
        .add_double(float(recent.hits))
        .add_double(float(recent.all))
        .build();
    if let Err(error) = dataset.write_data_point(&point) {
        crate::http::error::log(&format!("a data point was not written: {error}"));
    }
}

/// `GET /metrics`.
#[expect(clippy::unused_async, reason = "every handler is")]
pub(crate) async fn show(_ctx: &Ctx, _request: Request) -> Answer {
    let text = with(|counters| counters.render())
        .ok_or_else(|| EdgeError::internal("the counters are in use"))?;
    reply::bytes(200, CONTENT_TYPE, text.into_bytes())
}

/// Nothing here waits or calls out, so the counters are never in use already; if they were, a
/// count is lost rather than the request.
fn with<T>(act: impl FnOnce(&mut Counters) -> T) -> Option<T> {
    COUNTERS.with(|counters| {
        counters
            .try_borrow_mut()
            .ok()
            .map(|mut counters| act(&mut counters))
    })
}

fn render_labels(labels: &[(&str, &str)]) -> String {
    let shown: Vec<String> = labels
        .iter()
        .map(|(name, value)| {
            let value = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            format!("{name}=\"{value}\"")
        })
        .collect();
    shown.join(",")
}

#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

impl Latency {
    fn add(&mut self, took_ms: u64) {
        let at = BUCKETS_MS.partition_point(|end| *end < took_ms);
        if let Some(bucket) = self.buckets.get_mut(at) {
            *bucket += 1;
        }
        self.sum_ms += took_ms;
    }
}

impl Counters {
    // Writing to a String cannot fail.
    fn render(&self) -> String {
        let mut text = String::new();
        let mut name_before = "";
        for ((name, labels), value) in &self.counts {
            if *name != name_before {
                let _ = writeln!(text, "# TYPE {name} counter");
                name_before = name;
            }
            let _ = writeln!(text, "{name}_total{{{labels}}} {value}");
        }
        let _ = writeln!(text, "# TYPE edge_latency_seconds histogram");
        for (route, latency) in &self.latency {
            let mut below = 0;
            for (bucket, end) in latency.buckets.iter().zip(BUCKETS_MS) {
                below += bucket;
                let le = float(end) / 1_000.0;
                let _ = writeln!(
                    text,
                    "edge_latency_seconds_bucket{{route=\"{route}\",le=\"{le}\"}} {below}"
                );
            }
            let all: u64 = latency.buckets.iter().sum();
            let sum = float(latency.sum_ms) / 1_000.0;
            let _ = writeln!(
                text,
                "edge_latency_seconds_bucket{{route=\"{route}\",le=\"+Inf\"}} {all}\n\
                 edge_latency_seconds_count{{route=\"{route}\"}} {all}\n\
                 edge_latency_seconds_sum{{route=\"{route}\"}} {sum}"
            );
        }
        let _ = writeln!(text, "# TYPE edge_cache_hit_rate gauge");
        for (cache, lookups) in &self.caches {
            let rate = float(lookups.hits) / float(lookups.all.max(1));
            let _ = writeln!(text, "edge_cache_hit_rate{{cache=\"{cache}\"}} {rate}");
        }
        text.push_str("# EOF\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{cache, count, with};

    #[test]
    fn counters_are_written_as_openmetrics() {
        count("edge_requests", &[("route", "Search"), ("status", "200")]);
        count("edge_requests", &[("route", "Search"), ("status", "200")]);
        count("edge_requests", &[("route", "Intent"), ("status", "429")]);
        cache("auth", true);
        cache("auth", false);
        with(|counters| {
            counters.latency.entry("Search").or_default().add(3);
            counters.latency.entry("Search").or_default().add(70_000);
        });
        let text = with(|counters| counters.render()).unwrap();
        for line in [
            "# TYPE edge_requests counter",
            "edge_requests_total{route=\"Search\",status=\"200\"} 2",
            "edge_requests_total{route=\"Intent\",status=\"429\"} 1",
            "edge_latency_seconds_bucket{route=\"Search\",le=\"0.002\"} 0",
            "edge_latency_seconds_bucket{route=\"Search\",le=\"0.005\"} 1",
            "edge_latency_seconds_bucket{route=\"Search\",le=\"5\"} 1",
            "edge_latency_seconds_count{route=\"Search\"} 2",
            "edge_cache_hit_rate{cache=\"auth\"} 0.5",
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
        }
        assert_eq!(text.matches("# TYPE edge_requests counter").count(), 1);
        assert!(text.ends_with("# EOF\n"));
    }
}
