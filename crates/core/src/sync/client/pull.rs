//! Rows of the location, with the cursor that they are complete to, in one transaction.

use super::{Client, Effects, Now, Send, Write};
use olympus_proto::sync::{Cursor, Entity, Gone, Pull, PullAnswer, Row};
use std::collections::BTreeMap;

impl Client {
    pub(super) fn send_pull(&mut self, now: Now, effects: &mut Effects) {
        let due = self.pull_at <= now.moment && self.pull_line.open(now);
        if !due || self.pulling.is_some() {
            return;
        }
        let request = self.request();
        let cursor = match &self.pages {
            Some(pages) => Some(pages.cursor.clone()),
            None => self.cursor.clone().filter(|_| !self.expired),
        };
        let until = now.moment.after(self.config.timeout);
        let all = cursor.is_none() || self.pages.is_some();
        self.pulling = Some((request, until, all));
        let pull = Pull {
            version: self.speaks,
            cursor,
            limit: self.config.pull_limit,
        };
        effects.send.push(Send::Pull(request, pull));
    }

    pub(super) fn pulled(
        &mut self,
        request: u64,
        answer: PullAnswer,
        now: Now,
        effects: &mut Effects,
    ) {
        let Some((number, _, all)) = self.pulling else {
            return;
        };
        if number != request {
            return;
        }
        self.pulling = None;
        self.answered = true;
        self.pull_line.works();
        self.pull_at = now.moment.after(self.config.pull_every);
        match answer {
            PullAnswer::Changes {
                from,
                rows,
                gone,
                cursor,
                complete_to,
                more,
            } => {
                if self.cursor.as_ref() != Some(&from) {
                    return;
                }
                effects.persist.extend(rows.into_iter().map(Write::Row));
                effects.persist.extend(gone.into_iter().map(Write::Gone));
                effects
                    .persist
                    .push(Write::Cursor(cursor.clone(), complete_to));
                self.cursor = Some(cursor);
                self.complete_to = complete_to;
                self.abreast = !more;
                if more {
                    self.pull_at = now.moment;
                } else {
                    self.last_success = Some(now.moment);
                }
            }
            PullAnswer::Snapshot {
                rows,
                gone,
                cursor,
                complete_to,
                more,
            } => {
                if !all {
                    return;
                }
                let mut pages = self.pages.take().unwrap_or_else(|| Pages::new(&cursor));
                pages.take(rows, gone);
                pages.cursor = cursor;
                if more {
                    self.pages = Some(pages);
                    self.pull_at = now.moment;
                } else {
                    self.replaced(pages, complete_to, now, effects);
                }
            }
            PullAnswer::Expired => {
                self.pages = None;
                self.expired = true;
                self.abreast = false;
                self.pull_at = now.moment;
            }
            PullAnswer::Version { oldest, newest } => {
                self.negotiate(oldest, newest, effects);
                self.pull_line.fails(&self.config, now, None);
                self.pull_at = now.moment;
            }
        }
    }

    /// Whether the rows on disk were all that the location had when it was last asked: since the
    /// start no answer came whose next page is still missing. Before, an order can be there without
    /// what was done to it in the same breath.
    #[must_use]
    pub const fn is_abreast(&self) -> bool {
        self.abreast
    }

    /// All pages are here: what the device has beside them goes.
    fn replaced(&mut self, pages: Pages, complete_to: u64, now: Now, effects: &mut Effects) {
        let rows = pages.rows.into_values().collect();
        effects.persist.push(Write::Replace(rows, complete_to));
        effects
            .persist
            .push(Write::Cursor(pages.cursor.clone(), complete_to));
        self.cursor = Some(pages.cursor);
        self.complete_to = complete_to;
        self.expired = false;
        self.abreast = true;
        self.last_success = Some(now.moment);
    }
}

/// The pages of a snapshot that came so far. In memory alone: a restart asks for all anew.
#[derive(Debug)]
pub(super) struct Pages {
    /// Where it goes on.
    cursor: Cursor,
    /// A row that changed meanwhile came again.
    rows: BTreeMap<Entity, Row>,
}

impl Pages {
    fn new(cursor: &Cursor) -> Self {
        Self {
            cursor: cursor.clone(),
            rows: BTreeMap::new(),
        }
    }

    fn take(&mut self, rows: Vec<Row>, gone: Vec<Gone>) {
        for row in rows {
            self.rows.insert(row.entity.clone(), row);
        }
        for Gone { entity, version } in gone {
            if self
                .rows
                .get(&entity)
                .is_some_and(|it| it.version < version)
            {
                self.rows.remove(&entity);
            }
        }
    }
}
