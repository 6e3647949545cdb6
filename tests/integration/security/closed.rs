//! Who gets documents: every address that servers ask for, by who asks and whom the site lets in.

use std::path::Path;

use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::services::hosts;

use crate::harness::Database;
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World};

/// Addresses that people open, too.
const NEGOTIATED: [&str; 11] = [
    "/actors/{name}",
    "/c/{token}",
    "/s/{token}",
    "/s/{token}/t/{key}",
    "/q/{qid}",
    "/q/{qid}/position",
    "/events/{token}",
    "/statements/{slug}",
    "/statements/{slug}/theses/{key}",
    "/questions/{slug}",
    "/positions/{id}",
];

/// What everybody gets everywhere: without it two servers could never begin.
const OPEN: [&str; 7] = [
    "/actor",
    "/actor/outbox",
    "/.well-known/webfinger",
    "/.well-known/host-meta",
    "/.well-known/nodeinfo",
    "/nodeinfo/{version}",
    "/",
];

/// Every address of documents, as the router lists them.
fn routes() -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/activitypub/mod.rs");
    let source = std::fs::read_to_string(source).unwrap();
    let listed = source.split(".route(\"").skip(1).filter_map(|rest| rest.split_once("\", "));
    let asked = listed.filter(|(_, handler)| handler.starts_with("get("));
    let asked = asked.map(|(path, _)| path.to_owned());
    let all: Vec<String> = asked.chain(NEGOTIATED.map(str::to_owned)).chain(["/".to_owned()]).collect();
    assert!(all.len() > 40, "{all:?}");
    all
}

/// The address of something that may or may not be there.
fn filled(path: &str, statement: &str) -> String {
    let filled = path
        .replace("{name}", "north")
        .replace("/s/{token}", statement)
        .replace("{token}", "AAAAAAAAAAAAAAAAAAAAAA")
        .replace("{key}", "k1")
        .replace("{revision}", "1")
        .replace("{qid}", "qaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
        .replace("{slug}", "on-bees")
        .replace("{version}", "2.0")
        .replace("{id}", "1");
    match filled.as_str() {
        "/.well-known/webfinger" => format!("{filled}?resource=acct:north"),
        "/.well-known/plenum/copy" => format!("{filled}?id=https://a.example/1"),
        "/.well-known/plenum/thread" => format!("{filled}?id=https://a.example/1"),
        "/.well-known/plenum/keys" => format!("{filled}?actor=https://a.example/1"),
        _ => filled,
    }
}

fn unsigned(asker: &Actor, north: &Instance, path: &str) -> u16 {
    let mut request = asker.get(north, path);
    for name in ["signature", "signature-input", "date"] {
        request.headers.remove(name);
    }
    request.send()
}

async fn decides(north: &Instance, peers: &Peers, name: &str, standing: HostStanding) {
    let decision = Decision { standing, ..Decision::default() };
    let host = peers.host(name);
    north.app().db.write(|tx| hosts::decide(tx, None, &host, &decision)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn item_93_documents_are_for_those_whom_the_site_lets_in() {
    for mode in FederationMode::ALL {
        let world = World::on([("north", Database::sqlite())], mode).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let view = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let origin = north.origin();
        let bees = view.head.uri.as_str().strip_prefix(&origin).unwrap().to_owned();
        let thesis = thesis_of(&view, 1).to_string();
        let (bad, good) = (peers.person("bad", "mal"), peers.person("good", "vic"));
        let stranger = peers.person("other", "ana");
        decides(north, &peers, "bad", HostStanding::Suspended).await;
        decides(north, &peers, "good", HostStanding::Approved).await;
        let closed = mode == FederationMode::Allowlist;
        let mut served = 0;
        for route in routes() {
            let path = filled(&route, &bees);
            let asked = (
                bad.get(north, &path).send(),
                stranger.get(north, &path).send(),
                unsigned(&stranger, north, &path),
                good.get(north, &path).send(),
            );
            if OPEN.contains(&route.as_str()) {
                for status in [asked.0, asked.1, asked.2, asked.3] {
                    assert!(![401, 403].contains(&status), "{mode:?} {path}: {asked:?}");
                }
                continue;
            }
            assert_eq!(asked.0, 403, "{mode:?} {path}: suspended");
            assert_eq!((asked.1 == 403, asked.2 == 401), (closed, closed), "{mode:?} {path}: {asked:?}");
            assert!([200, 303, 404].contains(&asked.3), "{mode:?} {path}: {asked:?}");
            served += usize::from(asked.3 == 200);
        }
        assert!(served > 8, "{mode:?}: most of it is there ({served})");
        let path = thesis.strip_prefix(&origin).unwrap().to_owned();
        assert_eq!(good.get(north, &path).send(), 200, "{mode:?}");
    }
}
