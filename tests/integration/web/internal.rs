//! The internal space: nobody outside finds it by any way, and the step out of it shows everything first.

use axum::http::{Method, StatusCode};
use plenum::domain::contribution::{Contribution, Kind, Visibility};
use plenum::domain::critique::Intent;
use plenum::domain::id::Id;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::view::Body;
use plenum::store::contributions::Viewer;
use plenum::store::{accounts, audit, contributions, deliveries};
use serde_json::json;

use crate::harness::browser::Browser;
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World, on_each_engine};

/// The newest contribution that this account wrote, whoever may see it.
async fn newest(north: &Instance, author: Id<plenum::domain::account::Account>) -> Contribution {
    let db = north.app().db;
    let found = db.read(|conn| {
        let all = contributions::all_of(conn, author)?;
        Ok(contributions::known_by_id(conn, *all.last().unwrap())?)
    });
    found.await.unwrap().unwrap()
}

async fn waiting(north: &Instance) -> i64 {
    north.app().db.read(|conn| Ok(deliveries::pending(conn)?)).await.unwrap()
}

/// Every way by which somebody outside might come across a contribution.
async fn is_unseen(north: &Instance, peers: &Peers, head: &Contribution, words: &str) {
    assert!(north.sees(&head.uri).await.is_none());
    let path = head.uri.as_str().strip_prefix(&north.origin()).unwrap().to_owned();
    let mut stranger = north.browser();
    for page in
        [path.clone(), format!("/threads/{}", head.thread_id), format!("/contributions/{}/edit", head.id)]
    {
        let answer = stranger.open(&page).await;
        assert!(!answer.says(words), "{page}");
    }
    assert_eq!(stranger.open(&path).await.status, StatusCode::NOT_FOUND, "not even that it is there");
    for page in [
        "/",
        "/feed",
        "/@anna",
        "/@anna/feed",
        "/questions",
        "/tags/bees",
        "/timeline",
        "/statements/on-bees",
    ] {
        assert!(!stranger.open(page).await.says(words), "{page}");
    }
    let vic = peers.person("far", "vic");
    assert_eq!(vic.get(north, &path).send(), 404, "not for signed requests either");
    is_unseen_by_apps(north, head, words).await;
}

