//! What the cloud says about this terminal.

use super::Till;
use super::ids::derived;
use super::work::Work;
use crate::StoreError;
use crate::command::{GrantEvent, Now, Refusals};
use crate::tables::{grant as tables, payments};
use olympus_core::grant::{Effects, Reading, Refusal, RevocationList, Row, Saved, Terminal};
use olympus_proto::Cents;
use olympus_proto::grant::CardToken;
use olympus_proto::location::{CardSeen, Documents, GrantRequest, TerminalWelcome};
use std::ops::Bound;

/// A wish is another one after so long, so that an answer that has expired is not told again.
const WISH_MS: u64 = 60 * 60 * 1_000;

impl Work<'_> {
    /// Takes the event. What was refused comes back.
    pub(super) fn grant_event(&mut self, event: GrantEvent) -> Result<Refusals, StoreError> {
        let reading = self.reading();
        match event {
            GrantEvent::Welcomed(welcome) => self.welcome(welcome, reading),
            GrantEvent::Told(documents) => self.told(&documents, reading),
            GrantEvent::Failed => {
                let draw = self.now.sync.draw;
                self.ask(|terminal| terminal.refresh_failed(reading, draw))
            }
            GrantEvent::Tick => self.ask(|terminal| terminal.tick(reading)),
        }
    }

    fn ask<T>(
        &mut self,
        call: impl FnOnce(&mut Terminal) -> Effects<T>,
    ) -> Result<Refusals, StoreError> {
        let Some(terminal) = self.terminal.as_mut() else {
            return Ok(Refusals::new());
        };
        let effects = call(terminal);
        let outcome = self.granted(effects, None)?;
        Ok(outcome.err().into_iter().collect())
    }

    /// The terminal begins. One that has its state keeps it.
    fn welcome(
        &mut self,
        welcome: TerminalWelcome,
        reading: Reading,
    ) -> Result<Refusals, StoreError> {
        if welcome.terminal != self.config.terminal {
            return Ok(vec![Refusal::BadSignature]);
        }
        if let Some(terminal) = self.terminal.as_ref() {
            let saved = terminal.saved().clone();
            return self.pin_anew(saved, welcome, reading);
        }
        let mut saved = Saved::registered(
            self.config.location.clone(),
            welcome.terminal,
            welcome.keys,
            welcome.server_ms,
        );
        saved.cards = tables::cards(self.conn)?;
        let (head, keys) = (saved.head.clone(), saved.keys.clone());
        let terminal = match Terminal::restore(saved) {
            Ok(terminal) => terminal,
            Err(why) => return Ok(vec![why]),
        };
        self.ahead = true;
        *self.terminal = Some(terminal);
        tables::forget(self.conn)?;
        for row in [Row::Head(Box::new(head)), Row::Keys(Box::new(keys))] {
            tables::write(self.conn, &row, None)?;
        }
        Ok(Refusals::new())
    }

    /// A terminal that was off until all its keys were gone was registered again: it has newer keys,
    /// and all else as it was.
    fn pin_anew(
        &mut self,
        mut saved: Saved,
        welcome: TerminalWelcome,
        reading: Reading,
    ) -> Result<Refusals, StoreError> {
        if welcome.keys.number <= saved.keys.number {
            return Ok(Refusals::new());
        }
        saved.keys = welcome.keys;
        let keys = Row::Keys(Box::new(saved.keys.clone()));
        let mut terminal = match Terminal::restore(saved) {
            Ok(terminal) => terminal,
            Err(why) => return Ok(vec![why]),
        };
        // Its clock begins anew as well, and is told the time at once.
        let mut effects = terminal.told_time(welcome.server_ms, reading);
        effects.persist.push(keys);
        *self.terminal = Some(terminal);
        let outcome = self.granted(effects, None)?;
        Ok(outcome.err().into_iter().collect())
    }

    /// Takes the documents in their order. What is held already is no refusal.
    fn told(&mut self, documents: &Documents, reading: Reading) -> Result<Refusals, StoreError> {
        let draw = self.now.sync.draw;
        let mut refused = self.ask(|terminal| terminal.told_time(documents.server_ms, reading))?;
        for token in &documents.keys {
            refused.extend(self.ask(|terminal| terminal.take_keys(token, reading))?);
        }
        if let Some(token) = &documents.policy {
            refused.extend(self.ask(|terminal| terminal.take_policy(token, reading))?);
        }
        if documents.list.is_some() || !documents.deltas.is_empty() {
            refused.extend(self.told_list(documents, reading)?);
        }
        if let Some(token) = &documents.grant {
            let refusals = self.ask(|terminal| terminal.take_grant(token, reading, draw))?;
            if !refusals.is_empty() {
                self.ask(|terminal| terminal.refresh_failed(reading, draw))?;
            }
            refused.extend(refusals);
        }
        refused.retain(|why| {
            let held = [
                Refusal::KeysOlder,
                Refusal::PolicyOlder,
                Refusal::ListOlder,
                Refusal::GrantOlder,
            ];
            !held.contains(why)
        });
        Ok(refused)
    }

    /// Takes the list's snapshot and changes, and writes what changed by all of them together.
    fn told_list(
        &mut self,
        documents: &Documents,
        reading: Reading,
    ) -> Result<Refusals, StoreError> {
        let Some(terminal) = self.terminal.as_mut() else {
            return Ok(Refusals::new());
        };
        let before: Option<RevocationList> = terminal.saved().list.clone();
        let mut all = Vec::new();
        all.extend(
            documents
                .list
                .iter()
                .map(|token| terminal.take_list(token, reading)),
        );
        let changes = documents.deltas.iter();
        all.extend(changes.map(|token| terminal.take_delta(token, reading)));
        let mut refused = Refusals::new();
        let mut rows = Vec::new();
        for effects in all {
            refused.extend(effects.outcome.err());
            rows.extend(effects.persist);
        }
        // Only the last list is one that the one on disk becomes.
        let last = rows.iter().rposition(|row| matches!(row, Row::List(_)));
        let mut index = 0;
        rows.retain(|row| {
            index += 1;
            !matches!(row, Row::List(_)) || Some(index - 1) == last
        });
        let persist = rows;
        let outcome = Ok(());
        let _ = self.granted(Effects { persist, outcome }, before.as_ref())?;
        Ok(refused)
    }
}

