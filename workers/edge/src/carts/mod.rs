//! Carts that several people fill at once.
//!
//! Invariant: a cart is one object, named by location and id, so a cart of another location cannot
//! be named; prices and names come from the live menu, never from a client. What may be done to a
//! cart is decided in `olympus_core::cart`, never here.

mod batch;
pub(crate) mod id;
mod message;
mod object;
mod prices;
mod room;
mod store;

pub use object::Cart;

use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError, log};
use crate::http::{body, reply};
use crate::live::call::{Caller, call, upgrade};
use crate::live::{self, Event};
use id::CartId;
use message::{Ack, MAX_OPS, NewCart, Ops, View};
use object::{Create, Look};
use worker::{Request, Stub};

/// Binding of the objects.
const BINDING: &str = "CARTS";
/// Largest body with operations, as over the socket.
const OPS_BYTES: usize = crate::live::socket::MESSAGE_BYTES;

/// The object of a cart at the route's location.
fn stub(ctx: &Ctx, cart: &CartId) -> Result<Stub, EdgeError> {
    let name = format!("{}/{cart}", ctx.location);
    Ok(ctx.env.durable_object(BINDING)?.get_by_name(&name)?)
}

/// The cart that the path names.
fn of_path(ctx: &Ctx) -> Result<CartId, EdgeError> {
    ctx.param(0)
        .parse()
        .map_err(|error: id::NotACart| EdgeError::not_found(error.to_string()))
}

/// `POST …/carts`.
pub(crate) async fn create(ctx: &Ctx, mut request: Request) -> Answer {
    let new: NewCart = body::json(&mut request, 256).await?;
    let table = new
        .table
        .map(|table| message::name(&table))
        .transpose()
        .map_err(|error| EdgeError::invalid(error.to_string()))?
        .filter(|table| !table.is_empty());
    let cart = CartId::random()?;
    let create = Create {
        cart: cart.as_str().to_owned(),
        location: ctx.location.as_str().to_owned(),
        table: table.clone(),
    };
    let view: View = call(&stub(ctx, &cart)?, "/create", &create, None).await?;
    let news = Event::CartMade {
        cart: view.cart.clone(),
        table,
    };
    if let Err(error) = live::broadcast(&ctx.env, &ctx.location, news).await {
        // The cart is there; screens hear of it with its first change.
        log(&format!(
            "screens were not told of a cart: {}",
            error.message
        ));
    }
    reply::json_with_status(201, &view)
}

/// `GET …/carts/{cart}`.
pub(crate) async fn get(ctx: &Ctx, _request: Request) -> Answer {
    let stub = stub(ctx, &of_path(ctx)?)?;
    let view: View = call(&stub, "/view", &Look {}, None).await?;
    reply::json(&view)
}

/// `POST …/carts/{cart}/ops`.
pub(crate) async fn ops(ctx: &Ctx, mut request: Request) -> Answer {
    let stub = stub(ctx, &of_path(ctx)?)?;
    let asked: Ops = body::json(&mut request, OPS_BYTES).await?;
    if !(1..=MAX_OPS).contains(&asked.ops.len()) {
        return Err(EdgeError::invalid(format!(
            "send 1 to {MAX_OPS} operations"
        )));
    }
    let ack: Ack = call(&stub, "/ops", &asked, Some(&Caller::new(ctx)?)).await?;
    reply::json(&ack)
}

/// `GET …/carts/{cart}/live`: a socket that takes operations and tells what was done.
pub(crate) async fn join(ctx: &Ctx, request: Request) -> Answer {
    let stub = stub(ctx, &of_path(ctx)?)?;
    let url = request.url()?;
    let name = url
        .query_pairs()
        .find(|(key, _)| key == "name")
        .map(|(_, name)| name.into_owned())
        .unwrap_or_default();
    upgrade(
        &stub,
        "/join",
        &[("name", &name)],
        &Caller::new(ctx)?,
        &request,
    )
    .await
}
