//! The device's service inside this process: the same code as behind the server, without the wire.
//!
//! Invariant: nothing is kept on the disk, and no answer comes from the cache of encodings, so that
//! repeated texts do not flatter the latency.

use super::{Found, Identity, IntentReply, ModelIdentity, System};
use crate::error::SystemError;
use crate::order::{Line, answered_lines};
use crate::progress;
use olympus_core::menu::import::Format;
use olympus_device::service::{Call, MAX_BATCH, Options, Service, ServiceError, Watch};
use olympus_proto::{OrderParseRequest, SearchRequest};

/// The service, with the model in the binary unless another is given.
#[derive(Debug)]
pub struct Local {
    service: Service,
    /// Which of the service's models answered last: that of intents, or that of search.
    asked: Asked,
}

#[derive(Debug, Clone, Copy)]
enum Asked {
    Intent,
    Search,
}

impl Local {
    /// Loads the model and warms it up; `demo` also loads the demo menu.
    ///
    /// # Errors
    /// The model cannot be loaded.
    pub fn open(demo: bool) -> Result<Self, SystemError> {
        Self::with(Options {
            demo,
            ..Options::default()
        })
    }

    /// The same with other models or settings; menus stay in RAM and encodings are not kept.
    ///
    /// # Errors
    /// A model cannot be loaded.
    pub fn with(options: Options) -> Result<Self, SystemError> {
        let options = Options {
            data_dir: None,
            cache_entries: 0,
            ..options
        };
        let service = Service::open(options).map_err(failed)?;
        Ok(Self {
            service,
            asked: Asked::Intent,
        })
    }

    /// Unit sentence vectors of the model that searches.
    ///
    /// # Errors
    /// A text that the service refuses.
    pub fn embed(&mut self, texts: &[String]) -> Result<Vec<Vec<f32>>, SystemError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(MAX_BATCH) {
            let (analyses, _) = self
                .service
                .embeddings_for(&Call::local(), batch)
                .map_err(failed)?;
            vectors.extend(analyses.iter().map(|analysis| analysis.embedding.clone()));
        }
        Ok(vectors)
    }
}

impl System for Local {
    fn load_menu(&mut self, bytes: &[u8], format: Format) -> Result<(), SystemError> {
        let bar = progress::bar(0, "menu");
        let watch = Watch {
            progress: &|done, all| {
                bar.set_length(all as u64);
                bar.set_position(done as u64);
            },
            ..Watch::nobody()
        };
        let change = self.service.import_bytes(bytes, format, &watch);
        bar.finish_and_clear();
        change.map(drop).map_err(failed)
    }

    fn intent(&mut self, text: &str) -> Result<IntentReply, SystemError> {
        self.asked = Asked::Intent;
        let answer = self.service.intent(text, None).map_err(failed)?.answer;
        Ok(IntentReply {
            intent: answer.intent,
            best_guess: answer.best_guess,
            confidence: f64::from(answer.confidence),
        })
    }

    fn search(&mut self, query: &str, limit: usize) -> Result<Vec<Found>, SystemError> {
        self.asked = Asked::Search;
        let request = SearchRequest {
            query: query.to_owned(),
            limit,
            ..SearchRequest::default()
        };
        let hits = self.service.search(&request).map_err(failed)?.hits;
        Ok(hits
            .into_iter()
            .map(|hit| Found {
                id: hit.id.0,
                name: hit.name,
                score: hit.score,
            })
            .collect())
    }

    fn parse_order(&mut self, text: &str) -> Result<Vec<Line>, SystemError> {
        let request = OrderParseRequest {
            text: text.to_owned(),
            ..OrderParseRequest::default()
        };
        let order = self.service.parse_order(&request).map_err(failed)?.order;
        // The same way as over the wire.
        let lines = serde_json::to_value(order.lines).and_then(serde_json::from_value);
        let lines = lines.map_err(|error| SystemError::Unsupported(error.to_string()))?;
        Ok(answered_lines(lines))
    }

    fn identity(&self) -> Identity {
        let model = match self.asked {
            Asked::Intent => self.service.intent_model(),
            Asked::Search => self.service.model(),
        };
        Identity {
            system: "in_process".to_owned(),
            model: ModelIdentity {
                id: Some(model.id.clone()),
                sha256: Some(model.sha256.clone()),
            },
        }
    }
}

fn failed(source: ServiceError) -> SystemError {
    SystemError::Service(Box::new(source))
}
