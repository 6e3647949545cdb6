//! Integrity proofs on documents (FEP-8b32, cryptosuite `eddsa-jcs-2022`) and their digests.
//!
//! A proof travels with the document, so that a copy from any server can be checked against the
//! author's key. Received documents must be checked as they were sent: [`verify`] wants the JSON
//! of the original text, not a struct written out again.

use aws_lc_rs::digest::{SHA256, digest as hash};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::domain::keys::{Algorithm, KeyError, SigningKey, VerifyingKey};

const SUITE: &str = "eddsa-jcs-2022";

/// An Ed25519 signature has 64 bytes, at most 88 letters in base58.
const MAX_PROOF_VALUE: usize = 96;

/// Why a proof was not made or not accepted: one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The document carries no proof of the kind we know.
    #[error("there is no eddsa-jcs-2022 proof")]
    Missing,
    /// A field of the proof is absent or has another value than it must have.
    #[error("the proof's `{0}` is missing or not acceptable")]
    Field(&'static str),
    /// The contexts of document and proof contradict each other, or are no array where we sign.
    #[error("the `@context` of the document does not fit its proof")]
    Context,
    /// Its time is over.
    #[error("the proof has expired")]
    Expired,
    /// The key cannot make such proofs.
    #[error("the proof needs an Ed25519 key")]
    NotEd25519,
    /// The document is not what was signed, or another key signed it.
    #[error("the proof does not fit the document")]
    Mismatch,
    /// The document is not an object, or cannot be written in canonical form.
    #[error("the document cannot be signed")]
    Document,
}

impl From<KeyError> for ProofError {
    fn from(_: KeyError) -> Self {
        Self::Mismatch
    }
}

/// The document with a fresh proof in place of any older one.
///
/// The document needs an array as `@context`: some peers take no other for signed.
pub fn sign(
    document: &Value,
    key: &SigningKey,
    verification_method: &str,
    created: Timestamp,
) -> Result<Value, ProofError> {
    if key.algorithm() != Algorithm::Ed25519 {
        return Err(ProofError::NotEd25519);
    }
    let mut plain = bare(document)?;
    let context = plain.get("@context").filter(|context| context.is_array()).ok_or(ProofError::Context)?;
    let mut options = json!({
        "@context": context,
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
        "created": created.to_rfc3339(),
    });
    let message = message(&options, &Value::Object(plain.clone()))?;
    let signature = key.sign(&message).map_err(|_| ProofError::Document)?;
    if let Some(options) = options.as_object_mut() {
        let value = format!("z{}", bs58::encode(signature).into_string());
        options.insert("proofValue".to_owned(), value.into());
    }
    plain.insert("proof".to_owned(), options);
    Ok(Value::Object(plain))
}

/// Whether `key` signed this document. The caller looks the key up by [`verification_method`] and
/// makes sure that its owner is the owner of the document.
pub fn verify(document: &Value, key: &VerifyingKey, now: Timestamp) -> Result<(), ProofError> {
    let mut options = proof(document).ok_or(ProofError::Missing)?.clone();
    let mut plain = bare(document)?;
    let signature = signature(&options)?;
    options.remove("proofValue");
    check_fields(&options, now)?;
    if key.algorithm() != Algorithm::Ed25519 {
        return Err(ProofError::NotEd25519);
    }
    if let Some(signed) = options.get("@context") {
        let context = plain.get("@context").ok_or(ProofError::Context)?;
        if !entries(context).starts_with(entries(signed)) {
            return Err(ProofError::Context);
        }
        plain.insert("@context".to_owned(), signed.clone());
    }
    let message = message(&Value::Object(options), &Value::Object(plain))?;
    Ok(key.verify(&message, &signature)?)
}

/// The key with which the document claims to be signed; `None` without a proof that we can check.
pub fn verification_method(document: &Value) -> Option<&str> {
    proof(document)?.get("verificationMethod")?.as_str()
}

/// `sha256-` and the digest of the document without its proof, as `plenum:prev` names a revision.
pub fn digest(document: &Value) -> Result<String, ProofError> {
    let hash = hash_of(&Value::Object(bare(document)?))?;
    Ok(format!("sha256-{}", BASE64URL_NOPAD.encode(&hash)))
}

/// The proof of the suite we know; others may stand beside it in an array.
fn proof(document: &Value) -> Option<&Map<String, Value>> {
    let proofs = document.get("proof")?;
    let known = |proof: &&Value| proof.get("cryptosuite").and_then(Value::as_str) == Some(SUITE);
    entries(proofs).iter().find(known)?.as_object()
}

