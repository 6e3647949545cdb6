//! Web Push: notifications reach apps that sleep, sealed for them alone.

use axum::http::{Method, StatusCode};
use plenum::domain::site::FederationMode;
use plenum::services::{relations, users};
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::push::{PushService, Sleeper, stated};
use crate::harness::world::{Instance, World, on_each_engine, password};

const PATH: &str = "/api/v1/push/subscription";

async fn world(database: Database) -> World {
    World::on([("north", database)], FederationMode::Open).await
}

async fn member(north: &Instance, name: &str) -> (Client, String) {
    north.person(name, &[]).await;
    let db = north.app().db;
    let token = db.write(|tx| users::token(tx, name, false, "read write push")).await.unwrap();
    (north.with_token(&token), token)
}

/// Somebody likes something of hers: what she hears of.
async fn liked(by: &Client, of: &Client, text: &str) {
    let post = of.post("/api/v1/statuses", json!({ "status": text })).await.ok();
    let post = post["id"].as_str().unwrap();
    by.post(&format!("/api/v1/statuses/{post}/favourite"), json!({})).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_arrives_in_either_form() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada, token) = member(north, "ada").await;
        let (bela, _) = member(north, "bela").await;
        let (service, sleeper) = (PushService::open().await, Sleeper::new());
        assert_eq!(ada.get(PATH).await.status, StatusCode::NOT_FOUND);
        let instance = north.stranger().get("/api/v2/instance").await.ok();
        let key = instance["configuration"]["vapid"]["public_key"].as_str().unwrap().to_owned();

        for (standard, path) in [(true, "/new"), (false, "/old")] {
            let asked = sleeper.asks(&service.url(path), standard, &["favourite", "mention"]);
            let made = ada.post(PATH, asked).await.ok();
            assert_eq!(ada.get(PATH).await.ok(), made);
            assert!(made["id"].as_i64().unwrap() < i64::from(i32::MAX));
            assert_eq!([&made["endpoint"], &made["policy"]], [&json!(service.url(path)), &json!("all")]);
            assert_eq!((&made["standard"], &made["server_key"]), (&json!(standard), &json!(key)));
            assert_eq!(
                (&made["alerts"]["favourite"], &made["alerts"]["poll"]),
                (&json!(true), &json!(false))
            );

            liked(&bela, &ada, &format!("read me at {path}")).await;
            world.settle().await;
            let got = service.got();
            let [pushed] = got.as_slice() else { panic!("{} messages at {path}", got.len()) };
            assert_eq!((pushed.path.as_str(), &pushed.headers["ttl"]), (path, &"172800".parse().unwrap()));
            let notes = ada.get("/api/v1/notifications").await.ok();
            let message = sleeper.reads(pushed);
            assert_eq!(message["access_token"], token.as_str());
            assert_eq!(
                message["notification_id"].as_i64().unwrap().to_string(),
                notes[0]["id"].as_str().unwrap()
            );
            assert_eq!(
                [&message["notification_type"], &message["body"]],
                ["favourite", &format!("read me at {path}")]
            );
            assert!(message["title"].as_str().unwrap().contains("bela"), "{message}");
            assert!(message["icon"].as_str().unwrap().starts_with(&north.origin()));

            let authorization = pushed.headers["authorization"].to_str().unwrap();
            let statement = if standard {
                let (statement, by) =
                    authorization.strip_prefix("vapid t=").unwrap().split_once(",k=").unwrap();
                assert_eq!(by, key);
                statement
            } else {
                let keys = pushed.headers["crypto-key"].to_str().unwrap();
                assert!(keys.ends_with(&format!(";p256ecdsa={key}")), "{keys}");
                authorization.strip_prefix("WebPush ").unwrap()
            };
            let claims = stated(statement, &key);
            assert_eq!(claims["aud"], service.origin());
            assert_eq!(claims["exp"], world.clock.now().seconds() + 12 * 3600);
            assert!(claims["sub"].as_str().unwrap().contains(':'), "{claims}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_wanted_is_sent() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada, _) = member(north, "ada").await;
        let (bela, _) = member(north, "bela").await;
        let (service, sleeper) = (PushService::open().await, Sleeper::new());
        let ask = sleeper.asks(&service.url("/x"), true, &["mention"]);
        ada.post(PATH, ask).await.ok();
        liked(&bela, &ada, "nobody is told").await;
        world.settle().await;
        assert_eq!(service.got().len(), 0);

        let put = |body: Value| ada.ask(Method::PUT, PATH, &[], Some(body));
        let changed =
            put(json!({ "data": { "alerts": { "favourite": "1" } }, "policy": "followed" })).await.ok();
        assert_eq!(
            (&changed["alerts"]["mention"], &changed["alerts"]["favourite"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(changed["policy"], "followed");
        liked(&bela, &ada, "she does not follow him").await;
        world.settle().await;
        assert_eq!(service.got().len(), 0);
        let db = north.app().db;
        let account = async |name: &str| {
            let user = db.read(|conn| Ok(plenum::store::users::by_name(conn, name)?)).await.unwrap().unwrap();
            let id = user.account_id;
            db.read(|conn| Ok(plenum::store::accounts::by_id(conn, id)?)).await.unwrap().unwrap()
        };
        let (follower, followee) = (account("ada").await, account("bela").await);
        db.write(|tx| relations::follow(tx, &follower, &followee)).await.unwrap();
        liked(&bela, &ada, "now she does").await;
        world.settle().await;
        assert_eq!(service.got().len(), 1);

        // What could not be sent for two days is not sent any more.
        service.answers(StatusCode::SERVICE_UNAVAILABLE);
        liked(&bela, &ada, "later").await;
        world.settle().await;
        assert_eq!(service.got().len(), 1);
        world.advance_hours(1);
        world.settle().await;
        assert_eq!(service.got().len(), 1);
        service.answers(StatusCode::CREATED);
        world.advance_hours(49);
        world.settle().await;
        assert_eq!(service.got().len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_ends_with_its_token_or_its_service() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada, _) = member(north, "ada").await;
        let (bela, _) = member(north, "bela").await;
        let (service, sleeper) = (PushService::open().await, Sleeper::new());
        let ask = || sleeper.asks(&service.url("/x"), true, &["favourite"]);
        ada.post(PATH, ask()).await.ok();
        service.answers(StatusCode::GONE);
        liked(&bela, &ada, "one").await;
        world.settle().await;
        assert_eq!((service.got().len(), ada.get(PATH).await.status), (1, StatusCode::NOT_FOUND));
        service.answers(StatusCode::CREATED);

        ada.post(PATH, ask()).await.ok();
        assert_eq!(ada.ask(Method::DELETE, PATH, &[], None).await.ok(), json!({}));
        liked(&bela, &ada, "two").await;
        world.settle().await;
        assert_eq!(service.got().len(), 0);

        ada.post(PATH, ask()).await.ok();
        liked(&bela, &ada, "three").await;
        let db = north.app().db;
        db.write(|tx| users::set_password(tx, None, "ada", &password())).await.unwrap();
        world.settle().await;
        assert_eq!(service.got().len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_subscriptions_are_refused() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (ada, _) = member(north, "ada").await;
    let sleeper = Sleeper::new();
    let good = sleeper.asks("http://push.localhost:4000/x", true, &[]);
    let mut bad = vec![json!({}), json!({ "subscription": "x" }), json!({ "subscription": { "keys": {} } })];
    for endpoint in
        ["", "x", "ftp://push.example/", "file:///etc/passwd", "http://10.0.0.1/", "http://a@b.example/"]
    {
        bad.push(sleeper.asks(endpoint, true, &[]));
    }
    for (key, value) in [("p256dh", "AAAA"), ("p256dh", "?"), ("auth", "AAAA"), ("auth", "")] {
        let mut ask = good.clone();
        ask["subscription"]["keys"][key] = json!(value);
        bad.push(ask);
    }
    let mut ask = good.clone();
    ask["data"]["policy"] = json!("some");
    bad.push(ask);
    for ask in bad {
        let refused = ada.post(PATH, ask.clone()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{ask}");
        assert!(refused.json["error"].is_string());
    }
    assert_eq!(ada.get(PATH).await.status, StatusCode::NOT_FOUND);
    let put = ada.ask(Method::PUT, PATH, &[], Some(json!({ "policy": "all" }))).await;
    assert_eq!(put.status, StatusCode::NOT_FOUND);
    let narrow = north.client("ada", "read write").await;
    assert_eq!(narrow.post(PATH, good.clone()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(north.stranger().post(PATH, good).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_any_request_of_an_app_is_enough_to_be_found_again() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (ada, token) = member(north, "ada").await;
    let (bela, _) = member(north, "bela").await;
    let (service, sleeper) = (PushService::open().await, Sleeper::new());
    ada.post(PATH, sleeper.asks(&service.url("/new"), true, &["favourite"])).await.ok();
    let language = json!({ "source": { "language": "kk" } });
    ada.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(language)).await.ok();
    let got = async || {
        liked(&bela, &ada, "read me").await;
        world.settle().await;
        sleeper.reads(service.got().last().unwrap())
    };
    assert_eq!(got().await["preferred_locale"], "kk");
    // What a restart does to the memory.
    north.app().tokens.forget(&users::secret_hash(&token));
    let post = bela.post("/api/v1/statuses", json!({ "status": "@ada hello" })).await.ok();
    assert!(post["id"].is_string());
    ada.get("/api/v1/timelines/home").await.ok();
    assert_eq!(got().await["access_token"], token.as_str());
}
