//! Foreign servers: they serve what they are told to, sign as told, and misbehave on request.
//!
//! All of them share one port under different names, so that each is an origin of its own.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use plenum::clock::Timestamp;
use plenum::domain::host::SignatureScheme;
use plenum::domain::keys::{Algorithm, SigningKey};
use plenum::domain::uri::Uri;
use plenum::federation::signature::{self, Outgoing, Signer};
use plenum::vocab::proof;
use serde_json::{Value, json};

use super::world::Instance;
use crate::security::elsewhere::{Elsewhere, response};

pub(crate) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// What stands at each address (`name:port/path`), ready to be sent.
type Documents = Arc<Mutex<HashMap<String, Option<Vec<u8>>>>>;

/// Some foreign servers.
pub(crate) struct Peers {
    server: Elsewhere,
    documents: Documents,
}

impl Peers {
    pub(crate) fn new() -> Self {
        let documents = Documents::default();
        let shelf = Arc::clone(&documents);
        let server = Elsewhere::answering(move |path, host| {
            let found = shelf.lock().unwrap().get(&format!("{host}{path}")).cloned();
            found.unwrap_or_else(|| Some(response("404 Not Found", "", "")))
        });
        Self { server, documents }
    }

    /// `http://name.localhost:port/path`
    pub(crate) fn url(&self, name: &str, path: &str) -> String {
        self.server.url(&format!("{name}.localhost"), path)
    }

    /// From now on this document stands at its own `id`.
    pub(crate) fn publish(&self, document: &Value) {
        self.serve(document["id"].as_str().unwrap(), document);
    }

    /// From now on this document stands at `url`, whatever it calls itself.
    pub(crate) fn serve(&self, url: &str, document: &Value) {
        let headers = "Content-Type: application/activity+json\r\n";
        self.answer(url, Some(response("200 OK", headers, &document.to_string())));
    }

    /// From now on `url` answers so; `None` lets the asker wait for ever.
    pub(crate) fn answer(&self, url: &str, answer: Option<Vec<u8>>) {
        let place = url.split_once("://").unwrap().1.to_owned();
        self.documents.lock().unwrap().insert(place, answer);
    }

    /// From now on `url` answers with this status.
    pub(crate) fn status(&self, url: &str, status: &str) {
        self.answer(url, Some(response(status, "", "")));
    }

    /// How many requests the servers got so far.
    pub(crate) fn requests(&self) -> usize {
        self.server.asked().len()
    }

    /// How many requests for paths that begin so the servers got so far.
    pub(crate) fn requests_like(&self, path: &str) -> usize {
        self.server.asked().iter().filter(|head| head.contains(&format!(" {path}"))).count()
    }

    /// The request lines for a path so far.
    pub(crate) fn requests_for(&self, name: &str, path: &str) -> usize {
        let asked = self.server.asked();
        let line = format!(" {path} HTTP/1.1");
        let host = format!("host: {name}.localhost");
        asked.iter().filter(|head| head.contains(&line) && head.to_lowercase().contains(&host)).count()
    }

    /// A person on the server `name`, whose document and WebFinger answer are in place.
    pub(crate) fn person(&self, server: &str, name: &str) -> Actor {
        self.actor(server, name, "Person")
    }

    pub(crate) fn actor(&self, server: &str, name: &str, kind: &str) -> Actor {
        let id = self.url(server, &format!("/users/{name}"));
        let rsa = match name {
            "mal" => &include_bytes!("../../fixtures/keys/rsa-1.pk8")[..],
            _ => &include_bytes!("../../fixtures/keys/rsa-2.pk8")[..],
        };
        let actor = Actor {
            id,
            kind: kind.to_owned(),
            name: name.to_owned(),
            rsa: SigningKey::from_pkcs8(Algorithm::Rsa, rsa).unwrap(),
            ed25519: SigningKey::generate(Algorithm::Ed25519).unwrap(),
        };
        self.publish(&actor.document());
        self.webfinger(server, name, &actor.id);
        actor
    }

    /// From now on WebFinger of `server` says that `name` is this account.
    pub(crate) fn webfinger(&self, server: &str, name: &str, account: &str) {
        let handle = format!("{name}@{}", self.host(server));
        let resource = format!("acct:{handle}").replace(':', "%3A").replace('@', "%40");
        let url = self.url(server, &format!("/.well-known/webfinger?resource={resource}"));
        let link = json!({ "rel": "self", "type": "application/activity+json", "href": account });
        let body = json!({ "subject": format!("acct:{handle}"), "links": [link] }).to_string();
        self.answer(&url, Some(response("200 OK", "Content-Type: application/jrd+json\r\n", &body)));
    }

    /// `name.localhost:port`
    pub(crate) fn host(&self, server: &str) -> String {
        format!("{server}.localhost:{}", self.server.port)
    }
}

/// Somebody on a foreign server.
pub(crate) struct Actor {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) rsa: SigningKey,
    pub(crate) ed25519: SigningKey,
}

impl Actor {
    pub(crate) fn uri(&self) -> Uri {
        Uri::parse(&self.id).unwrap()
    }

