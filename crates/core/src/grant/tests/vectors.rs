//! The official test vectors of PASETO v4.public: facts of paseto-standard/test-vectors, `v4.json`.

use crate::grant::Refusal;
use crate::grant::paseto::{Untrusted, sign};
use ed25519_dalek::SigningKey;

const SEED: &str = "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a3774";
const PUBLIC: &str = "1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2";
const PAYLOAD: &str = r#"{"data":"this is a signed message","exp":"2022-01-01T00:00:00+00:00"}"#;
const FOOTER: &str = r#"{"kid":"zVhMiPBP9fRf2snEcT7gFTioeA9COcNy9DfgL1W60haN"}"#;
const S1: &str = "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9bg_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT1ciiQEDA";
const S2: &str = "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9v3Jt8mx_TdM2ceTGoqwrh4yDFn0XsHvvV_D0DtwQxVrJEBMl0F2caAdgnpKlt4p7xBnx1HcO-SPo8FPp214HDw.eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9";
const S3: &str = "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9NPWciuD3d0o5eXJXG5pJy-DiVEoyPYWs1YSTwWHNJq6DZD3je5gf-0M4JR9ipdUSJbIovzmBECeaWmaqcaP0DQ.eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9";
/// 4-F-2: signed as v4.public over what was made as v4.local.
const F2: &str = "v4.public.eyJpbnZhbGlkIjoidGhpcyBzaG91bGQgbmV2ZXIgZGVjb2RlIn22Sp4gjCaUw0c7EH84ZSm_jN_Qr41MrgLNu5LIBCzUr1pn3Z-Wukg9h3ceplWigpoHaTLcwxj0NsI1vjTh67YB.eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9";

fn key() -> SigningKey {
    let byte = |at: usize| u8::from_str_radix(&SEED[at..at + 2], 16).expect("hex");
    let seed: Vec<u8> = (0..64).step_by(2).map(byte).collect();
    let key = SigningKey::from_bytes(&seed.try_into().expect("32 bytes"));
    let public = key.verifying_key().to_bytes();
    let public: String = public.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(public, PUBLIC);
    key
}

#[test]
fn signs_and_verifies_the_official_vectors_to_the_letter() {
    for (name, footer, assertion, token) in [
        ("4-S-1", "", "", S1),
        ("4-S-2", FOOTER, "", S2),
        ("4-S-3", FOOTER, r#"{"test-vector":"4-S-3"}"#, S3),
    ] {
        let (footer, assertion) = (footer.as_bytes(), assertion.as_bytes());
        let signed = sign(&key(), PAYLOAD.as_bytes(), footer, assertion);
        assert_eq!(signed, token, "{name}");
        if footer.is_empty() {
            // Correct, but this house has no use for a token that does not name its key.
            assert_eq!(Untrusted::read(token).err(), Some(Refusal::NotAToken));
            continue;
        }
        let read = Untrusted::read(token).expect(name);
        assert_eq!(read.footer(), footer);
        let payload = read.verify(&key().verifying_key(), assertion);
        assert_eq!(payload, Ok(PAYLOAD.as_bytes()), "{name}");
    }
}

#[test]
fn refuses_the_official_vectors_that_are_to_fail() {
    let local = "v4.local.vngXfCISbnKgiP6VWGuOSlYrFYU300fy9ijW33rznDYgxHNPwWluAY2Bgb0z54CUs6aYYkIJ-bOOOmJHPuX_34Agt_IPlNdGDpRdGNnBz2MpWJvB3cttheEc1uyCEYltj7wBQQYX.YXJiaXRyYXJ5LXN0cmluZy10aGF0LWlzbid0LWpzb24";
    assert_eq!(
        Untrusted::read(local).err(),
        Some(Refusal::WrongVersion),
        "4-F-1"
    );
    let read = Untrusted::read(F2).expect("the form is right");
    let verified = read.verify(&key().verifying_key(), br#"{"test-vector":"4-F-2"}"#);
    assert_eq!(verified, Err(Refusal::BadSignature), "4-F-2");
    let v3 = "v3.local.23e_2PiqpQBPvRFKzB0zHhjmxK3sKo2grFZRRLM-U7L0a8uHxuF9RlVz3Ic6WmdUUWTxCaYycwWV1yM8gKbZB2JhygDMKvHQ7eBf8GtF0r3K0Q_gF1PXOxcOgztak1eD1dPe9rLVMSgR0nHJXeIGYVuVrVoLWQ.YXJiaXRyYXJ5LXN0cmluZy10aGF0LWlzbid0LWpzb24";
    assert_eq!(
        Untrusted::read(v3).err(),
        Some(Refusal::WrongVersion),
        "4-F-3"
    );
}
