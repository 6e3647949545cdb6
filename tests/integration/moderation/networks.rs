//! Networks from which nobody joins, or of which nothing is answered.

use std::net::SocketAddr;

use axum::http::{Method, StatusCode};
use plenum::domain::network_rule::{Bar, NewNetworkRule, parse};
use plenum::domain::site::FederationMode;
use plenum::domain::user::Roles;
use plenum::services::{network_rules, users};
use plenum::store::audit;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::harness::client::Client;
use crate::harness::world::{Instance, World, on_each_engine};

const BLOCKS: &str = "/api/v1/admin/ip_blocks";
const SCOPES: &str = "read admin:read admin:write";

/// What somebody gets who connects from there.
async fn from(app: &Client, address: &str, path: &str) -> StatusCode {
    let peer: SocketAddr = address.parse().unwrap();
    app.status_from(peer, Method::GET, path, &[]).await
}

async fn invitation(site: &Instance) -> String {
    let db = site.app().db;
    let secret = db.write(|tx| users::invite(tx, None, Roles::of(&[]))).await.unwrap();
    format!("/invite/{secret}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_keeps_networks_out_and_lets_them_in_again() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (mut admin, app) =
            (north.signed_in("north_admin").await, north.client("north_admin", SCOPES).await);
        let invite = invitation(north).await;
        let page = admin.open("/admin/networks").await;
        assert!(page.says("No network is kept out"));

        let new = admin.open("/admin/networks/new").await;
        let empty = admin.send(&new, "main form", &[]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Give a network") && empty.says("Choose what is kept out"), "{}", empty.body);
        let said = [("network", "203.0.113.9/24"), ("bar", "joining"), ("comment", "Floods")];
        let asked = admin.send(&empty, "main form", &said).await;
        assert!(asked.says("From 203.0.113.0/24: nobody joins, invited or not?"), "{}", asked.body);
        assert_eq!(from(&app, "203.0.113.7:4000", &invite).await, StatusCode::OK, "nobody said yes yet");
        let made = admin.send(&asked, "main form", &[]).await;
        assert!(made.says("203.0.113.0/24") && made.says("Floods"), "{}", made.body);
        assert_eq!(from(&app, "203.0.113.7:4000", &invite).await, StatusCode::FORBIDDEN);
        assert_eq!(from(&app, "203.0.113.7:4000", "/about").await, StatusCode::OK, "readers read on");
        assert_eq!(from(&app, "203.0.114.7:4000", &invite).await, StatusCode::OK, "and others join");
        let again = admin.open("/admin/networks/new").await;
        let again = admin.send(&again, "main form", &said).await;
        let twice = admin.send(&again, "main form", &[]).await;
        assert!(twice.says("There is a rule about 203.0.113.0/24 already"), "{}", twice.body);

        let undone = admin.send(&made, "main form", &[("do", &key_of(&app).await)]).await;
        assert!(undone.says("No network is kept out"), "{}", undone.body);
        assert_eq!(from(&app, "203.0.113.7:4000", &invite).await, StatusCode::OK);
        let log = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        let log: Vec<(&str, &str)> = log
            .iter()
            .filter(|entry| entry.action.starts_with("network."))
            .map(|entry| (entry.action.as_str(), entry.detail.as_str()))
            .collect();
        assert_eq!(log, [("network.decide", "joining Floods"), ("network.undo", "joining")]);
    })
    .await;
}

