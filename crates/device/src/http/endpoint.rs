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

macro_rules! endpoints {
    ($($name:ident: $method:ident $path:literal, $scope:expr, $class:ident, $summary:literal;)*) => {
        /// One route with one method.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "`summary` says it")]
        pub enum Endpoint { $($name,)* }

        impl Endpoint {
            /// Every route.
            pub const ALL: &'static [Endpoint] = &[$(Endpoint::$name,)*];

            /// Its path, parameters in braces.
            #[must_use]
            pub fn path(self) -> &'static str {
                match self { $(Endpoint::$name => $path,)* }
            }

            /// Its method.
            #[must_use]
            pub fn method(self) -> Method {
                match self { $(Endpoint::$name => Method::$method,)* }
            }

            /// The least scope that may call it once keys exist; `None` is open to all.
            #[must_use]
            pub fn scope(self) -> Option<Scope> {
                match self { $(Endpoint::$name => $scope,)* }
            }

            /// How much it may take.
            #[must_use]
            pub fn class(self) -> Class {
                match self { $(Endpoint::$name => Class::$class,)* }
            }

            /// What it is for.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Endpoint::$name => $summary,)* }
            }
        }
    };
}

const OPEN: Option<Scope> = None;
const KIOSK: Option<Scope> = Some(Scope::Kiosk);
const POS: Option<Scope> = Some(Scope::Pos);
const ADMIN: Option<Scope> = Some(Scope::Admin);

endpoints! {
    Intent: POST "/v1/intent", KIOSK, Text, "The intent of a text";
    IntentBatch: POST "/v1/intent/batch", KIOSK, Bulk, "The intents of up to 64 texts";
    Understand: POST "/v1/understand", KIOSK, Text, "Intent and fitting dishes from one encoding";
    ParseOrder: POST "/v1/order/parse", KIOSK, Text, "The lines that a text orders";
    Search: POST "/v1/menu/search", KIOSK, Text, "Dishes that fit a query; an empty one lists the menu";
    SearchBatch: POST "/v1/menu/search/batch", KIOSK, Bulk, "Up to 64 searches";
    Suggest: GET "/v1/menu/suggest", KIOSK, Plain, "Completions of what is being typed";
    Image: POST "/v1/image", KIOSK, Picture, "The dishes that a picture may show; asks the cloud";
    GetMenu: GET "/v1/menu", KIOSK, Plain, "The menu in use";
    PutMenu: PUT "/v1/menu", ADMIN, Menu, "Replace the menu, all or nothing";
    Rollback: POST "/v1/menu/rollback", ADMIN, Plain, "Go back to the menu before; again undoes it";
    Availability: PATCH "/v1/menu/items/{id}/availability", POS, Text, "Say that an item is sold out, or is not";
    Embeddings: POST "/v1/embeddings", POS, Bulk, "Unit vectors of texts, in OpenAI's shape";
    OpenOrder: POST "/v1/orders", KIOSK, Text, "Open an order";
    ListOrders: GET "/v1/orders", POS, Plain, "Orders, newest first";
    GetOrder: GET "/v1/orders/{order}", KIOSK, Plain, "One order";
    AddLines: POST "/v1/orders/{order}/lines", KIOSK, Text, "Add lines to an order";
    ChangeLine: PATCH "/v1/orders/{order}/lines/{line}", POS, Text, "Change a line, or take it off";
    Fire: POST "/v1/orders/{order}/fire", KIOSK, Text, "Tell the kitchen of held lines";
    Pay: POST "/v1/orders/{order}/payments", KIOSK, Text, "Pay an order, or a part of it; cash needs pos";
    VoidOrder: POST "/v1/orders/{order}/void", POS, Text, "Call an order off";
    Receipt: GET "/v1/orders/{order}/receipt", POS, Plain, "The receipt of an order, as PDF";
    GetPayment: GET "/v1/payments/{payment}", POS, Plain, "One payment or refund";
    Refund: POST "/v1/payments/{payment}/refunds", POS, Text, "Give a payment back, or a part of it";
    GetInventory: GET "/v1/inventory", POS, Plain, "Stock of counted dishes";
    CountStock: PUT "/v1/inventory/{item}", POS, Text, "Count a dish from now on";
    StopCounting: DELETE "/v1/inventory/{item}", POS, Plain, "Count a dish no more";
    AdjustStock: POST "/v1/inventory/{item}/adjust", POS, Text, "Add to a count, or take away";
    Tickets: GET "/v1/kitchen/tickets", POS, Plain, "What the kitchen has to make, oldest first";
    MoveTicket: POST "/v1/kitchen/tickets/{ticket}/state", POS, Text, "Say where a ticket stands";
    KitchenLive: GET "/v1/kitchen/live", POS, Plain, "The kitchen's tickets as they change; WebSocket";
    Sales: GET "/v1/reports/sales", POS, Plain, "What this device sold, by hour, dish and tender";
    SettlementReport: GET "/v1/reports/settlement", POS, Plain, "What the payment provider has not approved yet";
    Operations: GET "/v1/operations", POS, Plain, "How the till stands: line, queue, grant, what to look at";
    SettleAttention: POST "/v1/operations/attention/{operation}", POS, Text, "Settle an operation that was not done";
    Reconcile: POST "/v1/operations/reconcile", POS, Text, "Compare this device's ledger with the cloud's and the provider's";
    Cloud: GET "/v1/cloud", POS, Plain, "The cloud half: line, parity, publishing, both paths of each task";
    Health: GET "/healthz", OPEN, Plain, "The process lives";
    Ready: GET "/readyz", OPEN, Plain, "Model and menu are loaded and warm";
    Metrics: GET "/metrics", KIOSK, Plain, "Counters for Prometheus";
    OpenApi: GET "/openapi.json", OPEN, Plain, "This description";
}

impl Endpoint {
    /// Whether the cloud may answer in this device's place, so that `x-route-policy` is read.
    #[must_use]
    pub fn is_routed(self) -> bool {
        matches!(
            self,
            Endpoint::Intent | Endpoint::Understand | Endpoint::Search | Endpoint::Image
        )
    }

    /// Whether it is of the till: it works while the model is still being loaded.
    #[must_use]
    pub fn is_selling(self) -> bool {
        const PARTS: [&str; 6] = [
            "/v1/orders",
            "/v1/payments",
            "/v1/inventory",
            "/v1/kitchen",
            "/v1/reports",
            "/v1/operations",
        ];
        PARTS.iter().any(|part| self.path().starts_with(part))
    }

    /// Whether it changes an order that there is, so that `if-match` is read.
    #[must_use]
    pub fn has_revision(self) -> bool {
        matches!(
            self,
            Endpoint::AddLines
                | Endpoint::ChangeLine
                | Endpoint::Fire
                | Endpoint::Pay
                | Endpoint::VoidOrder
        )
    }

    /// Whether it writes to the till, so that it needs an `idempotency-key`.
    #[must_use]
    pub fn is_business_write(self) -> bool {
        self.is_selling() && self.method() != Method::GET
    }
}
