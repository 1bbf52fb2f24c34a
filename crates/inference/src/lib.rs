//! The models of the device: a BERT-family sentence encoder and the intent head that reads it,
//! in Candle.
//!
//! One pass of the encoder serves intent and search. Every vector carries the id of the space it
//! lives in ([`olympus_proto::SpaceId`]). Nothing here fetches anything at run time except
//! [`hub`], and that only when it is asked to.

pub mod artifact;
mod ascii;
pub mod bert;
pub mod config;
mod differentiable;
mod engine;
mod error;
mod fused;
pub mod head;
pub mod hub;
pub mod known;
pub mod phrases;
#[cfg(feature = "embedded")]
pub mod resident;
mod text;
mod weights;

pub use bert::{Encoder, Texts};
pub use config::{EncoderConfig, ModelInfo, Pooling};
pub use engine::{Analysis, Cores, Engine, Timings};
pub use error::InferenceError;
pub use fused::Kernel;
pub use head::IntentHead;
pub use phrases::Phrases;
pub use text::TextTokenizer;
pub use weights::Weights;
