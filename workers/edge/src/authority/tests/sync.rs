//! Registration, pushes and pulls.

use super::super::book::BookError;
use super::super::pages::MAX_PAGE;
use super::{KEY, World, fields, operation, order};
use olympus_proto::sync::{
    Cursor, DeviceId, Entity, EntityKind, NEWEST, OperationKind, Outcome, Pull, PullAnswer,
    Refusal, Register, Rejection,
};
use serde_json::json;
use std::collections::BTreeMap;

fn pull(cursor: Option<Cursor>, limit: u32) -> Pull {
    Pull {
        version: 2,
        cursor,
        limit,
    }
}

#[test]
fn what_was_decided_survives_a_restart_and_is_told_again() {
    let mut world = World::new();
    let push = world.next(
        "till-1",
        vec![
            order("o1", json!({"label": "4"})),
            order("o2", json!({"n": 1})),
        ],
    );
    let first = world.book.push(&push, KEY, world.now).unwrap();
    assert_eq!((first.head, first.changed), (2, true));
    let mut world = world.restarted();
    let again = world.book.push(&push, KEY, world.now).unwrap();
    assert_eq!(again.answer, first.answer);
    assert!(!again.changed);
    let next = world.push("till-1", vec![order("o1", json!({"label": "5"}))]);
    assert_eq!(
        next.answer.settled[0].outcome,
        Outcome::Applied { version: 3 }
    );
}

#[test]
fn gaps_reused_sequences_and_old_incarnations_are_refused() {
    let mut world = World::new();
    world.push("till-1", vec![order("o1", json!({"n": 1}))]);
    let mut gap = world.next(
        "till-1",
        vec![order("o2", json!({"n": 1})), order("o3", json!({"n": 1}))],
    );
    gap.operations.remove(0);
    let refused = |push| {
        world
            .book
            .push(&push, KEY, world.now)
            .unwrap()
            .answer
            .refused
    };
    assert_eq!(refused(gap.clone()), Some(Refusal::Gap { expected: 2 }));
    let mut reused = gap.clone();
    reused.operations[0].sequence = 1;
    assert_eq!(refused(reused), Some(Refusal::SequenceReused));
    let mut old = gap;
    old.incarnation.0 += 1;
    assert_eq!(refused(old), Some(Refusal::OldIncarnation));
}

#[test]
fn a_device_speaks_by_the_key_that_registered_it_until_an_admin_releases_it() {
    let mut world = World::new();
    let push = world.next("till-1", vec![order("o1", json!({"n": 1}))]);
    let foreign = BookError::Foreign("till-1".to_owned());
    assert_eq!(
        world.book.push(&push, "key:other", world.now),
        Err(foreign.clone())
    );
    assert_eq!(world.register("till-1", "key:other"), Err(foreign));
    let device = DeviceId("till-1".to_owned());
    assert_eq!(world.book.release(&device), Ok(true));
    let refused = world
        .book
        .push(&push, KEY, world.now)
        .unwrap()
        .answer
        .refused;
    assert_eq!(refused, Some(Refusal::OldIncarnation), "it has to register");
    assert_eq!(world.register("till-1", "key:other"), Ok(2));
    assert!(world.book.push(&push, KEY, world.now).is_err());
    assert_eq!(world.book.release(&DeviceId("none".to_owned())), Ok(false));
}

#[test]
fn odd_devices_and_other_locations_are_refused() {
    let world = World::new();
    let register = |device: &str, location: &str| {
        let register = Register {
            version: 2,
            device: DeviceId(device.to_owned()),
            location: location.into(),
        };
        world.book.register(&register, KEY, world.now).map(|_| ())
    };
    assert_eq!(
        register("till-1", "loc-8"),
        Err(BookError::Elsewhere("loc-8".to_owned()))
    );
    let long = "x".repeat(65);
    for bad in ["", "a b", "a/b", "é", long.as_str()] {
        assert_eq!(register(bad, "loc-7"), Err(BookError::DeviceId), "{bad:?}");
    }
}

#[test]
fn a_location_has_so_many_devices_and_one_key_some_of_them() {
    let mut world = World::new();
    let full = Err(BookError::TooManyDevices);
    for n in 0..500 {
        let key = format!("key:{}", n / 100);
        assert_eq!(world.register(&format!("till-{n}"), &key), Ok(1));
    }
    assert_eq!(world.register("one-more", "key:5"), full);
    assert_eq!(world.register("till-3", "key:0"), Ok(2), "known ones go on");
    // Who was released has no place any more, and keeps its incarnation.
    let release = |world: &World, device: &str| world.book.release(&DeviceId(device.to_owned()));
    assert_eq!(release(&world, "till-3"), Ok(true));
    assert_eq!(world.register("one-more", "key:5"), Ok(1));
    assert_eq!(world.register("till-3", "key:5"), full);
    assert_eq!(release(&world, "till-4"), Ok(true));
    assert_eq!(
        world.register("till-3", "key:1"),
        full,
        "one key has so many"
    );
    assert_eq!(world.register("till-3", "key:5"), Ok(3));
}

