//! Every route of the Worker: the one table that router, access control, rate limits, docs and
//! tests are made from. Invariant: what is not in [`Endpoint::ALL`] is not served.

use olympus_proto::edge::EdgeScope;
use serde::{Deserialize, Serialize};

/// How much a route may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// No body.
    Plain,
    /// A handful of words: 256 B.
    Words,
    /// Operations on a cart: 16 KiB.
    Ops,
    /// A short JSON body: 64 KiB.
    Text,
    /// Many texts, or a receipt: 1 MiB.
    Bulk,
    /// A photograph to be recognised: 4 MiB.
    Photo,
    /// All that is revoked: 4 MiB.
    List,
    /// A menu image: 5 MiB.
    Image,
    /// A whole menu: 32 MiB.
    Menu,
    /// A backup: 64 MiB.
    Backup,
}

impl Class {
    /// Largest body in bytes.
    pub(crate) fn max_body_bytes(self) -> usize {
        const KIB: usize = 1024;
        const MIB: usize = 1024 * KIB;
        match self {
            Class::Plain => 0,
            Class::Words => 256,
            Class::Ops => 16 * KIB,
            Class::Text => 64 * KIB,
            Class::Bulk => MIB,
            Class::Photo | Class::List => 4 * MIB,
            Class::Image => 5 * MIB,
            Class::Menu => 32 * MIB,
            Class::Backup => 64 * MIB,
        }
    }
}

/// Which limits a route counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RateClass {
    /// Health: never limited.
    Free,
    /// Files open to all.
    Open,
    /// Questions of customers, which must be answered.
    Ask,
    /// What kiosks and tills read and write besides.
    Shop,
    /// The restaurant's menus, backups and receipts.
    Data,
    /// Keys, flags, images.
    Admin,
}

impl RateClass {
    /// The name in settings, keys of limiters and headers.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RateClass::Free => "free",
            RateClass::Open => "open",
            RateClass::Ask => "ask",
            RateClass::Shop => "shop",
            RateClass::Data => "data",
            RateClass::Admin => "admin",
        }
    }
}

/// What one route is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// Parameters in braces; `{*}` is the rest of the path.
    pub(crate) path: &'static str,
    /// The least scope that may call it; `None` is open to all.
    pub(crate) scope: Option<EdgeScope>,
    pub(crate) class: Class,
    pub(crate) rate: RateClass,
}

macro_rules! endpoints {
    ($($name:ident: $method:literal $path:expr, $scope:expr, $class:ident, $rate:ident;)*) => {
        /// One route with one method.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Endpoint { $($name,)* }

        impl Endpoint {
            /// Every route.
            pub(crate) const ALL: &'static [Endpoint] = &[$(Endpoint::$name,)*];

            /// What it is.
            pub(crate) fn route(self) -> Route {
                match self {
                    $(Endpoint::$name => Route {
                        method: $method,
                        path: $path,
                        scope: $scope,
                        class: Class::$class,
                        rate: RateClass::$rate,
                    },)*
                }
            }

            /// Its name in tables.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Endpoint::$name => stringify!($name),)* }
            }
        }
    };
}

macro_rules! of_location {
    ($rest:literal) => {
        concat!("/api/v1/locations/{loc}", $rest)
    };
}

const OPEN: Option<EdgeScope> = None;
const KIOSK: Option<EdgeScope> = Some(EdgeScope::Kiosk);
const POS: Option<EdgeScope> = Some(EdgeScope::Pos);
const DEVICE: Option<EdgeScope> = Some(EdgeScope::Device);
const ADMIN: Option<EdgeScope> = Some(EdgeScope::Admin);

