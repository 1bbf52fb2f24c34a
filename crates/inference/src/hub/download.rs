//! Brings one file here: continued where an earlier attempt ended, and checked when whole.
//!
//! Invariant: a file is in `set/` only after its checksum matched, and bytes in `parts/` were
//! sent for the checksum that they are named by.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;

use super::client::{Hub, Incoming, Remote};
use super::files::{delete_file, make_dir, rename};
use super::manifest::Manifest;
use super::origin::without_query;
use super::staging::Places;
use super::{Event, HubError, PullOptions};

const CHUNK: usize = 64 * 1024;

/// A file to be brought here.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) name: &'static str,
    pub(super) remote: Remote,
}

/// Reports how much of a model is here; what it says never falls, though a file may be restarted.
pub(super) struct Meter<'a> {
    options: &'a PullOptions<'a>,
    total: u64,
    /// Bytes of the files that are whole.
    finished: Cell<u64>,
    highest: Cell<u64>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(options: &'a PullOptions<'a>, total: u64) -> Self {
        Self {
            options,
            total,
            finished: Cell::new(0),
            highest: Cell::new(0),
        }
    }

    fn at(&self, file: &str, offset: u64) {
        let done = (self.finished.get() + offset).max(self.highest.get());
        self.highest.set(done);
        self.options.progress.report(Event::Bytes {
            file,
            done,
            total: self.total,
        });
    }

    fn finish(&self, file: &str, size: u64) {
        self.finished.set(self.finished.get() + size);
        self.at(file, 0);
    }
}

/// Runs a request again while it fails in a way that may pass.
pub(super) fn patiently<T>(
    options: &PullOptions<'_>,
    mut request: impl FnMut() -> Result<T, HubError>,
) -> Result<T, HubError> {
    let mut failures = 0;
    loop {
        match request() {
            Err(e) if e.is_transient() && failures < options.retries => {
                pause(options, &e, failures);
                failures += 1;
            }
            result => return result,
        }
    }
}

fn pause(options: &PullOptions<'_>, reason: &HubError, failures: u32) {
    let after = options.backoff.saturating_mul(1 << failures.min(6));
    options.progress.report(Event::Retrying { reason, after });
    thread::sleep(after);
}

/// Brings a file into `set/`, unless it is there already.
pub(super) fn fetch(
    hub: &Hub,
    commit: &str,
    wanted: &Wanted,
    places: &Places,
    installed: Option<&Manifest>,
    meter: &Meter<'_>,
) -> Result<(), HubError> {
    let Wanted { name, remote } = wanted;
    let whole = places.set.join(name);
    if let Some(parent) = whole.parent() {
        make_dir(parent)?;
    }
    if !whole.is_file() {
        reuse(wanted, places, installed, &whole);
    }
    if whole.is_file() {
        // From an earlier pull, perhaps of another commit, or from the installed model.
        if verify(wanted, &whole, meter.options).is_ok() {
            meter.finish(name, remote.size);
            return Ok(());
        }
        delete_file(&whole)?;
    }
    let part = places.parts.join(remote.checksum.hex());
    complete(hub, commit, wanted, &part, meter)?;
    if let Err(e) = verify(wanted, &part, meter.options) {
        delete_file(&part)?;
        return Err(e);
    }
    rename(&part, &whole)?;
    meter.finish(name, remote.size);
    Ok(())
}

/// Takes a file from the installed model when the hub says that it has not changed since.
fn reuse(wanted: &Wanted, places: &Places, installed: Option<&Manifest>, whole: &Path) {
    let known = installed.and_then(|m| m.file(wanted.name));
    if known.is_some_and(|f| f.etag == wanted.remote.checksum.hex()) {
        let from = places.installed.join(wanted.name);
        // Whether this worked shows when the file is verified; if not, it is downloaded.
        let _ = fs::hard_link(&from, whole).or_else(|_| fs::copy(&from, whole).map(drop));
    }
}

