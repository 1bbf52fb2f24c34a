//! What the read model is told: rows that changed and decisions that were taken, until it has
//! taken them in.
//!
//! Invariant: nothing is forgotten here before the read model has it, and telling it twice does no
//! harm: rows are told as they are now, with their version, and an entry of the audit log with its
//! operation. The rows are their own log, in the order of their versions.

use super::book::{Book, BookError};
use super::pages::{MAX_PAGE_BYTES, rows_of};
use super::schema::{number, set_number};
use super::shelf::{from_json, to_json};
use super::sql::{Sql, atomically};
use super::taken::for_devices;
use olympus_proto::Cents;
use olympus_proto::books::AuditEntry;
use olympus_proto::sync::{
    DeviceId, Entity, EntityKind, Operation, OperationId, OperationKind, Rejection, Row,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Rows and entries that are told at once.
pub(super) const PART: u32 = 200;
/// Rows that are put away at once.
const AWAY: u64 = 500;

/// An order with its payments, as they are now: how it stands hangs on both.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderNews {
    /// The order.
    pub row: Row,
    /// Its payments.
    pub payments: Vec<Row>,
}

impl OrderNews {
    /// The latest change of any of it.
    #[must_use]
    pub fn version(&self) -> u64 {
        let payments = self.payments.iter().map(|row| row.version);
        payments.fold(self.row.version, u64::max)
    }
}

/// What the read model does not have yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct News {
    /// Rows, oldest change first.
    pub rows: Vec<Row>,
    /// Orders that changed, or whose payments did.
    pub orders: Vec<OrderNews>,
    /// Changes up to this version are in.
    pub head: u64,
    /// Entries of the audit log with their numbers.
    pub entries: Vec<(u64, AuditEntry)>,
}

