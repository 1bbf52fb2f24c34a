//! Speaks to a model hub: what a repository holds, and the bytes of its files.
//!
//! `hf-hub` knows the addresses, the headers and the shape of the answers, and asks what a
//! repository holds. Files go over an agent of our own: hf-hub 0.5 takes any answer to a ranged
//! request for the range, so a hub that ignores it leaves a damaged file, compares no checksum,
//! knows no timeout, and panics on a redirect that leads nowhere. Its 1.0 drags in 287 crates,
//! an asynchronous runtime and a second storage protocol among them, for what is five requests
//! here. TLS is rustls with the public root certificates, through the ureq that hf-hub brings.
//!
//! Invariant: the token goes to the endpoint's own scheme, host and port and nowhere else, and
//! no redirect leads from https to http.

use std::io::Read;
use std::time::Duration;

use hf_hub::api::RepoInfo;
use hf_hub::api::sync::{ApiBuilder, ApiRepo};
use hf_hub::{Cache, Repo, RepoType};
use ureq::http::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, LOCATION};
use ureq::http::{HeaderMap, Response, StatusCode, Uri};
use ureq::{Agent, Body, Proxy};

use super::digest::Checksum;
use super::id::ModelId;
use super::origin::{Origin, without_query};
use super::{HubError, PullOptions};

const MAX_REDIRECTS: usize = 8;
/// Enough for a repository of tens of thousands of files.
const MAX_INFO_BYTES: u64 = 8 * 1024 * 1024;

/// One revision of one model at one hub.
pub(super) struct Hub {
    id: String,
    asked: String,
    endpoint: String,
    origin: Origin,
    repo: ApiRepo,
    agent: Agent,
    token: Option<String>,
    proxy: Option<Proxy>,
    timeout: Duration,
}

/// What a hub announces of a file.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) checksum: Checksum,
    pub(super) size: u64,
}

/// A file's bytes, on their way.
pub(super) struct Incoming {
    /// Where in the file they begin: what was asked for, or 0 when the hub ignores ranges.
    pub(super) from: u64,
    /// The length of the whole file, when this answer says it.
    pub(super) size: Option<u64>,
    pub(super) bytes: Box<dyn Read>,
    pub(super) url: String,
}

