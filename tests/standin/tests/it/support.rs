//! A stand-in inside the test and a client that keeps what it was answered.

use clap::Parser as _;
use olympus_standin::{Options, Standin};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::runtime::Runtime;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

pub(crate) const BGE: &str = "@cf/baai/bge-small-en-v1.5";
pub(crate) const LLAMA: &str = "@cf/meta/llama-4-scout-17b-16e-instruct";

/// One stand-in with one index `menu` of 3 dimensions; it ends with the test.
pub(crate) struct Server {
    address: SocketAddr,
    agent: Agent,
    _standin: Standin,
    _runtime: Runtime,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Value,
}

impl Answer {
    /// Its result; a failure fails the test.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The envelope's result.
    pub(crate) fn result(self) -> Value {
        let body = self.ok();
        assert_eq!(body["success"], true, "{body}");
        body["result"].clone()
    }

    /// Status and Cloudflare's number of a REST failure.
    pub(crate) fn refusal(&self) -> (u16, u64) {
        assert_eq!(self.body["success"], false, "{}", self.body);
        assert!(self.body["result"].is_null());
        let code = self.body["errors"][0]["code"].as_u64();
        (self.status, code.expect("a code"))
    }
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let fixed = ["standin", "--index", "menu=3"];
        let options = Options::parse_from(fixed.iter().chain(arguments));
        let runtime = Runtime::new().expect("a runtime");
        let standin = runtime
            .block_on(olympus_standin::start(options))
            .expect("starts");
        Self {
            address: standin.address(),
            agent: agent(Duration::from_secs(20)),
            _standin: standin,
            _runtime: runtime,
        }
    }

    /// The same, asked by a client that waits so long.
    pub(crate) fn with_patience(mut self, patience: Duration) -> Self {
        self.agent = agent(patience);
        self
    }

    /// One whose writes show at once.
    pub(crate) fn prompt() -> Self {
        Self::start(&["--visibility", "0,0"])
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = if body.is_empty() {
            self.agent.run(request.body(()).expect("a request"))?
        } else {
            self.agent.run(request.body(body).expect("a request"))?
        };
        Ok(read(response))
    }

    /// JSON with the API token.
    pub(crate) fn rest(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.rest_as("application/json", method, path, &body.to_string())
    }

    pub(crate) fn rest_as(&self, kind: &str, method: &str, path: &str, body: &str) -> Answer {
        let path = format!("/client/v4/accounts/account/{path}");
        let headers = [
            ("authorization", "Bearer standin-token"),
            ("content-type", kind),
        ];
        let body = if method == "GET" { "" } else { body };
        self.send(method, &path, &headers, body.as_bytes())
            .expect("an answer")
    }

    pub(crate) fn run(&self, model: &str, inputs: &Value) -> Answer {
        self.rest("POST", &format!("ai/run/{model}"), inputs)
    }

    /// One action on the index `menu`.
    pub(crate) fn menu(&self, action: &str, body: &Value) -> Answer {
        self.rest("POST", &format!("vectorize/v2/indexes/menu/{action}"), body)
    }

    pub(crate) fn write(&self, action: &str, vectors: &[Value]) -> Answer {
        let path = format!("vectorize/v2/indexes/menu/{action}");
        self.rest_as("application/x-ndjson", "POST", &path, &lines(vectors))
    }

    pub(crate) fn info(&self) -> Value {
        let path = "vectorize/v2/indexes/menu/info";
        self.rest("GET", path, &Value::Null).result()
    }

    /// Ids of a query, best first.
    pub(crate) fn found(&self, query: &Value) -> Vec<String> {
        let found = self.menu("query", query).result();
        let matches = found["matches"].as_array().expect("matches");
        assert_eq!(found["count"], matches.len());
        let id = |one: &Value| one["id"].as_str().expect("an id").to_owned();
        matches.iter().map(id).collect()
    }

    pub(crate) fn control(&self, patch: &Value) -> Answer {
        self.send("PUT", "/__control", &[], patch.to_string().as_bytes())
            .expect("control always answers")
    }

    pub(crate) fn post_control(&self, action: &str) {
        let path = format!("/__control/{action}");
        let answer = self.send("POST", &path, &[], b"").expect("an answer");
        assert!(answer.status < 300, "{answer:?}");
    }

    /// Counters of one kind of request.
    pub(crate) fn count(&self, task: &str) -> Value {
        let answer = self.send("GET", "/__control", &[], b"").expect("an answer");
        answer.ok()["counters"][task].clone()
    }
}

fn agent(patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(patience));
    config.build().into()
}

pub(crate) fn lines(vectors: &[Value]) -> String {
    vectors.iter().map(|vector| format!("{vector}\n")).collect()
}

/// One vector of the index `menu`.
pub(crate) fn vector(id: &str, values: [f32; 3]) -> Value {
    json!({"id": id, "values": values})
}

fn read(mut response: Response<Body>) -> Answer {
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    Answer {
        status: response.status().as_u16(),
        content_type: header("content-type").unwrap_or_default(),
        retry_after: header("retry-after"),
        body: response
            .body_mut()
            .with_config()
            .limit(64 << 20)
            .read_json()
            .unwrap_or_default(),
    }
}
