//! Prices: cents, or a decimal of major units as people write it. Never through a float that
//! could lose a cent.

use serde_json::Value;

/// 100,000.00: more than any dish costs.
const HIGHEST_CENTS: i64 = 10_000_000;

/// Whole cents, from a number or digits.
pub(super) fn cents(value: &Value) -> Result<i64, String> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .ok_or_else(|| format!("{} is no whole number of cents", shown(value)))
}

/// Cents from major units: `2.29`, `"2.29"`, `"$2.29"`, `"2,29 €"`.
pub(super) fn major(value: &Value) -> Result<i64, String> {
    let parsed = match value {
        Value::Number(number) => number.as_f64().and_then(from_float),
        Value::String(text) => from_text(text),
        _ => None,
    };
    parsed.ok_or_else(|| {
        format!(
            "{} is no price; write 12.50 (at most two decimals), or cents in `price_cents`",
            shown(value)
        )
    })
}

/// An item's price lies between 0 and [`HIGHEST_CENTS`].
pub(super) fn check_item(cents: i64) -> Result<i64, String> {
    if cents < 0 {
        return Err("the price is negative; a price is 0 or more".to_owned());
    }
    check_modifier(cents)
}

/// A modifier may also make a dish cheaper.
pub(super) fn check_modifier(cents: i64) -> Result<i64, String> {
    if cents.unsigned_abs() > HIGHEST_CENTS.unsigned_abs() {
        return Err(format!(
            "{cents} cents is no believable price; `price_cents` is in cents, `price` in major units"
        ));
    }
    Ok(cents)
}

/// A JSON number may carry binary noise (4.449999999999999), so it is taken to the nearest
/// cent, and only where it is as near as noise would leave it.
fn from_float(number: f64) -> Option<i64> {
    let cents = number * 100.0;
    let rounded = cents.round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be far inside i64"
    )]
    (rounded.abs() < 1e15 && (cents - rounded).abs() < 1e-6 * rounded.abs().max(1.0))
        .then_some(rounded as i64)
}

fn from_text(text: &str) -> Option<i64> {
    let is_mark = |c: char| c.is_whitespace() || "$€£¥₹₺₩₫฿₱₽₴".contains(c);
    let mut text = text.trim_matches(is_mark);
    if let (Some(head), Some(code)) = (text.get(..3), text.get(3..))
        && head.bytes().all(|b| b.is_ascii_uppercase())
    {
        text = code;
    } else if let Some(cut) = text.len().checked_sub(3)
        && let (Some(rest), Some(code)) = (text.get(..cut), text.get(cut..))
        && code.bytes().all(|b| b.is_ascii_uppercase())
    {
        text = rest;
    }
    let mut text = text.trim_matches(is_mark);
    let negative = text.starts_with('-');
    if negative {
        text = text.get(1..)?.trim_start_matches(is_mark);
    }
    let (whole, decimals) = split(text)?;
    let whole: i64 = whole.parse().ok()?;
    let decimals: i64 = match decimals.len() {
        0 => 0,
        1 => decimals.parse::<i64>().ok()? * 10,
        2 => decimals.parse().ok()?,
        _ => return None,
    };
    let cents = whole.checked_mul(100)?.checked_add(decimals)?;
    Some(if negative { -cents } else { cents })
}

/// Whole digits and decimals. One separator before three digits is ambiguous ("1,000") and is
/// refused; groups of three are read only where a decimal separator settles it.
fn split(text: &str) -> Option<(String, &str)> {
    let (whole, decimals) = match text.rfind(['.', ',']) {
        None => (text, ""),
        Some(at) => (text.get(..at)?, text.get(at + 1..)?),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let used = text.chars().rfind(|c| matches!(c, '.' | ','));
    let grouped = whole.contains(['.', ',']);
    if used.is_some() && (decimals.is_empty() || decimals.len() > 2)
        || !decimals.is_empty() && !digits(decimals)
    {
        return None;
    }
    if !grouped {
        return digits(whole).then(|| (whole.to_owned(), decimals));
    }
    let group = if used == Some('.') { ',' } else { '.' };
    let mut parts = whole.split(group);
    let head = parts.next()?;
    let rest_ok = parts.all(|part| part.len() == 3 && digits(part));
    (digits(head) && head.len() <= 3 && rest_ok).then(|| (whole.replace(group, ""), decimals))
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 40 {
        return text;
    }
    text.chars().take(40).chain("…".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::{cents, check_item, major};
    use serde_json::json;

    #[test]
    fn reads_prices_as_people_write_them_and_loses_no_cent() {
        for (value, expected) in [
            (json!(2.29), Some(229)),
            (json!(4.449_999_999_999_999), Some(445)),
            (json!(7), Some(700)),
            (json!(0.1), Some(10)),
            (json!(-1.5), Some(-150)),
            (json!(1.005), None),
            (json!(1e300), None),
            (json!("2.29"), Some(229)),
            (json!(" $2.29 "), Some(229)),
            (json!("2,29 €"), Some(229)),
            (json!("EUR 12,5"), Some(1250)),
            (json!("12 USD"), Some(1200)),
            (json!("1,234.50"), Some(123_450)),
            (json!("1.234,50"), Some(123_450)),
            (json!("-0.50"), Some(-50)),
            (json!("1,000"), None),
            (json!("1.999"), None),
            (json!("1,23,4.50"), None),
            (json!("2."), None),
            (json!(".5"), None),
            (json!(""), None),
            (json!("free"), None),
            (json!("9999999999999999999.00"), None),
            (json!([]), None),
        ] {
            assert_eq!(major(&value).ok(), expected, "{value}");
        }
    }

    #[test]
    fn cents_are_whole_and_in_range() {
        assert_eq!(cents(&json!(229)), Ok(229));
        assert_eq!(cents(&json!("229")), Ok(229));
        for value in [json!(2.5), json!("2.5"), json!(null), json!(u64::MAX)] {
            assert!(cents(&value).is_err(), "{value}");
        }
        assert!(check_item(-1).is_err());
        assert!(check_item(10_000_001).is_err());
        assert_eq!(check_item(0), Ok(0));
    }
}
