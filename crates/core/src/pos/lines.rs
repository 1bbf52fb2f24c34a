//! Opening an order, and adding lines to it.
use super::{At, Bill, Decided, Menu, PosError, Rules};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{AddLines, NewOrder};

/// Opens an order. `number` is what is called out.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn open_order(
    id: &OrderId,
    number: u32,
    new: &NewOrder,
    menu: Menu<'_>,
    rules: &Rules,
    at: At<'_>,
) -> Result<Decided, PosError> {
    todo!()
}

/// Adds lines to an open order.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn add_lines(
    bill: &Bill,
    new: &AddLines,
    menu: Menu<'_>,
    at: At<'_>,
) -> Result<Decided, PosError> {
    todo!()
}
