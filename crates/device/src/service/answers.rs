//! Answers without how they travelled: what a path found, and with what it was made.
//!
//! Invariant: an answer is whole; nothing is added to it afterwards but the request's id, the
//! path, the reason and the total time.

use super::ask::micros;
use super::{Call, Service};
use crate::wire::UnderstandResponse;
use olympus_core::menu::filter::Filter;
use olympus_proto::edge::{ImageResponse, Recognised};
use olympus_proto::{
    Ambiguous, Hit, IntentAnswer, IntentResponse, MenuVersion, Meta, Parse, Path, SearchResponse,
    SpaceId, StagesUs, Unstated,
};

/// What an answer was made with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made {
    /// Id of the model; `lexical` or `grammar` where none took part.
    pub(crate) model: String,
    pub(crate) menu_version: Option<MenuVersion>,
    /// Where the cloud searched the menu.
    pub(crate) menu_digest: Option<String>,
    /// Where vectors of the cloud took part.
    pub(crate) space: Option<SpaceId>,
    pub(crate) stages: StagesUs,
}

impl Made {
    /// By a model of this device.
    pub(crate) fn here(
        model: &str,
        menu_version: impl Into<Option<MenuVersion>>,
        stages: StagesUs,
    ) -> Self {
        Self {
            model: model.to_owned(),
            menu_version: menu_version.into(),
            stages,
            ..Self::default()
        }
    }
}

/// Which path answered, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) path: Path,
    pub(crate) reason: &'static str,
}

impl Way {
    /// There is no other.
    pub(crate) const LOCAL_ONLY: Self = Self {
        path: Path::Local,
        reason: "local_only",
    };
}

/// An intent.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    pub(crate) answer: IntentAnswer,
    pub(crate) made: Made,
}

/// Dishes.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) hits: Vec<Hit>,
    pub(crate) parse: Option<Parse>,
    pub(crate) ambiguous: Option<Ambiguous>,
    pub(crate) unstated: Vec<Unstated>,
    /// Who may appear: what was asked for and what the query says.
    pub(crate) filter: Filter,
    /// Probability that the first hit is right, 0 to 1.
    pub(crate) sureness: f32,
    pub(crate) made: Made,
}

/// An intent and dishes.
#[derive(Debug, Clone)]
pub(crate) struct Understood {
    pub(crate) answer: IntentAnswer,
    pub(crate) found: Found,
}

/// Dishes in a picture.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) seen: String,
    pub(crate) hits: Vec<Hit>,
    pub(crate) recognised: Vec<Recognised>,
    /// Who may appear.
    pub(crate) filter: Filter,
    pub(crate) made: Made,
}

impl Service {
    pub(crate) fn say_intent(&self, call: &Call, way: Way, decided: Decided) -> IntentResponse {
        IntentResponse {
            answer: decided.answer,
            meta: self.meta(call, way, decided.made),
        }
    }

    pub(crate) fn say_found(&self, call: &Call, way: Way, found: Found) -> SearchResponse {
        SearchResponse {
            hits: found.hits,
            parse: found.parse,
            ambiguous: found.ambiguous,
            unstated: found.unstated,
            meta: self.meta(call, way, found.made),
        }
    }

    pub(crate) fn say_understood(
        &self,
        call: &Call,
        way: Way,
        understood: Understood,
    ) -> UnderstandResponse {
        let found = understood.found;
        UnderstandResponse {
            answer: understood.answer,
            hits: found.hits,
            parse: found.parse,
            ambiguous: found.ambiguous,
            unstated: found.unstated,
            meta: self.meta(call, way, found.made),
        }
    }

    pub(crate) fn say_seen(&self, call: &Call, way: Way, seen: Seen) -> ImageResponse {
        ImageResponse {
            seen: seen.seen,
            hits: seen.hits,
            recognised: seen.recognised,
            meta: self.meta(call, way, seen.made),
        }
    }

    pub(super) fn meta(&self, call: &Call, way: Way, made: Made) -> Meta {
        let mut stages = made.stages;
        stages.total = micros(call.started);
        self.metrics.stages(&stages);
        Meta {
            path: way.path,
            reason: way.reason.to_owned(),
            model: made.model,
            menu_version: made.menu_version,
            menu_digest: made.menu_digest,
            space: made.space,
            stages_us: stages,
            request_id: call.request_id.clone(),
        }
    }
}
