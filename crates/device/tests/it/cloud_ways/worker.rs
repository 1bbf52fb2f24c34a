//! The Worker's routes as the contract has them, strictly, for one location and one key.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post, put};
use olympus_proto::edge::{EmbedRequest, PublishRequest, SoldOut};
use olympus_proto::{IntentRequest, SearchRequest};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

pub(crate) const KEY: &str = "oek_7_0123456789abcdef";
pub(crate) const SPACE: &str = "@cf/baai/bge-small-en-v1.5/cls/3";

#[derive(Default)]
struct Kept {
    menu: Option<PublishRequest>,
    /// Looks since the menu came: it is live from the second on.
    looks: u32,
    /// Menus that came, each of which was switched to at the time of its number.
    publications: u64,
    /// The menu in use before is the same one.
    anew: bool,
    backups: BTreeMap<String, Bytes>,
}

type Shared = Arc<Mutex<Kept>>;

/// Everything below the location `loc-7`.
pub(crate) fn router() -> Router {
    let below = Router::new()
        .route("/intent", post(intent))
        .route("/menu/search", post(search))
        .route("/menu", put(publish))
        .route("/menu/status", get(status))
        .route("/menu/items/{id}/availability", patch(sold_out))
        .route("/embeddings", post(embed))
        .route("/image", post(image))
        .route("/backups", get(backups))
        .route("/backups/{name}", put(put_backup).get(get_backup))
        .layer(DefaultBodyLimit::max(64 << 20))
        .layer(from_fn(admit))
        .with_state(Shared::default());
    Router::new()
        .route("/healthz", get(|| async { r#"{"status":"ok"}"# }))
        .nest("/api/v1/locations/loc-7", below)
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let body = json!({"error": {"code": code, "message": message, "request_id": "r"}});
    answer(status, &body)
}

fn answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    let head = [("content-type", "application/json")];
    (status, head, body.to_string()).into_response()
}

async fn admit(request: Request, next: Next) -> Response {
    let sent = request.headers().get_all("authorization");
    let sent: Vec<_> = sent.iter().collect();
    match sent[..] {
        [value] if value == format!("Bearer {KEY}").as_str() => next.run(request).await,
        _ => error(401, "unauthorized", "this key is not known"),
    }
}

/// A body of JSON and nothing else.
fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Box<Response>> {
    if headers
        .get("content-type")
        .is_none_or(|kind| kind != "application/json")
    {
        return Err(Box::new(error(
            415,
            "unsupported_media_type",
            "send application/json",
        )));
    }
    serde_json::from_slice(body)
        .map_err(|e| Box::new(error(400, "invalid_request", &e.to_string())))
}

fn meta(kept: &Kept) -> Value {
    json!({"path": "cloud", "reason": "cloud_first", "model": "@cf/x/y", "space": SPACE,
           "menu_digest": kept.menu.as_ref().map(|menu| menu.digest.clone()),
           "stages_us": {}, "request_id": "r"})
}

async fn intent(State(kept): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let request: IntentRequest = match read(&headers, &body) {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    let said = if request.text.contains("cancel") {
        "cancel"
    } else {
        "order"
    };
    let kept = kept.lock().expect("no panic");
    answer(
        200,
        &json!({"intent": said, "confidence": 0.9, "best_guess": said, "reason": "confident",
                "scores": {said: 0.9}, "meta": meta(&kept)}),
    )
}

async fn search(State(kept): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let request: SearchRequest = match read(&headers, &body) {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    let kept = kept.lock().expect("no panic");
    let items = kept.menu.as_ref().map_or(&[][..], |menu| &menu.items);
    let mut hits: Vec<Value> = Vec::new();
    for item in items {
        let score = if item.name.to_lowercase().contains(&request.query) {
            0.9
        } else {
            0.2
        };
        hits.push(
            json!({"id": item.id, "name": item.name, "price": null, "price_cents": null,
                         "tags": [], "allergens": {}, "available": true, "state": "available",
                         "score": score, "scores": {"lexical": score, "semantic": 0.0},
                         "reason": "words"}),
        );
    }
    hits.sort_by(|a, b| {
        b["score"]
            .as_f64()
            .partial_cmp(&a["score"].as_f64())
            .expect("numbers")
    });
    answer(200, &json!({"hits": hits, "meta": meta(&kept)}))
}

async fn publish(State(kept): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let menu: PublishRequest = match read(&headers, &body) {
        Ok(menu) => menu,
        Err(refusal) => return *refusal,
    };
    let items = serde_json::to_vec(&menu.items).expect("JSON");
    if menu.digest != hex(&Sha256::digest(&items)) {
        return error(
            400,
            "invalid_request",
            "the digest is not that of the items",
        );
    }
    let mut kept = kept.lock().expect("no panic");
    let same = kept
        .menu
        .as_ref()
        .is_some_and(|it| it.digest == menu.digest);
    if same && !menu.anew {
        return answer(200, &standing(&kept));
    }
    kept.publications += 1;
    kept.anew = menu.anew;
    (kept.menu, kept.looks) = (Some(menu), 0);
    answer(202, &standing(&kept))
}

fn standing(kept: &Kept) -> Value {
    let Some(menu) = &kept.menu else {
        return json!({});
    };
    let live = |since_ms: u64| {
        json!({"digest": menu.digest, "version": menu.version, "items": menu.items.len(),
               "space": SPACE, "since_ms": since_ms})
    };
    if kept.looks >= 2 {
        return json!({"live": live(kept.publications)});
    }
    let mut standing = json!({"publishing": {"digest": menu.digest, "version": menu.version,
                      "stage": "writing", "done": kept.looks, "total": 2, "attempts": 0}});
    if kept.anew {
        standing["live"] = live(kept.publications - 1);
    }
    standing
}

async fn status(State(kept): State<Shared>) -> Response {
    let mut kept = kept.lock().expect("no panic");
    kept.looks += 1;
    answer(200, &standing(&kept))
}

async fn sold_out(
    State(kept): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refusal) = read::<SoldOut>(&headers, &body) {
        return *refusal;
    }
    let kept = kept.lock().expect("no panic");
    let known = kept
        .menu
        .iter()
        .flat_map(|menu| &menu.items)
        .any(|item| item.id.0 == id);
    match known {
        true => StatusCode::NO_CONTENT.into_response(),
        false => error(404, "not_found", "no such item"),
    }
}

async fn embed(headers: HeaderMap, body: Bytes) -> Response {
    let request: EmbedRequest = match read(&headers, &body) {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    if !(1..=100).contains(&request.texts.len()) {
        return error(400, "invalid_request", "send 1 to 100 texts");
    }
    let data: Vec<_> = request
        .texts
        .iter()
        .map(|text| [text.len() as f32, 1.0, 0.0])
        .collect();
    answer(200, &json!({"space": SPACE, "data": data}))
}

async fn image(State(kept): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok());
    if !matches!(kind, Some("image/png" | "image/jpeg" | "image/webp")) || body.is_empty() {
        return error(415, "unsupported_media_type", "send a picture");
    }
    let kept = kept.lock().expect("no panic");
    answer(
        200,
        &json!({"seen": "a bowl of soup", "hits": [], "meta": meta(&kept),
                "recognised": [{"item": "ramen", "confidence": 0.8}]}),
    )
}

async fn put_backup(
    State(kept): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let digest = hex(&Sha256::digest(&body));
    if headers
        .get("x-content-sha256")
        .is_none_or(|sent| sent != digest.as_str())
    {
        return error(
            400,
            "invalid_request",
            "the bytes are not those of the digest",
        );
    }
    let size = body.len();
    kept.lock()
        .expect("no panic")
        .backups
        .insert(name.clone(), body);
    answer(
        201,
        &json!({"name": name, "size_bytes": size, "uploaded_ms": 1, "sha256": digest}),
    )
}

async fn get_backup(State(kept): State<Shared>, Path(name): Path<String>) -> Response {
    match kept.lock().expect("no panic").backups.get(&name) {
        Some(bytes) => {
            let digest = hex(&Sha256::digest(bytes));
            ([("x-content-sha256", digest)], bytes.clone()).into_response()
        }
        None => error(404, "not_found", "there is no such backup; list them"),
    }
}

async fn backups(State(kept): State<Shared>) -> Response {
    let kept = kept.lock().expect("no panic");
    let listed: Vec<_> = kept
        .backups
        .iter()
        .map(|(name, bytes)| json!({"name": name, "size_bytes": bytes.len(), "uploaded_ms": 1}))
        .collect();
    answer(200, &json!({"backups": listed}))
}

fn hex(bytes: &[u8]) -> String {
    olympus_device::keys::hex(bytes)
}
