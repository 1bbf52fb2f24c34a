//! Mistakes to be found. Each is made where a shell, a disk, a driver or a clean-up could make it;
//! the till, the authority and the core stay as they are.

use super::World;
use crate::support;
use olympus_core::sync::client::{Event, Send};
use olympus_edge_worker::authority::settle::Heard;
use olympus_proto::pos::{Direction, PaymentId};
use olympus_proto::provider::{Capture, CaptureState, Captured, Reference};
use olympus_proto::sync::{PullAnswer, Push};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plant {
    // The till's disk.
    CommitsAreNotSynced,
    DiskLies,
    DeletesTheWal,
    BacksUpWithoutWal,
    // The till's shell, and people with a database tool.
    NewKeyOnRetry,
    TellsBeforeCommit,
    ForgetsKeys,
    TimersNeverFire,
    DropsRevocations,
    DeletesWhenSent,
    DropsAttention,
    ForgetsSpending,
    LosesLedgerEntry,
    LosesRowsKeepsCursor,
    ReusesSequence,
    ResetsStock,
    // The authority.
    CloudIsNotDurable,
    CloudRestoresBackup,
    TakesGaps,
    ForgetsOutcomes,
    DropsRowsOfPages,
    AnswersWhatFailed,
    // The driver of the provider.
    ResendsWithNewKey,
    ResendsNextDay,
    SilenceIsDecline,
    SilenceIsApproval,
    ForgetsTheTip,
    RefundsAreSales,
    NamesTheTerminal,
    DropsAnswers,
    // Who signs.
    DoublesCaps,
}

impl Plant {
    pub(crate) const ALL: [Self; 31] = [
        Self::CommitsAreNotSynced,
        Self::DiskLies,
        Self::DeletesTheWal,
        Self::BacksUpWithoutWal,
        Self::NewKeyOnRetry,
        Self::TellsBeforeCommit,
        Self::ForgetsKeys,
        Self::TimersNeverFire,
        Self::DropsRevocations,
        Self::DeletesWhenSent,
        Self::DropsAttention,
        Self::ForgetsSpending,
        Self::LosesLedgerEntry,
        Self::LosesRowsKeepsCursor,
        Self::ReusesSequence,
        Self::ResetsStock,
        Self::CloudIsNotDurable,
        Self::CloudRestoresBackup,
        Self::TakesGaps,
        Self::ForgetsOutcomes,
        Self::DropsRowsOfPages,
        Self::AnswersWhatFailed,
        Self::ResendsWithNewKey,
        Self::ResendsNextDay,
        Self::SilenceIsDecline,
        Self::SilenceIsApproval,
        Self::ForgetsTheTip,
        Self::RefundsAreSales,
        Self::NamesTheTerminal,
        Self::DropsAnswers,
        Self::DoublesCaps,
    ];
}

const NEXT_DAY_MS: u64 = 25 * support::HOUR;

impl World {
    /// Between the power and the program.
    pub(crate) fn plant_before_start(&mut self, number: usize) {
        let disk = &self.nodes[number].disk;
        let sql = match self.plant {
            Some(Plant::DiskLies) => return disk.lies(),
            Some(Plant::DeletesTheWal) => {
                return disk.remove(&format!("{}-wal", support::FILE));
            }
            Some(Plant::ForgetsKeys) => "DELETE FROM idempotency",
            Some(Plant::DropsAttention) => "DELETE FROM sync_attention",
            Some(Plant::ForgetsSpending) => {
                "DELETE FROM grant_sales;
                 UPDATE grant_state SET state = json_set(state, '$.spent.cents', 0,
                     '$.spent.sales', 0, '$.late.cents', 0, '$.late.sales', 0)
                 WHERE name = 'head'"
            }
            Some(Plant::LosesLedgerEntry) => {
                "DROP TRIGGER IF EXISTS ledger_is_not_deleted;
                 DELETE FROM ledger WHERE number = (SELECT max(number) FROM ledger)"
            }
            Some(Plant::LosesRowsKeepsCursor) => "DELETE FROM sync_rows WHERE kind = 'order'",
            Some(Plant::ReusesSequence) => {
                "UPDATE sync_identity SET next_sequence = max(1, next_sequence - 1)"
            }
            Some(Plant::ResetsStock) => "UPDATE stock SET count = count + 1",
            _ => return,
        };
        // The first start has no tables yet.
        if let Ok(connection) = support::look(disk) {
            let _ = connection.execute_batch(sql);
        }
    }

    /// As it is sent.
    pub(crate) fn plant_in_send(&mut self, number: usize, send: &Send) {
        if let (Send::Push(_, push), true) = (send, self.plants(Plant::DeletesWhenSent)) {
            let connection = support::look(&self.nodes[number].disk);
            for operation in &push.operations {
                let sql = "DELETE FROM sync_outbox WHERE operation = ?1";
                if let Ok(connection) = &connection {
                    let _ = connection.execute(sql, [&operation.id.0]);
                }
            }
        }
    }

