//! What goes wrong while the power is on.

/// One sort of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// There is no room: half of a write is done, or nothing.
    Full,
    /// A write fails, half done.
    Write,
    /// A sync fails; no later one covers what this one should have.
    Sync,
    /// A read fails.
    Read,
    /// A read ends too early, in the middle of what there is, and says so.
    ShortRead,
    /// A file cannot be opened or deleted.
    Name,
}

impl Fault {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::Full,
        Self::Write,
        Self::Sync,
        Self::Read,
        Self::ShortRead,
        Self::Name,
    ];
}

/// What is to fail, and when.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    planned: Vec<(Fault, u64, u64)>,
    /// How often something has failed.
    pub(crate) hit: u64,
}

impl Faults {
    /// After so many calls that could fail so, so many do.
    pub fn plan(&mut self, fault: Fault, after: u64, times: u64) {
        self.planned.push((fault, after, times));
    }

    /// Nothing is to fail any more.
    pub fn clear(&mut self) {
        self.planned.clear();
    }

    /// Counts a call, and says which of these it fails with.
    pub(crate) fn strike(&mut self, kinds: &[Fault]) -> Option<Fault> {
        let mut struck = None;
        for (fault, after, times) in &mut self.planned {
            if !kinds.contains(fault) || *times == 0 {
                continue;
            }
            if *after > 0 {
                *after -= 1;
            } else {
                *times -= 1;
                struck = Some(*fault);
            }
        }
        self.planned.retain(|(_, _, times)| *times > 0);
        self.hit += u64::from(struck.is_some());
        struck
    }
}
