//! The store, through its public API.
