//! Whether an item can be had at a given local time.
//!
//! Invariant: what cannot be read (a daypart with a broken time) is not served; nothing is ever
//! called available by default of understanding. Never reads a clock.

use olympus_proto::{Daypart, MenuItem, State, Weekday};

/// Minutes in a day.
const DAY_MINUTES: u16 = 24 * 60;

/// A moment of the week at the location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    /// The day.
    pub weekday: Weekday,
    /// Minutes since midnight, 0 to 1,439.
    pub minute_of_day: u16,
}

/// Minutes since midnight of `HH:MM`, 00:00 to 24:00; `None` where the text is no such time.
#[must_use]
pub fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| -> Option<u16> {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse().ok())
            .flatten()
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= DAY_MINUTES).then_some(total)
}

/// Whether `item` can be had at `now`. What staff said after the import (`sold_out_override`)
/// wins over what the menu says of being sold out.
#[must_use]
pub fn state(item: &MenuItem, sold_out_override: Option<bool>, now: LocalTime) -> State {
    if sold_out_override.unwrap_or(item.availability.sold_out) {
        return State::SoldOut;
    }
    let dayparts = &item.availability.dayparts;
    if dayparts.is_empty() || dayparts.iter().any(|part| served(part, now)) {
        State::Available
    } else {
        State::OutsideHours
    }
}

fn served(part: &Daypart, now: LocalTime) -> bool {
    let (Some(from), Some(to)) = (minute_of_day(&part.from), minute_of_day(&part.to)) else {
        return false;
    };
    let on = |day: Weekday| part.days.is_empty() || part.days.contains(&day);
    let minute = now.minute_of_day;
    if from < to {
        on(now.weekday) && (from..to).contains(&minute)
    } else {
        // Past midnight: the early hours belong to the evening before.
        (on(now.weekday) && minute >= from) || (on(day_before(now.weekday)) && minute < to)
    }
}

fn day_before(day: Weekday) -> Weekday {
    match day {
        Weekday::Mon => Weekday::Sun,
        Weekday::Tue => Weekday::Mon,
        Weekday::Wed => Weekday::Tue,
        Weekday::Thu => Weekday::Wed,
        Weekday::Fri => Weekday::Thu,
        Weekday::Sat => Weekday::Fri,
        Weekday::Sun => Weekday::Sat,
    }
}

#[cfg(test)]
mod tests {
    use super::{LocalTime, minute_of_day, state};
    use olympus_proto::{Daypart, MenuItem, State, Weekday};

    fn at(weekday: Weekday, time: &str) -> LocalTime {
        LocalTime {
            weekday,
            minute_of_day: minute_of_day(time).expect("a time"),
        }
    }

    fn served_in(days: &[Weekday], from: &str, to: &str) -> MenuItem {
        let mut item = MenuItem::new("a", "A");
        item.availability.dayparts.push(Daypart {
            days: days.to_vec(),
            from: from.to_owned(),
            to: to.to_owned(),
        });
        item
    }

    #[test]
    fn reads_times() {
        for (text, minutes) in [
            ("00:00", Some(0)),
            ("07:05", Some(425)),
            ("23:59", Some(1439)),
            ("24:00", Some(1440)),
            ("24:01", None),
            ("7:00", None),
            ("07:60", None),
            ("+7:00", None),
            ("07:0a", None),
            ("0700", None),
            ("", None),
            ("٠٧:٠٠", None),
        ] {
            assert_eq!(minute_of_day(text), minutes, "{text}");
        }
    }

    #[test]
    fn a_daypart_within_a_day() {
        let breakfast = served_in(&[Weekday::Mon], "07:00", "11:30");
        for (weekday, time, expected) in [
            (Weekday::Mon, "06:59", State::OutsideHours),
            (Weekday::Mon, "07:00", State::Available),
            (Weekday::Mon, "11:29", State::Available),
            (Weekday::Mon, "11:30", State::OutsideHours),
            (Weekday::Tue, "08:00", State::OutsideHours),
        ] {
            assert_eq!(
                state(&breakfast, None, at(weekday, time)),
                expected,
                "{weekday:?} {time}"
            );
        }
    }

    #[test]
    fn a_daypart_past_midnight_belongs_to_the_day_it_began() {
        let late = served_in(&[Weekday::Sun], "22:00", "02:00");
        for (weekday, time, expected) in [
            (Weekday::Sun, "21:59", State::OutsideHours),
            (Weekday::Sun, "22:00", State::Available),
            (Weekday::Mon, "01:59", State::Available),
            (Weekday::Mon, "02:00", State::OutsideHours),
            (Weekday::Mon, "23:00", State::OutsideHours),
            (Weekday::Sun, "01:00", State::OutsideHours),
        ] {
            assert_eq!(
                state(&late, None, at(weekday, time)),
                expected,
                "{weekday:?} {time}"
            );
        }
    }

    #[test]
    fn sold_out_wins_over_hours_and_staff_over_the_menu() {
        let noon = at(Weekday::Wed, "12:00");
        let mut item = served_in(&[], "12:00", "24:00");
        assert_eq!(state(&item, None, noon), State::Available);
        assert_eq!(state(&item, Some(true), noon), State::SoldOut);
        item.availability.sold_out = true;
        assert_eq!(state(&item, None, noon), State::SoldOut);
        assert_eq!(state(&item, Some(false), noon), State::Available);
        let broken = served_in(&[], "noon", "24:00");
        assert_eq!(state(&broken, None, noon), State::OutsideHours);
    }
}
