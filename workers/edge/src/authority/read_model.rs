//! The read model in D1: orders and payments of all devices of all locations, and the audit log.
//!
//! Invariant: a row is written over an older version of itself only, and an entry of the audit log
//! once, so that being told twice changes nothing. It holds no card and nothing that was sealed.
//! What is answered from it is late by what the authority has not told yet; `head` says by how much.

use super::taken::SECRET;
use super::tell::{News, OrderNews};
use crate::http::error::EdgeError;
use olympus_core::pos::{
    MAX_ORDER_CENTS, MAX_QUANTITY, Rules, order_from_fields, payment_from_fields,
};
use olympus_proto::books::AuditEntry;
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{Payment, PaymentId};
use olympus_proto::sync::{Entity, EntityKind, Fields, Row};
use olympus_proto::{Cents, LocationId};
use serde::Serialize;
use serde_json::{Value, json};
use worker::wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, Env};

/// A text of D1 has 2 MB at most.
const PART_BYTES: usize = 1024 * 1024;

pub(super) fn database(env: &Env) -> Result<D1Database, EdgeError> {
    env.d1("DB").map_err(failed)
}

pub(super) fn failed(error: worker::Error) -> EdgeError {
    EdgeError::upstream("the database", error)
}

/// By what an order is read that says nothing of its own.
pub(super) fn rules(fields: &Fields) -> Rules {
    Rules {
        currency: text(fields, "currency").to_owned(),
        tax_basis_points: 0,
        tax_included: false,
    }
}

fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(fields: &Fields, name: &str) -> i64 {
    countable(fields.get(name).and_then(Value::as_i64).unwrap_or(0))
}

/// A number as a device told it, within what can be counted: D1 gives others back as what they are
/// not, and sums of them are none. The row beside it says what was told.
fn countable(number: i64) -> i64 {
    const MOST: i64 = (1 << 53) - 1;
    number.clamp(-MOST, MOST)
}

/// Money within what any order comes to, so that sums of it can be counted.
fn money(cents: i64) -> i64 {
    cents.clamp(-MAX_ORDER_CENTS.0, MAX_ORDER_CENTS.0)
}

/// An order as the read model has it.
fn order_line(news: &OrderNews) -> Value {
    let fields = &news.row.fields;
    let id = OrderId(news.row.entity.id.clone());
    let payments: Vec<Payment> = news
        .payments
        .iter()
        .filter_map(|row| payment_from_fields(&PaymentId(row.entity.id.clone()), &row.fields).ok())
        .collect();
    let mut order = order_from_fields(&id, fields, &payments, &rules(fields));
    for line in &mut order.lines {
        line.unit_cents = Cents(money(line.unit_cents.0));
        line.quantity = line.quantity.min(MAX_QUANTITY);
    }
    json!({
        "id": id,
        "version": news.version(),
        "day": order.day,
        "number": order.number,
        "terminal": order.terminal,
        "status": order.status,
        "currency": order.currency,
        "opened_ms": countable(i64::try_from(order.opened_ms).unwrap_or(i64::MAX)),
        "total_cents": money(order.totals.total_cents.0),
        "tax_cents": money(order.totals.tax_cents.0),
        "lines": order.lines,
        "fields": fields,
    })
}

/// A payment as the read model has it.
fn payment_line(row: &Row) -> Value {
    let mut fields = row.fields.clone();
    for name in SECRET {
        fields.remove(name);
    }
    let direction = match text(&fields, "direction") {
        "" => "sale",
        other => other,
    };
    json!({
        "id": row.entity.id,
        "version": row.version,
        "order": text(&fields, "order"),
        "day": text(&fields, "day"),
        "terminal": text(&fields, "terminal"),
        "tender": text(&fields, "tender"),
        "direction": direction,
        "state": text(&fields, "state"),
        "amount_cents": money(number(&fields, "amount_cents")),
        "tip_cents": money(number(&fields, "tip_cents")),
        "at_ms": number(&fields, "at_ms"),
        "fields": fields,
    })
}

/// JSON lists of at most [`PART_BYTES`]; a larger single item is a list of its own.
fn parts<T: Serialize>(items: impl Iterator<Item = T>) -> Result<Vec<String>, EdgeError> {
    let mut parts: Vec<String> = Vec::new();
    for item in items {
        let text = serde_json::to_string(&item).map_err(EdgeError::internal)?;
        match parts.last_mut() {
            Some(part) if part.len() + text.len() < PART_BYTES => {
                part.push(',');
                part.push_str(&text);
            }
            _ => parts.push(text),
        }
    }
    Ok(parts.into_iter().map(|part| format!("[{part}]")).collect())
}

