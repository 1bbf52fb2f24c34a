//! A running server, as a client of its API.

use super::Usage;
use anyhow::Context;
use olympus_proto::ApiError;
use serde::de::DeserializeOwned;
use std::time::Duration;
use ureq::http::Request;

/// Where to send a command instead of the data folder.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Target {
    /// Send it to a running server, e.g. http://127.0.0.1:8080, and not to the data folder
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Key for that server
    #[arg(long, env = "OLYMPUS_KEY", hide_env_values = true, requires = "url")]
    key: Option<String>,
}

/// One server.
pub(crate) struct Remote {
    agent: ureq::Agent,
    base: String,
    key: Option<String>,
}

impl Target {
    /// The server, where one is named.
    pub(crate) fn remote(&self) -> anyhow::Result<Option<Remote>> {
        let Some(url) = &self.url else {
            return Ok(None);
        };
        if !url.starts_with("http://") {
            return Err(Usage(format!("--url {url}: use http://ADDRESS:PORT")).into());
        }
        Ok(Some(Remote::new(url, self.key.clone())))
    }
}

impl Remote {
    pub(crate) fn new(url: &str, key: Option<String>) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // An import of a large menu computes vectors for minutes.
            .timeout_recv_response(Some(Duration::from_secs(3_600)))
            .timeout_connect(Some(Duration::from_secs(5)))
            .build();
        Self {
            agent: config.into(),
            base: url.trim_end_matches('/').to_owned(),
            key,
        }
    }

    /// Sends a request and reads the JSON answer; an error answer says what the server said.
    pub(crate) fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> anyhow::Result<T> {
        let bytes = self.send(method, path, body, None)?;
        serde_json::from_slice(&bytes).context("the server's answer cannot be read")
    }

    /// As [`Remote::call`], for a write to the till: done once, however often it is sent.
    pub(crate) fn write<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> anyhow::Result<T> {
        let mut key = [0; 16];
        getrandom::fill(&mut key).context("no randomness from the operating system")?;
        let key = crate::keys::hex(&key);
        let body = body.to_string();
        let body = Some(("application/json", body.as_bytes()));
        let bytes = self.send(method, path, body, Some(&key))?;
        serde_json::from_slice(&bytes).context("the server's answer cannot be read")
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, &[u8])>,
        idempotency_key: Option<&str>,
    ) -> anyhow::Result<Vec<u8>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some((kind, _)) = body {
            request = request.header("content-type", kind);
        }
        let bytes = body.map_or(&[][..], |(_, bytes)| bytes);
        let request = request.body(bytes).context("building the request")?;
        let mut response = self.agent.run(request).with_context(|| {
            format!(
                "{} cannot be reached; is `olympus-edge start` running?",
                self.base
            )
        })?;
        let status = response.status();
        let body = response
            .body_mut()
            .with_config()
            .limit(256 * 1024 * 1024)
            .read_to_vec()
            .context("reading the answer")?;
        if status.is_success() {
            return Ok(body);
        }
        let error: ApiError = serde_json::from_slice(&body)
            .map_err(|_| anyhow::anyhow!("{} answered {status}", self.base))?;
        let mut text = format!("{} ({})", error.error.message, error.error.code);
        for detail in &error.error.details {
            text.push_str(&format!("\n  line {}: {}", detail.line, detail.message));
        }
        Err(if status.is_client_error() {
            Usage(text).into()
        } else {
            anyhow::anyhow!(text)
        })
    }
}

/// A path segment or query value, as an address takes it.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_what_an_address_cannot_hold() {
        assert_eq!(escape("a/b ü?"), "a%2Fb%20%C3%BC%3F");
    }
}
