//! Grants, policies, lists and keys that come at the wrong time or from the wrong hand.

use super::{Case, Refused, revoked};
use crate::fixture::{
    DAY, HOUR, T0, at, by_card, card, delta, grant, numbered, policy, published, ready, seal,
    selling, signer, snapshot,
};
use olympus_core::grant::{KeySet, Refusal, Saved, Terminal, WAIT_MS};
use olympus_core::route::Draw;
use olympus_proto::grant::{PublishedKeys, Revoked};

pub(super) fn take_keys(change: impl FnOnce(&mut PublishedKeys)) -> Refused {
    let mut next = published();
    next.number += 1;
    next.issued_ms = T0;
    change(&mut next);
    ready().take_keys(&seal(&next), at(0)).outcome.err()
}

pub(super) fn take_delta(number: u64, change: impl FnOnce(&mut Revoked, &mut Revoked)) -> Refused {
    let mut next = delta(number, Revoked::default());
    change(&mut next.added, &mut next.removed);
    ready().take_delta(&seal(&next), at(0)).outcome.err()
}

#[rustfmt::skip]
pub(super) fn documents() -> Vec<Case> {
    vec![
        ("the grant in use again", Refusal::GrantOlder, || selling().take_grant(&seal(&grant()), at(0), Draw(0)).outcome.err()),
        ("an older grant", Refusal::GrantOlder, || {
            let mut older = grant();
            (older.grant, older.issued_ms) = ("g-0".into(), T0 - 1);
            selling().take_grant(&seal(&older), at(0), Draw(0)).outcome.err()
        }),
        ("a newer grant under the id in use", Refusal::GrantIdReused, || {
            let mut raised = grant();
            (raised.issued_ms, raised.not_before_ms) = (T0 + 1, T0 + 1);
            selling().take_grant(&seal(&raised), at(1), Draw(0)).outcome.err()
        }),
        ("a newer grant under the id of one before", Refusal::GrantIdReused, || {
            let mut terminal = selling();
            assert!(terminal.authorise(&by_card("s", 100), at(0)).outcome.is_ok());
            let mut next = grant();
            (next.grant, next.issued_ms, next.not_before_ms) = ("g-2".into(), T0 + 1, T0 + 1);
            assert_eq!(terminal.take_grant(&seal(&next), at(1), Draw(0)).outcome, Ok(()));
            (next.grant, next.issued_ms, next.not_before_ms) = ("g-1".into(), T0 + 2, T0 + 2);
            terminal.take_grant(&seal(&next), at(2), Draw(0)).outcome.err()
        }),
        ("a grant that was revoked, again", Refusal::GrantRevoked, || {
            revoked(|r| r.grants.push("g-1".into())).take_grant(&seal(&grant()), at(0), Draw(0)).outcome.err()
        }),
        ("a grant for a revoked terminal", Refusal::TerminalRevoked, || {
            let mut next = grant();
            (next.grant, next.issued_ms, next.not_before_ms) = ("g-2".into(), T0 + 1, T0 + 1);
            revoked(|r| r.terminals.push("till-1".into())).take_grant(&seal(&next), at(0), Draw(0)).outcome.err()
        }),
        ("a grant by a revoked key", Refusal::KeyRevoked, || {
            let mut next = grant();
            (next.grant, next.issued_ms, next.not_before_ms) = ("g-2".into(), T0 + 1, T0 + 1);
            revoked(|r| r.keys.push("k-2".into())).take_grant(&seal(&next), at(0), Draw(0)).outcome.err()
        }),
        ("a grant by a retired key", Refusal::KeyRetired, || {
            let mut old = grant();
            (old.key, old.issued_ms, old.not_before_ms) = ("k-1".into(), T0 - 13 * HOUR, T0 - 13 * HOUR);
            let token = numbered(1).seal(&old).expect("sound");
            ready().take_grant(&token, at(13 * HOUR), Draw(0)).outcome.err()
        }),
        ("a grant before there is a policy", Refusal::PolicyMissing, || {
            let saved = Saved { policy: None, ..ready().saved().clone() };
            Terminal::restore(saved).expect("sound").take_grant(&seal(&grant()), at(0), Draw(0)).outcome.err()
        }),
        ("a grant before there is a list", Refusal::ListMissing, || {
            let saved = Saved { list: None, ..ready().saved().clone() };
            Terminal::restore(saved).expect("sound").take_grant(&seal(&grant()), at(0), Draw(0)).outcome.err()
        }),
        ("an older policy", Refusal::PolicyOlder, || ready().take_policy(&seal(&policy(2)), at(0)).outcome.err()),
        ("the same policy with other words", Refusal::PolicyOlder, || {
            let mut same = policy(3);
            same.reduced_percent = 100;
            ready().take_policy(&seal(&same), at(0)).outcome.err()
        }),
        ("a policy of another location", Refusal::BadSignature, || {
            let mut other = policy(4);
            other.location = "loc-8".into();
            ready().take_policy(&seal(&other), at(0)).outcome.err()
        }),
        ("a policy that reduces to more than all", Refusal::BadNumber, || {
            let mut wide = policy(4);
            wide.reduced_percent = 101;
            signer().seal(&wide).err()
        }),
        ("a gap in the list", Refusal::ListGap, || take_delta(7, |_, _| {})),
        ("a change of the list again", Refusal::ListOlder, || take_delta(5, |_, _| {})),
        ("an older list", Refusal::ListOlder, || ready().take_list(&seal(&snapshot(4)), at(0)).outcome.err()),
        ("the same list with less in it", Refusal::ListOlder, || {
            let mut less = snapshot(5);
            less.revoked = Revoked::default();
            ready().take_list(&seal(&less), at(0)).outcome.err()
        }),
        ("a list of another location", Refusal::BadSignature, || {
            let mut other = snapshot(6);
            other.location = "loc-8".into();
            ready().take_list(&seal(&other), at(0)).outcome.err()
        }),
        ("a change before there is a list", Refusal::ListMissing, || {
            let saved = Saved { list: None, ..ready().saved().clone() };
            let token = seal(&delta(6, Revoked::default()));
            Terminal::restore(saved).expect("sound").take_delta(&token, at(0)).outcome.err()
        }),
        ("a change that adds what is there", Refusal::ListConflict, || take_delta(6, |add, _| add.cards.push(card(66)))),
        ("a change that removes what is not", Refusal::ListConflict, || take_delta(6, |_, remove| remove.cards.push(card(1)))),
        ("a change that removes and adds one card", Refusal::ListConflict, || take_delta(6, |add, remove| {
            add.cards.push(card(66));
            remove.cards.push(card(66));
        })),
        ("a list with the number of a card in clear", Refusal::BadId, || {
            let mut clear = snapshot(6);
            clear.revoked.cards = vec!["4111111111111111".into()];
            signer().seal(&clear).err()
        }),
        ("a list that lives for a year", Refusal::BadWindow, || {
            let mut long = snapshot(6);
            long.expires_ms = T0 + 365 * DAY;
            signer().seal(&long).err()
        }),
        ("a list by a key that the list revokes", Refusal::KeyRevoked, || {
            revoked(|r| r.keys.push("k-2".into())).take_list(&seal(&snapshot(9)), at(0)).outcome.err()
        }),
        ("a document under a key that is not its own", Refusal::KeyMismatch, || numbered(3).seal(&grant()).err()),
    ]
}

