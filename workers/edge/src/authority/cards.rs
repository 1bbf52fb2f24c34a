//! Cards of the house: given out by an admin, spent at tills, booked here.
//!
//! Invariant: nothing is taken off a card that was not issued, and of its uses at most what was on
//! it is booked; `core::settlement::CardBook` decides which. No token is in the audit log.

use super::book::{Book, BookError};
use super::shelf::{first, from_json, to_json};
use super::sql::{Sql, atomically};
use olympus_core::grant::CardState;
use olympus_core::settlement::{CARD_UNKNOWN, CardBook};
use olympus_proto::Cents;
use olympus_proto::books::{AuditEntry, HouseCard, NewHouseCard};
use olympus_proto::grant::CardToken;

impl<S: Sql> Book<S> {
    /// A card is given out. The same again is the same answer.
    ///
    /// # Errors
    /// [`BookError::CardIssued`] where it was given out otherwise.
    pub fn issue_card(
        &self,
        new: &NewHouseCard,
        principal: &str,
        now_ms: u64,
    ) -> Result<HouseCard, BookError> {
        let shown = CardState {
            sequence: new.sequence,
            balance_cents: new.balance_cents,
            blocked: false,
        };
        atomically(&self.sql, || {
            if let Some(book) = self
                .card_book(&new.card)?
                .filter(|it| it.issued().is_some())
            {
                return match book.issued() == Some(shown) {
                    true => told(&book),
                    false => Err(BookError::CardIssued),
                };
            }
            let book = CardBook::issue(&shown);
            self.keep_card(&new.card, &book)?;
            self.write(
                Vec::new(),
                &[self.entry(&shown, principal, now_ms)?],
                "",
                now_ms,
            )?;
            told(&book)
        })
    }

    /// What is known of a card, where it was given out.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn card(&self, card: &CardToken) -> Result<Option<HouseCard>, BookError> {
        let book = self.card_book(card)?;
        let book = book.filter(|book| book.issued().is_some());
        book.as_ref().map(told).transpose()
    }

    /// Takes money off a card in the open transaction; otherwise the decline code.
    pub(super) fn spend_card(
        &self,
        card: &CardToken,
        shown: &CardState,
        cents: Cents,
    ) -> Result<Result<(), String>, BookError> {
        let book = self.card_book(card)?;
        let Some(mut book) = book.filter(|book| book.issued().is_some()) else {
            return Ok(Err(CARD_UNKNOWN.to_owned()));
        };
        if let Err(refusal) = book.spend(shown, cents) {
            return Ok(Err(refusal.code().to_owned()));
        }
        self.keep_card(card, &book)?;
        Ok(Ok(()))
    }

    fn card_book(&self, card: &CardToken) -> Result<Option<CardBook>, BookError> {
        let lines = self.sql.run(
            "SELECT book FROM cards WHERE card = ?1",
            &[card.as_str().into()],
        )?;
        let book = lines.first().map(|line| from_json(line.text(0)?));
        book.transpose()
    }

    fn keep_card(&self, card: &CardToken, book: &CardBook) -> Result<(), BookError> {
        self.sql.run(
            "INSERT INTO cards (card, book) VALUES (?1, ?2)
             ON CONFLICT (card) DO UPDATE SET book = excluded.book",
            &[card.as_str().into(), to_json(book)?.into()],
        )?;
        Ok(())
    }

    /// Named by how many there are, since a token is nobody's to read.
    fn entry(
        &self,
        shown: &CardState,
        principal: &str,
        now_ms: u64,
    ) -> Result<AuditEntry, BookError> {
        let lines = self.sql.run("SELECT COUNT(*) FROM cards", &[])?;
        let count = first(&lines)?.count(0)?;
        Ok(AuditEntry {
            operation: format!("card_issued:{count}:{now_ms}"),
            device: String::new(),
            incarnation: 0,
            sequence: 0,
            principal: principal.to_owned(),
            kind: "card_issued".to_owned(),
            entity: String::new(),
            outcome: "applied".to_owned(),
            detail: None,
            version: 0,
            value_cents: shown.balance_cents,
            created_at_ms: i64::try_from(now_ms).unwrap_or(i64::MAX),
            decided_at_ms: now_ms,
        })
    }
}

fn told(book: &CardBook) -> Result<HouseCard, BookError> {
    let (Some(issued), Some(last)) = (book.issued(), book.last()) else {
        return Err(BookError::Unreadable(
            "a card without a beginning".to_owned(),
        ));
    };
    Ok(HouseCard {
        issued_sequence: issued.sequence,
        issued_cents: issued.balance_cents,
        sequence: last.sequence,
        balance_cents: last.balance_cents,
    })
}