impl Till {
    /// What to ask the cloud for now, where a grant is due; nothing before the terminal was
    /// welcomed.
    #[must_use]
    pub fn grant_due(&self, now: &Now) -> Option<GrantRequest> {
        let terminal = self.terminal.as_ref()?;
        let reading = Reading {
            wall_ms: now.wall_ms(),
            up: now.sync.moment,
        };
        let now_ms = terminal.now_ms(reading);
        if !terminal.is_refresh_due(reading) {
            return None;
        }
        let head = &terminal.saved().head;
        let (policy, revocations, keys) = self.documents_held();
        let latest = head.latest_issued_ms.to_string();
        let hour = (now_ms / WISH_MS).to_string();
        // Where it cannot be read, all that the grant could have sold is taken for unsettled.
        let (cents, sales) = payments::unsettled(&self.conn).unwrap_or((
            olympus_core::grant::MAX_CENTS,
            olympus_core::grant::MAX_SALES,
        ));
        // Whoever asks for something else asks by another name.
        let held = format!("{policy} {revocations} {keys}");
        let unsettled = format!("{} {sales}", cents.0);
        let grant = head.grant.as_ref().map_or("", |grant| grant.grant.as_str());
        let parts = [
            head.location.as_str(),
            head.terminal.as_str(),
            &latest,
            &hour,
            grant,
            &held,
            &unsettled,
        ];
        Some(GrantRequest {
            request: derived(&parts),
            unsettled_cents: Cents(cents.0.max(0)),
            unsettled_sales: sales,
            held: head.grant.as_ref().map(|grant| grant.grant.clone()),
            policy,
            revocations,
            keys,
        })
    }

    /// Stored-value cards as this terminal last saw them, after `after` in the order of their
    /// tokens.
    #[must_use]
    pub fn cards_seen(&self, after: Option<&CardToken>, most: usize) -> Vec<CardSeen> {
        let Some(terminal) = &self.terminal else {
            return Vec::new();
        };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let cards = (terminal.saved().cards).range::<CardToken, _>((from, Bound::Unbounded));
        cards
            .take(most)
            .map(|(card, state)| CardSeen {
                card: card.clone(),
                sequence: state.sequence,
                balance_cents: state.balance_cents,
            })
            .collect()
    }

    /// Whether the terminal was registered.
    #[must_use]
    pub fn is_welcome(&self) -> bool {
        self.terminal.is_some()
    }

    /// Version of the policy, number of the list of what is revoked, number of the key set; 0 is
    /// none.
    #[must_use]
    pub fn documents_held(&self) -> (u64, u64, u64) {
        let Some(terminal) = &self.terminal else {
            return (0, 0, 0);
        };
        let saved = terminal.saved();
        let policy = saved.policy.as_ref().map_or(0, |policy| policy.version);
        let list = saved.list.as_ref().map_or(0, RevocationList::number);
        (policy, list, saved.keys.number)
    }
}
