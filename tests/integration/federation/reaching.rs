//! What reaches whom: adopters who follow nobody, followers who read of a change once, critics of critics,
//! and nobody who would learn who the members are.

use plenum::domain::critique::{Hold, Intent};
use plenum::domain::site::FederationMode;
use plenum::domain::trust::Trust;
use plenum::domain::uri::Uri;
use plenum::domain::user::Role;
use plenum::domain::view::{Body, View};
use plenum::federation::lookup;
use plenum::http::web::present;
use plenum::services::users;
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";

#[tokio::test(flavor = "multi_thread")]
async fn who_adopted_a_question_is_told_of_positions_without_following_anybody() {
    on_each_engine(async |database| {
        let places = [("north", database), ("south", Database::sqlite()), ("east", Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south, east) = (world.at("north"), world.at("south"), world.at("east"));
        let question = north.asks(ASKED, &["Yes", "No"]).await;
        let qid = qid_of(&question);
        for site in [south, east] {
            lookup::anywhere(&site.data(), question.head.uri.as_str()).await.expect("the question");
            site.adopts(&question.head.uri).await.expect("adopted");
            world.settle().await;
        }
        let ours = north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
        let theirs = south.answers(&qid, &answer("undecided", "", "We lack reports."), "").await.unwrap();
        world.settle().await;
        for (site, uri) in [(south, &ours), (east, &ours), (north, &theirs)] {
            let copy =
                site.sees(&uri.head.uri).await.unwrap_or_else(|| panic!("{}: {}", site.name, uri.head.uri));
            assert_eq!(
                copy.head.trust,
                Some(Trust::Delivered),
                "{}: sent, not found by comparing",
                site.name
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_mind_is_one_readable_update() {
    on_each_engine(async |database| {
        let world = World::listening([Database::sqlite(), database], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let question = north.asks(ASKED, &["Yes", "No"]).await;
        let qid = qid_of(&question);
        let first = north.answers(&qid, &answer("undecided", "", "We lack reports."), "").await.unwrap();
        world.settle().await;
        world.advance_hours(24 * 365);
        let changed = answer("decided", "No", "It froze it.");
        north.answers(&qid, &changed, "Reports from the west arrived.").await.unwrap();
        world.settle().await;
        let token = south.app().db.write(|tx| users::token(tx, "south_admin", true, "read")).await.unwrap();
        let app = south.with_token(&token);
        let home = app.get("/api/v1/timelines/home").await.ok();
        let of_position = |status: &&Value| {
            let status = if status["reblog"].is_null() { *status } else { &status["reblog"] };
            status["uri"] == json!(first.head.uri)
        };
        let shown: Vec<&Value> = home.as_array().unwrap().iter().filter(of_position).collect();
        assert_eq!(shown.len(), 1, "one entry, the changed one: {home:#}");
        assert!(shown[0]["edited_at"].is_string());
        let content = shown[0]["content"].as_str().unwrap();
        assert!(
            content.contains("Reports from the west arrived.") && content.contains("It froze it."),
            "{content}"
        );
        let history = format!("/api/v1/statuses/{}/history", shown[0]["id"].as_str().unwrap());
        let history = app.get(&history).await.ok();
        let texts: Vec<&str> =
            history.as_array().unwrap().iter().map(|one| one["content"].as_str().unwrap()).collect();
        assert_eq!(texts.len(), 2, "each version once: {history:#}");
        assert!(texts[0].contains("We lack reports.") && texts[1].contains("It froze it."));
        let feed = north.browser().open("/questions/feed").await.body;
        assert_eq!(feed.matches("Reports from the west arrived.").count(), 1, "{feed}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critique_is_criticized_at_its_own_words() {
    on_each_engine(async |database| Box::pin(criticizes_a_critique(database)).await).await;
}

/// The second critique stands at the words of the first one, on the page, for apps, and in what is kept.
async fn shows(site: &Instance, first: &View, second: &View) {
    let copy = site.sees(&second.head.uri).await.expect("it is here");
    let Body::Critique(critique) = &copy.body else { panic!("a critique") };
    assert_eq!((critique.intent, critique.hold), (Intent::Question, Hold::Placed), "{}", site.name);
    assert_eq!(critique.exact, "to five, always");
    let answered = site.sees(&first.head.uri).await.unwrap().head.id;
    assert_eq!(copy.head.in_reply_to_id, Some(answered), "{}", site.name);
    let list = format!("/api/plenum/v1/contributions/{answered}/critiques");
    let list = site.stranger().get(&list).await.ok();
    assert_eq!(list[0]["passage"]["exact"], "to five, always", "{}: {list}", site.name);
    let page = site.browser().open(&present::path(&site.sees(&first.head.uri).await.unwrap())).await;
    assert!(page.says("Who counted?"), "{}: {}", site.name, page.texts("main").concat());
}

/// North published a thesis, which South has.
async fn one_thesis(database: Database) -> (World, Uri) {
    let world = World::neighbours([database, Database::sqlite()], FederationMode::Open).await;
    let north = world.at("north");
    let published = north.publishes(statement("On bees").thesis("Bees can count to four.")).await;
    world.settle().await;
    let thesis = thesis_of(&published, 1);
    (world, thesis)
}

async fn criticizes_a_critique(database: Database) {
    let (world, thesis) = Box::pin(one_thesis(database)).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let (bela, carl) = (south.person("bela", &[]).await, north.person("carl", &[]).await);
    let passage = (Intent::Objection, "count to four");
    let first = south.criticizes(&bela, &thesis, passage, "They count to five, always.").await.unwrap();
    world.settle().await;
    let missing = north.criticizes(&carl, &first.head.uri, (Intent::Objection, "to seven"), "No.").await;
    assert!(missing.unwrap_err().to_string().starts_with("passage:"));
    let about = (Intent::Question, "to five, always");
    let second = north.criticizes(&carl, &first.head.uri, about, "Who counted?").await.unwrap();
    world.settle().await;
    for site in [north, south] {
        shows(site, &first, &second).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_elsewhere_tells_who_the_members_are() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    south.follows(north).await;
    north.follows(south).await;
    world.settle().await;
    north.person("zdenka", &[Role::Publisher]).await;
    north.person("yolanda", &[Role::Editor]).await;
    let mut zdenka = north.signed_in("zdenka").await;
    let form = zdenka.open("/questions/new").await;
    let again = zdenka.send(&form, "main form", &[("text", ASKED)]).await;
    let page = zdenka.send(&again, "main form", &[]).await;
    assert_eq!(page.texts("h1"), [ASKED]);
    let slug = "/questions/did-the-deployment-stabilise-the-situation";
    let form = zdenka.open(&format!("{slug}/position")).await;
    let stand = [("certainty", "undecided"), ("reasoning", "We lack reports.")];
    zdenka.send(&form, "main form", &stand).await;
    let form = zdenka.open("/publish").await;
    let text = "We looked.\n\n## 1. Bees can count.\n\nTo four.";
    let written =
        [("title", "On bees"), ("announcement", "What we counted."), ("text", text), ("step", "preview")];
    let preview = zdenka.send(&form, "main form", &written).await;
    zdenka.send(&preview, "form.confirm", &[("step", "publish")]).await;
    world.settle().await;
    world.advance_hours(3);
    world.settle().await;
    let known = south.state().await;
    assert!(known.contains("On bees") && known.contains("We lack reports."), "everything arrived");
    for member in ["zdenka", "yolanda", "north_admin"] {
        assert!(!known.to_lowercase().contains(member), "{member} is known at South");
        assert!(north.state().await.contains(member), "{member} is no secret at North");
    }
}
