//! Receipts: made when an order is paid, kept, and made anew where the order has changed since.

use super::super::state::AppState;
use super::{Answer, App, Asked, Named, id, missing, query};
use crate::receipt::{ReceiptHead, pdf};
use crate::till::{Handle, Refused, Setup};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{Order, OrderStatus};
use olympus_store::OrderFilter;
use serde::Deserialize;
use std::sync::Arc;

/// Paid orders of the day that are looked at after a start.
const LOOKED_AT: u32 = 200;

/// Parameters of `GET /v1/orders/{order}/receipt`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReceiptQuery {
    copy: bool,
}

pub(crate) async fn receipt(
    State(state): App,
    order: Named<String>,
    asked: Asked<ReceiptQuery>,
) -> Answer {
    let wanted: OrderId = id(order)?;
    let ReceiptQuery { copy } = query(asked)?;
    let made = make(&state.till, wanted.clone(), copy).await?;
    let Made { pdf, to_be_kept } = made.ok_or_else(|| missing("order", wanted.as_str()))?;
    if to_be_kept {
        keep(&state.till, wanted, pdf.clone()).await?;
    }
    let kind = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"receipt.pdf\"",
        ),
    ];
    Ok((kind, pdf).into_response())
}

struct Made {
    pdf: Vec<u8>,
    /// The order is paid, and what is kept of it is something else, or nothing.
    to_be_kept: bool,
}

/// The receipt of an order as it is now; `None` where there is no such order.
async fn make(till: &Handle, order: OrderId, copy: bool) -> Result<Option<Made>, Refused> {
    let setup = till.setup().clone();
    till.read(move |reader| {
        let Some(found) = reader.order(&order)? else {
            return Ok(None);
        };
        let pdf = pdf(&found, &head(&setup, &found, copy));
        let closed = found.status == OrderStatus::Paid;
        let to_be_kept = closed && !copy && reader.receipt(&order)?.as_deref() != Some(&pdf);
        Ok(Some(Made { pdf, to_be_kept }))
    })
    .await
}

async fn keep(till: &Handle, order: OrderId, pdf: Vec<u8>) -> Result<(), Refused> {
    let kept = till.with(move |till, now| till.keep_receipt(&order, &pdf, now));
    Ok(kept.await??)
}

/// Keeps the receipt of an order, if it is paid; nobody waits for it.
pub(super) fn keep_soon(state: &Arc<AppState>, order: OrderId) {
    let till = state.till.clone();
    tokio::spawn(async move {
        if let Err(error) = keep_if_paid(&till, order).await {
            // Made when it is asked for, or after the next start.
            tracing::warn!(%error, "a receipt was not kept");
        }
    });
}

async fn keep_if_paid(till: &Handle, order: OrderId) -> Result<(), Refused> {
    match make(till, order.clone(), false).await? {
        Some(Made {
            pdf,
            to_be_kept: true,
        }) => keep(till, order, pdf).await,
        _ => Ok(()),
    }
}

/// Receipts of today's orders that were paid when the device lost power.
pub(crate) async fn keep_missing(till: Handle) {
    let filter = OrderFilter {
        day: Some(till.now().day),
        status: Some(OrderStatus::Paid),
    };
    let paid = till
        .read(move |reader| reader.orders(&filter, None, LOOKED_AT))
        .await;
    for order in paid.map(|list| list.orders).unwrap_or_default() {
        if let Err(error) = keep_if_paid(&till, order.id).await {
            tracing::warn!(%error, "a receipt was not kept");
        }
    }
}

fn head(setup: &Setup, order: &Order, copy: bool) -> ReceiptHead {
    // The last payment closes an order; its receipt says the same whenever it is made.
    let at = order
        .payments
        .last()
        .map_or(order.opened_ms, |payment| payment.at_ms);
    let when = i64::try_from(at)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let when = when.map(|at| {
        at.to_zoned(setup.zone.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    });
    ReceiptHead {
        name: setup.receipt.name.clone(),
        address: setup.receipt.address.clone(),
        tax_id: setup.receipt.tax_id.clone(),
        when: when.unwrap_or_default(),
        copy,
    }
}
