//! Questions and what they have to do with each other.

use axum::http::StatusCode;
use plenum::domain::question::{DraftQuestion, Qid, TieKind};
use plenum::domain::site::FederationMode;
use plenum::domain::view::View;
use plenum::http::web::present;
use plenum::services::questions as service;
use plenum::store::questions;
use serde_json::json;

use crate::harness::Database;
use crate::harness::debate::qid_of;
use crate::harness::papers::{question, tells, uri};
use crate::harness::peer::Peers;
use crate::harness::world::{Instance, World, on_each_engine};

/// The organization says what a question of its own has to do with others.
async fn ties(
    at: &Instance,
    question: &View,
    relations: &[(TieKind, &Qid)],
) -> Result<View, plenum::store::Error> {
    let user = at.admin().await;
    let relations: Vec<_> =
        relations.iter().map(|(kind, qid)| (kind.as_str().to_owned(), qid.to_string())).collect();
    let draft = DraftQuestion { relations, ..DraftQuestion::default() };
    let id = question.head.id;
    at.app().db.write(|tx| service::revise(tx, &user, id, &draft, "We looked at all of them.")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn relations_are_sent_shown_and_nested() {
    on_each_engine(|database| async {
        let world = World::listening([Database::sqlite(), database], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let part = north.asks("Who gave the order?", &[]).await;
        let others = [
            (TieKind::PartOf, "What happened in January?"),
            (TieKind::DependsOn, "Who commanded whom?"),
            (TieKind::Generalizes, "Who signed the telegram?"),
            (TieKind::Contrasts, "Who refused it?"),
        ];
        let mut relations = Vec::new();
        for (kind, text) in others {
            relations.push((kind, qid_of(&north.asks(text, &[]).await)));
        }
        world.advance_seconds(60);
        let wanted: Vec<_> = relations.iter().map(|(kind, qid)| (*kind, qid)).collect();
        ties(north, &part, &wanted).await.unwrap();
        world.settle().await;
        let document = north.document(&format!("/q/{}", qid_of(&part))).await;
        let sent: Vec<_> = relations
            .iter()
            .map(|(kind, qid)| json!({ "plenum:relation": kind.as_str(), "plenum:qid": qid.as_str() }))
            .collect();
        assert_eq!(document["plenum:relations"], json!(sent));

        for site in [north, south] {
            let copy = site.sees(&part.head.uri).await.unwrap();
            let page = site.browser().open(&present::path(&copy)).await;
            for ((_, text), words) in
                others.iter().zip(["Part of", "Depends on", "Generalizes", "Contrasts with"])
            {
                assert!(page.says(words) && page.says(text), "{}: {words} {text}", site.name);
            }
            let catalogue = site.browser().open("/questions").await;
            assert_eq!(catalogue.texts(".catalogue li li a"), ["Who gave the order?"], "{}", site.name);
            let whole = catalogue.texts(".catalogue > li").into_iter().find(|item| item.contains("January"));
            assert!(
                whole.unwrap().contains("Who gave the order?"),
                "{}: below what it is a part of",
                site.name
            );
            let read = format!("/api/plenum/v1/questions/{}", qid_of(&part));
            let read = site.stranger().get(&read).await.ok();
            assert_eq!(read["relations"].as_array().unwrap().len(), 4, "{read}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_a_part_of_its_own_part() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let first = north.asks("What happened?", &[]).await;
        let second = north.asks("What happened in January?", &[]).await;
        let third = north.asks("What happened on the fifth?", &[]).await;
        let [one, two, three] = [&first, &second, &third].map(qid_of);
        world.advance_seconds(60);
        ties(north, &third, &[(TieKind::PartOf, &two)]).await.unwrap();
        ties(north, &second, &[(TieKind::PartOf, &one)]).await.unwrap();
        // Through the form, and by more than one step.
        let mut admin = north.signed_in("north_admin").await;
        let form = admin.open(&format!("{}/revise", present::path(&first))).await;
        let fields = [("tie_1", "part-of"), ("target_1", three.as_str()), ("reason", "A circle.")];
        let refused = admin.send(&form, "main form", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("would lead back to this question"), "{}", refused.body);
        let after = north.sees(&first.head.uri).await.unwrap();
        assert_eq!(after.head.revision, 1, "nothing changed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_that_a_peer_sends_is_left_open() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let author = peers.actor("b", "mal", "Organization");
    let (mut first, one) = question(&peers, "b", &author, "What happened?");
    let (mut second, two) = question(&peers, "b", &author, "What happened in January?");
    let tie = |to: &Qid| json!([{ "plenum:relation": "part-of", "plenum:qid": to.as_str() }]);
    first["plenum:relations"] = tie(&two);
    second["plenum:relations"] = tie(&one);
    tells(&world, &author, north, "Create", &first).await;
    tells(&world, &author, north, "Create", &second).await;
    let account = north.sees(&uri(&first)).await.unwrap().author.id;
    assert!(north.sees(&uri(&second)).await.is_some(), "the question itself is taken");
    let kept = north.app().db.read(|conn| Ok(questions::ties_of_account(conn, account)?)).await.unwrap();
    assert_eq!(kept, [(one, TieKind::PartOf, two)]);
    let catalogue = north.browser().open("/questions").await;
    assert_eq!(catalogue.texts(".catalogue li li a"), ["What happened?"]);
    let page = north.signed_in("north_admin").await.open("/admin/federation").await;
    assert!(page.says("ties questions to each other in a circle: 1 relation not taken in"), "{}", page.body);
}
