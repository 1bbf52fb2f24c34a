//! Reports of what was sold. Local data only: what other devices sold is in the cloud's.

use crate::grant::TenderKind;
use crate::ids::ItemId;
use crate::money::Cents;
use serde::{Deserialize, Serialize};

/// Sales of one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHour {
    /// Hour of the business day's zone, 0 to 23.
    pub hour: u8,
    /// Orders paid in it.
    pub orders: u64,
    /// Their totals, tax included, tips left out.
    pub gross_cents: Cents,
}

/// Sales of one dish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByItem {
    /// The dish.
    pub item: ItemId,
    /// As it was sold last.
    pub name: String,
    /// How many.
    pub quantity: u64,
    /// What they brought, modifiers included.
    pub lines_cents: Cents,
}

/// What came in by one tender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByTender {
    /// The tender.
    pub tender: TenderKind,
    /// How many payments.
    pub payments: u64,
    /// Taken, tips included.
    pub taken_cents: Cents,
    /// Of it tips.
    pub tip_cents: Cents,
    /// Given back.
    pub refunded_cents: Cents,
}

/// What is not settled yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSettlement {
    /// Payments that were authorised offline and that the provider has not approved yet.
    pub open: u64,
    /// Their sum, tips included.
    pub open_cents: Cents,
    /// Of these, payments that the provider did not answer on.
    pub unknown: u64,
    /// Payments that the provider declined: sold, not paid.
    pub declined: u64,
    /// Their sum.
    pub declined_cents: Cents,
    /// When the oldest open one was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_ms: Option<u64>,
}

/// Answer of `GET /v1/reports/sales`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesReport {
    /// First business day.
    pub from: String,
    /// Last business day, included.
    pub to: String,
    /// ISO 4217 code of all amounts.
    pub currency: String,
    /// Always `local`: what this device sold, whether the cloud knows of it or not.
    pub source: String,
    /// Operations of it that wait to be sent to the cloud.
    pub unsent: u64,
    /// Orders paid.
    pub orders: u64,
    /// Their totals, tax included, tips left out.
    pub gross_cents: Cents,
    /// Of it tax.
    pub tax_cents: Cents,
    /// Tips.
    pub tip_cents: Cents,
    /// Given back.
    pub refunded_cents: Cents,
    /// By hour, those with sales only.
    pub by_hour: Vec<ByHour>,
    /// By dish, most money first.
    pub by_item: Vec<ByItem>,
    /// By tender.
    pub by_tender: Vec<ByTender>,
    /// What is not settled, of all days.
    pub settlement: OpenSettlement,
}
