//! Menus written anew, spaces tried again, documents cleared up, states kept by an earlier Worker.

use super::{PACE, World, live, next, offer, publish, refuse, run, stage};
use crate::menu::state::{State, Step, Taken};
use olympus_proto::edge::PublishStage;

#[test]
fn the_menu_in_use_is_written_anew_where_that_is_asked_for() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    publish(&mut state, 5);
    let before = state.live.clone().expect("is in use");
    assert_eq!(state.offer(offer("a", 10), true, "m/cls", 6), Taken::Going);
    let Step::Write(job) = next(&state) else {
        panic!("it writes");
    };
    assert_ne!(job.generation, before.generation, "under names of its own");
    assert_eq!(state.offer(offer("a", 10), true, "m/cls", 7), Taken::Going);
    assert_eq!(state.offer(offer("a", 10), false, "m/cls", 7), Taken::Live);
    let goes_on = state.job.as_ref().map(|job| job.epoch);
    assert_eq!(
        goes_on,
        Some(job.epoch),
        "the same goes on, asked for again or not"
    );
    assert_eq!(
        state.live.as_ref(),
        Some(&before),
        "which answers meanwhile"
    );
    publish(&mut state, 5);
    let after = state.live.clone().expect("is in use");
    assert_eq!(after.generation, job.generation);
    assert!(
        after.since_ms > before.since_ms,
        "even within a millisecond"
    );
    let Step::Sweep(old) = next(&state) else {
        panic!("it sweeps");
    };
    assert_eq!(
        (old.digest.as_str(), old.generation),
        ("a", before.generation)
    );
    state.swept(&old, 10, 9);
    assert_eq!(stage(&state), Some(PublishStage::Live));
}

#[test]
fn nothing_is_swept_before_others_were_told_of_the_switch() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    publish(&mut state, 0);
    state.offer(offer("b", 10), false, "m/cls", 0);
    let Step::Write(job) = next(&state) else {
        panic!("it writes");
    };
    state.wrote(job.epoch, 10, 4, 0);
    state.switch(job.epoch, 0);
    // Telling fails for hours.
    for now in [1_000, 10_000_000] {
        let (_, step) = state.next().expect("something is to be done");
        assert!(matches!(step, Step::Tell(_)), "{step:?}");
        state.failed(&step, "KV is away", false, PACE, now);
    }
    let Step::Tell(live) = next(&state) else {
        panic!("it tells");
    };
    state.told(&live, PACE, 10_000_000);
    let sweep = (0..3).find_map(|_| match state.next()? {
        (at, Step::Sweep(_)) => Some(at),
        (_, step) => {
            run(&mut state, &step, &mut World::default(), 10_000_000);
            None
        }
    });
    assert_eq!(sweep, Some(10_001_000), "the wait counts from the telling");
}

#[test]
fn a_new_space_that_failed_is_tried_again_after_a_while() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    publish(&mut state, 0);
    assert!(state.respace("m/mean", PACE, 0));
    refuse(&mut state, 100);
    assert_eq!(stage(&state), Some(PublishStage::Failed));
    assert!(!state.respace("m/mean", PACE, 5_099), "not at once");
    assert!(state.respace("m/mean", PACE, 5_100));
    assert_eq!(stage(&state), Some(PublishStage::Writing));
    // The setting goes back: there is nothing to do, under way or failed.
    assert!(state.respace("m/cls", PACE, 5_200));
    assert_eq!(state.job, None);
    assert!(!state.respace("m/cls", PACE, 5_201));
    state.respace("m/mean", PACE, 6_000);
    refuse(&mut state, 6_000);
    assert!(state.respace("m/cls", PACE, 6_001));
    assert_eq!((state.job.as_ref(), live(&state)), (None, Some("a")));
}

