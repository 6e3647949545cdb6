//! A question, who asked it, who was asked, and what becomes of it at those who took it over.

use axum::http::{Method, StatusCode};
use plenum::domain::question::{DraftQuestion, Qid};
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::http::web::present;
use plenum::services::{positions, questions as service, users};
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::browser::Page;
use crate::harness::debate::{answer, qid_of};
use crate::harness::papers::{note, question, tells, uri};
use crate::harness::peer::Peers;
use crate::harness::world::{Instance, World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";
const PAGE: &str = "/questions/did-the-deployment-stabilise-the-situation";

/// North asks, East carries the question, South answers it.
async fn three(database: Database) -> (World, Qid) {
    let places = [("north", database), ("east", Database::sqlite()), ("south", Database::sqlite())];
    let world = World::on(places, FederationMode::Open).await;
    for (one, other) in [("south", "north"), ("east", "north"), ("north", "south"), ("north", "east")] {
        world.at(one).follows(world.at(other)).await;
    }
    world.settle().await;
    let question = world.at("north").asks(ASKED, &["Yes", "No"]).await;
    world.settle().await;
    world.at("east").adopts(&question.head.uri).await.expect("adopted");
    world.settle().await;
    let qid = qid_of(&question);
    world.at("south").answers(&qid, &answer("undecided", "", "We lack reports."), "").await.unwrap();
    world.settle().await;
    // Sites that carry it compare what they list within the hour.
    world.advance_hours(3);
    world.settle().await;
    (world, qid)
}

/// The map of the question on the page of this site's own copy.
async fn map(at: &Instance) -> Page {
    at.browser().open(PAGE).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_hidden_on_one_map_stands_on_the_others() {
    on_each_engine(|database| async {
        let (world, qid) = three(database).await;
        let (north, east, south) = (world.at("north"), world.at("east"), world.at("south"));
        for site in [north, east, south] {
            assert_eq!(map(site).await.texts(".chart tbody tr").len(), 1, "{}", site.name);
        }
        let user = north.admin().await;
        let stands = south.stands(&qid).await;
        let address = plenum::domain::uri::Uri::ours(&south.origin(), &format!("/q/{qid}/position"));
        let id = north.sees(&address).await.unwrap().head.id;
        north.app().db.write(|tx| positions::list(tx, &user, id, false)).await.unwrap();
        world.advance_hours(3);
        world.settle().await;
        assert!(map(north).await.texts(".chart tbody tr").is_empty(), "North hides the row");
        let rows = map(east).await.texts(".chart tbody tr");
        assert!(rows[0].contains("listed by 1 of 2 other sites"), "{rows:?}");
        assert_eq!(map(south).await.texts(".chart tbody tr").len(), 1, "and nobody hides it at home");
        let read = format!("/api/plenum/v1/questions/{qid}/map");
        let read = east.stranger().get(&read).await.ok();
        assert!(read.to_string().contains("\"listed_by\":{"), "{read}");
        // The position itself is no secret on North's site either.
        let page = north.browser().open(&format!("/positions/{id}")).await;
        assert_eq!((page.status, stands.len()), (StatusCode::OK, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_adopted_a_question_keeps_it_as_it_was() {
    on_each_engine(|database| async {
        let (world, qid) = three(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let before = map(south).await;
        assert!(before.texts("#asker-since").is_empty());
        let original = format!("/q/{qid}/original");
        let user = north.admin().await;
        let asked = plenum::domain::uri::Uri::ours(&north.origin(), &format!("/q/{qid}"));
        let id = north.sees(&asked).await.unwrap().head.id;
        world.advance_seconds(60);
        let draft = DraftQuestion { scope: "Another country".to_owned(), ..DraftQuestion::default() };
        north.app().db.write(|tx| service::revise(tx, &user, id, &draft, "We meant another.")).await.unwrap();
        world.settle().await;
        let page = map(south).await;
        assert!(page.texts("#as-adopted")[0].contains("Version 1"), "{:?}", page.texts("#as-adopted"));
        let told = page.texts("#asker-since");
        assert!(told[0].contains("has changed") && told[0].contains("version 2 (changed)"), "{told:?}");
        let kept = kept(south, &original).await;
        assert_eq!((&kept["plenum:rev"], kept.get("plenum:scope")), (&json!(1), None), "as it was adopted");
        world.advance_seconds(60);
        north.app().db.write(|tx| service::retract(tx, &user, id, "It was none.")).await.unwrap();
        world.settle().await;
        let told = map(south).await.texts("#asker-since");
        assert!(told[0].contains("version 3 (withdrawn)"), "{told:?}");
        assert_eq!(map(south).await.texts(".chart tbody tr").len(), 1, "South's answer stands");
    })
    .await;
}

/// The asker's document that came with an adopted question.
async fn kept(at: &Instance, path: &str) -> Value {
    let page = at.browser().once(Method::GET, path, None).await;
    assert_eq!(page.status, StatusCode::OK);
    serde_json::from_str(&page.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_outlives_the_copy_of_who_asked() {
    on_each_engine(|database| async {
        let world = World::on([("south", database)], FederationMode::Open).await;
        let (south, peers) = (world.at("south"), Peers::new());
        let asker = peers.actor("b", "mal", "Organization");
        let (asked, qid) = question(&peers, "b", &asker, ASKED);
        let asked = asker.prove(&asked, south.app().clock().now());
        tells(&world, &asker, south, "Create", &asked).await;
        south.adopts(&uri(&asked)).await.expect("adopted");
        south.answers(&qid, &answer("undecided", "", "We lack reports."), "").await.unwrap();
        world.settle().await;
        assert!(map(south).await.texts("#asker-since").is_empty());
        let gone = asker.does("Delete", json!({ "id": asked["id"], "type": "Tombstone" }));
        assert_eq!(asker.sends(south, &gone), 202);
        world.settle().await;
        assert!(south.sees(&uri(&asked)).await.is_none());
        let page = map(south).await;
        assert!(page.texts("#asker-since")[0].contains("has deleted its own copy"), "{}", page.body);
        assert_eq!(page.texts(".chart tbody tr").len(), 1);
        assert_eq!(kept(south, &format!("/q/{qid}/original")).await, asked);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_can_never_be_changed_are_read_once_more() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let first = north.asks(ASKED, &[]).await;
        let mut asker = north.signed_in("north_admin").await;
        let form = asker.open("/questions/new").await;
        let same =
            asker.send(&form, "main form", &[("text", "did the deployment stabilise the situation")]).await;
        let remarks = same.texts(".remarks li");
        assert!(
            remarks[0].contains("asked already") && remarks[1].contains("no question mark"),
            "{remarks:?}"
        );
        let there = present::path(&north.sees(&first.head.uri).await.unwrap());
        assert_eq!(same.attribute(".remarks a", "href"), Some(there));
        // Other words are read again before they are asked.
        let other = asker.send(&same, "main form", &[("text", "Don't you agree?"), ("scope", "Here")]).await;
        assert!(
            other.says("Nothing is asked yet.")
                && other.texts(".remarks li")[0].contains("expects one answer")
        );
        assert_eq!(other.attribute("#field-scope", "value").as_deref(), Some("Here"));
        assert!(!asker.open("/questions").await.says("Don't you agree?"));
        let asked = asker.send(&other, "main form", &[]).await;
        assert_eq!(asked.texts("h1"), ["Don't you agree?"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_asked_by_name_hears_of_the_question() {
    on_each_engine(|database| async {
        let places = [("north", database), ("south", Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        north.person("bela", &[]).await;
        let mut asker = north.signed_in("north_admin").await;
        let form = asker.open("/questions/new").await;
        let person = format!("bela@{}", north.host);
        for (name, why) in
            [("nobody@nowhere.invalid", "nobody@nowhere.invalid"), (&person, "is no organization")]
        {
            let fields = [("text", ASKED), ("invited", name)];
            let refused = asker.send(&form, "main form", &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(
                refused.texts("#mistake-invited")[0].contains(why),
                "{:?}",
                refused.texts("#mistake-invited")
            );
        }
        let handle = south.handle();
        let again = asker.send(&form, "main form", &[("text", ASKED), ("invited", &handle)]).await;
        let asked = asker.send(&again, "main form", &[]).await;
        assert_eq!(asked.texts("h1"), [ASKED]);
        world.settle().await;
        // South follows nobody.
        let found = south.browser().open("/questions?show=elsewhere").await;
        assert_eq!(found.texts(".catalogue a"), [ASKED]);
        let token = south.app().db.write(|tx| users::token(tx, "south_admin", true, "read write")).await;
        let app = south.with_token(&token.unwrap());
        let told = app.get("/api/v1/notifications?types[]=mention").await.ok();
        assert!(told[0]["status"]["content"].as_str().unwrap().contains(ASKED), "{told:#}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_what_is_missing_and_fetches_it_when_somebody_asks() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (asker, carl) = (peers.actor("b", "mal", "Organization"), peers.person("b", "carl"));
        let (mut asked, _) = question(&peers, "b", &asker, ASKED);
        let context = peers.url("b", "/contexts/1");
        asked["context"] = json!(context);
        peers.publish(&asked);
        let reply = |number: u32, text: &str| {
            let mut reply =
                note(&carl, &peers.url("b", &format!("/replies/{number}")), crate::harness::papers::THEN);
            reply["inReplyTo"] = asked["id"].clone();
            reply["content"] = json!(format!("<p>{text}</p>"));
            reply
        };
        let (first, second) = (reply(1, "It did not."), reply(2, "Not for us."));
        let holds = |items: Value| {
            peers.publish(&json!({
                "@context": "https://www.w3.org/ns/activitystreams", "id": context,
                "type": "OrderedCollection", "totalItems": 3, "orderedItems": items,
            }));
        };
        peers.publish(&first);
        holds(json!([asked["id"], first["id"]]));
        tells(&world, &asker, north, "Create", &asked).await;
        let root = north.sees(&uri(&asked)).await.unwrap();
        north.person("bela", &[Role::Moderator]).await;
        let mut bela = north.signed_in("bela").await;
        let thread = format!("/threads/{}", root.head.id);
        // A thread that nobody looked after asks its origin by itself when somebody opens it.
        let page = bela.open(&thread).await;
        assert!(!page.says("It did not."));
        world.settle().await;
        let page = bela.open(&thread).await;
        assert!(
            page.says("It did not.") && page.says("One more reply exists on another server"),
            "{}",
            page.body
        );
        let complete = format!("/api/plenum/v1/contributions/{}/completeness", root.head.id);
        assert_eq!(north.stranger().get(&complete).await.ok()["missing"], json!(1));
        world.settle().await;
        assert!(!bela.open(&thread).await.says("Not for us."), "by itself nobody asks again at once");

        peers.publish(&second);
        holds(json!([asked["id"], first["id"], second["id"]]));
        let form = format!("form[action='{thread}/resync']");
        let page = bela.send(&page, &form, &[]).await;
        assert_eq!(page.status, StatusCode::OK);
        world.settle().await;
        let page = bela.open(&thread).await;
        assert!(page.says("Not for us.") && page.says("As far as we know, every reply is here."));
        assert_eq!(north.stranger().get(&complete).await.ok()["missing"], json!(0));
        assert_eq!(root.head.title.as_deref(), Some(ASKED));
    })
    .await;
}
