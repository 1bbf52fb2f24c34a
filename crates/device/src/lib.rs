//! The device: the binary `olympus-edge`, its local API, its command line and its pages.
//!
//! [`service`] answers questions inside a process, [`http`] puts it on the network, [`cli`] on
//! the command line. Clocks, sockets, files and randomness live here and nowhere below.

pub mod cli;
pub mod cloud;
mod commands;
pub mod config;
pub mod files;
pub mod http;
pub mod keys;
pub mod metrics;
mod receipt;
mod routing;
pub mod service;
mod sync;
pub mod till;
pub mod wire;
