//! How the till stands: for the metrics and the operations page.

use super::work::time_ms;
use super::{Till, attention};
use crate::command::{Now, Standing};
use olympus_core::grant::{ClockState, Reading, Step, Terminal};
use olympus_proto::Cents;
use olympus_proto::pos::TerminalStanding;

impl Till {
    /// What time it is, in milliseconds since 1970: by the terminal, which asks the wall clock only
    /// where that can be believed; before it was welcomed, by the wall clock. Business day and hour
    /// go by it.
    #[must_use]
    pub fn time_ms(&self, now: &Now) -> u64 {
        time_ms(self.terminal.as_ref(), now)
    }

    /// How it stands.
    #[must_use]
    pub fn standing(&self, now: &Now) -> Standing {
        let reading = Reading {
            wall_ms: now.wall_ms(),
            up: now.sync.moment,
        };
        let terminal = self.terminal.as_ref();
        Standing {
            sync: self.client.standing(now.sync),
            terminal: terminal.map_or_else(unwelcome, |terminal| of(terminal, reading)),
            attention: self.client.attention().map(attention::item).collect(),
            identity: self.client.identity().clone(),
            spent_cents: terminal.map_or(Cents(0), |terminal| terminal.saved().head.spent.cents),
            poisoned: self.poisoned,
        }
    }
}

/// A terminal that was never registered: it takes cash, and knows no better time.
fn unwelcome() -> TerminalStanding {
    TerminalStanding {
        step: "cash_only".to_owned(),
        clock: "right".to_owned(),
        grant_expires_ms: None,
        left_cents: None,
        left_sales: None,
        policy: None,
        revocations: None,
    }
}

fn of(terminal: &Terminal, reading: Reading) -> TerminalStanding {
    let saved = terminal.saved();
    let (spent, grant) = (saved.head.spent, saved.head.grant.as_ref());
    let step = match terminal.step(reading) {
        Step::Full => "full",
        Step::Reduced => "reduced",
        Step::CashOnly => "cash_only",
    };
    let clock = match terminal.clock(reading) {
        ClockState::Good => "right",
        ClockState::RolledBack => "behind",
        ClockState::FarOff => "ahead",
    };
    TerminalStanding {
        step: step.to_owned(),
        clock: clock.to_owned(),
        grant_expires_ms: grant.map(|grant| grant.expires_ms),
        left_cents: grant.map(|grant| {
            Cents(
                grant
                    .caps
                    .total_cents
                    .0
                    .saturating_sub(spent.cents.0)
                    .max(0),
            )
        }),
        left_sales: grant.map(|grant| grant.caps.sales.saturating_sub(spent.sales)),
        policy: saved.policy.as_ref().map(|policy| policy.version),
        revocations: saved
            .list
            .as_ref()
            .map(olympus_core::grant::RevocationList::number),
    }
}
