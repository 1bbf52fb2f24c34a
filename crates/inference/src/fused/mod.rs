//! The fast path: the encoder and the head on half bytes and bytes, in one pass without tensors.
//!
//! ```text
//! kernel     which instructions this processor has; the same bits from all of them
//! matrix     weights in bytes or half bytes and activations in bytes, in the order of reading
//! product    rows × matrix: where the time goes, with a file for each family of instructions
//! ops        layer norm, activation, softmax: plain loops, compiled once for each family
//! attention  within each text of a pack
//! words      the word table, read where it lies
//! encoder    the forward pass of all layers
//! shared_out the same of one text on two cores
//! head       states to logits
//! ```
//! The reference is [`crate::bert::Encoder`] in Candle over the same weights. Invariant: no
//! padding, no shared state between texts, so a text's vector does not depend on its company, its
//! batch or the processor. `unsafe` is only in `kernel`, `product` and one
//! hint to the processor in `matrix`.

#![allow(
    unsafe_code,
    reason = "only in kernel, product and matrix, each block with its reason"
)]

mod attention;
mod encoder;
mod head;
mod kernel;
pub(crate) mod math;
mod matrix;
mod ops;
mod product;
mod shared_out;
mod words;

pub(crate) use encoder::{FusedEncoder, Workspace};
pub(crate) use head::{FusedHead, HeadWorkspace};
pub use kernel::Kernel;
pub(crate) use matrix::HALF_BLOCK;
pub(crate) use ops::unit_mean;
pub(crate) use words::WordTable;