impl Hub {
    pub(super) fn new(
        id: &ModelId,
        revision: &str,
        options: &PullOptions<'_>,
    ) -> Result<Self, HubError> {
        let endpoint = options.endpoint.trim_end_matches('/').to_owned();
        let bad = || HubError::BadEndpoint {
            endpoint: endpoint.clone(),
        };
        let uri: Uri = endpoint.parse().map_err(|_| bad())?;
        let origin = Origin::of(&uri).ok_or_else(bad)?;
        if uri.query().is_some() {
            return Err(bad());
        }
        let printable = |token: &String| token.bytes().all(|b| b.is_ascii_graphic());
        if !options.token.as_ref().is_none_or(printable) {
            return Err(HubError::BadToken);
        }
        // The environment's proxy is for the world outside, never for this machine.
        let proxy = match origin.is_loopback() {
            true => None,
            false => Proxy::try_from_env(),
        };
        let agent = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            // Compressed, neither a length nor a range would count bytes of the file.
            .accept_encoding("identity")
            .user_agent(concat!("olympus-edge/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(options.timeout))
            .timeout_connect(Some(options.timeout))
            .timeout_recv_response(Some(options.timeout))
            .timeout_per_read(Some(options.timeout))
            .proxy(proxy.clone())
            .build()
            .into();
        // hf-hub's own cache is not used; a path given keeps it from asking for a home directory.
        let api = ApiBuilder::from_cache(Cache::new("models".into()))
            .with_endpoint(endpoint.clone())
            .with_token(options.token.clone())
            .with_user_agent("olympus-edge", env!("CARGO_PKG_VERSION"))
            .build()
            .map_err(|e| HubError::Protocol {
                url: endpoint.clone(),
                detail: e.to_string(),
            })?;
        let repo = Repo::with_revision(id.to_string(), RepoType::Model, revision.to_owned());
        Ok(Self {
            id: id.to_string(),
            asked: revision.to_owned(),
            endpoint,
            origin,
            repo: api.repo(repo),
            agent,
            token: options.token.clone(),
            proxy,
            timeout: options.timeout,
        })
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Which files the revision holds, and which commit it is.
    pub(super) fn info(&self) -> Result<RepoInfo, HubError> {
        let url = format!("{}/api/models/{}", self.endpoint, self.id);
        let mut response = self
            .repo
            .info_request()
            .config()
            .http_status_as_error(false)
            .timeout_resolve(Some(self.timeout))
            .timeout_connect(Some(self.timeout))
            .timeout_recv_response(Some(self.timeout))
            .timeout_per_read(Some(self.timeout))
            .proxy(self.proxy.clone())
            .build()
            .call()
            .map_err(|e| self.failed(&url, e))?;
        if response.status() != StatusCode::OK {
            return Err(self.refused(&url, None, &response));
        }
        let protocol = |detail: String| HubError::Protocol {
            url: url.clone(),
            detail,
        };
        let text = response
            .body_mut()
            .with_config()
            .limit(MAX_INFO_BYTES)
            .read_to_string()
            .map_err(|e| match e {
                ureq::Error::BodyExceedsLimit(_) => protocol("its answer is too long".to_owned()),
                other => self.failed(&url, other),
            })?;
        let info: RepoInfo = serde_json::from_str(&text).map_err(|e| protocol(e.to_string()))?;
        // It becomes part of addresses, so it has to be what it claims.
        if info.sha.len() != 40 || !info.sha.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(protocol(format!("{:?} is no commit", info.sha)));
        }
        Ok(info)
    }

    /// The size and the checksum of a file at a commit.
    pub(super) fn remote(&self, commit: &str, file: &str) -> Result<Remote, HubError> {
        let (mut checksum, mut size) = (None, None);
        let (url, _) = self.follow(commit, file, None, true, |ours, response| {
            let headers = response.headers();
            // Other hosts have ETags of their own making.
            if ours {
                let etag = text(headers, "x-linked-etag").or_else(|| text(headers, ETAG.as_str()));
                checksum = checksum.take().or(etag.and_then(Checksum::from_etag));
                size = size.or(number(headers, "x-linked-size"));
            }
            if response.status().is_success() {
                size = size.or(number(headers, CONTENT_LENGTH.as_str()));
            }
            checksum.is_some() && size.is_some()
        })?;
        let missing = |what| HubError::Protocol {
            url,
            detail: format!("it announces no {what} of {file}"),
        };
        match (checksum, size) {
            (Some(checksum), Some(size)) => Ok(Remote { checksum, size }),
            (None, _) => Err(missing("checksum")),
            (_, None) => Err(missing("size")),
        }
    }

    /// The bytes of a file at a commit, from one of them on.
    pub(super) fn open(&self, commit: &str, file: &str, from: u64) -> Result<Incoming, HubError> {
        let range = (from > 0).then(|| format!("bytes={from}-"));
        let (url, response) = self.follow(commit, file, range.as_deref(), false, |_, _| false)?;
        let headers = response.headers();
        let protocol = |detail: &str| HubError::Protocol {
            url: url.clone(),
            detail: detail.to_owned(),
        };
        let (from, size) = match response.status() {
            StatusCode::OK => (0, number(headers, CONTENT_LENGTH.as_str())),
            StatusCode::PARTIAL_CONTENT => {
                let (start, size) = text(headers, CONTENT_RANGE.as_str())
                    .and_then(parse_content_range)
                    .ok_or_else(|| protocol("a part of a file that does not say which"))?;
                if start != from {
                    return Err(protocol("another part of the file than was asked for"));
                }
                (start, size)
            }
            // What is here is longer than what the hub now has: not the beginning of that.
            StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => return self.open(commit, file, 0),
            _ => return Err(self.refused(&url, Some(file), &response)),
        };
        let bytes = Box::new(response.into_body().into_reader());
        Ok(Incoming {
            from,
            size,
            bytes,
            url,
        })
    }

    /// Asks for a file and follows where the hub sends us, until `enough` says so or there is an
    /// answer. `enough` learns whether it is the endpoint itself that answers.
    fn follow(
        &self,
        commit: &str,
        file: &str,
        range: Option<&str>,
        head: bool,
        mut enough: impl FnMut(bool, &Response<Body>) -> bool,
    ) -> Result<(String, Response<Body>), HubError> {
        let mut url = format!("{}/{}/resolve/{commit}/{file}", self.endpoint, self.id);
        for _ in 0..=MAX_REDIRECTS {
            let origin = url.parse().ok().and_then(|uri| Origin::of(&uri));
            let ours = origin.as_ref() == Some(&self.origin);
            let mut request = match head {
                true => self.agent.head(&url),
                false => self.agent.get(&url),
            };
            if let Some(token) = self.token.as_ref().filter(|_| ours) {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            if let Some(range) = range {
                request = request.header("range", range);
            }
            let response = request.call().map_err(|e| self.failed(&url, e))?;
            let redirect = response.status().is_redirection();
            let past_end = response.status() == StatusCode::RANGE_NOT_SATISFIABLE;
            if !redirect && !response.status().is_success() && !past_end {
                return Err(self.refused(&url, Some(file), &response));
            }
            if enough(ours, &response) || !redirect {
                return Ok((url, response));
            }
            url = text(response.headers(), LOCATION.as_str())
                .zip(origin)
                .and_then(|(location, origin)| origin.join(location))
                .ok_or_else(|| HubError::Protocol {
                    url: url.clone(),
                    detail: "it redirects to nowhere safe".to_owned(),
                })?;
        }
        Err(HubError::Protocol {
            url,
            detail: "it redirects without end".to_owned(),
        })
    }

    /// The error for a request that got no answer.
    fn failed(&self, url: &str, error: ureq::Error) -> HubError {
        let url = without_query(url);
        match error {
            ureq::Error::Timeout(_) => HubError::Timeout {
                url,
                seconds: self.timeout.as_secs(),
            },
            ureq::Error::Protocol(_) | ureq::Error::Http(_) | ureq::Error::BadUri(_) => {
                HubError::Protocol {
                    url,
                    detail: error.to_string(),
                }
            }
            source => HubError::Connect {
                url,
                source: Box::new(source),
            },
        }
    }

    /// The error for an answer that is a refusal. `file` is none when the model was asked for.
    fn refused(&self, url: &str, file: Option<&str>, response: &Response<Body>) -> HubError {
        let status = response.status().as_u16();
        // The hub's own word, where there is one; mirrors rarely send it.
        let code = text(response.headers(), "x-error-code").unwrap_or_default();
        match status {
            404 => HubError::NotFound {
                what: match (code, file) {
                    ("RepoNotFound", _) => "model".to_owned(),
                    ("RevisionNotFound", _) => "revision".to_owned(),
                    (_, Some(file)) => format!("file {file}"),
                    (_, None) => "model or revision".to_owned(),
                },
                id: self.id.clone(),
                revision: self.asked.clone(),
                endpoint: self.endpoint.clone(),
            },
            401 | 403 => HubError::Denied {
                id: self.id.clone(),
                status,
                endpoint: self.endpoint.clone(),
                remedy: match (code, self.token.is_some()) {
                    ("GatedRepo", false) => {
                        "it is gated: accept its terms on its page, then set HF_TOKEN"
                    }
                    ("GatedRepo", true) => {
                        "it is gated, and the account of HF_TOKEN has not been let in: accept its terms on its page"
                    }
                    // A hub says 401 for a model that does not exist, too.
                    (_, false) => {
                        "it is private, gated or does not exist: check its id, then set HF_TOKEN"
                    }
                    (_, true) => "HF_TOKEN is not valid or may not read it",
                },
            },
            429 | 500..=599 => HubError::Busy {
                url: without_query(url),
                status,
            },
            _ => HubError::Protocol {
                url: without_query(url),
                detail: format!("it answers {status}"),
            },
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.trim().parse().ok()
}

/// `bytes 5-9/10` → 5 and 10; a total of `*` is unknown.
fn parse_content_range(value: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges() {
        assert_eq!(parse_content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(parse_content_range("bytes 0-0/*"), Some((0, None)));
        for bad in ["", "bytes */10", "5-9/10", "bytes 5-9"] {
            assert_eq!(parse_content_range(bad), None, "{bad}");
        }
    }
}
