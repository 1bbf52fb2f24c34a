use super::{Cut, Keep, Op, Platter};

fn platter(ops: &[Op]) -> Platter {
    let mut platter = Platter::default();
    ops.iter().for_each(|op| platter.apply(op));
    platter
}

fn create(name: &str, journal: bool) -> Op {
    Op::Create {
        name: name.to_owned(),
        journal,
    }
}

fn write(at: usize, byte: u8, len: usize) -> Op {
    Op::Write {
        file: 0,
        at,
        data: vec![byte; len],
    }
}

#[test]
fn what_was_synced_stays_and_the_rest_may_go() {
    let platter = platter(&[
        create("a", true),
        write(0, 1, 1_000),
        Op::Sync { file: 0 },
        write(500, 2, 1_000),
    ]);
    let mut seen = std::collections::BTreeSet::new();
    for keep in Keep::ALL {
        for seed in 0..50 {
            let after = platter.after(Cut { keep, seed });
            let bytes = after.read("a").expect("its name was synced");
            assert!(bytes.len() >= 1_000);
            assert!(bytes[..500].iter().all(|byte| *byte == 1), "{keep:?}");
            assert!(bytes[500..1_000].iter().all(|byte| [1, 2].contains(byte)));
            assert_eq!(after.unsynced(), 0);
            seen.insert(bytes.to_vec());
        }
    }
    assert!(seen.len() > 20, "{}", seen.len());
    let after = |keep| platter.after(Cut { keep, seed: 0 });
    assert_eq!(after(Keep::Nothing).read("a"), Some(&[1; 1_000][..]));
    assert_eq!(after(Keep::Everything).read("a"), platter.read("a"));
}

#[test]
fn a_name_is_certain_once_its_directory_is() {
    let cut = Cut {
        keep: Keep::Nothing,
        seed: 0,
    };
    let file = [create("a", false), write(0, 1, 10), Op::Sync { file: 0 }];
    assert_eq!(platter(&file).after(cut).names().count(), 0);
    let mut journal = file.to_vec();
    journal.extend([create("b", true), Op::Sync { file: 1 }]);
    let names = |ops: &[Op]| platter(ops).after(cut).names().count();
    assert_eq!(names(&journal), 2);
    let delete = |synced| Op::Delete {
        name: "a".to_owned(),
        synced,
    };
    journal.push(delete(false));
    assert_eq!(names(&journal), 2, "it comes back");
    journal.push(delete(true));
    assert_eq!(names(&journal), 1);
}

#[test]
fn a_failed_sync_covers_nothing_for_good() {
    let failed = |seed| Op::SyncFailed { file: 0, seed };
    let cut = Cut {
        keep: Keep::Everything,
        seed: 0,
    };
    let mut lost = 0;
    for seed in 0..20 {
        let mut ops = vec![create("a", true), Op::Sync { file: 0 }, write(0, 1, 512)];
        ops.extend([failed(seed), Op::Sync { file: 0 }]);
        let platter = platter(&ops);
        assert_eq!(platter.read("a"), Some(&[1; 512][..]), "programs see it");
        lost += usize::from(platter.after(cut).read("a") == Some(&[]));
    }
    assert!((1..20).contains(&lost), "{lost}");
}
