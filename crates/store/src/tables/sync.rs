//! Outbox, rows, cursor, attention and identity.

use super::{from_json, json, name, signed, unsigned};
use crate::StoreError;
use olympus_core::sync::client::{AgeMark, Attention, Identity, Pending, Stored, Write};
use olympus_core::sync::view;
use olympus_proto::LocationId;
use olympus_proto::sync::{
    Cursor, DeviceId, Entity, EntityKind, Fields, Gone, Incarnation, Operation, OperationId, Row,
};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;

/// Rows that have to be shown anew.
pub(crate) type Touched = BTreeSet<Entity>;

/// All that is on disk; nothing where the file is new.
pub(crate) fn load(conn: &Connection) -> Result<Option<Stored>, StoreError> {
    let Some(identity) = identity(conn)? else {
        return Ok(None);
    };
    let age = conn
        .query_row("SELECT lived_ms, wall_ms FROM sync_age", [], |row| {
            Ok(AgeMark {
                lived_ms: unsigned(row.get(0)?),
                wall_ms: row.get(1)?,
            })
        })
        .optional()?;
    let cursor = conn
        .query_row("SELECT cursor, complete_to FROM sync_cursor", [], |row| {
            Ok((Cursor(row.get(0)?), unsigned(row.get(1)?)))
        })
        .optional()?;
    Ok(Some(Stored {
        identity,
        outbox: all(conn, "SELECT pending FROM sync_outbox ORDER BY sequence")?,
        attention: all(conn, "SELECT attention FROM sync_attention")?,
        cursor,
        age: age.unwrap_or_default(),
    }))
}

fn identity(conn: &Connection) -> Result<Option<Identity>, StoreError> {
    let sql = "SELECT device, location, incarnation, next_sequence, last FROM sync_identity";
    let identity = conn.query_row(sql, [], |row| {
        let last: Option<String> = row.get(4)?;
        Ok(Identity {
            device: DeviceId(row.get(0)?),
            location: LocationId(row.get(1)?),
            incarnation: Incarnation(unsigned(row.get(2)?)),
            next_sequence: unsigned(row.get(3)?),
            last: last.map(OperationId),
        })
    });
    Ok(identity.optional()?)
}

fn all<T: serde::de::DeserializeOwned>(conn: &Connection, sql: &str) -> Result<Vec<T>, StoreError> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(from_json(row.get_ref(0)?.as_str().map_err(text)?)?);
    }
    Ok(found)
}

fn text(error: rusqlite::types::FromSqlError) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

/// Writes what sync says, and notes what has to be shown anew.
pub(crate) fn write(
    conn: &Connection,
    write: &Write,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    match write {
        Write::Identity(identity) => put_identity(conn, identity),
        Write::Age(mark) => put_age(conn, *mark),
        Write::Put(pending) => {
            touched.extend(pending.operation.entity());
            put(conn, pending)
        }
        Write::Delete(id) => delete(conn, id, touched),
        Write::Attend(attention) => {
            touched.extend(attention.operation.entity());
            attend(conn, attention)
        }
        Write::Settle(id) => settle(conn, id),
        Write::Row(row) => {
            if put_row(conn, row)? {
                touched.insert(row.entity.clone());
            }
            Ok(())
        }
        Write::Replace(rows, to) => replace(conn, rows, *to, touched),
        Write::Gone(gone) => remove(conn, gone, touched),
        Write::Cursor(cursor, complete_to) => put_cursor(conn, cursor, *complete_to),
    }
}

fn put_identity(conn: &Connection, identity: &Identity) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO sync_identity (one, device, location, incarnation, next_sequence, last)
         VALUES (1, ?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (one) DO UPDATE SET device = excluded.device, location = excluded.location,
             incarnation = excluded.incarnation, next_sequence = excluded.next_sequence,
             last = excluded.last",
    )?
    .execute(params![
        identity.device.0,
        identity.location.as_str(),
        signed(identity.incarnation.0),
        signed(identity.next_sequence),
        identity.last.as_ref().map(|id| &id.0),
    ])?;
    Ok(())
}

fn put_age(conn: &Connection, mark: AgeMark) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO sync_age (one, lived_ms, wall_ms) VALUES (1, ?1, ?2)
         ON CONFLICT (one) DO UPDATE SET lived_ms = excluded.lived_ms, wall_ms = excluded.wall_ms",
    )?
    .execute(params![signed(mark.lived_ms), mark.wall_ms])?;
    Ok(())
}

fn put_cursor(conn: &Connection, cursor: &Cursor, complete_to: u64) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO sync_cursor (one, cursor, complete_to) VALUES (1, ?1, ?2)
         ON CONFLICT (one) DO UPDATE SET cursor = excluded.cursor,
             complete_to = excluded.complete_to",
    )?
    .execute(params![cursor.0, signed(complete_to)])?;
    Ok(())
}

/// The kind of row that the operation is about, as it is stored.
fn kind(operation: &Operation) -> Result<Option<String>, StoreError> {
    operation
        .kind
        .entity_kind()
        .map(|kind| name(&kind))
        .transpose()
}

/// By id: a sequence that is numbered anew never meets one that is still taken, since they are
/// numbered from 1 in their order.
fn put(conn: &Connection, pending: &Pending) -> Result<(), StoreError> {
    let operation = &pending.operation;
    conn.prepare_cached(
        "INSERT INTO sync_outbox (sequence, operation, kind, entity, pending)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (operation) DO UPDATE SET sequence = excluded.sequence,
             pending = excluded.pending",
    )?
    .execute(params![
        signed(operation.sequence),
        operation.id.0,
        kind(operation)?,
        operation.entity,
        json(pending)?,
    ])?;
    Ok(())
}

