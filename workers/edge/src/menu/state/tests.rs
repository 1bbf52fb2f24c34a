//! The publisher's decisions, alone and in a world where every step may be lost.

mod anew;

use super::{Live, Offer, Pace, State, Step, Taken};
use olympus_proto::MenuVersion;
use olympus_proto::edge::PublishStage;
use std::collections::BTreeSet;

const PACE: Pace = Pace {
    sweep_after_ms: 1_000,
    look_every_ms: 100,
    retry_after_ms: 100,
    heal_every_ms: 5_000,
};

fn offer(digest: &str, passages: usize) -> Offer {
    Offer {
        digest: digest.to_owned(),
        version: MenuVersion(1),
        timezone: None,
        items: passages,
        passages,
    }
}

fn next(state: &State) -> Step {
    state.next().expect("something is left to do").1
}

/// Writes, sees and switches to the job on its way.
fn publish(state: &mut State, now_ms: u64) {
    while let Some((_, step)) = state.next() {
        match step {
            Step::Write(job) => state.wrote(job.epoch, 300, 4, now_ms),
            Step::Verify(job) => state.switch(job.epoch, now_ms),
            Step::Tell(live) => state.told(&live, PACE, now_ms),
            Step::Sweep(_) | Step::Check(_) | Step::Tidy => break,
        }
    }
}

/// Refuses the job on its way until that is believed.
fn refuse(state: &mut State, now_ms: u64) {
    while let Some(job) = state.job.clone()
        && job.stage != PublishStage::Failed
    {
        state.failed(&Step::Write(job), "no such model", true, PACE, now_ms);
    }
}

fn stage(state: &State) -> Option<PublishStage> {
    state.job.as_ref().map(|job| job.stage)
}

fn live(state: &State) -> Option<&str> {
    state.live.as_ref().map(|live| live.offer.digest.as_str())
}

#[test]
fn a_menu_is_written_seen_used_and_the_one_before_swept() {
    let mut state = State::default();
    assert_eq!(
        state.offer(offer("a", 700), false, "m/cls", 0),
        Taken::Going
    );
    for done in [300, 600] {
        let Step::Write(job) = next(&state) else {
            panic!("it writes");
        };
        state.wrote(job.epoch, 300, 4, 0);
        assert_eq!(state.status().publishing.map(|job| job.done), Some(done));
        assert_eq!(live(&state), None);
    }
    publish(&mut state, 5);
    assert_eq!(
        (live(&state), stage(&state)),
        (Some("a"), Some(PublishStage::Live))
    );
    assert_eq!(state.next(), None);
    let status = state.status().live.expect("is in use");
    assert_eq!(status.space.as_str(), "m/cls/4");

    state.offer(offer("b", 10), false, "m/cls", 10);
    assert_eq!(live(&state), Some("a"), "until the new one is ready");
    publish(&mut state, 20);
    assert_eq!(
        (live(&state), stage(&state)),
        (Some("b"), Some(PublishStage::Sweeping))
    );
    let (due, Step::Sweep(old)) = state.next().expect("is swept") else {
        panic!("it sweeps");
    };
    assert_eq!((due, old.digest.as_str()), (1_020, "a"));
    state.swept(&old, 500, 1_020);
    assert!(
        state.needs("a", 1_020),
        "its names are made from its document"
    );
    state.swept(&old, 200, 1_020);
    assert!(!state.needs("a", 1_020) && state.needs("b", 1_020));
    assert_eq!(stage(&state), Some(PublishStage::Live));
}

#[test]
fn the_menu_in_use_is_not_published_again() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    publish(&mut state, 0);
    assert_eq!(state.offer(offer("a", 10), false, "m/cls", 1), Taken::Live);
    assert_eq!(state.next(), None);
    let renumbered = Offer {
        version: MenuVersion(9),
        ..offer("a", 10)
    };
    assert_eq!(state.offer(renumbered, false, "m/cls", 1), Taken::Live);
    assert!(
        matches!(next(&state), Step::Tell(_)),
        "others learn of its new number"
    );
}

