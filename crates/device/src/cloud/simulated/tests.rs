//! What is told to happen happens, and again in the same way.

use super::{Outage, Profile, Simulated};
use crate::cloud::{CloudApi, CloudAsk, CloudError};
use std::time::Duration;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(10);

fn ask() -> CloudAsk<()> {
    CloudAsk::new("r", PATIENCE, ())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime")
}

#[test]
fn latencies_and_rates_are_those_of_the_profile() {
    runtime().block_on(async {
        let profile = Profile {
            busy: 0.1,
            retry_after: Some(Duration::from_secs(4)),
            errors: 0.05,
            ..Profile::default()
        };
        let cloud = Simulated::new(7, profile.clone());
        let (mut busy, mut cut, mut times) = (0, 0, Vec::new());
        for _ in 0..4_000 {
            let started = Instant::now();
            match cloud.ping(&ask()).await {
                Ok(()) => times.push(started.elapsed()),
                Err(CloudError::Busy { retry_after }) => {
                    assert_eq!(retry_after, profile.retry_after);
                    busy += 1;
                }
                Err(CloudError::Unreachable(_)) => cut += 1,
                Err(other) => panic!("{other}"),
            }
        }
        times.sort_unstable();
        let near = |part: usize, wanted: Duration| {
            let found = times[times.len() * part / 100].as_secs_f64();
            let off = found / wanted.as_secs_f64() - 1.0;
            assert!(off.abs() < 0.1, "{part}: {found}");
        };
        near(50, profile.p50);
        near(99, profile.p99);
        assert!((320..460).contains(&busy), "{busy}");
        assert!((150..250).contains(&cut), "{cut}");
    });
}

#[test]
fn one_seed_makes_one_story() {
    runtime().block_on(async {
        let story = |seed| async move {
            let profile = Profile {
                busy: 0.3,
                ..Profile::default()
            };
            let cloud = Simulated::new(seed, profile);
            let started = Instant::now();
            let mut told = Vec::new();
            for _ in 0..20 {
                let answer = cloud.ping(&ask()).await.is_ok();
                told.push((answer, started.elapsed()));
            }
            told
        };
        assert_eq!(story(1).await, story(1).await);
        assert_ne!(story(1).await, story(2).await);
    });
}

#[test]
fn an_outage_refuses_or_is_silent_and_ends() {
    runtime().block_on(async {
        let outage = |from, until, silent| Outage {
            from: Duration::from_secs(from),
            until: Duration::from_secs(until),
            silent,
        };
        let profile = Profile {
            outages: vec![outage(0, 5, false), outage(5, 8, true)],
            ..Profile::default()
        };
        let cloud = Simulated::new(1, profile);
        let cut = cloud.ping(&ask()).await;
        assert!(matches!(cut, Err(CloudError::Unreachable(_))), "{cut:?}");
        tokio::time::advance(Duration::from_secs(6)).await;
        let started = Instant::now();
        let silent = cloud.ping(&ask()).await;
        assert!(matches!(silent, Err(CloudError::TimedOut(_))), "{silent:?}");
        assert_eq!(started.elapsed(), PATIENCE);
        assert!(cloud.ping(&ask()).await.is_ok());
    });
}
