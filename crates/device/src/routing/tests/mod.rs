//! The driver in a clock of the tests' own.

mod failing;
mod soak;

use super::Shell;
use super::flight::Key;
use super::job::{Calling, Fault, Given, Job};
use super::opinion::Decided;
use crate::cloud::{CloudError, Profile, Simulated};
use crate::metrics::Metrics;
use crate::service::ServiceError;
use olympus_core::route::{Policy, Reason, RouteConfig, Standing, Task};
use olympus_proto::{Intent, IntentAnswer, IntentReason, Path};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Routing with room for so many blocking calls; nothing is audited.
fn shell_with(places: usize, change: impl FnOnce(&mut RouteConfig)) -> Arc<Shell> {
    let mut config = RouteConfig::default();
    config.trust.audit_share = 0.0;
    change(&mut config);
    // Nobody asks it: the questions bring their own.
    let cloud = Arc::new(Simulated::new(1, Profile::default()));
    let calls = Arc::new(Semaphore::new(places));
    Shell::new(config, cloud, calls, Arc::new(Metrics::new()), None).expect("settings")
}

fn shell() -> Arc<Shell> {
    shell_with(64, |_| {})
}

fn says(intent: Intent, confidence: f32) -> Decided {
    Decided {
        answer: IntentAnswer {
            intent,
            confidence,
            best_guess: intent,
            reason: IntentReason::Confident,
            scores: [(intent, confidence)].into(),
        },
        made: Default::default(),
    }
}

/// What the cloud does, and how often it was asked and finished.
#[derive(Clone)]
struct Cloud {
    takes: Duration,
    does: fn() -> Result<Decided, Fault>,
    asked: Arc<AtomicUsize>,
    done: Arc<AtomicUsize>,
}

impl Cloud {
    fn new(millis: u64, does: fn() -> Result<Decided, Fault>) -> Self {
        Self {
            takes: Duration::from_millis(millis),
            does,
            asked: Arc::default(),
            done: Arc::default(),
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn call(&self) -> Calling<Decided> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let cloud = self.clone();
        Box::pin(async move {
            tokio::time::sleep(cloud.takes).await;
            cloud.done.fetch_add(1, Ordering::SeqCst);
            (cloud.does)()
        })
    }

    /// A question whose local answer comes at once.
    fn job(&self, local: fn() -> Result<Decided, ServiceError>) -> Job<Decided> {
        let cloud = self.clone();
        Job {
            deadline: None,
            forced: Some(Policy::PreferLocal),
            key: None,
            local: Some(Box::new(local)),
            cloud: Box::new(move |_| cloud.call()),
        }
    }
}

fn key() -> Option<Key> {
    Some(Key::new(None, 1, "the same".to_owned()))
}

fn unsure() -> Result<Decided, ServiceError> {
    Ok(says(Intent::Question, 0.4))
}

fn sure() -> Result<Decided, ServiceError> {
    Ok(says(Intent::Order, 0.95))
}

fn right() -> Result<Decided, Fault> {
    Ok(says(Intent::Order, 0.9))
}

fn unreachable() -> Result<Decided, Fault> {
    Err(CloudError::unreachable("nobody").into())
}

fn in_flight(shell: &Shell) -> u32 {
    shell.snapshot(Task::Intent).in_flight
}

fn way<T>(given: &Given<T>) -> (Path, Reason) {
    (given.path, given.reason)
}

/// Time for tasks that are not waited for.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(5)).await;
}

