//! Integration tests of this crate.

mod fused;
mod hub;
mod models;
