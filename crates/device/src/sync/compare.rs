//! Three books laid side by side: this device's ledger, the cloud's, and the payment provider's.
//!
//! Invariant: equal is said only where every payment is in both ledgers with the same amount, the
//! provider has exactly the cards that were approved, and nothing is on its way. A pure function.

use olympus_proto::Cents;
use olympus_proto::location::{LedgerPayment, ReconciledPayment};
use olympus_proto::pos::{PaymentId, PaymentState, Reconcile, ReconcileDifference};
use std::collections::{BTreeMap, BTreeSet};

/// Most differences in a report.
const MOST: usize = 200;

/// What is compared.
#[derive(Debug)]
pub(super) struct Books<'a> {
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) at_ms: u64,
    /// This device's.
    pub(super) ledger: &'a [LedgerPayment],
    /// The others'.
    pub(super) told: &'a [ReconciledPayment],
    /// This device's as it was once the others had answered: what was taken meanwhile is not compared.
    pub(super) since: &'a [LedgerPayment],
    /// Operations that wait to be sent.
    pub(super) unsent: u64,
}

/// One payment in all three.
#[derive(Debug, Default, Clone, Copy)]
struct Entry {
    device: Option<Cents>,
    /// Nothing where this device does not have it.
    card: Option<bool>,
    cloud: Option<Cents>,
    state: Option<PaymentState>,
    provider: Option<Cents>,
}

