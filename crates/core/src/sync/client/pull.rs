//! Rows of the location, with the cursor that they are complete to, in one transaction.

use super::{Client, Effects, Now, Send, Write};
use olympus_proto::sync::{Pull, PullAnswer};

impl Client {
    pub(super) fn send_pull(&mut self, now: Now, effects: &mut Effects) {
        let due = self.pull_at <= now.moment && self.pull_line.open(now);
        if !due || self.pulling.is_some() {
            return;
        }
        let request = self.request();
        let cursor = self.cursor.clone().filter(|_| !self.expired);
        let until = now.moment.after(self.config.timeout);
        self.pulling = Some((request, until, cursor.is_none()));
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
                cursor,
                complete_to,
                more,
            } => {
                if self.cursor.as_ref() != Some(&from) {
                    return;
                }
                effects.persist.extend(rows.into_iter().map(Write::Row));
                effects
                    .persist
                    .push(Write::Cursor(cursor.clone(), complete_to));
                self.cursor = Some(cursor);
                self.complete_to = complete_to;
                if more {
                    self.pull_at = now.moment;
                } else {
                    self.last_success = Some(now.moment);
                }
            }
            PullAnswer::Snapshot {
                rows,
                cursor,
                complete_to,
            } => {
                if !all {
                    return;
                }
                effects.persist.push(Write::Replace(rows, complete_to));
                effects
                    .persist
                    .push(Write::Cursor(cursor.clone(), complete_to));
                self.cursor = Some(cursor);
                self.complete_to = complete_to;
                self.expired = false;
                self.last_success = Some(now.moment);
            }
            PullAnswer::Expired => {
                self.expired = true;
                self.pull_at = now.moment;
            }
            PullAnswer::Version { oldest, newest } => {
                self.negotiate(oldest, newest, effects);
                self.pull_line.fails(&self.config, now, None);
                self.pull_at = now.moment;
            }
        }
    }
}
