//! The settings of selling: the table `till` of the file, set by names without it.
//!
//! Invariant: what is set here is read at the start. Amounts of orders that are open already stay
//! by the rules that they were opened under.

use super::{Config, ConfigError, bad};
use crate::till::{ReceiptSetup, Setup, time_of_day};
use jiff::tz::TimeZone;
use olympus_core::sync::client::ClientConfig;
use olympus_proto::grant::TerminalId;
use olympus_proto::{Cents, LocationId};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Every setting here.
pub(super) const NAMES: [&str; 12] = [
    "terminal",
    "currency",
    "tax-percent",
    "tax-included",
    "day-starts",
    "receipt-name",
    "receipt-address",
    "receipt-tax-id",
    "offline-soft-hours",
    "offline-hard-hours",
    "offline-operations",
    "offline-cents",
];
const NAME: &str = "OlympusEdge";
const MOST_TEXT_BYTES: usize = 200;
const MOST_ADDRESS_LINES: usize = 6;

/// What a till is told; an absent setting has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TillSettings {
    /// Which terminal this device is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// ISO 4217 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Tax, with at most two decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_percent: Option<String>,
    /// Prices include it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_included: Option<bool>,
    /// `HH:MM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_starts: Option<String>,
    /// On receipts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_name: Option<String>,
    /// On receipts; lines are parted by `|`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_address: Option<String>,
    /// On receipts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_tax_id: Option<String>,
    /// From this age on staff are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_soft_hours: Option<u32>,
    /// From this age on nothing of value is sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_hard_hours: Option<u32>,
    /// Most operations that wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_operations: Option<u32>,
    /// Most value that waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_cents: Option<u32>,
}

/// Whether a setting is one of selling, by its name.
pub(super) fn is_key(key: &str) -> bool {
    NAMES.contains(&key)
}

impl TillSettings {
    /// Nothing is set.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Sets what is of selling.
    pub(super) fn assign(&mut self, key: &str, text: Option<String>) -> Result<(), ConfigError> {
        match key {
            "terminal" => self.terminal = text,
            "currency" => self.currency = text,
            "tax-percent" => self.tax_percent = text,
            "tax-included" => self.tax_included = read(key, text, "use true or false")?,
            "day-starts" => self.day_starts = text,
            "receipt-name" => self.receipt_name = text,
            "receipt-address" => self.receipt_address = text,
            "receipt-tax-id" => self.receipt_tax_id = text,
            "offline-soft-hours" => self.offline_soft_hours = read(key, text, WHOLE)?,
            "offline-hard-hours" => self.offline_hard_hours = read(key, text, WHOLE)?,
            "offline-operations" => self.offline_operations = read(key, text, WHOLE)?,
            "offline-cents" => self.offline_cents = read(key, text, WHOLE)?,
            _ => return Err(ConfigError::UnknownKey(key.to_owned())),
        }
        Ok(())
    }

    /// What is of selling, as people see it.
    pub(super) fn shown(&self, key: &str) -> Option<String> {
        let number = |n: Option<u32>| n.map(|n| n.to_string());
        match key {
            "terminal" => self.terminal.clone(),
            "currency" => self.currency.clone(),
            "tax-percent" => self.tax_percent.clone(),
            "tax-included" => self.tax_included.map(|yes| yes.to_string()),
            "day-starts" => self.day_starts.clone(),
            "receipt-name" => self.receipt_name.clone(),
            "receipt-address" => self.receipt_address.clone(),
            "receipt-tax-id" => self.receipt_tax_id.clone(),
            "offline-soft-hours" => number(self.offline_soft_hours),
            "offline-hard-hours" => number(self.offline_hard_hours),
            "offline-operations" => number(self.offline_operations),
            "offline-cents" => number(self.offline_cents),
            _ => None,
        }
    }

