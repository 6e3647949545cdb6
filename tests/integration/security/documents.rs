//! What documents of other servers may claim (security items 19 to 30, 59, 61).

use plenum::domain::handle::Handle;
use plenum::federation::resolve;
use plenum::store::accounts;
use serde_json::{Value, json};

use super::elsewhere::{redirect, response};
use super::{ParseUri, Scene};
use crate::harness::peer::PUBLIC;

async fn looks_up(scene: &Scene, url: &str) -> Result<(), String> {
    let found = resolve::contribution(&scene.t().data(), url).await;
    found.map(drop).map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn item_19_a_server_does_not_speak_for_another() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let forged = scene.vic.note("1", "What mal wants vic to have written");
    let url = scene.peers.url("a", "/n/1");
    scene.peers.serve(&url, &forged);
    looks_up(&scene, &url).await.unwrap_err();
    scene.unchanged(&before, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_20_redirects_lead_to_the_origin_or_nowhere() {
    let scene = Scene::acquainted().await;
    let genuine = scene.vic.note("1", "What vic wrote");
    scene.peers.publish(&genuine);
    let from_a = scene.peers.url("a", "/n/1");
    let of_vic = genuine["id"].as_str().unwrap().to_owned();
    scene.peers.answer(&from_a, Some(redirect(&of_vic)));
    looks_up(&scene, &from_a).await.unwrap();
    assert!(scene.t().sees(&of_vic.parse_uri()).await.is_some(), "kept under its own address");
    assert!(scene.t().sees(&from_a.parse_uri()).await.is_none());
    let before = scene.before().await;
    // An open redirect of V leads to a document of A that claims to be V's.
    let open = scene.peers.url("v", "/redirect");
    let trap = scene.peers.url("a", "/n/2");
    scene.peers.answer(&open, Some(redirect(&trap)));
    scene.peers.serve(&trap, &scene.vic.note("2", "forged"));
    looks_up(&scene, &open).await.unwrap_err();
    // A loop.
    let (one, two) = (scene.peers.url("a", "/loop/1"), scene.peers.url("a", "/loop/2"));
    scene.peers.answer(&one, Some(redirect(&two)));
    scene.peers.answer(&two, Some(redirect(&one)));
    looks_up(&scene, &one).await.unwrap_err();
    scene.unchanged(&before, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_21_and_22_other_media_types_and_statuses_are_no_documents() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let body = scene.mal.note("1", "x").to_string();
    let id = format!("{}/notes/1", scene.mal.id);
    let types = ["application/json", "text/html", "text/plain", "application/octet-stream"];
    for media_type in types {
        let header = format!("Content-Type: {media_type}\r\n");
        scene.peers.answer(&id, Some(response("200 OK", &header, &body)));
        looks_up(&scene, &id).await.unwrap_err();
        scene.world.advance_seconds(3600);
    }
    for status in ["201 Created", "206 Partial Content", "401 Unauthorized", "404 Not Found"] {
        let header = "Content-Type: application/activity+json\r\n";
        scene.peers.answer(&id, Some(response(status, header, &body)));
        looks_up(&scene, &id).await.unwrap_err();
        scene.world.advance_seconds(3600);
    }
    scene.unchanged(&before, 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_23_an_identity_is_one_plain_address() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let good = scene.mal.does("Create", scene.mal.reply("1", &scene.statement, "x"));
    let id = good["id"].as_str().unwrap().to_owned();
    let bad = [
        Value::Null,
        json!([id]),
        json!({ "id": id }),
        json!(5),
        json!(id.replace("a.localhost", "a.localhost.")),
        json!(id.replace("://", "://t.test@")),
        json!(id.replace("a.localhost", "v.localhost")),
    ];
    for id in bad {
        let mut activity = good.clone();
        activity["id"] = id;
        let status = scene.mal.sends(scene.t(), &activity);
        assert_eq!(status, 400, "{activity}");
    }
    for id in [json!([id]), json!(5), json!(format!("{id}#part"))] {
        let mut activity = scene.mal.does("Create", scene.mal.reply("1", &scene.statement, "x"));
        activity["object"]["id"] = id;
        assert_eq!(scene.mal.sends(scene.t(), &activity), 202, "silently without effect");
    }
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_24_and_59_what_parsers_could_read_differently_is_refused() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let (mal, vic) = (&scene.mal.id, &scene.vic.id);
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let wide = format!("[{}1]", "1,".repeat(1_000_000 / 2));
    let bodies: Vec<Vec<u8>> = vec![
        format!(r#"{{"id":"{mal}/1","type":"Like","actor":"{mal}","actor":"{vic}","object":"{vic}"}}"#)
            .into(),
        format!(r#"{{"id":"{mal}/1","id":"{vic}/1","type":"Like","actor":"{mal}","object":"{vic}"}}"#).into(),
        format!(r#"{{"id":"{mal}/1","type":"Like","actor":"{mal}","object":{deep}}}"#).into(),
        format!(r#"{{"id":"{mal}/1","type":"Like","actor":"{mal}","object":{wide}}}"#).into(),
        format!(r#"{{"id":"{mal}/1","type":"Like","actor":"{mal}","object":1e400}}"#).into(),
        format!(r#"{{"id":"{mal}/1","type":"Like","actor":"{mal}","object":"\ud800"}}"#).into(),
        format!(r#"{{"id":"{mal}/1","type":"Like","actor":"{mal}","object":"\u0000"}}"#).into(),
        b"{\"id\":\"\xff\xfe\"}".to_vec(),
        b"[]".to_vec(),
        b"".to_vec(),
    ];
    for body in bodies {
        let start = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let status = scene.mal.post_bytes(scene.t(), "/inbox", body).send();
        assert_eq!(status, 400, "{start}");
    }
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_25_a_thing_keeps_its_kind() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let mut document = scene.mal.document();
    document["type"] = json!("Group");
    scene.peers.publish(&document);
    let update = scene.mal.does("Update", document);
    assert_eq!(scene.mal.sends(scene.t(), &update), 202);
    scene.unchanged(&before, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_26_nobody_writes_to_our_addresses() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let ours = scene.t().origin();
    for id in [format!("{ours}/c/1"), ours.replace("tee.localhost", "TEE.LOCALHOST") + "/c/1"] {
        let mut note = scene.mal.reply("1", &scene.statement, "x");
        note["id"] = json!(id);
        assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Create", note.clone())), 202);
        note["attributedTo"] = json!(scene.organization.as_str());
        assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Create", note)), 202);
    }
    let mut update = scene.mal.note("1", "x");
    update["id"] = json!(scene.statement.as_str());
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Update", update)), 202);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_27_an_account_names_addresses_of_its_own_server_only() {
    let scene = Scene::set().await;
    let before = scene.before().await;
    let like = || scene.mal.does("Like", scene.statement.as_str());
    for field in ["inbox", "outbox", "followers", "sharedInbox"] {
        for value in [
            json!(format!("{}/inbox", scene.vic.id)),
            json!("javascript:alert(1)"),
            json!([]),
            json!(scene.organization.as_str()),
        ] {
            let mut document = scene.mal.document();
            match field {
                "sharedInbox" => document["endpoints"] = json!({ field: value }),
                _ => document[field] = value.clone(),
            }
            scene.peers.publish(&document);
            assert_eq!(scene.mal.sends(scene.t(), &like()), 401, "{field}: {document}");
            scene.world.advance_seconds(3600);
        }
    }
    scene.unchanged(&before, 16).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_28_names_are_plain_words() {
    let scene = Scene::set().await;
    let before = scene.before().await;
    let long = "x".repeat(3000);
    for name in ["a/b", "a@b", "a b", "", long.as_str(), "\u{202e}nimda", "\u{430}dmin", "🐝"] {
        let mut document = scene.mal.document();
        document["preferredUsername"] = json!(name);
        scene.peers.publish(&document);
        let like = scene.mal.does("Like", scene.statement.as_str());
        assert_eq!(scene.mal.sends(scene.t(), &like), 401, "{name:?}");
        scene.world.advance_seconds(3600);
    }
    scene.unchanged(&before, 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_29_a_handle_is_believed_when_both_sides_agree() {
    let scene = Scene::set().await;
    let (a, v) = (scene.peers.host("a"), scene.peers.host("v"));
    let data = scene.t().data();
    // A claims that its `mal` is called like `vic` at V.
    let mut document = scene.mal.document();
    document["webfinger"] = json!(format!("vic@{v}"));
    scene.peers.publish(&document);
    let mal = resolve::account(&data, &scene.mal.id).await.unwrap();
    assert_eq!(mal.handle, format!("mal@{a}"));
    let vic = resolve::account(&data, &format!("vic@{v}")).await.unwrap();
    assert_eq!(vic.uri.as_str(), scene.vic.id);
    // A's WebFinger leads to an account of V that does not call itself so.
    scene.peers.webfinger("a", "admin", &scene.vic.id);
    resolve::account(&data, &format!("admin@{a}")).await.unwrap_err();
    let known =
        scene.t().app().db.read(|conn| Ok(accounts::by_handle(conn, &Handle::new("admin", &a))?)).await;
    assert!(known.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn item_30_a_contribution_has_exactly_one_owner() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    for owner in [json!(5), json!([scene.vic.id, scene.mal.id]), json!([{}]), json!({}), Value::Null] {
        let mut note = scene.mal.reply("1", &scene.statement, "x");
        note["attributedTo"] = owner;
        assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Create", note)), 202);
    }
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_61_crowds_are_not_looked_up() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let crowd: Vec<String> = (0..9_000).map(|number| format!("https://h{number}.example/u")).collect();
    let mut note = scene.mal.reply("1", &scene.statement, "hello everybody");
    note["tag"] = crowd.iter().map(|href| json!({ "type": "Mention", "href": href, "name": "@u" })).collect();
    note["cc"] = json!(crowd);
    note["to"] = json!([PUBLIC]);
    let activity = scene.mal.does("Create", note);
    assert_eq!(scene.mal.sends(scene.t(), &activity), 202);
    scene.world.settle().await;
    assert_eq!(scene.peers.requests(), before.requests);
    let stored = scene.t().thread(&scene.statement).await;
    assert!(stored.iter().any(|uri| uri.ends_with("/notes/1")));
}
