//! An account: the stand-in of Workers AI and Vectorize behind a line that can fail.

use super::front::Front;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use clap::Parser;
use http_body_util::BodyExt;
use olympus_device::cloud::{BaseUrl, Direct, Secret};
use olympus_device::config::DirectSettings;
use olympus_proto::LocationId;
use olympus_standin::{Options, Standin, start};
use std::net::SocketAddr;
use std::path::Path;

pub(crate) const EMBED: &str = "@cf/baai/bge-small-en-v1.5";
const CHAT: &str = "@cf/meta/llama-3.1-8b-instruct-fast";
const VISION: &str = "@cf/meta/llama-4-scout-17b-16e-instruct";
const BUSY: &str = r#"{"result":null,"success":false,"errors":[{"code":3040,"message":"Capacity temporarily exceeded"}],"messages":[]}"#;

/// The account and the line to it.
pub(crate) struct Account {
    pub(crate) front: Front,
    standin: Standin,
}

impl Account {
    /// Writes show after `visibility` (median and 99th percentile, milliseconds).
    pub(crate) async fn open(visibility: &str) -> Self {
        let options = Options::parse_from([
            "standin",
            "--index",
            "menus=384",
            "--model",
            "@cf/other/model=embeddings",
            "--visibility",
            visibility,
        ]);
        let standin = start(options).await.expect("starts");
        let router = Router::new()
            .fallback(forward)
            .with_state(standin.address());
        Self {
            front: Front::serve(router, BUSY).await,
            standin,
        }
    }

    /// A device of `location` that asks the account, and keeps what it knows in `dir`.
    pub(crate) fn device(&self, location: &str, embed: &str, dir: Option<&Path>) -> Direct {
        let settings = DirectSettings {
            account: "account".to_owned(),
            token: Secret::new("standin-token"),
            index: "menus".to_owned(),
            models: format!("embed={embed},intent={CHAT},image={VISION}")
                .parse()
                .expect("are models"),
        };
        let base = BaseUrl::new(&format!("http://{}", self.front.address)).expect("is loopback");
        let dir = dir.map(Path::to_path_buf);
        Direct::at(base, &settings, LocationId::from(location), 0.0, dir)
    }

    /// The line, for who drives it; another one takes its place.
    pub(crate) async fn take_front(&mut self) -> Front {
        let router = Router::new()
            .fallback(forward)
            .with_state(self.standin.address());
        std::mem::replace(&mut self.front, Front::serve(router, BUSY).await)
    }

    /// How many vectors show.
    pub(crate) async fn vectors(&self) -> u64 {
        let path = "/client/v4/accounts/account/vectorize/v2/indexes/menus/info";
        let url = format!("http://{}{path}", self.standin.address());
        let key = vec![("authorization", "Bearer standin-token".to_owned())];
        let (status, bytes) = send("GET", url, key, Bytes::new()).await;
        assert!(status.is_success());
        let info: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        info["result"]["vectorCount"].as_u64().expect("a number")
    }

    /// Changes the stand-in.
    pub(crate) async fn control(&self, method: &'static str, path: &str, body: &str) -> String {
        let url = format!("http://{}/__control{path}", self.standin.address());
        let body = Bytes::from(body.to_owned());
        let (status, bytes) = send(method, url, Vec::new(), body).await;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(status.is_success(), "{text}");
        text
    }
}

async fn forward(State(to): State<SocketAddr>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let kept = ["authorization", "content-type"];
    let headers = kept.iter().filter_map(|name| {
        let value = parts.headers.get(*name)?.to_str().ok()?;
        Some((*name, value.to_owned()))
    });
    let headers = headers.collect();
    let url = format!("http://{to}{}", parts.uri);
    let body = body.collect().await.expect("a body").to_bytes();
    let method = if parts.method == "GET" { "GET" } else { "POST" };
    let (status, bytes) = send(method, url, headers, body).await;
    (status, [("content-type", "application/json")], bytes).into_response()
}

async fn send(
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
) -> (StatusCode, Vec<u8>) {
    let work = move || {
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.build().into();
        let request = request.body(body.to_vec()).expect("a request");
        let mut response = agent.run(request).expect("the stand-in answers");
        let bytes = response.body_mut().read_to_vec().expect("a body");
        (response.status().as_u16(), bytes)
    };
    let (status, bytes) = tokio::task::spawn_blocking(work).await.expect("no panic");
    (StatusCode::from_u16(status).expect("a status"), bytes)
}
