//! What this device sold, from its ledger.

use super::Reader;
use crate::StoreError;
use crate::tables::{about, payments, sync, unsigned};
use olympus_proto::grant::TenderKind;
use olympus_proto::pos::{ByHour, ByItem, ByTender, SalesReport};
use olympus_proto::{Cents, ItemId};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Sums of one hour, one kind of entry and one tender.
struct Sum {
    hour: u8,
    kind: String,
    tender: TenderKind,
    entries: u64,
    orders: u64,
    tendered: i64,
    tips: i64,
    sales: i64,
    tax: i64,
}

const SUMS: &str = "SELECT hour, kind,
        CASE WHEN cash <> 0 THEN 0 WHEN card_receivable <> 0 THEN 1 ELSE 2 END AS tender,
        count(*), sum(orders), sum(cash + card_receivable + stored_value), sum(tips), sum(sales),
        sum(tax)
    FROM ledger WHERE day BETWEEN ?1 AND ?2 AND kind <> 'settled'
    GROUP BY hour, kind, tender";

const ITEMS: &str = "SELECT item, max(name), sum(quantity), sum(cents) AS brought
    FROM sold WHERE day BETWEEN ?1 AND ?2
    GROUP BY item ORDER BY brought DESC, item";

impl Reader {
    /// What this device sold on these business days, the last one included.
    ///
    /// Sums are those of the ledger: an order counts when it is paid, a payment when it is taken,
    /// also where the provider declines it later; `settlement` tells of those.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn sales(&self, from: &str, to: &str) -> Result<SalesReport, StoreError> {
        // One picture, whatever the till writes meanwhile.
        let transaction = self.conn.unchecked_transaction()?;
        let (rules, _) = about::rules(&transaction)?;
        let mut report = SalesReport {
            from: from.to_owned(),
            to: to.to_owned(),
            currency: rules.currency,
            source: "local".to_owned(),
            unsent: sync::waiting(&transaction)?,
            orders: 0,
            gross_cents: Cents(0),
            tax_cents: Cents(0),
            tip_cents: Cents(0),
            refunded_cents: Cents(0),
            by_hour: Vec::new(),
            by_item: items(&transaction, from, to)?,
            by_tender: Vec::new(),
            settlement: payments::settlement(&transaction)?,
        };
        let mut hours = BTreeMap::new();
        let mut tenders = BTreeMap::new();
        for sum in sums(&transaction, from, to)? {
            add(&mut report, &mut hours, &mut tenders, &sum);
        }
        report.by_hour = hours.into_values().collect();
        report.by_tender = tenders.into_values().collect();
        Ok(report)
    }
}

fn add(
    report: &mut SalesReport,
    hours: &mut BTreeMap<u8, ByHour>,
    tenders: &mut BTreeMap<TenderKind, ByTender>,
    sum: &Sum,
) {
    if sum.kind == "sale" {
        let gross = -(sum.sales + sum.tax);
        report.orders += sum.orders;
        report.gross_cents.0 += gross;
        report.tax_cents.0 -= sum.tax;
        let hour = hours.entry(sum.hour).or_insert(ByHour {
            hour: sum.hour,
            orders: 0,
            gross_cents: Cents(0),
        });
        hour.orders += sum.orders;
        hour.gross_cents.0 += gross;
        return;
    }
    let tender = tenders.entry(sum.tender).or_insert(ByTender {
        tender: sum.tender,
        payments: 0,
        taken_cents: Cents(0),
        tip_cents: Cents(0),
        refunded_cents: Cents(0),
    });
    if sum.kind == "payment" {
        tender.payments += sum.entries;
        tender.taken_cents.0 += sum.tendered;
        tender.tip_cents.0 -= sum.tips;
    } else {
        tender.refunded_cents.0 -= sum.tendered;
        report.refunded_cents.0 -= sum.tendered;
    }
    // Net of those that were given back.
    report.tip_cents.0 -= sum.tips;
}

fn sums(conn: &Connection, from: &str, to: &str) -> Result<Vec<Sum>, StoreError> {
    let mut statement = conn.prepare_cached(SUMS)?;
    let found = statement.query_map([from, to], |row| {
        Ok(Sum {
            hour: row.get(0)?,
            kind: row.get(1)?,
            tender: match row.get(2)? {
                0 => TenderKind::Cash,
                1 => TenderKind::Card,
                _ => TenderKind::StoredValue,
            },
            entries: unsigned(row.get(3)?),
            orders: unsigned(row.get(4)?),
            tendered: row.get(5)?,
            tips: row.get(6)?,
            sales: row.get(7)?,
            tax: row.get(8)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn items(conn: &Connection, from: &str, to: &str) -> Result<Vec<ByItem>, StoreError> {
    let mut statement = conn.prepare_cached(ITEMS)?;
    let found = statement.query_map([from, to], |row| {
        Ok(ByItem {
            item: ItemId(row.get(0)?),
            name: row.get(1)?,
            quantity: unsigned(row.get(2)?),
            lines_cents: Cents(row.get(3)?),
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
