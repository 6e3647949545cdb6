//! How long publishing to followers on 10,000 hosts takes until every delivery row is committed.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot be set up has nothing to say"
)]

mod fixture;

use std::time::Instant;

use plenum::domain::account::AccountKind;
use plenum::domain::statement::{Draft, DraftThesis};
use plenum::services::statements;
use plenum::store::{deliveries, users};
use plenum::text::Markdown;

const HOSTS: i64 = 10_000;
const ROUNDS: usize = 7;

#[tokio::main]
async fn main() {
    let place = fixture::Place::new("bench.localhost").await;
    let organization = place.organization().await;
    let db = place.app().db;
    db.write(|tx| {
        for number in 0..HOSTS {
            fixture::follower(
                tx,
                &organization,
                (&format!("host-{number}.example"), "ana"),
                AccountKind::Person,
            )?;
        }
        Ok(())
    })
    .await
    .unwrap();
    let user = db.read(|conn| Ok(users::by_name(conn, "bench_admin")?)).await.unwrap().unwrap();
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let draft = draft(round);
        let before = db.read(|conn| Ok(deliveries::pending(conn)?)).await.unwrap();
        let start = Instant::now();
        db.write(|tx| statements::publish(tx, &user, draft.clone())).await.unwrap();
        times.push(start.elapsed());
        let after = db.read(|conn| Ok(deliveries::pending(conn)?)).await.unwrap();
        assert_eq!(after - before, HOSTS);
    }
    times.sort();
    println!("publishing to {HOSTS} hosts, rows committed (synchronous=FULL), {ROUNDS} rounds");
    println!("median {:?}, slowest {:?}   (target: below 200 ms)", times[ROUNDS / 2], times[ROUNDS - 1]);
}

fn draft(round: usize) -> Draft {
    let thesis = |number: usize| DraftThesis {
        head: format!("Bees can count to {number}."),
        body: Markdown::new("They were counted while they counted. ".repeat(20)),
        ..DraftThesis::default()
    };
    Draft {
        title: format!("On bees, part {round}"),
        language: "en".to_owned(),
        announcement: "What we found when we counted.".to_owned(),
        introduction: Markdown::new("We looked for a long time. ".repeat(20)),
        theses: (1..=5).map(thesis).collect(),
        ..Draft::default()
    }
}
