//! OAuth introspection (RFC 7662).

use crate::support::{Answer, Server};
use serde_json::json;

fn ask(server: &Server, bearer: &str, body: &str) -> Answer {
    let headers = [
        ("authorization", bearer),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    server
        .send("POST", "/introspect", &headers, body.as_bytes())
        .expect("an answer")
}

fn introspect(server: &Server, token: &str) -> Answer {
    ask(server, "Bearer standin-auth", &format!("token={token}"))
}

#[test]
fn tokens_are_what_the_table_says() {
    let server = Server::prompt();
    let good = json!({
        "active": true, "scope": "kiosk pos", "locations": ["loc-7"],
        "exp": 4_102_444_800_i64, "sub": "till-3",
    });
    let over = json!({"active": true, "scope": "kiosk", "exp": 1_000_000_000});
    let revoked = json!({"active": false, "scope": "admin", "sub": "till-3"});
    let tokens = json!({"good": good, "over": over, "revoked": revoked, "a b&c": good});
    server.control(&json!({"tokens": tokens}));
    assert_eq!(introspect(&server, "good").ok(), good);
    assert_eq!(
        introspect(&server, "a+b%26c&token_type_hint=access_token").ok(),
        good
    );
    for token in ["unknown", "over", "revoked", ""] {
        assert_eq!(
            introspect(&server, token).ok(),
            json!({"active": false}),
            "{token}"
        );
    }
    server.control(&json!({"tokens": {"good": null}}));
    assert_eq!(introspect(&server, "good").ok(), json!({"active": false}));
    assert_eq!(server.count("introspect")["calls"], 7);
}

#[test]
fn callers_authenticate_and_send_a_form() {
    let server = Server::prompt();
    for bearer in ["Bearer wrong", "standin-auth", "Bearer standin-token"] {
        assert_eq!(ask(&server, bearer, "token=x").status, 401);
    }
    assert_eq!(ask(&server, "Bearer standin-auth", "tok=x").status, 400);
    let headers = [
        ("authorization", "Bearer standin-auth"),
        ("content-type", "application/json"),
    ];
    let answer = server.send("POST", "/introspect", &headers, b"{\"token\":\"x\"}");
    assert_eq!(answer.expect("an answer").status, 400);
    let get = server.send("GET", "/introspect?token=x", &headers, b"");
    assert_eq!(get.expect("an answer").status, 405);
}

#[test]
fn the_service_can_be_down() {
    let server = Server::prompt();
    server.control(&json!({"tasks": {"introspect": {"health": "outage"}}}));
    let headers = [
        ("authorization", "Bearer standin-auth"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    assert!(
        server
            .send("POST", "/introspect", &headers, b"token=x")
            .is_err()
    );
    server.control(
        &json!({"tasks": {"introspect": {"health": "up", "errors": {"rate": 1, "code": 500}}}}),
    );
    assert_eq!(introspect(&server, "x").status, 500);
    assert_eq!(server.count("introspect")["cut"], 1);
}
