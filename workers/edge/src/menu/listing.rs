//! The dishes of a menu in use by their ids, for who does not search: carts.
//!
//! Invariant: a listing is of the menu that [`live::pointer`] names, whole and unchanged. Never
//! indexes a word: the object of a cart may be the only thing in its isolate, and all who use the
//! cart wait for its first dish. Memory is bounded by dishes over all listings.

use super::pointer::Pointer;
use super::{live, local_time, store};
use crate::http::error::EdgeError;
use crate::http::time;
use jiff::tz::TimeZone;
use olympus_core::menu::availability::LocalTime;
use olympus_proto::{ItemId, LocationId, MenuItem};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::Env;

/// Dishes of all listings kept at a time, but for a larger one by itself.
const MOST_DISHES: usize = 10_000;

/// The dishes of one menu.
pub(crate) struct Listing {
    pointer: Pointer,
    zone: TimeZone,
    items: HashMap<ItemId, MenuItem>,
}

impl Listing {
    fn new(pointer: Pointer, items: Vec<MenuItem>) -> Self {
        let zone = pointer
            .timezone
            .as_deref()
            .map_or(Ok(TimeZone::UTC), local_time::zone);
        Self {
            // It was known when it was published.
            zone: zone.unwrap_or(TimeZone::UTC),
            items: items
                .into_iter()
                .map(|item| (item.id.clone(), item))
                .collect(),
            pointer,
        }
    }

    /// A dish.
    pub(crate) fn get(&self, id: &ItemId) -> Option<&MenuItem> {
        self.items.get(id)
    }

    /// The hour where the restaurant is.
    pub(crate) fn now(&self) -> LocalTime {
        local_time::at(&self.zone, time::now_ms())
    }
}

/// What this isolate holds, the one used last at the end.
#[derive(Default)]
struct Shelf(Vec<(LocationId, Rc<Listing>)>);

thread_local! {
    static SHELF: RefCell<Shelf> = RefCell::default();
}

impl Shelf {
    fn take(&mut self, location: &LocationId, pointer: &Pointer) -> Option<Rc<Listing>> {
        let at = self
            .0
            .iter()
            .position(|(of, listing)| of == location && listing.pointer == *pointer)?;
        let entry = self.0.remove(at);
        let listing = Rc::clone(&entry.1);
        self.0.push(entry);
        Some(listing)
    }

    fn put(&mut self, location: &LocationId, listing: &Rc<Listing>) {
        // A location has one menu in use.
        self.0.retain(|(of, _)| of != location);
        self.0.push((location.clone(), Rc::clone(listing)));
        let dishes = |shelf: &Self| -> usize {
            let counts = shelf.0.iter().map(|(_, listing)| listing.items.len());
            counts.sum()
        };
        while self.0.len() > 1 && dishes(self) > MOST_DISHES {
            self.0.remove(0);
        }
    }
}

/// The dishes of the menu in use; `None` where none was published.
pub(crate) async fn listing(
    env: &Env,
    location: &LocationId,
    prefix: &str,
) -> Result<Option<Rc<Listing>>, EdgeError> {
    live::in_use(env, location, prefix, async |pointer| {
        of(env, location, pointer).await
    })
    .await
}

/// The dishes of that pointer's menu; `None` where its document was cleared up.
async fn of(
    env: &Env,
    location: &LocationId,
    pointer: Pointer,
) -> Result<Option<Rc<Listing>>, EdgeError> {
    if let Some(listing) = SHELF.with_borrow_mut(|shelf| shelf.take(location, &pointer)) {
        return Ok(Some(listing));
    }
    let document = store::read(env, location.as_str(), &pointer.live.digest).await?;
    let Some(document) = document else {
        return Ok(None);
    };
    let listing = Rc::new(Listing::new(pointer, document.items));
    SHELF.with_borrow_mut(|shelf| shelf.put(location, &listing));
    Ok(Some(listing))
}

#[cfg(test)]
mod tests {
    use super::{Listing, MOST_DISHES, Shelf};
    use crate::menu::pointer::Pointer;
    use olympus_proto::edge::LiveMenu;
    use olympus_proto::{ItemId, LocationId, MenuItem, MenuVersion, SpaceId};
    use std::rc::Rc;

    fn listing(digest: &str, dishes: usize) -> Rc<Listing> {
        let pointer = Pointer {
            live: LiveMenu {
                digest: digest.to_owned(),
                version: MenuVersion(1),
                items: dishes,
                space: SpaceId::from("m/cls/4"),
                since_ms: 0,
            },
            prefix: "m/cls".to_owned(),
            generation: 0,
            timezone: None,
        };
        let items = (0..dishes).map(|n| MenuItem::new(format!("i{n}").as_str(), "Soup"));
        Rc::new(Listing::new(pointer, items.collect()))
    }

    #[test]
    fn a_dish_is_found_by_its_id() {
        let soups = listing("d", 3);
        let found = soups.get(&ItemId::from("i2")).map(|item| item.id.as_str());
        assert_eq!(found, Some("i2"));
        assert!(soups.get(&ItemId::from("i3")).is_none());
    }

    #[test]
    fn the_shelf_keeps_what_was_used_last_and_one_menu_of_a_place() {
        let place = |n: usize| LocationId(format!("l{n}"));
        let half = listing("d", MOST_DISHES / 2);
        let mut shelf = Shelf::default();
        shelf.put(&place(0), &half);
        shelf.put(&place(1), &half);
        assert!(shelf.take(&place(0), &half.pointer).is_some());
        shelf.put(&place(2), &listing("d", 1));
        assert!(
            shelf.take(&place(1), &half.pointer).is_none(),
            "used longest ago"
        );
        assert!(shelf.take(&place(0), &half.pointer).is_some());
        shelf.put(&place(0), &listing("e", 1));
        assert!(shelf.take(&place(0), &half.pointer).is_none());
        let large = listing("d", MOST_DISHES + 1);
        shelf.put(&place(3), &large);
        assert!(shelf.take(&place(3), &large.pointer).is_some());
        assert_eq!(shelf.0.len(), 1);
    }
}
