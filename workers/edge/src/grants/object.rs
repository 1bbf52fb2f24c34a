//! The Durable Object `Grants`, one per location: keys, policy, what is revoked, terminals, grants.
//!
//! Invariant: a call is decided and written without awaiting; tills are told after it is on disk,
//! and told again by the alarm where that failed. It trusts its caller, which is the Worker alone.

use super::office::{At, Held, Office};
use super::secret::Secret;
use crate::authority::Unsettled;
use crate::authority::storage::Storage;
use crate::http::error::{EdgeError, log};
use crate::http::{time::now_ms, var};
use crate::live;
use crate::live::call::{self, Caller};
use olympus_proto::LocationId;
use olympus_proto::grant::TerminalId;
use olympus_proto::location::{ChangeRevocations, GrantRequest, PolicyDraft, TerminalReport};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cell::{Cell, OnceCell};
use std::time::Duration;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

/// How soon tills are told again where that failed.
const TELL_AGAIN_MS: u64 = 2_000;

/// What is asked of the object, and where.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ask<T> {
    pub(super) location: LocationId,
    pub(super) what: T,
}

/// Of one terminal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Of<T> {
    pub(super) terminal: TerminalId,
    pub(super) what: T,
}

/// Body of `/grant`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) request: GrantRequest,
    /// What the location's authority knows of.
    pub(super) known: Unsettled,
}

/// Nothing to say.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Nothing {}

/// Body of `/rotate`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rotate {
    pub(super) soon: bool,
}

/// Body of `/clock`, which is there in tests alone.
#[derive(Debug, Deserialize)]
struct Skew {
    ms: u64,
}

/// Who may sell by itself at one location.
#[durable_object]
pub struct Grants {
    state: State,
    env: Env,
    office: OnceCell<Office<Storage>>,
    /// When the alarm rings, by this object's clock.
    armed_ms: Cell<u64>,
    /// How far the clock is ahead, in tests.
    skew_ms: Cell<u64>,
}

impl DurableObject for Grants {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            office: OnceCell::new(),
            armed_ms: Cell::new(0),
            skew_ms: Cell::new(0),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let by = match Caller::of(&request) {
            Ok(caller) => caller.subject,
            Err(error) => return call::refused(error),
        };
        let path = request.path();
        if path == "/clock" {
            return self.set_clock(request.json().await?).await;
        }
        let text = request.text().await?;
        let answer = self.answer(&path, &text, &by);
        self.after().await;
        answer
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.armed_ms.set(0);
        let done = self
            .office()
            .and_then(|office| office.upkeep(self.now_ms()));
        if let Err(error) = done {
            return Err(worker::Error::RustError(error.message));
        }
        self.after().await;
        Response::empty()
    }
}

/// What a call asks.
fn read<T: DeserializeOwned>(text: &str) -> Result<Ask<T>, EdgeError> {
    serde_json::from_str(text).map_err(EdgeError::internal)
}

impl Grants {
    fn now_ms(&self) -> u64 {
        now_ms().saturating_add(self.skew_ms.get())
    }

    fn office(&self) -> Result<&Office<Storage>, EdgeError> {
        if let Some(office) = self.office.get() {
            return Ok(office);
        }
        let office = Office::open(Storage::of(&self.state), Secret::of(&self.env)?)?;
        Ok(self.office.get_or_init(|| office))
    }

    fn answer(&self, path: &str, text: &str, by: &str) -> worker::Result<Response> {
        match path {
            "/welcome" => self.does(text, by, |office, at, terminal: TerminalId| {
                office.welcome(at, &terminal)
            }),
            "/terminals" => self.does(text, by, |office, at, _: Nothing| office.terminals(at)),
            "/release" => self.does(text, by, |office, at, terminal: TerminalId| {
                office.release(at, &terminal)
            }),
            "/grant" => self.does(text, by, |office, at, of: Of<Wanted>| {
                let Wanted { request, known } = of.what;
                office.grant(at, &of.terminal, &request, known)
            }),
            "/documents" => self.does(text, by, |office, at, of: Of<Held>| {
                office.documents(at, &of.terminal, of.what)
            }),
            "/report" => self.does(text, by, |office, at, of: Of<TerminalReport>| {
                office.report(at, &of.terminal, &of.what)
            }),
            "/policy" => self.does(text, by, |office, at, _: Nothing| office.policy(at)),
            "/set-policy" => self.does(text, by, |office, at, draft: PolicyDraft| {
                office.set_policy(at, draft)
            }),
            "/revocations" => self.does(text, by, |office, at, _: Nothing| office.revocations(at)),
            "/revoke" => self.does(text, by, |office, at, asked: ChangeRevocations| {
                office.revoke(at, &asked)
            }),
            "/list" => self.does(text, by, |office, at, _: Nothing| office.whole_list(at)),
            "/rotate" => self.does(text, by, |office, at, rotate: Rotate| {
                office.rotate(at, rotate.soon)
            }),
            _ => call::refused(EdgeError::not_found("no such call")),
        }
    }

    fn does<A: DeserializeOwned, T: Serialize>(
        &self,
        text: &str,
        by: &str,
        work: impl FnOnce(&Office<Storage>, At<'_>, A) -> Result<T, EdgeError>,
    ) -> worker::Result<Response> {
        call::answer(self.office().and_then(|office| {
            let ask: Ask<A> = read(text)?;
            let at = At {
                location: &ask.location,
                by,
                now_ms: self.now_ms(),
            };
            work(office, at, ask.what)
        }))
    }

    /// What a call leaves to do: tills are told, and the alarm is set. It was answered already as
    /// far as it goes, so that a fault here is for the log and the next alarm.
    async fn after(&self) {
        if let Err(error) = self.tell_and_arm().await {
            log(&format!("tills were not told yet: {}", error.message));
        }
    }

    async fn tell_and_arm(&self) -> Result<(), EdgeError> {
        let office = self.office()?;
        let Some(location) = office.location() else {
            return Ok(());
        };
        let news = office.news()?;
        if !news.is_empty() {
            // Where this object is killed before it told, the alarm tells.
            self.arm(self.now_ms().saturating_add(TELL_AGAIN_MS))
                .await?;
        }
        for news in news {
            live::broadcast(&self.env, &location, news.into()).await?;
            office.keep_told(news)?;
        }
        match office.due_ms() {
            Some(due_ms) => self.arm(due_ms).await,
            None => Ok(()),
        }
    }

    async fn arm(&self, due_ms: u64) -> Result<(), EdgeError> {
        if self.armed_ms.replace(due_ms) == due_ms {
            return Ok(());
        }
        let left = Duration::from_millis(due_ms.saturating_sub(self.now_ms()));
        Ok(self.state.storage().set_alarm(left).await?)
    }

    /// Puts the clock ahead: tests cannot wait for a day.
    async fn set_clock(&self, skew: Skew) -> worker::Result<Response> {
        if var(&self.env, "ENVIRONMENT") != "test" {
            return call::refused(EdgeError::not_found("no such call"));
        }
        self.skew_ms.set(skew.ms);
        self.armed_ms.set(0);
        call::answer(Ok(Nothing {}))
    }
}
