//! Tax on an order, in whole cents, half up on the order's total.

use super::Rules;
use olympus_proto::Cents;
use serde::{Deserialize, Serialize};

/// The tax of an order: fixed when it is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    /// In hundredths of a percent.
    pub basis_points: u32,
    /// Prices include it.
    pub included: bool,
}

impl From<&Rules> for Tax {
    fn from(rules: &Rules) -> Self {
        Self {
            basis_points: rules.tax_basis_points,
            included: rules.tax_included,
        }
    }
}

/// The tax within or on top of `lines`.
#[must_use]
pub fn tax_of(lines: Cents, tax: Tax) -> Cents {
    todo!()
}
