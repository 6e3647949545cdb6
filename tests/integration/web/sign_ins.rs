//! Where people are signed in, and what admins decide about logins.

use axum::http::StatusCode;
use futures_util::future::join_all;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::store;

use crate::harness::browser::{Browser, Page};
use crate::harness::world::{Instance, PASSWORD, World, on_each_engine};

const PAGE: &str = "/settings/sign-ins";
const PEOPLE: &str = "/admin/people";
const NEW: &str = "four unrelated words here";

/// Whether a browser is still signed in.
async fn is_in(browser: &mut Browser) -> bool {
    browser.open("/notifications").await.path == "/notifications"
}

async fn presses(browser: &mut Browser, path: &str, word: &str) -> Page {
    let page = browser.open(path).await;
    browser.send(&page, "main form[method=post]", &[("do", word)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_sees_where_they_are_signed_in_and_ends_it() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        north.person("bela", &[]).await;
        let app = north.client("ada", "read").await;
        let mut here = north.signed_in("ada").await;
        world.advance_seconds(60);
        let mut there = north.signed_in("ada").await;
        let mut other = north.signed_in("bela").await;
        let list = here.open(PAGE).await;
        assert_eq!(list.texts("tbody tr").len(), 3, "two browsers and an app: {}", list.body);
        assert!(list.says("this one") && list.says("command line"));
        let away = list.attribute("button[value^='browser ']", "value").unwrap();
        // Nobody ends what belongs to somebody else.
        presses(&mut other, PAGE, &away).await;
        assert!(is_in(&mut there).await);
        assert!(presses(&mut here, PAGE, &away).await.says("Signed out there."));
        assert!(!is_in(&mut there).await && is_in(&mut here).await);
        let token = here.open(PAGE).await.attribute("button[value^='app ']", "value").unwrap();
        app.get("/api/v1/timelines/home").await.ok();
        presses(&mut here, PAGE, &token).await;
        assert_eq!(app.get("/api/v1/timelines/home").await.status, StatusCode::UNAUTHORIZED);
        let (again, mut third) = (north.client("ada", "read").await, north.signed_in("ada").await);
        presses(&mut here, PAGE, "others").await;
        assert_eq!(again.get("/api/v1/timelines/home").await.status, StatusCode::UNAUTHORIZED);
        assert!(is_in(&mut here).await && !is_in(&mut third).await && is_in(&mut other).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_who_knows_it() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let (mut here, mut there) = (north.signed_in("ada").await, north.signed_in("ada").await);
    let form = here.open("/settings/password").await;
    for (current, new, why) in [("wrong", NEW, "not your password"), (PASSWORD, "short", "at least 10")] {
        let fields = [("current", current), ("password", new)];
        let refused = here.send(&form, "main form", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says(why) && !refused.body.contains(new), "{}", refused.body);
    }
    let done = here.send(&form, "main form", &[("current", PASSWORD), ("password", NEW)]).await;
    assert!(done.says("The password is changed."), "{}", done.body);
    assert!(is_in(&mut here).await && !is_in(&mut there).await);
    assert_eq!(there.sign_in("ada", PASSWORD, "/").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(there.sign_in("ada", NEW, "/").await.status, StatusCode::OK);
}

/// The link for a new password that an admin makes for somebody.
async fn link(north: &Instance, admin: &mut Browser, name: &str) -> String {
    let handed = presses(admin, PEOPLE, &format!("link {name}")).await;
    let address = handed.texts("main p").into_iter().find(|text| text.contains("/password/"));
    address.expect("the link is shown").trim_start_matches(&north.origin()).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_gives_one_new_password() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let mut admin = north.signed_in("north_admin").await;
        let first = link(north, &mut admin, "ada").await;
        let second = link(north, &mut admin, "ada").await;
        assert!(!admin.open(PEOPLE).await.says("/password/"), "it is shown once");
        let mut ada = north.signed_in("ada").await;
        let mut stranger = north.browser();
        assert_eq!(stranger.open(&first).await.status, StatusCode::NOT_FOUND, "the later one counts");
        let form = stranger.open(&second).await;
        let refused = stranger.send(&form, "main form", &[("password", "short")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let uses = |mut door: Browser| {
            let form = &form;
            async move { door.send(form, "main form", &[("password", NEW)]).await }
        };
        let tries = join_all((0..3).map(|_| uses(stranger.clone()))).await;
        let done = tries.iter().filter(|page| page.says("The password is changed.")).count();
        assert_eq!(done, 1, "of many at once, too");
        assert_eq!(stranger.open(&second).await.status, StatusCode::NOT_FOUND, "once");
        assert!(!is_in(&mut ada).await, "everything that was open ended");
        assert_eq!(stranger.sign_in("ada", NEW, "/").await.status, StatusCode::OK);
        let late = link(north, &mut admin, "ada").await;
        world.advance_hours(25);
        assert_eq!(north.browser().open(&late).await.status, StatusCode::NOT_FOUND, "a day is over");
    })
    .await;
}

/// An admin who is about to be removed makes a link for another one. It is no way back.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_with_what_its_maker_may_do() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[Role::Admin]).await;
        let mut ada = north.signed_in("ada").await;
        let handed = link(north, &mut ada, "north_admin").await;
        let mut stranger = north.browser();
        let form = stranger.open(&handed).await;
        assert_eq!(form.status, StatusCode::OK);
        let mut admin = north.signed_in("north_admin").await;
        let rights = admin.open(&format!("{PEOPLE}/ada")).await;
        let takes = [("roles", "editor"), ("until", "")];
        assert!(admin.send(&rights, "main form", &takes).await.says("Changed."));
        assert_eq!(stranger.open(&handed).await.status, StatusCode::NOT_FOUND);
        let refused = stranger.send(&form, "main form", &[("password", NEW)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.body);
        assert!(is_in(&mut admin).await, "nothing changed");
        assert_eq!(stranger.sign_in("north_admin", PASSWORD, "/").await.status, StatusCode::OK);
    })
    .await;
}

/// Whoever changes the password, or signs out everywhere else, has nobody come in by what was made before.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_with_everything_else_that_was_open() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let (mut admin, mut ada) = (north.signed_in("north_admin").await, north.signed_in("ada").await);
        let mut stranger = north.browser();
        let handed = link(north, &mut admin, "ada").await;
        assert_eq!(stranger.open(&handed).await.status, StatusCode::OK);
        presses(&mut ada, PAGE, "others").await;
        assert_eq!(stranger.open(&handed).await.status, StatusCode::NOT_FOUND);
        let handed = link(north, &mut admin, "ada").await;
        let other = link(north, &mut admin, "north_admin").await;
        let form = ada.open("/settings/password").await;
        let done = ada.send(&form, "main form", &[("current", PASSWORD), ("password", NEW)]).await;
        assert!(done.says("The password is changed."), "{}", done.body);
        assert_eq!(stranger.open(&handed).await.status, StatusCode::NOT_FOUND);
        assert_eq!(stranger.open(&other).await.status, StatusCode::OK, "those of others stay");
    })
    .await;
}

