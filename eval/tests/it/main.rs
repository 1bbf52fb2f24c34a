//! The program and the page as a user meets them.

mod overlap;
mod page;
mod program;
mod server;
