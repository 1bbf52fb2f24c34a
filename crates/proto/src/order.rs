//! An order read out of an utterance.

use crate::ids::ItemId;
use crate::meta::Meta;
use crate::money::Cents;
use crate::search::{Filters, State};
use serde::{Deserialize, Serialize};

/// Bytes of the request's text, `start` included and `end` not; both lie between characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// First byte after it.
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

/// What became of a line by this utterance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    /// It is new.
    #[default]
    Added,
    /// It was in the order given and is another now.
    Changed,
    /// It is as it was in the order given.
    Unchanged,
}

/// One modifier of a line, grounded in an option of the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderModifier {
    /// The option's group.
    pub group: String,
    /// The option.
    pub id: String,
    /// What is wanted or not: `onion`, also where the option is printed as `No onion`.
    #[serde(default)]
    pub name: String,
    /// With it or without.
    pub action: ModifierAction,
    /// How much, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Whether the till is to choose the option: true for `bacon` added and for `No onion` where
    /// onion is removed, false for `cheese` removed.
    #[serde(default)]
    pub chosen: bool,
    /// Id in the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos_id: Option<String>,
    /// The words behind it; absent where they are of an earlier utterance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// The option that a line's size is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeOption {
    /// Its group.
    pub group: String,
    /// The option.
    pub id: String,
    /// Id in the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos_id: Option<String>,
}

/// Another item, instead of one that cannot be had or that the filters refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Substitute {
    /// The item.
    pub id: ItemId,
    /// As printed.
    pub name: String,
    /// Its price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<Cents>,
}

/// One line of an order. In `context.order`, `line`, `id` and `quantity` are all it must have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// Number of the line, from 1, unique in the order; stays when the order is changed.
    pub line: u32,
    /// The item.
    pub id: ItemId,
    /// As printed.
    #[serde(default)]
    pub name: String,
    /// How many, 1 to 99.
    pub quantity: u32,
    /// The size, as printed; absent where none was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// The option behind `size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_option: Option<SizeOption>,
    /// In the order in which they were said.
    #[serde(default)]
    pub modifiers: Vec<OrderModifier>,
    /// The item's id in the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos_id: Option<String>,
    /// What became of it.
    #[serde(default)]
    pub change: LineChange,
    /// Whether it can be had now.
    #[serde(default = "available")]
    pub state: State,
    /// Whether the item passes the request's `filters`.
    #[serde(default = "yes")]
    pub fits_filters: bool,
    /// Where it cannot be had or is refused: items of the same category that can be had and pass
    /// the filters, at most 3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutes: Vec<Substitute>,
    /// The words behind the item; absent where they are of an earlier utterance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

fn available() -> State {
    State::Available
}

fn yes() -> bool {
    true
}

/// One thing that words may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The item.
    pub id: ItemId,
    /// As printed.
    pub name: String,
    /// The option of it, where the words name an option.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
}

/// Words that fit several things on the menu; nothing of them is in the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguity {
    /// The words.
    pub text: String,
    /// Where they stand.
    pub span: Span,
    /// How many were asked for.
    pub quantity: u32,
    /// The line that they belong to, where they name an option of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What they may mean, in menu order, at most 12.
    pub candidates: Vec<Candidate>,
    /// Words about it that could not be grounded before it is known: `no onions`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<NotUnderstood>,
}

/// Words that could not be grounded in the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotUnderstood {
    /// The words.
    pub text: String,
    /// Where they stand.
    pub span: Span,
    /// The line that they seem to be about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// `remove` where they are something not wanted, so that a "no nuts" is never lost.
    pub action: ModifierAction,
}

/// What the front end knows besides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderContext {
    /// The order so far: the lines of the answer before, at most 100.
    pub order: Vec<OrderLine>,
}

/// Body of `POST /v1/order/parse`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
    /// What was said or typed: 1 to 8,192 bytes after trimming.
    pub text: String,
    /// What the front end knows besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<OrderContext>,
    /// Limits that substitutes must pass and that each line is held against.
    #[serde(default)]
    pub filters: Filters,
}

/// What was understood, without how the request travelled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedOrder {
    /// The order after the utterance: the lines given, as changed, then new ones.
    pub lines: Vec<OrderLine>,
    /// Numbers of the lines given that are no longer wanted.
    pub removed: Vec<u32>,
    /// Words that fit several things.
    pub ambiguous: Vec<Ambiguity>,
    /// Words that fit nothing.
    pub not_understood: Vec<NotUnderstood>,
}

/// Answer of `POST /v1/order/parse`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderResponse {
    /// What was understood.
    #[serde(flatten)]
    pub order: ParsedOrder,
    /// How the answer was made.
    pub meta: Meta,
}
