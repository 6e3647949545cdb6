//! What is decided about servers and accounts, by every other way in (items 42, 43, 91 and 92).

use plenum::domain::account_rule::AccountDecision;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::job::Job;
use plenum::domain::uri::Uri;
use plenum::federation::resolve;
use plenum::services::{account_rules, cases, hosts, interactions, relations};
use plenum::store::{self, jobs};
use serde_json::{Value, json};

use super::{ParseUri, Scene};
use crate::harness::peer::PUBLIC;

async fn suspends(scene: &Scene, server: &str) {
    let decision = Decision { standing: HostStanding::Suspended, ..Decision::default() };
    let host = scene.peers.host(server);
    scene.t().app().db.write(|tx| hosts::decide(tx, None, &host, &decision)).await.unwrap();
}

async fn rules(scene: &Scene, uri: &str, standing: HostStanding) {
    let decision = AccountDecision { standing, ..AccountDecision::default() };
    let uri = uri.parse_uri();
    let db = scene.t().app().db;
    let done = db.write(|tx| {
        let account = store::accounts::by_uri(tx, &uri)?.unwrap();
        account_rules::decide(tx, None, account.id, &decision).map(drop)
    });
    done.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn item_91_no_other_spelling_is_another_server() {
    let scene = Scene::acquainted().await;
    suspends(&scene, "a").await;
    let before = scene.before().await;
    let note = scene.mal.reply("1", &scene.statement, "x");
    scene.peers.publish(&note);
    for spelled in ["A.LOCALHOST", "a.localhost.", "a%2elocalhost", "ａ.localhost"] {
        let respelled = |value: &Value| -> Value {
            let text = value.to_string().replace("a.localhost", spelled);
            serde_json::from_str(&text).unwrap()
        };
        let activity = respelled(&scene.mal.does("Create", note.clone()));
        let mut request = scene.mal.post(scene.t(), "/inbox", &activity);
        let signature = request.header("signature").replace("a.localhost", spelled);
        if signature.is_ascii() {
            request.set("signature", &signature);
        }
        let status = request.send();
        assert!([400, 401, 403].contains(&status), "{spelled}: {status}");
        let boost = scene.vic.does("Announce", respelled(&note["id"]));
        assert!([202, 400].contains(&scene.vic.sends(scene.t(), &boost)), "{spelled}");
        let asked = note["id"].as_str().unwrap().replace("a.localhost", spelled);
        assert!(resolve::contribution(&scene.t().data(), &asked).await.is_err(), "{spelled}");
    }
    // A name below a suspended one is no other server; one beside it is.
    let below = scene.peers.person("deep.a", "mal");
    assert_eq!(below.sends(scene.t(), &below.does("Like", scene.statement.as_str())), 403);
    scene.unchanged(&before, 0).await;
    let beside = scene.peers.person("aa", "ana");
    assert_eq!(beside.sends(scene.t(), &beside.does("Like", scene.statement.as_str())), 202);
}

/// Whoever calls themselves by a name of that server is called by their own.
async fn calls_itself_by_a_name_of_a(scene: &Scene) {
    let t = scene.t();
    let split = scene.peers.person("v", "split");
    let mut document = split.document();
    document["webfinger"] = json!(format!("split@{}", scene.peers.host("a")));
    scene.peers.publish(&document);
    scene.peers.webfinger("a", "split", &split.id);
    let split = resolve::account(&t.data(), &split.id).await.unwrap();
    assert_eq!(split.handle, format!("split@{}", scene.peers.host("v")));
}

/// Opens every picture of a text and of an account that goes through us.
async fn looks_at_pictures(scene: &Scene, said: &Uri, account: &Value) {
    let t = scene.t();
    let head = t.sees(said).await.unwrap().head;
    let shown = t.stranger().get(&format!("/api/v1/statuses/{}", head.id)).await.ok();
    let emoji = shown["emojis"].as_array().unwrap().iter().map(|emoji| &emoji["url"]);
    for picture in emoji.chain([&account["avatar"]]) {
        let picture = picture.as_str().unwrap().replace(&t.origin(), "");
        if picture.starts_with('/') {
            t.browser().open(&picture).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_91_what_others_say_of_a_suspended_server_leads_nowhere() {
    let scene = Scene::acquainted().await;
    let t = scene.t();
    let organization = t.organization().await;
    let far = resolve::account(&t.data(), &scene.vic.id).await.unwrap();
    t.app().db.write(|tx| relations::follow(tx, &organization, &far)).await.unwrap();
    scene.world.settle().await;
    suspends(&scene, "a").await;
    let asked = || {
        let paths = ["/users/mal", "/face.png", "/emoji.png", "/.well-known/webfinger"];
        paths.map(|path| scene.peers.requests_for("a", path)).iter().sum::<usize>()
    };
    let before = asked();
    let mut mention = scene.vic.reply("1", &scene.statement, "Look, @mal!");
    mention["tag"] = json!([{ "type": "Mention", "href": scene.mal.id, "name": "@mal" }]);
    mention["cc"] = json!([scene.mal.id]);
    mention["content"] = json!("<p>Look, @mal! :wave:</p>");
    let picture = scene.peers.url("a", "/emoji.png");
    let icon = json!({ "type": "Image", "mediaType": "image/png", "url": picture });
    let emoji = json!({ "type": "Emoji", "id": picture, "name": ":wave:", "icon": icon });
    mention["tag"].as_array_mut().unwrap().push(emoji);
    let said = mention["id"].as_str().unwrap().parse_uri();
    assert_eq!(scene.vic.sends(t, &scene.vic.does("Create", mention)), 202);
    let mut document = scene.mal.document();
    document["alsoKnownAs"] = json!([scene.vic.id]);
    scene.peers.publish(&document);
    let mut moved = scene.vic.does("Move", scene.vic.id.as_str());
    moved["target"] = json!(scene.mal.id);
    assert_eq!(scene.vic.sends(t, &moved), 202);
    let mut away = scene.mal.does("Move", scene.mal.id.as_str());
    away["target"] = json!(scene.vic.id);
    assert_eq!(scene.mal.sends(t, &away), 403);
    let club = scene.peers.actor("v", "club", "Group");
    let mut handed = scene.mal.does("Create", scene.mal.reply("2", &scene.statement, "by way of a group"));
    handed["cc"] = json!([club.id]);
    assert_eq!(club.sends(t, &club.does("Announce", handed)), 202);
    let mut face = scene.vic.document();
    face["icon"] = json!({ "type": "Image", "url": scene.peers.url("a", "/face.png") });
    scene.peers.publish(&face);
    assert_eq!(scene.vic.sends(t, &scene.vic.does("Update", face)), 202);
    scene.world.settle().await;
    let handle = format!("vic@{}", scene.peers.host("v"));
    let account = t.stranger().get(&format!("/api/v1/accounts/lookup?acct={handle}")).await.ok();
    looks_at_pictures(&scene, &said, &account).await;
    calls_itself_by_a_name_of_a(&scene).await;
    for handle in [format!("mal@{}", scene.peers.host("a")), scene.mal.id.clone()] {
        // What is known of the account is known; nobody is asked about it.
        drop(resolve::account(&t.data(), &handle).await);
    }
    scene.world.settle().await;
    assert_eq!(asked(), before, "nothing was asked there");
    let mal = scene.mal.uri();
    let db = t.app().db;
    let followed = db.read(|conn| {
        let mal = store::accounts::by_uri(conn, &mal)?.unwrap();
        Ok(store::relations::follows(conn, organization.id, mal.id)?)
    });
    assert!(!followed.await.unwrap(), "nobody is moved there");
    assert!(t.sees(&scene.mal.note("2", "")["id"].as_str().unwrap().parse_uri()).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn item_92_a_suspended_account_is_hidden_whoever_brings_it() {
    let scene = Scene::acquainted().await;
    let t = scene.t();
    let note = scene.mal.reply("1", &scene.statement, "first version");
    scene.peers.publish(&note);
    assert_eq!(scene.mal.sends(t, &scene.mal.does("Create", note.clone())), 202);
    scene.world.settle().await;
    let uri = note["id"].as_str().unwrap().parse_uri();
    let id = t.sees(&uri).await.unwrap().head.id;
    let organization = t.organization().await;
    let db = t.app().db;
    db.write(|tx| interactions::boost(tx, &organization, id)).await.unwrap();
    let forum = db.read(|conn| {
        let site = store::settings::site(conn)?.unwrap();
        Ok(store::accounts::by_id(conn, site.forum)?.unwrap().uri)
    });
    let said = async |of: &Uri| {
        let path = of.as_str().replace(&t.origin(), "");
        t.document(&format!("{path}/outbox?page=true")).await.to_string()
    };
    let voices = [organization.uri.clone(), forum.await.unwrap()];
    for voice in &voices {
        assert!(said(voice).await.contains(uri.as_str()), "{voice} handed it on");
    }
    scene.world.settle().await;
    rules(&scene, &scene.mal.id, HostStanding::Suspended).await;
    let before = scene.before().await;
    let mut edited = note.clone();
    edited["content"] = json!("another version");
    edited["updated"] = json!("2026-11-24T12:30:00Z");
    let update = scene.mal.prove(&scene.mal.does("Update", edited), scene.world.clock.now());
    assert_eq!(scene.vic.sends(t, &update), 202);
    assert_eq!(scene.vic.sends(t, &scene.vic.does("Announce", uri.as_str())), 202);
    let mut add = scene.vic.does("Add", uri.as_str());
    add["target"] = json!(format!("{}/featured", scene.vic.id));
    assert_eq!(scene.vic.sends(t, &add), 202);
    scene.unchanged(&before, 0).await;
    for voice in &voices {
        assert!(!said(voice).await.contains(uri.as_str()), "{voice} hands it on no more");
    }
    let path = scene.statement.as_str().replace(&t.origin(), "");
    for collection in ["replies", "context"] {
        let listed = t.document(&format!("{path}/{collection}?page=true")).await.to_string();
        assert!(!listed.contains(uri.as_str()), "{collection}: {listed}");
    }
    let mut quote = scene.vic.reply("q", &scene.statement, "<p>See what he says</p>");
    quote["quote"] = json!(uri.as_str());
    quote["quoteUri"] = json!(uri.as_str());
    let quoting = quote["id"].as_str().unwrap().parse_uri();
    assert_eq!(scene.vic.sends(t, &scene.vic.does("Create", quote)), 202);
    scene.world.settle().await;
    let quoting = t.sees(&quoting).await.unwrap().head.id;
    let shown = t.stranger().get(&format!("/api/v1/statuses/{quoting}")).await.ok();
    assert!(shown["content"].as_str().unwrap().contains("See what he says"));
    assert!(!shown.to_string().contains("version"), "{shown}");
    let page = t.browser().open("/statements/on-bees").await;
    assert!(!page.says("first version") && !page.says("another version"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_92_what_a_suspended_account_shows_first_is_not_shown() {
    let scene = Scene::acquainted().await;
    let t = scene.t();
    let anna = t.person("anna", &[]).await;
    let notes = ["1", "2"].map(|path| scene.mal.note(path, &format!("<p>Look first at {path}</p>")));
    for note in &notes {
        scene.peers.publish(note);
    }
    let featured = format!("{}/featured", scene.mal.id);
    let list =
        |notes: &[Value]| json!({ "id": featured, "type": "OrderedCollection", "orderedItems": notes });
    scene.peers.publish(&list(&notes[..1]));
    let mut document = scene.mal.document();
    document["featured"] = json!(featured);
    scene.peers.publish(&document);
    assert_eq!(scene.mal.sends(t, &scene.mal.does("Update", document)), 202);
    scene.world.settle().await;
    let fetches = Job::FetchPins { uri: scene.mal.id.clone() };
    let db = t.app().db;
    let asks = async || db.write(|tx| jobs::enqueue(tx, &fetches, tx.now)).await.unwrap();
    asks().await;
    scene.world.settle().await;
    let mal = scene.mal.uri();
    let mal = db.read(|conn| Ok(store::accounts::by_uri(conn, &mal)?)).await.unwrap().unwrap();
    let app = t.client("anna", "read").await;
    let path = format!("/api/v1/accounts/{}/statuses?pinned=true", mal.id);
    assert_eq!(app.get(&path).await.each("content"), ["<p>Look first at 1</p>"]);
    suspends(&scene, "a").await;
    scene.peers.publish(&list(&notes));
    let before = scene.before().await;
    // What was asked for before is not asked any more, and what others say of it leads nowhere.
    asks().await;
    for (actor, verb) in [(&scene.vic, "Add"), (&scene.vic, "Remove")] {
        let mut pin = actor.does(verb, notes[1]["id"].clone());
        pin["target"] = json!(featured);
        assert_eq!(actor.sends(t, &pin), 202);
    }
    let mut own = scene.mal.does("Add", notes[1]["id"].clone());
    own["target"] = json!(featured);
    assert_eq!(scene.mal.sends(t, &own), 403);
    scene.unchanged(&before, 0).await;
    let hidden = app.get(&path).await;
    assert!(hidden.json.as_array().is_none_or(Vec::is_empty), "{}", hidden.json);
    let page = t.browser().open(&format!("/@mal@{}", scene.peers.host("a"))).await;
    assert!(!page.says("Look first"), "{}", page.body);
    let host = scene.peers.host("a");
    db.write(|tx| hosts::undo(tx, None, &host)).await.unwrap();
    assert_eq!(app.get(&path).await.each("content"), ["<p>Look first at 1</p>"], "it was kept aside");
    assert_eq!(anna.host_id, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_92_who_is_limited_and_names_somebody_is_filtered() {
    let scene = Scene::acquainted().await;
    let t = scene.t();
    let anna = t.person("anna", &[]).await;
    rules(&scene, &scene.mal.id, HostStanding::Limited).await;
    for (actor, path) in [(&scene.mal, "1"), (&scene.vic, "2")] {
        let mut note = actor.note(path, "<p>Hello, @anna!</p>");
        note["tag"] = json!([{ "type": "Mention", "href": anna.uri, "name": "@anna" }]);
        note["to"] = json!([PUBLIC, anna.uri]);
        assert_eq!(actor.sends(t, &actor.does("Create", note)), 202);
    }
    scene.world.settle().await;
    let told = t.client("anna", "read").await.get("/api/v1/notifications").await.ok();
    let from: Vec<&str> =
        told.as_array().unwrap().iter().map(|one| one["account"]["username"].as_str().unwrap()).collect();
    assert_eq!(from, ["vic"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_42_nobody_moderates_here_from_elsewhere() {
    let scene = Scene::acquainted().await;
    let t = scene.t();
    let note = scene.vic.reply("1", &scene.statement, "said by vic");
    scene.peers.publish(&note);
    assert_eq!(scene.vic.sends(t, &scene.vic.does("Create", note.clone())), 202);
    let group = scene.peers.actor("a", "club", "Group");
    assert_eq!(group.sends(t, &group.does("Like", scene.statement.as_str())), 202);
    scene.world.settle().await;
    let db = t.app().db;
    let forum = db.read(|conn| {
        let site = store::settings::site(conn)?.unwrap();
        Ok(store::accounts::by_id(conn, site.forum)?.unwrap().uri.to_string())
    });
    let forum = forum.await.unwrap();
    let before = scene.before().await;
    let aimed = |verb: &str, object: &str, target: &str| {
        let mut activity = scene.mal.does(verb, object);
        activity["target"] = json!(target);
        activity["cc"] = json!([forum, group.id]);
        activity
    };
    let text = note["id"].as_str().unwrap();
    let attempts = [
        aimed("Remove", &scene.vic.id, &format!("{forum}/moderators")),
        aimed("Add", text, &format!("{forum}/featured")),
        aimed("Remove", text, &format!("{forum}/featured")),
        aimed("Block", &scene.vic.id, &forum),
        aimed("Block", &scene.vic.id, &t.origin()),
        aimed("Lock", scene.statement.as_str(), &forum),
        aimed("Remove", scene.statement.as_str(), &forum),
        aimed("Delete", text, &forum),
    ];
    for attempt in attempts {
        let status = scene.mal.sends(t, &attempt);
        assert!([202, 403].contains(&status), "{attempt}: {status}");
        assert_eq!(group.sends(t, &group.does("Announce", attempt)), 202);
    }
    scene.world.settle().await;
    assert!(t.sees(&text.parse_uri()).await.is_some(), "what vic said is still there");
    scene.unchanged(&before, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_96_one_objection_to_ones_own_decision() {
    let scene = Scene::acquainted().await;
    let t = scene.t();
    let (anna, bela) = (t.person("anna", &[]).await, t.person("bela", &[]).await);
    for account in [&anna, &bela] {
        rules(&scene, account.uri.as_str(), HostStanding::Limited).await;
    }
    let db = t.app().db;
    let told = db.read(|conn| Ok(store::warnings::of(conn, anna.id, 9)?)).await.unwrap();
    let others = db.read(|conn| Ok(store::warnings::of(conn, bela.id, 9)?)).await.unwrap();
    let mut browser = t.signed_in("anna").await;
    let page = browser.open(&format!("/settings/decisions/{}", told[0].id)).await;
    let csrf = page.attribute("main input[name=csrf]", "value").unwrap();
    let form = [("csrf", csrf.as_str()), ("do", "appeal"), ("appeal", "I was quoting.")];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let stranger = browser.post(&format!("/settings/decisions/{}", others[0].id), &form).await;
    assert_eq!(stranger.status.as_u16(), 404, "that is about somebody else");
    assert!(browser.post(&format!("/settings/decisions/{}", told[0].id), &form).await.status.is_success());
    let again = browser.post(&format!("/settings/decisions/{}", told[0].id), &form).await;
    assert_eq!(again.status.as_u16(), 409, "{}", again.body);
    assert!(db.write(|tx| cases::appeal(tx, &anna, told[0].id, "Again!")).await.is_err());
    let kept = db.read(|conn| Ok(store::warnings::of(conn, bela.id, 9)?)).await.unwrap();
    assert_eq!(kept[0].appeal, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_43_a_suspended_server_reports_nothing() {
    let scene = Scene::acquainted().await;
    suspends(&scene, "a").await;
    let before = scene.before().await;
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Flag", scene.organization.as_str())), 403);
    let brought =
        scene.mal.prove(&scene.mal.does("Flag", scene.organization.as_str()), scene.world.clock.now());
    assert_eq!(scene.vic.sends(scene.t(), &brought), 202);
    scene.unchanged(&before, 0).await;
}
