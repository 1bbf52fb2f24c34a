//! The routes of the authority.
//!
//! Invariant: what a route reads is bounded before the object sees it, and a device speaks for
//! itself alone: the object checks the principal that registered it.

use super::calls::{Again, Nothing, ask, ask_for_caller};
use super::closing::{Closing, Shut};
use super::provider::Provider;
use super::reconcile::Compared;
use super::settings::Settings;
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::{body, reply};
use futures_util::future::try_join_all;
use olympus_core::grant::MAX_CENTS;
use olympus_proto::books::{DeadLetters, HouseCard, Hurried, NewHouseCard};
use olympus_proto::grant::CardToken;
use olympus_proto::location::{ReconcileAnswer, ReconcileUpload};
use olympus_proto::pos::PaymentId;
use olympus_proto::provider::{Captured, MAX_LOOKUP};
use olympus_proto::sync::{
    EntityKind, Operation, Pull, PullAnswer, Push, PushAnswer, Register, Registered,
};
use std::collections::HashMap;
use worker::Request;

/// Most operations of a push.
const MAX_OPERATIONS: usize = 500;
/// Most payments of an upload.
const MAX_PAYMENTS: usize = 1_000;
/// Longest id within an operation or an upload.
const MAX_ID_BYTES: usize = 128;
/// Longest reason of a person.
const MAX_REASON_BYTES: usize = 200;
/// Length of a card's token.
const CARD_CHARS: usize = 64;
/// Longest name of what an operation is about.
const MAX_ENTITY_BYTES: usize = 256;

fn max_bytes(ctx: &Ctx) -> usize {
    ctx.endpoint.route().class.max_body_bytes()
}

/// `POST …/sync/register`.
pub(crate) async fn register(ctx: &Ctx, mut request: Request) -> Answer {
    let register: Register = body::json(&mut request, max_bytes(ctx)).await?;
    let registered: Registered = ask_for_caller(ctx, "/register", register).await?;
    reply::json(&registered)
}

/// `POST …/sync/push`.
pub(crate) async fn push(ctx: &Ctx, mut request: Request) -> Answer {
    let push: Push = body::json(&mut request, max_bytes(ctx)).await?;
    if push.operations.len() > MAX_OPERATIONS {
        return Err(EdgeError::invalid(format!(
            "send at most {MAX_OPERATIONS} operations at once"
        )));
    }
    for operation in &push.operations {
        check_id("an operation's id", &operation.id.0)?;
        // One that is given up only keeps its place, or it would block those behind it for good.
        if !operation.given_up {
            check_entity(operation)?;
        }
    }
    let answer: PushAnswer = ask_for_caller(ctx, "/push", push).await?;
    reply::json(&answer)
}

/// `POST …/sync/pull`.
pub(crate) async fn pull(ctx: &Ctx, mut request: Request) -> Answer {
    let pull: Pull = body::json(&mut request, max_bytes(ctx)).await?;
    let answer: PullAnswer = ask_for_caller(ctx, "/pull", pull).await?;
    reply::json(&answer)
}

/// `POST …/reconcile`.
pub(crate) async fn reconcile(ctx: &Ctx, mut request: Request) -> Answer {
    let upload: ReconcileUpload = body::json(&mut request, max_bytes(ctx)).await?;
    if upload.payments.len() > MAX_PAYMENTS {
        return Err(EdgeError::invalid(format!(
            "send at most {MAX_PAYMENTS} payments at once, and several uploads of one name"
        )));
    }
    check_id("`upload`", &upload.upload)?;
    for payment in &upload.payments {
        check_payment(payment.payment.as_str())?;
    }
    let compared: Compared = ask_for_caller(ctx, "/reconcile", upload).await?;
    reply::json(&beside_provider(ctx, compared).await?)
}

/// Puts what the provider has beside what the book has.
async fn beside_provider(ctx: &Ctx, compared: Compared) -> Result<ReconcileAnswer, EdgeError> {
    let mut payments = compared.payments;
    if compared.asks.is_empty() {
        return Ok(ReconcileAnswer { payments });
    }
    let failed = |cause: String| EdgeError::upstream("the payment provider", cause);
    let settings = Settings::of(&ctx.env);
    let provider = Provider::of(&ctx.env, settings.timeout_ms)
        .ok_or_else(|| failed("neither PROVIDER nor PROVIDER_URL is set".to_owned()))?;
    let parts = compared
        .asks
        .chunks(MAX_LOOKUP)
        .map(|part| provider.lookup(part.to_vec()));
    let found = try_join_all(parts).await.map_err(failed)?;
    let found: HashMap<PaymentId, Captured> = found
        .into_iter()
        .flatten()
        .filter_map(|captured| Some((captured.reference.payment(&ctx.location)?, captured)))
        .collect();
    for payment in &mut payments {
        payment.provider_cents = found.get(&payment.payment).and_then(Captured::moved);
    }
    Ok(ReconcileAnswer { payments })
}

/// `POST …/payments/settle`: looks at all that is not settled now.
pub(crate) async fn settle(ctx: &Ctx, _request: Request) -> Answer {
    let hurried: Hurried = ask(&ctx.env, &ctx.location, "/hurry", Nothing {}).await?;
    reply::json(&hurried)
}

