//! A write: its headers, its body, and the till's answer.

use super::super::body::{json, media_type, parse, read};
use super::super::endpoint::Endpoint;
use super::super::error::HttpError;
use super::super::state::{AppState, Ctx};
use super::Answer;
use crate::keys::Scope;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use olympus_proto::ErrorCode;
use olympus_proto::pos::Order;
use olympus_store::{Asked, Command, Done, Reply};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Names a write, so that it is done once however often it is sent.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Says that the answer is that of the first time.
pub(crate) const REPLAYED: &str = "idempotent-replayed";

/// A write that was read and not yet understood.
pub(super) struct Write {
    key: String,
    if_match: Option<u64>,
    digest: [u8; 32],
    body: Bytes,
}

impl Write {
    /// Reads headers and body, within their limits.
    pub(super) async fn read(
        state: &AppState,
        endpoint: Endpoint,
        request: Request,
    ) -> Result<Self, HttpError> {
        let key = key_of(request.headers())?;
        let if_match = if_match_of(endpoint, request.headers())?;
        let mut hash = Sha256::new();
        hash.update(request.method().as_str());
        hash.update([0]);
        hash.update(request.uri().path());
        hash.update([0]);
        let media = media_type(&request);
        let max = endpoint.class().max_body_bytes();
        let body = read(request, max, state.limits.body_timeout).await?;
        if !body.is_empty() && media != "application/json" {
            return Err(HttpError::new(
                ErrorCode::UnsupportedMediaType,
                "send content-type: application/json",
            ));
        }
        hash.update(&body);
        Ok(Self {
            key,
            if_match,
            digest: hash.finalize().into(),
            body,
        })
    }

    /// What was sent; nothing at all is `{}`.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        match self.body.trim_ascii_start().first() {
            None => parse(b"{}"),
            Some(b'{') => parse(&self.body),
            // serde would take a list for the fields in their order.
            Some(_) => Err(HttpError::invalid("the body must be a JSON object")),
        }
    }

    /// Has the till do it.
    pub(super) async fn ask(
        self,
        state: &AppState,
        ctx: &Ctx,
        command: Command,
    ) -> Result<Done, HttpError> {
        if needs_menu(&command) && !state.till.shelf().is_stocked() {
            // Says that the model is still being loaded, where that is so.
            state.service()?;
        }
        let asked = Asked {
            key: self.key,
            digest: self.digest,
            if_match: self.if_match,
            command,
        };
        Ok(state.till.ask(asked, ctx.call.deadline).await?)
    }
}

/// The whole of it, where nothing else is to be looked at.
pub(super) async fn write<T: DeserializeOwned>(
    state: &AppState,
    ctx: &Ctx,
    endpoint: Endpoint,
    request: Request,
    command: impl FnOnce(T) -> Command,
) -> Answer {
    let write = Write::read(state, endpoint, request).await?;
    let body = write.body()?;
    answer(&write.ask(state, ctx, command(body)).await?)
}

/// The till's answer on the wire.
pub(super) fn answer(done: &Done) -> Answer {
    let mut response = match &done.reply {
        Reply::Order(order) => with_tag(json(order)?, order),
        Reply::Payment(payment) => json(payment)?,
        Reply::Stock(stock) => json(stock)?,
        Reply::Ticket(ticket) => json(ticket)?,
        Reply::Nothing => json(&serde_json::Map::new())?,
    };
    if done.replayed {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert(REPLAYED, yes);
    }
    Ok(response)
}

/// The revision of an order, for `if-match`.
pub(super) fn with_tag(mut response: Response, order: &Order) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", order.revision)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Refuses what a kiosk's guest may not say.
pub(super) fn staff_only(ctx: &Ctx, what: &str) -> Result<(), HttpError> {
    match ctx.scope {
        Some(Scope::Kiosk) => Err(HttpError::new(
            ErrorCode::Forbidden,
            format!("{what} is for staff: use a key of scope pos"),
        )),
        _ => Ok(()),
    }
}

fn needs_menu(command: &Command) -> bool {
    match command {
        Command::OpenOrder(order) => !order.lines.is_empty(),
        Command::AddLines(..) => true,
        Command::ChangeLine(_, _, change) => change.void.is_none(),
        _ => false,
    }
}

fn key_of(headers: &HeaderMap) -> Result<String, HttpError> {
    let key = headers.get(IDEMPOTENCY_KEY).map(HeaderValue::as_bytes);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    match key {
        Some(key) if (1..=128).contains(&key.len()) && key.iter().all(plain) => {
            Ok(String::from_utf8_lossy(key).into_owned())
        }
        Some(_) => Err(HttpError::invalid(
            "idempotency-key must be 1 to 128 of A-Z a-z 0-9 . _ -",
        )),
        None => Err(HttpError::invalid(
            "send an idempotency-key, made anew for each thing to be done (a UUID) and sent again \
             with it: it is then done once however often it is sent",
        )),
    }
}

fn if_match_of(endpoint: Endpoint, headers: &HeaderMap) -> Result<Option<u64>, HttpError> {
    let Some(tag) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    if !endpoint.has_revision() {
        return Err(HttpError::invalid(
            "if-match is read by changes of an order alone",
        ));
    }
    let text = tag.to_str().unwrap_or_default().trim();
    let number = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    match number.unwrap_or(text).parse() {
        Ok(revision) => Ok(Some(revision)),
        Err(_) => Err(HttpError::invalid(
            "if-match must be the etag of the order, e.g. \"3\"",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, HeaderMap, HeaderValue, if_match_of, key_of};
    use axum::http::header::IF_MATCH;

    #[test]
    fn keys_are_asked_for_and_checked() {
        let with = |key: &str| {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(key).expect("a header");
            headers.insert(super::IDEMPOTENCY_KEY, value);
            key_of(&headers)
        };
        assert!(key_of(&HeaderMap::new()).is_err());
        for good in ["a", "0195-a_B.c", &"k".repeat(128)] {
            assert_eq!(with(good).expect("is one"), good);
        }
        for bad in ["", " ", "a b", "ä", "a/b", "\"a\"", &"k".repeat(129)] {
            assert!(with(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_revision_is_read_as_a_tag_and_as_a_number() {
        let with = |endpoint, tag: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_MATCH, HeaderValue::from_static(tag));
            if_match_of(endpoint, &headers)
        };
        assert_eq!(with(Endpoint::Fire, "\"3\"").expect("is one"), Some(3));
        assert_eq!(with(Endpoint::Pay, "12").expect("is one"), Some(12));
        for bad in ["*", "", "\"3", "-1", "W/\"3\"", "\"3\", \"4\""] {
            assert!(with(Endpoint::Fire, bad).is_err(), "{bad}");
        }
        assert!(with(Endpoint::CountStock, "\"3\"").is_err());
        assert_eq!(
            if_match_of(Endpoint::CountStock, &HeaderMap::new()).expect("none"),
            None
        );
    }
}
