//! Grants, proven: what is refused, case by case; what no order of sales, refreshes, crashes and
//! clocks can bring about; that nobody is refused during a rotation; and that the properties find
//! what is planted.
//!
//! `GRANT_CASES=20000 cargo test --release -p olympus-core --test grant` looks for longer.

mod cards;
mod fixture;
mod forgeries;
mod misuse;
mod planted;
mod properties;
mod rotation;
mod terminal;
mod world;

/// How many cases each property is tried with, unless `GRANT_CASES` says otherwise.
fn cases(default: u32) -> u32 {
    let told = std::env::var("GRANT_CASES").ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(default)
}
