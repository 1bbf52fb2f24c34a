//! The cloud's answers, made fit to be given: it says which dishes and how near, this device says
//! what they are.
//!
//! Invariant: every dish that leaves here is on this device's menu and passes the same filters,
//! limits said in the query, hours and sold-out marks as one that this device found by itself.
//! Never takes a name, a price or an allergen from the cloud.

use super::answers::{Decided, Found, Made, Seen};
use super::ask::micros;
use super::checks::Search;
use super::finding::{Page, found};
use super::menu_store::Live;
use super::{Call, Service, ServiceError};
use crate::cloud::{CloudHits, CloudImage, CloudIntent, HitKind};
use olympus_core::menu::attributes::Manner;
use olympus_core::menu::availability;
use olympus_core::menu::filter::Filter;
use olympus_menu::{Meaning, Query};
use olympus_proto::edge::{PublishRequest, Recognised};
use olympus_proto::{Hit, ItemId, SearchRequest, StagesUs, State};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Texts by which the local model's time is measured; short and long as customers speak.
const PROBES: [&str; 6] = [
    "two cheeseburgers and a coke",
    "do you have anything vegan",
    "my soup was cold and I would like to talk to the manager",
    "cancel the last one",
    "could you make that a large instead of a small and leave out the onions please",
    "hi",
];
/// Times that each is asked.
const ROUNDS: usize = 3;
/// Dishes that a picture may show.
const MOST_SEEN: usize = 10;

impl Service {
    /// The cloud's decision as an answer of this device.
    pub(crate) fn decided_by_cloud(&self, from: CloudIntent) -> Decided {
        Decided {
            answer: from.answer,
            made: Made {
                model: from.model,
                ..Made::default()
            },
        }
    }

    /// The cloud's hits as this device serves them.
    ///
    /// # Errors
    /// `OtherMenu` where the menu changed while the cloud searched it.
    pub(crate) fn found_by_cloud(
        &self,
        call: &Call,
        request: &SearchRequest,
        from: CloudHits,
    ) -> Result<Found, ServiceError> {
        call.check()?;
        let mut search = Search::of(request)?;
        self.read(&mut search, Manner::Search);
        let live = self.menu.live().ok_or(ServiceError::OtherMenu)?;
        if live.digest != from.digest {
            return Err(ServiceError::OtherMenu);
        }
        let mut stages = StagesUs::default();
        let page = match from.kind {
            HitKind::Ranked => Page {
                hits: self.ranked(&live, &search, &from.hits),
                ambiguous: None,
                unstated: Vec::new(),
                version: live.index.version(),
            },
            HitKind::Nearness => {
                let cosines: HashMap<_, _> = from.hits.into_iter().collect();
                self.find(&search, Meaning::Items(&cosines), &mut stages)?
            }
        };
        let made = Made {
            model: from.model,
            menu_version: Some(page.version),
            menu_digest: Some(from.digest),
            space: from.space,
            stages,
        };
        Ok(found(search, page, made))
    }

    /// What the cloud saw in a picture, as dishes of this menu.
    ///
    /// # Errors
    /// The menu index's.
    pub(crate) fn seen_by_cloud(
        &self,
        call: &Call,
        digest: &str,
        from: CloudImage,
    ) -> Result<Seen, ServiceError> {
        call.check()?;
        let live = self.menu.live().ok_or(ServiceError::OtherMenu)?;
        if live.digest != digest {
            return Err(ServiceError::OtherMenu);
        }
        let started = Instant::now();
        let request = SearchRequest {
            query: from.seen.clone(),
            limit: MOST_SEEN,
            parse: false,
            ..SearchRequest::default()
        };
        let mut hits = match from.recognised.is_empty() {
            true if from.seen.trim().is_empty() => Vec::new(),
            // Nobody there knows the menu: the words say what it may be.
            true => self.found(call, &request)?.hits,
            false => self.ranked(&live, &Search::of(&request)?, &from.recognised),
        };
        hits.truncate(MOST_SEEN);
        let known = |id: &ItemId| hits.iter().any(|hit| hit.id == *id);
        let recognised = from.recognised.into_iter().filter(|(id, _)| known(id));
        Ok(Seen {
            seen: from.seen,
            filter: Filter::default(),
            recognised: recognised
                .map(|(item, confidence)| Recognised {
                    item,
                    confidence: confidence.clamp(0.0, 1.0),
                })
                .collect(),
            made: Made {
                model: from.model,
                menu_version: Some(live.index.version()),
                menu_digest: Some(live.digest.clone()),
                space: None,
                stages: StagesUs {
                    search: micros(started),
                    ..StagesUs::default()
                },
            },
            hits,
        })
    }

    /// Dishes in an order that was made elsewhere.
    fn ranked(&self, live: &Live, search: &Search, ranking: &[(ItemId, f32)]) -> Vec<Hit> {
        let words = Query {
            text: &search.text,
            meaning: Meaning::None,
            limit: search.limit,
            filter: &search.filter,
            as_you_type: search.as_you_type,
        };
        let (overrides, now) = (self.menu.overrides(), self.now());
        live.index
            .ranked(&words, &search.wishes, ranking, &overrides, now)
    }

    /// Sees to it that hits that waited are still to be had as they say: staff may have sold the
    /// last one, and hours end.
    pub(crate) fn recheck(&self, hits: &mut Vec<Hit>, filter: &Filter) {
        let Some(live) = self.menu.live() else {
            hits.clear();
            return;
        };
        let (overrides, now) = (self.menu.overrides(), self.now());
        hits.retain_mut(|hit| {
            let Some(item) = live.index.get(hit.id.as_str()) else {
                return false;
            };
            let state = availability::state(item, overrides.get(&item.id).copied(), now);
            hit.state = state;
            hit.available = state == State::Available;
            filter.admits(item, state)
        });
    }

