//! Commands: what each of them comes to, within one transaction.

use super::work::Work;
use super::write::{Origin, counting};
use crate::TillError;
use crate::command::{Asked, Command, Menu, Reply};
use crate::tables::{self, idempotency, orders, stock, tickets};
use olympus_core::pos::{self, Bill, Decided, PosError};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{
    AdjustStock, ChangeLine, CountStock, LineId, MoveTicket, NewOrder, Stock, TicketId,
};
use olympus_proto::{ErrorCode, ItemId};

/// Longest idempotency key.
const MAX_KEY_BYTES: usize = 128;

impl From<PosError> for TillError {
    fn from(why: PosError) -> Self {
        Self::refused(why.code(), why.to_string())
    }
}

/// Refuses a key that is none.
pub(super) fn check_key(key: &str) -> Result<(), TillError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if (1..=MAX_KEY_BYTES).contains(&key.len()) && key.bytes().all(allowed) {
        return Ok(());
    }
    Err(TillError::refused(
        ErrorCode::InvalidRequest,
        format!(
            "an idempotency key is 1 to {MAX_KEY_BYTES} of A-Z a-z 0-9 . _ -; make one for each \
             request and send the same one when you try again"
        ),
    ))
}

pub(super) fn key_reused(what: &str) -> TillError {
    TillError::refused(
        ErrorCode::IdempotencyKeyReused,
        format!("this idempotency key was used for {what}; make a new key for each request"),
    )
}

