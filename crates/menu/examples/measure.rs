//! Measures search on a labelled set: hit@1, hit@10, MRR@10, and the time of a search, of reading its
//! limits and wishes, and of a suggestion.
//!
//! `cargo run --release -p olympus-menu --example measure -- --menu FILE --queries FILE`
//!
//! The menu is JSONL, JSON or CSV by its extension; queries are JSONL with `query` and
//! `relevant` (ids). `--misses N` prints the first N queries that failed. `--vectors 384` compares
//! vectors too, which are drawn: they cost what real ones do and mean nothing, so what is found is
//! then not counted. `--items N` makes so many dishes of the menu's, each named after two of them.

use anyhow::{Context, Result, bail};
use olympus_core::menu::attributes::Manner;
use olympus_core::menu::availability::LocalTime;
use olympus_core::menu::filter::Filter;
use olympus_core::menu::import::{Format, Limits, parse};
use olympus_core::menu::text::passages;
use olympus_menu::{Meaning, MenuIndex, Overrides, Query, Vectors};
use olympus_proto::{Hit, ItemId, MenuVersion, SpaceId, Weekday};
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
    dim: usize,
    items: usize,
}

fn arguments() -> Result<Arguments> {
    let (mut menu, mut queries) = (None, None);
    let (mut misses, mut dim, mut items) = (0, 0, 0);
    let mut rest = std::env::args().skip(1);
    while let Some(flag) = rest.next() {
        let value = rest
            .next()
            .with_context(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--menu" => menu = Some(value),
            "--queries" => queries = Some(value),
            "--misses" => misses = value.parse().context("--misses needs a number")?,
            "--vectors" => dim = value.parse().context("--vectors needs a dimension")?,
            "--items" => items = value.parse().context("--items needs a number")?,
            _ => bail!(
                "unknown argument {flag}; use --menu FILE --queries FILE [--misses N] [--vectors DIM] \
                 [--items N]"
            ),
        }
    }
    Ok(Arguments {
        menu: menu.context("--menu FILE is missing")?,
        queries: queries.context("--queries FILE is missing")?,
        misses,
        dim,
        items,
    })
}

fn build(arguments: &Arguments, draw: &mut Draw) -> Result<MenuIndex> {
    let path = &arguments.menu;
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let format = match path.rsplit('.').next() {
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        _ => Format::Jsonl,
    };
    let mut items = parse(&bytes, format, &Limits::default())?;
    let printed = items.len();
    for number in printed..arguments.items {
        let (left, right) = (
            &items[number % printed],
            &items[(number / printed * 7 + number) % printed],
        );
        let mut item = left.clone();
        item.id = ItemId(format!("made-{number}"));
        item.name = format!("{} {}", left.name, right.name);
        items.push(item);
    }
    let vectors = match arguments.dim {
        0 => Vectors::none(),
        dim => {
            let rows = items.iter().map(|item| passages(item).len()).sum::<usize>();
            let rows = (0..rows).map(|_| draw.unit(dim));
            Vectors::from_rows(SPACE.into(), dim, &items, rows)?
        }
    };
    let count = items.len();
    let start = Instant::now();
    let index = MenuIndex::build(items, MenuVersion(1), vectors)?;
    println!("{count} items indexed in {:.1?}", start.elapsed());
    Ok(index)
}

const SPACE: &str = "drawn";

/// Unit vectors from a seed.
struct Draw(u64);

impl Draw {
    fn unit(&mut self, dim: usize) -> Vec<f32> {
        let mut row: Vec<f32> = (0..dim).map(|_| self.next()).collect();
        let length = row.iter().map(|v| v * v).sum::<f32>().sqrt();
        row.iter_mut().for_each(|value| *value /= length);
        row
    }

    fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 40) as f32 / (1 << 24) as f32 - 0.5
    }
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
    let mut draw = Draw(7);
    let index = build(&arguments, &mut draw)?;
    let labelled = read_labelled(&arguments.queries)?;
    let (filter, overrides) = (Filter::default(), Overrides::new());
    let (mut reads, mut times) = (Vec::new(), Vec::new());
    let space = SpaceId::from(SPACE);
    let (mut at_1, mut at_10, mut reciprocal, mut misses) = (0, 0, 0.0, 0);
    for case in &labelled {
        let start = Instant::now();
        std::hint::black_box(index.read(&case.query, Manner::Search, &[]));
        reads.push(start.elapsed());
        let vector = draw.unit(arguments.dim);
        let query = Query {
            text: &case.query,
            meaning: match arguments.dim {
                0 => Meaning::None,
                _ => Meaning::Vector(&space, &vector),
            },
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
    if arguments.dim == 0 && arguments.items == 0 {
        println!(
            "{} queries: hit@1 {:.4}, hit@10 {:.4}, mrr@10 {:.4}",
            labelled.len(),
            at_1 as f64 / count,
            at_10 as f64 / count,
            reciprocal / count
        );
    }
    println!("read {}", percentiles(reads));
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