#[rustfmt::skip]
pub(super) fn key_sets() -> Vec<Case> {
    fn first() -> KeySet {
        KeySet::first("k-1".into(), numbered(1).public(), T0).expect("a key")
    }
    vec![
        ("a key set again", Refusal::KeysOlder, || take_keys(|set| set.number -= 1)),
        ("another key under an id", Refusal::KeyChanged, || take_keys(|set| set.keys[2].public = numbered(9).public())),
        ("a key published earlier than it was", Refusal::KeyChanged, || take_keys(|set| set.keys[2].published_ms -= DAY)),
        ("a key dropped before its time", Refusal::KeyChanged, || take_keys(|set| { set.keys.remove(0); })),
        ("one key under two ids", Refusal::KeyChanged, || take_keys_unsealed(|set| set.keys[2].public = numbered(1).public())),
        ("a key that signs before all know it", Refusal::BadRotation, || take_keys_unsealed(|set| {
            set.keys[2].signs_from_ms = set.keys[2].published_ms + WAIT_MS - 1;
            set.keys[1].signs_until_ms = Some(set.keys[2].signs_from_ms);
        })),
        ("a key retired before its grants end", Refusal::BadRotation, || take_keys_unsealed(|set| {
            set.keys[1].retired_ms = set.keys[1].signs_until_ms;
        })),
        ("a time in which no key signs", Refusal::BadRotation, || take_keys_unsealed(|set| {
            set.keys[1].signs_until_ms = Some(set.keys[2].signs_from_ms - 1);
        })),
        ("a set without keys", Refusal::BadRotation, || take_keys_unsealed(|set| set.keys.clear())),
        ("a key set by a key that nobody has", Refusal::UnknownKey, || {
            let mut next = published();
            (next.number, next.key) = (9, "k-9".into());
            let token = numbered(9).seal(&next).expect("sound");
            ready().take_keys(&token, at(0)).outcome.err()
        }),
        ("a key set by a key that is revoked", Refusal::KeyRevoked, || {
            let mut next = published();
            (next.number, next.issued_ms) = (9, T0);
            revoked(|r| r.keys.push("k-2".into())).take_keys(&seal(&next), at(0)).outcome.err()
        }),
        ("a key of small order", Refusal::BadEncoding, || {
            let mut set = published();
            set.keys[2].public = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
            KeySet::pinned(&set).err()
        }),
        ("a rotation that does not wait", Refusal::BadRotation, || {
            first().publish("k-2".into(), numbered(2).public(), T0 + WAIT_MS - 1, T0).err()
        }),
        ("a new key under an old id", Refusal::KeyChanged, || {
            first().publish("k-1".into(), numbered(2).public(), T0 + WAIT_MS, T0).err()
        }),
        ("a spare brought forward that is not there", Refusal::BadRotation, || first().bring_forward(T0).err()),
    ]
}

/// A set that no device would take, given to one as it is registered.
pub(super) fn take_keys_unsealed(change: impl FnOnce(&mut PublishedKeys)) -> Refused {
    let mut set = published();
    change(&mut set);
    KeySet::pinned(&set).err()
}
