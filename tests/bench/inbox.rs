//! Signed activities per second, accepted durably and applied, with sender and server on the same
//! cores; and verification alone, beside what the cryptographic library does in the same run.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot be set up has nothing to say"
)]

mod fixture;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderMap, Method};
use plenum::clock::{Clock, Timestamp};
use plenum::domain::account::{Account, AccountKind};
use plenum::domain::host::SignatureScheme;
use plenum::domain::keys::{Algorithm, SigningKey};
use plenum::domain::relation::FollowState;
use plenum::domain::uri::Uri;
use plenum::federation::signature::{self, Outgoing, RequestHead, Signer};
use plenum::store::{accounts, inbox_items, keys, relations};
use plenum::{config, http as doors, jobs, serve};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const ACTIVITIES: usize = 20_000;
/// Servers that deliver at the same time, in two rounds: a quiet evening, and a busy one.
const CONNECTIONS: [usize; 2] = [16, 64];
const SENDER: &str = "sender.localhost";

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "server and senders run beside each other")]
async fn main() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let host = format!("bench.localhost:{port}");
    let place = fixture::Place::new(&host).await;
    let signer = introduce(&place).await;
    let now = Clock::System.now();
    println!("signing {ACTIVITIES} activities …");
    let requests: Vec<Vec<u8>> =
        (0..ACTIVITIES).map(|number| request(&host, &signer, &activity(number, now), now)).collect();
    verification(&host, &signer, now);

    let (stop, stopped) = watch::channel(false);
    let workers = jobs::start(place.federation.clone(), stopped.clone());
    let router = doors::router(place.federation.clone());
    let limits = config::Config::default().http;
    tokio::spawn(async move { serve::answer(&listener, router, &limits, stopped).await });

    let mut sent = 0;
    for (requests, connections) in requests.chunks(ACTIVITIES / CONNECTIONS.len()).zip(CONNECTIONS) {
        sent += requests.len();
        burst(&place, port, requests, connections).await;
        let count = place.app().db.read(plenum_count).await.unwrap();
        assert_eq!(count, sent, "every activity has its effect");
    }
    stop.send_replace(true);
    workers.await.unwrap();
}

/// Sends these requests over so many connections, and waits until everything has its effect.
#[expect(clippy::disallowed_methods, reason = "server and senders run beside each other")]
async fn burst(place: &fixture::Place, port: u16, requests: &[Vec<u8>], connections: usize) {
    let start = Instant::now();
    let requests = Arc::new(requests.to_vec());
    let senders: Vec<_> = (0..connections)
        .map(|first| {
            let requests = Arc::clone(&requests);
            tokio::spawn(async move { send(port, &requests, (first, connections)).await })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    let accepted = start.elapsed().as_secs_f64();
    let app = place.app();
    while app.db.read(|conn| Ok(inbox_items::pending(conn)?)).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let applied = start.elapsed().as_secs_f64();
    let rate = |seconds: f64| f64::from(u32::try_from(requests.len()).unwrap()) / seconds;
    println!("{connections} connections: accepted durably    {:8.0} /s", rate(accepted));
    println!(
        "{connections} connections: accepted and applied {:8.0} /s   (target: at least 3000)",
        rate(applied)
    );
}

/// How many contributions the senders' account has here.
fn plenum_count(conn: &mut plenum::store::Conn) -> Result<usize, plenum::store::Error> {
    let ana = accounts::by_uri(conn, &actor())?.unwrap();
    Ok(plenum::store::contributions::all_of(conn, ana.id)?.len())
}

fn actor() -> Uri {
    Uri::ours(&format!("http://{SENDER}"), "/users/ana")
}

/// An account elsewhere whose key is known and whom our organization follows.
async fn introduce(place: &fixture::Place) -> Signer {
    let organization = place.organization().await;
    let key = SigningKey::generate(Algorithm::Rsa).unwrap();
    let key_id = Uri::parse(&format!("{}#main-key", actor())).unwrap();
    let app = place.app();
    app.db
        .write(|tx| {
            fixture::follower(tx, &organization, (SENDER, "ana"), AccountKind::Person)?;
            let ana: Account = accounts::by_uri(tx, &actor())?.unwrap();
            keys::keep(tx, ana.id, (&key_id, &key.verifying_key()), keys::Sight::Own)?;
            let uri = plenum::services::publish::activity_uri(tx)?;
            relations::insert(tx, organization.id, ana.id, &uri, FollowState::Accepted)?;
            Ok(())
        })
        .await
        .unwrap();
    Signer { key_id, key }
}

/// A post as Mastodon sends it.
fn activity(number: usize, now: Timestamp) -> String {
    let (actor, published) = (actor(), now.to_rfc3339());
    let text = "<p>Bees count to four, as everybody knows who has watched one of them return to the \
                hive after a long day. <a href=\"https://example.org/bees\" rel=\"nofollow noopener\" \
                target=\"_blank\">The paper</a> says how that was found out, and what is still open.</p>";
    let followers = format!("{actor}/followers");
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", { "sensitive": "as:sensitive" }],
        "id": format!("{actor}/statuses/{number}/activity"),
        "type": "Create",
        "actor": actor,
        "published": published,
        "to": [plenum::vocab::PUBLIC],
        "cc": [followers],
        "object": {
            "id": format!("{actor}/statuses/{number}"),
            "type": "Note",
            "summary": null,
            "inReplyTo": null,
            "published": published,
            "url": format!("http://{SENDER}/@ana/{number}"),
            "attributedTo": actor,
            "to": [plenum::vocab::PUBLIC],
            "cc": [followers],
            "sensitive": false,
            "content": text,
            "contentMap": { "en": text },
            "attachment": [],
            "tag": [{ "type": "Hashtag", "href": format!("http://{SENDER}/tags/bees"), "name": "#bees" }],
            "replies": { "id": format!("{actor}/statuses/{number}/replies"), "type": "Collection" }
        }
    })
    .to_string()
}

