//! What devices pull: pages of what changed, and of everything there is.
//!
//! Invariant: a page is bounded in rows and in bytes, however much there is, so that it can be
//! carried; with its pages together a device has each row as it is, and none that was put away. What
//! was put away is remembered for as long as closed orders stay, and only a device that did not pull
//! for that long gets a snapshot for it.

use super::book::{Book, BookError};
use super::schema::{number, set_number};
use super::shelf::{first, from_json, name};
use super::sql::{Line, Sql, Value, atomically};
use super::taken::for_devices;
use olympus_core::sync::authority::{Page, PullPlan};
use olympus_proto::sync::{Entity, Gone, PAGED, Pull, PullAnswer, Row};
use serde::Deserialize;

/// Most rows of one page, and most that it says were put away.
pub const MAX_PAGE: u32 = 500;
/// A page ends after so many bytes of rows.
pub(super) const MAX_PAGE_BYTES: u64 = 4 * 1024 * 1024;
/// Most bytes of rows that go to a device which takes them all at once. They are held several times
/// over until they are sent, and an object has 128 MiB.
const MAX_WHOLE_BYTES: u64 = 2 * MAX_PAGE_BYTES;

impl<S: Sql> Book<S> {
    /// What changed since a cursor, or everything: a page of it.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn pull(&self, pull: &Pull) -> Result<PullAnswer, BookError> {
        let limit = pull.limit.clamp(1, MAX_PAGE);
        let pull = Pull {
            limit,
            ..pull.clone()
        };
        let paged = pull.version >= PAGED;
        let answer: Result<_, BookError> = atomically(&self.sql, || {
            let head = self.head()?;
            match self.authority.pull(&pull, head, self.floor(paged)?) {
                PullPlan::Answer(answer) => Ok(answer),
                PullPlan::All if paged => {
                    let (rows, more_rows) = self.page_after(0, limit)?;
                    let page = Page {
                        rows,
                        more_rows,
                        ..Page::default()
                    };
                    Ok(self.authority.first_page(page, head))
                }
                PullPlan::All => {
                    let all = "SELECT COALESCE(SUM(length(record)), 0) FROM rows";
                    if first(&self.sql.run(all, &[])?)?.count(0)? > MAX_WHOLE_BYTES {
                        return Err(BookError::TooOld);
                    }
                    Ok(self.authority.snapshot(self.rows_after(0, u32::MAX)?, head))
                }
                PullPlan::Since { version, limit } => {
                    let from = pull.cursor.clone().ok_or_else(|| {
                        BookError::Unreadable("changes were asked for without a cursor".to_owned())
                    })?;
                    let gone = self.gone_after(self.authority.gone_after(&from))?;
                    let (rows, more_rows) = self.page_after(version, limit)?;
                    let page = Page {
                        rows,
                        more_rows,
                        more_gone: is_full(gone.len(), MAX_PAGE),
                        gone,
                    };
                    Ok(self.authority.page(from, page, head))
                }
            }
        });
        answer.map(without_secrets)
    }

    /// Cursors before it have expired: for a device that is not told what was put away, those
    /// before the last of that.
    fn floor(&self, paged: bool) -> Result<u64, BookError> {
        let floor = number(&self.sql, "floor")?.unwrap_or(0);
        if paged {
            return Ok(floor);
        }
        let last = self.sql.run("SELECT MAX(version) FROM gone", &[])?;
        let last = first(&last)?.maybe_number(0);
        Ok(floor.max(last.and_then(|last| u64::try_from(last).ok()).unwrap_or(0)))
    }

    /// Rows after a version that go into one answer, at least one, and whether there may be more.
    fn page_after(&self, version: u64, limit: u32) -> Result<(Vec<Row>, bool), BookError> {
        let lines = self.sql.run(
            "SELECT record FROM (
                SELECT record, version,
                    SUM(length(record)) OVER (ORDER BY version) - length(record) AS before
                FROM (SELECT record, version FROM rows WHERE version > ?1
                    ORDER BY version LIMIT ?2))
             WHERE before < ?3 ORDER BY version",
            &[
                version.into(),
                u64::from(limit).saturating_add(1).into(),
                MAX_PAGE_BYTES.into(),
            ],
        )?;
        let mut rows = rows_of(&lines)?;
        let bytes: usize = lines
            .iter()
            .filter_map(|line| line.maybe_text(0))
            .map(str::len)
            .sum();
        let cut = u64::try_from(bytes).unwrap_or(u64::MAX) >= MAX_PAGE_BYTES;
        let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if more {
            rows.pop();
        }
        Ok((rows, more || cut))
    }

    fn gone_after(&self, version: u64) -> Result<Vec<Gone>, BookError> {
        let lines = self.sql.run(
            "SELECT version, kind, id FROM gone WHERE version > ?1 ORDER BY version LIMIT ?2",
            &[version.into(), u64::from(MAX_PAGE).into()],
        )?;
        let gone = |line: &Line| {
            Ok(Gone {
                version: line.count(0)?,
                entity: Entity {
                    kind: from_json(&format!("\"{}\"", line.text(1)?))?,
                    id: line.text(2)?.to_owned(),
                },
            })
        };
        lines.iter().map(gone).collect()
    }

    /// Puts rows away.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn put_away(&self, entities: Vec<Entity>, now_ms: u64) -> Result<(), BookError> {
        atomically(&self.sql, || {
            let decision = self.authority.let_go(self.head()?, entities);
            self.write(decision.writes, &[], "", now_ms)?;
            let gone: Result<Vec<_>, BookError> = decision
                .answer
                .iter()
                .map(|it| Ok((it.version, name(&it.entity.kind)?, it.entity.id.clone())))
                .collect();
            self.insert(
                "INSERT INTO gone (version, kind, id, at_ms)
                 SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
                    json_extract(value, '$[2]'), ?2
                 FROM json_each(?1)",
                &gone?,
                &[now_ms.into()],
            )
        })
    }

    /// Forgets what was put away before that moment: who has not pulled since gets a snapshot.
    pub(super) fn forget_gone(&self, before_ms: u64) -> Result<(), BookError> {
        atomically(&self.sql, || {
            let before: [Value; 1] = [before_ms.into()];
            let last = self
                .sql
                .run("SELECT MAX(version) FROM gone WHERE at_ms < ?1", &before)?;
            let last = first(&last)?.maybe_number(0);
            let Some(last) = last.and_then(|last| u64::try_from(last).ok()) else {
                return Ok(());
            };
            self.sql
                .run("DELETE FROM gone WHERE version <= ?1", &[last.into()])?;
            let floor = number(&self.sql, "floor")?.unwrap_or(0);
            Ok(set_number(&self.sql, "floor", floor.max(last))?)
        })
    }

    /// Rows with a version after this one, in its order.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn rows_after(&self, version: u64, limit: u32) -> Result<Vec<Row>, BookError> {
        let lines = self.sql.run(
            "SELECT record FROM rows WHERE version > ?1 ORDER BY version LIMIT ?2",
            &[version.into(), u64::from(limit).into()],
        )?;
        rows_of(&lines)
    }
}

/// No card and nothing that was sealed goes to a device.
fn without_secrets(mut answer: PullAnswer) -> PullAnswer {
    if let PullAnswer::Changes { rows, .. } | PullAnswer::Snapshot { rows, .. } = &mut answer {
        *rows = std::mem::take(rows).into_iter().map(for_devices).collect();
    }
    answer
}

pub(super) fn rows_of(lines: &[Line]) -> Result<Vec<Row>, BookError> {
    #[derive(Deserialize)]
    struct Kept {
        row: Row,
    }
    let row = |line: &Line| from_json::<Kept>(line.text(0)?).map(|kept| kept.row);
    lines.iter().map(row).collect()
}

fn is_full(count: usize, limit: u32) -> bool {
    u32::try_from(count).is_ok_and(|count| count >= limit)
}
