//! What the alarm of the authority does: settles, tells the read model, puts away.
//!
//! Invariant: each of the three goes on where the others fail; a fault is logged and the next
//! attempt comes after a while. Bounded: an alarm settles for so long and tells so many parts.

use super::backoff::Backoff;
use super::object::Authority;
use super::provider::Provider;
use super::read_model;
use super::settings::Settings;
use super::settle::{Errand, Heard};
use super::tell::PART;
use crate::http::error::{EdgeError, log};
use crate::http::time::now_ms;
use futures_util::{StreamExt as _, join, stream};
use olympus_proto::pos::PaymentId;
use olympus_proto::provider::{MAX_LOOKUP, Reference};

/// Parts that are told by one alarm; what is left gets an alarm of its own.
const PARTS: usize = 20;
/// After so long an alarm begins no new round of settling.
const SETTLE_FOR_MS: u64 = 20_000;
/// Between two looks for rows to put away.
const TIDY_MS: u64 = 24 * 3_600_000;
/// Rows are put away so soon again while there are more.
const TIDY_MORE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 3_600_000;

impl Authority {
    /// Everything that is due.
    pub(super) async fn work(&self) {
        let settings = Settings::of(&self.env);
        let (settled, told) = join!(self.settle(settings), self.tell());
        noted(settled, "settling", &self.provider, settings);
        noted(told, "telling the read model", &self.read_model, settings);
        let tidied = self.tidy(settings);
        noted(tidied, "putting rows away", &self.tidying, settings);
    }

    async fn settle(&self, settings: Settings) -> Result<(), EdgeError> {
        let book = self.book()?;
        let due = book.settle_wake()?.is_some_and(|wake| wake <= now_ms());
        if !due || self.provider.not_before_ms() > now_ms() {
            return Ok(());
        }
        let Some(provider) = Provider::of(&self.env, settings.timeout_ms) else {
            return Err(EdgeError::internal(
                "no payment provider: bind PROVIDER, or set PROVIDER_URL to an https address",
            ));
        };
        let until_ms = now_ms().saturating_add(SETTLE_FOR_MS);
        while now_ms() < until_ms {
            // What is sent without an answer has to be asked about later: to a provider that gave
            // none just now, one goes first.
            let batch = match self.provider.has_failed() {
                true => 1,
                false => settings.batch,
            };
            let errand = book.settle_due(now_ms(), batch)?;
            if errand.captures.is_empty() && errand.asks.is_empty() {
                return Ok(());
            }
            self.changed(book.location(), book.head()?);
            let heard = self.errand(&provider, errand, settings).await;
            let silent = |heard: &Heard| matches!(heard, Heard::NoAnswer | Heard::NotSent);
            let silent = heard.iter().all(|(_, heard)| silent(heard));
            let (head, changed) = book.settle_heard(&heard, now_ms())?;
            if changed {
                self.changed(book.location(), head);
            }
            if silent {
                return Err(EdgeError::upstream("the payment provider", "no answer"));
            }
            self.provider.worked();
        }
        Ok(())
    }

    /// Sends and asks, several at the same time; each answer goes into the book at the end, since
    /// what was sent is durable as sent. While the provider is slow, those at the end are not sent.
    async fn errand(
        &self,
        provider: &Provider,
        errand: Errand,
        settings: Settings,
    ) -> Vec<(PaymentId, Heard)> {
        let captures = stream::iter(errand.captures.iter().map(|capture| async {
            let heard = match errand.may_send(now_ms(), settings.timeout_ms) {
                true => provider.capture(capture).await,
                false => Heard::NotSent,
            };
            (capture.reference.clone(), heard)
        }))
        .buffer_unordered(settings.parallel)
        .collect::<Vec<_>>();
        let asks = ask(provider, &errand.asks);
        let (mut heard, asked) = join!(captures, asks);
        heard.extend(asked);
        let location = match self.book() {
            Ok(book) => book.location(),
            Err(_) => return Vec::new(),
        };
        heard
            .into_iter()
            .filter_map(|(reference, heard)| Some((reference.payment(location)?, heard)))
            .collect()
    }

    async fn tell(&self) -> Result<(), EdgeError> {
        let book = self.book()?;
        if self.read_model.not_before_ms() > now_ms() || !book.has_news()? {
            return Ok(());
        }
        if !self.read_model_asked.get() {
            book.tell_from(read_model::head(&self.env, book.location()).await?)?;
            self.read_model_asked.set(true);
        }
        for _ in 0..PARTS {
            let Some(news) = book.news_of(self.telling.part(PART))? else {
                return Ok(());
            };
            match read_model::take_in(&self.env, book.location(), &news).await {
                Ok(()) => book.told(&news)?,
                Err(error) => {
                    if !self.telling.failed(PART) {
                        return Err(error);
                    }
                    // A database that is full, over its quota or not migrated answers questions as
                    // well: it is this one alone, where it takes another of its make.
                    read_model::takes_another(&self.env, &news).await?;
                    log(&format!(
                        "the read model goes on without a row: {}",
                        error.message
                    ));
                    book.pass_over(&news, now_ms())?;
                    self.telling.passed_over();
                    continue;
                }
            }
            self.telling.worked();
            self.read_model.worked();
        }
        Ok(())
    }

    fn tidy(&self, settings: Settings) -> Result<(), EdgeError> {
        if self.tidy_due_ms()?.is_none_or(|due| due > now_ms()) {
            return Ok(());
        }
        let book = self.book()?;
        let before = now_ms().saturating_sub(settings.keep_days.saturating_mul(DAY_MS));
        let more = book.tidy(before, now_ms())? > 0;
        self.tidying.worked();
        if more {
            let soon = now_ms().saturating_sub(TIDY_MS - TIDY_MORE_MS);
            book.tidied(soon)?;
            self.changed(book.location(), book.head()?);
        }
        Ok(())
    }

    /// When rows are looked at that may be put away.
    pub(super) fn tidy_due_ms(&self) -> Result<Option<u64>, EdgeError> {
        let book = self.book()?;
        if book.head()? == 0 {
            return Ok(None);
        }
        let last = book.tidied_ms()?;
        let due = last.map_or_else(now_ms, |last| last.saturating_add(TIDY_MS));
        // What failed is due all the while: without this the alarm would ring without pause.
        Ok(Some(due.max(self.tidying.not_before_ms())))
    }
}

/// Logs a fault, and lets the next attempt wait.
fn noted(done: Result<(), EdgeError>, what: &str, backoff: &Backoff, settings: Settings) {
    if let Err(error) = done {
        log(&format!("{what}: {}", error.message));
        backoff.failed(now_ms(), settings.again_ms);
    }
}

/// Asks about these; a question without a good answer says nothing.
async fn ask(provider: &Provider, references: &[Reference]) -> Vec<(Reference, Heard)> {
    let mut heard = Vec::new();
    for part in references.chunks(MAX_LOOKUP) {
        let asked_ms = now_ms();
        let found = provider.lookup(part.to_vec()).await;
        if let Err(cause) = &found {
            log(&format!("a question has no answer: {cause}"));
        }
        for reference in part {
            let answer = match &found {
                Err(_) => Heard::NoAnswer,
                Ok(captures) => captures
                    .iter()
                    .find(|captured| captured.reference == *reference)
                    .map_or(Heard::NothingFound { asked_ms }, |captured| {
                        Heard::Found(captured.clone())
                    }),
            };
            heard.push((reference.clone(), answer));
        }
    }
    heard
}
