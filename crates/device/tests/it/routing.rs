//! Questions that the cloud may answer: which path does, and why.

use crate::cloud::{Half, SPACE, ids, steady, until, way};
use crate::schema::check;
use crate::support::{connect, demo};
use olympus_device::cloud::Profile;
use olympus_proto::Intent;
use serde_json::json;
use std::io::Write;
use std::time::{Duration, Instant};

/// No word of it is on the demo menu, and the local model does not know the language.
const UNSURE: &str = "pollo a la parrilla ";
const SURE: &str = "tzatziki ";

#[test]
fn without_a_cloud_all_is_as_before() {
    let status = demo().get("/v1/cloud").ok();
    check("CloudStatus", &status);
    assert_eq!(status, json!({"configured": false}));
    assert_eq!(demo().get("/readyz").ok()["cloud"], "none");
    let body = json!({"query": UNSURE}).to_string();
    for policy in ["local_only", "prefer_local", "prefer_cloud", "auto"] {
        let headers = [
            ("content-type", "application/json"),
            ("x-route-policy", policy),
        ];
        let answer = demo().send("POST", "/v1/menu/search", &headers, body.as_bytes());
        assert_eq!(way(&answer.ok()), ("local", "local_only"), "{policy}");
    }
    let png = [("content-type", "image/png")];
    let answer = demo().send("POST", "/v1/image", &png, b"\x89PNG\r\n\x1a\n...");
    assert_eq!(answer.code(), "not_ready");
    let message = answer.json()["error"]["message"].to_string();
    assert!(message.contains("cloud-url"), "{message}");
}

