//! What is left behind by whoever leaves or is suspended: rights, words that wait to be sent, words that are
//! served, and words elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

use axum::body::Body;
use axum::http::header::ACCEPT;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use plenum::domain::account::{Account, AccountState};
use plenum::domain::account_rule::AccountDecision;
use plenum::domain::contribution::{State, Visibility};
use plenum::domain::host::HostStanding;
use plenum::domain::job::Job;
use plenum::domain::media::Kept;
use plenum::domain::relation::FollowState;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::user::{Role, Roles, User};
use plenum::federation::resolve;
use plenum::http;
use plenum::media::Format;
use plenum::services::media::Description;
use plenum::services::scheduled::{self, Written};
use plenum::services::{self, account_rules, cases, interactions, leaving, posts, sign_ins, users};
use plenum::store::{self, accounts, activities, contributions, deliveries, jobs, keys, warnings};
use plenum::text::Markdown;
use serde_json::json;
use tower::ServiceExt;

use super::{decide, says, standing};
use crate::federation::sink::{Behind, Sink, follower, host};
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine, pair, password};

/// What other servers get at a path or an address of this site.
async fn fetched(north: &Instance, at: &str) -> (StatusCode, String) {
    let path = at.strip_prefix(&north.origin()).unwrap_or(at);
    let request = Request::get(path).header(ACCEPT, "application/activity+json");
    let request = request.header("host", &north.host).body(Body::empty()).unwrap();
    let answer = http::router(north.federation.clone()).oneshot(request).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

async fn login(north: &Instance, name: &str) -> (User, Account) {
    let db = north.app().db;
    let found = db.read(|conn| {
        let user = store::users::by_name(conn, name)?.unwrap();
        let account = accounts::by_id(conn, user.account_id)?.unwrap();
        Ok((user, account))
    });
    found.await.unwrap()
}

async fn leaves(north: &Instance, name: &str) {
    let (user, account) = login(north, name).await;
    north.app().db.write(|tx| leaving::leave(tx, &user, &account)).await.unwrap();
}

/// The bodies of what waits for the server of a sink.
async fn waiting(north: &Instance, sink: &Sink) -> Vec<String> {
    let id = host(north, sink).await.id;
    let now = north.app().clock().now();
    let rows = north.app().db.read(|conn| Ok(deliveries::waiting(conn, id, now)?)).await.unwrap();
    rows.into_iter().map(|(_, activity)| activity.body).collect()
}

/// Two admins leave, each sure that the other stays.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_admins_who_leave_at_once_one_stays() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[Role::Admin]).await;
        let start = Arc::new(Barrier::new(2));
        let mut both = Vec::new();
        for name in ["ada", "north_admin"] {
            let (user, account) = login(north, name).await;
            let (db, start, met) = (north.app().db, Arc::clone(&start), AtomicBool::new(false));
            let alone = db.is_exclusive();
            let leaving = async move {
                db.write(|tx| {
                    // SQLite lets the second begin only when the first is done.
                    if !alone && !met.swap(true, Ordering::SeqCst) {
                        start.wait();
                    }
                    leaving::leave(tx, &user, &account)
                })
                .await
            };
            #[expect(clippy::disallowed_methods, reason = "both have to be within their transactions")]
            both.push(tokio::spawn(leaving));
        }
        let mut left = 0;
        for one in both {
            match one.await.unwrap() {
                Ok(()) => left += 1,
                Err(error) => assert!(error.to_string().contains("last admin"), "{error}"),
            }
        }
        assert_eq!(left, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_suspended_is_served_and_sent_nowhere_until_it_is_taken_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        let ana = follower(north, &sink, "ana", Behind::Shared).await;
        let forum = north.app().site.forum;
        let uri = Uri::parse(&format!("http://{}/follows/2", sink.host)).unwrap();
        let db = north.app().db;
        let follow = |tx: &mut store::Tx<'_>| {
            store::relations::insert(tx, ana.id, forum, &uri, FollowState::Accepted)?;
            Ok(())
        };
        db.write(follow).await.unwrap();
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        world.settle().await;
        let anna = north.person("anna", &[]).await;
        north.replies(&anna, &bees, "To seventeen!").await;
        let app = north.client("anna", "read write").await;
        let poll = json!({ "options": ["Yes", "No"], "expires_in": 3600 });
        let text = format!("Seventeen, @{}?", ana.handle);
        let asked = app.post("/api/v1/statuses", json!({ "status": text, "poll": poll })).await.ok();
        let poll = db
            .read(|conn| {
                Ok(contributions::known(conn, &Uri::parse(asked["uri"].as_str().unwrap()).unwrap())?)
            })
            .await
            .unwrap()
            .unwrap()
            .id;
        let outbox = format!("{}/outbox?page=true", anna.uri);
        let forum_outbox = "/actors/north_forum/outbox";
        let (_, page) = fetched(north, &outbox).await;
        let page: serde_json::Value = serde_json::from_str(&page).unwrap();
        let activity = page["orderedItems"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(fetched(north, &activity).await.0, StatusCode::OK);
        assert!(fetched(north, forum_outbox).await.1.contains("seventeen"));
        assert!(waiting(north, &sink).await.iter().any(|body| body.contains("seventeen")));
        decide(north, &anna, &standing(HostStanding::Suspended)).await;
        assert!(waiting(north, &sink).await.is_empty(), "neither hers nor what the Forum tells of hers");
        assert_eq!(fetched(north, &activity).await.0, StatusCode::NOT_FOUND);
        assert_eq!(fetched(north, &outbox).await.0, StatusCode::NOT_FOUND);
        assert!(!fetched(north, forum_outbox).await.1.contains("seventeen"));
        world.advance_hours(2);
        db.write(|tx| services::polls::close(tx, poll)).await.unwrap();
        assert!(waiting(north, &sink).await.is_empty(), "the end of her poll is told to nobody");
        decide(north, &anna, &AccountDecision::default()).await;
        assert_eq!(fetched(north, &activity).await.0, StatusCode::OK);
        assert!(fetched(north, &outbox).await.1.contains("eventeen"));
        assert!(fetched(north, forum_outbox).await.1.contains("seventeen"));
        north.replies(&anna, &bees, "To seventeen at least!").await;
        assert!(!waiting(north, &sink).await.is_empty());
        leaves(north, "anna").await;
        let left = waiting(north, &sink).await;
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].contains("\"removeData\":true") && !left[0].contains("seventeen"));
        assert!(!fetched(north, forum_outbox).await.1.contains("seventeen"), "before any job");
        assert_eq!(fetched(north, &activity).await.0, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_another_server_is_out_of_sight_at_once_and_deleted_piece_by_piece() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let vic = peers.person("a", "vic");
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        let said = uri_of_note(&vic.id, "1");
        assert!(north.sees(&said).await.is_some());
        let far = resolve::account(&north.data(), &vic.id).await.unwrap();
        let db = north.app().db;
        db.write(|tx| services::accounts::remove(tx, &far)).await.unwrap();
        let state = async || {
            let found = db.read(|conn| Ok(contributions::known(conn, &said)?)).await.unwrap();
            found.unwrap().state
        };
        assert!(north.sees(&said).await.is_none());
        assert_eq!(state().await, State::Withheld, "nothing more is done at once");
        let known = db.read(|conn| Ok(accounts::by_id(conn, far.id)?)).await.unwrap().unwrap();
        assert_eq!(known.state, AccountState::Deleted);
        world.settle().await;
        assert_eq!(state().await, State::Deleted);
    })
    .await;
}

