//! How the till stands, and what a person does about it.

use super::super::body::json;
use super::super::endpoint::Endpoint;
use super::super::error::HttpError;
use super::super::state::Context;
use super::reports::days;
use super::write::{Write, write};
use super::{Answer, App, Named, check_id, named};
use crate::cloud::CloudError;
use crate::sync::NotReconciled;
use axum::extract::{Extension, Request, State};
use olympus_core::sync::client::Pressure;
use olympus_proto::ErrorCode;
use olympus_proto::pos::{Operations, OperationsSync};
use olympus_proto::sync::OperationId;
use olympus_store::{Command, Standing};
use serde::Deserialize;
use std::time::Duration;

pub(crate) async fn operations(State(state): App) -> Answer {
    let till = &state.till;
    let standing = till.standing().await?;
    let (settlement, (_, receipts_waiting), reconcile) = till
        .read(|reader| {
            Ok((
                reader.settlement()?,
                reader.receipts_waiting(1)?,
                reader.reconcile()?,
            ))
        })
        .await?;
    let (line, line_since_ms) = till.line().get();
    let setup = till.setup();
    json(&Operations {
        location: setup.location.as_str().to_owned(),
        terminal: setup.terminal.as_str().to_owned(),
        day: till.now().day,
        currency: setup.rules.currency.clone(),
        line,
        line_since_ms,
        fault: state.agent.get().and_then(|agent| agent.fault()),
        sync: waiting(&standing, |moment| till.wall_ms(moment)),
        standing: standing.terminal,
        settlement,
        receipts_waiting,
        attention: standing.attention,
        reconcile,
    })
}

fn waiting(
    standing: &Standing,
    wall_ms: impl Fn(olympus_core::route::Moment) -> u64,
) -> OperationsSync {
    let sync = &standing.sync;
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    OperationsSync {
        queue_size: u64::try_from(sync.queue_size).unwrap_or(u64::MAX),
        queue_cents: sync.value,
        oldest_ms: sync.oldest.map(millis),
        last_success_ms: sync.last_success.map(wall_ms),
        pressure: match sync.pressure {
            Pressure::None => "none",
            Pressure::Soft => "soft",
            Pressure::Hard => "hard",
            Pressure::Full => "full",
        }
        .to_owned(),
        incarnation: standing.identity.incarnation.0,
    }
}

pub(crate) async fn attention(
    State(state): App,
    Extension(ctx): Context,
    operation: Named<String>,
    request: Request,
) -> Answer {
    let text = named(operation)?;
    check_id(&text)?;
    let operation = OperationId(text);
    write(&state, &ctx, Endpoint::SettleAttention, request, |what| {
        Command::SettleAttention(operation, what)
    })
    .await
}

/// Body of `POST /v1/operations/reconcile`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ReconcileDays {
    /// First business day; absent is the last one.
    from: Option<String>,
    /// Last business day, included; absent is today.
    to: Option<String>,
}

pub(crate) async fn reconcile(State(state): App, request: Request) -> Answer {
    let write = Write::read(&state, Endpoint::Reconcile, request).await?;
    let asked: ReconcileDays = write.body()?;
    let today = state.till.now().day;
    let (from, to) = days(asked.from.as_deref(), asked.to.as_deref(), &today)?;
    let Some(agent) = state.agent.get() else {
        return Err(HttpError::new(
            ErrorCode::NotReady,
            "there is no cloud to compare with: set up a Worker with `olympus-edge config set \
             cloud-url`",
        ));
    };
    json(&agent.reconcile(from, to).await?)
}

impl From<NotReconciled> for HttpError {
    fn from(error: NotReconciled) -> Self {
        match error {
            NotReconciled::Till(refused) => refused.into(),
            NotReconciled::Cloud(CloudError::Busy { retry_after }) => Self {
                retry_after_s: retry_after.map(|wait| u32::try_from(wait.as_secs()).unwrap_or(60)),
                ..Self::new(ErrorCode::UpstreamBusy, "the cloud is busy; try again")
            },
            NotReconciled::Cloud(error) => Self::new(ErrorCode::UpstreamFailed, error.to_string()),
        }
    }
}
