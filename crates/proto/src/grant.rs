//! What the Worker signs and a device sells by while the line is down: grants, policies, lists of
//! what is revoked, and the keys that signed them.
//!
//! Each is the payload of a PASETO `v4.public` token. Invariant: the order of the fields is part of
//! the format, since a token whose payload is not written exactly so is refused. Times are
//! milliseconds since 1970; sets are lists in ascending order without repeats.

use crate::ids::{LocationId, string_id};
use crate::money::Cents;
use serde::{Deserialize, Serialize};
use std::fmt;

string_id!(
    /// One terminal: the device that sells. 1 to 64 of `A-Z a-z 0-9 . _ -`, as all ids here.
    TerminalId
);
string_id!(
    /// One session grant.
    GrantId
);
string_id!(
    /// One key that signs.
    KeyId
);
string_id!(
    /// A card: lower-case hex of 32 bytes, the keyed hash of its number. Never the number.
    CardToken
);
string_id!(
    /// One sale, or one refund of it; made by the client, the same each time it asks again.
    SaleId
);
string_id!(
    /// One order, which sales pay.
    OrderId
);

/// How something is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenderKind {
    /// Money in hand. Needs no grant.
    Cash,
    /// A bank card, authorised offline and settled later.
    Card,
    /// The house's own card with a balance.
    StoredValue,
}

impl fmt::Display for TenderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cash => "cash",
            Self::Card => "card",
            Self::StoredValue => "stored_value",
        })
    }
}

/// Bounds of what is sold under one grant, cash left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// Dearest sale.
    pub sale_cents: Cents,
    /// All sales together.
    pub total_cents: Cents,
    /// How many.
    pub sales: u32,
}

/// Leave for one terminal at one location to sell for a while without asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its name.
    pub grant: GrantId,
    /// Who may sell.
    pub terminal: TerminalId,
    /// Where.
    pub location: LocationId,
    /// The key that signs; also in the footer.
    pub key: KeyId,
    /// When it was signed.
    pub issued_ms: u64,
    /// From when it holds.
    pub not_before_ms: u64,
    /// From when it holds no more.
    pub expires_ms: u64,
    /// The oldest policy that it may be used with.
    pub policy: u64,
    /// How much.
    pub caps: Caps,
    /// By which tenders, besides cash.
    pub tenders: Vec<TenderKind>,
}

/// A tender that a policy allows, and its dearest sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenderPolicy {
    /// Which.
    pub tender: TenderKind,
    /// Dearest sale, whatever the grant says.
    pub sale_cents: Cents,
}

/// From which age a kind of goods is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeLimit {
    /// The goods, e.g. `spirits`.
    pub category: String,
    /// Years.
    pub years: u8,
}

/// The rules of one location. A higher version replaces a lower one, never the other way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Where.
    pub location: LocationId,
    /// Its number, from 1.
    pub version: u64,
    /// The key that signs.
    pub key: KeyId,
    /// When it was signed.
    pub issued_ms: u64,
    /// What may be taken; a tender that is not listed may not.
    pub tenders: Vec<TenderPolicy>,
    /// By category.
    pub age_limits: Vec<AgeLimit>,
    /// Part of each cap, in percent, that is left once a grant or the list has expired.
    pub reduced_percent: u8,
    /// For how long it is left; then cash only.
    pub reduced_ms: u64,
}

/// What is revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoked {
    /// Cards.
    pub cards: Vec<CardToken>,
    /// Terminals.
    pub terminals: Vec<TerminalId>,
    /// Grants.
    pub grants: Vec<GrantId>,
    /// Keys.
    pub keys: Vec<KeyId>,
}

/// The whole list of what is revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSnapshot {
    /// Where.
    pub location: LocationId,
    /// Its number, from 1.
    pub number: u64,
    /// The key that signs.
    pub key: KeyId,
    /// When it was signed.
    pub issued_ms: u64,
    /// From when it is too old to sell by.
    pub expires_ms: u64,
    /// All of it.
    pub revoked: Revoked,
}

/// What changed from the list before to the one of this number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListDelta {
    /// Where.
    pub location: LocationId,
    /// The number of the list that it makes of the one before.
    pub number: u64,
    /// The key that signs.
    pub key: KeyId,
    /// When it was signed.
    pub issued_ms: u64,
    /// From when the list is too old to sell by.
    pub expires_ms: u64,
    /// What comes to it.
    pub added: Revoked,
    /// What leaves it.
    pub removed: Revoked,
}

/// A key, and when it does what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedKey {
    /// Its name; never given to another key.
    pub id: KeyId,
    /// The Ed25519 public key, base64url without padding.
    pub public: String,
    /// Since when it is in the set.
    pub published_ms: u64,
    /// From when it signs.
    pub signs_from_ms: u64,
    /// From when it signs no more; absent while no other key follows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signs_until_ms: Option<u64>,
    /// From when nothing signed by it is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_ms: Option<u64>,
}

/// All keys that sign, or did, or will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedKeys {
    /// Its number, from 1; a higher one replaces a lower one.
    pub number: u64,
    /// The key that signs this set, one of the set before.
    pub key: KeyId,
    /// When it was signed.
    pub issued_ms: u64,
    /// In the order in which they sign.
    pub keys: Vec<PublishedKey>,
}

#[cfg(test)]
mod tests {
    use super::{Caps, Grant, TenderKind};
    use crate::money::Cents;

    #[test]
    fn a_grant_is_written_as_it_is_signed() {
        let grant = Grant {
            grant: "g-1".into(),
            terminal: "till-1".into(),
            location: "loc-7".into(),
            key: "k-1".into(),
            issued_ms: 1,
            not_before_ms: 2,
            expires_ms: 3,
            policy: 4,
            caps: Caps {
                sale_cents: Cents(5),
                total_cents: Cents(6),
                sales: 7,
            },
            tenders: vec![TenderKind::Card, TenderKind::StoredValue],
        };
        let text = r#"{"grant":"g-1","terminal":"till-1","location":"loc-7","key":"k-1","issued_ms":1,"not_before_ms":2,"expires_ms":3,"policy":4,"caps":{"sale_cents":5,"total_cents":6,"sales":7},"tenders":["card","stored_value"]}"#;
        assert_eq!(serde_json::to_string(&grant).expect("json"), text);
        assert_eq!(serde_json::from_str::<Grant>(text).ok(), Some(grant));
    }
}