    /// As it arrives at the authority.
    pub(crate) fn plant_in_push(&mut self, push: &mut Push) {
        let Some(first) = push.operations.first() else {
            return;
        };
        let Some(book) = &self.cloud.book else { return };
        let connection = &book.sql().0;
        let after = first.after.as_ref().map(|id| id.0.clone());
        let device = &push.device.0;
        let before = i64::try_from(first.sequence).unwrap_or(1) - 1;
        let _ = match self.plant {
            Some(Plant::TakesGaps) => connection.execute(
                "UPDATE devices SET sequence = ?2, last = ?3 WHERE device = ?1 AND sequence < ?2",
                (device, before, after),
            ),
            Some(Plant::ForgetsOutcomes) => {
                for operation in &push.operations {
                    let sql = "DELETE FROM outcomes WHERE operation = ?1";
                    let _ = connection.execute(sql, [&operation.id.0]);
                }
                connection.execute(
                    "UPDATE devices SET sequence = min(sequence, ?2), last = ?3 WHERE device = ?1
                     AND sequence > ?2",
                    (device, before, after),
                )
            }
            _ => return,
        };
    }

    /// As it is answered.
    pub(crate) fn plant_in_answer(&mut self, send: &Send, event: Option<&mut Event>) {
        match (self.plant, event) {
            (
                Some(Plant::DropsRowsOfPages),
                Some(Event::Pulled {
                    answer: PullAnswer::Changes { rows, .. },
                    ..
                }),
            ) => drop(rows.pop()),
            (Some(Plant::AnswersWhatFailed), Some(event)) => {
                if let (Event::Failed { request, .. }, Send::Push(_, push)) = (&*event, send) {
                    *event = done(*request, push);
                }
            }
            (Some(Plant::CloudRestoresBackup), _) => self.plant_a_backup(),
            _ => {}
        }
    }

    /// The authority's disk is put back as it was, once, with its epoch.
    fn plant_a_backup(&mut self) {
        let half = super::SPAN_MS / 2;
        if self.now_ms < half {
            let keep = olympus_powercut::Keep::Everything;
            let cut = olympus_powercut::Cut { keep, seed: 0 };
            self.cloud_backup = Some(self.cloud_disk.platter().after(cut));
        } else if self.now_ms > half + 6 * support::HOUR
            && let Some(platter) = self.cloud_backup.take()
        {
            self.cloud_disk.replace(platter);
            self.cloud.book = None;
            self.boots_cloud();
        }
    }

    /// As it is sent to the provider.
    pub(crate) fn plant_in_capture(&mut self, capture: &mut Capture) {
        match self.plant {
            Some(Plant::ForgetsTheTip) => capture.amount_cents.0 -= capture.amount_cents.0 % 25,
            Some(Plant::RefundsAreSales) if capture.direction == Direction::Refund => {
                capture.direction = Direction::Sale;
            }
            Some(Plant::NamesTheTerminal) => {
                capture.reference = Reference("loc-7.till".to_owned());
            }
            _ => {}
        }
    }

    /// As the provider's answer comes, or does not; nothing where it is not passed on.
    pub(crate) fn plant_in_heard(&mut self, payment: &PaymentId, heard: Heard) -> Option<Heard> {
        let silent = heard == Heard::NoAnswer;
        let sent = self.alarm.sent.get(payment).cloned();
        let invented = |state| {
            let Capture {
                reference,
                amount_cents,
                direction,
                ..
            } = sent?;
            Some(Heard::Answered(Captured {
                reference,
                state,
                provider_reference: "cap-0".to_owned(),
                decline_code: None,
                amount_cents,
                direction,
            }))
        };
        match self.plant {
            Some(Plant::DropsAnswers) if !silent => None,
            Some(Plant::SilenceIsDecline) if silent => invented(CaptureState::Declined),
            Some(Plant::SilenceIsApproval) if silent => invented(CaptureState::Approved),
            Some(Plant::ResendsWithNewKey) if silent => {
                self.resends(payment, 1_000);
                Some(heard)
            }
            Some(Plant::ResendsNextDay) if silent => {
                self.resends(payment, NEXT_DAY_MS);
                Some(heard)
            }
            _ => Some(heard),
        }
    }
}

/// An answer that says that all was done.
fn done(request: u64, push: &Push) -> Event {
    use olympus_proto::sync::{Outcome, PushAnswer, Settled};
    let settled = push.operations.iter().map(|operation| Settled {
        operation: operation.id.clone(),
        outcome: Outcome::Applied { version: 0 },
    });
    Event::Pushed {
        request,
        answer: PushAnswer {
            newest: push.version,
            settled: settled.collect(),
            rows: Vec::new(),
            refused: None,
        },
    }
}
