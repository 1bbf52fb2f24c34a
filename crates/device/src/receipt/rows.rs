//! What stands on a receipt, row by row, in columns of one character.

use super::ReceiptHead;
use super::text::{Shown, shown, wrap};
use olympus_proto::Cents;
use olympus_proto::grant::TenderKind;
use olympus_proto::order::{Amount, ModifierAction};
use olympus_proto::pos::{
    Direction, LineState, Order, OrderStatus, Payment, PaymentState, Service, SoldLine,
    SoldModifier,
};

/// Characters of normal size in a row: what 72 of the 80 mm hold.
pub(super) const COLUMNS: usize = 42;

/// How large a row is printed, as a multiple of the normal size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Normal,
    Double,
    Huge,
}

impl Size {
    /// The multiple.
    pub(super) const fn times(self) -> u8 {
        match self {
            Self::Normal => 1,
            Self::Double => 2,
            Self::Huge => 4,
        }
    }

    fn columns(self) -> usize {
        COLUMNS / usize::from(self.times())
    }
}

/// Text at a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The first column, in characters of the row's size.
    pub(super) column: usize,
    pub(super) text: String,
    /// What is copied and read aloud in its place; nothing of it where it goes on from a row above.
    pub(super) original: Option<String>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    /// A line across.
    Rule,
    Text {
        size: Size,
        bold: bool,
        pieces: Vec<Piece>,
    },
}

/// The rows of an order's receipt.
pub(super) fn rows(order: &Order, head: &ReceiptHead) -> Vec<Row> {
    let mut paper = Paper(Vec::new());
    paper.head(order, head);
    paper.0.push(Row::Rule);
    let off = order.status == OrderStatus::Voided;
    for line in &order.lines {
        if off || line.state != LineState::Voided {
            paper.line(line);
        }
    }
    paper.0.push(Row::Rule);
    paper.totals(order);
    for payment in &order.payments {
        paper.payment(payment);
    }
    if order.totals.due_cents.0 > 0 && !off {
        paper.amount("Still to pay", order.totals.due_cents, true);
    }
    paper.0.push(Row::Rule);
    paper.centred(&format!("Order {}", order.id), Size::Normal, false);
    paper.centred("Thank you", Size::Normal, false);
    paper.0
}

struct Paper(Vec<Row>);

impl Paper {
    fn text(&mut self, size: Size, bold: bool, pieces: Vec<Piece>) {
        self.0.push(Row::Text { size, bold, pieces });
    }

    fn blank(&mut self) {
        self.text(Size::Normal, false, Vec::new());
    }

    fn centred(&mut self, raw: &str, size: Size, bold: bool) {
        let text = shown(raw);
        let lines = broken(&text, size.columns());
        for (line, original) in lines {
            let column = (size.columns() - line.chars().count()) / 2;
            let piece = Piece {
                column,
                text: line,
                original,
            };
            self.text(size, bold, vec![piece]);
        }
    }

    fn indented(&mut self, raw: &str, column: usize) {
        for (text, original) in broken(&shown(raw), COLUMNS - column) {
            let piece = Piece {
                column,
                text,
                original,
            };
            self.text(Size::Normal, false, vec![piece]);
        }
    }

    /// Words on the left, an amount on the right of their first row, `lead` before them.
    fn priced(&mut self, lead: &str, label: &Shown, price: &str, bold: bool) {
        let column = lead.chars().count();
        let at = COLUMNS.saturating_sub(price.chars().count());
        let mut lines = broken(label, at.saturating_sub(column + 1)).into_iter();
        let mut pieces = vec![
            piece(column, lines.next().unwrap_or_default()),
            piece(at, (price.to_owned(), None)),
        ];
        if column > 0 {
            pieces.insert(0, piece(0, (lead.to_owned(), None)));
        }
        self.text(Size::Normal, bold, pieces);
        for line in lines {
            self.text(Size::Normal, bold, vec![piece(column, line)]);
        }
    }

    fn amount(&mut self, label: &str, cents: Cents, bold: bool) {
        self.priced("", &shown(label), &cents.to_string(), bold);
    }

    fn head(&mut self, order: &Order, head: &ReceiptHead) {
        self.centred(&head.name, Size::Double, true);
        for line in &head.address {
            self.centred(line, Size::Normal, false);
        }
        if let Some(id) = &head.tax_id {
            self.centred(&format!("Tax id {id}"), Size::Normal, false);
        }
        self.blank();
        if head.copy {
            self.centred("COPY", Size::Double, true);
        }
        if order.status == OrderStatus::Voided {
            self.centred("VOID", Size::Huge, true);
            if let Some(reason) = &order.void_reason {
                self.centred(reason, Size::Normal, false);
            }
        }
        self.centred(&order.number.to_string(), Size::Huge, true);
        let service = service(order.service);
        match &order.label {
            Some(label) => self.centred(&format!("{service}: {label}"), Size::Double, false),
            None => self.centred(service, Size::Normal, false),
        }
        self.blank();
        let terminal = format!("Terminal {}", order.terminal);
        let when = shown(&head.when).text;
        if when.chars().count() < COLUMNS / 2 {
            self.priced("", &shown(&terminal), &when, false);
        } else {
            self.indented(&terminal, 0);
            self.indented(&when, 0);
        }
    }

