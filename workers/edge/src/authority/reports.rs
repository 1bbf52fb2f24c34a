//! What the read model is asked: orders, sales, the audit log.
//!
//! Invariant: every question is of one location, bounded, and by index. Sums are of what is listed;
//! declined payments are in none but those of what is not settled.

use super::read_model::{database, failed, head, rules};
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::reply;
use olympus_core::pos::{order_from_fields, payment_from_fields};
use olympus_proto::Cents;
use olympus_proto::books::{
    Audit, AuditEntry, CloudItem, CloudOrders, CloudSales, CloudTender, CloudTotal,
};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{OpenSettlement, Order, Payment, PaymentId};
use olympus_proto::sync::Fields;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::wasm_bindgen::JsValue;
use worker::{D1Database, D1Result, Request};

/// Orders of one page.
const PAGE: usize = 50;
/// Entries of one page.
const ENTRIES: usize = 500;
/// Most days of a report.
const MAX_DAYS: i64 = 400;

/// A parameter of the query.
fn parameter(request: &Request, name: &str) -> Result<Option<String>, EdgeError> {
    let url = request.url()?;
    let found = url.query_pairs().find(|(key, _)| key == name);
    Ok(found
        .map(|(_, value)| value.into_owned())
        .filter(|value| !value.is_empty()))
}

/// A business day, `YYYY-MM-DD`.
fn day(name: &str, text: &str) -> Result<jiff::civil::Date, EdgeError> {
    let parsed = text.parse::<jiff::civil::Date>().ok();
    parsed
        .filter(|_| text.len() == 10)
        .ok_or_else(|| EdgeError::invalid(format!("`{name}` is a day, YYYY-MM-DD")))
}

#[expect(clippy::cast_precision_loss, reason = "such numbers fit into 53 bits")]
fn number(value: u64) -> JsValue {
    JsValue::from_f64(value as f64)
}

async fn all<T: DeserializeOwned>(
    db: &D1Database,
    sql: &str,
    values: &[JsValue],
) -> Result<Vec<T>, EdgeError> {
    let bound = db.prepare(sql).bind(values).map_err(failed)?;
    bound.all().await.map_err(failed)?.results().map_err(failed)
}

/// An order or a payment as the read model keeps it.
#[derive(Debug, Deserialize)]
struct Kept {
    id: String,
    version: u64,
    #[serde(default)]
    opened_ms: u64,
    fields: String,
}

impl Kept {
    fn fields(&self) -> Result<Fields, EdgeError> {
        serde_json::from_str(&self.fields).map_err(EdgeError::internal)
    }
}

/// `GET …/orders?day=&before=`.
pub(crate) async fn orders(ctx: &Ctx, request: Request) -> Answer {
    let of_day = parameter(&request, "day")?;
    if let Some(text) = &of_day {
        day("day", text)?;
    }
    let before = parameter(&request, "before")?
        .map(|text| place(&text))
        .transpose()?;
    let (before_ms, before_id) = before.unwrap_or((u64::MAX >> 11, String::new()));
    let db = database(&ctx.env)?;
    let at = JsValue::from_str(ctx.location.as_str());
    let mut kept: Vec<Kept> = all(
        &db,
        "SELECT id, version, opened_ms, fields FROM orders
         WHERE location = ?1 AND (?2 = '' OR day = ?2)
            AND (opened_ms < ?3 OR (opened_ms = ?3 AND id < ?4))
         ORDER BY opened_ms DESC, id DESC LIMIT ?5",
        &[
            at,
            JsValue::from_str(of_day.as_deref().unwrap_or_default()),
            number(before_ms),
            JsValue::from_str(&before_id),
            number(PAGE as u64 + 1),
        ],
    )
    .await?;
    let more = kept.len() > PAGE;
    kept.truncate(PAGE);
    let next = kept
        .last()
        .filter(|_| more)
        .map(|last| format!("{}.{}", last.opened_ms, last.id));
    let orders = with_payments(ctx, &db, &kept).await?;
    reply::json(&CloudOrders { orders, next })
}

/// Where a page goes on: the moment and the id of the last order.
fn place(text: &str) -> Result<(u64, String), EdgeError> {
    text.split_once('.')
        .and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())))
        .ok_or_else(|| EdgeError::invalid("`before` is the `next` of the page before"))
}

