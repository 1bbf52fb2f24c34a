//! Keys: one follows another, and nobody is refused meanwhile.

use super::super::super::secret::Secret;
use super::super::{At, Office};
use super::{DAY, HOUR, MINUTE, T0, Till, World, code};
use olympus_core::grant::{MAX_AGE_MS, Refusal, WAIT_MS};
use olympus_proto::ErrorCode;
use olympus_proto::grant::Revoked;

#[test]
fn no_terminal_is_refused_while_keys_change_for_a_third_of_a_year() {
    let world = World::new();
    let mut tills: Vec<Till> = (0..5)
        .map(|n| world.till(&format!("till-{n}"), T0))
        .collect();
    let mut rotated = 0;
    // One that comes every 50 minutes, others less often; admins rotate now and then.
    let every = [50 * MINUTE, 4 * HOUR, 9 * HOUR, 11 * HOUR, 7 * HOUR];
    for step in 1..=(120 * 24 * 6) {
        let now_ms = T0 + step * 10 * MINUTE;
        if step % 2_000 == 0 {
            let soon = step % 4_000 == 0;
            world
                .office
                .rotate(world.at("admin", now_ms), soon)
                .unwrap();
            rotated += 1;
        }
        for (till, every) in tills.iter_mut().zip(every) {
            if (step * 10 * MINUTE).is_multiple_of(every) {
                till.refresh(&world, 0, now_ms).unwrap();
            } else if (step * 10 * MINUTE).is_multiple_of(MAX_AGE_MS) {
                assert_eq!(till.fetch(&world, now_ms), []);
            }
        }
    }
    let signs = tills[0].terminal.saved().head.grant.clone().unwrap().key;
    let number: u64 = signs.as_str()[2..].parse().unwrap();
    // Each brought one key forward; between them none came to its end.
    assert_eq!((rotated, number), (8, 9));
}

#[test]
fn a_key_in_wrong_hands_is_put_out_of_use_at_once() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    till.refresh(&world, 0, T0).unwrap();
    let now_ms = T0 + 2 * WAIT_MS;
    let first = Revoked {
        keys: vec!["k-1".into()],
        ..Revoked::default()
    };
    assert_eq!(
        code(world.revoke(first.clone(), now_ms)),
        ErrorCode::WrongState
    );
    let rotation = world
        .office
        .rotate(world.at("admin", now_ms), true)
        .unwrap();
    assert_eq!(
        (rotation.signs.as_str(), rotation.next.as_str()),
        ("k-2", "k-3")
    );
    world.revoke(first, now_ms).unwrap();
    assert_eq!(till.fetch(&world, now_ms), []);
    assert_eq!(till.sell("s-1", 100, now_ms), Err(Refusal::KeyRevoked));
    till.refresh(&world, 0, now_ms).unwrap();
    assert_eq!(till.sell("s-1", 100, now_ms), Ok(()));
    // And one that begins now finds nothing that the revoked key signed.
    let mut young = world.till("young", now_ms);
    young.refresh(&world, 0, now_ms).unwrap();
    assert_eq!(young.sell("s-1", 100, now_ms), Ok(()));
}

#[test]
fn an_ordinary_rotation_waits_as_a_new_key_would() {
    let world = World::new();
    let now_ms = T0 + DAY;
    world.till("till-1", T0);
    let rotate = |soon, now_ms| {
        world
            .office
            .rotate(world.at("admin", now_ms), soon)
            .unwrap()
    };
    let first = rotate(false, now_ms);
    assert_eq!((first.signs.as_str(), first.next.as_str()), ("k-1", "k-2"));
    assert_eq!(first.signs_from_ms, now_ms + WAIT_MS);
    assert_eq!(
        rotate(false, now_ms + 1_000),
        first,
        "asked for twice, once done"
    );
    let second = rotate(false, now_ms + WAIT_MS);
    assert_eq!(
        (second.signs.as_str(), second.next.as_str()),
        ("k-2", "k-3")
    );
}

#[test]
fn a_secret_that_was_changed_is_found_before_anything_is_signed_by_it() {
    let world = World::new();
    world.till("till-1", T0);
    let other = Secret::read("68".repeat(32)).unwrap();
    let office = Office::open(world.office.sql, other).unwrap();
    let at = At {
        location: &"loc-7".into(),
        by: "admin",
        now_ms: T0,
    };
    assert_eq!(code(office.policy(at)), ErrorCode::Internal);
}

#[test]
fn who_was_away_goes_on_while_it_knows_a_key_that_signs() {
    let world = World::new();
    let mut till = world.till("till-1", T0);
    till.refresh(&world, 0, T0).unwrap();
    let mut later = world.till("till-2", T0);
    later.refresh(&world, 0, T0).unwrap();
    // The object's alarm rings every few hours meanwhile.
    let upkeep = |days: std::ops::Range<u64>| {
        for step in days.start * 4..days.end * 4 {
            world.office.upkeep(T0 + step * 6 * HOUR).unwrap();
        }
    };
    upkeep(0..40);
    till.refresh(&world, 0, T0 + 40 * DAY).unwrap();
    assert_eq!(till.sell("s-1", 100, T0 + 40 * DAY), Ok(()));
    upkeep(40..70);
    let refused = later.fetch(&world, T0 + 70 * DAY);
    assert!(refused.contains(&Refusal::UnknownKey), "{refused:?}");
    let mut anew = world.till("till-2", T0 + 70 * DAY);
    // By chance under the name of its first wish, whose grant ended long ago.
    anew.refresh(&world, 0, T0 + 70 * DAY).unwrap();
}

#[test]
fn while_keys_were_changed_too_often_the_alarm_waits_until_there_is_room() {
    let world = World::new();
    world.till("till-1", T0);
    let mut now_ms = T0 + 2 * WAIT_MS;
    let full = loop {
        let rotated = world.office.rotate(world.at("admin", now_ms), true);
        if let Err(error) = rotated {
            break error;
        }
        now_ms += WAIT_MS;
    };
    assert_eq!(full.code, ErrorCode::WrongState);
    let mut rings = 0;
    let mut due_ms = world.office.due_ms().unwrap();
    assert!(due_ms > now_ms, "not at once");
    while world
        .office
        .rotate(world.at("admin", now_ms), true)
        .is_err()
    {
        (now_ms, rings) = (due_ms, rings + 1);
        world.office.upkeep(now_ms).unwrap();
        due_ms = world.office.due_ms().unwrap();
        assert!(due_ms > now_ms && rings < 10);
        now_ms += WAIT_MS;
    }
}
