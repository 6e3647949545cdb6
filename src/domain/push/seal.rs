//! Sealing a message for one app: RFC 8291 on RFC 8188, and the draft before it that most relays of
//! telephones still read (draft-ietf-webpush-encryption-04 on draft-ietf-httpbis-encryption-encoding-03).

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};

use crate::domain::id::random;
use crate::domain::keys::KeyError;

/// Bytes of an uncompressed point of P-256.
const POINT: usize = 65;
/// Bytes of the secret that app and server share.
const AUTH: usize = 16;
/// The record size that the header states; a message is one record.
const RECORD: u32 = 4096;
/// The longest message: a record without its tag, its delimiter and the header.
const LONGEST: usize = 3900;

/// An app's keys.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    /// Its public key, an uncompressed point.
    pub p256dh: &'a [u8],
    /// What it shares with us alone.
    pub auth: &'a [u8],
}

/// A sealed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What is posted.
    pub body: Vec<u8>,
    /// The salt; with the draft it travels beside the body.
    pub salt: [u8; 16],
    /// Our half of the key exchange; so does it.
    pub public: Vec<u8>,
}

impl Keys<'_> {
    /// Whether these are keys at all: a point on the curve and a secret of the right length.
    pub fn are_sound(&self) -> bool {
        let point = self.p256dh.len() == POINT && self.p256dh.first() == Some(&4);
        let agreed = || {
            let ours = PrivateKey::generate(&ECDH_P256).map_err(failed)?;
            agree(&ours, UnparsedPublicKey::new(&ECDH_P256, self.p256dh), KeyError::Unreadable, |_| Ok(()))
        };
        point && self.auth.len() == AUTH && agreed().is_ok()
    }

    /// Seals a message; `standard` is RFC 8291.
    pub fn seal(&self, message: &[u8], standard: bool) -> Result<Sealed, KeyError> {
        let ours = PrivateKey::generate(&ECDH_P256).map_err(failed)?;
        self.seal_with(message, standard, &ours, random::<16>().ok_or(KeyError::Failed)?)
    }

    fn seal_with(
        &self,
        message: &[u8],
        standard: bool,
        ours: &PrivateKey,
        salt: [u8; 16],
    ) -> Result<Sealed, KeyError> {
        if message.len() > LONGEST {
            return Err(KeyError::TooLong);
        }
        let public = ours.compute_public_key().map_err(failed)?.as_ref().to_vec();
        let theirs = UnparsedPublicKey::new(&ECDH_P256, self.p256dh);
        let (sealing, nonce) = agree(ours, theirs, KeyError::Unreadable, |shared| {
            self.derive(shared, &public, salt, standard).map_err(failed)
        })?;
        let mut body = if standard { message.to_vec() } else { [&[0, 0], message].concat() };
        if standard {
            // The delimiter of the last record.
            body.push(2);
        }
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &sealing).map_err(failed)?);
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut body).map_err(failed)?;
        if standard {
            let length = u8::try_from(public.len()).map_err(|_| KeyError::Failed)?;
            body = [&salt[..], &RECORD.to_be_bytes(), &[length], &public, &body].concat();
        }
        Ok(Sealed { body, salt, public })
    }

    /// The key and nonce of the one record.
    fn derive(
        &self,
        shared: &[u8],
        public: &[u8],
        salt: [u8; 16],
        standard: bool,
    ) -> Result<([u8; 16], [u8; 12]), Unspecified> {
        let (purpose, context) = if standard {
            let purpose = [&b"WebPush: info\0"[..], self.p256dh, public].concat();
            (purpose, Vec::new())
        } else {
            let long = |point: &[u8]| u16::try_from(point.len()).unwrap_or(0).to_be_bytes();
            let (theirs, ours) = (long(self.p256dh), long(public));
            let context = [&b"P-256\0"[..], &theirs, self.p256dh, &ours, public].concat();
            (b"Content-Encoding: auth\0".to_vec(), context)
        };
        let encoding =
            if standard { &b"Content-Encoding: aes128gcm\0"[..] } else { b"Content-Encoding: aesgcm\0" };
        let material: [u8; 32] = expand(self.auth, shared, &[&purpose])?;
        let key = expand(&salt, &material, &[encoding, &context])?;
        let nonce = expand(&salt, &material, &[b"Content-Encoding: nonce\0", &context])?;
        Ok((key, nonce))
    }
}

/// How much is asked of the key derivation.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

/// RFC 5869, both steps.
fn expand<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut out = [0; N];
    Salt::new(HKDF_SHA256, salt).extract(secret).expand(info, Bytes(N))?.fill(&mut out)?;
    Ok(out)
}

fn failed(_: Unspecified) -> KeyError {
    KeyError::Failed
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::*;

    const MESSAGE: &[u8] = b"When I grow up, I want to be a watermelon";

    fn bytes(text: &str) -> Vec<u8> {
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    }

    /// RFC 8291, appendix A; the draft's answer for the same keys was computed with `http_ece`.
    #[test]
    fn messages_are_sealed_as_published() {
        let p256dh =
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");
        let keys = Keys { p256dh: &p256dh, auth: &auth };
        let ours =
            PrivateKey::from_private_key(&ECDH_P256, &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let ours = ours.unwrap();
        let sealed = keys.seal_with(MESSAGE, true, &ours, salt).unwrap();
        let published = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vC\
                         YLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXL\
                         WyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(BASE64URL_NOPAD.encode(&sealed.body), published);
        let sealed = keys.seal_with(MESSAGE, false, &ours, salt).unwrap();
        let computed = "4qwOLFm_mNy0vf1A8f3Bm6B5UD15y3aV_xZy14pixUhcPTIoZKHzq5i3dZ6PzqSMxBI_-VDUZ4jW04M";
        assert_eq!(BASE64URL_NOPAD.encode(&sealed.body), computed);
    }

    #[test]
    fn only_sound_keys_are_taken() {
        let ours = PrivateKey::generate(&ECDH_P256).unwrap();
        let point = ours.compute_public_key().unwrap().as_ref().to_vec();
        let sound = |p256dh: &[u8], auth: &[u8]| Keys { p256dh, auth }.are_sound();
        assert!(sound(&point, &[7; 16]));
        assert!(!sound(&point, &[7; 15]) && !sound(&point[..64], &[7; 16]) && !sound(&[], &[]));
        let mut beside = point;
        beside[64] ^= 1;
        assert!(!sound(&beside, &[7; 16]));
        let zero = [&[4][..], &[0; 64]].concat();
        assert!(!sound(&zero, &[7; 16]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let ours = PrivateKey::generate(&ECDH_P256).unwrap();
        let point = ours.compute_public_key().unwrap().as_ref().to_vec();
        let keys = Keys { p256dh: &point, auth: &[7; 16] };
        assert!(keys.seal(&[b'x'; LONGEST], true).unwrap().body.len() <= 4096);
        assert_eq!(keys.seal(&[b'x'; LONGEST + 1], true), Err(KeyError::TooLong));
    }
}
