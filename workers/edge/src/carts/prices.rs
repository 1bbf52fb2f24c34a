//! What menu and kitchen say, asked for a cart.
//!
//! Invariant: what is sold out is asked of the authority each time, hours are those of the
//! restaurant's zone, and a dish whose state could
//! not be learnt is no answer but an error: nothing is sold on a guess. Never waits for longer
//! than [`PATIENCE`], since all who use the cart wait with it.

use super::batch::Dishes;
use super::message::Kitchen;
use crate::ai::embed::Embedder;
use crate::http::error::EdgeError;
use crate::{live, menu};
use futures_util::future::{Either, select};
use olympus_core::menu::availability;
use olympus_proto::{ItemId, LocationId};
use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;
use worker::{Delay, Env};

/// How long the answers may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks the dishes up.
pub(super) async fn look_up(
    env: &Env,
    location: &LocationId,
    wanted: BTreeSet<ItemId>,
) -> Result<Dishes, EdgeError> {
    if wanted.is_empty() {
        return Ok(Dishes::default());
    }
    match select(pin!(ask(env, location, wanted)), Delay::from(PATIENCE)).await {
        Either::Left((dishes, _)) => dishes,
        Either::Right(_) => Err(EdgeError::upstream("the menu", "too slow for a cart")),
    }
}

async fn ask(
    env: &Env,
    location: &LocationId,
    wanted: BTreeSet<ItemId>,
) -> Result<Dishes, EdgeError> {
    let mut dishes = Dishes::default();
    let prefix = Embedder::of(env).prefix();
    let Some(menu) = menu::listing::listing(env, location, &prefix).await? else {
        return Ok(dishes);
    };
    let marks = live::overrides(env, location).await?;
    let now = menu.now();
    for id in wanted {
        let Some(item) = menu.get(&id) else {
            continue;
        };
        let mark = marks.items.get(&id).copied();
        if let Some(why) = Kitchen::says(availability::state(item, mark, now)) {
            dishes.unavailable.insert(id.clone(), why);
        }
        dishes.items.insert(id, item.clone());
    }
    Ok(dishes)
}
