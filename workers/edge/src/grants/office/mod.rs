//! The authority of a location on who may sell by itself: each call is decided, written and only
//! then answered.
//!
//! Invariant: what time alone makes due is done before anything else, and a call that is refused
//! leaves no trace. It trusts its caller, which is the Worker alone, about who asks; it never reads
//! a clock, and runs natively over any [`Sql`].

mod serve;
mod terminals;
#[cfg(test)]
mod tests;

pub(super) use serve::{Held, Served, WholeList};
pub(super) use terminals::{TerminalsShown, is_id};

use super::desk::{Change, Desk};
use super::secret::Secret;
use super::{schema, store};
use crate::authority::sql::{Sql, atomically};
use crate::http::error::EdgeError;
use crate::live::Event;
use olympus_core::grant::Refusal;
use olympus_proto::LocationId;
use olympus_proto::location::{
    ChangeRevocations, PolicyDraft, PolicyInForce, Revocations, Rotation,
};
use std::cell::{Cell, RefCell};

fn revoked() -> EdgeError {
    let why = Refusal::TerminalRevoked;
    EdgeError::forbidden(format!("{}: {why}", why.code()))
}

/// Who asks, where and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) location: &'a LocationId,
    /// The caller, as the Worker verified it.
    pub(super) by: &'a str,
    pub(super) now_ms: u64,
}

/// The office of one location.
#[derive(Debug)]
pub(super) struct Office<S> {
    sql: S,
    secret: Secret,
    /// What is written, once it was read.
    desk: RefCell<Option<Desk>>,
    /// Whether tills are known to have been told of all that is in it.
    quiet: Cell<bool>,
}

/// What tills hear of: a number that rose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Keys(u64),
    Policy(u64),
    Revocations(u64),
}

impl News {
    fn number(self) -> u64 {
        match self {
            Self::Keys(number) | Self::Policy(number) | Self::Revocations(number) => number,
        }
    }

    /// Under which name it is kept that tills were told.
    fn key(self) -> &'static str {
        match self {
            Self::Keys(_) => "told_keys",
            Self::Policy(_) => "told_policy",
            Self::Revocations(_) => "told_list",
        }
    }
}

impl From<News> for Event {
    fn from(news: News) -> Self {
        match news {
            News::Keys(number) => Self::Keys { number },
            News::Policy(version) => Self::Policy { version },
            News::Revocations(number) => Self::Revocations { number },
        }
    }
}

impl<S: Sql> Office<S> {
    /// Opens the tables.
    pub(super) fn open(sql: S, secret: Secret) -> Result<Self, EdgeError> {
        schema::migrate(&sql, schema::VERSION)?;
        Ok(Self {
            sql,
            secret,
            desk: RefCell::new(None),
            quiet: Cell::new(false),
        })
    }

    /// Does one call in one transaction: what is due first, then `work`.
    fn act<T>(
        &self,
        at: At<'_>,
        work: impl FnOnce(&S, &mut Desk, &mut Change) -> Result<T, EdgeError>,
    ) -> Result<T, EdgeError> {
        let mut after = None;
        let answer = atomically(&self.sql, || {
            let (mut desk, mut change) = self.desk(at)?;
            desk.upkeep(&self.secret, at.now_ms, &mut change)?;
            let answer = work(&self.sql, &mut desk, &mut change)?;
            if change.any {
                store::save(&self.sql, &desk, &change, at.by, at.now_ms)?;
                self.quiet.set(false);
            }
            if change.first {
                // Nobody listens yet.
                numbers(&desk)
                    .into_iter()
                    .try_for_each(|news| self.keep_told(news))?;
            }
            after = Some(desk);
            Ok::<_, EdgeError>(answer)
        })?;
        *self.desk.borrow_mut() = after;
        Ok(answer)
    }

