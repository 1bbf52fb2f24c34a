//! The program and the page as a user meets them.

mod conformance;
mod overlap;
mod page;
mod program;
mod server;
