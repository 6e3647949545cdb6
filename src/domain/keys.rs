//! Keys: what we sign with, and what we check the signatures of others against.
//!
//! Everything a private key does happens inside aws-lc-rs. The key objects are parsed once and
//! cheap to clone, because parsing costs as much as several verifications.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKey as RsaPublicKey};
use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use data_encoding::BASE64;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;

use super::sql::smallint_enum;

/// The longest PEM text that is looked at: a 4096-bit key needs 800 bytes.
const MAX_PEM: usize = 16 * 1024;

/// The longest multibase text that is decoded: base58 takes quadratic time.
const MAX_MULTIBASE: usize = 1024;

/// The multicodec prefixes of the two kinds of public key, as unsigned varints.
const ED25519_CODEC: [u8; 2] = [0xed, 0x01];
const RSA_CODEC: [u8; 2] = [0x85, 0x24];

/// Which kind of key it is; everything else about a signature follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

smallint_enum!(Algorithm { Rsa = 0, Ed25519 = 1 });

/// Why a key or a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text or the bytes are no key of a kind we know.
    #[error("this is not a public key: expected RSA or Ed25519 as PEM, or Ed25519 as multibase")]
    Unreadable,
    /// The text is longer than any key.
    #[error("the key is longer than any acceptable key")]
    TooLong,
    /// RSA outside of 2048 to 4096 bits.
    #[error("the RSA key has {0} bits: 2048 to 4096 are accepted")]
    Size(usize),
    /// RSA with an exponent that makes signatures meaningless.
    #[error("the RSA key has an unusable exponent")]
    Exponent,
    /// The bytes are no private key of the kind they should be.
    #[error("the stored private key cannot be read")]
    Private,
    /// The signature was not made with this key over this message.
    #[error("the signature does not fit the key")]
    Mismatch,
    /// The cryptographic library refused to work, for want of memory or randomness.
    #[error("the cryptographic library failed")]
    Failed,
}

/// A private key. Shared by its clones; never shown by `Debug`.
#[derive(Clone)]
pub struct SigningKey(Arc<Private>);

