//! A push service and an app behind it, which reads what was sealed for it.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::signature::{self, ECDSA_P256_SHA256_FIXED};
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::entities;

/// What an app shares with whoever may write to it.
const AUTH: [u8; 16] = *b"sixteen bytes is";

/// A push service that keeps what it was sent.
#[derive(Clone)]
pub(crate) struct PushService {
    port: u16,
    got: Arc<Mutex<Vec<Pushed>>>,
    status: Arc<Mutex<StatusCode>>,
}

/// A message as it arrived.
#[derive(Clone)]
pub(crate) struct Pushed {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    body: Bytes,
}

/// An app that sleeps.
pub(crate) struct Sleeper {
    private: PrivateKey,
    public: Vec<u8>,
}

impl PushService {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let service = Self { port, got: Arc::default(), status: Arc::new(Mutex::new(StatusCode::CREATED)) };
        let router = Router::new().fallback(take).with_state(service.clone());
        #[expect(clippy::disallowed_methods, reason = "the service of a story runs beside it")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        service
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://push.localhost:{}", self.port)
    }

    /// From now on it answers so.
    pub(crate) fn answers(&self, status: StatusCode) {
        *self.status.lock().unwrap() = status;
    }

    /// What arrived since the last look.
    pub(crate) fn got(&self) -> Vec<Pushed> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }
}

async fn take(State(service): State<PushService>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 8192).await.unwrap();
    let pushed = Pushed { path: parts.uri.path().to_owned(), headers: parts.headers, body };
    service.got.lock().unwrap().push(pushed);
    *service.status.lock().unwrap()
}

impl Sleeper {
    pub(crate) fn new() -> Self {
        let private = PrivateKey::generate(&ECDH_P256).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().to_vec();
        Self { private, public }
    }

    /// What it asks of the server.
    pub(crate) fn asks(&self, endpoint: &str, standard: bool, alerts: &[&str]) -> Value {
        // Apps write base64 in all its forms.
        let keys = json!({ "p256dh": BASE64URL_NOPAD.encode(&self.public), "auth": BASE64.encode(&AUTH) });
        let alerts: Value = alerts.iter().map(|alert| ((*alert).to_owned(), json!(true))).collect();
        json!({
            "subscription": { "endpoint": endpoint, "keys": keys, "standard": standard },
            "data": { "alerts": alerts },
        })
    }

    /// Opens a message; which form it has is in its headers.
    pub(crate) fn reads(&self, pushed: &Pushed) -> Value {
        let header = |name: &str| pushed.headers[name].to_str().unwrap();
        let field = |name: &str, key: &str| {
            let value = header(name).split([';', ',']).find_map(|part| part.trim().strip_prefix(key));
            BASE64URL_NOPAD.decode(value.unwrap().as_bytes()).unwrap()
        };
        let plain = match header("content-encoding") {
            "aes128gcm" => {
                let (salt, rest) = pushed.body.split_at(16);
                assert_eq!((&rest[..4], rest[4]), (&[0, 0, 16, 0][..], 65), "4096 bytes, and a point");
                let (sender, sealed) = rest[5..].split_at(65);
                let info = [&b"WebPush: info\0"[..], &self.public, sender].concat();
                let mut plain =
                    self.open(salt, sender, sealed, (&info, b"Content-Encoding: aes128gcm\0", &[]));
                assert_eq!(plain.pop(), Some(2), "the last record");
                plain
            }
            "aesgcm" => {
                let (salt, sender) = (field("encryption", "salt="), field("crypto-key", "dh="));
                let context = [b"P-256\0\0\x41", &self.public[..], b"\0\x41", &sender].concat();
                let purposes =
                    (&b"Content-Encoding: auth\0"[..], &b"Content-Encoding: aesgcm\0"[..], &context[..]);
                let plain = self.open(&salt, &sender, &pushed.body, purposes);
                assert_eq!(&plain[..2], [0, 0], "no padding");
                plain[2..].to_vec()
            }
            other => panic!("{other} is no encoding of Web Push"),
        };
        let message = serde_json::from_slice(&plain).unwrap();
        entities::check("PushMessage", &message);
        message
    }

    fn open(
        &self,
        salt: &[u8],
        sender: &[u8],
        sealed: &[u8],
        (info, encoding, context): (&[u8], &[u8], &[u8]),
    ) -> Vec<u8> {
        let sender = UnparsedPublicKey::new(&ECDH_P256, sender);
        let secret = agree(&self.private, sender, (), |secret| Ok(secret.to_vec())).unwrap();
        let material = derive(&AUTH, &secret, &[info], 32);
        let key = derive(salt, &material, &[encoding, context], 16);
        let nonce = derive(salt, &material, &[b"Content-Encoding: nonce\0", context], 12);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let mut sealed = sealed.to_vec();
        key.open_in_place(nonce, Aad::empty(), &mut sealed).unwrap().to_vec()
    }
}

/// The statement of the sender about itself, after its signature was checked with this key.
pub(crate) fn stated(statement: &str, key: &str) -> Value {
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let (signed, signature) = statement.rsplit_once('.').unwrap();
    let verifier = signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decode(key));
    verifier.verify(signed.as_bytes(), &decode(signature)).unwrap();
    serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap()
}

struct Bytewise(usize);

impl KeyType for Bytewise {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive(salt: &[u8], secret: &[u8], info: &[&[u8]], length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    let key = Salt::new(HKDF_SHA256, salt).extract(secret);
    key.expand(info, Bytewise(length)).unwrap().fill(&mut out).unwrap();
    out
}
