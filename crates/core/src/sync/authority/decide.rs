//! The rule for each kind of operation, where others changed the row since the device saw it.
//!
//! Orders: the last one to arrive wins, field by field, and is told what it wrote over. Counts,
//! the menu and payments: the cloud is the authority, so what was done over an older row is
//! refused. Adjustments commute. What came last is told by arrival, never by a clock.

use super::{Record, Stamp, Writer};
use crate::sync::apply::changes;
use olympus_proto::sync::{Entity, Fields, Operation, OperationKind, Rejection, Row};
use std::collections::BTreeMap;

/// The row as the operation leaves it, and the fields of others that it wrote over.
pub(super) fn decide(
    operation: &Operation,
    record: Option<&Record>,
    writer: &Writer,
    version: u64,
) -> Result<(Record, Vec<String>), Rejection> {
    let none = Fields::new();
    let fields = record.map_or(&none, |record| &record.row.fields);
    let set = changes(fields, operation)?;
    let entity = operation.entity().ok_or(Rejection::UnknownKind)?;
    let commutes = operation.kind == OperationKind::InventoryAdjust;
    if record.is_none() && operation.base_version > 0 && !commutes {
        return Err(Rejection::Gone);
    }
    let foreign = record.map_or(0, |record| record.stamp.foreign_to(writer));
    let mut over = Vec::new();
    match operation.kind {
        OperationKind::InventoryCount | OperationKind::MenuChange | OperationKind::Payment => {
            if foreign > operation.base_version {
                return Err(Rejection::Stale);
            }
        }
        OperationKind::OrderUpdate => {
            let stamps = record.map(|record| &record.stamps);
            let others = |name: &&String| {
                let stamp = stamps.and_then(|stamps| stamps.get(*name));
                stamp.is_some_and(|it| it.foreign_to(writer) > operation.base_version)
            };
            over = set.keys().filter(others).cloned().collect();
        }
        OperationKind::InventoryAdjust | OperationKind::Unknown => {}
    }
    Ok((write(record, entity, set, writer, version), over))
}

/// The row with these fields set.
pub(super) fn write(
    record: Option<&Record>,
    entity: Entity,
    set: Fields,
    writer: &Writer,
    version: u64,
) -> Record {
    let stamp = |before: Option<&Stamp>| Stamp {
        version,
        by: writer.clone(),
        others: before.map_or(0, |before| before.foreign_to(writer)),
    };
    let mut stamps = record.map_or_else(BTreeMap::new, |record| record.stamps.clone());
    let mut fields = record.map_or_else(Fields::new, |record| record.row.fields.clone());
    for (name, value) in set {
        let next = stamp(stamps.get(&name));
        stamps.insert(name.clone(), next);
        fields.insert(name, value);
    }
    Record {
        stamp: stamp(record.map(|record| &record.stamp)),
        stamps,
        row: Row {
            entity,
            version,
            fields,
        },
    }
}