#[test]
fn a_newer_menu_replaces_the_one_on_its_way() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    publish(&mut state, 0);
    state.offer(offer("b", 600), false, "m/cls", 1);
    let Step::Write(stale) = next(&state) else {
        panic!("it writes");
    };
    state.offer(offer("b", 600), false, "m/cls", 2);
    assert_eq!(
        state.job.as_ref().map(|job| job.epoch),
        Some(stale.epoch),
        "the same goes on"
    );
    state.offer(offer("c", 10), false, "m/cls", 3);
    state.wrote(stale.epoch, 300, 4, 4);
    assert_eq!(
        state.job.as_ref().map(|job| job.done),
        Some(0),
        "a late step changes nothing"
    );
    publish(&mut state, 5);
    assert_eq!(live(&state), Some("c"));
    let left: BTreeSet<_> = state.old.iter().map(|old| old.digest.as_str()).collect();
    assert_eq!(left, BTreeSet::from(["a", "b"]));
    // Back to a menu that is about to be swept: it is written anew, under other names.
    state.offer(offer("a", 10), false, "m/cls", 6);
    let written = state.job.as_ref().map_or(0, |job| job.generation);
    assert!(state.old.iter().all(|old| old.generation != written));
    // And back to the one in use: nothing is left on its way.
    assert_eq!(state.offer(offer("c", 10), false, "m/cls", 7), Taken::Live);
    assert_eq!(state.job, None);
}

#[test]
fn a_new_space_is_published_beside_the_old_one() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    publish(&mut state, 0);
    assert!(!state.respace("m/cls", PACE, 1));
    assert!(state.respace("m/mean", PACE, 1) && !state.respace("m/mean", PACE, 1));
    assert_eq!(
        state.live.as_ref().map(|live| live.prefix.as_str()),
        Some("m/cls")
    );
    publish(&mut state, 2);
    let live = state.live.as_ref().expect("is in use");
    assert_eq!(
        (live.prefix.as_str(), live.offer.digest.as_str()),
        ("m/mean", "a")
    );
    let Step::Sweep(old) = next(&state) else {
        panic!("the old space is swept");
    };
    assert_eq!((old.prefix.as_str(), old.digest.as_str()), ("m/cls", "a"));
    state.swept(&old, 10, 3);
    assert!(state.needs("a", 3));
}

#[test]
fn faults_wait_longer_each_time_and_refusals_end_it() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    publish(&mut state, 0);
    state.offer(offer("b", 10), false, "m/cls", 0);
    let mut waits = Vec::new();
    for _ in 0..12 {
        let step = next(&state);
        state.failed(&step, "busy", false, PACE, 0);
        waits.push(state.next().map_or(0, |(at, _)| at));
    }
    assert_eq!(waits[..4], [100, 200, 400, 800]);
    assert_eq!(waits[11], 60_000);
    let status = state.status().publishing.expect("is on its way");
    assert_eq!(
        (status.attempts, status.error.as_deref()),
        (12, Some("busy"))
    );
    // The next one of its kind is believed.
    let step = next(&state);
    state.failed(&step, "no such model", true, PACE, 0);
    assert_eq!(
        (stage(&state), live(&state)),
        (Some(PublishStage::Failed), Some("a"))
    );
    assert!(matches!(next(&state), Step::Sweep(old) if old.digest == "b"));
    assert_eq!(
        state.offer(offer("b", 10), false, "m/cls", 1),
        Taken::Going,
        "again, by hand"
    );
    assert_eq!(stage(&state), Some(PublishStage::Writing));
}

#[test]
fn what_never_shows_fails_and_says_why() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    let epoch = state.job.as_ref().map_or(0, |job| job.epoch);
    state.wrote(epoch, 10, 4, 0);
    state.unseen(epoch, 3, "7 of 10 do not show", PACE, 1_000);
    assert_eq!(state.next().map(|(at, _)| at), Some(1_100));
    state.unseen(epoch, 3, "7 of 10 do not show", PACE, 16 * 60_000);
    let status = state.status().publishing.expect("is told of");
    assert_eq!(status.stage, PublishStage::Failed);
    assert_eq!(status.error.as_deref(), Some("7 of 10 do not show"));
}

#[test]
fn a_model_that_changes_its_dimension_in_the_middle_fails() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    let epoch = state.job.as_ref().map_or(0, |job| job.epoch);
    state.wrote(epoch, 5, 384, 0);
    state.wrote(epoch, 5, 768, 0);
    assert_eq!(stage(&state), Some(PublishStage::Failed));
}

#[test]
fn an_empty_menu_is_used_without_a_vector() {
    let mut state = State::default();
    state.offer(offer("a", 10), false, "m/cls", 0);
    publish(&mut state, 0);
    state.offer(offer("none", 0), false, "m/cls", 1);
    publish(&mut state, 2);
    assert_eq!(live(&state), Some("none"));
}

