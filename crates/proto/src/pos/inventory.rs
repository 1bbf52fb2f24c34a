//! Stock of counted dishes. What is not counted never runs out by itself.

use crate::ids::ItemId;
use serde::{Deserialize, Serialize};

/// How much there is of one dish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// The dish.
    pub item: ItemId,
    /// How many there are; below 0 where more was sold than was counted.
    pub count: i64,
    /// At or below it the dish is shown as low.
    pub low_at: i64,
    /// Nothing is left, so it is sold out in search.
    pub sold_out: bool,
    /// When it last changed.
    pub changed_ms: u64,
}

/// Answer of `GET /v1/inventory`: by item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Counted dishes.
    pub stock: Vec<Stock>,
}

/// Body of `PUT /v1/inventory/{item}`: counts it, from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountStock {
    /// How many there are, 0 to 1,000,000.
    pub count: i64,
    /// At or below it the dish is shown as low.
    #[serde(default)]
    pub low_at: i64,
}

/// Body of `POST /v1/inventory/{item}/adjust`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdjustStock {
    /// How many more; negative takes away. Not 0, at most 100,000 either way.
    pub by: i64,
    /// Why, 1 to 200 bytes.
    pub reason: String,
}
