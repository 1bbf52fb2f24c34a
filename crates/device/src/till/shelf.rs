//! What there is to sell: dishes of the menu in use, and which of them have run out.
//!
//! The till asks here for each line; the search is told here of each count that reaches 0 or
//! leaves it. Selling needs no model: until the service is loaded the stored menu is sold from.
//! Invariant: from [`Shelf::serve`] on, the search knows every dish that has run out, in every
//! moment; a mark of staff is never touched. Never keeps anything on the disk: the counts are the
//! till's, and it tells them anew at each start.

use crate::routing::Shell;
use crate::service::{self, Service};
use jiff::tz::TimeZone;
use olympus_core::menu::availability;
use olympus_core::pos::Offer;
use olympus_menu::Overrides;
use olympus_proto::pos::Stock;
use olympus_proto::{ItemId, MenuItem, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The dishes.
#[derive(Debug)]
pub(crate) struct Shelf {
    service: OnceLock<Arc<Service>>,
    shell: OnceLock<Arc<Shell>>,
    before: Before,
    run_out: Mutex<BTreeSet<ItemId>>,
}

/// The stored menu.
#[derive(Debug)]
struct Before {
    items: BTreeMap<ItemId, MenuItem>,
    said: Overrides,
    zone: TimeZone,
}

impl Shelf {
    /// Sells from the stored menu, until there is a service.
    pub(crate) fn new(options: &service::Options, zone: TimeZone) -> Self {
        let (items, said) = service::menu_before(options);
        let items = items.into_iter().map(|item| (item.id.clone(), item));
        Self {
            service: OnceLock::new(),
            shell: OnceLock::new(),
            before: Before {
                items: items.collect(),
                said,
                zone,
            },
            run_out: Mutex::default(),
        }
    }

    /// From here on this service's menu is sold, and its search knows what has run out.
    pub(crate) fn serve(&self, service: &Arc<Service>, shell: Option<&Arc<Shell>>) {
        let run_out = self.run_out.lock().unwrap_or_else(PoisonError::into_inner);
        service.run_out(run_out.clone());
        let _ = self.service.set(Arc::clone(service));
        if let Some(shell) = shell {
            let _ = self.shell.set(Arc::clone(shell));
        }
    }

    /// Whether there is a menu to sell from.
    pub(crate) fn is_stocked(&self) -> bool {
        self.service.get().is_some() || !self.before.items.is_empty()
    }

    /// A dish as it is sold now.
    pub(crate) fn offer(&self, id: &ItemId) -> Option<Offer> {
        let (item, state) = match self.service.get() {
            Some(service) => service.dish(id)?,
            None => self.dish_before(id)?,
        };
        Some(Offer {
            to_be_had: state == State::Available,
            item,
        })
    }

    fn dish_before(&self, id: &ItemId) -> Option<(MenuItem, State)> {
        let item = self.before.items.get(id)?;
        let run_out = self.run_out.lock().unwrap_or_else(PoisonError::into_inner);
        let said = self.before.said.get(id).copied();
        let said = run_out.contains(id).then_some(true).or(said);
        let now = service::local_time(&self.before.zone);
        Some((item.clone(), availability::state(item, said, now)))
    }

    /// Counts changed, and some dishes are counted no more. When this returns, every search knows.
    pub(crate) fn counted(&self, stock: &[Stock], uncounted: &[ItemId]) {
        let mut run_out = self.run_out.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = Vec::new();
        for Stock { item, sold_out, .. } in stock {
            let news = match sold_out {
                true => run_out.insert(item.clone()),
                false => run_out.remove(item),
            };
            changed.extend(news.then_some(item));
        }
        changed.extend(uncounted.iter().filter(|item| run_out.remove(*item)));
        if changed.is_empty() {
            return;
        }
        if let Some(service) = self.service.get() {
            service.run_out(run_out.clone());
        }
        for item in changed {
            let sold_out = run_out.contains(item);
            tracing::info!(item = item.as_str(), sold_out, "the count decides");
            if let Some(shell) = self.shell.get() {
                shell.said_of(item.as_str());
            }
        }
    }
}
