//! A server with a cloud half that does what a test wants.

use crate::support::{Answer, PATIENCE, Server};
use olympus_core::route::RouteConfig;
use olympus_device::cloud::{
    CloudError, CloudHits, CloudImage, CloudIntent, HitKind, Profile, Simulated,
};
use olympus_device::service;
use olympus_proto::edge::EmbedResponse;
use olympus_proto::{Intent, IntentAnswer, IntentReason, ItemId, SpaceId};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The space of [`Simulated`]'s index.
pub(crate) const SPACE: &str = "simulated/cls/3";

/// What the cloud says next, and how often it was asked.
pub(crate) struct Says {
    pub(crate) intent: Mutex<Intent>,
    pub(crate) hits: Mutex<Vec<(ItemId, f32)>>,
    pub(crate) kind: Mutex<HitKind>,
    /// Each embedding is turned by so many degrees.
    pub(crate) turned: AtomicUsize,
    /// Nothing is embedded.
    pub(crate) mute: AtomicBool,
    pub(crate) searches: AtomicUsize,
    pub(crate) intents: AtomicUsize,
}

/// A server, its cloud, and what that says.
pub(crate) struct Half {
    pub(crate) server: Server,
    pub(crate) cloud: Arc<Simulated>,
    pub(crate) says: Arc<Says>,
}

/// A line without surprises.
pub(crate) fn steady(millis: u64) -> Profile {
    Profile {
        p50: Duration::from_millis(millis),
        p99: Duration::from_millis(millis),
        ..Profile::default()
    }
}

fn lock<T: Clone>(value: &Mutex<T>) -> T {
    value.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Says {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            intent: Mutex::new(Intent::Question),
            hits: Mutex::default(),
            kind: Mutex::new(HitKind::Ranked),
            turned: AtomicUsize::new(0),
            mute: AtomicBool::new(false),
            searches: AtomicUsize::new(0),
            intents: AtomicUsize::new(0),
        })
    }

    /// Says these dishes, best first, from 0.9 down.
    pub(crate) fn find(&self, ids: &[&str]) {
        let scored = ids
            .iter()
            .zip((0_u8..).map(|place| 0.9 / f32::from(place + 1)));
        let hits = scored.map(|(id, score)| (ItemId::from(*id), score));
        *self.hits.lock().expect("no panic") = hits.collect();
    }

    pub(crate) fn searches(&self) -> usize {
        self.searches.load(Ordering::SeqCst)
    }

    fn intent(&self) -> CloudIntent {
        self.intents.fetch_add(1, Ordering::SeqCst);
        let intent = lock(&self.intent);
        CloudIntent {
            answer: IntentAnswer {
                intent,
                confidence: 0.97,
                best_guess: intent,
                reason: IntentReason::Confident,
                scores: Intent::ALL
                    .into_iter()
                    .map(|intent| (intent, 0.1))
                    .collect(),
            },
            model: "simulated-intent".to_owned(),
        }
    }

    fn embed(&self, texts: &[String]) -> EmbedResponse {
        let degrees = u8::try_from(self.turned.load(Ordering::SeqCst)).expect("few degrees");
        let angle = f32::from(degrees).to_radians();
        EmbedResponse {
            space: SpaceId::from(SPACE),
            data: vec![vec![angle.cos(), angle.sin(), 0.0]; texts.len()],
        }
    }
}

fn simulated(says: &Arc<Says>) -> Simulated {
    let [one, two, three, four] = [(); 4].map(|()| Arc::clone(says));
    Simulated::new(1, steady(20))
        .intents(move |_| Ok(one.intent()))
        .searches(move |ask| {
            two.searches.fetch_add(1, Ordering::SeqCst);
            Ok(CloudHits {
                digest: ask.digest.clone(),
                space: Some(SpaceId::from(SPACE)),
                model: "simulated-embed".to_owned(),
                kind: lock(&two.kind),
                hits: lock(&two.hits),
            })
        })
        .images(move |_| {
            Ok(CloudImage {
                seen: "a bowl of noodle soup".to_owned(),
                recognised: lock(&three.hits),
                model: "simulated-vision".to_owned(),
            })
        })
        .embeddings(move |texts| match four.mute.load(Ordering::SeqCst) {
            true => Err(CloudError::TimedOut(Duration::from_secs(1))),
            false => Ok(four.embed(texts)),
        })
}

