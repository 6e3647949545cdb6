//! What changed on a question, which questions are parts of others, and how far sites agree.

use axum::http::StatusCode;
use plenum::domain::question::DraftQuestion;
use plenum::domain::uri::Uri;
use plenum::federation::exchange;
use plenum::services::questions::{self, NewQuestion};
use serde_json::{Value, json};

use super::writing::pair;
use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::world::{Instance, on_each_engine};

const API: &str = "/api/plenum/v1";

#[tokio::test(flavor = "multi_thread")]
async fn an_app_sees_who_changed_position_when_and_why() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let qid = qid_of(&north.asks("Who decided this?", &["Nobody"]).await);
        world.settle().await;
        south.answers(&qid, &answer("undecided", "", "We lack papers."), "").await.unwrap();
        world.advance_hours(24);
        let first = north.answers(&qid, &answer("decided", "Nobody", "It happened."), "").await.unwrap();
        world.advance_hours(24);
        south.answers(&qid, &answer("decided", "Nobody", "They came."), "The papers came.").await.unwrap();
        world.advance_hours(24);
        north.withdraws(first.head.id, "We were told otherwise.").await;
        world.settle().await;
        let path = format!("{API}/questions/{qid}/moves");
        for site in [north, south] {
            let moves = site.stranger().get(&path).await.ok();
            let line = |one: &Value| {
                ["deed", "reason"].map(|field| one[field].as_str().unwrap_or("-").to_owned()).join(": ")
                    + " by "
                    + one["organization"]["name"].as_str().unwrap()
            };
            let lines: Vec<String> = moves.as_array().unwrap().iter().map(line).collect();
            assert_eq!(
                lines,
                [
                    "withdrawn: We were told otherwise. by Organization north",
                    "changed: The papers came. by Organization south",
                    "taken: - by Organization north",
                    "taken: - by Organization south",
                ],
                "the latest first, at {}",
                site.name
            );
            assert_eq!(moves[0]["at"], "2026-11-27T12:00:00.000Z");
        }
        let app = north.stranger();
        let some = app.get(&format!("{path}?limit=1&offset=1")).await.ok();
        assert_eq!((some.as_array().unwrap().len(), &some[0]["deed"]), (1, &json!("changed")));
        let version = format!(
            "{API}/contributions/{}/versions/{}",
            some[0]["position_id"].as_str().unwrap(),
            some[0]["revision"]
        );
        assert_eq!(app.get(&version).await.ok()["reason"], "The papers came.");
        let nothing = format!("{API}/questions/b{}/moves", "a".repeat(57));
        assert_eq!(app.get(&nothing).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// The organization asks something that is part of another question.
async fn asks_part(site: &Instance, text: &str, whole: &str) -> String {
    let user = site.admin().await;
    let relations = vec![("part-of".to_owned(), whole.to_owned())];
    let draft = DraftQuestion { relations, ..DraftQuestion::default() };
    let new = NewQuestion { text: text.to_owned(), language: "en".to_owned(), draft, invited: Vec::new() };
    qid_of(&site.app().db.write(|tx| questions::ask(tx, &user, &new)).await.unwrap()).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_walks_down_the_tree_of_questions() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let whole = qid_of(&north.asks("Who decided this?", &[]).await).to_string();
        world.advance_seconds(1);
        let part = asks_part(north, "Who signed it?", &whole).await;
        world.advance_seconds(1);
        let deeper = asks_part(north, "With which pen?", &part).await;
        world.advance_seconds(1);
        let alone = qid_of(&south.asks("What now?", &[]).await).to_string();
        world.settle().await;
        for site in [north, south] {
            let app = site.stranger();
            let of = async |query: &str| app.get(&format!("{API}/questions?{query}")).await.each("qid");
            assert_eq!(of("top=true").await, [alone.clone(), whole.clone()], "{}", site.name);
            assert_eq!(of(&format!("parent={whole}")).await, [part.as_str()]);
            assert_eq!(of(&format!("parent={part}")).await, [deeper.as_str()]);
            assert_eq!(of(&format!("parent={deeper}")).await, Vec::<String>::new());
            assert_eq!(of("top=false").await.len(), 4);
            let wrong = app.get(&format!("{API}/questions?parent=bees")).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_sees_with_whom_a_question_was_compared() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let asked = north.asks("Who decided this?", &["Nobody"]).await;
        let qid = qid_of(&asked);
        world.settle().await;
        let app = north.stranger();
        let path = format!("{API}/questions/{qid}/completeness");
        assert_eq!(app.get(&path).await.ok()["sites"], json!([]), "nobody else carries it yet");
        let stand = south.answers(&qid, &answer("undecided", "", "We lack papers."), "").await.unwrap();
        world.settle().await;
        let known = app.get(&path).await.ok();
        assert_eq!(known["sites"][0]["organization"]["name"], "Organization south");
        exchange::reconcile(&north.data(), &qid).await.unwrap();
        let compared = app.get(&path).await.ok();
        let site = &compared["sites"][0];
        assert_eq!((&site["answered"], &site["agrees"]), (&json!(true), &json!(true)), "{compared}");
        assert_eq!(site["checked_at"], compared["checked_at"]);

        // How we know what is shown, and that its server is away.
        let position = format!("{API}/positions/{}", north.sees(&stand.head.uri).await.unwrap().head.id);
        let shown = app.get(&position).await.ok();
        assert_eq!((&shown["trust"], &shown["unreachable_since"]), (&json!("delivered"), &Value::Null));
        south.goes_dark();
        world.advance_hours(2);
        exchange::reconcile(&north.data(), &qid).await.unwrap();
        let site = app.get(&path).await.ok()["sites"][0].clone();
        assert_eq!((&site["answered"], &site["agrees"]), (&json!(false), &Value::Null), "{site}");
        let shown = app.get(&position).await.ok();
        assert_eq!(shown["unreachable_since"], "2026-11-24T14:00:00.000Z", "{shown}");
        let map = app.get(&format!("{API}/questions/{qid}/map")).await.ok();
        assert_eq!(map["positions"][0]["trust"], "delivered");
        let own = app.get(&format!("{API}/questions/{qid}")).await.ok();
        assert_eq!((&own["trust"], &own["unreachable_since"]), (&Value::Null, &Value::Null), "ours");
        let nothing = format!("{API}/questions/b{}/completeness", "a".repeat(57));
        assert_eq!(app.get(&nothing).await.status, StatusCode::NOT_FOUND);
        assert!(Uri::parse(own["uri"].as_str().unwrap()).is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_says_since_when_the_answer_and_since_when_the_text() {
    let world = pair(Database::sqlite()).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let qid = qid_of(&north.asks("Who decided this?", &["Nobody"]).await);
    world.settle().await;
    north.answers(&qid, &answer("decided", "Nobody", "It happened."), "").await.unwrap();
    south.answers(&qid, &answer("decided", "Nobody", "It happened."), "").await.unwrap();
    world.advance_hours(24);
    north.answers(&qid, &answer("provisional", "nobody", "It just happened."), "Clearer.").await.unwrap();
    world.advance_hours(24);
    south.answers(&qid, &answer("decided", "The council", "We saw it."), "We saw it.").await.unwrap();
    world.settle().await;
    let mut reader = north.browser();
    let page = reader.open(&format!("/compare?q={qid}&o={}&o={}", north.handle(), south.handle())).await;
    let row = |name: &str| page.texts("tbody tr").into_iter().find(|row| row.starts_with(name)).unwrap();
    let since = row("This answer since");
    assert!(since.contains("2026-11-24") && since.contains("2026-11-26"), "{since}");
    let text = row("This text since");
    assert!(text.contains("2026-11-25") && text.contains("2026-11-26"), "{text}");
    // The same for programs, at the addresses that the page names.
    let json = page.attribute(".line a", "href").unwrap();
    let found = north.stranger().get(&json).await.ok();
    let rows = found["rows"].as_array().unwrap();
    let cells = |field: &str| rows.iter().find(|row| row["field"] == field).unwrap()["cells"].clone();
    assert_eq!(cells("since"), json!(["2026-11-24", "2026-11-26"]));
    assert_eq!(cells("text_of"), json!(["2026-11-25", "2026-11-26"]));
    let csv = page.attribute(".line a:last-child", "href").unwrap();
    let csv = north.stranger().text(&csv).await;
    assert!(csv.contains("since,2026-11-24,2026-11-26\r\n"), "{csv}");
}