#[test]
fn pages_and_snapshots_show_the_same() {
    let mut world = World::new();
    let many = (0..7)
        .map(|n| order(&format!("o{n}"), json!({"n": n})))
        .collect();
    world.push("till-1", many);
    let PullAnswer::Snapshot {
        rows: all,
        cursor: end,
        ..
    } = world.book.pull(&pull(None, 3)).unwrap()
    else {
        panic!("a snapshot")
    };
    assert_eq!(all.len(), 7, "a snapshot comes whole");
    let (mut cursor, mut paged) = (Cursor("1.77.0".to_owned()), Vec::new());
    loop {
        let answer = world.book.pull(&pull(Some(cursor), 3)).unwrap();
        let PullAnswer::Changes {
            rows,
            cursor: next,
            more,
            ..
        } = answer
        else {
            panic!("changes")
        };
        assert!(rows.len() <= 3);
        paged.extend(rows);
        cursor = next;
        if !more {
            break;
        }
    }
    assert_eq!(paged, all);
    assert_eq!(cursor, end);
    for foreign in ["1.78.0", "1.77.99", "x"] {
        let asked = pull(Some(Cursor(foreign.to_owned())), MAX_PAGE);
        assert_eq!(
            world.book.pull(&asked).unwrap(),
            PullAnswer::Expired,
            "{foreign}"
        );
    }
    // What is put away expires what is older.
    let entity = Entity {
        kind: EntityKind::Order,
        id: "o1".to_owned(),
    };
    world.book.put_away(vec![entity], world.now).unwrap();
    assert_eq!(
        world.book.pull(&pull(Some(end), 3)).unwrap(),
        PullAnswer::Expired
    );
    let PullAnswer::Snapshot { rows, .. } = world.book.pull(&pull(None, 3)).unwrap() else {
        panic!("a snapshot")
    };
    assert_eq!(rows.len(), 6);
}

/// All that a device of the newest version has in the end, and how many pages it took; `between`
/// happens after the first one.
fn in_pages(
    world: &mut World,
    limit: u32,
    mut between: impl FnMut(&mut World),
) -> (BTreeMap<String, u64>, Cursor, usize) {
    let (mut cursor, mut seen, mut pages) = (None, BTreeMap::new(), 0);
    loop {
        let asked = Pull {
            version: NEWEST,
            ..pull(cursor, limit)
        };
        let PullAnswer::Snapshot {
            rows,
            gone,
            cursor: next,
            more,
            ..
        } = world.book.pull(&asked).unwrap()
        else {
            panic!("a snapshot")
        };
        assert!(rows.len() <= limit as usize);
        seen.extend(rows.into_iter().map(|row| (row.entity.id, row.version)));
        for it in gone {
            seen.retain(|id, version| *id != it.entity.id || *version >= it.version);
        }
        pages += 1;
        if pages == 1 {
            between(world);
        }
        if !more {
            return (seen, next, pages);
        }
        cursor = Some(next);
    }
}

fn there(world: &World) -> BTreeMap<String, u64> {
    let rows = world.book.rows_after(0, u32::MAX).unwrap();
    rows.into_iter()
        .map(|row| (row.entity.id, row.version))
        .collect()
}

#[test]
fn a_snapshot_in_pages_is_whole_whatever_happens_between_them() {
    let mut world = World::new();
    let many = (0..10).map(|n| order(&format!("o{n}"), json!({"n": n})));
    world.push("till-1", many.collect());
    let (seen, cursor, pages) = in_pages(&mut world, 3, |world| {
        world.push(
            "till-1",
            vec![
                order("o1", json!({"n": 11})),
                order("o12", json!({"n": 12})),
            ],
        );
        let away = ["o0", "o2", "o9"].map(|id| Entity {
            kind: EntityKind::Order,
            id: id.to_owned(),
        });
        world.book.put_away(away.to_vec(), world.now).unwrap();
    });
    assert_eq!(seen, there(&world));
    assert_eq!((pages, seen.len()), (4, 8));
    // And goes on with changes, told by name what went; one of before version 3 gets all anew.
    let away = Entity {
        kind: EntityKind::Order,
        id: "o5".to_owned(),
    };
    world.book.put_away(vec![away], world.now).unwrap();
    let since = |version| Pull {
        version,
        ..pull(Some(cursor.clone()), 3)
    };
    let PullAnswer::Changes {
        rows, gone, more, ..
    } = world.book.pull(&since(NEWEST)).unwrap()
    else {
        panic!("changes")
    };
    assert_eq!((rows.len(), gone.len(), more), (0, 1, false));
    assert_eq!(gone[0].entity.id, "o5");
    assert_eq!(world.book.pull(&since(2)).unwrap(), PullAnswer::Expired);
    // Once it is forgotten, who has not heard of it gets all anew as well.
    world.book.forget_gone(world.now + 1).unwrap();
    let asked = since(NEWEST);
    assert_eq!(world.book.pull(&asked).unwrap(), PullAnswer::Expired);
    let (seen, _, _) = in_pages(&mut world, 500, |_| {});
    assert_eq!(seen, there(&world));
}

