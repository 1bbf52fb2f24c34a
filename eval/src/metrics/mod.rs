//! The arithmetic of scores, each in its own module with cases worked out by hand.
//!
//! Invariant: pure functions of counts and numbers. A share of nothing is `None` and `null`, never
//! 0 or NaN.

pub mod abstention;
pub mod bootstrap;
pub mod calibration;
pub mod classes;
pub mod cost;
pub mod latency;
pub mod orders;
pub mod outcomes;
pub mod ranking;
pub mod share;

pub use share::{Interval, Share};
