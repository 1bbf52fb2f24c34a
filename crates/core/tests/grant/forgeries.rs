//! Grants that no terminal takes, each by its name and the code it is refused by.
//!
//! Most are signed by the right key, as a faulty issuer would, so that it is the check meant that
//! refuses them.

use crate::fixture::{DAY, HOUR, T0, at, delta, grant, numbered, policy, ready, seal};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use ed25519_dalek::{Signer as _, SigningKey};
use olympus_core::grant::{Refusal, assertion, paseto};
use olympus_core::route::Draw;
use olympus_proto::grant::{Grant, Revoked};

const FOOTER: &str = r#"{"kid":"k-2"}"#;

fn claims() -> String {
    serde_json::to_string(&grant()).expect("json")
}

fn here() -> Vec<u8> {
    assertion("grant", Some(&"loc-7".into()), Some(&"till-1".into()))
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

/// Signed by the right key for this terminal, whatever it says.
fn signed(payload: impl AsRef<[u8]>) -> String {
    footed(payload, FOOTER)
}

fn footed(payload: impl AsRef<[u8]>, footer: &str) -> String {
    paseto::sign(&key(), payload.as_ref(), footer.as_bytes(), &here())
}

/// The claims with `from` put as `to`.
fn with(from: &str, to: &str) -> String {
    let text = claims();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    signed(text.replace(from, to))
}

/// The grant changed, and signed without being checked.
fn but(change: impl FnOnce(&mut Grant)) -> String {
    let mut grant = grant();
    change(&mut grant);
    signed(serde_json::to_vec(&grant).expect("json"))
}

fn good() -> String {
    seal(&grant())
}

/// The good token's bytes changed.
fn body(change: impl FnOnce(&mut Vec<u8>)) -> String {
    let token = good();
    let parts: Vec<_> = token.split('.').collect();
    let mut bytes = B64.decode(parts[2]).expect("base64");
    change(&mut bytes);
    format!("v4.public.{}.{}", B64.encode(bytes), parts[3])
}

/// The good token's parts changed.
fn parts(change: impl FnOnce(&mut Vec<String>)) -> String {
    let mut parts: Vec<String> = good().split('.').map(str::to_owned).collect();
    change(&mut parts);
    parts.join(".")
}

/// A signature with the group's order added to its scalar: the same to a careless verifier.
fn malleable() -> String {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    body(|bytes| {
        let at = bytes.len() - 32;
        let mut carry = 0;
        for (byte, order) in bytes[at..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = (sum & 0xff) as u8;
            carry = sum >> 8;
        }
    })
}

/// Signed over the pieces one after another, without their lengths.
fn unframed() -> String {
    let (payload, footer) = (claims(), FOOTER);
    let mut all = b"v4.public.".to_vec();
    for piece in [payload.as_bytes(), footer.as_bytes(), &here()] {
        all.extend_from_slice(piece);
    }
    let mut bytes = payload.into_bytes();
    bytes.extend_from_slice(&key().sign(&all).to_bytes());
    format!("v4.public.{}.{}", B64.encode(bytes), B64.encode(footer))
}

/// The last letter of the footer carries bits that mean nothing: another letter, the same bytes.
fn loose_bits() -> String {
    let token = good();
    assert!(token.ends_with('Q'), "`}}` alone in its group");
    format!("{}R", &token[..token.len() - 1])
}

fn other_alphabet() -> String {
    parts(|parts| {
        let changed = parts[2].replace('-', "+").replace('_', "/");
        assert_ne!(changed, parts[2]);
        parts[2] = changed;
    })
}

fn by_other_key(number: u8, change: impl FnOnce(&mut Grant)) -> String {
    let mut grant = grant();
    let signer = numbered(number);
    grant.key = signer.id().clone();
    change(&mut grant);
    signer.seal(&grant).expect("sound")
}

/// Name, token, code.
type Case = (&'static str, String, Refusal);

#[rustfmt::skip]
fn signatures() -> Vec<Case> {
    use Refusal::{
        BadSignature, KeyMismatch, KeyOutOfTurn, OtherLocation, OtherTerminal, UnknownKey,
    };
    let sealed_for = |location: &str, terminal: &str| {
        let mut grant = grant();
        (grant.location, grant.terminal) = (location.into(), terminal.into());
        seal(&grant)
    };
    let imposter = SigningKey::from_bytes(&[99; 32]);
    let bare = |signed: &[u8]| {
        let mut bytes = claims().into_bytes();
        bytes.extend_from_slice(&key().sign(signed).to_bytes());
        format!("v4.public.{}.{}", B64.encode(bytes), B64.encode(FOOTER))
    };
    let kid = |kid: &str| B64.encode(format!(r#"{{"kid":"{kid}"}}"#));
    vec![
        ("one bit of a claim altered", body(|b| b[12] ^= 1), BadSignature),
        ("a cap raised", body(|b| {
            let at = b.windows(5).position(|w| w == b"10000").expect("the cap");
            b[at] = b'9';
        }), BadSignature),
        ("one bit of the signature altered", body(|b| *b.last_mut().expect("bytes") ^= 1), BadSignature),
        ("the signature all zeros", body(|b| { let at = b.len() - 64; b[at..].fill(0); }), BadSignature),
        ("the signature of another token", {
            let other = but(|g| g.caps.sales = 19);
            let other = B64.decode(other.split('.').nth(2).expect("body")).expect("base64");
            body(|b| { let at = b.len() - 64; b[at..].copy_from_slice(&other[other.len() - 64..]); })
        }, BadSignature),
        ("a malleable signature", malleable(), BadSignature),
        ("signed without lengths before the pieces", unframed(), BadSignature),
        ("signed over the payload alone", bare(claims().as_bytes()), BadSignature),
        ("signed by an imposter under the right key id", paseto::sign(&imposter, claims().as_bytes(), FOOTER.as_bytes(), &here()), BadSignature),
        ("made for another location", sealed_for("loc-8", "till-1"), BadSignature),
        ("made for another terminal", sealed_for("loc-7", "till-2"), BadSignature),
        ("location and terminal exchanged", sealed_for("till-1", "loc-7"), BadSignature),
        ("no implicit assertion", paseto::sign(&key(), claims().as_bytes(), FOOTER.as_bytes(), b""), BadSignature),
        ("a policy in place of a grant", seal(&policy(4)), BadSignature),
        ("a list in place of a grant", seal(&delta(6, Revoked::default())), BadSignature),
        ("claims of a grant signed as a policy", paseto::sign(&key(), claims().as_bytes(), FOOTER.as_bytes(), &assertion("policy", Some(&"loc-7".into()), None)), BadSignature),
        ("claims of another location, signed for this one", but(|g| g.location = "loc-8".into()), OtherLocation),
        ("claims of another terminal, signed for this one", but(|g| g.terminal = "till-2".into()), OtherTerminal),
        ("the footer of another key", parts(|p| p[3] = kid("k-3")), BadSignature),
        ("the footer of a key that nobody has", parts(|p| p[3] = kid("k-9")), UnknownKey),
        ("another key id in the claims", but(|g| g.key = "k-3".into()), KeyMismatch),
        ("signed by a key after its turn", by_other_key(1, |_| {}), KeyOutOfTurn),
        ("signed by a key before it was published", by_other_key(3, |g| g.issued_ms = T0 - 2 * HOUR), KeyOutOfTurn),
    ]
}

#[rustfmt::skip]
fn texts() -> Vec<Case> {
    use Refusal::{BadEncoding, BadFooter, BadSignature, NotAToken, TokenTooLong, WrongVersion};
    let header = |header: &str| good().replacen("v4.public", header, 1);
    let none = format!("{}.{}.", B64.encode(r#"{"alg":"none"}"#), B64.encode(claims()));
    vec![
        ("version 1", header("v1.public"), WrongVersion),
        ("version 2", header("v2.public"), WrongVersion),
        ("version 3", header("v3.public"), WrongVersion),
        ("version 4, local", header("v4.local"), WrongVersion),
        ("version 5", header("v5.public"), NotAToken),
        ("a header in capitals", header("V4.PUBLIC"), NotAToken),
        ("no header", good()[10..].to_owned(), NotAToken),
        ("a JWT without a signature", none, NotAToken),
        ("nothing", String::new(), NotAToken),
        ("the header alone", "v4.public.".to_owned(), NotAToken),
        ("the payload alone", parts(|p| p[2].clear()), NotAToken),
        ("a signature without a payload", format!("v4.public.{}.{}", B64.encode([0; 64]), B64.encode(FOOTER)), NotAToken),
        ("no footer", parts(|p| { p.pop(); }), NotAToken),
        ("an empty footer", parts(|p| p[3].clear()), NotAToken),
        ("a fourth part", good() + ".e30", NotAToken),
        ("cut by a letter", { let mut t = good(); t.pop(); t }, BadEncoding),
        ("cut in the signature", body(|b| b.truncate(b.len() - 3)), BadSignature),
        ("cut to half", { let mut t = good(); t.truncate(t.len() / 2); t }, NotAToken),
        ("longer by a letter", good() + "A", BadFooter),
        ("longer by three bytes in the signature", body(|b| b.extend([0; 3])), BadSignature),
        ("a space before", format!(" {}", good()), NotAToken),
        ("a line end behind", good() + "\n", BadEncoding),
        ("a space inside", parts(|p| p[2].insert(40, ' ')), BadEncoding),
        ("padding", good() + "==", BadEncoding),
        ("the other base64 alphabet", other_alphabet(), BadEncoding),
        ("bits that mean nothing in the last letter", loose_bits(), BadEncoding),
        ("a footer with a space", footed(claims(), r#"{"kid": "k-2"}"#), BadFooter),
        ("a footer with more in it", footed(claims(), r#"{"kid":"k-2","alg":"none"}"#), BadFooter),
        ("a footer with the key twice", footed(claims(), r#"{"kid":"k-2","kid":"k-2"}"#), BadFooter),
        ("a footer that escapes its key", footed(claims(), r#"{"kid":"\u006b-2"}"#), BadFooter),
        ("a footer of plain text", footed(claims(), "k-2"), BadFooter),
        ("longer than any grant", "v4.public.".to_owned() + &"A".repeat(3_000), TokenTooLong),
    ]
}

#[rustfmt::skip]
fn json() -> Vec<Case> {
    use Refusal::{BadClaims, NotCanonical};
    let policy = r#""policy":3"#;
    vec![
        ("a claim twice", with(policy, r#""policy":3,"policy":3"#), BadClaims),
        ("a claim that is not known", with(policy, r#""policy":3,"admin":true"#), BadClaims),
        ("a claim too few", with(r#""policy":3,"#, ""), BadClaims),
        ("a claim of null", with(policy, r#""policy":null"#), BadClaims),
        ("a number as text", with(policy, r#""policy":"3""#), BadClaims),
        ("a number with a fraction", with(policy, r#""policy":3.0"#), BadClaims),
        ("a number with an exponent", with(policy, r#""policy":3e0"#), BadClaims),
        ("a number with a sign", with(policy, r#""policy":+3"#), BadClaims),
        ("a number with a zero before it", with(policy, r#""policy":03"#), BadClaims),
        ("a negative number of sales", with(r#""sales":20"#, r#""sales":-20"#), BadClaims),
        ("more sales than the number holds", with(r#""sales":20"#, r#""sales":4294967316"#), BadClaims),
        ("more cents than the number holds", with(":50000", ":9223372036854775808"), BadClaims),
        ("a time below zero", with(&format!("\"not_before_ms\":{T0}"), "\"not_before_ms\":-1"), BadClaims),
        ("claims in another order", {
            let text = claims().replace(",\"policy\":3", "").replacen('{', "{\"policy\":3,", 1);
            signed(text)
        }, NotCanonical),
        ("claims as a list", {
            let list = serde_json::to_string(&("g-1", "till-1", "loc-7", "k-2", T0, T0, T0 + HOUR, 3, grant().caps, ["card"]));
            signed(list.expect("json"))
        }, NotCanonical),
        ("a space between claims", with(",\"policy\"", ", \"policy\""), NotCanonical),
        ("a claim that is escaped", with("g-1", "\\u0067-1"), NotCanonical),
        ("something behind the claims", signed(claims() + "{}"), BadClaims),
        ("a line end behind the claims", signed(claims() + "\n"), NotCanonical),
        ("a byte order mark", signed(format!("\u{feff}{}", claims())), BadClaims),
        ("bytes that are no text", signed([b"{\"grant\":\"".as_slice(), &[0xff, 0xfe], b"\"}"].concat()), BadClaims),
        ("lists in lists without end", signed("[".repeat(1_000)), BadClaims),
        ("a tender that is not known", with(r#"["card","#, r#"["cheque","#), BadClaims),
    ]
}

#[rustfmt::skip]
fn values() -> Vec<Case> {
    use Refusal::{
        BadCaps, BadClaims, BadId, BadNumber, BadOrder, BadWindow, Expired, NotYetValid,
        PolicyMissing,
    };
    use olympus_proto::Cents;
    use olympus_proto::grant::TenderKind::{Card, Cash, StoredValue};
    vec![
        ("a sale's cap of nothing", but(|g| g.caps.sale_cents = Cents(0)), BadCaps),
        ("a sale's cap below nothing", but(|g| g.caps.sale_cents = Cents(-1)), BadCaps),
        ("a total below nothing", but(|g| g.caps.total_cents = Cents(i64::MIN)), BadCaps),
        ("a total beyond every measure", but(|g| g.caps.total_cents = Cents(i64::MAX)), BadCaps),
        ("a sale's cap above the total", but(|g| g.caps.sale_cents = Cents(50_001)), BadCaps),
        ("no sales", but(|g| g.caps.sales = 0), BadCaps),
        ("sales beyond every measure", but(|g| g.caps.sales = u32::MAX), BadCaps),
        ("no tenders", but(|g| g.tenders.clear()), BadClaims),
        ("leave to take cash", but(|g| g.tenders = vec![Cash, Card]), BadClaims),
        ("a tender twice", but(|g| g.tenders = vec![Card, Card]), BadOrder),
        ("tenders in another order", but(|g| g.tenders = vec![StoredValue, Card]), BadOrder),
        ("an id of nothing", but(|g| g.grant = "".into()), BadId),
        ("an id that climbs folders", but(|g| g.grant = "../g".into()), BadId),
        ("an id with a letter that looks alike", but(|g| g.grant = "g-\u{0430}".into()), BadId),
        ("an id of 65 letters", but(|g| g.grant = "g".repeat(65).as_str().into()), BadId),
        ("policy 0", but(|g| g.policy = 0), BadNumber),
        ("a policy that is not here", but(|g| g.policy = 4), PolicyMissing),
        ("a window that ends before it begins", but(|g| g.expires_ms = T0 - 1), BadWindow),
        ("a window of nothing", but(|g| g.expires_ms = T0), BadWindow),
        ("a life of more than a day", but(|g| g.expires_ms = T0 + DAY + 1), BadWindow),
        ("an end beyond every time", but(|g| g.expires_ms = 1 << 53), BadWindow),
        ("signed after it began", but(|g| g.issued_ms = T0 + 1), BadWindow),
        ("of tomorrow", but(|g| (g.not_before_ms, g.expires_ms) = (T0 + 3 * HOUR, T0 + 5 * HOUR)), NotYetValid),
        ("of yesterday", but(|g| (g.issued_ms, g.not_before_ms, g.expires_ms) = (T0 - 5 * HOUR, T0 - 5 * HOUR, T0)), Expired),
    ]
}

#[test]
fn every_forgery_is_refused_by_its_own_code() {
    let mut cases = signatures();
    cases.extend(texts());
    cases.extend(json());
    cases.extend(values());
    let names: std::collections::BTreeSet<_> = cases.iter().map(|case| case.0).collect();
    assert_eq!(names.len(), cases.len(), "every case has its own name");
    assert!(cases.len() >= 100, "{} forgeries", cases.len());
    let mut wrong = Vec::new();
    for (name, token, refusal) in cases {
        let mut terminal = ready();
        let before = terminal.saved().clone();
        let effects = terminal.take_grant(&token, at(0), Draw(0));
        if effects.outcome != Err(refusal) {
            wrong.push(format!("{name}: {:?}, not {refusal:?}", effects.outcome));
        }
        if !effects.persist.is_empty() || *terminal.saved() != before {
            wrong.push(format!("{name}: it left a trace"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let good = ready().take_grant(&good(), at(0), Draw(0));
    assert_eq!(
        good.outcome,
        Ok(()),
        "the one that all of them were made of"
    );
}

#[test]
fn no_byte_of_a_token_can_be_another() {
    let token = good().into_bytes();
    for at_byte in 0..token.len() {
        for other in [b'A', b'_', b'.', b'=', b'0'] {
            let mut forged = token.clone();
            if forged[at_byte] == other {
                continue;
            }
            forged[at_byte] = other;
            let forged = String::from_utf8(forged).expect("ascii");
            let outcome = ready_once().take_grant(&forged, at(0), Draw(0)).outcome;
            assert!(outcome.is_err(), "byte {at_byte} as {}", other as char);
        }
    }
}

/// One terminal for all: what is refused leaves no trace.
fn ready_once() -> olympus_core::grant::Terminal {
    static READY: std::sync::OnceLock<olympus_core::grant::Terminal> = std::sync::OnceLock::new();
    READY.get_or_init(ready).clone()
}
