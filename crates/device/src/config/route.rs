//! The settings of routing: the table `route`, set by dotted keys.
//!
//! Invariant: the file has what was set and nothing else, so that a default that gets better
//! gets better everywhere.

use super::{Config, ConfigError, bad};
use olympus_core::route::RouteConfig;
use toml::{Table, Value};

const PREFIX: &str = "route.";

/// Whether a setting is one of routing, by its name.
pub(super) fn is_key(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// Sets what `route.a.b` names; an empty value unsets it. [`Config::route`] checks it.
pub(super) fn assign(table: &mut Table, key: &str, value: &str) -> Result<(), ConfigError> {
    let (path, name) = split(key)?;
    let value = (!value.is_empty()).then(|| typed(value));
    let inner = match path {
        None => &mut *table,
        Some(path) => table
            .entry(path)
            .or_insert_with(|| Value::Table(Table::new()))
            .as_table_mut()
            .ok_or_else(|| ConfigError::UnknownKey(key.to_owned()))?,
    };
    match value {
        Some(value) => drop(inner.insert(name.to_owned(), value)),
        None => drop(inner.remove(name)),
    }
    table.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
    read(table).map_err(|message| bad(key, &shown_value(table, key), &message))?;
    Ok(())
}

/// The value that is set, as people see it; the default is `None`.
pub(super) fn shown(table: &Table, key: &str) -> Result<Option<String>, ConfigError> {
    // What cannot be set cannot be asked for.
    let (path, name) = split(key)?;
    let known = Table::try_from(RouteConfig::default()).unwrap_or_default();
    if find(&known, path, name).is_none_or(Value::is_table) {
        return Err(ConfigError::UnknownKey(key.to_owned()));
    }
    Ok(find(table, path, name).map(text))
}

impl Config {
    /// The settings of routing, defaults included.
    ///
    /// # Errors
    /// [`ConfigError::BadValue`]
    pub fn route(&self) -> Result<RouteConfig, ConfigError> {
        read(&self.route).map_err(|message| bad("route", "as it is set", &message))
    }
}

/// Reads and checks the whole table; the error says what to put where.
fn read(table: &Table) -> Result<RouteConfig, String> {
    let config: RouteConfig = table
        .clone()
        .try_into()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    config.check().map_err(|error| error.to_string())?;
    Ok(config)
}

/// `route.a.b` is `b` of `a`, `route.b` is `b`.
fn split(key: &str) -> Result<(Option<&str>, &str), ConfigError> {
    let rest = key.strip_prefix(PREFIX).unwrap_or_default();
    let parts: Vec<&str> = rest.split('.').collect();
    match parts[..] {
        [name] if !name.is_empty() => Ok((None, name)),
        [path, name] if !path.is_empty() && !name.is_empty() => Ok((Some(path), name)),
        _ => Err(ConfigError::UnknownKey(key.to_owned())),
    }
}

fn find<'a>(table: &'a Table, path: Option<&str>, name: &str) -> Option<&'a Value> {
    match path {
        None => table.get(name),
        Some(path) => table.get(path)?.as_table()?.get(name),
    }
}

/// A number where it is one, else a text.
fn typed(value: &str) -> Value {
    if let Ok(whole) = value.parse() {
        return Value::Integer(whole);
    }
    match value.parse() {
        Ok(number) => Value::Float(number),
        Err(_) => Value::String(value.to_owned()),
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn shown_value(table: &Table, key: &str) -> String {
    split(key)
        .ok()
        .and_then(|(path, name)| find(table, path, name))
        .map(text)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Config, assign};
    use olympus_core::route::{Policy, RouteConfig};

    #[test]
    fn what_is_set_stands_over_the_defaults_and_nothing_else_is_kept() {
        let mut config = Config::default();
        for (key, value) in [
            ("route.intent.policy", "prefer_cloud"),
            ("route.image.confident-at", "1"),
            ("route.margin-ms", "7"),
            ("route.hedge.share", "0.02"),
        ] {
            assign(&mut config.route, key, value).expect(key);
        }
        let route = config.route().expect("can be read");
        assert_eq!(route.intent.policy, Policy::PreferCloud);
        assert_eq!((route.margin_ms, route.hedge.share), (7, 0.02));
        assert_eq!(route.search, RouteConfig::default().search);
        let text = toml::to_string(&config).expect("TOML");
        assert_eq!(text.matches('=').count(), 4, "{text}");
        for key in [
            "intent.policy",
            "image.confident-at",
            "margin-ms",
            "hedge.share",
        ] {
            assign(&mut config.route, &format!("route.{key}"), "").expect("unsets");
        }
        assert_eq!(config, Config::default());
    }

    #[test]
    fn names_of_nothing_are_refused() {
        for key in [
            "route.",
            "route.intent.",
            "route..policy",
            "route.a.b.c",
            "route.x",
        ] {
            let mut config = Config::default();
            assert!(assign(&mut config.route, key, "1").is_err(), "{key}");
            assert!(super::shown(&config.route, key).is_err(), "{key}");
        }
        let config = Config::default();
        assert_eq!(
            super::shown(&config.route, "route.breaker.window").ok(),
            Some(None)
        );
    }
}
