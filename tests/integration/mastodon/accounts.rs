//! Accounts as an app sees them: itself, the others, and how they stand to each other.

use axum::http::{Method, StatusCode};
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::relation::FollowState;
use plenum::domain::site::FederationMode;
use plenum::services::hosts;
use plenum::store;
use serde_json::{Value, json};

use super::member;
use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_knows_and_changes_itself() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let me = app.get("/api/v1/accounts/verify_credentials").await.ok();
        assert_eq!((me["id"].as_str(), &me["source"]["note"]), (Some(ada.id.to_string().as_str()), &json!("")));
        assert_eq!(me["role"]["id"], "-99");
        assert_eq!(me["source"]["privacy"], "public");
        let change = json!({
            "display_name": "Ada\u{202e} L", "note": "Counts <b>things</b>\nand more", "locked": "true", "bot": false,
            "fields_attributes": { "0": { "name": "Web", "value": "https://ada.example" }, "1": { "name": "", "value": "" } },
            "source": { "privacy": "private", "language": "kk", "sensitive": "1" },
        });
        let changed = app.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(change)).await.ok();
        assert_eq!(changed["display_name"], "Ada L");
        assert_eq!(changed["note"], "<p>Counts &lt;b&gt;things&lt;/b&gt;<br>and more</p>");
        assert_eq!(changed["source"]["note"], "Counts <b>things</b>\nand more");
        assert_eq!((&changed["locked"], changed["fields"].as_array().unwrap().len()), (&json!(true), 1));
        assert!(changed["fields"][0]["value"].as_str().unwrap().contains("href=\"https://ada.example"));
        assert_eq!(changed["source"]["fields"][0]["value"], "https://ada.example");
        let usual = app.get("/api/v1/preferences").await.ok();
        assert_eq!(usual["posting:default:visibility"], "private");
        let post = app.post("/api/v1/statuses", json!({ "status": "Only for followers" })).await.ok();
        assert_eq!((&post["visibility"], &post["language"], &post["sensitive"]), (&json!("private"), &json!("kk"), &json!(true)));

        let path = "/api/v1/accounts/update_credentials";
        let long = json!({ "display_name": "x".repeat(61) });
        let refused = app.ask(Method::PATCH, path, &[], Some(long)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.json["details"]["display_name"].is_array(), "{}", refused.json);
        let odd = app.ask(Method::PATCH, path, &[], Some(json!({ "source": { "privacy": "blur" } }))).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        let reader = north.client("ada", "read").await;
        let outside = reader.ask(Method::PATCH, path, &[], Some(json!({ "note": "x" }))).await;
        assert_eq!(outside.status, StatusCode::FORBIDDEN);
        assert_eq!(north.stranger().get("/api/v1/accounts/verify_credentials").await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_shown_and_taken_back() {
    let world = World::of(["north"]).await;
    let (_, app) = member(world.at("north"), "ada").await;
    let mut png = Vec::new();
    let picture = image::RgbImage::from_pixel(600, 300, image::Rgb([200, 30, 30]));
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let path = "/api/v1/accounts/update_credentials";
    let shown = app.send(Method::PATCH, path, &[("display_name", "Ada")], &[("avatar", &png)]).await.ok();
    let avatar = shown["avatar"].as_str().unwrap().to_owned();
    assert!(
        !avatar.contains("/assets/") && shown["header"].as_str().unwrap().contains("/assets/"),
        "{shown}"
    );
    assert_eq!(shown["display_name"], "Ada");
    let broken = app.send(Method::PATCH, path, &[], &[("header", b"no picture at all")]).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    let without = app.ask(Method::DELETE, "/api/v1/profile/avatar", &[], None).await.ok();
    assert!(without["avatar"].as_str().unwrap().contains("/assets/"), "{without}");
}

#[tokio::test(flavor = "multi_thread")]
async fn members_follow_block_mute_and_remember_each_other() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let (bea, other) = member(north, "bea").await;
        let act = async |verb: &str, body: Value| {
            app.post(&format!("/api/v1/accounts/{}/{verb}", bea.id), body).await.ok()
        };
        let none = app
            .get(&format!("/api/v1/accounts/relationships?id[]={}&id[]=7&id[]={}", bea.id, ada.id))
            .await
            .ok();
        assert_eq!(none.as_array().unwrap().len(), 2);

        let followed = act("follow", json!({ "reblogs": false, "languages": ["de", "kk"] })).await;
        assert_eq!((&followed["following"], &followed["showing_reblogs"]), (&json!(true), &json!(false)));
        assert_eq!(followed["languages"], json!(["de", "kk"]));
        let again = act("follow", json!({ "notify": true })).await;
        assert_eq!((&again["notifying"], &again["showing_reblogs"]), (&json!(true), &json!(false)));
        let seen = other.get(&format!("/api/v1/accounts/relationships?id={}", ada.id)).await.ok();
        assert_eq!(seen[0]["followed_by"], true);
        assert_eq!(app.get(&format!("/api/v1/accounts/{}/following", ada.id)).await.each("acct"), ["bea"]);
        assert_eq!(app.get(&format!("/api/v1/accounts/{}/followers", bea.id)).await.each("acct"), ["ada"]);

        assert_eq!(act("endorse", json!({})).await["endorsed"], true);
        assert_eq!(app.get("/api/v1/endorsements").await.each("acct"), ["bea"]);
        assert_eq!(app.get(&format!("/api/v1/accounts/{}/endorsements", ada.id)).await.each("acct"), ["bea"]);
        assert_eq!(act("unpin", json!({})).await["endorsed"], false);
        assert_eq!(act("note", json!({ "comment": "met in May" })).await["note"], "met in May");
        assert_eq!(act("note", json!({ "comment": "" })).await["note"], "");

        let muted = act("mute", json!({ "duration": 3600, "notifications": false })).await;
        assert_eq!((&muted["muting"], &muted["muting_notifications"]), (&json!(true), &json!(false)));
        assert!(muted["muting_expires_at"].is_string(), "{muted}");
        let list = app.get("/api/v1/mutes").await.ok();
        assert_eq!((&list[0]["acct"], list[0]["mute_expires_at"].is_string()), (&json!("bea"), true));
        world.advance_hours(2);
        let path = format!("/api/v1/accounts/relationships?id={}", bea.id);
        assert_eq!(app.get(&path).await.ok()[0]["muting"], false);
        assert_eq!(app.get("/api/v1/mutes").await.ok(), json!([]));
        assert_eq!(act("mute", json!({})).await["muting_expires_at"], Value::Null);
        assert_eq!(act("unmute", json!({})).await["muting"], false);

        let blocked = act("block", json!({})).await;
        assert_eq!((&blocked["blocking"], &blocked["following"]), (&json!(true), &json!(false)));
        assert_eq!(app.get("/api/v1/blocks").await.each("acct"), ["bea"]);
        let refused = other.post(&format!("/api/v1/accounts/{}/follow", ada.id), json!({})).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(act("unblock", json!({})).await["blocking"], false);

        let own = app.post(&format!("/api/v1/accounts/{}/follow", ada.id), json!({})).await;
        assert!(own.status.is_client_error(), "{}", own.json);
        assert_eq!(app.post("/api/v1/accounts/7/follow", json!({})).await.status, StatusCode::NOT_FOUND);
        let reader = north.client("ada", "read").await;
        assert_eq!(
            reader.post(&format!("/api/v1/accounts/{}/follow", bea.id), json!({})).await.status,
            StatusCode::FORBIDDEN
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_account_decides_who_follows() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (ada, app) = member(north, "ada").await;
    let (bea, other) = member(north, "bea").await;
    let (cid, third) = member(north, "cid").await;
    app.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(json!({ "locked": true })))
        .await
        .ok();
    for client in [&other, &third] {
        let asked = client.post(&format!("/api/v1/accounts/{}/follow", ada.id), json!({})).await.ok();
        assert_eq!((&asked["requested"], &asked["following"]), (&json!(true), &json!(false)));
    }
    assert_eq!(app.get("/api/v1/follow_requests").await.each("acct"), ["cid", "bea"]);
    let page = app.get("/api/v1/follow_requests?limit=1").await;
    assert_eq!(app.get(&page.link("next").unwrap()).await.each("acct"), ["bea"]);
    let me = app.get("/api/v1/accounts/verify_credentials").await.ok();
    assert_eq!(me["source"]["follow_requests_count"], 2);
    let kinds = app.get("/api/v1/notifications").await.each("type");
    assert_eq!(kinds, ["follow_request", "follow_request"]);
    let yes = app.post(&format!("/api/v1/follow_requests/{}/authorize", bea.id), json!({})).await.ok();
    assert_eq!(yes["followed_by"], true);
    let no = app.post(&format!("/api/v1/follow_requests/{}/reject", cid.id), json!({})).await.ok();
    assert_eq!((&no["followed_by"], &no["requested_by"]), (&json!(false), &json!(false)));
    assert_eq!(app.get("/api/v1/follow_requests").await.ok(), json!([]));
    assert_eq!(app.get(&format!("/api/v1/accounts/{}/followers", ada.id)).await.each("acct"), ["bea"]);
    let removed =
        app.post(&format!("/api/v1/accounts/{}/remove_from_followers", bea.id), json!({})).await.ok();
    assert_eq!(removed["followed_by"], false);
    let twice = app.post(&format!("/api/v1/accounts/{}/remove_from_followers", bea.id), json!({})).await;
    assert_eq!(twice.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_found_by_name_and_by_address_and_elsewhere() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let (_, app) = member(north, "ada").await;
    south.person("bea", &[]).await;
    let stranger = north.stranger();
    assert_eq!(stranger.get("/api/v1/accounts/lookup?acct=ADA").await.ok()["acct"], "ada");
    let own = format!("/api/v1/accounts/lookup?acct=@ada@{}", north.app().site.host);
    assert_eq!(stranger.get(&own).await.ok()["acct"], "ada");
    let far = format!("bea@{}", south.app().site.host);
    let lookup = format!("/api/v1/accounts/lookup?acct={far}");
    assert_eq!(stranger.get(&lookup).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get(&format!("/api/v1/accounts/search?q={far}")).await.ok(), json!([]));
    let resolve = app.get(&format!("/api/v2/search?q=@{far}&resolve=true")).await.ok();
    assert_eq!(resolve["accounts"][0]["acct"], far.as_str(), "{resolve}");
    assert_eq!(stranger.get(&lookup).await.ok()["acct"], far.as_str());
    assert_eq!(app.get("/api/v1/accounts/search?q=be").await.each("acct"), [far.as_str()]);
    assert_eq!(app.get("/api/v1/accounts/search?q=be&following=true").await.ok(), json!([]));
    let anonymous = stranger.get(&format!("/api/v2/search?q={far}&resolve=true")).await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.get("/api/v2/search").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.get("/api/v2/search?q=x&limit=-1").await.status, StatusCode::BAD_REQUEST);

    // Asking to follow somebody elsewhere waits for their yes.
    let id = resolve["accounts"][0]["id"].as_str().unwrap();
    let asked = app.post(&format!("/api/v1/accounts/{id}/follow"), json!({})).await.ok();
    assert_eq!(asked["requested"], true);
    world.settle().await;
    let stands = app.get(&format!("/api/v1/accounts/relationships?id={id}")).await.ok();
    assert_eq!(stands[0]["following"], true);
    let data = south.app();
    let followers = data.db.read(|conn| {
        let bea = store::accounts::local_by_name(conn, "bea")?.unwrap();
        Ok(store::relationships::followers(
            conn,
            store::contributions::Viewer::Member(bea.id),
            bea.id,
            FollowState::Accepted,
            store::page::Page::first(5),
        )?)
    });
    assert_eq!(followers.await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_found_by_its_address_and_by_its_words() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (_, app) = member(north, "ada").await;
        let view = south.publishes(statement("Counting sheep").thesis("Sheep are many")).await;
        let find = async |question: &str| {
            let query: String = url::form_urlencoded::byte_serialize(question.as_bytes()).collect();
            app.get(&format!("/api/v2/search?resolve=true&q={query}")).await.ok()
        };
        let found = find(view.head.uri.as_str()).await;
        assert_eq!(found["statuses"][0]["uri"], view.head.uri.as_str(), "{found}");
        let thesis = crate::harness::people::thesis_of(&view, 1);
        world.settle().await;
        assert_eq!(find(thesis.as_str()).await["statuses"][0]["uri"], thesis.as_str());
        let words = find("sheep").await;
        assert!(words["statuses"].as_array().unwrap().len() >= 2, "{words}");
        assert_eq!(find("shee many").await["statuses"][0]["uri"], thesis.as_str());
        // The words of the whole text lead to a statement, not those of its title alone.
        assert_eq!(find("looked for a long time").await["statuses"][0]["uri"], view.head.uri.as_str());
        assert_eq!(find("goats").await, json!({ "accounts": [], "statuses": [], "hashtags": [] }));
        let nowhere = find(&format!("{}/s/none", south.origin())).await;
        assert_eq!(nowhere, json!({ "accounts": [], "statuses": [], "hashtags": [] }));
        // Pages of ours are known without asking anybody.
        let own = north.publishes(statement("Counting goats").thesis("Goats are few")).await;
        assert_eq!(find(&own.head.url).await["statuses"][0]["uri"], own.head.uri.as_str());
        assert_eq!(find(&format!("{}/@ada", north.origin())).await["accounts"][0]["acct"], "ada");

        app.post("/api/v1/statuses", json!({ "status": "A #Zebra secret", "visibility": "direct" }))
            .await
            .ok();
        app.post("/api/v1/statuses", json!({ "status": "A #Zebra crossing" })).await.ok();
        let public = north.stranger().get("/api/v2/search?q=zebra").await.ok();
        assert_eq!(public["statuses"].as_array().unwrap().len(), 1, "{public}");
        assert_eq!(public["hashtags"][0]["name"], "zebra");
        assert_eq!(find("zebra").await["statuses"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_one_mutes_is_seen_on_their_own_page_and_among_what_one_kept() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let (bea, other) = member(north, "bea").await;
        let (cid, third) = member(north, "cid").await;
        let says = async |client: &Client, text: &str| {
            let said = client.post("/api/v1/statuses", json!({ "status": text })).await.ok();
            said["id"].as_str().unwrap().to_owned()
        };
        let post = says(&other, "Counting is a virtue").await;
        let far = says(&third, "Counting is a vice").await;
        other.post(&format!("/api/v1/statuses/{far}/reblog"), json!({})).await.ok();
        other.post(&format!("/api/v1/statuses/{post}/pin"), json!({})).await.ok();
        for verb in ["bookmark", "favourite"] {
            app.post(&format!("/api/v1/statuses/{post}/{verb}"), json!({})).await.ok();
        }
        let page = format!("/api/v1/accounts/{}/statuses", bea.id);
        assert_eq!(app.get(&page).await.each("id").len(), 2);
        for muted in [bea.id, cid.id] {
            app.post(&format!("/api/v1/accounts/{muted}/mute"), json!({})).await.ok();
        }
        assert_eq!(app.get(&page).await.each("id"), [post.as_str()]);
        assert_eq!(app.get(&format!("{page}?pinned=true")).await.each("id"), [post.as_str()]);
        assert_eq!(app.get("/api/v1/bookmarks").await.each("id"), [post.as_str()]);
        assert_eq!(app.get("/api/v1/favourites").await.each("id"), [post.as_str()]);
        assert_eq!(app.get("/api/v1/timelines/public").await.ok(), json!([]));

        other.post(&format!("/api/v1/accounts/{}/block", ada.id), json!({})).await.ok();
        assert_eq!(app.get(&page).await.ok(), json!([]));
        assert_eq!(app.get(&format!("{page}?pinned=true")).await.ok(), json!([]));
        assert_eq!(app.get("/api/v1/bookmarks").await.ok(), json!([]));
        for path in ["", "/history", "/favourited_by", "/context"] {
            let one = app.get(&format!("/api/v1/statuses/{post}{path}")).await;
            assert_eq!(one.status, StatusCode::NOT_FOUND, "{path} is not for whom its author blocks");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_and_hashtags_of_an_account_are_its_own() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (ada, app) = member(north, "ada").await;
    let (_, other) = member(north, "bea").await;
    let mut png = Vec::new();
    let picture = image::RgbImage::from_pixel(60, 30, image::Rgb([200, 30, 30]));
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let file = other.send(Method::POST, "/api/v2/media", &[], &[("file", &png)]).await.ok();
    let far = json!({ "status": "Look #goats", "media_ids": [file["id"]] });
    let far = other.post("/api/v1/statuses", far).await.ok();
    app.post(&format!("/api/v1/statuses/{}/reblog", far["id"].as_str().unwrap()), json!({})).await.ok();
    let own = app.post("/api/v1/statuses", json!({ "status": "My #goats" })).await.ok();
    let page = format!("/api/v1/accounts/{}/statuses", ada.id);
    assert_eq!(app.get(&page).await.each("id").len(), 2);
    assert_eq!(app.get(&format!("{page}?only_media=true")).await.ok(), json!([]));
    assert_eq!(app.get(&format!("{page}?tagged=goats")).await.each("id"), [own["id"].as_str().unwrap()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_find_each_other_by_name_and_the_public_does_not() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, app) = member(north, "ada").await;
        let (_, _) = member(north, "bea").await;
        let (bela, _) = member(north, "bela").await;
        let found = async |path: &str| app.get(path).await.each("acct");
        assert_eq!(found("/api/v1/accounts/search?q=be").await, ["bea", "bela"]);
        assert_eq!(app.get("/api/v1/accounts/search?q=be&following=true").await.ok(), json!([]));
        app.post(&format!("/api/v1/accounts/{}/follow", bela.id), json!({})).await.ok();
        assert_eq!(found("/api/v1/accounts/search?q=be").await, ["bela", "bea"]);
        assert_eq!(found("/api/v1/accounts/search?q=be&following=true").await, ["bela"]);
        let public = north.stranger().get("/api/v2/search?q=be&type=accounts").await.ok();
        assert_eq!(public["accounts"], json!([]));
        let whole = north.stranger().get("/api/v2/search?q=bela&type=accounts").await.ok();
        assert_eq!(whole["accounts"][0]["acct"], "bela");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_that_cannot_be_is_refused_and_one_that_ends_leaves_nothing() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (ada, app) = member(north, "ada").await;
        let (bea, other) = member(north, "bea").await;
        let act =
            async |verb: &str| app.post(&format!("/api/v1/accounts/{}/{verb}", bea.id), json!({})).await;
        act("follow").await.ok();
        act("endorse").await.ok();
        let list = app.post("/api/v1/lists", json!({ "title": "Friends" })).await.ok();
        let on_list = format!("/api/v1/lists/{}/accounts", list["id"].as_str().unwrap());
        app.post(&on_list, json!({ "account_ids": [bea.id.to_string()] })).await.ok();
        assert_eq!(app.get(&on_list).await.each("acct"), ["bea"]);
        other.post(&format!("/api/v1/accounts/{}/remove_from_followers", ada.id), json!({})).await.ok();
        assert_eq!(app.get(&on_list).await.ok(), json!([]), "whoever is not followed is on no list");
        assert_eq!(app.get("/api/v1/endorsements").await.ok(), json!([]));
        act("follow").await.ok();
        act("endorse").await.ok();
        let ended = act("unfollow").await.ok();
        assert_eq!((&ended["following"], &ended["endorsed"]), (&json!(false), &json!(false)));
        act("block").await.ok();
        assert_eq!(act("follow").await.status, StatusCode::FORBIDDEN);
        let own = app.post(&format!("/api/v1/accounts/{}/follow", ada.id), json!({})).await;
        assert_eq!(own.status, StatusCode::FORBIDDEN);

        let cleo = south.person("cleo", &[]).await;
        let far = app.get(&format!("/api/v2/search?q=@cleo@{}&resolve=true", south.host)).await.ok();
        let far = far["accounts"][0]["id"].as_str().unwrap().to_owned();
        app.post(&format!("/api/v1/accounts/{far}/follow"), json!({})).await.ok();
        world.settle().await;
        let follow = json!({ "domain": south.host });
        app.post("/api/v1/domain_blocks", follow).await.ok();
        world.settle().await;
        let stands = app.get(&format!("/api/v1/accounts/relationships?id={far}")).await.ok();
        assert_eq!((&stands[0]["following"], &stands[0]["domain_blocking"]), (&json!(false), &json!(true)));
        let (here, there) = (north.app().db, south.app().db);
        let followers = there.read(|conn| Ok(store::relations::count_followers(conn, cleo.id)?)).await;
        assert_eq!(followers.unwrap(), 0, "and they are told");
        let moved = here.write(|tx| {
            let bea = store::accounts::local_by_name(tx, "bea")?.unwrap();
            store::accounts::set_moved_to(tx, bea.id, Some(&ada.uri))?;
            Ok(())
        });
        moved.await.unwrap();
        act("unblock").await.ok();
        assert_eq!(act("follow").await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_friends_may_name_an_account_as_their_author() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let change = async |body: Value| {
            app.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(body)).await
        };
        let hosts = json!({ "attribution_domains": ["Blog.example", "https://blog.example/ada", ""] });
        let changed = change(hosts).await.ok();
        assert_eq!(changed["source"]["attribution_domains"], json!(["blog.example"]));
        change(json!({ "note": "Counts" })).await.ok();
        let me = app.get("/api/v1/accounts/verify_credentials").await.ok();
        assert_eq!(me["source"]["attribution_domains"], json!(["blog.example"]));
        let document = north.document(ada.uri.as_str().strip_prefix(&north.origin()).unwrap()).await;
        assert!(document["attributionDomains"].as_array().unwrap().contains(&json!("blog.example")));
        let odd = change(json!({ "attribution_domains": ["no name at all"] })).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            change(json!({ "attribution_domains": [] })).await.ok()["source"]["attribution_domains"],
            json!([])
        );

        let found = change(json!({ "discoverable": true, "indexable": false })).await.ok();
        assert_eq!((&found["indexable"], &found["source"]["indexable"]), (&json!(false), &json!(false)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_agreed_stands_in_the_directory() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (_, app) = member(north, "ada").await;
        member(north, "bea").await;
        let open = json!({ "discoverable": true });
        app.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(open)).await.ok();
        app.post("/api/v1/statuses", json!({ "status": "Here I am" })).await.ok();
        let far = app.get(&format!("/api/v2/search?q=@{}&resolve=true", south.handle())).await.ok();
        let stranger = north.stranger();
        let listed =
            async |query: &str| stranger.get(&format!("/api/v1/directory{query}")).await.each("acct");
        assert_eq!(listed("").await, ["ada", "north", "north_forum"]);
        assert_eq!(listed("?order=new").await, ["ada", "north_forum", "north"]);
        assert_eq!(listed("?limit=1&offset=1").await, ["north"]);
        let far = &far["accounts"][0];
        app.post(&format!("/api/v1/accounts/{}/follow", far["id"].as_str().unwrap()), json!({})).await.ok();
        world.settle().await;
        let far = far["acct"].as_str().unwrap().to_owned();
        assert!(!listed("").await.contains(&far), "whom members follow is nobody's business");
        north.follows(south).await;
        world.settle().await;
        assert!(listed("").await.contains(&far));
        assert_eq!(listed("?local=true").await, ["ada", "north", "north_forum"]);
        let limited = Decision { standing: HostStanding::Limited, ..Decision::default() };
        let db = north.app().db;
        db.write(|tx| hosts::decide(tx, None, &south.host, &limited)).await.unwrap();
        assert!(!listed("").await.contains(&far), "nor is who is limited shown around");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_an_account_elsewhere_are_those_that_its_server_tells() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (_, app) = member(north, "ada").await;
        let (bea, there) = member(south, "bea").await;
        for name in ["cid", "dan"] {
            let (_, fan) = member(south, name).await;
            fan.post(&format!("/api/v1/accounts/{}/follow", bea.id), json!({})).await.ok();
        }
        for text in ["One", "Two", "Three"] {
            there.post("/api/v1/statuses", json!({ "status": text })).await.ok();
        }
        let found = app.get(&format!("/api/v2/search?q=@bea@{}&resolve=true", south.host)).await.ok();
        let key = found["accounts"][0]["id"].as_str().unwrap().to_owned();
        world.settle().await;
        let numbers = async || {
            let bea = app.get(&format!("/api/v1/accounts/{key}")).await.ok();
            ["followers_count", "following_count", "statuses_count"].map(|name| bea[name].as_i64().unwrap())
        };
        assert_eq!(numbers().await, [2, 0, 3]);
        let (_, late) = member(south, "eva").await;
        late.post(&format!("/api/v1/accounts/{}/follow", bea.id), json!({})).await.ok();
        assert_eq!(numbers().await, [2, 0, 3], "once a day is enough");
        world.advance_hours(25);
        numbers().await;
        world.settle().await;
        assert_eq!(numbers().await, [3, 0, 3]);
    })
    .await;
}