const UPSERT_ORDERS: &str = "
INSERT INTO orders (location, id, version, day, number, terminal, status, currency, opened_ms,
    total_cents, tax_cents, lines, fields)
SELECT ?1, value ->> 'id', value ->> 'version', value ->> 'day', value ->> 'number',
    value ->> 'terminal', value ->> 'status', value ->> 'currency', value ->> 'opened_ms',
    value ->> 'total_cents', value ->> 'tax_cents', value -> 'lines', value -> 'fields'
FROM json_each(?2) WHERE true
ON CONFLICT (location, id) DO UPDATE SET version = excluded.version, day = excluded.day,
    number = excluded.number, terminal = excluded.terminal, status = excluded.status,
    currency = excluded.currency, opened_ms = excluded.opened_ms,
    total_cents = excluded.total_cents, tax_cents = excluded.tax_cents, lines = excluded.lines,
    fields = excluded.fields
WHERE excluded.version > orders.version";

const UPSERT_PAYMENTS: &str = "
INSERT INTO payments (location, id, version, order_id, day, terminal, tender, direction, state,
    amount_cents, tip_cents, at_ms, fields)
SELECT ?1, value ->> 'id', value ->> 'version', value ->> 'order', value ->> 'day',
    value ->> 'terminal', value ->> 'tender', value ->> 'direction', value ->> 'state',
    value ->> 'amount_cents', value ->> 'tip_cents', value ->> 'at_ms', value -> 'fields'
FROM json_each(?2) WHERE true
ON CONFLICT (location, id) DO UPDATE SET version = excluded.version,
    order_id = excluded.order_id, day = excluded.day, terminal = excluded.terminal,
    tender = excluded.tender, direction = excluded.direction, state = excluded.state,
    amount_cents = excluded.amount_cents, tip_cents = excluded.tip_cents,
    at_ms = excluded.at_ms, fields = excluded.fields
WHERE excluded.version > payments.version";

const INSERT_AUDIT: &str = "
INSERT INTO audit (location, operation, body, decided_at_ms)
SELECT ?1, value ->> 'operation', value, value ->> 'decided_at_ms'
FROM json_each(?2) WHERE true
ON CONFLICT (location, operation) DO NOTHING";

const SET_HEAD: &str = "
INSERT INTO read_model (location, head) VALUES (?1, ?2)
ON CONFLICT (location) DO UPDATE SET head = max(head, excluded.head)";

/// Takes in what the authority tells, in one transaction of D1.
pub(super) async fn take_in(
    env: &Env,
    location: &LocationId,
    news: &News,
) -> Result<(), EdgeError> {
    let db = database(env)?;
    let at = JsValue::from_str(location.as_str());
    let mut statements: Vec<D1PreparedStatement> = Vec::new();
    let mut add = |sql: &str, lists: Vec<String>| -> Result<(), EdgeError> {
        for list in lists {
            let values = [at.clone(), JsValue::from_str(&list)];
            statements.push(db.prepare(sql).bind(&values).map_err(failed)?);
        }
        Ok(())
    };
    add(UPSERT_ORDERS, parts(news.orders.iter().map(order_line))?)?;
    let payments = news.rows.iter();
    let payments = payments.filter(|row| row.entity.kind == EntityKind::Payment);
    add(UPSERT_PAYMENTS, parts(payments.map(payment_line))?)?;
    add(
        INSERT_AUDIT,
        parts(news.entries.iter().map(|(_, entry)| entry))?,
    )?;
    #[expect(clippy::cast_precision_loss, reason = "versions fit into 53 bits")]
    let head = JsValue::from_f64(news.head as f64);
    let last = db.prepare(SET_HEAD).bind(&[at, head]).map_err(failed)?;
    statements.push(last);
    db.batch(statements).await.map_err(failed)?;
    Ok(())
}

/// Whether the database takes something else as large as that by the same statements, and in the
/// same tables: if not, the fault is its own. It is no location's, and taken away again.
pub(super) async fn takes_another(env: &Env, news: &News) -> Result<(), EdgeError> {
    let nobody = LocationId(String::new());
    let away = || async {
        let db = database(env)?;
        let away = ["orders", "payments", "audit", "read_model"]
            .map(|table| db.prepare(format!("DELETE FROM {table} WHERE location = ''")));
        db.batch(away.to_vec()).await.map_err(failed)
    };
    away().await?;
    take_in(env, &nobody, &another(news)?).await?;
    away().await?;
    Ok(())
}

