//! The ledger: an entry is a row, an account a column. The file refuses what does not sum to 0, an
//! id twice, and any change.

use super::signed;
use crate::StoreError;
use olympus_core::pos::{Account, Closed, Entry};
use olympus_proto::Cents;
use olympus_proto::grant::{OrderId, TerminalId};
use olympus_proto::location::LedgerPayment;
use olympus_proto::pos::{PaymentId, SoldLine};
use rusqlite::{Connection, params, params_from_iter, types::Value};
use std::collections::BTreeMap;

/// What an entry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Money taken.
    Payment,
    /// Money given back.
    Refund,
    /// An order's sale, or a correction of it.
    Sale,
    /// A card that the provider has settled.
    Settled,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
            Self::Sale => "sale",
            Self::Settled => "settled",
        }
    }
}

const INSERT: &str = "INSERT INTO ledger (id, kind, at_ms, day, hour, order_id, payment_id, orders,
        cash, card_receivable, stored_value, bank, declined, deposits, sales, tax, tips, refunds)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
    ON CONFLICT (id) DO NOTHING";

/// Posts an entry once: one whose id is there already changes nothing.
pub(crate) fn post(
    conn: &Connection,
    entry: &Entry,
    kind: Kind,
    first_sale: bool,
) -> Result<bool, StoreError> {
    let mut columns = vec![
        Value::from(entry.id.clone()),
        Value::from(kind.name().to_owned()),
        Value::from(signed(entry.at_ms)),
        Value::from(entry.day.clone()),
        Value::from(i64::from(entry.hour)),
        Value::from(entry.order.as_str().to_owned()),
        Value::from(entry.payment.as_ref().map(|id| id.as_str().to_owned())),
        Value::from(i64::from(first_sale)),
    ];
    let sums: BTreeMap<Account, Cents> = entry.postings.iter().copied().collect();
    let cents = |account| sums.get(account).map_or(0, |cents| cents.0);
    columns.extend(
        Account::ALL
            .iter()
            .map(|account| Value::from(cents(account))),
    );
    let posted = conn
        .prepare_cached(INSERT)?
        .execute(params_from_iter(columns))?;
    Ok(posted > 0)
}

/// Whether an entry of that id is there.
pub(crate) fn has(conn: &Connection, id: &str) -> Result<bool, StoreError> {
    let found = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM ledger WHERE id = ?1)")?
        .query_row([id], |row| row.get(0))?;
    Ok(found)
}

/// What is posted of an order's sale; its `times` is the number of the last entry.
pub(crate) fn closed(
    conn: &Connection,
    order: &OrderId,
    terminal: &TerminalId,
) -> Result<Closed, StoreError> {
    let first = format!("sale:{order}:{terminal}:");
    // `;` follows `:`, so that these are all ids that begin so.
    let end = format!("sale:{order}:{terminal};");
    let found = conn
        .prepare_cached(
            "SELECT ifnull(-sum(sales + tax), 0), ifnull(-sum(tax), 0), ifnull(-sum(declined), 0),
                 ifnull(max(CAST(substr(id, length(?1) + 1) AS INTEGER)), 0)
             FROM ledger WHERE id > ?1 AND id < ?2",
        )?
        .query_row([first, end], |row| {
            Ok(Closed {
                total_cents: Cents(row.get(0)?),
                tax_cents: Cents(row.get(1)?),
                declined_cents: Cents(row.get(2)?),
                times: row.get(3)?,
            })
        })?;
    Ok(found)
}

/// Keeps a line as it was sold.
pub(crate) fn sell(
    conn: &Connection,
    order: &OrderId,
    line: &SoldLine,
    day: &str,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO sold (day, item, order_id, line, name, quantity, cents)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    )?
    .execute(params![
        day,
        line.item.as_str(),
        order.as_str(),
        line.line.as_str(),
        line.name,
        line.quantity,
        line.total().0
    ])?;
    Ok(())
}

/// The sum of each account.
pub(crate) fn sums(conn: &Connection) -> Result<BTreeMap<String, Cents>, StoreError> {
    let columns: Vec<String> = Account::ALL
        .iter()
        .map(|account| format!("ifnull(sum({}), 0)", account.as_str()))
        .collect();
    let sql = format!("SELECT {} FROM ledger", columns.join(", "));
    let sums = conn.prepare_cached(&sql)?.query_row([], |row| {
        let sum = |(index, account): (usize, &Account)| {
            Ok((account.as_str().to_owned(), Cents(row.get(index)?)))
        };
        Account::ALL.iter().enumerate().map(sum).collect()
    })?;
    Ok(sums)
}

/// What was taken and given back on these days.
pub(crate) fn payments(
    conn: &Connection,
    from: &str,
    to: &str,
) -> Result<Vec<LedgerPayment>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT payment_id, cash + card_receivable + stored_value, card_receivable <> 0
         FROM ledger
         WHERE day BETWEEN ?1 AND ?2 AND kind IN ('payment', 'refund') AND payment_id IS NOT NULL
         ORDER BY number",
    )?;
    let found = statement.query_map([from, to], |row| {
        Ok(LedgerPayment {
            payment: PaymentId(row.get(0)?),
            cents: Cents(row.get(1)?),
            card: row.get(2)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
