//! The real server over real sockets, and the real binary.

mod api;
mod auth;
mod bad_input;
mod cli;
mod cloud;
mod cloud_cli;
mod cloud_ways;
mod crash;
mod docs;
mod limits;
mod pages;
mod random;
mod routing;
mod routing_menu;
mod schema;
mod store;
mod support;
mod sync;
mod sync_books;
mod sync_menu;
mod sync_papers;
mod threats;
mod till;
