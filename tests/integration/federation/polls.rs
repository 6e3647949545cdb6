//! Polls travel: the question, the votes, and how it ended.

use plenum::domain::contribution::Visibility;
use plenum::domain::poll::NewPoll;
use plenum::domain::uri::Uri;
use plenum::services::polls;
use plenum::services::posts::{self, NewPost};
use plenum::store::contributions::Viewer;
use plenum::text::Markdown;

use crate::harness::world::{Instance, World};

async fn counts(at: &Instance, uri: &Uri) -> (Vec<i64>, i64) {
    let view = at.view(Viewer::Member(at.organization().await.id), uri).await.expect("the poll is here");
    let poll = view.poll.expect("it has answers");
    (poll.options.iter().map(|option| option.votes).collect(), poll.poll.voters)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_is_answered_on_another_server_and_ends_everywhere() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    south.follows(north).await;
    world.settle().await;
    let asker = north.organization().await;
    let options = ["Bees", "Wasps", "Ants"].map(str::to_owned).to_vec();
    let poll = NewPoll { options, seconds: Some(600), multiple: true, hides_totals: false };
    let post = NewPost {
        markdown: Markdown::new("Who dances?"),
        visibility: Visibility::Public,
        poll: Some(poll),
        ..NewPost::default()
    };
    let asked = north.app().db.write(|tx| posts::publish(tx, &asker, &post)).await.unwrap().head.uri;
    world.settle().await;
    assert_eq!(counts(south, &asked).await, (vec![0, 0, 0], 0));

    let voter = south.person("vera", &[]).await;
    let copy = south.sees(&asked).await.unwrap().head.id;
    let db = south.app().db;
    db.write(|tx| polls::vote(tx, &voter, copy, &[0, 2])).await.unwrap();
    assert!(db.write(|tx| polls::vote(tx, &voter, copy, &[1])).await.is_err(), "once");
    let neighbour = north.person("nora", &[]).await;
    let original = north.sees(&asked).await.unwrap().head.id;
    north.app().db.write(|tx| polls::vote(tx, &neighbour, original, &[0])).await.unwrap();
    world.settle().await;
    assert_eq!(counts(north, &asked).await, (vec![2, 0, 1], 2));
    assert_eq!(counts(south, &asked).await, (vec![1, 0, 1], 1), "only the poll's own server knows all");

    world.advance_seconds(601);
    world.settle().await;
    assert_eq!(counts(south, &asked).await, (vec![2, 0, 1], 2));
    let late = south.person("lars", &[]).await;
    assert!(db.write(|tx| polls::vote(tx, &late, copy, &[1])).await.is_err(), "it is over");
}
