//! Encodes the texts on its standard input, one JSON string a line, and answers each with the
//! microseconds it took, tokenising included. `benches/peers/run.py` runs it beside others.

mod candle;

use anyhow::Context as _;
use olympus_inference::{Cores, Engine};
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::time::Instant;

type Encode = Box<dyn Fn(&str) -> anyhow::Result<Vec<f32>>>;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let encode: Encode = match args.next().as_deref() {
        Some("olympus") => {
            let engine = Engine::embedded()?;
            let cores = match args.next().as_deref() {
                Some("2") => Cores::Two,
                _ => Cores::One,
            };
            Box::new(move |text| {
                let (mut analyses, _) = engine.analyse_timed(&[text], cores)?;
                Ok(analyses.remove(0).embedding)
            })
        }
        Some("candle") => {
            let dir = args.next().context("which folder is the base model in?")?;
            let model = candle::Candle::load(Path::new(&dir))?;
            Box::new(move |text| model.encode(text))
        }
        _ => anyhow::bail!("usage: line_encoder olympus [CORES] | line_encoder candle FOLDER"),
    };
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let start = Instant::now();
        let vector = encode(&text)?;
        let took = start.elapsed().as_secs_f64() * 1e6;
        anyhow::ensure!(!vector.is_empty(), "no vector");
        writeln!(out, "{took:.1}")?;
        out.flush()?;
    }
    Ok(())
}
