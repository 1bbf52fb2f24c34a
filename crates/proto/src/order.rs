//! Orders, as they are understood from words.

use crate::allergen::{Allergen, AllergenStatement};
use crate::ids::ItemId;
use crate::meta::Meta;
use crate::money::Cents;
use crate::search::{Filters, State};
use serde::{Deserialize, Serialize};

/// Bytes of a text, `start` included and `end` not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// Whether a modifier is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModifierAction {
    /// With it.
    Add,
    /// Without it.
    Remove,
}

/// How much of a modifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// More than usual.
    Extra,
    /// Less than usual.
    Light,
}

/// A choice made on a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineModifier {
    /// The option's id in its group.
    pub id: String,
    /// As the menu has it.
    pub name: String,
    /// The group's id in its item.
    pub group: String,
    /// Wanted or not.
    pub action: ModifierAction,
    /// How much, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Id in the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos_id: Option<String>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// The item.
    pub id: ItemId,
    /// As the menu has it.
    #[serde(default)]
    pub name: String,
    /// How many, 1 to 999.
    pub quantity: u32,
    /// Name of the chosen size, where one was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// Choices but for the size.
    #[serde(default)]
    pub modifiers: Vec<LineModifier>,
    /// Id in the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos_id: Option<String>,
    /// Whether it can be had now; absent in a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The words behind it; absent where the line was in the order before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// What is known of the dialogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderContext {
    /// The order so far, as an earlier answer gave it.
    pub order: Vec<OrderLine>,
}

/// Body of `POST /v1/order/parse`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderParseRequest {
    /// What the customer said.
    pub text: String,
    /// What is known of the dialogue.
    pub context: OrderContext,
    /// Hard limits for what is offered in place of dishes that cannot be had. They take nothing
    /// from what is ordered.
    pub filters: Filters,
}

/// Words that no rule took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotUnderstood {
    /// As said.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// Words that name several items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmbiguousItem {
    /// As said.
    pub text: String,
    /// Where.
    pub span: Span,
    /// Items that it can be, in the menu's order.
    pub candidates: Vec<ItemId>,
}

/// The order that the words place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedOrder {
    /// The whole order afterwards, that of the context included.
    pub lines: Vec<OrderLine>,
    /// Words that took no part.
    pub not_understood: Vec<NotUnderstood>,
    /// Ask the customer which; no line was made of these.
    pub ambiguous: Vec<AmbiguousItem>,
}

/// A dish that can be had in place of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Substitute {
    /// The item.
    pub id: ItemId,
    /// As printed.
    pub name: String,
    /// Price in cents; null where not stated.
    pub price_cents: Option<Cents>,
    /// Why this one, for people: `also under Pizza`.
    pub reason: String,
}

/// A line of the order that cannot be had now, with what could be offered instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unavailable {
    /// Which line of `lines`, from 0.
    pub line: usize,
    /// The item of that line.
    pub id: ItemId,
    /// Best first. They keep the diets that the line's dish states and have none of the allergens
    /// that it is free of, within the limits of the request and of the text.
    pub substitutes: Vec<Substitute>,
}

/// What a dish says of an allergen that a guest must not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedAllergen {
    /// The allergen.
    pub allergen: Allergen,
    /// What the item states of it; `unknown` where it is silent, which is not safe.
    pub statement: AllergenStatement,
}

/// A line whose dish the diets and allergens of the request and of the text do not admit: "a pesto pasta, I'm allergic to
/// nuts". It stays on the order; ask before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Which line of `lines`, from 0.
    pub line: usize,
    /// The item of that line.
    pub id: ItemId,
    /// Allergens that the dish does not state to be free of.
    pub allergens: Vec<StatedAllergen>,
    /// Diets that it does not state.
    pub diets: Vec<String>,
    /// Dishes within the limits that can be had, best first.
    pub substitutes: Vec<Substitute>,
}

/// Answer of `POST /v1/order/parse`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderParseResponse {
    /// What was understood.
    #[serde(flatten)]
    pub order: ParsedOrder,
    /// Lines that cannot be had now.
    pub unavailable: Vec<Unavailable>,
    /// Lines that the limits do not admit.
    #[serde(default)]
    pub conflicts: Vec<Conflict>,
    /// How the answer was made.
    pub meta: Meta,
}
