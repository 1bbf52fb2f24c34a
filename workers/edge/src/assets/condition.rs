//! `if-none-match`, `range` and `if-range`, by RFC 9110.
//!
//! Invariant: a range that cannot be read is as if it were not there; one that lies outside of the
//! file is told so. Several ranges are answered with the whole.

/// What part of a file to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// First and last byte.
    Bytes(u64, u64),
    /// Nothing of it lies in the file.
    Outside,
}

/// Whether the client has this version: the weak comparison.
pub(super) fn has_it(if_none_match: &str, etag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    if_none_match.trim() == "*"
        || if_none_match
            .split(',')
            .any(|tag| strong(tag) == strong(etag))
}

/// What to send of a file of `size` bytes.
pub(super) fn part(range: Option<&str>, if_range: Option<&str>, etag: &str, size: u64) -> Part {
    // A date, or a weak tag, never equals the strong one.
    if if_range.is_some_and(|tag| tag.trim() != etag) {
        return Part::Whole;
    }
    range
        .and_then(|range| one(range, size))
        .unwrap_or(Part::Whole)
}

fn one(range: &str, size: u64) -> Option<Part> {
    let (unit, spec) = range.split_once('=')?;
    let spec = spec.trim();
    if !unit.trim().eq_ignore_ascii_case("bytes") || spec.contains(',') {
        return None;
    }
    let (first, last) = spec.split_once('-')?;
    let part = match (number(first), number(last)) {
        (None, Some(suffix)) if first.is_empty() => match size.checked_sub(1) {
            Some(end) if suffix > 0 => Part::Bytes(size.saturating_sub(suffix), end),
            _ => Part::Outside,
        },
        (Some(first), None) if last.is_empty() => from(first, u64::MAX, size),
        (Some(first), Some(last)) if first <= last => from(first, last, size),
        _ => return None,
    };
    Some(part)
}

fn from(first: u64, last: u64, size: u64) -> Part {
    match size.checked_sub(1) {
        Some(end) if first <= end => Part::Bytes(first, last.min(end)),
        _ => Part::Outside,
    }
}

/// Digits alone; what is too large for a number is as good as the largest.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Part, has_it, part};

    #[test]
    fn ranges() {
        let of = |range: &str| part(Some(range), None, "\"e\"", 100);
        for (range, expected) in [
            ("bytes=0-0", Part::Bytes(0, 0)),
            ("bytes=10-19", Part::Bytes(10, 19)),
            ("bytes=90-", Part::Bytes(90, 99)),
            ("bytes=90-1000", Part::Bytes(90, 99)),
            ("bytes=-10", Part::Bytes(90, 99)),
            ("bytes=-1000", Part::Bytes(0, 99)),
            ("BYTES=1-2", Part::Bytes(1, 2)),
            ("bytes=0-99999999999999999999999", Part::Bytes(0, 99)),
            ("bytes=100-", Part::Outside),
            ("bytes=99999999999999999999999-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=5-4", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("items=0-1", Part::Whole),
            ("0-1", Part::Whole),
        ] {
            assert_eq!(of(range), expected, "{range}");
        }
        assert_eq!(part(Some("bytes=0-"), None, "\"e\"", 0), Part::Outside);
        assert_eq!(part(Some("bytes=-1"), None, "\"e\"", 0), Part::Outside);
        assert_eq!(part(None, None, "\"e\"", 5), Part::Whole);
    }

    #[test]
    fn a_range_of_another_version_is_the_whole() {
        let of = |if_range: &str| part(Some("bytes=1-2"), Some(if_range), "\"e\"", 100);
        assert_eq!(of("\"e\""), Part::Bytes(1, 2));
        for other in ["\"f\"", "W/\"e\"", "e", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(of(other), Part::Whole, "{other}");
        }
    }

    #[test]
    fn versions() {
        for same in ["\"e\"", "W/\"e\"", "\"a\", \"e\"", "*"] {
            assert!(has_it(same, "\"e\""), "{same}");
        }
        for other in ["", "e", "\"E\"", "\"ee\"", "\"a\",\"b\""] {
            assert!(!has_it(other, "\"e\""), "{other}");
        }
    }
}
