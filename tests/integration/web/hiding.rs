//! What members do not want to see and hear, decided in front of a browser.

use axum::http::StatusCode;
use plenum::domain::account::Account;
use plenum::domain::contribution::Contribution;
use plenum::domain::id::Id;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::store::{accounts, relations};
use serde_json::json;

use crate::harness::Database;
use crate::harness::browser::{Browser, Page};
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

const HIDDEN: &str = "/settings/hidden";
const FILTERS: &str = "/settings/filters";
/// What Sam said.
const SAID: &str = "Nobody saw them count.";
const TOLD: &str = "/settings/notifications";

async fn presses(browser: &mut Browser, path: &str, word: &str) -> Page {
    let page = browser.open(path).await;
    browser.send(&page, "main form[method=post]", &[("do", word)]).await
}

/// Presses a button that this member's page does not have.
async fn sends(browser: &mut Browser, path: &str, word: &str) -> Page {
    let token = browser.open(path).await.attribute("input[name=csrf]", "value").unwrap();
    browser.post(path, &[("csrf".to_owned(), token), ("do".to_owned(), word.to_owned())]).await
}

/// The value of the first button whose value begins so.
fn button(page: &Page, begins: &str) -> Option<String> {
    page.attribute(&format!("button[value^='{begins}']"), "value")
}

/// Whether one blocks the other, and whether it follows, as this server knows both.
async fn stand(at: &Instance, one: &Account, other: &Account) -> (bool, bool) {
    let db = at.app().db;
    let found = db.read(|conn| {
        let one = accounts::by_uri(conn, &one.uri)?.unwrap().id;
        let other = accounts::by_uri(conn, &other.uri)?.unwrap().id;
        Ok((relations::blocks(conn, one, other)?, relations::follows(conn, one, other)?))
    });
    found.await.unwrap()
}

/// Two servers: Sam of South has answered what North says. Anna and Bela are members of North.
async fn answered(database: Database) -> (World, Account, Account, Id<Contribution>) {
    let places = [("north", database), ("south", Database::sqlite())];
    let world = World::on(places, FederationMode::Open).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let (anna, sam) = (north.person("anna", &[]).await, south.person("sam", &[]).await);
    north.person("bela", &[]).await;
    south.follows(north).await;
    world.settle().await;
    let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head;
    world.settle().await;
    south.replies(&sam, &bees.uri, SAID).await;
    world.settle().await;
    (world, anna, sam, bees.id)
}

