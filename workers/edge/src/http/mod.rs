//! The outermost layer: request ids, error bodies, CORS, security headers, timing, metrics.
//! Invariant: every answer passes here; no text of a customer is ever logged.

pub(crate) mod body;
pub(crate) mod cors;
pub(crate) mod ctx;
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod ids;
pub(crate) mod path;
pub(crate) mod reply;
mod router;
pub(crate) mod time;

use crate::metrics::{self, Answered};
use ctx::ExecHandle;
use endpoint::Endpoint;
use error::{Answer, EdgeError};
use worker::{Context, Env, Headers, Request, Response};

/// Version of the routes, in the header `x-olympus-api` of every answer.
const API: &str = "1";
/// Label of what no route took.
const UNMATCHED: &str = "unmatched";

/// Answers one request.
pub(crate) async fn serve(request: Request, env: Env, exec: Context) -> Response {
    let started_ms = time::now_ms();
    let sent = header(&request, "x-request-id");
    let request_id = ids::take(sent.as_deref());
    let origin = header(&request, "origin");
    let exec = ExecHandle::new(exec);
    let method = request.inner().method();
    let (endpoint, answer) = answer(request, &env, &exec, &request_id, started_ms).await;
    let (response, code) = match answer {
        Ok(response) => (Ok(response), None),
        Err(error) => (error.render(&request_id), Some(error.code.as_str())),
    };
    let answered = Answered {
        route: endpoint.map_or(UNMATCHED, Endpoint::name),
        method: known(&method),
        status: response.as_ref().map_or(500, Response::status_code),
        code,
        took_ms: time::now_ms().saturating_sub(started_ms),
    };
    metrics::answered(&env, &answered);
    let origins = var(&env, "CORS_ORIGINS");
    let finished = response.and_then(|response| {
        dress(
            response,
            &request_id,
            started_ms,
            &origins,
            origin.as_deref(),
        )
    });
    let finished = finished.and_then(|response| {
        if method == "HEAD" {
            bodiless(response)
        } else {
            Ok(response)
        }
    });
    finished.unwrap_or_else(|cause| {
        error::log(&format!("an answer could not be written: {cause}"));
        Response::builder().with_status(500).empty()
    })
}

/// A method for a label: one that a client made up is none.
fn known(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

async fn answer(
    request: Request,
    env: &Env,
    exec: &ExecHandle,
    request_id: &str,
    started_ms: u64,
) -> (Option<Endpoint>, Answer) {
    let method = request.inner().method();
    // The path as the URL has it: nothing was decoded yet.
    let path = match request.url() {
        Ok(url) => url.path().to_owned(),
        Err(_) => return (None, Err(EdgeError::invalid("the URL is not readable"))),
    };
    if method == "OPTIONS" {
        return (None, preflight(&path));
    }
    let found = match path::find(&method, &path) {
        Ok(found) => found,
        Err(error) => return (None, Err(error)),
    };
    let endpoint = found.endpoint;
    let answer = router::run(request, found, env, exec, request_id, started_ms).await;
    (Some(endpoint), answer)
}

fn preflight(path: &str) -> Answer {
    let mut methods = path::methods(path);
    if methods.is_empty() {
        return Err(EdgeError::not_found("there is no such route"));
    }
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    let headers = Headers::new();
    headers.set("allow", &methods.join(", "))?;
    cors::preflight(&headers, &methods)?;
    Ok(Response::empty()?.with_status(204).with_headers(headers))
}

fn dress(
    response: Response,
    request_id: &str,
    started_ms: u64,
    origins: &str,
    origin: Option<&str>,
) -> worker::Result<Response> {
    if response.status_code() == 101 {
        return Ok(response); // an upgrade carries its socket, and headers of a page mean nothing
    }
    // Answers of objects and buckets may have frozen headers.
    let headers = Headers::new();
    for (name, value) in response.headers().entries() {
        headers.append(&name, &value)?;
    }
    headers.set("x-request-id", request_id)?;
    headers.set("x-olympus-api", API)?;
    let took = time::now_ms().saturating_sub(started_ms);
    let timing = match headers.get("server-timing")? {
        Some(inner) => format!("{inner}, total;dur={took}"),
        None => format!("total;dur={took}"),
    };
    headers.set("server-timing", &timing)?;
    headers.set("x-content-type-options", "nosniff")?;
    headers.set("referrer-policy", "no-referrer")?;
    headers.set("strict-transport-security", "max-age=31536000")?;
    if !headers.has("content-security-policy")? {
        headers.set(
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        )?;
    }
    if !headers.has("cache-control")? {
        headers.set("cache-control", "no-store")?;
    }
    cors::dress(&headers, origins, origin)?;
    Ok(response.with_headers(headers))
}

/// The same head without the body.
fn bodiless(response: Response) -> worker::Result<Response> {
    let (head, _) = response.into_parts();
    Ok(head.empty())
}

/// A header, where it is readable.
pub(crate) fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// A var of the Worker; empty where it is not set.
pub(crate) fn var(env: &Env, name: &str) -> String {
    env.var(name)
        .map_or_else(|_| String::new(), |var| var.to_string())
}
