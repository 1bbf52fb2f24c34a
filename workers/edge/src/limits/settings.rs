//! The var `LIMITS`: JSON, by class of route `{"ask":{"address":{"burst":…,"rate":…,"per_ms":…},
//! "token":…,"location":…,"on_fault":"open"}}`; what is left out is as below, and `null` takes a
//! limit away.
//!
//! Invariant: settings that cannot be read never lift a limit: then those below hold.

use crate::http::endpoint::RateClass;
use crate::http::error::log;
use olympus_core::rate_limit::{Quota, QuotaSettings};
use serde::{Deserialize, Deserializer};
use std::cell::RefCell;
use std::rc::Rc;

/// What happens where nobody can count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnFault {
    Open,
    Closed,
}

/// Limits of one class of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassLimits {
    pub(super) address: Option<QuotaSettings>,
    pub(super) token: Option<QuotaSettings>,
    pub(super) location: Option<QuotaSettings>,
    pub(super) on_fault: OnFault,
}

/// Limits of all classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limits {
    open: ClassLimits,
    ask: ClassLimits,
    shop: ClassLimits,
    data: ClassLimits,
    admin: ClassLimits,
}

const fn a_second(burst: u32, rate: u32) -> Option<QuotaSettings> {
    Some(QuotaSettings {
        burst,
        rate,
        per_ms: 1_000,
    })
}

impl Default for Limits {
    fn default() -> Self {
        let class = |address, token, location, on_fault| ClassLimits {
            address,
            token,
            location,
            on_fault,
        };
        Self {
            open: class(a_second(600, 100), None, None, OnFault::Open),
            ask: class(
                a_second(120, 20),
                a_second(60, 10),
                a_second(300, 50),
                OnFault::Open,
            ),
            shop: class(
                a_second(240, 40),
                a_second(120, 20),
                a_second(600, 100),
                OnFault::Open,
            ),
            data: class(
                a_second(60, 5),
                a_second(60, 5),
                a_second(120, 10),
                OnFault::Closed,
            ),
            admin: class(
                a_second(30, 1),
                a_second(30, 1),
                a_second(60, 2),
                OnFault::Closed,
            ),
        }
    }
}

impl Limits {
    /// The settings, parsed once for each isolate and text.
    pub(super) fn of(text: &str) -> Rc<Self> {
        thread_local! {
            static PARSED: RefCell<Option<(String, Rc<Limits>)>> = const { RefCell::new(None) };
        }
        PARSED.with(|parsed| {
            if let Ok(parsed) = parsed.try_borrow()
                && let Some((of, limits)) = &*parsed
                && of == text
            {
                return Rc::clone(limits);
            }
            let limits = Rc::new(Self::parse(text).unwrap_or_else(|error| {
                log(&format!(
                    "LIMITS cannot be read, the defaults hold: {error}"
                ));
                Self::default()
            }));
            if let Ok(mut parsed) = parsed.try_borrow_mut() {
                *parsed = Some((text.to_owned(), Rc::clone(&limits)));
            }
            limits
        })
    }

    fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let mut limits = Self::default();
        if text.trim().is_empty() {
            return Ok(limits);
        }
        let changes: Changes = serde_json::from_str(text)?;
        for (class, change) in [
            (&mut limits.open, changes.open),
            (&mut limits.ask, changes.ask),
            (&mut limits.shop, changes.shop),
            (&mut limits.data, changes.data),
            (&mut limits.admin, changes.admin),
        ] {
            change.apply(class);
        }
        Ok(limits)
    }

    /// `None` where the class is never limited.
    pub(super) fn class(&self, class: RateClass) -> Option<ClassLimits> {
        match class {
            RateClass::Free => None,
            RateClass::Open => Some(self.open),
            RateClass::Ask => Some(self.ask),
            RateClass::Shop => Some(self.shop),
            RateClass::Data => Some(self.data),
            RateClass::Admin => Some(self.admin),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Changes {
    open: Change,
    ask: Change,
    shop: Change,
    data: Change,
    admin: Change,
}

/// The outer `Option` is whether it was said at all.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Change {
    #[serde(deserialize_with = "said")]
    address: Option<Option<QuotaSettings>>,
    #[serde(deserialize_with = "said")]
    token: Option<Option<QuotaSettings>>,
    #[serde(deserialize_with = "said")]
    location: Option<Option<QuotaSettings>>,
    on_fault: Option<OnFault>,
}

#[expect(
    clippy::option_option,
    reason = "left out and taken away are two things"
)]
fn said<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<QuotaSettings>>, D::Error> {
    let quota = Option::<QuotaSettings>::deserialize(deserializer)?;
    if let Some(quota) = quota {
        Quota::try_from(quota).map_err(serde::de::Error::custom)?;
    }
    Ok(Some(quota))
}

impl Change {
    fn apply(self, class: &mut ClassLimits) {
        if let Some(address) = self.address {
            class.address = address;
        }
        if let Some(token) = self.token {
            class.token = token;
        }
        if let Some(location) = self.location {
            class.location = location;
        }
        if let Some(on_fault) = self.on_fault {
            class.on_fault = on_fault;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, OnFault};
    use crate::http::endpoint::RateClass;

    #[test]
    fn what_is_left_out_is_as_before() {
        let text = r#"{"ask":{"token":{"burst":7,"rate":1,"per_ms":60000},"location":null,"on_fault":"closed"}}"#;
        let limits = Limits::parse(text).unwrap();
        let ask = limits.class(RateClass::Ask).unwrap();
        assert_eq!(ask.token.unwrap().burst, 7);
        assert_eq!(ask.location, None);
        assert_eq!(ask.on_fault, OnFault::Closed);
        let defaults = Limits::default();
        let before = defaults.class(RateClass::Ask).unwrap();
        assert_eq!(ask.address, before.address);
        assert_eq!(
            limits.class(RateClass::Data),
            defaults.class(RateClass::Data)
        );
        assert_eq!(limits.class(RateClass::Free), None);
    }

    #[test]
    fn what_cannot_be_read_lifts_nothing() {
        for bad in [
            "{",
            r#"{"asked":{}}"#,
            r#"{"ask":{"token":{"burst":0,"rate":1,"per_ms":1}}}"#,
            r#"{"ask":{"tokens":null}}"#,
            r#"{"ask":{"on_fault":"ajar"}}"#,
        ] {
            assert!(Limits::parse(bad).is_err(), "{bad}");
            assert_eq!(*Limits::of(bad), Limits::default());
        }
        assert_eq!(*Limits::of(""), Limits::default());
    }

    #[test]
    fn questions_go_on_and_keys_wait_where_nobody_counts() {
        let limits = Limits::default();
        let on_fault = |class| limits.class(class).unwrap().on_fault;
        assert_eq!(on_fault(RateClass::Ask), OnFault::Open);
        assert_eq!(on_fault(RateClass::Admin), OnFault::Closed);
        assert_eq!(on_fault(RateClass::Data), OnFault::Closed);
    }
}
