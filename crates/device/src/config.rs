//! Settings of one device: `<data-dir>/config.toml`.
//!
//! Invariant: unknown keys and values that cannot work are refused when they are set and when
//! the file is read, with the remedy. Never prints a secret; the file is its owner's alone.

mod cloud;
mod keys;
mod route;
mod till;

pub use cloud::{CloudSettings, DirectSettings, Models, Way, WorkerSettings};
pub use keys::{KEYS, KeySpec};
pub use till::TillSettings;

use crate::cloud::Secret;
use crate::files::{FileLock, write_atomic};
use olympus_core::intent::{Costs, CostsError};
use serde::{Deserialize, Serialize};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

const FILE: &str = "config.toml";
/// Shown in the place of a secret.
const HIDDEN: &str = "(hidden)";

/// The settings; an absent one has its default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Address and port of the local API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// IANA name of the restaurant's time zone; dayparts are told by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Log filter, e.g. `info` or `info,olympus_device=debug`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Origins of other pages that may call the API from a browser.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cors_origins: Vec<String>,
    /// Most items of a menu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<usize>,
    /// Least probability to say an intent, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_confidence: Option<f32>,
    /// What wrong intents cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent_costs: Option<Costs>,
    /// Which restaurant this is, in the cloud half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<String>,
    /// Address of the restaurant's Worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_url: Option<String>,
    /// Key of the Worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<Secret>,
    /// Where the menu comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub menu_source: Option<MenuSource>,
    /// Account whose Workers AI and Vectorize are asked, where there is no Worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_account: Option<String>,
    /// Its API token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_token: Option<Secret>,
    /// Its Vectorize index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_index: Option<String>,
    /// Its models by task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_models: Option<Models>,
    /// Key that backups are encrypted with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_key: Option<Secret>,
    /// Settings of selling.
    #[serde(skip_serializing_if = "TillSettings::is_default")]
    pub till: TillSettings,
    /// Settings of routing, as far as they are set: [`Config::route`] has them all.
    #[serde(skip_serializing_if = "toml::Table::is_empty")]
    pub route: toml::Table,
}

/// Where a device's menu comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MenuSource {
    /// It is imported here, and brought to the cloud where there is one.
    #[default]
    Device,
    /// Another device publishes it; this one takes it from the Worker and keeps it.
    Cloud,
}

/// Errors of the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read or written.
    #[error("{action} {path}: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file is no valid TOML, or has a key that is not known.
    #[error("{path} cannot be used: {message}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with the line.
        message: String,
    },
    /// No such setting.
    #[error("there is no setting `{0}`; `olympus-edge config list` shows them")]
    UnknownKey(String),
    /// Settings that are wanted together are not all there.
    #[error("the cloud is not set up: {0}")]
    Incomplete(String),
    /// The value cannot work.
    #[error("`{key}` cannot be `{value}`: {remedy}")]
    BadValue {
        /// Which setting.
        key: String,
        /// The value, hidden where it is a secret.
        value: String,
        /// What would work.
        remedy: String,
    },
}

