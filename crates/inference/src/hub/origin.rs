//! Who is behind an address, so that a token stays with the hub it is for.

use ureq::http::Uri;

/// Scheme, host and port of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let port = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        // `user:password@` would end up in messages and manifests.
        if uri.authority()?.as_str().contains('@') {
            return None;
        }
        Some(Self {
            host: uri.host().filter(|h| !h.is_empty())?.to_ascii_lowercase(),
            port: uri.port_u16().unwrap_or(port),
            scheme,
        })
    }

    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        let ip = host.parse::<std::net::IpAddr>();
        host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }

    /// Where a `Location` leads from here, unless to something that is no web address or from
    /// https down to http.
    pub(super) fn join(&self, location: &str) -> Option<String> {
        let Self { scheme, host, port } = self;
        let url = if location.starts_with("//") {
            format!("{scheme}:{location}")
        } else if location.starts_with('/') {
            format!("{scheme}://{host}:{port}{location}")
        } else {
            location.to_owned()
        };
        let target = Self::of(&url.parse().ok()?)?;
        (target.scheme == "https" || scheme == "http").then_some(url)
    }
}

/// An address without the signature that a storage host's addresses carry.
pub(super) fn without_query(url: &str) -> String {
    url.split('?').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Option<Origin> {
        Origin::of(&url.parse().unwrap())
    }

    #[test]
    fn redirects() {
        let hub = origin("https://hub.example").unwrap();
        let to = |location| hub.join(location);
        assert_eq!(to("/a?b=c").unwrap(), "https://hub.example:443/a?b=c");
        assert_eq!(to("//cdn.example/a").unwrap(), "https://cdn.example/a");
        assert_eq!(
            to("https://cdn.example/a").unwrap(),
            "https://cdn.example/a"
        );
        for unsafe_place in [
            "http://hub.example/a",
            "file:///etc/passwd",
            "a/b",
            "",
            "ftp://x/y",
        ] {
            assert_eq!(to(unsafe_place), None, "{unsafe_place}");
        }
        let plain = origin("http://127.0.0.1:8000").unwrap();
        assert_eq!(
            plain.join("http://127.0.0.1:9000/a").unwrap(),
            "http://127.0.0.1:9000/a"
        );
    }

    #[test]
    fn origins() {
        assert_eq!(
            origin("https://HUB.example/x"),
            origin("https://hub.example:443")
        );
        assert_ne!(origin("https://hub.example"), origin("http://hub.example"));
        assert_ne!(origin("http://127.0.0.1:1"), origin("http://127.0.0.1:2"));
        assert_eq!(origin("https://user:secret@hub.example"), None);
        assert!(origin("http://[::1]:80").unwrap().is_loopback());
        assert!(!origin("http://localhost.example").unwrap().is_loopback());
    }
}
