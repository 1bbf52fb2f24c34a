//! A shop: a till in a folder of its own, a clock that is set by hand, a menu and a cloud.

pub(crate) mod cloud;
pub(crate) mod money;

use olympus_core::pos::{Offer, Rules};
use olympus_core::route::{Draw, Moment};
use olympus_core::sync::client::{self, ClientConfig, Event};
use olympus_proto::grant::{CardToken, OrderId, TenderKind};
use olympus_proto::pos::{
    CardPresented, NewLine, NewModifier, NewOrder, NewPayment, Order, Payment, Stock,
};
use olympus_proto::{Cents, ErrorCode, ItemId, MenuItem, ModifierAction};
use olympus_store::{
    Asked, Command, Done, Now, OpenOptions, Reader, Reply, StoreError, Till, TillConfig, TillError,
    Todo,
};
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use tempfile::TempDir;

pub(crate) const START_MS: i64 = 1_800_000_000_000;
pub(crate) const DAY: &str = "2027-01-15";

pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) config: TillConfig,
    pub(crate) options: OpenOptions,
    till: Option<Till>,
    /// Milliseconds since the start.
    pub(crate) at_ms: u64,
    pub(crate) day: String,
    pub(crate) hour: u8,
    keys: u64,
    /// What every call said is to be done.
    pub(crate) todo: Todo,
}

pub(crate) fn config(terminal: &str) -> TillConfig {
    TillConfig {
        location: "loc-7".into(),
        terminal: terminal.into(),
        rules: Rules {
            currency: "USD".to_owned(),
            tax_basis_points: 825,
            tax_included: false,
        },
        sync: ClientConfig::default(),
    }
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(config("till-1"))
    }

    pub(crate) fn with(config: TillConfig) -> Self {
        let mut shop = Self {
            folder: tempfile::tempdir().expect("a folder"),
            config,
            options: OpenOptions::default(),
            till: None,
            at_ms: 0,
            day: DAY.to_owned(),
            hour: 12,
            keys: 0,
            todo: Todo::default(),
        };
        shop.open().expect("opens");
        shop
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("till.db")
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            sync: client::Now {
                moment: Moment::from_millis(self.at_ms),
                wall_ms: START_MS + self.at_ms as i64,
                draw: Draw(self.at_ms.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            },
            day: self.day.clone(),
            hour: self.hour,
        }
    }

    /// The process ends without a word.
    pub(crate) fn drop_till(&mut self) {
        self.till = None;
    }

    pub(crate) fn open(&mut self) -> Result<(), StoreError> {
        self.till = None;
        let options = self.options.clone();
        let opened = Till::open(&self.path(), options, self.config.clone(), &self.now());
        let (till, todo) = opened?;
        self.till = Some(till);
        self.todo = todo;
        Ok(())
    }

    pub(crate) fn till(&mut self) -> &mut Till {
        self.till.as_mut().expect("is open")
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::open(&self.path(), &self.options).expect("opens to be read")
    }

    /// A connection of nobody, to look behind.
    pub(crate) fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).expect("opens")
    }

    pub(crate) fn key(&mut self) -> String {
        self.keys += 1;
        format!("key-{}", self.keys)
    }

    pub(crate) fn ask(&mut self, command: Command) -> Result<Done, TillError> {
        let key = self.key();
        self.ask_as(&key, command)
    }

    pub(crate) fn ask_as(&mut self, key: &str, command: Command) -> Result<Done, TillError> {
        let asked = asked(key, None, command);
        self.ask_with(asked)
    }

    pub(crate) fn ask_with(&mut self, asked: Asked) -> Result<Done, TillError> {
        self.at_ms += 1;
        let now = self.now();
        let done = self.till().ask(asked, &menu, &now)?;
        self.todo.send.extend(done.todo.send.clone());
        Ok(done)
    }

    pub(crate) fn sync(&mut self, event: Event) -> Todo {
        self.at_ms += 1;
        let now = self.now();
        let todo = self.till().sync(event, &now).expect("syncs");
        self.todo.send.extend(todo.send.clone());
        todo
    }

    pub(crate) fn order(&mut self, command: Command) -> Order {
        match self.ask(command).expect("is done").reply {
            Reply::Order(order) => *order,
            other => panic!("no order: {other:?}"),
        }
    }

    pub(crate) fn open_order(&mut self, items: &[(&str, u32)], fire: bool) -> Order {
        self.order(Command::OpenOrder(new_order(items, fire)))
    }

    pub(crate) fn pay(&mut self, order: &OrderId, payment: NewPayment) -> Payment {
        payment_of(
            &self
                .ask(Command::Pay(order.clone(), payment))
                .expect("is paid"),
        )
    }

    pub(crate) fn stock(&mut self, command: Command) -> Stock {
        match self.ask(command).expect("is done").reply {
            Reply::Stock(stock) => stock,
            other => panic!("no stock: {other:?}"),
        }
    }

    /// Why it is refused.
    pub(crate) fn refused(&mut self, command: Command) -> ErrorCode {
        match self.ask(command) {
            Err(TillError::Refused { code, .. }) => code,
            other => panic!("not refused: {other:?}"),
        }
    }
}

