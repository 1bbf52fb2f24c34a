//! Request ids: a harmless one of the client is kept, else a new one is made.

/// Longest id that is taken over: as on the device.
const MAX_BYTES: usize = 128;

/// The client's id, or a new one.
pub(crate) fn take(sent: Option<&str>) -> String {
    match sent {
        Some(id) if is_harmless(id) => id.to_owned(),
        _ => random_hex::<8>().map_or_else(|| "r-unknown".to_owned(), |hex| format!("r-{hex}")),
    }
}

fn is_harmless(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !id.is_empty() && id.len() <= MAX_BYTES && id.chars().all(plain)
}

/// So many random bytes in hexadecimal; `None` where the runtime gives none.
pub(crate) fn random_hex<const BYTES: usize>() -> Option<String> {
    let mut bytes = [0u8; BYTES];
    getrandom::fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

/// A random number that JavaScript keeps exactly; `None` where the runtime gives none.
pub(crate) fn random_u53() -> Option<u64> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).ok()?;
    Some(u64::from_le_bytes(bytes) >> 11)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{hex, take};

    #[test]
    fn keeps_harmless_ids_and_makes_others() {
        assert_eq!(take(Some("kiosk-7.42_a")), "kiosk-7.42_a");
        for bad in [
            None,
            Some(""),
            Some("a b"),
            Some("a\r\nset-cookie: x"),
            Some("<b>"),
            Some("é"),
        ] {
            let made = take(bad);
            assert!(made.starts_with("r-") && made.len() == 18, "{made}");
        }
        assert_ne!(take(None), take(None));
        let longest = "a".repeat(128);
        assert_eq!(take(Some(&longest)), longest);
        assert_eq!(take(Some(&"a".repeat(129))).len(), 18);
    }

    #[test]
    fn writes_hexadecimal() {
        assert_eq!(hex(&[0, 0x0f, 0xa0, 0xff]), "000fa0ff");
    }
}
