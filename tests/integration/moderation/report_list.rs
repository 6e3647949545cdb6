//! Many reports about which nothing has to be done, closed in one step.

use axum::http::StatusCode;
use plenum::domain::report::Outcome;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::store::audit;
use plenum::store::page::Page as Bounds;
use plenum::store::reports::{self, Wanted};
use serde_json::json;

use super::presses;
use crate::harness::browser::{Browser, Page};
use crate::harness::peer::Peers;
use crate::harness::world::{Instance, World, on_each_engine};

const PATH: &str = "/admin/reports";

async fn count(north: &Instance, open: bool) -> usize {
    let db = north.app().db;
    let wanted = Wanted { open, ..Wanted::default() };
    let found = db.read(|conn| Ok(reports::page(conn, &wanted, &Bounds::first(99))?)).await.unwrap();
    assert!(open || found.iter().all(|one| one.outcome == Some(Outcome::Nothing)));
    found.len()
}

/// Ticks these reports and uses a button; what the form of the list says besides stays.
async fn ticks(browser: &mut Browser, list: &Page, keys: &[String], word: &str) -> Page {
    let (_, mut values) = list.filled("main form[method=post]");
    values.retain(|(name, _)| name != "ticked");
    values.extend(keys.iter().map(|key| ("ticked".to_owned(), key.clone())));
    values.push(("do".to_owned(), word.to_owned()));
    browser.post(PATH, &values).await
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_closed_together_for_one_reason() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let anna = north.person("anna", &[]).await;
        north.person("mona", &[Role::Moderator]).await;
        north.person("bela", &[]).await;
        for number in 0..4 {
            let vic = peers.person("noisy", &format!("vic{number}"));
            let mut flag = vic.does("Flag", json!([anna.uri]));
            flag["content"] = json!("Bad.");
            assert_eq!(vic.sends(north, &flag), 202);
        }
        world.settle().await;
        let app = north.client("bela", "read write").await;
        app.post("/api/v1/reports", json!({ "account_id": anna.id.to_string(), "comment": "Hm." }))
            .await
            .ok();
        let mut mona = north.signed_in("mona").await;
        let list = mona.open(PATH).await;
        let refused = ticks(&mut mona, &list, &[], "ticked").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "none is ticked");
        let newest = list.attribute("tbody input[name=ticked]", "value").unwrap();
        assert!(list.attribute("tbody input[name=ticked]", "aria-label").unwrap().contains("anna"));
        let asked = ticks(&mut mona, &list, std::slice::from_ref(&newest), "ticked").await;
        assert!(asked.says("Close 1 report without doing anything?"), "{}", asked.body);
        let blank = mona.send(&asked, "main form", &[]).await;
        assert!(blank.status == StatusCode::UNPROCESSABLE_ENTITY && count(north, true).await == 5);
        let done = mona.send(&asked, "main form", &[("reason", "It says nothing.")]).await;
        assert!(done.says("Changed."), "{}", done.body);
        assert_eq!((count(north, true).await, count(north, false).await), (4, 1));

        let all = format!("server {}", peers.host("noisy"));
        assert!(mona.open(PATH).await.says("Close all 4 that came from"));
        let list = mona.open(PATH).await;
        let asked = presses(&mut mona, &list, &all, &[]).await;
        assert!(asked.says("Close 4 reports without doing anything?"), "{}", asked.body);
        assert!(mona.send(&asked, "main form", &[("reason", "A campaign.")]).await.says("Changed."));
        assert_eq!((count(north, true).await, count(north, false).await), (0, 5));
        let page = mona.open(&format!("{PATH}/{newest}")).await;
        assert!(page.says("It says nothing."), "the reason stays: {}", page.body);
        let db = north.app().db;
        let entries = db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        let closed: Vec<_> = entries.iter().filter(|entry| entry.action == "report.close").collect();
        assert_eq!(closed.len(), 5, "an entry for each");
        assert!(closed.iter().skip(1).all(|entry| entry.detail == "nothing: A campaign."));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_closes_many_who_may_not_close_one() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let mona = north.person("mona", &[Role::Moderator]).await;
        north.person("nina", &[Role::Moderator]).await;
        north.person("bela", &[]).await;
        let app = north.client("bela", "read write").await;
        app.post("/api/v1/reports", json!({ "account_id": mona.id.to_string(), "comment": "Hm." }))
            .await
            .ok();
        let mut nina = north.signed_in("nina").await;
        let key = nina.open(PATH).await.attribute("tbody input[name=ticked]", "value").unwrap();
        for name in ["mona", "bela"] {
            let mut browser = north.signed_in(name).await;
            let form = browser.open("/settings/password").await;
            let csrf = form.attribute("main form input[name=csrf]", "value").unwrap();
            let fields = [
                ("csrf", csrf.as_str()),
                ("do", "ticked"),
                ("ticked", &key),
                ("confirmed", "yes"),
                ("reason", "I want it."),
            ];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let refused = browser.post(PATH, &fields).await;
            assert!(refused.status.is_client_error(), "{name}: {}", refused.status);
            assert_eq!(count(north, true).await, 1, "{name}");
        }
    })
    .await;
}