    /// Changes whenever the menu or what staff said changes.
    pub(crate) fn epoch(&self) -> u64 {
        self.menu.epoch()
    }

    /// Names the menu in use by its content; `None` where there is none.
    pub(crate) fn digest(&self) -> Option<String> {
        self.menu.live().map(|live| live.digest.clone())
    }

    /// The first dishes of the menu that can be had now, at most so many: what a picture may show.
    pub(crate) fn dishes_now(&self, most: usize) -> Vec<(ItemId, String)> {
        let Some(live) = self.menu.live() else {
            return Vec::new();
        };
        let (overrides, now) = (self.menu.overrides(), self.now());
        let had = live.index.items().iter().filter(|item| {
            let said = overrides.get(&item.id).copied();
            availability::state(item, said, now) == State::Available
        });
        let named = had.map(|item| (item.id.clone(), item.name.clone()));
        named.take(most).collect()
    }

    /// The menu in use, as it is published.
    pub(crate) fn publication(&self) -> Option<Arc<PublishRequest>> {
        let live = self.menu.live()?;
        Some(Arc::new(PublishRequest {
            version: live.index.version(),
            digest: live.digest.clone(),
            timezone: self.zone.iana_name().map(str::to_owned),
            anew: false,
            items: live.index.items().to_vec(),
        }))
    }

    /// What staff said of items, by id.
    pub(crate) fn said(&self) -> BTreeMap<String, bool> {
        super::menu_files::by_id(&self.menu.overrides())
    }

    /// The longest of a few warm encodings: what the local models need on this device.
    ///
    /// # Errors
    /// The model's.
    pub(crate) fn local_latency(&self) -> Result<Duration, ServiceError> {
        let mut longest = Duration::ZERO;
        for round in 0..=ROUNDS {
            for (number, text) in PROBES.iter().enumerate() {
                // Never asked before, so that the cache does not answer.
                let text = format!("{text} {round}{number}");
                let started = Instant::now();
                self.decided(&Call::local(), &text, None)?;
                if round > 0 {
                    longest = longest.max(started.elapsed());
                }
            }
        }
        Ok(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Options;
    use olympus_proto::SpaceId;

    fn demo() -> Service {
        Service::open(Options {
            demo: true,
            ..Options::default()
        })
        .expect("opens")
    }

    fn from_cloud(digest: &str, ids: &[&str]) -> CloudHits {
        CloudHits {
            digest: digest.to_owned(),
            space: Some(SpaceId::from("far/cls/3")),
            model: "far".to_owned(),
            kind: HitKind::Ranked,
            hits: ids.iter().map(|id| (ItemId::from(*id), 0.9)).collect(),
        }
    }

    #[test]
    fn an_answer_for_another_menu_is_refused() {
        let service = demo();
        let digest = service.digest().expect("a menu");
        let request = SearchRequest {
            query: "something".to_owned(),
            ..SearchRequest::default()
        };
        let ask = |digest: &str| {
            let from = from_cloud(digest, &["hamburger", "nowhere"]);
            service.found_by_cloud(&Call::local(), &request, from)
        };
        let found = ask(&digest).expect("this menu");
        assert_eq!(found.hits.len(), 1);
        assert_eq!(found.made.model, "far");
        assert_eq!(found.made.space, Some(SpaceId::from("far/cls/3")));
        let error = ask("another").expect_err("another menu");
        assert!(matches!(error, ServiceError::OtherMenu), "{error}");
        let seen = CloudImage {
            seen: "a burger".to_owned(),
            recognised: Vec::new(),
            model: "far".to_owned(),
        };
        let error = service.seen_by_cloud(&Call::local(), "another", seen);
        assert!(matches!(error, Err(ServiceError::OtherMenu)));
    }

    #[test]
    fn what_is_said_of_a_dish_makes_a_new_epoch_and_counts_at_the_answer() {
        let service = demo();
        let before = service.epoch();
        let digest = service.digest().expect("a menu");
        let request = SearchRequest::default();
        let from = from_cloud(&digest, &["hamburger"]);
        let found = service.found_by_cloud(&Call::local(), &request, from);
        let mut hits = found.expect("this menu").hits;
        service.set_sold_out("hamburger", Some(true)).expect("says");
        assert_ne!(service.epoch(), before);
        service.recheck(&mut hits, &Filter::default());
        assert_eq!(hits.first().map(|hit| hit.state), Some(State::SoldOut));
        let now = Filter::from_wire(&olympus_proto::Filters {
            availability: olympus_proto::AvailabilityFilter::Now,
            ..Default::default()
        });
        service.recheck(&mut hits, &now.expect("a filter"));
        assert!(hits.is_empty());
    }

    #[test]
    fn a_picture_may_show_what_can_be_had() {
        let service = demo();
        let all = service.dishes_now(1_000);
        assert!(all.iter().any(|(id, _)| id.as_str() == "hamburger"));
        assert_eq!(service.dishes_now(2), all[..2]);
        service.set_sold_out("hamburger", Some(true)).expect("says");
        let left = service.dishes_now(1_000);
        assert!(left.iter().all(|(id, _)| id.as_str() != "hamburger"));
    }

    #[test]
    fn the_local_models_are_timed_without_their_cache() {
        let service = demo();
        let first = service.local_latency().expect("is timed");
        assert!(
            first > Duration::from_micros(50),
            "{first:?}: the cache answered"
        );
        let warm = service.decided(&Call::local(), "hi", None);
        assert!(warm.is_ok());
    }
}
