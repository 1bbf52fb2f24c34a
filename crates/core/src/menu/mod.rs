//! The rules of a menu: how it is read, what it states, who may see an item, how it is ranked.

pub mod allergen;
pub mod attributes;
pub mod availability;
pub mod filter;
pub mod fusion;
pub mod import;
pub mod lexicon;
pub(crate) mod slips;
pub mod substitute;
pub mod sureness;
pub mod text;
