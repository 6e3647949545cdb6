//! What comes from elsewhere: held back where nobody knows it, and never more than text.

use axum::http::StatusCode;
use plenum::domain::account::Account;
use plenum::domain::contribution::Received;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::user::Role;
use plenum::services::contributions;
use plenum::text::sanitize;
use scraper::Selector;

use crate::harness::browser::Page;
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World};
use crate::harness::{Database, elsewhere};

const EVIL: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";

async fn stranger(north: &Instance, name: &str) -> Account {
    let db = north.app().db;
    let made = db.write(|tx| {
        elsewhere::person(tx, "https://far.example", "mallory", |profile| {
            profile.url = "javascript:alert(3)".to_owned();
            profile.display_name = name.to_owned();
            profile.summary = sanitize::clean(EVIL).as_str().to_owned();
            profile.icon_url = Some("javascript:alert(4)".to_owned());
            profile.header_url = Some("javascript:alert(5)".to_owned());
        })
    });
    made.await.unwrap()
}

async fn receives(north: &Instance, author: Account, to: Uri, (warning, text): (Option<&str>, &str)) {
    let received = Received {
        url: "javascript:alert(5)".to_owned(),
        language: "\"><b>".to_owned(),
        title: warning.map(str::to_owned),
        summary: warning.map(str::to_owned),
        in_reply_to: Some(to),
        mentions: vec![north.organization().await.id],
        tags: vec!["bees".to_owned()],
        ..elsewhere::said(author, &text.len().to_string(), text, north.app().clock().now())
    };
    north.app().db.write(|tx| contributions::receive(tx, &received).map(|_| ())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_wait_for_a_moderator_and_members_see_them() {
    let world = World::on([("north", Database::sqlite())], FederationMode::Quarantine).await;
    let north = world.at("north");
    let view = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let mallory = stranger(north, "Mallory").await;
    receives(north, mallory, thesis_of(&view, 1), (None, "<p>To five.</p>")).await;
    let path = "/statements/on-bees/theses/k1";
    assert!(!north.browser().open(path).await.says("To five."), "not for everyone");
    north.person("anna", &[]).await;
    let mut anna = north.signed_in("anna").await;
    let page = anna.open(path).await;
    assert!(page.says("To five.") && page.says("Waits for a moderator"));
    assert_eq!(page.attribute(".reply a[href$=approve]", "href"), None, "anna is no moderator");
    let own = page.attribute(".reply a.when", "href").unwrap();
    assert_eq!(north.browser().open(&own).await.status, StatusCode::NOT_FOUND);
    north.person("mona", &[Role::Moderator]).await;
    let mut mona = north.signed_in("mona").await;
    assert!(mona.open("/moderation").await.says("To five."));
    let page = mona.open(path).await;
    let ask = mona.open(&page.attribute(".reply a[href$=approve]", "href").unwrap()).await;
    mona.send(&ask, "main form", &[]).await;
    assert!(north.browser().open(path).await.says("To five."), "approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_write_stays_text_everywhere() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let view = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let mallory = stranger(north, EVIL).await;
    let text = format!("<p onclick=alert(6)>{EVIL}<a href=\"javascript:alert(7)\">x</a></p>");
    receives(north, mallory, thesis_of(&view, 1), (Some(EVIL), &text)).await;
    let mut admin = north.signed_in("north_admin").await;
    let thesis = admin.open("/statements/on-bees/theses/k1").await;
    assert!(thesis.texts(".reply .author")[0].contains("<script>alert(1)</script>"), "shown as text");
    let own = thesis.attribute(".reply a.when", "href").unwrap();
    let answer = thesis.attribute(".reply a[href^='/reply']", "href").unwrap();
    let thread = format!("/threads/{}", view.head.id);
    let paths = [
        "/",
        "/statements/on-bees",
        &own,
        &answer,
        &thread,
        "/@mallory@far.example",
        "/tags/bees",
        "/notifications",
        "/authorize_interaction?uri=https://far.example/users/mallory",
    ];
    for path in paths {
        let page = admin.open(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        harmless(&page);
    }
    harmless(&thesis);
    for path in ["/statements/on-bees/feed", &format!("{thread}/feed")] {
        let feed = admin.open(path).await;
        assert!(feed.body.contains("mallory") || feed.body.contains("alert"), "{path} tells of it");
        assert!(!feed.body.contains("<script"), "{path}");
    }
}

/// No script but the site's own file, no handler, no address that runs.
fn harmless(page: &Page) {
    let html = page.html();
    let all = Selector::parse("*").unwrap();
    for element in html.select(&all) {
        if element.value().name() == "script" {
            let ours = element.attr("src").is_some_and(|src| src.starts_with("/assets/"));
            assert!(ours && element.text().next().is_none(), "a script on {}", page.path);
        }
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on"), "{name} on {}", page.path);
            let runs = value.trim_start().to_ascii_lowercase().starts_with("javascript:");
            assert!(!(runs && matches!(name, "href" | "src" | "action")), "{value} on {}", page.path);
        }
    }
    let images = Selector::parse("img").unwrap();
    assert!(html.select(&images).all(|image| image.attr("src").is_none_or(|src| src.starts_with('/'))));
}
