//! Integration tests of this crate.

mod hub;
mod models;
