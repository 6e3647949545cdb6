//! Finding texts by their words: in other forms, without accents, by answers and by what pictures show.

use axum::http::Method;
use plenum::domain::site::FederationMode;
use serde_json::{Value, json};

use super::member;
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_found_by_other_forms_of_its_words() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/settings").await;
        let languages = [("languages", "en, de, ru, kk")];
        assert!(admin.send(&page, "main form", &languages).await.says("Changed."));
        let (_, app) = member(north, "ada").await;
        let says = async |text: &str, language: &str| {
            let said = json!({ "status": text, "language": language });
            app.post("/api/v1/statuses", said).await.ok()["id"].as_str().unwrap().to_owned()
        };
        let houses = says("Die Häuser der Arbeiter", "de").await;
        let strikes = says("Забастовки рабочих", "ru").await;
        let workers = says("Жұмысшылар көшеге шықты", "kk").await;
        let poll = json!({ "options": ["Nationalize", "Privatize"], "expires_in": 600 });
        let poll = json!({ "status": "What now?", "language": "en", "poll": poll });
        let poll = app.post("/api/v1/statuses", poll).await.ok()["id"].as_str().unwrap().to_owned();
        let finds = async |question: &str| -> Vec<String> {
            let query: String = url::form_urlencoded::byte_serialize(question.as_bytes()).collect();
            let found = app.get(&format!("/api/v2/search?type=statuses&q={query}")).await.ok();
            let id = |status: &Value| status["id"].as_str().unwrap().to_owned();
            found["statuses"].as_array().unwrap().iter().map(id).collect()
        };
        for (question, status) in [
            ("haus", &houses),
            ("Häuser", &houses),
            ("hauser", &houses),
            ("arbeitern", &houses),
            ("забастовка", &strikes),
            ("жұмысшы", &workers),
            ("nationalizing", &poll),
        ] {
            assert_eq!(finds(question).await, [status.as_str()], "{question}");
        }
        assert!(finds("Häuser Ameisen").await.is_empty(), "all words are meant");
        let name = Some(json!({ "display_name": "Äpfel essen" }));
        app.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], name).await.ok();
        let found = app.get("/api/v1/accounts/search?q=%C3%A4pfel").await.each("username");
        assert_eq!(found, ["ada"], "small letters of every alphabet");
    })
    .await;
}