/// The document as it was before it was signed. A linked-data signature goes, too: whoever added
/// one did so after the author.
fn bare(document: &Value) -> Result<Map<String, Value>, ProofError> {
    let mut plain = document.as_object().ok_or(ProofError::Document)?.clone();
    plain.retain(|name, _| name != "proof" && name != "signature");
    Ok(plain)
}

fn check_fields(options: &Map<String, Value>, now: Timestamp) -> Result<(), ProofError> {
    let text = |name| options.get(name).and_then(Value::as_str);
    if text("type") != Some("DataIntegrityProof") {
        return Err(ProofError::Field("type"));
    }
    if text("proofPurpose") != Some("assertionMethod") {
        return Err(ProofError::Field("proofPurpose"));
    }
    if text("verificationMethod").is_none_or(str::is_empty) {
        return Err(ProofError::Field("verificationMethod"));
    }
    if options.contains_key("created") && text("created").and_then(Timestamp::parse).is_none() {
        return Err(ProofError::Field("created"));
    }
    if options.contains_key("expires") {
        let expires = text("expires").and_then(Timestamp::parse).ok_or(ProofError::Field("expires"))?;
        if expires <= now {
            return Err(ProofError::Expired);
        }
    }
    Ok(())
}

fn signature(options: &Map<String, Value>) -> Result<Vec<u8>, ProofError> {
    let value = options.get("proofValue").and_then(Value::as_str);
    let base58 =
        value.filter(|value| value.len() <= MAX_PROOF_VALUE).and_then(|value| value.strip_prefix('z'));
    let bytes = base58.and_then(|base58| bs58::decode(base58).into_vec().ok());
    bytes.filter(|bytes| bytes.len() == 64).ok_or(ProofError::Field("proofValue"))
}

/// What is signed: the digest of the options, then the digest of the document.
fn message(options: &Value, document: &Value) -> Result<Vec<u8>, ProofError> {
    let mut message = hash_of(options)?;
    message.extend(hash_of(document)?);
    Ok(message)
}

fn hash_of(value: &Value) -> Result<Vec<u8>, ProofError> {
    let canonical = serde_json_canonicalizer::to_vec(value).map_err(|_| ProofError::Document)?;
    Ok(hash(&SHA256, &canonical).as_ref().to_vec())
}

