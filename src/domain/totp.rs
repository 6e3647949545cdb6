//! One-time codes by the clock (RFC 6238 with the parameters that every authenticator takes: SHA-1,
//! six digits, thirty seconds).

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use data_encoding::BASE32_NOPAD;
use url::form_urlencoded::byte_serialize;

use super::id::random;
use crate::clock::Timestamp;

/// Seconds of one step.
const STEP: i64 = 30;
/// Steps by which a clock may be wrong, in either direction.
const DRIFT: i64 = 1;

/// What an authenticator and the server share. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A new secret; `None` where there is no randomness.
    pub fn generate() -> Option<Self> {
        random::<20>().map(|bytes| Self(bytes.to_vec()))
    }

    /// A secret as it was kept.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The secret for storage.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as people type it, in groups of four.
    pub fn to_text(&self) -> String {
        let letters: Vec<char> = BASE32_NOPAD.encode(&self.0).chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// The secret as an address that authenticators open.
    pub fn to_uri(&self, issuer: &str, name: &str) -> String {
        let escaped = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        let (issuer, name, secret) = (escaped(issuer), escaped(name), BASE32_NOPAD.encode(&self.0));
        format!("otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}")
    }

    /// The step whose code this is, if it is one of now and after `last`: a code is good once.
    pub fn step_of(&self, code: &str, now: Timestamp, last: i64) -> Option<i64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        let current = now.seconds().div_euclid(STEP);
        let mut steps = current - DRIFT..=current + DRIFT;
        steps.find(|step| *step > last && self.is_code(&code, *step))
    }

    fn is_code(&self, code: &str, step: i64) -> bool {
        let right = self.code(step);
        right.is_some_and(|right| verify_slices_are_equal(right.as_bytes(), code.as_bytes()).is_ok())
    }

    /// The code of a step (RFC 4226, section 5.3).
    fn code(&self, step: i64) -> Option<String> {
        let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = sign(&key, &step.to_be_bytes());
        let offset = usize::from(tag.as_ref().last()? & 0xf);
        let chosen: [u8; 4] = tag.as_ref().get(offset..offset + 4)?.try_into().ok()?;
        Some(format!("{:06}", (u32::from_be_bytes(chosen) & 0x7fff_ffff) % 1_000_000))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_as_published() {
        let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
        let published = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, code) in published {
            let now = Timestamp(seconds * 1000);
            assert_eq!(secret.step_of(code, now, 0), Some(seconds / 30));
            assert_eq!(
                secret.step_of(&format!(" {} {} ", &code[..3], &code[3..]), now, 0),
                Some(seconds / 30)
            );
        }
    }

    #[test]
    fn a_code_is_good_once_and_for_a_short_while() {
        let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
        let at = |seconds: i64| Timestamp(seconds * 1000);
        let code = "050471";
        let step = 1_111_111_111 / 30;
        assert_eq!(secret.step_of(code, at(1_111_111_111 + 30), 0), Some(step));
        assert_eq!(secret.step_of(code, at(1_111_111_111 - 30), 0), Some(step));
        assert_eq!(secret.step_of(code, at(1_111_111_111 + 90), 0), None);
        assert_eq!(secret.step_of(code, at(1_111_111_111), step), None, "it was used");
        for wrong in ["", "050472", "50471", "0504711", "x"] {
            assert_eq!(secret.step_of(wrong, at(1_111_111_111), 0), None, "{wrong}");
        }
    }

    #[test]
    fn authenticators_read_the_address() {
        let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
        assert_eq!(secret.to_text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let uri = secret.to_uri("Bees & Co", "ada");
        let expected = "otpauth://totp/Bees%20%26%20Co:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
                        &issuer=Bees%20%26%20Co";
        assert_eq!(uri, expected);
    }
}