#[test]
fn a_page_is_bounded_in_bytes() {
    let mut world = World::new();
    let long = "x".repeat(700_000);
    for n in 0..14 {
        world.push(
            "till-1",
            vec![order(&format!("o{n}"), json!({"label": long}))],
        );
    }
    let (seen, _, pages) = in_pages(&mut world, 500, |_| {});
    assert_eq!((seen.len(), pages), (14, 3), "6 rows a page");
}

#[test]
fn what_cannot_be_read_becomes_a_dead_letter_and_the_next_goes_on() {
    let mut world = World::new();
    let odd = operation("odd", OperationKind::Unknown, "x", json!({}));
    let pushed = world.push("till-1", vec![odd, order("o1", json!({"n": 1}))]);
    let outcomes: Vec<_> = pushed.answer.settled.iter().map(|it| &it.outcome).collect();
    assert_eq!(
        outcomes,
        [
            &Outcome::Rejected {
                reason: Rejection::UnknownKind
            },
            &Outcome::Applied { version: 1 }
        ]
    );
    let letters = super::super::advice::dead_letters(&world.book).unwrap();
    assert_eq!(letters.operations.len(), 1);
    assert_eq!(letters.operations[0].device, "till-1");
    assert!(letters.operations[0].advice.contains("update the cloud"));
}

#[test]
fn version_1_is_told_what_it_knows() {
    let mut world = World::new();
    world.push("till-1", vec![order("o1", json!({"label": "4"}))]);
    let mut push = world.next("till-2", vec![order("o1", json!({"label": "9"}))]);
    push.version = 1;
    let answer = world.book.push(&push, KEY, world.now).unwrap().answer;
    assert_eq!(answer.settled[0].outcome, Outcome::Applied { version: 2 });
    push.version = 9;
    let refused = world
        .book
        .push(&push, KEY, world.now)
        .unwrap()
        .answer
        .refused;
    assert_eq!(
        refused,
        Some(Refusal::Version {
            oldest: 1,
            newest: NEWEST
        })
    );
}

#[test]
fn nothing_of_a_step_that_fails_is_kept() {
    let mut world = World::new();
    world.push("till-1", vec![order("o1", json!({"n": 1}))]);
    world.book.sql.0.execute_batch("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END").unwrap();
    let push = world.next("till-1", vec![order("o2", json!({"n": 2}))]);
    assert!(matches!(
        world.book.push(&push, KEY, world.now),
        Err(BookError::Storage(_))
    ));
    assert_eq!(world.book.head(), Ok(1));
    world.book.sql.0.execute_batch("DROP TRIGGER full").unwrap();
    let again = world.book.push(&push, KEY, world.now).unwrap().answer;
    assert_eq!(again.settled[0].outcome, Outcome::Applied { version: 2 });
}

#[test]
fn the_clouds_own_changes_come_by_pull() {
    let world = World::new();
    let entity = Entity {
        kind: EntityKind::Menu,
        id: "soup".to_owned(),
    };
    let row = world
        .book
        .decree(&entity, fields(json!({"price": 5})), world.now)
        .unwrap();
    assert_eq!(row.version, 1);
    assert_eq!(world.book.rows_after(0, 10).unwrap(), [row]);
}

#[test]
fn who_takes_everything_at_once_is_refused_where_that_is_too_much() {
    let mut world = World::new();
    let large = "x".repeat(900_000);
    let pull = |version| Pull {
        version,
        cursor: None,
        limit: 500,
    };
    for n in 0..10 {
        let whole = world.book.pull(&pull(2));
        assert_eq!(
            whole.err(),
            (n * 900_000 > 8 << 20).then_some(BookError::TooOld),
            "{n}"
        );
        world.push(
            "till-1",
            vec![order(&format!("o{n}"), json!({"note": large}))],
        );
    }
    assert_eq!(world.book.pull(&pull(2)), Err(BookError::TooOld));
    assert!(world.book.pull(&pull(olympus_proto::sync::NEWEST)).is_ok());
}
