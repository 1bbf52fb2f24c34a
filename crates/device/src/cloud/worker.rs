//! The restaurant's own Worker, asked with the device's key `oek_…`.
//!
//! Invariant: an answer made for another menu than this device serves is never passed on. Never
//! sends the key anywhere but to the address that was set.

mod live;
mod location;

use super::address::{BaseUrl, is_dots, segment};
use super::checks;
use super::error::CloudError;
use super::http::{Call, Http, MAX_ANSWER, Reply};
use super::secret::Secret;
use super::{
    Backup, BackupEntry, Calling, CloudApi, CloudAsk, CloudHits, CloudImage, CloudIntent, HitKind,
    MAX_BACKUP, Picture, SearchAsk, SoldOutAsk, backup_name, sha256_hex,
};
use bytes::Bytes;
use hyper::Method;
use hyper::header::HeaderName;
use olympus_proto::edge::{
    EmbedRequest, EmbedResponse, ImageResponse, PublishRequest, PublishStatus, SoldOut,
};
use olympus_proto::{IntentRequest, IntentResponse, LocationId, Meta, SearchResponse};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const JSON: &str = "application/json";
const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-content-sha256");
const DEADLINE: HeaderName = HeaderName::from_static("x-deadline-ms");
/// The longest deadline that the Worker reads.
const LONGEST_MS: u128 = 60_000;

/// The Worker of one location.
#[derive(Debug)]
pub struct Worker {
    http: Http,
    base: BaseUrl,
    location: String,
    key: Secret,
}

/// Answer of `GET …/backups`.
#[derive(Deserialize)]
struct Backups {
    backups: Vec<BackupEntry>,
}

impl Worker {
    /// The Worker at `base`, asked for `location` with `key`.
    #[must_use]
    pub fn new(base: BaseUrl, location: &LocationId, key: Secret) -> Self {
        Self {
            http: Http::new(),
            location: segment(location.as_str()),
            base,
            key,
        }
    }

    /// A call below this location.
    fn call<'a, T>(&'a self, ask: &'a CloudAsk<T>, method: Method, path: &str) -> Call<'a> {
        let location = &self.location;
        Call {
            method,
            url: self
                .base
                .join(&format!("/api/v1/locations/{location}{path}")),
            bearer: Some(&self.key),
            request_id: &ask.request_id,
            timeout: ask.timeout,
            content_type: None,
            header: None,
            body: Bytes::new(),
            most: MAX_ANSWER,
            // All that is asked here is a question, or says how things are to be: said twice is
            // the same as said once.
            idempotent: true,
        }
    }

    /// A question to a model: the Worker plans with the time that its answer is of use.
    fn question<'a, T>(&'a self, ask: &'a CloudAsk<T>, path: &str) -> Call<'a> {
        let useful = ask.useful.as_millis().clamp(1, LONGEST_MS);
        Call {
            header: Some((DEADLINE, useful.to_string())),
            ..self.call(ask, Method::POST, path)
        }
    }

    /// Makes a call with a JSON body.
    async fn send<B: Serialize>(&self, call: Call<'_>, body: &B) -> Result<Reply, CloudError> {
        let body = serde_json::to_vec(body)
            .map_err(|error| CloudError::unread("the question cannot be written", error))?;
        let call = Call {
            content_type: Some(JSON),
            body: body.into(),
            ..call
        };
        self.http.call(&call).await
    }
}

/// A dish that no address names: what stands there for it is another route, however it is escaped.
fn no_path(item: &str) -> CloudError {
    CloudError::Refused {
        status: 400,
        code: "invalid_request".to_owned(),
        message: format!("no address names the item `{item}`; give it another id"),
    }
}

/// The digest of the menu that an answer was made from, if it is the one that was asked about.
fn same_menu(meta: &Meta, digest: &str) -> Result<String, CloudError> {
    match &meta.menu_digest {
        Some(found) if found == digest => Ok(found.clone()),
        found => Err(CloudError::WrongMenu {
            found: found.clone(),
        }),
    }
}

impl CloudApi for Worker {
    fn intent<'a>(&'a self, ask: &'a CloudAsk<IntentRequest>) -> Calling<'a, CloudIntent> {
        Box::pin(async move {
            let reply = self.send(self.question(ask, "/intent"), &ask.what).await?;
            let response: IntentResponse = reply.json(ask.timeout)?;
            Ok(CloudIntent {
                answer: checks::intent(response.answer)?,
                model: response.meta.model,
            })
        })
    }

