//! What `authorization` says.
//!
//! Invariant: exactly one credential, of the characters of RFC 6750, or nothing. Two headers
//! arrive here joined by a comma, which no credential has.

use super::devices::{KEY_PREFIX, PresentedKey};
use crate::http::error::EdgeError;

/// Longest token.
const MAX_TOKEN_BYTES: usize = 4_096;

/// What a caller shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Credential {
    Key(PresentedKey),
    Token(String),
}

/// Reads the header's value.
pub(super) fn parse(value: &str) -> Result<Credential, EdgeError> {
    let refused = || {
        EdgeError::unauthorized("`authorization` holds one credential, as `Bearer` and the token")
    };
    let (scheme, token) = value.split_once(' ').ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") || !is_b64token(token) {
        return Err(refused());
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(EdgeError::unauthorized("the token is longer than 4 KiB"));
    }
    if token
        .get(..KEY_PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(KEY_PREFIX))
    {
        // Whatever looks like a key is one or nothing: it is never shown to the auth service.
        let key = PresentedKey::parse(token)
            .ok_or_else(|| EdgeError::unauthorized("the key has not the form of a device key"))?;
        return Ok(Credential::Key(key));
    }
    Ok(Credential::Token(token.to_owned()))
}

fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty()
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::{Credential, parse};

    #[test]
    fn reads_tokens_and_keys() {
        let token = parse("bEARER abc.def-_~+/==").unwrap();
        assert_eq!(token, Credential::Token("abc.def-_~+/==".to_owned()));
        let key = format!("Bearer oek_{}_{}", "0a".repeat(8), "1b".repeat(24));
        assert!(matches!(parse(&key), Ok(Credential::Key(_))));
    }

    #[test]
    fn refuses_all_else() {
        let long = format!("Bearer {}", "a".repeat(4_097));
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer  a",
            "Bearer a ",
            "Bearer\ta",
            "Bearer a b",
            "Bearer a, Bearer b",
            "Bearer a,Bearer b",
            "Basic YTpi",
            "Bearera b",
            "Token a",
            "Bearer a\u{0}",
            "Bearer é",
            "Bearer =",
            "Bearer a=b",
            "Bearer \"a\"",
            "Bearer oek_",
            "Bearer oek_00_11",
            "Bearer OEK_0a0a0a0a0a0a0a0a_1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b",
            &long,
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
