//! Dated facts travel, are cited by their address, revised and withdrawn; false dates do not.

use plenum::domain::contribution::{Kind, State};
use plenum::domain::event::DraftEvent;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::view::{Body, View};
use plenum::services::events as service;
use plenum::store::contributions::Viewer;
use plenum::store::{Error, events};
use plenum::text::Markdown;
use serde_json::json;

use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::peer::{PUBLIC, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

/// A fact that nobody disputes.
pub(crate) fn fact(text: &str, date: &str) -> DraftEvent {
    DraftEvent {
        text: text.to_owned(),
        date: date.to_owned(),
        place: "Almaty".to_owned(),
        details: Markdown::new("The *hour* is not known."),
        sources: vec!["https://archive.example/r1 Report 12, p. 4".to_owned()],
        language: "en".to_owned(),
    }
}

impl Instance {
    /// The organization adds to the chronology.
    pub(crate) async fn records(&self, draft: &DraftEvent) -> Result<View, Error> {
        let user = self.admin().await;
        self.app().db.write(|tx| service::publish(tx, &user, draft)).await
    }

    /// What the chronology says, as a reader sees it.
    pub(crate) async fn chronology(&self) -> Vec<(String, String)> {
        let db = self.app().db;
        let views = db.read(|conn| {
            let heads = events::chronology(conn, Viewer::Anyone, &events::Days::default(), 100)?;
            Ok(plenum::store::views::load(conn, Viewer::Anyone, heads)?)
        });
        let line = |view: &View| {
            let Body::Event(fact) = &view.body else { panic!("an event") };
            (fact.event.when(), view.head.title.clone().unwrap_or_default())
        };
        views.await.unwrap().iter().map(line).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_the_same_everywhere() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", Database::sqlite()), ("south", database)], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        south.follows(north).await;
        world.settle().await;
        let resigns = north.records(&fact("The government resigns.", "2022-01-05")).await.unwrap();
        north.records(&fact("Protests begin.", "2022-01")).await.unwrap();
        north.records(&fact("The system changes.", "1991")).await.unwrap();
        world.settle().await;
        let expected = north.chronology().await;
        let said: Vec<_> = expected.iter().map(|(when, text)| (when.as_str(), text.as_str())).collect();
        assert_eq!(
            said,
            [
                ("1991", "The system changes."),
                ("January 2022", "Protests begin."),
                ("5 January 2022", "The government resigns."),
            ]
        );
        assert_eq!(south.chronology().await, expected);
        let copy = south.sees(&resigns.head.uri).await.unwrap();
        let Body::Event(there) = &copy.body else { panic!("an event") };
        let Body::Event(here) = &resigns.body else { panic!("an event") };
        assert_eq!((copy.head.kind, &there.sources), (Kind::Event, &here.sources));
        assert_eq!((&there.event.details, &there.event.place), (&here.event.details, &here.event.place));

        world.advance_seconds(60);
        let user = north.admin().await;
        let id = resigns.head.id;
        let other = fact("The government resigns.", "2022-01-06");
        let silent = north.app().db.write(|tx| service::revise(tx, &user, id, &other, "")).await;
        assert!(silent.unwrap_err().to_string().contains("say why"));
        north.app().db.write(|tx| service::revise(tx, &user, id, &other, "A day later.")).await.unwrap();
        world.settle().await;
        assert_eq!(south.chronology().await[2].0, "6 January 2022");
        world.advance_seconds(60);
        north.app().db.write(|tx| service::retract(tx, &user, id, "A forgery.")).await.unwrap();
        world.settle().await;
        let copy = south.sees(&resigns.head.uri).await.unwrap();
        assert_eq!(copy.head.state, State::Retracted);
        assert!(copy.head.content.contains("A forgery."));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_and_theses_cite_events_by_their_address() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        south.follows(north).await;
        north.follows(south).await;
        world.settle().await;
        let event = north.records(&fact("The government resigns.", "2022-01-05")).await.unwrap();
        let question = north.asks("Why then?", &[]).await;
        let qid = qid_of(&question);
        world.settle().await;
        let reasoning = format!("Because [it resigned]({}).", event.head.uri);
        south.answers(&qid, &answer("decided", "Fear", &reasoning), "").await.unwrap();
        let mut draft = statement("On fear").thesis("Fear governs.");
        draft.theses[0].evidence = Markdown::new(format!("[5 January]({})", event.head.uri));
        south.publishes(draft).await;
        world.settle().await;
        for site in [north, south] {
            let db = site.app().db;
            let citing = db.read(|conn| {
                let head = plenum::store::contributions::by_uri(conn, Viewer::Anyone, &event.head.uri)?;
                Ok(events::citing(conn, Viewer::Anyone, &head.expect("the event is here"))?)
            });
            let kinds: Vec<_> = citing.await.unwrap().iter().map(|head| head.kind).collect();
            assert_eq!(kinds, [Kind::Position, Kind::Thesis], "{}", site.name);
        }
        // Who no longer refers to it is no longer listed.
        world.advance_seconds(60);
        let plain = answer("decided", "Fear", "It is plain.");
        south.answers(&qid, &plain, "It needs no event.").await.unwrap();
        world.settle().await;
        let db = north.app().db;
        let citing = db.read(|conn| Ok(events::citing(conn, Viewer::Anyone, &event.head)?)).await.unwrap();
        assert_eq!(citing.iter().map(|head| head.kind).collect::<Vec<_>>(), [Kind::Thesis]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_that_no_calendar_has_is_dropped_and_refused() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    for wrong in ["31.02.2022", "2022-02-31", "2022-01-19/2022-01-02", "soon"] {
        let refused = north.records(&fact("It happens.", wrong)).await.unwrap_err().to_string();
        assert!(refused.starts_with("date: “"), "{refused}");
    }
    let peers = Peers::new();
    let other = peers.actor("a", "committee", "Organization");
    let mut event = other.note("1", "<p>It happens.</p>");
    event["name"] = json!("It happens.");
    event["plenum:kind"] = json!("Event");
    event["plenum:rev"] = json!(1);
    event["to"] = json!([PUBLIC]);
    let uri = Uri::parse(event["id"].as_str().unwrap()).unwrap();
    for wrong in ["2022-02-31", "", "yesterday"] {
        event["plenum:date"] = json!(wrong);
        other.sends(north, &other.does("Create", event.clone()));
        world.settle().await;
        assert!(north.chronology().await.is_empty(), "{wrong}");
        assert!(north.sees(&uri).await.is_none(), "{wrong}");
    }
    event["plenum:date"] = json!("2022-02");
    other.sends(north, &other.does("Create", event));
    world.settle().await;
    assert_eq!(north.chronology().await, [("February 2022".to_owned(), "It happens.".to_owned())]);
}
