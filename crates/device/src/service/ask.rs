//! Questions: intent, understanding, search, completion, embeddings.
//!
//! Invariant: a text is checked before it is queued and encoded at most once a call. Never
//! changes anything but the cache and the counters.

use super::answers::{Decided, Found, Made, Understood, Way};
use super::checks::{Search, at_entry, check_batch, check_length, checked, checked_batch};
use super::encoder_thread::Lane;
use super::{Call, Service, ServiceError};
use crate::wire::{
    Hits, IntentBatchRequest, IntentBatchResponse, SearchBatchRequest, SearchBatchResponse,
    SuggestResponse, UnderstandRequest, UnderstandResponse,
};
use olympus_core::menu::attributes::Manner;
use olympus_core::menu::filter::Filter;
use olympus_core::menu::sureness::sureness;
use olympus_inference::Analysis;
use olympus_menu::{Meaning, Query};
use olympus_proto::{
    Ambiguous, Context, Hit, Intent, IntentResponse, MenuVersion, SearchRequest, SearchResponse,
    StagesUs,
};
use std::time::Instant;

/// Said where no model took part.
const LEXICAL: &str = "lexical";

/// What a search found, and in which menu.
pub(super) struct Page {
    pub(super) hits: Vec<Hit>,
    pub(super) ambiguous: Option<Ambiguous>,
    pub(super) version: MenuVersion,
}

impl Service {
    /// The intent of a text.
    ///
    /// # Errors
    /// `EmptyText`, `TextTooLong`, `Overloaded`, `DeadlineExceeded`, or the model's.
    pub fn intent(
        &self,
        text: &str,
        context: Option<&Context>,
    ) -> Result<IntentResponse, ServiceError> {
        self.intent_for(&Call::local(), text, context)
    }

    /// As [`Service::intent`], for one call.
    ///
    /// # Errors
    /// As [`Service::intent`].
    pub fn intent_for(
        &self,
        call: &Call,
        text: &str,
        context: Option<&Context>,
    ) -> Result<IntentResponse, ServiceError> {
        let decided = self.decided(call, text, context)?;
        Ok(self.say_intent(call, Way::LOCAL_ONLY, decided))
    }

    /// The intent by this device's model.
    pub(crate) fn decided(
        &self,
        call: &Call,
        text: &str,
        context: Option<&Context>,
    ) -> Result<Decided, ServiceError> {
        let mut stages = StagesUs::default();
        let analysis = self.encode_one(call, &checked(text)?, &mut stages)?;
        let answer = self.decide(&analysis, context)?;
        Ok(Decided {
            answer,
            made: Made::here(&self.intent_model().id, None, stages),
        })
    }

