//! What the world does to devices and authority, and what must hold whatever it does.

use super::World;
use super::plan::{Sale, What};
use super::plant::Plant;
use olympus_core::sync::client::{Attention, Draft, Effects, Write};
use olympus_core::sync::view;
use olympus_proto::Cents;
use olympus_proto::sync::{
    Entity, EntityKind, Fields, NEWEST, Operation, OperationId, OperationKind, Outcome, Row,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl World {
    pub(crate) fn step(&mut self, what: What) {
        match what {
            What::UpgradeCloud => self.cloud.authority.newest = NEWEST,
            What::CloudRestarts(for_ms) => self.cloud.down_until = self.now_ms + for_ms,
            What::CloudDiskFails(times) => self.cloud.disk_fails = times,
            What::CloudBusy(for_ms) => self.cloud.busy_until = self.now_ms + for_ms,
            What::Decree(number) => self.decrees(number),
            What::PutAway(number) => self.puts_away(number),
            What::Record(node, ..)
            | What::Cut(node)
            | What::CutAt(node, _)
            | What::DiskFails(node, ..)
            | What::Partition(node, _)
            | What::Clock(node, _)
            | What::Backup(node)
            | What::RestoreBackup(node)
            | What::Clone(node)
            | What::Upgrade(node)
            | What::Settle(node, _) => {
                if node < self.nodes.len() {
                    self.step_of(node, what);
                }
            }
        }
    }

    fn step_of(&mut self, number: usize, what: What) {
        let now_ms = self.now_ms;
        let node = &mut self.nodes[number];
        match what {
            What::Record(_, sale, of) => self.records(number, sale, of, None),
            What::Cut(_) => self.cuts_power(number),
            What::CutAt(_, point) => node.cut_at = Some(point),
            What::DiskFails(_, times, unsure) => node.disk_fails = (times, unsure),
            What::Partition(_, for_ms) => node.cut_off_until = now_ms + for_ms,
            What::Clock(_, skew_ms) => node.skew_ms = skew_ms,
            What::Backup(_) => node.backup = Some(node.disk.clone()),
            What::RestoreBackup(_) => match node.backup.clone() {
                Some(disk) => {
                    node.disk = disk;
                    self.seen.insert("restored");
                    self.cuts_power(number);
                }
                None => node.backup = Some(node.disk.clone()),
            },
            What::Clone(_) => self.clones(number),
            What::Upgrade(_) => {
                node.newest = NEWEST;
                self.cuts_power(number);
            }
            What::Settle(_, again) => self.settles(number, again),
            _ => {}
        }
    }

    fn clones(&mut self, number: usize) {
        if self.nodes.len() >= 5 {
            return;
        }
        let original = &self.nodes[number];
        let mut node = super::Node::new(original.number, original.newest);
        node.disk = original.disk.clone();
        node.skew_ms = original.skew_ms;
        self.seen.insert("cloned");
        self.nodes.push(node);
        self.schedule(1, super::Happening::Boot(self.nodes.len() - 1));
    }

    fn records(&mut self, number: usize, sale: Sale, of: u64, again: Option<OperationId>) {
        let now = self.now(number);
        self.drafted += 1;
        let mut draft = drafted(sale, of, self.drafted);
        let node = &mut self.nodes[number];
        if let Some(kind) = draft.kind.entity_kind() {
            let id = draft.entity.clone();
            draft.base_version = node.disk.version(&Entity { kind, id });
        }
        let Some(client) = node.client.as_mut() else {
            return;
        };
        let id = draft.id.clone();
        let effects = match again {
            Some(done) => client.again(&done, draft, now),
            None => client.record(draft, now),
        };
        let Ok(effects) = effects else {
            self.seen.insert("a cap");
            return;
        };
        let business = client.pending().find(|it| it.operation.id == id);
        let business = business.map(|it| it.operation.clone());
        let waiting = client.pending().count();
        if waiting > self.plan.most_operations {
            self.trace.violates(format!("{waiting} operations wait"));
        }
        self.does(number, effects, business);
    }

    fn settles(&mut self, number: usize, again: bool) {
        let Some(client) = self.nodes[number].client.as_mut() else {
            return;
        };
        let Some(Attention { operation, .. }) = client.attention().next().cloned() else {
            return;
        };
        self.seen.insert("settled by a person");
        if again {
            self.records(number, Sale::Order, 0, Some(operation.id));
            return;
        }
        let persist: Vec<Write> = client.dismiss(&operation.id).into_iter().collect();
        // Without a `wake` the timer that runs is kept.
        let effects = Effects {
            persist,
            ..Effects::default()
        };
        self.does(number, effects, None);
    }

    fn decrees(&mut self, number: u64) {
        let entity = Entity {
            kind: EntityKind::Menu,
            id: format!("dish-{number}"),
        };
        let record = self.cloud.records.get(&entity).cloned();
        let set = Fields::from([("price".to_owned(), json!(self.now_ms))]);
        let head = self.cloud.head;
        let decision = self.cloud.authority.decree(record, head, entity, set);
        self.cloud.commit(decision.writes, &[]);
    }

    /// Orders only: stock is added up at the end.
    fn puts_away(&mut self, number: u64) {
        let entity = Entity {
            kind: EntityKind::Order,
            id: format!("order-{number}"),
        };
        if self.cloud.records.contains_key(&entity) {
            self.seen.insert("put away");
            let (authority, head) = (&self.cloud.authority, self.cloud.head);
            if number == 0 {
                let decision = authority.put_away(head, vec![entity]);
                self.cloud.commit(decision.writes, &[]);
                return;
            }
            let decision = authority.let_go(head, vec![entity]);
            if self.cloud.commit(decision.writes, &[]) && !self.plants(Plant::LetsGoInSilence) {
                self.cloud.gone.extend(decision.answer);
            }
        }
    }

    /// What leaves an outbox has an outcome at the authority that is durable.
    pub(crate) fn check_deletes(&mut self, writes: &[Write]) {
        for write in writes {
            let Write::Delete(id) = write else { continue };
            if !self.cloud.outcomes.contains_key(id) {
                self.trace
                    .violates(format!("{id} is acknowledged and was never decided"));
            }
        }
    }

    /// What a device did does not vanish from its own rows when it is acknowledged.
    pub(crate) fn check_rows(&mut self, number: usize, writes: &[Write]) {
        for write in writes {
            let Write::Delete(id) = write else { continue };
            let outcome = self.cloud.outcomes.get(id);
            let Some(Outcome::Applied { version } | Outcome::Merged { version, .. }) = outcome
            else {
                continue;
            };
            let entity = self.committed.get(id).and_then(Operation::entity);
            let Some(entity) = entity.filter(|it| !self.cloud.put_away.contains(it)) else {
                continue;
            };
            let disk = &self.nodes[number].disk;
            let complete_to = disk.cursor.as_ref().map_or(0, |cursor| cursor.1);
            if disk.version(&entity) < *version && complete_to < *version {
                self.trace
                    .violates(format!("{id} is acknowledged and not to be seen"));
            }
        }
    }

    pub(crate) fn check_end(&mut self) {
        let mut found = Vec::new();
        let mut places = BTreeMap::new();
        for (place, operation) in self.cloud.journal.iter().enumerate() {
            let id = &operation.id;
            if !self.committed.contains_key(id) {
                found.push(format!("{id} is done and was never committed on a device"));
            }
            if places
                .insert(nonce(operation.payload.get("nonce")), place)
                .is_some()
            {
                found.push(format!("{id} is done twice"));
            }
        }
        for number in 0..self.nodes.len() {
            self.check_node(number, &places, &mut found);
        }
        self.check_stock(&mut found);
        for text in found {
            self.trace.violates(text);
        }
    }

    fn check_node(&self, number: usize, places: &BTreeMap<u64, usize>, found: &mut Vec<String>) {
        let disk = &self.nodes[number].disk;
        if !self.is_settled() && !disk.outbox.is_empty() {
            found.push(format!(
                "device {number} still has {} to send",
                disk.outbox.len()
            ));
        }
        let rows: Vec<&Row> = self.cloud.records.values().map(|it| &it.row).collect();
        let here: Vec<_> = disk.rows.values().collect();
        if rows != here {
            let missing = rows.iter().filter(|row| !here.contains(row)).count();
            let more = here.iter().filter(|row| !rows.contains(row)).count();
            found.push(format!(
                "device {number} has not converged: {missing} rows missing, {more} too many"
            ));
        }
        let seen = |row: &Row| {
            let over = disk.outbox.values().map(|it| &it.operation);
            view(
                Some(row),
                over.filter(|it| it.entity().as_ref() == Some(&row.entity)),
            ) != row.fields
        };
        if disk.outbox.is_empty() && disk.rows.values().any(seen) {
            found.push(format!(
                "device {number} shows something else than its rows"
            ));
        }
        let mut last = None;
        for id in &disk.business {
            match self.cloud.outcomes.get(id) {
                None => found.push(format!("{id} of device {number} is lost")),
                Some(Outcome::Rejected { .. } | Outcome::Skipped) => {
                    if !disk.attention.contains_key(id) && !disk.dismissed.contains(id) {
                        found.push(format!(
                            "{id} of device {number} was not done, and nobody is told"
                        ));
                    }
                }
                Some(Outcome::Applied { .. } | Outcome::Merged { .. }) => {
                    let operation = self.committed.get(id);
                    let place =
                        operation.and_then(|it| places.get(&nonce(it.payload.get("nonce"))));
                    if place.is_none() {
                        found.push(format!("{id} of device {number} is said to be done"));
                    }
                    if place.copied() < last {
                        found.push(format!("{id} of device {number} is out of order"));
                    }
                    last = place.copied().max(last);
                }
            }
        }
    }

    /// Each stock is the sum of what was added to it: nothing lost, nothing doubled.
    fn check_stock(&self, found: &mut Vec<String>) {
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for operation in &self.cloud.journal {
            if operation.kind == OperationKind::InventoryAdjust {
                *sums.entry(&operation.entity).or_default() += 1;
            }
        }
        let adjusted = |entity: &Entity| entity.id.starts_with("stock-");
        for (entity, record) in self.cloud.records.iter().filter(|it| adjusted(it.0)) {
            let count = record.row.fields.get("count").and_then(Value::as_i64);
            let sum = sums.remove(entity.id.as_str());
            if count != sum {
                found.push(format!("{} is {count:?}, not {sum:?}", entity.id));
            }
        }
        for (entity, sum) in sums {
            found.push(format!("{entity} is not there, not {sum}"));
        }
    }
}

fn nonce(value: Option<&Value>) -> u64 {
    value.and_then(Value::as_u64).unwrap_or(0)
}

fn drafted(sale: Sale, of: u64, nonce: u64) -> Draft {
    use OperationKind::{InventoryAdjust, InventoryCount, MenuChange, OrderUpdate, Payment};
    let amount = 100 + nonce as i64;
    let (kind, entity, payload) = match sale {
        Sale::Adjust => (InventoryAdjust, format!("stock-{of}"), json!({"by": 1})),
        Sale::Order => (
            OrderUpdate,
            format!("order-{of}"),
            json!({format!("f{}", nonce % 3): nonce}),
        ),
        Sale::Count => (
            InventoryCount,
            format!("counted-{of}"),
            json!({"count": nonce}),
        ),
        Sale::Menu => (MenuChange, format!("dish-{of}"), json!({"price": nonce})),
        Sale::Payment => (
            Payment,
            format!("payment-{nonce}"),
            json!({"amount_cents": amount}),
        ),
        Sale::Poison => (OrderUpdate, format!("order-{of}"), json!({"poison": true})),
        Sale::Malformed => (
            InventoryCount,
            format!("counted-{of}"),
            json!({"count": "many"}),
        ),
    };
    let mut payload: Fields = serde_json::from_value(payload).expect("an object");
    payload.insert("nonce".to_owned(), json!(nonce));
    let value = if sale == Sale::Payment { amount } else { 0 };
    Draft {
        id: OperationId(format!("op-{nonce}")),
        kind,
        entity,
        base_version: 0,
        payload,
        value_cents: Cents(value),
    }
}
