//! The settings of the cloud half: a Worker, or an account that is asked directly.
//!
//! Invariant: at most one way is set; keys may come one by one, so what is missing is said when
//! the cloud is wanted and not before.

use super::{Config, ConfigError, HIDDEN, bad};
use crate::cloud::{BaseUrl, RecoveryKey, Secret};
use olympus_proto::LocationId;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How the cloud is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudSettings {
    /// Which restaurant this is.
    pub location: LocationId,
    /// Which way.
    pub way: Way,
}

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The restaurant's Worker.
    Worker(WorkerSettings),
    /// Workers AI and Vectorize themselves.
    Direct(DirectSettings),
}

/// Where the Worker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerSettings {
    /// Its address.
    pub url: BaseUrl,
    /// The device's key.
    pub key: Secret,
}

/// Whose Workers AI and Vectorize are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectSettings {
    /// The account.
    pub account: String,
    /// Its API token.
    pub token: Secret,
    /// Its Vectorize index.
    pub index: String,
    /// Its models.
    pub models: Models,
}

/// Models by task; ids are retired often, so none is built in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Models {
    /// Embeds menu and queries; pooling is always `cls`.
    pub embed: Option<String>,
    /// Decides intents.
    pub intent: Option<String>,
    /// Sees pictures.
    pub image: Option<String>,
}

impl Models {
    fn named(&self) -> [(&'static str, &Option<String>); 3] {
        [
            ("embed", &self.embed),
            ("intent", &self.intent),
            ("image", &self.image),
        ]
    }
}

impl fmt::Display for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.named().into_iter();
        let set: Vec<String> = named
            .filter_map(|(task, model)| Some(format!("{task}={}", model.as_ref()?)))
            .collect();
        f.write_str(&set.join(","))
    }
}

impl From<Models> for String {
    fn from(models: Models) -> Self {
        models.to_string()
    }
}

impl TryFrom<String> for Models {
    type Error = BadModels;

    fn try_from(text: String) -> Result<Self, BadModels> {
        text.parse()
    }
}

/// The text names no models.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "use TASK=MODEL parted by commas, e.g. embed=@cf/baai/bge-small-en-v1.5,intent=@cf/…; tasks \
     are embed, intent, image"
)]
pub struct BadModels;

impl FromStr for Models {
    type Err = BadModels;

    fn from_str(text: &str) -> Result<Self, BadModels> {
        let mut models = Self::default();
        for part in text.split(',').map(str::trim) {
            let (task, model) = part.split_once('=').ok_or(BadModels)?;
            let place = match task.trim() {
                "embed" => &mut models.embed,
                "intent" => &mut models.intent,
                "image" => &mut models.image,
                _ => return Err(BadModels),
            };
            let model = model.trim();
            let plain =
                |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'/' | b'-' | b'_' | b'.');
            let dots = model
                .split('/')
                .any(|part| part.is_empty() || part.starts_with('.'));
            if !model.bytes().all(plain) || dots || place.is_some() {
                return Err(BadModels);
            }
            *place = Some(model.to_owned());
        }
        Ok(models)
    }
}

impl Config {
    /// How the cloud is reached; `None` where nothing of it is set.
    ///
    /// # Errors
    /// [`ConfigError::Incomplete`] names what is missing.
    pub fn cloud(&self) -> Result<Option<CloudSettings>, ConfigError> {
        let way = if let Some(url) = &self.cloud_url {
            Way::Worker(WorkerSettings {
                url: BaseUrl::new(url)
                    .map_err(|error| bad("cloud-url", url, &error.to_string()))?,
                key: wanted(&self.api_key, "api-key", "cloud-url")?,
            })
        } else if let Some(account) = &self.cloud_account {
            Way::Direct(DirectSettings {
                account: account.clone(),
                token: wanted(&self.cloud_token, "cloud-token", "cloud-account")?,
                index: wanted(&self.cloud_index, "cloud-index", "cloud-account")?,
                models: wanted(&self.cloud_models, "cloud-models", "cloud-account")?,
            })
        } else {
            return Ok(None);
        };
        let location = wanted(&self.location_id, "location-id", "the cloud")?;
        Ok(Some(CloudSettings {
            location: LocationId(location),
            way,
        }))
    }

    /// Sets what is of the cloud.
    pub(super) fn assign_cloud(
        &mut self,
        key: &str,
        text: Option<String>,
    ) -> Result<(), ConfigError> {
        match key {
            "location-id" => self.location_id = text,
            "cloud-url" => self.cloud_url = text,
            "api-key" => self.api_key = text.map(Secret::new),
            "cloud-account" => self.cloud_account = text,
            "cloud-token" => self.cloud_token = text.map(Secret::new),
            "cloud-index" => self.cloud_index = text,
            "cloud-models" => {
                let read = |text: String| {
                    text.parse()
                        .map_err(|error: BadModels| bad(key, &text, &error.to_string()))
                };
                self.cloud_models = text.map(read).transpose()?;
            }
            "recovery-key" => self.recovery_key = text.map(Secret::new),
            _ => return Err(ConfigError::UnknownKey(key.to_owned())),
        }
        Ok(())
    }

