//! How a copy was authenticated is kept with it, and shown.

use plenum::domain::trust::Trust;
use serde_json::{Value, json};

use super::{ParseUri, Scene};
use crate::harness::world::on_each_engine;

impl Scene {
    async fn trust_in(&self, note: &Value) -> Option<Trust> {
        let uri = note["id"].as_str().unwrap().parse_uri();
        self.t().sees(&uri).await.expect("the note is here").head.trust
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_copy_remembers_how_we_know_that_it_is_genuine() {
    on_each_engine(|database| async {
        let scene = Scene::acquainted_on(database).await;
        let (vic, mal) = (&scene.vic, &scene.mal);
        let now = scene.t().app().clock().now();
        let delivered = vic.reply("1", &scene.statement, "By my own hand");
        assert_eq!(vic.sends(scene.t(), &vic.does("Create", delivered.clone())), 202);
        let proven = vic.reply("2", &scene.statement, "By the hand of mal, sealed");
        let sealed = vic.prove(&vic.does("Create", proven.clone()), now);
        assert_eq!(mal.sends(scene.t(), &sealed), 202);
        let fetched = vic.reply("3", &scene.statement, "By nobody's hand");
        scene.peers.publish(&fetched);
        let mut hint = vic.does("Create", fetched.clone());
        hint["signature"] = json!({});
        assert_eq!(mal.sends(scene.t(), &hint), 202);
        scene.world.settle().await;
        assert_eq!(scene.trust_in(&delivered).await, Some(Trust::Delivered));
        assert_eq!(scene.trust_in(&proven).await, Some(Trust::Proven));
        assert_eq!(scene.trust_in(&fetched).await, Some(Trust::Fetched));
        assert_eq!(scene.t().sees(&scene.statement).await.unwrap().head.trust, None, "ours needs no proof");
        // A new version is known in its own way.
        scene.world.advance_seconds(60);
        let mut changed = proven.clone();
        changed["content"] = json!("By my own hand after all");
        changed["updated"] = json!("2026-11-24T12:00:30Z");
        assert_eq!(vic.sends(scene.t(), &vic.does("Update", changed.clone())), 202);
        scene.world.settle().await;
        assert_eq!(scene.trust_in(&changed).await, Some(Trust::Delivered));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_are_told_how_a_copy_came_here() {
    let scene = Scene::acquainted().await;
    let now = scene.t().app().clock().now();
    let note = scene.vic.reply("1", &scene.statement, "Sealed");
    let sealed = scene.vic.prove(&scene.vic.does("Create", note.clone()), now);
    assert_eq!(scene.mal.sends(scene.t(), &sealed), 202);
    scene.world.settle().await;
    let id = scene.t().sees(&note["id"].as_str().unwrap().parse_uri()).await.unwrap().head.id;
    let page = scene.t().browser().open(&format!("/c/{id}")).await;
    assert!(page.says("the author’s signature on it is valid"), "{}", page.texts(".origin").join(" "));
}
