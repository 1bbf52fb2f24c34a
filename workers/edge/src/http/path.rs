//! From the path of a URL to a route and its parameters.
//!
//! Invariant: a path is split before anything is decoded and a segment is decoded once and alone, so
//! that an encoded slash never makes another path; what is empty, a dot segment, no UTF-8 or has
//! slashes or control characters matches nothing. But for `{item}`, an id of a menu, which is only
//! ever looked up in one: it may be any text that a menu has for an id. The case of letters counts,
//! a trailing slash too.

use super::endpoint::Endpoint;
use super::error::EdgeError;
use olympus_proto::{ErrorCode, LocationId};

/// Longest segment, decoded, in bytes: as long as an item's id.
const MAX_SEGMENT_BYTES: usize = 128;
/// Longest path in bytes, encoded.
const MAX_PATH_BYTES: usize = 2_048;
/// Deepest path.
const MAX_SEGMENTS: usize = 16;

/// A route found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) endpoint: Endpoint,
    pub(crate) location: LocationId,
    pub(crate) params: Vec<String>,
}

/// The route for a method and a path as it stands in the URL.
pub(crate) fn find(method: &str, path: &str) -> Result<Found, EdgeError> {
    let segments = segments(path)?;
    let is_odd = segments.iter().any(|segment| segment.plain.is_none());
    let method_sought = if method == "HEAD" { "GET" } else { method };
    let mut allowed: Vec<&str> = Vec::new();
    for endpoint in Endpoint::ALL {
        let route = endpoint.route();
        let Some((location, params)) = matches(route.path, &segments) else {
            continue;
        };
        if route.method == method_sought {
            return Ok(Found {
                endpoint: *endpoint,
                location: LocationId(location),
                params,
            });
        }
        allowed.push(route.method);
        if route.method == "GET" {
            allowed.push("HEAD");
        }
    }
    if allowed.is_empty() && is_odd {
        return Err(refused());
    }
    if allowed.is_empty() {
        return Err(EdgeError::not_found("there is no such route"));
    }
    let allow = allowed.join(", ");
    let message = format!("this route takes {allow}");
    Err(EdgeError::new(ErrorCode::MethodNotAllowed, message).with_header("allow", allow))
}

/// The methods of a path, for a preflight; empty where there is no such path.
pub(crate) fn methods(path: &str) -> Vec<&'static str> {
    let Ok(segments) = segments(path) else {
        return Vec::new();
    };
    Endpoint::ALL
        .iter()
        .map(|endpoint| endpoint.route())
        .filter(|route| matches(route.path, &segments).is_some())
        .map(|route| route.method)
        .collect()
}

fn refused() -> EdgeError {
    EdgeError::invalid("the path has a segment that no route takes")
}

/// A part of a path between slashes.
struct Segment<'a> {
    encoded: &'a str,
    /// Decoded, where it is plain: what nearly every route takes.
    plain: Option<String>,
}

fn segments(path: &str) -> Result<Vec<Segment<'_>>, EdgeError> {
    let rest = path.strip_prefix('/').ok_or_else(refused)?;
    let empty = rest.split('/').any(str::is_empty);
    if empty || path.len() > MAX_PATH_BYTES || rest.split('/').count() > MAX_SEGMENTS {
        return Err(EdgeError::not_found("there is no such route"));
    }
    let segment = |encoded| Segment {
        encoded,
        plain: decode(encoded).filter(|text| is_plain(text)),
    };
    Ok(rest.split('/').map(segment).collect())
}

fn is_plain(text: &str) -> bool {
    let unfit = |c: char| c == '/' || c == '\\' || c.is_control();
    text != "." && text != ".." && !text.chars().any(unfit)
}

/// One segment; `None` for what is no text or is too long.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    (1..=MAX_SEGMENT_BYTES)
        .contains(&text.len())
        .then_some(text)
}

/// A location's id: it becomes part of keys and names of objects.
pub(crate) fn is_location(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(plain)
}

