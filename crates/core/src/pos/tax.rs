//! Tax on an order: in whole cents, half up, once on the order's total and never line by line.

use super::Rules;
use olympus_proto::Cents;

/// The tax of an order: fixed when it is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    let points = i128::from(tax.basis_points);
    let whole = if tax.included {
        10_000 + points
    } else {
        10_000
    };
    half_up(i128::from(lines.0) * points, whole)
}

/// What is to pay for `lines`.
pub(super) fn with_tax(lines: Cents, tax: Tax) -> Cents {
    if tax.included {
        lines
    } else {
        Cents(lines.0.saturating_add(tax_of(lines, tax).0))
    }
}

/// The part of `tax` that goes with `part` of `total`.
pub(super) fn share(tax: Cents, part: Cents, total: Cents) -> Cents {
    if total.0 <= 0 {
        return Cents(0);
    }
    half_up(i128::from(tax.0) * i128::from(part.0), i128::from(total.0))
}

/// `of` above 0. Two factors of 64 bits fit 128.
fn half_up(number: i128, of: i128) -> Cents {
    let doubled = number.saturating_mul(2).saturating_add(of);
    let rounded = doubled.div_euclid(of.saturating_mul(2));
    let most = if rounded < 0 { i64::MIN } else { i64::MAX };
    Cents(i64::try_from(rounded).unwrap_or(most))
}

#[cfg(test)]
mod tests {
    use super::{Tax, share, tax_of, with_tax};
    use olympus_proto::Cents;

    #[test]
    fn half_a_cent_goes_up() {
        let cases = [
            // lines, basis points, included, tax, to pay
            (1_000, 0, false, 0, 1_000),
            (1_000, 825, false, 83, 1_083), // 82.5
            (1_000, 824, false, 82, 1_082), // 82.4
            (10, 500, false, 1, 11),        // 0.5
            (9, 500, false, 0, 9),          // 0.45
            (1_190, 1_900, true, 190, 1_190),
            (105, 500, true, 5, 105),
            (11, 1_000, true, 1, 11),
            (5, 1_000, true, 0, 5), // 0.4545
            (0, 825, false, 0, 0),
            (100_000_000, 10_000, false, 100_000_000, 200_000_000),
        ];
        for (lines, basis_points, included, wanted, to_pay) in cases {
            let tax = Tax {
                basis_points,
                included,
            };
            assert_eq!(tax_of(Cents(lines), tax), Cents(wanted), "{lines} {tax:?}");
            assert_eq!(
                with_tax(Cents(lines), tax),
                Cents(to_pay),
                "{lines} {tax:?}"
            );
        }
    }

    #[test]
    fn no_amount_overflows() {
        for lines in [i64::MIN, -1, 0, 1, i64::MAX] {
            for included in [true, false] {
                let tax = Tax {
                    basis_points: u32::MAX,
                    included,
                };
                let _ = with_tax(Cents(lines), tax);
                let _ = share(Cents(lines), Cents(i64::MAX), Cents(1));
            }
        }
    }

    #[test]
    fn shares_of_all_are_all() {
        assert_eq!(share(Cents(83), Cents(1_083), Cents(1_083)), Cents(83));
        assert_eq!(share(Cents(83), Cents(0), Cents(1_083)), Cents(0));
        assert_eq!(share(Cents(83), Cents(5), Cents(0)), Cents(0));
        // 83 · 500 / 1083 = 38.3; 83 · 501 / 1083 = 38.4
        assert_eq!(share(Cents(83), Cents(500), Cents(1_083)), Cents(38));
    }
}
