//! Times the embedded model, or one in a folder, on a file of texts, one at a time, and with `--batch N` together.
//!
//! `cargo run --release -p olympus-inference --example encode -- [--model FOLDER] [--kernel NAME] [--batch N]
//! [--rounds N] [--cold] [--two] FILE`, where each line of FILE is a text or JSON with `text` or `query`; `--cold`
//! empties the processor's caches before each call, `--two` takes two cores for a text.

use olympus_inference::{Cores, Engine, Kernel};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut kernel, mut batch, mut rounds, mut file) = (Kernel::best(), 1, 1, None);
    let (mut other, mut model, mut cores) = (Vec::new(), None, Cores::One);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--kernel" => {
                let name = value()?;
                let known = Kernel::available();
                kernel = Kernel::named(&name)
                    .ok_or(format!("no kernel `{name}` here; there are {known:?}"))?;
            }
            "--model" => model = Some(value()?),
            "--batch" => batch = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            "--two" => cores = Cores::Two,
            "--cold" => other = vec![1u64; 16 << 20],
            _ => file = Some(arg),
        }
    }
    let file = file.ok_or("which file of texts?")?;
    let texts: Vec<String> = std::fs::read_to_string(&file)?
        .lines()
        .map(text_of)
        .collect();
    let start = Instant::now();
    let engine = match model {
        Some(folder) => Engine::from_dir(folder.as_ref())?,
        None => Engine::embedded()?,
    };
    let engine = engine.with_kernel(kernel);
    println!(
        "{kernel}: loaded in {:.1} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    engine.warm_up()?;
    let mut times = Vec::new();
    let (mut tokens, mut tokenize, mut encode, mut classify) = (0, 0, 0, 0);
    for _ in 0..rounds {
        for chunk in texts.chunks(batch) {
            let chunk: Vec<&str> = chunk.iter().map(String::as_str).collect();
            std::hint::black_box(other.iter().sum::<u64>());
            let start = Instant::now();
            let (analyses, timings) = engine.analyse_timed(&chunk, cores)?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
            tokens += analyses.iter().map(|a| a.tokens).sum::<usize>();
            tokenize += timings.tokenize_us;
            encode += timings.encode_us;
            classify += timings.classify_us;
        }
    }
    let total: f64 = times.iter().sum();
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    let count = times.len() as u64;
    println!(
        "{} calls of {batch}: p50 {:.0} µs, p99 {:.0} µs; mean {:.0} µs: tokenize {}, encode {}, classify {}; {:.1} tokens a call; {:.0} texts/s",
        count,
        at(0.5),
        at(0.99),
        total / times.len() as f64,
        tokenize / count,
        encode / count,
        classify / count,
        tokens as f64 / times.len() as f64,
        (texts.len() * rounds) as f64 / total * 1e6,
    );
    Ok(())
}

fn text_of(line: &str) -> String {
    let text = serde_json::from_str::<serde_json::Value>(line)
        .ok()
        .and_then(|row| {
            let text = row.get("text").or_else(|| row.get("query"))?;
            text.as_str().map(str::to_owned)
        });
    text.unwrap_or_else(|| line.to_owned())
}