impl Config {
    /// Where the settings of `data_dir` are.
    #[must_use]
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join(FILE)
    }

    /// Reads the settings; none where there is no file.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn load(data_dir: &Path) -> Result<Self, ConfigError> {
        let path = Self::path(data_dir);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => {
                return Err(ConfigError::File {
                    action: "reading",
                    path,
                    source,
                });
            }
        };
        let config = Self::read(&text).map_err(|message| ConfigError::Damaged { path, message })?;
        config.check()?;
        Ok(config)
    }

    /// Reads settings that are not in a file of their own.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let config = Self::read(text)?;
        config.check().map_err(|error| error.to_string())?;
        Ok(config)
    }

    fn read(text: &str) -> Result<Self, String> {
        // The first line of toml's own message may quote the file, secrets included.
        toml::from_str(text).map_err(|error: toml::de::Error| {
            format!("{}{}", error.message(), at_line(text, error.span()))
        })
    }

    /// Leaves out what nobody else may have.
    pub(crate) fn forget_secrets(&mut self) {
        (self.api_key, self.cloud_token, self.recovery_key) = (None, None, None);
    }

    /// Changes one setting in the file; an empty value unsets it.
    ///
    /// # Errors
    /// [`ConfigError`]; the file is then as it was.
    pub fn set(data_dir: &Path, key: &str, value: &str) -> Result<(), ConfigError> {
        let path = Self::path(data_dir);
        let file = |action, source| ConfigError::File {
            action,
            path: path.clone(),
            source,
        };
        let _lock = FileLock::wait(&path.with_extension("lock"))
            .map_err(|source| file("locking", source))?;
        let mut config = Self::load(data_dir)?;
        config.assign(key, value.trim())?;
        config.check()?;
        let text = toml::to_string(&config).map_err(|error| ConfigError::Damaged {
            path: path.clone(),
            message: error.to_string(),
        })?;
        write_atomic(&path, text.as_bytes()).map_err(|source| file("writing", source))
    }

    fn assign(&mut self, key: &str, value: &str) -> Result<(), ConfigError> {
        let text = (!value.is_empty()).then(|| value.to_owned());
        match key {
            "listen" => self.listen = text,
            "timezone" => self.timezone = text,
            "log" => self.log = text,
            "cors-origins" => {
                let origins = value.split(',').map(str::trim).filter(|o| !o.is_empty());
                self.cors_origins = origins.map(str::to_owned).collect();
            }
            "max-items" => {
                self.max_items =
                    match text {
                        Some(text) => Some(text.parse().map_err(|_| {
                            bad("max-items", value, "use a whole number, e.g. 20000")
                        })?),
                        None => None,
                    }
            }
            "min-confidence" => {
                self.min_confidence = match text {
                    Some(text) => Some(
                        text.parse()
                            .map_err(|_| bad("min-confidence", value, "use 0 to 1, e.g. 0.4"))?,
                    ),
                    None => None,
                }
            }
            "intent-costs" => {
                self.intent_costs = match text {
                    Some(text) => Some(text.parse().map_err(bad_costs)?),
                    None => None,
                }
            }
            "menu-source" => {
                self.menu_source = match value {
                    "" => None,
                    "device" => Some(MenuSource::Device),
                    "cloud" => Some(MenuSource::Cloud),
                    _ => return Err(bad("menu-source", value, "use device or cloud")),
                }
            }
            key if route::is_key(key) => route::assign(&mut self.route, key, value)?,
            key if till::is_key(key) => self.till.assign(key, text)?,
            key => return self.assign_cloud(key, text),
        }
        Ok(())
    }

    /// The value of a setting as people may see it; `None` where it is not set.
    ///
    /// # Errors
    /// [`ConfigError::UnknownKey`]
    pub fn shown(&self, key: &str) -> Result<Option<String>, ConfigError> {
        Ok(match key {
            "listen" => self.listen.clone(),
            "timezone" => self.timezone.clone(),
            "log" => self.log.clone(),
            "cors-origins" if self.cors_origins.is_empty() => None,
            "cors-origins" => Some(self.cors_origins.join(",")),
            "max-items" => self.max_items.map(|n| n.to_string()),
            "min-confidence" => self.min_confidence.map(|least| least.to_string()),
            "intent-costs" => self.intent_costs.map(|costs| costs.to_string()),
            "menu-source" => self.menu_source.map(|source| {
                let name = match source {
                    MenuSource::Device => "device",
                    MenuSource::Cloud => "cloud",
                };
                name.to_owned()
            }),
            key if route::is_key(key) => route::shown(&self.route, key)?,
            key if till::is_key(key) => self.till.shown(key),
            key => return self.shown_cloud(key),
        })
    }

    /// Whether the menu is taken from the cloud.
    ///
    /// # Errors
    /// [`ConfigError::Incomplete`] where it should be and there is no Worker.
    pub fn follows_menu(&self, has_worker: bool) -> Result<bool, ConfigError> {
        match self.menu_source.unwrap_or_default() {
            MenuSource::Device => Ok(false),
            MenuSource::Cloud if has_worker => Ok(true),
            MenuSource::Cloud => Err(ConfigError::Incomplete(
                "`menu-source cloud` needs a Worker; set cloud-url, location-id and api-key".into(),
            )),
        }
    }

    /// Refuses values that could only fail later.
    fn check(&self) -> Result<(), ConfigError> {
        if let Some(listen) = &self.listen {
            listen
                .parse::<SocketAddr>()
                .map_err(|_| bad("listen", listen, "use ADDRESS:PORT, e.g. 127.0.0.1:8080"))?;
        }
        if let Some(zone) = &self.timezone {
            jiff::tz::TimeZone::get(zone)
                .map_err(|_| bad("timezone", zone, "use an IANA name, e.g. America/Chicago"))?;
        }
        if let Some(log) = &self.log {
            log.parse::<tracing_subscriber::filter::Targets>()
                .map_err(|_| bad("log", log, "use error, warn, info, debug or trace"))?;
        }
        for origin in &self.cors_origins {
            let scheme = origin.starts_with("http://") || origin.starts_with("https://");
            let path = origin.splitn(4, '/').nth(3).is_some();
            if !scheme || path || axum::http::HeaderValue::from_str(origin).is_err() {
                let remedy = "use scheme, host and port alone, e.g. http://kiosk.local:3000";
                return Err(bad("cors-origins", origin, remedy));
            }
        }
        if self.max_items.is_some_and(|n| n == 0 || n > 200_000) {
            let value = self.max_items.unwrap_or_default().to_string();
            return Err(bad("max-items", &value, "use 1 to 200000"));
        }
        if let Some(least) = self.min_confidence
            && !(0.0..=1.0).contains(&least)
        {
            let value = least.to_string();
            return Err(bad("min-confidence", &value, "use 0 to 1, e.g. 0.4"));
        }
        if let Some(costs) = &self.intent_costs {
            costs.check().map_err(bad_costs)?;
        }
        self.check_cloud()?;
        self.till.check()?;
        self.route().map(drop)
    }
}

fn bad_costs(error: CostsError) -> ConfigError {
    let remedy = "use NAME=COST parted by commas, e.g. wrong=1.6,false-cancel=3; names are \
                  ask-again, wrong, false-cancel, missed-complaint";
    bad("intent-costs", &error.found, remedy)
}

fn bad(key: &str, value: &str, remedy: &str) -> ConfigError {
    ConfigError::BadValue {
        key: key.to_owned(),
        value: value.to_owned(),
        remedy: remedy.to_owned(),
    }
}

fn at_line(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    span.and_then(|span| text.get(..span.start))
        .map(|before| format!(" (line {})", before.matches('\n').count() + 1))
        .unwrap_or_default()
}

/// Where this device keeps its files, unless told otherwise: the platform's place for data.
#[must_use]
pub fn default_data_dir() -> PathBuf {
    directories::ProjectDirs::from("", "", "olympus-edge").map_or_else(
        || PathBuf::from("olympus-edge-data"),
        |dirs| dirs.data_dir().to_path_buf(),
    )
}

#[cfg(test)]
mod tests;