fn uri_of_note(actor: &str, name: &str) -> Uri {
    Uri::parse(&format!("{actor}/notes/{name}")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_for_everybody_is_not_known_to_be_gone() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let anna = north.person("anna", &[]).await;
        let db = north.app().db;
        for (visibility, expected) in [
            (Visibility::Public, StatusCode::GONE),
            (Visibility::Internal, StatusCode::NOT_FOUND),
            (Visibility::Mentioned, StatusCode::NOT_FOUND),
        ] {
            let post = posts::NewPost {
                markdown: Markdown::new("To seven."),
                visibility,
                ..posts::NewPost::default()
            };
            let head = db.write(|tx| posts::publish(tx, &anna, &post)).await.unwrap().head;
            db.write(|tx| posts::delete(tx, &anna, head.id)).await.unwrap();
            for at in [head.uri.to_string(), format!("/.well-known/plenum/copy?id={}", head.uri)] {
                assert_eq!(fetched(north, &at).await.0, expected, "{visibility:?} {at}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_who_is_frozen_is_nobody_who_could_answer() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let mona = north.person("mona", &[Role::Moderator]).await;
        let bela = north.person("bela", &[]).await;
        let (db, admin) = (north.app().db, Some(north.admin().await.id));
        let frozen = AccountDecision { frozen: true, ..AccountDecision::default() };
        db.write(|tx| account_rules::decide(tx, admin, bela.id, &frozen)).await.unwrap();
        let told = db.read(|conn| Ok(warnings::of(conn, bela.id, 9)?)).await.unwrap();
        db.write(|tx| cases::appeal(tx, &bela, told[0].id, "I was calm.")).await.unwrap();
        let own = db.write(|tx| cases::answer_appeal(tx, admin, told[0].id, (true, false), "Yes.")).await;
        assert!(own.unwrap_err().to_string().contains("another moderator answers"));
        db.write(|tx| account_rules::decide(tx, admin, mona.id, &frozen)).await.unwrap();
        db.write(|tx| cases::answer_appeal(tx, admin, told[0].id, (true, false), "Yes.")).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_back_by_an_invitation_or_speaks_after_leaving() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[Role::Admin, Role::Publisher]).await;
        let (ada, _) = login(north, "ada").await;
        let (db, organization) = (north.app().db, north.organization().await);
        let invite =
            async || db.write(|tx| users::invite(tx, Some(&ada), Roles::of(&[Role::Admin]))).await.unwrap();
        let (hash, pairs) = (password(), pair());
        let join = async |secret: &str, name: &str| {
            db.write(|tx| users::accept_invite(tx, secret, (name, ""), &hash, &pairs)).await.map(drop)
        };
        let (first, second) = (invite().await, invite().await);
        join(&first, "eva").await.unwrap();
        db.write(|tx| sign_ins::disable(tx, None, "ada", "")).await.unwrap();
        assert!(join(&second, "ida").await.is_err(), "her login is closed");
        db.write(|tx| sign_ins::enable(tx, None, "ada")).await.unwrap();
        let due = north.app().clock().now().plus_seconds(7200);
        let written = Written { text: "Later.".to_owned(), ..Written::default() };
        let later = db.write(|tx| scheduled::schedule(tx, &ada, &organization, (&written, &[]), due)).await;
        later.unwrap();
        leaves(north, "ada").await;
        assert!(join(&second, "ida").await.is_err(), "she left");
        let waits = db.read(|conn| Ok(store::scheduled::count(conn, organization.id)?)).await.unwrap();
        assert_eq!(waits, 0, "nobody will publish it");
        assert!(north.browser().open(&format!("/join/{second}")).await.status.is_client_error());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_stay_as_long_as_somebody_may_still_be_told() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        for (name, behind) in [("bo", Behind::Own), ("ana", Behind::Shared), ("cy", Behind::Own)] {
            follower(north, &sink, name, behind).await;
        }
        let anna = north.person("anna", &[]).await;
        let db = north.app().db;
        let signs = async || {
            let all = db.read(|conn| Ok(keys::of_account(conn, anna.id)?)).await.unwrap();
            all.iter().any(|key| key.private_key.is_some())
        };
        let cleans = async || {
            db.write(|tx| jobs::enqueue(tx, &Job::Cleanup, tx.now)).await.unwrap();
            world.settle().await;
        };
        sink.answers(&[403]);
        leaves(north, "anna").await;
        assert_eq!(waiting(north, &sink).await.len(), 1, "each server is told once");
        world.settle().await;
        assert_eq!(sink.kinds()[0].1, "/inbox", "where it is for all of them");
        cleans().await;
        assert!(signs().await, "what was refused can be sent again");
        let id = host(north, &sink).await.id;
        db.write(|tx| deliveries::take_up(tx, id)).await.unwrap();
        world.settle().await;
        assert_eq!(sink.arrived().len(), 2, "it was told after all");
        world.advance_hours(25);
        world.settle().await;
        assert!(!signs().await);
    })
    .await;
}

/// What was asked for before somebody left is not done afterwards in their name, and what they said is forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_in_the_name_of_who_has_left() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head;
        let (anna, organization) = (north.person("anna", &[]).await, north.organization().await);
        north.replies(&anna, &bees.uri, "To seventeen!").await;
        let db = north.app().db;
        let (_, page) = fetched(north, &format!("{}/outbox?page=true", anna.uri)).await;
        let page: serde_json::Value = serde_json::from_str(&page).unwrap();
        let create = Uri::parse(page["orderedItems"][0]["id"].as_str().unwrap()).unwrap();
        let kept = async || db.read(|conn| Ok(activities::by_uri(conn, &create)?)).await.unwrap().is_some();
        leaves(north, "anna").await;
        let file = Kept::picture(Format::Png, "aa/late.png".to_owned(), 1, Some((1, 1)));
        let late = [
            db.write(|tx| interactions::like(tx, &anna, bees.id)).await,
            db.write(|tx| interactions::boost(tx, &anna, bees.id)).await,
            db.write(|tx| services::relations::follow(tx, &anna, &organization)).await,
            db.write(|tx| services::media::upload(tx, &anna, &file, &Description::default())).await.map(drop),
            north.tries_to_reply(&anna, &bees.uri, "And more.").await.map(drop),
        ];
        for tried in late {
            assert!(tried.is_err(), "she has left");
        }
        world.settle().await;
        assert!(kept().await);
        db.write(|tx| jobs::enqueue(tx, &Job::Cleanup, tx.now)).await.unwrap();
        world.settle().await;
        assert!(!kept().await, "nobody keeps her words");
    })
    .await;
}
