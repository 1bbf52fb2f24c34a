//! Any text as a signed document, and any bytes as the claims of one that was signed: what opens
//! is exactly what this house would have signed.
#![no_main]

use ed25519_dalek::SigningKey;
use libfuzzer_sys::fuzz_target;
use olympus_core::grant::{CardState, Document, KeySet, Signer, assertion, open, paseto};
use olympus_proto::LocationId;
use olympus_proto::grant::{Grant, ListDelta, ListSnapshot, Policy, PublishedKeys, TerminalId};
use std::sync::LazyLock;

const NOW: u64 = 1_800_000_000_000;
const SEED: [u8; 32] = [7; 32];
const FOOTER: &[u8] = br#"{"kid":"k-1"}"#;

struct Place {
    signer: Signer,
    key: SigningKey,
    keys: KeySet,
    location: LocationId,
    terminal: TerminalId,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let signer = Signer::new("k-1".into(), &SEED);
    let keys = KeySet::first(signer.id().clone(), signer.public(), NOW - 1_000);
    Place {
        keys: keys.expect("a key"),
        signer,
        key: SigningKey::from_bytes(&SEED),
        location: "loc-7".into(),
        terminal: "till-1".into(),
    }
});

/// Opens it; what opens is sealed to the very same token, and says what its kind may say.
fn opened<D: Document>(token: &str) {
    let place = &*PLACE;
    let document = open::<D>(token, &place.location, &place.terminal, &place.keys, NOW);
    if let Ok(document) = document {
        assert_eq!(document.check(), Ok(()));
        assert_eq!(place.signer.seal(&document).as_deref(), Ok(token));
    }
}

/// Signs the claims, whatever they are, as a document of this kind would be.
fn signed<D: Document>(claims: &[u8]) {
    let place = &*PLACE;
    let (location, terminal) = (Some(&place.location), Some(&place.terminal));
    let assertion = match D::SCOPE {
        olympus_core::grant::Scope::Everywhere => assertion(D::NAME, None, None),
        olympus_core::grant::Scope::Location => assertion(D::NAME, location, None),
        olympus_core::grant::Scope::Terminal => assertion(D::NAME, location, terminal),
    };
    opened::<D>(&paseto::sign(&place.key, claims, FOOTER, &assertion));
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    match first % 16 {
        0 => opened::<Grant>(&text),
        1 => opened::<Policy>(&text),
        2 => opened::<ListSnapshot>(&text),
        3 => opened::<ListDelta>(&text),
        4 => opened::<PublishedKeys>(&text),
        5 => signed::<Policy>(rest),
        6 => signed::<ListSnapshot>(rest),
        7 => signed::<ListDelta>(rest),
        8 => signed::<PublishedKeys>(rest),
        9 => {
            if let Ok(state) = CardState::read(rest) {
                assert_eq!(CardState::read(&state.write()), Ok(state));
            }
        }
        _ => signed::<Grant>(rest),
    }
});
