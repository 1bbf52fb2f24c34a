//! A stand-in of a model hub: its API, its redirects and its storage host, as they look on the
//! wire, with faults on demand. Storage listens on a port of its own, so that it is another host
//! to the client.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use serde_json::json;
use sha2::Digest;

/// Files of at least this many bytes are in large-file storage.
const LARGE: usize = 50_000;

pub(super) struct Server {
    hub: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(super) struct State {
    storage: Option<SocketAddr>,
    /// By id: the commit, and the files by name.
    models: BTreeMap<String, (String, BTreeMap<String, Vec<u8>>)>,
    pub(super) faults: Faults,
    pub(super) seen: Vec<Seen>,
}

/// What goes wrong, until it is set otherwise.
#[derive(Default, Clone)]
pub(super) struct Faults {
    /// Storage hangs up after so many bytes of a body.
    pub(super) cut_after: Option<usize>,
    /// Storage sends so many bytes of a body and then nothing more.
    pub(super) stall_after: Option<usize>,
    /// Storage always sends the whole file.
    pub(super) ignores_ranges: bool,
    /// Storage sends so many bytes more than the file has, and says so.
    pub(super) too_long_by: usize,
    /// A byte of this file is wrong.
    pub(super) damages: Option<&'static str>,
    /// Requests whose path contains this are answered so: status and `X-Error-Code`.
    pub(super) answers: Option<(&'static str, u16, &'static str)>,
    /// That many requests are answered 503 first.
    pub(super) busy: usize,
    /// The hub announces no checksum of this file.
    pub(super) no_etag_of: Option<&'static str>,
    /// The hub announces no size of large files, so that only storage knows it.
    pub(super) no_linked_size: bool,
    /// Large files redirect here instead of to storage.
    pub(super) redirects_to: Option<String>,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) storage: bool,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) range: Option<String>,
    pub(super) authorization: Option<String>,
    pub(super) accept_encoding: Option<String>,
    /// Bytes of the body that were sent.
    pub(super) sent: usize,
}

#[derive(Default)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// `len` bytes that look random and differ by `seed`.
pub(super) fn bytes(seed: u8, len: usize) -> Vec<u8> {
    let mut x = u32::from(seed) + 1;
    let mut next = || {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        x.to_be_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

impl Server {
    pub(super) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let hub = listen(&state, false);
        let storage = listen(&state, true);
        state.lock().unwrap().storage = Some(storage);
        Self { hub, state }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.hub)
    }

    pub(super) fn publish(&self, id: &str, commit: &str, files: &[(&str, Vec<u8>)]) {
        let files = files.iter().map(|(n, b)| ((*n).to_owned(), b.clone()));
        let model = (commit.to_owned(), files.collect());
        self.state().models.insert(id.to_owned(), model);
    }

    pub(super) fn break_with(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// What has been asked since the last call.
    pub(super) fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state().seen)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn listen(state: &Arc<Mutex<State>>, storage: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let state = state.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let state = state.clone();
            // A client that hangs up is no concern of the server's.
            thread::spawn(move || serve(&stream, &state, storage).ok());
        }
    });
    addr
}

fn serve(stream: &TcpStream, state: &Mutex<State>, storage: bool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(());
    };
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let seen = Seen {
        storage,
        method,
        path,
        range: headers.remove("range"),
        authorization: headers.remove("authorization"),
        accept_encoding: headers.remove("accept-encoding"),
        sent: 0,
    };
    let (answer, faults, index) = {
        let mut state = state.lock().unwrap();
        let answer = state.answer(&seen);
        state.seen.push(seen.clone());
        (answer, state.faults.clone(), state.seen.len() - 1)
    };
    let mut head = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", answer.body.len());
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    if seen.method == "HEAD" {
        return Ok(());
    }
    let limits = [faults.cut_after, faults.stall_after];
    let limit = limits.into_iter().flatten().min().filter(|_| storage);
    let count = limit.unwrap_or(usize::MAX).min(answer.body.len());
    // Counted before it is sent: the client may be done with it before this thread goes on.
    if let Some(seen) = state.lock().unwrap().seen.get_mut(index) {
        seen.sent = count;
    }
    stream.write_all(&answer.body[..count])?;
    if storage && faults.stall_after.is_some() {
        thread::sleep(Duration::from_secs(20));
    }
    stream.shutdown(Shutdown::Both)
}