    /// The intents of up to 64 texts.
    ///
    /// # Errors
    /// As [`Service::intent`]; one bad text fails the batch and is named.
    pub fn intents_for(
        &self,
        call: &Call,
        request: &IntentBatchRequest,
    ) -> Result<IntentBatchResponse, ServiceError> {
        let texts = checked_batch("texts", &request.texts)?;
        let mut stages = StagesUs::default();
        let results = self
            .encode(call, &texts, Lane::Bulk, &mut stages)?
            .iter()
            .map(|analysis| self.decide(analysis, request.context.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(IntentBatchResponse {
            results,
            meta: self.meta(
                call,
                Way::LOCAL_ONLY,
                Made::here(&self.intent_model().id, None, stages),
            ),
        })
    }

    /// Intent and dishes from one encoding.
    ///
    /// # Errors
    /// As [`Service::intent`] and [`Service::search`].
    pub fn understand(
        &self,
        request: &UnderstandRequest,
    ) -> Result<UnderstandResponse, ServiceError> {
        self.understand_for(&Call::local(), request)
    }

    /// As [`Service::understand`], for one call.
    ///
    /// # Errors
    /// As [`Service::understand`].
    pub fn understand_for(
        &self,
        call: &Call,
        request: &UnderstandRequest,
    ) -> Result<UnderstandResponse, ServiceError> {
        let understood = self.understood(call, request)?;
        Ok(self.say_understood(call, Way::LOCAL_ONLY, understood))
    }

    /// Intent and dishes by this device's models.
    pub(crate) fn understood(
        &self,
        call: &Call,
        request: &UnderstandRequest,
    ) -> Result<Understood, ServiceError> {
        self.understood_as(call, request, None)
    }

    /// As [`Service::understood`]; the intent may have been decided elsewhere.
    pub(crate) fn understood_as(
        &self,
        call: &Call,
        request: &UnderstandRequest,
        decided: Option<Decided>,
    ) -> Result<Understood, ServiceError> {
        let mut search = search_in(request)?;
        let mut stages = StagesUs::default();
        let analysis = self.encode_one(call, &checked(&request.text)?, &mut stages)?;
        let Decided { answer, mut made } = match decided {
            Some(decided) => decided,
            None => Decided {
                answer: self.decide(&analysis, request.context.as_ref())?,
                made: Made::here(&self.intent_model().id, None, stages),
            },
        };
        let manner = match answer.intent {
            Intent::Order | Intent::Modification | Intent::Cancel => Manner::Order,
            _ => Manner::Search,
        };
        self.read(&mut search, manner);
        // The whole text's vector: understanding costs one encoding.
        let page = self.find(&search, self.meaning(Some(&analysis)), &mut stages)?;
        made.menu_version = Some(page.version);
        made.stages = stages;
        Ok(Understood {
            answer,
            found: found(search, page, made),
        })
    }

    /// What keeps a request to understand from being answered; nothing is computed.
    pub(crate) fn check_understand(&self, request: &UnderstandRequest) -> Result<(), ServiceError> {
        checked(&request.text)?;
        search_in(request).map(drop)
    }

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

    /// Completions of what is being typed; no model takes part.
    ///
    /// # Errors
    /// `Invalid`, `TextTooLong`.
    pub fn suggest_for(
        &self,
        call: &Call,
        prefix: &str,
        limit: usize,
    ) -> Result<SuggestResponse, ServiceError> {
        check_length(prefix)?;
        if !(1..=50).contains(&limit) {
            return Err(ServiceError::Invalid("limit must be 1 to 50".to_owned()));
        }
        let started = Instant::now();
        let live = self.menu.live();
        let suggestions = live.as_ref().map_or_else(Vec::new, |live| {
            let overrides = self.menu.overrides();
            live.index
                .suggest(prefix, limit, &Filter::default(), &overrides, self.now())
        });
        let stages = StagesUs {
            search: micros(started),
            ..StagesUs::default()
        };
        let version = live.map_or(MenuVersion(0), |live| live.index.version());
        Ok(SuggestResponse {
            suggestions,
            meta: self.meta(call, Way::LOCAL_ONLY, Made::here(LEXICAL, version, stages)),
        })
    }

    pub(super) fn read(&self, search: &mut Search, manner: Manner) {
        if let Some(live) = self.menu.live() {
            search.read(&live.index, manner);
        }
    }

    fn meaning<'a>(&'a self, analysis: Option<&'a Analysis>) -> Meaning<'a> {
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
        let hits = live.index.search_wishing(
            &query,
            &search.wishes,
            &self.menu.overrides(),
            self.now(),
        )?;
        let ambiguous = match search.wishes.alone() {
            true => None,
            false => live.index.ambiguous(&search.text, &hits),
        };
        stages.search += micros(started);
        Ok(Page {
            hits,
            ambiguous,
            version: live.index.version(),
        })
    }
}

/// Checks a search within a request to understand.
pub(super) fn search_in(request: &UnderstandRequest) -> Result<Search, ServiceError> {
    let search = Search::checked(&request.text, request.limit, &request.filters, false)?;
    Ok(search.understanding(request.parse, &request.ignore)?)
}

pub(super) fn found(search: Search, page: Page, made: Made) -> Found {
    Found {
        sureness: sureness_of(&search, &page.hits),
        filter: search.filter,
        hits: page.hits,
        parse: search.parse,
        ambiguous: page.ambiguous,
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

pub(super) fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
