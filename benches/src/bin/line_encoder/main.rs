//! Encodes what comes on its standard input, one JSON value a line, and answers each with a line:
//! a text or a list of texts of equal length with the microseconds it took, tokenising included, `null`
//! with the kilobytes that the loaded model takes. The first line tells the microseconds of loading
//! it and encoding one text. `benches/peers/run.py` runs it beside others.

mod candle;

use anyhow::Context as _;
use olympus_inference::{Cores, Engine};
use serde_json::Value;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::time::Instant;

type Encode = Box<dyn Fn(&[&str]) -> anyhow::Result<usize>>;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let before = resident_kb()?;
    let start = Instant::now();
    let encode = load(&args)?;
    encode(&["a text to begin with"])?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:.1}", micros(start))?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = match serde_json::from_str(&line)? {
            Value::Null => resident_kb()?.saturating_sub(before).to_string(),
            value => {
                let texts = texts(&value).context("neither a text nor a list of texts")?;
                let start = Instant::now();
                let vectors = encode(&texts)?;
                let took = micros(start);
                anyhow::ensure!(vectors == texts.len(), "{vectors} vectors");
                format!("{took:.1}")
            }
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

/// What encodes texts and says how many vectors it made.
fn load(args: &[&str]) -> anyhow::Result<Encode> {
    match args {
        ["olympus", cores @ ("1" | "2")] => {
            let engine = Engine::embedded()?;
            let cores = match *cores {
                "2" => Cores::Two,
                _ => Cores::One,
            };
            Ok(Box::new(move |texts| {
                Ok(engine.analyse_timed(texts, cores)?.0.len())
            }))
        }
        ["candle", dir] => {
            let model = candle::Candle::load(Path::new(dir))?;
            Ok(Box::new(move |texts| Ok(model.encode(texts)?.len())))
        }
        _ => anyhow::bail!("usage: line_encoder olympus 1|2 | line_encoder candle FOLDER"),
    }
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Array(texts) => texts.iter().map(Value::as_str).collect(),
        text => Some(vec![text.as_str()?]),
    }
}

fn micros(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}

/// Memory of this process that is in use.
fn resident_kb() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("no VmRSS in /proc/self/status")?.parse()?)
}
