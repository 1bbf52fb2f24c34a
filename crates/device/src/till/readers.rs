//! Connections that only read, beside the till: made as they are needed, kept, and used again.
//!
//! Invariant: a reader never waits for a writer, and a writer never for a reader. Never reads
//! more at a time than [`MOST`] connections do: the next one waits for a free one.

use super::refused::Refused;
use olympus_proto::ErrorCode;
use olympus_store::{OpenOptions, Reader, StoreError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Most connections.
const MOST: usize = 8;

/// The connections to one file.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
    slots: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            idle: Mutex::default(),
            slots: Arc::new(Semaphore::new(MOST)),
        }
    }

    /// Reads on a blocking thread.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        what: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Refused> {
        let slots = Arc::clone(&self.slots);
        let slot = slots.acquire_owned().await.map_err(|_| Refused::ending())?;
        let readers = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            readers.now(what)
        });
        match reading.await {
            Ok(read) => read.map_err(Refused::from),
            Err(error) => Err(Refused::new(ErrorCode::Internal, error.to_string())),
        }
    }

    /// Reads on this thread.
    pub(super) fn now<T>(
        &self,
        what: impl FnOnce(&Reader) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.idle().pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.path, &OpenOptions::default())?,
        };
        let read = what(&reader);
        // One that failed may hold on to a file that was put aside.
        if read.is_ok() {
            self.idle().push(reader);
        }
        read
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
