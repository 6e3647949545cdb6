//! Quotes within one site, as apps see them: consent, its end, and what each reader is shown.

use axum::http::{Method, StatusCode};
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::services::relations;
use serde_json::{Value, json};

use super::member;
use crate::harness::Database;
use crate::harness::client::{Client, Reply};
use crate::harness::world::{Instance, World, on_each_engine};

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

async fn world(database: Database) -> World {
    World::on([("north", database)], FederationMode::Open).await
}

fn id(status: &Value) -> &str {
    status["id"].as_str().unwrap()
}

async fn says(client: &Client, body: Value) -> Value {
    client.post("/api/v1/statuses", body).await.ok()
}

async fn quotes(client: &Client, quoted: &Value, text: &str) -> Reply {
    let body = json!({ "status": text, "quoted_status_id": id(quoted), "visibility": "public" });
    client.post("/api/v1/statuses", body).await
}

async fn seen(client: &Client, status: &Value) -> Value {
    client.get(&format!("/api/v1/statuses/{}", id(status))).await.ok()
}

async fn put(client: &Client, status: &Value, path: &str, body: Value) -> Reply {
    let path = format!("/api/v1/statuses/{}{path}", id(status));
    client.ask(Method::PUT, &path, &[], Some(body)).await
}

async fn follow(north: &Instance, follower: &Account, followee: &Account) {
    north.app().db.write(|tx| relations::follow(tx, follower, followee)).await.unwrap();
}

