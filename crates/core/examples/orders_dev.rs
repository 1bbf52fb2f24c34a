use olympus_core::menu::filter::Filter;
use olympus_core::menu::import::{self, Format, Limits};
use olympus_core::order::{Lexicon, Parser};
use olympus_proto::*;
use std::io::BufRead;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let bytes = std::fs::read(&args[1]).unwrap();
    let items = import::parse(&bytes, Format::Json, &Limits::default()).map_err(|e| format!("{:?}", e.details)).unwrap();
    let t = std::time::Instant::now();
    let lexicon = Lexicon::new(&items);
    eprintln!("built {:?} for {}", t.elapsed(), items.len());
    let filter = Filter::default();
    let state = |_: &MenuItem| State::Available;
    let parser = Parser { lexicon: &lexicon, items: &items, filter: &filter, state: &state };
    let mut times = vec![];
    let keep = std::env::var("KEEP").is_ok();
    let mut before: Vec<OrderLine> = vec![];
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let t = std::time::Instant::now();
        let out = parser.parse(&line, &before).unwrap();
        times.push(t.elapsed());
        println!("{}", serde_json::to_string(&out).unwrap());
        if keep { before = out.lines; }
    }
    times.sort();
    eprintln!("p50 {:?} p99 {:?} max {:?}", times[times.len()/2], times[times.len()*99/100], times.last());
}
