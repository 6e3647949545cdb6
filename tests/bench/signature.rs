//! How many signed requests one core checks and makes, next to what the bare RSA and Ed25519
//! operations allow in the same run: `cargo bench --bench signature`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot be set up has nothing to say"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method};
use plenum::clock::Timestamp;
use plenum::domain::host::SignatureScheme;
use plenum::domain::keys::{Algorithm, SigningKey};
use plenum::domain::uri::Uri;
use plenum::federation::signature::{Outgoing, RequestHead, Signer, check, sign};
use plenum::vocab::proof;
use plenum::vocab::strict::parse_strict;
use serde_json::json;
use url::Url;

const NOW: Timestamp = Timestamp(1_793_610_000_000);
const INBOX: &str = "https://red.example/inbox";

/// Runs `work` for about a second and gives its rate.
fn rate(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut rounds = 0_u32;
    while start.elapsed() < Duration::from_secs(1) {
        for _ in 0..50 {
            work();
        }
        rounds += 50;
    }
    f64::from(rounds) / start.elapsed().as_secs_f64()
}

fn report(name: &str, rate: f64, ceiling: f64) {
    println!("{name:<44} {rate:>9.0} /s {:>5.1} % of {ceiling:.0} /s", 100.0 * rate / ceiling);
}

/// A Create of ordinary length.
fn body() -> Vec<u8> {
    let content = "We hold that bees can count, and that counting them is a public task. ".repeat(14);
    let note = json!({ "id": "https://peer.example/notes/1", "type": "Note", "content": content });
    let actor = "https://peer.example/users/vic";
    json!({ "id": "https://peer.example/creates/1", "type": "Create", "actor": actor, "object": note })
        .to_string()
        .into_bytes()
}

fn requests(algorithm: Algorithm) {
    let key_id = Uri::parse("https://peer.example/users/vic#main-key").expect("a URI");
    let signer = Signer { key_id, key: SigningKey::generate(algorithm).expect("a key") };
    let key = signer.key.verifying_key();
    let body = body();
    let text = [b'x'; 250];
    let raw = signer.key.sign(&text).expect("signed");
    let verify = rate(|| black_box(key.verify(black_box(&text), &raw)).expect("fits"));
    let make = rate(|| {
        black_box(signer.key.sign(black_box(&text)).expect("signed"));
    });
    let url = Url::parse(INBOX).expect("a URL");
    let request = Outgoing { method: &Method::POST, url: &url, body: Some(&body) };
    for scheme in [SignatureScheme::Cavage, SignatureScheme::Rfc9421] {
        let headers = || -> HeaderMap { sign(scheme, request, &signer, NOW).expect("signed") };
        let signed = rate(|| drop(black_box(headers())));
        report(&format!("{algorithm:?} {scheme:?} sign"), signed, make);
        let mut headers = headers();
        headers.insert(HOST, HeaderValue::from_static("red.example"));
        let target = "/inbox".parse().expect("a target");
        let origins = ["https://red.example".to_owned()];
        let head =
            RequestHead { method: &Method::POST, target: &target, headers: &headers, origins: &origins };
        let checked = rate(|| {
            let claims = check(black_box(&head), &body, NOW).expect("claims");
            claims[0].verify(&key).expect("fits");
        });
        report(&format!("{algorithm:?} {scheme:?} check and verify"), checked, verify);
        let whole = rate(|| {
            let claims = check(black_box(&head), &body, NOW).expect("claims");
            claims[0].verify(&key).expect("fits");
            black_box(parse_strict(&body)).expect("JSON");
        });
        report(&format!("{algorithm:?} {scheme:?} and strict JSON"), whole, verify);
    }
}

fn proofs() {
    let signer = SigningKey::generate(Algorithm::Ed25519).expect("a key");
    let key = signer.verifying_key();
    let mut document = parse_strict(&body()).expect("JSON");
    document["@context"] = json!(["https://www.w3.org/ns/activitystreams"]);
    let vm = "https://peer.example/users/vic#ed25519-key";
    let signed = proof::sign(&document, &signer, vm, NOW).expect("signed");
    let text = [b'x'; 64];
    let raw = signer.sign(&text).expect("signed");
    let verify = rate(|| black_box(key.verify(black_box(&text), &raw)).expect("fits"));
    let make = rate(|| {
        black_box(signer.sign(black_box(&text)).expect("signed"));
    });
    report("proof sign", rate(|| drop(black_box(proof::sign(&document, &signer, vm, NOW)))), make);
    report("proof verify", rate(|| proof::verify(black_box(&signed), &key, NOW).expect("fits")), verify);
}

fn main() {
    println!("{} bytes of body, one core", body().len());
    requests(Algorithm::Rsa);
    requests(Algorithm::Ed25519);
    proofs();
}
