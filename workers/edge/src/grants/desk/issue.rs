//! Grants: how much a terminal may sell by itself.
//!
//! Invariant: the caps of a grant and what is not settled yet are together no more than the
//! policy's caps, so that terminals that come back again and again get no more than those that
//! wait.

use super::super::secret::Secret;
use super::{Desk, own_fault};
use crate::authority::Unsettled;
use crate::http::error::EdgeError;
use olympus_proto::grant::{Caps, Grant, GrantId, TerminalId};
use olympus_proto::{Cents, ErrorCode};

/// The worse of what two say of what is sold and not settled.
pub(crate) fn worse(one: Unsettled, other: Unsettled) -> Unsettled {
    Unsettled {
        cents: one.cents.max(other.cents),
        sales: one.sales.max(other.sales),
    }
}

/// Who wants a grant.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) terminal: TerminalId,
    pub(crate) unsettled: Unsettled,
    /// When the terminal's latest grant was signed: a device takes only later ones.
    pub(crate) latest_ms: u64,
    /// The new grant's name.
    pub(crate) id: GrantId,
}

/// What is left of the caps.
fn left(caps: &Caps, unsettled: Unsettled) -> Option<Caps> {
    let total = caps.total_cents.0.saturating_sub(unsettled.cents.0.max(0));
    let sales = caps.sales.saturating_sub(unsettled.sales);
    (total > 0 && sales > 0).then(|| Caps {
        sale_cents: caps.sale_cents.min(Cents(total)),
        total_cents: Cents(total),
        sales,
    })
}

impl Desk {
    /// A grant, and its token.
    pub(crate) fn issue(
        &self,
        secret: &Secret,
        wish: &Wish,
        now_ms: u64,
    ) -> Result<(Grant, String), EdgeError> {
        let tenders = self.rules.granted();
        if tenders.is_empty() {
            return Err(EdgeError::new(
                ErrorCode::WrongState,
                "the policy allows cash only, which needs no grant",
            ));
        }
        let draft = &self.rules.draft;
        let caps = left(&draft.caps, wish.unsettled).ok_or_else(|| used_up(&draft.caps, wish))?;
        let signer = self.signer(secret, now_ms)?;
        let issued_ms = now_ms.max(wish.latest_ms.saturating_add(1));
        let grant = Grant {
            grant: wish.id.clone(),
            terminal: wish.terminal.clone(),
            location: self.location.clone(),
            key: signer.id().clone(),
            issued_ms,
            not_before_ms: issued_ms,
            expires_ms: issued_ms.saturating_add(draft.grant_life_ms),
            policy: self.rules.version,
            caps,
            tenders,
        };
        let token = signer.seal(&grant).map_err(own_fault)?;
        Ok((grant, token))
    }
}

fn used_up(caps: &Caps, wish: &Wish) -> EdgeError {
    let Unsettled { cents, sales } = wish.unsettled;
    EdgeError::new(
        ErrorCode::OfflineLimit,
        format!(
            "{sales} sales of {cents} cents are not settled, and the policy leaves {} sales of {} \
             cents: let the terminal send what waits, and ask again once it is settled; or raise \
             the caps by PUT …/policy",
            caps.sales,
            caps.total_cents.0,
            cents = cents.0,
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::{Caps, Cents, Unsettled, left};

    #[test]
    fn caps_and_what_is_unsettled_are_never_more_than_the_policy_says() {
        let caps = Caps {
            sale_cents: Cents(300),
            total_cents: Cents(1_000),
            sales: 3,
        };
        for (cents, sales, expected) in [
            (0, 0, Some((300, 1_000, 3))),
            (700, 1, Some((300, 300, 2))),
            (701, 2, Some((299, 299, 1))),
            (999, 0, Some((1, 1, 3))),
            (1_000, 0, None),
            (i64::MAX, 0, None),
            (0, 3, None),
            (0, u32::MAX, None),
            // More was given back than sold: that widens nothing.
            (-500, 0, Some((300, 1_000, 3))),
        ] {
            let unsettled = Unsettled {
                cents: Cents(cents),
                sales,
            };
            let got = left(&caps, unsettled);
            let got = got.map(|caps| (caps.sale_cents.0, caps.total_cents.0, caps.sales));
            assert_eq!(got, expected, "{cents} {sales}");
        }
    }
}
