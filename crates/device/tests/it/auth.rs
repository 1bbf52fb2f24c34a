//! Who may do what, for every route.

use crate::support::{Answer, Server, demo};
use olympus_device::http::endpoint::Endpoint;
use olympus_device::http::server::{self, Options, ServerError};
use olympus_device::keys::{KeyFile, Scope};
use olympus_device::service;

const BODY: &[u8] = br#"{"text":"hi"}"#;

fn call(server: &Server, endpoint: Endpoint, headers: &[(&str, &str)]) -> Answer {
    let path = crate::support::filled(endpoint.path());
    let mut all = vec![("content-type", "application/json")];
    all.extend_from_slice(headers);
    server.send(endpoint.method().as_str(), &path, &all, BODY)
}

/// Asks again where a machine that is busy with other tests answered too late.
fn patient(server: &Server, endpoint: Endpoint, headers: &[(&str, &str)]) -> Answer {
    let answers = (0..10).map(|_| call(server, endpoint, headers));
    let mut last = None;
    for answer in answers {
        let is_late = matches!(answer.status, 503 | 504);
        last = Some(answer);
        if !is_late {
            break;
        }
    }
    last.expect("it was asked")
}

#[test]
fn every_route_asks_for_its_scope_once_a_key_exists() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = KeyFile::in_dir(dir.path());
    let make = |scope| file.create("test", scope).expect("makes a key").1;
    let keys = [
        (Some(Scope::Kiosk), make(Scope::Kiosk)),
        (Some(Scope::Pos), make(Scope::Pos)),
        (Some(Scope::Admin), make(Scope::Admin)),
        (None, String::new()),
        (None, "oe_00000000_wrong".to_owned()),
        (None, {
            let (record, key) = file.create("gone", Scope::Admin).expect("makes a key");
            file.revoke(&record.id).expect("revokes");
            key
        }),
    ];
    let server = Server::on(dir.path());
    for endpoint in Endpoint::ALL.iter().copied() {
        for (scope, key) in &keys {
            let bearer = format!("Bearer {key}");
            let answer = patient(&server, endpoint, &[("authorization", &bearer)]);
            let by_header = patient(&server, endpoint, &[("x-api-key", key)]);
            assert_eq!(answer.status, by_header.status, "{endpoint:?}");
            let expected = match (endpoint.scope(), scope) {
                (None, _) => None,
                (Some(_), None) => Some("unauthorized"),
                (Some(needed), Some(scope)) if *scope < needed => Some("forbidden"),
                _ => None,
            };
            match expected {
                Some(code) => assert_eq!(answer.code(), code, "{endpoint:?} {scope:?}"),
                None => assert!(
                    answer.status != 401 && answer.status != 403 && answer.status < 500,
                    "{endpoint:?} {scope:?}: {}",
                    answer.status
                ),
            }
        }
        let answer = call(&server, endpoint, &[]);
        assert_eq!(
            answer.status == 401,
            endpoint.scope().is_some(),
            "{endpoint:?}"
        );
    }
    assert_eq!(server.get("/").status, 200, "pages hold no secret");
}

#[test]
fn an_open_loopback_answers_its_own_machine_alone() {
    let server = demo();
    let own = format!("http://{}", server.address);
    let local = format!("localhost:{}", server.address.port());
    for (headers, may) in [
        (vec![], true),
        (vec![("origin", own.as_str())], true),
        (vec![("host", local.as_str())], true),
        (vec![("host", "evil.example")], false),
        (vec![("host", "127.0.0.1.evil.example:8080")], false),
        (vec![("origin", "http://evil.example")], false),
        (vec![("origin", "null")], false),
        (vec![("origin", "http://127.0.0.1:1")], false),
    ] {
        let answer = call(server, Endpoint::Intent, &headers);
        match may {
            true => assert_eq!(answer.status, 200, "{headers:?}"),
            false => assert_eq!(answer.code(), "forbidden", "{headers:?}"),
        }
    }
}

#[test]
fn named_origins_may_call_and_others_may_not() {
    let server = Server::start(service::Options::default(), |options| {
        options.cors_origins = vec!["http://kiosk.example".to_owned()];
    });
    let asked = [
        ("origin", "http://kiosk.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let preflight = server.send("OPTIONS", "/v1/intent", &asked, b"");
    assert_eq!(preflight.status, 200);
    let allowed = "access-control-allow-origin";
    assert_eq!(preflight.header(allowed), Some("http://kiosk.example"));
    let answer = call(
        &server,
        Endpoint::Intent,
        &[("origin", "http://kiosk.example")],
    );
    assert_eq!(
        (answer.status, answer.header(allowed)),
        (200, Some("http://kiosk.example"))
    );
    let other = call(
        &server,
        Endpoint::Intent,
        &[("origin", "http://evil.example")],
    );
    assert_eq!(
        (other.code().as_str(), other.header(allowed)),
        ("forbidden", None)
    );
    let off = call(
        demo(),
        Endpoint::Health,
        &[("origin", "http://kiosk.example")],
    );
    assert_eq!(off.header(allowed), None, "off unless it is set");
}

#[test]
fn nobody_listens_beyond_loopback_without_a_key() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut options = Options::on_loopback(service::Options::default());
    options.listen = "0.0.0.0:0".parse().expect("an address");
    options.keys_dir = Some(dir.path().to_path_buf());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let refused = runtime.block_on(server::run(options, |_| {}, |_| {}, async {}));
    let error = refused.expect_err("is refused");
    assert!(matches!(error, ServerError::NoKey(_)));
    assert!(error.to_string().contains("keys create"), "{error}");
}
