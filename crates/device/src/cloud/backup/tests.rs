//! What is sealed comes back whole; what was touched does not come back at all.

use super::archive::unpack;
use super::{BackupError, RecoveryKey, collect, open, restore, seal};
use crate::config::Config;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use std::path::Path;
use tar::{Builder, EntryType, Header};

fn key() -> RecoveryKey {
    RecoveryKey::make().expect("random numbers")
}

/// A data folder as a device has it.
fn device(dir: &Path) {
    for (name, value) in [
        ("location-id", "loc-7"),
        ("cloud-url", "https://edge.example"),
        ("api-key", "oek_1_tops3cret"),
        ("recovery-key", &key().reveal()),
    ] {
        Config::set(dir, name, value).expect("sets");
    }
    std::fs::create_dir(dir.join("menu")).expect("makes");
    for (name, bytes) in [
        ("keys.json", "[]"),
        (
            "menu/current.json",
            r#"{"current":2,"previous":1,"last":2}"#,
        ),
        ("menu/v1.json", "one"),
        ("menu/v2.json", "two"),
        ("menu/v2.vec", "vectors"),
        ("menu/lock", ""),
    ] {
        std::fs::write(dir.join(name), bytes).expect("writes");
    }
}

#[test]
fn a_device_comes_back_without_its_secrets() {
    let (from, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    device(from.path());
    let key = key();
    let sealed = seal(&key, &collect(from.path()).expect("collects")).expect("seals");
    let content = open(&key, &sealed).expect("opens");
    let text = String::from_utf8_lossy(&content);
    assert!(!text.contains("tops3cret") && !text.contains("ork_"));
    let target = into.path().join("new");
    let names = restore(&content, &target).expect("restores");
    let expected = [
        "config.toml",
        "keys.json",
        "menu/current.json",
        "menu/v1.json",
        "menu/v2.json",
    ];
    assert_eq!(names, expected);
    let config = Config::load(&target).expect("settings");
    assert_eq!(config.location_id.as_deref(), Some("loc-7"));
    assert_eq!((config.api_key, config.recovery_key), (None, None));
    assert_eq!(std::fs::read(target.join("menu/v2.json")).unwrap(), b"two");
    let again = restore(&content, &target).expect_err("is not empty");
    assert!(matches!(again, BackupError::NotEmpty(_)), "{again}");
}

#[test]
fn another_key_a_flipped_bit_and_a_cut_are_found() {
    let key = key();
    let sealed = seal(&key, b"what a restaurant has").expect("seals");
    assert!(open(&self::key(), &sealed).is_err());
    for bit in 0..sealed.len() * 8 {
        let mut bent = sealed.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert!(open(&key, &bent).is_err(), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(open(&key, &sealed[..length]).is_err(), "{length} bytes");
    }
    let longer = [&sealed[..], b"x"].concat();
    assert!(open(&key, &longer).is_err());
    assert!(open(&key, &sealed).is_ok());
    let twice = seal(&key, b"what a restaurant has").expect("seals");
    assert_ne!(sealed, twice, "a nonce comes once");
}

#[test]
fn a_sealed_file_says_nothing_of_its_content_but_the_length() {
    let (key, content) = (key(), b"what a restaurant has");
    let [one, two] = [(); 2].map(|()| seal(&key, content).expect("seals"));
    assert_eq!(one[..5], *b"OEBK\x02");
    assert_eq!(one.len(), 4 + 1 + 24 + content.len() + 16);
    let digest = Sha256::digest(content);
    assert!(one.windows(32).all(|part| *part != digest[..]));
    let alike = one[5..]
        .windows(8)
        .any(|part| two[5..].windows(8).any(|it| it == part));
    assert!(
        !alike,
        "the cloud cannot tell that both are of the same content"
    );
}

/// As the first version of this program sealed.
fn sealed_with_digest(key: &RecoveryKey, content: &[u8]) -> Vec<u8> {
    let nonce = [7; 24];
    let header = [&b"OEBK\x01"[..], &nonce, &Sha256::digest(content)].concat();
    let payload = Payload {
        msg: content,
        aad: &header,
    };
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let encrypted = cipher.encrypt(&XNonce::from(nonce), payload);
    [header, encrypted.expect("encrypts")].concat()
}

#[test]
fn the_first_format_is_still_read_and_a_later_one_is_told() {
    let key = key();
    let mut sealed = sealed_with_digest(&key, b"an old one");
    assert_eq!(open(&key, &sealed).expect("opens"), b"an old one");
    sealed[40] ^= 1;
    assert!(open(&key, &sealed).is_err(), "its digest is bent");
    sealed[4] = 3;
    assert!(matches!(open(&key, &sealed), Err(BackupError::Format(3))));
}

/// An archive with one more entry of any kind, its name as it is.
fn with_entry(name: &str, kind: EntryType) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    let mut add = |name: &str, kind: EntryType, data: &[u8]| {
        let mut header = Header::new_ustar();
        header.as_ustar_mut().expect("is one").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o600);
        header.set_size(data.len() as u64);
        if kind.is_symlink() || kind.is_hard_link() {
            header.set_link_name("/etc/passwd").expect("a name");
        }
        header.set_cksum();
        archive.append(&header, data).expect("appends");
    };
    add("config.toml", EntryType::Regular, b"");
    let data: &[u8] = if kind == EntryType::Regular {
        b"x"
    } else {
        b""
    };
    add(name, kind, data);
    archive.into_inner().expect("ends")
}

#[test]
fn what_leads_out_of_the_folder_is_refused_and_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("in/new");
    let regular = EntryType::Regular;
    for (name, kind) in [
        ("../evil.json", regular),
        ("/tmp/evil.json", regular),
        ("menu/../../evil.json", regular),
        ("menu/v1.json/../../../evil", regular),
        ("menu/v.json", regular),
        ("menu/v1.vec", regular),
        ("./keys.json", regular),
        ("config.toml", regular),
        ("keys.json", EntryType::Symlink),
        ("keys.json", EntryType::Link),
        ("menu", EntryType::Directory),
        ("keys.json", EntryType::Fifo),
    ] {
        let archive = with_entry(name, kind);
        let error = restore(&archive, &target).expect_err(name);
        assert!(matches!(error, BackupError::Content(_)), "{name}: {error}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    assert!(unpack(&with_entry("keys.json", regular)).is_ok());
    for bad in [&b"nonsense"[..], &[7; 2_000], b""] {
        assert!(restore(bad, &target).is_err());
    }
    let whole = with_entry("keys.json", regular);
    assert!(
        restore(&whole[..1_030], &target).is_err(),
        "cut in a header"
    );
}

#[test]
fn recovery_keys_are_read_as_they_are_shown_and_hidden_otherwise() {
    let key = key();
    let shown = key.reveal();
    assert_eq!(shown.len(), 68);
    let read = RecoveryKey::read(&format!(" {} \n", shown.to_uppercase()));
    assert_eq!(read.as_ref(), Ok(&key));
    assert!(!format!("{key:?}").contains(&shown[4..]));
    for bad in ["", "ork_", &shown[..67], &format!("{shown}0"), &shown[4..]] {
        assert!(RecoveryKey::read(bad).is_err(), "{bad}");
    }
}
