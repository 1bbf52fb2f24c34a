//! Routing, proven by simulation: what holds in every world, what holds in outages, brown-outs and
//! with a wrong cloud, and that the simulator finds what is planted.
//!
//! `ROUTE_SEEDS=2000 cargo test --release -p olympus-core --test route` looks for longer.

mod checks;
mod planted;
mod properties;
#[allow(
    dead_code,
    reason = "shared with the example, which uses other parts of it"
)]
mod sim;

/// How many seeds each property is tried with, unless `ROUTE_SEEDS` says otherwise.
fn seeds(default: u64) -> std::ops::Range<u64> {
    let told = std::env::var("ROUTE_SEEDS").ok();
    0..told.and_then(|text| text.parse().ok()).unwrap_or(default)
}
