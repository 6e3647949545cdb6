//! Where moderators find the removal of a wave, and what they read of whom it is about.

use axum::http::StatusCode;
use diesel::{RunQueryDsl, sql_query};
use plenum::domain::contribution::State;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::store::{Conn, contributions};

use super::{says, uri_of};
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_finds_the_removal_of_a_wave_where_they_are() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        let host = peers.host("a");
        let link = format!("a[href='/admin/remove?by=host&of={host}']");
        let waits = mona.open("/admin/review").await;
        let href = waits.attribute(&link, "href").unwrap_or_else(|| panic!("{}", waits.body));
        assert!(mona.open(&href).await.says("Remove a wave"));
        assert!(mona.open("/admin").await.attribute("a[href='/admin/remove']", "href").is_some());
        let found = mona.open(&format!("/admin/accounts?q=vic@{host}")).await;
        let account = mona.open(&found.attribute("tbody a", "href").unwrap()).await;
        assert!(account.attribute(&link, "href").is_some(), "{}", account.body);
        let author = account.attribute("a[href^='/admin/remove?by=author']", "href").unwrap();
        assert!(mona.open(&author).await.says("Remove a wave: vic@"));
        // The form for whoever comes from nowhere.
        let form = mona.open("/admin/remove").await;
        assert_eq!(form.status, StatusCode::OK);
        for (of, why) in [
            ("", "Name a server or an author"),
            ("never.example", "Nothing is known here"),
            ("mona", "Nothing is known"),
            (&format!("mona@{}", north.host), "a member of this site"),
        ] {
            let refused = mona.send(&form, "main form", &[("of", of), ("hours", "24")]).await;
            assert!(
                refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says(why),
                "{of}: {}",
                refused.body
            );
        }
        for of in [host.clone(), format!("@vic@{host}")] {
            let asked = mona.send(&form, "main form", &[("of", &of), ("hours", "24")]).await;
            assert!(asked.says("Delete 1 text?"), "{of}: {}", asked.body);
        }
        let asked = mona.send(&form, "main form", &[("of", &host), ("hours", "0")]).await;
        assert!(mona.send(&asked, "main form", &[]).await.says("Removed."));
        let uri = uri_of(&vic.note("1", ""));
        let db = north.app().db;
        let gone = db.read(|conn| Ok(contributions::known(conn, &uri)?)).await.unwrap().unwrap();
        assert_eq!(gone.state, State::Withheld);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn since_when_an_account_is_known_here_is_not_its_own_word() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        // Its own server says that it is sixteen years old.
        let old = "UPDATE accounts SET created_at = 1262304000000 WHERE handle LIKE 'vic@%'";
        let db = north.app().db;
        let aged = db.write(|tx| {
            Ok(match &mut **tx {
                Conn::Sqlite(conn) => sql_query(old).execute(&mut **conn),
                Conn::Postgres(conn) => sql_query(old).execute(&mut **conn),
            }?)
        });
        assert_eq!(aged.await.unwrap(), 1);
        let mut admin = north.signed_in("north_admin").await;
        let list = admin.open("/admin/accounts?q=vic@").await;
        assert!(list.says("24 November 2026") && list.says("Known here since"), "{}", list.body);
        let page = admin.open(&list.attribute("tbody a", "href").unwrap()).await;
        assert!(
            page.says("known here since 24 November 2026, says it exists since 1 January 2010"),
            "{}",
            page.body
        );
    })
    .await;
}

/// Whoever sells something writes the address as it is.
#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_written_as_text_are_links() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        for path in ["1", "2"] {
            let note = vic.reply(path, &bees, &format!("<p>Buy at http://pills.example/{path}, now</p>"));
            assert_eq!(vic.sends(north, &vic.does("Create", note)), 202);
        }
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let form = admin.open("/admin/rules/new").await;
        let asked = admin.send(&form, "main form", &[("kind", "link"), ("pattern", "pills.example")]).await;
        assert!(asked.says("2 of 2 texts would have waited"), "{}", asked.body);
        let asked = admin.send(&form, "main form", &[("kind", "links"), ("number", "1")]).await;
        assert!(asked.says("0 of 2 texts would have waited"), "each has one: {}", asked.body);
    })
    .await;
}
