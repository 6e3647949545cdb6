//! What was answered with success survives `kill -9`, and nothing counts twice.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::extract::{Query, Request, State};
use axum::http::{Method, StatusCode, Uri as Target, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use futures_util::stream::{self, StreamExt};
use plenum::clock::Clock;
use plenum::domain::host::SignatureScheme;
use plenum::domain::keys::{Algorithm, SigningKey};
use plenum::domain::uri::Uri;
use plenum::federation::signature::{self, Outgoing, Signer};
use plenum::services::publish::{self, Recipients};
use plenum::store::{Db, accounts, deliveries, inbox_items, notifications, settings};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

/// How often the server is killed in the middle of its work.
const CYCLES: usize = 6;
/// Activities sent in each life of the server.
const EACH: usize = 120;

/// Another server with one account, which remembers what it was sent.
#[derive(Clone)]
struct Peer {
    host: String,
    key: SigningKey,
    received: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let key =
            SigningKey::from_pkcs8(Algorithm::Rsa, include_bytes!("../fixtures/keys/rsa-2.pk8")).unwrap();
        let peer = Self { host: format!("peer.localhost:{port}"), key, received: Arc::default() };
        let router = Router::new().fallback(answer).with_state(peer.clone());
        #[expect(clippy::disallowed_methods, reason = "the other server of the story runs beside it")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        peer
    }

    fn actor(&self) -> String {
        format!("http://{}/users/pia", self.host)
    }

    fn document(&self) -> Value {
        let actor = self.actor();
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": actor, "type": "Person", "preferredUsername": "pia", "name": "Pia",
            "inbox": format!("{actor}/inbox"), "outbox": format!("{actor}/outbox"),
            "followers": format!("{actor}/followers"),
            "publicKey": {
                "id": format!("{actor}#main-key"), "owner": actor,
                "publicKeyPem": self.key.verifying_key().to_pem(),
            },
        })
    }

    /// A signed Create of a note that names `recipient`.
    fn create(&self, number: usize, inbox: &Url, recipient: &str) -> (String, reqwest::Request) {
        let note = format!("http://{}/notes/{number}", self.host);
        let public = "https://www.w3.org/ns/activitystreams#Public";
        let body = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{note}/activity"), "type": "Create", "actor": self.actor(),
            "to": [public], "cc": [recipient],
            "object": {
                "id": note, "type": "Note", "attributedTo": self.actor(), "content": "<p>Hello</p>",
                "published": "2026-11-24T10:00:00Z", "to": [public], "cc": [recipient],
                "tag": [{ "type": "Mention", "href": recipient, "name": "@north" }],
            },
        });
        let body = body.to_string().into_bytes();
        let outgoing = Outgoing { method: &Method::POST, url: inbox, body: Some(&body) };
        let key_id = Uri::parse(&format!("{}#main-key", self.actor())).unwrap();
        let signer = Signer { key_id, key: self.key.clone() };
        let now = Clock::System.now();
        let headers = signature::sign(SignatureScheme::Cavage, outgoing, &signer, now).unwrap();
        let request = reqwest::Client::new().post(inbox.clone()).headers(headers).body(body);
        (note, request.build().unwrap())
    }
}

async fn answer(State(peer): State<Peer>, Query(query): Query<Value>, request: Request) -> Response {
    let (method, path) = (request.method().clone(), Target::path(request.uri()).to_owned());
    if method == Method::POST {
        let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
        let activity: Value = serde_json::from_slice(&body).unwrap();
        peer.received.lock().unwrap().push(activity["id"].as_str().unwrap().to_owned());
        return StatusCode::ACCEPTED.into_response();
    }
    match path.as_str() {
        "/users/pia" => ([(header::CONTENT_TYPE, "application/activity+json")], peer.document().to_string())
            .into_response(),
        "/.well-known/webfinger" => {
            let links = json!([{ "rel": "self", "type": "application/activity+json", "href": peer.actor() }]);
            let subject = query["resource"].as_str().unwrap_or_default();
            Json(json!({ "subject": subject, "links": links })).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A server that is a process of its own.
pub(crate) struct Server {
    child: Child,
}

impl Server {
    /// Starts it and returns once it listens.
    pub(crate) fn start(home: &Path, port: u16) -> Self {
        Self::run(&mut plenum(home, port, &["serve"]))
    }

    /// Starts it in this way and returns once it listens.
    pub(crate) fn run(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.map(Result::unwrap).any(|line| line.contains("Plenum serves")), "it came up");
        Self { child }
    }

    /// `kill -9`: no farewell, no tidying.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub(crate) fn plenum(home: &Path, port: u16, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plenum"));
    command.args(arguments).current_dir(home).env_clear();
    command.env("PLENUM_HTTP_LISTEN", format!("127.0.0.1:{port}"));
    command.env("PLENUM_UNSAFE_PLAIN_HTTP", "true").env("PLENUM_UNSAFE_PORTS", "true");
    command.env("PLENUM_UNSAFE_PRIVATE_ADDRESSES", "127.0.0.0/8").env("PLENUM_LOG_FILTER", "error");
    command
}

pub(crate) fn set_up(home: &Path, port: u16) {
    let host = format!("north.localhost:{port}");
    let arguments = [
        "setup",
        "--host",
        &host,
        "--organization",
        "North",
        "--handle",
        "north",
        "--federation",
        "open",
        "--admin",
        "ana",
        "--password-stdin",
    ];
    let mut child = plenum(home, port, &arguments).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"correct horse battery").unwrap();
    assert!(child.wait().unwrap().success());
}

pub(crate) async fn open(home: &Path) -> Db {
    let url = format!("sqlite:{}", home.join("data/plenum.db").display());
    let db = Db::open(&url, None, 2, Clock::System).await.unwrap();
    let site = db.read(|conn| Ok(settings::site(conn)?)).await.unwrap().unwrap();
    db.set_site(site);
    db
}

/// A port that was free a moment ago.
pub(crate) async fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port()
}

