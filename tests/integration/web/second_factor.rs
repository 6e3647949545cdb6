//! Signing in with a code besides the password.

use axum::http::{Method, StatusCode};
use data_encoding::BASE32_NOPAD;
use plenum::clock::{Clock, Timestamp};
use plenum::domain::totp::Secret;
use plenum::services::users;
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::browser::{Browser, Page};
use crate::harness::world::{PASSWORD, World, on_each_engine};
use plenum::domain::site::FederationMode;

const PATH: &str = "/settings/second-factor";

/// The code of this moment, found as an authenticator would not: by asking which one fits.
fn code(secret: &Secret, clock: &Clock) -> String {
    let now = clock.now();
    let step = now.seconds() / 30;
    let fits = |code: &String| secret.step_of(code, now, step - 1) == Some(step);
    (0..1_000_000).map(|number| format!("{number:06}")).find(fits).unwrap()
}

fn wrong(secret: &Secret, now: Timestamp) -> String {
    (0..).map(|number| format!("{number:06}")).find(|code| secret.step_of(code, now, 0).is_none()).unwrap()
}

/// Switches it on, and returns the secret and the recovery codes.
async fn switch_on(browser: &mut Browser, clock: &Clock) -> (Secret, Vec<String>) {
    let page = browser.open(PATH).await;
    let page = browser.send(&page, "main form", &[("current", PASSWORD)]).await;
    switch_on_from(browser, &page, clock).await
}

/// The same from the page that shows the secret.
async fn switch_on_from(browser: &mut Browser, page: &Page, clock: &Clock) -> (Secret, Vec<String>) {
    let text = page.texts("#secret").concat();
    let secret = Secret::from_bytes(BASE32_NOPAD.decode(text.replace(' ', "").as_bytes()).unwrap());
    let uri = page.attribute("main a", "href").unwrap();
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(&text.replace(' ', "")), "{uri}");
    let bad = browser.send(page, "main form", &[("code", &wrong(&secret, clock.now()))]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser.send(&bad, "main form", &[("code", &code(&secret, clock))]).await;
    let codes = done.texts("#recovery-codes li");
    assert_eq!(codes.len(), 10, "{}", done.body);
    (secret, codes)
}

