//! The terminal's registration and its signed documents.
//!
//! Invariant: documents are taken in the order in which they came, on the till's thread; what is
//! refused is asked for anew, from the start where changes do not fit. The server's time is told
//! only with documents that came to a request of this process, with this device's key.

use super::{Agent, Backoff, Topic, jittered, lock};
use crate::cloud::{CloudError, Held, OfTerminal, TillEvent};
use crate::till::Refused;
use olympus_core::grant::Refusal;
use olympus_proto::location::{Documents, GrantRequest};
use olympus_store::GrantEvent;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Time of a call.
const PATIENCE: Duration = Duration::from_secs(8);
/// After the disk failed.
const DISK: Duration = Duration::from_secs(1);
/// Between looks at whether a grant is due.
const LOOK: Duration = Duration::from_secs(2);
/// Between polls, also while a socket says what happens: what it was not told of would otherwise
/// stay unknown, and what is revoked has to be known within five seconds.
const POLL: Duration = Duration::from_secs(3);
/// Between polls that fail.
const POLL_FAILING: Duration = Duration::from_secs(60);
/// Between looks for documents that were told of and that the answer did not have yet.
const TOLD: Duration = Duration::from_millis(700);
/// How often the server's time is told though nothing else is new.
const TIME: Duration = Duration::from_secs(300);
/// How often a terminal whose keys have all gone is registered anew.
const WELCOME: Duration = Duration::from_secs(60);

/// When to do what.
struct Papers {
    agent: Arc<Agent>,
    backoff: Backoff,
    /// When to ask for what is newer, if nothing is told before.
    poll: Instant,
    /// When the server's time was taken last.
    timed: Option<Instant>,
    /// When the terminal was registered last.
    welcomed: Option<Instant>,
}

/// Keeps them for ever.
pub(super) async fn keep(agent: Arc<Agent>) {
    let mut papers = Papers {
        backoff: Backoff::new(POLL, POLL_FAILING),
        poll: Instant::now(),
        timed: None,
        welcomed: None,
        agent,
    };
    loop {
        if let Err(error) = papers.look().await {
            tracing::debug!(%error, "the till did not take documents");
            tokio::time::sleep(DISK).await;
        }
        let wait = LOOK.min(papers.poll.saturating_duration_since(Instant::now()));
        if timeout(wait, papers.agent.nudges.papers.notified())
            .await
            .is_ok()
        {
            papers.poll = Instant::now();
        }
    }
}

impl Papers {
    async fn look(&mut self) -> Result<(), Refused> {
        let agent = Arc::clone(&self.agent);
        agent.till.grants(GrantEvent::Tick).await?;
        let now = Instant::now();
        if !agent.till.with(|till, _| till.is_welcome()).await? {
            return match now >= self.poll {
                true => self.register().await,
                false => Ok(()),
            };
        }
        if let Some(wish) = agent.till.with(|till, now| till.grant_due(now)).await? {
            return self.renew(wish).await;
        }
        match now >= self.poll {
            true => self.poll().await,
            false => Ok(()),
        }
    }

    async fn register(&mut self) -> Result<(), Refused> {
        let agent = Arc::clone(&self.agent);
        let terminal = agent.terminal.clone();
        let answer = agent
            .call("welcome", PATIENCE, terminal, |location, ask| {
                location.welcome(ask)
            })
            .await;
        agent.judge(Topic::Terminal, &answer);
        match answer {
            Ok(welcome) => {
                for refusal in agent.till.grants(GrantEvent::Welcomed(welcome)).await? {
                    tracing::error!(code = refusal.code(), %refusal, "the registration is refused");
                }
                tracing::info!(
                    terminal = agent.terminal.as_str(),
                    "this terminal is registered"
                );
                self.backoff.works();
                self.poll = Instant::now();
                self.welcomed = Some(self.poll);
                // The grant at once: a line that is there now may be gone soon.
                agent.nudges.papers.notify_one();
            }
            Err(error) => self.failed(&error),
        }
        Ok(())
    }

    /// Asks for the next grant; what is newer comes along.
    async fn renew(&mut self, wish: GrantRequest) -> Result<(), Refused> {
        let agent = Arc::clone(&self.agent);
        let mut answer = self.wished(wish.clone()).await;
        if refused_with(&answer, 409, "idempotency_key_reused") {
            // The answer to this wish was lost, and more was sold since: it is another wish.
            let request = format!("{}-{:08x}", wish.request, fastrand::u32(..));
            answer = self.wished(GrantRequest { request, ..wish }).await;
        }
        match answer {
            Ok(documents) => {
                let refusals = self.take(documents).await?;
                if !refusals.is_empty() {
                    // Without this the next one would be asked for at once.
                    agent.till.grants(GrantEvent::Failed).await?;
                }
                self.answered();
                self.mend(&refusals).await
            }
            Err(error) => {
                agent.till.grants(GrantEvent::Failed).await?;
                self.failed_here(error).await
            }
        }
    }

