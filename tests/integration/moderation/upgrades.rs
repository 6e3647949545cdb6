//! What was decided and kept by earlier releases means the same after an update.

use diesel::{RunQueryDsl, sql_query};
use plenum::domain::account_rule::AccountDecision;
use plenum::domain::contribution::State;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::services::{account_rules, statements};
use plenum::store::{Conn, Db, contributions, revisions, warnings};
use serde_json::json;

use super::decide;
use super::reactions::counts;
use crate::harness::Database;
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{World, on_each_engine};

/// What the database looks like as an earlier release left it.
const EARLIER: [&str; 4] = [
    "DELETE FROM __diesel_schema_migrations WHERE version = '20261126000027'",
    "UPDATE accounts SET standing = 3 WHERE name = 'vic'",
    "UPDATE revisions SET state = 0",
    "UPDATE warnings SET user_id = NULL",
];

async fn does(db: &Db, sql: &str) -> usize {
    let done = db.write(|tx| {
        Ok(match &mut **tx {
            Conn::Sqlite(conn) => sql_query(sql).execute(&mut **conn),
            Conn::Postgres(conn) => sql_query(sql).execute(&mut **conn),
        }?)
    });
    done.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_decisions_hold_for_reactions_versions_and_objections() {
    on_each_engine(|database| async {
        let url = database.url();
        let places = [("north", database), ("south", Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south, peers) = (world.at("north"), world.at("south"), Peers::new());
        let (bela, vic) = (north.person("bela", &[]).await, peers.person("a", "vic"));
        north.follows(south).await;
        world.settle().await;
        let view = south.publishes(statement("On bees").thesis("Bees can count.")).await;
        world.settle().await;
        world.advance_hours(1);
        let (editor, gone) = (south.admin().await, view.head.id);
        let far = south.app().db;
        far.write(|tx| statements::retract(tx, &editor, gone, "We miscounted.")).await.unwrap();
        let app = north.client("bela", "read write").await;
        let poll = json!({ "options": ["Yes", "No"], "expires_in": 86_400 });
        let said = app.post("/api/v1/statuses", json!({ "status": "Bees?", "poll": poll })).await.ok();
        let (id, uri) = (said["id"].as_str().unwrap().to_owned(), said["uri"].as_str().unwrap().to_owned());
        for verb in ["Like", "Announce"] {
            assert_eq!(vic.sends(north, &vic.does(verb, uri.as_str())), 202);
        }
        let mut vote = vic.note("vote", "");
        vote["name"] = json!("Yes");
        vote["inReplyTo"] = json!(uri);
        vote["to"] = json!([said["account"]["uri"]]);
        vote["cc"] = json!([]);
        vote.as_object_mut().unwrap().remove("content");
        let mut create = vic.does("Create", vote);
        create["to"] = json!([said["account"]["uri"]]);
        assert_eq!(vic.sends(north, &create), 202);
        world.settle().await;
        assert_eq!(counts(&app, &id).await, [1; 6]);
        let (db, admin) = (north.app().db, north.admin().await.id);
        let frozen = AccountDecision { frozen: true, ..AccountDecision::default() };
        db.write(|tx| account_rules::decide(tx, Some(admin), bela.id, &frozen)).await.unwrap();
        for sql in EARLIER {
            assert!(does(&db, sql).await > 0, "{sql}");
        }
        drop(Db::open(&url, None, 2, world.clock.clone()).await.unwrap());
        let told = db.read(|conn| Ok(warnings::of(conn, bela.id, 9)?)).await.unwrap();
        assert_eq!(told[0].user_id, Some(admin), "who decided does not answer the objection");
        let newest = db.read(|conn| {
            let head = contributions::known(conn, &view.head.uri)?.unwrap();
            Ok(revisions::newest(conn, head.id)?.unwrap().state)
        });
        assert_eq!(newest.await.unwrap(), State::Retracted, "as its author says");
        decide(north, &bela, &AccountDecision::default()).await;
        assert_eq!(counts(&app, &id).await, [0; 6], "who was suspended counts no longer");
        does(&db, "UPDATE accounts SET standing = 0 WHERE name = 'vic'").await;
        let known = resolve::account(&north.data(), &vic.id).await.unwrap();
        let more = AccountDecision { sensitive: true, ..AccountDecision::default() };
        decide(north, &known, &more).await;
        assert_eq!(counts(&app, &id).await, [1; 6], "and counts again");
    })
    .await;
}
