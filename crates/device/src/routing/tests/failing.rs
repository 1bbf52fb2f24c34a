//! What fails, and what is left then.

use super::{
    Cloud, in_flight, key, right, settle, shell, shell_with, sure, unreachable, unsure, way,
};
use crate::cloud::{CloudApi, CloudAsk, CloudError, Profile, Simulated};
use crate::metrics::Metrics;
use crate::routing::job::{Fault, Job};
use crate::routing::line::Heard;
use crate::routing::opinion::Seen;
use crate::routing::{Shell, parity};
use crate::service::ServiceError;
use olympus_core::route::{Connectivity, Parity, Policy, Reason, RouteConfig};
use olympus_proto::edge::{EmbedResponse, PublishRequest};
use olympus_proto::{ErrorCode, MenuVersion, Path, SpaceId};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn failures_leave_the_other_path() {
    let (shell, cloud) = (shell(), Cloud::new(20, unreachable));
    let given = shell.drive(cloud.job(unsure)).await.expect("answers");
    assert_eq!(way(&given), (Path::Local, Reason::CloudFailed));
    let refused = Cloud::new(20, || {
        Err(Fault::Cloud(CloudError::Refused {
            status: 400,
            code: "invalid_request".to_owned(),
            message: "no".to_owned(),
        }))
    });
    let given = shell.drive(refused.job(unsure)).await.expect("answers");
    assert_eq!(way(&given), (Path::Local, Reason::CloudRefused));
    let failing = || Err(ServiceError::Encoder("broken".to_owned()));
    let given = shell.drive(Cloud::new(20, right).job(failing)).await;
    let given = given.expect("answers");
    assert_eq!(way(&given), (Path::Cloud, Reason::LocalFailed));
    let error = shell
        .drive(cloud.job(failing))
        .await
        .expect_err("nobody is left");
    assert_eq!(error.code(), ErrorCode::Internal, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_and_never_a_hang() {
    let shell = shell();
    let cloud = Cloud::new(20, right);
    let given = shell.drive(cloud.job(|| panic!("local"))).await;
    assert_eq!(
        way(&given.expect("answers")),
        (Path::Cloud, Reason::LocalFailed)
    );
    let bad = Cloud::new(20, || panic!("cloud"));
    let given = shell.drive(bad.job(unsure)).await.expect("answers");
    assert_eq!(way(&given), (Path::Local, Reason::CloudRefused));
    let job = Job {
        cloud: Box::new(|_| panic!("before it began")),
        key: key(),
        ..cloud.job(unsure)
    };
    let error = shell.drive(job).await.expect_err("the driver is gone");
    assert_eq!(error.code(), ErrorCode::Internal);
    settle().await;
    assert_eq!(in_flight(&shell), 0, "its place is given back");
    let job = Job {
        key: key(),
        ..cloud.job(unsure)
    };
    let given = shell.drive(job).await.expect("the flight is gone too");
    assert_eq!(way(&given), (Path::Cloud, Reason::CloudBetter));
}

#[tokio::test(start_paused = true)]
async fn a_busy_cloud_is_left_alone_for_as_long_as_it_asks() {
    let shell = shell();
    let wait = Duration::from_secs(7);
    let busy = Cloud::new(10, || {
        Err(Fault::Cloud(CloudError::Busy {
            retry_after: Some(Duration::from_secs(7)),
        }))
    });
    let begun = Instant::now();
    while begun.elapsed() < wait {
        let given = shell.drive(busy.job(unsure)).await.expect("answers");
        assert_eq!(way(&given), (Path::Local, Reason::CloudBusy));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(busy.asked(), 1);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let cloud = Cloud::new(80, right);
    let given = shell.drive(cloud.job(unsure)).await.expect("answers");
    assert_eq!(way(&given), (Path::Cloud, Reason::CloudBetter));
}

#[tokio::test(start_paused = true)]
async fn a_cloud_with_another_menu_is_asked_now_and_then() {
    let shell = shell();
    let other = Cloud::new(10, || Err(CloudError::WrongMenu { found: None }.into()));
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        let given = shell.drive(other.job(unsure)).await.expect("answers");
        assert_eq!(way(&given), (Path::Local, Reason::CloudBusy));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let asked = other.asked();
    assert!((9..=11).contains(&asked), "{asked} calls in half a minute");
}

#[tokio::test(start_paused = true)]
async fn without_a_place_for_the_local_model_it_is_the_cloud_or_429() {
    let shell = shell_with(0, |_| {});
    let cloud = Cloud::new(80, right);
    let given = shell.drive(cloud.job(sure)).await.expect("answers");
    assert_eq!(way(&given), (Path::Cloud, Reason::LocalFailed));
    let alone = Job {
        forced: Some(Policy::LocalOnly),
        ..cloud.job(sure)
    };
    let error = shell.drive(alone).await.expect_err("no place");
    assert_eq!(error.code(), ErrorCode::Overloaded);
}

#[tokio::test(start_paused = true)]
async fn what_this_device_has_no_model_for_says_why_it_fails() {
    let shell = shell();
    let image = |forced, fault: fn() -> Fault| Job::<Seen> {
        deadline: None,
        forced,
        key: None,
        local: None,
        cloud: Box::new(move |_| Box::pin(async move { Err(fault()) })),
    };
    let gone = || Fault::Cloud(CloudError::unreachable("cut"));
    let busy = || {
        Fault::Cloud(CloudError::Busy {
            retry_after: Some(Duration::from_secs(3)),
        })
    };
    for (forced, fault, code) in [
        (
            Some(Policy::LocalOnly),
            gone as fn() -> Fault,
            ErrorCode::NotReady,
        ),
        (None, gone, ErrorCode::UpstreamFailed),
        (None, busy, ErrorCode::UpstreamBusy),
    ] {
        let error = shell.drive(image(forced, fault)).await.expect_err("fails");
        assert_eq!(error.code(), code, "{error}");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let told = shell.drive(image(None, busy)).await;
    let ServiceError::Cloud { retry_after, .. } = &*told.expect_err("told to wait") else {
        panic!("the cloud's error");
    };
    let left = retry_after.expect("what is left of it");
    let nearly_two = Duration::from_millis(1_900)..=Duration::from_secs(2);
    assert!(
        nearly_two.contains(&left),
        "{left:?}: nobody was asked again"
    );
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_down_costs_no_call_and_comes_back() {
    let (shell, cloud) = (shell(), Cloud::new(80, right));
    for _ in 0..2 {
        shell.heard(Heard::Ping(false));
    }
    assert_eq!(shell.connectivity(), Connectivity::Offline);
    let given = shell.drive(cloud.job(unsure)).await.expect("answers");
    assert_eq!(way(&given), (Path::Local, Reason::Offline));
    assert_eq!(cloud.asked(), 0);
    for _ in 0..2 {
        shell.heard(Heard::Ping(true));
    }
    let given = shell.drive(cloud.job(unsure)).await.expect("answers");
    assert_eq!(way(&given), (Path::Cloud, Reason::CloudBetter));
    shell.set_parity(Parity::Closed);
    let given = shell.drive(cloud.job(unsure)).await.expect("answers");
    assert_eq!(given.path, Path::Cloud, "parity concerns search alone");
}

/// Publishes a menu to a cloud that cannot embed for its first two calls, and then embeds so that
/// every text points where `degrees` points.
async fn slow_to_embed(degrees: &Arc<AtomicUsize>, asked: &Arc<AtomicUsize>) -> Arc<Simulated> {
    let (degrees, asked) = (Arc::clone(degrees), Arc::clone(asked));
    let cloud = Simulated::new(1, Profile::default()).embeddings(move |texts| {
        if asked.fetch_add(1, Ordering::SeqCst) < 2 {
            return Err(CloudError::unreachable("not yet"));
        }
        let degrees = u8::try_from(degrees.load(Ordering::SeqCst)).expect("few degrees");
        let angle = f32::from(degrees).to_radians();
        Ok(EmbedResponse {
            space: SpaceId::from("simulated/cls/3"),
            data: vec![vec![angle.cos(), angle.sin(), 0.0]; texts.len()],
        })
    });
    let menu = Arc::new(PublishRequest {
        version: MenuVersion(1),
        digest: "one".to_owned(),
        timezone: None,
        anew: false,
        items: Vec::new(),
    });
    let ask = CloudAsk::new("test", Duration::from_secs(5), menu);
    cloud.publish(&ask).await.expect("publishes");
    Arc::new(cloud)
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_could_not_look_looks_again_soon() {
    let (degrees, asked) = (Arc::default(), Arc::default());
    let cloud = slow_to_embed(&degrees, &asked).await;
    let (calls, metrics) = (Arc::new(Semaphore::new(1)), Arc::new(Metrics::new()));
    let shell = Shell::new(RouteConfig::default(), cloud, calls, metrics, None).expect("settings");
    let watching = tokio::spawn(parity::watch(Arc::clone(&shell)));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(
        asked.load(Ordering::SeqCst),
        3,
        "recorded at the third look"
    );
    degrees.store(30, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(3_700)).await;
    assert_eq!(
        shell.guard.parity(),
        Parity::Closed,
        "found within the hour"
    );
    degrees.store(0, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(62)).await;
    assert_eq!(shell.guard.parity(), Parity::Open, "found within a minute");
    watching.abort();
}
