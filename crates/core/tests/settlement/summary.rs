//! What worlds came to, counted.

/// What a run came to.
#[derive(Default)]
pub(crate) struct Run {
    pub(crate) violations: Vec<String>,
    pub(crate) trace: Vec<String>,
    pub(crate) payments: u64,
    pub(crate) approved: u64,
    pub(crate) declined: u64,
    pub(crate) stops: u64,
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) copies: u64,
    pub(crate) sent_again: u64,
    pub(crate) forgetful: u64,
    pub(crate) days_down: u64,
    pub(crate) flagged: u64,
}

impl Run {
    pub(crate) fn add(&mut self, other: &Self) {
        self.payments += other.payments;
        self.approved += other.approved;
        self.declined += other.declined;
        self.stops += other.stops;
        self.lost += other.lost;
        self.late += other.late;
        self.copies += other.copies;
        self.sent_again += other.sent_again;
        self.forgetful += other.forgetful;
        self.days_down += other.days_down;
        self.flagged += other.flagged;
    }

    pub(crate) fn in_words(&self) -> String {
        format!(
            "{} payments, {} approved, {} declined; {} stops, {} messages lost, {} captures after \
             their time, {} copies, {} sent again, {} flagged; {} worlds without keys, {} with a \
             day or more without the provider",
            self.payments,
            self.approved,
            self.declined,
            self.stops,
            self.lost,
            self.late,
            self.copies,
            self.sent_again,
            self.flagged,
            self.forgetful,
            self.days_down
        )
    }

    pub(crate) fn is_bad_enough(&self) -> bool {
        [
            self.approved,
            self.declined,
            self.stops,
            self.lost,
            self.late,
            self.copies,
            self.sent_again,
            self.forgetful,
            self.days_down,
            self.flagged,
        ]
        .iter()
        .all(|number| *number >= 50)
    }
}
