//! What happened, as a hash and, where wanted, as lines; and what should not have.

use std::fmt::{Debug, Write};

pub(crate) struct Trace {
    keep: bool,
    pub(crate) hash: u64,
    pub(crate) events: u64,
    pub(crate) lines: Vec<String>,
    pub(crate) violations: Vec<String>,
}

/// FNV-1a over what is written: no text is made where nobody reads it.
struct Hash(u64);

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

impl Trace {
    pub(crate) fn new(keep: bool) -> Self {
        Self {
            keep,
            hash: 0xcbf2_9ce4_8422_2325,
            events: 0,
            lines: Vec::new(),
            violations: Vec::new(),
        }
    }

    pub(crate) fn note(&mut self, at_ms: u64, what: &str, of: &dyn Debug) {
        let mut hash = Hash(self.hash);
        write!(hash, "{at_ms} {what} {of:?}").expect("hashing does not fail");
        self.hash = hash.0;
        self.events += 1;
        if self.keep {
            let minutes = at_ms / 60_000;
            let line = format!("{minutes:5}:{:05} {what} {of:?}", at_ms % 60_000);
            self.lines.push(line.chars().take(400).collect());
        }
    }

    pub(crate) fn violates(&mut self, at_ms: u64, text: String) {
        self.note(at_ms, "VIOLATION", &text);
        self.violations.push(text);
    }
}
