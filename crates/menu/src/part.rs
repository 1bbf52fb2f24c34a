//! What an index needs to know of each item by itself, made on as many cores as there are.

use crate::document::Draft;
use olympus_core::menu::attributes::Facts;
use olympus_core::menu::lexicon;
use olympus_core::menu::text::passages_naming;
use olympus_proto::MenuItem;
use std::thread;

/// Fewer items are not worth a thread.
const ITEMS_A_THREAD: usize = 256;
const MOST_THREADS: usize = 4;

/// One item, read.
pub(crate) struct Part {
    pub(crate) draft: Draft,
    pub(crate) facts: Facts,
    /// Texts that have a vector.
    pub(crate) passages: usize,
}

impl Part {
    fn of(item: &MenuItem) -> Self {
        let named = lexicon::named_in(&item.name);
        Self {
            draft: Draft::of(item, &named),
            facts: Facts::naming(item, &named),
            passages: passages_naming(item, &named).len(),
        }
    }

    /// In the order of `items`.
    pub(crate) fn of_all(items: &[MenuItem]) -> Vec<Self> {
        let read = |items: &[MenuItem]| items.iter().map(Self::of).collect::<Vec<_>>();
        // Where there are no threads, as in wasm, the number of cores is not known either.
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.min(MOST_THREADS).min(items.len() / ITEMS_A_THREAD);
        if threads < 2 {
            return read(items);
        }
        thread::scope(|scope| {
            let shares = items.chunks(items.len().div_ceil(threads));
            let shares = shares.map(|share| {
                let started = thread::Builder::new().spawn_scoped(scope, move || read(share));
                (share, started)
            });
            // All are started before the first is waited for.
            let shares: Vec<_> = shares.collect();
            let parts = shares
                .into_iter()
                .flat_map(|(share, started)| match started {
                    Ok(thread) => thread
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                    Err(_) => read(share),
                });
            parts.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ITEMS_A_THREAD, Part};
    use olympus_proto::MenuItem;

    #[test]
    fn many_items_are_read_in_their_order() {
        let count = 3 * ITEMS_A_THREAD + 1;
        let items: Vec<MenuItem> = (0..count)
            .map(|at| MenuItem::new(&at.to_string(), &format!("Dish {at}")))
            .collect();
        let parts = Part::of_all(&items);
        assert_eq!(parts.len(), count);
        for (at, part) in parts.iter().enumerate() {
            assert!(
                part.draft.terms().any(|(_, term)| term == at.to_string()),
                "{at}"
            );
        }
        assert!(Part::of_all(&[]).is_empty());
    }
}
