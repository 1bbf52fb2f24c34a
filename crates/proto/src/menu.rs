//! One location's menu.

use crate::allergen::Allergens;
use crate::ids::ItemId;
use crate::money::Cents;
use serde::{Deserialize, Serialize};

/// Days, Monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// The week, Monday first.
    pub const ALL: [Weekday; 7] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];
}

/// Hours in which an item is served. `to` before `from` runs past midnight and belongs to the
/// day on which it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Daypart {
    /// Days of the week; empty means every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
    /// First minute served, `HH:MM`, local time.
    pub from: String,
    /// First minute no longer served, `HH:MM`, local time; `24:00` is the end of the day.
    pub to: String,
}

/// Whether an item can be had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Availability {
    /// Not to be had until somebody says otherwise.
    pub sold_out: bool,
    /// When it is served; empty means always.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dayparts: Vec<Daypart>,
}

impl Availability {
    /// Served always.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// One choice in a modifier group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modifier {
    /// Unique in its group.
    pub id: String,
    /// What the customer reads.
    pub name: String,
    /// Added to the item's price; may be negative.
    #[serde(default)]
    pub price_cents: Cents,
    /// Id in the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos_id: Option<String>,
    /// What customers call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// Choices that go with an item: sizes, toppings, milks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModifierGroup {
    /// Unique in its item.
    pub id: String,
    /// What the customer reads.
    pub name: String,
    /// Fewest choices.
    #[serde(default)]
    pub min: u32,
    /// Most choices; absent means no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// The choices.
    #[serde(default)]
    pub options: Vec<Modifier>,
}

/// A dish. `id` and `name` are all that it must have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuItem {
    /// Unique in the menu.
    pub id: ItemId,
    /// As printed.
    pub name: String,
    /// BCP 47 code of the name's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The heading that it stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Price in cents; absent means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<Cents>,
    /// Diets and other marks: `vegan`, `vegetarian`, `halal`, `spicy`, ….
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What the restaurant states of allergens.
    #[serde(default)]
    pub allergens: Allergens,
    /// Sizes, toppings, sides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifier_groups: Vec<ModifierGroup>,
    /// Whether and when it can be had.
    #[serde(default, skip_serializing_if = "Availability::is_default")]
    pub availability: Availability,
    /// Address of a picture: `https://…` or a path under `/static/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Id in the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos_id: Option<String>,
    /// What customers call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

impl MenuItem {
    /// An item with a name and nothing else stated.
    #[must_use]
    pub fn new(id: &str, name: &str) -> Self {
        Self {
            id: ItemId::from(id),
            name: name.to_owned(),
            language: None,
            description: None,
            category: None,
            price_cents: None,
            tags: Vec::new(),
            allergens: Allergens::default(),
            modifier_groups: Vec::new(),
            availability: Availability::default(),
            image: None,
            pos_id: None,
            aliases: Vec::new(),
        }
    }
}
