//! Orders from words: the parser of the menu in use, and whether each line can be had now.

use super::answers::{Made, Way};
use super::checks::checked;
use super::{Call, MAX_TEXT_BYTES, Service, ServiceError};
use olympus_core::menu::attributes::{self, Manner};
use olympus_core::menu::availability;
use olympus_core::menu::filter::Filter;
use olympus_core::order::{MOST, MOST_LINES};
use olympus_proto::{
    Conflict, MenuItem, MenuVersion, OrderLine, OrderParseRequest, OrderParseResponse, ParsedOrder,
    StagesUs, State, Substitute, Unavailable,
};
use std::time::Instant;

/// Said where no model took part.
const GRAMMAR: &str = "grammar";
/// Most dishes offered in place of one.
const SUBSTITUTES: usize = 3;

impl Service {
    /// The order that a text places, on top of the one in the request.
    ///
    /// # Errors
    /// `EmptyText`, `TextTooLong`, or `Invalid` where the order so far cannot be one.
    pub fn parse_order(
        &self,
        request: &OrderParseRequest,
    ) -> Result<OrderParseResponse, ServiceError> {
        self.parse_order_for(&Call::local(), request)
    }

    /// As [`Service::parse_order`], for one call.
    ///
    /// # Errors
    /// As [`Service::parse_order`].
    pub fn parse_order_for(
        &self,
        call: &Call,
        request: &OrderParseRequest,
    ) -> Result<OrderParseResponse, ServiceError> {
        checked(&request.text)?;
        debug_assert!(request.text.trim().len() <= MAX_TEXT_BYTES);
        check_order(&request.context.order)?;
        call.check()?;
        let started = Instant::now();
        let filter = limits(request)?;
        let (mut unavailable, mut conflicts) = (Vec::new(), Vec::new());
        let (order, version) = match self.menu.live() {
            Some(live) => {
                let known = |line: &OrderLine| live.index.get(&line.id.0).is_some();
                if let Some(at) = request.context.order.iter().position(|line| !known(line)) {
                    return Err(ServiceError::Invalid(format!(
                        "context.order[{at}]: its `id` is not on the menu"
                    )));
                }
                let mut order = live.orders.parse(&request.text, &request.context.order);
                let (overrides, now) = (self.menu.overrides(), self.now());
                for line in &mut order.lines {
                    line.state = live.index.get(&line.id.0).map(|item| {
                        availability::state(item, overrides.get(&item.id).copied(), now)
                    });
                }
                for (at, line) in order.lines.iter().enumerate() {
                    let (id, index) = (line.id.clone(), &live.index);
                    let instead =
                        || index.substitutes(&id.0, SUBSTITUTES, &filter, &overrides, now);
                    if line.state.is_some_and(|state| state != State::Available) {
                        unavailable.push(Unavailable {
                            line: at,
                            id: id.clone(),
                            substitutes: instead(),
                        });
                    }
                    conflicts.extend(conflict(at, index.get(&id.0), &filter, instead));
                }
                (order, live.index.version())
            }
            None => (ParsedOrder::default(), MenuVersion(0)),
        };
        let stages = StagesUs {
            search: super::ask::micros(started),
            ..StagesUs::default()
        };
        Ok(OrderParseResponse {
            order,
            unavailable,
            conflicts,
            meta: self.meta(call, Way::LOCAL_ONLY, Made::here(GRAMMAR, version, stages)),
        })
    }
}

/// What of the limits a line's dish does not state to keep.
fn conflict(
    line: usize,
    item: Option<&MenuItem>,
    filter: &Filter,
    instead: impl FnOnce() -> Vec<Substitute>,
) -> Option<Conflict> {
    let item = item?;
    let (allergens, diets) = (filter.allergens_against(item), filter.diets_against(item));
    (!allergens.is_empty() || !diets.is_empty()).then(|| Conflict {
        line,
        id: item.id.clone(),
        allergens,
        diets,
        substitutes: instead(),
    })
}

/// The limits of the request and those said in the text: "I'm allergic to nuts".
fn limits(request: &OrderParseRequest) -> Result<Filter, ServiceError> {
    let said = attributes::parse_hard(&request.text, Manner::Order, &[]).filters();
    // Every value of it is known; were one not, nothing may pass.
    let said = Filter::from_query(&said).unwrap_or_else(|_| Filter::nothing());
    Ok(Filter::from_wire(&request.filters)?.and(&said))
}

fn check_order(order: &[OrderLine]) -> Result<(), ServiceError> {
    if order.len() > MOST_LINES {
        return Err(ServiceError::Invalid(format!(
            "context.order has {} lines; send at most {MOST_LINES}",
            order.len()
        )));
    }
    match order
        .iter()
        .position(|line| !(1..=MOST).contains(&line.quantity))
    {
        Some(at) => Err(ServiceError::Invalid(format!(
            "context.order[{at}]: quantity must be 1 to {MOST}"
        ))),
        None => Ok(()),
    }
}
