//! Minds that change: what convinced them, what differs, and the list of it at the question.

use axum::http::StatusCode;
use plenum::domain::critique::Intent;
use plenum::domain::question::{DraftQuestion, Qid};
use plenum::domain::site::FederationMode;
use plenum::domain::statement::DraftThesis;
use plenum::domain::uri::Uri;
use plenum::domain::view::View;
use plenum::http::web::present;
use plenum::services::questions::{self, NewQuestion};
use plenum::services::statements;
use plenum::text::Markdown;
use serde_json::json;

use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";
const PAGE: &str = "/questions/did-the-deployment-stabilise-the-situation";
const DAY: i64 = 24 * 3600;

async fn neighbours(database: Database) -> World {
    World::neighbours([Database::sqlite(), database], FederationMode::Open).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_position_names_what_convinced_and_both_pages_show_it() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let question = north.asks(ASKED, &["Yes", "No"]).await;
        let qid = qid_of(&question);
        let yes = answer("decided", "Yes", "Order returned to the streets.");
        let position = north.answers(&qid, &yes, "").await.unwrap();
        world.settle().await;
        let bela = south.person("bela", &[]).await;
        let passage = (Intent::Objection, "Order returned");
        let critique =
            south.criticizes(&bela, &position.head.uri, passage, "Order of the guns.").await.unwrap();
        world.settle().await;
        world.advance_seconds(DAY);

        let mut editor = north.signed_in("north_admin").await;
        let form = editor.open(&format!("{PAGE}/position")).await;
        let minutes = "https://council.example/minutes";
        let here = present::path(&north.sees(&critique.head.uri).await.unwrap());
        // As the browser shows it, below the text that it answers.
        let named = format!("{}{here}\r\n {minutes}", north.origin());
        let fields = [
            ("reason", "We were shown the guns."),
            ("convinced_by", named.as_str()),
            ("certainty", "undecided"),
        ];
        let both = [("convinced_by", "Bela"), ("reason", " ")];
        let wrong = editor.send(&form, "main form", &[&fields[..], &both].concat()).await;
        assert!(wrong.texts("#mistake-convinced_by")[0].contains("is no web address"));
        assert!(wrong.texts("#mistake-reason")[0].contains("what changed and why"), "all of it at once");
        let changed = editor.send(&form, "main form", &fields).await;
        assert_eq!(changed.attribute("#convinced a", "href"), Some(here));
        assert_eq!(changed.texts("#convinced a")[1..], [minutes], "the second as it was typed");
        let again = editor.open(&format!("{PAGE}/position")).await;
        assert_eq!(again.texts("#field-convinced_by"), [""], "once, not for ever");
        world.settle().await;

        let document = north.document(&format!("/q/{qid}/position")).await;
        assert_eq!(document["plenum:convincedBy"], json!([critique.head.uri.as_str(), minutes]));
        let path = critique.head.uri.as_str().strip_prefix(&south.origin()).unwrap().to_owned();
        let criticism = south.browser().open(&path).await;
        assert!(criticism.texts("#led-to a")[0].ends_with("(version 2)"), "{:?}", criticism.texts("#led-to"));

        for site in [north, south] {
            let copy = site.sees(&question.head.uri).await.unwrap().head.id;
            let path = if site.name == "north" { PAGE.to_owned() } else { format!("/questions/{copy}") };
            let moves = site.browser().open(&path).await.texts("#moves li");
            assert_eq!(moves.len(), 2, "{}: {moves:?}", site.name);
            assert!(
                moves[0].contains("changed its position") && moves[0].contains("We were shown the guns.")
            );
            assert!(moves[1].contains("took a position"));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_of_a_statement_are_compared_thesis_by_thesis() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let draft = statement("On bees").thesis("Bees can count.").thesis("Bees can dance.");
        let published = north.publishes(draft).await;
        world.settle().await;
        world.advance_seconds(DAY);
        let mut next = statement("On bees").thesis("Bees can count to five.").thesis("Bees can sing.");
        next.theses[0].key = Some("k1".to_owned());
        next.theses.insert(
            0,
            DraftThesis {
                head: "Bees live.".to_owned(),
                body: Markdown::new("Long."),
                ..DraftThesis::default()
            },
        );
        next.convinced_by = Uri::parse("https://wasps.example/objection").into_iter().collect();
        let user = north.admin().await;
        let db = north.app().db;
        let revise = db
            .write(|tx| statements::revise(tx, &user, published.head.id, next.clone(), "We counted again."));
        revise.await.unwrap();
        world.settle().await;
        let here = south.sees(&published.head.uri).await.unwrap();
        let elsewhere = format!("/statements/{}/versions/2", here.head.id);
        let home = north.browser().open("/statements/on-bees/versions/2").await;
        let copy = south.browser().open(&elsewhere).await;
        let original = published.head.url.as_str();
        assert_eq!(home.texts("#cite .citation a").len(), 1);
        let cited = copy.texts("#cite .citation a");
        assert_eq!(
            cited,
            [original, &format!("{}{elsewhere}", south.origin())],
            "first where its author has it"
        );
        for page in [home, copy] {
            let told = page.texts("#changes h3");
            assert_eq!(
                told,
                ["Thesis 1 new", "Thesis 2 changed", "Thesis 3 new", "Thesis 2 no longer there"]
            );
            assert!(page.texts("#changes ins").iter().any(|text| text.contains("five")));
            assert!(page.says("https://wasps.example/objection"), "what convinced the author");
            assert!(
                !page.texts("#changes").concat().contains("We looked for a long time"),
                "the rest is the same"
            );
        }
    })
    .await;
}