async fn with_payments(ctx: &Ctx, db: &D1Database, kept: &[Kept]) -> Result<Vec<Order>, EdgeError> {
    let ids: Vec<&str> = kept.iter().map(|order| order.id.as_str()).collect();
    let ids = serde_json::to_string(&ids).map_err(EdgeError::internal)?;
    let paid: Vec<Kept> = all(
        db,
        "SELECT id, version, fields FROM payments
         WHERE location = ?1 AND order_id IN (SELECT value FROM json_each(?2))",
        &[
            JsValue::from_str(ctx.location.as_str()),
            JsValue::from_str(&ids),
        ],
    )
    .await?;
    let mut payments: Vec<Payment> = Vec::new();
    for one in &paid {
        let id = PaymentId(one.id.clone());
        // One that this version cannot read is in the dead letters.
        payments.extend(payment_from_fields(&id, &one.fields()?).ok());
    }
    kept.iter()
        .map(|one| {
            let fields = one.fields()?;
            let id = OrderId(one.id.clone());
            let of: Vec<Payment> = payments
                .iter()
                .filter(|payment| payment.order == id)
                .cloned()
                .collect();
            let mut order = order_from_fields(&id, &fields, &of, &rules(&fields));
            order.revision = one.version;
            Ok(order)
        })
        .collect()
}

const OF_DAYS: &str = "location = ?1 AND day BETWEEN ?2 AND ?3";

/// `GET …/reports/sales?from=&to=`.
pub(crate) async fn sales(ctx: &Ctx, request: Request) -> Answer {
    let wanted = |name: &str| -> Result<String, EdgeError> {
        let text = parameter(&request, name)?
            .ok_or_else(|| EdgeError::invalid("`from` and `to` are days, YYYY-MM-DD"))?;
        day(name, &text)?;
        Ok(text)
    };
    let (from, to) = (wanted("from")?, wanted("to")?);
    let span = day("to", &to)?.since(day("from", &from)?);
    let days = span.map_err(EdgeError::internal)?.get_days();
    if !(0..MAX_DAYS).contains(&i64::from(days)) {
        return Err(EdgeError::invalid(format!(
            "`from` is not after `to`, and a report is of at most {MAX_DAYS} days"
        )));
    }
    let db = database(&ctx.env)?;
    let values = [
        JsValue::from_str(ctx.location.as_str()),
        JsValue::from_str(&from),
        JsValue::from_str(&to),
    ];
    let statements: Result<Vec<_>, EdgeError> = questions()
        .iter()
        .map(|sql| db.prepare(sql).bind(&values).map_err(failed))
        .collect();
    let answers = db.batch(statements?).await.map_err(failed)?;
    let mut answers = answers.into_iter();
    let totals: Vec<Total> = results(answers.next())?;
    let total = totals.into_iter().next().unwrap_or_default();
    let report = CloudSales {
        from,
        to,
        source: "cloud".to_owned(),
        orders: total.orders,
        gross_cents: Cents(total.gross_cents),
        tax_cents: Cents(total.tax_cents),
        currencies: results::<Currency>(answers.next())?
            .into_iter()
            .map(|one| one.currency)
            .collect(),
        by_day: results::<Total>(answers.next())?
            .into_iter()
            .map(CloudTotal::from)
            .collect(),
        by_terminal: results::<Total>(answers.next())?
            .into_iter()
            .map(CloudTotal::from)
            .collect(),
        by_tender: results::<CloudTender>(answers.next())?,
        by_item: results::<CloudItem>(answers.next())?,
        settlement: results::<OpenSettlement>(answers.next())?
            .into_iter()
            .next()
            .unwrap_or_default(),
        head: head(&ctx.env, &ctx.location).await?,
    };
    reply::json(&report)
}

