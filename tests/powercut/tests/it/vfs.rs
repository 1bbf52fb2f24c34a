//! The disk and its VFS, by plain tables: `SQLite` works on it, with a WAL and readers beside, and
//! keeps what it promises exactly where `synchronous` is `FULL`.

use olympus_powercut::{Cut, Disk, Fault, Keep, Logged, Platter, VFS};
use rusqlite::{Connection, OpenFlags};

fn open(disk: &Disk, synchronous: &str) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags_and_vfs(disk.path("t.db"), OpenFlags::default(), VFS)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", 20)?;
    connection.execute_batch("CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, text TEXT)")?;
    Ok(connection)
}

fn insert(connection: &Connection, n: u32) -> rusqlite::Result<()> {
    let text = "x".repeat(usize::try_from(n * 37 % 900).expect("small"));
    let sql = "INSERT OR REPLACE INTO t VALUES (?1, ?2)";
    connection.execute(sql, (n, text)).map(drop)
}

fn held(connection: &Connection) -> Vec<u32> {
    let mut statement = connection
        .prepare("SELECT n FROM t ORDER BY n")
        .expect("SQL");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

fn is_whole(connection: &Connection) -> bool {
    let sql = "PRAGMA integrity_check";
    connection.query_row(sql, [], |row| row.get::<_, String>(0)) == Ok("ok".to_owned())
}

#[test]
fn readers_work_beside_the_writer() {
    let disk = Disk::default();
    let writer = open(&disk, "FULL").expect("opens");
    let mode: String = writer
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .expect("a mode");
    assert_eq!(mode, "wal");
    let reader = open(&disk, "FULL").expect("opens");
    reader.execute_batch("BEGIN").expect("begins");
    assert!(held(&reader).is_empty());
    for n in 0..200 {
        insert(&writer, n).expect("written");
    }
    assert!(
        held(&reader).is_empty(),
        "it sees what there was when it began"
    );
    reader.execute_batch("COMMIT").expect("ends");
    assert_eq!(held(&reader).len(), 200);
    writer.execute_batch("BEGIN IMMEDIATE").expect("begins");
    assert!(insert(&reader, 1_000).is_err(), "one writes at a time");
    writer.execute_batch("COMMIT").expect("ends");
    insert(&reader, 1_000).expect("its turn");
    drop((writer, reader));
    let again = open(&disk, "FULL").expect("opens");
    assert!(is_whole(&again) && held(&again).len() == 201);
}

/// How many rows that were acknowledged are missing, over cuts at all points.
fn lost(synchronous: &str, per_point: u64) -> u64 {
    let disk = Disk::default();
    disk.record();
    let writer = open(&disk, synchronous).expect("opens");
    for n in 0..60 {
        insert(&writer, n).expect("written");
        disk.mark(u64::from(n) + 1);
    }
    drop(writer);
    let mut platter = Platter::default();
    let (mut acknowledged, mut lost, mut seed) = (0, 0, 0);
    for logged in disk.recorded() {
        match logged {
            Logged::Op(op) => platter.apply(&op),
            Logged::Mark(mark) => acknowledged = mark,
        }
        for _ in 0..per_point {
            let keep = Keep::ALL[usize::try_from(seed % 7).expect("small")];
            let image = Disk::of(platter.after(Cut { keep, seed }));
            seed += 1;
            let again = open(&image, synchronous).expect("opens");
            assert!(is_whole(&again), "{keep:?} {seed}");
            let held = held(&again);
            let in_order = held.iter().zip(0..).all(|(n, wanted)| *n == wanted);
            assert!(in_order, "no hole in {held:?}");
            lost += acknowledged.saturating_sub(held.len() as u64);
        }
    }
    lost
}

#[test]
fn full_loses_nothing_and_normal_does() {
    assert_eq!(lost("FULL", 4), 0);
    assert!(lost("NORMAL", 1) > 100, "the disk drops what is not synced");
}

#[test]
fn the_power_goes_in_the_middle_of_a_statement() {
    let whole = Disk::default();
    open(&whole, "FULL").expect("opens");
    let first = whole.points() + 1;
    for point in first..first + 40 {
        let disk = Disk::default();
        let writer = open(&disk, "FULL").expect("opens");
        disk.cut_at(point);
        let done = (0..30).take_while(|n| insert(&writer, *n).is_ok()).count();
        assert!(!disk.is_on() && done < 30);
        assert!(insert(&writer, 99).is_err(), "no power");
        disk.power_on(Cut {
            keep: Keep::Torn,
            seed: point,
        });
        assert!(insert(&writer, 99).is_err(), "a file of the life before");
        drop(writer);
        let again = open(&disk, "FULL").expect("opens");
        assert!(is_whole(&again));
        let held = held(&again).len();
        assert!(held == done || held == done + 1, "{held} of {done}");
    }
}

#[test]
fn what_fails_is_told_and_nothing_acknowledged_is_lost() {
    for fault in Fault::ALL {
        for after in 0..40 {
            let disk = Disk::default();
            let writer = open(&disk, "FULL").expect("opens");
            writer.pragma_update(None, "cache_size", 2).expect("set");
            disk.faults(|faults| faults.plan(fault, after, 2));
            let mut done: Vec<u32> = Vec::new();
            for n in 0..60 {
                if insert(&writer, n).is_ok() {
                    done.push(n);
                }
            }
            disk.power_on(Cut {
                keep: Keep::Nothing,
                seed: after,
            });
            drop(writer);
            let again = open(&disk, "FULL").expect("opens");
            assert!(is_whole(&again), "{fault:?} {after}");
            let held = held(&again);
            assert!(done.iter().all(|n| held.contains(n)), "{fault:?} {after}");
        }
    }
}

#[test]
fn a_full_disk_is_told_and_has_room_again() {
    let disk = Disk::default();
    let writer = open(&disk, "FULL").expect("opens");
    disk.room(Some(200_000));
    let mut n = 0;
    while insert(&writer, n).is_ok() {
        n += 1;
    }
    assert!(disk.hits() > 0 && n > 10);
    disk.room(None);
    insert(&writer, n).expect("room again");
    assert_eq!(held(&writer).len(), n as usize + 1);
    assert!(is_whole(&writer));
}
