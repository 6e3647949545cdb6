//! Mail addresses of members, and letters for who forgot the password.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST};
use axum::http::{Request, StatusCode};
use plenum::domain::id::Id;
use plenum::domain::job::Job;
use plenum::domain::user::User;
use plenum::http;
use plenum::services::mail_blocks;
use plenum::store::{self, audit, jobs, mail_addresses};
use serde_json::Value;
use tower::ServiceExt;
use url::form_urlencoded;

use super::leaving::{answer, files};
use crate::harness::browser::{Browser, Page};
use crate::harness::postbox::{Letter, Postbox};
use crate::harness::world::{Instance, PASSWORD, World, on_each_engine};

const PATH: &str = "/settings/address";
const NEW: &str = "four unrelated words here";
/// What is answered whoever was meant.
const ANSWER: &str = "If somebody here has this name or address";

async fn enters(browser: &mut Browser, address: &str) -> Page {
    let form = browser.open(PATH).await;
    browser.send(&form, "main form", &[("address", address), ("current", PASSWORD)]).await
}

async fn forgets(browser: &mut Browser, who: &str) -> Page {
    let form = browser.open("/forgot").await;
    browser.send(&form, "main form", &[("name", who)]).await
}

/// A member with a confirmed address.
async fn reads_mail(world: &World, postbox: &Postbox, name: &str, address: &str) -> Browser {
    let north = world.at("north");
    north.person(name, &[]).await;
    let mut browser = north.signed_in(name).await;
    let told = enters(&mut browser, address).await;
    assert!(told.says("A letter with a link is on its way"), "{}", told.body);
    world.settle().await;
    let link = postbox.letter().link(&north.origin(), "/address/");
    let asked = browser.open(&link).await;
    assert!(browser.send(&asked, "main form", &[]).await.says("Your e-mail address is confirmed."));
    browser
}

async fn user(north: &Instance, name: &str) -> Id<User> {
    let db = north.app().db;
    db.read(|conn| Ok(store::users::by_name(conn, name)?)).await.unwrap().unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_counts_once_its_owner_read_the_letter() {
    on_each_engine(async |database| {
        let postbox = Postbox::open().await;
        let world = World::posting(database, &postbox).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let mut ada = north.signed_in("ada").await;
        let form = ada.open(PATH).await;
        assert!(form.says("You need none."), "{}", form.body);
        let wrong = [("address", "ada@mail.example"), ("current", "guess")];
        let wrong = ada.send(&form, "main form", &wrong).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("not your password"));
        assert_eq!(wrong.attribute("#field-address", "value").unwrap(), "ada@mail.example");
        for odd in ["a%b@mail.example", "\"a,b\"@mail.example", "a\r\nBcc: b@c.example", &"a@b.".repeat(100)]
        {
            let refused = enters(&mut ada, odd).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
            assert_eq!(refused.texts(".mistake").len(), 1, "{odd}: {}", refused.body);
        }
        world.settle().await;
        assert!(postbox.letters().is_empty(), "nothing was entered");

        assert!(enters(&mut ada, " Ada@Mail.Example ").await.says("A letter with a link is on its way"));
        world.settle().await;
        let letter = postbox.letter();
        assert_eq!((letter.from.as_str(), letter.to.as_str()), ("north@mail.example", "ada@mail.example"));
        assert!(letter.text.contains("signed in as ada at Organization north"), "{}", letter.text);
        let early = letter.link(&north.origin(), "/address/");
        assert!(enters(&mut ada, "ada@mail.example").await.says("A letter with a link is on its way"));
        world.settle().await;
        let link = postbox.letter().link(&north.origin(), "/address/");
        let mut reader = north.browser();
        assert_eq!(reader.open(&early).await.status, StatusCode::NOT_FOUND, "the later one counts");
        let asked = reader.open(&link).await;
        assert!(asked.says("Is ada@mail.example your e-mail address?"), "{}", asked.body);
        assert!(ada.open(PATH).await.says("is not confirmed yet"), "looking confirms nothing");
        assert!(forgets(&mut reader, "ada").await.says(ANSWER));
        world.settle().await;
        assert!(postbox.letters().is_empty(), "it is used for nothing yet");

        assert!(reader.send(&asked, "main form", &[]).await.says("Your e-mail address is confirmed."));
        assert!(ada.open(PATH).await.says("ada@mail.example is confirmed since 24 November 2026."));
        assert_eq!(reader.open(&link).await.status, StatusCode::NOT_FOUND);
        assert_eq!(reader.send(&asked, "main form", &[]).await.status, StatusCode::FORBIDDEN, "once");
        assert!(enters(&mut ada, "ada@mail.example").await.says("Nothing was different"));
        assert!(enters(&mut ada, "").await.says("Changed."));
        assert!(ada.open(PATH).await.says("You need none."), "it can be removed");
        late_and_taken(&world, &postbox).await;
    })
    .await;
}