impl Work<'_> {
    /// Does the command and keeps its reply under its key.
    pub(super) fn command(&mut self, asked: &Asked, menu: Menu<'_>) -> Result<Reply, TillError> {
        let terminal = self.config.terminal.clone();
        let day = self.now.day.clone();
        let parts = [terminal.as_str(), day.as_str(), asked.key.as_str()];
        let reply = self.reply(asked, menu, &Origin { parts })?;
        let now_ms = self.now.wall_ms();
        let lived_ms = self.lived_ms;
        idempotency::keep(
            self.conn,
            &asked.key,
            &asked.digest,
            &reply,
            now_ms,
            lived_ms,
        )?;
        idempotency::prune(self.conn, lived_ms)?;
        tickets::prune(self.conn, self.at().now_ms)?;
        Ok(reply)
    }

    fn reply(
        &mut self,
        asked: &Asked,
        menu: Menu<'_>,
        origin: &Origin<'_>,
    ) -> Result<Reply, TillError> {
        let at = self.at();
        match &asked.command {
            Command::OpenOrder(new) => self.open_order(new, menu, origin),
            Command::AddLines(id, new) => {
                let bill = self.bill_if(id, asked.if_match)?;
                self.change(&bill, &pos::add_lines(&bill, new, menu, at)?, origin)
            }
            Command::ChangeLine(id, line, new) => {
                let bill = self.bill_if(id, asked.if_match)?;
                let decided = pos::change_line(&bill, line, new, menu, at)?;
                if decided.closes {
                    self.of_age(&bill, line, new)?;
                }
                self.change(&bill, &decided, origin)
            }
            Command::Fire(id, new) => {
                let bill = self.bill_if(id, asked.if_match)?;
                self.change(&bill, &pos::fire(&bill, new, at)?, origin)
            }
            Command::VoidOrder(id, new) => {
                let bill = self.bill_if(id, asked.if_match)?;
                self.change(&bill, &pos::void(&bill, new, at)?, origin)
            }
            Command::Pay(id, new) => self.pay(id, new, asked.if_match, origin),
            Command::Refund(id, new) => self.refund(id, new, asked.if_match, origin),
            Command::CountStock(item, new) => self.count_stock(item, new, origin),
            Command::StopCounting(item) => self.stop_counting(item, origin),
            Command::AdjustStock(item, new) => self.adjust_stock(item, new, origin),
            Command::MoveTicket(id, to) => self.move_ticket(id, to, origin),
            Command::SettleAttention(id, what) => self.settle_attention(id, *what, origin),
        }
    }

    /// The order, where it is of the revision that was asked for.
    pub(super) fn bill_if(&self, id: &OrderId, revision: Option<u64>) -> Result<Bill, TillError> {
        let bill = self.bill(id)?;
        let now = bill.order.revision;
        if revision.is_some_and(|wanted| wanted != now) {
            return Err(TillError::refused(
                ErrorCode::PreconditionFailed,
                format!("the order is of revision {now} now; read it anew and try again"),
            ));
        }
        Ok(bill)
    }

    fn open_order(
        &mut self,
        new: &NewOrder,
        menu: Menu<'_>,
        origin: &Origin<'_>,
    ) -> Result<Reply, TillError> {
        let id = OrderId(origin.id("order"));
        if orders::get(self.conn, &id)?.is_some() {
            return Err(key_reused(&format!("order `{id}`")));
        }
        let number = tables::about::next_number(self.conn, &self.now.day)?;
        let decided = pos::open_order(&id, number, new, menu, &self.config.rules, self.at())?;
        self.write_decided(&decided, None, origin)?;
        let reading = self.reading();
        if let Some(terminal) = self.terminal.as_mut() {
            let effects = terminal.open_order(id.clone(), reading);
            // Where too many are open, this one is judged as things stand when it is paid.
            let _ = self.granted(effects, None)?;
        }
        self.order_reply(&id)
    }

    fn change(
        &mut self,
        bill: &Bill,
        decided: &Decided,
        origin: &Origin<'_>,
    ) -> Result<Reply, TillError> {
        self.write_decided(decided, Some(bill), origin)?;
        self.order_reply(&bill.order.id)
    }

    /// Age is asked for where something is paid. What was added after the last payment would be sold
    /// unasked where an order then closes by a change alone.
    fn of_age(&self, bill: &Bill, changed: &LineId, new: &ChangeLine) -> Result<(), TillError> {
        let mut left = bill.order.clone();
        if new.void.is_some() {
            left.lines.retain(|line| line.line != *changed);
        }
        let terminal = self.terminal.as_ref();
        match terminal.and_then(|terminal| terminal.years_for(&pos::categories(&left))) {
            None => Ok(()),
            Some(years) => Err(TillError::refused(
                ErrorCode::NotAuthorised,
                format!(
                    "this would close an order with goods for {years} years and over without their \
                     age being asked for: pay what is due with `age_shown` first, or give back what \
                     was paid, change the line, and take the payment anew with `age_shown`"
                ),
            )),
        }
    }

    fn order_reply(&self, id: &OrderId) -> Result<Reply, TillError> {
        Ok(Reply::Order(Box::new(self.bill(id)?.order)))
    }

    fn count_stock(
        &mut self,
        item: &ItemId,
        new: &CountStock,
        origin: &Origin<'_>,
    ) -> Result<Reply, TillError> {
        self.write_decided(&pos::count(item, new)?, None, origin)?;
        self.stock_reply(item)
    }

    fn stop_counting(&mut self, item: &ItemId, origin: &Origin<'_>) -> Result<Reply, TillError> {
        let held = self.counted(item)?;
        let count = CountStock {
            count: held.count,
            low_at: held.low_at,
        };
        let plans = vec![counting(item, count, false)];
        self.room_for(&plans)?;
        self.record_all(plans, origin)?;
        self.show()?;
        Ok(Reply::Nothing)
    }

    fn adjust_stock(
        &mut self,
        item: &ItemId,
        new: &AdjustStock,
        origin: &Origin<'_>,
    ) -> Result<Reply, TillError> {
        let decided = pos::adjust(item, new)?;
        self.counted(item)?;
        self.write_decided(&decided, None, origin)?;
        self.stock_reply(item)
    }

    fn stock_reply(&self, item: &ItemId) -> Result<Reply, TillError> {
        Ok(Reply::Stock(self.counted(item)?))
    }

    fn counted(&self, item: &ItemId) -> Result<Stock, TillError> {
        stock::get(self.conn, item)?.ok_or_else(|| {
            TillError::refused(
                ErrorCode::NotFound,
                format!("`{item}` is not counted; count it first (PUT /v1/inventory/{item})"),
            )
        })
    }

    fn move_ticket(
        &mut self,
        id: &TicketId,
        to: &MoveTicket,
        origin: &Origin<'_>,
    ) -> Result<Reply, TillError> {
        let unknown = || {
            TillError::refused(
                ErrorCode::NotFound,
                format!("there is no ticket `{id}`; read the tickets anew"),
            )
        };
        let (order, _) = pos::ticket_place(id).ok_or_else(unknown)?;
        if orders::get(self.conn, &order)?.is_none() {
            return Err(unknown());
        }
        let bill = self.bill(&order)?;
        let decided = pos::move_ticket(&bill, id, to, self.at())?;
        self.write_decided(&decided, Some(&bill), origin)?;
        let after = self.bill(&order)?;
        let moved = pos::tickets(&after)
            .into_iter()
            .find(|ticket| ticket.id == *id);
        Ok(Reply::Ticket(Box::new(moved.ok_or_else(unknown)?)))
    }
}