pub(crate) fn asked(key: &str, if_match: Option<u64>, command: Command) -> Asked {
    Asked {
        key: key.to_owned(),
        digest: Sha256::digest(format!("{command:?}")).into(),
        if_match,
        command,
    }
}

pub(crate) fn payment_of(done: &Done) -> Payment {
    match &done.reply {
        Reply::Payment(payment) => Payment::clone(payment),
        other => panic!("no payment: {other:?}"),
    }
}

/// Burgers at 9.50 (cheese +1.00), fries at 3.25, beer at 5.00 in the category `beer`.
pub(crate) fn menu(item: &ItemId) -> Option<Offer> {
    let (name, price, category) = match item.as_str() {
        "burger" => ("Burger", 950, "food"),
        "fries" => ("Fries", 325, "food"),
        "beer" => ("Beer", 500, "beer"),
        _ => return None,
    };
    let item: MenuItem = serde_json::from_value(serde_json::json!({
        "id": item.as_str(), "name": name, "price_cents": price, "category": category,
        "modifier_groups": [{"id": "extras", "name": "Extras", "options": [
            {"id": "cheese", "name": "Cheese", "price_cents": 100}
        ]}],
    }))
    .expect("a dish");
    Some(Offer {
        item,
        to_be_had: true,
    })
}

pub(crate) fn line(item: &str, quantity: u32) -> NewLine {
    NewLine {
        item: item.into(),
        quantity,
        modifiers: Vec::new(),
        note: None,
        price_cents: None,
    }
}

pub(crate) fn cheese() -> NewModifier {
    NewModifier {
        group: "extras".to_owned(),
        id: "cheese".to_owned(),
        action: ModifierAction::Add,
        amount: None,
    }
}

pub(crate) fn new_order(items: &[(&str, u32)], fire: bool) -> NewOrder {
    NewOrder {
        lines: items
            .iter()
            .map(|(item, count)| line(item, *count))
            .collect(),
        fire,
        ..NewOrder::default()
    }
}

pub(crate) fn cash() -> NewPayment {
    NewPayment {
        tender: TenderKind::Cash,
        card: None,
        handed_cents: None,
        amount_cents: None,
        tip_cents: Cents(0),
        age_shown: None,
    }
}

pub(crate) fn card() -> NewPayment {
    NewPayment {
        tender: TenderKind::Card,
        card: Some(CardPresented {
            token: CardToken("ab".repeat(32)),
            sealed: Some("c2VhbGVk".to_owned()),
            last4: Some("4242".to_owned()),
            state: None,
        }),
        ..cash()
    }
}
