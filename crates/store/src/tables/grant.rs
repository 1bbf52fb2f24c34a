//! What the terminal keeps: a small head that each sale writes, sales and cards by row, and the
//! list of what is revoked entry by entry, of which a change writes only what it changes.

use super::{from_json, json};
use crate::StoreError;
use olympus_core::grant::{CardState, RevocationList, Row, Saved};
use olympus_proto::grant::CardToken;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;
use serde_json::{Value, json as value};
use std::collections::BTreeMap;

/// All that is stored; nothing where the terminal was never welcomed.
pub(crate) fn load(conn: &Connection) -> Result<Option<Saved>, StoreError> {
    let (Some(head), Some(keys)) = (state(conn, "head")?, state(conn, "keys")?) else {
        return Ok(None);
    };
    Ok(Some(Saved {
        head,
        sales: map(conn, "SELECT sale, sold FROM grant_sales")?,
        cards: cards(conn)?,
        keys,
        policy: state(conn, "policy")?,
        list: list(conn)?,
    }))
}

/// Cards as they were last seen.
pub(crate) fn cards(conn: &Connection) -> Result<BTreeMap<CardToken, CardState>, StoreError> {
    map(conn, "SELECT card, state FROM grant_cards")
}

fn state<T: DeserializeOwned>(conn: &Connection, name: &str) -> Result<Option<T>, StoreError> {
    let found: Option<String> = conn
        .query_row(
            "SELECT state FROM grant_state WHERE name = ?1",
            [name],
            |row| row.get(0),
        )
        .optional()?;
    found.map(|text| from_json(&text)).transpose()
}

fn map<K: for<'a> From<&'a str> + Ord, T: DeserializeOwned>(
    conn: &Connection,
    sql: &str,
) -> Result<BTreeMap<K, T>, StoreError> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let text: String = row.get(1)?;
        found.insert(K::from(id.as_str()), from_json(&text)?);
    }
    Ok(found)
}

/// The list as it is written by itself: its head, and its entries by kind.
fn list(conn: &Connection) -> Result<Option<RevocationList>, StoreError> {
    let Some(Value::Object(mut list)) = state(conn, "list")? else {
        return Ok(None);
    };
    for kind in ["cards", "terminals", "grants", "keys"] {
        let mut statement =
            conn.prepare_cached("SELECT id FROM grant_revoked WHERE kind = ?1 ORDER BY id")?;
        let ids = statement.query_map([kind], |row| row.get::<_, String>(0))?;
        let ids: Vec<Value> = ids
            .map(|id| id.map(Value::from))
            .collect::<Result<_, _>>()?;
        list.insert(kind.to_owned(), Value::from(ids));
    }
    Ok(Some(serde_json::from_value(Value::Object(list))?))
}

/// Writes a row. `before` is the list as it is on disk.
pub(crate) fn write(
    conn: &Connection,
    row: &Row,
    before: Option<&RevocationList>,
) -> Result<(), StoreError> {
    match row {
        Row::Head(head) => put(conn, "head", &json(head)?),
        Row::Keys(keys) => put(conn, "keys", &json(keys)?),
        Row::Policy(policy) => put(conn, "policy", &json(policy)?),
        Row::List(list) => put_list(conn, list, before),
        Row::Sale(id, sold) => {
            conn.prepare_cached(
                "INSERT INTO grant_sales (sale, sold) VALUES (?1, ?2)
                 ON CONFLICT (sale) DO UPDATE SET sold = excluded.sold",
            )?
            .execute(params![id.as_str(), json(sold)?])?;
            Ok(())
        }
        Row::Forget(id) => {
            conn.prepare_cached("DELETE FROM grant_sales WHERE sale = ?1")?
                .execute([id.as_str()])?;
            Ok(())
        }
        Row::Card(card, state) => {
            conn.prepare_cached(
                "INSERT INTO grant_cards (card, state) VALUES (?1, ?2)
                 ON CONFLICT (card) DO UPDATE SET state = excluded.state",
            )?
            .execute(params![card.as_str(), json(state)?])?;
            Ok(())
        }
    }
}

fn put(conn: &Connection, name: &str, state: &str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO grant_state (name, state) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET state = excluded.state",
    )?
    .execute(params![name, state])?;
    Ok(())
}

fn put_list(
    conn: &Connection,
    list: &RevocationList,
    before: Option<&RevocationList>,
) -> Result<(), StoreError> {
    let head = value!({"number": list.number(), "expires_ms": list.expires_ms()});
    put(conn, "list", &head.to_string())?;
    let mut delete =
        conn.prepare_cached("DELETE FROM grant_revoked WHERE kind = ?1 AND id = ?2")?;
    let mut insert = conn.prepare_cached("INSERT INTO grant_revoked (kind, id) VALUES (?1, ?2)")?;
    let mut old = before
        .into_iter()
        .flat_map(RevocationList::entries)
        .peekable();
    for entry in list.entries() {
        while let Some(gone) = old.next_if(|old| *old < entry) {
            delete.execute(params![gone.0, gone.1])?;
        }
        if old.next_if_eq(&entry).is_none() {
            insert.execute(params![entry.0, entry.1])?;
        }
    }
    for gone in old {
        delete.execute(params![gone.0, gone.1])?;
    }
    Ok(())
}

/// Forgets a state that contradicts itself, before the terminal is registered anew. Cards as they
/// were last seen stay: they tell copies.
pub(crate) fn forget(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(
        "DELETE FROM grant_state; DELETE FROM grant_sales; DELETE FROM grant_revoked;",
    )?;
    Ok(())
}
