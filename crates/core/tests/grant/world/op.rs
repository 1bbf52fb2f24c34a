//! What can happen, and what a shell can do wrong.

/// When the shell dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crash {
    Never,
    BeforeWriting,
    AfterWriting,
    /// The write fails, and the shell goes on.
    DiskFull,
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// A customer pays; asks again where the answer is lost.
    Sell {
        cents: i64,
        card: u8,
        stored: bool,
        order: Option<u8>,
        crash: Crash,
    },
    /// The answer to the latest sale is asked for again.
    AskAgain,
    Refund {
        cents: i64,
        crash: Crash,
    },
    /// A grant comes: a new one, or one of those before.
    Refresh {
        total: i64,
        sales: u32,
        replay: bool,
        crash: Crash,
    },
    RevokeCard {
        card: u8,
        lost: bool,
    },
    RevokeGrant,
    Open(u8),
    Close(u8),
    /// Time passes.
    Pass {
        minutes: u64,
    },
    /// The wall clock is set, in minutes against the truth.
    Wall {
        minutes: i64,
    },
    /// The shell is off for a while.
    Restart {
        minutes: u64,
    },
    ToldTime,
}

/// A shell that does not do what it is told, where something is true.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faults {
    pub tells_before_writing: bool,
    pub tears_transactions: bool,
    pub goes_on_after_a_failed_write: bool,
    pub new_id_each_time: bool,
    pub restores_a_backup: bool,
    pub registers_at_each_refresh: bool,
    pub believes_the_wall: bool,
    pub drops_revocations: bool,
    pub closes_no_orders: bool,
}
