//! The driver in clouds of every mood, in a clock of the test's own: whatever the cloud does, each
//! request is answered once, in time, and holds nothing afterwards.

use crate::cloud::{CloudApi, CloudAsk, CloudIntent, Outage, Profile, Simulated};
use crate::metrics::Metrics;
use crate::routing::Shell;
use crate::routing::flight::Key;
use crate::routing::job::{Fault, Job};
use crate::routing::opinion::Decided;
use olympus_core::route::{Policy, RouteConfig, Task};
use olympus_proto::{Intent, IntentAnswer, IntentReason, IntentRequest};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Requests of a run.
const REQUESTS: u64 = 400;
/// Between two of them.
const GAP: Duration = Duration::from_millis(15);
const DEADLINE: Duration = Duration::from_millis(300);
/// Timers of the runtime have milliseconds.
const LATE: Duration = Duration::from_millis(5);

fn answer(intent: Intent, confidence: f32) -> IntentAnswer {
    IntentAnswer {
        intent,
        confidence,
        best_guess: intent,
        reason: IntentReason::Confident,
        scores: [(intent, confidence)].into(),
    }
}

fn job(cloud: &Arc<Simulated>, number: u64, policy: Policy) -> Job<Decided> {
    let cloud = Arc::clone(cloud);
    // Every third is asked by several at once.
    let key = number
        .is_multiple_of(3)
        .then(|| Key::new(None, 0, (number / 9).to_string()));
    let confidence = if number.is_multiple_of(4) { 0.4 } else { 0.9 };
    Job {
        deadline: Some(DEADLINE),
        forced: Some(policy),
        key,
        local: Some(Box::new(move || {
            Ok(Decided {
                answer: answer(Intent::Order, confidence),
                made: Default::default(),
            })
        })),
        cloud: Box::new(move |timeout| {
            let cloud = Arc::clone(&cloud);
            Box::pin(async move {
                let question = IntentRequest {
                    text: "x".to_owned(),
                    context: None,
                };
                let ask = CloudAsk::new("soak", timeout, question);
                let from = cloud.intent(&ask).await.map_err(Fault::from)?;
                Ok(Decided {
                    answer: from.answer,
                    made: Default::default(),
                })
            })
        }),
    }
}

/// Runs one cloud and gives back the reasons that were given.
async fn soak(profile: Profile, policy: Policy) -> BTreeSet<&'static str> {
    let cloud = Arc::new(Simulated::new(7, profile).intents(|_| {
        Ok(CloudIntent {
            answer: answer(Intent::Order, 0.95),
            model: "simulated".to_owned(),
        })
    }));
    let calls = Arc::new(Semaphore::new(256));
    let metrics = Arc::new(Metrics::new());
    let api: Arc<dyn CloudApi> = Arc::clone(&cloud) as _;
    let shell = Shell::new(RouteConfig::default(), api, calls, metrics, None).expect("settings");
    let mut asking = Vec::new();
    for number in 0..REQUESTS {
        let (shell, job) = (Arc::clone(&shell), job(&cloud, number, policy));
        let asked = tokio::spawn(async move {
            let begun = Instant::now();
            let given = shell.drive(job).await.expect("the local model answers");
            (begun.elapsed(), given.reason)
        });
        // Some go away again.
        if number.is_multiple_of(11) {
            tokio::time::sleep(GAP).await;
            asked.abort();
        } else {
            asking.push(asked);
            tokio::time::sleep(GAP).await;
        }
    }
    let mut reasons = BTreeSet::new();
    for asked in asking {
        let (took, reason) = asked.await.expect("no panic");
        assert!(took <= DEADLINE + LATE, "{took:?} {reason}");
        reasons.insert(reason.as_str());
    }
    // Audits may still run.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(shell.snapshot(Task::Intent).in_flight, 0);
    assert_eq!(shell.calls.available_permits(), 256);
    reasons
}

#[tokio::test(start_paused = true)]
async fn every_request_is_answered_in_time_in_every_mood_of_the_cloud() {
    let ms = Duration::from_millis;
    let slow = |p50, p99| Profile {
        p50: ms(p50),
        p99: ms(p99),
        ..Profile::default()
    };
    let outage = |silent| Profile {
        outages: vec![Outage {
            from: ms(1_500),
            until: ms(4_000),
            silent,
        }],
        ..Profile::default()
    };
    let busy = |retry_after| Profile {
        busy: 0.4,
        retry_after,
        ..Profile::default()
    };
    let moods = [
        Profile::default(),
        slow(5, 5),
        slow(150, 900),
        slow(5_000, 9_000),
        outage(true),
        outage(false),
        busy(None),
        busy(Some(ms(700))),
        Profile {
            errors: 0.5,
            ..Profile::default()
        },
        Profile {
            wrong: 0.9,
            ..slow(5, 20)
        },
    ];
    let mut reasons = BTreeSet::new();
    for policy in Policy::ALL {
        for mood in &moods {
            reasons.append(&mut soak(mood.clone(), policy).await);
        }
    }
    for expected in [
        "local_only",
        "local_confident",
        "agreed",
        "cloud_first",
        "cloud_late",
        "cloud_failed",
        "cloud_busy",
        "breaker_open",
        "no_time",
        "cloud_distrusted",
    ] {
        assert!(reasons.contains(expected), "no {expected} in {reasons:?}");
    }
}