/// A link is over after a day, and an address has one owner, whoever else enters it.
async fn late_and_taken(world: &World, postbox: &Postbox) {
    let north = world.at("north");
    reads_mail(world, postbox, "bela", "shared@mail.example").await;
    north.person("cleo", &[]).await;
    let mut cleo = north.signed_in("cleo").await;
    let told = enters(&mut cleo, "shared@mail.example").await;
    assert!(told.says("A letter with a link is on its way"), "nobody learns that it is taken");
    world.settle().await;
    let link = postbox.letter().link(&north.origin(), "/address/");
    let asked = cleo.open(&link).await;
    let refused = cleo.send(&asked, "main form", &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.says("belongs to another account of this site") && !refused.says("bela"));
    world.advance_hours(25);
    assert_eq!(cleo.open(&link).await.status, StatusCode::NOT_FOUND, "a day is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_forgot_the_password_gets_a_letter() {
    on_each_engine(async |database| {
        let postbox = Postbox::open().await;
        let world = World::posting(database, &postbox).await;
        let north = world.at("north");
        let mut ada = reads_mail(&world, &postbox, "ada", "ada@mail.example").await;
        let app = north.client("ada", "read").await;
        let mut visitor = north.browser();
        let page = visitor.open("/sign-in").await;
        assert_eq!(page.attribute("main a[href='/forgot']", "href").as_deref(), Some("/forgot"));
        let mut answers = Vec::new();
        for who in ["nobody", "no@mail.example", "ada"] {
            let page = forgets(&mut visitor, who).await;
            answers.push((page.status, page.body));
            let waiting = north.app().db.read(|conn| Ok(jobs::all(conn)?)).await.unwrap();
            let sends =
                |(_, job): &&(_, String)| job.contains("send_password") && !job.contains("mail.example");
            assert_eq!(waiting.iter().filter(sends).count(), 1, "{who}: the same is done: {waiting:?}");
            world.settle().await;
            let letters = postbox.letters();
            assert_eq!(letters.len(), usize::from(who == "ada"), "{who}: {letters:?}");
        }
        assert!(answers[0].1.contains(ANSWER));
        assert!(answers.iter().all(|answer| *answer == answers[0]), "the answer is the same");
        forgets(&mut visitor, "ADA@mail.example").await;
        world.settle().await;
        let letter = postbox.letter();
        assert_eq!(letter.to, "ada@mail.example");
        assert!(letter.text.contains("asked for a new password for ada at Organization north"));
        assert!(letter.text.contains("If it was not you"), "{}", letter.text);
        let link = letter.link(&north.origin(), "/password/");
        let form = visitor.open(&link).await;
        let done = visitor.send(&form, "main form", &[("password", NEW)]).await;
        assert!(done.says("The password is changed."), "{}", done.body);
        assert_eq!(visitor.open(&link).await.status, StatusCode::NOT_FOUND, "once");
        let again = visitor.send(&form, "main form", &[("password", NEW)]).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        assert!(ada.open("/notifications").await.path.starts_with("/sign-in"), "what was open has ended");
        assert_eq!(app.get("/api/v1/timelines/home").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(ada.sign_in("ada", PASSWORD, "/").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(ada.sign_in("ada", NEW, "/").await.status, StatusCode::OK);
        let log = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        assert!(log.iter().all(|entry| !format!("{entry:?}").contains("mail.example")), "{log:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_82_a_link_for_a_new_password_leads_to_this_site_whoever_asks() {
    let postbox = Postbox::open().await;
    let world = World::posting(crate::harness::Database::sqlite(), &postbox).await;
    let north = world.at("north");
    reads_mail(&world, &postbox, "ada", "ada@mail.example").await;
    let mut visitor = north.browser();
    let (action, mut values) = visitor.open("/forgot").await.filled("main form");
    values.retain(|(name, _)| name == "csrf");
    values.push(("name".to_owned(), "ada".to_owned()));
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&values).finish();
    let request = Request::post(action)
        .header(HOST, "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example")
        .header(COOKIE, visitor.cookie_header())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(Body::from(form)).unwrap();
    let answer = http::router(north.federation.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    world.settle().await;
    let letter = postbox.letter();
    letter.link(&north.origin(), "/password/");
    assert!(!letter.text.contains("evil.example"), "{}", letter.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_floods_a_letter_box() {
    let postbox = Postbox::open().await;
    let world = World::posting(crate::harness::Database::sqlite(), &postbox).await;
    let north = world.at("north");
    let mut ada = reads_mail(&world, &postbox, "ada", "ada@mail.example").await;
    let mut visitor = north.browser();
    let mut letters = 0;
    for number in 0..=10 {
        let page = forgets(&mut visitor, "ada").await;
        let refused = page.status == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(refused, number == 10, "{number}: {}", page.status);
        assert_eq!(page.says("Too many attempts"), refused);
        world.settle().await;
        letters += postbox.letters().len();
    }
    assert_eq!(letters, 2, "whoever asks, and however often");
    assert_eq!(visitor.sign_in("ada", PASSWORD, "/").await.status, StatusCode::OK, "signing in is apart");
    for number in 0..=5 {
        let page = enters(&mut ada, &format!("someone{number}@mail.example")).await;
        assert_eq!(page.status == StatusCode::TOO_MANY_REQUESTS, number > 3, "{number}: {}", page.status);
    }
    world.advance_seconds(301);
    assert!(forgets(&mut visitor, "ada").await.says(ANSWER));
}

/// The link of a letter that Ada asked for.
async fn sent(world: &World, postbox: &Postbox) -> String {
    let north = world.at("north");
    assert!(forgets(&mut north.browser(), "ada").await.says(ANSWER));
    world.settle().await;
    postbox.letter().link(&north.origin(), "/password/")
}

/// Somebody else reads Ada's mail, and she finds out.
#[tokio::test(flavor = "multi_thread")]
async fn links_that_were_sent_end_with_the_address_and_the_password() {
    on_each_engine(async |database| {
        let postbox = Postbox::open().await;
        let world = World::posting(database, &postbox).await;
        let north = world.at("north");
        let mut ada = reads_mail(&world, &postbox, "ada", "ada@mail.example").await;
        let mut thief = north.browser();
        let link = sent(&world, &postbox).await;
        assert!(enters(&mut ada, "ada@mail.example").await.says("Nothing was different"));
        let form = thief.open(&link).await;
        assert_eq!(form.status, StatusCode::OK, "nothing has ended yet");
        assert!(enters(&mut ada, "ada@other.example").await.says("A letter with a link is on its way"));
        assert_eq!(thief.open(&link).await.status, StatusCode::NOT_FOUND, "she has another address");
        let late = thief.send(&form, "main form", &[("password", NEW)]).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND, "{}", late.body);
        world.settle().await;
        let asked = ada.open(&postbox.letter().link(&north.origin(), "/address/")).await;
        assert!(ada.send(&asked, "main form", &[]).await.says("Your e-mail address is confirmed."));

        let link = sent(&world, &postbox).await;
        assert!(enters(&mut ada, "").await.says("Changed."));
        assert_eq!(thief.open(&link).await.status, StatusCode::NOT_FOUND, "she has none any more");
        enters(&mut ada, "ada@mail.example").await;
        world.settle().await;
        let asked = ada.open(&postbox.letter().link(&north.origin(), "/address/")).await;
        ada.send(&asked, "main form", &[]).await;

        // Nobody gets more than two such letters in five minutes.
        world.advance_seconds(301);
        let link = sent(&world, &postbox).await;
        let form = ada.open("/settings/password").await;
        let done = ada.send(&form, "main form", &[("current", PASSWORD), ("password", NEW)]).await;
        assert!(done.says("The password is changed."), "{}", done.body);
        assert_eq!(thief.open(&link).await.status, StatusCode::NOT_FOUND, "she has another password");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_waits_for_the_mail_server_and_is_given_up_in_the_end() {
    on_each_engine(async |database| {
        let postbox = Postbox::open().await;
        let world = World::posting(database, &postbox).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let mut ada = north.signed_in("ada").await;
        postbox.closes();
        enters(&mut ada, "ada@mail.example").await;
        world.settle().await;
        assert!(postbox.letters().is_empty());
        postbox.opens();
        world.settle().await;
        assert!(postbox.letters().is_empty(), "not before its time");
        world.advance_seconds(61);
        world.settle().await;
        let link = postbox.letter().link(&north.origin(), "/address/");
        let asked = ada.open(&link).await;
        assert!(ada.send(&asked, "main form", &[]).await.says("Your e-mail address is confirmed."));

        postbox.closes();
        forgets(&mut north.browser(), "ada").await;
        for _ in 0..8 {
            world.settle().await;
            world.advance_hours(6);
        }
        postbox.opens();
        world.settle().await;
        assert!(postbox.letters().is_empty(), "it was given up");
        let aside = north.app().db.read(|conn| Ok(jobs::aside(conn, 10)?)).await.unwrap();
        assert_eq!(aside.len(), 1, "{aside:?}");
        let key = Job::SendPassword { user: user(north, "ada").await.get() }.key();
        assert_eq!(aside[0].0, key, "the job knows who, and nothing else");
        let why = aside[0].1.clone().unwrap();
        assert!(why.contains("421") && !why.contains("ada"), "our words, not those of the server: {why}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_addresses_are_neither_entered_nor_confirmed_nor_written_to() {
    on_each_engine(async |database| {
        let postbox = Postbox::open().await;
        let world = World::posting(database, &postbox).await;
        let north = world.at("north");
        let mut ada = reads_mail(&world, &postbox, "ada", "ada@later.example").await;
        north.person("bela", &[]).await;
        let mut bela = north.signed_in("bela").await;
        enters(&mut bela, "bela@later.example").await;
        world.settle().await;
        let link = postbox.letter().link(&north.origin(), "/address/");
        let asked = bela.open(&link).await;

        let mut admin = north.signed_in("north_admin").await;
        let list = admin.open("/admin").await.attribute("main a[href='/admin/addresses']", "href").unwrap();
        let page = admin.open(&list).await;
        assert!(page.says("People join by invitation and without any address"), "{}", page.body);
        let new = format!("{list}/new");
        let blocks = async |admin: &mut Browser, what: &str| {
            let form = admin.open(&new).await;
            admin.send(&form, "main form", &[("what", what)]).await
        };
        for odd in ["com", "127.0.0.1", "", "a b"] {
            let refused = blocks(&mut admin, odd).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
            assert_eq!(refused.attribute("#field-what", "value").unwrap_or_default(), odd);
        }
        for what in ["Later.example", "o.n.e+x@free.example"] {
            assert!(blocks(&mut admin, what).await.says("Changed."), "{what}");
        }
        assert_eq!(blocks(&mut admin, "later.example").await.status, StatusCode::CONFLICT);
        let page = admin.open(&list).await;
        assert!(page.says("later.example and all below it") && !page.says("@free.example"), "{}", page.body);
        let asks = async |admin: &mut Browser, q: &str| {
            admin.open(&format!("{list}?q={q}")).await.texts("tbody tr").len()
        };
        assert_eq!(asks(&mut admin, "one%2Btwo%40free.example").await, 1);
        assert_eq!(asks(&mut admin, "x%40sub.later.example").await, 1);
        assert_eq!(asks(&mut admin, "other.example").await, 0);

        for blocked in ["x@later.example", "x@sub.LATER.example", "one@free.example", "on.e+two@free.example"]
        {
            let refused = enters(&mut ada, blocked).await;
            assert!(refused.says("the administrators of this site block it"), "{blocked}: {}", refused.body);
        }
        assert_eq!(bela.send(&asked, "main form", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bela.open(PATH).await.says("block bela@later.example"), "and they are told");
        forgets(&mut north.browser(), "ada").await;
        world.settle().await;
        assert!(postbox.letters().is_empty(), "no letters are sent there any more");
        assert!(ada.open(PATH).await.says("block ada@later.example"));
        let page = admin.open(&list).await;
        let row = page.attribute("tbody tr:nth-child(2) button", "value").unwrap();
        assert!(admin.send(&page, "main form[method=post]", &[("do", &row)]).await.says("Changed."));
        forgets(&mut north.browser(), "ada").await;
        world.settle().await;
        assert_eq!(postbox.letters().len(), 1, "taken back, it is as before");
        let log = admin.open("/admin/log?q=mail.").await;
        assert!(log.says("mail.block") && log.says("mail.unblock"), "{}", log.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_nobody_is_promised_letters() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let mut ada = north.signed_in("ada").await;
    assert!(ada.open(PATH).await.says("This site sends no letters"));
    let refused = enters(&mut ada, "ada@mail.example").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    let id = user(north, "ada").await;
    assert_eq!(north.app().db.read(|conn| Ok(mail_addresses::of(conn, id)?)).await.unwrap(), None);
    let mut visitor = north.browser();
    let page = visitor.open("/sign-in").await;
    assert!(!page.body.contains("/forgot") && page.says("Ask an administrator"), "{}", page.body);
    let token = page.filled("main form").1.into_iter().filter(|(name, _)| name == "csrf");
    let token: Vec<_> = token.chain([("name".to_owned(), "ada".to_owned())]).collect();
    assert_eq!(visitor.open("/forgot").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.post("/forgot", &token).await.status, StatusCode::NOT_FOUND);
    world.settle().await;
    let waiting = north.app().db.read(|conn| Ok(jobs::all(conn)?)).await.unwrap();
    assert!(waiting.iter().all(|(_, job)| !job.contains("password")), "{waiting:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_taken_along_and_goes_with_its_owner() {
    on_each_engine(async |database| {
        let postbox = Postbox::open().await;
        let world = World::posting(database, &postbox).await;
        let north = world.at("north");
        let mut ada = reads_mail(&world, &postbox, "ada", "ada@mail.example").await;
        let account = ada.open("/@ada").await;
        assert!(account.body.contains(PATH) && !account.body.contains("ada@mail.example"));
        assert!(!north.browser().open("/@ada").await.body.contains("mail.example"));
        assert!(!north.document("/actors/ada").await.to_string().contains("mail.example"));
        let page = ada.open("/settings/export").await;
        ada.send(&page, "form[action='/settings/archive']", &[("current", PASSWORD)]).await;
        world.settle().await;
        let (_, _, bytes) = answer(north, "/settings/archive", &ada.cookie_header(), "*/*").await;
        let kept: Value = serde_json::from_slice(&files(&bytes)["mail_address.json"]).unwrap();
        assert_eq!(kept["address"], "ada@mail.example");
        assert!(kept["confirmed"].is_string() && kept.get("token_hash").is_none(), "{kept}");
        let id = user(north, "ada").await;
        let page = ada.open("/settings/leave").await;
        ada.send(&page, "main form", &[("current", PASSWORD)]).await;
        let db = north.app().db;
        assert_eq!(db.read(|conn| Ok(mail_addresses::of(conn, id)?)).await.unwrap(), None);
        world.settle().await;
        let mut visitor = north.browser();
        for who in ["ada", "ada@mail.example"] {
            forgets(&mut visitor, who).await;
        }
        world.settle().await;
        assert!(postbox.letters().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_speak_the_language_in_which_somebody_gave_the_address() {
    let postbox = Postbox::open().await;
    let world = World::posting(crate::harness::Database::sqlite(), &postbox).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let mut ada = north.signed_in("ada").await;
    let (action, mut values) = ada.open(PATH).await.filled("main form");
    values.retain(|(name, _)| name == "csrf");
    values.extend(
        [("address", "ada@mail.example"), ("current", PASSWORD)].map(|(a, b)| (a.to_owned(), b.to_owned())),
    );
    ada.post(&format!("{action}?lang=de"), &values).await;
    world.settle().await;
    let letter: Letter = postbox.letter();
    assert!(letter.text.contains("bei Organization north als ada angemeldet"), "{}", letter.text);
    let link = letter.link(&north.origin(), "/address/");
    let asked = ada.open(&link).await;
    ada.send(&asked, "main form", &[]).await;
    // Whoever asks may read another one.
    let page = north.browser().open("/forgot?lang=fr").await;
    assert!(page.texts("h1")[0].starts_with("Mot de passe"), "{}", page.body);
    forgets(&mut north.browser(), "ada").await;
    world.settle().await;
    assert!(postbox.letter().text.contains("um ein neues Passwort gebeten"));
}

/// A block that comes between entering and the letter holds, too.
#[tokio::test(flavor = "multi_thread")]
async fn no_letter_goes_to_an_address_that_was_blocked_meanwhile() {
    let postbox = Postbox::open().await;
    let world = World::posting(crate::harness::Database::sqlite(), &postbox).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let mut ada = north.signed_in("ada").await;
    enters(&mut ada, "ada@mail.example").await;
    let new = plenum::domain::mail_block::NewMailBlock::domain("mail.example").unwrap();
    north.app().db.write(|tx| mail_blocks::add(tx, None, &new)).await.unwrap();
    world.settle().await;
    assert!(postbox.letters().is_empty());
}
