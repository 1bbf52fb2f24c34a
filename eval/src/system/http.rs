//! A server under test. Reads only what is scored, so that servers with more or fewer fields in
//! their answers can be measured with the same data.

use super::{Found, Identity, IntentReply, ModelIdentity, System};
use crate::error::SystemError;
use crate::order::{AnswerLine, Line, answered_lines};
use olympus_core::menu::import::Format;
use olympus_proto::Intent;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// One answer may take so long before it counts as none.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A menu is embedded before the answer comes.
const MENU_TIMEOUT: Duration = Duration::from_secs(600);
/// Times that a busy server (429) is asked again.
const RETRIES: u32 = 5;
/// Longest wait before asking again, whatever the server says.
const LONGEST_WAIT_S: u64 = 5;
/// Characters of an error answer that are shown.
const SHOWN_CHARS: usize = 600;

/// A client of one server.
#[derive(Debug)]
pub struct Http {
    agent: ureq::Agent,
    base: String,
    api_key: Option<String>,
    model: Option<String>,
}

#[derive(Deserialize)]
struct IntentAnswer {
    intent: Intent,
    confidence: f64,
    #[serde(default)]
    best_guess: Option<Intent>,
}

#[derive(Deserialize)]
struct SearchAnswer {
    hits: Vec<HitAnswer>,
}

#[derive(Deserialize)]
struct HitAnswer {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    score: f32,
}

#[derive(Deserialize)]
struct OrderAnswer {
    lines: Vec<AnswerLine>,
}

impl Http {
    /// A client for `http://host:port`; connects at the first question.
    ///
    /// # Errors
    /// The address is not a plain `http://` one.
    pub fn new(url: &str, api_key: Option<&str>) -> Result<Self, String> {
        let base = url.trim_end_matches('/');
        if !base.starts_with("http://") || base.len() == "http://".len() {
            return Err(format!(
                "--url `{url}`: give an address like http://127.0.0.1:8080 (TLS is not built in; \
                 measure on the machine itself or through a tunnel)"
            ));
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // a proxy between would be measured too
            .proxy(None)
            .timeout_global(Some(TIMEOUT))
            .build();
        Ok(Self {
            agent: config.into(),
            base: base.to_owned(),
            api_key: api_key.map(str::to_owned),
            model: None,
        })
    }

    fn post<A: DeserializeOwned>(&mut self, path: &str, body: &Value) -> Result<A, SystemError> {
        let url = format!("{}{path}", self.base);
        for attempt in 0..=RETRIES {
            let mut request = self.agent.post(&url);
            if let Some(key) = &self.api_key {
                request = request.header("authorization", format!("Bearer {key}"));
            }
            let mut response = request.send_json(body).map_err(|e| connect(&url, e))?;
            let status = response.status().as_u16();
            if status == 429 && attempt < RETRIES {
                std::thread::sleep(retry_after(response.headers()));
                continue;
            }
            let text = response
                .body_mut()
                .read_to_string()
                .map_err(|e| connect(&url, e))?;
            if status >= 400 {
                return Err(SystemError::Status {
                    url,
                    status,
                    message: error_words(&text),
                });
            }
            return self.read(url, &text);
        }
        Err(SystemError::Status {
            url,
            status: 429,
            message: "busy, also after asking again".to_owned(),
        })
    }

    fn read<A: DeserializeOwned>(&mut self, url: String, text: &str) -> Result<A, SystemError> {
        let unexpected = |e: serde_json::Error| SystemError::Answer {
            url: url.clone(),
            reason: e.to_string(),
        };
        let value: Value = serde_json::from_str(text).map_err(unexpected)?;
        if let Some(model) = value.pointer("/meta/model").and_then(Value::as_str) {
            self.model = Some(model.to_owned());
        }
        serde_json::from_value(value).map_err(unexpected)
    }
}

impl System for Http {
    fn load_menu(&mut self, bytes: &[u8], format: Format) -> Result<(), SystemError> {
        let url = format!("{}/v1/menu", self.base);
        let mut request = self.agent.put(&url).content_type(content_type(format));
        if let Some(key) = &self.api_key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let request = request.config().timeout_global(Some(MENU_TIMEOUT)).build();
        let mut response = request.send(bytes).map_err(|e| connect(&url, e))?;
        let status = response.status().as_u16();
        if status < 400 {
            return Ok(());
        }
        let text = response
            .body_mut()
            .read_to_string()
            .map_err(|e| connect(&url, e))?;
        Err(SystemError::Status {
            url,
            status,
            message: error_words(&text),
        })
    }