async fn told(client: &Client) -> Vec<(String, String)> {
    let list = client.get("/api/v1/notifications").await.ok();
    let one = |row: &Value| (row["type"].as_str().unwrap().to_owned(), id(&row["status"]).to_owned());
    list.as_array().unwrap().iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_is_shown_counted_told_and_taken_back() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (_, cora) = member(north, "cora").await;
        let bees = says(&ada, json!({ "status": "Bees can count" })).await;
        let approval = json!({ "automatic": ["public"], "manual": [], "current_user": "automatic" });
        assert_eq!(seen(&bela, &bees).await["quote_approval"], approval);
        assert_eq!(seen(&north.stranger(), &bees).await["quote_approval"]["current_user"], "denied");

        let quote = quotes(&bela, &bees, "To four").await.ok();
        assert_eq!(quote["quote"]["state"], "accepted");
        assert_eq!(id(&quote["quote"]["quoted_status"]), id(&bees));
        assert_eq!(quote["quote"]["quoted_status"]["quote"], Value::Null);
        let content = quote["content"].as_str().unwrap();
        let (line, text) = content.split_once("</p>").unwrap();
        assert!(line.starts_with("<p class=\"quote-inline\">RE: <a href=\""), "{content}");
        assert!(line.contains(bees["url"].as_str().unwrap()) && text == "<p>To four</p>", "{content}");
        assert_eq!(seen(&cora, &bees).await["quotes_count"], 1);
        let list = format!("/api/v1/statuses/{}/quotes", id(&bees));
        assert_eq!(cora.get(&list).await.each("id"), [id(&quote)]);
        assert_eq!(told(&ada).await, [("quote".to_owned(), id(&quote).to_owned())]);

        let nested = quotes(&cora, &quote, "See").await.ok();
        let within = &nested["quote"]["quoted_status"]["quote"];
        assert_eq!(*within, json!({ "state": "accepted", "quoted_status_id": id(&bees) }));
        let boost = bela.post(&format!("/api/v1/statuses/{}/reblog", id(&nested)), json!({})).await.ok();
        assert_eq!(boost["quote"], Value::Null, "it stands in what is handed on");
        assert_eq!(id(&boost["reblog"]["quote"]["quoted_status"]), id(&quote));

        world.clock.advance(60);
        put(&ada, &bees, "", json!({ "status": "Bees can count to four" })).await.ok();
        assert_eq!(told(&bela).await[0], ("quoted_update".to_owned(), id(&quote).to_owned()));

        let revoke = format!("{list}/{}/revoke", id(&quote));
        assert_eq!(
            bela.post(&revoke, json!({})).await.status,
            StatusCode::FORBIDDEN,
            "it is not bela's word"
        );
        let other = format!("{list}/{}/revoke", id(&nested));
        assert_eq!(ada.post(&other, json!({})).await.status, StatusCode::NOT_FOUND);
        assert_eq!(seen(&bela, &quote).await["quote"]["state"], "accepted");
        let revoked = ada.post(&revoke, json!({})).await.ok();
        assert_eq!(id(&revoked), id(&quote));
        assert_eq!(revoked["quote"], json!({ "state": "revoked", "quoted_status": null }));
        assert_eq!(seen(&cora, &bees).await["quotes_count"], 0);
        assert_eq!(cora.get(&list).await.ok(), json!([]));
        let edited = put(&bela, &quote, "", json!({ "status": "To five" })).await.ok();
        assert_eq!(edited["quote"]["state"], "revoked", "an edit does not bring it back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authors_say_who_may_quote_them() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let silent = says(&ada, json!({ "status": "Do not quote", "quote_approval_policy": "nobody" })).await;
        let approval = json!({ "automatic": [], "manual": [], "current_user": "automatic" });
        assert_eq!(silent["quote_approval"], approval, "authors may always quote themselves");
        let refused = quotes(&bela, &silent, "But").await;
        assert_eq!(refused.status, UNPROCESSABLE, "{}", refused.json);
        assert_eq!(quotes(&ada, &silent, "As I said").await.ok()["quote"]["state"], "accepted");

        world.clock.advance(60);
        let policy = |word: &str| json!({ "quote_approval_policy": word });
        let opened = put(&ada, &silent, "/interaction_policy", policy("followers")).await.ok();
        assert_eq!(opened["quote_approval"]["automatic"], json!(["followers"]));
        assert_eq!(opened["edited_at"], Value::Null, "it is no new version");
        assert_eq!(seen(&bela, &silent).await["quote_approval"]["current_user"], "denied");
        assert_eq!(quotes(&bela, &silent, "But").await.status, UNPROCESSABLE);
        follow(north, &bela_account, &ada_account).await;
        assert_eq!(seen(&bela, &silent).await["quote_approval"]["current_user"], "automatic");
        assert_eq!(quotes(&bela, &silent, "Now").await.ok()["quote"]["state"], "accepted");
        let odd = put(&ada, &silent, "/interaction_policy", policy("moon")).await;
        assert_eq!(odd.status, UNPROCESSABLE);
        let foreign = put(&bela, &silent, "/interaction_policy", policy("nobody")).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        let edited = json!({ "status": "Do quote", "quote_approval_policy": "public" });
        let edited = put(&ada, &silent, "", edited).await.ok();
        assert_eq!(edited["quote_approval"]["automatic"], json!(["public"]));
        let kept = put(&ada, &silent, "", json!({ "status": "Do quote it" })).await.ok();
        assert_eq!(kept["quote_approval"]["automatic"], json!(["public"]), "nobody said otherwise");

        let change = json!({ "source": { "quote_policy": "nobody" } });
        let account = ada.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(change)).await;
        assert_eq!(account.ok()["source"]["quote_policy"], "nobody");
        let preferences = ada.get("/api/v1/preferences").await.ok();
        assert_eq!(preferences["posting:default:quote_policy"], "nobody");
        let usual = says(&ada, json!({ "status": "As usual" })).await;
        assert_eq!(usual["quote_approval"]["automatic"], json!([]));
        north.app().db.write(|tx| relations::block_from_here(tx, &ada_account, &bela_account)).await.unwrap();
        assert_eq!(quotes(&bela, &edited, "Still").await.status, StatusCode::NOT_FOUND, "ada blocks bela");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_few_is_not_quoted_to_many() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let (_, cora) = member(north, "cora").await;
        follow(north, &bela_account, &ada_account).await;
        let private = says(&ada, json!({ "status": "Among us", "visibility": "private" })).await;
        assert_eq!(private["quote_approval"]["automatic"], json!([]));
        assert_eq!(quotes(&bela, &private, "Psst").await.status, UNPROCESSABLE);
        assert_eq!(quotes(&cora, &private, "Psst").await.status, StatusCode::NOT_FOUND);
        let own = quotes(&ada, &private, "Again").await.ok();
        assert_eq!(own["visibility"], "private", "a public post would show it to all");
        let direct = says(&ada, json!({ "status": "@bela psst", "visibility": "direct" })).await;
        assert_eq!(quotes(&bela, &direct, "Hear").await.status, UNPROCESSABLE);

        let bees = says(&ada, json!({ "status": "Bees" })).await;
        let body = json!({ "status": "@cora look", "visibility": "direct", "quoted_status_id": id(&bees) });
        assert_eq!(bela.post("/api/v1/statuses", body).await.status, UNPROCESSABLE, "ada is not named");
        let body = json!({ "status": "@ada look", "visibility": "direct", "quoted_status_id": id(&bees) });
        assert_eq!(says(&bela, body).await["quote"]["state"], "accepted");
        assert_eq!(seen(&cora, &bees).await["quotes_count"], 0, "cora does not see who quotes");
        assert_eq!(seen(&ada, &bees).await["quotes_count"], 1);

        let quote = quotes(&bela, &bees, "Look").await.ok();
        let state = async |client: &Client| seen(client, &quote).await["quote"].clone();
        let account = format!("/api/v1/accounts/{}", ada_account.id);
        for (verb, word) in [("mute", "muted_account"), ("block", "blocked_account")] {
            cora.post(&format!("{account}/{verb}"), json!({})).await.ok();
            let shown = state(&cora).await;
            assert_eq!((&shown["state"], id(&shown["quoted_status"])), (&json!(word), id(&bees)));
            cora.post(&format!("{account}/un{verb}"), json!({})).await.ok();
        }
        assert_eq!(state(&cora).await["state"], "accepted");
        let filter = json!({ "title": "Insects", "context": ["home"],
            "keywords_attributes": [{ "keyword": "bees" }] });
        cora.post("/api/v2/filters", filter).await.ok();
        let filtered = seen(&cora, &quote).await;
        assert_eq!(filtered["filtered"], json!([]), "its own words say nothing of the kind");
        let within = &filtered["quote"]["quoted_status"]["filtered"];
        assert_eq!(within[0]["keyword_matches"], json!(["bees"]));

        let path = format!("/api/v1/statuses/{}", id(&bees));
        ada.ask(Method::DELETE, &path, &[], None).await.ok();
        assert_eq!(state(&cora).await, json!({ "state": "deleted", "quoted_status": null }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_is_deleted_and_written_anew_or_waits_for_its_time() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let bees = says(&ada, json!({ "status": "Bees" })).await;
        let quote = quotes(&bela, &bees, "Lok").await.ok();
        let path = format!("/api/v1/statuses/{}", id(&quote));
        let deleted = bela.ask(Method::DELETE, &path, &[], None).await.ok();
        assert_eq!((&deleted["text"], id(&deleted["quote"]["quoted_status"])), (&json!("Lok"), id(&bees)));
        assert_eq!(seen(&ada, &bees).await["quotes_count"], 0);
        let anew = quotes(&bela, &deleted["quote"]["quoted_status"], "Look").await.ok();
        assert_eq!(anew["quote"]["state"], "accepted");
        let bare = json!({ "status": "", "quoted_status_id": id(&bees) });
        assert_eq!(says(&bela, bare).await["quote"]["state"], "accepted", "a quote needs no words");
        let unknown = json!({ "status": "x", "quoted_status_id": "7" });
        assert_eq!(bela.post("/api/v1/statuses", unknown).await.status, StatusCode::NOT_FOUND);

        let later = json!({ "status": "Later", "quoted_status_id": id(&bees), "scheduled_at":
            "2026-11-24T13:00:00Z", "quote_approval_policy": "nobody" });
        let scheduled = says(&bela, later).await;
        assert_eq!(scheduled["params"]["quoted_status_id"], id(&bees));
        assert_eq!(scheduled["params"]["quote_approval_policy"], "nobody");
        world.advance_hours(2);
        world.settle().await;
        let list = format!("/api/v1/statuses/{}/quotes", id(&bees));
        let quoting = ada.get(&list).await.ok();
        assert_eq!(quoting.as_array().unwrap().len(), 3);
        assert_eq!(quoting[0]["quote_approval"]["automatic"], json!([]));

        let letter = |text: &str| {
            json!({ "status": text, "quoted_status_id": id(&bees), "visibility": "direct",
                "scheduled_at": "2026-11-24T16:00:00Z" })
        };
        let unnamed = bela.post("/api/v1/statuses", letter("To nobody")).await;
        assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
        says(&bela, letter("@ada do they?")).await;
        world.advance_hours(3);
        world.settle().await;
        let told = ada.get("/api/v1/conversations").await.ok();
        assert_eq!(id(&told[0]["last_status"]["quote"]["quoted_status"]), id(&bees));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_quotes_is_filled_and_an_empty_one_leads_nowhere() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (cora, other) = member(north, "cora").await;
        let bees = says(&ada, json!({ "status": "Bees can count" })).await;
        let first = quotes(&bela, &bees, "They can").await.ok();
        quotes(&other, &bees, "They cannot").await.ok();
        quotes(&other, &bees, "They cannot at all").await.ok();
        for verb in ["favourite", "reblog"] {
            bela.post(&format!("/api/v1/statuses/{}/{verb}", id(&bees)), json!({})).await.ok();
            other.post(&format!("/api/v1/statuses/{}/{verb}", id(&bees)), json!({})).await.ok();
        }
        let list =
            async |name: &str| ada.get(&format!("/api/v1/statuses/{}/{name}?limit=1", id(&bees))).await;
        ada.post(&format!("/api/v1/accounts/{}/mute", cora.id), json!({})).await.ok();
        assert_eq!(list("quotes").await.each("id"), [id(&first)]);
        assert_eq!(list("favourited_by").await.each("acct"), ["bela"]);
        assert_eq!(list("reblogged_by").await.each("acct"), ["bela"]);
        let last = list("quotes").await.link("next").unwrap();
        let none = ada.get(&last).await;
        assert_eq!((none.link("next"), none.link("prev")), (None, None));
        assert_eq!(none.ok(), json!([]));
    })
    .await;
}