/// Waits until `look` finds something; the server is another process, so the story has to look again.
pub(crate) async fn until<T>(look: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..1200 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("work is left after half a minute");
}

/// Waits until `left` says 0.
async fn until_empty(db: &Db, left: impl Fn(&mut plenum::store::Conn) -> i64) {
    until(async || (db.read(|conn| Ok(left(conn))).await.unwrap() == 0).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn activities_that_were_accepted_survive_kill_9_and_count_once() {
    let (home, port, peer) = (TempDir::new().unwrap(), free_port().await, Peer::open().await);
    set_up(home.path(), port);
    let inbox = Url::parse(&format!("http://north.localhost:{port}/inbox")).unwrap();
    let recipient = format!("http://north.localhost:{port}/actors/north");
    let client = reqwest::Client::builder().resolve("north.localhost", ([127, 0, 0, 1], port).into());
    let client = client.build().unwrap();
    let mut accepted = HashSet::new();
    for cycle in 0..CYCLES {
        let server = Server::start(home.path(), port);
        let requests = (0..EACH).map(|number| peer.create(cycle * EACH + number, &inbox, &recipient));
        let mut answers = stream::iter(requests)
            .map(|(note, request)| {
                let client = client.clone();
                async move {
                    client.execute(request).await.ok().filter(|answer| answer.status() == 202).map(|_| note)
                }
            })
            .buffer_unordered(8);
        let enough = EACH / 3 + cycle * 7;
        let before = accepted.len();
        while let Some(answer) = answers.next().await {
            accepted.extend(answer);
            if accepted.len() - before >= enough {
                break;
            }
        }
        assert!(accepted.len() - before >= enough, "the server takes activities");
        server.kill();
    }
    let server = Server::start(home.path(), port);
    let db = open(home.path()).await;
    until_empty(&db, |conn| inbox_items::pending(conn).unwrap()).await;
    server.kill();
    let organization = db.read(|conn| Ok(accounts::local_by_name(conn, "north")?)).await.unwrap().unwrap();
    let (known, heard) = db
        .read(|conn| {
            let mut known = HashSet::new();
            for note in &accepted {
                let uri = Uri::parse(note).unwrap();
                known.extend(
                    plenum::store::contributions::known(conn, &uri)?.map(|head| head.uri.to_string()),
                );
            }
            Ok((known, notifications::page(conn, organization.id, None, 10_000)?))
        })
        .await
        .unwrap();
    assert_eq!(known, accepted, "everything that was answered with 202 is here");
    let about: HashSet<_> = heard.iter().map(|heard| heard.contribution_id).collect();
    assert_eq!(about.len(), heard.len(), "each is notified once");
    assert!(heard.len() >= accepted.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_survive_kill_9() {
    let (home, port, peer) = (TempDir::new().unwrap(), free_port().await, Peer::open().await);
    set_up(home.path(), port);
    // One signed activity makes the peer known.
    let inbox = Url::parse(&format!("http://north.localhost:{port}/inbox")).unwrap();
    let recipient = format!("http://north.localhost:{port}/actors/north");
    let client = reqwest::Client::builder().resolve("north.localhost", ([127, 0, 0, 1], port).into());
    let server = Server::start(home.path(), port);
    let (_, request) = peer.create(0, &inbox, &recipient);
    assert_eq!(client.build().unwrap().execute(request).await.unwrap().status(), 202);
    let db = open(home.path()).await;
    until_empty(&db, |conn| inbox_items::pending(conn).unwrap()).await;
    server.kill();
    let pia = Uri::parse(&peer.actor()).unwrap();
    let sent = db
        .write(|tx| {
            let pia = accounts::by_uri(tx, &pia)?.unwrap();
            let organization = accounts::local_by_name(tx, "north")?.unwrap();
            let mut sent = HashSet::new();
            for number in 0..400 {
                let id = publish::activity_uri(tx)?;
                let object = Uri::parse(&format!("{recipient}/things/{number}")).unwrap();
                let activity = json!({ "id": id, "type": "Create", "actor": organization.uri });
                let to =
                    Recipients { followers_of: Vec::new(), accounts: vec![pia.id], ..Recipients::default() };
                publish::send(tx, &organization, &activity, &object, true, &to)?;
                sent.insert(id.to_string());
            }
            Ok(sent)
        })
        .await
        .unwrap();
    for round in 1..=3 {
        let server = Server::start(home.path(), port);
        let enough = round * 60;
        while peer.received.lock().unwrap().len() < enough {
            tokio::task::yield_now().await;
        }
        server.kill();
    }
    let server = Server::start(home.path(), port);
    until_empty(&db, |conn| deliveries::pending(conn).unwrap()).await;
    server.kill();
    let received: HashSet<String> = peer.received.lock().unwrap().iter().cloned().collect();
    assert!(sent.is_subset(&received), "{} of {} arrived", received.len(), sent.len());
}
