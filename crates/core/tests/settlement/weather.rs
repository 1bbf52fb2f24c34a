//! How bad a world is: the line, the authority, and the provider's moods.

use crate::rng::Rng;

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;

/// How the provider is for a while.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Down,
    Busy,
    Failing,
}

/// How bad this world is.
pub(crate) struct Weather {
    pub(crate) lost_percent: u64,
    pub(crate) slow_percent: u64,
    pub(crate) copied_percent: u64,
    pub(crate) stop_permille: u64,
    pub(crate) moods: Vec<(u64, u64, Mood)>,
    pub(crate) heals_ms: u64,
    /// The provider remembers no key. Then the line makes no copies by itself.
    pub(crate) forgetful: bool,
}

impl Weather {
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        let heals_ms = [20 * MINUTE, 6 * HOUR, 80 * HOUR][rng.index(3)];
        let forgetful = rng.chance(30);
        let bad = rng.chance(85);
        Self {
            lost_percent: if bad { rng.below(40) } else { 0 },
            slow_percent: if bad { rng.below(50) } else { 0 },
            copied_percent: if forgetful { 0 } else { rng.below(30) },
            stop_permille: if rng.chance(70) { rng.below(60) } else { 0 },
            moods: moods(rng, heals_ms),
            heals_ms,
            forgetful,
        }
    }

    pub(crate) fn mood(&self, now_ms: u64) -> Option<Mood> {
        let of = |(from, to, _): &&(u64, u64, Mood)| (*from..*to).contains(&now_ms);
        self.moods.iter().find(of).map(|(_, _, mood)| *mood)
    }
}

/// Times in which the provider is not itself, some of them days.
fn moods(rng: &mut Rng, heals_ms: u64) -> Vec<(u64, u64, Mood)> {
    let number = rng.index(4);
    let mut moods = Vec::new();
    for _ in 0..number {
        let from = rng.below(heals_ms);
        let lasts = match rng.below(4) {
            0 => rng.below(70 * HOUR),
            1 => rng.below(6 * HOUR),
            _ => rng.below(30 * MINUTE),
        };
        let mood = [Mood::Down, Mood::Busy, Mood::Failing][rng.index(3)];
        moods.push((from, (from + lasts).min(heals_ms), mood));
    }
    moods
}
