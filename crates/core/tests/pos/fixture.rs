//! A menu, and a till that keeps what is decided as the store does: fields, payments, ledger, stock.

use olympus_core::pos::{
    Account, At, Authorised, Bill, Decided, Entry, Offer, PosError, Rules, bill_from_fields,
    payment_from_fields,
};
use olympus_core::pos::{add_lines, change_line, fire, open_order, pay, refund, settled};
use olympus_core::settlement::SALE_DECLINED;
use olympus_proto::grant::{OrderId, TenderKind, TerminalId};
use olympus_proto::pos::{
    AddLines, CardPresented, ChangeLine, Fire, LineId, NewLine, NewModifier, NewOrder, NewPayment,
    NewRefund, Payment, PaymentId, PaymentState,
};
use olympus_proto::sync::Fields;
use olympus_proto::{Cents, ItemId, MenuItem, Modifier, ModifierAction, ModifierGroup};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) const T0: u64 = 1_800_000_000_000;
pub(crate) const DAY: &str = "2027-01-15";

pub(crate) fn rules(tax_basis_points: u32, tax_included: bool) -> Rules {
    Rules {
        currency: "USD".to_owned(),
        tax_basis_points,
        tax_included,
    }
}

fn option(id: &str, name: &str, cents: i64) -> Modifier {
    Modifier {
        id: id.to_owned(),
        name: name.to_owned(),
        price_cents: Cents(cents),
        pos_id: None,
        aliases: Vec::new(),
    }
}

fn group(id: &str, min: u32, max: Option<u32>, options: Vec<Modifier>) -> ModifierGroup {
    ModifierGroup {
        id: id.to_owned(),
        name: id.to_owned(),
        min,
        max,
        options,
    }
}

fn dish(id: &str, name: &str, category: &str, cents: Option<i64>) -> MenuItem {
    MenuItem {
        category: Some(category.to_owned()),
        price_cents: cents.map(Cents),
        ..MenuItem::new(id, name)
    }
}

