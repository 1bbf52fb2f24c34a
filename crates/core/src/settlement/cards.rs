//! Stored-value cards as the authority knows them: which uses of a card it has booked.
//!
//! Each use takes a card from one sequence to the next and says what it showed before and after.
//! Uses at several tills arrive in any order; they are one card's where they fit into one story,
//! in which the balance never rises. Invariants: nothing is taken off a card that the house has not
//! issued, and never more than was on it then; a sequence is used once and has one balance, so of a
//! card and its copy at most one use is booked.

use crate::grant::{CardState, Refusal};
use olympus_proto::Cents;
use serde::{Deserialize, Serialize};

/// What a card showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Point {
    sequence: u64,
    balance_cents: Cents,
}

/// Uses without a gap between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    from: Point,
    to: Point,
}

/// Decline code of a card that the house has not issued.
pub const CARD_UNKNOWN: &str = "card_unknown";

/// What is known of one card: what was booked, by sequence, from how it was issued on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardBook {
    runs: Vec<Run>,
    /// What it showed when it was issued. Books of before cards were issued have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issued: Option<Point>,
    /// The house has blocked it.
    #[serde(default)]
    blocked: bool,
}

impl CardBook {
    /// A card that the house gives out.
    #[must_use]
    pub fn issue(shown: &CardState) -> Self {
        let point = point(shown);
        Self {
            runs: vec![Run {
                from: point,
                to: point,
            }],
            issued: Some(point),
            blocked: shown.blocked,
        }
    }

    /// What it showed when it was issued.
    #[must_use]
    pub fn issued(&self) -> Option<CardState> {
        self.issued.map(|point| CardState {
            sequence: point.sequence,
            balance_cents: point.balance_cents,
            blocked: false,
        })
    }

    /// Takes `cents` off the card that showed `shown` at the terminal.
    ///
    /// # Errors
    /// [`Refusal`], whose code is the payment's decline code; the book is as it was.
    pub fn spend(&mut self, shown: &CardState, cents: Cents) -> Result<CardState, Refusal> {
        if self.blocked {
            return Err(Refusal::CardRevoked);
        }
        let left = shown.spend(cents)?;
        self.book(point(shown), point(&left))?;
        Ok(left)
    }

    /// The newest state known.
    #[must_use]
    pub fn last(&self) -> Option<CardState> {
        self.runs.last().map(|run| CardState {
            sequence: run.to.sequence,
            balance_cents: run.to.balance_cents,
            blocked: self.blocked,
        })
    }

    /// From now on nothing is taken off it, or it is again.
    pub fn block(&mut self, blocked: bool) {
        self.blocked = blocked;
    }

    fn book(&mut self, before: Point, after: Point) -> Result<(), Refusal> {
        let place = self
            .runs
            .partition_point(|run| run.to.sequence <= before.sequence);
        let earlier = place.checked_sub(1).and_then(|at| self.runs.get(at));
        let later = self.runs.get(place);
        // Nobody used it before it was issued.
        if earlier.is_none() && self.issued.is_some() {
            return Err(Refusal::CardOlder);
        }
        if later.is_some_and(|run| run.from.sequence <= before.sequence) {
            return Err(Refusal::CardOlder);
        }
        let joins_earlier = match earlier {
            Some(run) => follows(run.to, before)?,
            None => false,
        };
        let joins_later = match later {
            Some(run) => follows(after, run.from)?,
            None => false,
        };
        self.join(
            place,
            Run {
                from: before,
                to: after,
            },
            joins_earlier,
            joins_later,
        );
        Ok(())
    }

    /// Puts a run into its place, and makes one of it and its neighbours where they touch.
    fn join(&mut self, place: usize, mut run: Run, earlier: bool, later: bool) {
        let mut place = place;
        if later && place < self.runs.len() {
            run.to = self.runs.remove(place).to;
        }
        if earlier && place > 0 {
            place -= 1;
            run.from = self.runs.remove(place).from;
        }
        self.runs.insert(place, run);
    }
}

