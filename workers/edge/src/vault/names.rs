//! Names of what is kept. Invariant: a name has one spelling, and nothing in it is a path.

/// Longest name in bytes.
const MAX_BYTES: usize = 64;

/// Whether a backup may be called so: `[a-z0-9-]{1,64}`.
pub(super) fn is_backup(name: &str) -> bool {
    fits(name)
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Whether a receipt may be called so: `[A-Za-z0-9_-]{1,64}`.
pub(super) fn is_receipt(name: &str) -> bool {
    fits(name)
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn fits(name: &str) -> bool {
    (1..=MAX_BYTES).contains(&name.len())
}

#[cfg(test)]
mod tests {
    use super::{is_backup, is_receipt};

    #[test]
    fn names_are_plain() {
        let longest = "a".repeat(64);
        for name in ["a", "2026-11-28-nightly", "-", longest.as_str()] {
            assert!(is_backup(name), "{name}");
            assert!(is_receipt(name), "{name}");
        }
        assert!(is_receipt("R_2026-0001"));
        assert!(!is_backup("R_2026-0001"));
        let too_long = "a".repeat(65);
        for bad in [
            "",
            "a/b",
            "..",
            "a.b",
            "a b",
            "é",
            "a\0",
            "a%2f",
            "a\n",
            too_long.as_str(),
        ] {
            assert!(!is_backup(bad), "{bad:?}");
            assert!(!is_receipt(bad), "{bad:?}");
        }
    }
}
