//! Counting dishes.
use super::{Decided, PosError};
use olympus_proto::ItemId;
use olympus_proto::pos::{AdjustStock, CountStock};

/// Counts a dish anew.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn count(item: &ItemId, new: &CountStock) -> Result<Decided, PosError> {
    todo!()
}

/// Adds to a dish's count, or takes from it.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn adjust(item: &ItemId, new: &AdjustStock) -> Result<Decided, PosError> {
    todo!()
}
