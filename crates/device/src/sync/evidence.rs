//! Whether the location's authority is reached.
//!
//! Invariant: one lost call is no outage; two in a row are, until somebody answers again.

/// Calls in a row without an answer that are believed.
const SAME: u32 = 2;

/// What is known. Down at first: nobody has answered yet.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    up: bool,
    lost: u32,
}

/// The line changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Up,
    Down,
}

impl Evidence {
    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    /// Takes note; what changed by it.
    pub(super) fn hear(&mut self, answered: bool) -> Option<Turn> {
        if answered {
            self.lost = 0;
            return (!std::mem::replace(&mut self.up, true)).then_some(Turn::Up);
        }
        self.lost = self.lost.saturating_add(1);
        let down = self.up && self.lost >= SAME;
        if down {
            self.up = false;
        }
        down.then_some(Turn::Down)
    }
}

#[cfg(test)]
mod tests {
    use super::{Evidence, Turn};

    #[test]
    fn an_answer_is_believed_at_once_and_silence_the_second_time() {
        let mut line = Evidence::default();
        assert_eq!(line.hear(false), None, "it was down");
        assert_eq!(line.hear(true), Some(Turn::Up));
        assert_eq!(line.hear(true), None);
        assert_eq!(line.hear(false), None);
        assert_eq!(line.hear(true), None, "not in a row");
        assert_eq!(line.hear(false), None);
        assert_eq!(line.hear(false), Some(Turn::Down));
        assert_eq!(line.hear(false), None);
        assert!(!line.is_up());
        assert_eq!(line.hear(true), Some(Turn::Up));
    }
}