    fn search<'a>(&'a self, ask: &'a CloudAsk<SearchAsk>) -> Calling<'a, CloudHits> {
        Box::pin(async move {
            let SearchAsk { request, digest } = &ask.what;
            let call = self.question(ask, "/menu/search");
            let reply = self.send(call, request).await?;
            let SearchResponse { hits, meta, .. } = reply.json(ask.timeout)?;
            Ok(CloudHits {
                digest: same_menu(&meta, digest)?,
                space: meta.space,
                model: meta.model,
                kind: HitKind::Ranked,
                hits: checks::scores(hits.into_iter().map(|hit| (hit.id, hit.score)))?,
            })
        })
    }

    fn image<'a>(&'a self, ask: &'a CloudAsk<Picture>) -> Calling<'a, CloudImage> {
        Box::pin(async move {
            let call = Call {
                content_type: Some(ask.what.format.media_type()),
                body: ask.what.bytes.clone(),
                ..self.question(ask, "/image")
            };
            let response: ImageResponse = self.http.call(&call).await?.json(ask.timeout)?;
            same_menu(&response.meta, &ask.what.digest)?;
            let recognised = response.recognised.into_iter();
            Ok(CloudImage {
                seen: response.seen,
                recognised: checks::scores(recognised.map(|it| (it.item, it.confidence)))?,
                model: response.meta.model,
            })
        })
    }

    fn embed<'a>(&'a self, ask: &'a CloudAsk<Vec<String>>) -> Calling<'a, EmbedResponse> {
        Box::pin(async move {
            let body = EmbedRequest {
                texts: ask.what.clone(),
            };
            let reply = self.send(self.question(ask, "/embeddings"), &body).await?;
            let EmbedResponse { space, data } = reply.json(ask.timeout)?;
            let data = checks::unit_vectors(data, ask.what.len())?;
            Ok(EmbedResponse { space, data })
        })
    }

    fn publish<'a>(&'a self, ask: &'a CloudAsk<Arc<PublishRequest>>) -> Calling<'a, PublishStatus> {
        Box::pin(async move {
            let menu: &PublishRequest = &ask.what;
            let reply = self
                .send(self.call(ask, Method::PUT, "/menu"), menu)
                .await?;
            reply.json(ask.timeout)
        })
    }

    fn publish_status<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, PublishStatus> {
        Box::pin(async move {
            let call = self.call(ask, Method::GET, "/menu/status");
            self.http.call(&call).await?.json(ask.timeout)
        })
    }

    fn sold_out<'a>(&'a self, ask: &'a CloudAsk<SoldOutAsk>) -> Calling<'a, ()> {
        Box::pin(async move {
            let item = ask.what.item.as_str();
            if is_dots(item) {
                return Err(no_path(item));
            }
            let item = segment(item);
            let path = format!("/menu/items/{item}/availability");
            let body = SoldOut {
                sold_out: ask.what.sold_out,
            };
            let call = self.call(ask, Method::PATCH, &path);
            let reply = self.send(call, &body).await?;
            reply.success(ask.timeout).map(drop)
        })
    }

    fn backup_put<'a>(&'a self, ask: &'a CloudAsk<Backup>) -> Calling<'a, ()> {
        Box::pin(async move {
            let Backup { name, bytes } = &ask.what;
            backup_name(name)?;
            let call = Call {
                content_type: Some("application/octet-stream"),
                header: Some((CONTENT_SHA256, sha256_hex(bytes))),
                body: bytes.clone(),
                ..self.call(ask, Method::PUT, &format!("/backups/{name}"))
            };
            let reply = self.http.call(&call).await?;
            reply.success(ask.timeout).map(drop)
        })
    }

    fn backup_get<'a>(&'a self, ask: &'a CloudAsk<String>) -> Calling<'a, Bytes> {
        Box::pin(async move {
            backup_name(&ask.what)?;
            let call = Call {
                most: MAX_BACKUP,
                ..self.call(ask, Method::GET, &format!("/backups/{}", ask.what))
            };
            let reply = self.http.call(&call).await?.success(ask.timeout)?;
            let told = reply.headers.get(CONTENT_SHA256);
            if told.is_some_and(|told| told.as_bytes() != sha256_hex(&reply.body).as_bytes()) {
                let what = "the backup's bytes do not have the SHA-256 that it was kept with";
                return Err(CloudError::unreadable(what));
            }
            Ok(reply.body)
        })
    }

    fn backup_list<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, Vec<BackupEntry>> {
        Box::pin(async move {
            let call = self.call(ask, Method::GET, "/backups");
            let Backups { mut backups } = self.http.call(&call).await?.json(ask.timeout)?;
            backups.sort_by_key(|entry| std::cmp::Reverse(entry.uploaded_ms));
            Ok(backups)
        })
    }

    fn ping<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, ()> {
        Box::pin(async move {
            let call = Call {
                url: self.base.join("/healthz"),
                bearer: None,
                ..self.call(ask, Method::GET, "")
            };
            let reply = self.http.call(&call).await?;
            reply.success(ask.timeout).map(drop)
        })
    }
}
