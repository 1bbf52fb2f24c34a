//! Gauges of what waits, what is not settled, what may be sold, and the last reconcile report.

use olympus_proto::pos::{OpenSettlement, Reconcile};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

pub(super) type Whole = Gauge<i64, AtomicI64>;
pub(super) type Real = Gauge<f64, AtomicU64>;

#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) size: Whole,
    pub(super) cents: Whole,
    pub(super) oldest: Real,
    pub(super) attention: Whole,
    pub(super) pressure: Whole,
    pub(super) last_success: Whole,
    pub(super) receipts: Whole,
}

#[derive(Debug, Default)]
pub(super) struct OfSettlement {
    pub(super) open: Whole,
    pub(super) open_cents: Whole,
    pub(super) unknown: Whole,
    pub(super) declined: Whole,
    pub(super) declined_cents: Whole,
    pub(super) oldest: Real,
}

#[derive(Debug, Default)]
pub(super) struct OfTerminal {
    pub(super) grant_left: Real,
    pub(super) step: Whole,
    pub(super) left_cents: Whole,
    pub(super) clock_wrong: Whole,
}

#[derive(Debug, Default)]
pub(super) struct OfReconcile {
    pub(super) at: Whole,
    pub(super) equal: Whole,
    pub(super) differences: Whole,
}

impl Waiting {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "edge_sync_queue_size",
            "Operations that wait to be sent",
            self.size.clone(),
        );
        registry.register(
            "edge_sync_queue_cents",
            "What they are worth",
            self.cents.clone(),
        );
        registry.register_with_unit(
            "edge_sync_oldest",
            "Age of the oldest one",
            Unit::Seconds,
            self.oldest.clone(),
        );
        registry.register(
            "edge_sync_attention",
            "Operations that were not done and that a person has to settle",
            self.attention.clone(),
        );
        registry.register(
            "edge_sync_pressure",
            "How close the caps are: 0 none, 1 soft, 2 hard, 3 full",
            self.pressure.clone(),
        );
        registry.register_with_unit(
            "edge_sync_last_success_timestamp",
            "When the cloud last took all there was; 0 is never since the start",
            Unit::Seconds,
            self.last_success.clone(),
        );
        registry.register(
            "edge_receipts_waiting",
            "Receipts that wait to be uploaded",
            self.receipts.clone(),
        );
    }
}

impl OfSettlement {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "edge_settlement_open",
            "Payments that the provider has not approved yet",
            self.open.clone(),
        );
        registry.register(
            "edge_settlement_open_cents",
            "Their sum, tips included",
            self.open_cents.clone(),
        );
        registry.register(
            "edge_settlement_unknown",
            "Of these, payments that the provider did not answer on",
            self.unknown.clone(),
        );
        registry.register(
            "edge_settlement_declined",
            "Payments that the provider declined: sold, not paid",
            self.declined.clone(),
        );
        registry.register(
            "edge_settlement_declined_cents",
            "Their sum",
            self.declined_cents.clone(),
        );
        registry.register_with_unit(
            "edge_settlement_oldest",
            "Age of the oldest open one",
            Unit::Seconds,
            self.oldest.clone(),
        );
    }

    pub(super) fn is(&self, open: &OpenSettlement, now_ms: u64) {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.open.set(count(open.open));
        self.open_cents.set(open.open_cents.0);
        self.unknown.set(count(open.unknown));
        self.declined.set(count(open.declined));
        self.declined_cents.set(open.declined_cents.0);
        let age = open
            .oldest_ms
            .map_or(0, |oldest| now_ms.saturating_sub(oldest));
        self.oldest.set(Duration::from_millis(age).as_secs_f64());
    }
}

impl OfTerminal {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "edge_grant_left",
            "How long the grant still holds; 0 where there is none",
            Unit::Seconds,
            self.grant_left.clone(),
        );
        registry.register(
            "edge_grant_step",
            "What may be sold: 0 all of the grant, 1 a part, 2 for cash only",
            self.step.clone(),
        );
        registry.register(
            "edge_grant_left_cents",
            "What may still be taken under the grant",
            self.left_cents.clone(),
        );
        registry.register(
            "edge_clock_wrong",
            "1 where the wall clock is not believed",
            self.clock_wrong.clone(),
        );
    }
}

impl OfReconcile {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "edge_reconcile_timestamp",
            "When the last reconcile report was made; 0 is never",
            Unit::Seconds,
            self.at.clone(),
        );
        registry.register(
            "edge_reconcile_equal",
            "1 where all three books said the same in it",
            self.equal.clone(),
        );
        registry.register(
            "edge_reconcile_differences",
            "Payments in which they did not",
            self.differences.clone(),
        );
    }

    pub(super) fn is(&self, report: &Reconcile) {
        self.at.set(seconds(report.at_ms));
        self.equal.set(i64::from(report.equal));
        self.differences.set(whole(report.differences.len()));
    }
}

pub(super) fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(super) fn seconds(ms: u64) -> i64 {
    i64::try_from(ms / 1_000).unwrap_or(i64::MAX)
}
