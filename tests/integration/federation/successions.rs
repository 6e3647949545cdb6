//! An organization loses its server and goes on under another address: whom it chose in advance
//! confirm it, and nobody is led there without a word.

use axum::http::StatusCode;
use plenum::domain::uri::Uri;
use plenum::federation::resolve;
use plenum::store::relations;
use serde_json::{Value, json};

use crate::harness::browser::Page;
use crate::harness::world::{Instance, World};

const PATH: &str = "/admin/succession";
const CONFIRM: &str = "/admin/succession/confirm";

/// North chose South and East, of whom both have to agree; West follows all of them, and nobody else.
async fn chosen() -> World {
    let world = World::of(["north", "south", "east", "west", "later"]).await;
    for (one, other) in
        [("south", "north"), ("east", "north"), ("west", "north"), ("west", "south"), ("west", "east")]
    {
        world.at(one).follows(world.at(other)).await;
    }
    world.settle().await;
    let guarantors = format!("{}\n@{}", address(world.at("south")), world.at("east").handle());
    let page = saves(world.at("north"), &[("guarantors", guarantors.as_str()), ("needed", "2")]).await;
    assert!(page.says("It holds from now on."), "{}", page.body);
    world.settle().await;
    world
}

fn address(site: &Instance) -> Uri {
    let name = site.handle().split('@').next().unwrap().to_owned();
    Uri::ours(&site.origin(), &format!("/actors/{name}"))
}

async fn saves(site: &Instance, fields: &[(&str, &str)]) -> Page {
    let mut admin = site.signed_in(&format!("{}_admin", site.name)).await;
    let page = admin.open(PATH).await;
    admin.send(&page, "main form", fields).await
}

/// An admin confirms; what they saw before, and what they read afterwards.
async fn confirms(site: &Instance, old: &Uri, new: &str) -> (Page, Option<Page>) {
    let mut admin = site.signed_in(&format!("{}_admin", site.name)).await;
    let page = admin.open(CONFIRM).await;
    let shown = admin.send(&page, "main form", &[("old", old.as_str()), ("new", new)]).await;
    if shown.status != StatusCode::OK || new.is_empty() {
        return (shown, None);
    }
    let done = admin.send(&shown, "main form", &[]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    (shown, Some(done))
}

async fn page_of(site: &Instance, account: &Uri) -> Page {
    let known = resolve::account(&site.data(), account.as_str()).await.unwrap();
    site.browser().open(&format!("/@{}", known.handle)).await
}

async fn a_day_passes(world: &World) {
    for _ in 0..2 {
        world.advance_hours(13);
        world.settle().await;
    }
}

async fn moved(site: &Instance, account: &Uri) -> Value {
    let known = resolve::account(&site.data(), account.as_str()).await.unwrap();
    site.stranger().get(&format!("/api/v1/accounts/{}", known.id)).await.ok()["moved"].clone()
}

/// Whether the organization of a site follows an account.
async fn follows(site: &Instance, account: &Uri) -> bool {
    let (app, data) = (site.app(), site.data());
    let other = resolve::account(&data, account.as_str()).await.unwrap().id;
    let ours = app.site.organization;
    app.db.read(move |conn| Ok(relations::follow(conn, ours, other)?.is_some())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn enough_of_whom_it_chose_say_where_it_goes_on() {
    let world = chosen().await;
    let [north, south, east, west, later] =
        ["north", "south", "east", "west", "later"].map(|name| world.at(name));
    let (old, new) = (address(north), address(later));
    north.goes_dark();
    // Somebody asks it something, and so it is noticed.
    let gone = Uri::ours(&north.origin(), "/s/unknown");
    assert!(resolve::contribution(&west.data(), gone.as_str()).await.is_err());
    world.settle().await;

    let (refused, _) = confirms(south, &old, new.as_str()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("does not say itself that it continues"), "{}", refused.body);
    assert!(saves(later, &[("continues", old.as_str())]).await.says("It holds from now on."));
    let (refused, _) = confirms(west, &old, new.as_str()).await;
    assert!(refused.says("did not choose this organization"), "{}", refused.body);

    let (shown, done) = confirms(south, &old, new.as_str()).await;
    assert!(shown.says("it signs with the key z6Mk"), "{}", shown.body);
    assert!(done.unwrap().says("It holds from now on."));
    a_day_passes(&world).await;
    assert_eq!(moved(west, &old).await, Value::Null, "one of two is not enough");
    assert!(!page_of(west, &old).await.says("is lost"));

    confirms(east, &old, new.as_str()).await.1.expect("shown and confirmed");
    a_day_passes(&world).await;
    assert_eq!(moved(west, &old).await["url"], json!(format!("{}/@later", later.origin())));
    let page = page_of(west, &old).await;
    assert!(page.says("The server of this organization is lost."), "{}", page.body);
    for name in ["south", "east"] {
        assert!(page.texts(".notice a").iter().any(|one| one.contains(name)), "{}", page.body);
    }
    // Nobody is led there without asking.
    let (before, after) = (follows(west, &old).await, follows(west, &new).await);
    assert_eq!((before, after), (true, false));

    // It was not lost after all, and speaks for itself.
    north.returns();
    let fresh = plenum::federation::fetch::Budget::new(5);
    resolve::fresh(&west.data(), &old, &fresh).await.unwrap();
    assert_eq!(moved(west, &old).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_can_be_taken_back_and_a_living_server_is_not_declared_dead() {
    let world = chosen().await;
    let [north, south, east, west, later] =
        ["north", "south", "east", "west", "later"].map(|name| world.at(name));
    let (old, new) = (address(north), address(later));
    let page = saves(later, &[("continues", old.as_str())]).await;
    assert!(page.says("It holds from now on."), "{}", page.body);
    for site in [south, east] {
        let (shown, done) = confirms(site, &old, new.as_str()).await;
        assert!(done.is_some(), "{}", shown.body);
    }
    a_day_passes(&world).await;
    for site in [south, east, west] {
        assert_eq!(moved(site, &old).await, Value::Null, "it answers itself");
    }
    let (done, _) = confirms(east, &old, "").await;
    assert!(done.says("It holds from now on."), "{}", done.body);
    let (again, _) = confirms(east, &old, "").await;
    assert!(again.says("was not confirmed by this organization"), "{}", again.body);
    north.goes_dark();
    assert!(resolve::contribution(&west.data(), &format!("{}/s/unknown", north.origin())).await.is_err());
    a_day_passes(&world).await;
    assert_eq!(moved(west, &old).await, Value::Null, "one of two took its word back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_with_a_reason() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let other = address(south);
    for (fields, why) in [
        ([("guarantors", other.as_str()), ("needed", "2"), ("continues", "")], "between 2 and"),
        ([("guarantors", "@nobody@south"), ("needed", "2"), ("continues", "")], "@nobody@south"),
        (
            [("guarantors", ""), ("needed", ""), ("continues", address(north).as_str())],
            "are organizations of other servers",
        ),
    ] {
        let page = saves(north, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        assert!(page.says(why), "{why}: {}", page.body);
    }
}
