//! Questions: intent, understanding, search, completion, embeddings.
//!
//! Invariant: a text is checked before it is queued and encoded at most once a call. Never
//! changes anything but the cache and the counters.

use super::checks::{Search, at_entry, check_batch, check_length, checked, checked_batch};
use super::encoder_thread::Lane;
use super::{Call, Service, ServiceError};
use crate::wire::{
    Hits, IntentBatchRequest, IntentBatchResponse, SearchBatchRequest, SearchBatchResponse,
    SuggestResponse, UnderstandRequest, UnderstandResponse,
};
use olympus_core::intent::decide;
use olympus_core::menu::attributes::Manner;
use olympus_core::menu::filter::Filter;
use olympus_inference::Analysis;
use olympus_menu::{Meaning, Query};
use olympus_proto::{
    Ambiguous, Context, Hit, Intent, IntentAnswer, IntentResponse, MenuVersion, Meta, Path,
    SearchRequest, SearchResponse, StagesUs,
};
use std::sync::Arc;
use std::time::Instant;

/// Texts of a batch that are encoded at once.
const PIECE: usize = 8;
/// Said where no model took part.
const LEXICAL: &str = "lexical";

/// What a search found, and in which menu.
struct Found {
    hits: Vec<Hit>,
    ambiguous: Option<Ambiguous>,
    version: MenuVersion,
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
        let mut stages = StagesUs::default();
        let analysis = self.encode_one(call, &checked(text)?, &mut stages)?;
        let answer = self.decide(&analysis, context)?;
        Ok(IntentResponse {
            answer,
            meta: self.meta(call, &self.intent_model().id, None, stages),
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
            meta: self.meta(call, &self.intent_model().id, None, stages),
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
        let mut search = Search::checked(&request.text, request.limit, &request.filters, false)?
            .understanding(request.parse, &request.ignore)?;
        let mut stages = StagesUs::default();
        let analysis = self.encode_one(call, &checked(&request.text)?, &mut stages)?;
        let answer = self.decide(&analysis, request.context.as_ref())?;
        let manner = match answer.intent {
            Intent::Order | Intent::Modification | Intent::Cancel => Manner::Order,
            _ => Manner::Search,
        };
        self.read(&mut search, manner);
        // The whole text's vector: understanding costs one encoding.
        let found = self.find(&search, Some(&analysis), &mut stages)?;
        Ok(UnderstandResponse {
            answer,
            hits: found.hits,
            parse: search.parse,
            ambiguous: found.ambiguous,
            meta: self.meta(call, &self.intent_model().id, Some(found.version), stages),
        })
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
        let mut search = Search::of(request)?;
        self.read(&mut search, Manner::Search);
        let mut stages = StagesUs::default();
        let analysis = match search.text.is_empty() || self.menu.live().is_none() {
            true => None,
            false => Some(self.encode_one(call, &search.text, &mut stages)?),
        };
        let found = self.find(&search, analysis.as_deref(), &mut stages)?;
        let model = analysis.map_or(LEXICAL, |_| self.model().id.as_str());
        Ok(SearchResponse {
            hits: found.hits,
            parse: search.parse,
            ambiguous: found.ambiguous,
            meta: self.meta(call, model, Some(found.version), stages),
        })
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
            let found = self.find(&search, analysis.as_deref(), &mut stages)?;
            used = found.version;
            results.push(Hits {
                hits: found.hits,
                parse: search.parse,
                ambiguous: found.ambiguous,
            });
        }
        Ok(SearchBatchResponse {
            results,
            meta: self.meta(call, &self.model().id, Some(used), stages),
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
            meta: self.meta(call, LEXICAL, Some(version), stages),
        })
    }

    /// Unit vectors and token counts of up to 64 texts.
    ///
    /// # Errors
    /// As [`Service::intent`]; one bad text fails the batch and is named.
    pub fn embeddings_for(
        &self,
        call: &Call,
        texts: &[String],
    ) -> Result<(Vec<Arc<Analysis>>, StagesUs), ServiceError> {
        let texts = checked_batch("input", texts)?;
        let mut stages = StagesUs::default();
        let lane = if texts.len() == 1 {
            Lane::Interactive
        } else {
            Lane::Bulk
        };
        let analyses = self.encode(call, &texts, lane, &mut stages)?;
        stages.total = micros(call.started);
        self.metrics.stages(&stages);
        Ok((analyses, stages))
    }

