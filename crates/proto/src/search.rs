//! Menu search on the wire.

use crate::allergen::{Allergen, Allergens};
use crate::ids::ItemId;
use crate::menu::ModifierGroup;
use crate::meta::Meta;
use crate::money::Cents;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which items may appear, by whether they can be had now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AvailabilityFilter {
    /// All; those that cannot be had say so in `state`.
    #[default]
    Any,
    /// Only those that can be had now.
    Now,
}

/// Hard limits: an item that misses one is never returned, however well it fits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filters {
    /// Any of these categories (letter case ignored); empty means all.
    pub categories: Vec<String>,
    /// All of these tags.
    pub diets: Vec<String>,
    /// None of these. An item passes only where it states that it is free of each. Names of the
    /// fourteen and their usual synonyms (`dairy`, `wheat`, `shellfish`, …).
    pub exclude_allergens: Vec<String>,
    /// Lowest price in cents; an item without a price does not pass.
    pub price_min_cents: Option<i64>,
    /// Highest price in cents; an item without a price does not pass.
    pub price_max_cents: Option<i64>,
    /// Whether items that cannot be had now may appear.
    pub availability: AvailabilityFilter,
}

/// Body of `POST /v1/menu/search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchRequest {
    /// What is looked for; empty lists the menu by category.
    pub query: String,
    /// Most hits, 1 to 100 (to 1,000 for an empty query).
    pub limit: usize,
    /// Hard limits.
    pub filters: Filters,
    /// Whether limits and wishes said in the query are understood as such: "no nuts", "under 6
    /// dollars". Where false the query is words only.
    pub parse: bool,
    /// Phrases of the query, or labels of what was understood, that are taken as not said.
    pub ignore: Vec<String>,
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self {
            query: String::new(),
            limit: 10,
            filters: Filters::default(),
            parse: true,
            ignore: Vec::new(),
        }
    }
}

/// Whether a hit can be had at the moment of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It can be ordered.
    Available,
    /// Sold out.
    SoldOut,
    /// Not served at this hour.
    OutsideHours,
}

/// The score by part. All parts lie in 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct HitScores {
    /// Words in common, typing errors allowed for.
    pub lexical: f32,
    /// Nearness in meaning (cosine, negative ones as 0); 0 where no vector took part.
    pub semantic: f32,
}

/// What dishes of that name usually are, anywhere. It is not this restaurant's word: it says
/// nothing about this dish's allergens, and fulfils no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usually {
    /// What it is, for people.
    pub gloss: String,
    /// Whose kitchen it comes from: `north indian`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cuisine: Option<String>,
    /// `vegan`, `vegetarian` or `pescatarian`, where dishes of that name usually are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub diet: Option<String>,
    /// Allergens that dishes of that name often have. One that is not named may be in it too.
    pub possible_allergens: Vec<Allergen>,
    /// How hot it usually is: 0 not at all, 3 very.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub spice: Option<u8>,
}

/// One dish found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The item.
    pub id: ItemId,
    /// As printed.
    pub name: String,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// What a dish of that name usually is; only where the menu does not describe it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub usually: Option<Usually>,
    /// Its heading.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub category: Option<String>,
    /// Price in major units, for display; null where not stated.
    pub price: Option<f64>,
    /// Price in cents, for arithmetic; null where not stated.
    pub price_cents: Option<Cents>,
    /// Diets and other marks.
    pub tags: Vec<String>,
    /// What the restaurant states.
    pub allergens: Allergens,
    /// Sizes, toppings, sides.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub modifier_groups: Vec<ModifierGroup>,
    /// True only where `state` is `available`.
    pub available: bool,
    /// Whether it can be had now.
    pub state: State,
    /// Picture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<String>,
    /// Id in the till.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pos_id: Option<String>,
    /// Rank score, 0 to 1, higher is better.
    pub score: f32,
    /// The parts of it.
    pub scores: HitScores,
    /// Field → HTML-escaped text with the matched words in `<mark>`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub highlights: BTreeMap<String, String>,
    /// Why it is here, for people: e.g. `name matches "ramen" (typed "ramn")`.
    pub reason: String,
}

/// What kind of thing was understood in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnderstoodKind {
    /// Only items that state this diet.
    Diet,
    /// Only items that state that they are free of it.
    Allergen,
    /// Only items of such a price.
    Price,
    /// Only what can be had now.
    Availability,
    /// Items that mention the word are left out. No guarantee that it is not in the others.
    NotMentioned,
    /// A part of the meal.
    Course,
    /// Items that are so come first.
    Preference,
}

/// One phrase of a query that was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Understood {
    /// What kind of thing.
    pub kind: UnderstoodKind,
    /// For people: `vegan`, `no nuts`, `up to 6.00`.
    pub label: String,
    /// The words of the query, as they were written.
    pub text: String,
    /// First byte of them in the query.
    pub start: usize,
    /// First byte after them.
    pub end: usize,
    /// Whether items that miss it were left out; otherwise those that fit come first.
    pub hard: bool,
}

/// What was understood in a query besides words to search for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parse {
    /// Phrase by phrase, in their order.
    pub understood: Vec<Understood>,
    /// The limits that were applied because of them, without those of the request.
    pub filters: Filters,
    /// The words that were searched for; empty where only attributes were said. In English where
    /// the query is in another language and the menu has no such word.
    pub rest: String,
    /// The language the query was read in (BCP 47), where that is not English; `und` for letters that
    /// no table has: no limit was read then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A query that names a kind of dish of which the menu has several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguous {
    /// For people: `which latte?`.
    pub question: String,
    /// The items that fit about equally, best first.
    pub ids: Vec<ItemId>,
}

/// A dish that fits but for what it does not say: nothing is known of an allergen that is to be
/// kept out. Not offered, and not safe: somebody may ask the kitchen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unstated {
    /// The item.
    pub id: ItemId,
    /// As on the menu.
    pub name: String,
    /// What it would have to be free of and does not speak of.
    pub allergens: Vec<Allergen>,
    /// Those of them that dishes of its name usually have.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub usually: Vec<Allergen>,
}

/// Answer of `POST /v1/menu/search`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchResponse {
    /// Best first.
    pub hits: Vec<Hit>,
    /// What was understood besides words; absent where nothing was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parse: Option<Parse>,
    /// Said where several hits fit about equally and none exactly.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ambiguous: Option<Ambiguous>,
    /// Where nothing fits: dishes that would, were they not silent about an allergen.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unstated: Vec<Unstated>,
    /// How the answer was made.
    pub meta: Meta,
}

/// One completion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Text to put into the box.
    pub text: String,
    /// The item it names.
    pub id: ItemId,
    /// Whether it can be had now.
    pub state: State,
}