#[test]
fn a_policy_that_does_not_exist_is_refused_with_those_that_do() {
    let headers = [
        ("content-type", "application/json"),
        ("x-route-policy", "cloud"),
    ];
    for (path, body) in [
        ("/v1/intent", r#"{"text":"hi"}"#),
        ("/v1/understand", r#"{"text":"hi"}"#),
        ("/v1/menu/search", "{}"),
        ("/v1/image", "x"),
    ] {
        let answer = demo().send("POST", path, &headers, body.as_bytes());
        assert_eq!(answer.code(), "invalid_request", "{path}");
        let message = answer.json()["error"]["message"].to_string();
        for policy in ["local_only", "prefer_local", "prefer_cloud", "auto"] {
            assert!(message.contains(policy), "{message}");
        }
    }
    let batch = br#"{"texts":["hi"]}"#;
    let answer = demo().send("POST", "/v1/intent/batch", &headers, batch);
    assert_eq!(answer.status, 200, "it is not routed");
}

#[test]
fn an_unsure_search_goes_on_to_the_cloud_and_a_sure_one_does_not() {
    let half = Half::demo();
    half.says.find(&["souvlaki", "hamburger", "nowhere"]);
    let answer = half.search("auto", UNSURE).ok();
    check("SearchResponse", &answer);
    let (path, reason) = way(&answer);
    assert_eq!((path, reason), ("cloud", "cloud_better"), "{answer:#}");
    assert_eq!(answer["meta"]["model"], "simulated-embed");
    assert_eq!(answer["meta"]["space"], SPACE);
    assert_eq!(
        answer["meta"]["menu_digest"].as_str().map(str::len),
        Some(64)
    );
    assert!(!ids(&answer).contains(&"nowhere"), "{answer:#}");
    let asked = half.says.searches();
    let answer = half.search("auto", SURE).ok();
    assert_eq!(way(&answer), ("local", "local_confident"));
    assert_eq!(answer["meta"].get("space"), None);
    assert_eq!(half.search("auto", "").ok()["meta"]["reason"], "local_only");
    assert_eq!(half.says.searches(), asked);
    let metrics = String::from_utf8(half.server.get("/metrics").body).expect("text");
    for line in [
        "edge_route_answers_total{task=\"search\",path=\"cloud\",reason=\"cloud_better\"} 1",
        "edge_route_calls_total{task=\"search\",path=\"cloud\",cause=\"escalate\"} 1",
        "edge_cloud_latency_seconds_count{task=\"search\"} 1",
        "edge_breaker_state{task=\"search\"} 0",
        "edge_parity_open 1",
        "edge_cloud_connectivity 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
}

#[test]
fn a_forced_policy_is_followed() {
    let half = Half::demo();
    half.says.find(&["hamburger"]);
    for (policy, expected) in [
        ("local_only", ("local", "local_only")),
        ("prefer_cloud", ("cloud", "cloud_first")),
        ("prefer_local", ("local", "local_confident")),
    ] {
        let answer = half.search(policy, SURE).ok();
        assert_eq!(way(&answer), expected, "{policy}: {answer:#}");
    }
    let body = json!({"text": "two cheeseburgers please"});
    *half.says.intent.lock().expect("no panic") = Intent::Complaint;
    let answer = half.ask("/v1/intent", "prefer_cloud", &body).ok();
    check("IntentResponse", &answer);
    assert_eq!(way(&answer), ("cloud", "cloud_first"));
    assert_eq!(answer["intent"], "complaint");
    assert_eq!(answer["meta"]["model"], "simulated-intent");
    let answer = half.ask("/v1/intent", "local_only", &body).ok();
    assert_eq!(answer["intent"], "order");
}

#[test]
fn the_intent_of_understand_is_routed_and_its_dishes_are_ours() {
    let half = Half::demo();
    half.says.find(&["hamburger"]);
    *half.says.intent.lock().expect("no panic") = Intent::Order;
    let body = json!({"text": "tzatziki", "limit": 3});
    let answer = half.ask("/v1/understand", "prefer_cloud", &body).ok();
    check("UnderstandResponse", &answer);
    assert_eq!(way(&answer), ("cloud", "cloud_first"));
    assert_eq!(answer["intent"], "order");
    assert_eq!(ids(&answer).first(), Some(&"tzatziki"));
    assert_eq!(half.says.searches(), 0);
}

#[test]
fn nobody_waits_for_a_slow_cloud_beyond_the_deadline() {
    let half = Half::demo();
    // Its encoding is known afterwards, so that a busy machine has little left to do.
    half.search("local_only", UNSURE).ok();
    half.cloud.behave(steady(30_000));
    let begun = Instant::now();
    let headers = [
        ("content-type", "application/json"),
        ("x-deadline-ms", "2000"),
        ("x-route-policy", "prefer_cloud"),
    ];
    let body = json!({"query": UNSURE}).to_string();
    let answer = half
        .server
        .send("POST", "/v1/menu/search", &headers, body.as_bytes())
        .ok();
    let took = begun.elapsed();
    assert_eq!(way(&answer), ("local", "cloud_late"), "{answer:#}");
    // The clock of this test runs on while a busy machine passes the answer on.
    assert!(took < Duration::from_millis(2_500), "{took:?}");
    assert!(
        took > Duration::from_millis(1_900),
        "{took:?}: it waited for the cloud"
    );
}

#[test]
fn an_outage_is_answered_here_and_ends() {
    let half = Half::demo();
    half.says.find(&["hamburger"]);
    half.cut_the_line();
    let mut reasons = Vec::new();
    until("the line is said to be down", || {
        let answer = half.search("auto", UNSURE).ok();
        assert_eq!(way(&answer).0, "local", "{answer:#}");
        reasons.push(way(&answer).1.to_owned());
        half.server.get("/readyz").ok()["cloud"] == "offline"
    });
    assert_eq!(reasons.first().map(String::as_str), Some("cloud_failed"));
    let answer = half.search("prefer_cloud", SURE).ok();
    assert_eq!(way(&answer), ("local", "offline"));
    assert_eq!(half.status()["connectivity"], "offline");
    half.cloud.behave(steady(20));
    until("the line is back", || {
        half.server.get("/readyz").ok()["cloud"] == "online"
    });
    until("the cloud answers again", || {
        way(&half.search("prefer_cloud", UNSURE).ok()).0 == "cloud"
    });
}

#[test]
fn a_busy_cloud_is_left_alone_and_says_when_to_come_back() {
    let half = Half::demo();
    half.cloud.behave(Profile {
        busy: 1.0,
        retry_after: Some(Duration::from_secs(40)),
        ..steady(5)
    });
    for _ in 0..5 {
        let answer = half.search("auto", UNSURE).ok();
        assert_eq!(way(&answer), ("local", "cloud_busy"));
    }
    assert_eq!(half.status()["tasks"]["search"]["breaker"], "open");
    let jpeg = [("content-type", "image/jpeg")];
    let answer = half
        .server
        .send("POST", "/v1/image", &jpeg, b"\xff\xd8\xff\xe0");
    assert_eq!(answer.code(), "upstream_busy");
    assert_eq!(answer.header("retry-after"), Some("40"));
}

#[test]
fn clients_that_leave_hold_no_place() {
    let half = Half::demo();
    half.cloud.behave(steady(50_000));
    let mut left = Vec::new();
    for number in 0..8 {
        let body = json!({"query": format!("{UNSURE} {number}")}).to_string();
        let mut stream = connect(half.server.address);
        let length = body.len();
        let request = format!(
            "POST /v1/menu/search HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             x-deadline-ms: 60000\r\nx-route-policy: prefer_cloud\r\ncontent-length: {length}\r\n\r\n{body}",
            half.server.address
        );
        stream.write_all(request.as_bytes()).expect("sends");
        left.push(stream);
    }
    let in_flight = || half.status()["tasks"]["search"]["in_flight"].as_u64();
    until("all of them are asked", || in_flight() == Some(8));
    drop(left);
    until("nothing is in flight", || in_flight() == Some(0));
}

#[test]
fn identical_questions_cost_few_calls() {
    let half = Half::demo();
    half.says.find(&["hamburger"]);
    half.cloud.behave(steady(250));
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..100)
            .map(|_| scope.spawn(|| half.search("prefer_cloud", SURE).ok()))
            .collect();
        for one in asking {
            let answer = one.join().expect("no panic");
            assert_eq!(answer["hits"].as_array().map(Vec::is_empty), Some(false));
        }
    });
    let asked = half.says.searches();
    assert!(
        (1..=20).contains(&asked),
        "{asked} calls for 100 equal questions"
    );
}

