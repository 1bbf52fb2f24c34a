//! Hashes the model that goes into the binary, so that no start has to.

use sha2::{Digest, Sha256};

fn main() {
    // Cargo runs this in the package's folder, which of two copies that share a target folder is the
    // one that is being built.
    let gguf = "../../models/olympus-minilm-v1/model.gguf";
    println!("cargo::rerun-if-changed={gguf}");
    if std::env::var_os("CARGO_FEATURE_EMBEDDED").is_some() {
        let bytes = std::fs::read(gguf).expect("models/olympus-minilm-v1/model.gguf is there");
        let hash = Sha256::digest(&bytes);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        println!("cargo::rustc-env=OLYMPUS_MODEL_SHA256={hex}");
    }
}
