//! Changing a line, and taking it off.
use super::{At, Bill, Decided, Menu, PosError};
use olympus_proto::pos::{ChangeLine, LineId};

/// Changes a held line, or takes a line off.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn change_line(
    bill: &Bill,
    line: &LineId,
    change: &ChangeLine,
    menu: Menu<'_>,
    at: At<'_>,
) -> Result<Decided, PosError> {
    todo!()
}
