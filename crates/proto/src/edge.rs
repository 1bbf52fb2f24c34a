//! What a device and the Worker say to each other, besides the questions of the local API.
//!
//! The Worker answers intent and search in the shapes of the local API, under
//! `/api/v1/locations/{location}`. Invariant: a menu is named by the digest of its content, so
//! that an answer for another menu is never taken for one for this.

use crate::ids::{ItemId, MenuVersion, SpaceId};
use crate::menu::MenuItem;
use crate::meta::Meta;
use crate::search::Hit;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a caller may do at a location; each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeScope {
    /// Ask, search, fill a cart, watch.
    Kiosk,
    /// Also sell: sold-out marks, receipts, embeddings.
    Pos,
    /// Also be the restaurant's device: publish the menu, keep backups.
    Device,
    /// Also make keys, set flags, upload assets.
    Admin,
}

impl EdgeScope {
    /// Every scope, the least first.
    pub const ALL: [Self; 4] = [Self::Kiosk, Self::Pos, Self::Device, Self::Admin];

    /// The wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Pos => "pos",
            Self::Device => "device",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for EdgeScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for EdgeScope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| NotAScope(text.to_owned()))
    }
}

/// The text named no scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAScope(pub String);

impl fmt::Display for NotAScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no scope; use kiosk, pos, device or admin",
            self.0
        )
    }
}

impl std::error::Error for NotAScope {}

/// Body of `PUT …/menu`: the menu that the device serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishRequest {
    /// Its number on the device.
    pub version: MenuVersion,
    /// Lower-case hex SHA-256 of the items' JSON as the device keeps it.
    pub digest: String,
    /// IANA name of the zone that dayparts are told by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Embed and write it anew even where it is in use, as after the model's vectors changed under
    /// its name. It answers meanwhile.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anew: bool,
    /// The dishes.
    pub items: Vec<MenuItem>,
}

/// How far a menu is on its way to being searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishStage {
    /// Its passages are being embedded and written, batch by batch.
    Writing,
    /// All is written; the index does not show all of it yet.
    Verifying,
    /// It is in use; vectors of the menu before are being deleted.
    Sweeping,
    /// It is in use, and nothing is left to do.
    Live,
    /// It could not be published; the menu before stays in use.
    Failed,
}

/// One menu on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publishing {
    /// The menu.
    pub digest: String,
    /// Its number on the device.
    pub version: MenuVersion,
    /// How far it is.
    pub stage: PublishStage,
    /// Passages done in this stage.
    pub done: usize,
    /// Passages in all.
    pub total: usize,
    /// Attempts that failed since the last progress.
    pub attempts: u32,
    /// The latest fault, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The menu that answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveMenu {
    /// Digest of its content.
    pub digest: String,
    /// Its number on the device.
    pub version: MenuVersion,
    /// Dishes.
    pub items: usize,
    /// The space of its vectors.
    pub space: SpaceId,
    /// When it was switched to, milliseconds since 1970.
    pub since_ms: u64,
}

/// Answer of `PUT …/menu` and `GET …/menu/status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishStatus {
    /// The menu in use, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<LiveMenu>,
    /// The menu on its way, or the last one that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishing: Option<Publishing>,
    /// What keeps the menu in use from being searched by meaning, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// Body of `PATCH …/menu/items/{id}/availability`; `null` is as the menu says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoldOut {
    /// Whether it is sold out; never left out, lest `{}` take a mark away.
    #[serde(deserialize_with = "nullable")]
    pub sold_out: Option<bool>,
}

/// Reads a field that may be null but not left out: serde takes a missing `Option` for null unless
/// it is read by a function of one's own.
///
/// # Errors
/// As of the value.
pub fn nullable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

/// Body of `POST …/embeddings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbedRequest {
    /// 1 to 100 texts.
    pub texts: Vec<String>,
}

/// Answer of `POST …/embeddings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbedResponse {
    /// Model, pooling and dimension.
    pub space: SpaceId,
    /// Unit vectors, in the texts' order.
    pub data: Vec<Vec<f32>>,
}

/// What was recognised in a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recognised {
    /// The dish on this menu.
    pub item: ItemId,
    /// Probability that it is this dish, 0 to 1.
    pub confidence: f32,
}

/// Answer of `POST /v1/image` and `POST …/image`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageResponse {
    /// What the picture shows, in a few words.
    pub seen: String,
    /// Dishes of this menu that it may be, likeliest first, as the filters and the hour allow.
    pub hits: Vec<Hit>,
    /// Their probabilities.
    pub recognised: Vec<Recognised>,
    /// How the answer was made.
    pub meta: Meta,
}

#[cfg(test)]
mod tests {
    use super::{EdgeScope, PublishRequest, SoldOut};

    #[test]
    fn a_mark_is_taken_away_by_null_alone() {
        let read = |text: &str| serde_json::from_str::<SoldOut>(text).map(|sent| sent.sold_out);
        assert_eq!(read(r#"{"sold_out":null}"#).ok(), Some(None));
        assert_eq!(read(r#"{"sold_out":true}"#).ok(), Some(Some(true)));
        let missing = read("{}").map_err(|error| error.to_string());
        assert!(missing.is_err_and(|error| error.contains("missing field `sold_out`")));
        assert!(read(r#"{"sold_out":"no"}"#).is_err());
    }

    #[test]
    fn a_menu_is_published_anew_only_where_that_is_said() {
        let plain = r#"{"version":1,"digest":"d","items":[]}"#;
        let read: PublishRequest = serde_json::from_str(plain).expect("as before it was known");
        assert!(!read.anew);
        assert_eq!(
            serde_json::to_string(&read).expect("serialises"),
            plain,
            "a Worker that does not know the field is not shown it"
        );
    }

    #[test]
    fn scopes_are_ordered_and_named() {
        for pair in EdgeScope::ALL.windows(2) {
            assert!(pair[0] < pair[1]);
        }
        for scope in EdgeScope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert!("Admin".parse::<EdgeScope>().is_err());
    }
}
