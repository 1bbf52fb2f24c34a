//! Brings receipts to the cloud, when the line has time for them.
//!
//! Invariant: a receipt waits on the disk until the cloud says that it has it; one that the cloud
//! has already is not sent again, and one that it refuses holds up no other. Never in the way of a
//! sale.

use super::{Agent, Backoff, jittered};
use crate::cloud::{CloudError, ReceiptAsk, sha256_hex};
use crate::till::Refused;
use bytes::Bytes;
use olympus_proto::grant::OrderId;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Time of a call.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between looks, if nothing is sold.
const EVERY: Duration = Duration::from_secs(60);
/// A receipt is made a moment after its order is paid.
const MADE: Duration = Duration::from_secs(2);
/// At a time.
const MANY: u32 = 20;
/// More than so many are refused because of something else than what is in them.
const MOST_REFUSED: usize = 100;

/// Uploads for ever.
pub(super) async fn upload(agent: Arc<Agent>) {
    let mut backoff = Backoff::new(Duration::from_secs(5), Duration::from_secs(300));
    loop {
        if timeout(jittered(EVERY), agent.nudges.receipts.notified())
            .await
            .is_ok()
        {
            tokio::time::sleep(jittered(MADE)).await;
        }
        // Those are tried again after the next look.
        let mut refused = BTreeSet::new();
        while agent.is_online() {
            match some(&agent, &mut refused).await {
                Ok(Some(0)) => break,
                Ok(Some(_)) => backoff.works(),
                Ok(None) => tokio::time::sleep(backoff.fails()).await,
                Err(error) => {
                    tracing::debug!(%error, "no receipts: the till does not answer");
                    break;
                }
            }
        }
    }
}

/// Uploads the oldest ones that were not `refused`; how many were done with, or nothing where the
/// cloud takes none now.
async fn some(agent: &Agent, refused: &mut BTreeSet<OrderId>) -> Result<Option<usize>, Refused> {
    let most = MANY.saturating_add(u32::try_from(refused.len()).unwrap_or(u32::MAX));
    let (mut waiting, _) = agent
        .till
        .read(move |reader| reader.receipts_waiting(most))
        .await?;
    waiting.retain(|order| !refused.contains(order));
    let count = waiting.len();
    for order in waiting {
        let id = order.clone();
        let pdf = agent.till.read(move |reader| reader.receipt(&id)).await?;
        let Some(pdf) = pdf.map(Bytes::from) else {
            continue;
        };
        match sent(agent, &order, pdf.clone()).await {
            Sent::There => {}
            Sent::Refused if refused.len() < MOST_REFUSED => {
                refused.insert(order);
                continue;
            }
            Sent::Refused | Sent::NotNow => return Ok(None),
        }
        // One that was made anew meanwhile is sent next.
        let done = move |till: &mut olympus_store::Till, _: &_| till.receipt_uploaded(&order, &pdf);
        agent.till.with(done).await??;
    }
    Ok(Some(count))
}

/// What became of a receipt.
enum Sent {
    /// The cloud has it now.
    There,
    /// It does not take this one, whenever it is sent; others it may.
    Refused,
    /// It takes none now.
    NotNow,
}

/// A receipt never changes there: one that was written anew here has a name of its own.
async fn sent(agent: &Agent, order: &OrderId, pdf: Bytes) -> Sent {
    let named = |id: String| ReceiptAsk {
        id,
        pdf: pdf.clone(),
    };
    let mut answer = put(agent, named(order.to_string())).await;
    if is_refused(&answer, &[409]) {
        let digest = sha256_hex(&pdf);
        let other = format!("{order}-{}", digest.get(..8).unwrap_or(&digest));
        answer = put(agent, named(other)).await;
    }
    if let Err(error) = &answer {
        tracing::warn!(%error, %order, "the cloud did not take a receipt; it is sent again later");
    }
    match answer {
        Ok(()) => Sent::There,
        Err(_) if is_refused(&answer, &[400, 409, 413, 415, 422]) => Sent::Refused,
        Err(_) => Sent::NotNow,
    }
}

async fn put(agent: &Agent, receipt: ReceiptAsk) -> Result<(), CloudError> {
    agent
        .call("receipt", PATIENCE, receipt, |location, ask| {
            location.receipt(ask)
        })
        .await
}

fn is_refused(answer: &Result<(), CloudError>, with: &[u16]) -> bool {
    matches!(answer, Err(CloudError::Refused { status, .. }) if with.contains(status))
}
