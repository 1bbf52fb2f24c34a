//! The socket: connections, and which part of the stand-in a request is for.
//!
//! Hyper is driven by hand because an outage closes a connection without an answer, which a
//! framework's server does not do.

use crate::options::Options;
use crate::state::State;
use crate::wire::{self, Cut};
use crate::{auth, control, provider};
use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Uri, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running stand-in; it stops when this is dropped.
#[derive(Debug)]
pub struct Standin {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Standin {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Starts one inside a Tokio runtime.
///
/// # Errors
/// Where the options make no sense or the address is taken.
pub async fn start(options: Options) -> anyhow::Result<Standin> {
    let at = SocketAddr::new(options.host, options.port);
    let state = Arc::new(State::new(options)?);
    let listener = TcpListener::bind(at)
        .await
        .with_context(|| format!("cannot listen on {at}"))?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .merge(control::router())
        .merge(auth::router())
        .merge(provider::router())
        .merge(wire::rest::router())
        .merge(wire::binding::router())
        .fallback(wire::rest::no_route)
        .with_state(state);
    let accepting = tokio::spawn(accept(listener, router));
    Ok(Standin { address, accepting })
}

async fn accept(listener: TcpListener, router: Router) {
    loop {
        // An error here is a connection that went away before it was taken.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, router.clone()));
        }
    }
}

async fn serve(stream: TcpStream, router: Router) {
    // Without it small answers wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let router = TowerToHyperService::new(router.clone());
        async move {
            let response: Response = match router.call(placed(request.map(Body::new))).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            if response.extensions().get::<Cut>().is_some() {
                return Err(Cut);
            }
            Ok(response)
        }
    });
    // A client that hangs up and a connection that is cut end here; both are meant.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// A Worker's binding names its service by the host; here it becomes a path.
fn placed(mut request: Request) -> Request {
    let host = request
        .headers()
        .get(header::HOST)
        .map(HeaderValue::as_bytes);
    let prefix = match host {
        Some(b"workers-binding.ai") => "/binding/ai",
        Some(b"vector-search") => "/binding/vectorize",
        _ => return request,
    };
    let rest = request
        .uri()
        .path_and_query()
        .map_or("/", |all| all.as_str());
    if let Ok(uri) = format!("{prefix}{rest}").parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    request
}
