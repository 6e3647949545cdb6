//! What can be done: ask, adopt, answer, list, criticize, withdraw; and who may.

use axum::http::{Method, StatusCode};
use plenum::domain::position::ListingPolicy;
use plenum::domain::site::{FederationMode, Settings};
use plenum::domain::user::Role;
use plenum::services::{settings, users};
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::debate::{answer, qid_of};
use crate::harness::world::{Instance, World, on_each_engine};

const API: &str = "/api/plenum/v1";

/// An app that speaks for the organization.
pub(crate) async fn organization(site: &Instance) -> Client {
    let name = format!("{}_admin", site.name);
    let token = site.app().db.write(|tx| users::token(tx, &name, true, "read:debate write:debate")).await;
    site.with_token(&token.unwrap())
}

pub(super) async fn pair(database: Database) -> World {
    let world = World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
    world.at("south").follows(world.at("north")).await;
    world.at("north").follows(world.at("south")).await;
    world.settle().await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_asks_and_another_site_adopts_and_answers() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (ours, theirs) = (organization(world.at("north")).await, organization(world.at("south")).await);
        let body = json!({
            "text": "Who  decided this?", "language": "en", "background": "It was *never* said.",
            "answers": ["Nobody", "Somebody"], "scope": "General", "call": "Send documents.",
        });
        let asked = ours.post(&format!("{API}/questions"), body).await.ok();
        assert_eq!(asked["text"], "Who decided this?");
        let qid = asked["qid"].as_str().unwrap();
        world.settle().await;
        let adopt = json!({ "wording": "Who gave the order?", "answers": ["A committee"] });
        let adopted = theirs.post(&format!("{API}/questions/{qid}/adopt"), adopt.clone()).await.ok();
        assert_eq!((&adopted["wording"], &adopted["adopted"]), (&json!("Who gave the order?"), &json!(true)));
        let again = theirs.post(&format!("{API}/questions/{qid}/adopt"), adopt).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.json);

        let path = format!("{API}/questions/{qid}/positions");
        let body = json!({
            "answer": "A committee", "certainty": "provisional", "reasoning": "Its minutes say so.",
            "limits": "We have one page.", "adopted_body": "Council", "adopted_on": "2026-11-20",
        });
        let theses = json!([format!("{}/nonsense", world.at("north").origin())]);
        for (field, nothing) in [("theses", theses.clone()), ("statement", theses[0].clone())] {
            let mut body = body.clone();
            body[field] = nothing;
            let refused = theirs.post(&path, body).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", refused.json);
            assert!(refused.json["details"][field].is_array(), "{field}: {}", refused.json);
        }
        let position = theirs.post(&path, body.clone()).await.ok();
        assert_eq!((&position["revision"], &position["answer"]), (&json!(1), &json!("A committee")));
        world.advance_seconds(60);
        let silent = theirs.post(&path, body.clone()).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(silent.json["details"]["reason"].is_array(), "{}", silent.json);
        let mut changed = body.clone();
        changed["certainty"] = json!("decided");
        changed["reason"] = json!("The other pages arrived.");
        let second = theirs.post(&path, changed).await.ok();
        assert_eq!((&second["revision"], &second["id"]), (&json!(2), &position["id"]));
        assert_eq!(second["history"].as_array().unwrap().len(), 2);
        world.settle().await;
        assert_eq!(ours.get(&path).await.each("certainty"), ["decided"]);

        let path = format!("{API}/positions/{}/source", position["id"].as_str().unwrap());
        assert_eq!(theirs.get(&path).await.ok()["reasoning"], "Its minutes say so.");
        let source = theirs.get(&format!("{API}/questions/{qid}/source")).await.ok();
        assert_eq!(source["answers"], json!(["A committee"]));
        world.advance_seconds(60);
        let put = json!({ "wording": "Who signed?", "reason": "Clearer." });
        let revised = theirs.ask(Method::PUT, &format!("{API}/questions/{qid}"), &[], Some(put)).await.ok();
        assert_eq!([&revised["wording"], &revised["reason"]], ["Who signed?", "Clearer."]);
        assert_eq!(revised["answers"], json!([]), "everything is replaced");
        let path = format!("{API}/questions/{qid}/retract");
        let retracted = ours.post(&path, json!({ "reason": "Asked twice." })).await.ok();
        assert_eq!(retracted["state"], "retracted");
        let path = format!("{API}/positions/{}/retract", position["id"].as_str().unwrap());
        let gone = theirs.post(&path, json!({ "reason": "It was a forgery." })).await.ok();
        assert_eq!([&gone["state"], &gone["reason"]], ["retracted", "It was a forgery."]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_publishers_speak_for_the_organization() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let north = world.at("north");
        let qid = qid_of(&north.asks("Why?", &[]).await);
        north.person("mila", &[Role::Editor, Role::Moderator]).await;
        north.person("pia", &[Role::Publisher]).await;
        let (member, publisher) =
            (north.client("mila", "write:debate").await, north.client("pia", "write:debate").await);
        let before = north.state_of_debate().await;
        let position = json!({ "answer": "Yes", "certainty": "decided" });
        for (path, body) in [
            (format!("{API}/questions"), json!({ "text": "And now?" })),
            (format!("{API}/questions/{qid}/positions"), position.clone()),
            (format!("{API}/questions/{qid}/retract"), json!({ "reason": "x" })),
        ] {
            let refused = member.post(&path, body).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
            assert!(refused.json["error_description"].as_str().unwrap().contains("publisher"), "{path}");
        }
        assert_eq!(north.state_of_debate().await, before, "nothing changed and nothing was sent");
        // A publisher may, but not with the token of their own account: an app speaks for the
        // organization only where it was given its account.
        let path = format!("{API}/questions/{qid}/positions");
        let refused = publisher.post(&path, position.clone()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.json["error_description"].as_str().unwrap().contains("organization's account"));
        let made = organization(north).await.post(&path, position).await.ok();
        assert_eq!(made["author"]["kind"], "organization");
        let narrow = north.client("pia", "write:statuses read").await;
        let refused = narrow.post(&path, json!({ "certainty": "undecided" })).await;
        assert!(refused.json["error"].as_str().unwrap().contains("outside the authorized scopes"));
    })
    .await;
}

