//! What is not for everybody reaches only those it is for (security items 16, 38, 47 and 89).

use plenum::domain::contribution::Visibility;
use plenum::domain::host::HostStanding;
use plenum::domain::relation::FollowState;
use plenum::domain::view::View;
use plenum::federation::resolve;
use plenum::services::posts::{self, NewPost};
use plenum::services::publish::activity_uri;
use plenum::services::relations;
use plenum::store::contributions::Viewer;
use plenum::store::{self, accounts};
use plenum::text::Markdown;
use serde_json::json;

use super::{ParseUri, Scene};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::World;

impl Scene {
    /// Something of the organization for its followers, of whom `vic` is one.
    async fn for_followers(&self) -> View {
        let follow = self.vic.does("Follow", self.organization.as_str());
        assert_eq!(self.vic.sends(self.t(), &follow), 202);
        self.world.settle().await;
        let organization = self.t().organization().await;
        let post = NewPost {
            markdown: Markdown::new("Among ourselves"),
            visibility: Visibility::Followers,
            language: "en".to_owned(),
            ..NewPost::default()
        };
        self.t().app().db.write(|tx| posts::publish(tx, &organization, &post)).await.unwrap()
    }
}

fn path(view: &View) -> String {
    view.head.uri.as_str().splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn item_16_documents_for_followers_go_to_followers() {
    let scene = Scene::acquainted().await;
    let path = path(&scene.for_followers().await);
    assert_eq!(scene.vic.get(scene.t(), &path).send(), 200, "a follower");
    let stranger = scene.mal.get(scene.t(), &path).send();
    assert!([401, 404].contains(&stranger), "somebody else: {stranger}");
    let mut unnamed = scene.vic.get(scene.t(), &path);
    let signature = unnamed.header("signature");
    unnamed.set("signature", &signature.replace("(request-target) host date", "(request-target) date"));
    let answer = unnamed.send();
    assert!([401, 404].contains(&answer), "the host is not signed: {answer}");
    let captured = scene.vic.get(scene.t(), &path);
    scene.world.advance_hours(13);
    let replayed = captured.send();
    assert!([401, 404].contains(&replayed), "a captured request: {replayed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_38_a_boost_opens_nothing() {
    let scene = Scene::acquainted().await;
    let organization = scene.t().organization().await;
    let db = scene.t().app().db;
    for actor in [&scene.vic, &scene.mal] {
        let uri = actor.uri();
        db.write(|tx| {
            let followed = accounts::by_uri(tx, &uri)?.unwrap();
            let follow = activity_uri(tx)?;
            store::relations::insert(tx, organization.id, followed.id, &follow, FollowState::Accepted)?;
            Ok(())
        })
        .await
        .unwrap();
    }
    scene.world.settle().await;
    let mut note = scene.vic.note("private", "for my followers");
    note["to"] = json!([format!("{}/followers", scene.vic.id)]);
    note["cc"] = json!([]);
    let mut create = scene.vic.does("Create", note.clone());
    create["to"] = note["to"].clone();
    assert_eq!(scene.vic.sends(scene.t(), &create), 202);
    scene.world.settle().await;
    let uri = note["id"].as_str().unwrap().parse_uri();
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Announce", uri.as_str())), 202);
    scene.world.settle().await;
    assert!(scene.t().sees(&uri).await.is_none(), "not for everybody");
    let member = scene.t().person("bela", &[]).await;
    assert!(scene.t().view(Viewer::Member(member.id), &uri).await.is_none(), "not for who does not follow");
    let stored = scene.t().view(Viewer::Member(organization.id), &uri).await;
    assert_eq!(stored.expect("the organization follows its author").boosts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_47_who_sees_nothing_answers_nothing() {
    let scene = Scene::acquainted().await;
    let hidden = scene.for_followers().await;
    scene.world.settle().await;
    let before = scene.before().await;
    let blind = scene.mal.does("Create", scene.mal.reply("blind", &hidden.head.uri, "I can guess"));
    assert_eq!(scene.mal.sends(scene.t(), &blind), 202);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_47_who_is_blocked_is_not_heard() {
    let scene = Scene::acquainted().await;
    let organization = scene.t().organization().await;
    let own = scene.t().publishes(statement("On wasps").thesis("Wasps cannot count.")).await.head.uri;
    let uri = scene.mal.uri();
    let db = scene.t().app().db;
    db.write(|tx| {
        let mal = accounts::by_uri(tx, &uri)?.unwrap();
        let block = activity_uri(tx)?;
        relations::block(tx, &organization, &mal, &block)
    })
    .await
    .unwrap();
    scene.world.settle().await;
    let before = scene.before().await;
    let mut named = scene.mal.reply("named", &own, "Listen to me");
    named["tag"] = json!([{ "type": "Mention", "href": scene.organization.as_str(), "name": "@tee" }]);
    named["cc"] = json!([scene.organization.as_str()]);
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Create", named)), 202);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_89_what_is_for_followers_goes_where_followers_are() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let (ada, cleo) = (north.person("ada", &[]).await, south.person("cleo", &[]).await);
    let far = resolve::account(&south.data(), &ada.handle().to_string()).await.unwrap();
    let db = south.app().db;
    let says = async |text: &str| {
        let post = NewPost {
            markdown: Markdown::new(text),
            visibility: Visibility::Followers,
            language: "en".to_owned(),
            ..NewPost::default()
        };
        let said = north.app().db.write(|tx| posts::publish(tx, &ada, &post)).await.unwrap();
        world.settle().await;
        let uri = &said.head.uri;
        db.read(|conn| Ok(store::contributions::known(conn, uri)?)).await.unwrap().is_some()
    };
    assert!(!says("to nobody yet").await);
    db.write(|tx| relations::follow(tx, &cleo, &far)).await.unwrap();
    world.settle().await;
    assert!(says("to my followers").await);
    db.write(|tx| relations::unfollow(tx, &cleo, &far)).await.unwrap();
    world.settle().await;
    assert!(!says("after the last one left").await);
    db.write(|tx| relations::follow(tx, &cleo, &far)).await.unwrap();
    world.settle().await;
    assert!(says("she is back").await);
    let host = south.host.clone();
    let standing = async |standing: HostStanding| {
        let db = north.app().db;
        let set = db.write(|tx| {
            let host = store::hosts::by_name(tx, &host)?.unwrap();
            Ok(store::hosts::set_standing(tx, host.id, standing)?)
        });
        set.await.unwrap()
    };
    standing(HostStanding::Suspended).await;
    assert!(!says("not there, while it is shut out").await);
    standing(HostStanding::Approved).await;
    assert!(says("there again").await);
}
