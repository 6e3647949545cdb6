//! What waits for other servers goes out in order, once, and survives whatever they do.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use plenum::domain::account::{Account, AccountKind, AccountState};
use plenum::domain::handle::Handle;
use plenum::domain::host::{HostStanding, SignatureScheme};
use plenum::domain::relation::FollowState;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::services::publish::{self, Recipients};
use plenum::store::accounts::{self, NewAccount, Profile};
use plenum::store::{deliveries, hosts, relations};
use serde_json::json;
use tokio::net::TcpListener;

use crate::harness::world::{Instance, World, on_each_engine};

/// A server that takes what comes, or answers as the story says, and keeps what it was sent.
#[derive(Clone, Default)]
struct Sink {
    host: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    answers: Arc<Mutex<VecDeque<Response>>>,
    poison: Arc<Mutex<Option<String>>>,
}

#[derive(Clone, Debug)]
struct Seen {
    activity: String,
    rfc9421: bool,
}

impl Sink {
    async fn open(name: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self { host: format!("{name}.localhost:{port}"), ..Self::default() };
        let router = Router::new().fallback(take).with_state(sink.clone());
        #[expect(clippy::disallowed_methods, reason = "the other server of a story runs beside it")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        sink
    }

    /// The next requests get these statuses, the ones after them 202.
    fn answers(&self, statuses: &[u16]) {
        let statuses = statuses.iter().map(|status| StatusCode::from_u16(*status).unwrap().into_response());
        self.answers.lock().unwrap().extend(statuses);
    }

    fn answers_later(&self, seconds: u64) {
        let wait = [("retry-after", seconds.to_string())];
        self.answers.lock().unwrap().push_back((StatusCode::TOO_MANY_REQUESTS, wait).into_response());
    }

    /// The last parts of the addresses of what arrived, in order.
    fn arrived(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.activity.clone()).collect()
    }

    fn forms(&self) -> Vec<bool> {
        self.seen.lock().unwrap().iter().map(|seen| seen.rfc9421).collect()
    }
}

