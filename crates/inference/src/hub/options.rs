//! How to pull: from which hub, as whom, how patiently, and who watches.

use std::fmt;
use std::time::Duration;

use super::HubError;

/// The hub asked when `HF_ENDPOINT` names no other.
const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

/// One thing that happened during a pull.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another process pulls the same model; this one goes on when that one has ended.
    Waiting {
        /// The model.
        id: &'a str,
    },
    /// Bytes have arrived. `done` never falls, and ends at `total`.
    Bytes {
        /// The file that they belong to.
        file: &'a str,
        /// Bytes of the whole model that are here, those of earlier pulls included.
        done: u64,
        /// Bytes of the whole model.
        total: u64,
    },
    /// A file is here and its checksum is being computed.
    Verifying {
        /// The file.
        file: &'a str,
    },
    /// Something failed that may succeed at once; it is tried again after a pause.
    Retrying {
        /// The reason.
        reason: &'a HubError,
        /// The pause.
        after: Duration,
    },
}

/// Whoever wants to know how a pull goes. Any `Fn(Event)` will do.
pub trait Progress {
    /// Called on the pulling thread, for [`Event::Bytes`] about once every 64 KiB.
    fn report(&self, event: Event<'_>);
}

impl<F: Fn(Event<'_>)> Progress for F {
    fn report(&self, event: Event<'_>) {
        self(event);
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _event: Event<'_>) {}
}

/// How to pull.
#[derive(Clone)]
pub struct PullOptions<'a> {
    /// The hub: `http[s]://HOST[:PORT][/PATH]`.
    pub endpoint: String,
    /// The user's access token, sent to the endpoint and to no other host.
    pub token: Option<String>,
    /// Attempt no connection.
    pub offline: bool,
    /// For how long a hub may send nothing before it counts as gone.
    pub timeout: Duration,
    /// How often in a row a request is tried again that failed without getting any further.
    pub retries: u32,
    /// The pause before the first retry; it doubles with each.
    pub backoff: Duration,
    /// Who watches.
    pub progress: &'a dyn Progress,
}

impl<'a> PullOptions<'a> {
    /// As `HF_ENDPOINT`, `HF_TOKEN` and `HF_HUB_OFFLINE` say.
    #[must_use]
    pub fn from_env(progress: &'a dyn Progress) -> Self {
        Self::from_lookup(|name| std::env::var(name).ok(), progress)
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>, progress: &'a dyn Progress) -> Self {
        let set = |name| {
            let value = lookup(name)?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let yes = |value: String| {
            ["1", "on", "yes", "true"].contains(&value.to_ascii_lowercase().as_str())
        };
        Self {
            endpoint: set("HF_ENDPOINT").unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned()),
            token: set("HF_TOKEN"),
            offline: set("HF_HUB_OFFLINE").is_some_and(yes),
            timeout: Duration::from_secs(30),
            retries: 3,
            backoff: Duration::from_millis(500),
            progress,
        }
    }
}

impl fmt::Debug for PullOptions<'_> {
    /// The token stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PullOptions")
            .field("endpoint", &self.endpoint)
            .field("token", &self.token.as_ref().map(|_| "hidden"))
            .field("offline", &self.offline)
            .field("timeout", &self.timeout)
            .field("retries", &self.retries)
            .field("backoff", &self.backoff)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_honoured() {
        let full = PullOptions::from_lookup(
            |name| match name {
                "HF_ENDPOINT" => Some(" https://mirror.example/hf ".to_owned()),
                "HF_TOKEN" => Some("hf_secret\n".to_owned()),
                "HF_HUB_OFFLINE" => Some("True".to_owned()),
                _ => None,
            },
            &Silent,
        );
        assert_eq!(full.endpoint, "https://mirror.example/hf");
        assert_eq!(full.token.as_deref(), Some("hf_secret"));
        assert!(full.offline);
        assert!(!format!("{full:?}").contains("hf_secret"));

        let empty = PullOptions::from_lookup(|_| Some(String::new()), &Silent);
        assert_eq!(empty.endpoint, DEFAULT_ENDPOINT);
        assert_eq!(empty.token, None);
        assert!(!empty.offline);

        let zero = PullOptions::from_lookup(|_| Some("0".to_owned()), &Silent);
        assert!(!zero.offline);
    }
}
