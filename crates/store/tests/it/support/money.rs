//! What has to be so of a till's books at any time.

use super::{DAY, Shop};
use olympus_proto::Cents;
use std::collections::BTreeMap;

impl Shop {
    /// The ledger's accounts; they sum to 0, and the open cards are what the payments say.
    pub(crate) fn books(&self) -> BTreeMap<String, Cents> {
        let reader = self.reader();
        let sums = reader.ledger_sums().expect("sums");
        let all: i64 = sums.values().map(|sum| sum.0).sum();
        assert_eq!(all, 0, "{sums:?}");
        sums
    }

    pub(crate) fn account(&self, name: &str) -> i64 {
        self.books().get(name).expect("an account").0
    }

    pub(crate) fn gross(&self) -> i64 {
        self.reader()
            .sales(DAY, DAY)
            .expect("a report")
            .gross_cents
            .0
    }
}
