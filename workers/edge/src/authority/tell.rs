//! What the read model is told: rows that changed and decisions that were taken, until it has
//! taken them in.
//!
//! Invariant: nothing is forgotten here before the read model has it, and telling it twice does no
//! harm: rows are told as they are now, with their version, and an entry of the audit log with its
//! operation. The rows are their own log, in the order of their versions.

use super::book::{Book, BookError};
use super::schema::{number, set_number};
use super::shelf::from_json;
use super::sql::{Sql, atomically};
use olympus_proto::books::AuditEntry;
use olympus_proto::sync::{Entity, EntityKind, Row};

/// Rows and entries that are told at once.
const PART: u32 = 200;
/// Rows that are put away at once.
const AWAY: u64 = 500;

/// What the read model does not have yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct News {
    /// Rows, oldest change first.
    pub rows: Vec<Row>,
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
        let (head, told) = (self.head()?, number(&self.sql, "told")?.unwrap_or(0));
        let rows = self.rows_after(told, PART)?;
        let full = u32::try_from(rows.len()).is_ok_and(|count| count >= PART);
        let lines = self.sql.run(
            "SELECT number, body FROM outbox ORDER BY number LIMIT ?1",
            &[u64::from(PART).into()],
        )?;
        let entries: Result<Vec<_>, BookError> = lines
            .iter()
            .map(|line| Ok((line.count(0)?, from_json(line.text(1)?)?)))
            .collect();
        let news = News {
            head: match rows.last() {
                Some(last) if full => last.version,
                _ => head,
            },
            rows,
            entries: entries?,
        };
        Ok((news.head > told || !news.entries.is_empty()).then_some(news))
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
             ORDER BY version LIMIT ?3",
            &[before_ms.into(), told.into(), AWAY.into()],
        )?;
        let mut away = Vec::new();
        for line in &lines {
            let order = line.text(0)?;
            let payments = self.sql.run(
                "SELECT rows.id, rows.changed_ms < ?2 AND rows.version <= ?3
                    AND NOT EXISTS (SELECT 1 FROM payments
                        WHERE payment = rows.id AND open = 1)
                 FROM payments CROSS JOIN rows ON rows.kind = 'payment'
                    AND rows.id = payments.payment
                 WHERE payments.order_id = ?1",
                &[order.into(), before_ms.into(), told.into()],
            )?;
            let quiet = payments.iter().all(|line| line.maybe_number(1) == Some(1));
            if !quiet {
                continue;
            }
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