/// Burger (sizes, extras), cola, wine, a catch of no price, soup that is out, coupons, a yacht.
pub(crate) fn menu(id: &ItemId) -> Option<Offer> {
    let mut to_be_had = true;
    let item = match id.as_str() {
        "burger" => {
            let sizes = vec![option("s", "Small", 0), option("l", "Large", 200)];
            let extras = vec![
                option("cheese", "cheese", 100),
                option("bacon", "bacon", 150),
                option("onions", "onions", -20),
            ];
            MenuItem {
                modifier_groups: vec![
                    group("size", 1, Some(1), sizes),
                    group("extras", 0, Some(2), extras),
                ],
                ..dish("burger", "Burger", "mains", Some(950))
            }
        }
        "cola" => dish("cola", "Cola", "drinks", Some(250)),
        "wine" => dish("wine", "Wine", "alcohol", Some(600)),
        "catch" => dish("catch", "Catch of the day", "mains", None),
        "soup" => {
            to_be_had = false;
            dish("soup", "Soup", "mains", Some(500))
        }
        "tasting" => MenuItem {
            modifier_groups: vec![group(
                "plates",
                2,
                None,
                vec![option("a", "A", 0), option("b", "B", 0)],
            )],
            ..dish("tasting", "Tasting", "mains", Some(3_000))
        },
        "free" => dish("free", "Water", "drinks", Some(0)),
        "yacht" => dish("yacht", "Yacht", "other", Some(9_000_000)),
        _ => return None,
    };
    Some(Offer { item, to_be_had })
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

pub(crate) fn with(group: &str, id: &str) -> NewModifier {
    NewModifier {
        group: group.to_owned(),
        id: id.to_owned(),
        action: ModifierAction::Add,
        amount: None,
    }
}

pub(crate) fn burger(quantity: u32, extras: &[&str]) -> NewLine {
    let extras = extras.iter().map(|id| with("extras", id));
    NewLine {
        modifiers: [with("size", "s")].into_iter().chain(extras).collect(),
        ..line("burger", quantity)
    }
}

pub(crate) fn cash(cents: impl Into<Option<i64>>) -> NewPayment {
    NewPayment {
        tender: TenderKind::Cash,
        card: None,
        handed_cents: None,
        amount_cents: cents.into().map(Cents),
        tip_cents: Cents(0),
        age_shown: None,
    }
}

pub(crate) fn by_card(cents: impl Into<Option<i64>>) -> NewPayment {
    let card = CardPresented {
        token: "ab".repeat(32).as_str().into(),
        sealed: Some("c2VhbGVk".to_owned()),
        last4: Some("4242".to_owned()),
        state: None,
    };
    NewPayment {
        tender: TenderKind::Card,
        card: Some(card),
        ..cash(cents)
    }
}

pub(crate) fn back(cents: impl Into<Option<i64>>) -> NewRefund {
    NewRefund {
        amount_cents: cents.into().map(Cents),
        reason: "cold".to_owned(),
    }
}

/// One till's disk.
#[derive(Clone)]
pub(crate) struct Till {
    pub(crate) terminal: TerminalId,
    pub(crate) rules: Rules,
    pub(crate) now_ms: u64,
    pub(crate) fields: Fields,
    /// Fields that it has set since it was copied.
    pub(crate) set: Fields,
    pub(crate) payments: BTreeMap<PaymentId, Fields>,
    pub(crate) ledger: Vec<Entry>,
    pub(crate) stock: BTreeMap<ItemId, i64>,
    made: u32,
}

impl Till {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            terminal: "till-1".into(),
            rules,
            now_ms: T0,
            fields: Fields::new(),
            set: Fields::new(),
            payments: BTreeMap::new(),
            ledger: Vec::new(),
            stock: BTreeMap::new(),
            made: 0,
        }
    }

    /// With an order of these lines.
    pub(crate) fn with(rules: Rules, lines: Vec<NewLine>) -> Self {
        let mut till = Self::new(rules);
        let new = NewOrder {
            lines,
            ..NewOrder::default()
        };
        till.open(&new).expect("an order");
        till
    }

    pub(crate) fn order_id() -> OrderId {
        "ord-1".into()
    }

    pub(crate) fn bill(&self) -> Bill {
        let payments: Vec<Payment> = self
            .payments
            .iter()
            .map(|(id, fields)| payment_from_fields(id, fields).expect("a payment"))
            .collect();
        bill_from_fields(&Self::order_id(), &self.fields, &payments, &self.rules)
    }

    /// Does what `what` decides at this till's next moment.
    pub(crate) fn act(
        &mut self,
        what: impl FnOnce(&Bill, At<'_>) -> Result<Decided, PosError>,
    ) -> Result<Decided, PosError> {
        self.now_ms += 1_000;
        let terminal = self.terminal.clone();
        let at = At {
            terminal: &terminal,
            now_ms: self.now_ms,
            day: DAY,
            hour: 12,
        };
        let decided = what(&self.bill(), at)?;
        self.keep(&decided);
        Ok(decided)
    }

    pub(crate) fn keep(&mut self, decided: &Decided) {
        if let Some((id, fields)) = &decided.order {
            assert_eq!(*id, Self::order_id());
            self.fields.extend(fields.clone());
            self.set.extend(fields.clone());
        }
        if let Some((id, fields)) = &decided.payment {
            let before = self.payments.insert(id.clone(), fields.clone());
            assert_eq!(before, None, "a payment is made once");
        }
        for (item, by) in &decided.stock {
            *self.stock.entry(item.clone()).or_default() += by;
        }
        self.post(&decided.postings);
    }

    pub(crate) fn post(&mut self, entries: &[Entry]) {
        for entry in entries {
            let twice = self.ledger.iter().any(|other| other.id == entry.id);
            assert!(!twice, "{} stands in the ledger", entry.id);
            self.ledger.push(entry.clone());
        }
    }

    pub(crate) fn open(&mut self, new: &NewOrder) -> Result<Decided, PosError> {
        let rules = self.rules.clone();
        self.act(|_, at| open_order(&Self::order_id(), 7, new, &menu, &rules, at))
    }

    pub(crate) fn add(&mut self, lines: Vec<NewLine>) -> Result<Decided, PosError> {
        let new = AddLines { lines, fire: false };
        self.act(|bill, at| add_lines(bill, &new, &menu, at))
    }

    pub(crate) fn change(&mut self, line: &str, change: ChangeLine) -> Result<Decided, PosError> {
        self.act(|bill, at| change_line(bill, &LineId::from(line), &change, &menu, at))
    }

    pub(crate) fn take_off(&mut self, line: &str) -> Result<Decided, PosError> {
        let change = ChangeLine {
            void: Some("dropped".to_owned()),
            ..ChangeLine::default()
        };
        self.change(line, change)
    }

    pub(crate) fn fire(&mut self, lines: &[&str]) -> Result<Decided, PosError> {
        let lines = lines.iter().map(|id| LineId::from(*id)).collect();
        self.act(|bill, at| fire(bill, &Fire { lines }, at))
    }

    /// A new payment's or refund's id.
    pub(crate) fn next_id(&mut self) -> PaymentId {
        self.made += 1;
        PaymentId(format!("{}-p{}", self.terminal, self.made))
    }

    pub(crate) fn pay(&mut self, new: &NewPayment) -> Result<(PaymentId, Decided), PosError> {
        let id = self.next_id();
        let authorised = Authorised {
            grant: new.card.as_ref().map(|_| "g-1".into()),
            card_state: None,
        };
        let decided = self.act(|bill, at| pay(bill, &id, new, &authorised, at))?;
        Ok((id, decided))
    }

    pub(crate) fn refund(
        &mut self,
        payment: &PaymentId,
        new: &NewRefund,
    ) -> Result<(PaymentId, Decided), PosError> {
        let id = self.next_id();
        let decided = self.act(|bill, at| refund(bill, payment, &id, new, at))?;
        Ok((id, decided))
    }

    /// The cloud's row says what became of a payment.
    pub(crate) fn settle(&mut self, id: &PaymentId, state: PaymentState) {
        let name = if state == PaymentState::Approved {
            "approved"
        } else {
            "declined"
        };
        self.now_ms += 1_000;
        let payments = self.bill().order.payments;
        let sale = payments.iter().find(|one| one.id == *id);
        let sale = sale.and_then(|one| one.refund_of.clone());
        let declined = |one: &Payment| one.state == PaymentState::Declined;
        let sale_declined = payments
            .iter()
            .any(|one| Some(&one.id) == sale.as_ref() && declined(one));
        let fields = self.payments.get_mut(id).expect("a payment");
        let before = payment_from_fields(id, fields).expect("a payment");
        fields.insert("state".to_owned(), Value::from(name));
        if state == PaymentState::Declined {
            let code = if sale_declined {
                SALE_DECLINED
            } else {
                "lost_card"
            };
            fields.insert("decline_code".to_owned(), Value::from(code));
        }
        let after = payment_from_fields(id, fields).expect("a payment");
        let terminal = self.terminal.clone();
        let at = At {
            terminal: &terminal,
            now_ms: self.now_ms,
            day: DAY,
            hour: 12,
        };
        let entries = settled(&before, &after, at);
        self.post(&entries);
        assert_eq!(settled(&after, &after, at), Vec::new());
    }

    /// What an account comes to.
    pub(crate) fn sum(&self, account: Account) -> i64 {
        let postings = self.ledger.iter().flat_map(|entry| &entry.postings);
        let of = postings.filter(|(one, _)| *one == account);
        of.map(|(_, cents)| cents.0).sum()
    }

    /// All accounts that are not 0.
    pub(crate) fn books(&self) -> Value {
        let sums = Account::ALL
            .iter()
            .map(|one| (one.as_str(), self.sum(*one)));
        json!(
            sums.filter(|(_, cents)| *cents != 0)
                .collect::<BTreeMap<_, _>>()
        )
    }
}
