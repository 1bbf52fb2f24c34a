//! Scores intent, search and orders on labelled sets.
//!
//! Invariant: data is read and never written, a score covers every row or is not given, and the
//! page that shows it needs neither network nor script. Never trains anything.

pub mod catalog;
pub mod cli;
pub mod data;
pub mod error;
pub mod gate;
pub mod html;
pub mod menu;
pub mod metrics;
pub mod order;
pub mod overlap;
pub mod progress;
pub mod system;
pub mod task;
pub mod terminal;
