//! Orders: opened, read, changed, fired, called off.

use super::super::body::json;
use super::super::endpoint::Endpoint;
use super::super::error::HttpError;
use super::super::state::Context;
use super::write::{Write, answer, staff_only, with_tag, write};
use super::{Answer, App, Asked, Named, check_id, day, id, missing, named, query};
use axum::extract::{Extension, Request, State};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{AddLines, LineId, NewLine, NewOrder, OrderStatus};
use olympus_store::{Command, OrderFilter};
use serde::Deserialize;

/// Most orders in one answer.
const MOST: u32 = 200;

pub(crate) async fn open(State(state): App, Extension(ctx): Context, request: Request) -> Answer {
    let write = Write::read(&state, Endpoint::OpenOrder, request).await?;
    let order: NewOrder = write.body()?;
    check_prices(&ctx, &order.lines)?;
    answer(&write.ask(&state, &ctx, Command::OpenOrder(order)).await?)
}

pub(crate) async fn add_lines(
    State(state): App,
    Extension(ctx): Context,
    order: Named<String>,
    request: Request,
) -> Answer {
    let order = id(order)?;
    let write = Write::read(&state, Endpoint::AddLines, request).await?;
    let lines: AddLines = write.body()?;
    check_prices(&ctx, &lines.lines)?;
    let command = Command::AddLines(order, lines);
    answer(&write.ask(&state, &ctx, command).await?)
}

/// What the menu has no price for, staff price.
fn check_prices(ctx: &super::super::state::Ctx, lines: &[NewLine]) -> Result<(), HttpError> {
    match lines.iter().any(|line| line.price_cents.is_some()) {
        true => staff_only(ctx, "price_cents"),
        false => Ok(()),
    }
}

pub(crate) async fn change_line(
    State(state): App,
    Extension(ctx): Context,
    path: Named<(String, String)>,
    request: Request,
) -> Answer {
    let (order, line) = named(path)?;
    check_id(&order)?;
    check_id(&line)?;
    let (order, line) = (OrderId(order), LineId(line));
    write(&state, &ctx, Endpoint::ChangeLine, request, |change| {
        Command::ChangeLine(order, line, change)
    })
    .await
}

pub(crate) async fn fire(
    State(state): App,
    Extension(ctx): Context,
    order: Named<String>,
    request: Request,
) -> Answer {
    let order = id(order)?;
    write(&state, &ctx, Endpoint::Fire, request, |fire| {
        Command::Fire(order, fire)
    })
    .await
}

pub(crate) async fn void(
    State(state): App,
    Extension(ctx): Context,
    order: Named<String>,
    request: Request,
) -> Answer {
    let order = id(order)?;
    write(&state, &ctx, Endpoint::VoidOrder, request, |void| {
        Command::VoidOrder(order, void)
    })
    .await
}

pub(crate) async fn order(State(state): App, order: Named<String>) -> Answer {
    let wanted: OrderId = id(order)?;
    let order = wanted.clone();
    let found = state.till.read(move |reader| reader.order(&order)).await?;
    let order = found.ok_or_else(|| missing("order", wanted.as_str()))?;
    Ok(with_tag(json(&order)?, &order))
}

/// Parameters of `GET /v1/orders`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrdersQuery {
    day: Option<String>,
    status: Option<OrderStatus>,
    before: Option<String>,
    #[serde(default = "fifty")]
    limit: u32,
}

const fn fifty() -> u32 {
    50
}

pub(crate) async fn list(State(state): App, asked: Asked<OrdersQuery>) -> Answer {
    let asked = query(asked)?;
    if !(1..=MOST).contains(&asked.limit) {
        return Err(HttpError::invalid(format!("limit must be 1 to {MOST}")));
    }
    if let Some(before) = &asked.before {
        check_id(before)?;
    }
    let today = state.till.now().day;
    let filter = OrderFilter {
        day: asked
            .day
            .as_deref()
            .map(|text| day(Some(text), &today))
            .transpose()?,
        status: asked.status,
    };
    let found = state
        .till
        .read(move |reader| reader.orders(&filter, asked.before.as_deref(), asked.limit))
        .await?;
    json(&found)
}
