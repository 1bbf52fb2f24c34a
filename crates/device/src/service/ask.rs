//! Questions: intent, understanding, completion.
//!
//! Invariant: a text is checked before it is queued and encoded at most once a call. Never
//! changes anything but the cache and the counters.

use super::answers::{Decided, Made, Understood, Way};
use super::checks::{Search, check_length, checked, checked_batch};
use super::encoder_thread::Lane;
use super::finding::found;
use super::{Call, Service, ServiceError};
use crate::wire::{
    IntentBatchRequest, IntentBatchResponse, SuggestResponse, UnderstandRequest, UnderstandResponse,
};
use olympus_core::menu::attributes::Manner;
use olympus_core::menu::filter::Filter;
use olympus_proto::{Context, Intent, IntentResponse, MenuVersion, StagesUs};
use std::time::Instant;

/// Said where no model took part.
pub(super) const LEXICAL: &str = "lexical";

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
        let _busy = self.at_work.enter();
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
        let _busy = self.at_work.enter();
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
        let _busy = self.at_work.enter();
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
        let _busy = self.at_work.enter();
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
}

/// Checks a search within a request to understand.
pub(super) fn search_in(request: &UnderstandRequest) -> Result<Search, ServiceError> {
    let search = Search::checked(&request.text, request.limit, &request.filters, false)?;
    Ok(search.understanding(request.parse, &request.ignore)?)
}

pub(super) fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