    async fn wished(&self, wish: GrantRequest) -> Result<Documents, CloudError> {
        let ask = OfTerminal {
            terminal: self.agent.terminal.clone(),
            what: wish,
        };
        let answer = (self.agent)
            .call("grant", PATIENCE, ask, |location, ask| location.grant(ask))
            .await;
        self.agent.judge(Topic::Terminal, &answer);
        answer
    }

    /// A cloud that does not know this terminal, as after it was set up anew, is told of it again.
    async fn failed_here(&mut self, error: CloudError) -> Result<(), Refused> {
        let answer: Result<(), _> = Err(error);
        if refused_with(&answer, 404, "not_found") && self.may_register() {
            return self.register().await;
        }
        if let Err(error) = answer {
            self.failed(&error);
        }
        Ok(())
    }

    fn may_register(&self) -> bool {
        let since = self.welcomed.map(|at| at.elapsed());
        since.is_none_or(|since| since >= WELCOME)
    }

    /// Asks for what is newer.
    async fn poll(&mut self) -> Result<(), Refused> {
        let (policy, revocations, keys) = (self.agent.till)
            .with(|till, _| till.documents_held())
            .await?;
        let held = Held {
            policy,
            revocations,
            keys,
        };
        self.fetch(held).await
    }

    async fn fetch(&mut self, held: Held) -> Result<(), Refused> {
        match self.asked(held).await {
            Ok(documents) => {
                self.answered();
                let fresh = self.timed.is_some_and(|at| at.elapsed() < TIME);
                if fresh && is_empty(&documents) {
                    return Ok(());
                }
                let refusals = self.take(documents).await?;
                self.mend(&refusals).await
            }
            Err(error) => self.failed_here(error).await,
        }
    }

    async fn asked(&self, held: Held) -> Result<Documents, CloudError> {
        let ask = OfTerminal {
            terminal: self.agent.terminal.clone(),
            what: held,
        };
        let answer = (self.agent)
            .call("documents", PATIENCE, ask, |location, ask| {
                location.documents(ask)
            })
            .await;
        self.agent.judge(Topic::Terminal, &answer);
        answer
    }

    async fn take(&mut self, documents: Documents) -> Result<Vec<Refusal>, Refused> {
        let news = !is_empty(&documents);
        let refusals = self.agent.till.grants(GrantEvent::Told(documents)).await?;
        self.timed = Some(Instant::now());
        for refusal in &refusals {
            tracing::warn!(code = refusal.code(), %refusal, "a document of the cloud is refused");
        }
        if news {
            self.agent.nudges.report.notify_one();
        }
        // What was told of may not have been in the answer yet.
        let (policy, revocations, keys) = (self.agent.till)
            .with(|till, _| till.documents_held())
            .await?;
        let told = *lock(&self.agent.told);
        if policy < told.policy || revocations < told.revocations || keys < told.keys {
            self.poll = self.poll.min(Instant::now() + TOLD);
        }
        Ok(refusals)
    }

    /// What was refused because something before it is missing is asked for from the start.
    async fn mend(&mut self, refusals: &[Refusal]) -> Result<(), Refused> {
        let keys_gone = refusals.iter().any(|why| {
            matches!(
                why,
                Refusal::UnknownKey | Refusal::KeyRetired | Refusal::KeyChanged
            )
        });
        if keys_gone && self.may_register() {
            return self.register().await;
        }
        let gap = refusals.iter().any(|why| {
            matches!(
                why,
                Refusal::ListGap | Refusal::ListConflict | Refusal::ListMissing
            )
        });
        if !gap {
            return Ok(());
        }
        let (policy, _, keys) = self
            .agent
            .till
            .with(|till, _| till.documents_held())
            .await?;
        let anew = Held {
            policy,
            revocations: 0,
            keys,
        };
        if let Ok(documents) = self.asked(anew).await {
            self.take(documents).await?;
        }
        Ok(())
    }

    fn answered(&mut self) {
        self.backoff.works();
        self.poll = Instant::now() + jittered(POLL);
    }

    fn failed(&mut self, error: &CloudError) {
        let wait = match error {
            // The line: what is polled is also how it is seen to be back.
            CloudError::Unreachable(_) | CloudError::TimedOut(_) => jittered(POLL),
            _ => self.backoff.fails(),
        };
        self.poll = Instant::now() + wait;
    }
}

fn refused_with<A>(answer: &Result<A, CloudError>, status: u16, code: &str) -> bool {
    matches!(answer, Err(CloudError::Refused { status: told, code: named, .. })
        if *told == status && named == code)
}

fn is_empty(documents: &Documents) -> bool {
    documents.keys.is_empty()
        && documents.policy.is_none()
        && documents.list.is_none()
        && documents.deltas.is_empty()
        && documents.grant.is_none()
}

impl Agent {
    /// The socket told of a document.
    pub(super) fn told_of(&self, event: TillEvent) {
        let mut told = lock(&self.told);
        match event {
            TillEvent::Revocations { number } => told.revocations = told.revocations.max(number),
            TillEvent::Policy { version } => told.policy = told.policy.max(version),
            TillEvent::Keys { number } => told.keys = told.keys.max(number),
            TillEvent::Changed { .. } | TillEvent::MenuLive | TillEvent::Other => return,
        }
        drop(told);
        self.nudges.papers.notify_one();
    }
}
