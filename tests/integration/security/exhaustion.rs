//! What strangers may cost us (security items 57, 60 and 62), and whom we let in at all (91, 93).

use plenum::domain::account::Account;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::federation::fetch::{self, Budget};
use plenum::federation::{backfill, catalogue, resolve};
use plenum::services::{self, relations};
use plenum::store::{self, contributions};
use serde_json::{Value, json};

use super::elsewhere::{redirect, response};
use super::{ParseUri, Scene};
use crate::harness::Database;
use crate::harness::peer::Peers;
use crate::harness::world::{Instance, World};

async fn decide(instance: &Instance, host: &str, standing: HostStanding) {
    let db = instance.app().db;
    let decision = Decision { standing, ..Decision::default() };
    db.write(|tx| services::hosts::decide(tx, None, host, &decision)).await.unwrap();
}

async fn follows(instance: &Instance, uri: &str) -> Account {
    let followee = resolve::account(&instance.data(), uri).await.unwrap();
    let organization = instance.organization().await;
    instance.app().db.write(|tx| relations::follow(tx, &organization, &followee)).await.unwrap();
    followee
}

#[tokio::test(flavor = "multi_thread")]
async fn item_57_more_than_a_mebibyte_is_not_read() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let note = scene.mal.reply("1", &scene.statement, &"x".repeat(1024 * 1024));
    let create = scene.mal.does("Create", note);
    assert_eq!(scene.mal.sends(scene.t(), &create), 413);
    assert_eq!(scene.mal.post(scene.t(), "/inbox", &create).send_in_chunks(), 413);
    scene.unchanged(&before, 0).await;
    let short = scene.mal.does("Create", scene.mal.reply("2", &scene.statement, "short"));
    assert_eq!(
        scene.mal.post(scene.t(), "/inbox", &short).send_in_chunks(),
        202,
        "chunks alone are no crime"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn item_57_nothing_is_unpacked() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let create = scene.mal.does("Create", scene.mal.reply("1", &scene.statement, "packed"));
    let mut packed = scene.mal.post_bytes(scene.t(), "/inbox", gzip(create.to_string().as_bytes()));
    packed.set("content-encoding", "gzip");
    let status = packed.send();
    assert!([400, 415].contains(&status), "{status}");
    scene.unchanged(&before, 0).await;
}

