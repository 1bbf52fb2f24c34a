//! The payment provider, over its service binding or at `PROVIDER_URL`.
//!
//! Invariant: an answer says what became of a request only where it is whole, in time, and about
//! that request; of everything else it is said what is known: that nothing was done (429, 401), that
//! it never will be (other 4xx), or nothing at all. A request is sent once a call; never again here.

use super::settle::Heard;
use crate::http::error::log;
use crate::http::var;
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use olympus_proto::provider::{Capture, Captured, Found, Lookup, Reference, Refused};
use std::pin::pin;
use std::time::Duration;
use worker::{Delay, Env, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response};

const BINDING: &str = "PROVIDER";
const INTERNAL: &str = "https://provider.internal";
/// Longest answer: 500 captures.
const MAX_ANSWER_BYTES: usize = 512 * 1024;
/// Where the provider does not know this Worker, an admin has to look first.
const UNKNOWN_HERE_MS: u64 = 60_000;

/// An answer.
struct Reply {
    status: u16,
    retry_ms: Option<u64>,
    body: Vec<u8>,
}

/// The provider, as far as it is set up.
#[derive(Debug)]
pub(super) struct Provider {
    env: Env,
    /// Empty where the binding is asked.
    url: String,
    patience: Duration,
}

impl Provider {
    /// Nothing where neither the binding nor the var is there.
    pub(super) fn of(env: &Env, timeout_ms: u64) -> Option<Self> {
        let bound = env.service(BINDING).is_ok();
        let url = var(env, "PROVIDER_URL");
        if !bound && !is_safe(&url) {
            return None;
        }
        Some(Self {
            env: env.clone(),
            url: if bound { String::new() } else { url },
            patience: Duration::from_millis(timeout_ms),
        })
    }

    /// Sends a capture.
    pub(super) async fn capture(&self, capture: &Capture) -> Heard {
        let Ok(body) = serde_json::to_string(capture) else {
            return Heard::NoAnswer;
        };
        let key = capture.reference.as_str();
        match self.post("/v1/captures", body, Some(key)).await {
            Ok(reply) => heard(&reply, &capture.reference),
            Err(cause) => {
                log(&format!("a capture has no answer: {cause}"));
                Heard::NoAnswer
            }
        }
    }

    /// Asks what became of these; nothing where no answer can be used.
    pub(super) async fn lookup(&self, references: Vec<Reference>) -> Result<Vec<Captured>, String> {
        let body = serde_json::to_string(&Lookup { references });
        let body = body.map_err(|error| error.to_string())?;
        let reply = self.post("/v1/captures/lookup", body, None).await?;
        if reply.status != 200 {
            return Err(format!("status {}", reply.status));
        }
        let found: Found =
            serde_json::from_slice(&reply.body).map_err(|error| error.to_string())?;
        Ok(found.captures)
    }

    async fn post(&self, path: &str, body: String, key: Option<&str>) -> Result<Reply, String> {
        let (exchange, patience) = (
            pin!(self.exchange(path, body, key)),
            pin!(Delay::from(self.patience)),
        );
        match select(exchange, patience).await {
            Either::Left((reply, _)) => reply,
            Either::Right(_) => Err(format!("nothing in {:?}", self.patience)),
        }
    }

    async fn exchange(&self, path: &str, body: String, key: Option<&str>) -> Result<Reply, String> {
        let text = |error: worker::Error| error.to_string();
        let request = self.request(path, body, key).map_err(text)?;
        let mut response = match self.url.is_empty() {
            true => self.bound(request).await.map_err(text)?,
            false => Fetch::Request(request).send().await.map_err(text)?,
        };
        let retry_ms = response
            .headers()
            .get("retry-after")
            .map_err(text)?
            .and_then(|seconds| seconds.parse::<u64>().ok())
            .map(|seconds| seconds.saturating_mul(1_000));
        let status = response.status_code();
        let mut body = Vec::new();
        let mut stream = response.stream().map_err(text)?;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(text)?;
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err("an answer that is too long".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply {
            status,
            retry_ms,
            body,
        })
    }

