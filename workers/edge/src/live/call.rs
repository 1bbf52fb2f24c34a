//! How the Worker talks to its objects: plain HTTP that never leaves the platform.
//!
//! Invariant: every request to an object is made here from nothing; no header or query of the
//! client is passed on unless named. So what the object reads of the caller is what the Worker
//! verified, and a client cannot forge it.

use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use olympus_proto::ErrorCode;
use olympus_proto::edge::EdgeScope;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use worker::url::form_urlencoded;
use worker::{Headers, Method, Request, RequestInit, Response, Stub};

/// Header that carries the verified caller into an object.
const CALLER_HEADER: &str = "x-edge-caller";
/// Objects are addressed by binding and name; the host says nothing.
const ORIGIN: &str = "https://object.internal";

/// Whom the Worker verified, as an object needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Caller {
    /// Who it is.
    pub(crate) subject: String,
    /// What it may do.
    pub(crate) scope: EdgeScope,
    /// When its token ends, milliseconds since 1970; `None` for a device key.
    #[serde(default)]
    pub(crate) ends_ms: Option<u64>,
}

impl Caller {
    /// The caller of a route.
    pub(crate) fn new(ctx: &Ctx) -> Result<Self, EdgeError> {
        let scope = ctx.principal.scope;
        Ok(Self {
            subject: ctx.principal.id.clone(),
            scope: scope.ok_or_else(|| EdgeError::internal("a scoped route without a scope"))?,
            ends_ms: ctx.principal.ends_ms,
        })
    }

    /// As a header's value: ASCII, whatever the fields hold.
    fn to_header(&self) -> Result<String, EdgeError> {
        let json = serde_json::to_string(self).map_err(EdgeError::internal)?;
        Ok(form_urlencoded::byte_serialize(json.as_bytes()).collect())
    }

    /// The caller that [`Caller::to_header`] wrote.
    fn from_header(value: &str) -> Option<Self> {
        // A list of pairs with one key and no value is how a lone text is decoded.
        let (json, _) = form_urlencoded::parse(value.as_bytes()).next()?;
        serde_json::from_str(&json).ok()
    }

    /// The caller of a request that an object received.
    pub(crate) fn of(request: &Request) -> Result<Self, EdgeError> {
        request
            .headers()
            .get(CALLER_HEADER)?
            .as_deref()
            .and_then(Self::from_header)
            .ok_or_else(|| EdgeError::internal("an object was called without a caller"))
    }
}

/// Full for now.
pub(crate) fn overloaded(message: &str) -> EdgeError {
    EdgeError {
        retry_after_s: Some(30),
        ..EdgeError::new(ErrorCode::Overloaded, message)
    }
}

/// An [`EdgeError`] between an object and the Worker.
#[derive(Debug, Serialize, Deserialize)]
struct Refusal {
    code: ErrorCode,
    message: String,
    #[serde(default)]
    retry_after_s: Option<u32>,
}

/// Calls an object with a body and reads its answer.
pub(crate) async fn call<B: Serialize, R: DeserializeOwned>(
    stub: &Stub,
    path: &str,
    body: &B,
    caller: Option<&Caller>,
) -> Result<R, EdgeError> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    if let Some(caller) = caller {
        headers.set(CALLER_HEADER, &caller.to_header()?)?;
    }
    let body = serde_json::to_string(body).map_err(EdgeError::internal)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_body(Some(body.into()));
    let request = Request::new_with_init(&format!("{ORIGIN}{path}"), &init)?;
    let mut response = stub.fetch_with_request(request).await?;
    if response.status_code() == 200 {
        return Ok(response.json().await?);
    }
    Err(refusal(&mut response).await)
}

/// The error that an object answered with.
async fn refusal(response: &mut Response) -> EdgeError {
    match response.json::<Refusal>().await {
        Ok(refusal) => EdgeError {
            retry_after_s: refusal.retry_after_s,
            ..EdgeError::new(refusal.code, refusal.message)
        },
        Err(error) => error.into(),
    }
}

/// Hands a WebSocket upgrade to an object; `query` is all that it learns of the client's.
pub(crate) async fn upgrade(
    stub: &Stub,
    path: &str,
    query: &[(&str, &str)],
    caller: &Caller,
    request: &Request,
) -> Answer {
    let wants = request.headers().get("upgrade")?.unwrap_or_default();
    if !wants.eq_ignore_ascii_case("websocket") {
        return Err(EdgeError::new(
            ErrorCode::UpgradeRequired,
            "this route speaks WebSocket; send `Upgrade: websocket`",
        ));
    }
    let headers = Headers::new();
    headers.set("upgrade", "websocket")?;
    headers.set(CALLER_HEADER, &caller.to_header()?)?;
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    let mut init = RequestInit::new();
    init.with_method(Method::Get).with_headers(headers);
    let request = Request::new_with_init(&format!("{ORIGIN}{path}?{query}"), &init)?;
    let mut response = stub.fetch_with_request(request).await?;
    if response.status_code() == 101 {
        return Ok(response);
    }
    Err(refusal(&mut response).await)
}

/// An object's answer to [`call`].
pub(crate) fn answer<T: Serialize>(result: Result<T, EdgeError>) -> worker::Result<Response> {
    match result {
        Ok(value) => Response::from_json(&value),
        Err(error) => refused(error),
    }
}

/// An object's refusal.
pub(crate) fn refused(error: EdgeError) -> worker::Result<Response> {
    let status = error.code.http_status();
    Ok(Response::from_json(&Refusal {
        code: error.code,
        message: error.message,
        retry_after_s: error.retry_after_s,
    })?
    .with_status(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_survives_its_header() {
        let caller = Caller {
            subject: "kiosk ü+%&=\r\n\"1\"".into(),
            scope: EdgeScope::Kiosk,
            ends_ms: Some(1_800_000_000_000),
        };
        let header = caller.to_header().unwrap();
        assert!(
            header.bytes().all(|byte| byte.is_ascii_graphic()),
            "{header}"
        );
        assert_eq!(Caller::from_header(&header), Some(caller));
        assert_eq!(Caller::from_header(""), None);
        assert_eq!(Caller::from_header("{}"), None);
    }
}
