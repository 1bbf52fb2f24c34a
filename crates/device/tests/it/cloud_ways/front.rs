//! What every simulated line goes through: it fails as it is told and remembers who asked.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpListener;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Each answer takes so long.
    Slow(Duration),
    /// No capacity; come back in 7 s.
    Busy,
    /// Cut in the middle of an answer.
    Cut,
    /// JSON of another kind.
    Nonsense,
    /// Longer than any answer.
    Endless,
    /// Somebody else's address.
    Redirect,
    /// An error of the other side.
    Broken,
}

/// A server on loopback behind faults.
pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    told: Arc<Told>,
}

struct Told {
    fault: Mutex<Fault>,
    request_ids: Mutex<Vec<String>>,
    deadlines: Mutex<Vec<String>>,
    /// The body of a refusal for want of capacity.
    busy: &'static str,
}

impl Front {
    /// Serves `router`; needs a runtime.
    pub(crate) async fn serve(router: Router, busy: &'static str) -> Self {
        let told = Arc::new(Told {
            fault: Mutex::new(Fault::None),
            request_ids: Mutex::default(),
            deadlines: Mutex::default(),
            busy,
        });
        let router = router.layer(from_fn_with_state(Arc::clone(&told), pass));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("has an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, told }
    }

    pub(crate) fn set(&self, fault: Fault) {
        *lock(&self.told.fault) = fault;
    }

    pub(crate) fn request_ids(&self) -> Vec<String> {
        lock(&self.told.request_ids).clone()
    }

    /// `x-deadline-ms` of each request, empty where there was none.
    pub(crate) fn deadlines(&self) -> Vec<String> {
        lock(&self.told.deadlines).clone()
    }
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().expect("no panic")
}

async fn pass(State(told): State<Arc<Told>>, request: Request, next: Next) -> Response {
    for (name, kept) in [
        ("x-request-id", &told.request_ids),
        ("x-deadline-ms", &told.deadlines),
    ] {
        let sent = request.headers().get(name);
        let sent = sent.and_then(|sent| sent.to_str().ok()).unwrap_or_default();
        lock(kept).push(sent.to_owned());
    }
    let fault = *lock(&told.fault);
    let json = [("content-type", "application/json")];
    match fault {
        Fault::None => next.run(request).await,
        Fault::Slow(time) => {
            tokio::time::sleep(time).await;
            next.run(request).await
        }
        Fault::Busy => {
            let head = [json[0], ("retry-after", "7")];
            (hyper::StatusCode::TOO_MANY_REQUESTS, head, told.busy).into_response()
        }
        Fault::Cut => Body::new(Half(0)).into_response(),
        Fault::Nonsense => (json, r#"{"cats":1}"#).into_response(),
        Fault::Endless => (json, "x".repeat(9 << 20)).into_response(),
        Fault::Redirect => {
            let head = [("location", "http://127.0.0.1:1/")];
            (hyper::StatusCode::FOUND, head).into_response()
        }
        Fault::Broken => hyper::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A body that breaks off.
struct Half(u8);

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.0 += 1;
        Poll::Ready(Some(match self.0 {
            1 => Ok(Frame::data(Bytes::from_static(b"{\"hits\":"))),
            _ => Err(std::io::Error::other("the line is cut")),
        }))
    }
}
