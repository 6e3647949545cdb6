//! Mail addresses as admins see and block them from an app.

use axum::http::{Method, StatusCode};
use plenum::domain::user::Role;
use plenum::services::mail_addresses;
use plenum::store;
use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::postbox::Postbox;
use crate::harness::world::{Instance, World, on_each_engine};

const SCOPES: &str = "read write admin:read admin:write";
const DOMAINS: &str = "/api/v1/admin/email_domain_blocks";
const ADDRESSES: &str = "/api/v1/admin/canonical_email_blocks";
/// SHA-256 of `test@example.com`, as Mastodon's documentation has it.
const DIGEST: &str = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b";

async fn enters(north: &Instance, name: &str, address: &str) -> bool {
    let db = north.app().db;
    let user = db.read(|conn| Ok(store::users::by_name(conn, name)?)).await.unwrap().unwrap();
    db.write(|tx| mail_addresses::enter(tx, &user, address, "en")).await.is_ok()
}

async fn deletes(app: &Client, list: &str, block: &Value) -> StatusCode {
    let path = format!("{list}/{}", block["id"].as_str().unwrap());
    app.ask(Method::DELETE, &path, &[], None).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_blocks_addresses_from_an_app() {
    on_each_engine(async |database| {
        let postbox = Postbox::open().await;
        let world = World::posting(database, &postbox).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        north.person("mod", &[Role::Moderator]).await;
        let app = north.client("north_admin", SCOPES).await;
        for name in ["ada", "mod"] {
            let other = north.client(name, SCOPES).await;
            for (list, body) in
                [(DOMAINS, json!({ "domain": "a.example" })), (ADDRESSES, json!({ "email": "a@b.example" }))]
            {
                assert_eq!(other.get(list).await.status, StatusCode::FORBIDDEN);
                assert_eq!(other.post(list, body).await.status, StatusCode::FORBIDDEN);
            }
        }
        assert_eq!(app.get(DOMAINS).await.ok(), json!([]), "who may not block has blocked nothing");

        let spam = app.post(DOMAINS, json!({ "domain": "Spam.example" })).await.ok();
        assert_eq!(spam["domain"], "spam.example");
        let days = spam["history"].as_array().unwrap();
        assert_eq!(days.len(), 7);
        assert_eq!(
            (&days[0]["day"], &days[0]["uses"]),
            (&json!("1795478400"), &json!("0")),
            "midnight of today"
        );
        assert_eq!(days[6]["day"], "1794960000");
        let far = app.post(DOMAINS, json!({ "domain": "bücher.example" })).await.ok();
        assert_eq!(far["domain"], "xn--bcher-kva.example");
        for odd in [
            json!({}),
            json!({ "domain": "spam.example" }),
            json!({ "domain": "com" }),
            json!({ "domain": "a b" }),
        ] {
            assert_eq!(
                app.post(DOMAINS, odd.clone()).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{odd}"
            );
        }
        assert_eq!(app.get(DOMAINS).await.each("domain"), ["xn--bcher-kva.example", "spam.example"]);
        let page = app.get(&format!("{DOMAINS}?limit=1")).await;
        let next = page.link("next").unwrap();
        assert_eq!(app.get(&next).await.each("domain"), ["spam.example"]);
        let one = format!("{DOMAINS}/{}", spam["id"].as_str().unwrap());
        assert_eq!(app.get(&one).await.ok(), spam);
        assert!(!enters(north, "ada", "ada@mx.spam.example").await);
        assert_eq!(app.get(ADDRESSES).await.ok(), json!([]), "each list has its own");
        let other = format!("{ADDRESSES}/{}", spam["id"].as_str().unwrap());
        assert_eq!(app.get(&other).await.status, StatusCode::NOT_FOUND);
        assert_eq!(deletes(&app, ADDRESSES, &spam).await, StatusCode::NOT_FOUND);
        assert_eq!(deletes(&app, DOMAINS, &spam).await, StatusCode::OK);
        assert_eq!(deletes(&app, DOMAINS, &spam).await, StatusCode::NOT_FOUND);
        assert!(enters(north, "ada", "ada@mx.spam.example").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_blocks_single_addresses_from_an_app() {
    on_each_engine(async |database| {
        let postbox = Postbox::open().await;
        let world = World::posting(database, &postbox).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let app = north.client("north_admin", SCOPES).await;
        let test = format!("{ADDRESSES}/test");
        let tests = async |email: &str| app.post(&test, json!({ "email": email })).await.ok();
        assert_eq!(tests("test@example.com").await, json!([]));
        let block = app.post(ADDRESSES, json!({ "email": "Te.st+spam@Example.com" })).await.ok();
        assert_eq!(block["canonical_email_hash"], DIGEST);
        assert_eq!(tests("t.e.s.t+other@example.com").await, json!([block]));
        assert_eq!(app.get(ADDRESSES).await.ok(), json!([block]));
        assert_eq!(app.get(&format!("{ADDRESSES}/{}", block["id"].as_str().unwrap())).await.ok(), block);
        for odd in [
            json!({}),
            json!({ "canonical_email_hash": DIGEST }),
            json!({ "canonical_email_hash": "ab" }),
            json!({ "email": "x" }),
        ] {
            assert_eq!(
                app.post(ADDRESSES, odd.clone()).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{odd}"
            );
        }
        assert_eq!(app.post(&test, json!({ "email": "x" })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!enters(north, "ada", "test+2@example.com").await);
        assert_eq!(deletes(&app, ADDRESSES, &block).await, StatusCode::OK);
        let again = app.post(ADDRESSES, json!({ "canonical_email_hash": DIGEST.to_uppercase() })).await.ok();
        assert_eq!(again["canonical_email_hash"], DIGEST);
        assert!(!enters(north, "ada", "test@example.com").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_see_addresses_and_find_people_by_them() {
    on_each_engine(async |database| {
        let postbox = Postbox::open().await;
        let world = World::posting(database, &postbox).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        north.person("bela", &[]).await;
        north.person("mod", &[Role::Moderator]).await;
        let app = north.client("mod", SCOPES).await;
        assert!(enters(north, "ada", "ada_l@mail.example").await);
        assert!(enters(north, "bela", "adam@mail.example").await);
        let shown = async |name: &str| {
            let found = app.get(&format!("/api/v2/admin/accounts?username={name}")).await.ok();
            (found[0]["email"].clone(), found[0]["confirmed"].clone())
        };
        assert_eq!(shown("ada").await, (json!("ada_l@mail.example"), json!(false)));
        assert_eq!(shown("mod").await, (json!(null), json!(true)), "whoever has none lacks nothing");
        world.settle().await;
        let letter = postbox.letters().into_iter().find(|letter| letter.to.starts_with("ada_l")).unwrap();
        let link = letter.link(&north.origin(), "/address/");
        let secret = link.trim_start_matches("/address/").to_owned();
        north.app().db.write(|tx| mail_addresses::confirm(tx, &secret)).await.unwrap();
        assert_eq!(shown("ada").await, (json!("ada_l@mail.example"), json!(true)));
        let found = async |email: &str| {
            app.get(&format!("/api/v2/admin/accounts?email={email}")).await.each("username")
        };
        assert_eq!(found("ADA").await, ["bela", "ada"]);
        assert_eq!(found("ada_").await, ["ada"], "the line is no wildcard");
        assert_eq!(found("mail.example").await, Vec::<String>::new());
        let mine = north.client("bela", "read").await;
        let own = mine.get("/api/v1/accounts/verify_credentials").await.ok();
        let id = own["id"].as_str().unwrap().to_owned();
        for told in [own, north.client("ada", "read").await.get(&format!("/api/v1/accounts/{id}")).await.ok()]
        {
            assert!(!told.to_string().contains("mail.example"), "{told}");
        }
    })
    .await;
}
