//! Searches a menu for the queries on its standard input, one JSON string a line, and answers each
//! with the microseconds it took and the ids of ten dishes, best first: `{"us":…,"ids":[…]}`.
//! `benches/peers/search.py` runs it beside others.
//!
//! Three ways: `olympus` is the device's search as it is, encoding included and no cache; `words`
//! the same without vectors; `tantivy` its BM25 over the names, with nothing of ours.

mod bm25;

use anyhow::Context as _;
use olympus_core::menu::availability::LocalTime;
use olympus_core::menu::filter::Filter;
use olympus_core::menu::import::{Format, Limits, parse};
use olympus_device::service::{Options, Service, Watch};
use olympus_menu::{Meaning, MenuIndex, Overrides, Query, Vectors};
use olympus_proto::{MenuVersion, SearchRequest, Weekday};
use serde_json::json;
use std::io::{BufRead as _, Write as _};
use std::time::Instant;

type Search = Box<dyn Fn(&str) -> anyhow::Result<Vec<String>>>;

/// Hits a query.
const LIMIT: usize = 10;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let (way, menu) = args
        .next()
        .zip(args.next())
        .context("usage: line_search olympus|words|tantivy MENU.jsonl")?;
    let bytes = std::fs::read(&menu).with_context(|| format!("reading {menu}"))?;
    let search = match way.as_str() {
        "olympus" => olympus(&bytes)?,
        "words" => words(&bytes)?,
        "tantivy" => bm25::search(&bytes)?,
        _ => anyhow::bail!("`{way}` is none of olympus, words and tantivy"),
    };
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let query: String = serde_json::from_str(&line?)?;
        let start = Instant::now();
        let ids = search(&query)?;
        let us = start.elapsed().as_secs_f64() * 1e6;
        writeln!(out, "{}", json!({"us": us, "ids": ids}))?;
        out.flush()?;
    }
    Ok(())
}

fn olympus(menu: &[u8]) -> anyhow::Result<Search> {
    let service = Service::open(Options {
        data_dir: None,
        cache_entries: 0,
        ..Options::default()
    })?;
    service.import_bytes(menu, Format::Jsonl, &Watch::nobody())?;
    Ok(Box::new(move |query| {
        let request = SearchRequest {
            query: query.to_owned(),
            limit: LIMIT,
            ..SearchRequest::default()
        };
        let hits = service.search(&request)?.hits;
        Ok(hits.into_iter().map(|hit| hit.id.0).collect())
    }))
}

fn words(menu: &[u8]) -> anyhow::Result<Search> {
    let items = parse(menu, Format::Jsonl, &Limits::default())?;
    let index = MenuIndex::build(items, MenuVersion(1), Vectors::none())?;
    let noon = LocalTime {
        weekday: Weekday::Mon,
        minute_of_day: 720,
    };
    Ok(Box::new(move |query| {
        let query = Query {
            text: query,
            meaning: Meaning::None,
            limit: LIMIT,
            filter: &Filter::default(),
            as_you_type: false,
        };
        let hits = index.search(&query, &Overrides::new(), noon)?;
        Ok(hits.into_iter().map(|hit| hit.id.0).collect())
    }))
}
