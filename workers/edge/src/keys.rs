//! Making and ending device keys. Invariant: a secret is shown once, in the answer that made it.

use crate::auth::devices;
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::{body, reply};
use olympus_proto::edge::EdgeScope;
use serde::{Deserialize, Serialize};
use worker::Request;

const MAX_NAME_CHARS: usize = 64;

/// Body of `POST …/keys`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// What people call it.
    name: String,
    scope: EdgeScope,
}

/// Answer of `POST …/keys`.
#[derive(Debug, Serialize)]
struct Made {
    id: String,
    /// Never shown again.
    key: String,
    scope: EdgeScope,
}

/// `POST …/keys`.
pub(crate) async fn create(ctx: &Ctx, mut request: Request) -> Answer {
    let wanted: Wanted =
        body::json(&mut request, ctx.endpoint.route().class.max_body_bytes()).await?;
    check(&wanted)?;
    let new = devices::create(&ctx.env, &ctx.location, &wanted.name, wanted.scope).await?;
    reply::json_with_status(
        201,
        &Made {
            id: new.id,
            key: new.key,
            scope: wanted.scope,
        },
    )
}

fn check(wanted: &Wanted) -> Result<(), EdgeError> {
    let length = wanted.name.chars().count();
    if length == 0 || length > MAX_NAME_CHARS || wanted.name.chars().any(char::is_control) {
        return Err(EdgeError::invalid("a key's name is 1 to 64 characters"));
    }
    // What lies in a kitchen is lost sooner than a person's login.
    if wanted.scope > EdgeScope::Device {
        return Err(EdgeError::invalid(
            "a device key's scope is kiosk, pos or device; admin is for people's tokens",
        ));
    }
    Ok(())
}

/// `DELETE …/keys/{id}`.
pub(crate) async fn revoke(ctx: &Ctx, _request: Request) -> Answer {
    let id = ctx.param(0);
    if devices::is_id(id) && devices::revoke(&ctx.env, &ctx.location, id).await? {
        return reply::no_content();
    }
    Err(EdgeError::not_found("this location has no such key"))
}

#[cfg(test)]
mod tests {
    use super::{Wanted, check};
    use olympus_proto::edge::EdgeScope;

    #[test]
    fn no_key_is_an_admin_and_each_has_a_name() {
        let wanted = |name: &str, scope| {
            let name = name.to_owned();
            check(&Wanted { name, scope }).is_ok()
        };
        assert!(wanted("kitchen", EdgeScope::Device));
        assert!(!wanted("kitchen", EdgeScope::Admin));
        assert!(!wanted("", EdgeScope::Kiosk));
        assert!(!wanted("a\nb", EdgeScope::Kiosk));
        assert!(!wanted(&"a".repeat(65), EdgeScope::Kiosk));
    }
}
