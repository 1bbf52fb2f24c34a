//! Right or wrong by row: what two runs over the same rows are compared by.

use std::collections::BTreeMap;

/// Figure → one `1` (right) or `0` (wrong) for each row, in the order of the data.
pub type Outcomes = BTreeMap<String, String>;

/// The digits.
pub fn write(rows: impl IntoIterator<Item = bool>) -> String {
    rows.into_iter()
        .map(|right| if right { '1' } else { '0' })
        .collect()
}

/// Back again; `None` where there is anything but `0` and `1`.
#[must_use]
pub fn read(digits: &str) -> Option<Vec<bool>> {
    digits
        .chars()
        .map(|digit| match digit {
            '1' => Some(true),
            '0' => Some(false),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn digits_and_back() {
        assert_eq!(write([true, false, true]), "101");
        assert_eq!(read("101"), Some(vec![true, false, true]));
        assert_eq!(read("1x"), None);
    }
}
