//! The store, through its public API.

mod age;
mod apart;
mod faults;
mod grants;
mod lost;
mod model;
mod open;
mod restored;
mod schema;
mod sell;
mod support;
mod sync;
