//! Positions side by side and who answers alike, as JSON and as tables; and lists as tables.

use axum::http::StatusCode;
use plenum::domain::position::DraftPosition;
use serde_json::{Value, json};

use super::writing::pair;
use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::on_each_engine;

const API: &str = "/api/plenum/v1";

/// The key of the organization of this name in a list of organizations.
fn key_of(organizations: &Value, name: &str) -> String {
    let name = format!("Organization {name}");
    let found = organizations.as_array().unwrap().iter().find(|one| one["name"] == name.as_str());
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

fn adopted(draft: DraftPosition) -> DraftPosition {
    DraftPosition { adopted_on: "2026-01-05".to_owned(), ..draft }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_organizations_stand_side_by_side() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let qid = qid_of(&north.asks("Who decided this?", &["Nobody"]).await);
        let alone = qid_of(&north.asks("And why?", &[]).await);
        world.settle().await;
        north.answers(&qid, &adopted(answer("decided", "Nobody", "It *happened*.")), "").await.unwrap();
        south.answers(&qid, &answer("provisional", "nobody", "=SUM(1), it seems."), "").await.unwrap();
        north.answers(&alone, &answer("decided", "Fear", "So we hold."), "").await.unwrap();
        world.settle().await;
        let app = north.stranger();
        let organizations = app.get(&format!("{API}/organizations")).await.ok();
        let (ours, theirs) = (key_of(&organizations, "north"), key_of(&organizations, "south"));
        let path = format!("{API}/compare?qid={qid}");
        let both = format!("{path}&organizations[]={theirs}&organizations[]={ours}");
        let found = app.get(&both).await.ok();
        let names: Vec<_> =
            found["columns"].as_array().unwrap().iter().map(|one| &one["organization"]["name"]).collect();
        assert_eq!(names, ["Organization south", "Organization north"], "in the order of the request");
        let row = |field: &str| {
            let rows = found["rows"].as_array().unwrap().iter();
            rows.clone().find(|row| row["field"] == field).cloned().unwrap_or_default()
        };
        assert_eq!(row("answer")["cells"], json!(["nobody", "Nobody"]));
        assert_eq!((&row("certainty")["same"], &row("text_of")["same"]), (&json!(false), &json!(true)));
        assert_eq!(row("reasoning")["html"], json!(true));
        assert_eq!(row("adopted_on")["cells"], json!([null, "2026-01-05"]));
        assert_eq!(row("limits"), Value::Null, "what nobody says anything about is left out");
        let table = app.text(&format!("{both}&format=csv")).await;
        assert!(table.starts_with("field,Organization south,Organization north\r\n"), "{table}");
        assert!(table.contains("reasoning,\"'=SUM(1), it seems.\",It happened.\r\n"), "no formula: {table}");

        for (query, field) in [
            (format!("&organizations[]={ours}"), "organizations"),
            (format!("&organizations[]={ours}&organizations[]=7"), "organizations"),
            (format!("&organizations[]={ours}&organizations[]=south"), "organizations"),
            (format!("&organizations[]={ours}&organizations[]={theirs}&format=pdf"), "format"),
        ] {
            let refused = app.get(&format!("{path}{query}")).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
            assert!(refused.json["details"][field].is_array(), "{query}: {}", refused.json);
        }
        assert_eq!(app.get(&format!("{API}/compare?qid=bciq")).await.status, StatusCode::NOT_FOUND);

        let path = format!("{API}/agreement");
        let found = app.get(&format!("{path}?of={theirs}")).await.ok();
        assert_eq!(found["of"]["name"], "Organization south");
        assert_eq!(found["alike"][0]["organization"]["id"], json!(ours));
        let asked: Vec<_> =
            found["alike"][0]["questions"].as_array().unwrap().iter().map(|one| &one["qid"]).collect();
        assert_eq!(asked, [&json!(qid.as_str())], "equal answers are equal however they are spelled");
        assert_eq!(app.get(&path).await.ok()["of"]["id"], json!(ours), "ours where nobody is named");
        let table = app.text(&format!("{path}?format=csv")).await;
        assert_eq!(table.lines().count(), 2, "{table}");
        for wrong in ["of=7", "of=south"] {
            let refused = app.get(&format!("{path}?{wrong}")).await;
            assert!(refused.json["details"]["of"].is_array(), "{wrong}: {}", refused.json);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_and_maps_are_tables_too() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let qid = qid_of(&north.asks("Who decided this?", &[]).await);
        let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        world.settle().await;
        let bela = south.person("bela", &[]).await;
        let about = (plenum::domain::critique::Intent::Objection, "");
        south.criticizes(&bela, &published.head.uri, about, "They cannot.").await.unwrap();
        world.settle().await;
        let app = north.stranger();
        for register in ["unanswered", "unanswered-by-us"] {
            let table = app.text(&format!("{API}/registers/{register}?format=csv")).await;
            assert!(table.starts_with("qid,text,language,asked_by,scope,positions,address\r\n"), "{table}");
            assert!(table.contains(&format!("{qid},Who decided this?,en,")), "{table}");
        }
        let table = app.text(&format!("{API}/registers/objections?format=csv")).await;
        assert!(table.contains(",objection,bela,bela@"), "{table}");
        north.answers(&qid, &answer("undecided", "", "We do not know."), "").await.unwrap();
        let table = app.text(&format!("{API}/questions/{qid}/map?format=csv")).await;
        assert!(table.contains("Organization north,"), "{table}");
        let none = app.text(&format!("{API}/registers/unanswered?format=csv")).await;
        assert_eq!(none.lines().count(), 1, "{none}");
    })
    .await;
}