#[test]
fn a_picture_becomes_dishes_of_this_menu() {
    let half = Half::demo();
    half.says.find(&["nowhere", "cheeseburger", "hamburger"]);
    let webp = b"RIFF\x10\0\0\0WEBPVP8 ....";
    let send = |kind: &str, bytes: &[u8]| {
        let headers = [("content-type", kind)];
        half.server.send("POST", "/v1/image", &headers, bytes)
    };
    let answer = send("image/webp", webp).ok();
    check("ImageResponse", &answer);
    assert_eq!(way(&answer), ("cloud", "cloud_only"));
    assert_eq!(ids(&answer), ["cheeseburger", "hamburger"]);
    assert_eq!(answer["recognised"][0]["item"], "cheeseburger");
    assert_eq!(answer["hits"][0]["name"], "Cheeseburger");
    assert_eq!(answer["meta"]["model"], "simulated-vision");
    half.says.find(&[]);
    let answer = send("image/webp", webp).ok();
    assert_eq!(answer["recognised"], json!([]));
    assert!(
        !ids(&answer).is_empty(),
        "what is seen is searched for: {answer:#}"
    );
    assert_eq!(
        send("image/gif", b"GIF89a").code(),
        "unsupported_media_type"
    );
    assert_eq!(send("image/png", webp).code(), "invalid_request");
    let large = vec![0xff; 4 * 1024 * 1024 + 1];
    assert_eq!(send("image/jpeg", &large).code(), "payload_too_large");
    half.cut_the_line();
    assert_eq!(send("image/webp", webp).code(), "upstream_failed");
}