/// A file as gzip packs it, without making it smaller.
fn gzip(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let check = !text.iter().fold(!0_u32, |check, byte| {
        (0..8).fold(check ^ u32::from(*byte), |check, _| {
            (check >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(check & 1))
        })
    });
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    file.extend(length.to_le_bytes());
    file.extend((!length).to_le_bytes());
    file.extend(text);
    file.extend(check.to_le_bytes());
    file.extend(u32::from(length).to_le_bytes());
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn item_60_an_endless_chain_of_parents_ends() {
    let scene = Scene::acquainted().await;
    follows(scene.t(), &scene.vic.id).await;
    scene.world.settle().await;
    for number in 0..100 {
        let parent = format!("{}/notes/{}", scene.vic.id, number + 1).parse_uri();
        scene.peers.publish(&scene.vic.reply(&number.to_string(), &parent, "and before that …"));
    }
    let before = scene.before().await;
    let first = scene.vic.reply("first", &format!("{}/notes/0", scene.vic.id).parse_uri(), "why?");
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Create", first.clone())), 202);
    scene.world.settle().await;
    let asked = scene.peers.requests() - before.requests;
    assert!((2..=20).contains(&asked), "{asked} requests for one chain");
    let thread = scene.t().thread(&first["id"].as_str().unwrap().parse_uri()).await;
    assert!((15..=21).contains(&thread.len()), "{} of the chain are here", thread.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn item_60_a_collection_that_never_ends_is_left() {
    let scene = Scene::acquainted().await;
    let mal = follows(scene.t(), &scene.mal.id).await;
    scene.world.settle().await;
    let outbox = format!("{}/outbox", scene.mal.id);
    let page = |number: usize| format!("{outbox}?page={number}");
    let trap = scene.peers.url("v", "/trap");
    for name in ["itself", "fresh pages for ever", "another server"] {
        let next = |number: usize| match name {
            "itself" => outbox.clone(),
            "another server" => trap.clone(),
            _ => page(number + 1),
        };
        scene.peers.publish(&json!({
            "id": outbox, "type": "OrderedCollection", "totalItems": -5, "first": page(0),
        }));
        for number in 0..100 {
            scene.peers.publish(&json!({
                "id": page(number), "type": "OrderedCollectionPage", "partOf": outbox,
                "orderedItems": [], "next": next(number),
            }));
        }
        let before = scene.before().await;
        catalogue::fetch_on(&scene.t().data(), mal.id, 0).await.unwrap();
        scene.unchanged(&before, 5).await;
        assert_eq!(scene.peers.requests_for("v", "/trap"), 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_60_what_others_have_in_a_collection_is_asked_for_at_its_origin() {
    let scene = Scene::acquainted().await;
    let note = scene.mal.note("top", "a thread of mine");
    follows(scene.t(), &scene.mal.id).await;
    let mut top = note;
    top["replies"] = json!(format!("{}/notes/top/replies", scene.mal.id));
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Create", top.clone())), 202);
    scene.world.settle().await;
    let uri = top["id"].as_str().unwrap().parse_uri();
    let genuine = scene.vic.reply("1", &uri, "What vic wrote");
    scene.peers.publish(&genuine);
    let mut forged = genuine.clone();
    forged["content"] = json!("forged");
    let missing = scene.vic.reply("2", &uri, "never published");
    let collection: Value = json!({
        "id": top["replies"], "type": "Collection", "items": [forged, missing, scene.statement.as_str()],
    });
    scene.peers.publish(&collection);
    let head = scene.t().sees(&uri).await.unwrap().head;
    backfill::replies(&scene.t().data(), head.id).await.unwrap();
    let thread = scene.t().thread(&uri).await;
    assert_eq!(thread.len(), 2, "{thread:?}");
    let stored = scene.t().sees(&genuine["id"].as_str().unwrap().parse_uri()).await.unwrap();
    assert!(stored.head.content.contains("What vic wrote"));
}

#[tokio::test(flavor = "multi_thread")]
async fn item_62_nobody_makes_us_flood_another_server() {
    let scene = Scene::set().await;
    let before = scene.before().await;
    let activity = scene.vic.does("Like", scene.statement.as_str()).to_string().into_bytes();
    let mut last = 0;
    for number in 0..400 {
        let key_id = scene.peers.url("v", &format!("/keys/{number}"));
        let scheme = plenum::domain::host::SignatureScheme::Cavage;
        last = scene.mal.post_by(scene.t(), "/inbox", activity.clone(), &key_id, scheme).send();
    }
    assert_eq!(last, 503, "come back later");
    scene.unchanged(&before, 300).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_91_a_suspension_covers_names_below_and_what_others_bring() {
    let scene = Scene::acquainted().await;
    let deep = scene.peers.person("deep.a", "mal");
    decide(scene.t(), &scene.peers.host("a"), HostStanding::Suspended).await;
    let before = scene.before().await;
    assert_eq!(deep.sends(scene.t(), &deep.does("Like", scene.statement.as_str())), 403);
    let note = scene.mal.reply("1", &scene.statement, "x");
    scene.peers.publish(&note);
    let mut forwarded = scene.mal.does("Create", note.clone());
    forwarded["signature"] = json!({});
    assert_eq!(scene.vic.sends(scene.t(), &forwarded), 202);
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Announce", note["id"].clone())), 202);
    resolve::contribution(&scene.t().data(), note["id"].as_str().unwrap()).await.unwrap_err();
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_92_a_limited_server_asks_and_waits() {
    let scene = Scene::acquainted().await;
    decide(scene.t(), &scene.peers.host("a"), HostStanding::Limited).await;
    let follow = scene.mal.does("Follow", scene.organization.as_str());
    assert_eq!(scene.mal.sends(scene.t(), &follow), 202);
    scene.world.settle().await;
    assert_eq!(scene.peers.requests_for("a", "/users/mal/inbox"), 0, "no Accept yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_93_only_listed_servers_are_heard_or_asked() {
    let world = World::on([("tee", Database::sqlite())], FederationMode::Allowlist).await;
    let (peers, tee) = (Peers::new(), world.at("tee"));
    let (vic, mal) = (peers.person("v", "vic"), peers.person("a", "mal"));
    decide(tee, &peers.host("v"), HostStanding::Approved).await;
    let organization = tee.organization().await.uri;
    let asked = peers.requests();
    assert_eq!(mal.sends(tee, &mal.does("Follow", organization.as_str())), 403);
    resolve::account(&tee.data(), &mal.id).await.unwrap_err();
    assert_eq!(peers.requests(), asked);
    assert_eq!(vic.sends(tee, &vic.does("Follow", organization.as_str())), 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_that_is_down_is_asked_again_later() {
    let scene = Scene::acquainted().await;
    follows(scene.t(), &scene.mal.id).await;
    scene.world.settle().await;
    let note = scene.vic.note("1", "What vic wrote");
    let uri = note["id"].as_str().unwrap().to_owned();
    scene.peers.answer(&uri, Some(response("502 Bad Gateway", "", "")));
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Announce", uri.as_str())), 202);
    scene.world.settle().await;
    let known = |uri: &str| {
        let (db, uri) = (scene.t().app().db, uri.parse_uri());
        async move { db.read(|conn| Ok(contributions::known(conn, &uri)?)).await.unwrap() }
    };
    assert!(known(&uri).await.is_none());
    scene.peers.publish(&note);
    scene.world.advance_seconds(600);
    scene.world.settle().await;
    assert!(known(&uri).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_lead_nobody_past_our_bounds_and_rules() {
    let scene = Scene::set().await;
    let data = scene.t().data();
    let leads = |number: usize| {
        let from = scene.peers.url("a", &format!("/leads/{number}"));
        let to = scene.peers.url("v", &format!("/led/{number}"));
        scene.peers.answer(&from, Some(redirect(&to)));
        from.parse_uri()
    };
    for number in 0..200 {
        let direct = scene.peers.url("v", &format!("/direct/{number}")).parse_uri();
        fetch::document(&data, &direct, &Budget::new(1)).await.unwrap_err();
        fetch::document(&data, &leads(number), &Budget::new(1)).await.unwrap_err();
    }
    let asked = scene.peers.requests_like("/direct/") + scene.peers.requests_like("/led/");
    assert_eq!(asked, 300, "as often as we ask one server, whoever leads us there");
    // Who is suspended here is not asked at all.
    scene.world.advance_seconds(700);
    decide(scene.t(), &scene.peers.host("v"), HostStanding::Suspended).await;
    let before = scene.peers.requests_like("/led/");
    fetch::document(&data, &leads(1001), &Budget::new(1)).await.unwrap_err();
    fetch::plain(&data, &leads(1002), "text/plain", &Budget::new(1)).await.unwrap_err();
    fetch::list(&data, &leads(1003)).await.unwrap_err();
    fetch::file(&data, &scene.mal.uri(), &leads(1004)).await.unwrap_err();
    assert_eq!(scene.peers.requests_like("/led/"), before);
    assert_eq!(scene.peers.requests_like("/leads/"), 204, "whoever leads there is asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_says_nothing_more_by_changing_it() {
    let scene = Scene::acquainted().await;
    let told = |said: &str, updated: Option<&str>| {
        let mut reply = scene.mal.reply("1", &scene.statement, said);
        if let Some(updated) = updated {
            reply["updated"] = json!(updated);
        }
        reply
    };
    let first = told("<p>Bees cannot count.</p>", None);
    let uri = first["id"].as_str().unwrap().parse_uri();
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Create", first)), 202);
    scene.world.settle().await;
    let content = async || scene.t().sees(&uri).await.expect("it is here").head.content;
    let second = told("<p>Bees can count to two.</p>", Some("2026-11-24T11:10:00Z"));
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Update", second)), 202);
    scene.world.settle().await;
    assert!(content().await.contains("to two"), "nobody blocks anybody");
    let mal = resolve::account(&scene.t().data(), &scene.mal.id).await.unwrap();
    let organization = scene.t().organization().await.id;
    let block = format!("{}/blocks/1", scene.t().origin()).parse_uri();
    let db = scene.t().app().db;
    db.write(|tx| store::relations::insert_block(tx, organization, mal.id, &block)).await.unwrap();
    let third = told("<p>Buy honey here.</p>", Some("2026-11-24T11:20:00Z"));
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Update", third)), 202);
    scene.world.settle().await;
    assert!(content().await.contains("to two"), "{}", content().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_server_is_shut_out_goes_home_without_asking_it() {
    let scene = Scene::set().await;
    let host = scene.peers.host("a");
    let path = scene.statement.as_str().replace(&scene.t().origin(), "");
    let goes_home = async || {
        let mut visitor = scene.t().browser();
        let page = visitor.open(&path).await;
        let leave = visitor.send(&page, ".invitation form", &[("handle", &format!("@mal@{host}"))]).await;
        let home = leave.attribute("a.button", "href").unwrap_or_else(|| panic!("{}", leave.body));
        assert!(home.contains(&format!("{host}/authorize_interaction?uri=")), "{home}");
    };
    let asked = scene.peers.requests();
    goes_home().await;
    assert_eq!(scene.peers.requests(), asked + 1, "where its people begin");
    decide(scene.t(), &host, HostStanding::Suspended).await;
    goes_home().await;
    assert_eq!(scene.peers.requests(), asked + 1);
}
