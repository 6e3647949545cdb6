//! Questions, positions and critiques, as an app sees them that knows nothing of debates.

use axum::http::{Method, StatusCode};
use megalodon::SNS;
use plenum::domain::account::Account;
use plenum::domain::critique::Intent;
use plenum::domain::position::DraftPosition;
use plenum::domain::question::Qid;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::services::{posts, relations, users};
use serde_json::{Value, json};

use super::member;
use crate::harness::Database;
use crate::harness::client::{Client, Reply};
use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";

/// North asked, and answers; South answers under its own copy.
async fn debate(database: Database) -> (World, String, String) {
    let world = World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
    let (north, south) = (world.at("north"), world.at("south"));
    south.follows(north).await;
    north.follows(south).await;
    world.settle().await;
    let question = north.asks(ASKED, &["Yes", "No"]).await;
    let qid = qid_of(&question);
    world.settle().await;
    world.advance_seconds(60);
    north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    south.answers(&qid, &answer("undecided", "", "We lack reports."), "").await.unwrap();
    world.settle().await;
    let key = question.head.id.to_string();
    (world, key, qid.as_str().to_owned())
}

async fn follow(site: &Instance, follower: &Account, followee: &Account) {
    site.app().db.write(|tx| relations::follow(tx, follower, followee)).await.unwrap();
}

async fn organization(site: &Instance) -> Client {
    let name = format!("{}_admin", site.name);
    let token = site.app().db.write(|tx| users::token(tx, &name, true, "read write")).await.unwrap();
    site.with_token(&token)
}

fn contents(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|status| status["content"].as_str().unwrap()).collect()
}