fn delete(conn: &Connection, id: &OperationId, touched: &mut Touched) -> Result<(), StoreError> {
    let found = conn
        .prepare_cached("DELETE FROM sync_outbox WHERE operation = ?1 RETURNING kind, entity")?
        .query_row([&id.0], |row| {
            Ok((row.get::<_, Option<String>>(0)?, row.get(1)?))
        })
        .optional()?;
    if let Some((Some(kind), id)) = found {
        let kind: EntityKind = super::named(kind)?;
        touched.insert(Entity { kind, id });
    }
    Ok(())
}

fn attend(conn: &Connection, attention: &Attention) -> Result<(), StoreError> {
    let operation = &attention.operation;
    conn.prepare_cached(
        "INSERT INTO sync_attention (operation, kind, entity, attention) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (operation) DO UPDATE SET attention = excluded.attention",
    )?
    .execute(params![
        operation.id.0,
        kind(operation)?,
        operation.entity,
        json(attention)?
    ])?;
    Ok(())
}

fn settle(conn: &Connection, id: &OperationId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM sync_attention WHERE operation = ?1")?
        .execute([&id.0])?;
    Ok(())
}

/// Whether the row was taken: only over an older one.
fn put_row(conn: &Connection, row: &Row) -> Result<bool, StoreError> {
    let taken = conn
        .prepare_cached(
            "INSERT INTO sync_rows (kind, entity, version, fields) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (kind, entity) DO UPDATE SET version = excluded.version,
                 fields = excluded.fields
             WHERE version < excluded.version",
        )?
        .execute(params![
            name(&row.entity.kind)?,
            row.entity.id,
            signed(row.version),
            json(&row.fields)?
        ])?;
    Ok(taken > 0)
}

/// All rows: those on disk of a later version than `to` stay, all others that are not among them
/// go.
fn replace(
    conn: &Connection,
    rows: &[Row],
    to: u64,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    let mut keep = BTreeSet::new();
    for row in rows {
        keep.insert(&row.entity);
        if put_row(conn, row)? {
            touched.insert(row.entity.clone());
        }
    }
    let mut statement = conn.prepare("SELECT kind, entity FROM sync_rows WHERE version <= ?1")?;
    let held = statement.query_map([signed(to)], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut gone = Vec::new();
    for one in held {
        let (kind, id) = one?;
        let kind: EntityKind = super::named(kind)?;
        let entity = Entity { kind, id };
        if !keep.contains(&entity) {
            gone.push(entity);
        }
    }
    for entity in gone {
        conn.prepare_cached("DELETE FROM sync_rows WHERE kind = ?1 AND entity = ?2")?
            .execute(params![name(&entity.kind)?, entity.id])?;
        touched.insert(entity);
    }
    Ok(())
}

/// The row was put away; one of a later version is another one.
fn remove(conn: &Connection, gone: &Gone, touched: &mut Touched) -> Result<(), StoreError> {
    let removed = conn
        .prepare_cached("DELETE FROM sync_rows WHERE kind = ?1 AND entity = ?2 AND version < ?3")?
        .execute(params![
            name(&gone.entity.kind)?,
            gone.entity.id,
            signed(gone.version)
        ])?;
    if removed > 0 {
        touched.insert(gone.entity.clone());
    }
    Ok(())
}

/// The row as the authority has it.
pub(crate) fn row(conn: &Connection, entity: &Entity) -> Result<Option<Row>, StoreError> {
    let found = conn
        .prepare_cached("SELECT version, fields FROM sync_rows WHERE kind = ?1 AND entity = ?2")?
        .query_row(params![name(&entity.kind)?, entity.id], |row| {
            Ok((unsigned(row.get(0)?), row.get::<_, String>(1)?))
        })
        .optional()?;
    let Some((version, fields)) = found else {
        return Ok(None);
    };
    Ok(Some(Row {
        entity: entity.clone(),
        version,
        fields: from_json(&fields)?,
    }))
}

/// The version of the row that an operation is based on; 0 where there is none.
pub(crate) fn version(conn: &Connection, entity: &Entity) -> Result<u64, StoreError> {
    let found = conn
        .prepare_cached("SELECT version FROM sync_rows WHERE kind = ?1 AND entity = ?2")?
        .query_row(params![name(&entity.kind)?, entity.id], |row| row.get(0))
        .optional()?;
    Ok(unsigned(found.unwrap_or(0)))
}

/// The row with what waits over it; empty where there is neither.
pub(crate) fn shown(conn: &Connection, entity: &Entity) -> Result<Fields, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT pending FROM sync_outbox WHERE entity = ?1 AND kind = ?2 ORDER BY sequence",
    )?;
    let waiting = statement.query_map(params![entity.id, name(&entity.kind)?], |row| {
        row.get::<_, String>(0)
    })?;
    let mut operations = Vec::new();
    for one in waiting {
        let pending: Pending = from_json(&one?)?;
        operations.push(pending.operation);
    }
    Ok(view(row(conn, entity)?.as_ref(), operations.iter()))
}

/// Whether something of the row waits to be sent.
pub(crate) fn waits(conn: &Connection, kind: EntityKind, id: &str) -> Result<bool, StoreError> {
    let found = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM sync_outbox WHERE entity = ?1 AND kind = ?2)",
        )?
        .query_row(params![id, name(&kind)?], |row| row.get(0))?;
    Ok(found)
}

/// How many operations wait.
pub(crate) fn waiting(conn: &Connection) -> Result<u64, StoreError> {
    let count = conn.query_row("SELECT count(*) FROM sync_outbox", [], |row| row.get(0))?;
    Ok(unsigned(count))
}
