//! Cloudflare's REST API: one account's Workers AI and one of its Vectorize indexes.
//!
//! Invariant: an answer is taken only where its envelope says that it worked; the numbers of
//! errors decide before the HTTP status does.

use crate::cloud::address::{BaseUrl, segment};
use crate::cloud::error::{CloudError, one_line};
use crate::cloud::http::{Call, Http, MAX_ANSWER, Reply};
use crate::cloud::secret::Secret;
use crate::cloud::status::Told;
use crate::config::DirectSettings;
use bytes::Bytes;
use hyper::Method;
use olympus_proto::workers_ai::{CloudflareError, Envelope};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::{Duration, Instant};

/// An answer of 100 vectors in JSON may have this many bytes.
const MOST: usize = 8 * MAX_ANSWER;
const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";

/// The account as it is asked.
#[derive(Debug)]
pub(super) struct Rest {
    http: Http,
    base: BaseUrl,
    account: String,
    token: Secret,
    index: String,
}

/// On whose behalf, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Within<'a> {
    request_id: &'a str,
    until: Instant,
    timeout: Duration,
}

impl<'a> Within<'a> {
    pub(super) fn new(request_id: &'a str, timeout: Duration) -> Self {
        Self {
            request_id,
            until: Instant::now() + timeout,
            timeout,
        }
    }

    /// Time left.
    pub(super) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }
}

/// Input of a model whose answer somebody waits for.
#[derive(Serialize)]
struct Hurried<'a, T> {
    #[serde(flatten)]
    input: &'a T,
    options: HurriedOptions,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HurriedOptions {
    /// Says so at once where there is no capacity, instead of waiting for some.
    reject_if_busy: bool,
}

impl Rest {
    pub(super) fn new(base: BaseUrl, settings: &DirectSettings) -> Self {
        Self {
            http: Http::new(),
            base,
            account: segment(&settings.account),
            token: settings.token.clone(),
            index: segment(&settings.index),
        }
    }

    /// Runs a model; with `hurry` it says at once where it is busy.
    pub(super) async fn run<B: Serialize, T: DeserializeOwned>(
        &self,
        within: Within<'_>,
        model: &str,
        input: &B,
        hurry: bool,
    ) -> Result<T, CloudError> {
        let path = format!("/ai/run/{model}");
        if hurry {
            let options = HurriedOptions {
                reject_if_busy: true,
            };
            let body = write(&Hurried { input, options })?;
            self.post(within, &path, JSON, body).await
        } else {
            self.post(within, &path, JSON, write(input)?).await
        }
    }

    /// Posts JSON to the index.
    pub(super) async fn index<B: Serialize, T: DeserializeOwned>(
        &self,
        within: Within<'_>,
        action: &str,
        body: &B,
    ) -> Result<T, CloudError> {
        let path = self.index_path(action);
        self.post(within, &path, JSON, write(body)?).await
    }

    /// Posts lines of JSON to the index.
    pub(super) async fn lines<B: Serialize, T: DeserializeOwned>(
        &self,
        within: Within<'_>,
        action: &str,
        lines: &[B],
    ) -> Result<T, CloudError> {
        let mut body = Vec::new();
        for line in lines {
            body.extend_from_slice(&write(line)?);
            body.push(b'\n');
        }
        let path = self.index_path(action);
        self.post(within, &path, NDJSON, body.into()).await
    }

    /// Asks something of the index.
    pub(super) async fn look<T: DeserializeOwned>(
        &self,
        within: Within<'_>,
        action: &str,
    ) -> Result<T, CloudError> {
        let call = self.call(within, Method::GET, &self.index_path(action));
        self.send(within, &call).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        within: Within<'_>,
        path: &str,
        content_type: &'static str,
        body: Bytes,
    ) -> Result<T, CloudError> {
        let call = Call {
            content_type: Some(content_type),
            body,
            ..self.call(within, Method::POST, path)
        };
        self.send(within, &call).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        within: Within<'_>,
        call: &Call<'_>,
    ) -> Result<T, CloudError> {
        let reply = self.http.call(call).await.map_err(|error| match error {
            // What the caller waited for in all, not for this part of it.
            CloudError::TimedOut(_) => CloudError::TimedOut(within.timeout),
            other => other,
        })?;
        result(reply, within.timeout)
    }

