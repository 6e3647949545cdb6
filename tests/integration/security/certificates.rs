//! Servers that cannot show who they are get no request (security item 56).

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use http::Method;
use plenum::clock::Clock;
use plenum::domain::host::SignatureScheme;
use plenum::domain::keys::{Algorithm, SigningKey};
use plenum::domain::uri::Uri;
use plenum::federation::signature::{self, Outgoing, Signer};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use tempfile::TempDir;
use url::Url;

use crate::crash::{Server, free_port, plenum, set_up};

/// Another server with this certificate; it remembers the requests that it could read.
struct Shown {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Shown {
    fn open(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let (config, heads) = (Arc::new(config), Arc::new(Mutex::new(Vec::new())));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::clone(&heads);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream =
                    StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
                let mut head = [0; 4096];
                let Ok(length) = stream.read(&mut head) else { continue };
                log.lock().unwrap().push(String::from_utf8_lossy(&head[..length]).into_owned());
                let _ = stream
                    .write_all(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            }
        });
        Self { port, heads }
    }
}

/// What an authority says of a name for these years.
fn signed(authority: &Issuer<'_, KeyPair>, name: &str, (from, until): (i32, i32)) -> Shown {
    let key = KeyPair::generate().unwrap();
    let mut about = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (about.not_before, about.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    Shown::open(about.signed_by(&key, authority).unwrap().der().clone(), &key)
}

/// Lets the server on `port` look for the key of somebody on `host`; the status it answers with.
async fn names_a_key(port: u16, host: &str) -> u16 {
    let actor = format!("https://{host}/users/pia");
    let inbox = Url::parse(&format!("http://north.localhost:{port}/inbox")).unwrap();
    let activity =
        json!({ "id": format!("{actor}/1"), "type": "Like", "actor": actor, "object": inbox.as_str() });
    let body = activity.to_string().into_bytes();
    let outgoing = Outgoing { method: &Method::POST, url: &inbox, body: Some(&body) };
    let key = SigningKey::generate(Algorithm::Rsa).unwrap();
    let signer = Signer { key_id: Uri::parse(&format!("{actor}#main-key")).unwrap(), key };
    let headers = signature::sign(SignatureScheme::Cavage, outgoing, &signer, Clock::System.now()).unwrap();
    // Not every machine knows the names below localhost.
    let here = format!("http://127.0.0.1:{port}/inbox");
    let request = reqwest::Client::new().post(here).headers(headers).header("host", inbox.authority());
    request.body(body).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn item_56_who_cannot_show_a_valid_certificate_is_not_asked() {
    let (home, port) = (TempDir::new().unwrap(), free_port().await);
    set_up(home.path(), port);
    let mut about = CertificateParams::new(Vec::new()).unwrap();
    about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let file = home.path().join("authority.pem");
    fs::write(&file, about.self_signed(&key).unwrap().pem()).unwrap();
    let authority = Issuer::new(about, key);
    let own = KeyPair::generate().unwrap();
    let by_itself =
        CertificateParams::new(vec!["own.localhost".to_owned()]).unwrap().self_signed(&own).unwrap();
    let peers = [
        ("good.localhost", signed(&authority, "good.localhost", (2020, 2100)), true),
        ("old.localhost", signed(&authority, "old.localhost", (2020, 2021)), false),
        ("early.localhost", signed(&authority, "early.localhost", (2090, 2100)), false),
        ("wrong.localhost", signed(&authority, "right.localhost", (2020, 2100)), false),
        ("own.localhost", Shown::open(by_itself.der().clone(), &own), false),
    ];
    let mut command = plenum(home.path(), port, &["serve"]);
    let server = Server::run(command.env("SSL_CERT_FILE", &file));
    for (name, peer, asked) in &peers {
        let status = names_a_key(port, &format!("{name}:{}", peer.port)).await;
        assert!(status >= 400, "{name}: {status}");
        let heads = peer.heads.lock().unwrap().clone();
        assert_eq!(heads.iter().any(|head| head.starts_with("GET /users/pia ")), *asked, "{name}: {heads:?}");
        assert_eq!(heads.is_empty(), !asked, "{name} got nothing else either: {heads:?}");
    }
    server.kill();
}