/// Whether this browser shows in the thread what Sam said.
async fn reads(browser: &mut Browser, thread: Id<Contribution>) -> bool {
    browser.open(&format!("/threads/{thread}")).await.says(SAID)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_mutes_without_an_app() {
    on_each_engine(|database| async {
        let (world, _, sam, bees) = answered(database).await;
        let north = world.at("north");
        let way = format!("/@{}/hide", sam.handle);
        let (mut browser, mut other) = (north.signed_in("anna").await, north.signed_in("bela").await);
        assert!(north.browser().open(&way).await.path.starts_with("/sign-in"));
        let profile = browser.open(&format!("/@{}", sam.handle)).await;
        assert_eq!(profile.attribute(".tools a", "href"), Some(way.clone()), "{}", profile.body);
        let form = browser.open(&way).await;
        assert!(form.says("You see what it writes."));
        for fields in [[("deed", "bite"), ("duration", "0")], [("deed", "mute"), ("duration", "7")]] {
            let odd = browser.send(&form, "main form", &fields).await;
            assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert!(browser.open(HIDDEN).await.says("You see everything.") && reads(&mut browser, bees).await);
        let fields = [("deed", "mute"), ("duration", "3600"), ("notifications", "told")];
        assert!(browser.send(&form, "main form", &fields).await.says("Changed."));
        let list = browser.open(HIDDEN).await;
        assert!(list.says(&sam.handle) && list.says("muted until 24 November 2026, 13:00 UTC"));
        assert!(list.says("still told"), "{}", list.body);
        assert!(!reads(&mut browser, bees).await, "threads leave it out");
        assert!(reads(&mut other, bees).await && reads(&mut north.browser(), bees).await, "for nobody else");
        world.advance_hours(2);
        world.settle().await;
        assert!(reads(&mut browser, bees).await && browser.open(HIDDEN).await.says("You see everything."));
        browser.send(&form, "main form", &[("deed", "mute"), ("duration", "0")]).await;
        world.advance_hours(24 * 3);
        let list = browser.open(HIDDEN).await;
        assert!(list.says("muted until you take it back"), "{}", list.body);
        presses(&mut browser, HIDDEN, &button(&list, "unmute ").unwrap()).await;
        assert!(reads(&mut browser, bees).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_follows_and_blocks_without_an_app() {
    on_each_engine(|database| async {
        let (world, anna, sam, bees) = answered(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let way = format!("/@{}/hide", sam.handle);
        let (mut browser, mut other) = (north.signed_in("anna").await, north.signed_in("bela").await);
        let form = browser.open(&way).await;
        let profile = browser.open(&format!("/@{}", sam.handle)).await;
        browser.send(&profile, ".follow form", &[]).await;
        world.settle().await;
        assert_eq!(stand(south, &anna, &sam).await, (false, true));
        browser.send(&form, "main form", &[("deed", "block")]).await;
        world.settle().await;
        assert_eq!(stand(north, &anna, &sam).await, (true, false));
        assert_eq!(stand(south, &anna, &sam).await, (true, false), "its server was told");
        assert!(!reads(&mut browser, bees).await);
        let list = browser.open(HIDDEN).await;
        let back = button(&list, "unblock ").unwrap();
        sends(&mut other, HIDDEN, &back).await;
        assert!(stand(north, &anna, &sam).await.0, "nobody takes back what others decided");
        assert!(presses(&mut browser, HIDDEN, &back).await.says("You see everything."));
        world.settle().await;
        assert!(!stand(south, &anna, &sam).await.0 && reads(&mut browser, bees).await);
        browser.send(&form, "main form", &[("deed", "host")]).await;
        assert!(!reads(&mut browser, bees).await);
        assert!(browser.open(&way).await.says(&format!("You block everything on {}.", south.host)));
        let list = browser.open(HIDDEN).await;
        presses(&mut browser, HIDDEN, &button(&list, "host ").unwrap()).await;
        assert!(reads(&mut browser, bees).await);
        for deed in ["mute", "block", "host", "nothing"] {
            browser.send(&form, "main form", &[("deed", deed)]).await;
        }
        assert!(browser.open(HIDDEN).await.says("You see everything."), "all of it at once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_keeps_words_away_without_an_app() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        north.person("bea", &[]).await;
        let app = north.client("ada", "read write").await;
        let (mut ada, mut bea) = (north.signed_in("ada").await, north.signed_in("bea").await);
        let form = ada.open(&format!("{FILTERS}/new")).await;
        for (field, value, why) in [
            ("title", " ", "Call the filter something."),
            ("context", "moon", "Choose where it holds."),
            ("until", "2020-01-01", "Choose a day that is not over"),
        ] {
            let mut fields = vec![("title", "Rent"), ("context", "home"), ("until", "")];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, value));
            let refused = ada.send(&form, "main form", &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(refused.says(why), "{}", refused.body);
        }
        assert_eq!(app.get("/api/v2/filters").await.ok(), json!([]));
        let fields = [
            ("title", "Rent"),
            ("whole", "rent\r\n\r\n landlord \r\nrent"),
            ("parts", "evict"),
            ("context", "home"),
            ("action", "hide"),
            ("until", "2026-11-30"),
        ];
        let list = ada.send(&form, "main form", &fields).await;
        assert!(list.says("rent, landlord, evict") && list.says("Not shown at all"), "{}", list.body);
        let made = app.get("/api/v2/filters").await.ok();
        let words = |filter: &serde_json::Value| {
            let words = filter["keywords"].as_array().unwrap().iter();
            words.map(|word| (word["keyword"].clone(), word["whole_word"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(
            words(&made[0]),
            [(json!("rent"), json!(true)), (json!("landlord"), json!(true)), (json!("evict"), json!(false))]
        );
        assert_eq!(made[0]["context"], json!(["home"]));
        assert_eq!(made[0]["filter_action"], "hide");
        assert_eq!(made[0]["expires_at"], "2026-12-01T00:00:00.000Z");
        let way = format!("{FILTERS}/{}", made[0]["id"].as_str().unwrap());
        let kept = made[0]["keywords"][0]["id"].clone();
        assert_eq!(bea.open(&way).await.status, StatusCode::NOT_FOUND);
        let page = ada.open(&way).await;
        let fields = [("context", "home"), ("whole", "rent"), ("parts", "landlord"), ("action", "warn")];
        ada.send(&page, "main form", &fields).await;
        let now = app.get("/api/v2/filters").await.ok();
        assert_eq!(words(&now[0]), [(json!("rent"), json!(true)), (json!("landlord"), json!(false))]);
        assert_eq!(now[0]["keywords"][0]["id"], kept, "what stays stays the same word");
        assert_eq!(now[0]["expires_at"], made[0]["expires_at"], "the day was left as it was");
        let id = made[0]["id"].as_str().unwrap();
        assert_eq!(sends(&mut bea, FILTERS, id).await.status, StatusCode::NOT_FOUND);
        assert!(presses(&mut ada, FILTERS, id).await.says("You have no filters."));
        assert_eq!(app.get("/api/v2/filters").await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_chooses_of_whom_they_are_told_without_an_app() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let ada = north.person("ada", &[]).await;
        let app = north.client("ada", "read write").await;
        let mut browser = north.signed_in("ada").await;
        let form = browser.open(TOLD).await;
        assert!(!form.says("put aside so far") && browser.open("/notifications").await.body.contains(TOLD));
        let fields = [("not_following", "filter"), ("bots", "drop"), ("new_accounts", "sideways")];
        assert!(browser.send(&form, "main form", &fields).await.says("Changed."));
        let policy = app.get("/api/v2/notifications/policy").await.ok();
        assert_eq!((&policy["for_not_following"], &policy["for_bots"]), (&json!("filter"), &json!("drop")));
        assert_eq!(policy["for_new_accounts"], "accept");
        for name in ["bea", "cid"] {
            north.person(name, &[]).await;
            let client = north.client(name, "write").await;
            client.post("/api/v1/statuses", json!({ "status": format!("@{} hello", ada.name) })).await.ok();
        }
        let way = browser.open(TOLD).await;
        assert!(way.says("2 accounts whose notifications were put aside"), "{}", way.body);
        assert!(!browser.open("/notifications").await.says("bea"));
        let requests = format!("{TOLD}/requests");
        let list = browser.open(&requests).await;
        assert_eq!(list.texts("tbody tr").len(), 2, "{}", list.body);
        let (first, last) = (list.texts("tbody th"), button(&list, "dismiss ").unwrap());
        assert!(first[0].starts_with("cid@"), "the latest first: {first:?}");
        presses(&mut browser, &requests, &last).await;
        let list = browser.open(&requests).await;
        let other = button(&list, "accept ").unwrap();
        assert!(presses(&mut browser, &requests, &other).await.says("Nothing waits."));
        let shown = browser.open("/notifications").await;
        assert!(shown.says("bea") && !shown.says("cid"), "{}", shown.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_chooses_who_may_answer() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        north.person("anna", &[]).await;
        let bela = north.person("bela", &[]).await;
        let app = north.client("anna", "read write").await;
        let said = app.post("/api/v1/statuses", json!({ "status": "To seven!" })).await.ok();
        let (id, uri) = (said["id"].as_str().unwrap(), Uri::parse(said["uri"].as_str().unwrap()).unwrap());
        let vic = peers.person("a", "vic");
        let answers = async |path: &str| {
            vic.sends(north, &vic.does("Create", vic.reply(path, &uri, "<p>To nine.</p>")));
            world.settle().await;
            let note = vic.note(path, "");
            north.sees(&Uri::parse(note["id"].as_str().unwrap()).unwrap()).await.is_some()
        };
        assert!(answers("1").await);
        let path = format!("/contributions/{id}/replies");
        let mut browser = north.signed_in("anna").await;
        let thread = browser.open(&format!("/threads/{id}")).await;
        assert!(thread.body.contains(&path), "{}", thread.body);
        let form = browser.open(&path).await;
        let odd = browser.send(&form, "main form", &[("policy", "nobody")]).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(north.signed_in("bela").await.open(&path).await.status, StatusCode::NOT_FOUND);
        assert!(browser.send(&form, "main form", &[("policy", "members")]).await.says("Changed."));
        assert!(!answers("2").await, "others are heard no more");
        assert!(north.sees(&uri).await.is_some() && browser.open(&path).await.body.contains("checked"));
        north.replies(&bela, &uri, "To seven, yes.").await;
        let document = north.document(uri.as_str().strip_prefix(&north.origin()).unwrap()).await;
        assert_eq!(document["interactionPolicy"]["canReply"]["automaticApproval"], json!([]), "{document}");
    })
    .await;
}
