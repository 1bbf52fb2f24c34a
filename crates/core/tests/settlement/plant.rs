//! Mistakes to be found, each made where an authority could make it.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plant {
    /// No answer: it is sent again, under a new key.
    ResendsBlindly,
    /// No answer: it is sent again, since the key guards against doubling.
    TrustsAnOldKey,
    /// A new key for each attempt.
    NewKeyEachTime,
    /// It is sent before it is durable that it is.
    SendsBeforeDurable,
    /// After a restart what was being sent is taken for not sent.
    ForgetsWhatWasSent,
    /// "Nothing found" is believed at once.
    BelievesNothingFound,
    /// "Nothing found" is taken for true when it is heard, not when it was asked.
    TakesAnswersForNew,
    /// An error of the provider is taken for "not looked at".
    TakesErrorsForBusy,
    /// A provider that is busy is pressed on under a key as old as it gets.
    PressesOnForDays,
    /// After some failures it is given up.
    GivesUp,
    /// A refund does not wait for its sale.
    RefundsAtOnce,
    /// After a restart nobody looks.
    TimersNeverFire,
    /// A refund is not told what became of its sale.
    ForgetsRefunds,
}

impl Plant {
    pub(crate) const ALL: [Self; 13] = [
        Self::ResendsBlindly,
        Self::TrustsAnOldKey,
        Self::NewKeyEachTime,
        Self::SendsBeforeDurable,
        Self::ForgetsWhatWasSent,
        Self::BelievesNothingFound,
        Self::TakesAnswersForNew,
        Self::TakesErrorsForBusy,
        Self::PressesOnForDays,
        Self::GivesUp,
        Self::RefundsAtOnce,
        Self::TimersNeverFire,
        Self::ForgetsRefunds,
    ];
}