    fn read(&self, search: &mut Search, manner: Manner) {
        if let Some(live) = self.menu.live() {
            search.read(&live.index, manner);
        }
    }

    fn find(
        &self,
        search: &Search,
        analysis: Option<&Analysis>,
        stages: &mut StagesUs,
    ) -> Result<Found, ServiceError> {
        let Some(live) = self.menu.live() else {
            return Ok(Found {
                hits: Vec::new(),
                ambiguous: None,
                version: MenuVersion(0),
            });
        };
        let started = Instant::now();
        let query = Query {
            text: &search.text,
            meaning: analysis.map_or(Meaning::None, |found| {
                Meaning::Vector(&self.model().space, &found.embedding)
            }),
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
        Ok(Found {
            hits,
            ambiguous,
            version: live.index.version(),
        })
    }

    fn decide(
        &self,
        analysis: &Analysis,
        context: Option<&Context>,
    ) -> Result<IntentAnswer, ServiceError> {
        let expected = context.map_or(&[][..], |context| &context.expected);
        match (analysis.logits, &self.calibration) {
            (Some(logits), Some(calibration)) => {
                Ok(decide(logits, calibration, &self.costs, expected))
            }
            _ => Err(ServiceError::Encoder(
                "the model has no intent head".to_owned(),
            )),
        }
    }

    fn encode_one(
        &self,
        call: &Call,
        text: &str,
        stages: &mut StagesUs,
    ) -> Result<Arc<Analysis>, ServiceError> {
        let texts = [text.to_owned()];
        self.encode(call, &texts, Lane::Interactive, stages)?
            .pop()
            .ok_or_else(|| ServiceError::Encoder("it gave no answer".to_owned()))
    }

    /// Encodes folded texts, those in the cache excepted; adds to `stages`.
    fn encode(
        &self,
        call: &Call,
        texts: &[String],
        lane: Lane,
        stages: &mut StagesUs,
    ) -> Result<Vec<Arc<Analysis>>, ServiceError> {
        let mut found: Vec<_> = texts.iter().map(|text| self.cache.get(text)).collect();
        let mut missing: Vec<String> = texts
            .iter()
            .zip(&found)
            .filter(|(_, known)| known.is_none())
            .map(|(text, _)| text.clone())
            .collect();
        let lookups = u64::try_from(texts.len()).unwrap_or(u64::MAX);
        let misses = u64::try_from(missing.len()).unwrap_or(u64::MAX);
        self.metrics.cache(lookups - misses, lookups);
        let mut empty = found.iter_mut().filter(|known| known.is_none());
        while !missing.is_empty() {
            let piece: Vec<String> = missing.drain(..PIECE.min(missing.len())).collect();
            let encoded = self.encoder.encode(piece.clone(), lane, call.deadline)?;
            stages.queue += encoded.queue_us;
            stages.tokenize += encoded.timings.tokenize_us;
            stages.encode += encoded.timings.encode_us;
            stages.classify += encoded.timings.classify_us;
            for ((text, analysis), slot) in
                piece.into_iter().zip(encoded.analyses).zip(empty.by_ref())
            {
                let analysis = Arc::new(analysis);
                self.cache.put(text, Arc::clone(&analysis));
                *slot = Some(analysis);
            }
        }
        found
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| ServiceError::Encoder("it gave too few answers".to_owned()))
    }

    pub(super) fn meta(
        &self,
        call: &Call,
        model: &str,
        menu_version: Option<MenuVersion>,
        mut stages: StagesUs,
    ) -> Meta {
        stages.total = micros(call.started);
        self.metrics.stages(&stages);
        Meta {
            path: Path::Local,
            reason: "local_only".to_owned(),
            model: model.to_owned(),
            menu_version,
            menu_digest: None,
            space: None,
            stages_us: stages,
            request_id: call.request_id.clone(),
        }
    }
}

pub(super) fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
