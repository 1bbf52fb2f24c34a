//! Misuse that no terminal lets pass, each by its name and the code it is refused by.

mod documents;
mod sales;

use crate::fixture::{at, card, delta, keys, sale, seal, selling};
use olympus_core::grant::{CardState, Reading, Refusal, Sale, Tender, Terminal};
use olympus_proto::Cents;
use olympus_proto::grant::Revoked;

pub(super) type Refused = Option<Refusal>;
/// Name, code, what is done.
pub(super) type Case = (&'static str, Refusal, fn() -> Refused);

pub(super) fn sell(terminal: &mut Terminal, sale: &Sale, reading: Reading) -> Refused {
    terminal.authorise(sale, reading).outcome.err()
}

pub(super) fn by_state(id: &str, cents: i64, number: u8, state: CardState) -> Sale {
    sale(id, cents, Tender::StoredValue(card(number), state))
}

pub(super) fn state(sequence: u64, cents: i64) -> CardState {
    CardState {
        sequence,
        balance_cents: Cents(cents),
        blocked: false,
    }
}

/// A list that revokes something comes while it sells.
pub(super) fn revoked(what: impl FnOnce(&mut Revoked)) -> Terminal {
    let mut terminal = selling();
    let mut added = Revoked::default();
    what(&mut added);
    let taken = terminal.take_delta(&seal(&delta(6, added)), at(0));
    assert_eq!(taken.outcome, Ok(()));
    terminal
}

#[test]
fn every_misuse_is_refused_by_its_own_code() {
    let mut cases = documents::documents();
    cases.extend(documents::key_sets());
    cases.extend(sales::sales());
    cases.extend(sales::times());
    cases.extend(sales::cards_and_refunds());
    let names: std::collections::BTreeSet<_> = cases.iter().map(|case| case.0).collect();
    assert_eq!(names.len(), cases.len(), "every case has its own name");
    assert!(cases.len() >= 85, "{} cases", cases.len());
    let judged = cases.iter().map(|(name, code, act)| (name, code, act()));
    let wrong: Vec<_> = judged
        .filter(|(_, code, refused)| *refused != Some(**code))
        .map(|(name, code, refused)| format!("{name}: {refused:?}, not {code:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        documents::take_keys(|_| {}),
        None,
        "the set they were made of"
    );
    assert_eq!(keys().number(), 3);
}

#[test]
fn codes_are_listed_once_and_written_as_they_are_told() {
    let doc = include_str!("../../../../../docs/GRANTS.md");
    let mut codes = std::collections::BTreeSet::new();
    for refusal in Refusal::ALL {
        assert!(codes.insert(refusal.code()), "{refusal:?} twice");
        let written = serde_json::to_string(refusal).expect("json");
        assert_eq!(written, format!("\"{}\"", refusal.code()));
        assert!(
            refusal.message().contains("; "),
            "{refusal:?} says what to do"
        );
        assert!(
            doc.contains(&format!("| `{}` |", refusal.code())),
            "{refusal:?} is not in docs/GRANTS.md"
        );
    }
}
