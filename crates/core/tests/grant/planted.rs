//! Faults, planted to see that the properties find them: each in a shell, an authority or a device
//! that does not do what it is told.

use crate::fixture::{HOUR, MINUTE};
use crate::properties;
use crate::rotation::{self, Habits};
use crate::world::Faults;
use olympus_core::grant::{LEEWAY_MS, MAX_AGE_MS, WAIT_MS};

#[track_caller]
fn finds(name: &str, faults: Faults, words: &str) {
    let found = properties::found(faults, 1_000).expect_err(name);
    assert!(found.contains(words), "{name} is found by another: {found}");
}

#[test]
fn a_shell_that_tells_before_it_writes() {
    let faults = Faults {
        tells_before_writing: true,
        ..Faults::default()
    };
    finds(
        "tells before writing",
        faults,
        "told and is not in the books",
    );
}

#[test]
fn a_shell_that_tears_transactions() {
    let faults = Faults {
        tears_transactions: true,
        ..Faults::default()
    };
    finds("tears transactions", faults, "StateTorn");
}

#[test]
fn a_shell_that_goes_on_after_a_failed_write() {
    let faults = Faults {
        goes_on_after_a_failed_write: true,
        ..Faults::default()
    };
    finds(
        "goes on after a failed write",
        faults,
        "sold without a grant",
    );
}

#[test]
fn a_till_that_makes_a_new_id_each_time() {
    let faults = Faults {
        new_id_each_time: true,
        ..Faults::default()
    };
    finds("a new id each time", faults, "pays twice");
}

#[test]
fn a_shell_that_restores_a_backup() {
    let faults = Faults {
        restores_a_backup: true,
        ..Faults::default()
    };
    finds("restores a backup", faults, "is lost");
}

#[test]
fn a_shell_that_registers_at_each_refresh() {
    let faults = Faults {
        registers_at_each_refresh: true,
        ..Faults::default()
    };
    finds("registers at each refresh", faults, "spent");
}

#[test]
fn a_shell_that_takes_the_wall_clock_for_the_servers_word() {
    let faults = Faults {
        believes_the_wall: true,
        ..Faults::default()
    };
    finds("believes the wall", faults, "after the end");
}

#[test]
fn a_shell_that_drops_revocations() {
    let faults = Faults {
        drops_revocations: true,
        ..Faults::default()
    };
    finds("drops revocations", faults, "revoked");
}

#[test]
fn a_shell_that_closes_no_orders() {
    let faults = Faults {
        closes_no_orders: true,
        ..Faults::default()
    };
    finds("closes no orders", faults, "after the end");
}

#[test]
fn an_authority_that_signs_by_a_key_before_all_know_it() {
    let habits = Habits {
        wait_ms: WAIT_MS - MAX_AGE_MS,
        ..Habits::AGREED
    };
    let found = rotation::found(habits, 1_000).expect_err("signs too early");
    assert!(
        found.contains("UnknownKey") || found.contains("KeyOutOfTurn"),
        "{found}"
    );
}

#[test]
fn an_authority_that_drops_a_key_with_grants_out() {
    let habits = Habits {
        kept_ms: HOUR,
        ..Habits::AGREED
    };
    let found = rotation::found(habits, 1_000).expect_err("drops a key");
    assert!(found.contains("UnknownKey"), "{found}");
}

#[test]
fn a_device_that_fetches_keys_too_seldom() {
    let habits = Habits {
        oldest_ms: WAIT_MS + 2 * HOUR,
        ..Habits::AGREED
    };
    let found = rotation::found(habits, 1_000).expect_err("too seldom");
    assert!(found.contains("UnknownKey"), "{found}");
}

#[test]
fn a_device_whose_clock_is_off_by_more_than_the_leeway() {
    let habits = Habits {
        skew_ms: (2 * LEEWAY_MS + 10 * MINUTE) as i64,
        ..Habits::AGREED
    };
    let found = rotation::found(habits, 1_000).expect_err("a clock that is off");
    assert!(found.contains("KeyRetired"), "{found}");
}
