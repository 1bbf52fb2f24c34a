//! Menus in use, ready to be searched, as this isolate holds them.
//!
//! Invariant: an index belongs to one digest and never changes. What this isolate knows of which
//! menu is in use, and of what is sold out, is at most two seconds old, or younger where it was
//! changed through this isolate. Memory is bounded by dishes over all menus.

use super::document::{Names, passages};
use super::pointer::{self, Pointer};
use super::publisher::{Asked, Missed, Report};
use super::{local_time, store};
use crate::http::error::{EdgeError, log};
use crate::http::time;
use crate::live;
use jiff::tz::TimeZone;
use olympus_core::menu::availability::LocalTime;
use olympus_menu::{MenuIndex, Overrides, Vectors};
use olympus_proto::{ItemId, LocationId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::Env;

/// How long it is believed which menu is in use, and what is sold out.
const FRESH_MS: u64 = 2_000;
/// How long marks are believed where their object does not answer.
const STALE_MS: u64 = 30_000;
/// How often the publisher is told that a menu's vectors are missing.
const TELL_EVERY_MS: u64 = 10_000;
/// Dishes of all menus kept at a time, but for a larger one by itself: an index takes some 4 KB
/// a dish, and an isolate has 128 MB.
const MOST_DISHES: usize = 10_000;
/// Menus kept at a time.
const MOST_MENUS: usize = 16;
/// Locations whose pointer and marks are kept.
const MOST_LOCATIONS: usize = 1_024;

/// A menu in use.
pub(crate) struct Menu {
    pub(crate) pointer: Pointer,
    pub(crate) index: MenuIndex,
    pub(crate) names: Names,
    zone: TimeZone,
    /// Number of a vector's name → position of its dish.
    owners: HashMap<u128, u32>,
}

impl Menu {
    /// The hour where the restaurant is.
    pub(crate) fn now(&self) -> LocalTime {
        local_time::at(&self.zone, time::now_ms())
    }

    /// The dish that a vector belongs to; `None` for vectors of other menus.
    pub(crate) fn owner(&self, key: u128) -> Option<&ItemId> {
        let position = *self.owners.get(&key)?;
        let item = self.index.items().get(usize::try_from(position).ok()?)?;
        Some(&item.id)
    }

    fn build(
        location: &LocationId,
        pointer: Pointer,
        document: olympus_proto::edge::PublishRequest,
    ) -> Result<Self, EdgeError> {
        let names = Names::new(
            location.as_str(),
            &pointer.live.digest,
            &pointer.prefix,
            pointer.generation,
        );
        let mut owners = HashMap::new();
        for passage in passages(&document.items) {
            if let (Some(item), Ok(position)) = (
                document.items.get(passage.item),
                u32::try_from(passage.item),
            ) {
                owners.insert(names.key(item.id.as_str(), passage.no), position);
            }
        }
        let zone = pointer
            .timezone
            .as_deref()
            .map_or(Ok(TimeZone::UTC), local_time::zone);
        Ok(Self {
            // It was known when it was published.
            zone: zone.unwrap_or(TimeZone::UTC),
            index: MenuIndex::build(document.items, pointer.live.version, Vectors::none())
                .map_err(EdgeError::internal)?,
            names,
            owners,
            pointer,
        })
    }
}

/// Something learnt of a location.
struct Learnt<T> {
    value: T,
    at_ms: u64,
}

/// What this isolate holds.
struct Shelf {
    pointers: HashMap<LocationId, Learnt<Option<Pointer>>>,
    marks: HashMap<LocationId, Learnt<Rc<Overrides>>>,
    /// Where the publisher was told that vectors are missing.
    missed: HashMap<LocationId, Learnt<()>>,
    /// The one used last at the end.
    menus: Vec<(LocationId, Rc<Menu>)>,
}

thread_local! {
    static SHELF: RefCell<Shelf> = RefCell::new(Shelf {
        pointers: HashMap::new(),
        marks: HashMap::new(),
        missed: HashMap::new(),
        menus: Vec::new(),
    });
}

fn learn<T>(known: &mut HashMap<LocationId, Learnt<T>>, location: &LocationId, value: T) {
    if known.len() >= MOST_LOCATIONS && !known.contains_key(location) {
        let oldest = known.iter().min_by_key(|(_, learnt)| learnt.at_ms);
        if let Some(oldest) = oldest.map(|(location, _)| location.clone()) {
            known.remove(&oldest);
        }
    }
    let at_ms = time::now_ms();
    known.insert(location.clone(), Learnt { value, at_ms });
}

/// What was learnt not longer than `age_ms` ago.
fn known<T: Clone>(
    known: &HashMap<LocationId, Learnt<T>>,
    location: &LocationId,
    age_ms: u64,
) -> Option<T> {
    let learnt = known.get(location)?;
    let age = time::now_ms().saturating_sub(learnt.at_ms);
    (age <= age_ms).then(|| learnt.value.clone())
}

/// Asks the publisher, which is the authority.
pub(super) async fn report(env: &Env, location: &LocationId) -> Result<Report, EdgeError> {
    let stub = super::stub(env, location)?;
    let asked = Asked {
        location: location.clone(),
    };
    live::call::call(&stub, "/status", &asked, None).await
}

/// Which menu is in use. `prefix` is the space that queries are embedded in: where the copy says
/// another one the publisher is asked, which makes the menu searchable in this one.
pub(crate) async fn pointer(
    env: &Env,
    location: &LocationId,
    prefix: &str,
) -> Result<Option<Pointer>, EdgeError> {
    let fresh = SHELF.with_borrow(|shelf| known(&shelf.pointers, location, FRESH_MS));
    if let Some(pointer) = fresh {
        return Ok(pointer);
    }
    match pointer::copy(env, location).await {
        Some(pointer) if pointer.prefix == prefix => {
            let copy = Some(pointer.clone());
            SHELF.with_borrow_mut(|shelf| learn(&mut shelf.pointers, location, copy));
            Ok(Some(pointer))
        }
        _ => pointer_anew(env, location).await,
    }
}

/// Which menu is in use by the publisher's own word, where the copy is not to be believed.
pub(super) async fn pointer_anew(
    env: &Env,
    location: &LocationId,
) -> Result<Option<Pointer>, EdgeError> {
    let pointer = report(env, location).await?.pointer;
    SHELF.with_borrow_mut(|shelf| learn(&mut shelf.pointers, location, pointer.clone()));
    Ok(pointer)
}

/// A search found no vector at all of the menu: the publisher is told, which looks into it. Its
/// word of which menu is in use is learnt, too: the one searched may be of a late copy.
pub(super) async fn missed(env: &Env, location: &LocationId, pointer: &Pointer) {
    let told = SHELF.with_borrow(|shelf| known(&shelf.missed, location, TELL_EVERY_MS));
    if told.is_some() {
        return;
    }
    SHELF.with_borrow_mut(|shelf| learn(&mut shelf.missed, location, ()));
    let missed = Missed {
        location: location.clone(),
        digest: pointer.live.digest.clone(),
        generation: pointer.generation,
    };
    let report: Result<Report, EdgeError> = match super::stub(env, location) {
        Ok(stub) => live::call::call(&stub, "/missed", &missed, None).await,
        Err(error) => Err(error),
    };
    match report {
        Ok(report) => {
            SHELF.with_borrow_mut(|shelf| learn(&mut shelf.pointers, location, report.pointer));
        }
        Err(error) => log(&format!(
            "that vectors are missing could not be told: {}",
            error.message
        )),
    }
}

/// Something changed through this isolate: what it holds of the location is asked anew.
pub(crate) fn forget(location: &LocationId) {
    SHELF.with_borrow_mut(|shelf| {
        shelf.pointers.remove(location);
        shelf.marks.remove(location);
    });
}

/// The menu in use; `None` where none was published.
pub(crate) async fn menu(
    env: &Env,
    location: &LocationId,
    prefix: &str,
) -> Result<Option<Rc<Menu>>, EdgeError> {
    in_use(env, location, prefix, async |pointer| {
        of(env, location, pointer).await
    })
    .await
}

/// What `of` makes of the menu in use; `None` where none was published. It says `None` where the
/// document is gone: the pointer was a copy of a menu that was cleared up since, so the publisher is
/// asked.
pub(super) async fn in_use<T>(
    env: &Env,
    location: &LocationId,
    prefix: &str,
    of: impl AsyncFn(Pointer) -> Result<Option<T>, EdgeError>,
) -> Result<Option<T>, EdgeError> {
    let Some(copy) = pointer(env, location, prefix).await? else {
        return Ok(None);
    };
    if let Some(made) = of(copy).await? {
        return Ok(Some(made));
    }
    let Some(told) = pointer_anew(env, location).await? else {
        return Ok(None);
    };
    let lost = format!("the document of menu {} is gone", told.live.digest);
    let made = of(told).await?;
    made.map(Some).ok_or_else(|| EdgeError::internal(lost))
}

/// The menu of that pointer; `None` where its document was cleared up.
async fn of(
    env: &Env,
    location: &LocationId,
    pointer: Pointer,
) -> Result<Option<Rc<Menu>>, EdgeError> {
    if let Some(menu) = SHELF.with_borrow_mut(|shelf| shelf.take(location, &pointer)) {
        return Ok(Some(menu));
    }
    let document = store::read(env, location.as_str(), &pointer.live.digest).await?;
    let Some(document) = document else {
        return Ok(None);
    };
    // Another request may have been faster.
    if let Some(menu) = SHELF.with_borrow_mut(|shelf| shelf.take(location, &pointer)) {
        return Ok(Some(menu));
    }
    let menu = Rc::new(Menu::build(location, pointer, document)?);
    SHELF.with_borrow_mut(|shelf| shelf.put(location, &menu));
    Ok(Some(menu))
}

/// What staff say of being sold out.
pub(crate) async fn overrides(
    env: &Env,
    location: &LocationId,
) -> Result<Rc<Overrides>, EdgeError> {
    let fresh = SHELF.with_borrow(|shelf| known(&shelf.marks, location, FRESH_MS));
    if let Some(marks) = fresh {
        return Ok(marks);
    }
    match live::overrides(env, location).await {
        Ok(told) => {
            let marks: Rc<Overrides> = Rc::new(told.items.into_iter().collect());
            SHELF.with_borrow_mut(|shelf| learn(&mut shelf.marks, location, Rc::clone(&marks)));
            Ok(marks)
        }
        Err(error) => {
            let stale = SHELF.with_borrow(|shelf| known(&shelf.marks, location, STALE_MS));
            log(&format!("marks of what is sold out: {}", error.message));
            stale.ok_or(error)
        }
    }
}

impl Shelf {
    /// The menu, now the one used last.
    fn take(&mut self, location: &LocationId, pointer: &Pointer) -> Option<Rc<Menu>> {
        let at = self
            .menus
            .iter()
            .position(|(of, menu)| of == location && menu.pointer == *pointer)?;
        let entry = self.menus.remove(at);
        let menu = Rc::clone(&entry.1);
        self.menus.push(entry);
        Some(menu)
    }

    fn put(&mut self, location: &LocationId, menu: &Rc<Menu>) {
        // A location has one menu in use.
        self.menus.retain(|(of, _)| of != location);
        self.menus.push((location.clone(), Rc::clone(menu)));
        let dishes = |menus: &[(LocationId, Rc<Menu>)]| -> usize {
            menus.iter().map(|(_, menu)| menu.index.items().len()).sum()
        };
        while self.menus.len() > 1
            && (self.menus.len() > MOST_MENUS || dishes(&self.menus) > MOST_DISHES)
        {
            self.menus.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_MENUS, Menu, Shelf};
    use crate::menu::document::{key_of, passages};
    use crate::menu::pointer::Pointer;
    use olympus_proto::edge::{LiveMenu, PublishRequest};
    use olympus_proto::{ItemId, LocationId, MenuItem, MenuVersion, SpaceId};
    use std::collections::HashMap;
    use std::rc::Rc;

    fn menu(location: &str, digest: &str, dishes: usize) -> Menu {
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
        let document = PublishRequest {
            version: MenuVersion(1),
            digest: digest.to_owned(),
            timezone: None,
            anew: false,
            items: (0..dishes)
                .map(|n| MenuItem::new(format!("i{n}").as_str(), "Soup"))
                .collect(),
        };
        Menu::build(&LocationId::from(location), pointer, document).expect("builds")
    }

    #[test]
    fn vectors_are_known_by_their_names_and_others_passed_over() {
        let soup = menu("l", "d", 3);
        for passage in passages(soup.index.items()) {
            let item = &soup.index.items()[passage.item].id;
            let id = soup.names.id(item.as_str(), passage.no);
            assert_eq!(soup.owner(key_of(&id).expect("ours")), Some(item));
        }
        let foreign = menu("l", "e", 3).names.key("i0", 0);
        assert_eq!(soup.owner(foreign), None::<&ItemId>);
    }

    #[test]
    fn the_shelf_keeps_what_was_used_last() {
        let mut shelf = Shelf {
            pointers: HashMap::new(),
            marks: HashMap::new(),
            missed: HashMap::new(),
            menus: Vec::new(),
        };
        let place = |n: usize| LocationId(format!("l{n}"));
        for n in 0..MOST_MENUS {
            shelf.put(&place(n), &Rc::new(menu(&place(n).0, "d", 1)));
        }
        let first = Rc::clone(&shelf.menus[0].1);
        assert!(shelf.take(&place(0), &first.pointer).is_some());
        shelf.put(&place(99), &Rc::new(menu("l99", "d", 1)));
        let kept: Vec<&str> = shelf.menus.iter().map(|(of, _)| of.as_str()).collect();
        assert!(kept.contains(&"l0") && !kept.contains(&"l1"), "{kept:?}");
        // Another menu at a place takes the place of the one before.
        shelf.put(&place(0), &Rc::new(menu("l0", "e", 1)));
        assert!(shelf.take(&place(0), &first.pointer).is_none());
        assert_eq!(shelf.menus.len(), MOST_MENUS);
    }
}