    /// What stands at its address.
    pub(crate) fn document(&self) -> Value {
        let id = &self.id;
        let key = json!({
            "id": format!("{id}#main-key"),
            "owner": id,
            "publicKeyPem": self.rsa.verifying_key().to_pem(),
        });
        let method = json!({
            "id": format!("{id}#ed25519-key"),
            "type": "Multikey",
            "controller": id,
            "publicKeyMultibase": self.ed25519.verifying_key().to_multibase(),
        });
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id,
            "type": self.kind,
            "preferredUsername": self.name,
            "inbox": format!("{id}/inbox"),
            "outbox": format!("{id}/outbox"),
            "followers": format!("{id}/followers"),
            "publicKey": key,
            "assertionMethod": [method],
        })
    }

    /// An activity of this actor.
    pub(crate) fn does(&self, verb: &str, object: impl Into<Value>) -> Value {
        self.does_as(&format!("{}/activities/{}", self.id, plenum::domain::id::token()), verb, object)
    }

    pub(crate) fn does_as(&self, id: &str, verb: &str, object: impl Into<Value>) -> Value {
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams"],
            "id": id,
            "type": verb,
            "actor": self.id,
            "to": [PUBLIC],
            "object": object.into(),
        })
    }

    /// A public note of this actor.
    pub(crate) fn note(&self, path: &str, content: &str) -> Value {
        let id = format!("{}/notes/{path}", self.id);
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams"],
            "id": id,
            "type": "Note",
            "attributedTo": self.id,
            "content": content,
            "published": "2026-11-24T11:00:00Z",
            "to": [PUBLIC],
            "cc": [format!("{}/followers", self.id)],
        })
    }

    /// A public note that answers something.
    pub(crate) fn reply(&self, path: &str, to: &Uri, content: &str) -> Value {
        let mut note = self.note(path, content);
        note["inReplyTo"] = json!(to.as_str());
        note
    }

    /// The document with this actor's proof.
    pub(crate) fn prove(&self, document: &Value, now: Timestamp) -> Value {
        proof::sign(document, &self.ed25519, &format!("{}#ed25519-key", self.id), now).unwrap()
    }

    /// A signed request that nobody sent yet.
    pub(crate) fn post(&self, to: &Instance, path: &str, body: &Value) -> Request {
        self.post_bytes(to, path, body.to_string().into_bytes())
    }

    pub(crate) fn post_bytes(&self, to: &Instance, path: &str, body: Vec<u8>) -> Request {
        self.post_by(to, path, body, &format!("{}#main-key", self.id), SignatureScheme::Cavage)
    }

    /// Signed in the name of any key.
    pub(crate) fn post_by(
        &self,
        to: &Instance,
        path: &str,
        body: Vec<u8>,
        key_id: &str,
        scheme: SignatureScheme,
    ) -> Request {
        let url = format!("{}{path}", to.origin()).parse().unwrap();
        let outgoing = Outgoing { method: &Method::POST, url: &url, body: Some(&body) };
        let signer = Signer { key_id: Uri::parse(key_id).unwrap(), key: self.rsa.clone() };
        let headers = signature::sign(scheme, outgoing, &signer, to.app().clock().now()).unwrap();
        let (host, path) = (to.host.clone(), path.to_owned());
        let mut request = Request { method: Method::POST, host, path, headers, body };
        request.set("host", &to.host);
        request
    }

    /// A signed request for a document.
    pub(crate) fn get(&self, from: &Instance, path: &str) -> Request {
        let url = format!("{}{path}", from.origin()).parse().unwrap();
        let outgoing = Outgoing { method: &Method::GET, url: &url, body: None };
        let key_id = Uri::parse(&format!("{}#main-key", self.id)).unwrap();
        let signer = Signer { key_id, key: self.rsa.clone() };
        let now = from.app().clock().now();
        let headers = signature::sign(SignatureScheme::Cavage, outgoing, &signer, now).unwrap();
        let (host, path) = (from.host.clone(), path.to_owned());
        let mut request = Request { method: Method::GET, host, path, headers, body: Vec::new() };
        request.set("host", &from.host);
        request.set("accept", "application/activity+json");
        request
    }

    /// Sends an activity to the shared inbox; the status.
    pub(crate) fn sends(&self, to: &Instance, activity: &Value) -> u16 {
        self.post(to, "/inbox", activity).send()
    }
}

/// A request as it will go over the wire; a test may change anything about it.
pub(crate) struct Request {
    method: Method,
    host: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn unsigned(to: &Instance, path: &str, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        let (host, path) = (to.host.clone(), path.to_owned());
        let mut request = Self { method: Method::POST, host, path, headers: HeaderMap::new(), body };
        request.set("host", &to.host);
        request.set("content-type", "application/activity+json");
        request
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let name: HeaderName = name.parse().unwrap();
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
    }

    pub(crate) fn add(&mut self, name: &str, value: &str) {
        let name: HeaderName = name.parse().unwrap();
        self.headers.append(name, HeaderValue::from_str(value).unwrap());
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.headers[name].to_str().unwrap().to_owned()
    }

    /// Sends it and returns the status. The connection is closed afterwards.
    pub(crate) fn send(&self) -> u16 {
        tokio::task::block_in_place(|| self.send_here())
    }

    /// Sends it from a thread of its own.
    pub(crate) fn send_here(&self) -> u16 {
        self.over_the_wire(&format!("content-length: {}", self.body.len()), &self.body)
    }

    /// Sends it without saying beforehand how long it is.
    pub(crate) fn send_in_chunks(&self) -> u16 {
        let mut chunks = Vec::new();
        for part in self.body.chunks(64 * 1024) {
            chunks.extend(format!("{:x}\r\n", part.len()).bytes());
            chunks.extend(part);
            chunks.extend(b"\r\n");
        }
        chunks.extend(b"0\r\n\r\n");
        tokio::task::block_in_place(|| self.over_the_wire("transfer-encoding: chunked", &chunks))
    }

    fn over_the_wire(&self, framing: &str, body: &[u8]) -> u16 {
        let mut text = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        text.push_str(&format!("{framing}\r\n\r\n"));
        let port: u16 = self.host.rsplit(':').next().unwrap().parse().unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        // A server that has seen enough may close before everything is sent.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }
}
