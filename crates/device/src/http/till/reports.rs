//! Reports of this device's own sales.

use super::super::body::json;
use super::super::error::HttpError;
use super::{Answer, App, Asked, day, query};
use axum::extract::State;
use olympus_store::Reader;
use serde::Deserialize;

/// Most days of one report: a year and a day.
const MOST_DAYS: i64 = 367;

/// Parameters of `GET /v1/reports/sales`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SalesQuery {
    from: Option<String>,
    to: Option<String>,
}

pub(crate) async fn sales(State(state): App, asked: Asked<SalesQuery>) -> Answer {
    let asked = query(asked)?;
    let today = state.till.now().day;
    let (from, to) = days(asked.from.as_deref(), asked.to.as_deref(), &today)?;
    json(
        &state
            .till
            .read(move |reader| reader.sales(&from, &to))
            .await?,
    )
}

pub(crate) async fn settlement(State(state): App) -> Answer {
    json(&state.till.read(Reader::settlement).await?)
}

/// First and last business day, both included; today where nothing is said.
pub(super) fn days(
    from: Option<&str>,
    to: Option<&str>,
    today: &str,
) -> Result<(String, String), HttpError> {
    let to = day(to, today)?;
    let from = day(from, &to)?;
    let date = |text: &str| text.parse::<jiff::civil::Date>();
    let (Ok(first), Ok(last)) = (date(&from), date(&to)) else {
        return Err(HttpError::invalid("write days YYYY-MM-DD"));
    };
    let count = last.duration_since(first).as_hours() / 24 + 1;
    match count {
        1..=MOST_DAYS => Ok((from, to)),
        ..1 => Err(HttpError::invalid("`from` must not be after `to`")),
        _ => Err(HttpError::invalid(format!(
            "at most {MOST_DAYS} days at a time"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn a_report_is_of_some_days() {
        let both = |from, to| days(from, to, "2026-03-02").ok();
        let said = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(both(None, None), said("2026-03-02", "2026-03-02"));
        assert_eq!(
            both(None, Some("2026-02-01")),
            said("2026-02-01", "2026-02-01")
        );
        assert_eq!(
            both(Some("2026-02-01"), None),
            said("2026-02-01", "2026-03-02")
        );
        assert!(both(Some("2025-03-01"), None).is_some());
        for (from, to) in [
            (Some("2026-03-03"), None),
            (Some("2025-02-27"), None),
            (Some("2026-3-1"), None),
            (Some("yesterday"), None),
            (None, Some("2026-02-30")),
            (Some("2026-02-01T00:00"), None),
            (Some("-000001-01-01"), None),
        ] {
            assert_eq!(both(from, to), None, "{from:?} {to:?}");
        }
    }
}
