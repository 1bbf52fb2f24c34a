//! No order of sales, refreshes, crashes and clocks sells beyond what was granted, loses a sale or
//! counts one twice.

use crate::cases;
use crate::world::{Crash, Faults, Op, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

fn crash() -> impl Strategy<Value = Crash> {
    prop_oneof![
        6 => Just(Crash::Never),
        1 => Just(Crash::BeforeWriting),
        1 => Just(Crash::AfterWriting),
        1 => Just(Crash::DiskFull),
    ]
}

fn sell() -> impl Strategy<Value = Op> {
    let order = prop::option::of(0_u8..3);
    let sell = (
        1_i64..2_500,
        0_u8..4,
        prop::bool::weighted(0.25),
        order,
        crash(),
    );
    sell.prop_map(|(cents, card, stored, order, crash)| Op::Sell {
        cents,
        card,
        stored,
        order,
        crash,
    })
}

fn wall() -> impl Strategy<Value = Op> {
    // Years, hours, and right.
    let minutes = prop_oneof![-6_000_000_i64..6_000_000, -300_i64..300, Just(0)];
    minutes.prop_map(|minutes| Op::Wall { minutes })
}

fn pass() -> impl Strategy<Value = Op> {
    (0_u64..240).prop_map(|minutes| Op::Pass { minutes })
}

fn restart() -> impl Strategy<Value = Op> {
    (0_u64..240).prop_map(|minutes| Op::Restart { minutes })
}

/// Anything, in any order.
fn anything() -> impl Strategy<Value = Op> {
    let refresh = (1_i64..9_000, 1_u32..8, prop::bool::weighted(0.3), crash());
    let refresh = refresh.prop_map(|(total, sales, replay, crash)| Op::Refresh {
        total,
        sales,
        replay,
        crash,
    });
    prop_oneof![
        10 => sell(),
        3 => Just(Op::AskAgain),
        2 => (1_i64..2_500, crash()).prop_map(|(cents, crash)| Op::Refund { cents, crash }),
        3 => refresh,
        1 => (0_u8..4, any::<bool>()).prop_map(|(card, lost)| Op::RevokeCard { card, lost }),
        1 => Just(Op::RevokeGrant),
        1 => (0_u8..3).prop_map(Op::Open),
        1 => (0_u8..3).prop_map(Op::Close),
        3 => pass(),
        1 => wall(),
        1 => restart(),
        1 => Just(Op::ToldTime),
    ]
}

/// A grant, then a line that is down until long after its end.
fn outage() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        6 => sell(),
        1 => Just(Op::AskAgain),
        2 => (0_u8..3).prop_map(Op::Open),
        1 => (0_u8..3).prop_map(Op::Close),
        4 => pass(),
        1 => wall(),
        1 => restart(),
    ];
    prop::collection::vec(op, 1..50).prop_map(|mut ops| {
        let refresh = Op::Refresh {
            total: 100_000,
            sales: 1_000,
            replay: false,
            crash: Crash::Never,
        };
        ops.insert(0, refresh);
        ops
    })
}

/// What is found of a shell with these faults; the same each time.
pub(crate) fn found(faults: Faults, tries: u32) -> Result<(), String> {
    let config = Config {
        cases: tries,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let ops = prop_oneof![2 => prop::collection::vec(anything(), 1..60), 1 => outage()];
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
        .run(&ops, |ops| {
            World::run(&ops, faults).map_err(TestCaseError::fail)
        })
        .map_err(|error| error.to_string())
}

#[test]
fn nothing_is_sold_beyond_the_grant_lost_or_counted_twice() {
    found(Faults::default(), cases(1_500)).expect("all holds");
}