#[tokio::test(start_paused = true)]
async fn a_sure_answer_is_given_at_once_and_an_unsure_one_goes_on() {
    let (shell, cloud) = (shell(), Cloud::new(80, right));
    let begun = Instant::now();
    let given = shell.drive(cloud.job(sure)).await.expect("answers");
    assert_eq!(way(&given), (Path::Local, Reason::LocalConfident));
    assert!(
        begun.elapsed() < Duration::from_millis(20),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(cloud.asked(), 0);
    let given = shell.drive(cloud.job(unsure)).await.expect("answers");
    assert_eq!(way(&given), (Path::Cloud, Reason::CloudBetter));
    assert_eq!(given.what.answer.intent, Intent::Order);
    assert_eq!(cloud.asked(), 1);
    settle().await;
    assert_eq!(in_flight(&shell), 0);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_takes_what_is_there() {
    let (shell, cloud) = (shell(), Cloud::new(60_000, right));
    for (deadline, at_most) in [(None, 301), (Some(Duration::from_millis(500)), 501)] {
        let begun = Instant::now();
        let job = Job {
            deadline,
            ..cloud.job(unsure)
        };
        let given = shell.drive(job).await.expect("answers");
        let took = begun.elapsed().as_millis();
        assert_eq!(
            way(&given),
            (Path::Local, Reason::CloudLate),
            "{deadline:?}"
        );
        assert!((at_most - 10..=at_most).contains(&took), "{took} ms");
    }
    settle().await;
    assert_eq!(in_flight(&shell), 0);
    assert_eq!(cloud.done.load(Ordering::SeqCst), 0, "called off");
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_leaves_nothing_behind() {
    let (shell, cloud) = (shell(), Cloud::new(200, right));
    let waiting = shell.drive(cloud.job(unsure));
    let gone = tokio::time::timeout(Duration::from_millis(50), waiting).await;
    assert!(gone.is_err(), "still waiting for the cloud");
    assert_eq!(cloud.asked(), 1);
    settle().await;
    assert_eq!(in_flight(&shell), 0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(cloud.done.load(Ordering::SeqCst), 0, "called off");
}

#[tokio::test(start_paused = true)]
async fn identical_requests_share_one_run() {
    let (shell, cloud) = (shell(), Cloud::new(80, right));
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let job = Job {
                key: key(),
                ..cloud.job(unsure)
            };
            let shell = Arc::clone(&shell);
            tokio::spawn(async move { shell.drive(job).await })
        })
        .collect();
    for one in asking {
        let given = one.await.expect("no panic").expect("answers");
        assert_eq!(way(&given), (Path::Cloud, Reason::CloudBetter));
    }
    assert_eq!(cloud.asked(), 1);
    let other = Job {
        key: Some(Key::new(Some(Policy::Auto), 1, "the same".to_owned())),
        ..cloud.job(unsure)
    };
    let same = Job {
        key: key(),
        ..cloud.job(unsure)
    };
    let (one, two) = tokio::join!(shell.drive(other), shell.drive(same));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(cloud.asked(), 3, "another policy is another question");
}

#[tokio::test(start_paused = true)]
async fn a_follower_is_answered_though_its_leader_went_away() {
    let (shell, cloud) = (shell(), Cloud::new(150, right));
    let job = || Job {
        key: key(),
        ..cloud.job(unsure)
    };
    let leader = {
        let (shell, job) = (Arc::clone(&shell), job());
        tokio::spawn(async move { shell.drive(job).await })
    };
    settle().await;
    let follower = {
        let (shell, job) = (Arc::clone(&shell), job());
        tokio::spawn(async move { shell.drive(job).await })
    };
    settle().await;
    leader.abort();
    let given = follower.await.expect("no panic").expect("answers");
    assert_eq!(way(&given), (Path::Cloud, Reason::CloudBetter));
    assert_eq!(cloud.asked(), 1);
    // Nobody is left: the next one asks anew.
    shell.drive(job()).await.expect("answers");
    assert_eq!(cloud.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_follower_with_time_is_answered_though_its_leader_had_none() {
    let (shell, cloud) = (shell(), Cloud::new(80, unreachable));
    let local = |millis, does: fn() -> Result<Decided, ServiceError>| Job {
        deadline: Some(Duration::from_millis(millis)),
        forced: Some(Policy::LocalOnly),
        key: key(),
        local: Some(Box::new(move || {
            // Long enough that the others come meanwhile.
            std::thread::sleep(Duration::from_millis(50));
            does()
        })),
        ..cloud.job(sure)
    };
    let hurried = || Err(ServiceError::DeadlineExceeded);
    let ask = |job| {
        let shell = Arc::clone(&shell);
        tokio::spawn(async move { shell.drive(job).await })
    };
    let leader = ask(local(1_000, hurried));
    tokio::task::yield_now().await;
    let patient: Vec<_> = (0..5).map(|_| ask(local(9_000, sure))).collect();
    let error = leader.await.expect("no panic").expect_err("no time");
    assert!(matches!(*error, ServiceError::DeadlineExceeded), "{error}");
    for one in patient {
        let given = one.await.expect("no panic").expect("answers");
        assert_eq!(given.what.answer.intent, Intent::Order);
    }
    settle().await;
    assert_eq!(in_flight(&shell), 0);
}

#[tokio::test(start_paused = true)]
async fn a_cloud_that_is_fast_and_wrong_is_found_out() {
    let shell = shell_with(64, |config| config.trust.audit_share = 0.01);
    let wrong = Cloud::new(10, || Ok(says(Intent::Cancel, 0.97)));
    let job = || Job {
        forced: Some(Policy::PreferCloud),
        ..wrong.job(sure)
    };
    let mut asked = 0;
    while shell.snapshot(Task::Intent).standing == Standing::Trusted {
        shell.drive(job()).await.expect("answers");
        asked += 1;
        assert!(asked < 2_000, "still believed");
        settle().await;
    }
    let given = shell.drive(job()).await.expect("answers");
    assert_eq!(way(&given), (Path::Local, Reason::CloudDistrusted));
    assert_eq!(given.what.answer.intent, Intent::Order);
}

#[test]
fn jitter_takes_at_most_a_fifth() {
    let second = Duration::from_secs(1);
    let waits: Vec<Duration> = (0..1_000).map(|_| super::jittered(second)).collect();
    let (least, most) = (waits.iter().min(), waits.iter().max());
    assert!(least >= Some(&Duration::from_millis(800)), "{least:?}");
    assert!(least < Some(&Duration::from_millis(850)), "{least:?}");
    assert!(most <= Some(&second), "{most:?}");
}
