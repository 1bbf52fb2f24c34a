//! Texts as they arrive from thumbs and microphones: the same rows with slips of known rates.
//!
//! Invariant: the noisy text is a pure function of text, kind, level and seed, whatever file it
//! stands in, and never empty. Labels stay: no slip adds or drops a negation word.

mod confusions;
mod speech;
mod typing;

use crate::data::{Case, DataSet};
use crate::random::Random;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where the slips come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Letters swapped, dropped, doubled, or hit beside the key
    Typing,
    /// No case and punctuation, fillers, repeats, words that sound alike, small words lost
    Speech,
}

impl Kind {
    /// Both.
    pub const ALL: [Kind; 2] = [Kind::Typing, Kind::Speech];

    /// The name in reports and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Typing => "typing",
            Kind::Speech => "speech",
        }
    }
}

/// How often things slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Level {
    /// A careful customer.
    One,
    /// A hurried one.
    Two,
    /// A bad line or a moving car.
    Three,
}

impl Level {
    /// Mildest first.
    pub const ALL: [Level; 3] = [Level::One, Level::Two, Level::Three];

    /// The value for this level.
    fn of(self, [one, two, three]: [f64; 3]) -> f64 {
        match self {
            Level::One => one,
            Level::Two => two,
            Level::Three => three,
        }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        match level {
            Level::One => 1,
            Level::Two => 2,
            Level::Three => 3,
        }
    }
}

impl TryFrom<u8> for Level {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        Level::ALL
            .into_iter()
            .find(|&level| u8::from(level) == number)
            .ok_or_else(|| "give a level from 1 to 3".to_owned())
    }
}

/// One way to disturb every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noise {
    /// Where the slips come from.
    pub kind: Kind,
    /// How many.
    pub level: Level,
    /// Which.
    pub seed: u64,
}

impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), u8::from(self.level))
    }
}

impl Noise {
    /// Both kinds at every level.
    #[must_use]
    pub fn all(seed: u64) -> Vec<Self> {
        Kind::ALL
            .into_iter()
            .flat_map(|kind| Level::ALL.map(|level| Self { kind, level, seed }))
            .collect()
    }

    /// The text as it would arrive.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut random = Random::for_text(self.seed, text);
        let noisy = match self.kind {
            Kind::Typing => typing::disturb(text, self.level, &mut random),
            Kind::Speech => speech::disturb(text, self.level, &mut random),
        };
        match noisy.trim().is_empty() {
            true => text.to_owned(),
            false => noisy,
        }
    }

    /// The same rows with their texts as they would arrive.
    #[must_use]
    pub fn over<C: Case + Clone>(&self, data: &DataSet<C>) -> DataSet<C> {
        let mut noisy = data.clone();
        for row in &mut noisy.rows {
            let text = self.apply(row.case.text());
            row.case.set_text(text);
        }
        noisy
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Level, Noise};
    use crate::data::{DataSet, FileHash, Row, SearchCase};
    use crate::error::Place;

    #[test]
    fn the_same_seed_gives_the_same_text_and_another_one_another() {
        let text = "I would like a large pepperoni pizza with two cokes to go please";
        for kind in Kind::ALL {
            let noise = |seed| Noise {
                kind,
                level: Level::Three,
                seed,
            };
            assert_eq!(noise(1).apply(text), noise(1).apply(text));
            assert_ne!(noise(1).apply(text), noise(2).apply(text));
        }
    }

    #[test]
    fn nothing_becomes_empty_and_any_script_survives() {
        for noise in Noise::all(3) {
            for text in ["?!", "a", "我要两杯可乐", "é", "🍔🍔", "to the of"] {
                assert!(!noise.apply(text).trim().is_empty(), "{noise}: {text}");
            }
        }
    }

    #[test]
    fn rows_keep_all_but_their_text() {
        let data = DataSet {
            rows: vec![Row {
                place: Place {
                    file: "q".to_owned(),
                    line: 4,
                },
                id: Some("1".to_owned()),
                source: "s".to_owned(),
                case: SearchCase {
                    query: "Hot Wings!".to_owned(),
                    relevant: vec!["w".to_owned()],
                    kind: None,
                },
            }],
            files: Vec::<FileHash>::new(),
        };
        let noise = Noise {
            kind: Kind::Speech,
            level: Level::One,
            seed: 5,
        };
        let row = &noise.over(&data).rows[0];
        assert_eq!(row.case.query, noise.apply("Hot Wings!"));
        assert_eq!(row.case.query, row.case.query.to_lowercase());
        assert_eq!(
            (row.place.line, &row.case.relevant[0]),
            (4, &"w".to_owned())
        );
    }

    #[test]
    fn levels_are_one_to_three() {
        for level in Level::ALL {
            assert_eq!(Level::try_from(u8::from(level)), Ok(level));
        }
        assert!(Level::try_from(0).is_err() && Level::try_from(4).is_err());
    }
}
