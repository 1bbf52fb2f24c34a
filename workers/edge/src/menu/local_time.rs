//! The hour at a restaurant. Zones come with the Worker: the runtime has none that Rust can read.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use olympus_core::menu::availability::LocalTime;
use olympus_proto::Weekday;

/// The zone of that IANA name.
pub(crate) fn zone(name: &str) -> Result<TimeZone, ()> {
    TimeZone::get(name).map_err(|_| ())
}

/// Weekday and minute at `now_ms`, milliseconds since 1970.
pub(crate) fn at(zone: &TimeZone, now_ms: u64) -> LocalTime {
    let millis = i64::try_from(now_ms).unwrap_or(i64::MAX);
    let now = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    let local = now.to_zoned(zone.clone());
    LocalTime {
        weekday: match local.weekday() {
            jiff::civil::Weekday::Monday => Weekday::Mon,
            jiff::civil::Weekday::Tuesday => Weekday::Tue,
            jiff::civil::Weekday::Wednesday => Weekday::Wed,
            jiff::civil::Weekday::Thursday => Weekday::Thu,
            jiff::civil::Weekday::Friday => Weekday::Fri,
            jiff::civil::Weekday::Saturday => Weekday::Sat,
            jiff::civil::Weekday::Sunday => Weekday::Sun,
        },
        minute_of_day: u16::from(local.hour().unsigned_abs()) * 60
            + u16::from(local.minute().unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::{at, zone};
    use olympus_proto::Weekday;

    #[test]
    fn hours_are_those_of_the_zone_and_of_its_summer() {
        // 2026-01-05 23:30 UTC, a Monday, and 2026-07-06 23:30 UTC.
        let (winter, summer) = (1_767_655_800_000, 1_783_380_600_000);
        for (name, at_ms, weekday, minute) in [
            ("UTC", winter, Weekday::Mon, 23 * 60 + 30),
            ("Europe/Berlin", winter, Weekday::Tue, 30),
            ("Europe/Berlin", summer, Weekday::Tue, 90),
            ("America/New_York", winter, Weekday::Mon, 18 * 60 + 30),
            ("Asia/Kolkata", winter, Weekday::Tue, 5 * 60),
        ] {
            let local = at(&zone(name).expect("is known"), at_ms);
            assert_eq!(
                (local.weekday, local.minute_of_day),
                (weekday, minute),
                "{name}"
            );
        }
        assert!(zone("Mars/Olympus").is_err());
    }
}