struct Private {
    pair: Pair,
    pkcs8: Vec<u8>,
    public: VerifyingKey,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl SigningKey {
    /// Makes a new key; RSA has 2048 bits, as every peer accepts them.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Rsa => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let pkcs8 = pair.as_der().map_err(failed)?.as_ref().to_vec();
                Self::new(Pair::Rsa(Box::new(pair)), pkcs8)
            }
            Algorithm::Ed25519 => {
                let pair = Ed25519KeyPair::generate().map_err(failed)?;
                let pkcs8 = pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec();
                Self::new(Pair::Ed25519(Box::new(pair)), pkcs8)
            }
        }
    }

    /// Reads a key as [`SigningKey::to_pkcs8`] gave it.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let unreadable = |_| KeyError::Private;
        let pair = match algorithm {
            Algorithm::Rsa => Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(pkcs8).map_err(unreadable)?)),
            Algorithm::Ed25519 => {
                Pair::Ed25519(Box::new(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(unreadable)?))
            }
        };
        Self::new(pair, pkcs8.to_vec())
    }

    fn new(pair: Pair, pkcs8: Vec<u8>) -> Result<Self, KeyError> {
        let public = match &pair {
            Pair::Rsa(pair) => VerifyingKey::from_rsa(pair.public_key())?,
            Pair::Ed25519(pair) => VerifyingKey::from_ed25519(pair.public_key().as_ref())?,
        };
        Ok(Self(Arc::new(Private { pair, pkcs8, public })))
    }

    /// The key as unencrypted PKCS#8 DER, for storage.
    pub fn to_pkcs8(&self) -> Vec<u8> {
        self.0.pkcs8.clone()
    }

    /// The half that everyone may know.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.0.public.clone()
    }

    /// The kind of key.
    pub fn algorithm(&self) -> Algorithm {
        self.0.public.algorithm()
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.0.pair {
            Pair::Ed25519(pair) => Ok(pair.try_sign(message).map_err(failed)?.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey({:?})", self.algorithm())
    }
}

/// A public key that is strong enough to mean something. Shared by its clones.
#[derive(Clone)]
pub struct VerifyingKey(Arc<Public>);

struct Public {
    algorithm: Algorithm,
    parsed: ParsedPublicKey,
    /// PKCS#1 DER of an RSA key, the 32 bytes of an Ed25519 key.
    bytes: Vec<u8>,
    spki: Vec<u8>,
}

impl VerifyingKey {
    /// Reads PEM: `PUBLIC KEY` (SPKI) or `RSA PUBLIC KEY` (PKCS#1).
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_PEM {
            return Err(KeyError::TooLong);
        }
        Self::from_der(&unarmor(text).ok_or(KeyError::Unreadable)?)
    }

    /// Reads SPKI DER, or PKCS#1 DER of an RSA key.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(rsa) = RsaPublicKey::from_der(der) {
            return Self::from_rsa(&rsa);
        }
        let parsed = ParsedPublicKey::new(&ED25519, der).map_err(|_| KeyError::Unreadable)?;
        let spki = parsed.as_der().map_err(failed)?;
        // The DER form of an Ed25519 key has one fixed length; the key is its end.
        let raw = spki.as_ref().last_chunk::<32>().ok_or(KeyError::Unreadable)?;
        Self::from_ed25519(raw)
    }

    /// Reads a `publicKeyMultibase` (FEP-521a): `z`, base58btc, multicodec.
    pub fn from_multibase(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_MULTIBASE {
            return Err(KeyError::TooLong);
        }
        let base58 = text.strip_prefix('z').ok_or(KeyError::Unreadable)?;
        let bytes = bs58::decode(base58).into_vec().map_err(|_| KeyError::Unreadable)?;
        let (codec, key) = bytes.split_first_chunk::<2>().ok_or(KeyError::Unreadable)?;
        match *codec {
            ED25519_CODEC => Self::from_ed25519(key),
            RSA_CODEC => Self::from_bytes(Algorithm::Rsa, key),
            _ => Err(KeyError::Unreadable),
        }
    }

    /// Reads a key as [`VerifyingKey::to_bytes`] gave it.
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Ed25519 => Self::from_ed25519(bytes),
            Algorithm::Rsa => {
                Self::from_rsa(&RsaPublicKey::from_der(bytes).map_err(|_| KeyError::Unreadable)?)
            }
        }
    }

    fn from_ed25519(raw: &[u8]) -> Result<Self, KeyError> {
        let raw: &[u8; 32] = raw.try_into().map_err(|_| KeyError::Unreadable)?;
        let parsed = ParsedPublicKey::new(&ED25519, raw).map_err(|_| KeyError::Unreadable)?;
        Self::new(Algorithm::Ed25519, parsed, raw.to_vec())
    }

    fn from_rsa(key: &RsaPublicKey) -> Result<Self, KeyError> {
        let bits = bits(key.modulus().big_endian_without_leading_zero());
        if !(2048..=4096).contains(&bits) {
            return Err(KeyError::Size(bits));
        }
        let exponent = key.exponent().big_endian_without_leading_zero();
        let odd = exponent.last().is_some_and(|last| last % 2 == 1);
        if !odd || exponent == [1] {
            return Err(KeyError::Exponent);
        }
        let bytes = key.as_ref().to_vec();
        let parsed =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &bytes).map_err(|_| KeyError::Unreadable)?;
        Self::new(Algorithm::Rsa, parsed, bytes)
    }

    fn new(algorithm: Algorithm, parsed: ParsedPublicKey, bytes: Vec<u8>) -> Result<Self, KeyError> {
        let spki = parsed.as_der().map_err(failed)?.as_ref().to_vec();
        Ok(Self(Arc::new(Public { algorithm, parsed, bytes, spki })))
    }

    /// The kind of key.
    pub fn algorithm(&self) -> Algorithm {
        self.0.algorithm
    }

    /// The key for storage, next to its [`Algorithm`].
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.bytes.clone()
    }

    /// The key as `publicKeyPem`: SPKI, 64 columns.
    pub fn to_pem(&self) -> String {
        let base64 = BASE64.encode(&self.0.spki);
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(64));
            pem.push_str(line);
            pem.push('\n');
            rest = after;
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        pem
    }

    /// The key as `publicKeyMultibase` (FEP-521a).
    pub fn to_multibase(&self) -> String {
        let codec = match self.0.algorithm {
            Algorithm::Rsa => RSA_CODEC,
            Algorithm::Ed25519 => ED25519_CODEC,
        };
        format!("z{}", bs58::encode([&codec[..], &self.0.bytes].concat()).into_string())
    }

    /// Whether this key signed this message; RSA always means SHA-256.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        self.0.parsed.verify_sig(message, signature).map_err(|_| KeyError::Mismatch)
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.algorithm == other.0.algorithm && self.0.bytes == other.0.bytes
    }
}

impl Eq for VerifyingKey {}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "VerifyingKey({})", self.to_multibase())
    }
}

fn failed(_: aws_lc_rs::error::Unspecified) -> KeyError {
    KeyError::Failed
}

/// The length of a number in bits, from its bytes without leading zeros.
fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| usize::try_from(first.leading_zeros()).unwrap_or(0));
    (number.len() * 8).saturating_sub(unused)
}

