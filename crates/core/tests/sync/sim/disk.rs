//! A device's disk: what a transaction that committed left on it.

use olympus_core::sync::client::{AgeMark, Attention, Identity, Pending, Stored, Write};
use olympus_proto::sync::{Cursor, DeviceId, Entity, OperationId, Row};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(crate) struct Disk {
    pub(crate) identity: Option<Identity>,
    pub(crate) outbox: BTreeMap<OperationId, Pending>,
    pub(crate) attention: BTreeMap<OperationId, Attention>,
    pub(crate) cursor: Option<(Cursor, u64)>,
    pub(crate) age: AgeMark,
    pub(crate) rows: BTreeMap<Entity, Row>,
    /// The business writes, in their order: which operation each of them goes with.
    pub(crate) business: Vec<OperationId>,
    /// What a person has settled.
    pub(crate) dismissed: Vec<OperationId>,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            identity: None,
            outbox: BTreeMap::new(),
            attention: BTreeMap::new(),
            cursor: None,
            age: AgeMark::default(),
            rows: BTreeMap::new(),
            business: Vec::new(),
            dismissed: Vec::new(),
        }
    }

    pub(crate) fn write(&mut self, write: Write) {
        match write {
            Write::Identity(identity) => self.identity = Some(identity),
            Write::Put(pending) => {
                self.outbox.insert(pending.operation.id.clone(), pending);
            }
            Write::Delete(id) => drop(self.outbox.remove(&id)),
            Write::Attend(it) => drop(self.attention.insert(it.operation.id.clone(), it)),
            Write::Settle(id) => {
                self.attention.remove(&id);
                self.dismissed.push(id);
            }
            Write::Row(row) => self.row(row),
            Write::Replace(rows, complete_to) => {
                self.rows.retain(|_, row| row.version > complete_to);
                rows.into_iter().for_each(|row| self.row(row));
            }
            Write::Gone(gone) => {
                if self.version(&gone.entity) < gone.version {
                    self.rows.remove(&gone.entity);
                }
            }
            Write::Cursor(cursor, complete_to) => self.cursor = Some((cursor, complete_to)),
            Write::Age(mark) => self.age = mark,
        }
    }

    fn row(&mut self, row: Row) {
        let newer = |before: &Row| before.version < row.version;
        if self.rows.get(&row.entity).is_none_or(newer) {
            self.rows.insert(row.entity.clone(), row);
        }
    }

    /// What is read at a start. A disk without an identity is one that was never set up.
    pub(crate) fn stored(&self) -> Option<Stored> {
        Some(Stored {
            identity: self.identity.clone()?,
            outbox: self.outbox.values().cloned().collect(),
            attention: self.attention.values().cloned().collect(),
            cursor: self.cursor.clone(),
            age: self.age,
        })
    }

    pub(crate) fn version(&self, entity: &Entity) -> u64 {
        self.rows.get(entity).map_or(0, |row| row.version)
    }
}

pub(crate) fn device(number: usize) -> DeviceId {
    DeviceId(format!("till-{number}"))
}