impl State {
    fn answer(&mut self, seen: &Seen) -> Answer {
        if self.faults.busy > 0 {
            self.faults.busy -= 1;
            return refusal(503, "");
        }
        if let Some((part, status, code)) = self.faults.answers
            && seen.path.contains(part)
        {
            return refusal(status, code);
        }
        let path = seen.path.split('?').next().unwrap_or_default();
        let found = if seen.storage {
            self.stored(path.trim_start_matches("/objects/"), seen.range.as_deref())
        } else if let Some(rest) = path.strip_prefix("/api/models/") {
            rest.split_once("/revision/")
                .map(|(id, revision)| self.info(id, revision))
        } else if let Some(rest) = path.strip_prefix("/api/resolve-cache/models/") {
            rest.split_once('@')
                .and_then(|(id, file)| self.small(id, file))
        } else {
            let split = path.trim_start_matches('/').split_once("/resolve/");
            split.and_then(|(id, rest)| self.resolve(id, rest.split_once('/')?.1))
        };
        found.unwrap_or_else(|| refusal(404, "EntryNotFound"))
    }

    fn info(&self, id: &str, revision: &str) -> Answer {
        let Some((commit, files)) = self.models.get(id) else {
            return refusal(404, "RepoNotFound");
        };
        if revision != "main" && revision != "refs%2Fpr%2F1" && revision != commit {
            return refusal(404, "RevisionNotFound");
        }
        let names: Vec<_> = files.keys().map(|n| json!({"rfilename": n})).collect();
        let body = json!({"id": id, "sha": commit, "private": false, "siblings": names});
        Answer {
            status: 200,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    /// A large file redirects to storage, a small one to a cache of the hub's own.
    fn resolve(&self, id: &str, file: &str) -> Option<Answer> {
        let (commit, files) = self.models.get(id)?;
        let body = files.get(file)?;
        let mut headers = vec![("x-repo-commit", commit.clone())];
        let status = if body.len() < LARGE {
            headers.push(("location", format!("/api/resolve-cache/models/{id}@{file}")));
            307
        } else {
            let sha256 = sha256(body);
            let storage = self.storage?;
            let place = format!("http://{storage}/objects/{sha256}?signature=secret");
            let place = self.faults.redirects_to.clone().unwrap_or(place);
            headers.push(("location", place));
            if !self.faults.no_linked_size {
                headers.push(("x-linked-size", body.len().to_string()));
            }
            if self.faults.no_etag_of != Some(file) {
                headers.push(("etag", "\"of-the-redirect\"".to_owned()));
                headers.push(("x-linked-etag", format!("\"{sha256}\"")));
            }
            302
        };
        Some(Answer {
            status,
            headers,
            body: b"Found. Redirecting".to_vec(),
        })
    }

    fn small(&self, id: &str, file: &str) -> Option<Answer> {
        let (_, files) = self.models.get(id)?;
        let body = files.get(file)?;
        let etag = (self.faults.no_etag_of != Some(file))
            .then(|| ("etag", format!("\"{}\"", git_sha1(body))));
        Some(Answer {
            status: 200,
            headers: etag.into_iter().collect(),
            body: self.damage(file, body.clone()),
        })
    }

    fn stored(&self, sum: &str, range: Option<&str>) -> Option<Answer> {
        let mut files = self.models.values().flat_map(|(_, files)| files);
        let (name, body) = files.find(|(_, body)| sha256(body) == sum)?;
        let mut body = self.damage(name, body.clone());
        body.extend(bytes(1, self.faults.too_long_by));
        let total = body.len();
        // As storage hosts do: an ETag of their own, which is no checksum of the file.
        let mut headers = vec![("etag", format!("\"{}\"", "0".repeat(64)))];
        let range = range.filter(|_| !self.faults.ignores_ranges);
        let Some(range) = range else {
            return Some(Answer {
                status: 200,
                headers,
                body,
            });
        };
        let start: usize = range
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse()
            .ok()?;
        if start >= total {
            return Some(refusal(416, ""));
        }
        headers.push((
            "content-range",
            format!("bytes {start}-{}/{total}", total - 1),
        ));
        Some(Answer {
            status: 206,
            headers,
            body: body.split_off(start),
        })
    }

    fn damage(&self, file: &str, mut body: Vec<u8>) -> Vec<u8> {
        if self.faults.damages == Some(file)
            && let Some(last) = body.last_mut()
        {
            *last ^= 1;
        }
        body
    }
}

fn refusal(status: u16, code: &str) -> Answer {
    Answer {
        status,
        headers: vec![("x-error-code", code.to_owned())],
        body: b"{\"error\":\"no\"}".to_vec(),
    }
}

pub(super) fn sha256(body: &[u8]) -> String {
    hex(&sha2::Sha256::digest(body))
}

fn git_sha1(body: &[u8]) -> String {
    let header = format!("blob {}\0", body.len());
    hex(&sha1::Sha1::new_with_prefix(header)
        .chain_update(body)
        .finalize())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}
