//! The sale of an order that is paid.
use super::{At, Bill, Decided};

/// The sale of an order that came to be paid by what several tills did, and that none of them has
/// closed; or a correction where more than one has. `None` where there is nothing to do, or the
/// order was opened on another terminal, which does it. The store asks after rows came by pull.
#[must_use]
pub fn close(bill: &Bill, at: At<'_>) -> Option<Decided> {
    todo!()
}
