//! What the till counts, for Prometheus. Names and meanings: docs/OPERATIONS.md.
//!
//! Invariant: labels are tenders, states and steps, never anything that somebody typed. Gauges are
//! as they were when the metrics were read; a till that does not answer in time leaves them.

mod gauges;

use super::handle::Handle;
use gauges::{OfReconcile, OfSettlement, OfTerminal, Real, Waiting, Whole, seconds, whole};
use olympus_core::sync::client::Pressure;
use olympus_proto::grant::TenderKind;
use olympus_proto::pos::{Direction, PaymentState};
use olympus_store::{Reply, Standing};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Arc;
use std::time::Duration;

/// From half a millisecond to five seconds; a flash disk syncs in 1 to 20 ms.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.004, 0.008, 0.012, 0.02, 0.04, 0.08, 0.25, 1.0, 5.0,
];
/// A scrape waits so long for a till that is busy.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PaymentLabels {
    tender: &'static str,
    direction: &'static str,
    state: &'static str,
}

/// Every counter, histogram and gauge of the till.
#[derive(Debug, Clone)]
pub(crate) struct TillMetrics(Arc<Series>);

#[derive(Debug)]
struct Series {
    up: Whole,
    queue: Whole,
    orders: Counter,
    payments: Family<PaymentLabels, Counter>,
    commit: Histogram,
    storage_failures: Counter,
    disk_free: Whole,
    screens: Whole,
    offline: Real,
    waiting: Waiting,
    settlement: OfSettlement,
    standing: OfTerminal,
    reconcile: OfReconcile,
}

impl TillMetrics {
    /// All at zero, in the registry.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let series = Series {
            up: Gauge::default(),
            queue: Gauge::default(),
            orders: Counter::default(),
            payments: Family::default(),
            commit: Histogram::new(BUCKETS),
            storage_failures: Counter::default(),
            disk_free: Gauge::default(),
            screens: Gauge::default(),
            offline: Gauge::default(),
            waiting: Waiting::default(),
            settlement: OfSettlement::default(),
            standing: OfTerminal::default(),
            reconcile: OfReconcile::default(),
        };
        series.register(registry);
        series.waiting.register(registry);
        series.settlement.register(registry);
        series.standing.register(registry);
        series.reconcile.register(registry);
        Self(Arc::new(series))
    }

    /// Whether the till's file is open.
    pub(super) fn up(&self, up: bool) {
        self.0.up.set(i64::from(up));
    }

    /// As it was told last.
    pub(super) fn is_up(&self) -> bool {
        self.0.up.get() == 1
    }

    /// So many commands wait.
    pub(super) fn queue(&self, waiting: usize) {
        self.0.queue.set(whole(waiting));
    }

    /// The disk failed on a commit.
    pub(super) fn storage_failed(&self) {
        self.0.storage_failures.inc();
    }

    /// A command is durable.
    pub(super) fn committed(&self, took: Duration, reply: &Reply) {
        self.0.commit.observe(took.as_secs_f64());
        match reply {
            // Only opening makes the first revision.
            Reply::Order(order) if order.revision <= 1 => drop(self.0.orders.inc()),
            Reply::Payment(payment) => {
                let labels = PaymentLabels {
                    tender: tender(payment.tender),
                    direction: match payment.direction {
                        Direction::Sale => "sale",
                        Direction::Refund => "refund",
                    },
                    state: state(payment.state),
                };
                self.0.payments.get_or_create(&labels).inc();
            }
            _ => {}
        }
    }

    /// A kitchen screen came, or went.
    pub(crate) fn screen(&self, by: i64) {
        self.0.screens.inc_by(by);
    }

    /// All gauges, as they are now.
    pub(crate) async fn measure(&self, till: &Handle) {
        let series = &self.0;
        series.offline.set(till.line().down_for().as_secs_f64());
        if let Some(free) = till.setup().free_bytes() {
            series
                .disk_free
                .set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        let now_ms = till.now().wall_ms();
        if let Ok(Ok(standing)) = tokio::time::timeout(PATIENCE, till.standing()).await {
            self.stands(&standing, till, now_ms);
        }
        let books = till.read(|reader| {
            Ok((
                reader.settlement()?,
                reader.receipts_waiting(1)?.1,
                reader.reconcile()?,
            ))
        });
        if let Ok(Ok((settlement, receipts, reconcile))) =
            tokio::time::timeout(PATIENCE, books).await
        {
            series.settlement.is(&settlement, now_ms);
            series
                .waiting
                .receipts
                .set(i64::try_from(receipts).unwrap_or(i64::MAX));
            if let Some(report) = reconcile {
                series.reconcile.is(&report);
            }
        }
    }

    fn stands(&self, standing: &Standing, till: &Handle, now_ms: u64) {
        let Series {
            waiting,
            standing: terminal,
            ..
        } = &*self.0;
        let sync = &standing.sync;
        waiting.size.set(whole(sync.queue_size));
        waiting.cents.set(sync.value.0);
        waiting
            .oldest
            .set(sync.oldest.unwrap_or_default().as_secs_f64());
        waiting.attention.set(whole(sync.attention));
        waiting.pressure.set(match sync.pressure {
            Pressure::None => 0,
            Pressure::Soft => 1,
            Pressure::Hard => 2,
            Pressure::Full => 3,
        });
        if let Some(moment) = sync.last_success {
            waiting.last_success.set(seconds(till.wall_ms(moment)));
        }
        let expires = standing.terminal.grant_expires_ms.unwrap_or(now_ms);
        terminal
            .grant_left
            .set(Duration::from_millis(expires.saturating_sub(now_ms)).as_secs_f64());
        terminal.step.set(match standing.terminal.step.as_str() {
            "full" => 0,
            "reduced" => 1,
            _ => 2,
        });
        terminal
            .left_cents
            .set(standing.terminal.left_cents.unwrap_or_default().0);
        terminal
            .clock_wrong
            .set(i64::from(standing.terminal.clock != "right"));
    }
}

