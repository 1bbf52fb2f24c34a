//! Payments and refunds.

use super::super::body::json;
use super::super::endpoint::Endpoint;
use super::super::state::Context;
use super::write::{Write, answer, staff_only, write};
use super::{Answer, App, Named, id, missing, receipt};
use axum::extract::{Extension, Request, State};
use olympus_proto::grant::{OrderId, TenderKind};
use olympus_proto::pos::{NewPayment, PaymentId};
use olympus_store::Command;

pub(crate) async fn pay(
    State(state): App,
    Extension(ctx): Context,
    order: Named<String>,
    request: Request,
) -> Answer {
    let order: OrderId = id(order)?;
    let write = Write::read(&state, Endpoint::Pay, request).await?;
    let payment: NewPayment = write.body()?;
    if payment.tender == TenderKind::Cash {
        staff_only(&ctx, "cash")?;
    }
    if payment.age_shown.is_some() {
        staff_only(&ctx, "age_shown")?;
    }
    let command = Command::Pay(order.clone(), payment);
    let done = write.ask(&state, &ctx, command).await?;
    if !done.replayed {
        receipt::keep_soon(&state, order);
    }
    answer(&done)
}

pub(crate) async fn refund(
    State(state): App,
    Extension(ctx): Context,
    payment: Named<String>,
    request: Request,
) -> Answer {
    let payment = id(payment)?;
    write(&state, &ctx, Endpoint::Refund, request, |refund| {
        Command::Refund(payment, refund)
    })
    .await
}

pub(crate) async fn payment(State(state): App, payment: Named<String>) -> Answer {
    let wanted: PaymentId = id(payment)?;
    let payment = wanted.clone();
    let found = state
        .till
        .read(move |reader| reader.payment(&payment))
        .await?;
    json(&found.ok_or_else(|| missing("payment", wanted.as_str()))?)
}
