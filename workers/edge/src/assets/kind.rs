//! What a file is, by its name, and how long it may be kept.
//!
//! Invariant: a type that is not listed is `application/octet-stream`, which nothing runs.

/// The type of a file of this name.
pub(super) fn content_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "mp3" => "audio/mpeg",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

/// How long it may be kept: a name with a hash never means anything else.
pub(super) fn cache_control(name: &str) -> &'static str {
    let file = name.rsplit('/').next().unwrap_or_default();
    let hashed = file
        .rsplit_once('.')
        .is_some_and(|(stem, _)| stem.split(['.', '-']).skip(1).any(is_hash));
    if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300"
    }
}

/// At least 8 hexadecimal digits with a numeral among them, so that no word is one.
fn is_hash(part: &str) -> bool {
    part.len() >= 8
        && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        && part.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{cache_control, content_type};

    #[test]
    fn types_are_by_extension_and_else_nothing_runs() {
        assert_eq!(
            content_type("a/app.1234.js"),
            "text/javascript; charset=utf-8"
        );
        for other in ["app", "app.JS", "app.js.exe", "x.xhtml", ".html."] {
            assert_eq!(content_type(other), "application/octet-stream", "{other}");
        }
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_good() {
        for hashed in ["app.0f3a9c2e.js", "css/app-0f3a9c2e11.css"] {
            assert!(cache_control(hashed).ends_with("immutable"), "{hashed}");
        }
        for plain in [
            "app.js",
            "0f3a9c2e.js",
            "app.0f3a9c2.js",
            "well-deadbeef.css",
            "v0f3a9c2e.1/app.js",
            "app.0f3a9c2e",
        ] {
            assert_eq!(cache_control(plain), "public, max-age=300", "{plain}");
        }
    }
}