/// An organization asks what it ties to another question.
async fn asks_tied(site: &Instance, text: &str, tie: (&str, &Qid)) -> View {
    let user = site.admin().await;
    let relations = vec![(tie.0.to_owned(), tie.1.to_string())];
    let draft = DraftQuestion { relations, ..DraftQuestion::default() };
    let new = NewQuestion { text: text.to_owned(), language: "en".to_owned(), draft, invited: Vec::new() };
    site.app().db.write(|tx| questions::ask(tx, &user, &new)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_said_to_be_the_same_stand_beside_each_other_and_merge_where_we_say_so() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let first = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
        world.settle().await;
        let second = qid_of(&asks_tied(south, "Was it calm afterwards?", ("same-question", &first)).await);
        world.settle().await;
        north.answers(&first, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
        south.answers(&second, &answer("decided", "No", "It froze it."), "").await.unwrap();
        world.settle().await;

        let page = north.browser().open(&format!("/q/{first}")).await;
        assert_eq!(page.texts(".same .entry-title"), ["Was it calm afterwards?"]);
        assert_eq!(
            page.texts(".same .facts"),
            ["Said by Organization south"],
            "one voice does not merge them here"
        );
        assert!(page.texts(".same li")[0].contains("No (decided)"), "{:?}", page.texts(".same li"));
        assert_eq!(page.texts(".chart tbody tr").len(), 1);
        let forced = north.browser().open(&format!("{PAGE}?with={second}")).await;
        assert_eq!(forced.texts(".chart tbody tr").len(), 1, "not even where somebody asks for it");

        let page = south.browser().open(&format!("/q/{second}")).await;
        assert_eq!(page.texts(".same .entry-title"), [ASKED]);
        let both = page.attribute(".same .facts a[href*='with=']", "href").expect("south says so itself");
        let merged = south.browser().open(both.split('#').next().unwrap()).await;
        assert_eq!(merged.texts(".chart tbody tr").len(), 2);
        assert_eq!(merged.texts("#merged").len(), 1, "and it is said");
        let table = merged.attribute(".map a[href*='map.csv']", "href").unwrap();
        assert_eq!(south.browser().open(&table).await.body.lines().count(), 3, "the table has both, too");
        let sorted = merged.attribute(".map a[href*='sort=date']", "href").unwrap();
        assert!(sorted.contains(&format!("with={first}")), "{sorted}");

        let anew = asks_tied(south, "What became of the protests?", ("supersedes", &second)).await;
        world.settle().await;
        let document = south.document(&format!("/q/{}", qid_of(&anew))).await;
        assert_eq!(document["plenum:supersedes"], json!([second.as_str()]));
        let copy = north.sees(&anew.head.uri).await.unwrap().head.id;
        let page = north.browser().open(&format!("/questions/{copy}")).await;
        assert!(page.texts("dl.fields dt").contains(&"Asked anew instead of".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_reply_to_an_earlier_version_says_so() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
        let draft = answer("decided", "Yes", "Order returned.");
        let position = north.answers(&qid, &draft, "").await.unwrap();
        world.settle().await;
        let bela = south.person("bela", &[]).await;
        world.advance_seconds(60);
        let early = south.replies(&bela, &position.head.uri, "You cannot mean that.").await;
        world.settle().await;
        world.advance_seconds(DAY);
        north.answers(&qid, &answer("decided", "No", "It never did."), "We looked again.").await.unwrap();
        world.settle().await;
        world.advance_seconds(60);
        let late = south.replies(&bela, &position.head.uri, "That is better.").await;
        world.settle().await;
        for site in [north, south] {
            let id = site.sees(&position.head.uri).await.unwrap().head.id;
            let page = site.browser().open(&format!("/positions/{id}")).await;
            for (reply, marked) in [(&early, true), (&late, false)] {
                let key = site.sees(&reply.head.uri).await.unwrap().head.id;
                let said = page.texts(&format!("#r{key}")).concat();
                assert!(said.contains("You cannot mean that.") || said.contains("That is better."), "{said}");
                assert_eq!(said.contains("refers to version 1"), marked, "{}: {said}", site.name);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_revised_often_for_one_reason_hides_nothing_else() {
    let world = neighbours(Database::sqlite()).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
    world.settle().await;
    let bela = south.person("bela", &[]).await;
    let asked = Uri::ours(&north.origin(), &format!("/q/{qid}"));
    let said = south.replies(&bela, &asked, "Read the minutes.").await;
    world.settle().await;
    let convinced = |text: &str| plenum::domain::position::DraftPosition {
        convinced_by: vec![said.head.uri.to_string()],
        ..answer("decided", "Yes", text)
    };
    for site in [south, north] {
        site.answers(&qid, &answer("undecided", "", "We do not know."), "").await.unwrap();
    }
    world.advance_seconds(60);
    south.answers(&qid, &convinced("The minutes say so."), "The minutes.").await.unwrap();
    world.settle().await;
    for number in 0..25 {
        world.advance_seconds(60);
        north.answers(&qid, &convinced(&format!("Page {number} says so.")), "The minutes.").await.unwrap();
    }
    world.settle().await;
    let page = said.head.uri.as_str().strip_prefix(&south.origin()).unwrap().to_owned();
    let led_to = south.browser().open(&page).await.texts("#led-to a");
    assert_eq!(led_to.len(), 2, "{led_to:?}");
    assert!(led_to[0].starts_with("Organization north") && led_to[0].ends_with("(version 26)"), "{led_to:?}");
    assert!(led_to[1].starts_with("Organization south") && led_to[1].ends_with("(version 2)"), "{led_to:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_around_a_question_says_why_it_was_changed_and_keeps_its_versions() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let question = north.asks(ASKED, &["Yes", "No"]).await;
        world.settle().await;
        assert!(north.browser().open(PAGE).await.texts("#changed").is_empty(), "as it was asked");
        assert_eq!(north.browser().open(&format!("{PAGE}/versions")).await.texts(".versions li").len(), 1);
        world.advance_seconds(DAY);
        let (user, db) = (north.admin().await, north.app().db);
        let draft = DraftQuestion {
            background: Markdown::new("It was *settled* in spring."),
            answers: vec!["Yes".to_owned(), "In part".to_owned()],
            ..DraftQuestion::default()
        };
        let change =
            db.write(|tx| questions::revise(tx, &user, question.head.id, &draft, "We read the file."));
        change.await.unwrap();
        world.settle().await;
        for site in [north, south] {
            let page = present::path(&site.sees(&question.head.uri).await.unwrap());
            let mut reader = site.browser();
            let shown = reader.open(&page).await;
            let told = shown.texts("#changed");
            assert!(told[0].starts_with("Changed on") && told[0].contains("We read the file."), "{told:?}");
            let list = reader.open(&shown.attribute("#changed a", "href").unwrap()).await;
            assert_eq!(list.texts(".versions .tag"), ["In force", "Earlier version"], "{}", site.name);
            assert!(list.texts(".versions li")[0].contains("We read the file."));
            assert!(list.says("A question is never changed silently."));
            let second = reader.open(&format!("{page}/versions/2")).await;
            assert!(second.texts(".diff del").concat().contains("never"), "{:?}", second.texts(".diff"));
            assert!(second.texts(".diff ins").concat().contains("In part"));
            assert!(second.says("What changed and why: We read the file."));
            let first = reader.open(&format!("{page}/versions/1")).await;
            assert!(first.says("It was never settled.") && first.texts(".diff").is_empty());
            assert!(first.texts(".standing")[0].starts_with("This is an earlier version."));
            for nothing in ["0", "3", "last"] {
                let status = reader.open(&format!("{page}/versions/{nothing}")).await.status;
                assert_eq!(status, StatusCode::NOT_FOUND, "{nothing}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_only_rests_on_something_else_shows_the_difference() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let published =
            north.publishes(statement("On bees").thesis("Bees can count.").thesis("Bees lie.")).await;
        let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
        world.settle().await;
        let stand = |thesis: usize, body: &str| plenum::domain::position::DraftPosition {
            theses: vec![crate::harness::people::thesis_of(&published, thesis).to_string()],
            adopted_body: body.to_owned(),
            ..answer("decided", "Yes", "Order returned.")
        };
        let position = north.answers(&qid, &stand(1, "the council"), "").await.unwrap().head.uri;
        world.advance_seconds(DAY);
        north.answers(&qid, &stand(2, "the assembly"), "It was put to the vote.").await.unwrap();
        world.settle().await;
        for site in [north, south] {
            let page = present::path(&site.sees(&position).await.unwrap());
            let second = site.browser().open(&format!("{page}/versions/2")).await;
            let (gone, new) = (second.texts(".diff del").concat(), second.texts(".diff ins").concat());
            assert!(gone.contains("council") && gone.contains('1'), "{}: {gone}", site.name);
            assert!(new.contains("assembly") && new.contains('2'), "{}: {new}", site.name);
            assert!(second.texts(".diff").concat().contains("Rests on thesis "));
        }
    })
    .await;
}
