//! Brings receipts to the cloud, when the line has time for them.
//!
//! Invariant: a receipt waits on the disk until the cloud says that it has it; one that the cloud
//! has already is not sent again. Never in the way of a sale.

use super::{Agent, Backoff, jittered};
use crate::cloud::{CloudError, ReceiptAsk, sha256_hex};
use crate::till::Refused;
use bytes::Bytes;
use olympus_proto::grant::OrderId;
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
        while agent.is_online() {
            match some(&agent).await {
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

/// Uploads the oldest ones; how many, or nothing where the cloud took one not.
async fn some(agent: &Agent) -> Result<Option<usize>, Refused> {
    let (waiting, _) = agent
        .till
        .read(|reader| reader.receipts_waiting(MANY))
        .await?;
    let count = waiting.len();
    for order in waiting {
        let id = order.clone();
        let pdf = agent.till.read(move |reader| reader.receipt(&id)).await?;
        let Some(pdf) = pdf.map(Bytes::from) else {
            continue;
        };
        if !sent(agent, &order, pdf.clone()).await {
            return Ok(None);
        }
        // One that was made anew meanwhile is sent next.
        let done = move |till: &mut olympus_store::Till, _: &_| till.receipt_uploaded(&order, &pdf);
        agent.till.with(done).await??;
    }
    Ok(Some(count))
}

/// Whether the cloud has it now. A receipt never changes there: one that was written anew here has
/// a name of its own.
async fn sent(agent: &Agent, order: &OrderId, pdf: Bytes) -> bool {
    let named = |id: String| ReceiptAsk {
        id,
        pdf: pdf.clone(),
    };
    let mut answer = put(agent, named(order.to_string())).await;
    if is_conflict(&answer) {
        let digest = sha256_hex(&pdf);
        let other = format!("{order}-{}", digest.get(..8).unwrap_or(&digest));
        answer = put(agent, named(other)).await;
    }
    if let Err(error) = &answer {
        tracing::warn!(%error, %order, "the cloud did not take a receipt; it is sent again later");
    }
    answer.is_ok()
}

async fn put(agent: &Agent, receipt: ReceiptAsk) -> Result<(), CloudError> {
    agent
        .call("receipt", PATIENCE, receipt, |location, ask| {
            location.receipt(ask)
        })
        .await
}

fn is_conflict(answer: &Result<(), CloudError>) -> bool {
    matches!(answer, Err(CloudError::Refused { status: 409, .. }))
}
