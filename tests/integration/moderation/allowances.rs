//! A server that was let in is let in again when the rule that came over it is taken back; and what lists leave behind.

use std::collections::HashSet;

use plenum::domain::contribution::State;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::host_search::HostSearch;
use plenum::domain::site::FederationMode;
use plenum::services::uploaded_lists::{self, Choices, Said};
use plenum::services::{hosts, taken_lists};
use plenum::store::page::Page as Bounds;
use plenum::store::{contributions, host_search, taken_lists as kept};

use super::{presses, says, uri_of};
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

async fn state(north: &Instance, actor: &Actor, path: &str) -> State {
    let uri = uri_of(&actor.note(path, ""));
    north.app().db.read(|conn| Ok(contributions::known(conn, &uri)?)).await.unwrap().unwrap().state
}

async fn standing(north: &Instance, name: &str) -> HostStanding {
    north.app().db.read(|conn| Ok(plenum::store::hosts::standing_of(conn, name)?)).await.unwrap()
}

fn stands(standing: HostStanding) -> Decision {
    Decision { standing, ..Decision::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_let_in_is_let_in_again_when_a_rule_is_taken_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let list = admin.open("/admin/review").await;
        let host = list.attribute("button[value^='approve host']", "value").unwrap();
        let asked = presses(&mut admin, &list, &host, &[]).await;
        admin.send(&asked, "main form", &[]).await;
        let name = peers.host("a");
        let (db, limited) = (north.app().db, stands(HostStanding::Limited));
        db.write(|tx| hosts::decide(tx, None, &name, &limited)).await.unwrap();
        let strict = Decision { reject_media: true, ..limited.clone() };
        db.write(|tx| hosts::decide(tx, None, &name, &strict)).await.unwrap();
        assert_eq!(state(north, &vic, "1").await, State::Held);
        let page = admin.open(&format!("/admin/hosts/{name}")).await;
        let undo = [("standing", "none"), ("media", "take")];
        let asked = admin.send(&page, "main form[method=post]", &undo).await;
        assert!(asked.says("It was let in before this rule, and is let in again"), "{}", asked.body);
        assert!(admin.send(&asked, "main form", &[]).await.says("Changed."));
        assert_eq!(standing(north, &name).await, HostStanding::Approved);
        assert_eq!(state(north, &vic, "1").await, State::Current);
        assert_eq!(says(north, &vic, "2", &bees), 202);
        world.settle().await;
        assert_eq!(state(north, &vic, "2").await, State::Current, "new texts do not wait again");
        db.write(|tx| hosts::undo(tx, None, &name)).await.unwrap();
        assert_eq!(standing(north, &name).await, HostStanding::Unknown, "that can be taken back, too");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_strangers_when_a_list_is_taken_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        let db = north.app().db;
        let mut rules: Vec<(String, Decision)> = (0..2_500)
            .map(|number| (format!("bad{number}.example"), stands(HostStanding::Suspended)))
            .collect();
        rules.push((peers.host("a"), stands(HostStanding::Suspended)));
        rules.push(("x.strict.example".to_owned(), stands(HostStanding::Suspended)));
        let said = Said::default();
        db.write(|tx| uploaded_lists::take_in(tx, None, &rules, (&Choices::default(), &said))).await.unwrap();
        let limited = stands(HostStanding::Limited);
        db.write(|tx| hosts::decide(tx, None, "strict.example", &limited)).await.unwrap();
        let list = db.read(|conn| Ok(kept::page(conn, &Bounds::first(1))?)).await.unwrap().remove(0);
        assert_eq!(db.write(|tx| taken_lists::take_back(tx, None, list.id)).await.unwrap(), 2_502);
        assert_eq!(standing(north, "bad7.example").await, HostStanding::Unknown);
        assert_eq!(standing(north, "x.strict.example").await, HostStanding::Limited, "the rule above holds");
        assert_eq!(state(north, &vic, "1").await, State::Current, "what hangs on a server comes back");
        let known = async |wanted: HostSearch| {
            let found = db.read(|conn| Ok(host_search::page(conn, &wanted, None, 9_999)?)).await.unwrap();
            found.into_iter().map(|host| host.name).collect::<HashSet<_>>()
        };
        let shown = known(HostSearch::default()).await;
        let ours = [peers.host("a"), "strict.example".to_owned(), "x.strict.example".to_owned()];
        assert_eq!(shown, HashSet::from(ours), "who was met, and about whom something holds");
        let all = known(HostSearch { part: "bad7.".to_owned(), ..HostSearch::default() }).await;
        assert_eq!(all, HashSet::from(["bad7.example".to_owned()]), "who looks for one finds it");
    })
    .await;
}