fn verify(wanted: &Wanted, path: &Path, options: &PullOptions<'_>) -> Result<(), HubError> {
    let Wanted { name, remote } = wanted;
    options.progress.report(Event::Verifying { file: name });
    let length = path.metadata().map_err(HubError::io("read", path))?.len();
    if length != remote.size {
        return Err(HubError::Size {
            file: (*name).to_owned(),
            expected: remote.size,
            got: length,
        });
    }
    let got = remote.checksum.of_file(path);
    let got = got.map_err(HubError::io("read", path))?;
    if got != remote.checksum {
        return Err(HubError::Checksum {
            file: (*name).to_owned(),
            kind: remote.checksum.kind(),
            expected: remote.checksum.hex().to_owned(),
            got: got.hex().to_owned(),
        });
    }
    Ok(())
}

/// Requests the rest of a file until it is all here, or no attempt gets any further.
fn complete(
    hub: &Hub,
    commit: &str,
    wanted: &Wanted,
    part: &Path,
    meter: &Meter<'_>,
) -> Result<(), HubError> {
    let options = meter.options;
    let mut furthest = 0;
    let mut failures = 0;
    loop {
        let result = attempt(hub, commit, wanted, part, meter);
        let here = part.metadata().map_or(0, |m| m.len());
        if here > furthest {
            // Whoever gets further may go on; a slow line is no failure.
            furthest = here;
            failures = 0;
        }
        match result {
            Err(e) if e.is_transient() && failures < options.retries => {
                pause(options, &e, failures);
                failures += 1;
            }
            result => return result,
        }
    }
}

/// One request for the bytes that `part` does not have yet.
fn attempt(
    hub: &Hub,
    commit: &str,
    wanted: &Wanted,
    part: &Path,
    meter: &Meter<'_>,
) -> Result<(), HubError> {
    let size = wanted.remote.size;
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(part)
        .map_err(HubError::io("write", part))?;
    let length = file.metadata().map_err(HubError::io("read", part))?.len();
    // One that is too long is not the beginning of this file.
    let from = if length > size { 0 } else { length };
    meter.at(wanted.name, from);
    if from == size {
        return file.set_len(size).map_err(HubError::io("write", part));
    }
    let mut incoming = hub.open(commit, wanted.name, from)?;
    if let Some(got) = incoming.size.filter(|got| *got != size) {
        drop(file);
        delete_file(part)?;
        return Err(HubError::Size {
            file: wanted.name.to_owned(),
            expected: size,
            got,
        });
    }
    // From the beginning again when the hub ignored the range.
    file.set_len(incoming.from)
        .and_then(|()| file.seek(SeekFrom::Start(incoming.from)))
        .map_err(HubError::io("write", part))?;
    receive(&mut incoming, &mut file, part, wanted, meter)
}

/// Writes what arrives, up to the file's announced size.
fn receive(
    incoming: &mut Incoming,
    file: &mut File,
    part: &Path,
    wanted: &Wanted,
    meter: &Meter<'_>,
) -> Result<(), HubError> {
    let size = wanted.remote.size;
    let mut offset = incoming.from;
    let mut buffer = vec![0; CHUNK];
    let mut rest = (&mut incoming.bytes).take(size - offset);
    while offset < size {
        let count = match rest.read(&mut buffer) {
            Ok(count) => count,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(broken(&incoming.url, Some(e), meter.options)),
        };
        if count == 0 {
            return Err(broken(&incoming.url, None, meter.options));
        }
        file.write_all(buffer.get(..count).unwrap_or_default())
            .map_err(HubError::io("write", part))?;
        offset += count as u64;
        meter.at(wanted.name, offset);
    }
    Ok(())
}

fn broken(url: &str, source: Option<std::io::Error>, options: &PullOptions<'_>) -> HubError {
    let url = without_query(url);
    match source.map(ureq::Error::from) {
        Some(ureq::Error::Timeout(_)) => HubError::Timeout {
            url,
            seconds: options.timeout.as_secs(),
        },
        source => HubError::Interrupted {
            url,
            source: source.map(ureq::Error::into_io),
        },
    }
}
