//! How the book reads and writes: rows, outcomes, marks and dead letters as SQLite keeps them.
//!
//! Invariant: nothing here decides, and nothing here opens a transaction; the steps of the book do.
//! Lists go in and out as JSON, so that a push of hundreds of operations takes a few statements.

use super::book::{Book, BookError};
use super::schema::set_number;
use super::sql::{Line, Sql, SqlError, Value};
use olympus_core::sync::authority::{DeviceMark, Loaded, Needs, Record, Write};
use olympus_proto::books::AuditEntry;
use olympus_proto::sync::{
    DeviceId, Entity, Incarnation, Operation, OperationId, Rejection, Settled,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// What goes into a statement at once: a text of SQLite has 2 MB at most in an object.
const CHUNK_BYTES: usize = 512 * 1024;

impl<S: Sql> Book<S> {
    /// The device's mark; and whether it was released: then it has to register.
    pub(super) fn mark(
        &self,
        device: &DeviceId,
        principal: &str,
    ) -> Result<Option<(DeviceMark, bool)>, BookError> {
        let lines = self.sql.run(
            "SELECT incarnation, sequence, last, principal FROM devices WHERE device = ?1",
            &[device.0.as_str().into()],
        )?;
        let Some(line) = lines.first() else {
            return Ok(None);
        };
        let holder = line.text(3)?;
        if !holder.is_empty() && holder != principal {
            return Err(BookError::Foreign(device.0.clone()));
        }
        let mark = DeviceMark {
            device: device.clone(),
            incarnation: Incarnation(line.count(0)?),
            sequence: line.count(1)?,
            last: line.maybe_text(2).map(|id| OperationId(id.to_owned())),
        };
        Ok(Some((mark, holder.is_empty())))
    }

    pub(super) fn load(&self, needs: &Needs, principal: &str) -> Result<Loaded, BookError> {
        let mark = self.mark(&needs.device, principal)?;
        let mark = mark.filter(|(_, released)| !released);
        let outcomes = self.sql.run(
            "SELECT operation, outcome FROM outcomes
             WHERE operation IN (SELECT value FROM json_each(?1))",
            &[to_json(&needs.operations)?.into()],
        )?;
        let outcomes = outcomes
            .iter()
            .map(|line| {
                let operation = OperationId(line.text(0)?.to_owned());
                Ok((operation, from_json(line.text(1)?)?))
            })
            .collect::<Result<_, BookError>>()?;
        let records = self.records(&needs.entities)?;
        Ok(Loaded {
            mark: mark.map(|(mark, _)| mark),
            outcomes,
            records: records
                .into_iter()
                .map(|record| (record.row.entity.clone(), record))
                .collect(),
            head: self.head()?,
        })
    }

    /// The rows there are of these, each once.
    pub(super) fn records(&self, entities: &[Entity]) -> Result<Vec<Record>, BookError> {
        let wanted: BTreeSet<&Entity> = entities.iter().collect();
        let lines = self.sql.run(
            "SELECT rows.record FROM json_each(?1) AS wanted
             CROSS JOIN rows ON rows.kind = json_extract(wanted.value, '$.kind')
                AND rows.id = json_extract(wanted.value, '$.id')",
            &[to_json(&wanted)?.into()],
        )?;
        lines.iter().map(|line| from_json(line.text(0)?)).collect()
    }

    /// Writes what was decided, and what the audit log is told of it.
    pub(super) fn write(
        &self,
        writes: Vec<Write>,
        told: &[AuditEntry],
        principal: &str,
        now_ms: u64,
    ) -> Result<(), BookError> {
        let mut outcomes: Vec<Settled> = Vec::new();
        let mut records: Vec<Record> = Vec::new();
        for write in writes {
            match write {
                Write::Mark(mark) => self.write_mark(&mark, principal, now_ms)?,
                Write::Outcome(settled) => outcomes.push(settled),
                Write::Record(record) => records.push(record),
                Write::Head(head) => set_number(&self.sql, "head", head)?,
                Write::Floor(floor) => set_number(&self.sql, "floor", floor)?,
                Write::DeadLetter(operation, device, reason) => {
                    self.write_dead_letter(&operation, &device, reason, now_ms)?;
                }
                Write::Remove(entity) => {
                    let (kind, id) = key(&entity)?;
                    self.sql
                        .run("DELETE FROM rows WHERE kind = ?1 AND id = ?2", &[kind, id])?;
                }
            }
        }
        let outcomes: Result<Vec<_>, BookError> = outcomes
            .iter()
            .map(|it| Ok((it.operation.0.clone(), to_json(&it.outcome)?)))
            .collect();
        self.insert(
            "INSERT INTO outcomes (operation, outcome)
             SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?1)",
            &outcomes?,
            &[],
        )?;
        self.write_records(records, now_ms)?;
        self.insert(
            "INSERT INTO outbox (body) SELECT value FROM json_each(?1)",
            told,
            &[],
        )
    }

    fn write_mark(&self, mark: &DeviceMark, principal: &str, now_ms: u64) -> Result<(), BookError> {
        self.sql.run(
            "INSERT INTO devices
                (device, principal, incarnation, sequence, last, registered_ms, seen_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
             ON CONFLICT (device) DO UPDATE SET principal = excluded.principal,
                incarnation = excluded.incarnation, sequence = excluded.sequence,
                last = excluded.last, seen_ms = excluded.seen_ms",
            &[
                mark.device.0.as_str().into(),
                principal.into(),
                mark.incarnation.0.into(),
                mark.sequence.into(),
                mark.last.as_ref().map(|id| id.0.as_str()).into(),
                now_ms.into(),
            ],
        )?;
        Ok(())
    }

    fn write_records(&self, records: Vec<Record>, now_ms: u64) -> Result<(), BookError> {
        // A row that one push changes several times is written as it is at the end.
        let mut latest: BTreeMap<Entity, Record> = BTreeMap::new();
        for record in records {
            latest.insert(record.row.entity.clone(), record);
        }
        let lines: Result<Vec<_>, BookError> = latest
            .values()
            .map(|record| {
                let entity = &record.row.entity;
                Ok((
                    entity.kind,
                    &entity.id,
                    record.row.version,
                    to_json(record)?,
                ))
            })
            .collect();
        self.insert(
            "INSERT INTO rows (kind, id, version, record, changed_ms)
             SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
                json_extract(value, '$[2]'), json_extract(value, '$[3]'), ?2
             FROM json_each(?1) WHERE true
             ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version,
                record = excluded.record, changed_ms = excluded.changed_ms",
            &lines?,
            &[now_ms.into()],
        )
    }

    pub(super) fn write_dead_letter(
        &self,
        operation: &Operation,
        device: &DeviceId,
        reason: Rejection,
        now_ms: u64,
    ) -> Result<(), BookError> {
        self.sql.run(
            "INSERT INTO dead_letters (operation, device, reason, body, at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (operation) DO NOTHING",
            &[
                operation.id.0.as_str().into(),
                device.0.as_str().into(),
                name(&reason)?.into(),
                to_json(operation)?.into(),
                now_ms.into(),
            ],
        )?;
        Ok(())
    }

    /// Runs a statement over a JSON list as `?1`, in parts that SQLite takes.
    pub(super) fn insert<T: Serialize>(
        &self,
        statement: &str,
        items: &[T],
        more: &[Value],
    ) -> Result<(), BookError> {
        let mut chunk = String::new();
        let run = |chunk: &mut String| -> Result<(), BookError> {
            if chunk.is_empty() {
                return Ok(());
            }
            let list = format!("[{}]", std::mem::take(chunk));
            let mut values = vec![Value::Text(list)];
            values.extend_from_slice(more);
            self.sql.run(statement, &values)?;
            Ok(())
        };
        for item in items {
            let text = to_json(item)?;
            if chunk.len() + text.len() > CHUNK_BYTES {
                run(&mut chunk)?;
            }
            if !chunk.is_empty() {
                chunk.push(',');
            }
            chunk.push_str(&text);
        }
        run(&mut chunk)
    }
}

/// Kind and id as they are kept.
pub(super) fn key(entity: &Entity) -> Result<(Value, Value), BookError> {
    Ok((name(&entity.kind)?.into(), entity.id.as_str().into()))
}

/// The wire name of something that is a text there.
pub(super) fn name(value: &impl Serialize) -> Result<String, BookError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        other => Err(BookError::Unreadable(format!("{other:?} is no name"))),
    }
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, BookError> {
    serde_json::to_string(value).map_err(|error| BookError::Unreadable(error.to_string()))
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, BookError> {
    serde_json::from_str(text).map_err(|error| BookError::Unreadable(error.to_string()))
}

pub(super) fn first(lines: &[Line]) -> Result<&Line, SqlError> {
    lines
        .first()
        .ok_or_else(|| SqlError("a row is missing".to_owned()))
}
