//! What is set is kept, what cannot work is refused, and no secret shows.

use super::*;

const RECOVERY: &str = "ork_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

#[test]
fn what_is_set_is_read_again_and_secrets_stay_hidden() {
    let dir = tempfile::tempdir().expect("a folder");
    let values = [
        ("listen", "0.0.0.0:9000"),
        ("timezone", "America/Chicago"),
        ("log", "info,olympus_device=debug"),
        ("cors-origins", "http://kiosk.local:3000,https://a.example"),
        ("max-items", "500"),
        ("min-confidence", "0.55"),
        (
            "intent-costs",
            "ask-again=1,wrong=2,false-cancel=5,missed-complaint=2.5",
        ),
        ("location-id", "store-7"),
        ("menu-source", "cloud"),
        ("cloud-url", "https://edge.example"),
        ("api-key", "oek_1_s3cret"),
        ("recovery-key", RECOVERY),
        ("route.intent.policy", "prefer_cloud"),
        ("route.intent.deadline-ms", "250"),
        ("route.intent.confident-at", "0.8"),
        ("route.search.policy", "local_only"),
        ("route.search.deadline-ms", "150"),
        ("route.search.confident-at", "0.5"),
        ("route.image.policy", "auto"),
        ("route.image.deadline-ms", "3000"),
        ("route.image.confident-at", "1"),
    ];
    for (key, value) in values {
        Config::set(dir.path(), key, value).expect("sets");
    }
    let config = Config::load(dir.path()).expect("loads");
    for (key, value) in values {
        let shown = config.shown(key).expect("is a key");
        let spec = KEYS.iter().find(|spec| spec.name == key);
        let secret = spec.expect("is listed").secret;
        let expected = if secret { HIDDEN } else { value };
        assert_eq!(shown.as_deref(), Some(expected), "{key}");
    }
    assert!(!format!("{config:?}").contains("s3cret"));
    // The others are those of the other way to the cloud, and those of selling.
    let other = [
        "cloud-account",
        "cloud-token",
        "cloud-index",
        "cloud-models",
    ];
    let listed = values.len() + other.len() + super::till::NAMES.len();
    assert_eq!(listed, KEYS.len());
    Config::set(dir.path(), "listen", "").expect("unsets");
    assert_eq!(Config::load(dir.path()).expect("loads").listen, None);
}

#[test]
fn what_cannot_work_is_refused_and_the_file_stays_as_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    for (key, value) in [
        ("listen", "nowhere"),
        ("timezone", "Mars/Olympus"),
        ("log", "loud=very"),
        ("cors-origins", "kiosk"),
        ("cors-origins", "http://a/b"),
        ("max-items", "many"),
        ("max-items", "0"),
        ("min-confidence", "1.5"),
        ("min-confidence", "NaN"),
        ("min-confidence", "high"),
        ("nonsense", "1"),
        ("cloud-url", "http://edge.example"),
        ("cloud-account", "a/b"),
        ("cloud-index", "my index"),
        ("cloud-models", "embed"),
        ("cloud-models", "sing=@cf/x"),
        ("recovery-key", "ork_1"),
        ("route.intent.policy", "cloud_only"),
        ("route.intent.deadline-ms", "soon"),
        ("route.intent.deadline-ms", "1"),
        ("route.sing.policy", "auto"),
        ("route.intent", "auto"),
    ] {
        let error = Config::set(dir.path(), key, value).expect_err("is refused");
        assert!(error.to_string().contains(key), "{error}");
    }
    assert!(!Config::path(dir.path()).exists());
}

#[test]
fn unknown_keys_in_the_file_are_refused_with_their_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let text = "listen = \"127.0.0.1:1\"\nlisten-port = 3\n";
    std::fs::write(Config::path(dir.path()), text).expect("writes");
    let error = Config::load(dir.path())
        .expect_err("is refused")
        .to_string();
    assert!(
        error.contains("listen-port") && error.contains("line 2"),
        "{error}"
    );
}
