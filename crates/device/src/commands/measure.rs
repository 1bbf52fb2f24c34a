//! How fast this machine is, and how much memory it takes.

use crate::service::Service;
use crate::wire::UnderstandRequest;
use olympus_proto::{Filters, SearchRequest};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Said in turn with a number, so that no two are the same and no cache answers.
const TEXTS: [&str; 8] = [
    "can i get two cheeseburgers and a large coke",
    "how long will my order take",
    "the soup was cold and nobody came",
    "please make that without onions",
    "cancel the fries",
    "something vegan with noodles",
    "spicy chicken wings",
    "do you have anything without nuts for a child",
];

/// Latencies of one kind of request, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Latency {
    pub(crate) count: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// Repeats `ask` with texts that are all different until the time is over.
pub(crate) fn latency(
    time: Duration,
    mut ask: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<Latency> {
    let started = Instant::now();
    let mut took = Vec::new();
    while started.elapsed() < time || took.len() < 10 {
        let at = took.len();
        let text = format!("{} {at}", TEXTS[at % TEXTS.len()]);
        let before = Instant::now();
        ask(&text)?;
        took.push(before.elapsed());
    }
    took.sort_unstable();
    let rank = |percent: usize| {
        let at = (took.len() * percent).div_ceil(100).saturating_sub(1);
        took.get(at).map_or(0.0, |took| took.as_secs_f64() * 1e3)
    };
    Ok(Latency {
        count: took.len(),
        p50_ms: rank(50),
        p99_ms: rank(99),
    })
}

/// Intent, search and both, in process.
pub(crate) fn in_process(
    service: &Service,
    time: Duration,
) -> anyhow::Result<[(&'static str, Latency); 3]> {
    let intent = latency(time, |text| Ok(service.intent(text, None).map(drop)?))?;
    let search = latency(time, |text| Ok(service.search(&search(text)).map(drop)?))?;
    let understand = latency(time, |text| {
        Ok(service.understand(&understand(text)).map(drop)?)
    })?;
    Ok([
        ("intent", intent),
        ("search", search),
        ("understand", understand),
    ])
}

pub(crate) fn search(text: &str) -> SearchRequest {
    SearchRequest {
        query: text.to_owned(),
        ..SearchRequest::default()
    }
}

pub(crate) fn understand(text: &str) -> UnderstandRequest {
    UnderstandRequest {
        text: text.to_owned(),
        context: None,
        limit: 10,
        filters: Filters::default(),
        parse: true,
        ignore: Vec::new(),
    }
}

/// Memory of this process that lies in RAM, in megabytes; `None` where the system does not say.
pub(crate) fn resident_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}