async fn is_unseen_by_apps(north: &Instance, head: &Contribution, words: &str) {
    let app = north.stranger();
    for call in ["/api/v1/timelines/public", "/api/v2/search?q=secret"] {
        assert!(!app.get(call).await.json.to_string().contains(words), "{call}");
    }
    assert_eq!(app.get(&format!("/api/v1/statuses/{}", head.id)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_talk_among_themselves_and_nobody_outside_knows() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (anna, bela) = (north.person("anna", &[]).await, north.person("bela", &[]).await);
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let fan = peers.person("fan", "fan");
        let follow = fan.does("Follow", anna.uri.as_str());
        assert_eq!(fan.sends(north, &follow), 202);
        world.settle().await;
        let before = waiting(north).await;
        let visitor = north.browser().open("/internal").await;
        assert!(visitor.path.starts_with("/sign-in"), "{}", visitor.path);
        let mut browser = north.signed_in("anna").await;
        let form = browser.open("/internal/new").await;
        assert_eq!(
            browser.send(&form, "main form", &[("text", " ")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let page = browser.send(&form, "main form", &[("text", "A #bees zqsecret for @bela.")]).await;
        assert!(
            page.says("Internal contribution") && page.says("Only members of this site"),
            "{}",
            page.body
        );
        assert!(!page.says("A reply can come from any server"), "{}", page.body);
        let first = newest(north, anna.id).await;
        assert_eq!(first.visibility, Visibility::Internal);
        let mut other = north.signed_in("bela").await;
        assert!(other.open("/internal").await.says("zqsecret"));
        assert!(other.open("/notifications").await.says("zqsecret"), "whom it names is told");
        let form = other.open(&format!("/reply?to={}", first.id)).await;
        other.send(&form, "main form", &[("text", "zqsecret indeed"), ("reach", "same")]).await;
        let second = newest(north, bela.id).await;
        assert_eq!(second.visibility, Visibility::Internal, "whatever the form says");
        let form = other.open(&format!("/reply?to={}", bees.head.id)).await;
        let fields = [("text", "zqsecret doubt"), ("reach", "internal"), ("intent", "objection")];
        other.send(&form, "main form", &fields).await;
        let third = newest(north, bela.id).await;
        assert_eq!(third.visibility, Visibility::Internal, "an answer to something public");
        assert!(browser.open("/statements/on-bees").await.says("zqsecret doubt"), "members see it there");
        for head in [&first, &second, &third] {
            is_unseen(north, &peers, head, "zqsecret").await;
        }
        assert_eq!(waiting(north).await, before, "nothing was sent");
        let edit = browser.open(&format!("/contributions/{}/edit", first.id)).await;
        browser.send(&edit, "main form", &[("text", "Another zqsecret.")]).await;
        let delete = other.open(&format!("/contributions/{}/delete", second.id)).await;
        other.send(&delete, "main form", &[]).await;
        assert_eq!(waiting(north).await, before, "nor of changes and deletions");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_out_is_read_first_and_the_original_stays_inside() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let anna = north.person("anna", &[]).await;
        north.person("bela", &[]).await;
        let fan = peers.person("fan", "fan");
        assert_eq!(fan.sends(north, &fan.does("Follow", anna.uri.as_str())), 202);
        world.settle().await;
        let mut browser = north.signed_in("anna").await;
        let form = browser.open("/internal/new").await;
        browser.send(&form, "main form", &[("text", "Bela and anna found *zqbees*.")]).await;
        let inside = newest(north, anna.id).await;
        let (path, before) = (format!("/contributions/{}/publish", inside.id), waiting(north).await);
        assert_eq!(north.signed_in("bela").await.open(&path).await.status, StatusCode::FORBIDDEN);
        let page = browser.open(&path).await;
        assert_eq!(page.texts("mark"), ["Bela"], "others are marked, the author is not: {}", page.body);
        assert!(page.body.contains("[…] and anna found *zqbees*."), "{}", page.body);
        let none = browser.send(&page, "main form.draft", &[("visibility", "internal")]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [("text", "We (Bela agreed) found **zqbees**."), ("visibility", "unlisted")];
        let seen = browser.send(&page, "main form.draft", &fields).await;
        assert!(seen.body.contains("<strong>zqbees</strong>"), "as it will stand: {}", seen.body);
        assert!(seen.says("Names of members stand in it"));
        assert_eq!(newest(north, anna.id).await.id, inside.id, "nothing is published yet");
        assert_eq!(waiting(north).await, before);
        let done = browser.send(&seen, "main form", &[]).await;
        assert!(done.says("found zqbees"), "{}", done.body);
        let public = newest(north, anna.id).await;
        let view = north.sees(&public.uri).await.expect("everybody reads it");
        assert!(view.head.content.contains("We (Bela agreed) found <strong>zqbees</strong>."));
        assert_eq!((view.head.visibility, view.head.thread_id), (Visibility::Unlisted, view.head.id));
        assert!(waiting(north).await > before, "it is sent");
        assert!(north.sees(&inside.uri).await.is_none(), "the original stays inside");
        let kept = north.view(Viewer::Member(anna.id), &inside.uri).await.unwrap();
        assert_eq!(kept.head.content, inside.content);
        let document = north.document(public.uri.as_str().strip_prefix(&north.origin()).unwrap()).await;
        let inner: &Uri = &inside.uri;
        assert!(!document.to_string().contains(inner.as_str()), "nothing leads inside");
        let log = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        let entry = log.iter().find(|entry| entry.action == "internal.publish").expect("it is written down");
        assert_eq!((entry.subject.as_str(), &entry.detail), (public.uri.as_str(), &inside.id.to_string()));
        let again = browser.open(&format!("/contributions/{}/publish", public.id)).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND, "what is public is not made public");
    })
    .await;
}

/// Anna objects to something inside, changes that, answers it with an app, and changes the answer.
async fn writes_inside(
    north: &Instance,
    browser: &mut Browser,
    (parent, text, ghost): (Id<Contribution>, &str, &str),
) -> (Contribution, Contribution) {
    let db = north.app().db;
    let anna = db.read(|conn| Ok(accounts::local_by_name(conn, "anna")?)).await.unwrap().unwrap().id;
    let form = browser.open(&format!("/reply?to={parent}")).await;
    let fields =
        [("text", text), ("reach", "internal"), ("intent", "objection"), ("passage", "Bees can count")];
    browser.send(&form, "main form", &fields).await;
    let inside = newest(north, anna).await;
    assert_eq!((inside.visibility, inside.kind), (Visibility::Internal, Kind::Critique));
    let edit = browser.open(&format!("/contributions/{}/edit", inside.id)).await;
    browser.send(&edit, "main form", &[("text", &format!("{text} Really."))]).await;
    let app = north.client("anna", "read write").await;
    let answer = json!({
        "status": format!("zqanswer for {ghost}"), "spoiler_text": "Stings", "visibility": "direct",
        "in_reply_to_id": inside.id.to_string(),
    });
    let answered = app.post("/api/v1/statuses", answer).await.ok();
    let path = format!("/api/v1/statuses/{}", answered["id"].as_str().unwrap());
    let changed = [("status", format!("zqanswer again for {ghost}")), ("spoiler_text", "Stings".to_owned())];
    let changed: Vec<_> = changed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    app.send(Method::PUT, &path, &changed, &[]).await.ok();
    let below = newest(north, anna).await;
    assert_eq!((below.visibility, below.summary.as_deref()), (Visibility::Internal, Some("Stings")));
    (inside, below)
}

/// What is inside names nobody elsewhere to their server, whatever it is written with; what goes out keeps what it
/// means, says to whom it goes, and goes out once.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_out_keeps_its_warning_its_passage_and_its_place() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let anna = north.person("anna", &[]).await;
        north.person("bela", &[]).await;
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let thesis = thesis_of(&bees, 1);
        let parent = north.sees(&thesis).await.unwrap().head.id;
        let mut browser = north.signed_in("anna").await;
        let ghost = format!("@ghost@{}", peers.host("far"));
        let text = format!("Belas doubt about zqstep, says {ghost}.");
        let (inside, below) = writes_inside(north, &mut browser, (parent, &text, &ghost)).await;
        let publish = format!("/contributions/{}/publish", inside.id);
        let page = browser.open(&publish).await;
        assert_eq!(page.texts("mark"), ["Belas"], "declined names are marked: {}", page.body);
        assert!(page.body.contains("Belas doubt"), "and left for people to look at");
        let leads = format!("See {} and {ghost}", below.uri);
        let hidden = browser.send(&page, "main form.draft", &[("text", &leads)]).await;
        assert_eq!(hidden.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(hidden.says("It links to what not everybody may read"), "{}", hidden.body);
        let seen = browser.send(&page, "main form.draft", &[("text", &text)]).await;
        assert_eq!(seen.texts("section blockquote"), ["Bees can count"], "{}", seen.body);
        assert!(seen.says("an objection") && seen.says("It is an answer: north@"), "{}", seen.body);
        assert!(seen.says(&format!("Not known here are ghost@{}", peers.host("far"))), "{}", seen.body);
        assert_eq!(peers.requests(), 0, "nobody elsewhere heard of any of it");
        let before = written(north, anna.id).await;
        browser.send(&seen, "main form", &[("seen", "somebody else")]).await;
        assert_eq!(written(north, anna.id).await, before, "it is shown again where others are named");
        let twice =
            [browser.send(&seen, "main form", &[]).await, browser.send(&seen, "main form", &[]).await];
        assert_eq!(written(north, anna.id).await, before + 1, "two clicks publish once");
        assert_eq!(twice[0].path, twice[1].path);
        assert!(peers.requests() > 0, "who is named was looked for when it was decided");
        let public = newest(north, anna.id).await;
        let view = north.sees(&public.uri).await.expect("everybody reads it");
        assert_eq!((view.head.kind, view.head.in_reply_to_id), (Kind::Critique, Some(parent)));
        let Body::Critique(critique) = &view.body else { panic!("no critique") };
        assert_eq!((critique.intent, critique.passage()), (Intent::Objection, Some("Bees can count")));
        let page = browser.open(&publish).await;
        let fields = [("text", "On its own."), ("place", "own"), ("summary", "Bees inside")];
        let seen = browser.send(&page, "main form.draft", &fields).await;
        assert!(seen.says("Warning: Bees inside") && !seen.says("It is an answer"), "{}", seen.body);
        browser.send(&seen, "main form", &[]).await;
        let alone = newest(north, anna.id).await;
        assert_eq!((alone.kind, alone.in_reply_to_id), (Kind::Post, None));
        assert_eq!((alone.summary.as_deref(), alone.sensitive), (Some("Bees inside"), true));
    })
    .await;
}

/// How much an account has written.
async fn written(north: &Instance, author: Id<plenum::domain::account::Account>) -> usize {
    north.app().db.read(|conn| Ok(contributions::all_of(conn, author)?)).await.unwrap().len()
}

/// Apps know no internal space: what they delete and write anew would go out as a letter to whom it names.
#[tokio::test(flavor = "multi_thread")]
async fn no_app_writes_anew_what_was_said_inside() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let anna = north.person("anna", &[]).await;
        peers.person("far", "bob");
        let mut browser = north.signed_in("anna").await;
        let form = browser.open("/internal/new").await;
        let text = format!("zqsecret about @bob@{}", peers.host("far"));
        browser.send(&form, "main form", &[("text", &text)]).await;
        let first = newest(north, anna.id).await;
        let app = north.client("anna", "read write").await;
        let path = format!("/api/v1/statuses/{}", first.id);
        let deleted = app.ask(Method::DELETE, &path, &[], None).await;
        assert!(deleted.status.is_client_error(), "{}", deleted.json);
        let said = deleted.json.to_string();
        assert!(said.contains(&first.url) && !said.contains("zqsecret"), "{said}");
        assert_eq!(newest(north, anna.id).await.id, first.id, "it is still there");
    })
    .await;
}
