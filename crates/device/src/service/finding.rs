//! Searches: dishes by words and meaning.
//!
//! Invariant: a text is encoded at most once; filters hold as they are when the answer is made.

use super::answers::{Found, Made, Way};
use super::ask::{LEXICAL, micros};
use super::checks::{Search, at_entry, check_batch};
use super::encoder_thread::Lane;
use super::{Call, Service, ServiceError};
use crate::wire::{Hits, SearchBatchRequest, SearchBatchResponse};
use olympus_core::menu::attributes::Manner;
use olympus_core::menu::sureness::sureness;
use olympus_inference::Analysis;
use olympus_menu::{Meaning, Query};
use olympus_proto::{
    Ambiguous, Hit, MenuVersion, SearchRequest, SearchResponse, StagesUs, Unstated,
};
use std::time::Instant;

/// What a search found, and in which menu.
pub(super) struct Page {
    pub(super) hits: Vec<Hit>,
    pub(super) ambiguous: Option<Ambiguous>,
    pub(super) unstated: Vec<Unstated>,
    pub(super) version: MenuVersion,
}

impl Service {
    /// Dishes that fit a query; an empty one lists the menu by category.
    ///
    /// # Errors
    /// `Invalid`, `Filter`, `TextTooLong`, `Overloaded`, `DeadlineExceeded`, or the model's.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse, ServiceError> {
        self.search_for(&Call::local(), request)
    }

    /// As [`Service::search`], for one call.
    ///
    /// # Errors
    /// As [`Service::search`].
    pub fn search_for(
        &self,
        call: &Call,
        request: &SearchRequest,
    ) -> Result<SearchResponse, ServiceError> {
        let found = self.found(call, request)?;
        Ok(self.say_found(call, Way::LOCAL_ONLY, found))
    }

    /// Dishes by this device's model.
    pub(crate) fn found(
        &self,
        call: &Call,
        request: &SearchRequest,
    ) -> Result<Found, ServiceError> {
        let mut search = Search::of(request)?;
        let _busy = self.at_work.enter();
        self.read(&mut search, Manner::Search);
        let mut stages = StagesUs::default();
        let analysis = match search.text.is_empty() || self.menu.live().is_none() {
            true => None,
            false => Some(self.encode_one(call, &search.text, &mut stages)?),
        };
        let page = self.find(&search, self.meaning(analysis.as_deref()), &mut stages)?;
        let model = analysis.map_or(LEXICAL, |_| self.model().id.as_str());
        let made = Made::here(model, page.version, stages);
        Ok(found(search, page, made))
    }

    /// Up to 64 searches.
    ///
    /// # Errors
    /// As [`Service::search`]; one bad search fails the batch and is named.
    pub fn searches_for(
        &self,
        call: &Call,
        request: &SearchBatchRequest,
    ) -> Result<SearchBatchResponse, ServiceError> {
        check_batch("searches", request.searches.len())?;
        let _busy = self.at_work.enter();
        let mut searches = request
            .searches
            .iter()
            .enumerate()
            .map(|(at, search)| Search::of(search).map_err(|error| at_entry("searches", at, error)))
            .collect::<Result<Vec<_>, _>>()?;
        for search in &mut searches {
            self.read(search, Manner::Search);
        }
        let texts: Vec<String> = searches
            .iter()
            .map(|search| search.text.clone())
            .filter(|text| !text.is_empty())
            .collect();
        let mut stages = StagesUs::default();
        let mut analyses = self
            .encode(call, &texts, Lane::Bulk, &mut stages)?
            .into_iter();
        let mut results = Vec::with_capacity(searches.len());
        let mut used = self
            .menu
            .live()
            .map_or(MenuVersion(0), |live| live.index.version());
        for search in searches {
            call.check()?;
            let analysis = (!search.text.is_empty()).then(|| analyses.next()).flatten();
            let found = self.find(&search, self.meaning(analysis.as_deref()), &mut stages)?;
            used = found.version;
            results.push(Hits {
                hits: found.hits,
                parse: search.parse,
                ambiguous: found.ambiguous,
                unstated: found.unstated,
            });
        }
        Ok(SearchBatchResponse {
            results,
            meta: self.meta(
                call,
                Way::LOCAL_ONLY,
                Made::here(&self.model().id, used, stages),
            ),
        })
    }

    pub(super) fn read(&self, search: &mut Search, manner: Manner) {
        if let Some(live) = self.menu.live() {
            search.read(&live.index, manner);
        }
    }

    pub(super) fn meaning<'a>(&'a self, analysis: Option<&'a Analysis>) -> Meaning<'a> {
        analysis.map_or(Meaning::None, |found| {
            Meaning::Vector(&self.model().space, &found.embedding)
        })
    }

    pub(super) fn find(
        &self,
        search: &Search,
        meaning: Meaning<'_>,
        stages: &mut StagesUs,
    ) -> Result<Page, ServiceError> {
        let Some(live) = self.menu.live() else {
            return Ok(Page {
                hits: Vec::new(),
                ambiguous: None,
                unstated: Vec::new(),
                version: MenuVersion(0),
            });
        };
        let started = Instant::now();
        let query = Query {
            text: &search.text,
            meaning,
            limit: search.limit,
            filter: &search.filter,
            as_you_type: search.as_you_type,
        };
        let (wishes, overrides, now) = (&search.wishes, self.menu.overrides(), self.now());
        let hits = live.index.search_wishing(&query, wishes, &overrides, now)?;
        let unstated = live
            .index
            .unstated(&query, wishes, &overrides, now, &hits)?;
        let ambiguous = match search.wishes.alone() {
            true => None,
            false => live.index.ambiguous(&search.text, &hits),
        };
        stages.search += micros(started);
        Ok(Page {
            hits,
            ambiguous,
            unstated,
            version: live.index.version(),
        })
    }
}

pub(super) fn found(search: Search, page: Page, made: Made) -> Found {
    Found {
        sureness: sureness_of(&search, &page.hits),
        filter: search.filter,
        hits: page.hits,
        parse: search.parse,
        ambiguous: page.ambiguous,
        unstated: page.unstated,
        made,
    }
}

/// Probability that the first hit is right. A search without words is a list: it is what was
/// asked for.
fn sureness_of(search: &Search, hits: &[Hit]) -> f32 {
    match hits {
        _ if search.text.is_empty() || search.wishes.alone() => 1.0,
        [] => 0.0,
        [best, rest @ ..] => sureness(best.score, rest.first().map(|hit| hit.score)),
    }
}
