//! What can go wrong with an index.

use olympus_proto::{ItemId, SpaceId};

/// Why a menu could not be indexed or searched.
#[derive(Debug, thiserror::Error)]
pub enum MenuError {
    /// Two items share an id.
    #[error("item id `{0}` is used twice; ids are unique in a menu")]
    DuplicateId(ItemId),
    /// More items than positions can number.
    #[error("{0} items are more than an index can hold")]
    TooManyItems(usize),
    /// The vectors are not one row for each passage of each item, in order.
    #[error("the vectors do not fit the menu: {0}")]
    Vectors(String),
    /// The query was encoded by another model than the menu.
    #[error(
        "the query is in embedding space `{query}`, the menu in `{menu}`; index the menu again"
    )]
    SpaceMismatch {
        /// Space of the menu's vectors.
        menu: SpaceId,
        /// Space of the query's vector.
        query: SpaceId,
    },
    /// The query's vector has another length than the menu's.
    #[error("the query's vector has {query} dimensions, the menu's have {menu}")]
    DimensionMismatch {
        /// Dimensions of the menu's vectors.
        menu: usize,
        /// Dimensions of the query's vector.
        query: usize,
    },
    /// The inverted index could not be built.
    #[error("cannot build the inverted index")]
    BuildIndex(#[source] tantivy::TantivyError),
    /// The inverted index could not be read.
    #[error("cannot search the inverted index")]
    SearchIndex(#[source] tantivy::TantivyError),
}

impl MenuError {
    /// Whether the same call may succeed later. All of it happens in memory, so it never does.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        false
    }
}
