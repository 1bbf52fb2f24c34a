//! Copies in KV of what the object signed.
//!
//! Invariant: a copy of the policy is believed until the moment that stands in it, a minute after
//! it was made at the latest; a list is kept under its number, so that it is never an old one. What
//! cannot be read is not there, and what cannot be written is asked for again.

use crate::http::ctx::Ctx;
use crate::http::error::log;
use crate::http::time::now_ms;
use crate::metrics;
use olympus_proto::location::PolicyInForce;
use serde::{Deserialize, Serialize};

const BINDING: &str = "CACHE";
/// How long a copy is kept and believed.
const TTL_S: u64 = 60;

#[derive(Serialize, Deserialize)]
struct Copy {
    until_ms: u64,
    policy: PolicyInForce,
}

fn policy_key(ctx: &Ctx) -> String {
    format!("grants/policy/{}", ctx.location)
}

fn list_key(ctx: &Ctx, number: u64) -> String {
    format!("grants/list/{}/{number}", ctx.location)
}

async fn read(ctx: &Ctx, key: &str) -> Option<String> {
    let kv = ctx.env.kv(BINDING).ok()?;
    match kv.get(key).text().await {
        Ok(text) => text,
        Err(error) => {
            log(&format!("the cache could not be read: {error}"));
            None
        }
    }
}

/// Writes after the answer.
fn write(ctx: &Ctx, key: String, text: String) {
    let Ok(kv) = ctx.env.kv(BINDING) else {
        return;
    };
    ctx.exec.wait_until(async move {
        let written = match kv.put(&key, text) {
            Ok(put) => put.expiration_ttl(TTL_S).execute().await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            log(&format!("the cache could not be written: {error}"));
        }
    });
}

/// The policy, where a copy may be believed.
pub(super) async fn policy(ctx: &Ctx) -> Option<PolicyInForce> {
    let text = read(ctx, &policy_key(ctx)).await;
    let copy: Option<Copy> = text.and_then(|text| serde_json::from_str(&text).ok());
    let now_ms = now_ms();
    let copy = copy.filter(|copy| {
        now_ms < copy.until_ms && copy.until_ms <= now_ms.saturating_add(TTL_S * 1_000)
    });
    metrics::cache("policy", copy.is_some());
    copy.map(|copy| copy.policy)
}

pub(super) fn keep_policy(ctx: &Ctx, policy: &PolicyInForce) {
    let copy = Copy {
        until_ms: now_ms().saturating_add(TTL_S * 1_000),
        policy: policy.clone(),
    };
    if let Ok(text) = serde_json::to_string(&copy) {
        write(ctx, policy_key(ctx), text);
    }
}

/// The policy was changed: copies are forgotten here at once, elsewhere within a minute.
pub(super) async fn forget_policy(ctx: &Ctx) {
    let Ok(kv) = ctx.env.kv(BINDING) else {
        return;
    };
    if let Err(error) = kv.delete(&policy_key(ctx)).await {
        log(&format!("an old policy may be shown for a minute: {error}"));
    }
}

/// The whole list of this number, where there is a copy.
pub(super) async fn list(ctx: &Ctx, number: u64) -> Option<String> {
    let token = read(ctx, &list_key(ctx, number)).await;
    metrics::cache("list", token.is_some());
    token
}

pub(super) fn keep_list(ctx: &Ctx, number: u64, token: &str) {
    write(ctx, list_key(ctx, number), token.to_owned());
}