    /// What is of the cloud, as people may see it.
    pub(super) fn shown_cloud(&self, key: &str) -> Result<Option<String>, ConfigError> {
        let hidden = |secret: &Option<Secret>| secret.as_ref().map(|_| HIDDEN.to_owned());
        Ok(match key {
            "location-id" => self.location_id.clone(),
            "cloud-url" => self.cloud_url.clone(),
            "api-key" => hidden(&self.api_key),
            "cloud-account" => self.cloud_account.clone(),
            "cloud-token" => hidden(&self.cloud_token),
            "cloud-index" => self.cloud_index.clone(),
            "cloud-models" => self.cloud_models.as_ref().map(Models::to_string),
            "recovery-key" => hidden(&self.recovery_key),
            _ => return Err(ConfigError::UnknownKey(key.to_owned())),
        })
    }

    /// Refuses values that could only fail later, and two ways at once.
    pub(super) fn check_cloud(&self) -> Result<(), ConfigError> {
        if let Some(url) = &self.cloud_url {
            BaseUrl::new(url).map_err(|error| bad("cloud-url", url, &error.to_string()))?;
            if let Some(account) = &self.cloud_account {
                let remedy = "`cloud-url` is set, and only one way to the cloud can be: unset one \
                              with `olympus-edge config set cloud-url \"\"` or `… cloud-account \
                              \"\"`";
                return Err(bad("cloud-account", account, remedy));
            }
        }
        let names = [
            ("cloud-account", &self.cloud_account, 64),
            ("cloud-index", &self.cloud_index, 64),
        ];
        for (key, name, most) in names {
            if let Some(name) = name
                && !is_name(name, most)
            {
                let remedy = format!("use 1 to {most} of a-z, 0-9 and -");
                return Err(bad(key, name, &remedy));
            }
        }
        let in_use = self.cloud_url.is_some() || self.cloud_account.is_some();
        if let Some(location) = &self.location_id
            && in_use
            && !is_name(location, 63)
        {
            return Err(bad(
                "location-id",
                location,
                "use 1 to 63 of a-z, 0-9 and -",
            ));
        }
        for (key, secret) in [
            ("api-key", &self.api_key),
            ("cloud-token", &self.cloud_token),
        ] {
            let good = |secret: &Secret| secret.reveal().bytes().all(|b| b.is_ascii_graphic());
            if !secret.as_ref().is_none_or(good) {
                return Err(bad(key, HIDDEN, "a key has no spaces and no line breaks"));
            }
        }
        if let Some(key) = &self.recovery_key {
            RecoveryKey::read(key.reveal())
                .map_err(|error| bad("recovery-key", HIDDEN, &error.to_string()))?;
        }
        Ok(())
    }
}

fn is_name(text: &str, most: usize) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=most).contains(&text.len()) && text.bytes().all(plain)
}

fn wanted<T: Clone>(value: &Option<T>, key: &str, with: &str) -> Result<T, ConfigError> {
    value.clone().ok_or_else(|| {
        ConfigError::Incomplete(format!(
            "{with} needs `{key}`; run `olympus-edge config set {key} VALUE`"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::{Config, ConfigError, Models, Way};

    fn set(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        for (key, value) in pairs {
            config.assign_cloud(key, Some((*value).to_owned()))?;
        }
        config.check_cloud()?;
        Ok(config)
    }

    #[test]
    fn each_way_says_what_it_lacks() {
        assert_eq!(set(&[]).expect("works").cloud().expect("nothing set"), None);
        let worker = [
            ("cloud-url", "https://edge.example"),
            ("api-key", "oek_1_2"),
            ("location-id", "loc-7"),
        ];
        let direct = [
            ("cloud-account", "0a1b"),
            ("cloud-token", "t0ken"),
            ("cloud-index", "menus"),
            ("cloud-models", "embed=@cf/baai/bge-small-en-v1.5"),
            ("location-id", "loc-7"),
        ];
        for way in [&worker[..], &direct[..]] {
            let settings = set(way).expect("works").cloud().expect("is whole");
            let settings = settings.expect("is set");
            assert_eq!(settings.location.as_str(), "loc-7");
            assert_eq!(matches!(settings.way, Way::Worker(_)), way.len() == 3);
            for missing in 1..way.len() {
                let mut part = way.to_vec();
                let (key, _) = part.remove(missing);
                let error = set(&part).expect("may come later").cloud();
                let error = error.expect_err("is missing").to_string();
                assert!(error.contains(key), "{error}");
            }
        }
    }

    #[test]
    fn two_ways_at_once_and_names_that_no_address_has_are_refused() {
        let url = ("cloud-url", "https://edge.example");
        for pairs in [
            vec![url, ("cloud-account", "0a1b")],
            vec![url, ("location-id", "Store 7")],
            vec![url, ("location-id", "")],
            vec![url, ("api-key", "two words")],
        ] {
            let error = set(&pairs).expect_err("is refused").to_string();
            assert!(error.contains(pairs[1].0), "{error}");
            assert!(!error.contains("two words"), "{error}");
        }
        let alone = set(&[("location-id", "Store 7")]);
        assert!(alone.is_ok(), "without a cloud it is only a name");
    }

    #[test]
    fn models_are_read_as_they_are_written() {
        let text = "embed=@cf/baai/bge-small-en-v1.5,image=@cf/a/b";
        let models: Models = text.parse().expect("are models");
        assert_eq!(models.to_string(), text);
        assert_eq!(models.intent, None);
        for bad in [
            "",
            "embed",
            "embed=",
            "embed=@cf/../x",
            "embed=a,embed=b",
            "embed=a b",
        ] {
            assert!(bad.parse::<Models>().is_err(), "{bad}");
        }
    }
}
