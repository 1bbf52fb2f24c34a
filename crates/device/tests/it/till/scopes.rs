//! What each scope may do of selling, besides the table that holds for every route.

use super::{dishes, fresh_key, id};
use crate::support::{Answer, Server};
use olympus_device::keys::{KeyFile, Scope};
use serde_json::{Value, json};

#[test]
fn a_kiosk_sells_by_card_and_what_the_menu_prices() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = KeyFile::in_dir(dir.path());
    let make = |scope| file.create("test", scope).expect("a key").1;
    let (kiosk, pos, admin) = (make(Scope::Kiosk), make(Scope::Pos), make(Scope::Admin));
    let server = Server::on(dir.path());
    let call = |key: &str, method: &str, path: &str, body: &Value| -> Answer {
        let bearer = format!("Bearer {key}");
        let own = fresh_key();
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", own.as_str()),
        ];
        server.send(method, path, &headers, body.to_string().as_bytes())
    };
    call(&admin, "PUT", "/v1/menu", &json!({"items": dishes()})).ok();
    let body = json!({"service": "kiosk", "lines": [{"item": "cola"}]});
    let order = call(&kiosk, "POST", "/v1/orders", &body).ok();
    let base = format!("/v1/orders/{}", id(&order));
    let lines = json!({"lines": [{"item": "salad"}]});
    call(&kiosk, "POST", &format!("{base}/lines"), &lines).ok();
    call(&kiosk, "POST", &format!("{base}/fire"), &json!({})).ok();
    call(&kiosk, "GET", &base, &json!(null)).ok();

    let priced = json!([{"item": "special", "price_cents": 1}]);
    let payments = format!("{base}/payments");
    let card = json!({"token": "ab".repeat(32)});
    for (method, path, body) in [
        ("POST", "/v1/orders".to_owned(), json!({"lines": priced})),
        ("POST", format!("{base}/lines"), json!({"lines": priced})),
        ("POST", payments.clone(), json!({"tender": "cash"})),
        (
            "POST",
            payments.clone(),
            json!({"tender": "card", "card": card, "age_shown": 21}),
        ),
        ("POST", format!("{base}/void"), json!({"reason": "x"})),
        ("GET", "/v1/orders".to_owned(), json!(null)),
        ("GET", "/v1/operations".to_owned(), json!(null)),
    ] {
        assert_eq!(
            call(&kiosk, method, &path, &body).code(),
            "forbidden",
            "{path} {body}"
        );
    }
    // A card is for the grant to say, not for the scope.
    let by_card = json!({"tender": "card", "card": card});
    assert_eq!(
        call(&kiosk, "POST", &payments, &by_card).code(),
        "not_authorised"
    );
    assert_eq!(
        call(&pos, "POST", &payments, &json!({"tender": "cash"})).status,
        200
    );
}