/// The key of the only rule.
async fn key_of(app: &Client) -> String {
    app.get(BLOCKS).await.each("id").pop().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_of_an_admin_keeps_networks_out() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let (app, ada) = (north.client("north_admin", SCOPES).await, north.client("ada", SCOPES).await);
        assert_eq!(ada.get(BLOCKS).await.status, StatusCode::FORBIDDEN);
        assert_eq!(ada.post(BLOCKS, json!({})).await.status, StatusCode::FORBIDDEN);
        for wrong in [
            json!({ "ip": "203.0.113.0/24" }),
            json!({ "ip": "203.0.113.0/24", "severity": "silence" }),
            json!({ "ip": "social.example", "severity": "no_access" }),
            json!({ "ip": "127.0.0.1", "severity": "no_access" }),
            json!({ "severity": "no_access" }),
        ] {
            assert_eq!(
                app.post(BLOCKS, wrong.clone()).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{wrong}"
            );
        }
        let new =
            json!({ "ip": "2001:db8::7/32", "severity": "no_access", "comment": "Probes", "expires_in": 60 });
        let made = app.post(BLOCKS, new.clone()).await.ok();
        assert_eq!((&made["ip"], &made["severity"]), (&json!("2001:db8::/32"), &json!("no_access")));
        assert!(made["expires_at"].is_string(), "{made}");
        assert_eq!(app.post(BLOCKS, new).await.status, StatusCode::UNPROCESSABLE_ENTITY, "it is taken");
        for path in
            ["/", "/api/v1/instance", "/about", "/.well-known/webfinger", "/inbox", "/assets/plenum.css"]
        {
            assert_eq!(from(&app, "[2001:db8:9::1]:4000", path).await, StatusCode::FORBIDDEN, "{path}");
        }
        let one = format!("{BLOCKS}/{}", made["id"].as_str().unwrap());
        let changed =
            app.ask(Method::PUT, &one, &[], Some(json!({ "severity": "sign_up_block" }))).await.ok();
        assert_eq!((&changed["severity"], &changed["comment"]), (&json!("sign_up_block"), &json!("Probes")));
        assert_eq!(changed["expires_at"], made["expires_at"], "what is not sent stays");
        assert_eq!(from(&app, "[2001:db8:9::1]:4000", "/about").await, StatusCode::OK);
        assert_eq!(from(&app, "[2001:db8:9::1]:4000", &invitation(north).await).await, StatusCode::FORBIDDEN);
        assert_eq!(app.get(&one).await.ok(), changed);
        world.advance_seconds(60);
        assert_eq!(app.get(BLOCKS).await.ok(), json!([]), "it is over");
        assert_eq!(from(&app, "[2001:db8:9::1]:4000", &invitation(north).await).await, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_another_process_makes_holds_within_a_second() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let app = north.client("north_admin", SCOPES).await;
    assert_eq!(from(&app, "203.0.113.7:4000", "/about").await, StatusCode::OK);
    let new = NewNetworkRule {
        network: parse("203.0.113.0/24").unwrap(),
        bar: Bar::Everything,
        comment: String::new(),
        ends_at: None,
    };
    let db = north.app().db;
    db.write(|tx| network_rules::put(tx, None, (None, &new), (&[], None))).await.unwrap();
    world.advance_seconds(1);
    assert_eq!(from(&app, "203.0.113.7:4000", "/about").await, StatusCode::FORBIDDEN);
    // What a proxy of ours says of whom it speaks for counts, and nobody's own word.
    let peer: SocketAddr = "127.0.0.1:4000".parse().unwrap();
    let behind = [("x-forwarded-for", "203.0.113.7")];
    assert_eq!(app.status_from(peer, Method::GET, "/about", &behind).await, StatusCode::FORBIDDEN);
    let peer: SocketAddr = "198.51.100.7:4000".parse().unwrap();
    assert_eq!(app.status_from(peer, Method::GET, "/about", &behind).await, StatusCode::OK);
    // Nobody shuts the door behind themselves.
    let own = ("198.51.100.0/24", "198.51.100.7".parse().ok());
    let new = NewNetworkRule { network: parse(own.0).unwrap(), ..new };
    let refused = db.write(|tx| network_rules::put(tx, None, (None, &new), (&[], own.1))).await;
    assert!(refused.unwrap_err().to_string().contains("keep you out"));
}

/// Who holds a stream open asks nothing any more, and is told nothing either.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_where_nothing_is_answered_any_more() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let db = north.app().db;
        let token = db.write(|tx| users::token(tx, "ada", false, "read write")).await.unwrap();
        let app = north.with_token(&token);
        let says = async |text: &str| {
            app.post("/api/v1/statuses", json!({ "status": text, "visibility": "public" })).await.ok();
        };
        let query = format!("?access_token={token}&stream=public:local");
        let opens = async |from: &str| {
            let (mut socket, _) = north.upgrades(&query, &[("x-forwarded-for", from)]).await.unwrap();
            // An answer comes after what was asked for first.
            socket.subscribes("public:local", json!({})).await;
            socket
        };
        let (mut here, mut there) = (opens("203.0.114.7").await, opens("203.0.113.7").await);
        for (network, bar) in [("203.0.113.0/25", Bar::Joining), ("203.0.113.0/24", Bar::Everything)] {
            says("still there").await;
            for socket in [&mut here, &mut there] {
                assert_eq!(socket.frame().await.1, "update", "before {network}");
            }
            let network = parse(network).unwrap();
            let new = NewNetworkRule { network, bar, comment: String::new(), ends_at: None };
            db.write(|tx| network_rules::put(tx, None, (None, &new), (&[], None))).await.unwrap();
        }
        let Some(Ok(Message::Close(Some(frame)))) = there.next().await else { panic!("no goodbye") };
        assert_eq!(frame.code, CloseCode::Normal);
        says("to the others").await;
        assert_eq!(here.frame().await.1, "update");
    })
    .await;
}
