//! What moderators and admins do from an app.

use axum::http::{Method, StatusCode};
use plenum::domain::account::Account;
use plenum::domain::host::HostStanding;
use plenum::domain::site::FederationMode;
use plenum::domain::user::{Role, Roles};
use plenum::services::users;
use plenum::store;
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

const SCOPES: &str = "read write admin:read admin:write";

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_decides_about_servers_from_an_app() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        north.person("mod", &[Role::Moderator]).await;
        let app = north.client("north_admin", SCOPES).await;
        let blocks = "/api/v1/admin/domain_blocks";
        let block =
            json!({ "domain": "Spam.example", "severity": "suspend", "private_comment": "sells things" });
        for name in ["ada", "mod"] {
            let other = north.client(name, SCOPES).await;
            assert_eq!(other.get(blocks).await.status, StatusCode::FORBIDDEN);
            assert_eq!(other.post(blocks, block.clone()).await.status, StatusCode::FORBIDDEN);
        }
        assert_eq!(app.get(blocks).await.ok(), json!([]), "who may not decide has decided nothing");
        let made = app.post(blocks, block.clone()).await.ok();
        assert_eq!((&made["domain"], &made["severity"]), (&json!("spam.example"), &json!("suspend")));
        assert_eq!(
            (&made["private_comment"], &made["public_comment"]),
            (&json!("sells things"), &json!(null))
        );
        let db = north.app().db;
        let standing =
            async || db.read(|conn| Ok(store::hosts::standing_of(conn, "a.spam.example")?)).await.unwrap();
        assert_eq!(standing().await, HostStanding::Suspended);
        for again in [block, json!({ "domain": "a.spam.example", "severity": "silence" })] {
            let again = app.post(blocks, again).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(again.json["existing_domain_block"]["id"], made["id"]);
        }
        for odd in
            [json!({}), json!({ "domain": north.host }), json!({ "domain": "x.example", "severity": "noop" })]
        {
            assert_eq!(app.post(blocks, odd).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let one = format!("{blocks}/{}", made["id"].as_str().unwrap());
        let milder = json!({ "severity": "silence", "public_comment": "too loud" });
        let changed = app.ask(Method::PUT, &one, &[], Some(milder)).await.ok();
        assert_eq!(
            (&changed["severity"], &changed["private_comment"]),
            (&json!("silence"), &json!("sells things"))
        );
        assert_eq!(standing().await, HostStanding::Limited);
        assert_eq!(app.get(blocks).await.each("domain"), ["spam.example"]);
        assert_eq!(app.get(&one).await.ok(), changed);
        app.ask(Method::DELETE, &one, &[], None).await.ok();
        assert_eq!(standing().await, HostStanding::Unknown);
        assert_eq!(app.get(&one).await.status, StatusCode::NOT_FOUND);

        let allows = "/api/v1/admin/domain_allows";
        let allowed = app.post(allows, json!({ "domain": "friends.example" })).await.ok();
        assert_eq!(app.post(allows, json!({ "domain": "friends.example" })).await.ok(), allowed);
        assert_eq!(app.get(allows).await.each("domain"), ["friends.example"]);
        assert_eq!(app.get(blocks).await.ok(), json!([]), "an allowance keeps nobody out");
        let one = format!("{allows}/{}", allowed["id"].as_str().unwrap());
        assert_eq!(app.get(&one).await.ok(), allowed);
        app.ask(Method::DELETE, &one, &[], None).await.ok();
        assert_eq!(app.get(allows).await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_above_is_in_the_way_of_what_it_says_already_and_of_nothing_else() {
    let world = World::of(["north"]).await;
    let app = world.at("north").client("north_admin", SCOPES).await;
    let blocks = "/api/v1/admin/domain_blocks";
    let files = json!({ "domain": "loud.example", "severity": "noop", "reject_media": true });
    app.post(blocks, files).await.ok();
    let reports = json!({ "domain": "a.loud.example", "severity": "noop", "reject_reports": true });
    app.post(blocks, reports).await.ok();
    let files = json!({ "domain": "b.loud.example", "severity": "noop", "reject_media": true });
    assert_eq!(app.post(blocks, files).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_counts_here_is_an_empty_list() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let (app, ada) = (north.client("north_admin", SCOPES).await, north.client("ada", SCOPES).await);
    assert_eq!(app.post("/api/v1/admin/measures", json!({ "keys": ["active_users"] })).await.ok(), json!([]));
    assert_eq!(ada.post("/api/v1/admin/measures", json!({})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get("/api/v1/admin/trends/tags").await.ok(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_decides_about_accounts_from_an_app() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        north.person("ada", &[]).await;
        north.person("mod", &[Role::Moderator]).await;
        let bea = south.person("bea", &[]).await;
        let app = north.client("mod", SCOPES).await;
        let far = app.get(&format!("/api/v2/search?q={}&resolve=true", bea.uri)).await.ok();
        let far = far["accounts"][0]["id"].as_str().unwrap().to_owned();
        let member = north.client("ada", SCOPES).await;
        let accounts = "/api/v1/admin/accounts";
        assert_eq!(member.get(accounts).await.status, StatusCode::FORBIDDEN);
        let suspend = json!({ "type": "suspend" });
        let refused = member.post(&format!("{accounts}/{far}/action"), suspend).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let names = async |query: &str| app.get(&format!("/api/{query}")).await.each("username");
        assert_eq!(names("v1/admin/accounts?remote=true").await, ["bea"]);
        assert_eq!(names("v2/admin/accounts?origin=remote").await, ["bea"]);
        assert_eq!(names("v2/admin/accounts?permissions=staff").await, ["mod", "north_admin"]);
        assert_eq!(names("v2/admin/accounts?role_ids[]=2").await, ["mod"]);
        assert_eq!(names("v1/admin/accounts?username=AD").await, ["ada"]);
        assert_eq!(names(&format!("v1/admin/accounts?by_domain={}", south.host)).await, ["bea"]);
        for nobody in ["email=a@b.example", "ip=192.0.2.1", "pending=true", "by_domain=no.example"] {
            assert!(names(&format!("v1/admin/accounts?{nobody}")).await.is_empty(), "{nobody}");
        }
        let first = app.get(&format!("{accounts}?local=true&limit=1")).await;
        assert_eq!(first.link("next").map(|next| next.contains("local=true&")), Some(true));

        let one = format!("{accounts}/{far}");
        let at = async |word: &str| app.get(&one).await.ok()[word].clone();
        let acts = async |kind: &str, text: &str| {
            app.post(&format!("{one}/action"), json!({ "type": kind, "text": text })).await.ok()
        };
        for (kind, word, undo) in [
            ("silence", "silenced", "unsilence"),
            ("sensitive", "sensitized", "unsensitive"),
            ("suspend", "suspended", "unsuspend"),
        ] {
            acts(kind, "").await;
            assert_eq!(at(word).await, json!(true), "{kind}");
            assert_eq!(app.post(&format!("{one}/{undo}"), json!({})).await.ok()[word], json!(false));
        }
        assert_eq!(app.ask(Method::DELETE, &one, &[], None).await.status, StatusCode::FORBIDDEN);
        acts("suspend", "").await;
        assert_eq!(names("v2/admin/accounts?status=suspended").await, ["bea"]);
        app.ask(Method::DELETE, &one, &[], None).await.ok();
        for kind in ["none", "disable"] {
            let act = json!({ "type": kind, "text": "Hm." });
            let odd = north.client("north_admin", SCOPES).await.post(&format!("{one}/action"), act).await;
            assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY, "they have no page with us: {kind}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_a_suspended_account_is_deleted_for_good() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let publisher = south.organization().await;
        north.follows(south).await;
        world.settle().await;
        let bees = south.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        world.settle().await;
        assert!(north.sees(&bees).await.is_some());
        let app = north.client("north_admin", SCOPES).await;
        let far = app.get(&format!("/api/v1/accounts/lookup?acct={}", publisher.handle)).await.ok();
        let one = format!("/api/v1/admin/accounts/{}", far["id"].as_str().unwrap());
        assert_ne!(far["display_name"], "");
        app.post(&format!("{one}/action"), json!({ "type": "suspend" })).await.ok();
        app.ask(Method::DELETE, &one, &[], None).await.ok();
        world.settle().await;
        app.post(&format!("{one}/unsuspend"), json!({})).await.ok();
        world.settle().await;
        assert!(north.sees(&bees).await.is_none(), "statements as well, and no rule brings them back");
        let db = north.app().db;
        let kept = db.read(|conn| Ok(store::accounts::by_uri(conn, &publisher.uri)?)).await.unwrap().unwrap();
        assert_eq!(kept.display_name, "");
        let log = db.read(|conn| Ok(store::audit::all(conn)?)).await.unwrap();
        assert!(log.iter().any(|entry| entry.action == "account.purge"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_this_site_are_warned_and_their_logins_closed_from_an_app() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let ada = north.person("ada", &[]).await;
        north.person("mod", &[Role::Moderator]).await;
        let (app, root) = (north.client("mod", SCOPES).await, north.client("north_admin", SCOPES).await);
        let member = north.client("ada", SCOPES).await;
        let accounts = "/api/v1/admin/accounts";
        let names = async |query: &str| app.get(&format!("/api/{query}")).await.each("username");
        let near = format!("{accounts}/{}", ada.id);
        app.post(&format!("{near}/action"), json!({ "type": "none", "text": "Be kind." })).await.ok();
        let mut browser = north.signed_in("ada").await;
        let list = browser.open("/settings/decisions").await;
        let told = list.attribute("main a[href^='/settings/decisions/']", "href").unwrap();
        assert!(browser.open(&told).await.says("Be kind."));
        let close = json!({ "type": "disable", "text": "Lost the telephone." });
        let refused = app.post(&format!("{near}/action"), close.clone()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "logins are the admins'");
        root.post(&format!("{near}/action"), close.clone()).await.ok();
        assert_eq!(member.get("/api/v1/accounts/verify_credentials").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(names("v1/admin/accounts?disabled=true").await, ["ada"]);
        let log = north.app().db.read(|conn| Ok(store::audit::all(conn)?)).await.unwrap();
        assert!(log.iter().any(|entry| entry.detail == "Lost the telephone."), "the log keeps the reason");
        assert_eq!(root.post(&format!("{near}/enable"), json!({})).await.ok()["disabled"], json!(false));
        for odd in ["approve", "reject"] {
            let odd = app.post(&format!("{near}/{odd}"), json!({})).await;
            assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let admin = names("v2/admin/accounts?role_ids[]=1").await;
        assert_eq!(admin, ["north_admin"]);
        let admin = app.get(&format!("{accounts}?username=north_admin")).await.ok()[0]["id"].clone();
        let above = format!("{accounts}/{}/action", admin.as_str().unwrap());
        assert_eq!(app.post(&above, json!({ "type": "silence" })).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_concerned_hears_of_a_decision() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let ada = north.person("ada", &[]).await;
        let bea = south.person("bea", &[]).await;
        let (app, root) = (north.client("ada", SCOPES).await, north.client("north_admin", SCOPES).await);
        let act = format!("/api/v1/admin/accounts/{}/action", ada.id);
        root.post(&act, json!({ "type": "silence", "text": "Too loud." })).await.ok();
        let heard = app.get("/api/v1/notifications?types[]=moderation_warning").await.ok();
        let warning = &heard[0]["moderation_warning"];
        assert_eq!((&warning["action"], &warning["text"]), (&json!("silence"), &json!("Too loud.")));
        assert_eq!(warning["target_account"]["acct"], "ada");
        let groups = app.get("/api/v2/notifications").await.ok();
        assert_eq!(groups["notification_groups"][0]["moderation_warning"]["action"], "silence");
        let mut browser = north.signed_in("ada").await;
        let page = browser.open("/notifications").await;
        let way = page.attribute("main a[href^='/settings/decisions/']", "href").unwrap();
        let page = browser.open(&way).await;
        browser.send(&page, "main form", &[("appeal", "I whispered.")]).await;
        let mut admin = north.signed_in("north_admin").await;
        let list = admin.open("/admin/appeals").await;
        let case = list.attribute("main a[href^='/admin/appeals/']", "href").unwrap();
        let page = admin.open(&case).await;
        admin.send(&page, "main form", &[("answer", "True."), ("do", "grant")]).await;
        let heard = app.get("/api/v1/notifications?types[]=moderation_warning").await.ok();
        assert_eq!(heard.as_array().unwrap().len(), 2, "and of the answer");
        assert_eq!(heard[0]["moderation_warning"]["appeal"]["text"], "I whispered.");

        let far = app.get(&format!("/api/v2/search?q={}&resolve=true", bea.uri)).await.ok();
        let far = far["accounts"][0]["id"].as_str().unwrap().to_owned();
        app.post(&format!("/api/v1/accounts/{far}/follow"), json!({})).await.ok();
        world.settle().await;
        let block = json!({ "domain": south.host, "severity": "suspend" });
        root.post("/api/v1/admin/domain_blocks", block).await.ok();
        let heard = app.get("/api/v1/notifications?types[]=severed_relationships").await.ok();
        let event = &heard[0]["event"];
        assert_eq!((&event["type"], &event["target_name"]), (&json!("domain_block"), &json!(south.host)));
        assert_eq!((&event["following_count"], &event["followers_count"]), (&json!(1), &json!(0)));
        assert!(browser.open("/notifications").await.says(&format!("suspended {}", south.host)));
    })
    .await;
}

/// What moderators are told of, and who they are.
struct Reported {
    moderator: Account,
    ada: Client,
    app: Client,
    rude: Value,
    first: Value,
}

/// Two reports of one member about another, and one about the moderator.
async fn reported(north: &Instance) -> Reported {
    let cid = north.person("cid", &[]).await;
    for name in ["ada", "bea"] {
        north.person(name, &[]).await;
    }
    let moderator = north.person("mod", &[Role::Moderator]).await;
    let (ada, app) = (north.client("ada", SCOPES).await, north.client("mod", SCOPES).await);
    let said = json!({ "status": "Rude" });
    let rude = north.client("cid", SCOPES).await.post("/api/v1/statuses", said).await.ok();
    let about = json!({ "account_id": cid.id.to_string(), "status_ids": [rude["id"]], "comment": "Look" });
    let first = ada.post("/api/v1/reports", about.clone()).await.ok();
    ada.post("/api/v1/reports", about).await.ok();
    let of_mod = json!({ "account_id": moderator.id.to_string(), "comment": "Asleep" });
    north.client("bea", SCOPES).await.post("/api/v1/reports", of_mod).await.ok();
    Reported { moderator, ada, app, rude, first }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_hears_of_reports_in_an_app() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let Reported { ada, app, first, .. } = reported(north).await;

        let told = app.get("/api/v1/notifications?types[]=admin.report").await.ok();
        let told: Vec<_> = told.as_array().unwrap().iter().map(|one| one["report"]["id"].clone()).collect();
        assert_eq!(told, [first["id"].clone()], "once in an hour, and nothing that is said about oneself");
        let groups = app.get("/api/v2/notifications?types[]=admin.report").await.ok();
        assert_eq!(groups["notification_groups"][0]["report"]["id"], first["id"]);
        assert_eq!(app.get("/api/v1/notifications/unread_count").await.ok()["count"], 1);
        assert_eq!(ada.get("/api/v1/notifications?types[]=admin.report").await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_works_through_reports_in_an_app() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let Reported { moderator, ada, app, rude, first } = reported(north).await;

        let reports = "/api/v1/admin/reports";
        assert_eq!(ada.get(reports).await.status, StatusCode::FORBIDDEN);
        assert_eq!(app.get(reports).await.each("comment"), ["Look", "Look"]);
        assert_eq!(
            app.get(&format!("{reports}?target_account_id={}", moderator.id)).await.ok(),
            json!([]),
            "nor reads it"
        );
        let one = format!("{reports}/{}", first["id"].as_str().unwrap());
        assert_eq!(ada.get(&one).await.status, StatusCode::FORBIDDEN);
        let seen = app.get(&one).await.ok();
        assert_eq!(
            (&seen["account"]["username"], &seen["target_account"]["username"]),
            (&json!("ada"), &json!("cid"))
        );
        assert_eq!(seen["statuses"][0]["id"], rude["id"]);
        let mine = app.post(&format!("{one}/assign_to_self"), json!({})).await.ok();
        assert_eq!(mine["assigned_account"]["username"], "mod");
        let nobodys = app.post(&format!("{one}/unassign"), json!({})).await.ok();
        assert_eq!(nobodys["assigned_account"], json!(null));
        let put = async |body| app.ask(Method::PUT, &one, &[], Some(body)).await;
        assert_eq!(put(json!({ "category": "spam" })).await.ok()["category"], "spam");
        assert_eq!(put(json!({ "category": "dull" })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(put(json!({ "rule_ids": ["77"] })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = app.post(&format!("{one}/resolve"), json!({})).await.ok();
        assert_eq!(
            (&done["action_taken"], &done["action_taken_by_account"]["username"]),
            (&json!(true), &json!("mod"))
        );
        assert_eq!(app.post(&format!("{one}/resolve"), json!({})).await.ok(), done, "twice is once");
        assert_eq!(
            app.get(&format!("{reports}?resolved=true")).await.each("id"),
            [first["id"].as_str().unwrap()]
        );
        assert_eq!(app.post(&format!("{one}/reopen"), json!({})).await.ok()["action_taken"], json!(false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_answers_what_is_reported_about_an_account() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let cid = north.person("cid", &[]).await;
        north.person("ada", &[]).await;
        north.person("mod", &[Role::Moderator]).await;
        let (ada, app) = (north.client("ada", SCOPES).await, north.client("mod", SCOPES).await);
        let about = json!({ "account_id": cid.id.to_string(), "comment": "Look" });
        let first = ada.post("/api/v1/reports", about.clone()).await.ok();
        ada.post("/api/v1/reports", about).await.ok();
        let reports = "/api/v1/admin/reports";
        assert_eq!(app.get("/api/v1/notifications").await.each("type"), ["admin.report"]);
        // An action answers what waits about the account: the report it names, and the others with it.
        let act = format!("/api/v1/admin/accounts/{}/action", cid.id);
        let wrong = json!({ "type": "none", "report_id": "1" });
        assert_eq!(app.post(&act, wrong).await.status, StatusCode::NOT_FOUND);
        app.post(&act, json!({ "type": "silence", "report_id": first["id"], "text": "Enough." })).await.ok();
        assert_eq!(app.get(reports).await.ok(), json!([]));
        assert_eq!(
            app.get(&format!("/api/v1/admin/accounts/{}", cid.id)).await.ok()["silenced"],
            json!(true)
        );

        // Who is no moderator any more is told nothing more of it.
        let db = north.app().db;
        db.write(|tx| users::set_roles(tx, None, "mod", Roles::of(&[]))).await.unwrap();
        assert_eq!(app.get("/api/v1/notifications").await.ok(), json!([]));
        assert_eq!(app.get(reports).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}