fn status_of<'a>(list: &'a Value, content: &str) -> &'a Value {
    let mut found = list.as_array().unwrap().iter();
    found.find(|status| status["content"].as_str().unwrap().contains(content)).unwrap_or(&Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn around_a_question_stand_the_positions_of_all_its_copies() {
    on_each_engine(async |database| {
        let (world, question, qid) = debate(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (_, ada) = member(north, "ada").await;
        let shown = ada.get(&format!("/api/v1/statuses/{question}")).await.ok();
        let content = shown["content"].as_str().unwrap();
        assert_eq!(content.matches(ASKED).count(), 1, "the title stands once: {content}");
        assert!(content.starts_with(&format!("<p><strong>{ASKED}</strong></p>")), "{content}");
        assert_eq!((&shown["card"], &shown["spoiler_text"]), (&Value::Null, &json!("")));
        assert!(shown["url"].as_str().unwrap().contains("/questions/did-the-deployment"));
        assert_eq!(shown["uri"], format!("{}/q/{qid}", north.origin()));

        let around = ada.get(&format!("/api/v1/statuses/{question}/context")).await.ok();
        assert_eq!(around["ancestors"], json!([]));
        let ours = status_of(&around["descendants"], "Position: Yes");
        let theirs = status_of(&around["descendants"], "Position: undecided");
        assert_eq!(around["descendants"].as_array().unwrap().len(), 2, "{around:#}");
        for position in [ours, theirs] {
            assert_eq!(position["in_reply_to_id"], question, "apps draw a tree by it");
        }
        // By itself a position answers the copy of its own organization.
        let key = theirs["id"].as_str().unwrap();
        let chain = ada.get(&format!("/api/v1/statuses/{key}/context")).await.ok();
        let [copy] = &chain["ancestors"].as_array().unwrap()[..] else { panic!("{chain:#}") };
        assert_eq!(copy["uri"], format!("{}/q/{qid}", south.origin()));
        let alone = ada.get(&format!("/api/v1/statuses/{key}")).await.ok();
        assert_eq!(alone["in_reply_to_id"], copy["id"]);
        let around =
            ada.get(&format!("/api/v1/statuses/{}/context", copy["id"].as_str().unwrap())).await.ok();
        assert_eq!(around["descendants"].as_array().unwrap().len(), 2, "the other copy shows the same");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_from_an_app_lands_at_the_position_it_answers() {
    on_each_engine(async |database| {
        let (world, question, _) = debate(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (_, ada) = member(north, "ada").await;
        let around = ada.get(&format!("/api/v1/statuses/{question}/context")).await.ok();
        let theirs = status_of(&around["descendants"], "Position: undecided")["id"].clone();
        for (target, text) in [(&theirs, "Which ones?"), (&json!(question), "Which part of it?")] {
            world.advance_seconds(1);
            let body = json!({ "status": text, "in_reply_to_id": target });
            let reply = ada.post("/api/v1/statuses", body).await.ok();
            assert_eq!(&reply["in_reply_to_id"], target);
        }
        world.settle().await;
        let around = ada.get(&format!("/api/v1/statuses/{question}/context")).await.ok();
        let asked = status_of(&around["descendants"], "Which ones?");
        assert_eq!(asked["in_reply_to_id"], theirs);
        assert_eq!(status_of(&around["descendants"], "Which part")["in_reply_to_id"], question);
        // South has it below its own position, and hears of it.
        let app = organization(south).await;
        let told = app.get("/api/v1/notifications?types[]=mention").await.ok();
        let told = told.as_array().unwrap().iter().map(|one| &one["status"]).cloned().collect::<Vec<_>>();
        let told = status_of(&Value::Array(told.clone()), "Which ones?").clone();
        let key = told["in_reply_to_id"].as_str().unwrap();
        let parent = app.get(&format!("/api/v1/statuses/{key}")).await.ok();
        assert!(parent["content"].as_str().unwrap().contains("Position: undecided"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_and_positions_are_found_and_followed() {
    on_each_engine(async |database| {
        let (world, question, qid) = debate(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (_, ada) = member(north, "ada").await;
        let (bela, home) = member(south, "bela").await;
        follow(south, &bela, &south.organization().await).await;
        let asker = north.organization().await.uri;
        let asker = resolve::account(&south.data(), asker.as_str()).await.unwrap();
        follow(south, &bela, &asker).await;
        world.settle().await;
        let home = home.get("/api/v1/timelines/home").await.ok();
        let lines = contents(&home);
        assert!(lines.iter().any(|line| line.contains("Position: undecided")), "{lines:#?}");
        assert!(lines.iter().any(|line| line.contains("Position: Yes")), "{lines:#?}");
        assert!(lines.iter().any(|line| line.starts_with(&format!("<p><strong>{ASKED}"))), "{lines:#?}");

        let address = format!("{}/q/{qid}", north.origin());
        let find = async |words: &str| {
            let words: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
            ada.get(&format!("/api/v2/search?q={words}")).await.ok()
        };
        assert_eq!(find(&address).await["statuses"][0]["id"], question);
        // The same question at a server that nobody here knows, or that does not answer.
        let found = find(&format!("https://elsewhere.example/q/{qid}")).await;
        assert_eq!(found["statuses"][0]["id"], question);
        assert_eq!(find("https://elsewhere.example/q/bciq").await["statuses"], json!([]));
        let tag = &qid[qid.len() - 8..];
        let found = find(&format!("#q_{tag}")).await;
        assert_eq!(found["hashtags"][0]["name"], format!("q_{tag}"));
        let lines = contents(&found["statuses"]);
        assert_eq!(lines.len(), 4, "two copies and two positions: {lines:#?}");
        assert!(lines.iter().any(|line| line.contains("Position: undecided")), "{lines:#?}");
        // Who was not here yet finds a question by the address of a copy elsewhere.
        let world = World::of(["east"]).await;
        let (_, stranger) = member(world.at("east"), "carl").await;
        let resolve =
            format!("/api/v2/search?resolve=true&q={}", address.replace(':', "%3A").replace('/', "%2F"));
        let found = stranger.get(&resolve).await.ok();
        assert_eq!(found["statuses"][0]["uri"], address, "{found:#}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_cannot_change_what_takes_a_reason() {
    on_each_engine(async |database| {
        let (world, question, _) = debate(database).await;
        let north = world.at("north");
        let app = organization(north).await;
        let around = app.get(&format!("/api/v1/statuses/{question}/context")).await.ok();
        let position = status_of(&around["descendants"], "Position: Yes")["id"].as_str().unwrap().to_owned();
        for (key, noun) in [(&question, "a question"), (&position, "a position")] {
            let path = format!("/api/v1/statuses/{key}");
            let before = app.get(&path).await.ok();
            let edited = app.ask(Method::PUT, &path, &[], Some(json!({ "status": "Other" }))).await;
            let deleted = app.ask(Method::DELETE, &path, &[], None).await;
            for (Reply { status, json, .. }, verb) in [(edited, "changed"), (deleted, "withdrawn")] {
                assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{json}");
                let error = json["error"].as_str().unwrap();
                assert!(error.contains(&format!("{noun} is {verb} with a reason")), "{error}");
                assert!(error.contains(before["url"].as_str().unwrap()), "it says where: {error}");
            }
            assert_eq!(app.get(&path).await.ok(), before, "nothing changed");
            // Of what is not theirs members learn nothing.
            let (_, other) = member(north, if noun == "a question" { "eva" } else { "fred" }).await;
            let refused = other.ask(Method::DELETE, &path, &[], None).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critique_is_changed_from_an_app_and_keeps_its_passage() {
    on_each_engine(async |database| {
        let (world, question, _) = debate(database).await;
        let north = world.at("north");
        let (bela, app) = member(north, "bela").await;
        let uri = plenum::domain::uri::Uri::parse(
            app.get(&format!("/api/v1/statuses/{question}")).await.ok()["uri"].as_str().unwrap(),
        );
        let target = (Intent::Objection, "stabilise the situation");
        let made = north.criticizes(&bela, &uri.unwrap(), target, "For whom?").await.unwrap();
        world.advance_seconds(60);
        let path = format!("/api/v1/statuses/{}", made.head.id);
        let shown = app.get(&path).await.ok();
        assert!(shown["content"].as_str().unwrap().contains("<blockquote>"), "{shown:#}");
        let source = app.get(&format!("{path}/source")).await.ok();
        assert_eq!(source["text"], "For whom?");
        let edited = app.ask(Method::PUT, &path, &[], Some(json!({ "status": "In whose eyes?" }))).await.ok();
        let content = edited["content"].as_str().unwrap();
        assert!(
            content.contains("stabilise the situation") && content.contains("In whose eyes?"),
            "{content}"
        );
        assert_eq!(edited["in_reply_to_id"], question);
        let db = north.app().db;
        let kept = db.read(|conn| Ok(plenum::store::critiques::parts(conn, made.head.id)?));
        assert_eq!(kept.await.unwrap().unwrap().exact, "stabilise the situation");
        app.ask(Method::DELETE, &path, &[], None).await.ok();
        assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_reads_the_debate() {
    let (world, question, qid) = debate(Database::sqlite()).await;
    let north = world.at("north");
    let ada = north.person("ada", &[]).await;
    let token = north.app().db.write(|tx| users::token(tx, "ada", false, "read write")).await.unwrap();
    // By number: not every machine looks up names below `localhost`.
    let port = north.host.rsplit(':').next().unwrap();
    let origin = format!("http://127.0.0.1:{port}");
    let app = megalodon::generator(SNS::Mastodon, origin, Some(token), None).unwrap();
    let asked = app.get_status(question.clone()).await.unwrap().json;
    assert!(asked.content.starts_with("<p><strong>Did the deployment"), "{}", asked.content);
    assert!(asked.tags.iter().any(|tag| qid.ends_with(tag.name.trim_start_matches("q_"))));
    let around = app.get_status_context(question.clone(), None).await.unwrap().json;
    assert_eq!(around.descendants.len(), 2);
    assert!(around.descendants.iter().all(|one| one.in_reply_to_id.as_ref() == Some(&question)));
    let post = posts::NewPost {
        markdown: plenum::text::Markdown::new("What of the west?"),
        in_reply_to: question.parse().ok().map(plenum::domain::id::Id::new),
        ..posts::NewPost::default()
    };
    let view = north.app().db.write(|tx| posts::publish(tx, &ada, &post)).await.unwrap();
    let around = app.get_status_context(question, None).await.unwrap().json;
    assert!(around.descendants.iter().any(|one| one.id == view.head.id.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_waits_elsewhere_is_shown_to_its_author_and_to_all_once_it_is_let_in() {
    on_each_engine(async |database| {
        let places = [("north", database), ("south", Database::sqlite())];
        let world = World::on(places, FederationMode::Quarantine).await;
        let (north, south) = (world.at("north"), world.at("south"));
        // South reads North; nobody at North knows Ada.
        south.follows(north).await;
        world.settle().await;
        let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        world.settle().await;
        let (_, ada) = member(south, "ada").await;
        let copy = south.sees(&thesis_of(&published, 1)).await.unwrap().head.id.to_string();
        let body = json!({ "status": "Who counted them?", "in_reply_to_id": copy });
        let reply = ada.post("/api/v1/statuses", body).await.ok();
        world.settle().await;
        let path = format!("/api/v1/statuses/{copy}/context");
        let around = ada.get(&path).await.ok();
        assert_eq!(
            contents(&around["descendants"]),
            ["<p>Who counted them?</p>"],
            "its author sees it at once"
        );
        let at_home = format!(
            "/api/v1/statuses/{}/context",
            north.sees(&thesis_of(&published, 1)).await.unwrap().head.id
        );
        let there = async || north.stranger().get(&at_home).await.ok()["descendants"].clone();
        assert_eq!(there().await, json!([]), "at North it waits");
        let uri = plenum::domain::uri::Uri::parse(reply["uri"].as_str().unwrap()).unwrap();
        let waiting = north.app().db.read(|conn| Ok(plenum::store::contributions::known(conn, &uri)?)).await;
        let author = waiting.unwrap().expect("it arrived").author_id;
        north.app().db.write(|tx| plenum::services::held::approve(tx, author)).await.unwrap();
        assert_eq!(contents(&there().await), ["<p>Who counted them?</p>"], "and appears when it is let in");
        let page = north.browser().open("/statements/on-bees/theses/k1").await;
        assert!(page.says("Who counted them?"));
        let reply = ada.get(&format!("/api/v1/statuses/{}", reply["id"].as_str().unwrap())).await.ok();
        assert_eq!(reply["in_reply_to_id"], json!(copy));
    })
    .await;
}

/// A member of North who follows South's organization, and the position that South took.
async fn follower(world: &World, qid: &str) -> (Client, Qid) {
    let (north, south) = (world.at("north"), world.at("south"));
    let (bela, app) = member(north, "bela").await;
    let other = resolve::account(&north.data(), &south.handle()).await.unwrap();
    follow(north, &bela, &other).await;
    world.settle().await;
    (app, Qid::parse(qid).unwrap())
}

/// What stands in their home of posts that quote the position, the newest first.
async fn news(world: &World, app: &Client, qid: &Qid) -> Vec<String> {
    world.settle().await;
    let home = app.get("/api/v1/timelines/home").await.ok();
    let position = json!(format!("{}/q/{qid}/position", world.at("south").origin()));
    let quoting = |status: &&Value| status["quote"]["quoted_status"]["uri"] == position;
    let found = home.as_array().unwrap().iter().filter(quoting);
    found.map(|status| status["content"].to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_position_comes_to_the_homes_of_followers_as_one_readable_text() {
    on_each_engine(async |database| {
        let (world, _, qid) = debate(database).await;
        let (app, qid) = follower(&world, &qid).await;
        let says = async |certainty: &str, text: &str, reason: &str| {
            world.at("south").answers(&qid, &answer(certainty, "No", text), reason).await
        };
        assert_eq!(news(&world, &app, &qid).await, [""; 0]);

        world.advance_seconds(60);
        says("decided", "We read on.", "Reports came.").await.unwrap();
        let first = news(&world, &app, &qid).await;
        let [text] = first.as_slice() else { panic!("one update: {first:?}") };
        for words in [ASKED, "Before: undecided", "Now: No (decided)", "why: Reports came."] {
            assert!(text.contains(words), "{words}: {text}");
        }

        // What is mended at once is one change, and what changes nothing is none.
        world.advance_seconds(60);
        says("provisional", "We read on.", "Less sure.").await.unwrap();
        let silent = says("provisional", "We read on.", "Again.").await.unwrap_err().to_string();
        assert!(silent.contains("this is what the position says already"), "{silent}");
        let mended = news(&world, &app, &qid).await;
        let [text] = mended.as_slice() else { panic!("the one before is taken back: {mended:?}") };
        assert!(text.contains("Before: No (decided)") && text.contains("Now: No (for now)"), "{text}");

        world.advance_hours(2);
        says("provisional", "We read more.", "A *better* source.").await.unwrap();
        let all = news(&world, &app, &qid).await;
        assert!(
            all[0].contains("as before: No (for now)") && all[0].contains("A *better* source."),
            "{all:?}"
        );
        assert_eq!(all.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_position_is_told_and_so_is_one_that_takes_its_place() {
    on_each_engine(async |database| {
        let (world, _, qid) = debate(database).await;
        let (app, qid) = follower(&world, &qid).await;
        let south = world.at("south");
        world.advance_hours(2);
        let stands = south.answers(&qid, &answer("decided", "No", "We read on."), "Reports came.").await;
        world.advance_hours(2);
        south.withdraws(stands.unwrap().head.id, "We were misled.").await;
        let all = news(&world, &app, &qid).await;
        assert!(all[0].contains("We withdraw our position") && all[0].contains("We were misled."), "{all:?}");
        assert_eq!(all.len(), 2);

        world.advance_hours(2);
        let spanish = DraftPosition { language: "es".to_owned(), ..answer("decided", "Sí", "Leímos.") };
        south.answers(&qid, &spanish, "El congreso decidió.").await.unwrap();
        let newest = news(&world, &app, &qid).await.remove(0);
        assert!(newest.contains("Antes: retirada") && newest.contains("Ahora: Sí (decidido)"), "{newest}");
    })
    .await;
}
