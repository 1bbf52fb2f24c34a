//! Where models other than the embedded one come from: a folder, or a model hub.
//!
//! A [`ModelStore`] is `<data-dir>/models`: one folder a model, named by its id with `/` as `--`.
//! A folder someone put there by hand counts as much as one that [`ModelStore::pull`] fetched.
//!
//! Invariant: whatever moment a pull is killed at, a model's folder holds either the whole old
//! set of files or the whole new one, and every file of a pulled set matched the checksum that
//! the hub announced. What is under way lives in `.pull/` beside the models.
//!
//! It never loads a model, never reads or downloads a pickle (`.bin`, `.pt`), and connects to
//! nothing but in [`ModelStore::pull`] without [`PullOptions::offline`].

mod active;
mod client;
mod digest;
mod download;
mod error;
mod files;
mod id;
mod manifest;
mod options;
mod origin;
mod pull;
mod staging;
mod store;

pub use active::{Choice, Role};
pub use error::HubError;
pub use options::{Event, Progress, PullOptions, Silent};
pub use store::{InstalledModel, ModelStore};

/// What every model must have beside its weights.
const TOKENIZER: &str = "tokenizer.json";
/// The shape of an encoder in safetensors; our own GGUF carries it inside.
const CONFIG: &str = "config.json";
/// The weights: formats that hold numbers and nothing to execute.
const SAFETENSORS: &str = "model.safetensors";
const GGUF: &str = "model.gguf";
/// Taken along where the hub has them.
const OPTIONAL: [&str; 2] = ["1_Pooling/config.json", "olympus.json"];
