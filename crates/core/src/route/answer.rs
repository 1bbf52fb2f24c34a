//! An answer as routing sees it, and the better of two.

use super::reason::Reason;
use super::trust::Standing;
use olympus_proto::Path;

/// What an answer says, as a fingerprint made by the shell: two answers say the same exactly where
/// their labels are equal (an intent, the best dish, the recognised item).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label(pub u64);

/// Calibrated probability of being right, 0 to 1; what is no number counts as 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f32);

impl Confidence {
    /// Clamped to 0 to 1.
    #[must_use]
    pub const fn new(probability: f32) -> Self {
        if probability.is_nan() {
            Self(0.0)
        } else {
            Self(probability.clamp(0.0, 1.0))
        }
    }

    /// The probability.
    #[must_use]
    pub const fn get(self) -> f32 {
        self.0
    }
}

/// An answer in hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion {
    /// What it says; `None` for `unknown`.
    pub says: Option<Label>,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Opinion {
    /// Says something, and is at least `confident_at` sure of it.
    #[must_use]
    pub fn is_sure(&self, confident_at: f32) -> bool {
        self.says.is_some() && self.confidence.get() >= confident_at
    }
}

/// The cloud's record, as far as a choice needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// Whether the cloud is believed.
    pub standing: Standing,
    /// How often its sure answers are not the local ones, 0 to 1.
    pub disagreement: f64,
}

/// The better of two answers: the likelier one, where `unknown` loses to any that says something
/// and the cloud is at most as sure as its record allows. A cloud that is not believed wins only
/// over `unknown`; equals go to the local one.
#[must_use]
pub fn better(local: &Opinion, cloud: &Opinion, record: Record) -> (Path, Reason) {
    match (local.says, cloud.says) {
        (Some(one), Some(other)) if one == other => (Path::Local, Reason::Agreed),
        (Some(_) | None, None) => (Path::Local, Reason::LocalBetter),
        (None, Some(_)) => (Path::Cloud, Reason::CloudBetter),
        (Some(_), Some(_)) => {
            let claim = f64::from(cloud.confidence.get()).min(1.0 - record.disagreement);
            match record.standing {
                Standing::Distrusted => (Path::Local, Reason::CloudDistrusted),
                Standing::Trusted if claim > f64::from(local.confidence.get()) => {
                    (Path::Cloud, Reason::CloudBetter)
                }
                Standing::Trusted => (Path::Local, Reason::LocalBetter),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Confidence, Label, Opinion, Record, better};
    use crate::route::{Reason, Standing};
    use olympus_proto::Path;

    fn says(label: u64, confidence: f32) -> Opinion {
        Opinion {
            says: (label > 0).then_some(Label(label)),
            confidence: Confidence::new(confidence),
        }
    }

    /// The better of (label, confidence) local and cloud, `unknown` written 0, by the cloud's
    /// disagreement; from one half on it is not believed.
    fn choice(local: (u64, f32), cloud: (u64, f32), disagreement: f64) -> (Path, Reason) {
        let standing = if disagreement < 0.5 {
            Standing::Trusted
        } else {
            Standing::Distrusted
        };
        let record = Record {
            standing,
            disagreement,
        };
        better(&says(local.0, local.1), &says(cloud.0, cloud.1), record)
    }

    #[test]
    fn the_likelier_of_two_wins_and_unknown_loses() {
        let cloud = (Path::Cloud, Reason::CloudBetter);
        let local = (Path::Local, Reason::LocalBetter);
        assert_eq!(choice((1, 0.4), (2, 0.9), 0.1), cloud);
        assert_eq!(choice((1, 0.9), (2, 0.4), 0.1), local);
        assert_eq!(choice((1, 0.8), (2, 0.8), 0.1), local, "equals");
        let agreed = (Path::Local, Reason::Agreed);
        assert_eq!(choice((1, 0.2), (1, 0.9), 0.1), agreed);
        assert_eq!(choice((0, 0.9), (2, 0.3), 0.1), cloud);
        assert_eq!(choice((1, 0.3), (0, 0.9), 0.1), local);
        assert_eq!(choice((0, 0.3), (0, 0.9), 0.1), local);
    }

    #[test]
    fn a_record_caps_what_the_cloud_claims() {
        let local = (Path::Local, Reason::LocalBetter);
        assert_eq!(choice((1, 0.8), (2, 0.99), 0.25), local);
        let distrusted = (Path::Local, Reason::CloudDistrusted);
        assert_eq!(choice((1, 0.1), (2, 0.99), 0.6), distrusted);
        let alone = (Path::Cloud, Reason::CloudBetter);
        assert_eq!(choice((0, 0.1), (2, 0.99), 0.6), alone);
    }

    #[test]
    fn confidence_is_a_probability() {
        for (raw, kept) in [(1.5, 1.0), (-1.0, 0.0), (f32::NAN, 0.0), (0.5, 0.5)] {
            assert!((Confidence::new(raw).get() - kept).abs() < f32::EPSILON);
        }
        assert!(says(1, 0.7).is_sure(0.7));
        assert!(!says(1, 0.69).is_sure(0.7) && !says(0, 0.9).is_sure(0.7));
    }
}
