//! Stored-value cards: layouts old and new, copies and damage.

use olympus_core::grant::{CardState, LAYOUT, Refusal};
use olympus_proto::Cents;
use proptest::prelude::*;

fn state(sequence: u64, cents: i64) -> CardState {
    CardState {
        sequence,
        balance_cents: Cents(cents),
        blocked: false,
    }
}

#[test]
fn a_card_of_layout_1_is_read_and_written_as_layout_2() {
    // As written by layout 1: sequence 258, 12.34.
    let v1 = [1, 0, 0, 1, 2, 0, 0, 0x04, 0xd2];
    let read = CardState::read(&v1).expect("layout 1");
    assert_eq!(read, state(258, 1_234));
    let v2 = [
        2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0x04, 0xd2, 0xaf, 0x4a, 0x91, 0x8a,
    ];
    assert_eq!(read.write(), v2);
    assert_eq!(CardState::read(&v2), Ok(read));
    assert_eq!(v2[0], LAYOUT);
    let spent = read.spend(Cents(234)).expect("covered");
    assert_eq!(spent, state(259, 1_000));
    assert_eq!(spent.follows(Some(&read)), Ok(()));
}

#[test]
fn what_is_no_card_is_refused() {
    let good = state(7, 500).write();
    let longer = [good.as_slice(), &[0]].concat();
    let too_dear = state(1, 100_000_001).write();
    for (name, bytes, refusal) in [
        ("nothing", &[][..], Refusal::CardDamaged),
        ("layout 0", &[0; 9], Refusal::CardLayout),
        ("layout 3", &[3; 22], Refusal::CardLayout),
        (
            "layout 1, cut",
            &[1, 0, 0, 0, 1, 0, 0, 0],
            Refusal::CardDamaged,
        ),
        ("layout 1, longer", &[1; 10], Refusal::CardDamaged),
        ("layout 2, cut", &good[..21], Refusal::CardDamaged),
        ("layout 2, longer", &longer, Refusal::CardDamaged),
        (
            "a balance beyond every measure",
            &too_dear,
            Refusal::CardDamaged,
        ),
    ] {
        assert_eq!(CardState::read(bytes), Err(refusal), "{name}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(sequence: u64, cents in 0_i64..=100_000_000, blocked: bool) {
        let state = CardState { sequence, balance_cents: Cents(cents), blocked };
        prop_assert_eq!(CardState::read(&state.write()), Ok(state));
    }

    #[test]
    fn one_bit_torn_is_found(sequence: u64, cents in 0_i64..=100_000_000, bit in 8_usize..176) {
        let mut bytes = state(sequence, cents).write();
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(CardState::read(&bytes), Err(Refusal::CardDamaged));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _read = CardState::read(&bytes);
    }

    #[test]
    fn of_a_card_and_its_copy_one_is_found(balance in 100_i64..10_000, first in 1_i64..50, second in 1_i64..50) {
        let card = state(5, balance);
        let after = card.spend(Cents(first)).expect("covered");
        let copy = card.spend(Cents(second)).expect("covered");
        // The copy as it was, and after it was used somewhere else.
        prop_assert_eq!(card.follows(Some(&after)), Err(Refusal::CardOlder));
        let forked = copy.follows(Some(&after));
        prop_assert_eq!(forked.is_err(), first != second);
    }
}