/// Numbers from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end
    }
}

/// Offers come at any time; any step may fail, be done and not noted, or be done by an object
/// that has forgotten what it did last. In the end exactly the vectors of the menu in use exist.
#[test]
fn nothing_is_lost_and_nothing_left_behind() {
    const PASSAGES: usize = 7;
    for seed in 0..300 {
        let mut chance = Chance(seed);
        let mut state = State::default();
        let mut world = World::default();
        let mut now = 0;
        let mut last = String::new();
        for round in 0..400 {
            now += 50;
            let stormy = round < 200;
            if stormy && chance.below(12) == 0 {
                let menu = format!("menu{}", chance.below(6));
                let prefix = ["m/cls", "m/mean"][usize::from(chance.below(8) == 0)];
                if state.expect(&menu, now) {
                    world.documents.insert(menu.clone());
                }
                if chance.below(5) == 0 {
                    continue; // the offer was lost on its way
                }
                state.offer(offer(&menu, PASSAGES), chance.below(3) == 0, prefix, now);
                last = menu;
            }
            if !stormy {
                state.respace("m/cls", PACE, now);
            }
            let Some((_, step)) = state.next().filter(|(at, _)| *at <= now) else {
                continue;
            };
            let fate = if stormy { chance.below(4) } else { 3 };
            if fate == 0 {
                state.failed(&step, "a fault", false, PACE, now);
                continue;
            }
            let written = serde_json::to_string(&state).expect("serialises");
            run(&mut state, &step, &mut world, now);
            if fate == 1 {
                // It was killed before that was on disk.
                state = serde_json::from_str(&written).expect("reads back");
            }
            if let Some(live) = &state.live {
                let of = |no| {
                    (
                        live.offer.digest.clone(),
                        live.prefix.clone(),
                        live.generation,
                        no,
                    )
                };
                assert!(
                    (0..PASSAGES).all(|no| world.vectors.contains(&of(no))),
                    "seed {seed}"
                );
                assert!(world.documents.contains(&live.offer.digest), "seed {seed}");
                let told = world.told.as_ref().is_none_or(|told: &Live| {
                    let of = |no| {
                        (
                            told.offer.digest.clone(),
                            told.prefix.clone(),
                            told.generation,
                            no,
                        )
                    };
                    (0..PASSAGES).all(|no| world.vectors.contains(&of(no)))
                });
                assert!(told, "seed {seed}: what others answer from is there");
            }
        }
        while let Some((at, step)) = state.next() {
            assert_eq!(step, Step::Tidy, "seed {seed}: for offers that were lost");
            run(&mut state, &step, &mut world, at);
        }
        if let Some(live) = &state.live {
            assert_eq!((&live.offer.digest, live.prefix.as_str()), (&last, "m/cls"));
            assert_eq!(world.vectors.len(), PASSAGES, "seed {seed}: {world:?}");
            assert_eq!(world.documents, BTreeSet::from([last]), "seed {seed}");
        }
    }
}

/// What is outside of the publisher.
#[derive(Debug, Default)]
struct World {
    vectors: BTreeSet<(String, String, u64, usize)>,
    documents: BTreeSet<String>,
    told: Option<Live>,
}

fn run(state: &mut State, step: &Step, world: &mut World, now: u64) {
    match step {
        Step::Write(job) => {
            for no in job.done..(job.done + 3).min(job.offer.passages) {
                let (digest, prefix) = (job.offer.digest.clone(), job.prefix.clone());
                world.vectors.insert((digest, prefix, job.generation, no));
            }
            state.wrote(job.epoch, 3, 4, now);
        }
        Step::Verify(job) => state.switch(job.epoch, now),
        Step::Tell(live) => {
            world.told = Some(live.clone());
            state.told(live, PACE, now);
        }
        Step::Sweep(old) => {
            for no in old.done..(old.done + 3).min(old.passages) {
                let (digest, prefix) = (old.digest.clone(), old.prefix.clone());
                world.vectors.remove(&(digest, prefix, old.generation, no));
            }
            state.swept(old, 3, now);
        }
        Step::Check(live) => state.checked(live, None, PACE, now),
        Step::Tidy => {
            let found = world.documents.iter().cloned().collect();
            for gone in state.deleting(found, false, now) {
                world.documents.remove(&gone);
            }
            state.tidied(None);
        }
    }
}
