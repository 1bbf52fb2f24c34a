//! The routed questions: how each is answered on this device, how by the cloud, and how the answer
//! is given.
//!
//! Invariant: a question is checked before anybody is asked, so that what cannot be answered never
//! costs a call. Batches, completions, orders and embeddings are not routed.

use super::Shell;
use super::flight::Key;
use super::job::{Calling, Fault, Given, Job, Local};
use crate::cloud::{CloudAsk, ImageFormat, Picture, SearchAsk};
use crate::service::{Call, Service, ServiceError, Way};
use crate::wire::{UnderstandRequest, UnderstandResponse};
use bytes::Bytes;
use olympus_core::image::MAX_CHOICES;
use olympus_core::route::Policy;
use olympus_proto::edge::ImageResponse;
use olympus_proto::{IntentRequest, IntentResponse, SearchRequest, SearchResponse};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Dishes that the cloud is asked for beyond the page: some of its best may not be to be had here.
const SPARE: usize = 20;
/// Most that it can be asked for.
const MOST: usize = 100;
/// A call has a little longer than the router gives it: the router calls it off, and knows then
/// whether its time was fair.
const GRACE: Duration = Duration::from_millis(100);

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) service: Arc<Service>,
    /// With the outer deadline, after which nobody waits.
    pub(crate) call: Call,
    /// When the answer is of no more use, where the client said so.
    pub(crate) deadline: Option<Instant>,
    /// `x-route-policy`.
    pub(crate) forced: Option<Policy>,
}

impl Shell {
    /// The intent of a text.
    pub(crate) async fn intent(
        self: &Arc<Self>,
        asking: &Asking,
        request: IntentRequest,
    ) -> Result<IntentResponse, Arc<ServiceError>> {
        // No model sees a difference in white space, so it makes no other question either.
        let text = olympus_menu::checked_text(&request.text).map_err(refused)?;
        let request = Arc::new(IntentRequest { text, ..request });
        let local = asking.here(&request, |service, call, request| {
            service.decided(call, &request.text, request.context.as_ref())
        });
        let (shell, there, asked) = (Arc::clone(self), asking.clone(), Arc::clone(&request));
        let cloud = move |timeout| -> Calling<_> {
            let (shell, there) = (Arc::clone(&shell), there.clone());
            let ask = there.ask(timeout, IntentRequest::clone(&asked));
            Box::pin(async move {
                let from = shell.cloud.intent(&ask).await?;
                Ok(there.service.decided_by_cloud(from))
            })
        };
        let job = asking.job(asking.key(&*request), Some(local), cloud);
        let (what, way) = taken(self.drive(job).await?);
        Ok(asking.service.say_intent(&asking.call, way, what))
    }

    /// Intent and dishes: the intent is routed, the dishes are found here as it asks for.
    pub(crate) async fn understand(
        self: &Arc<Self>,
        asking: &Asking,
        request: UnderstandRequest,
    ) -> Result<UnderstandResponse, Arc<ServiceError>> {
        asking.service.check_understand(&request).map_err(refused)?;
        let request = Arc::new(request);
        let local = asking.here(&request, |service, call, request| {
            service.understood(call, request)
        });
        let (shell, there, asked) = (Arc::clone(self), asking.clone(), Arc::clone(&request));
        let cloud = move |timeout| -> Calling<_> {
            let (shell, there, asked) = (Arc::clone(&shell), there.clone(), Arc::clone(&asked));
            let question = IntentRequest {
                text: asked.text.clone(),
                context: asked.context.clone(),
            };
            let ask = there.ask(timeout, question);
            Box::pin(async move {
                let from = shell.cloud.intent(&ask).await?;
                let finish = move |service: &Service, call: &Call| {
                    let decided = service.decided_by_cloud(from);
                    service.understood_as(call, &asked, Some(decided))
                };
                shell.finish(&there, finish).await
            })
        };
        let job = asking.job(asking.key(&*request), Some(local), cloud);
        let (mut what, way) = taken(self.drive(job).await?);
        let found = &mut what.found;
        asking.service.recheck(&mut found.hits, &found.filter);
        Ok(asking.service.say_understood(&asking.call, way, what))
    }