async fn roles(north: &Instance, name: &str) -> String {
    let db = north.app().db;
    let user = db.read(|conn| Ok(store::users::by_name(conn, name)?)).await.unwrap();
    user.unwrap().roles.to_string()
}

/// Who was to be an admin for a time stays it as long as nobody else is one, and everybody is told before.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_is_not_lost_by_a_day_that_passes() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[Role::Editor]).await;
        let mut admin = north.signed_in("north_admin").await;
        let form = admin.open(&format!("{PEOPLE}/ada")).await;
        let (action, mut gives) = form.filled("main form");
        gives.retain(|(name, _)| name != "roles" && name != "until");
        for (name, value) in [("roles", "admin"), ("roles", "publisher"), ("until", "2026-11-26")] {
            gives.push((name.to_owned(), value.to_owned()));
        }
        assert!(admin.post(&action, &gives).await.says("Changed."));
        let told = "You are member, publisher, admin until 26 November 2026, and then member, editor.";
        let mut ada = north.signed_in("ada").await;
        for path in ["/notifications", PAGE] {
            assert!(ada.open(path).await.says(told), "{path}");
        }
        let front = admin.open("/admin").await;
        assert!(front.says("ada is member, publisher, admin until 26 November 2026"), "{}", front.body);
        assert!(!front.says("Nobody is an admin for good"));
        // The one who was it for good gives it up: nothing forbids that yet.
        let form = ada.open(&format!("{PEOPLE}/north_admin")).await;
        let (action, mut takes) = form.filled("main form");
        takes.retain(|(name, _)| name != "roles");
        assert!(ada.post(&action, &takes).await.says("Changed."));
        assert_eq!(roles(north, "north_admin").await, "member");
        let front = ada.open("/admin").await;
        assert!(
            front.says("Nobody is an admin for good: ada is it until 26 November 2026"),
            "{}",
            front.body
        );
        world.advance_hours(61);
        world.settle().await;
        assert_eq!(roles(north, "ada").await, "member, editor, admin", "the rest ended");
        let log = north.signed_in("ada").await.open("/admin/log?q=account.last_admin").await;
        assert!(log.says("stays admin: nobody else is one"), "{}", log.body);
        assert!(!north.signed_in("ada").await.open(PAGE).await.says("until"), "now it is for good");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_given_for_a_time_and_the_last_admin_stays() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[Role::Editor]).await;
        let mut admin = north.signed_in("north_admin").await;
        let path = format!("{PEOPLE}/ada");
        let form = admin.open(&path).await;
        let gives = [("roles", "moderator"), ("until", "2026-11-26")];
        assert!(admin.send(&form, "main form", &gives).await.says("Changed."));
        assert_eq!(roles(north, "ada").await, "member, moderator");
        assert!(admin.open(PEOPLE).await.says("until 26 November 2026"));
        assert!(admin.open(&path).await.body.contains("value=\"2026-11-26\""));
        world.advance_hours(59);
        world.settle().await;
        assert_eq!(roles(north, "ada").await, "member, moderator", "the last day is whole");
        world.advance_hours(2);
        world.settle().await;
        assert_eq!(roles(north, "ada").await, "member, editor", "what held before holds again");

        let mut admin = north.signed_in("north_admin").await;
        let form = admin.open(&format!("{PEOPLE}/north_admin")).await;
        let refused = admin.send(&form, "main form", &[("roles", "editor"), ("until", "")]).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("is the last admin"));
        let asked = presses(&mut admin, PEOPLE, "close north_admin").await;
        assert_eq!(admin.send(&asked, "main form", &[]).await.status, StatusCode::CONFLICT);
        let mut ada = north.signed_in("ada").await;
        let asked = presses(&mut admin, PEOPLE, "close ada").await;
        assert_eq!(asked.texts("h1"), ["Close the login of ada?"], "{}", asked.body);
        assert_eq!(asked.texts(".touched li"), ["1 browser is signed out"], "{}", asked.body);
        assert!(is_in(&mut ada).await, "asking closes nothing");
        assert!(admin.send(&asked, "main form", &[]).await.says("Changed."));
        assert!(!is_in(&mut ada).await);
        assert_eq!(ada.sign_in("ada", PASSWORD, "/").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        presses(&mut admin, PEOPLE, "open ada").await;
        assert_eq!(ada.sign_in("ada", PASSWORD, "/").await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_cannot_be_meant_are_told_at_their_field() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let mut admin = north.signed_in("north_admin").await;
        let path = format!("{PEOPLE}/ada");
        let form = admin.open(&path).await;
        let gives = [("roles", "moderator"), ("until", "2026-11-26")];
        assert!(admin.send(&form, "main form", &gives).await.says("Changed."));
        let log = admin.open("/admin/log?q=account.role").await;
        assert!(log.says("member, moderator, until 2026-11-26"), "{}", log.body);
        // The role is unticked, and the day is left.
        let (action, mut values) = admin.open(&path).await.filled("main form");
        values.retain(|(name, _)| name != "roles");
        let refused = admin.post(&action, &values).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(refused.says("makes no difference: ada is member afterwards, too"), "{}", refused.body);
        // Roles that nothing asks for are read where somebody has them, and given to nobody.
        for unknown in ["emperor", "approver", "translator"] {
            let refused = admin.send(&form, "main form", &[("roles", unknown), ("until", "")]).await;
            assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY, "{unknown}");
            assert!(refused.says(&format!("no role {unknown}")), "{}", refused.body);
        }
        assert_eq!(roles(north, "ada").await, "member, moderator", "nothing changed");
        north.person("olga", &[Role::Approver]).await;
        assert!(admin.open(PEOPLE).await.says("member, approver"));
        let offered = admin.open(&format!("{PEOPLE}/olga")).await;
        assert!(!offered.says("approver") && !offered.says("translator"), "{}", offered.body);

        let form = admin.open(&path).await;
        let gives = [("roles", "admin"), ("until", "")];
        assert!(admin.send(&form, "main form", &gives).await.says("Changed."));
        let form = admin.open(&format!("{PEOPLE}/north_admin")).await;
        let led = admin.send(&form, "main form", &[("roles", "editor"), ("until", "")]).await;
        assert_eq!((led.status, led.path.split('?').next()), (StatusCode::OK, Some("/")), "{}", led.body);
        assert!(led.says("You are no admin any more"), "{}", led.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_opens_the_login_of_who_has_left() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let mut ada = north.signed_in("ada").await;
        let form = ada.open("/settings/leave").await;
        ada.send(&form, "main form", &[("current", PASSWORD)]).await;
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open(PEOPLE).await;
        assert!(page.says("left: the account is deleted"), "{}", page.body);
        assert!(page.attribute("button[value$=' ada']", "value").is_none(), "{}", page.body);
    })
    .await;
}
