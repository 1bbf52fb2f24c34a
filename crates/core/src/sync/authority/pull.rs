//! What changed since a cursor. Each row is sent once, as it is now, in the order of its latest
//! change: the rows are their own log, and it is always compact.

use super::Authority;
use olympus_proto::sync::{Cursor, Pull, PullAnswer, Row};

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
    /// Every row; then [`Authority::snapshot`].
    All,
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
            Some(version) if version >= floor && version <= head => PullPlan::Since {
                version,
                limit: pull.limit.max(1),
            },
            _ => PullPlan::Answer(PullAnswer::Expired),
        }
    }

    /// The answer of [`PullPlan::Since`].
    #[must_use]
    pub fn changes(&self, from: Cursor, rows: Vec<Row>, limit: u32, head: u64) -> PullAnswer {
        let full = u32::try_from(rows.len()).is_ok_and(|count| count >= limit);
        let complete_to = match rows.last() {
            Some(last) if full => last.version,
            _ => head,
        };
        PullAnswer::Changes {
            from,
            rows,
            cursor: self.cursor(complete_to),
            complete_to,
            more: complete_to < head,
        }
    }

    /// The answer of [`PullPlan::All`].
    #[must_use]
    pub fn snapshot(&self, rows: Vec<Row>, head: u64) -> PullAnswer {
        PullAnswer::Snapshot {
            rows,
            cursor: self.cursor(head),
            complete_to: head,
        }
    }

    fn cursor(&self, version: u64) -> Cursor {
        Cursor(format!("1.{}.{version}", self.epoch))
    }

    fn position(&self, cursor: &Cursor) -> Option<u64> {
        let mut parts = cursor.0.split('.');
        let ours = parts.next() == Some("1")
            && parts.next().and_then(|epoch| epoch.parse().ok()) == Some(self.epoch);
        let version = parts.next().and_then(|version| version.parse().ok());
        version.filter(|_| ours && parts.next().is_none())
    }
}
