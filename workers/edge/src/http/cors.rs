//! Pages of other origins.
//!
//! Invariant: an origin is named back only where it stands, letter for letter, in the var
//! `CORS_ORIGINS`; never `*`, and never credentials: callers show a bearer token, no cookie.

use worker::Headers;

/// What a page may read besides the plain headers.
const EXPOSED: &str = "allow, content-range, etag, ratelimit, ratelimit-limit, ratelimit-policy, \
                       ratelimit-remaining, ratelimit-reset, retry-after, server-timing, \
                       x-content-sha256, x-olympus-api, x-request-id";
/// What a page may send.
const ACCEPTED: &str = "authorization, content-type, if-match, if-none-match, if-range, \
                        range, x-content-sha256, x-deadline-ms, x-request-id, x-route-policy";
const PREFLIGHT_AGE_S: &str = "600";

/// Whether a page of `origin` may read answers; `origins` is a list with commas.
pub(crate) fn allows(origins: &str, origin: &str) -> bool {
    !origin.is_empty()
        && origin != "null"
        && origin != "*"
        && origins.split(',').any(|allowed| allowed.trim() == origin)
}

/// Headers of every answer to a page that may read it.
pub(crate) fn dress(headers: &Headers, origins: &str, origin: Option<&str>) -> worker::Result<()> {
    if origins.is_empty() {
        return Ok(());
    }
    headers.append("vary", "origin")?;
    if let Some(origin) = origin
        && allows(origins, origin)
    {
        headers.set("access-control-allow-origin", origin)?;
        headers.set("access-control-expose-headers", EXPOSED)?;
    }
    Ok(())
}

/// Headers of the answer to a preflight.
pub(crate) fn preflight(headers: &Headers, methods: &[&str]) -> worker::Result<()> {
    headers.set("access-control-allow-methods", &methods.join(", "))?;
    headers.set("access-control-allow-headers", ACCEPTED)?;
    headers.set("access-control-max-age", PREFLIGHT_AGE_S)
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[test]
    fn only_listed_origins_letter_for_letter() {
        let origins = "https://pos.example, https://kds.example:8443";
        assert!(allows(origins, "https://pos.example"));
        assert!(allows(origins, "https://kds.example:8443"));
        for other in [
            "",
            "null",
            "*",
            "https://POS.example",
            "http://pos.example",
            "https://pos.example.evil.example",
            "https://pos.example:443",
            "https://pos.example, https://kds.example:8443",
            "https://pos",
        ] {
            assert!(!allows(origins, other), "{other}");
        }
        assert!(!allows("", ""));
        assert!(!allows("*", "*"));
        assert!(!allows("null", "null"));
    }
}
