//! The model store against a stand-in of the hub on 127.0.0.1.

mod pull;
mod refusals;
mod resume;
mod server;
mod store;

use std::path::Path;
use std::time::Duration;

use olympus_inference::hub::{HubError, InstalledModel, ModelStore, PullOptions, Silent};
use server::{Server, bytes};

const ID: &str = "acme/tiny-encoder";
const COMMIT: &str = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41";
const NEXT_COMMIT: &str = "2220a243fdf4706b3f48f1d95db1a4f5529b4d42";
const WEIGHTS: &str = "model.safetensors";
const SIZE: usize = 400_000;

/// A hub with one model, whose weights are the `seed`th.
fn hub(seed: u8) -> Server {
    let server = Server::start();
    server.publish(ID, COMMIT, &files(seed));
    server
}

fn files(seed: u8) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("README.md", b"# not wanted".to_vec()),
        ("config.json", br#"{"hidden_size": 4}"#.to_vec()),
        ("tokenizer.json", bytes(9, 5_000)),
        (
            "1_Pooling/config.json",
            br#"{"pooling_mode_mean_tokens": true}"#.to_vec(),
        ),
        ("pytorch_model.bin", bytes(7, 1_000)),
        (WEIGHTS, bytes(seed, SIZE)),
    ]
}

/// Patience for tests: no retries unless they ask for some.
fn options(server: &Server) -> PullOptions<'static> {
    PullOptions {
        endpoint: server.url(),
        token: None,
        offline: false,
        timeout: Duration::from_secs(5),
        retries: 0,
        backoff: Duration::from_millis(1),
        progress: &Silent,
    }
}

fn pull(store: &ModelStore, server: &Server) -> Result<InstalledModel, HubError> {
    store.pull(ID, None, &options(server))
}

fn weights_of(store: &ModelStore) -> Vec<u8> {
    std::fs::read(store.path_of(ID).unwrap().join(WEIGHTS)).unwrap()
}

/// Bytes of the begun weights.
fn begun(root: &Path) -> u64 {
    let parts = root.join(".pull/acme--tiny-encoder/parts");
    let lengths = std::fs::read_dir(parts).into_iter().flatten();
    lengths.map(|e| e.unwrap().metadata().unwrap().len()).sum()
}
