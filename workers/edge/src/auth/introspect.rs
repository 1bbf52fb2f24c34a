//! Tokens of the auth service, by RFC 7662 introspection over a service binding.
//!
//! Invariant: a token is opaque here. Whatever it says of itself, in a header or in claims, is
//! never read; the auth service alone says whether it holds. A service that does not answer, or
//! answers with anything else than the documented shape, vouches for nobody.

use super::{Principal, cache};
use crate::http::ctx::ExecHandle;
use crate::http::error::EdgeError;
use crate::http::time::now_ms;
use crate::http::var;
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use olympus_proto::LocationId;
use olympus_proto::edge::EdgeScope;
use serde::{Deserialize, Serialize};
use std::pin::pin;
use std::time::Duration;
use worker::{Delay, Env, Headers, Method, Request, RequestInit, Response};

const BINDING: &str = "AUTH";
const URL: &str = "https://auth.internal/introspect";
/// Secret by which the auth service knows this one; not set where it trusts the binding itself.
const OWN_TOKEN: &str = "AUTH_TOKEN";
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a token that holds is believed; also how long after its revocation it may still pass.
const POSITIVE_MS: u64 = 300_000;
/// How long a token that does not hold is not asked about again.
const NEGATIVE_MS: u64 = 30_000;
/// Longest subject that names a caller.
const MAX_SUB_BYTES: usize = 128;
/// Longest answer of the auth service.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// What the auth service says.
#[derive(Debug, Deserialize)]
struct Answer {
    active: bool,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    locations: Vec<String>,
    #[serde(default)]
    exp: Option<u64>,
    #[serde(default)]
    nbf: Option<u64>,
    #[serde(default)]
    sub: String,
}

/// What is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// Of the token.
    sha256: String,
    /// Believed until.
    until_ms: u64,
    /// Nobody, where the token does not hold.
    caller: Option<Caller>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Caller {
    sub: String,
    scope: Option<EdgeScope>,
    locations: Vec<LocationId>,
    /// The end of the token itself.
    #[serde(default)]
    ends_ms: Option<u64>,
}

/// Whom the token speaks for.
pub(super) async fn check(
    env: &Env,
    exec: &ExecHandle,
    token: &str,
) -> Result<Principal, EdgeError> {
    let sha256 = cache::hash(token);
    let key = format!("auth/token/{sha256}");
    let kept = cache::get::<Entry>(env, &key)
        .await
        .filter(|entry| entry.holds_for(&sha256, now_ms()));
    cache::count(kept.is_some());
    let entry = match kept {
        Some(entry) => entry,
        None => {
            let answer = ask(env, token).await?;
            let now = now_ms();
            let entry = Entry::new(sha256.clone(), &answer, now);
            let ttl_s = entry.until_ms.saturating_sub(now) / 1_000;
            cache::put(env, exec, key, &entry, ttl_s);
            entry
        }
    };
    let caller = entry
        .caller
        .ok_or_else(|| EdgeError::unauthorized("the token does not hold, or no longer"))?;
    let id = caller_id(&caller.sub, &sha256);
    Ok(Principal {
        id,
        scope: caller.scope,
        locations: caller.locations,
        ends_ms: caller.ends_ms,
    })
}

/// The subject, where it says one that can be a key; never the id of a device key.
fn caller_id(sub: &str, sha256: &str) -> String {
    let fits = !sub.is_empty() && sub.len() <= MAX_SUB_BYTES && !sub.chars().any(char::is_control);
    if fits {
        format!("sub:{sub}")
    } else {
        format!("token:{}", sha256.get(..32).unwrap_or_default())
    }
}

impl Entry {
    fn new(sha256: String, answer: &Answer, now_ms: u64) -> Self {
        let now_s = now_ms / 1_000;
        // A token without an end is none of this service.
        let ends_ms = answer.exp.unwrap_or(0).saturating_mul(1_000);
        let holds =
            answer.active && ends_ms > now_ms && answer.nbf.is_none_or(|begins| begins <= now_s);
        if !holds {
            return Self {
                sha256,
                until_ms: now_ms + NEGATIVE_MS,
                caller: None,
            };
        }
        Self {
            sha256,
            until_ms: ends_ms.min(now_ms + POSITIVE_MS),
            caller: Some(Caller {
                sub: answer.sub.clone(),
                scope: highest(&answer.scope),
                locations: answer
                    .locations
                    .iter()
                    .map(|id| id.as_str().into())
                    .collect(),
                ends_ms: Some(ends_ms),
            }),
        }
    }

    fn holds_for(&self, sha256: &str, now_ms: u64) -> bool {
        // An entry from the future is somebody's mistake.
        let longest = now_ms.saturating_add(POSITIVE_MS);
        cache::same(&self.sha256, sha256) && now_ms < self.until_ms && self.until_ms <= longest
    }
}

/// The highest scope of this service in a list with spaces; others mean nothing here.
fn highest(scopes: &str) -> Option<EdgeScope> {
    scopes
        .split(' ')
        .filter_map(|scope| scope.parse().ok())
        .max()
}

async fn ask(env: &Env, token: &str) -> Result<Answer, EdgeError> {
    let failed = |cause: String| EdgeError::upstream("the auth service", cause);
    // The whole answer, to its last byte, has to come in time.
    let body = match select(pin!(answer(env, token)), pin!(Delay::from(PATIENCE))).await {
        Either::Left((body, _)) => body.map_err(failed)?,
        Either::Right(_) => return Err(failed(format!("no answer in {PATIENCE:?}"))),
    };
    read(&body).ok_or_else(|| failed("an answer of another shape".to_owned()))
}

