//! What changed since a cursor. Each row is sent once, as it is now, in the order of its latest
//! change: the rows are their own log, and it is always compact. Rows that were put away are told
//! by their names, as long as the shell remembers them.
//!
//! A snapshot is the same from the beginning on. Between two of its pages rows change, and come
//! again in a later one; of those put away meanwhile it says so.

use super::Authority;
use olympus_proto::sync::{Cursor, Gone, PAGED, Pull, PullAnswer, Row};

/// What to read, in one transaction with `head` and `floor`, and what to do with it.
#[derive(Debug, Clone, PartialEq)]
pub enum PullPlan {
    /// Nothing: this is the answer.
    Answer(PullAnswer),
    /// At most `limit` rows with a version after this one, in its order; then
    /// [`Authority::changes`].
    Since {
        /// Versions after this one.
        version: u64,
        /// At most so many.
        limit: u32,
    },
    /// Every row, then [`Authority::snapshot`]; or, from version [`PAGED`] on, the first ones, then
    /// [`Authority::first_page`].
    All,
}

/// What was read for a page: in the order of their versions, none left out in between.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Rows after the cursor.
    pub rows: Vec<Row>,
    /// There may be more of them.
    pub more_rows: bool,
    /// What was put away after [`Authority::gone_after`] the cursor.
    pub gone: Vec<Gone>,
    /// There may be more of that.
    pub more_gone: bool,
}

impl Page {
    /// Cuts it where what follows may lack something; up to which version it is complete.
    fn cut(&mut self, head: u64) -> u64 {
        let rows = self.rows.last().filter(|_| self.more_rows);
        let gone = self.gone.last().filter(|_| self.more_gone);
        let ends = [rows.map(|it| it.version), gone.map(|it| it.version)];
        let end = ends.into_iter().flatten().fold(head, u64::min);
        self.rows.retain(|it| it.version <= end);
        self.gone.retain(|it| it.version <= end);
        end
    }
}

/// What a cursor says.
struct Position {
    version: u64,
    /// Of a snapshot that goes on: the latest change when it began.
    began: Option<u64>,
}

impl Authority {
    /// What a pull needs. `head` is the latest change, `floor` the version before which cursors
    /// have expired.
    #[must_use]
    pub fn pull(&self, pull: &Pull, head: u64, floor: u64) -> PullPlan {
        if !(self.oldest..=self.newest).contains(&pull.version) {
            return PullPlan::Answer(PullAnswer::Version {
                oldest: self.oldest,
                newest: self.newest,
            });
        }
        let Some(cursor) = &pull.cursor else {
            return PullPlan::All;
        };
        match self.position(cursor) {
            Some(at)
                if at.knows_gone_from() >= floor
                    && at.version <= head
                    && (at.began.is_none() || pull.version >= PAGED) =>
            {
                PullPlan::Since {
                    version: at.version,
                    limit: pull.limit.max(1),
                }
            }
            _ => PullPlan::Answer(PullAnswer::Expired),
        }
    }

    /// After which version a device with this cursor has to be told what was put away.
    #[must_use]
    pub fn gone_after(&self, cursor: &Cursor) -> u64 {
        self.position(cursor).map_or(0, |at| at.knows_gone_from())
    }

    /// The answer of [`PullPlan::Since`].
    #[must_use]
    pub fn changes(&self, from: Cursor, rows: Vec<Row>, limit: u32, head: u64) -> PullAnswer {
        let more_rows = u32::try_from(rows.len()).is_ok_and(|count| count >= limit);
        let page = Page {
            rows,
            more_rows,
            ..Page::default()
        };
        self.page(from, page, head)
    }

    /// The same with what was put away, or the next page of a snapshot.
    #[must_use]
    pub fn page(&self, from: Cursor, mut page: Page, head: u64) -> PullAnswer {
        let complete_to = page.cut(head);
        match self.position(&from).and_then(|at| at.began) {
            Some(began) => self.snapshot_page(page, complete_to, began, head),
            None => PullAnswer::Changes {
                from,
                rows: page.rows,
                gone: page.gone,
                cursor: self.cursor(complete_to),
                complete_to,
                more: complete_to < head,
            },
        }
    }

    /// The first page of a snapshot: rows from the beginning on.
    #[must_use]
    pub fn first_page(&self, mut page: Page, head: u64) -> PullAnswer {
        let complete_to = page.cut(head);
        self.snapshot_page(page, complete_to, head, head)
    }

    fn snapshot_page(&self, page: Page, complete_to: u64, began: u64, head: u64) -> PullAnswer {
        let more = complete_to < head;
        PullAnswer::Snapshot {
            rows: page.rows,
            gone: page.gone,
            cursor: match more {
                true => Cursor(format!("2.{}.{complete_to}.{began}", self.epoch)),
                false => self.cursor(complete_to),
            },
            complete_to,
            more,
        }
    }

    /// The answer of [`PullPlan::All`].
    #[must_use]
    pub fn snapshot(&self, rows: Vec<Row>, head: u64) -> PullAnswer {
        PullAnswer::Snapshot {
            rows,
            gone: Vec::new(),
            cursor: self.cursor(head),
            complete_to: head,
            more: false,
        }
    }

    fn cursor(&self, version: u64) -> Cursor {
        Cursor(format!("1.{}.{version}", self.epoch))
    }

    fn position(&self, cursor: &Cursor) -> Option<Position> {
        let mut parts = cursor.0.split('.');
        let layout = parts.next()?;
        let numbers: Result<Vec<u64>, _> = parts.map(str::parse).collect();
        match (layout, numbers.ok()?.as_slice()) {
            ("1", [epoch, version]) if *epoch == self.epoch => Some(Position {
                version: *version,
                began: None,
            }),
            ("2", [epoch, version, began]) if *epoch == self.epoch => Some(Position {
                version: *version,
                began: Some(*began),
            }),
            _ => None,
        }
    }
}

impl Position {
    /// What was put away before is not in what it was sent.
    fn knows_gone_from(&self) -> u64 {
        self.began.unwrap_or(0).max(self.version)
    }
}
