//! The book over rusqlite.
