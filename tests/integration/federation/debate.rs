//! Questions without an owner, positions of organizations, critiques at their place.

use plenum::domain::contribution::{Kind, State};
use plenum::domain::critique::{Hold, Intent};
use plenum::domain::site::FederationMode;
use plenum::domain::view::Body;
use plenum::services::statements;
use plenum::store;

use crate::harness::Database;
use crate::harness::debate::{answer, position_of, qid_of};
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";

/// North asks; South and East follow it and each other.
async fn circle() -> World {
    let world = World::of(["north", "south", "east"]).await;
    for (one, other) in [("south", "north"), ("east", "north"), ("north", "south"), ("east", "south")] {
        world.at(one).follows(world.at(other)).await;
    }
    world.settle().await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_adopted_and_answered_elsewhere() {
    on_each_engine(|database| async {
        let world = World::neighbours([Database::sqlite(), database], FederationMode::Quarantine).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let question = north.asks(ASKED, &["Yes", "No"]).await;
        let qid = qid_of(&question);
        world.settle().await;
        let copy = south.sees(&question.head.uri).await.expect("the question arrived");
        assert_eq!((copy.head.kind, qid_of(&copy)), (Kind::Question, qid.clone()));
        let Body::Question(asked) = &copy.body else { panic!("a question") };
        assert_eq!(
            asked.answers.iter().map(|answer| answer.text.as_str()).collect::<Vec<_>>(),
            ["Yes", "No"]
        );
        assert!(asked.question.background.contains("<em>never</em>"));

        south.answers(&qid, &answer("undecided", "", "We lack reports from the west."), "").await.unwrap();
        north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
        world.settle().await;
        let expected = north.stands(&qid).await;
        assert_eq!(
            expected
                .iter()
                .map(|(_, certainty, answer, _)| (*certainty, answer.as_str()))
                .collect::<Vec<_>>(),
            [("decided", "Yes"), ("undecided", "")]
        );
        assert_eq!(south.stands(&qid).await, expected);
        // South's own copy names the asker and holds its signed original.
        let app = south.app();
        let own = app.db.read(|conn| Ok(store::questions::of_account(conn, &qid, app.site.organization)?));
        let (_, own) = own.await.unwrap().expect("adopted by answering");
        assert_eq!(own.original_uri.as_ref(), Some(&question.head.uri));
        assert!(own.original.is_some_and(|document| document.contains("eddsa-jcs-2022")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_mind_says_why_and_keeps_the_chain() {
    let world = circle().await;
    let (north, south) = (world.at("north"), world.at("south"));
    let question = north.asks(ASKED, &[]).await;
    let qid = qid_of(&question);
    world.settle().await;
    let first = south.answers(&qid, &answer("undecided", "", "We do not know yet."), "").await.unwrap();
    world.settle().await;
    world.advance_seconds(365 * 24 * 3600);
    let silent = south.answers(&qid, &answer("decided", "No", "It froze it."), " ").await;
    assert!(silent.unwrap_err().to_string().contains("say why"));
    let reason = "New reports from the west.";
    let second = south.answers(&qid, &answer("decided", "No", "It froze it."), reason).await.unwrap();
    assert_eq!(second.head.id, first.head.id, "one position per organization and question");
    world.settle().await;
    for name in ["north", "south", "east"] {
        let copy = world.at(name).sees(&first.head.uri).await.expect("the position is here");
        let position = position_of(&copy);
        assert_eq!((copy.head.revision, position.answer.as_str()), (2, "No"), "{name}");
        assert_eq!(position.reason.as_deref(), Some(reason));
        assert_eq!(position.previous.as_deref(), Some(position_of(&first).digest.as_str()), "{name}");
        assert!(!position.equivocal, "{name}");
        let db = world.at(name).app().db;
        let kept = db.read(|conn| Ok(store::revisions::of(conn, copy.head.id)?)).await.unwrap();
        assert_eq!(kept.iter().map(|kept| kept.revision).collect::<Vec<_>>(), [1, 2], "{name}");
        assert!(kept[0].content.contains("We do not know yet."), "the earlier text stays readable");
    }
    world.advance_seconds(60);
    south.withdraws(first.head.id, "We were misled.").await;
    world.settle().await;
    let copy = north.sees(&first.head.uri).await.expect("it stays readable");
    assert_eq!(copy.head.state, State::Retracted);
    assert!(copy.head.content.contains("We were misled."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critique_stands_at_its_passage_and_outlives_a_revision() {
    let world = circle().await;
    let (north, south) = (world.at("north"), world.at("south"));
    let draft = statement("On bees").thesis("Bees can count to four.").thesis("Bees can dance.");
    let published = north.publishes(draft).await;
    world.settle().await;
    let (counting, dancing) = (thesis_of(&published, 1), thesis_of(&published, 2));
    let bela = south.person("bela", &[]).await;
    let missing = south.criticizes(&bela, &counting, (Intent::Objection, "to seven"), "No.").await;
    assert!(missing.unwrap_err().to_string().starts_with("passage:"));
    let objection =
        south.criticizes(&bela, &counting, (Intent::Objection, "count to four"), "To five!").await.unwrap();
    let support = south.criticizes(&bela, &dancing, (Intent::Support, ""), "Seen it.").await.unwrap();
    world.settle().await;
    let hold = async |name: &str, uri| {
        let view = world.at(name).sees(uri).await.expect("the critique is here");
        let Body::Critique(critique) = view.body else { panic!("a critique") };
        (critique.intent, critique.hold, critique.exact.clone(), critique.start)
    };
    for name in ["north", "south", "east"] {
        let at = hold(name, &objection.head.uri).await;
        assert_eq!((at.0, at.1, at.2.as_str()), (Intent::Objection, Hold::Placed, "count to four"), "{name}");
        assert_eq!(hold(name, &support.head.uri).await.1, Hold::Whole, "{name}");
    }
    let before = hold("north", &objection.head.uri).await.3;
    let user = north.admin().await;
    let revise = async |head: &str, reason: &str| {
        world.advance_seconds(60);
        let app = north.app();
        let revised = app.db.write(|tx| {
            let mut draft = statements::draft_of(tx, published.head.id)?;
            draft.theses[0].head = head.to_owned();
            draft.theses[0].body = plenum::text::Markdown::new("Shown.");
            statements::revise(tx, &user, published.head.id, draft, reason)
        });
        revised.await.unwrap();
        world.settle().await;
    };
    revise("As far as we know, bees can count to four.", "Modesty.").await;
    for name in ["north", "south"] {
        let (_, place, _, start) = hold(name, &objection.head.uri).await;
        assert_eq!(place, Hold::Placed, "{name}");
        assert!(start > before, "{name}: the passage moved with the text");
    }
    revise("Bees can count.", "They were right.").await;
    for name in ["north", "south", "east"] {
        let (_, place, exact, _) = hold(name, &objection.head.uri).await;
        assert_eq!((place, exact.as_str()), (Hold::Historic, "count to four"), "{name}");
    }
}