#[test]
fn a_menu_whose_vectors_are_gone_is_written_anew_now_and_then() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    publish(&mut state, 0);
    let live = state.live.clone().expect("is in use");
    assert!(!state.missed("b", live.generation, PACE, 1), "another menu");
    assert!(
        !state.missed("a", live.generation + 1, PACE, 1),
        "another writing"
    );
    assert!(
        state.missed("a", live.generation, PACE, 10)
            && !state.missed("a", live.generation, PACE, 10)
    );
    let Step::Check(checked) = next(&state) else {
        panic!("it looks");
    };
    state.checked(&checked, None, PACE, 20);
    assert_eq!(
        (state.next(), state.status().fault),
        (None, None),
        "all is well"
    );
    assert!(
        !state.missed("a", live.generation, PACE, 21),
        "it was looked a moment ago"
    );

    assert!(state.missed("a", live.generation, PACE, 100_000));
    state.checked(&checked, Some("gone"), PACE, 100_000);
    assert_eq!(state.status().fault.as_deref(), Some("gone"));
    assert_eq!(stage(&state), Some(PublishStage::Writing));
    publish(&mut state, 100_001);
    assert_eq!(state.status().fault, None);

    let live = state.live.clone().expect("is in use");
    assert!(state.missed("a", live.generation, PACE, 200_000));
    state.checked(&live, Some("gone"), PACE, 200_000);
    refuse(&mut state, 200_000);
    assert!(state.missed("a", live.generation, PACE, 260_000));
    state.healed_ms = 259_000;
    state.checked(&live, Some("gone"), PACE, 260_000);
    assert_eq!(stage(&state), Some(PublishStage::Failed), "not so soon");
    let checks = state.check_due().map(|(at, _)| at);
    assert_eq!(checks, Some(264_000), "but then");
}

#[test]
fn documents_that_nothing_needs_go_and_those_that_are_coming_stay() {
    let mut state = State::default();
    assert!(state.expect("a", 0));
    state.offer(offer("a", 10), false, "m/cls", 0);
    // Its offer is lost after the document was written.
    assert!(state.expect("lost", 1));
    assert!(state.needs("lost", 600_000) && !state.needs("lost", 600_001));
    refuse(&mut state, 2);
    assert!(state.needs("a", 3), "a failed one may be tried again");
    assert!(state.expect("b", 3));
    state.offer(offer("b", 0), false, "m/cls", 3);
    let Some(old) = state.old.first().cloned() else {
        panic!("what failed is swept");
    };
    state.swept(&old, 10, 4);
    let there = ["a", "b", "lost"].map(str::to_owned).to_vec();
    assert_eq!(state.deleting(there.clone(), false, 4), ["a"]);
    // While it is being deleted, nobody writes it.
    assert!(!state.expect("a", 5) && state.expect("c", 5));
    state.tidied(None);
    assert!(state.expect("a", 6));
    assert_eq!(state.tidy_due_ms(), Some(600_001), "the lost one, later");
    assert_eq!(state.deleting(there, false, 600_001), ["lost"]);
}

#[test]
fn what_an_earlier_worker_kept_is_read() {
    let kept = r#"{"location":"loc-7",
        "live":{"offer":{"digest":"a","version":3,"timezone":null,"items":1,"passages":2},
            "prefix":"m/cls","space":"m/cls/4","since_ms":5,"told":true,"attempts":0,"wait_until_ms":0},
        "job":{"epoch":2,"offer":{"digest":"b","version":4,"timezone":null,"items":1,"passages":2},
            "prefix":"m/cls","dim":4,"stage":"writing","done":1,"attempts":0,"error":null,
            "wait_until_ms":0,"stage_since_ms":6},
        "old":[{"digest":"o","prefix":"m/cls","passages":2,"done":0,"wait_until_ms":7,"attempts":0}],
        "epoch":2}"#;
    let mut state: State = serde_json::from_str(kept).expect("is read");
    assert_eq!(live(&state), Some("a"));
    // Each is known by the names that it was written under.
    assert_eq!(state.live.as_ref().map(|live| live.generation), Some(0));
    assert_eq!(state.job.as_ref().map(|job| job.generation), Some(0));
    assert!(state.old.iter().all(|old| old.generation == 0 && !old.held));
    assert_eq!(
        state.tidy_due_ms(),
        Some(0),
        "what it left behind is looked for"
    );
    publish(&mut state, 8);
    state.offer(offer("c", 2), false, "m/cls", 9);
    assert_eq!(state.job.as_ref().map(|job| job.generation), Some(3));
}
