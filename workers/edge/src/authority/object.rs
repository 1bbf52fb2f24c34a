//! The Durable Object `Authority`, one per location: its book, and the alarm that settles payments
//! and tells the read model.
//!
//! Invariant: every step of the book is one transaction without awaiting, and only then answered.
//! The alarm is set whenever something is left to do, and again by whoever calls, so that none is
//! lost for good; what it does may be done twice. It trusts its caller, which is the Worker alone.

use super::advice::dead_letters;
use super::backoff::Backoff;
use super::book::{Book, BookError};
use super::calls::{Again, Asked, Nothing, Released};
use super::changes::Changes;
use super::closing::{Closing, Shut};
use super::storage::Storage;
use super::telling::Telling;
use crate::http::error::{EdgeError, log};
use crate::http::ids::random_u53;
use crate::http::time::now_ms;
use crate::live::call;
use olympus_proto::books::{DeadLetters, HouseCard, Hurried, NewHouseCard};
use olympus_proto::grant::{CardToken, TerminalId};
use olympus_proto::location::ReconcileUpload;
use olympus_proto::sync::{DeviceId, Pull, Push, PushAnswer, Register};
use olympus_proto::{ErrorCode, LocationId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::time::Duration;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

/// Work of an alarm that is not heard of for so long was killed; the alarm comes again.
const WATCHDOG: Duration = Duration::from_secs(90);

/// Decides what a location's devices did.
#[durable_object]
pub struct Authority {
    pub(super) state: State,
    pub(super) env: Env,
    book: OnceCell<Book<Storage>>,
    changes: Rc<Changes>,
    /// When the alarm comes, as far as it was set here.
    alarm_ms: Cell<Option<u64>>,
    /// Until when work of an alarm that began is taken to run.
    busy_until_ms: Cell<u64>,
    /// The read model was asked how far it is.
    pub(super) read_model_asked: Cell<bool>,
    pub(super) provider: Backoff,
    pub(super) read_model: Backoff,
    pub(super) tidying: Backoff,
    pub(super) telling: Telling,
}

impl From<BookError> for EdgeError {
    fn from(error: BookError) -> Self {
        let code = match &error {
            BookError::Storage(_) | BookError::Unreadable(_) => return Self::internal(error),
            BookError::Foreign(_) => ErrorCode::Forbidden,
            BookError::Elsewhere(_) | BookError::DeviceId => ErrorCode::InvalidRequest,
            BookError::CardIssued | BookError::NothingToClose => ErrorCode::WrongState,
            BookError::TooLarge(_) => ErrorCode::PayloadTooLarge,
            BookError::TooOld => ErrorCode::WrongState,
            BookError::TooManyDevices => ErrorCode::Overloaded,
        };
        Self::new(code, error.to_string())
    }
}

impl DurableObject for Authority {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            book: OnceCell::new(),
            changes: Rc::default(),
            alarm_ms: Cell::new(None),
            busy_until_ms: Cell::new(0),
            read_model_asked: Cell::new(false),
            provider: Backoff::default(),
            read_model: Backoff::default(),
            tidying: Backoff::default(),
            telling: Telling::default(),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let answered = match request.path().as_str() {
            "/register" => self.run(&mut request, Self::register).await,
            "/push" => self.run(&mut request, Self::push).await,
            "/pull" => self.run(&mut request, Self::pull).await,
            "/reconcile" => self.run(&mut request, Self::reconcile).await,
            "/unsettled" => self.run(&mut request, Self::unsettled).await,
            "/release" => self.run(&mut request, Self::release).await,
            "/issue-card" => self.run(&mut request, Self::issue_card).await,
            "/card" => self.run(&mut request, Self::card).await,
            "/close" => self.run(&mut request, Self::close).await,
            "/hurry" => self.run(&mut request, Self::hurry).await,
            "/tell-again" => self.run(&mut request, Self::tell_again).await,
            "/dead-letters" => self.run(&mut request, Self::dead_letters).await,
            _ => call::refused(EdgeError::not_found("no such call")),
        }?;
        if let Err(error) = self.arm_unless_busy().await {
            log(&format!("an alarm could not be set: {error}"));
        }
        Ok(answered)
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.alarm_ms.set(None);
        // Where this object is killed in the middle of it, or its book cannot be opened just now, it
        // wakes up again.
        self.state.storage().set_alarm(WATCHDOG).await?;
        if let Err(error) = self.open(None) {
            log(&format!("the book could not be opened: {}", error.message));
            return Response::empty();
        }
        let limit = u64::try_from(WATCHDOG.as_millis()).unwrap_or(u64::MAX);
        self.busy_until_ms.set(now_ms().saturating_add(limit));
        self.work().await;
        self.busy_until_ms.set(0);
        self.alarm_ms.set(None);
        self.arm().await?;
        Response::empty()
    }
}

impl Authority {
    /// The book, opened where it is not yet: for a location, or for the one that is in it.
    fn open(&self, location: Option<&LocationId>) -> Result<&Book<Storage>, EdgeError> {
        if let Some(book) = self.book.get() {
            return Ok(book);
        }
        let storage = Storage::of(&self.state);
        let location = match location {
            Some(location) => location.clone(),
            None => Book::location_of(&storage)?
                .ok_or_else(|| EdgeError::internal("an authority without a location"))?,
        };
        let epoch = random_u53().ok_or_else(|| EdgeError::internal("no randomness"))?;
        let book = Book::open(storage, &location, epoch, now_ms())?;
        Ok(self.book.get_or_init(|| book))
    }