    /// Refuses what could only fail later.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if let Some(terminal) = &self.terminal
            && !is_id(terminal)
        {
            let remedy = "use 1 to 64 of A-Z a-z 0-9 . _ -, e.g. till-2";
            return Err(bad("terminal", terminal, remedy));
        }
        if let Some(currency) = &self.currency
            && !(currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()))
        {
            return Err(bad("currency", currency, "use an ISO 4217 code, e.g. EUR"));
        }
        if let Some(percent) = &self.tax_percent
            && basis_points(percent).is_none()
        {
            let remedy = "use 0 to 100 with at most two decimals, e.g. 8.25";
            return Err(bad("tax-percent", percent, remedy));
        }
        if let Some(time) = &self.day_starts
            && time_of_day(time).is_none()
        {
            return Err(bad("day-starts", time, "use HH:MM, e.g. 04:00"));
        }
        self.check_receipt()?;
        self.check_caps()
    }

    fn check_receipt(&self) -> Result<(), ConfigError> {
        for (key, text) in [
            ("receipt-name", &self.receipt_name),
            ("receipt-address", &self.receipt_address),
            ("receipt-tax-id", &self.receipt_tax_id),
        ] {
            let Some(text) = text else { continue };
            let lines = text.split('|').count();
            let most = if key == "receipt-address" {
                MOST_ADDRESS_LINES
            } else {
                1
            };
            if text.len() > MOST_TEXT_BYTES || lines > most || text.chars().any(char::is_control) {
                let remedy = format!("use at most {MOST_TEXT_BYTES} bytes and {most} lines");
                return Err(bad(key, text, &remedy));
            }
        }
        Ok(())
    }

    fn check_caps(&self) -> Result<(), ConfigError> {
        let sync = self.sync();
        for (key, value) in [
            ("offline-soft-hours", self.offline_soft_hours),
            ("offline-hard-hours", self.offline_hard_hours),
            ("offline-operations", self.offline_operations),
            ("offline-cents", self.offline_cents),
        ] {
            if value == Some(0) {
                return Err(bad(key, "0", "use a number above 0"));
            }
        }
        if sync.soft_age > sync.hard_age {
            let value = (sync.soft_age.as_secs() / 3_600).to_string();
            let remedy = "it must not be above `offline-hard-hours`";
            return Err(bad("offline-soft-hours", &value, remedy));
        }
        Ok(())
    }

    fn sync(&self) -> ClientConfig {
        let hours = |hours: u32| Duration::from_secs(u64::from(hours) * 3_600);
        let own = ClientConfig::default();
        ClientConfig {
            soft_age: self.offline_soft_hours.map_or(own.soft_age, hours),
            hard_age: self.offline_hard_hours.map_or(own.hard_age, hours),
            most_operations: self.offline_operations.map_or(own.most_operations, |n| {
                usize::try_from(n).unwrap_or(usize::MAX)
            }),
            most_value: self
                .offline_cents
                .map_or(own.most_value, |cents| Cents(i64::from(cents))),
            ..own
        }
    }
}

impl Config {
    /// The till of these settings.
    ///
    /// # Errors
    /// Where one of them cannot work.
    pub fn till(&self, data_dir: Option<PathBuf>, has_cloud: bool) -> Result<Setup, ConfigError> {
        let own = Setup::temporary();
        let till = &self.till;
        till.check()?;
        let zone = match &self.timezone {
            Some(name) => {
                TimeZone::get(name).map_err(|_| bad("timezone", name, "use an IANA name"))?
            }
            None => TimeZone::system(),
        };
        let mut rules = own.rules;
        if let Some(currency) = &till.currency {
            rules.currency.clone_from(currency);
        }
        if let Some(points) = till.tax_percent.as_deref().and_then(basis_points) {
            rules.tax_basis_points = points;
        }
        rules.tax_included = till.tax_included.unwrap_or_default();
        let day_starts = till.day_starts.as_deref().and_then(time_of_day);
        let address = till.receipt_address.as_deref().unwrap_or_default();
        let lines = address
            .split('|')
            .map(str::trim)
            .filter(|line| !line.is_empty());
        Ok(Setup {
            data_dir,
            location: self.location_id.clone().map_or(own.location, LocationId),
            terminal: till
                .terminal
                .as_deref()
                .map_or(own.terminal, TerminalId::from),
            rules,
            zone,
            day_starts: day_starts.unwrap_or(own.day_starts),
            receipt: ReceiptSetup {
                name: till.receipt_name.clone().unwrap_or_else(|| NAME.to_owned()),
                address: lines.map(str::to_owned).collect(),
                tax_id: till.receipt_tax_id.clone(),
            },
            sync: till.sync(),
            has_cloud,
        })
    }
}