    fn line(&mut self, line: &SoldLine) {
        let cents = line.unit_cents.0.saturating_mul(i64::from(line.quantity));
        let lead = format!("{:>3} ", line.quantity);
        let column = lead.len();
        self.priced(&lead, &shown(&line.name), &Cents(cents).to_string(), false);
        if line.quantity > 1 {
            self.indented(&format!("{} each", line.unit_cents), column);
        }
        for modifier in &line.modifiers {
            self.indented(&modifier_words(modifier), column + 2);
        }
    }

    fn totals(&mut self, order: &Order) {
        let totals = &order.totals;
        let included = totals.lines_cents == totals.total_cents;
        if !included {
            self.amount("Lines", totals.lines_cents, false);
            self.amount("Tax", totals.tax_cents, false);
        }
        let price = totals.total_cents.to_string();
        let at = Size::Double.columns().saturating_sub(price.len());
        let label = shown(&format!("TOTAL {}", order.currency));
        let label = broken(&label, at.saturating_sub(1)).into_iter().next();
        let pieces = vec![
            piece(0, label.unwrap_or_default()),
            piece(at, (price, None)),
        ];
        self.text(Size::Double, true, pieces);
        if included && totals.tax_cents.0 != 0 {
            self.amount("Of it tax", totals.tax_cents, false);
        }
        if totals.tip_cents.0 != 0 {
            self.amount("Tips", totals.tip_cents, false);
        }
        if !order.payments.is_empty() {
            self.blank();
        }
    }

    fn payment(&mut self, payment: &Payment) {
        let tender = match payment.tender {
            TenderKind::Cash => "Cash",
            TenderKind::Card => "Card",
            TenderKind::StoredValue => "Stored value",
        };
        let mut label = tender.to_owned();
        if let Some(last4) = &payment.last4 {
            label = format!("{label} ····{last4}");
        }
        let taken = payment.amount_cents.0.saturating_add(payment.tip_cents.0);
        if payment.direction == Direction::Refund {
            let label = format!("Refund, {}", label.to_lowercase());
            self.amount(&label, Cents(taken.saturating_neg()), false);
            if let Some(reason) = &payment.reason {
                self.indented(reason, 2);
            }
        } else if let Some(change) = payment.change_cents {
            self.amount(&label, Cents(taken.saturating_add(change.0)), false);
            self.amount("Change", change, false);
        } else {
            self.amount(&label, Cents(taken), false);
        }
        if payment.direction == Direction::Sale && payment.tip_cents.0 != 0 {
            self.indented(&format!("tip {} in it", payment.tip_cents), 2);
        }
        if payment.tender != TenderKind::Cash {
            self.indented(&state(payment), 2);
            let reference = payment.provider_reference.as_deref();
            let reference = reference.unwrap_or(payment.id.as_str());
            self.indented(&format!("ref {reference}"), 2);
        }
    }
}

fn piece(column: usize, (text, original): (String, Option<String>)) -> Piece {
    Piece {
        column,
        text,
        original,
    }
}

/// Lines of `text`; the original goes with the first, those after stand for nothing more.
fn broken(text: &Shown, width: usize) -> Vec<(String, Option<String>)> {
    let lines = wrap(&text.text, width).into_iter().enumerate();
    lines
        .map(|(i, line)| {
            let original = text.original.as_ref();
            let original = original.map(|all| if i == 0 { all.clone() } else { String::new() });
            (line, original)
        })
        .collect()
}

fn service(service: Service) -> &'static str {
    match service {
        Service::Counter => "Counter",
        Service::DriveThrough => "Drive-through",
        Service::Table => "Table",
        Service::Delivery => "Delivery",
        Service::Kiosk => "Kiosk",
    }
}

/// A choice, with what it adds to the price of one; the line's price has it already.
fn modifier_words(modifier: &SoldModifier) -> String {
    let name = &modifier.name;
    let words = match (modifier.action, modifier.amount) {
        (ModifierAction::Remove, _) => return format!("no {name}"),
        (ModifierAction::Add, Some(Amount::Extra)) => format!("extra {name}"),
        (ModifierAction::Add, Some(Amount::Light)) => format!("light {name}"),
        (ModifierAction::Add, None) => name.clone(),
    };
    match modifier.price_cents.0 {
        0 => words,
        1.. => format!("{words} (+{})", modifier.price_cents),
        _ => format!("{words} ({})", modifier.price_cents),
    }
}

fn state(payment: &Payment) -> String {
    match payment.state {
        PaymentState::Requested | PaymentState::Sent => {
            "authorised offline, settled later".to_owned()
        }
        PaymentState::Approved => "approved".to_owned(),
        PaymentState::Unknown => "not yet confirmed by the provider".to_owned(),
        PaymentState::Declined => match &payment.decline_code {
            Some(code) => format!("DECLINED, not paid ({code})"),
            None => "DECLINED, not paid".to_owned(),
        },
    }
}
