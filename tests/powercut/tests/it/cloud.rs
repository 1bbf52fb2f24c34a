//! The location's authority: the Worker's own book over rusqlite, in memory or on a disk that can
//! lose power.

use crate::support::{T0, card, location};
use crate::world::guests::{FRESH, HOUSE_CARDS};
use olympus_core::sync::client::{Event, Failure, Send};
use olympus_edge_worker::authority::book::{Book, BookError};
use olympus_edge_worker::authority::native::Native;
use olympus_powercut::{Disk, VFS};
use olympus_proto::books::NewHouseCard;
use olympus_proto::sync::{NEWEST, OLDEST, PullAnswer, PushAnswer, Refusal};
use rusqlite::{Connection, OpenFlags};

const FILE: &str = "authority.db";

/// The authority's book.
pub(crate) type Books = Book<Native>;

/// The head office has given out the cards of the house; once, however often it says so.
fn issued(book: Books, now_ms: u64) -> Result<Books, BookError> {
    for number in 0..HOUSE_CARDS {
        let new = NewHouseCard {
            card: card(number),
            sequence: FRESH.sequence,
            balance_cents: FRESH.balance_cents,
        };
        book.issue_card(&new, "head-office", now_ms)?;
    }
    Ok(book)
}

pub(crate) struct Cloud {
    /// Nothing while the power is off.
    pub(crate) book: Option<Books>,
    /// Newest version that is spoken: a deploy may be taken back.
    pub(crate) speaks: u16,
    /// As sure as an object's storage is.
    pub(crate) synchronous: &'static str,
}

impl Cloud {
    pub(crate) fn in_memory() -> Self {
        let sql = Native::in_memory().expect("memory");
        let book = Book::open(sql, &location(), 1, T0.unsigned_abs()).expect("a new book");
        Self {
            book: Some(book),
            speaks: NEWEST,
            synchronous: "FULL",
        }
    }

    /// Nothing yet: see [`Self::open`].
    pub(crate) fn off(speaks: u16, synchronous: &'static str) -> Self {
        Self {
            book: None,
            speaks,
            synchronous,
        }
    }

    /// A connection of its own to the book.
    pub(crate) fn connect(&self, disk: &Disk) -> rusqlite::Result<Connection> {
        let path = disk.path(FILE);
        let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), VFS)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", self.synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(connection)
    }

    /// Opens the book on its disk.
    pub(crate) fn open(&mut self, disk: &Disk, now_ms: u64) -> Result<(), String> {
        let connection = self.connect(disk).map_err(|error| error.to_string())?;
        let book = Book::open(Native(connection), &location(), 1, now_ms);
        let book = book.and_then(|book| issued(book, now_ms));
        self.book = Some(book.map_err(|error| error.to_string())?);
        Ok(())
    }

    /// Takes a request and answers once it is durable; nothing where it is off.
    pub(crate) fn takes(&self, send: &Send, principal: &str, now_ms: u64) -> Option<Event> {
        let book = self.book.as_ref()?;
        let (Send::Register(request, _) | Send::Push(request, _) | Send::Pull(request, _)) = *send;
        if let Some(refused) = self.refuses(send) {
            return Some(refused);
        }
        let event = match send {
            Send::Register(_, register) => book.register(register, principal, now_ms).map(|it| {
                let mut answer = it;
                answer.newest = answer.newest.min(self.speaks);
                Event::Registered { request, answer }
            }),
            Send::Push(_, push) => book.push(push, principal, now_ms).map(|pushed| {
                let mut answer = pushed.answer;
                answer.newest = answer.newest.min(self.speaks);
                Event::Pushed { request, answer }
            }),
            Send::Pull(_, pull) => book
                .pull(pull)
                .map(|answer| Event::Pulled { request, answer }),
        };
        Some(event.unwrap_or(Event::Failed {
            request,
            failure: Failure::Broken,
        }))
    }

    /// What is said in a version that it does not speak.
    fn refuses(&self, send: &Send) -> Option<Event> {
        let (oldest, newest) = (OLDEST, self.speaks);
        match send {
            Send::Push(request, push) if push.version > newest => Some(Event::Pushed {
                request: *request,
                answer: PushAnswer {
                    newest,
                    settled: Vec::new(),
                    rows: Vec::new(),
                    refused: Some(Refusal::Version { oldest, newest }),
                },
            }),
            Send::Pull(request, pull) if pull.version > newest => Some(Event::Pulled {
                request: *request,
                answer: PullAnswer::Version { oldest, newest },
            }),
            _ => None,
        }
    }
}