    fn desk(&self, at: At<'_>) -> Result<(Desk, Change), EdgeError> {
        let known = self.desk.borrow().clone();
        let kept = match known {
            Some(desk) => Some(desk),
            None => store::load(&self.sql)?,
        };
        let Some(desk) = kept else {
            return Desk::first(&self.secret, at.location.clone(), at.now_ms);
        };
        if &desk.location != at.location {
            return Err(EdgeError::internal(
                "an object was asked for another location",
            ));
        }
        Ok((desk, Change::default()))
    }

    /// The policy in force.
    pub(super) fn policy(&self, at: At<'_>) -> Result<PolicyInForce, EdgeError> {
        self.act(at, |_, desk, _| desk.policy(&self.secret, at.now_ms))
    }

    /// Another policy.
    pub(super) fn set_policy(
        &self,
        at: At<'_>,
        draft: PolicyDraft,
    ) -> Result<PolicyInForce, EdgeError> {
        self.act(at, |_, desk, change| {
            desk.set_policy(&self.secret, draft, at.now_ms, change)?;
            desk.policy(&self.secret, at.now_ms)
        })
    }

    /// How long the list is.
    pub(super) fn revocations(&self, at: At<'_>) -> Result<Revocations, EdgeError> {
        self.act(at, |_, desk, _| shown(desk))
    }

    /// Revokes, or takes back.
    pub(super) fn revoke(
        &self,
        at: At<'_>,
        asked: &ChangeRevocations,
    ) -> Result<Revocations, EdgeError> {
        self.act(at, |_, desk, change| {
            desk.revoke(&self.secret, asked, at.now_ms, change)?;
            shown(desk)
        })
    }

    /// Lets the next key sign.
    pub(super) fn rotate(&self, at: At<'_>, soon: bool) -> Result<Rotation, EdgeError> {
        self.act(at, |_, desk, change| {
            desk.rotate(&self.secret, soon, at.now_ms, change)
        })
    }

    /// Does what time alone makes due, where the location has begun.
    pub(super) fn upkeep(&self, now_ms: u64) -> Result<(), EdgeError> {
        let Some(desk) = store::load(&self.sql)? else {
            return Ok(());
        };
        let at = At {
            location: &desk.location,
            by: "",
            now_ms,
        };
        self.act(at, |_, _, _| Ok(()))
    }

    /// Where it is; nothing before the first call.
    pub(super) fn location(&self) -> Option<LocationId> {
        self.desk
            .borrow()
            .as_ref()
            .map(|desk| desk.location.clone())
    }

    /// When time alone makes something due; nothing before the first call.
    pub(super) fn due_ms(&self) -> Option<u64> {
        self.desk.borrow().as_ref().map(Desk::due_ms)
    }

    /// What tills were not told yet.
    pub(super) fn news(&self) -> Result<Vec<News>, EdgeError> {
        let desk = self.desk.borrow();
        let Some(desk) = desk.as_ref().filter(|_| !self.quiet.get()) else {
            return Ok(Vec::new());
        };
        let mut untold = Vec::new();
        for news in numbers(desk) {
            let told = schema::number(&self.sql, news.key())?;
            if told.is_none_or(|told| told < news.number()) {
                untold.push(news);
            }
        }
        self.quiet.set(untold.is_empty());
        Ok(untold)
    }

    /// Tills were told.
    pub(super) fn keep_told(&self, news: News) -> Result<(), EdgeError> {
        let before = schema::number(&self.sql, news.key())?.unwrap_or(0);
        let number = before.max(news.number());
        Ok(schema::set_number(&self.sql, news.key(), number)?)
    }
}

fn shown(desk: &Desk) -> Result<Revocations, EdgeError> {
    Ok(Revocations {
        number: desk.list.number,
        entries: u64::try_from(desk.list.entries.len()).map_err(EdgeError::internal)?,
    })
}

/// How far the documents of a location are.
fn numbers(desk: &Desk) -> [News; 3] {
    [
        News::Keys(desk.ring.number()),
        News::Policy(desk.rules.version),
        News::Revocations(desk.list.number),
    ]
}
