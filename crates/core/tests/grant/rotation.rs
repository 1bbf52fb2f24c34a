//! Nobody is refused during a rotation: whatever was signed at some moment verifies, until it
//! expires, at every device whose key set is at most `MAX_AGE_MS` old.

use crate::cases;
use crate::fixture::{DAY, MINUTE, T0, grant, numbered};
use olympus_core::grant::{
    KeySet, LEEWAY_MS, MAX_AGE_MS, MAX_LIFE_MS, Phase, Refusal, SETTLE_MS, WAIT_MS, open,
};
use olympus_proto::grant::Grant;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// How authority and devices keep to what was agreed; the planted ones do not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    /// How long a key is published before it signs.
    pub wait_ms: u64,
    /// How old a device's set gets, caches included.
    pub oldest_ms: u64,
    /// How long a key stays in the set after it stopped signing.
    pub kept_ms: u64,
    /// How far a device's clock is off.
    pub skew_ms: i64,
}

impl Habits {
    pub(crate) const AGREED: Self = Self {
        wait_ms: WAIT_MS,
        oldest_ms: MAX_AGE_MS + SETTLE_MS,
        kept_ms: MAX_LIFE_MS + 2 * LEEWAY_MS,
        skew_ms: LEEWAY_MS as i64,
    };
}

/// One rotation, in minutes.
#[derive(Debug, Clone, Copy)]
struct Rotation {
    /// After the one before has begun to sign.
    after: u64,
    /// Longer than has to be waited.
    spare: u64,
    /// Whether the key is brought forward as soon as it may.
    forward: bool,
}

fn rotations() -> impl Strategy<Value = Vec<Rotation>> {
    // As short as may be, in every second one.
    let spare = prop_oneof![Just(0), 0_u64..3_000];
    let rotation = (0_u64..2_000, spare, any::<bool>());
    let rotation = rotation.prop_map(|(after, spare, forward)| Rotation {
        after,
        spare,
        forward,
    });
    prop::collection::vec(rotation, 1..5)
}

/// Every set there was, and from when.
struct History(Vec<(u64, KeySet)>);

impl History {
    fn at(&self, ms: u64) -> &KeySet {
        let before = |entry: &&(u64, KeySet)| entry.0 <= ms;
        let latest = self.0.iter().rev().find(before);
        &latest.unwrap_or(&self.0[0]).1
    }

    /// By the machine where it keeps to what was agreed; a habit that does not is forced on it.
    fn of(rotations: &[Rotation], habits: Habits) -> Self {
        let first = numbered(1);
        let set = KeySet::first(first.id().clone(), first.public(), T0).expect("a key");
        let mut history = Self(vec![(T0, set)]);
        let mut now = T0;
        for (number, rotation) in (2_u8..).zip(rotations) {
            now += rotation.after * MINUTE;
            let signer = numbered(number);
            let signs = now + WAIT_MS + rotation.spare * MINUTE;
            let set = history.at(now);
            // A set has room for a few: the machine says so, and the authority waits.
            let Ok(set) = set.publish(signer.id().clone(), signer.public(), signs, now) else {
                continue;
            };
            history.0.push((now, set));
            let mut from = signs;
            if rotation.forward {
                let early = now + (from - now) / 2;
                let set = history.at(early).bring_forward(early).expect("it waits");
                let waiting = set.signing(early.max(now + WAIT_MS));
                assert_eq!(waiting, Some(signer.id()), "at once, or once all know it");
                history.0.push((early, set));
                from = early.max(now + WAIT_MS).min(signs);
            }
            now = from;
        }
        for (at, set) in &mut history.0 {
            *set = forced(set, habits, *at);
        }
        history
    }
}

/// The set with a habit that the machine refuses, as devices would have to be given it.
fn forced(set: &KeySet, habits: Habits, at: u64) -> KeySet {
    let agreed = Habits::AGREED;
    if habits.kept_ms == agreed.kept_ms {
        return set.clone();
    }
    let mut keys = set.published(at).expect("a key signs");
    // The key is dropped early; what is left is a set like any other.
    let gone = |until: Option<u64>| until.is_some_and(|until| at >= until + habits.kept_ms);
    keys.keys.retain(|key| !gone(key.signs_until_ms));
    KeySet::pinned(&keys).expect("sound")
}

fn signed_at(history: &History, habits: Habits, ms: u64) -> Option<(Grant, String)> {
    let early = agreed_minus(habits.wait_ms);
    let set = history.at(ms);
    let id = set.signing(ms + early).or_else(|| set.signing(ms))?.clone();
    let number: u8 = id.as_str().strip_prefix("k-")?.parse().ok()?;
    let mut claims = grant();
    claims.key = id;
    (claims.issued_ms, claims.not_before_ms) = (ms, ms);
    claims.expires_ms = ms + MAX_LIFE_MS;
    let token = numbered(number).seal(&claims).ok()?;
    Some((claims, token))
}

/// By how much a key signs too early.
const fn agreed_minus(wait_ms: u64) -> u64 {
    WAIT_MS - wait_ms
}

/// Moments at which something may go wrong: around each turn of a key.
fn turns(history: &History) -> Vec<u64> {
    let mut turns = vec![T0];
    for (from, set) in &history.0 {
        turns.push(*from);
        let keys = &set.published(*from).expect("a key signs").keys;
        turns.extend(keys.iter().map(|key| key.signs_from_ms));
    }
    turns
}