/// The bytes inside the first PEM block of a public key; line breaks fall where the peer put them.
fn unarmor(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    if !matches!(label, "PUBLIC KEY" | "RSA PUBLIC KEY") {
        return None;
    }
    let (body, rest) = rest.split_once("-----END ")?;
    rest.strip_prefix(label)?.strip_prefix("-----")?;
    let base64: String = body.split_ascii_whitespace().collect();
    BASE64.decode(base64.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RsaPublicKeyComponents, UnparsedPublicKey};

    use super::*;

    /// PKCS#1 of a public key with `bits` bits; the modulus is just some odd number.
    fn rsa(bits: usize, exponent: &[u8]) -> Vec<u8> {
        let mut modulus = vec![0xa5; bits / 8];
        if let Some(last) = modulus.last_mut() {
            *last |= 1;
        }
        let der = RsaPublicKeyComponents { n: modulus, e: exponent.to_vec() }.as_der();
        der.map(|der| der.as_ref().to_vec()).unwrap_or_default()
    }

    #[test]
    fn keys_survive_every_form() {
        for algorithm in [Algorithm::Rsa, Algorithm::Ed25519] {
            let key = SigningKey::generate(algorithm).expect("a key");
            let again = SigningKey::from_pkcs8(algorithm, &key.to_pkcs8()).expect("a key");
            let signature = again.sign(b"debate").expect("signed");
            let public = key.verifying_key();
            let pem = public.to_pem();
            assert!(pem.lines().all(|line| line.len() <= 64), "{pem}");
            let forms = [
                VerifyingKey::from_pem(&pem),
                VerifyingKey::from_pem(&pem.replace('\n', "\r\n")),
                VerifyingKey::from_multibase(&public.to_multibase()),
                VerifyingKey::from_bytes(algorithm, &public.to_bytes()),
            ];
            for form in forms {
                let form = form.expect("a key");
                assert_eq!(form, public);
                assert_eq!(form.algorithm(), algorithm);
                assert_eq!(form.verify(b"debate", &signature), Ok(()));
                assert_eq!(form.verify(b"debase", &signature), Err(KeyError::Mismatch));
            }
            assert_eq!(format!("{key:?}"), format!("SigningKey({algorithm:?})"));
        }
    }

    #[test]
    fn pkcs1_pem_is_read() {
        let key = SigningKey::generate(Algorithm::Rsa).expect("a key");
        let body = BASE64.encode(&key.verifying_key().to_bytes());
        let pem = format!("-----BEGIN RSA PUBLIC KEY-----\n{body}\n-----END RSA PUBLIC KEY-----");
        assert_eq!(VerifyingKey::from_pem(&pem), Ok(key.verifying_key()));
    }

    #[test]
    fn weak_and_huge_keys_are_refused() {
        let e = [1, 0, 1];
        assert!(VerifyingKey::from_der(&rsa(2048, &e)).is_ok());
        assert!(VerifyingKey::from_der(&rsa(4096, &[3])).is_ok());
        for bits in [512, 1024, 2040] {
            assert_eq!(VerifyingKey::from_der(&rsa(bits, &e)), Err(KeyError::Size(bits)));
        }
        assert_eq!(VerifyingKey::from_der(&rsa(8192, &e)), Err(KeyError::Size(8192)));
        assert!(VerifyingKey::from_der(&rsa(32_768, &e)).is_err());
        assert!(VerifyingKey::from_der(&rsa(2048, &[1])).is_err());
        assert!(VerifyingKey::from_der(&rsa(2048, &[2])).is_err());
        let long = format!("-----BEGIN PUBLIC KEY-----\n{}", "A".repeat(200_000));
        assert_eq!(VerifyingKey::from_pem(&long), Err(KeyError::TooLong));
        assert_eq!(VerifyingKey::from_multibase(&"z1".repeat(100_000)), Err(KeyError::TooLong));
    }

    #[test]
    fn garbage_is_no_key() {
        let pems = [
            "",
            "-----BEGIN PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ];
        for pem in pems {
            assert_eq!(VerifyingKey::from_pem(pem), Err(KeyError::Unreadable), "{pem}");
        }
        for text in ["", "z", "zzzz", "6Mk", "mAAAA", "z0OIl", "z6MkehRgf7"] {
            assert_eq!(VerifyingKey::from_multibase(text), Err(KeyError::Unreadable), "{text}");
        }
        assert!(matches!(SigningKey::from_pkcs8(Algorithm::Rsa, b"x"), Err(KeyError::Private)));
    }

    #[test]
    fn the_library_itself_refuses_signatures_of_the_wrong_size() {
        for algorithm in [Algorithm::Rsa, Algorithm::Ed25519] {
            let key = SigningKey::generate(algorithm).expect("a key");
            let mut signature = key.sign(b"x").expect("signed");
            signature.push(0);
            assert!(key.verifying_key().verify(b"x", &signature).is_err());
            signature.truncate(signature.len() - 2);
            assert!(key.verifying_key().verify(b"x", &signature).is_err());
            assert!(key.verifying_key().verify(b"x", &[]).is_err());
        }
        let weak = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, rsa(1024, &[1, 0, 1]));
        assert!(weak.verify(b"x", &[1; 128]).is_err());
    }
}