/// `POST …/payments/close`: a person says how a payment stands that nobody else can settle.
pub(crate) async fn close(ctx: &Ctx, mut request: Request) -> Answer {
    let closing: Closing = body::json(&mut request, max_bytes(ctx)).await?;
    check_id("`payment`", closing.payment.as_str())?;
    if !(1..=MAX_REASON_BYTES).contains(&closing.reason.trim().len()) {
        return Err(EdgeError::invalid(format!(
            "`reason` says why, in at most {MAX_REASON_BYTES} bytes"
        )));
    }
    let shut: Shut = ask_for_caller(ctx, "/close", closing).await?;
    reply::json(&shut)
}

/// `POST …/reports/tell`: all rows are told to the read model again.
pub(crate) async fn tell_again(ctx: &Ctx, _request: Request) -> Answer {
    let again: Again = ask(&ctx.env, &ctx.location, "/tell-again", Nothing {}).await?;
    reply::json(&again)
}

/// `GET …/dead-letters`.
pub(crate) async fn dead_letters(ctx: &Ctx, _request: Request) -> Answer {
    let letters: DeadLetters = ask(&ctx.env, &ctx.location, "/dead-letters", Nothing {}).await?;
    reply::json(&letters)
}

/// `POST …/cards`: a card of the house is given out.
pub(crate) async fn issue_card(ctx: &Ctx, mut request: Request) -> Answer {
    let new: NewHouseCard = body::json(&mut request, max_bytes(ctx)).await?;
    check_card(new.card.as_str())?;
    if !(0..=MAX_CENTS.0).contains(&new.balance_cents.0) {
        return Err(EdgeError::invalid(format!(
            "`balance_cents` is 0 to {}",
            MAX_CENTS.0
        )));
    }
    let card: HouseCard = ask_for_caller(ctx, "/issue-card", new).await?;
    reply::json(&card)
}

/// `GET …/cards/{card}`.
pub(crate) async fn card(ctx: &Ctx, _request: Request) -> Answer {
    check_card(ctx.param(0))?;
    let card = CardToken::from(ctx.param(0));
    let card: HouseCard = ask_for_caller(ctx, "/card", card).await?;
    reply::json(&card)
}

fn check_card(token: &str) -> Result<(), EdgeError> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if token.len() == CARD_CHARS && token.bytes().all(hex) {
        return Ok(());
    }
    Err(EdgeError::invalid(
        "a card's token is 64 of 0-9 a-f, as the reader shows it",
    ))
}

fn check_id(what: &str, id: &str) -> Result<(), EdgeError> {
    let plain = |byte: u8| byte.is_ascii_graphic();
    if id.is_empty() || id.len() > MAX_ID_BYTES || !id.bytes().all(plain) {
        return Err(EdgeError::invalid(format!(
            "{what} is 1 to {MAX_ID_BYTES} printable characters of ASCII without blanks"
        )));
    }
    Ok(())
}

/// A payment's name at the provider is its location's, a dot, and this: with a dot in it, it could be
/// another location's.
fn check_payment(id: &str) -> Result<(), EdgeError> {
    check_id("a payment's id", id)?;
    if id.contains('.') {
        return Err(EdgeError::invalid("a payment's id has no dot"));
    }
    Ok(())
}

/// Orders and payments are named by tills; a dish by its menu, in any script and with blanks.
fn check_entity(operation: &Operation) -> Result<(), EdgeError> {
    let id = &operation.entity;
    if !id.is_empty() && operation.kind.entity_kind() == Some(EntityKind::Payment) {
        return check_payment(id);
    }
    if !id.is_empty() && operation.kind.entity_kind() == Some(EntityKind::Order) {
        return check_id("an operation's entity", id);
    }
    if id.len() > MAX_ENTITY_BYTES || id.chars().any(char::is_control) {
        return Err(EdgeError::invalid(format!(
            "an operation's entity is at most {MAX_ENTITY_BYTES} bytes without control characters"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MAX_ENTITY_BYTES, check_card, check_entity, check_id, check_payment};

    #[test]
    fn a_cards_token_is_what_a_reader_shows() {
        assert!(check_card(&"0f".repeat(32)).is_ok());
        for bad in [
            "",
            "0f",
            &"0F".repeat(32),
            &"0g".repeat(32),
            &"0f".repeat(33),
        ] {
            assert!(check_card(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ids_are_short_and_plain() {
        assert!(check_id("x", "0f3a-9c/2e").is_ok());
        let long = "x".repeat(129);
        for bad in ["", "a b", "a\n", "é", long.as_str()] {
            assert!(check_id("x", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_dish_may_have_any_name_that_a_menu_gives_it() {
        let named = |kind: &str, id: &str| {
            let operation = serde_json::json!({
                "id": "a", "sequence": 1, "after": null, "kind": kind, "entity": id,
                "base_version": 0, "payload": {}, "created_at_ms": 0, "value_cents": 0,
            });
            check_entity(&serde_json::from_value(operation).unwrap())
        };
        for good in ["", "coke zero", "crème brûlée", "麻婆豆腐"] {
            assert!(named("inventory_adjust", good).is_ok(), "{good:?}");
        }
        for bad in ["a\n", "a\0", &"x".repeat(MAX_ENTITY_BYTES + 1)] {
            assert!(named("inventory_count", bad).is_err(), "{bad:?}");
        }
        // A payment's name goes into a header to the provider.
        assert!(named("payment", "a b").is_err() && named("order_update", "é").is_err());
        assert!(named("payment", "a-b").is_ok() && named("order_update", "2.X").is_ok());
        // `cafe` and `2.X` would be `cafe.2` and `X` there.
        assert!(named("payment", "2.X").is_err() && check_payment("2.X").is_err());
    }
}
