//! What a decision says beforehand that it touches.

use plenum::domain::attribution::Attribution;
use plenum::domain::position::Certainty;
use plenum::domain::question::Qid;
use plenum::domain::site::FederationMode;
use plenum::store::{accounts, attributions};

use super::says;
use crate::harness::Database;
use crate::harness::debate::qid_of;
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

/// Somebody here attributes an answer after a source.
async fn attributes(north: &Instance, qid: &Qid, source: &str) {
    let user = north.admin().await.id;
    let db = north.app().db;
    db.write(|tx| {
        let attribution = Attribution {
            id: tx.mint(),
            qid: qid.clone(),
            name: "The Choir".to_owned(),
            answer: String::new(),
            answer_key: None,
            certainty: Certainty::Undecided,
            stated_on: "2026-11-01".to_owned(),
            quotation: "We do not know.".to_owned(),
            source_title: "Minutes".to_owned(),
            source_url: source.to_owned(),
            user_id: user,
            created_at: tx.now,
            withdrawn_at: None,
        };
        attributions::insert(tx, &attribution)?;
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_names_everything_that_it_touches() {
    on_each_engine(|database| async {
        let places = [("north", database), ("south", Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        assert_eq!(says(north, &vic, "1", &bees), 202);
        assert_eq!(vic.sends(north, &vic.does("Like", bees.as_str())), 202);
        assert_eq!(vic.sends(north, &vic.does("Announce", bees.as_str())), 202);
        world.settle().await;
        let qid = qid_of(&north.asks("Who gave the order?", &[]).await);
        attributes(north, &qid, &peers.url("a", "/minutes")).await;
        attributes(north, &qid, "https://elsewhere.example/minutes").await;
        let mut admin = north.signed_in("north_admin").await;
        let path = format!("/admin/hosts/{}", peers.host("a"));
        let form = admin.open(&path).await;
        let asked = admin.send(&form, "main form", &[("standing", "suspend")]).await;
        for words in [
            "1 contribution disappears from this site, with 1 reply",
            "1 like and 1 boost are no longer counted",
            "1 answer that this site attributed after a source there stays",
        ] {
            assert!(asked.texts(".touched li").contains(&words.to_owned()), "{words}: {}", asked.body);
        }
        assert_eq!(asked.texts(".touched li").len(), 3, "only what is there: {}", asked.body);
        let asked = admin.send(&form, "main form", &[("standing", "limit")]).await;
        assert!(asked.says("hidden from the public, with 1 reply") && !asked.says("no longer counted"));
        let asked = admin.send(&form, "main form", &[("standing", "allow")]).await;
        assert!(asked.says("Nothing that is here hangs on it."), "letting in takes nothing: {}", asked.body);
        let db = north.app().db;
        let known = db.read(|conn| Ok(accounts::by_uri(conn, &vic.uri())?)).await.unwrap().unwrap();
        let form = admin.open(&format!("/admin/accounts/{}", known.id)).await;
        let asked = admin.send(&form, "main form", &[("standing", "suspend")]).await;
        assert!(asked.says("site, with 1 reply") && asked.says("1 like and 1 boost are no longer counted"));
    })
    .await;
}
