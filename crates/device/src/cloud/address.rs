//! Where the cloud is: the addresses that may be called.
//!
//! Invariant: a key travels over TLS, or not beyond this machine: an address is `https`, or
//! `http` of the loopback.

use hyper::Uri;
use std::fmt;
use std::net::IpAddr;

/// What may stand in `cloud-url`.
const REMEDY: &str = "use https://HOST without a user, a query or a fragment, e.g. \
                      https://edge.example.workers.dev; http only for this machine";

/// An address that may be called; paths are put behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// An address that may not be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{REMEDY}")]
pub struct BadUrl;

impl BaseUrl {
    /// Checks an address.
    ///
    /// # Errors
    /// [`BadUrl`]
    pub fn new(text: &str) -> Result<Self, BadUrl> {
        let uri: Uri = text.parse().map_err(|_| BadUrl)?;
        let authority = uri.authority().ok_or(BadUrl)?;
        let local = is_loopback(authority.host());
        let allowed = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => local,
            _ => false,
        };
        let extra = authority.as_str().contains('@') || uri.query().is_some() || text.contains('#');
        if !allowed || extra {
            return Err(BadUrl);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// Cloudflare's own API.
    pub(crate) fn cloudflare() -> Self {
        Self("https://api.cloudflare.com".to_owned())
    }

    /// The address of `path`, which begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether a segment of a path means the folder itself or the one above. Everybody on the way may
/// take it out of the path, also where it is written `%2e`: the URL standard says so.
pub(crate) fn is_dots(text: &str) -> bool {
    matches!(text, "." | "..")
}

/// One segment of a path, as an address takes it. One that [`is_dots`] does not stay one.
pub(crate) fn segment(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'.') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, segment};

    #[test]
    fn a_key_leaves_this_machine_by_tls_alone() {
        for good in [
            "https://edge.example",
            "https://edge.example:8443/base/",
            "http://127.0.0.1:8787",
            "http://[::1]:1",
            "http://localhost:8787/",
        ] {
            let url = BaseUrl::new(good).expect(good);
            assert_eq!(url.join("/x"), format!("{}/x", good.trim_end_matches('/')));
        }
        for bad in [
            "",
            "edge.example",
            "/api",
            "http://edge.example",
            "http://127.0.0.1.example",
            "http://192.168.0.4",
            "ftp://localhost",
            "https://me:pw@edge.example",
            "https://me@edge.example",
            "https://edge.example/?key=1",
            "https://edge.example/#x",
        ] {
            assert!(BaseUrl::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_segment_stays_one() {
        assert_eq!(segment("a/b ü?.."), "a%2Fb%20%C3%BC%3F..");
    }
}
