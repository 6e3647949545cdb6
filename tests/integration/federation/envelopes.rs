//! The activities in which texts travel, and texts that were changed, withdrawn or say all they can: kept
//! letter by letter.

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use plenum::domain::position::DraftPosition;
use plenum::domain::statement::DraftThesis;
use plenum::domain::uri::Uri;
use plenum::domain::view::View;
use plenum::services::{posts, statements};
use plenum::store::Conn;
use plenum::text::Markdown;
use serde_json::{Value, json};

use super::wire::{document, plain, posted};
use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Everything that a site sent, in the order in which it was said; on SQLite.
async fn sent(at: &Instance) -> Vec<Value> {
    let read = |conn: &mut Conn| {
        let Conn::Sqlite(conn) = conn else { panic!("the story runs on SQLite") };
        let rows: Vec<Line> =
            sql_query("SELECT body AS line FROM activities ORDER BY id").load(&mut **conn)?;
        Ok(rows.iter().map(|row| serde_json::from_str(&row.line).unwrap()).collect())
    };
    at.app().db.read(read).await.unwrap()
}

/// The last one of this kind about this object, whole, by its address, or within another activity.
fn last<'a>(sent: &'a [Value], kind: &str, object: &str) -> &'a Value {
    let about = |activity: &&Value| {
        let it = &activity["object"];
        activity["type"] == kind && [it, &it["id"], &it["object"]["id"]].contains(&&json!(object))
    };
    sent.iter().rev().find(about).unwrap_or_else(|| panic!("no {kind} of {object}"))
}

/// North takes a position that says all it can, and changes it because of somebody's words.
async fn stands(world: &World, question: &View, published: &View, because: &View) -> View {
    let north = world.at("north");
    let whole = DraftPosition {
        conditions: Markdown::new("As long as *nobody* shoots."),
        limits: Markdown::new("We have no reports from the west."),
        evidence: Markdown::new("[Minutes](https://council.example/minutes)"),
        statement: published.head.uri.to_string(),
        theses: vec![thesis_of(published, 1).to_string()],
        adopted_body: "Congress".to_owned(),
        adopted_on: "2026-11-20".to_owned(),
        ..answer("provisional", "Yes", "Order returned.")
    };
    let qid = qid_of(question);
    north.answers(&qid, &whole, "").await.unwrap();
    world.advance_seconds(60);
    let whole = DraftPosition { convinced_by: vec![because.head.uri.to_string()], ..whole };
    north.answers(&qid, &whole, "We were asked who counted.").await.unwrap()
}

/// North revises its statement.
async fn revises(north: &Instance, published: &View) {
    let user = north.admin().await;
    let mut next = statement("On bees").thesis("Bees can count to five.");
    next.theses =
        next.theses.into_iter().map(|one| DraftThesis { key: Some("k1".to_owned()), ..one }).collect();
    let (db, id) = (north.app().db, published.head.id);
    db.write(|tx| statements::revise(tx, &user, id, next.clone(), "We counted again.")).await.unwrap();
}

/// North withdraws its statement, and somebody there deletes a post.
async fn ends(north: &Instance, published: &View, post: &View) -> View {
    let user = north.admin().await;
    let (db, id) = (north.app().db, published.head.id);
    let gone = db.write(|tx| statements::retract(tx, &user, id, "They cannot count.")).await.unwrap();
    db.write(|tx| posts::delete(tx, &post.author, post.head.id)).await.unwrap();
    gone
}

/// The last activity of each kind about these.
fn activities(
    before: &[Value],
    all: &[Value],
    [published, reply, post]: [&Uri; 3],
) -> Vec<(&'static str, Value)> {
    vec![
        ("Activity-Create", last(all, "Create", post.as_str()).clone()),
        ("Activity-Update", last(before, "Update", published.as_str()).clone()),
        ("Activity-Announce", last(all, "Announce", reply.as_str()).clone()),
        ("Activity-Delete", last(all, "Delete", post.as_str()).clone()),
    ]
}

/// Somebody at South answers what was published.
async fn replied(world: &World, south: &Instance, published: &View) -> View {
    world.settle().await;
    let bela = south.person("bela", &[]).await;
    let reply = south.replies(&bela, &published.head.uri, "Who counted?").await;
    world.settle().await;
    reply
}

/// North says what there is to say, and changes and withdraws it: the hashtag of its question, and documents by
/// their names.
async fn said(world: &World) -> (String, Vec<(&'static str, Value)>) {
    let (north, south) = (world.at("north"), world.at("south"));
    let published = north.publishes(statement("On bees").thesis("Bees can count to four.")).await;
    let question = north.asks("Did the deployment stabilise the situation?", &["Yes", "No"]).await;
    let post = posted(north).await;
    let reply = Box::pin(replied(world, south, &published)).await;
    let position = stands(world, &question, &published, &reply).await;
    let whole = document(north, &position).await;
    revises(north, &published).await;
    let before = sent(north).await;
    world.advance_seconds(60);
    let gone = ends(north, &published, &post).await;
    let withdrawn = north.withdraws(position.head.id, "We were misled.").await;
    world.settle().await;
    let all = sent(north).await;
    let mut documents = activities(&before, &all, [&published.head.uri, &reply.head.uri, &post.head.uri]);
    documents.extend([
        ("Statement-retracted", document(north, &gone).await),
        ("Position-whole", whole),
        ("Position-withdrawn", document(north, &withdrawn).await),
    ]);
    (qid_of(&question).hashtag(), documents)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_sent_as_it_is_kept_here() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    south.follows(north).await;
    north.follows(south).await;
    world.settle().await;
    let (hashtag, said) = Box::pin(said(&world)).await;
    let names = [
        (north.host.clone(), "north.example"),
        (south.host.clone(), "south.example"),
        (hashtag, "q_hashtag"),
    ];
    for (name, value) in &said {
        let plain = plain(&names, value);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_json_snapshot!(*name, plain);
        });
    }
}
