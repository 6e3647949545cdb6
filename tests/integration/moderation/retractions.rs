//! What its author withdraws while it waits or is hidden does not come back as if it stood.

use plenum::domain::contribution::State;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::services::{hosts, statements};
use plenum::store::{contributions, revisions};

use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

async fn state(north: &Instance, uri: &Uri) -> State {
    let head = north.app().db.read(|conn| Ok(contributions::known(conn, uri)?)).await.unwrap();
    head.expect("it is here").state
}

async fn decides(north: &Instance, south: &Instance, standing: HostStanding) {
    let decision = Decision { standing, ..Decision::default() };
    let db = north.app().db;
    db.write(|tx| hosts::decide(tx, None, &south.host, &decision)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withdrawn_while_it_waits_stays_withdrawn() {
    on_each_engine(|database| async {
        let places = [("north", database), ("south", crate::harness::Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        north.follows(south).await;
        world.settle().await;
        let view = south.publishes(statement("On bees").thesis("Bees can count.")).await;
        let (id, uri) = (view.head.id, view.head.uri.clone());
        world.settle().await;
        assert_eq!(state(north, &uri).await, State::Current);
        decides(north, south, HostStanding::Limited).await;
        assert_eq!(state(north, &uri).await, State::Held);
        world.advance_hours(1);
        let user = south.admin().await;
        let db = south.app().db;
        db.write(|tx| statements::retract(tx, &user, id, "We miscounted.")).await.unwrap();
        world.settle().await;
        assert_eq!(state(north, &uri).await, State::Held, "it arrived, and waits");
        decides(north, south, HostStanding::Unknown).await;
        assert_eq!(state(north, &uri).await, State::Retracted, "the rule is taken back");
        decides(north, south, HostStanding::Limited).await;
        let view = south.publishes(statement("On ants").thesis("Ants can wait.")).await;
        let (second, late) = (view.head.id, view.head.uri.clone());
        world.settle().await;
        assert_eq!((state(north, &uri).await, state(north, &late).await), (State::Held, State::Held));
        world.advance_hours(1);
        db.write(|tx| statements::retract(tx, &user, second, "They cannot.")).await.unwrap();
        world.settle().await;
        decides(north, south, HostStanding::Approved).await;
        assert_eq!(state(north, &uri).await, State::Retracted, "the server is let in");
        assert_eq!(state(north, &late).await, State::Retracted, "also what never stood here");
        let here = north.app().db;
        let found = here.read(|conn| {
            let head = contributions::known(conn, &uri)?.unwrap();
            Ok(revisions::of(conn, head.id)?)
        });
        let states: Vec<State> = found.await.unwrap().into_iter().map(|version| version.state).collect();
        assert_eq!(states, [State::Current, State::Retracted], "each version says what its author said");
    })
    .await;
}