/// News of the same make and size that say nothing.
fn another(news: &News) -> Result<News, EdgeError> {
    let size = |row: &Row| serde_json::to_string(row).map(|text| text.len());
    let orders = news.orders.iter().map(|order| &order.row);
    let sizes: Result<Vec<usize>, _> = orders.chain(&news.rows).map(size).collect();
    let bytes = sizes.map_err(EdgeError::internal)?;
    let bytes = bytes.into_iter().max().unwrap_or(0);
    let filler = "x".repeat(bytes.min(PART_BYTES));
    let row = |kind| Row {
        entity: Entity {
            kind,
            id: "another".to_owned(),
        },
        version: 1,
        fields: Fields::from([("filler".to_owned(), filler.as_str().into())]),
    };
    let entry = AuditEntry {
        operation: "another".to_owned(),
        device: String::new(),
        incarnation: 0,
        sequence: 0,
        principal: String::new(),
        kind: String::new(),
        entity: String::new(),
        outcome: String::new(),
        detail: None,
        version: 0,
        value_cents: Cents(0),
        created_at_ms: 0,
        decided_at_ms: 0,
    };
    Ok(News {
        rows: vec![row(EntityKind::Payment)],
        orders: vec![OrderNews {
            row: row(EntityKind::Order),
            payments: Vec::new(),
        }],
        head: 0,
        entries: vec![(0, entry)],
    })
}

/// Changes of a location's authority up to this version are in the read model.
pub(super) async fn head(env: &Env, location: &LocationId) -> Result<u64, EdgeError> {
    let head: Option<u64> = database(env)?
        .prepare("SELECT head FROM read_model WHERE location = ?1")
        .bind(&[JsValue::from_str(location.as_str())])
        .map_err(failed)?
        .first(Some("head"))
        .await
        .map_err(failed)?;
    Ok(head.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::{another, order_line, payment_line};
    use crate::authority::tell::{News, OrderNews};
    use olympus_proto::sync::Row;
    use serde_json::{Value, json};

    fn row(kind: &str, fields: Value) -> Row {
        let row = json!({"entity": {"kind": kind, "id": "x"}, "version": 1, "fields": fields});
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn what_cannot_be_counted_is_told_as_what_can() {
        const MOST: i64 = 9_007_199_254_740_991;
        let told = json!({"amount_cents": i64::MAX, "tip_cents": i64::MIN, "at_ms": MOST + 1});
        let line = payment_line(&row("payment", told.clone()));
        assert_eq!(line["amount_cents"], 100_000_000);
        assert_eq!(line["tip_cents"], -100_000_000);
        assert_eq!((&line["at_ms"], &line["fields"]), (&json!(MOST), &told));
        let dish = json!({"line": "a.1", "item": "soup", "name": "Soup", "quantity": u32::MAX,
            "unit_cents": i64::MAX, "state": "served"});
        let fields = json!({"number": 1, "terminal": "a", "service": "counter", "status": "paid",
            "currency": "USD", "day": "2026-11-28", "opened_ms": u64::MAX, "line:a.1": dish});
        let line = order_line(&OrderNews {
            row: row("order", fields),
            payments: Vec::new(),
        });
        assert_eq!(line["opened_ms"], MOST);
        assert_eq!(line["total_cents"], 100_000_000);
        assert_eq!(line["lines"][0]["unit_cents"], 100_000_000);
        assert_eq!(line["lines"][0]["quantity"], 999);
    }

    #[test]
    fn whether_the_database_takes_anything_is_asked_with_something_as_large() {
        let large = json!({"order": "o", "note": "y".repeat(5_000)});
        let news = News {
            rows: vec![row("payment", large)],
            ..News::default()
        };
        let another = another(&news).unwrap();
        assert_eq!((another.orders.len(), another.entries.len()), (1, 1));
        for line in [
            order_line(&another.orders[0]),
            payment_line(&another.rows[0]),
        ] {
            let text = line.to_string();
            assert!(
                (5_000..6_000).contains(&text.len()) && !text.contains("yy"),
                "{}",
                text.len()
            );
            assert!(
                line.as_object()
                    .unwrap()
                    .values()
                    .all(|value| !value.is_null())
            );
        }
    }
}
