//! One HTTP client for all that asks the cloud: HTTP/1.1 over a pool of kept connections.
//!
//! Invariant: a call ends within its time, connecting, sending and reading included; an answer
//! is no longer than allowed; a redirect is never followed, so a key goes to the address that
//! was set and to no other. The clock of this device plays no part: keys are bearer keys, and a
//! `retry-after` that is a date is read against the answer's own `date`. Never retries, except
//! once where a kept connection turned out to be closed and asking twice does no harm.

use super::error::CloudError;
use super::secret::Secret;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{
    AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT,
};
use hyper::{Method, Request, Response, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{HttpConnector, HttpInfo};
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::collections::VecDeque;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest answer but for backups.
pub(crate) const MAX_ANSWER: usize = 1024 * 1024;
/// How long a connection is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(90);
/// Most connections kept.
const MOST_IDLE: usize = 8;
/// Longest `retry-after` that is believed.
const MOST_WAIT: Duration = Duration::from_secs(24 * 3_600);
/// After which an address that does not answer is given up.
const CONNECT: Duration = Duration::from_secs(5);
pub(super) const AGENT: &str = concat!("olympus-edge/", env!("CARGO_PKG_VERSION"));
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

type Hyper = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The client. Make one and keep it: the pool is what makes a call fast.
#[derive(Debug)]
pub(crate) struct Http {
    pooled: Hyper,
    /// Keeps nothing, so that its connections are new.
    fresh: Hyper,
    /// Our ends of connections that have answered: the newest at the back.
    answered: Mutex<VecDeque<SocketAddr>>,
}

/// One call.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) bearer: Option<&'a Secret>,
    pub(crate) request_id: &'a str,
    pub(crate) timeout: Duration,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) header: Option<(HeaderName, String)>,
    pub(crate) body: Bytes,
    /// Longest answer.
    pub(crate) most: usize,
    /// Whether asking twice does no harm.
    pub(crate) idempotent: bool,
}

/// A whole answer, of whatever status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Http {
    pub(crate) fn new() -> Self {
        Self {
            pooled: client(MOST_IDLE),
            fresh: client(0),
            answered: Mutex::default(),
        }
    }

    /// Sends a call and reads the answer.
    ///
    /// # Errors
    /// `Unreachable`, `TimedOut` or `Unreadable`; what an answer's status means is the caller's.
    pub(crate) async fn call(&self, call: &Call<'_>) -> Result<Reply, CloudError> {
        let request = call.request()?;
        tokio::time::timeout(call.timeout, self.exchange(call, request))
            .await
            .map_err(|_| CloudError::TimedOut(call.timeout))?
    }

    async fn exchange(
        &self,
        call: &Call<'_>,
        request: Request<Full<Bytes>>,
    ) -> Result<Reply, CloudError> {
        let response = match self.pooled.request(request.clone()).await {
            Err(error) if call.idempotent && self.was_stale(&error) => {
                self.fresh.request(request).await
            }
            first => first,
        };
        let response = response.map_err(failed)?;
        self.remember(&response);
        let (head, body) = response.into_parts();
        Ok(Reply {
            status: head.status,
            headers: head.headers,
            body: read(body, call.most).await?,
        })
    }

    /// Whether the connection had answered before and was found closed: the server had let go of
    /// it, which says nothing about whether it would answer.
    fn was_stale(&self, error: &ClientError) -> bool {
        let closed = causes(error).any(|cause| {
            cause
                .downcast_ref::<hyper::Error>()
                .is_some_and(|error| error.is_incomplete_message() || error.is_canceled())
                || cause
                    .downcast_ref::<std::io::Error>()
                    .is_some_and(is_closed)
        });
        let mut extensions = hyper::http::Extensions::new();
        if let Some(connection) = error.connect_info() {
            connection.get_extras(&mut extensions);
        }
        closed
            && extensions.get::<HttpInfo>().is_some_and(|info| {
                let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
                answered.contains(&info.local_addr())
            })
    }

    fn remember(&self, response: &Response<Incoming>) {
        let Some(info) = response.extensions().get::<HttpInfo>() else {
            return;
        };
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if !answered.contains(&info.local_addr()) {
            answered.push_back(info.local_addr());
        }
        if answered.len() > 4 * MOST_IDLE {
            answered.pop_front();
        }
    }
}

impl Call<'_> {
    /// The key, as a header has it.
    pub(super) fn authorization(&self) -> Result<Option<HeaderValue>, CloudError> {
        let Some(secret) = self.bearer else {
            return Ok(None);
        };
        // A value that no header can hold must not be quoted in an error.
        let value = HeaderValue::try_from(format!("Bearer {}", secret.reveal()));
        let mut value = value.map_err(|_| CloudError::Unauthorized {
            status: 401,
            message: "the key has characters that no key has".to_owned(),
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    fn request(&self) -> Result<Request<Full<Bytes>>, CloudError> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.url)
            .header(USER_AGENT, AGENT)
            .header(REQUEST_ID, self.request_id);
        if let Some(value) = self.authorization()? {
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(kind) = self.content_type {
            request = request.header(CONTENT_TYPE, kind);
        }
        if let Some((name, value)) = &self.header {
            request = request.header(name, value);
        }
        request
            .body(Full::new(self.body.clone()))
            .map_err(CloudError::unreachable)
    }
}

impl Reply {
    /// How long to stay away, where it says so: seconds, or a date against its own `date`.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds).min(MOST_WAIT));
        }
        let until = httpdate::parse_http_date(text).ok()?;
        let date = self.headers.get(DATE)?.to_str().ok()?;
        let now = httpdate::parse_http_date(date).ok()?;
        let wait = until.duration_since(now).unwrap_or_default();
        Some(wait.min(MOST_WAIT))
    }
}

fn client(most_idle: usize) -> Hyper {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT));
    tcp.set_keepalive(Some(Duration::from_secs(60)));
    let connector = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(most_idle)
        .build(connector)
}

/// The body, as long as it is not too long.
async fn read(mut body: Incoming, most: usize) -> Result<Bytes, CloudError> {
    let too_long = || CloudError::unreadable(format!("it is longer than {most} bytes"));
    let told = body.size_hint().lower();
    if told > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(too_long());
    }
    let mut whole = BytesMut::with_capacity(usize::try_from(told).unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(CloudError::unreachable)?;
        if let Some(data) = frame.data_ref() {
            if whole.len() + data.len() > most {
                return Err(too_long());
            }
            whole.extend_from_slice(data);
        }
    }
    Ok(whole.freeze())
}

fn failed(error: ClientError) -> CloudError {
    let garbled = causes(&error).any(|cause| {
        cause
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_parse)
    });
    if garbled {
        CloudError::unread("it is no HTTP", error)
    } else {
        CloudError::unreachable(error)
    }
}

fn is_closed(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected
    )
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        error.source()
    })
}

#[cfg(test)]
mod tests;
