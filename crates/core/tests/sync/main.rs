//! Sync, proven by simulation: what holds in every world, and that the simulator finds what is
//! planted.
//!
//! `SYNC_SEEDS=20000 cargo test --release -p olympus-core --test sync -- --nocapture` looks for
//! longer; `SYNC_SEED=17` looks at one seed.

mod planted;
mod properties;
mod shrink;
mod sim;

fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The seeds to try: `SYNC_SEED`, or `SYNC_SEEDS` of them from `SYNC_FROM` on, or the default.
fn seeds(default: u64) -> std::ops::Range<u64> {
    if let Some(seed) = told("SYNC_SEED") {
        return seed..seed + 1;
    }
    let from = told("SYNC_FROM").unwrap_or(0);
    from..from + told("SYNC_SEEDS").unwrap_or(default)
}