const WHOLE: &str = "use a whole number";

fn read<T: std::str::FromStr>(
    key: &str,
    text: Option<String>,
    remedy: &str,
) -> Result<Option<T>, ConfigError> {
    text.map(|text| text.parse().map_err(|_| bad(key, &text, remedy)))
        .transpose()
}

fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// Hundredths of a percent of a number with at most two decimals, 0 to 100.
fn basis_points(percent: &str) -> Option<u32> {
    let (whole, part) = percent.split_once('.').unwrap_or((percent, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 3 || part.len() > 2 {
        return None;
    }
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    let points = whole.parse::<u32>().ok()? * 100 + part;
    (points <= 10_000).then_some(points)
}

#[cfg(test)]
mod tests {
    use super::{Config, NAMES, basis_points};
    use crate::config::KEYS;

    #[test]
    fn a_percentage_is_read_to_the_hundredth() {
        for (text, points) in [
            ("0", 0),
            ("8.25", 825),
            ("8.5", 850),
            ("19", 1_900),
            ("100", 10_000),
            ("0.01", 1),
            ("7.0", 700),
        ] {
            assert_eq!(basis_points(text), Some(points), "{text}");
        }
        for bad in [
            "", ".", "8.", ".5", "8.255", "-1", "1e1", "100.01", "1 0", "+5", "８",
        ] {
            assert_eq!(basis_points(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_set_is_what_the_till_is_told() {
        let mut config = Config::default();
        for (key, value) in [
            ("terminal", "till-2"),
            ("currency", "EUR"),
            ("tax-percent", "8.25"),
            ("tax-included", "true"),
            ("day-starts", "05:30"),
            ("receipt-name", "Zum Löwen"),
            ("receipt-address", "Markt 1|Bern"),
            ("receipt-tax-id", "CHE-1"),
            ("offline-soft-hours", "12"),
            ("offline-hard-hours", "48"),
            ("offline-operations", "100"),
            ("offline-cents", "90000"),
        ] {
            config.assign(key, value).expect(key);
            assert_eq!(config.shown(key).expect("is known").as_deref(), Some(value));
        }
        config.check().expect("works");
        let text = toml::to_string(&config).expect("TOML");
        assert_eq!(Config::read(&text).expect("is read again"), config);
        let setup = config.till(None, true).expect("works");
        assert_eq!(setup.terminal.as_str(), "till-2");
        assert_eq!(
            (setup.rules.tax_basis_points, setup.rules.tax_included),
            (825, true)
        );
        assert_eq!(setup.day_starts.to_string(), "05:30:00");
        assert_eq!(setup.receipt.address, ["Markt 1", "Bern"]);
        assert_eq!(setup.sync.most_operations, 100);
        assert_eq!(setup.sync.hard_age.as_secs(), 48 * 3_600);
    }

    #[test]
    fn what_cannot_work_is_refused_with_its_remedy() {
        for (key, value) in [
            ("terminal", "till 1"),
            ("terminal", &"t".repeat(65)),
            ("currency", "usd"),
            ("currency", "EURO"),
            ("tax-percent", "8,25"),
            ("tax-included", "yes"),
            ("day-starts", "4 am"),
            ("receipt-name", "a|b"),
            ("receipt-address", "1|2|3|4|5|6|7"),
            ("offline-soft-hours", "73"),
            ("offline-hard-hours", "0"),
            ("offline-operations", "-1"),
            ("offline-cents", "12.50"),
        ] {
            let mut config = Config::default();
            let set = config.assign(key, value).and_then(|()| config.check());
            let error = set.expect_err(value).to_string();
            assert!(error.contains(key), "{error}");
        }
    }

    #[test]
    fn every_setting_is_listed() {
        for name in NAMES {
            assert!(KEYS.iter().any(|key| key.name == name), "{name}");
        }
    }
}