    fn call<'a>(&'a self, within: Within<'a>, method: Method, path: &str) -> Call<'a> {
        let account = &self.account;
        Call {
            method,
            url: self
                .base
                .join(&format!("/client/v4/accounts/{account}{path}")),
            bearer: Some(&self.token),
            request_id: within.request_id,
            timeout: within.left(),
            content_type: None,
            header: None,
            body: Bytes::new(),
            most: MOST,
            // Models answer anew; an upsert or a deletion done twice is done.
            idempotent: true,
        }
    }

    fn index_path(&self, action: &str) -> String {
        format!("/vectorize/v2/indexes/{}{action}", self.index)
    }
}

fn write<B: Serialize>(body: &B) -> Result<Bytes, CloudError> {
    serde_json::to_vec(body)
        .map(Bytes::from)
        .map_err(|error| CloudError::unread("the question cannot be written", error))
}

/// What is in the envelope.
fn result<T: DeserializeOwned>(reply: Reply, timeout: Duration) -> Result<T, CloudError> {
    if !reply.status.is_success() {
        let envelope = serde_json::from_slice::<Envelope<Value>>(&reply.body);
        let first = envelope.ok().and_then(|it| it.errors.into_iter().next());
        return Err(first.map_or_else(
            || reply.refusal(Told::by_status(reply.status), timeout),
            |error| refused(&reply, &error, timeout),
        ));
    }
    let envelope: Envelope<T> = serde_json::from_slice(&reply.body)
        .map_err(|error| CloudError::unread("it is not the JSON that was asked for", error))?;
    match envelope {
        Envelope {
            success: true,
            result: Some(result),
            ..
        } => Ok(result),
        Envelope { errors, .. } => Err(errors.first().map_or_else(
            || CloudError::unreadable("it has neither a result nor an error"),
            |error| refused(&reply, error, timeout),
        )),
    }
}

/// What an error's number means: [the list](https://developers.cloudflare.com/workers-ai/platform/errors/).
fn refused(reply: &Reply, error: &CloudflareError, timeout: Duration) -> CloudError {
    match error.code {
        3036 | 3040 | 40_041 => CloudError::Busy {
            retry_after: reply.retry_after(),
        },
        3007 | 3008 => CloudError::TimedOut(timeout),
        // The model did not manage to answer in the shape that it was told.
        5024 => CloudError::unreadable(one_line(&error.message)),
        code => reply.refusal(
            Told {
                code: code.to_string(),
                message: one_line(&error.message),
            },
            timeout,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::result;
    use crate::cloud::CloudError;
    use crate::cloud::http::Reply;
    use hyper::StatusCode;
    use hyper::header::HeaderMap;
    use std::time::Duration;

    fn error(status: u16, body: &str) -> CloudError {
        let reply = Reply {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
        };
        result::<u32>(reply, Duration::from_secs(2)).expect_err("failed")
    }

    #[test]
    fn numbers_decide_before_the_status_does() {
        for (status, code, expected) in [
            (429, 3036, "Busy"),
            (429, 3040, "Busy"),
            (200, 40_041, "Busy"),
            (408, 3007, "TimedOut(2s)"),
            (400, 3008, "TimedOut(2s)"),
            (400, 5024, "Unreadable"),
            (400, 5007, "Refused { status: 400, code: \"5007\""),
            (403, 5016, "Unauthorized"),
            (401, 10_000, "Unauthorized"),
            (500, 1, "Refused { status: 500"),
        ] {
            let body = format!(
                r#"{{"result":null,"success":false,"errors":[{{"code":{code},"message":"m"}}],"messages":[]}}"#
            );
            let error = format!("{:?}", error(status, &body));
            assert!(error.contains(expected), "{code}: {error}");
        }
    }

    #[test]
    fn what_is_no_envelope_is_no_answer() {
        for body in [
            "",
            "<html>",
            r#"{"result":"text","success":true}"#,
            r#"{"result":null,"success":true}"#,
            r#"{"result":1,"success":false}"#,
        ] {
            let error = error(200, body);
            assert!(matches!(error, CloudError::Unreadable { .. }), "{error:?}");
        }
        assert!(matches!(error(429, "<html>"), CloudError::Busy { .. }));
    }
}