    /// Dishes that fit a query.
    pub(crate) async fn search(
        self: &Arc<Self>,
        asking: &Asking,
        request: SearchRequest,
    ) -> Result<SearchResponse, Arc<ServiceError>> {
        let asked = olympus_menu::Asked::of(&request).map_err(refused)?;
        let digest = asking.service.digest().unwrap_or_default();
        let mut asking = asking.clone();
        if asked.text.is_empty() || digest.is_empty() {
            // A list of the menu: there is nothing to find out.
            asking.forced = Some(Policy::LocalOnly);
        }
        let request = Arc::new(request);
        let local = asking.here(&request, |service, call, request| {
            service.found(call, request)
        });
        let (shell, there, asked) = (Arc::clone(self), asking.clone(), Arc::clone(&request));
        let cloud = move |timeout| -> Calling<_> {
            let (shell, there, asked) = (Arc::clone(&shell), there.clone(), Arc::clone(&asked));
            let wider = SearchRequest {
                limit: asked.limit.saturating_add(SPARE).min(MOST),
                ..SearchRequest::clone(&asked)
            };
            let question = SearchAsk {
                request: wider,
                digest: digest.clone(),
            };
            let ask = there.ask(timeout, question);
            Box::pin(async move {
                let from = shell.cloud.search(&ask).await?;
                let finish = move |service: &Service, call: &Call| {
                    service.found_by_cloud(call, &asked, from)
                };
                shell.finish(&there, finish).await
            })
        };
        let job = asking.job(asking.key(&*request), Some(local), cloud);
        let (mut what, way) = taken(self.drive(job).await?);
        asking.service.recheck(&mut what.hits, &what.filter);
        Ok(asking.service.say_found(&asking.call, way, what))
    }

    /// Dishes in a picture. This device has no model for it: it is the cloud or an error.
    pub(crate) async fn image(
        self: &Arc<Self>,
        asking: &Asking,
        format: ImageFormat,
        bytes: Bytes,
    ) -> Result<ImageResponse, Arc<ServiceError>> {
        let digest = asking.service.digest().unwrap_or_default();
        let (shell, there) = (Arc::clone(self), asking.clone());
        let cloud = move |timeout| -> Calling<_> {
            let (shell, there) = (Arc::clone(&shell), there.clone());
            let picture = Picture {
                format,
                bytes: bytes.clone(),
                digest: digest.clone(),
                dishes: there.service.dishes_now(MAX_CHOICES),
            };
            let ask = there.ask(timeout, picture);
            Box::pin(async move {
                let from = shell.cloud.image(&ask).await?;
                let digest = ask.what.digest;
                let finish = move |service: &Service, call: &Call| {
                    service.seen_by_cloud(call, &digest, from)
                };
                shell.finish(&there, finish).await
            })
        };
        let job = asking.job(None, None, cloud);
        let (mut what, way) = taken(self.drive(job).await?);
        let seen = &mut what;
        asking.service.recheck(&mut seen.hits, &seen.filter);
        Ok(asking.service.say_seen(&asking.call, way, what))
    }

    /// Makes an answer of what the cloud said, on a blocking thread: it is searched and rendered.
    async fn finish<T: Send + 'static>(
        &self,
        asking: &Asking,
        work: impl FnOnce(&Service, &Call) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, Fault> {
        let failed = |error: String| Fault::Device(ServiceError::Encoder(error));
        let place = Arc::clone(&self.calls).acquire_owned().await;
        let place = place.map_err(|error| failed(error.to_string()))?;
        let Asking { service, call, .. } = asking.clone();
        let working = tokio::task::spawn_blocking(move || {
            let _place = place;
            work(&service, &call)
        });
        let done = working.await.map_err(|error| failed(error.to_string()))?;
        Ok(done?)
    }
}

impl Asking {
    /// Work of this device on a request.
    fn here<R: Send + Sync + 'static, T>(
        &self,
        request: &Arc<R>,
        work: impl FnOnce(&Service, &Call, &R) -> Result<T, ServiceError> + Send + 'static,
    ) -> Local<T> {
        let (asking, request) = (self.clone(), Arc::clone(request));
        Box::new(move || work(&asking.service, &asking.call, &request))
    }

    fn job<T>(
        &self,
        key: Option<Key>,
        local: Option<Local<T>>,
        cloud: impl Fn(Duration) -> Calling<T> + Send + 'static,
    ) -> Job<T> {
        let left = |at: Instant| at.saturating_duration_since(Instant::now());
        Job {
            deadline: self.deadline.map(left),
            forced: self.forced,
            key,
            local,
            cloud: Box::new(cloud),
        }
    }

    fn ask<T>(&self, timeout: Duration, what: T) -> CloudAsk<T> {
        CloudAsk::new(self.call.request_id.as_str(), timeout, what).with_grace(GRACE)
    }

    /// The same for the same question about the same menu.
    fn key(&self, question: &impl Serialize) -> Option<Key> {
        let question = serde_json::to_string(question).ok()?;
        Some(Key::new(self.forced, self.service.epoch(), question))
    }
}

/// The answer, and which way it came. Who shares it has a copy.
fn taken<T: Clone>(given: Given<T>) -> (T, Way) {
    let way = Way {
        path: given.path,
        reason: given.reason.as_str(),
    };
    (Arc::unwrap_or_clone(given.what), way)
}

fn refused(error: impl Into<ServiceError>) -> Arc<ServiceError> {
    Arc::new(error.into())
}