    fn intent(&mut self, text: &str) -> Result<IntentReply, SystemError> {
        let answer: IntentAnswer = self.post("/v1/intent", &json!({ "text": text }))?;
        Ok(IntentReply {
            intent: answer.intent,
            best_guess: answer.best_guess.unwrap_or(answer.intent),
            confidence: answer.confidence,
        })
    }

    fn search(&mut self, query: &str, limit: usize) -> Result<Vec<Found>, SystemError> {
        let answer: SearchAnswer = self.post(
            "/v1/menu/search",
            &json!({ "query": query, "limit": limit }),
        )?;
        let found = |hit: HitAnswer| Found {
            id: hit.id,
            name: hit.name,
            score: hit.score,
        };
        Ok(answer.hits.into_iter().map(found).collect())
    }

    fn parse_order(&mut self, text: &str) -> Result<Vec<Line>, SystemError> {
        let answer: OrderAnswer = match self.post("/v1/order/parse", &json!({ "text": text })) {
            Err(SystemError::Status { status: 404, .. }) => {
                return Err(SystemError::Unsupported(format!(
                    "the server at {} cannot parse orders yet: it has no POST /v1/order/parse",
                    self.base
                )));
            }
            other => other?,
        };
        Ok(answered_lines(answer.lines))
    }

    fn identity(&self) -> Identity {
        Identity {
            system: self.base.clone(),
            model: ModelIdentity {
                id: self.model.clone(),
                sha256: None,
            },
        }
    }
}

fn connect(url: &str, source: ureq::Error) -> SystemError {
    SystemError::Connect {
        url: url.to_owned(),
        source: Box::new(source),
    }
}

fn content_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/json",
        Format::Jsonl => "application/x-ndjson",
        Format::Csv => "text/csv",
    }
}

fn retry_after(headers: &ureq::http::HeaderMap) -> Duration {
    let seconds = headers
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1).min(LONGEST_WAIT_S))
}

/// `{"error":{"message","details"}}` in one line; else the answer's beginning.
fn error_words(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let mut words = match value.pointer("/error/message").and_then(Value::as_str) {
        Some(message) => message.to_owned(),
        None => text.trim().to_owned(),
    };
    let details = value.pointer("/error/details").and_then(Value::as_array);
    for detail in details.into_iter().flatten().take(3) {
        let line = detail.get("line").and_then(Value::as_u64).unwrap_or(0);
        let message = detail.get("message").and_then(Value::as_str).unwrap_or("");
        words.push_str(&format!("; line {line}: {message}"));
    }
    words.chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::{Http, error_words};

    #[test]
    fn only_plain_http_addresses() {
        for (url, good) in [
            ("http://127.0.0.1:8080/", true),
            ("https://example.com", false),
            ("127.0.0.1:8080", false),
            ("http://", false),
        ] {
            assert_eq!(Http::new(url, None).is_ok(), good, "{url}");
        }
    }

    #[test]
    fn an_errors_own_words_are_kept() {
        let body = r#"{"error":{"code":"invalid_menu","message":"1 bad line","request_id":"r","details":[{"line":7,"message":"no name"}]}}"#;
        assert_eq!(error_words(body), "1 bad line; line 7: no name");
        assert_eq!(error_words(" plain "), "plain");
    }
}
