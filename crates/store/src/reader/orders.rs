//! Orders, page by page.

use super::Reader;
use crate::StoreError;
use crate::tables::{about, name, orders, signed};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{Order, OrderList, OrderStatus};
use rusqlite::{Connection, params};

/// Which orders.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct OrderFilter {
    /// Of this business day.
    pub day: Option<String>,
    /// That stand there.
    pub status: Option<OrderStatus>,
}

/// Most orders on a page.
const MOST: u32 = 500;

impl Reader {
    /// An order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        let transaction = self.conn.unchecked_transaction()?;
        let (rules, _) = about::rules(&transaction)?;
        orders::order(&transaction, id, &rules)
    }

    /// Orders, newest first, at most 500. `before` is [`OrderList::next`] of the page before; what
    /// is no such text begins anew.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn orders(
        &self,
        filter: &OrderFilter,
        before: Option<&str>,
        limit: u32,
    ) -> Result<OrderList, StoreError> {
        let transaction = self.conn.unchecked_transaction()?;
        let (rules, _) = about::rules(&transaction)?;
        let limit = limit.clamp(1, MOST);
        let mut ids = page(&transaction, filter, before.and_then(place), limit + 1)?;
        let more = ids.len() > limit as usize;
        ids.truncate(limit as usize);
        let mut list = OrderList {
            orders: Vec::with_capacity(ids.len()),
            next: None,
        };
        for id in ids {
            list.orders
                .extend(orders::order(&transaction, &id, &rules)?);
        }
        let last = list.orders.last().filter(|_| more);
        list.next = last.map(|order| format!("{}.{}", order.opened_ms, order.id));
        Ok(list)
    }
}

/// Where a page begins: before the order of this time and id.
fn place(text: &str) -> Option<(i64, &str)> {
    let (opened_ms, id) = text.split_once('.')?;
    Some((opened_ms.parse().ok()?, id))
}

fn page(
    conn: &Connection,
    filter: &OrderFilter,
    before: Option<(i64, &str)>,
    limit: u32,
) -> Result<Vec<OrderId>, StoreError> {
    let (opened_ms, id) = before.unwrap_or((signed(u64::MAX), ""));
    let status = filter.status.as_ref().map(name).transpose()?;
    // Each is one walk through an index: open orders are few, and so are those of a day.
    let narrow = match (&filter.day, filter.status) {
        (Some(_), _) => "day = ?3 AND (?4 IS NULL OR status = ?4)",
        (None, Some(OrderStatus::Open)) => "status = 'open' AND (?3 IS NULL) AND (?4 IS NOT NULL)",
        (None, _) => "(?3 IS NULL) AND (?4 IS NULL OR status = ?4)",
    };
    let sql = format!(
        "SELECT id FROM orders WHERE (opened_ms, id) < (?1, ?2) AND {narrow}
         ORDER BY opened_ms DESC, id DESC LIMIT ?5"
    );
    orders::ids(
        conn,
        &sql,
        params![opened_ms, id, filter.day, status, limit],
    )
}
