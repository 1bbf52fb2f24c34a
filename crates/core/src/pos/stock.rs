//! Counting dishes. What lines take is decided where they are fired or paid.

use super::refund::reason;
use super::{Decided, MAX_ADJUST, MAX_COUNT, PosError};
use olympus_proto::ItemId;
use olympus_proto::pos::{AdjustStock, CountStock};

/// Counts a dish anew.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn count(item: &ItemId, new: &CountStock) -> Result<Decided, PosError> {
    named(item)?;
    let sound = |number: i64| (0..=MAX_COUNT).contains(&number);
    if !sound(new.count) || !sound(new.low_at) {
        return Err(PosError::BadCount);
    }
    Ok(Decided {
        count: Some((item.clone(), *new)),
        ..Decided::default()
    })
}

/// Adds to a dish's count, or takes from it.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn adjust(item: &ItemId, new: &AdjustStock) -> Result<Decided, PosError> {
    named(item)?;
    reason(&new.reason)?;
    if new.by == 0 || !(-MAX_ADJUST..=MAX_ADJUST).contains(&new.by) {
        return Err(PosError::BadAdjust);
    }
    Ok(Decided {
        stock: vec![(item.clone(), new.by)],
        ..Decided::default()
    })
}

fn named(item: &ItemId) -> Result<(), PosError> {
    if (1..=128).contains(&item.as_str().len()) {
        Ok(())
    } else {
        Err(PosError::BadItem)
    }
}
