//! Measures search by words alone on a labelled set: hit@1, hit@10, MRR@10, and the time of a
//! search and of a suggestion.
//!
//! `cargo run --release -p olympus-menu --example measure -- --menu FILE --queries FILE`
//!
//! The menu is JSONL, JSON or CSV by its extension; queries are JSONL with `query` and
//! `relevant` (ids). A third argument pair `--misses N` prints the first N queries that failed.

use anyhow::{Context, Result, bail};
use olympus_core::menu::availability::LocalTime;
use olympus_core::menu::filter::Filter;
use olympus_core::menu::import::{Format, Limits, parse};
use olympus_menu::{Meaning, MenuIndex, Overrides, Query, Vectors};
use olympus_proto::{Hit, MenuVersion, Weekday};
use serde::Deserialize;
use std::time::{Duration, Instant};

#[derive(Deserialize)]
struct Labelled {
    query: String,
    relevant: Vec<String>,
}

struct Arguments {
    menu: String,
    queries: String,
    misses: usize,
}

fn arguments() -> Result<Arguments> {
    let (mut menu, mut queries, mut misses) = (None, None, 0);
    let mut rest = std::env::args().skip(1);
    while let Some(flag) = rest.next() {
        let value = rest
            .next()
            .with_context(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--menu" => menu = Some(value),
            "--queries" => queries = Some(value),
            "--misses" => misses = value.parse().context("--misses needs a number")?,
            _ => bail!("unknown argument {flag}; use --menu FILE --queries FILE [--misses N]"),
        }
    }
    Ok(Arguments {
        menu: menu.context("--menu FILE is missing")?,
        queries: queries.context("--queries FILE is missing")?,
        misses,
    })
}

fn build(path: &str) -> Result<MenuIndex> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let format = match path.rsplit('.').next() {
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        _ => Format::Jsonl,
    };
    let items = parse(&bytes, format, &Limits::default())?;
    let count = items.len();
    let start = Instant::now();
    let index = MenuIndex::build(items, MenuVersion(1), Vectors::none())?;
    println!("{count} items indexed in {:.1?}", start.elapsed());
    Ok(index)
}

fn read_labelled(path: &str) -> Result<Vec<Labelled>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .context("queries are JSONL with `query` and `relevant`")
}

const NOON: LocalTime = LocalTime {
    weekday: Weekday::Mon,
    minute_of_day: 720,
};

fn main() -> Result<()> {
    let arguments = arguments()?;
    let index = build(&arguments.menu)?;
    let labelled = read_labelled(&arguments.queries)?;
    let (filter, overrides) = (Filter::default(), Overrides::new());
    let mut times = Vec::with_capacity(labelled.len());
    let (mut at_1, mut at_10, mut reciprocal, mut misses) = (0, 0, 0.0, 0);
    for case in &labelled {
        let query = Query {
            text: &case.query,
            meaning: Meaning::None,
            limit: 10,
            filter: &filter,
            as_you_type: false,
        };
        let start = Instant::now();
        let hits = index.search(&query, &overrides, NOON)?;
        times.push(start.elapsed());
        let rank = hits
            .iter()
            .position(|hit| case.relevant.contains(&hit.id.0));
        at_1 += usize::from(rank == Some(0));
        at_10 += usize::from(rank.is_some());
        reciprocal += rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        if rank != Some(0) && misses < arguments.misses {
            misses += 1;
            report(&index, case, rank, &hits);
        }
    }
    let count = labelled.len().max(1) as f64;
    println!(
        "{} queries: hit@1 {:.4}, hit@10 {:.4}, mrr@10 {:.4}",
        labelled.len(),
        at_1 as f64 / count,
        at_10 as f64 / count,
        reciprocal / count
    );
    println!("search {}", percentiles(times));
    let times = labelled.iter().map(|case| {
        let half: String = case
            .query
            .chars()
            .take(case.query.chars().count().div_ceil(2))
            .collect();
        let start = Instant::now();
        std::hint::black_box(index.suggest(&half, 8, &filter, &overrides, NOON));
        start.elapsed()
    });
    println!("suggest {}", percentiles(times.collect()));
    Ok(())
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: f64| -> u128 {
        let at = (share * times.len() as f64) as usize;
        let time = times.get(at.min(times.len().saturating_sub(1)));
        time.map_or(0, Duration::as_micros)
    };
    format!("p50 {} µs, p99 {} µs", at(0.5), at(0.99))
}

fn report(index: &MenuIndex, case: &Labelled, rank: Option<usize>, hits: &[Hit]) {
    let name = |id: &String| index.get(id).map_or("?", |item| item.name.as_str());
    let wanted: Vec<&str> = case.relevant.iter().map(name).collect();
    println!("`{}` → {wanted:?} at {rank:?}", case.query);
    for hit in hits.iter().take(3) {
        println!("    {:.3} {} ({})", hit.score, hit.name, hit.reason);
    }
}
