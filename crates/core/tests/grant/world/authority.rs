//! What the authority of the world sends: grants, also old ones, and what is revoked.

use super::{Crash, World};
use crate::fixture::{HOUR, T0, delta, grant, published, seal, snapshot};
use olympus_core::grant::{Refusal, Saved, Terminal};
use olympus_core::route::Draw;
use olympus_proto::Cents;
use olympus_proto::grant::{Caps, GrantId, Revoked};

impl World {
    pub(super) fn refresh(
        &mut self,
        caps: (i64, u32),
        replay: bool,
        crash: Crash,
    ) -> Result<(), String> {
        let (id, token) = match self.tokens.first().filter(|_| replay) {
            Some(first) => first.clone(),
            None => self.issue(caps),
        };
        if self.faults.registers_at_each_refresh {
            let mut fresh =
                Saved::registered("loc-7".into(), "till-1".into(), published(), self.true_ms);
            fresh.sales.clone_from(&self.disk.sales);
            fresh.cards.clone_from(&self.disk.cards);
            fresh.policy.clone_from(&self.disk.policy);
            fresh.list.clone_from(&self.disk.list);
            fresh.head.orders.clone_from(&self.disk.head.orders);
            self.disk = fresh;
            self.terminal = Some(Terminal::restore(self.disk.clone()).expect("sound"));
        }
        let reading = self.reading();
        let draw = Draw(self.true_ms);
        let taken = self.with(crash, |t| t.take_grant(&token, reading, draw))?;
        if let Some((Ok(()), true)) = taken {
            self.current = Some(id);
        }
        Ok(())
    }

    fn issue(&mut self, (total, sales): (i64, u32)) -> (GrantId, String) {
        let mut next = grant();
        next.grant = format!("g-{}", self.tokens.len()).as_str().into();
        next.issued_ms = self.true_ms + self.tokens.len() as u64;
        next.not_before_ms = next.issued_ms;
        next.expires_ms = next.issued_ms + 4 * HOUR;
        next.caps = Caps {
            sale_cents: Cents(total.min(2_000)),
            total_cents: Cents(total),
            sales,
        };
        let issued = (next.grant.clone(), seal(&next));
        self.granted.insert(next.grant.clone(), next);
        self.tokens.push(issued.clone());
        issued
    }

    pub(super) fn revoke(&mut self, what: Revoked, lost: bool) -> Result<(), String> {
        let (number, cards, grants) = &mut self.list;
        if what.cards.iter().all(|card| cards.contains(card))
            && what.grants.iter().all(|grant| grants.contains(grant))
        {
            return Ok(());
        }
        *number += 1;
        cards.extend(what.cards.iter().cloned());
        grants.extend(what.grants.iter().cloned());
        // One that goes astray is found by the gap before the next one.
        if lost {
            return Ok(());
        }
        let mut change = delta(*number, what);
        change.expires_ms = T0 + 23 * HOUR;
        let mut whole = snapshot(*number);
        whole.expires_ms = change.expires_ms;
        whole.revoked.cards = cards.iter().cloned().collect();
        whole.revoked.grants = grants.iter().cloned().collect();
        if !self.faults.drops_revocations {
            let reading = self.reading();
            let mut taken = self.with(Crash::Never, |t| t.take_delta(&seal(&change), reading))?;
            if let Some((Err(Refusal::ListGap), _)) = taken {
                taken = self.with(Crash::Never, |t| t.take_list(&seal(&whole), reading))?;
            }
            match taken {
                Some((Ok(()), _)) => {}
                // By a clock that is days ahead the key is retired: the server has to tell the time.
                None | Some((Err(Refusal::KeyRetired), _)) => return Ok(()),
                Some((Err(why), _)) => return Err(format!("the list is refused: {why:?}")),
            }
        }
        self.revoked_cards.clone_from(&self.list.1);
        self.revoked_grants.clone_from(&self.list.2);
        Ok(())
    }
}
