//! Likes, boosts and votes of accounts and servers that are suspended: they count no longer, and count again.

use plenum::domain::account_rule::AccountDecision;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::federation::resolve;
use plenum::services::hosts;
use plenum::store::{Tx, contributions, polls};
use serde_json::{Value, json};

use super::{decide, standing};
use crate::harness::client::Client;
use crate::harness::peer::Peers;
use crate::harness::world::{World, on_each_engine};

/// Likes, boosts, votes for the first answer, voters, and how many are named as having liked or boosted.
pub(super) async fn counts(app: &Client, id: &str) -> [i64; 6] {
    let status = app.get(&format!("/api/v1/statuses/{id}")).await.ok();
    let number = |value: &Value| value.as_i64().unwrap();
    let mut named = [0; 2];
    for (place, list) in ["favourited_by", "reblogged_by"].iter().enumerate() {
        let who = app.get(&format!("/api/v1/statuses/{id}/{list}")).await.ok();
        named[place] = i64::try_from(who.as_array().unwrap().len()).unwrap();
    }
    let poll = &status["poll"];
    [
        number(&status["favourites_count"]),
        number(&status["reblogs_count"]),
        number(&poll["options"][0]["votes_count"]),
        number(&poll["voters_count"]),
        named[0],
        named[1],
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_suspended_counts_nowhere_and_counts_again() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (vic, ana) = (peers.person("a", "vic"), peers.person("b", "ana"));
        north.person("bela", &[]).await;
        let app = north.client("bela", "read write").await;
        let poll = json!({ "options": ["Yes", "No"], "expires_in": 86_400 });
        let said = app.post("/api/v1/statuses", json!({ "status": "Bees?", "poll": poll })).await.ok();
        let (id, uri) = (said["id"].as_str().unwrap().to_owned(), said["uri"].as_str().unwrap().to_owned());
        for actor in [&vic, &ana] {
            for verb in ["Like", "Announce"] {
                assert_eq!(actor.sends(north, &actor.does(verb, uri.as_str())), 202);
            }
            let mut vote = actor.note("vote", "");
            vote["name"] = json!("Yes");
            vote["inReplyTo"] = json!(uri);
            vote["to"] = json!([said["account"]["uri"]]);
            vote["cc"] = json!([]);
            vote.as_object_mut().unwrap().remove("content");
            let mut create = actor.does("Create", vote);
            create["to"] = json!([said["account"]["uri"]]);
            assert_eq!(actor.sends(north, &create), 202);
        }
        world.settle().await;
        assert_eq!(counts(&app, &id).await, [2; 6]);
        let far = resolve::account(&north.data(), &vic.id).await.unwrap();
        decide(north, &far, &standing(HostStanding::Suspended)).await;
        assert_eq!(counts(&app, &id).await, [1; 6], "of an account");
        let db = north.app().db;
        let out = Decision { standing: HostStanding::Suspended, ..Decision::default() };
        for server in ["a", "b"] {
            db.write(|tx| hosts::decide(tx, None, &peers.host(server), &out)).await.unwrap();
        }
        assert_eq!(counts(&app, &id).await, [0; 6], "of a server");
        for server in ["a", "b"] {
            db.write(|tx| hosts::undo(tx, None, &peers.host(server))).await.unwrap();
        }
        assert_eq!(counts(&app, &id).await, [1; 6], "the account is still suspended");
        decide(north, &far, &AccountDecision::default()).await;
        assert_eq!(counts(&app, &id).await, [2; 6], "everything is back");
        decide(north, &far, &standing(HostStanding::Suspended)).await;
        // A vote that was on its way comes after the decision.
        let poll = db.read(|conn| Ok(contributions::known(conn, &Uri::parse(&uri).unwrap())?)).await.unwrap();
        let (poll, late) = (poll.unwrap().id, Uri::parse(&format!("{}#late", vic.id)).unwrap());
        let votes = |tx: &mut Tx<'_>| {
            polls::vote(tx, poll, far.id, 0, &late)?;
            Ok(polls::count_voter(tx, poll)?)
        };
        db.write(votes).await.unwrap();
        let more = AccountDecision { sensitive: true, ..standing(HostStanding::Suspended) };
        decide(north, &far, &more).await;
        assert_eq!(counts(&app, &id).await, [1; 6], "it does not count either");
        db.write(votes).await.unwrap();
        decide(north, &far, &AccountDecision::default()).await;
        assert_eq!(counts(&app, &id).await, [2; 6], "and counts once");
    })
    .await;
}
