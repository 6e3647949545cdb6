//! What the inbox says while its database is away.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use plenum::domain::site::FederationMode;

use crate::harness::Database;
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_that_cannot_write_asks_to_try_again() {
    let database = Database::sqlite();
    let mut aside = SqliteConnection::establish(database.url().strip_prefix("sqlite:").unwrap()).unwrap();
    let world = World::on([("tee", database)], FederationMode::Open).await;
    let tee = world.at("tee");
    let published = tee.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
    let peers = Peers::new();
    let vic = peers.person("v", "vic");
    assert_eq!(vic.sends(tee, &vic.does("Like", published.as_str())), 202);
    world.settle().await;
    let reply = vic.does("Create", vic.reply("1", &published, "Up to four."));
    aside.batch_execute("ALTER TABLE inbox_items RENAME TO elsewhere").unwrap();
    assert_eq!(vic.sends(tee, &reply), 503, "nothing is promised that is not on disk");
    aside.batch_execute("ALTER TABLE elsewhere RENAME TO inbox_items").unwrap();
    assert_eq!(vic.sends(tee, &reply), 202, "the sender tries again");
    world.settle().await;
    assert_eq!(tee.sees(&published).await.unwrap().replies, 1);
}