/// Whether the second is the first, or else may come of it by uses that were not seen yet.
fn follows(first: Point, second: Point) -> Result<bool, Refusal> {
    if first == second {
        return Ok(true);
    }
    // Each use between them took something.
    let uses = i64::try_from(second.sequence.saturating_sub(first.sequence)).unwrap_or(i64::MAX);
    let taken = first.balance_cents.0.saturating_sub(second.balance_cents.0);
    if uses == 0 || taken < uses {
        return Err(Refusal::CardForked);
    }
    Ok(false)
}

const fn point(state: &CardState) -> Point {
    Point {
        sequence: state.sequence,
        balance_cents: state.balance_cents,
    }
}

#[cfg(test)]
mod tests {
    use super::CardBook;
    use crate::grant::{CardState, Refusal};
    use olympus_proto::Cents;

    fn shown(sequence: u64, balance: i64) -> CardState {
        CardState {
            sequence,
            balance_cents: Cents(balance),
            blocked: false,
        }
    }

    /// Issued, then spent in turn: what it showed, what is taken, what is said.
    fn story(issued: (u64, i64), uses: &[(u64, i64, i64, Result<(), Refusal>)]) -> CardBook {
        let mut book = CardBook::issue(&shown(issued.0, issued.1));
        for (sequence, balance, cents, wanted) in uses {
            let before = book.clone();
            let card = shown(*sequence, *balance);
            let said = book.spend(&card, Cents(*cents));
            assert_eq!(said.map(|_| ()), *wanted, "{sequence} {balance} -{cents}");
            if wanted.is_err() {
                assert_eq!(book, before);
            }
        }
        assert_eq!(book.issued(), Some(shown(issued.0, issued.1)));
        book
    }

    #[test]
    fn no_use_is_worth_more_than_what_was_issued() {
        let book = story(
            (4, 1_000),
            &[
                (4, 2_000, 10, Err(Refusal::CardForked)), // a balance of its own making
                (3, 1_100, 100, Err(Refusal::CardOlder)), // from before it was issued
                (5, 1_000, 10, Err(Refusal::CardForked)), // a use that took nothing
                (6, 900, 10, Ok(())),
                (4, 1_000, 50, Ok(())),
            ],
        );
        assert_eq!(book.last(), Some(shown(7, 890)));
    }

    #[test]
    fn uses_in_turn_are_one_run() {
        let book = story(
            (5, 1_000),
            &[
                (5, 1_000, 300, Ok(())),
                (6, 700, 200, Ok(())),
                (7, 500, 500, Ok(())),
                (8, 0, 1, Err(Refusal::CardBalance)),
            ],
        );
        assert_eq!(book.last(), Some(shown(8, 0)));
        assert_eq!(book.runs.len(), 1);
    }

    #[test]
    fn uses_that_arrive_late_fill_their_gap() {
        let book = story(
            (5, 1_000),
            &[
                (7, 500, 100, Ok(())),
                (5, 1_000, 300, Ok(())),
                (9, 300, 100, Ok(())),
                (8, 400, 100, Ok(())),
                (6, 700, 200, Ok(())),
            ],
        );
        assert_eq!(book.last(), Some(shown(10, 200)));
        assert_eq!(book.runs.len(), 1);
    }

    #[test]
    fn of_a_card_and_its_copy_one_is_booked() {
        story(
            (5, 1_000),
            &[
                (5, 1_000, 300, Ok(())),
                (5, 1_000, 300, Err(Refusal::CardOlder)), // the same state again
                (5, 1_000, 200, Err(Refusal::CardOlder)),
                (6, 800, 100, Err(Refusal::CardForked)), // the copy went on
                (6, 700, 100, Ok(())),
                (9, 700, 100, Err(Refusal::CardForked)), // two uses took nothing
                (9, 599, 100, Err(Refusal::CardForked)), // or one cent
                (9, 597, 100, Ok(())),
                (7, 600, 5, Err(Refusal::CardForked)), // would leave less than what came later
                (7, 600, 1, Ok(())),
                (8, 599, 2, Ok(())),
            ],
        );
    }

    #[test]
    fn a_blocked_card_takes_nothing() {
        let mut book = story((1, 100), &[(1, 100, 10, Ok(()))]);
        book.block(true);
        assert_eq!(
            book.spend(&shown(2, 90), Cents(10)),
            Err(Refusal::CardRevoked)
        );
        book.block(false);
        assert!(book.spend(&shown(2, 90), Cents(10)).is_ok());
    }
}
