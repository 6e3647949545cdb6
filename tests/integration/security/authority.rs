//! Who may do what to whom (security items 31 to 49).

use plenum::domain::contribution::State;
use plenum::services::relations;
use plenum::store;
use plenum::store::accounts;
use serde_json::{Value, json};

use super::{ParseUri, Scene};
use crate::harness::peer::Actor;

impl Scene {
    /// `author` has a note under our statement; its document stands at its address, too.
    async fn noted(&self, author: &Actor, path: &str) -> Value {
        let note = author.reply(path, &self.statement, "first version");
        self.peers.publish(&note);
        assert_eq!(author.sends(self.t(), &author.does("Create", note.clone())), 202);
        self.world.settle().await;
        self.world.advance_seconds(60);
        note
    }
}

fn edited(note: &Value, content: &str, updated: &str) -> Value {
    let mut note = note.clone();
    note["content"] = json!(content);
    note["updated"] = json!(updated);
    note
}

#[tokio::test(flavor = "multi_thread")]
async fn item_31_only_its_author_changes_a_contribution() {
    let scene = Scene::acquainted().await;
    let of_vic = scene.noted(&scene.vic, "1").await;
    let of_mal = scene.noted(&scene.mal, "2").await;
    let mal2 = scene.peers.person("a", "mal2");
    mal2.sends(scene.t(), &mal2.does("Like", scene.statement.as_str()));
    scene.world.settle().await;
    let before = scene.before().await;
    let change = edited(&of_vic, "forged", "2026-11-24T12:01:30Z");
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Update", change.clone())), 202);
    let mut taken = change;
    taken["attributedTo"] = json!(scene.mal.id);
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Update", taken)), 202);
    let change = edited(&of_mal, "forged", "2026-11-24T12:01:30Z");
    assert_eq!(mal2.sends(scene.t(), &mal2.does("Update", change.clone())), 202);
    let mut taken = change;
    taken["attributedTo"] = json!(mal2.id);
    assert_eq!(mal2.sends(scene.t(), &mal2.does("Update", taken)), 202);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_32_the_newest_version_wins() {
    let scene = Scene::acquainted().await;
    let note = scene.noted(&scene.vic, "1").await;
    let uri = note["id"].as_str().unwrap().parse_uri();
    let sends = async |content: &str, updated: &str| {
        let update = scene.vic.does("Update", edited(&note, content, updated));
        assert_eq!(scene.vic.sends(scene.t(), &update), 202);
        scene.world.settle().await;
        scene.t().sees(&uri).await.unwrap().head.content
    };
    assert!(sends("second", "2026-11-24T12:00:30Z").await.contains("second"));
    assert!(sends("older", "2026-11-24T12:00:20Z").await.contains("second"));
    assert!(sends("equal", "2026-11-24T12:00:30Z").await.contains("second"));
    assert!(sends("third", "2026-11-24T12:00:40Z").await.contains("third"));
}

#[tokio::test(flavor = "multi_thread")]
async fn item_33_an_account_is_what_its_own_address_says() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let mut forged = scene.vic.document();
    forged["name"] = json!("forged");
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Update", forged.clone())), 202);
    // Signed by `vic`, but V serves something else: only that counts.
    forged["publicKey"]["publicKeyPem"] = json!(scene.mal.rsa.verifying_key().to_pem());
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Update", forged)), 202);
    scene.world.settle().await;
    let state = scene.t().state().await;
    assert!(!state.contains("forged"));
    let keys = |state: &str| state.lines().filter(|line| line.contains("users/vic#main-key")).count();
    assert_eq!(keys(&state), keys(&before.state));
    assert!(scene.peers.requests() - before.requests <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_34_only_its_author_deletes() {
    let scene = Scene::acquainted().await;
    let note = scene.noted(&scene.vic, "1").await;
    let before = scene.before().await;
    for object in [
        note["id"].clone(),
        json!(scene.vic.id),
        json!(scene.statement.as_str()),
        json!(scene.organization.as_str()),
    ] {
        assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Delete", object)), 202);
    }
    scene.unchanged(&before, 0).await;
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Delete", note["id"].clone())), 202);
    scene.world.settle().await;
    let uri = note["id"].as_str().unwrap().parse_uri();
    assert!(scene.t().sees(&uri).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn item_35_nobody_takes_back_what_another_did() {
    let scene = Scene::acquainted().await;
    let (like, follow) = (
        scene.vic.does("Like", scene.statement.as_str()),
        scene.vic.does("Follow", scene.organization.as_str()),
    );
    assert_eq!(scene.vic.sends(scene.t(), &like), 202);
    assert_eq!(scene.vic.sends(scene.t(), &follow), 202);
    scene.world.settle().await;
    let before = scene.before().await;
    for inner in [&like, &follow] {
        assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Undo", inner.clone())), 202);
    }
    scene.unchanged(&before, 0).await;
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Undo", follow)), 202);
    scene.world.settle().await;
    assert_ne!(scene.t().state().await, before.state);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_36_what_is_boosted_comes_from_its_own_address() {
    let scene = Scene::acquainted().await;
    let organization = scene.t().organization().await;
    let uri = scene.mal.uri();
    let db = scene.t().app().db;
    db.write(|tx| {
        let mal = accounts::by_uri(tx, &uri)?.unwrap();
        relations::follow(tx, &organization, &mal)
    })
    .await
    .unwrap();
    scene.world.settle().await;
    let genuine = scene.vic.note("1", "What vic wrote");
    scene.peers.publish(&genuine);
    let mut forged = genuine.clone();
    forged["content"] = json!("forged");
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Announce", forged)), 202);
    let unpublished = scene.vic.note("2", "never published");
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Announce", unpublished.clone())), 202);
    scene.world.settle().await;
    let stored = scene.t().sees(&genuine["id"].as_str().unwrap().parse_uri()).await.expect("taken from V");
    assert!(stored.head.content.contains("What vic wrote"));
    assert_eq!(stored.boosts, 1);
    assert!(scene.t().sees(&unpublished["id"].as_str().unwrap().parse_uri()).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn item_37_a_group_vouches_for_nothing() {
    let scene = Scene::acquainted().await;
    let note = scene.noted(&scene.vic, "1").await;
    let group = scene.peers.actor("a", "group", "Group");
    group.sends(scene.t(), &group.does("Like", scene.statement.as_str()));
    scene.world.settle().await;
    let before = scene.before().await;
    let handed_on = |mut inner: Value| {
        inner["cc"] = json!([group.id]);
        group.does("Announce", inner)
    };
    let forged = edited(&note, "forged", "2026-11-24T12:01:30Z");
    let attempts = [
        scene.vic.does("Create", scene.vic.reply("9", &scene.statement, "never published")),
        scene.vic.does("Update", forged),
        scene.vic.does("Delete", note["id"].clone()),
        scene.vic.does("Like", scene.statement.as_str()),
        scene.vic.does("Block", scene.organization.as_str()),
        scene.vic.does("Lock", scene.statement.as_str()),
    ];
    for inner in attempts {
        assert_eq!(group.sends(scene.t(), &handed_on(inner)), 202);
    }
    scene.unchanged(&before, 3).await;
    // Only when V itself says that it is gone, it is.
    scene.peers.status(note["id"].as_str().unwrap(), "410 Gone");
    scene.world.advance_seconds(3600);
    let delete = scene.vic.does("Delete", note["id"].clone());
    assert_eq!(group.sends(scene.t(), &handed_on(delete)), 202);
    scene.world.settle().await;
    assert!(scene.t().sees(&note["id"].as_str().unwrap().parse_uri()).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn item_39_only_whom_we_asked_answers() {
    let scene = Scene::acquainted().await;
    let organization = scene.t().organization().await;
    let before = scene.before().await;
    let invented = json!({
        "id": format!("{}/follows/1", scene.t().origin()),
        "type": "Follow", "actor": organization.uri.as_str(), "object": scene.mal.id,
    });
    for verb in ["Accept", "Reject"] {
        assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does(verb, invented.clone())), 202);
    }
    scene.unchanged(&before, 0).await;
    // We ask `vic`; `mal` answers.
    let uri = scene.vic.uri();
    let db = scene.t().app().db;
    db.write(|tx| {
        let vic = accounts::by_uri(tx, &uri)?.unwrap();
        relations::follow(tx, &organization, &vic)
    })
    .await
    .unwrap();
    let follow = db.read(|conn| {
        let vic = accounts::by_uri(conn, &uri)?.unwrap();
        Ok(store::relations::follow(conn, organization.id, vic.id)?.unwrap())
    });
    let asked = follow.await.unwrap().uri;
    scene.world.settle().await;
    let before = scene.before().await;
    let whole = json!({
        "id": asked.as_str(), "type": "Follow", "actor": organization.uri.as_str(), "object": scene.vic.id,
    });
    let mut altered = whole.clone();
    altered["object"] = json!(scene.mal.id);
    for object in [whole.clone(), altered.clone(), json!(asked.as_str())] {
        assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Accept", object.clone())), 202);
        assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Reject", object)), 202);
    }
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Accept", altered)), 202);
    scene.unchanged(&before, 0).await;
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Accept", whole)), 202);
    scene.world.settle().await;
    assert_ne!(scene.t().state().await, before.state, "vic's own answer counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_40_who_asks_often_asks_once() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let organization = scene.organization.as_str();
    let mut in_our_name = scene.mal.does("Follow", scene.vic.id.as_str());
    in_our_name["actor"] = json!(organization);
    assert!([400, 401].contains(&scene.mal.sends(scene.t(), &in_our_name)));
    scene.unchanged(&before, 0).await;
    for _ in 0..20 {
        assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Follow", organization)), 202);
    }
    scene.world.settle().await;
    let state = scene.t().state().await;
    let follows = state.split("follows:\n").nth(1).unwrap().split("blocks:").next().unwrap();
    assert_eq!(follows.lines().count(), 1, "{follows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_41_nobody_moves_to_who_does_not_say_so() {
    let scene = Scene::acquainted().await;
    let organization = scene.t().organization().await;
    let uri = scene.vic.uri();
    let db = scene.t().app().db;
    db.write(|tx| {
        let vic = accounts::by_uri(tx, &uri)?.unwrap();
        relations::follow(tx, &organization, &vic)
    })
    .await
    .unwrap();
    scene.world.settle().await;
    let before = scene.before().await;
    let moves = |target: &str| {
        let mut activity = scene.vic.does("Move", scene.vic.id.as_str());
        activity["target"] = json!(target);
        activity
    };
    assert_eq!(scene.vic.sends(scene.t(), &moves(&scene.mal.id)), 202);
    let mut of_another = scene.mal.does("Move", scene.vic.id.as_str());
    of_another["target"] = json!(scene.mal.id);
    assert_eq!(scene.mal.sends(scene.t(), &of_another), 202);
    scene.world.settle().await;
    let follows =
        |state: &str| state.split("follows:\n").nth(1).unwrap().split("blocks:").next().unwrap().to_owned();
    assert_eq!(follows(&scene.t().state().await), follows(&before.state));
    // With the new account's word it is a move.
    let mut document = scene.mal.document();
    document["alsoKnownAs"] = json!([scene.vic.id]);
    scene.peers.publish(&document);
    assert_eq!(scene.vic.sends(scene.t(), &moves(&scene.mal.id)), 202);
    scene.world.settle().await;
    assert_ne!(follows(&scene.t().state().await), follows(&before.state));
}

#[tokio::test(flavor = "multi_thread")]
async fn items_42_and_44_what_has_no_meaning_here_changes_nothing() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let mut add = scene.mal.does("Add", scene.vic.id.as_str());
    add["target"] = json!(format!("{}/moderators", scene.organization));
    let mut vote = scene.mal.reply("1", &scene.statement, "");
    vote["name"] = json!("Yes");
    vote.as_object_mut().unwrap().remove("content");
    for activity in [
        add,
        scene.mal.does("Lock", scene.statement.as_str()),
        scene.mal.does("QuoteRequest", scene.statement.as_str()),
        scene.mal.does("Dislike", scene.statement.as_str()),
        scene.mal.does("Create", vote),
    ] {
        assert_eq!(scene.mal.sends(scene.t(), &activity), 202);
    }
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_43_a_report_is_capped() {
    let scene = Scene::acquainted().await;
    let items: Vec<String> = std::iter::once(scene.organization.to_string())
        .chain((0..5_000).map(|number| format!("{}/c/{number}", scene.t().origin())))
        .collect();
    let mut flag = scene.mal.does("Flag", json!(items));
    flag["content"] = json!("x".repeat(300_000));
    assert_eq!(scene.mal.sends(scene.t(), &flag), 202);
    scene.world.settle().await;
    let state = scene.t().state().await;
    let reports = state.split("reports:\n").nth(1).unwrap().split("activities:").next().unwrap();
    assert!((1..12_000).contains(&reports.len()), "{} bytes", reports.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn item_45_the_first_copy_wins_and_what_was_deleted_stays_deleted() {
    let scene = Scene::acquainted().await;
    let note = scene.noted(&scene.vic, "1").await;
    let uri = note["id"].as_str().unwrap().parse_uri();
    let before = scene.before().await;
    let mut other = note.clone();
    other["content"] = json!("another text");
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Create", other)), 202);
    scene.unchanged(&before, 0).await;
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Delete", note["id"].clone())), 202);
    scene.world.settle().await;
    let before = scene.before().await;
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Create", note)), 202);
    scene.unchanged(&before, 0).await;
    assert!(scene.t().sees(&uri).await.is_none());
    // Deleted before it was created.
    let early = scene.vic.reply("2", &scene.statement, "too late");
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Delete", early["id"].clone())), 202);
    scene.world.settle().await;
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Create", early.clone())), 202);
    scene.world.settle().await;
    assert!(scene.t().sees(&early["id"].as_str().unwrap().parse_uri()).await.is_none());
    // From the far future.
    let mut future = scene.vic.reply("3", &scene.statement, "soon");
    future["published"] = json!("2099-01-01T00:00:00Z");
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Create", future.clone())), 202);
    scene.world.settle().await;
    let stored = scene.t().sees(&future["id"].as_str().unwrap().parse_uri()).await.unwrap();
    assert!(stored.head.published_at <= scene.t().app().clock().now());
    assert_eq!(stored.head.state, State::Current);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_46_one_account_likes_once() {
    let scene = Scene::acquainted().await;
    for _ in 0..20 {
        assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Like", scene.statement.as_str())), 202);
    }
    scene.world.settle().await;
    // `vic` and `mal` each liked it when they got acquainted with us.
    assert_eq!(scene.t().sees(&scene.statement).await.unwrap().likes, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_49_hidden_addressees_are_never_read() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let mut letter = scene.mal.note("1", "psst");
    letter["to"] = json!([format!("{}/followers", scene.organization)]);
    letter["cc"] = json!([]);
    letter["bto"] = json!([scene.organization.as_str()]);
    letter["bcc"] = json!([scene.organization.as_str()]);
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Create", letter)), 202);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_overtakes_what_it_undoes_wins() {
    let scene = Scene::acquainted().await;
    let follow = scene.vic.does("Follow", scene.organization.as_str());
    assert_eq!(scene.vic.sends(scene.t(), &scene.vic.does("Undo", follow.clone())), 202);
    scene.world.settle().await;
    assert_eq!(scene.vic.sends(scene.t(), &follow), 202);
    scene.world.settle().await;
    let state = scene.t().state().await;
    let follows = state.split("follows:\n").nth(1).unwrap().split("blocks:").next().unwrap();
    assert_eq!(follows.trim(), "");
}