impl Half {
    /// A server whose cloud has its menu.
    pub(crate) fn start(options: service::Options) -> Self {
        Self::start_with(options, Says::new())
    }

    /// As [`Half::start`], with the demo menu.
    pub(crate) fn demo() -> Self {
        let half = Self::start(service::Options {
            demo: true,
            ..service::Options::default()
        });
        half.wait_until_published();
        half
    }

    pub(crate) fn start_with(options: service::Options, says: Arc<Says>) -> Self {
        Self::start_routed(options, says, |_| {})
    }

    /// As [`Half::start`], its answers taken for sure however little they are: what the cloud says
    /// is what is answered.
    pub(crate) fn start_trusting(options: service::Options) -> Self {
        Self::start_routed(options, Says::new(), |route| {
            route.search.confident_at = 0.01;
        })
    }

    fn start_routed(
        options: service::Options,
        says: Arc<Says>,
        change: impl FnOnce(&mut RouteConfig),
    ) -> Self {
        let cloud = Arc::new(simulated(&says));
        Self::start_routed_on(options, says, cloud, change)
    }

    /// As [`Half::start_with`], with a cloud that knows what it was told before.
    pub(crate) fn start_on(
        options: service::Options,
        says: Arc<Says>,
        cloud: Arc<Simulated>,
    ) -> Self {
        Self::start_routed_on(options, says, cloud, |_| {})
    }

    fn start_routed_on(
        options: service::Options,
        says: Arc<Says>,
        cloud: Arc<Simulated>,
        change: impl FnOnce(&mut RouteConfig),
    ) -> Self {
        let api = Arc::clone(&cloud);
        let server = Server::start(options, |options| {
            options.cloud = Some(api);
            options.route.trust.audit_share = 0.0;
            change(&mut options.route);
        });
        Self {
            server,
            cloud,
            says,
        }
    }

    /// What `GET /v1/cloud` says, held against its schema.
    pub(crate) fn status(&self) -> Value {
        let status = self.server.get("/v1/cloud").ok();
        crate::schema::check("CloudStatus", &status);
        status
    }

    pub(crate) fn wait_until_published(&self) {
        let version = self.server.get("/v1/menu").ok()["version"].clone();
        until("the cloud has the menu", || {
            self.status()["publish"]["live"]["version"] == version
        });
    }

    pub(crate) fn search(&self, policy: &str, query: &str) -> Answer {
        self.ask(
            "/v1/menu/search",
            policy,
            &json!({"query": query, "limit": 5}),
        )
    }

    pub(crate) fn ask(&self, path: &str, policy: &str, body: &Value) -> Answer {
        let headers = [
            ("content-type", "application/json"),
            ("x-route-policy", policy),
        ];
        let body = body.to_string();
        self.server.send("POST", path, &headers, body.as_bytes())
    }

    /// From now on nobody is there.
    pub(crate) fn cut_the_line(&self) {
        self.cloud.behave(Profile {
            errors: 1.0,
            ..steady(5)
        });
    }
}

/// Waits for something that comes by itself.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Path and reason of an answer.
pub(crate) fn way(answer: &Value) -> (&str, &str) {
    let part = |name: &str| answer["meta"][name].as_str().unwrap_or_default();
    (part("path"), part("reason"))
}

pub(crate) fn ids(answer: &Value) -> Vec<&str> {
    let hits = answer["hits"].as_array().map_or(&[][..], Vec::as_slice);
    hits.iter().filter_map(|hit| hit["id"].as_str()).collect()
}