impl<S: Sql> Book<S> {
    /// The next part of it; nothing where it has all.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn news(&self) -> Result<Option<News>, BookError> {
        self.news_of(PART)
    }

    /// The same with at most so many rows and entries.
    pub(super) fn news_of(&self, part: u32) -> Result<Option<News>, BookError> {
        let (head, told) = (self.head()?, number(&self.sql, "told")?.unwrap_or(0));
        let rows = self.rows_to_tell(told, part)?;
        let lines = self.sql.run(
            "SELECT number, body FROM outbox ORDER BY number LIMIT ?1",
            &[u64::from(part).into()],
        )?;
        let entries: Result<Vec<_>, BookError> = lines
            .iter()
            .map(|line| Ok((line.count(0)?, from_json(line.text(1)?)?)))
            .collect();
        let news = News {
            // Rows lie as close as their versions, but for what was put away.
            head: match rows.last() {
                Some(last) => last.version,
                None => head,
            },
            orders: self.orders_of(&rows)?,
            rows,
            entries: entries?,
        };
        Ok((news.head > told || !news.entries.is_empty()).then_some(news))
    }

    /// Rows of the next part, at least one: no more than can be held beside the orders that they are
    /// of and what was paid of those, each counted as often as it comes.
    fn rows_to_tell(&self, told: u64, part: u32) -> Result<Vec<Row>, BookError> {
        let lines = self.sql.run(
            "WITH next AS (SELECT record, version,
                iif(kind = 'order', id, json_extract(record, '$.row.fields.order')) AS of_order
                FROM rows WHERE version > ?1 ORDER BY version LIMIT ?2),
             sized AS (SELECT record, version, length(record)
                + COALESCE((SELECT length(rows.record) FROM rows
                    WHERE rows.kind = 'order' AND rows.id = of_order), 0)
                + COALESCE((SELECT SUM(length(rows.record)) FROM payments CROSS JOIN rows
                    ON rows.kind = 'payment' AND rows.id = payments.payment
                    WHERE payments.order_id = of_order), 0) AS bytes FROM next),
             placed AS (SELECT record, version,
                SUM(bytes) OVER (ORDER BY version) - bytes AS before FROM sized)
             SELECT record FROM placed WHERE before < ?3 ORDER BY version",
            &[told.into(), u64::from(part).into(), MAX_PAGE_BYTES.into()],
        )?;
        rows_of(&lines)
    }

    fn orders_of(&self, rows: &[Row]) -> Result<Vec<OrderNews>, BookError> {
        let ids: BTreeSet<&str> = rows
            .iter()
            .filter_map(|row| match row.entity.kind {
                EntityKind::Order => Some(row.entity.id.as_str()),
                EntityKind::Payment => row.fields.get("order").and_then(Value::as_str),
                EntityKind::Inventory | EntityKind::Menu => None,
            })
            .collect();
        let entities = |kind, ids: &mut dyn Iterator<Item = String>| -> Vec<Entity> {
            ids.map(|id| Entity { kind, id }).collect()
        };
        let mut orders = ids.iter().map(|id| (*id).to_owned());
        let orders = self.records(&entities(EntityKind::Order, &mut orders))?;
        let lines = self.sql.run(
            "SELECT payment FROM payments
             WHERE order_id IN (SELECT value FROM json_each(?1))",
            &[to_json(&ids)?.into()],
        )?;
        let mut payments = lines
            .iter()
            .filter_map(|line| line.maybe_text(0).map(str::to_owned));
        let payments = self.records(&entities(EntityKind::Payment, &mut payments))?;
        let mut by_order: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for record in payments {
            let order = record.row.fields.get("order").and_then(Value::as_str);
            let of = by_order.entry(order.unwrap_or_default().to_owned());
            of.or_default().push(record.row);
        }
        Ok(orders
            .into_iter()
            .map(|record| OrderNews {
                payments: by_order.remove(&record.row.entity.id).unwrap_or_default(),
                row: record.row,
            })
            .collect())
    }

    /// Whether the read model lacks something.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn has_news(&self) -> Result<bool, BookError> {
        if self.head()? > number(&self.sql, "told")?.unwrap_or(0) {
            return Ok(true);
        }
        Ok(!self
            .sql
            .run("SELECT 1 FROM outbox LIMIT 1", &[])?
            .is_empty())
    }

    /// The read model has them.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn told(&self, news: &News) -> Result<(), BookError> {
        atomically(&self.sql, || {
            set_number(&self.sql, "told", news.head)?;
            if let Some((last, _)) = news.entries.last() {
                self.sql
                    .run("DELETE FROM outbox WHERE number <= ?1", &[(*last).into()])?;
            }
            Ok(())
        })
    }

    /// The read model refuses them: they are passed over, and somebody is told.
    pub(super) fn pass_over(&self, news: &News, now_ms: u64) -> Result<(), BookError> {
        atomically(&self.sql, || {
            for row in &news.rows {
                let Entity { id, .. } = &row.entity;
                let operation = Operation {
                    id: OperationId(format!("untold:{id}:{}", row.version)),
                    sequence: 0,
                    after: None,
                    kind: OperationKind::Unknown,
                    entity: id.clone(),
                    base_version: row.version,
                    payload: for_devices(row.clone()).fields,
                    given_up: false,
                    created_at_ms: i64::try_from(now_ms).unwrap_or(i64::MAX),
                    value_cents: Cents(0),
                };
                let cloud = DeviceId(String::new());
                self.write_dead_letter(&operation, &cloud, Rejection::Other, now_ms)?;
            }
            set_number(&self.sql, "told", news.head)?;
            // An entry goes with the row that it tells of, or alone.
            if let Some((last, _)) = news.entries.last().filter(|_| news.rows.is_empty()) {
                self.sql
                    .run("DELETE FROM outbox WHERE number <= ?1", &[(*last).into()])?;
            }
            Ok(())
        })
    }

    /// The read model has changes up to this version only: it was set back, or made anew. Rows are
    /// told again from there.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn tell_from(&self, head: u64) -> Result<(), BookError> {
        if number(&self.sql, "told")?.is_some_and(|told| told > head) {
            set_number(&self.sql, "told", head)?;
        }
        Ok(())
    }

    /// A person wants all that is here told again, and what was passed over as well; up to which
    /// version that is. Rows that the read model has are left as they are.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn tell_again(&self) -> Result<u64, BookError> {
        atomically(&self.sql, || {
            set_number(&self.sql, "told", 0)?;
            self.sql.run(
                "DELETE FROM dead_letters WHERE operation GLOB 'untold:*'",
                &[],
            )?;
            self.head()
        })
    }

    /// Puts away orders that are closed, and their payments, once nothing of them is open, the
    /// read model has them and they have not changed since `before_ms`; how many rows.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn tidy(&self, before_ms: u64, now_ms: u64) -> Result<usize, BookError> {
        let told = number(&self.sql, "told")?.unwrap_or(0);
        let lines = self.sql.run(
            "SELECT id FROM rows WHERE kind = 'order' AND changed_ms < ?1 AND version <= ?2
                AND json_extract(record, '$.row.fields.status') IN ('paid', 'voided')
                AND NOT EXISTS (SELECT 1 FROM payments CROSS JOIN rows AS paid
                    ON paid.kind = 'payment' AND paid.id = payments.payment
                    WHERE payments.order_id = rows.id AND (payments.open = 1
                        OR paid.changed_ms >= ?1 OR paid.version > ?2))
             ORDER BY version LIMIT ?3",
            &[before_ms.into(), told.into(), AWAY.into()],
        )?;
        let mut away = Vec::new();
        for line in &lines {
            let order = line.text(0)?;
            let payments = self.sql.run(
                "SELECT rows.id FROM payments CROSS JOIN rows ON rows.kind = 'payment'
                    AND rows.id = payments.payment
                 WHERE payments.order_id = ?1",
                &[order.into()],
            )?;
            away.push(Entity {
                kind: EntityKind::Order,
                id: order.to_owned(),
            });
            for line in &payments {
                away.push(Entity {
                    kind: EntityKind::Payment,
                    id: line.text(0)?.to_owned(),
                });
            }
        }
        self.forget_gone(before_ms)?;
        let count = away.len();
        if count > 0 {
            self.put_away(away, now_ms)?;
        }
        self.tidied(now_ms)?;
        Ok(count)
    }

    /// Rows were put away at that moment.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn tidied(&self, at_ms: u64) -> Result<(), BookError> {
        Ok(set_number(&self.sql, "tidied_ms", at_ms)?)
    }

    /// When rows were last put away.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn tidied_ms(&self) -> Result<Option<u64>, BookError> {
        Ok(number(&self.sql, "tidied_ms")?)
    }
}