async fn take(State(sink): State<Sink>, request: Request) -> Response {
    let rfc9421 = request.headers().contains_key("signature-input");
    assert!(request.headers().contains_key("signature"), "every delivery is signed");
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let activity: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let activity = activity["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let poisonous = sink.poison.lock().unwrap().as_ref() == Some(&activity);
    sink.seen.lock().unwrap().push(Seen { activity, rfc9421 });
    if poisonous {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let answer = sink.answers.lock().unwrap().pop_front();
    answer.unwrap_or_else(|| StatusCode::ACCEPTED.into_response())
}

/// A follower of the organization, living on the sink.
async fn follower(instance: &Instance, sink: &Sink, name: &str) -> Account {
    let organization = instance.organization().await;
    let db = instance.app().db;
    let origin = format!("http://{}", sink.host);
    let uri = Uri::parse(&format!("{origin}/users/{name}")).unwrap();
    db.write(|tx| {
        let host = hosts::ensure(tx, &sink.host)?;
        let profile = Profile {
            url: uri.to_string(),
            kind: AccountKind::Person,
            name: name.to_owned(),
            handle: Handle::new(name, &sink.host).to_string(),
            display_name: String::new(),
            summary: String::new(),
            icon_url: None,
            inbox: Uri::ours(&origin, &format!("/users/{name}/inbox")),
            shared_inbox: Some(Uri::ours(&origin, "/inbox")),
            outbox: None,
            followers: None,
            featured: None,
            forum: None,
            locked: false,
            discoverable: true,
            moved_to: None,
            updated_at: tx.now,
            fetched_at: Some(tx.now),
        };
        let account = NewAccount {
            id: tx.mint(),
            uri: uri.clone(),
            host_id: Some(host.id),
            created_at: tx.now,
            profile,
            state: AccountState::Active,
            standing: HostStanding::Unknown,
        };
        accounts::insert(tx, &account)?;
        let follow = Uri::ours(&origin, &format!("/follows/{name}"));
        relations::insert(tx, account.id, organization.id, &follow, FollowState::Accepted)?;
        Ok(accounts::by_id(tx, account.id)?.unwrap())
    })
    .await
    .unwrap()
}

/// The organization sends an activity about `object` to its followers.
async fn sends(instance: &Instance, name: &str, object: &str) {
    let organization = instance.organization().await;
    let origin = instance.origin();
    let db = instance.app().db;
    db.write(|tx| {
        let activity = json!({ "id": format!("{origin}/activities/{name}"), "type": "Create" });
        let object = Uri::ours(&origin, &format!("/c/{object}"));
        let to = Recipients { followers_of: vec![organization.id], accounts: Vec::new() };
        publish::send(tx, &organization, &activity, &object, true, &to)
    })
    .await
    .unwrap();
}

async fn pending(instance: &Instance) -> i64 {
    instance.app().db.read(|conn| Ok(deliveries::pending(conn)?)).await.unwrap()
}

async fn host(instance: &Instance, sink: &Sink) -> plenum::domain::host::Host {
    instance.app().db.read(|conn| Ok(hosts::by_name(conn, &sink.host)?.unwrap())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_on_one_server_get_one_copy_in_order() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana").await;
        follower(north, &sink, "bela").await;
        for name in ["one", "two", "three"] {
            sends(north, name, "the-same").await;
        }
        world.settle().await;
        assert_eq!(sink.arrived(), ["one", "two", "three"]);
        assert_eq!(pending(north).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_down_is_probed_with_one_row_and_then_gets_everything() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana").await;
    sends(north, "one", "a").await;
    sink.answers(&[503]);
    world.settle().await;
    sends(north, "two", "b").await;
    world.settle().await;
    assert_eq!(sink.arrived(), ["one"], "nothing more before its time");
    sink.answers(&[503]);
    world.advance_seconds(40);
    world.settle().await;
    assert_eq!(sink.arrived(), ["one", "two"], "one row is the probe, the one tried least");
    assert_eq!(host(north, &sink).await.failures, 2);
    world.advance_seconds(150);
    world.settle().await;
    assert_eq!(sink.arrived(), ["one", "two", "one", "two"]);
    assert_eq!(host(north, &sink).await.failures, 0);
    assert_eq!(pending(north).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_decides_when_it_is_asked_again() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana").await;
    sends(north, "one", "a").await;
    sink.answers_later(7_200);
    world.settle().await;
    world.advance_hours(1);
    world.settle().await;
    assert_eq!(sink.arrived(), ["one"]);
    world.advance_seconds(3_601);
    world.settle().await;
    assert_eq!(sink.arrived(), ["one", "one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_blocks_nothing() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana").await;
    for (name, status) in [("gone", 410), ("forbidden", 403), ("large", 413)] {
        sends(north, name, "a").await;
        sink.answers(&[status]);
    }
    sends(north, "fine", "a").await;
    world.settle().await;
    assert_eq!(sink.arrived(), ["gone", "forbidden", "large", "fine"]);
    assert_eq!(pending(north).await, 0);
    assert_eq!(host(north, &sink).await.failures, 0, "an answer is a sign of life");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_signature_is_tried_once_and_remembered() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana").await;
    sends(north, "one", "a").await;
    sink.answers(&[401]);
    world.settle().await;
    assert_eq!(sink.forms(), [false, true]);
    assert_eq!(host(north, &sink).await.signature, SignatureScheme::Rfc9421);
    sends(north, "two", "a").await;
    world.settle().await;
    assert_eq!(sink.forms(), [false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_host_is_given_up_after_a_week_and_delays_nobody() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (dead, alive) = (Sink::open("dead").await, Sink::open("alive").await);
    follower(north, &dead, "ana").await;
    follower(north, &alive, "bela").await;
    dead.answers(&[503; 64]);
    sends(north, "one", "a").await;
    world.settle().await;
    assert_eq!(alive.arrived(), ["one"]);
    for _ in 0..9 * 24 {
        world.advance_hours(1);
        world.settle().await;
    }
    assert_eq!(pending(north).await, 0, "given up and kept aside");
    let tries = dead.arrived().len();
    assert!((10..=20).contains(&tries), "{tries} tries in a week");
    sends(north, "two", "a").await;
    world.settle().await;
    assert_eq!(dead.arrived().len(), tries, "a dead host gets nothing new");
    assert_eq!(alive.arrived(), ["one", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_of_a_worker_that_died_are_taken_by_another() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana").await;
        sends(north, "one", "a").await;
        // A worker claims the host and is never heard of again.
        let claimed = north.app().db.write(|tx| deliveries::claim(tx, 10, 300)).await.unwrap();
        assert_eq!(claimed.len(), 1);
        world.settle().await;
        assert!(sink.arrived().is_empty(), "the lease holds");
        world.advance_seconds(301);
        world.settle().await;
        assert_eq!(sink.arrived(), ["one"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_host_gets_nothing_that_waited() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana").await;
    sends(north, "one", "a").await;
    let id = host(north, &sink).await.id;
    let db = north.app().db;
    db.write(|tx| Ok(hosts::set_standing(tx, id, HostStanding::Suspended)?)).await.unwrap();
    for _ in 0..3 {
        plenum::jobs::run_due(&north.data()).await.unwrap();
    }
    assert!(sink.arrived().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poisonous_row_is_put_aside_while_the_others_go_through() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana").await;
    *sink.poison.lock().unwrap() = Some("poison".to_owned());
    sends(north, "poison", "a").await;
    for number in 0..30 {
        sends(north, &format!("fine-{number}"), &format!("b-{number}")).await;
        world.settle().await;
        world.advance_seconds(150);
    }
    world.advance_hours(4);
    world.settle().await;
    let arrived = sink.arrived();
    for number in 0..30 {
        let name = format!("fine-{number}");
        assert_eq!(arrived.iter().filter(|seen| **seen == name).count(), 1, "{name} of {arrived:?}");
    }
    assert_eq!(arrived.iter().filter(|seen| *seen == "poison").count(), 20);
    assert_eq!(pending(north).await, 0, "it is kept aside");
}
