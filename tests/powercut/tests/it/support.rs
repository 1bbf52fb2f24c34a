//! A restaurant's till: its settings, its menu, its clock, and requests to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olympus_core::grant::CardState;
use olympus_core::pos::{Offer, Rules};
use olympus_core::route::{Draw, Moment};
use olympus_core::sync::client::{self, ClientConfig};
use olympus_powercut::{Disk, VFS};
use olympus_proto::grant::{CardToken, TenderKind, TerminalId};
use olympus_proto::pos::{CardPresented, NewLine, NewPayment};
use olympus_proto::{Cents, ItemId, LocationId, MenuItem};
use olympus_store::{
    Asked, Command, Now, OpenOptions, Reader, StoreError, Synchronous, Till, TillConfig, Todo,
};
use rusqlite::{Connection, OpenFlags};
use std::time::Duration;

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;
/// When every world begins.
pub(crate) const T0: i64 = 1_800_000_000_000;
/// Where the till's file lies on its disk.
pub(crate) const FILE: &str = "till.db";

pub(crate) fn location() -> LocationId {
    "loc-7".into()
}

pub(crate) fn terminal(number: usize) -> TerminalId {
    TerminalId(format!("till-{number}"))
}

pub(crate) fn rules() -> Rules {
    Rules {
        currency: "USD".to_owned(),
        tax_basis_points: 825,
        tax_included: false,
    }
}

/// Waits that fit a world of hours.
pub(crate) fn sync() -> ClientConfig {
    ClientConfig {
        batch: 8,
        most_in_flight: 3,
        timeout: Duration::from_secs(20),
        backoff: Duration::from_secs(2),
        backoff_most: Duration::from_secs(300),
        pull_every: Duration::from_secs(1_800),
        pull_limit: 20,
        poison_after: 3,
        ..ClientConfig::default()
    }
}

pub(crate) fn config(number: usize, sync: ClientConfig) -> TillConfig {
    TillConfig {
        location: location(),
        terminal: terminal(number),
        rules: rules(),
        sync,
    }
}

pub(crate) fn options(synchronous: Synchronous) -> OpenOptions {
    OpenOptions {
        vfs: Some(VFS.to_owned()),
        synchronous,
    }
}

/// Opens the till that lies on this disk.
pub(crate) fn open(
    disk: &Disk,
    synchronous: Synchronous,
    config: TillConfig,
    now: &Now,
) -> Result<(Till, Todo), StoreError> {
    Till::open(&disk.path(FILE), options(synchronous), config, now)
}

pub(crate) fn reader(disk: &Disk) -> Reader {
    let options = options(Synchronous::Full);
    Reader::open(&disk.path(FILE), &options).expect("a till's file can be read")
}

/// A connection that only looks at the till's file.
pub(crate) fn look(disk: &Disk) -> rusqlite::Result<Connection> {
    Connection::open_with_flags_and_vfs(disk.path(FILE), OpenFlags::default(), VFS)
}

/// Its pages and keys do not contradict each other.
pub(crate) fn is_whole(connection: &Connection) -> rusqlite::Result<bool> {
    let pages: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    let keys = connection.prepare("PRAGMA foreign_key_check")?.exists([])?;
    Ok(pages == "ok" && !keys)
}

/// What a shell says of time: up for so long, and this on the wall.
pub(crate) fn now(up_ms: u64, wall_ms: i64, draw: u64) -> Now {
    Now {
        sync: client::Now {
            moment: Moment::from_millis(up_ms),
            wall_ms,
            draw: Draw(draw),
        },
        day: day(wall_ms),
        hour: u8::try_from(wall_ms.rem_euclid(86_400_000) / 3_600_000).expect("below 24"),
    }
}

/// The date of a moment, in the zone of Greenwich.
fn day(wall_ms: i64) -> String {
    let days = wall_ms.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[test]
fn days_are_those_of_the_calendar() {
    for (wall_ms, wanted) in [
        (0, "1970-01-01"),
        (951_782_400_000, "2000-02-29"),
        (T0, "2027-01-15"),
        (-1, "1969-12-31"),
    ] {
        assert_eq!(day(wall_ms), wanted);
    }
}

/// What is sold: `dish-<n>` costs n + 1 dollars.
pub(crate) fn menu(id: &ItemId) -> Option<Offer> {
    let number: i64 = id.as_str().strip_prefix("dish-")?.parse().ok()?;
    let price = 100 * (number + 1);
    let json = format!(r#"{{"id":"{id}","name":"Dish {number}","price_cents":{price}}}"#);
    let item: MenuItem = serde_json::from_str(&json).expect("a dish");
    Some(Offer {
        item,
        to_be_had: true,
    })
}

pub(crate) fn dish(number: u64) -> ItemId {
    ItemId::from(format!("dish-{number}").as_str())
}

pub(crate) fn line(number: u64, quantity: u32) -> NewLine {
    NewLine {
        item: dish(number),
        quantity,
        modifiers: Vec::new(),
        note: None,
        price_cents: None,
    }
}

pub(crate) fn card(number: u64) -> CardToken {
    CardToken(format!("{number:064x}"))
}

pub(crate) fn by_card(number: u64, tip: i64) -> NewPayment {
    NewPayment {
        tender: TenderKind::Card,
        card: Some(CardPresented {
            token: card(number),
            sealed: Some("c2VhbGVk".to_owned()),
            last4: Some("4242".to_owned()),
            state: None,
        }),
        handed_cents: None,
        amount_cents: None,
        tip_cents: Cents(tip),
        age_shown: None,
    }
}

/// By a card of the house that shows this state.
pub(crate) fn by_house_card(number: u64, state: CardState) -> NewPayment {
    let state = STANDARD.encode(state.write());
    let mut payment = by_card(number, 0);
    payment.tender = TenderKind::StoredValue;
    payment.card = payment.card.map(|card| CardPresented {
        sealed: None,
        state: Some(state),
        ..card
    });
    payment
}

/// What a reader writes on a card of the house.
pub(crate) fn card_state(text: &str) -> CardState {
    let bytes = STANDARD.decode(text).expect("base64");
    CardState::read(&bytes).expect("a state")
}

pub(crate) fn in_cash() -> NewPayment {
    NewPayment {
        tender: TenderKind::Cash,
        card: None,
        handed_cents: None,
        amount_cents: None,
        tip_cents: Cents(0),
        age_shown: None,
    }
}

/// A request under a key. Its digest stands for method, path and body.
pub(crate) fn asked(key: &str, command: Command) -> Asked {
    let text = format!("{command:?}");
    let mut digest = [0; 32];
    // FNV-1a, four times over: the same request has the same, another one another.
    for (salt, part) in digest.chunks_mut(8).enumerate() {
        let mut hash = 0xcbf2_9ce4_8422_2325 ^ salt as u64;
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        part.copy_from_slice(&hash.to_le_bytes());
    }
    Asked {
        key: key.to_owned(),
        digest,
        if_match: None,
        command,
    }
}
