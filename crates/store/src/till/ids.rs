//! Ids that a retry makes again: from the terminal, the day, the idempotency key and a place.
//!
//! Invariant: the same request makes the same ids, also on a disk that was restored from before it,
//! so that the cloud knows again what it has. Another request never does: a key belongs to one
//! request, and an id that is taken is refused.

use sha2::{Digest as _, Sha256};

/// A UUID (version 8: by a rule of one's own) of these parts.
pub(super) fn derived(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length, or two lists of parts could read the same.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut bytes = [0_u8; 16];
    bytes
        .iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
    *version = (*version & 0x0f) | 0x80;
    *variant = (*variant & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut text = String::with_capacity(36);
    for (index, digit) in hex.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::derived;

    #[test]
    fn the_same_parts_make_the_same_uuid_and_others_another() {
        let id = derived(&["till-1", "2026-01-02", "key", "order"]);
        assert_eq!(id, derived(&["till-1", "2026-01-02", "key", "order"]));
        assert_ne!(id, derived(&["till-1", "2026-01-02", "keyo", "rder"]));
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(id.get(14..15), Some("8"), "the version: {id}");
        assert!(
            matches!(id.get(19..20), Some("8" | "9" | "a" | "b")),
            "the variant: {id}"
        );
    }
}