/// Location and further parameters, where the path fits the pattern.
fn matches(pattern: &str, segments: &[Segment<'_>]) -> Option<(String, Vec<String>)> {
    let mut location = String::new();
    let mut params = Vec::new();
    let mut at = segments.iter();
    for part in pattern.strip_prefix('/')?.split('/') {
        let segment = at.next()?;
        if part == "{item}" {
            params.push(decode(segment.encoded)?);
            continue;
        }
        let segment = segment.plain.as_ref()?;
        match part {
            "{*}" => {
                let mut tail = segment.clone();
                for more in at.by_ref() {
                    tail.push('/');
                    tail.push_str(more.plain.as_ref()?);
                }
                params.push(tail);
            }
            "{loc}" if is_location(segment) => location.clone_from(segment),
            "{loc}" => return None,
            _ if part.starts_with('{') => params.push(segment.clone()),
            _ if part == segment => {}
            _ => return None,
        }
    }
    at.next().is_none().then_some((location, params))
}

#[cfg(test)]
mod tests {
    use super::{find, methods};
    use crate::http::endpoint::Endpoint;
    use olympus_proto::ErrorCode;

    #[test]
    fn finds_routes_and_their_parameters() {
        let found = find(
            "PATCH",
            "/api/v1/locations/loc-7/menu/items/caf%C3%A9%2001/availability",
        )
        .unwrap();
        assert_eq!(found.endpoint, Endpoint::Availability);
        assert_eq!(found.location.as_str(), "loc-7");
        assert_eq!(found.params, ["café 01"]);
        let found = find("HEAD", "/static/css/app.1234.css").unwrap();
        assert_eq!(found.endpoint, Endpoint::Static);
        assert_eq!(found.params, ["css/app.1234.css"]);
        let found = find("GET", "/images/loc-7/burger").unwrap();
        assert_eq!(found.location.as_str(), "loc-7");
        assert_eq!(found.params, ["burger"]);
    }

    #[test]
    fn another_method_is_told_which_ones_there_are() {
        let refused = find("DELETE", "/api/v1/locations/a/menu").unwrap_err();
        assert_eq!(refused.code, ErrorCode::MethodNotAllowed);
        assert_eq!(refused.headers, [("allow", "GET, HEAD, PUT".to_owned())]);
        assert_eq!(methods("/api/v1/locations/a/menu"), ["GET", "PUT"]);
        assert!(methods("/nowhere").is_empty());
    }

    #[test]
    fn tricks_reach_nothing() {
        for path in [
            "/",
            "",
            "healthz",
            "/healthz/",
            "//healthz",
            "/Healthz",
            "/healthz%00",
            "/static/",
            "/static/../secret",
            "/static/%2e%2e/secret",
            "/static/a%2fb",
            "/static/a%5Cb",
            "/static/%",
            "/static/%4",
            "/static/%zz",
            "/static/%ff",
            "/static/%C0%AE",
            "/api/v1/locations//menu",
            "/api/v1/locations/a%2Fb/menu",
            "/api/v1/locations/a/menu/",
            "/api/v1/locations/.a/menu",
            "/api/v1/locations/loc%207/menu",
            "/api/v1/locations/l\u{43e}c/menu",
            "/api/v1/locations/%25/menu",
            "/API/v1/locations/a/menu",
            "/static/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q",
        ] {
            let refused = find("GET", path).unwrap_err();
            assert!(
                matches!(
                    refused.code,
                    ErrorCode::NotFound | ErrorCode::InvalidRequest
                ),
                "{path}: {refused:?}"
            );
        }
        assert!(find("GET", &format!("/static/{}", "a".repeat(129))).is_err());
        assert!(find("GET", &format!("/api/v1/locations/{}/menu", "a".repeat(65))).is_err());
    }

    #[test]
    fn an_item_has_any_id_that_a_menu_has() {
        let path = |id: &str| format!("/api/v1/locations/a/menu/items/{id}/availability");
        for (encoded, id) in [
            ("a%2Fb", "a/b"),
            ("%2e%2e%2f%2e%2e%2fkeys", "../../keys"),
            ("a%5Cb", "a\\b"),
            ("a%0Ab", "a\nb"),
            ("%252F", "%2F"),
            ("..", ".."),
        ] {
            let found = find("PATCH", &path(encoded)).unwrap();
            assert_eq!(found.endpoint, Endpoint::Availability, "{encoded}");
            assert_eq!(found.location.as_str(), "a", "{encoded}");
            assert_eq!(found.params, [id]);
        }
        for bad in ["", "%", "%ff", "a/b", &"a".repeat(129), "x/../y"] {
            assert!(find("PATCH", &path(bad)).is_err(), "{bad}");
        }
        // In no other place.
        for bad in [
            "/api/v1/locations/a%2Fmenu/items/b/availability",
            "/api/v1/locations/a/menu%2Fitems/b/availability",
            "/api/v1/locations/a%2F/menu/items/b/availability",
        ] {
            let refused = find("PATCH", bad).unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidRequest, "{bad}");
        }
    }

    #[test]
    fn a_segment_is_decoded_once() {
        let found = find("GET", "/static/%252e%252e").unwrap();
        assert_eq!(found.params, ["%2e%2e"]);
    }
}
