//! Every route of the local API: the one table that router, access control, OpenAPI, docs and
//! tests are made from. Invariant: what is not in [`Endpoint::ALL`] is not served, except pages.

use crate::keys::Scope;
use axum::http::Method;

/// How much a route may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// No body.
    Plain,
    /// A short JSON body: 64 KiB.
    Text,
    /// Up to 64 texts: 1 MiB, few at a time.
    Bulk,
    /// A picture: 4 MiB, few at a time.
    Picture,
    /// A whole menu: 32 MiB, two at a time.
    Menu,
}

impl Class {
    /// Largest body in bytes.
    #[must_use]
    pub fn max_body_bytes(self) -> usize {
        match self {
            Class::Plain => 0,
            Class::Text => 64 * 1024,
            Class::Bulk => 1024 * 1024,
            Class::Picture => 4 * 1024 * 1024,
            Class::Menu => 32 * 1024 * 1024,
        }
    }
}

/// One route with one method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`summary` says it")]
pub enum Endpoint {
    Intent,
    IntentBatch,
    Understand,
    ParseOrder,
    Search,
    SearchBatch,
    Suggest,
    Image,
    GetMenu,
    PutMenu,
    Rollback,
    Availability,
    Embeddings,
    Cloud,
    Health,
    Ready,
    Metrics,
    OpenApi,
}

impl Endpoint {
    /// Every route.
    pub const ALL: [Endpoint; 18] = [
        Endpoint::Intent,
        Endpoint::IntentBatch,
        Endpoint::Understand,
        Endpoint::ParseOrder,
        Endpoint::Search,
        Endpoint::SearchBatch,
        Endpoint::Suggest,
        Endpoint::Image,
        Endpoint::GetMenu,
        Endpoint::PutMenu,
        Endpoint::Rollback,
        Endpoint::Availability,
        Endpoint::Embeddings,
        Endpoint::Cloud,
        Endpoint::Health,
        Endpoint::Ready,
        Endpoint::Metrics,
        Endpoint::OpenApi,
    ];

    /// Its path, parameters in braces.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Endpoint::Intent => "/v1/intent",
            Endpoint::IntentBatch => "/v1/intent/batch",
            Endpoint::Understand => "/v1/understand",
            Endpoint::ParseOrder => "/v1/order/parse",
            Endpoint::Search => "/v1/menu/search",
            Endpoint::SearchBatch => "/v1/menu/search/batch",
            Endpoint::Suggest => "/v1/menu/suggest",
            Endpoint::GetMenu | Endpoint::PutMenu => "/v1/menu",
            Endpoint::Rollback => "/v1/menu/rollback",
            Endpoint::Availability => "/v1/menu/items/{id}/availability",
            Endpoint::Image => "/v1/image",
            Endpoint::Embeddings => "/v1/embeddings",
            Endpoint::Cloud => "/v1/cloud",
            Endpoint::Health => "/healthz",
            Endpoint::Ready => "/readyz",
            Endpoint::Metrics => "/metrics",
            Endpoint::OpenApi => "/openapi.json",
        }
    }

    /// Its method.
    #[must_use]
    pub fn method(self) -> Method {
        match self {
            Endpoint::Intent
            | Endpoint::IntentBatch
            | Endpoint::Understand
            | Endpoint::ParseOrder
            | Endpoint::Search
            | Endpoint::SearchBatch
            | Endpoint::Image
            | Endpoint::Rollback
            | Endpoint::Embeddings => Method::POST,
            Endpoint::PutMenu => Method::PUT,
            Endpoint::Availability => Method::PATCH,
            Endpoint::Suggest
            | Endpoint::GetMenu
            | Endpoint::Cloud
            | Endpoint::Health
            | Endpoint::Ready
            | Endpoint::Metrics
            | Endpoint::OpenApi => Method::GET,
        }
    }

    /// The least scope that may call it once keys exist; `None` is open to all.
    #[must_use]
    pub fn scope(self) -> Option<Scope> {
        match self {
            Endpoint::Health | Endpoint::Ready | Endpoint::OpenApi => None,
            Endpoint::Intent
            | Endpoint::IntentBatch
            | Endpoint::Understand
            | Endpoint::ParseOrder
            | Endpoint::Search
            | Endpoint::SearchBatch
            | Endpoint::Suggest
            | Endpoint::Image
            | Endpoint::GetMenu
            | Endpoint::Metrics => Some(Scope::Kiosk),
            Endpoint::Availability | Endpoint::Embeddings | Endpoint::Cloud => Some(Scope::Pos),
            Endpoint::PutMenu | Endpoint::Rollback => Some(Scope::Admin),
        }
    }

    /// How much it may take.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            Endpoint::Intent
            | Endpoint::Understand
            | Endpoint::ParseOrder
            | Endpoint::Search
            | Endpoint::Availability => Class::Text,
            Endpoint::IntentBatch | Endpoint::SearchBatch | Endpoint::Embeddings => Class::Bulk,
            Endpoint::Image => Class::Picture,
            Endpoint::PutMenu => Class::Menu,
            Endpoint::Suggest
            | Endpoint::GetMenu
            | Endpoint::Rollback
            | Endpoint::Cloud
            | Endpoint::Health
            | Endpoint::Ready
            | Endpoint::Metrics
            | Endpoint::OpenApi => Class::Plain,
        }
    }

    /// Whether the cloud may answer in this device's place, so that `x-route-policy` is read.
    #[must_use]
    pub fn is_routed(self) -> bool {
        matches!(
            self,
            Endpoint::Intent | Endpoint::Understand | Endpoint::Search | Endpoint::Image
        )
    }

    /// What it is for.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Endpoint::Intent => "The intent of a text",
            Endpoint::IntentBatch => "The intents of up to 64 texts",
            Endpoint::Understand => "Intent and fitting dishes from one encoding",
            Endpoint::ParseOrder => "The lines that a text orders",
            Endpoint::Search => "Dishes that fit a query; an empty one lists the menu",
            Endpoint::SearchBatch => "Up to 64 searches",
            Endpoint::Suggest => "Completions of what is being typed",
            Endpoint::Image => "The dishes that a picture may show; asks the cloud",
            Endpoint::GetMenu => "The menu in use",
            Endpoint::PutMenu => "Replace the menu, all or nothing",
            Endpoint::Rollback => "Go back to the menu before; again undoes it",
            Endpoint::Availability => "Say that an item is sold out, or is not",
            Endpoint::Embeddings => "Unit vectors of texts, in OpenAI's shape",
            Endpoint::Cloud => "The cloud half: line, parity, publishing, both paths of each task",
            Endpoint::Health => "The process lives",
            Endpoint::Ready => "Model and menu are loaded and warm",
            Endpoint::Metrics => "Counters for Prometheus",
            Endpoint::OpenApi => "This description",
        }
    }
}