/// A signed request as it goes over the wire.
fn request(host: &str, signer: &Signer, body: &str, now: Timestamp) -> Vec<u8> {
    let mut bytes = format!("POST /inbox HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in &headers(host, signer, body, now) {
        bytes.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    bytes.push_str("\r\n");
    bytes.push_str(body);
    bytes.into_bytes()
}

fn headers(host: &str, signer: &Signer, body: &str, now: Timestamp) -> HeaderMap {
    let url = format!("http://{host}/inbox").parse().unwrap();
    let outgoing = Outgoing { method: &Method::POST, url: &url, body: Some(body.as_bytes()) };
    signature::sign(SignatureScheme::Cavage, outgoing, signer, now).unwrap()
}

/// Posts every n-th request over one connection, waiting for each answer.
async fn send(port: u16, requests: &[Vec<u8>], (first, step): (usize, usize)) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = vec![0; 4096];
    for request in requests.iter().skip(first).step_by(step) {
        stream.write_all(request).await.unwrap();
        let mut read = 0;
        while !answer[..read].windows(4).any(|end| end == b"\r\n\r\n") {
            let more = stream.read(&mut answer[read..]).await.unwrap();
            assert!(more > 0, "the server hung up");
            read += more;
        }
        assert!(answer.starts_with(b"HTTP/1.1 202"), "{}", String::from_utf8_lossy(&answer[..read]));
    }
}

/// Verification alone on one core: header parsing, digest and signature, key in memory.
fn verification(host: &str, signer: &Signer, now: Timestamp) {
    const ROUNDS: u32 = 20_000;
    let body = activity(0, now);
    let mut headers = headers(host, signer, &body, now);
    headers.insert("host", host.parse().unwrap());
    let (target, origins) = ("/inbox".parse().unwrap(), [format!("http://{host}")]);
    let head = RequestHead { method: &Method::POST, target: &target, headers: &headers, origins: &origins };
    let key = signer.key.verifying_key();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        let claims = signature::check(&head, body.as_bytes(), now).unwrap();
        claims[0].verify(&key).unwrap();
    }
    let rate = f64::from(ROUNDS) / start.elapsed().as_secs_f64();
    let signed = signer.key.sign(body.as_bytes()).unwrap();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        key.verify(body.as_bytes(), &signed).unwrap();
    }
    let ceiling = f64::from(ROUNDS) / start.elapsed().as_secs_f64();
    println!("verification alone, one core   {rate:8.0} /s   (target: at least 25000)");
    println!("ceiling: bare RSA verification {ceiling:8.0} /s");
}
