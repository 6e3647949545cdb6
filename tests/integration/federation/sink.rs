//! A server that takes what comes, or answers as a story says, and keeps what it was sent.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use plenum::domain::account::Account;
use plenum::domain::host::Host;
use plenum::domain::relation::FollowState;
use plenum::domain::uri::Uri;
use plenum::services::publish::{self, Recipients};
use plenum::store::{deliveries, hosts, relations};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::harness::elsewhere;
use crate::harness::world::Instance;

#[derive(Clone)]
pub(crate) struct Sink {
    pub(crate) host: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    answers: Arc<Mutex<VecDeque<Response>>>,
    poison: Arc<Mutex<Option<String>>>,
    count: watch::Sender<usize>,
    /// Requests that may be answered; closed as long as nobody is made to wait.
    gate: Arc<Semaphore>,
}

#[derive(Clone, Debug)]
struct Seen {
    kind: String,
    activity: String,
    inbox: String,
    rfc9421: bool,
}

impl Sink {
    pub(crate) async fn open(name: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self {
            host: format!("{name}.localhost:{port}"),
            seen: Arc::default(),
            answers: Arc::default(),
            poison: Arc::default(),
            count: watch::channel(0).0,
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        };
        let router = Router::new().fallback(take).with_state(sink.clone());
        #[expect(clippy::disallowed_methods, reason = "the other server of a story runs beside it")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        sink
    }

    /// The next requests get these statuses, the ones after them 202.
    pub(crate) fn answers(&self, statuses: &[u16]) {
        let statuses = statuses.iter().map(|status| StatusCode::from_u16(*status).unwrap().into_response());
        self.answers.lock().unwrap().extend(statuses);
    }

    pub(crate) fn answers_later(&self, seconds: u64) {
        let wait = [("retry-after", seconds.to_string())];
        self.answers.lock().unwrap().push_back((StatusCode::TOO_MANY_REQUESTS, wait).into_response());
    }

    /// The next request gets 202 and then a text without end.
    pub(crate) fn answers_without_end(&self) {
        let body = Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>());
        self.answers.lock().unwrap().push_back((StatusCode::ACCEPTED, body).into_response());
    }

    /// Whatever was planned: from now on everything is taken.
    pub(crate) fn recovers(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// The activity with this name gets 500, always.
    pub(crate) fn stumbles_over(&self, activity: &str) {
        *self.poison.lock().unwrap() = Some(activity.to_owned());
    }

    /// Requests arrive, and nobody gets an answer.
    pub(crate) fn falls_silent(&self) {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Everybody gets an answer again.
    pub(crate) fn speaks(&self) {
        self.gate.add_permits(Semaphore::MAX_PERMITS);
    }

    /// Waits until this many activities arrived.
    pub(crate) async fn until(&self, count: usize) {
        self.count.subscribe().wait_for(|arrived| *arrived >= count).await.unwrap();
    }

    /// The last parts of the addresses of what arrived, in order.
    pub(crate) fn arrived(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.activity.clone()).collect()
    }

    /// The types of what arrived and the inboxes it arrived at, in order.
    pub(crate) fn kinds(&self) -> Vec<(String, String)> {
        self.seen.lock().unwrap().iter().map(|seen| (seen.kind.clone(), seen.inbox.clone())).collect()
    }

    /// Whether they were signed after RFC 9421.
    pub(crate) fn forms(&self) -> Vec<bool> {
        self.seen.lock().unwrap().iter().map(|seen| seen.rfc9421).collect()
    }
}

async fn take(State(sink): State<Sink>, request: Request) -> Response {
    if request.method() == Method::GET {
        return look_up(&sink, request.uri().path());
    }
    let rfc9421 = request.headers().contains_key("signature-input");
    assert!(request.headers().contains_key("signature"), "every delivery is signed");
    let inbox = request.uri().path().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let activity: Value = serde_json::from_slice(&body).unwrap();
    let kind = activity["type"].as_str().unwrap().to_owned();
    let activity = activity["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let poisonous = sink.poison.lock().unwrap().as_ref() == Some(&activity);
    sink.seen.lock().unwrap().push(Seen { kind, activity, inbox, rfc9421 });
    sink.count.send_modify(|count| *count += 1);
    drop(sink.gate.acquire().await.unwrap());
    if poisonous {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let answer = sink.answers.lock().unwrap().pop_front();
    answer.unwrap_or_else(|| StatusCode::ACCEPTED.into_response())
}

/// It says what it runs; everybody who lived here is gone.
fn look_up(sink: &Sink, path: &str) -> Response {
    let rel = "http://nodeinfo.diaspora.software/ns/schema/2.0";
    match path {
        "/.well-known/nodeinfo" => {
            let href = format!("http://{}/nodeinfo", sink.host);
            Json(json!({ "links": [{ "rel": rel, "href": href }] })).into_response()
        }
        "/nodeinfo" => Json(json!({ "software": { "name": "sink", "version": "1" } })).into_response(),
        _ => StatusCode::GONE.into_response(),
    }
}

/// Behind which inbox a follower lives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behind {
    Shared,
    Own,
}

/// A follower of the organization, living on the sink.
pub(crate) async fn follower(instance: &Instance, sink: &Sink, name: &str, behind: Behind) -> Account {
    let organization = instance.organization().await;
    let origin = format!("http://{}", sink.host);
    let shared = (behind == Behind::Shared).then(|| Uri::ours(&origin, "/inbox"));
    let db = instance.app().db;
    db.write(|tx| {
        let account =
            elsewhere::person(tx, &origin, name, |profile| profile.shared_inbox.clone_from(&shared))?;
        let follow = Uri::ours(&origin, &format!("/follows/{name}"));
        relations::insert(tx, account.id, organization.id, &follow, FollowState::Accepted)?;
        Ok(account)
    })
    .await
    .unwrap()
}

/// The organization sends an activity about `object` to its followers.
pub(crate) async fn sends(instance: &Instance, name: &str, object: &str) {
    let organization = instance.organization().await;
    let origin = instance.origin();
    let db = instance.app().db;
    db.write(|tx| {
        let activity = json!({ "id": format!("{origin}/activities/{name}"), "type": "Create" });
        let object = Uri::ours(&origin, &format!("/c/{object}"));
        let to = Recipients { followers_of: vec![organization.id], ..Recipients::default() };
        publish::send(tx, &organization, &activity, &object, true, &to)
    })
    .await
    .unwrap();
}

/// How many deliveries wait.
pub(crate) async fn pending(instance: &Instance) -> i64 {
    instance.app().db.read(|conn| Ok(deliveries::pending(conn)?)).await.unwrap()
}

/// What the instance knows of the sink's host.
pub(crate) async fn host(instance: &Instance, sink: &Sink) -> Host {
    instance.app().db.read(|conn| Ok(hosts::by_name(conn, &sink.host)?.unwrap())).await.unwrap()
}