/// One or many.
fn entries(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_793_610_000_000);

    /// A private key from its seed, in the fixed PKCS#8 form of Ed25519.
    fn key(seed: &[u8]) -> SigningKey {
        let mut pkcs8 = data_encoding::HEXLOWER.decode(b"302e020100300506032b657004220420").expect("hex");
        pkcs8.extend_from_slice(seed);
        SigningKey::from_pkcs8(Algorithm::Ed25519, &pkcs8).expect("a key")
    }

    fn hex(value: &Value) -> String {
        data_encoding::HEXLOWER.encode(&hash_of(value).expect("canonical"))
    }

    /// Our own vector, worked out apart from this code.
    fn red_bloc() -> (Value, SigningKey) {
        let document = json!({
            "@context": [
                "https://www.w3.org/ns/activitystreams",
                "https://w3id.org/security/data-integrity/v2",
                { "plenum": "https://plenum.example/ns#" }
            ],
            "attributedTo": "https://redbloc.example/actors/org",
            "content": "Zürich — ‘test’",
            "id": "https://redbloc.example/v/1",
            "plenum:rev": 1,
            "type": "Note"
        });
        let seed: Vec<u8> = (0..32).collect();
        (document, key(&seed))
    }

    fn signed_red_bloc() -> (Value, SigningKey) {
        let (document, key) = red_bloc();
        let created = Timestamp::parse("2026-11-02T09:00:00Z").expect("a time");
        let vm = "https://redbloc.example/actors/org#ed25519-key";
        (sign(&document, &key, vm, created).expect("signed"), key)
    }

    #[test]
    fn our_vector_in_every_step() {
        let (document, key) = red_bloc();
        assert_eq!(key.verifying_key().to_multibase(), "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd");
        assert_eq!(hex(&document), "481b9f997debb32fc840a5884c02bf14a41ace499501c995680b000b9e9e7602");
        let (signed, _) = signed_red_bloc();
        let mut options = signed["proof"].clone();
        let value = options.as_object_mut().and_then(|options| options.remove("proofValue"));
        assert_eq!(hex(&options), "0882a9b2a6720d587c33f23fe4327ef04918b6f41f2a0e28db0af4e9ec754b0d");
        let expected =
            "z2jxFQBzQRFxMojw91CuT7VGASi22478ARNwNVMNAEYgZfYQf7hK93GS9f7eJL8LYD7pMDovSB5TgFfi93BAje1Zy";
        assert_eq!(value, Some(json!(expected)));
        assert_eq!(verify(&signed, &key.verifying_key(), NOW), Ok(()));
        let digest = digest(&signed).expect("a digest");
        assert_eq!(digest, "sha256-SBufmX3rsy_IQKWITAK_FKQazkmVAcmVaAsAC56edgI");
    }

    /// The key of the published vectors (W3C vc-di-eddsa, FEP-8b32).
    const PUBLISHED: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

    fn published_key() -> SigningKey {
        let bytes =
            bs58::decode("3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq").into_vec().expect("base58");
        let key = key(&bytes[2..]);
        assert_eq!(key.verifying_key().to_multibase(), PUBLISHED);
        key
    }

    #[test]
    fn the_fep_vector_with_numbers_and_contexts() {
        let document = json!({
            "@context": [
                "https://www.w3.org/ns/activitystreams",
                "https://w3id.org/security/data-integrity/v2"
            ],
            "id": "https://server.example/activities/1",
            "type": "Create",
            "actor": "https://server.example/users/alice",
            "object": {
                "id": "https://server.example/objects/1",
                "type": "Note",
                "attributedTo": "https://server.example/users/alice",
                "content": "Hello world",
                "location": { "type": "Place", "longitude": -71.184902, "latitude": 25.273962 }
            }
        });
        let created = Timestamp::parse("2023-02-24T23:36:38Z").expect("a time");
        let vm = "https://server.example/users/alice#ed25519-key";
        let signed = sign(&document, &published_key(), vm, created).expect("signed");
        let value =
            "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL";
        assert_eq!(signed["proof"]["proofValue"], value);
        assert_eq!(verify(&signed, &published_key().verifying_key(), NOW), Ok(()));
        assert_eq!(verification_method(&signed), Some(vm));
    }

    #[test]
    fn the_older_fep_vector_without_a_context_in_the_proof() {
        let signed = json!({
            "@context": [
                "https://www.w3.org/ns/activitystreams",
                "https://w3id.org/security/data-integrity/v1"
            ],
            "type": "Create",
            "actor": "https://server.example/users/alice",
            "object": { "type": "Note", "content": "Hello world" },
            "proof": {
                "type": "DataIntegrityProof",
                "cryptosuite": "eddsa-jcs-2022",
                "verificationMethod": "https://server.example/users/alice#ed25519-key",
                "proofPurpose": "assertionMethod",
                "proofValue": "z3sXaxjKs4M3BRicwWA9peyNPJvJqxtGsDmpt1jjoHCjgeUf71TRFz56osPSfDErszyLp5Ks1EhYSgpDaNM977Rg2",
                "created": "2023-02-24T23:36:38Z"
            }
        });
        let key = VerifyingKey::from_multibase(PUBLISHED).expect("a key");
        assert_eq!(verify(&signed, &key, NOW), Ok(()));
    }

    #[test]
    fn the_w3c_vector() {
        let contexts =
            json!(["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]);
        let vm = format!("did:key:{PUBLISHED}#{PUBLISHED}");
        let signed = json!({
            "@context": contexts,
            "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
            "type": ["VerifiableCredential", "AlumniCredential"],
            "name": "Alumni Credential",
            "description": "A minimum viable example of an Alumni Credential.",
            "issuer": "https://vc.example/issuers/5678",
            "validFrom": "2023-01-01T00:00:00Z",
            "credentialSubject": { "id": "did:example:abcdefgh", "alumniOf": "The School of Examples" },
            "proof": {
                "type": "DataIntegrityProof",
                "cryptosuite": "eddsa-jcs-2022",
                "created": "2023-02-24T23:36:38Z",
                "verificationMethod": vm,
                "proofPurpose": "assertionMethod",
                "@context": contexts,
                "proofValue": "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
            }
        });
        let key = VerifyingKey::from_multibase(PUBLISHED).expect("a key");
        assert_eq!(verify(&signed, &key, NOW), Ok(()));
    }

    #[test]
    fn canonical_form_follows_rfc_8785() {
        // RFC 8785 §3.2.2.3 and §3.2.3: numbers as ECMAScript writes them, keys by UTF-16 units.
        let text = r#"{"\ufb33":0,"\ud83d\ude00":1,"\u20ac":2,"\r":3,"1":4,"\u0080":5,"n":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,-0.0,9007199254740993]}"#;
        let value: Value = serde_json::from_str(text).expect("JSON");
        let canonical = serde_json_canonicalizer::to_string(&value).expect("canonical");
        let expected = "{\"\\r\":3,\"1\":4,\"n\":[333333333.3333333,1e+30,4.5,0.002,1e-27,0,9007199254740992],\"\u{80}\":5,\"€\":2,\"😀\":1,\"\u{fb33}\":0}";
        assert_eq!(canonical, expected);
    }

    #[test]
    fn every_change_of_a_signed_document_is_noticed() {
        let (signed, key) = signed_red_bloc();
        let outcome = |change: &dyn Fn(&mut Value)| {
            let mut copy = signed.clone();
            change(&mut copy);
            verify(&copy, &key.verifying_key(), NOW)
        };
        assert_eq!(outcome(&|doc| doc["content"] = json!("Zürich")), Err(ProofError::Mismatch));
        assert_eq!(outcome(&|doc| doc["extra"] = json!(1)), Err(ProofError::Mismatch));
        assert_eq!(outcome(&|doc| doc["plenum:rev"] = json!("1")), Err(ProofError::Mismatch));
        assert_eq!(
            outcome(&|doc| doc["proof"]["created"] = json!("2026-11-02T09:00:01Z")),
            Err(ProofError::Mismatch)
        );
        assert_eq!(
            outcome(&|doc| doc["proof"]["verificationMethod"] = json!("https://evil.example/#k")),
            Err(ProofError::Mismatch)
        );
        assert_eq!(
            outcome(&|doc| doc["@context"] = json!(["https://evil.example"])),
            Err(ProofError::Context)
        );
        let shortened = outcome(&|doc| doc["proof"]["@context"] = json!([]));
        assert_eq!(shortened, Err(ProofError::Mismatch));
        assert_eq!(
            outcome(&|doc| doc["proof"]["proofPurpose"] = json!("authentication")),
            Err(ProofError::Field("proofPurpose"))
        );
        assert_eq!(
            outcome(&|doc| doc["proof"]["expires"] = json!("2026-11-02T09:00:00Z")),
            Err(ProofError::Expired)
        );
        assert_eq!(
            outcome(&|doc| doc["proof"]["proofValue"] = json!("z111")),
            Err(ProofError::Field("proofValue"))
        );
        let long = format!("z{}", "1".repeat(100_000));
        assert_eq!(
            outcome(&|doc| doc["proof"]["proofValue"] = json!(long)),
            Err(ProofError::Field("proofValue"))
        );
        assert_eq!(outcome(&|doc| doc["proof"] = json!("proof")), Err(ProofError::Missing));
        assert_eq!(verify(&json!([]), &key.verifying_key(), NOW), Err(ProofError::Missing));
        let other = published_key();
        assert_eq!(verify(&signed, &other.verifying_key(), NOW), Err(ProofError::Mismatch));
    }

    #[test]
    fn what_others_add_around_the_signed_document_does_no_harm() {
        let (signed, key) = signed_red_bloc();
        let mut copy = signed.clone();
        copy["signature"] = json!({ "type": "RsaSignature2017", "signatureValue": "…" });
        copy["@context"].as_array_mut().expect("an array").push(json!("https://w3id.org/security/v1"));
        assert_eq!(verify(&copy, &key.verifying_key(), NOW), Ok(()));
        let proof = copy["proof"].clone();
        copy["proof"] = json!([{ "cryptosuite": "other" }, proof]);
        assert_eq!(verify(&copy, &key.verifying_key(), NOW), Ok(()));
        assert_eq!(digest(&signed), digest(&copy_without_context_change(&signed)));
    }

    fn copy_without_context_change(signed: &Value) -> Value {
        let mut copy = signed.clone();
        copy["signature"] = json!({});
        copy
    }

    #[test]
    fn we_sign_only_what_every_peer_can_check() {
        let (document, key) = red_bloc();
        let mut text_context = document.clone();
        text_context["@context"] = json!("https://www.w3.org/ns/activitystreams");
        assert_eq!(sign(&text_context, &key, "vm", NOW), Err(ProofError::Context));
        assert_eq!(sign(&json!([]), &key, "vm", NOW), Err(ProofError::Document));
        let rsa = SigningKey::generate(Algorithm::Rsa).expect("a key");
        assert_eq!(sign(&document, &rsa, "vm", NOW), Err(ProofError::NotEd25519));
        let (signed, _) = signed_red_bloc();
        assert_eq!(verify(&signed, &rsa.verifying_key(), NOW), Err(ProofError::NotEd25519));
    }
}
