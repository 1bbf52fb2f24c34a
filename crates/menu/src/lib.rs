//! One location's menu, ready to be searched: words through tantivy, meaning through vectors.
//!
//! How a search runs: `expand` turns each typed word into the terms of this menu that it can
//! mean (typing errors, beginnings, synonyms, words joined or split); `inverted` names the items
//! worth judging; `fit` judges each by its words, `vectors` by its meaning; `core::menu::fusion`
//! makes one score of both; `render` says why.
//!
//! Invariant: an index is one version of one menu and never changes; a new menu is a new index.
//! What staff say afterwards (sold out) and the time come with each search. Filters are applied
//! before the best are cut, so a narrow filter still fills the page, and nothing that they
//! refuse is ever returned. Never does I/O; everything lies in RAM.

mod analysis;
mod asked;
mod document;
mod error;
mod expand;
mod fit;
mod index;
mod inverted;
mod known;
mod part;
mod ranked;
mod render;
mod similar;
mod spellings;
mod substitutes;
mod suggest;
mod synonyms;
mod top;
mod translit;
mod unstated;
mod usual;
mod vectors;
mod vocabulary;
mod wishes;

pub use asked::{Asked, AskedError, MAX_TEXT_BYTES, check_length, checked_text, fold};
pub use error::MenuError;
pub use index::{Meaning, MenuIndex, Overrides, Query};
pub use vectors::Vectors;
pub use wishes::{Reading, Wishes};
