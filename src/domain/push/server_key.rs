//! The key by which push services know this site (RFC 8292, "VAPID").

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use crate::clock::Timestamp;
use crate::domain::keys::KeyError;

/// How long one statement is good for; the services take a day at most.
const GOOD_SECONDS: i64 = 12 * 3600;

/// The key pair of the site. Never shown by `Debug`.
pub struct ServerKey {
    pair: EcdsaKeyPair,
}

impl ServerKey {
    /// Makes a new key, as PKCS#8 for storage.
    pub fn generate() -> Result<Vec<u8>, KeyError> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Ok(made.map_err(|_| KeyError::Failed)?.as_ref().to_vec())
    }

    /// Reads a key as [`ServerKey::generate`] gave it.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8);
        Ok(Self { pair: pair.map_err(|_| KeyError::Private)? })
    }

    /// The public half as clients and services write it: an uncompressed point in base64url.
    pub fn public(&self) -> String {
        BASE64URL_NOPAD.encode(self.pair.public_key().as_ref())
    }

    /// States to the service at `audience` that we are the ones who send; `contact` is whom to write to.
    pub fn state(&self, audience: &str, contact: &str, now: Timestamp) -> Result<String, KeyError> {
        let head = json!({ "typ": "JWT", "alg": "ES256" });
        let until = now.seconds().saturating_add(GOOD_SECONDS);
        let claims = json!({ "aud": audience, "exp": until, "sub": contact });
        let part = |value: &serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&head), part(&claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_| KeyError::Failed)?;
        Ok(format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref())))
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ServerKey({})", self.public())
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_statement_names_its_audience_and_verifies() {
        let key = ServerKey::from_pkcs8(&ServerKey::generate().unwrap()).unwrap();
        let public = BASE64URL_NOPAD.decode(key.public().as_bytes()).unwrap();
        assert_eq!((public.len(), public[0]), (65, 4));
        let jwt = key.state("https://push.example", "mailto:a@b.example", Timestamp(1_000)).unwrap();
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public);
        assert!(verifier.verify(signed.as_bytes(), &signature).is_ok());
        let claims = BASE64URL_NOPAD.decode(signed.split('.').nth(1).unwrap().as_bytes()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        let expected = json!({ "aud": "https://push.example", "exp": 43_201, "sub": "mailto:a@b.example" });
        assert_eq!(claims, expected);
    }
}
