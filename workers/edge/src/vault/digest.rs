//! The SHA-256 that a sender names in `x-content-sha256`.

use crate::http::error::EdgeError;
use crate::http::header;
use worker::Request;

/// The header.
pub(super) const HEADER: &str = "x-content-sha256";

/// Bytes of a SHA-256.
pub(super) const BYTES: usize = 32;

/// A SHA-256 from its lower-case hex.
pub(super) fn parse(text: &str) -> Option<[u8; BYTES]> {
    let mut digest = [0; BYTES];
    let digits = text.as_bytes();
    if digits.len() != BYTES * 2 {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = (digit(*high)? << 4) | digit(*low)?;
    }
    Some(digest)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// What the request names, if it does.
pub(super) fn named(request: &Request) -> Result<Option<[u8; BYTES]>, EdgeError> {
    header(request, HEADER)
        .map(|text| {
            parse(&text).ok_or_else(|| {
                EdgeError::invalid(format!(
                    "`{HEADER}` is the SHA-256 of the body as 64 digits of lower-case hex"
                ))
            })
        })
        .transpose()
}

/// The answer to a body that is not what its sender said.
pub(super) fn mismatch() -> EdgeError {
    EdgeError::invalid(format!(
        "the body is not the one of `{HEADER}`; nothing was stored, send it again"
    ))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::http::ids::hex;

    #[test]
    fn a_digest_has_one_spelling() {
        let text = "00ff".repeat(16);
        assert_eq!(parse(&text).map(|digest| hex(&digest)), Some(text.clone()));
        for bad in [
            "",
            &text.to_uppercase(),
            &text[1..],
            &format!("{text}0"),
            &text.replace('f', "g"),
            &"é".repeat(32),
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
