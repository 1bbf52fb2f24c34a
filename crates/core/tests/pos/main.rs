//! The rules of selling: prices, lines, the kitchen, payments, refunds, the ledger and documents,
//! by cases and by random commands.

mod documents;
mod fixture;
mod kitchen;
mod lines;
mod merging;
mod paying;
mod pricing;
mod properties;
mod refunds;
