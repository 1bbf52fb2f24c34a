//! The authority of a location, in memory: the real rules over maps. And who signs grants there.

use super::{START_MS, Shop};
use olympus_core::grant::{Document, KeySet, Signer};
use olympus_core::sync::Authority;
use olympus_core::sync::authority::{DeviceMark, Loaded, Page, PullPlan, Record, Write};
use olympus_core::sync::client::{Event, Send};
use olympus_proto::Cents;
use olympus_proto::grant::{
    AgeLimit, Caps, Grant, ListDelta, ListSnapshot, Policy, Revoked, TenderKind, TenderPolicy,
};
use olympus_proto::location::{Documents, TerminalWelcome};
use olympus_proto::sync::{
    DeviceId, Entity, Fields, Gone, Operation, OperationId, Outcome, Pull, PullAnswer, Push,
    PushAnswer, Row,
};
use olympus_store::{GrantEvent, Refusals};
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Cloud {
    authority: Authority,
    marks: BTreeMap<DeviceId, DeviceMark>,
    pub(crate) outcomes: BTreeMap<OperationId, Outcome>,
    pub(crate) records: BTreeMap<Entity, Record>,
    head: u64,
    floor: u64,
    /// What was let go.
    gone: Vec<Gone>,
}

impl Cloud {
    fn write(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::Mark(mark) => {
                    self.marks.insert(mark.device.clone(), mark);
                }
                Write::Outcome(settled) => {
                    self.outcomes.insert(settled.operation, settled.outcome);
                }
                Write::Record(record) => {
                    self.records.insert(record.row.entity.clone(), record);
                }
                Write::Head(head) => self.head = head,
                Write::Remove(entity) => {
                    self.records.remove(&entity);
                }
                Write::Floor(floor) => self.floor = floor,
                Write::DeadLetter(..) => {}
            }
        }
    }

    pub(crate) fn push(&mut self, push: &Push) -> PushAnswer {
        let needs = Authority::needs(push);
        let loaded = Loaded {
            mark: self.marks.get(&needs.device).cloned(),
            outcomes: self.outcomes.clone(),
            records: self.records.clone(),
            head: self.head,
        };
        let decision = self.authority.push(loaded, push);
        self.write(decision.writes);
        decision.answer
    }

    fn pull(&self, pull: &Pull) -> PullAnswer {
        let mut rows: Vec<Row> = self.records.values().map(|one| one.row.clone()).collect();
        rows.sort_by_key(|row| row.version);
        match self.authority.pull(pull, self.head, self.floor) {
            PullPlan::Answer(answer) => answer,
            PullPlan::All => self.authority.snapshot(rows, self.head),
            PullPlan::Since { version, limit } => {
                rows.retain(|row| row.version > version);
                let more_rows = rows.len() > limit as usize;
                rows.truncate(limit as usize);
                let from = pull.cursor.clone().expect("a cursor");
                let after = self.authority.gone_after(&from);
                let mut gone = self.gone.clone();
                gone.retain(|it| it.version > after);
                let page = Page {
                    rows,
                    more_rows,
                    gone,
                    more_gone: false,
                };
                self.authority.page(from, page, self.head)
            }
        }
    }

    /// The answer to what a till sent.
    pub(crate) fn answer(&mut self, send: &Send) -> Event {
        match send {
            Send::Register(request, register) => {
                let mark = self.marks.get(&register.device).cloned();
                let decision = self.authority.register(mark, register);
                self.write(decision.writes);
                let request = *request;
                let answer = decision.answer;
                Event::Registered { request, answer }
            }
            Send::Push(request, push) => {
                let request = *request;
                let answer = self.push(push);
                Event::Pushed { request, answer }
            }
            Send::Pull(request, pull) => {
                let request = *request;
                let answer = self.pull(pull);
                Event::Pulled { request, answer }
            }
        }
    }

    /// As [`Self::answer`], where the till has given up what `which` names: it is passed over.
    pub(crate) fn giving_up(&mut self, send: &Send, which: impl Fn(&Operation) -> bool) -> Event {
        let mut send = send.clone();
        if let Send::Push(_, push) = &mut send {
            for operation in &mut push.operations {
                operation.given_up = which(operation);
            }
        }
        self.answer(&send)
    }

    /// Lets them talk, as [`Self::settle`], but nothing of what `which` names is done.
    pub(crate) fn settle_without(&mut self, shop: &mut Shop, which: impl Fn(&Operation) -> bool) {
        shop.sync(Event::Changed);
        for _ in 0..1_000 {
            let sends = std::mem::take(&mut shop.todo.send);
            for send in &sends {
                let event = self.giving_up(send, &which);
                shop.sync(event);
            }
            if sends.is_empty() {
                return;
            }
        }
        panic!("they never stop");
    }

    /// The cloud's own change.
    pub(crate) fn decree(&mut self, entity: Entity, set: Fields) {
        let record = self.records.get(&entity).cloned();
        let decision = self.authority.decree(record, self.head, entity, set);
        self.write(decision.writes);
    }

    /// Puts rows away, and says which.
    pub(crate) fn let_go(&mut self, entities: Vec<Entity>) {
        let decision = self.authority.let_go(self.head, entities);
        self.gone.extend(decision.answer);
        self.write(decision.writes);
    }

    pub(crate) fn put_away(&mut self, entities: Vec<Entity>) {
        let decision = self.authority.put_away(self.head, entities);
        self.write(decision.writes);
    }

    /// Lets the till and the cloud talk until neither has anything to say.
    pub(crate) fn settle(&mut self, shop: &mut Shop) {
        shop.sync(Event::Changed);
        for _ in 0..1_000 {
            let sends = std::mem::take(&mut shop.todo.send);
            for send in &sends {
                let event = self.answer(send);
                shop.sync(event);
            }
            if sends.is_empty() {
                let now = shop.now();
                if shop.till().standing(&now).sync.queue_size == 0 {
                    return;
                }
                shop.at_ms += 61_000;
                shop.sync(Event::Tick);
            }
        }
        panic!("they never stop");
    }
}

