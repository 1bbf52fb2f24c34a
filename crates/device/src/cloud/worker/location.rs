//! The routes of the location's authority at the Worker.
//!
//! Invariant: operations travel once per call of the agent. A push that found its connection closed
//! is sent again by the HTTP client, which harms nothing: the authority knows each operation by id.

use super::super::error::CloudError;
use super::super::http::Call;
use super::super::location::{Held, LocationApi, OfTerminal, ReceiptAsk, TillEvents};
use super::super::{Calling, CloudAsk, sha256_hex};
use super::{CONTENT_SHA256, Worker, no_path};
use crate::cloud::address::{is_dots, segment};
use hyper::header::IF_NONE_MATCH;
use hyper::{Method, StatusCode};
use olympus_proto::edge::PublishRequest;
use olympus_proto::grant::TerminalId;
use olympus_proto::location::{
    Documents, GrantRequest, ReconcileAnswer, ReconcileUpload, TerminalReport, TerminalWelcome,
};
use olympus_proto::sync::{Pull, PullAnswer, Push, PushAnswer, Register, Registered};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest answer: a snapshot of all rows, or a whole list of what is revoked.
const MOST: usize = 32 * 1024 * 1024;

impl Worker {
    /// Asks with a JSON body for a JSON answer.
    async fn asked<Q, B: Serialize, A: DeserializeOwned>(
        &self,
        ask: &CloudAsk<Q>,
        path: &str,
        body: &B,
    ) -> Result<A, CloudError> {
        let call = Call {
            most: MOST,
            ..self.call(ask, Method::POST, path)
        };
        self.send(call, body).await?.json(ask.timeout)
    }
}

/// The path below a terminal.
fn terminal(terminal: &TerminalId, below: &str) -> Result<String, CloudError> {
    let name = terminal.as_str();
    if is_dots(name) {
        return Err(no_path(name));
    }
    Ok(format!("/terminals/{}{below}", segment(name)))
}

impl LocationApi for Worker {
    fn register<'a>(&'a self, ask: &'a CloudAsk<Register>) -> Calling<'a, Registered> {
        Box::pin(self.asked(ask, "/sync/register", &ask.what))
    }

    fn push<'a>(&'a self, ask: &'a CloudAsk<Push>) -> Calling<'a, PushAnswer> {
        Box::pin(self.asked(ask, "/sync/push", &ask.what))
    }

    fn pull<'a>(&'a self, ask: &'a CloudAsk<Pull>) -> Calling<'a, PullAnswer> {
        Box::pin(self.asked(ask, "/sync/pull", &ask.what))
    }

    fn welcome<'a>(&'a self, ask: &'a CloudAsk<TerminalId>) -> Calling<'a, TerminalWelcome> {
        Box::pin(async move {
            let path = terminal(&ask.what, "")?;
            let call = self.call(ask, Method::POST, &path);
            self.http.call(&call).await?.json(ask.timeout)
        })
    }

    fn grant<'a>(&'a self, ask: &'a CloudAsk<OfTerminal<GrantRequest>>) -> Calling<'a, Documents> {
        Box::pin(async move {
            let path = terminal(&ask.what.terminal, "/grants")?;
            self.asked(ask, &path, &ask.what.what).await
        })
    }

    fn documents<'a>(&'a self, ask: &'a CloudAsk<OfTerminal<Held>>) -> Calling<'a, Documents> {
        Box::pin(async move {
            let Held {
                policy,
                revocations,
                keys,
            } = ask.what.what;
            let query = format!("/documents?policy={policy}&revocations={revocations}&keys={keys}");
            let path = terminal(&ask.what.terminal, &query)?;
            let call = Call {
                most: MOST,
                ..self.call(ask, Method::GET, &path)
            };
            self.http.call(&call).await?.json(ask.timeout)
        })
    }

    fn report<'a>(&'a self, ask: &'a CloudAsk<OfTerminal<TerminalReport>>) -> Calling<'a, ()> {
        Box::pin(async move {
            let path = terminal(&ask.what.terminal, "/report")?;
            let call = self.call(ask, Method::POST, &path);
            let reply = self.send(call, &ask.what.what).await?;
            reply.success(ask.timeout).map(drop)
        })
    }

    fn reconcile<'a>(&'a self, ask: &'a CloudAsk<ReconcileUpload>) -> Calling<'a, ReconcileAnswer> {
        Box::pin(self.asked(ask, "/reconcile", &ask.what))
    }

    fn receipt<'a>(&'a self, ask: &'a CloudAsk<ReceiptAsk>) -> Calling<'a, ()> {
        Box::pin(async move {
            let ReceiptAsk { id, pdf } = &ask.what;
            if is_dots(id) {
                return Err(no_path(id));
            }
            let path = format!("/receipts/{}", segment(id));
            let call = Call {
                content_type: Some("application/pdf"),
                header: Some((CONTENT_SHA256, sha256_hex(pdf))),
                body: pdf.clone(),
                ..self.call(ask, Method::PUT, &path)
            };
            self.http.call(&call).await?.success(ask.timeout).map(drop)
        })
    }

    fn menu<'a>(
        &'a self,
        ask: &'a CloudAsk<Option<String>>,
    ) -> Calling<'a, Option<PublishRequest>> {
        Box::pin(async move {
            let held = ask.what.as_ref();
            let call = Call {
                header: held.map(|digest| (IF_NONE_MATCH, format!("\"{digest}\""))),
                most: MOST,
                ..self.call(ask, Method::GET, "/menu")
            };
            let reply = self.http.call(&call).await?;
            if reply.status == StatusCode::NOT_MODIFIED {
                return Ok(None);
            }
            match reply.json(ask.timeout) {
                // Nobody has published one yet.
                Err(CloudError::Refused { status: 404, .. }) => Ok(None),
                answer => answer.map(Some),
            }
        })
    }

    fn listen<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, TillEvents> {
        let call = self.call(ask, Method::GET, "/live?topics=till,menu");
        Box::pin(super::live::listen(call))
    }
}