/// What is asked in one go, in this order.
fn questions() -> [String; 7] {
    let sums = "COUNT(*) AS orders, COALESCE(SUM(total_cents), 0) AS gross_cents,
        COALESCE(SUM(tax_cents), 0) AS tax_cents";
    let paid = format!("FROM orders WHERE {OF_DAYS} AND status = 'paid'");
    [
        format!("SELECT '' AS of, {sums} {paid}"),
        format!("SELECT DISTINCT currency FROM orders WHERE {OF_DAYS} ORDER BY currency"),
        format!("SELECT day AS of, {sums} {paid} GROUP BY day ORDER BY day"),
        format!("SELECT terminal AS of, {sums} {paid} GROUP BY terminal ORDER BY terminal"),
        format!(
            "SELECT tender, SUM(direction = 'sale') AS payments,
                SUM(iif(direction = 'sale', amount_cents + tip_cents, 0)) AS taken_cents,
                SUM(iif(direction = 'sale', tip_cents, 0)) AS tip_cents,
                SUM(iif(direction = 'sale', 0, amount_cents + tip_cents)) AS refunded_cents
             FROM payments WHERE {OF_DAYS} AND state <> 'declined'
                AND tender IN ('cash', 'card', 'stored_value')
             GROUP BY tender ORDER BY tender"
        ),
        format!(
            "SELECT line.value ->> 'item' AS item, MAX(line.value ->> 'name') AS name,
                SUM(line.value ->> 'quantity') AS quantity,
                SUM((line.value ->> 'unit_cents') * (line.value ->> 'quantity')) AS lines_cents
             FROM orders CROSS JOIN json_each(orders.lines) AS line
             WHERE {OF_DAYS} AND status = 'paid' AND line.value ->> 'state' <> 'voided'
             GROUP BY item ORDER BY lines_cents DESC, item LIMIT 500"
        ),
        format!(
            "SELECT COALESCE(SUM(open), 0) AS open, COALESCE(SUM(open * cents), 0) AS open_cents,
                COALESCE(SUM(state = 'unknown'), 0) AS unknown,
                COALESCE(SUM(state = 'declined'), 0) AS declined,
                COALESCE(SUM((state = 'declined') * cents), 0) AS declined_cents,
                MIN(iif(open, at_ms, NULL)) AS oldest_ms
             FROM (SELECT state, at_ms, state NOT IN ('approved', 'declined') AS open,
                    amount_cents + tip_cents AS cents
                FROM payments WHERE {OF_DAYS} AND direction = 'sale'
                    AND tender IN ('card', 'stored_value'))"
        ),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Total {
    of: String,
    orders: u64,
    gross_cents: i64,
    tax_cents: i64,
}

#[derive(Debug, Deserialize)]
struct Currency {
    currency: String,
}

impl From<Total> for CloudTotal {
    fn from(total: Total) -> Self {
        Self {
            of: total.of,
            orders: total.orders,
            gross_cents: Cents(total.gross_cents),
            tax_cents: Cents(total.tax_cents),
        }
    }
}

fn results<T: DeserializeOwned>(answer: Option<D1Result>) -> Result<Vec<T>, EdgeError> {
    let answer = answer.ok_or_else(|| EdgeError::internal("the database left an answer out"))?;
    answer.results().map_err(failed)
}

/// `GET …/audit?after=`.
pub(crate) async fn audit(ctx: &Ctx, request: Request) -> Answer {
    #[derive(Deserialize)]
    struct Line {
        number: u64,
        body: String,
    }
    let after = match parameter(&request, "after")? {
        None => 0,
        Some(text) => text
            .parse::<u64>()
            .ok()
            .filter(|after| *after < 1 << 53)
            .ok_or_else(|| EdgeError::invalid("`after` is the `next` of the page before"))?,
    };
    let lines: Vec<Line> = all(
        &database(&ctx.env)?,
        "SELECT number, body FROM audit WHERE location = ?1 AND number > ?2
         ORDER BY number LIMIT ?3",
        &[
            JsValue::from_str(ctx.location.as_str()),
            number(after),
            number(ENTRIES as u64),
        ],
    )
    .await?;
    let next = lines.last().map(|line| line.number);
    let entries: Result<Vec<AuditEntry>, EdgeError> = lines
        .iter()
        .map(|line| serde_json::from_str(&line.body).map_err(EdgeError::internal))
        .collect();
    reply::json(&Audit {
        entries: entries?,
        next,
    })
}

#[cfg(test)]
mod tests {
    use super::{day, place};

    #[test]
    fn days_and_places_are_read_strictly() {
        assert!(day("from", "2026-11-28").is_ok());
        for bad in [
            "2026-11-31",
            "2026-1-2",
            "20261128",
            "2026-11-28T00:00",
            "today",
        ] {
            assert!(day("from", bad).is_err(), "{bad}");
        }
        assert_eq!(place("17.a.b"), Ok((17, "a.b".to_owned())));
        for bad in ["17", "x.a", ""] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }
}