/// Compares.
pub(super) fn compare(books: &Books<'_>) -> Reconcile {
    let mut entries: BTreeMap<&PaymentId, Entry> = BTreeMap::new();
    for paid in books.ledger {
        let entry = entries.entry(&paid.payment).or_default();
        entry.device = Some(paid.cents);
        entry.card = Some(paid.card);
    }
    let meanwhile: BTreeSet<&PaymentId> = books.since.iter().map(|paid| &paid.payment).collect();
    for told in books.told {
        let is_new = !entries.contains_key(&told.payment) && meanwhile.contains(&told.payment);
        if is_new {
            continue;
        }
        let entry = entries.entry(&told.payment).or_default();
        entry.cloud = told.cloud_cents;
        entry.state = told.state;
        entry.provider = told.provider_cents;
    }
    let sum = |of: fn(&Entry) -> Option<Cents>| {
        let cents = entries.values().filter_map(of).map(|cents| cents.0);
        Cents(cents.sum())
    };
    let open = entries.values().filter(|entry| entry.is_open()).count();
    let mut differences = Vec::new();
    let mut differ = 0_usize;
    for (payment, entry) in &entries {
        if let Some(advice) = entry.advice(books.unsent) {
            differ += 1;
            if differences.len() < MOST {
                differences.push(entry.difference(payment, advice));
            }
        }
    }
    Reconcile {
        from: books.from.to_owned(),
        to: books.to.to_owned(),
        at_ms: books.at_ms,
        equal: differ == 0 && open == 0 && books.unsent == 0,
        payments: count(entries.len()),
        device_cents: sum(|entry| entry.device),
        cloud_cents: sum(|entry| entry.cloud),
        device_card_cents: sum(Entry::owed_by_provider),
        provider_cents: sum(|entry| entry.provider),
        open: count(open),
        unsent: books.unsent,
        differences,
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl Entry {
    /// The cloud has it and it is not settled there.
    fn is_open(&self) -> bool {
        self.state.is_some_and(|state| !state.is_settled())
    }

    /// What the provider should have, by this device's ledger.
    fn owed_by_provider(&self) -> Option<Cents> {
        let declined = self.state == Some(PaymentState::Declined);
        self.device.filter(|_| self.card == Some(true) && !declined)
    }

    /// What is wrong and what to do; nothing where all is well or on its way.
    fn advice(&self, unsent: u64) -> Option<&'static str> {
        let (device, cloud) = match (self.device, self.cloud) {
            (Some(device), Some(cloud)) => (device, cloud),
            (Some(_), None) if unsent > 0 => {
                return Some("it waits to be sent to the cloud; compare again when nothing waits");
            }
            (Some(_), None) => {
                return Some(
                    "the cloud does not have it: look at what was not done on the operations page \
                     and do it again there",
                );
            }
            (None, Some(_)) => {
                return Some(
                    "this device does not have it: it was taken under this terminal's name by \
                     another disk, a clone or one from before a restored backup; keep the cloud's \
                     entry and retire the other disk",
                );
            }
            (None, None) => {
                return self.provider.map(|_| {
                    "only the provider has it: ask the provider to give it back, by this payment's \
                     id"
                });
            }
        };
        if device != cloud {
            return Some(
                "the amounts differ: an amount never changes, so one of the two books is damaged; \
                 keep both and call support",
            );
        }
        if self.card == Some(false) {
            return self.provider.map(|_| {
                "the provider took it though no card was charged: ask the provider to give it back"
            });
        }
        match (self.state, self.provider) {
            (Some(PaymentState::Approved), None) => Some(
                "it was approved, and the provider does not have it: ask the provider, by this \
                 payment's id, before anything is charged again",
            ),
            (Some(PaymentState::Approved), Some(taken)) if taken != device => Some(
                "the provider took another amount: have the provider put it right, by this \
                 payment's id",
            ),
            (Some(PaymentState::Declined), Some(_)) => Some(
                "it was declined, and the provider took it: ask the provider to give it back, by \
                 this payment's id",
            ),
            (None, _) => Some("the cloud does not say where it stands: update the cloud"),
            _ => None,
        }
    }

    fn difference(&self, payment: &PaymentId, advice: &str) -> ReconcileDifference {
        ReconcileDifference {
            payment: payment.clone(),
            device_cents: self.device,
            cloud_cents: self.cloud,
            provider_cents: self.provider,
            state: self.state,
            advice: advice.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Books, MOST, compare};
    use olympus_proto::Cents;
    use olympus_proto::location::{LedgerPayment, ReconciledPayment};
    use olympus_proto::pos::{PaymentState, Reconcile};

    fn paid(id: &str, cents: i64, card: bool) -> LedgerPayment {
        LedgerPayment {
            payment: id.into(),
            cents: Cents(cents),
            card,
        }
    }

    fn told(id: &str, cloud: i64, state: PaymentState, provider: Option<i64>) -> ReconciledPayment {
        ReconciledPayment {
            payment: id.into(),
            cloud_cents: Some(Cents(cloud)),
            state: Some(state),
            provider_cents: provider.map(Cents),
        }
    }

    fn absent(id: &str) -> ReconciledPayment {
        ReconciledPayment {
            payment: id.into(),
            cloud_cents: None,
            state: None,
            provider_cents: None,
        }
    }

    fn report(ledger: &[LedgerPayment], told: &[ReconciledPayment], unsent: u64) -> Reconcile {
        compare(&Books {
            from: "2026-11-27",
            to: "2026-11-28",
            at_ms: 7,
            ledger,
            told,
            since: &[],
            unsent,
        })
    }

    #[test]
    fn what_is_taken_while_the_books_are_compared_is_no_difference() {
        use PaymentState::Approved;
        let ledger = [paid("a", 500, false)];
        let since = [paid("a", 500, false), paid("b", 700, false)];
        let told = [
            told("a", 500, Approved, None),
            told("b", 700, Approved, None),
        ];
        let compared = |since: &[LedgerPayment]| {
            compare(&Books {
                from: "2026-11-27",
                to: "2026-11-28",
                at_ms: 7,
                ledger: &ledger,
                told: &told,
                since,
                unsent: 0,
            })
        };
        let report = compared(&since);
        assert!(report.equal, "{report:?}");
        assert_eq!((report.payments, report.cloud_cents), (1, Cents(500)));
        assert_eq!(compared(&ledger).differences.len(), 1, "another disk's");
    }

    #[test]
    fn equal_books_are_equal_to_the_cent() {
        use PaymentState::{Approved, Declined};
        let ledger = [
            paid("cash", 1_000, false),
            paid("card", 2_000, true),
            paid("declined", 500, true),
            paid("refund", -700, true),
        ];
        let others = [
            told("cash", 1_000, Approved, None),
            told("card", 2_000, Approved, Some(2_000)),
            told("declined", 500, Declined, None),
            told("refund", -700, Approved, Some(-700)),
        ];
        let all = report(&ledger, &others, 0);
        assert!(all.equal, "{all:?}");
        assert_eq!((all.payments, all.open, all.unsent), (4, 0, 0));
        assert_eq!(
            (all.device_cents, all.cloud_cents),
            (Cents(2_800), Cents(2_800))
        );
        let cards = (all.device_card_cents, all.provider_cents);
        assert_eq!(cards, (Cents(1_300), Cents(1_300)));
        assert!(
            !report(&ledger, &others, 1).equal,
            "something is on its way"
        );
        assert!(report(&[], &[], 0).equal);
    }

    #[test]
    fn what_is_on_its_way_is_no_difference_and_not_equal() {
        for state in [
            PaymentState::Requested,
            PaymentState::Sent,
            PaymentState::Unknown,
        ] {
            let one = report(&[paid("a", 5, true)], &[told("a", 5, state, None)], 0);
            assert!(!one.equal && one.differences.is_empty(), "{one:?}");
            assert_eq!(one.open, 1);
        }
    }

    #[test]
    fn each_difference_is_told_with_what_to_do() {
        use PaymentState::{Approved, Declined};
        let card = || vec![paid("a", 5, true)];
        let cash = || vec![paid("a", 5, false)];
        for (ledger, other, unsent, says) in [
            (card(), absent("a"), 3, "waits to be sent"),
            (card(), absent("a"), 0, "do it again"),
            (vec![], told("a", 5, Approved, None), 0, "another disk"),
            (card(), told("a", 6, Approved, Some(6)), 0, "amounts differ"),
            (card(), told("a", 5, Approved, None), 0, "does not have it"),
            (card(), told("a", 5, Approved, Some(4)), 0, "another amount"),
            (card(), told("a", 5, Declined, Some(5)), 0, "was declined"),
            (
                cash(),
                told("a", 5, Approved, Some(5)),
                0,
                "no card was charged",
            ),
            (
                vec![],
                ReconciledPayment {
                    provider_cents: Some(Cents(5)),
                    ..absent("a")
                },
                0,
                "only the provider",
            ),
        ] {
            let one = report(&ledger, &[other], unsent);
            assert!(!one.equal);
            let [difference] = one.differences.as_slice() else {
                panic!("{says}: {one:?}");
            };
            assert!(difference.advice.contains(says), "{}", difference.advice);
        }
    }

    #[test]
    fn a_report_does_not_grow_without_end() {
        let ledger: Vec<_> = (0..500).map(|n| paid(&format!("p{n}"), 1, false)).collect();
        let told: Vec<_> = ledger
            .iter()
            .map(|it| absent(it.payment.as_str()))
            .collect();
        let all = report(&ledger, &told, 0);
        assert_eq!(all.differences.len(), MOST);
        assert!(!all.equal);
    }
}