/// Whether every unexpired grant verifies everywhere.
fn nobody_is_refused(
    rotations: &[Rotation],
    near: &[(usize, i64, u64, u64)],
    habits: Habits,
) -> Result<(), TestCaseError> {
    let history = History::of(rotations, habits);
    let turns = turns(&history);
    for &(turn, off_min, life, age) in near {
        let turn = turns[turn % turns.len()];
        let issued = turn.saturating_add_signed(off_min * 60_000).max(T0);
        let Some((claims, token)) = signed_at(&history, habits, issued) else {
            return Err(TestCaseError::fail(format!("no key signs at {issued}")));
        };
        let now = issued + life % MAX_LIFE_MS;
        let held = history.at(now.saturating_sub(age % (habits.oldest_ms + 1)).max(T0));
        for skew in [-habits.skew_ms, 0, habits.skew_ms] {
            let told = now.saturating_add_signed(skew);
            let opened = open::<Grant>(&token, &claims.location, &claims.terminal, held, told);
            prop_assert_eq!(
                opened.as_ref(),
                Ok(&claims),
                "issued {} now {}",
                issued - T0,
                now - T0
            );
        }
        // And whoever is up to date can follow to the set of now.
        let latest = history.at(now);
        let published = latest.published(now).expect("a key signs");
        let number = published.key.as_str().trim_start_matches("k-").parse();
        let token = numbered(number.expect("a number")).seal(&published);
        let token = token.expect("sound");
        if latest.number() > held.number() && habits.kept_ms == Habits::AGREED.kept_ms {
            let followed = held.follow(&token, &claims.location, &claims.terminal, now);
            prop_assert_eq!(followed.map(|(set, _)| set), Ok(latest.clone()));
        }
    }
    Ok(())
}

fn near() -> impl Strategy<Value = Vec<(usize, i64, u64, u64)>> {
    let one = (any::<usize>(), -90_i64..=90, any::<u64>(), any::<u64>());
    // The extremes are where it breaks.
    let edge = (
        any::<usize>(),
        -2_i64..=2,
        prop::sample::select(vec![0, MAX_LIFE_MS - 1]),
        prop::sample::select(vec![0, MAX_AGE_MS, Habits::AGREED.oldest_ms]),
    );
    prop::collection::vec(prop_oneof![one, edge], 1..12)
}

/// What is found, where `habits` are kept.
pub(crate) fn found(habits: Habits, tries: u32) -> Result<(), String> {
    let config = Config {
        cases: tries,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    )
    .run(&(rotations(), near()), |(rotations, near)| {
        nobody_is_refused(&rotations, &near, habits)
    })
    .map_err(|error| error.to_string())
}

#[test]
fn nobody_is_refused_while_keys_change() {
    found(Habits::AGREED, cases(400)).expect("nobody is refused");
}

#[test]
fn a_key_goes_its_way_by_time_alone() {
    let (first, second) = (numbered(1), numbered(2));
    let set = KeySet::first(first.id().clone(), first.public(), T0).expect("a key");
    let signs = T0 + 2 * DAY;
    let set = set
        .publish(second.id().clone(), second.public(), signs, T0 + DAY)
        .expect("a rotation");
    let (old, new) = (&set.keys()[0], &set.keys()[1]);
    for (ms, of_old, of_new) in [
        (T0 + DAY, Phase::Signing, Phase::Published),
        (T0 + DAY + SETTLE_MS, Phase::Signing, Phase::Waiting),
        (signs - 1, Phase::Signing, Phase::Waiting),
        (signs, Phase::Retiring, Phase::Signing),
        (
            signs + DAY + 2 * LEEWAY_MS - 1,
            Phase::Retiring,
            Phase::Signing,
        ),
        (signs + DAY + 2 * LEEWAY_MS, Phase::Retired, Phase::Signing),
    ] {
        assert_eq!((old.phase(ms), new.phase(ms)), (of_old, of_new), "{ms}");
    }
    let retired = signs + 2 * DAY;
    assert_eq!(
        set.verifies_at(first.id(), retired).err(),
        Some(Refusal::KeyRetired)
    );
    let third = numbered(3);
    let set = set.publish(
        third.id().clone(),
        third.public(),
        retired + WAIT_MS,
        retired,
    );
    let ids: Vec<_> = set.expect("room").published(retired).expect("signs").keys;
    let ids: Vec<_> = ids.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["k-2", "k-3"], "what is retired is forgotten");
}

#[test]
fn a_key_that_waits_signs_from_the_moment_that_is_asked_for() {
    let set = fixture_set();
    let (spare, now) = (numbered(2), T0 + WAIT_MS + DAY);
    let at = |signs_ms: u64| {
        let next = set.bring_forward_to(signs_ms, now).expect("it waits");
        let signs = |ms: u64| next.signing(ms) == Some(spare.id());
        (
            next.number(),
            signs(now),
            signs(now + WAIT_MS),
            signs(T0 + 30 * DAY),
        )
    };
    assert_eq!(at(now + WAIT_MS), (3, false, true, true));
    assert_eq!(at(0), (3, true, true, true), "it has waited: at once");
    assert_eq!(
        at(T0 + 60 * DAY),
        (3, false, false, true),
        "never later than planned"
    );
}

/// Key 1 signs from [`T0`], key 2 is the spare: it signs after 30 days.
fn fixture_set() -> KeySet {
    let (first, spare) = (numbered(1), numbered(2));
    KeySet::first(first.id().clone(), first.public(), T0)
        .and_then(|set| set.publish(spare.id().clone(), spare.public(), T0 + 30 * DAY, T0))
        .expect("sound")
}
