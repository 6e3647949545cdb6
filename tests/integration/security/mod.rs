//! Attacks, named by what they try; each must fail without a trace.
//!
//! A story is named after its item of the checklist. Where an item has parts that stand elsewhere:
//! 4, 12 and 15 go on in `federation::signature::tests` (every label and every attack on a header),
//! 20 to 23, 50 to 53 and 55 in `egress` (what is asked for, and what is taken as an answer), 44 in
//! `federation::polls`, 48 with what is quoted, 56 in `certificates`, 58 in `slow` and `egress`.

mod anchors;
mod authority;
pub(crate) mod callers;
mod certificates;
mod closed;
mod documents;
mod egress;
pub(crate) mod elsewhere;
mod exhaustion;
mod forgeries;
mod frames;
mod gates;
mod liars;
mod matrix;
mod oauth;
mod params;
mod privacy;
mod quotes;
pub(crate) mod routes;
mod signatures;
mod slow;
mod trust;
mod witnesses;

use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;

use crate::harness::Database;
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World};

/// Our server T, the honest server V with `vic`, and the hostile one A with `mal`.
struct Scene {
    world: World,
    peers: Peers,
    vic: Actor,
    mal: Actor,
    /// The address of T's organization.
    organization: Uri,
    /// A statement of T.
    statement: Uri,
}

impl Scene {
    /// Nobody knows anybody.
    async fn set() -> Self {
        Self::set_on(Database::sqlite()).await
    }

    async fn set_on(database: Database) -> Self {
        let world = World::on([("tee", database)], FederationMode::Open).await;
        let peers = Peers::new();
        let (vic, mal) = (peers.person("v", "vic"), peers.person("a", "mal"));
        let organization = world.at("tee").organization().await.uri;
        let published = world.at("tee").publishes(statement("On bees").thesis("Bees can count.")).await;
        Self { world, peers, vic, mal, organization, statement: published.head.uri }
    }

    /// T has heard of both before.
    async fn acquainted() -> Self {
        Self::acquainted_on(Database::sqlite()).await
    }

    async fn acquainted_on(database: Database) -> Self {
        let scene = Self::set_on(database).await;
        for actor in [&scene.vic, &scene.mal] {
            let greeting = actor.does("Like", scene.statement.as_str());
            assert_eq!(actor.sends(scene.t(), &greeting), 202);
        }
        scene.world.settle().await;
        scene.world.advance_seconds(5);
        scene
    }

    fn t(&self) -> &Instance {
        self.world.at("tee")
    }

    /// How things stand before an attack.
    async fn before(&self) -> Before {
        Before { state: self.t().state().await, requests: self.peers.requests() }
    }

    /// Runs what is due; then nothing may be different, and others were asked at most so often.
    async fn unchanged(&self, before: &Before, most_requests: usize) {
        self.world.settle().await;
        let now = self.t().state().await;
        for (now, before) in now.lines().zip(before.state.lines()) {
            assert_eq!(now, before);
        }
        assert_eq!(now, before.state);
        let asked = self.peers.requests() - before.requests;
        assert!(asked <= most_requests, "{asked} requests, at most {most_requests} allowed");
    }
}

/// What must still be so afterwards.
struct Before {
    state: String,
    requests: usize,
}

/// An address in a test.
trait ParseUri {
    fn parse_uri(&self) -> Uri;
}

impl ParseUri for str {
    fn parse_uri(&self) -> Uri {
        Uri::parse(self).unwrap()
    }
}
