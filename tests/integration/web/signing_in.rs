//! Signing in and out, and forms that did not come from us.

use axum::http::{Method, StatusCode};
use futures_util::future::join_all;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use tokio::task::JoinSet;

use crate::harness::browser::Browser;
use crate::harness::world::{PASSWORD, World, on_each_engine};
use crate::security::callers::closes;

#[tokio::test(flavor = "multi_thread")]
async fn a_member_signs_in_and_out() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("anna", &[Role::Member]).await;
    let mut browser = north.browser();
    let page = browser.sign_in("anna", "not her password", "/about").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.texts("#mistake-form"), ["Name or password is wrong."]);
    let page = browser.sign_in("anna", PASSWORD, "/about").await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/about"));
    assert!(page.texts("nav li").contains(&"anna".to_owned()));
    assert_eq!(page.headers["cache-control"], "private, no-store");
    let page = browser.send(&page, "nav form", &[]).await;
    assert!(page.texts("nav li").contains(&"Sign in".to_owned()), "signed out again");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_to_no_other_site() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("anna", &[]).await;
    for away in ["//evil.example", "/\\evil.example", "https://evil.example/"] {
        let page = north.browser().sign_in("anna", PASSWORD, away).await;
        assert_eq!(page.path, "/", "{away}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_ends_soon_and_begins_again_later() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("anna", &[]).await;
    let mut browser = north.browser();
    for _ in 0..10 {
        browser.sign_in("anna", "guess", "/").await;
    }
    let page = browser.sign_in("anna", PASSWORD, "/").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        page.says("You can try again from 12:05 UTC on.") && page.says("link for a new password"),
        "{}",
        page.body
    );
    assert_eq!(page.attribute("#field-name", "value").as_deref(), Some("anna"), "as it was typed");
    assert_eq!(page.headers["retry-after"], "301");
    world.advance_seconds(301);
    assert_eq!(browser.sign_in("anna", PASSWORD, "/").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_guesses_at_once_no_more_pass_than_one_by_one() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("anna", &[]).await;
    let door = north.browser();
    let guess = |mut browser: Browser| async move { browser.sign_in("anna", "guess", "/").await.status };
    let tries = join_all((0..30).map(|_| guess(door.clone()))).await;
    let looked_at = tries.iter().filter(|status| **status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!(looked_at, 10, "{tries:?}");
    assert!(tries.iter().all(|status| status.is_client_error()), "{tries:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_is_said_in_the_language_that_an_app_asks_for() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("anna", &[]).await;
    let next = "/oauth/authorize?lang=de&client_id=x";
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let mut browser = north.browser();
    let page = browser.open(&format!("/sign-in?next={next}")).await;
    assert_eq!(page.texts("h1"), ["Anmelden"]);
    assert_eq!(page.attribute("main .sheet", "lang").as_deref(), Some("de"));
    assert_eq!(browser.open("/sign-in").await.texts("h1"), ["Sign in"], "else in one of the site");
    let page = browser.open("/sign-in?lang=ar").await;
    assert_eq!(page.attribute("main .sheet", "dir").as_deref(), Some("rtl"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_is_refused() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("anna", &[]).await;
    let fields = [("name".to_owned(), "anna".to_owned()), ("password".to_owned(), PASSWORD.to_owned())];
    let page = north.browser().post("/sign-in", &fields).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "without a token nobody is signed in");
    let mut browser = north.signed_in("anna").await;
    let forged = [("csrf".to_owned(), "AAAA".to_owned())];
    assert_eq!(browser.post("/sign-out", &forged).await.status, StatusCode::FORBIDDEN);
    let page = browser.open("/").await;
    assert!(page.texts("nav li").contains(&"anna".to_owned()), "still signed in");
    // The token of one browser opens nothing in another.
    let token = page.attribute("nav form input[name=csrf]", "value").unwrap();
    let mut other = north.signed_in("anna").await;
    let stolen = [("csrf".to_owned(), token)];
    assert_eq!(other.post("/sign-out", &stolen).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_for_members_ask_visitors_to_sign_in() {
    let world = World::of(["north"]).await;
    let mut browser = world.at("north").browser();
    let page = browser.once(Method::GET, "/notifications", None).await;
    assert_eq!(page.headers["location"], "/sign-in?next=%2Fnotifications");
    for path in ["/publish", "/drafts", "/moderation"] {
        let page = browser.open(path).await;
        assert!(page.path.starts_with("/sign-in"), "{path}");
    }
    world.at("north").person("anna", &[]).await;
    let mut anna = world.at("north").signed_in("anna").await;
    assert_eq!(anna.open("/publish").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_makes_one_account() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let roles = plenum::domain::user::Roles::of(&[Role::Editor]);
    let db = north.app().db;
    let secret = db.write(|tx| plenum::services::users::invite(tx, None, roles)).await.unwrap();
    let path = format!("/invite/{secret}");
    let mut browser = north.browser();
    let page = browser.open(&path).await;
    let page = browser.send(&page, "main form", &[("name", "bert"), ("password", "short")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.attribute("#field-name", "value").as_deref(), Some("bert"));
    let page = browser.send(&page, "main form", &[("password", PASSWORD)]).await;
    assert!(page.says("Your account is ready"));
    assert_eq!(browser.open(&path).await.status, StatusCode::NOT_FOUND, "it was used");
    assert_eq!(browser.sign_in("bert", PASSWORD, "/drafts").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_that_many_use_at_once_makes_one_account() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let roles = plenum::domain::user::Roles::of(&[Role::Editor]);
        let db = north.app().db;
        let secret = db.write(|tx| plenum::services::users::invite(tx, None, roles)).await.unwrap();
        let path = format!("/invite/{secret}");
        let before = db.read(|conn| Ok(plenum::store::users::all(conn)?.len())).await.unwrap();
        // Everybody has the form before the first sends it: whoever is slower would find nothing.
        let mut guests = Vec::new();
        for number in 0..6 {
            let mut browser = north.browser();
            let page = browser.open(&path).await;
            guests.push((browser, page, format!("bert{number}")));
        }
        let mut tries = JoinSet::new();
        for (mut browser, page, name) in guests {
            tries.spawn(async move {
                browser.send(&page, "main form", &[("name", &name), ("password", PASSWORD)]).await
            });
        }
        let answers = tries.join_all().await;
        let ready = answers.iter().filter(|page| page.says("Your account is ready")).count();
        let used = answers.iter().filter(|page| page.says("was used or is over")).count();
        assert_eq!((ready, used), (1, 5), "{:?}", answers.iter().map(|page| page.status).collect::<Vec<_>>());
        let now = db.read(|conn| Ok(plenum::store::users::all(conn)?.len())).await.unwrap();
        assert_eq!(now, before + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_85_nobody_learns_who_has_an_account() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("anna", &[]).await;
    north.person("olga", &[]).await;
    closes(north, "olga").await;
    // Whoever is there, whoever never was, whose login is closed, and whom the site cannot have.
    let mut seen = Vec::new();
    for name in ["anna", "nobody", "olga", "north", "a-b_c"] {
        let mut browser = north.browser();
        for _ in 0..11 {
            let page = browser.sign_in(name, "guess", "/").await;
            let csrf = page.attribute("input[name=csrf]", "value").unwrap_or_default();
            let filled = page.attribute("input[name=name]", "value").unwrap_or_default();
            let filled = format!("value=\"{}\"", plenum::text::plain::escape(&filled));
            let same = page.body.replace(&csrf, "CSRF").replace(&filled, "NAME");
            seen.push((name, page.status, same));
        }
    }
    let (first, others) = seen.split_at(11);
    for (at, (name, status, body)) in others.iter().enumerate() {
        let (_, wanted, text) = &first[at % 11];
        assert_eq!((status, body), (wanted, text), "{name}, attempt {}", at % 11);
    }
    let page = north.browser().sign_in("olga", PASSWORD, "/").await;
    assert_eq!(page.texts("#mistake-form"), ["Name or password is wrong."], "nor with the right password");
}