endpoints! {
    Health: "GET" "/healthz", OPEN, Plain, Free;
    Metrics: "GET" "/metrics", ADMIN, Plain, Admin;
    Intent: "POST" of_location!("/intent"), KIOSK, Text, Ask;
    Search: "POST" of_location!("/menu/search"), KIOSK, Text, Ask;
    GetMenu: "GET" of_location!("/menu"), KIOSK, Plain, Shop;
    PutMenu: "PUT" of_location!("/menu"), DEVICE, Menu, Data;
    MenuStatus: "GET" of_location!("/menu/status"), KIOSK, Plain, Shop;
    Availability: "PATCH" of_location!("/menu/items/{item}/availability"), POS, Text, Shop;
    Marks: "GET" of_location!("/availability"), KIOSK, Plain, Shop;
    Embeddings: "POST" of_location!("/embeddings"), POS, Bulk, Ask;
    Image: "POST" of_location!("/image"), KIOSK, Photo, Ask;
    CreateCart: "POST" of_location!("/carts"), KIOSK, Words, Shop;
    GetCart: "GET" of_location!("/carts/{cart}"), KIOSK, Plain, Shop;
    CartOps: "POST" of_location!("/carts/{cart}/ops"), KIOSK, Ops, Shop;
    CartLive: "GET" of_location!("/carts/{cart}/live"), KIOSK, Plain, Shop;
    LocationLive: "GET" of_location!("/live"), KIOSK, Plain, Shop;
    Ticket: "POST" of_location!("/tickets"), KIOSK, Words, Shop;
    ListBackups: "GET" of_location!("/backups"), DEVICE, Plain, Data;
    PutBackup: "PUT" of_location!("/backups/{name}"), DEVICE, Backup, Data;
    GetBackup: "GET" of_location!("/backups/{name}"), DEVICE, Plain, Data;
    PutReceipt: "PUT" of_location!("/receipts/{id}"), POS, Bulk, Data;
    GetReceipt: "GET" of_location!("/receipts/{id}"), POS, Plain, Data;
    PutImage: "PUT" of_location!("/images/{key}"), ADMIN, Image, Admin;
    GetImage: "GET" "/images/{loc}/{key}", OPEN, Plain, Open;
    Static: "GET" "/static/{*}", OPEN, Plain, Open;
    Flags: "GET" of_location!("/flags"), KIOSK, Plain, Shop;
    PutFlag: "PUT" of_location!("/flags/{name}"), ADMIN, Text, Admin;
    CreateKey: "POST" of_location!("/keys"), ADMIN, Text, Admin;
    RevokeKey: "DELETE" of_location!("/keys/{id}"), ADMIN, Plain, Admin;
    SyncRegister: "POST" of_location!("/sync/register"), DEVICE, Text, Shop;
    SyncPush: "POST" of_location!("/sync/push"), DEVICE, Bulk, Shop;
    SyncPull: "POST" of_location!("/sync/pull"), DEVICE, Text, Shop;
    Reconcile: "POST" of_location!("/reconcile"), DEVICE, Bulk, Data;
    Orders: "GET" of_location!("/orders"), POS, Plain, Data;
    Sales: "GET" of_location!("/reports/sales"), POS, Plain, Data;
    TellReports: "POST" of_location!("/reports/tell"), ADMIN, Words, Admin;
    Audit: "GET" of_location!("/audit"), ADMIN, Plain, Admin;
    DeadLetters: "GET" of_location!("/dead-letters"), ADMIN, Plain, Admin;
    SettlePayments: "POST" of_location!("/payments/settle"), ADMIN, Words, Admin;
    ClosePayment: "POST" of_location!("/payments/close"), ADMIN, Text, Admin;
    IssueCard: "POST" of_location!("/cards"), ADMIN, Words, Admin;
    HouseCard: "GET" of_location!("/cards/{card}"), ADMIN, Plain, Admin;
    Terminals: "GET" of_location!("/terminals"), ADMIN, Plain, Admin;
    Welcome: "POST" of_location!("/terminals/{terminal}"), DEVICE, Plain, Shop;
    ReleaseTerminal: "DELETE" of_location!("/terminals/{terminal}"), ADMIN, Plain, Admin;
    Grant: "POST" of_location!("/terminals/{terminal}/grants"), DEVICE, Ops, Shop;
    Documents: "GET" of_location!("/terminals/{terminal}/documents"), DEVICE, Plain, Shop;
    TerminalReport: "POST" of_location!("/terminals/{terminal}/report"), DEVICE, Bulk, Shop;
    Policy: "GET" of_location!("/policy"), DEVICE, Plain, Shop;
    PutPolicy: "PUT" of_location!("/policy"), ADMIN, Text, Admin;
    Revocations: "GET" of_location!("/revocations"), POS, Plain, Shop;
    Revoke: "POST" of_location!("/revocations"), ADMIN, List, Admin;
    RotateKeys: "POST" of_location!("/grant-keys/rotate"), ADMIN, Words, Admin;
}

impl Endpoint {
    /// Whether it speaks WebSocket; such a route also takes a ticket.
    pub(crate) fn upgrades(self) -> bool {
        matches!(self, Endpoint::CartLive | Endpoint::LocationLive)
    }
}

#[cfg(test)]
mod tests {
    use super::{EdgeScope, Endpoint};
    use std::fmt::Write as _;

    /// The tests in workerd walk this table; `UPDATE_EXPECT=1 cargo test` writes it anew.
    #[test]
    fn the_table_beside_the_crate_is_the_table() {
        let mut table = String::from("[\n");
        for (index, endpoint) in Endpoint::ALL.iter().enumerate() {
            let route = endpoint.route();
            let scope = route
                .scope
                .map_or("null".to_owned(), |scope| format!("\"{scope}\""));
            let comma = if index + 1 < Endpoint::ALL.len() {
                ","
            } else {
                ""
            };
            let _ = writeln!(
                table,
                "  {{\"name\": \"{}\", \"method\": \"{}\", \"path\": \"{}\", \"scope\": {scope}, \"max_body_bytes\": {}, \"rate\": \"{}\", \"upgrades\": {}}}{comma}",
                endpoint.name(),
                route.method,
                route.path,
                route.class.max_body_bytes(),
                route.rate.as_str(),
                endpoint.upgrades(),
            );
        }
        table.push_str("]\n");
        expect_test::expect_file!["../../routes.json"].assert_eq(&table);
    }

    #[test]
    fn the_guide_lists_every_route() {
        let guide = include_str!("../../../../docs/WORKER.md");
        for endpoint in Endpoint::ALL {
            let route = endpoint.route();
            let path = route.path.replace("/api/v1/locations/{loc}", "…");
            let scope = route.scope.map_or("open", EdgeScope::as_str);
            let body = match route.class.max_body_bytes() {
                0 => "none".to_owned(),
                bytes if bytes < 1024 => format!("{bytes} B"),
                bytes if bytes < 1024 * 1024 => format!("{} KiB", bytes / 1024),
                bytes => format!("{} MiB", bytes / 1024 / 1024),
            };
            let rate = route.rate.as_str();
            let row = format!("| `{} {path}` | {scope} | {body} | {rate} |", route.method);
            assert!(guide.contains(&row), "{row}");
        }
    }

    #[test]
    fn no_two_routes_are_one() {
        let mut seen = std::collections::HashSet::new();
        for endpoint in Endpoint::ALL {
            let route = endpoint.route();
            assert!(seen.insert((route.method, route.path)), "{endpoint:?}");
        }
    }
}