/// The body of a good answer, or what is wrong with it.
async fn answer(env: &Env, token: &str) -> Result<Vec<u8>, String> {
    let sent = send(env, token).await;
    let mut response = sent.map_err(|error| error.to_string())?;
    if response.status_code() != 200 {
        return Err(format!("status {}", response.status_code()));
    }
    let mut stream = response.stream().map_err(|error| error.to_string())?;
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| error.to_string())?;
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err("an answer that is too long".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// serde would also take a list of the fields, which no auth service means.
fn read(body: &[u8]) -> Option<Answer> {
    let is_object = body.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(body).ok())?
}

async fn send(env: &Env, token: &str) -> worker::Result<Response> {
    let headers = Headers::new();
    headers.set("content-type", "application/x-www-form-urlencoded")?;
    headers.set("accept", "application/json")?;
    let own = var(env, OWN_TOKEN);
    if !own.is_empty() {
        headers.set("authorization", &format!("Bearer {own}"))?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_body(Some(form(token).into()));
    let request = Request::new_with_init(URL, &init)?;
    env.service(BINDING)?.fetch_request(request).await
}

/// The form; a token's own characters are few, and three of them mean something in a form.
fn form(token: &str) -> String {
    let escaped = token
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    format!("token={escaped}&token_type_hint=access_token")
}

#[cfg(test)]
mod tests {
    use super::{Entry, NEGATIVE_MS, POSITIVE_MS, cache, caller_id, form, highest, read};
    use olympus_proto::edge::EdgeScope;

    const NOW: u64 = 1_800_000_000_000;

    fn entry(answer: &str) -> Entry {
        let answer = read(answer.as_bytes()).unwrap();
        Entry::new(cache::hash("t"), &answer, NOW)
    }

    #[test]
    fn a_token_is_believed_until_its_end_at_most_five_minutes() {
        let long = entry(
            r#"{"active":true,"scope":"kiosk pos","locations":["a"],"exp":1800009999,"sub":"u"}"#,
        );
        assert_eq!(long.until_ms, NOW + POSITIVE_MS);
        let caller = long.caller.unwrap();
        assert_eq!(caller.scope, Some(EdgeScope::Pos));
        assert_eq!(caller.ends_ms, Some(1_800_009_999_000), "for sockets");
        let short = entry(r#"{"active":true,"scope":"kiosk","exp":1800000010}"#);
        assert_eq!(short.until_ms, NOW + 10_000);
    }

    #[test]
    fn what_does_not_hold_is_nobody_for_half_a_minute() {
        for answer in [
            r#"{"active":false}"#,
            r#"{"active":false,"scope":"admin","locations":["a"],"exp":1900000000}"#,
            r#"{"active":true,"scope":"admin","locations":["a"],"exp":1800000000}"#,
            r#"{"active":true,"scope":"admin","locations":["a"],"exp":1}"#,
            r#"{"active":true,"scope":"admin","locations":["a"]}"#,
            r#"{"active":true,"scope":"admin","locations":["a"],"exp":1900000000,"nbf":1800000001}"#,
        ] {
            let entry = entry(answer);
            assert_eq!(entry.caller, None, "{answer}");
            assert_eq!(entry.until_ms, NOW + NEGATIVE_MS);
        }
        for shape in [
            r#"{}"#,
            r#"{"active":"true"}"#,
            r#"{"active":1}"#,
            r#"{"active":true,"locations":"a"}"#,
            r#"{"active":true,"exp":"1900000000"}"#,
            r#"{"active":true,"exp":-1}"#,
            r#"[true]"#,
            r#"[true,"admin",["a"],1900000000]"#,
        ] {
            assert!(read(shape.as_bytes()).is_none(), "{shape}");
        }
    }

    #[test]
    fn an_entry_holds_for_its_own_token_and_time() {
        let entry = entry(r#"{"active":true,"scope":"kiosk","exp":1900000000}"#);
        let own = cache::hash("t");
        assert!(entry.holds_for(&own, NOW));
        assert!(!entry.holds_for(&cache::hash("u"), NOW));
        assert!(!entry.holds_for(&own, NOW + POSITIVE_MS));
        let forged = Entry {
            until_ms: u64::MAX,
            ..entry
        };
        assert!(!forged.holds_for(&own, NOW));
    }

    #[test]
    fn scopes_are_whole_words_in_their_own_case() {
        assert_eq!(highest("openid kiosk device"), Some(EdgeScope::Device));
        for none in ["", "Admin", "admin,pos", "admins", "admin\u{a0}", "ADMIN"] {
            assert_eq!(highest(none), None, "{none}");
        }
    }

    #[test]
    fn no_subject_is_taken_for_a_device_key() {
        assert_eq!(caller_id("key:0a", "ab"), "sub:key:0a");
        let hash = cache::hash("t");
        for odd in ["", "a\nb", &"a".repeat(129)] {
            assert_eq!(caller_id(odd, &hash), format!("token:{}", &hash[..32]));
        }
    }

    #[test]
    fn a_token_cannot_add_fields_to_the_form() {
        assert_eq!(
            form("a+b/c=="),
            "token=a%2Bb%2Fc%3D%3D&token_type_hint=access_token"
        );
    }
}