    async fn bound(&self, request: Request) -> worker::Result<Response> {
        self.env.service(BINDING)?.fetch_request(request).await
    }

    fn request(&self, path: &str, body: String, key: Option<&str>) -> worker::Result<Request> {
        let headers = Headers::new();
        headers.set("content-type", "application/json")?;
        headers.set("accept", "application/json")?;
        let token = var(&self.env, "PROVIDER_TOKEN");
        if !token.is_empty() {
            headers.set("authorization", &format!("Bearer {token}"))?;
        }
        if let Some(key) = key {
            headers.set("idempotency-key", key)?;
        }
        let mut init = RequestInit::new();
        init.with_method(Method::Post)
            .with_headers(headers)
            // A card goes to the address that was set, and to no other that it names.
            .with_redirect(RequestRedirect::Manual)
            .with_body(Some(body.into()));
        let origin = match self.url.is_empty() {
            true => INTERNAL,
            false => self.url.trim_end_matches('/'),
        };
        Request::new_with_init(&format!("{origin}{path}"), &init)
    }
}

/// Cards go there: encrypted, or to this machine.
fn is_safe(url: &str) -> bool {
    ["https://", "http://127.0.0.1:", "http://localhost:"]
        .iter()
        .any(|start| url.starts_with(start))
}

/// What an answer to a capture says.
fn heard(reply: &Reply, reference: &Reference) -> Heard {
    match reply.status {
        200 | 201 => match serde_json::from_slice::<Captured>(&reply.body) {
            Ok(captured) if captured.reference == *reference => Heard::Answered(captured),
            _ => Heard::NoAnswer,
        },
        429 => Heard::Busy {
            retry_ms: reply.retry_ms,
        },
        401 | 403 => {
            log("the payment provider does not know this Worker: set the secret PROVIDER_TOKEN");
            Heard::Busy {
                retry_ms: Some(UNKNOWN_HERE_MS),
            }
        }
        408 | 425 => Heard::NoAnswer,
        400..=499 => {
            let refused = serde_json::from_slice::<Refused>(&reply.body);
            let code = refused.map_or_else(|_| format!("status_{}", reply.status), |it| it.code);
            Heard::Refused {
                code: code.chars().take(64).collect(),
            }
        }
        _ => Heard::NoAnswer,
    }
}

#[cfg(test)]
mod tests {
    use super::{Heard, Reply, heard, is_safe};
    use olympus_proto::provider::Reference;

    #[test]
    fn cards_go_over_tls_or_stay_on_this_machine() {
        assert!(is_safe("https://pay.example") && is_safe("http://127.0.0.1:8790"));
        for bad in [
            "",
            "http://pay.example",
            "ftp://x",
            "http://127.0.0.1.evil.example",
        ] {
            assert!(!is_safe(bad), "{bad}");
        }
    }

    #[test]
    fn only_a_whole_answer_about_it_says_what_became_of_it() {
        let reference = Reference("loc.p1".to_owned());
        let said = |status, body: &str| {
            let reply = Reply {
                status,
                retry_ms: Some(7_000),
                body: body.as_bytes().to_vec(),
            };
            heard(&reply, &reference)
        };
        let good = r#"{"reference":"loc.p1","state":"approved","provider_reference":"c","amount_cents":5,"direction":"sale"}"#;
        assert!(matches!(said(200, good), Heard::Answered(_)));
        for (status, body) in [
            (200, &good[..40]),
            (200, &good.replace("p1", "p2")),
            (200, "<html>"),
            (204, good),
            (302, good),
            (408, "{}"),
            (500, good),
            (503, ""),
        ] {
            assert_eq!(said(status, body), Heard::NoAnswer, "{status} {body}");
        }
        let busy = Heard::Busy {
            retry_ms: Some(7_000),
        };
        assert_eq!(said(429, ""), busy);
        let refused = r#"{"code":"reference_reused","message":"x"}"#;
        let code = |heard| match heard {
            Heard::Refused { code } => code,
            _ => String::new(),
        };
        assert_eq!(code(said(409, refused)), "reference_reused");
        assert_eq!(code(said(422, "")), "status_422");
    }
}
