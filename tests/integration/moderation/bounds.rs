//! What those who decide may not do by detours.

use axum::http::StatusCode;
use plenum::domain::host::HostStanding;
use plenum::domain::site::FederationMode;
use plenum::domain::user::{Role, Roles};
use plenum::services::{sign_ins, users};
use plenum::store::{self, accounts, hosts};

use super::{decide, says, standing};
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn letting_in_is_for_what_waits() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let ana = peers.person("a", "ana");
        assert_eq!(says(north, &ana, "1", &bees.head.uri), 202);
        world.settle().await;
        let mona = north.person("mona", &[Role::Moderator]).await;
        decide(north, &mona, &standing(HostStanding::Limited)).await;
        let mut browser = north.signed_in("mona").await;
        let own = north.replies(&mona, &bees.head.uri, "Mine").await;
        let page = browser.open("/moderation").await;
        let csrf = ("csrf".to_owned(), page.attribute("main input[name=csrf]", "value").unwrap());
        let path = format!("/contributions/{}/approve", own.head.id);
        assert_eq!(browser.post(&path, std::slice::from_ref(&csrf)).await.status, StatusCode::CONFLICT);
        let db = north.app().db;
        let now = db.read(|conn| Ok(accounts::by_id(conn, mona.id)?)).await.unwrap().unwrap();
        assert_eq!(now.standing, HostStanding::Limited, "nobody lifts their own limit");

        let at = db.read(|conn| Ok(hosts::by_name(conn, &peers.host("a"))?)).await.unwrap().unwrap();
        let confirmed = ("confirmed".to_owned(), "yes".to_owned());
        let lets_in = [csrf.clone(), ("do".to_owned(), format!("approve host {}", at.id)), confirmed];
        assert!(browser.post("/admin/review", &lets_in).await.says("Approved."));
        let again = browser.post("/admin/review", &lets_in).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "nothing of it waits: {}", again.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_were_taken_away_do_not_come_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[Role::Editor]).await;
        let db = north.app().db;
        let until = world.clock.now().plus_seconds(3 * 24 * 3600);
        let both = Roles::of(&[Role::Editor, Role::Moderator]);
        db.write(|tx| sign_ins::grant(tx, None, "ada", (both, Some(until)))).await.unwrap();
        db.write(|tx| users::set_roles(tx, None, "ada", Roles::of(&[]))).await.unwrap();
        world.advance_hours(73);
        world.settle().await;
        let ada = db.read(|conn| Ok(store::users::by_name(conn, "ada")?)).await.unwrap().unwrap();
        assert_eq!(ada.roles, Roles::of(&[]), "the grant is over with everything that it was to give back");
    })
    .await;
}