impl Instance {
    /// How much was said and sent.
    pub(super) async fn state_of_debate(&self) -> Value {
        let questions = self.stranger().get(&format!("{API}/questions")).await.ok();
        let sent = self.app().db.read(|conn| Ok(plenum::store::deliveries::pending(conn)?)).await.unwrap();
        json!([questions, sent])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_field_by_field() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let app = organization(north).await;
    let qid = qid_of(&north.asks("Why?", &[]).await);
    let refused = async |path: &str, body: Value, word: &str| {
        let reply = app.post(&format!("{API}/{path}"), body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.json);
        assert!(reply.json["error"].as_str().unwrap().contains(word), "{} lacks {word}", reply.json);
    };
    let positions = format!("questions/{qid}/positions");
    refused("questions", json!({ "text": "x".repeat(501) }), "at most 500").await;
    refused("questions", json!({ "text": "Why?", "language": "englisch!" }), "language").await;
    let itself = json!({ "text": "And?", "relations": [{ "kind": "cousin-of", "qid": qid.as_str() }] });
    refused("questions", itself, "no kind of relation").await;
    refused(&positions, json!({ "certainty": "maybe" }), "no certainty").await;
    refused(&positions, json!({ "certainty": "decided" }), "answer").await;
    refused(&positions, json!({ "certainty": "declines" }), "reasoning").await;
    refused(&positions, json!({ "certainty": "undecided" }), "say what you lack").await;
    let dated = json!({ "certainty": "undecided", "limits": "No reports.", "adopted_on": "31.02.2022" });
    refused(&positions, dated, "is no date").await;
    let key = app.get(&format!("{API}/questions/{qid}")).await.ok()["id"].as_str().unwrap().to_owned();
    let critiques = format!("contributions/{key}/critiques");
    refused(&critiques, json!({ "intent": "praise", "text": "x" }), "intent").await;
    let nowhere = json!({ "intent": "objection", "text": "x", "passage": "never said" });
    refused(&critiques, nowhere, "do not stand in the text").await;
    let long = json!({ "intent": "objection", "text": "x".repeat(5001) });
    refused(&critiques, long, "has 5001 characters, at most 5000").await;
    let missing = app.post(&format!("{API}/{critiques}"), json!({ "intent": "objection" })).await;
    assert_eq!(missing.status, StatusCode::BAD_REQUEST);
    let unknown = qid.as_str().replace(|c: char| c.is_ascii_digit(), "2");
    let adopt = format!("{API}/questions/{unknown}/adopt");
    assert_eq!(app.post(&adopt, json!({})).await.status, StatusCode::NOT_FOUND);
    let nowhere = json!({ "from": format!("{}/q/x", north.origin()) });
    refused(&format!("questions/{unknown}/adopt"), nowhere, "leads to no question").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critique_is_personal_or_official() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let question = north.asks("Why?", &["Because"]).await;
        world.settle().await;
        let key = south.sees(&question.head.uri).await.unwrap().head.id;
        south.person("bela", &[]).await;
        let (bela, official) = (south.client("bela", "write:debate").await, organization(south).await);
        let path = format!("{API}/contributions/{key}/critiques");
        let body = json!({ "intent": "question", "passage": "never", "text": "Since when?" });
        let personal = bela.post(&path, body.clone()).await.ok();
        assert_eq!((&personal["official"], &personal["place"]), (&json!(false), &json!("placed")));
        world.settle().await;
        world.advance_seconds(1);
        let ours = official.post(&path, body).await.ok();
        assert_eq!((&ours["official"], &ours["author"]["kind"]), (&json!(true), &json!("organization")));
        world.settle().await;
        let path = format!("{API}/contributions/{}/critiques", question.head.id);
        let there = north.stranger().get(&path).await.ok();
        let official: Vec<_> = there.as_array().unwrap().iter().map(|one| &one["official"]).collect();
        assert_eq!(official, [&json!(true), &json!(false)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_of_others_wait_where_the_site_decides_each_time() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let db = north.app().db;
        let policy = db.write(|tx| {
            let settings = plenum::store::settings::get(tx)?;
            let manual = Settings { listing_policy: ListingPolicy::Manual, ..settings };
            Ok(plenum::store::settings::update(tx, &manual)?)
        });
        policy.await.unwrap();
        let qid = qid_of(&north.asks("Why?", &[]).await);
        world.settle().await;
        south.answers(&qid, &answer("undecided", "", "We do not know."), "").await.unwrap();
        world.settle().await;
        let path = format!("{API}/questions/{qid}/positions");
        let app = organization(north).await;
        assert_eq!(app.get(&path).await.ok(), json!([]));
        // A list of chosen organizations decides nothing where it is not asked.
        let theirs = south.organization().await.uri;
        db.write(|tx| settings::choose(tx, None, std::slice::from_ref(&theirs))).await.unwrap();
        assert_eq!(app.get(&path).await.ok(), json!([]));
        let waiting = app.get(&format!("{path}?listing=waiting")).await.ok();
        let key = waiting[0]["id"].as_str().unwrap();
        let listed = app.post(&format!("{API}/positions/{key}/list"), json!({})).await.ok();
        assert_eq!(listed["listing"], "listed");
        assert_eq!(north.stranger().get(&path).await.ok().as_array().unwrap().len(), 1);
        app.post(&format!("{API}/positions/{key}/unlist"), json!({})).await.ok();
        assert_eq!(north.stranger().get(&path).await.ok(), json!([]));
        let still = north.stranger().get(&format!("{API}/positions/{key}")).await.ok();
        assert_eq!(still["listing"], "unlisted", "unlisted is not deleted");
        // Where it begins to decide, what waits of those on it is listed, and nothing else.
        let other = qid_of(&north.asks("And then?", &[]).await);
        world.settle().await;
        south.answers(&other, &answer("undecided", "", "We do not know."), "").await.unwrap();
        world.settle().await;
        let others = format!("{API}/questions/{other}/positions");
        assert_eq!(north.stranger().get(&others).await.ok(), json!([]));
        let chosen = db.write(|tx| {
            let now = plenum::store::settings::get(tx)?;
            settings::change(tx, None, &Settings { listing_policy: ListingPolicy::Chosen, ..now })
        });
        chosen.await.unwrap();
        assert_eq!(north.stranger().get(&others).await.ok().as_array().unwrap().len(), 1);
        assert_eq!(north.stranger().get(&path).await.ok(), json!([]), "what was taken off stays so");
        // Members do not keep the map.
        north.person("mila", &[Role::Editor]).await;
        let member = north.client("mila", "write:debate").await;
        let refused = member.post(&format!("{API}/positions/{key}/list"), json!({})).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_keeps_the_chronology() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let app = organization(north).await;
        let path = format!("{API}/events");
        let wrong = app.post(&path, json!({ "text": "It happens.", "date": "31.02.2022" })).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.json["details"]["date"].is_array(), "{}", wrong.json);
        let body = json!({
            "text": "The government resigns.", "date": "2022-01-05", "place": "Almaty",
            "details": "The *hour* is not known.", "sources": ["https://archive.example/r1 Report 12"],
        });
        let made = app.post(&path, body).await.ok();
        assert_eq!([&made["in_words"], &made["precision"]], ["5 January 2022", "day"]);
        assert_eq!(made["sources"][0]["title"], "Report 12");
        world.settle().await;
        app.post(&path, json!({ "text": "The system changes.", "date": "1991" })).await.ok();
        world.settle().await;
        let there = south.stranger();
        assert_eq!(there.get(&path).await.each("date"), ["1991", "2022-01-05"]);
        assert_eq!(there.get(&format!("{path}?from=2000&to=2022-01")).await.each("date"), ["2022-01-05"]);
        assert_eq!(there.get(&format!("{path}?to=1990")).await.ok(), json!([]));
        assert_eq!(there.get(&format!("{path}?from=soon")).await.status, StatusCode::UNPROCESSABLE_ENTITY);

        let qid = qid_of(&south.asks("Why then?", &[]).await);
        let reasoning = format!("Because [it resigned]({}).", made["uri"].as_str().unwrap());
        south.answers(&qid, &answer("decided", "Fear", &reasoning), "").await.unwrap();
        world.settle().await;
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        let cited = app.get(&one).await.ok();
        assert_eq!(cited["cited_by"][0]["title"], "Position: Fear");
        let position = cited["cited_by"][0]["id"].as_str().unwrap();
        let position = app.get(&format!("{API}/positions/{position}")).await.ok();
        assert_eq!(position["events"][0]["title"], "The government resigns.");

        world.advance_seconds(60);
        let put = json!({ "text": "The government resigns.", "date": "2022-01", "reason": "Disputed." });
        let revised = app.ask(Method::PUT, &one, &[], Some(put)).await.ok();
        assert_eq!([&revised["precision"], &revised["reason"]], ["month", "Disputed."]);
        assert_eq!(revised["history"].as_array().unwrap().len(), 2);
        world.advance_seconds(60);
        let gone = app.post(&format!("{one}/retract"), json!({ "reason": "A forgery." })).await.ok();
        assert_eq!(gone["state"], "retracted");
        let theirs = organization(south).await;
        let copy = there.get(&path).await.ok()[1]["id"].as_str().unwrap().to_owned();
        let foreign = theirs.post(&format!("{path}/{copy}/retract"), json!({ "reason": "x" })).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    })
    .await;
}
