//! What is said on the wire: ids, money, intents, menu, search and error codes.
//!
//! Invariant: only data and its serde form live here. Never any decision, clock or I/O; every
//! other crate may depend on this one and it depends on none of them.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub mod allergen;
pub mod books;
pub mod edge;
pub mod error;
pub mod grant;
pub mod ids;
pub mod intent;
pub mod location;
pub mod menu;
pub mod meta;
pub mod money;
pub mod order;
pub mod pos;
pub mod provider;
pub mod search;
pub mod sync;
pub mod vectorize;
pub mod workers_ai;

pub use allergen::{Allergen, AllergenStatement, Allergens};
pub use error::{ApiError, ErrorBody, ErrorCode, ErrorDetail};
pub use ids::{ItemId, LocationId, MenuVersion, SpaceId};
pub use intent::{
    Context, Intent, IntentAnswer, IntentReason, IntentRequest, IntentResponse, Scores,
};
pub use menu::{Availability, Daypart, MenuItem, Modifier, ModifierGroup, Weekday};
pub use meta::{Meta, Path, StagesUs};
pub use money::Cents;
pub use order::{
    AmbiguousItem, Amount, Conflict, LineModifier, ModifierAction, NotUnderstood, OrderContext,
    OrderLine, OrderParseRequest, OrderParseResponse, ParsedOrder, Span, StatedAllergen,
    Substitute, Unavailable,
};
pub use search::{
    Ambiguous, AvailabilityFilter, Filters, Hit, HitScores, Parse, SearchRequest, SearchResponse,
    State, Suggestion, Understood, UnderstoodKind, Unstated, Usually,
};
