//! The office over SQLite, and devices that are the real `core::grant::Terminal`.

mod documents;
mod keys;
mod terminals;

use super::super::secret::Secret;
use super::{At, Held, Office};
use crate::authority::Unsettled;
use crate::authority::native::Native;
use crate::http::error::EdgeError;
use olympus_core::grant::{Reading, Refusal, Sale, Saved, Tender, Terminal};
use olympus_core::route::{Draw, Moment};
use olympus_proto::grant::{CardToken, Revoked};
use olympus_proto::location::{ChangeRevocations, Documents, GrantRequest};
use olympus_proto::{Cents, ErrorCode, LocationId};

const T0: u64 = 1_800_000_000_000;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn secret() -> Secret {
    Secret::read("67".repeat(32)).unwrap()
}

struct World {
    office: Office<Native>,
    here: LocationId,
}

impl World {
    fn new() -> Self {
        let sql = Native::in_memory().unwrap();
        Self {
            office: Office::open(sql, secret()).unwrap(),
            here: "loc-7".into(),
        }
    }

    fn at<'a>(&'a self, by: &'a str, now_ms: u64) -> At<'a> {
        At {
            location: &self.here,
            by,
            now_ms,
        }
    }

    /// The same tables, as another instance finds them.
    fn evicted(self) -> Self {
        let office = Office::open(self.office.sql, secret()).unwrap();
        Self { office, ..self }
    }

    fn till(&self, name: &str, now_ms: u64) -> Till {
        let by = format!("key:{name}");
        let welcome = self
            .office
            .welcome(self.at(&by, now_ms), &name.into())
            .unwrap();
        let saved = Saved::registered(
            self.here.clone(),
            name.into(),
            welcome.keys,
            welcome.server_ms,
        );
        Till {
            name: name.to_owned(),
            by,
            terminal: Terminal::restore(saved).unwrap(),
            wishes: 0,
        }
    }

    fn revoke(&self, add: Revoked, now_ms: u64) -> Result<u64, EdgeError> {
        let asked = ChangeRevocations {
            add,
            ..ChangeRevocations::default()
        };
        let shown = self.office.revoke(self.at("admin", now_ms), &asked)?;
        Ok(shown.number)
    }
}

/// A device that takes whatever it is sent.
struct Till {
    name: String,
    by: String,
    terminal: Terminal,
    wishes: u64,
}

fn reading(now_ms: u64) -> Reading {
    Reading {
        wall_ms: now_ms,
        up: Moment::from_millis(now_ms - T0),
    }
}

impl Till {
    fn held(&self) -> Held {
        let saved = self.terminal.saved();
        Held {
            policy: saved.policy.as_ref().map_or(0, |policy| policy.version),
            revocations: saved
                .list
                .as_ref()
                .map_or(0, olympus_core::grant::RevocationList::number),
            keys: saved.keys.number,
        }
    }

    fn request(&mut self, unsettled: i64) -> GrantRequest {
        self.wishes += 1;
        let held = self.held();
        GrantRequest {
            request: format!("w-{}", self.wishes),
            unsettled_cents: Cents(unsettled),
            unsettled_sales: u32::from(unsettled > 0),
            held: None,
            policy: held.policy,
            revocations: held.revocations,
            keys: held.keys,
        }
    }

    fn take(&mut self, documents: &Documents) -> Vec<Refusal> {
        let at = reading(documents.server_ms);
        let mut refused = Vec::new();
        let mut note = |outcome: Result<(), Refusal>| refused.extend(outcome.err());
        note(self.terminal.told_time(documents.server_ms, at).outcome);
        for token in &documents.keys {
            note(self.terminal.take_keys(token, at).outcome);
        }
        if let Some(token) = &documents.policy {
            note(self.terminal.take_policy(token, at).outcome);
        }
        if let Some(token) = &documents.list {
            note(self.terminal.take_list(token, at).outcome);
        }
        for token in &documents.deltas {
            note(self.terminal.take_delta(token, at).outcome);
        }
        if let Some(token) = &documents.grant {
            note(self.terminal.take_grant(token, at, Draw(7)).outcome);
        }
        refused
    }

    fn fill(&self, world: &World, served: super::Served, now_ms: u64) -> Documents {
        let mut documents = served.documents;
        if served.whole_list.is_some() {
            let list = world.office.whole_list(world.at(&self.by, now_ms)).unwrap();
            documents.list = Some(list.token);
        }
        documents
    }

    fn refresh(&mut self, world: &World, unsettled: i64, now_ms: u64) -> Result<(), EdgeError> {
        let request = self.request(unsettled);
        let at = world.at(&self.by, now_ms);
        let none = Unsettled::default();
        let served = world
            .office
            .grant(at, &self.name.as_str().into(), &request, none)?;
        let documents = self.fill(world, served, now_ms);
        assert_eq!(
            self.take(&documents),
            [],
            "{} at {}",
            self.name,
            now_ms - T0
        );
        Ok(())
    }

    fn fetch(&mut self, world: &World, now_ms: u64) -> Vec<Refusal> {
        let at = world.at(&self.by, now_ms);
        let served = world
            .office
            .documents(at, &self.name.as_str().into(), self.held());
        let documents = self.fill(world, served.unwrap(), now_ms);
        self.take(&documents)
    }

    fn sell(&mut self, id: &str, cents: i64, now_ms: u64) -> Result<(), Refusal> {
        let sale = Sale {
            id: id.into(),
            order: None,
            tender: Tender::Card(card(1)),
            cents: Cents(cents),
            categories: Vec::new(),
            age_shown: None,
        };
        let outcome = self.terminal.authorise(&sale, reading(now_ms)).outcome;
        outcome.map(|_| ())
    }
}

fn card(number: u64) -> CardToken {
    CardToken(format!("{number:064x}"))
}

fn cards(numbers: std::ops::Range<u64>) -> Revoked {
    Revoked {
        cards: numbers.map(card).collect(),
        ..Revoked::default()
    }
}

fn code<T>(result: Result<T, EdgeError>) -> ErrorCode {
    result.map(|_| ()).unwrap_err().code
}