/// Who signs for `loc-7`.
pub(crate) struct Signs {
    signer: Signer,
    pub(crate) keys: KeySet,
    list: u64,
    grants: u64,
}

impl Signs {
    pub(crate) fn new() -> Self {
        Self::by(7)
    }

    /// With another key of the same name.
    pub(crate) fn by(seed: u8) -> Self {
        let signer = Signer::new("k-1".into(), &[seed; 32]);
        let keys = KeySet::first("k-1".into(), signer.public(), START_MS as u64).expect("keys");
        Self {
            signer,
            keys,
            list: 0,
            grants: 0,
        }
    }

    fn seal<D: Document>(&self, document: &D) -> String {
        self.signer.seal(document).expect("seals")
    }

    pub(crate) fn welcome(&self, shop: &Shop) -> TerminalWelcome {
        let now_ms = shop.now().wall_ms();
        TerminalWelcome {
            terminal: shop.config.terminal.clone(),
            keys: self.keys.published(now_ms).expect("keys"),
            server_ms: now_ms,
        }
    }

    pub(crate) fn policy(&self, shop: &Shop, version: u64) -> String {
        let sale_cents = Cents(100_000);
        let tender = |tender| TenderPolicy { tender, sale_cents };
        self.seal(&Policy {
            location: "loc-7".into(),
            version,
            key: "k-1".into(),
            issued_ms: shop.now().wall_ms(),
            tenders: vec![
                tender(TenderKind::Cash),
                tender(TenderKind::Card),
                tender(TenderKind::StoredValue),
            ],
            age_limits: vec![AgeLimit {
                category: "beer".to_owned(),
                years: 21,
            }],
            reduced_percent: 20,
            reduced_ms: 3_600_000,
        })
    }

    pub(crate) fn list(&mut self, shop: &Shop, cards: Vec<String>) -> String {
        self.list += 1;
        let now_ms = shop.now().wall_ms();
        self.seal(&ListSnapshot {
            location: "loc-7".into(),
            number: self.list,
            key: "k-1".into(),
            issued_ms: now_ms,
            expires_ms: now_ms + 8 * 3_600_000,
            revoked: revoked(cards),
        })
    }

    pub(crate) fn delta(&mut self, shop: &Shop, add: Vec<String>, remove: Vec<String>) -> String {
        self.list += 1;
        let now_ms = shop.now().wall_ms();
        self.seal(&ListDelta {
            location: "loc-7".into(),
            number: self.list,
            key: "k-1".into(),
            issued_ms: now_ms,
            expires_ms: now_ms + 8 * 3_600_000,
            added: revoked(add),
            removed: revoked(remove),
        })
    }

    pub(crate) fn grant(&mut self, shop: &Shop, total_cents: i64) -> String {
        self.grants += 1;
        let now_ms = shop.now().wall_ms();
        self.seal(&Grant {
            grant: format!("g-{}", self.grants).as_str().into(),
            terminal: shop.config.terminal.clone(),
            location: "loc-7".into(),
            key: "k-1".into(),
            issued_ms: now_ms,
            not_before_ms: now_ms,
            expires_ms: now_ms + 8 * 3_600_000,
            policy: 1,
            caps: Caps {
                sale_cents: Cents(total_cents),
                total_cents: Cents(total_cents),
                sales: 1_000,
            },
            tenders: vec![TenderKind::Card, TenderKind::StoredValue],
        })
    }

    pub(crate) fn told(&self, shop: &mut Shop, documents: Documents) -> Refusals {
        shop.at_ms += 1;
        let now = shop.now();
        let documents = Documents {
            server_ms: now.wall_ms(),
            ..documents
        };
        let event = GrantEvent::Told(documents);
        shop.till().grants(event, &now).expect("takes")
    }

    /// Welcomes the till and gives it a grant of that much.
    pub(crate) fn welcome_and_grant(&mut self, shop: &mut Shop, total_cents: i64) {
        let welcome = GrantEvent::Welcomed(self.welcome(shop));
        let now = shop.now();
        let refused = shop.till().grants(welcome, &now).expect("takes");
        assert_eq!(refused, []);
        shop.at_ms += 1;
        let documents = Documents {
            policy: Some(self.policy(shop, 1)),
            list: Some(self.list(shop, Vec::new())),
            grant: Some(self.grant(shop, total_cents)),
            ..Documents::default()
        };
        assert_eq!(self.told(shop, documents), []);
    }
}

fn revoked(cards: Vec<String>) -> Revoked {
    Revoked {
        cards: cards.iter().map(|card| card.as_str().into()).collect(),
        ..Revoked::default()
    }
}