async fn owes(browser: &mut Browser, next: &str) -> Page {
    let page = browser.sign_in("ada", PASSWORD, next).await;
    assert!(page.attribute("#field-code", "name").is_some(), "{}", page.body);
    assert!(page.attribute("#field-password", "name").is_none());
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_asked_for_and_good_once() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let (mut browser, mut elsewhere) = (north.signed_in("ada").await, north.signed_in("ada").await);
        let db = north.app().db;
        let token = db.write(|tx| users::token(tx, "ada", false, "read")).await.unwrap();
        let app = north.with_token(&token);
        let (secret, recovery) = switch_on(&mut browser, &world.clock).await;
        assert!(browser.open(PATH).await.says("10 recovery codes are left"));
        assert!(elsewhere.open(PATH).await.path.starts_with("/sign-in"), "other sessions ended");
        assert_eq!(app.get("/api/v1/timelines/home").await.status, StatusCode::UNAUTHORIZED);

        // The code that switched it on was used by that.
        let mut stranger = north.browser();
        let page = owes(&mut stranger, "/about").await;
        let page = stranger.send(&page, "main form", &[("code", &code(&secret, &world.clock))]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.advance_seconds(30);
        let now = code(&secret, &world.clock);
        let page = stranger.send(&page, "main form", &[("code", &now)]).await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/about"));
        let mut second = north.browser();
        let page = owes(&mut second, "/about").await;
        assert_eq!(
            second.send(&page, "main form", &[("code", &now)]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let page = second.send(&page, "main form", &[("code", &recovery[0].to_uppercase())]).await;
        assert_eq!(page.path, "/about");
        let mut third = north.browser();
        let page = owes(&mut third, "/").await;
        let page = third.send(&page, "main form", &[("code", &recovery[0])]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "a recovery code is good once, too");

        let page = browser.open(PATH).await;
        assert!(page.says("9 recovery codes are left"));
        let page = browser.send(&page, "main form", &[("code", &wrong(&secret, world.clock.now()))]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        browser.send(&page, "main form", &[("code", &recovery[1])]).await;
        assert_eq!(north.browser().sign_in("ada", PASSWORD, "/about").await.path, "/about");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_reads_the_key_and_lost_codes_are_renewed() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let mut browser = north.signed_in("ada").await;
        let page = browser.open(PATH).await;
        let begun = browser.send(&page, "main form", &[("current", PASSWORD)]).await;
        let drawn = begun.attribute("svg.qr path", "d").unwrap();
        assert!(drawn.matches('M').count() > 300, "{drawn}");
        assert!(begun.attribute("svg.qr", "aria-label").unwrap().contains("the key below"));
        assert!(
            begun.attribute("svg.qr", "style").is_none() && !begun.body.contains("<style"),
            "strict policy"
        );
        let (_, earlier) = switch_on_from(&mut browser, &begun, &world.clock).await;
        assert!(earlier.iter().all(|code| code.len() == 17 && code.as_bytes()[8] == b'-'), "{earlier:?}");

        let page = browser.open(PATH).await;
        let refused = browser.send(&page, "form.renew", &[("current", "wrong")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.texts(".mistake"), ["This is not your password."]);
        let renewed = browser.send(&refused, "form.renew", &[("current", PASSWORD)]).await;
        let codes = renewed.texts("#recovery-codes li");
        assert_eq!(codes.len(), 10, "{}", renewed.body);
        assert!(renewed.says("take the place of your earlier ones"));
        assert!(codes.iter().all(|code| !earlier.contains(code)));
        for (typed, path) in [
            (earlier[0].clone(), "/sign-in"),
            (codes[0].clone(), "/about"),
            (codes[1].replace('-', ""), "/about"),
            (codes[2].replace('-', " – ").to_uppercase(), "/about"),
        ] {
            let mut door = north.browser();
            let page = owes(&mut door, "/about").await;
            let page = door.send(&page, "main form", &[("code", &typed)]).await;
            assert_eq!(page.path, path, "{typed}");
        }
        assert!(browser.open(PATH).await.says("7 recovery codes are left"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_let_in_after_the_code_and_not_before() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let (secret, _) = switch_on(&mut north.signed_in("ada").await, &world.clock).await;
        let out_of_band = "urn:ietf:wg:oauth:2.0:oob";
        let wish = json!({ "client_name": "Reader", "redirect_uris": out_of_band, "scopes": "read" });
        let app = north.stranger().post("/api/v1/apps", wish).await.ok();
        let id = app["client_id"].as_str().unwrap();
        let query = format!("response_type=code&client_id={id}&redirect_uri={out_of_band}&scope=read");
        let mut browser = north.browser();
        let page = browser.open(&format!("/oauth/authorize?{query}")).await;
        assert!(page.path.starts_with("/sign-in"), "{}", page.path);
        let page = browser.send(&page, "main form", &[("name", "ada"), ("password", PASSWORD)]).await;
        assert!(page.attribute("#field-code", "name").is_some(), "{}", page.body);
        let early = browser.open(&format!("/oauth/authorize?{query}")).await;
        assert!(early.path.starts_with("/sign-in"), "the password alone opens nothing");
        let page = browser.send(&page, "main form", &[("code", &wrong(&secret, world.clock.now()))]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.advance_seconds(30);
        let page = browser.send(&page, "main form", &[("code", &code(&secret, &world.clock))]).await;
        assert!(page.path.starts_with("/oauth/authorize"), "{}", page.path);
        assert!(page.says("Reader"));
    })
    .await;
}

/// Whoever knew the password does not come in after it was changed, with a code that they look up later.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_owes_a_code_ends_with_the_others() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let mut ada = north.signed_in("ada").await;
        let (secret, _) = switch_on(&mut ada, &world.clock).await;
        for ends in ["others", "password"] {
            world.advance_seconds(30);
            let mut thief = north.browser();
            let owed = owes(&mut thief, "/about").await;
            if ends == "others" {
                let page = ada.open("/settings/sign-ins").await;
                ada.send(&page, "main form[method=post]", &[("do", ends)]).await;
            } else {
                let page = ada.open("/settings/password").await;
                let fields = [("current", PASSWORD), ("password", "four unrelated words here")];
                assert!(ada.send(&page, "main form", &fields).await.says("The password is changed."));
            }
            let late = thief.send(&owed, "main form", &[("code", &code(&secret, &world.clock))]).await;
            assert!(late.says("That took too long"), "{ends}: {}", late.body);
            assert!(thief.open(PATH).await.path.starts_with("/sign-in"), "{ends}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_guessed() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let (secret, _) = switch_on(&mut north.signed_in("ada").await, &world.clock).await;
    world.advance_seconds(30);
    let mut browser = north.browser();
    let bad = wrong(&secret, world.clock.now());
    for _ in 0..10 {
        // Beginning anew with the password gives no new attempts.
        let page = owes(&mut browser, "/").await;
        let page = browser.send(&page, "main form", &[("code", &bad)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = owes(&mut browser, "/").await;
    let right = [("code", code(&secret, &world.clock))];
    let right = [("code", right[0].1.as_str())];
    assert_eq!(browser.send(&page, "main form", &right).await.status, StatusCode::TOO_MANY_REQUESTS);
    world.advance_seconds(601);
    let late = browser.send(&page, "main form", &right).await;
    assert!(late.says("That took too long"), "the password has to be given again");
    let ticket = [("ticket".to_owned(), "invented".to_owned()), ("code".to_owned(), "000000".to_owned())];
    assert_eq!(browser.post("/sign-in", &ticket).await.status, StatusCode::FORBIDDEN);
    assert_eq!(north.browser().once(Method::GET, PATH, None).await.status, StatusCode::SEE_OTHER);
}

/// Sends a code from several browsers at the same moment; how many got in.
async fn at_once(doors: Vec<(Browser, Page)>, code: &str) -> usize {
    let mut tries = JoinSet::new();
    for (mut browser, page) in doors {
        let code = code.to_owned();
        tries.spawn(async move { browser.send(&page, "main form", &[("code", &code)]).await });
    }
    let answers = tries.join_all().await;
    // Wrong, or what was owed is paid already.
    let over = |page: &&Page| page.status.is_client_error() || page.says("That took too long");
    let refused = answers.iter().filter(over).count();
    let let_in = answers.iter().filter(|page| page.path == "/about").count();
    assert_eq!(
        let_in + refused,
        answers.len(),
        "{:?}",
        answers.iter().map(|page| page.status).collect::<Vec<_>>()
    );
    let_in
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_that_is_sent_many_times_at_once_lets_one_in() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let (secret, recovery) = switch_on(&mut north.signed_in("ada").await, &world.clock).await;
        for typed in [None, Some(recovery[0].clone())] {
            world.advance_seconds(30);
            let mut doors = Vec::new();
            for _ in 0..6 {
                let mut browser = north.browser();
                let page = owes(&mut browser, "/about").await;
                doors.push((browser, page));
            }
            let typed = typed.unwrap_or_else(|| code(&secret, &world.clock));
            assert_eq!(at_once(doors, &typed).await, 1, "{typed}");
        }
        // Nor does what somebody owes open two sessions with two codes.
        world.advance_seconds(30);
        let mut browser = north.browser();
        let page = owes(&mut browser, "/about").await;
        let doors = (0..6).map(|_| (browser.clone(), page.clone())).collect();
        assert_eq!(at_once(doors, &code(&secret, &world.clock)).await, 1);
    })
    .await;
}

/// Whoever finds an open browser does not shut its owner out.
#[tokio::test(flavor = "multi_thread")]
async fn switching_it_on_takes_the_password() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let mut browser = north.signed_in("ada").await;
        let page = browser.open(PATH).await;
        for typed in ["", "a guess"] {
            let refused = browser.send(&page, "main form", &[("current", typed)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(refused.says("not your password") && refused.texts("#secret").is_empty());
        }
        assert!(browser.open(PATH).await.texts("#secret").is_empty(), "no secret was made");
        switch_on(&mut browser, &world.clock).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_switches_it_off_for_who_lost_it_and_ends_what_is_open() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let (mut ada, mut admin) = (north.signed_in("ada").await, north.signed_in("north_admin").await);
        switch_on(&mut ada, &world.clock).await;
        switch_on(&mut admin, &world.clock).await;
        let people = "/admin/people";
        let page = admin.open(people).await;
        assert!(page.attribute("button[value='factor north_admin']", "value").is_none(), "not one's own");
        let asked = admin.send(&page, "main form", &[("do", "factor ada")]).await;
        assert!(asked.says("Switch off that ada is asked for a code?"), "{}", asked.body);
        owes(&mut north.browser(), "/").await;
        assert!(ada.open(PATH).await.says("You are asked for a code"), "asking changes nothing");
        assert!(admin.send(&asked, "main form", &[]).await.says("Changed."));
        assert!(ada.open(PATH).await.path.starts_with("/sign-in"), "what was open has ended");
        assert_eq!(north.browser().sign_in("ada", PASSWORD, "/about").await.path, "/about");
        assert!(admin.open("/admin/log?q=account.second_factor").await.says("reset"));
        let page = admin.open(people).await;
        let fields = [("do", "factor north_admin"), ("confirmed", "yes")];
        assert_eq!(admin.send(&page, "main form", &fields).await.status, StatusCode::CONFLICT);
    })
    .await;
}