    /// The book that is open.
    pub(super) fn book(&self) -> Result<&Book<Storage>, EdgeError> {
        self.open(None)
    }

    async fn run<T: DeserializeOwned, R: Serialize>(
        &self,
        request: &mut Request,
        step: impl FnOnce(&Self, &Book<Storage>, Asked<T>) -> Result<R, EdgeError>,
    ) -> worker::Result<Response> {
        let asked: Asked<T> = request.json().await?;
        let done = self
            .open(Some(&asked.location))
            .and_then(|book| step(self, book, asked));
        call::answer(done)
    }

    fn register(
        &self,
        book: &Book<Storage>,
        asked: Asked<Register>,
    ) -> Result<impl Serialize + use<>, EdgeError> {
        Ok(book.register(&asked.what, &asked.principal, now_ms())?)
    }

    fn push(&self, book: &Book<Storage>, asked: Asked<Push>) -> Result<PushAnswer, EdgeError> {
        let pushed = book.push(&asked.what, &asked.principal, now_ms())?;
        if pushed.changed {
            self.changed(book.location(), pushed.head);
        }
        Ok(pushed.answer)
    }

    fn pull(
        &self,
        book: &Book<Storage>,
        asked: Asked<Pull>,
    ) -> Result<impl Serialize + use<>, EdgeError> {
        Ok(book.pull(&asked.what)?)
    }

    fn reconcile(
        &self,
        book: &Book<Storage>,
        asked: Asked<ReconcileUpload>,
    ) -> Result<impl Serialize + use<>, EdgeError> {
        book.speaks_for(&asked.what.terminal, &asked.principal)?;
        Ok(book.reconcile(&asked.what, now_ms())?)
    }

    fn unsettled(
        &self,
        book: &Book<Storage>,
        asked: Asked<TerminalId>,
    ) -> Result<impl Serialize + use<>, EdgeError> {
        Ok(book.unsettled(&asked.what)?)
    }

    fn release(&self, book: &Book<Storage>, asked: Asked<DeviceId>) -> Result<Released, EdgeError> {
        let released = book.release(&asked.what)?;
        Ok(Released { released })
    }

    fn issue_card(
        &self,
        book: &Book<Storage>,
        asked: Asked<NewHouseCard>,
    ) -> Result<HouseCard, EdgeError> {
        Ok(book.issue_card(&asked.what, &asked.principal, now_ms())?)
    }

    fn card(&self, book: &Book<Storage>, asked: Asked<CardToken>) -> Result<HouseCard, EdgeError> {
        let card = book.card(&asked.what)?;
        card.ok_or_else(|| EdgeError::not_found("no such card was issued here"))
    }

    fn hurry(&self, book: &Book<Storage>, _: Asked<Nothing>) -> Result<Hurried, EdgeError> {
        self.provider.hurry();
        self.read_model.hurry();
        let open = book.settle_hurry(now_ms())?;
        Ok(Hurried { open })
    }

    fn tell_again(&self, book: &Book<Storage>, _: Asked<Nothing>) -> Result<Again, EdgeError> {
        let head = book.tell_again()?;
        self.read_model.hurry();
        Ok(Again { head })
    }

    fn close(&self, book: &Book<Storage>, asked: Asked<Closing>) -> Result<Shut, EdgeError> {
        let shut = book.close(&asked.what, &asked.principal, now_ms())?;
        let shut = shut.ok_or_else(|| EdgeError::not_found("no such payment is here"))?;
        self.changed(book.location(), book.head()?);
        Ok(shut)
    }

    fn dead_letters(
        &self,
        book: &Book<Storage>,
        _: Asked<Nothing>,
    ) -> Result<DeadLetters, EdgeError> {
        Ok(dead_letters(book)?)
    }

    /// Tells the tills that there is something to pull, one call at a time.
    pub(super) fn changed(&self, location: &LocationId, head: u64) {
        if Rc::clone(&self.changes).note(head) {
            let (env, location) = (self.env.clone(), location.clone());
            let changes = Rc::clone(&self.changes);
            self.state
                .wait_until(async move { changes.tell(&env, &location).await });
        }
    }

    /// When there is something to do next.
    fn due_ms(&self) -> Result<Option<u64>, EdgeError> {
        let book = self.book()?;
        let settle = book.settle_wake()?;
        let settle = settle.map(|at| at.max(self.provider.not_before_ms()));
        let tell = match book.has_news()? {
            true => Some(now_ms().max(self.read_model.not_before_ms())),
            false => None,
        };
        Ok([settle, tell, self.tidy_due_ms()?]
            .into_iter()
            .flatten()
            .min())
    }

    /// Wakes up for what is next.
    async fn arm(&self) -> worker::Result<()> {
        let due = match self.due_ms() {
            Ok(due) => due,
            Err(error) => return Err(worker::Error::RustError(error.message)),
        };
        let Some(due_ms) = due else {
            return self.state.storage().delete_alarm().await;
        };
        if self
            .alarm_ms
            .get()
            .is_some_and(|set| set <= due_ms && set > now_ms())
        {
            return Ok(());
        }
        let wait = Duration::from_millis(due_ms.saturating_sub(now_ms()));
        self.alarm_ms.set(Some(due_ms));
        self.state.storage().set_alarm(wait).await
    }

    /// While an alarm's work runs it sees what came meanwhile, and arms at its end.
    async fn arm_unless_busy(&self) -> worker::Result<()> {
        if self.book.get().is_some() && self.busy_until_ms.get() < now_ms() {
            return self.arm().await;
        }
        Ok(())
    }
}
