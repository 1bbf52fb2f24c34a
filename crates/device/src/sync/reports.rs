//! Says how the terminal stands, every few minutes and after changes. Nothing hangs on it: what is
//! lost is said again.

use super::{Agent, jittered};
use crate::cloud::OfTerminal;
use crate::till::Refused;
use olympus_proto::grant::CardToken;
use olympus_proto::location::TerminalReport;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Time of a call.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between reports.
const EVERY: Duration = Duration::from_secs(300);
/// Stored-value cards in one report; those after them are in the next one.
const CARDS: usize = 500;
/// Changes within this time are told as one.
const TOGETHER: Duration = Duration::from_secs(10);

/// Tells for ever.
pub(super) async fn tell(agent: Arc<Agent>) {
    let mut last_card = None;
    loop {
        let changed = timeout(jittered(EVERY), agent.nudges.report.notified()).await;
        if changed.is_ok() {
            tokio::time::sleep(jittered(TOGETHER)).await;
        }
        if !agent.is_online() {
            continue;
        }
        match report(&agent, last_card.take()).await {
            Ok(what) => {
                // After the last one it begins anew.
                if what.cards.len() == CARDS {
                    last_card = what.cards.last().map(|seen| seen.card.clone());
                }
                let ask = OfTerminal {
                    terminal: agent.terminal.clone(),
                    what,
                };
                // Fire and forget: the next one says all of it again.
                let _ = agent
                    .call("report", PATIENCE, ask, |location, ask| {
                        location.report(ask)
                    })
                    .await;
            }
            Err(error) => tracing::debug!(%error, "no report: the till does not answer"),
        }
    }
}

async fn report(agent: &Agent, last_card: Option<CardToken>) -> Result<TerminalReport, Refused> {
    let told = move |till: &mut olympus_store::Till, now: &olympus_store::Now| {
        let standing = till.standing(now);
        TerminalReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at_ms: now.wall_ms(),
            queue_size: count(standing.sync.queue_size),
            queue_cents: standing.sync.value,
            attention: count(standing.sync.attention),
            revocations: standing.terminal.revocations.unwrap_or_default(),
            spent_cents: standing.spent_cents,
            cards: till.cards_seen(last_card.as_ref(), CARDS),
        }
    };
    agent.till.with(told).await
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
