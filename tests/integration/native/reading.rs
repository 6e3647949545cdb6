//! What can be read: questions, positions, critiques, statements, organizations, registers.

use axum::http::StatusCode;
use plenum::domain::contribution::Visibility;
use plenum::domain::critique::{Intent, NewCritique};
use plenum::domain::id::Id;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::services::posts::{self, NewPost};
use plenum::services::users;
use plenum::text::Markdown;
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{World, on_each_engine};

const API: &str = "/api/plenum/v1";

/// North and South, who follow each other; North asks two questions, South one.
struct Debate {
    world: World,
    /// In the order in which they were asked.
    qids: [String; 3],
}

impl Debate {
    async fn of(database: Database) -> Self {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        south.follows(north).await;
        north.follows(south).await;
        world.settle().await;
        let mut qids = Vec::new();
        for (site, text) in [(north, "Why then?"), (north, "Why there?"), (south, "What now?")] {
            world.advance_seconds(1);
            qids.push(qid_of(&site.asks(text, &["Yes", "No"]).await));
            world.settle().await;
        }
        let yes = answer("decided", "Yes", "Order returned.");
        north.answers(&qids[0], &yes, "").await.unwrap();
        south.answers(&qids[0], &answer("undecided", "", "We lack reports."), "").await.unwrap();
        world.advance_seconds(1);
        south.answers(&qids[2], &answer("provisional", "Wait", "For now."), "").await.unwrap();
        world.settle().await;
        let qids = qids.iter().map(|qid| qid.as_str().to_owned()).collect::<Vec<_>>();
        Self { world, qids: qids.try_into().unwrap() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_question_stands_once_whoever_carries_it() {
    on_each_engine(async |database| {
        let Debate { world, qids } = Debate::of(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (ours, theirs) = (north.stranger(), south.stranger());
        let list = format!("{API}/questions");
        let all = ours.get(&list).await;
        assert_eq!(all.each("qid"), [&qids[2], &qids[1], &qids[0]].map(String::clone));
        assert_eq!(theirs.get(&list).await.ok().as_array().unwrap().len(), 3);
        let asked = ours.get(&format!("{list}/{}", qids[0])).await.ok();
        assert_eq!([&asked["text"], &asked["kind"]], ["Why then?", "question"]);
        assert_eq!((&asked["adopted"], &asked["positions_count"]), (&json!(false), &json!(2)));
        assert_eq!(asked["answers"][1]["text"], "No");
        assert!(asked["background"].as_str().unwrap().contains("<em>never</em>"));
        // South has a copy of its own since it answered.
        let copy = theirs.get(&format!("{list}/{}", qids[0])).await.ok();
        assert_eq!((&copy["adopted"], &copy["original"]), (&json!(true), &asked["uri"]));
        assert_eq!(copy["author"]["name"], "Organization south");

        let of = async |query: &str| theirs.get(&format!("{list}?{query}")).await.each("qid");
        assert_eq!(of("origin=asked").await, [qids[2].clone()]);
        assert_eq!(of("origin=adopted").await, [qids[0].clone()]);
        assert_eq!(of("origin=elsewhere").await, [qids[1].clone()]);
        assert_eq!(of("state=retracted").await, Vec::<String>::new());
        let south_here = asked_by(&ours.get(&format!("{API}/organizations")).await.ok(), "south");
        let carried = ours.get(&format!("{list}?organization={south_here}")).await.each("qid");
        assert_eq!(carried, [qids[2].clone(), qids[0].clone()]);
        for wrong in ["origin=mars", "state=deleted"] {
            let refused = ours.get(&format!("{list}?{wrong}")).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        // Pages by cursor.
        let first = ours.get(&format!("{list}?limit=2")).await;
        let next = first.link("next").unwrap();
        assert_eq!(first.each("qid"), [qids[2].clone(), qids[1].clone()]);
        let second = ours.get(&next).await;
        let back = second.link("prev").unwrap();
        assert_eq!(second.each("qid"), [qids[0].clone()]);
        assert_eq!(ours.get(&back).await.each("qid"), [qids[2].clone(), qids[1].clone()]);
        for nothing in ["bciq", "7", &qids[0][..50]] {
            assert_eq!(ours.get(&format!("{list}/{nothing}")).await.status, StatusCode::NOT_FOUND);
        }
    })
    .await;
}

fn asked_by(organizations: &Value, name: &str) -> String {
    let name = format!("Organization {name}");
    let found = organizations.as_array().unwrap().iter().find(|one| one["name"] == name.as_str());
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_is_read_with_its_history() {
    on_each_engine(async |database| {
        let Debate { world, qids } = Debate::of(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let app = north.stranger();
        let path = format!("{API}/questions/{}/positions", qids[0]);
        let stands = app.get(&path).await.ok();
        let certainties: Vec<_> = stands.as_array().unwrap().iter().map(|one| &one["certainty"]).collect();
        assert_eq!(certainties, ["undecided", "decided"], "the newest first");
        assert_eq!([&stands[1]["answer"], &stands[0]["answer"]], [&json!("Yes"), &Value::Null]);
        assert_eq!(stands[0]["question"], "Why then?");
        world.advance_seconds(3600);
        let qid = plenum::domain::question::Qid::parse(&qids[0]).unwrap();
        south.answers(&qid, &answer("decided", "No", "Reports came."), "New reports.").await.unwrap();
        world.settle().await;
        let key = stands[0]["id"].as_str().unwrap();
        let whole = app.get(&format!("{API}/positions/{key}")).await.ok();
        assert_eq!([&whole["answer"], &whole["reason"]], ["No", "New reports."]);
        assert_eq!(whole["history"].as_array().unwrap().len(), 2);
        assert_eq!(whole["history"][0]["digest"], whole["previous_digest"]);
        assert_eq!((&whole["history"][1]["current"], &whole["equivocations"]), (&json!(true), &json!([])));
        let by_answer = &stands[1]["answer_key"];
        assert_ne!(&whole["answer_key"], by_answer);
        assert_eq!(app.get(&format!("{path}?listing=waiting")).await.status, StatusCode::FORBIDDEN);
        let nowhere = app.get(&format!("{API}/positions/7")).await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
        let question = app.get(&format!("{API}/questions/{}", qids[0])).await.ok();
        let wrong = app.get(&format!("{API}/positions/{}", question["id"].as_str().unwrap())).await;
        assert_eq!(wrong.status, StatusCode::NOT_FOUND, "a question is no position");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_name_what_is_missing() {
    on_each_engine(async |database| {
        let Debate { world, qids } = Debate::of(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (ours, theirs) = (north.stranger(), south.stranger());
        let by_us = format!("{API}/registers/unanswered-by-us");
        assert_eq!(ours.get(&by_us).await.each("qid"), [qids[2].clone(), qids[1].clone()]);
        assert_eq!(theirs.get(&by_us).await.each("qid"), [qids[1].clone()]);
        let nobody = format!("{API}/registers/unanswered");
        assert_eq!(ours.get(&nobody).await.each("qid"), [qids[1].clone()]);
        let organizations = ours.get(&format!("{API}/organizations")).await.ok();
        let key = asked_by(&organizations, "south");
        let south_here = ours.get(&format!("{API}/organizations/{key}")).await.ok();
        let answers = south_here["answers"].as_array().unwrap();
        let answer = |qid: &String| answers.iter().find(|one| one["qid"] == json!(qid));
        assert_eq!(answers.len(), 2);
        assert!(answer(&qids[0]).is_some(), "whichever of both arrived first");
        assert_eq!((&south_here["here"], &south_here["kind"]), (&json!(false), &json!("organization")));

        // A position is withdrawn: the question is open again.
        let position = answer(&qids[2]).unwrap()["position_id"].as_str().unwrap();
        let uri = ours.get(&format!("{API}/positions/{position}")).await.ok()["uri"].clone();
        let uri = Uri::parse(uri.as_str().unwrap()).unwrap();
        world.advance_seconds(60);
        south.withdraws(south.sees(&uri).await.unwrap().head.id, "Too early.").await;
        world.settle().await;
        assert_eq!(ours.get(&nobody).await.each("qid"), [qids[2].clone(), qids[1].clone()]);
        let shown = ours.get(&format!("{API}/positions/{position}")).await.ok();
        assert_eq!([&shown["state"], &shown["reason"]], ["retracted", "Too early."]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_waits_until_the_organization_answers() {
    on_each_engine(async |database| {
        let Debate { world, .. } = Debate::of(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let app = north.stranger();
        let published = north.publishes(statement("On bees").thesis("Bees can count to four.")).await;
        world.settle().await;
        let list = app.get(&format!("{API}/statements")).await.ok();
        assert_eq!(list[0]["title"], "On bees");
        let key = list[0]["id"].as_str().unwrap();
        let whole = app.get(&format!("{API}/statements/{key}")).await.ok();
        assert_eq!(whole["history"][0]["revision"], 1);
        let thesis = whole["theses"][0]["id"].as_str().unwrap();
        let shown = app.get(&format!("{API}/theses/{thesis}")).await.ok();
        assert_eq!([&shown["head"], &shown["statement"]["id"]], ["Bees can count to four.", key]);
        assert!(published.head.id.to_string() == key);

        let bela = south.person("bela", &[]).await;
        let target = Uri::parse(shown["uri"].as_str().unwrap()).unwrap();
        let about = (Intent::Objection, "count to four");
        let objection = south.criticizes(&bela, &target, about, "To five!").await.unwrap();
        world.advance_seconds(1);
        south.criticizes(&bela, &target, (Intent::Support, ""), "Seen it.").await.unwrap();
        world.settle().await;
        let register = format!("{API}/registers/objections");
        let open = app.get(&register).await.ok();
        assert_eq!(open.as_array().unwrap().len(), 1, "support asks for nothing");
        assert_eq!([&open[0]["intent"], &open[0]["place"]], ["objection", "placed"]);
        assert_eq!(open[0]["passage"]["exact"], "count to four");
        assert_eq!(open[0]["official"], json!(false));
        assert_eq!(south.stranger().get(&register).await.ok(), json!([]), "it is about North's text");
        let of_thesis = app.get(&format!("{API}/contributions/{thesis}/critiques")).await;
        let mut intents = of_thesis.each("intent");
        // They came side by side, so either may have been first.
        intents.sort();
        assert_eq!(intents, ["objection", "support"]);
        let one = app.get(&format!("{API}/critiques/{}", open[0]["id"].as_str().unwrap())).await.ok();
        assert_eq!(one, open[0]);

        // A member's reply is no answer of the organization; its own is.
        let ada = north.person("ada", &[]).await;
        north.replies(&ada, &objection.head.uri, "I saw four.").await;
        assert_eq!(app.get(&register).await.ok().as_array().unwrap().len(), 1);
        north.replies(&north.organization().await, &objection.head.uri, "We correct it.").await;
        assert_eq!(app.get(&register).await.ok(), json!([]));
        // Who does not want to see somebody is not shown their critiques.
        let reader = north.client("ada", "read:debate").await;
        let bela_here = north.sees(&objection.head.uri).await.unwrap().author;
        let path = format!("{API}/contributions/{thesis}/critiques");
        assert_eq!(reader.get(&path).await.ok().as_array().unwrap().len(), 2);
        let mute = north.client("ada", "write").await;
        mute.post(&format!("/api/v1/accounts/{}/mute", bela_here.id), json!({})).await.ok();
        assert_eq!(reader.get(&path).await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_shows_who_stands_where_now_and_then() {
    on_each_engine(async |database| {
        let Debate { world, qids } = Debate::of(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let app = north.stranger();
        let path = format!("{API}/questions/{}/map", qids[0]);
        let rows = |map: &Value| -> Vec<(String, String)> {
            let rows = map["positions"].as_array().unwrap().iter();
            let word = |value: &Value| value.as_str().unwrap().to_owned();
            rows.map(|row| (word(&row["organization"]), word(&row["certainty"]))).collect()
        };
        let says = |name: &str, certainty: &str| (format!("Organization {name}"), certainty.to_owned());
        let before = app.get(&path).await.ok();
        assert_eq!(rows(&before), [says("north", "decided"), says("south", "undecided")]);
        let groups: Vec<_> = before["groups"].as_array().unwrap().iter().map(|one| &one["label"]).collect();
        assert_eq!(groups[..3], ["Yes", "No", "undecided"], "groups nobody is in are there, too");
        world.advance_hours(48);
        let qid = plenum::domain::question::Qid::parse(&qids[0]).unwrap();
        south.answers(&qid, &answer("decided", "No", "Reports came."), "New reports.").await.unwrap();
        world.settle().await;
        let now = app.get(&path).await.ok();
        assert_eq!(rows(&now), [says("north", "decided"), says("south", "decided")]);
        let then = app.get(&format!("{path}?as_of=2026-11-24")).await.ok();
        assert_eq!((&then["as_of"], rows(&then)), (&json!("2026-11-24"), rows(&before)));
        let early = app.get(&format!("{path}?as_of=2022-01-05&order=date")).await.ok();
        assert_eq!(early["positions"], json!([]));
        for wrong in ["as_of=31.02.2022", "as_of=2022", "order=merit"] {
            let refused = app.get(&format!("{path}?{wrong}")).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critique_for_few_is_shown_to_few() {
    on_each_engine(async |database| {
        let Debate { world, qids } = Debate::of(database).await;
        let north = world.at("north");
        let (bela, _) = (north.person("bela", &[]).await, north.person("carl", &[]).await);
        let asked = north.stranger().get(&format!("{API}/questions/{}", qids[0])).await.ok();
        let key: i64 = asked["id"].as_str().unwrap().parse().unwrap();
        for visibility in
            [Visibility::Public, Visibility::Followers, Visibility::Mentioned, Visibility::Internal]
        {
            world.advance_seconds(1);
            let post = NewPost {
                markdown: Markdown::new(format!("For {visibility:?}.")),
                in_reply_to: Some(Id::new(key)),
                visibility,
                mentions: vec![north.organization().await],
                critique: Some(NewCritique {
                    intent: Intent::Objection,
                    passage: String::new(),
                    prefix: String::new(),
                    suffix: String::new(),
                }),
                ..NewPost::default()
            };
            north.app().db.write(|tx| posts::publish(tx, &bela, &post)).await.unwrap();
        }
        let app = async |name: &str| north.client(name, "read:debate").await;
        let organization = {
            let db = north.app().db;
            let token = db.write(|tx| users::token(tx, "north_admin", true, "read:debate")).await.unwrap();
            north.with_token(&token)
        };
        for (reader, many) in
            [(north.stranger(), 1), (app("carl").await, 2), (app("bela").await, 4), (organization, 4)]
        {
            for path in
                [format!("{API}/contributions/{key}/critiques"), format!("{API}/registers/objections")]
            {
                let shown = reader.get(&path).await.ok();
                assert_eq!(shown.as_array().unwrap().len(), many, "{path}: {shown:#}");
            }
        }
        let all = app("bela").await.get(&format!("{API}/contributions/{key}/critiques")).await.each("id");
        let seen = north.stranger().get(&format!("{API}/contributions/{key}/critiques")).await.each("id");
        for id in all.iter().filter(|id| !seen.contains(id)) {
            let hidden = north.stranger().get(&format!("{API}/critiques/{id}")).await;
            assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        }
    })
    .await;
}