impl Series {
    fn register(&self, registry: &mut Registry) {
        registry.register(
            "edge_till_up",
            "1 where the till's file is open",
            self.up.clone(),
        );
        registry.register(
            "edge_till_queue_depth",
            "Commands that wait for the till",
            self.queue.clone(),
        );
        // The encoder adds `_total` to counters.
        registry.register(
            "edge_local_orders",
            "Orders opened on this device",
            self.orders.clone(),
        );
        registry.register(
            "edge_payments",
            "Payments and refunds taken on this device, by tender and by the state that they were taken in",
            self.payments.clone(),
        );
        registry.register_with_unit(
            "edge_commit",
            "From a command's turn to its being on the disk",
            Unit::Seconds,
            self.commit.clone(),
        );
        registry.register(
            "edge_storage_failures",
            "Commands and events that the disk failed on",
            self.storage_failures.clone(),
        );
        registry.register_with_unit(
            "edge_disk_free",
            "Room on the disk of the till's file",
            Unit::Bytes,
            self.disk_free.clone(),
        );
        registry.register(
            "edge_kitchen_screens",
            "Kitchen screens that are connected",
            self.screens.clone(),
        );
        registry.register_with_unit(
            "edge_offline_duration",
            "How long the cloud has not answered; 0 while it does, and where none is set up",
            Unit::Seconds,
            self.offline.clone(),
        );
    }
}

fn tender(tender: TenderKind) -> &'static str {
    match tender {
        TenderKind::Cash => "cash",
        TenderKind::Card => "card",
        TenderKind::StoredValue => "stored_value",
    }
}

fn state(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Requested => "requested",
        PaymentState::Sent => "sent",
        PaymentState::Approved => "approved",
        PaymentState::Declined => "declined",
        PaymentState::Unknown => "unknown",
    }
}
