//! Who signed a request, and what they signed (security items 1 to 18).

use std::thread;

use plenum::domain::host::{HostStanding, SignatureScheme};
use plenum::domain::host_rule::Decision;
use plenum::domain::keys::{Algorithm, SigningKey};
use plenum::services::hosts;
use serde_json::{Value, json};

use super::elsewhere::redirect;
use super::{ParseUri, Scene};
use crate::harness::peer::{Actor, Request};

/// `mal` asks to follow the organization: something that leaves a trace when it is accepted.
fn follow(scene: &Scene, actor: &Actor) -> Value {
    actor.does("Follow", scene.organization.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_an_unsigned_activity_is_refused_without_a_question() {
    let scene = Scene::set().await;
    let before = scene.before().await;
    let request = Request::unsigned(scene.t(), "/inbox", &follow(&scene, &scene.mal));
    assert_eq!(request.send(), 401);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_2_nobody_signs_in_anothers_name() {
    let scene = Scene::set().await;
    let before = scene.before().await;
    let activity = follow(&scene, &scene.vic);
    assert_eq!(scene.mal.post(scene.t(), "/inbox", &activity).send(), 401);
    scene.unchanged(&before, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_3_a_changed_body_is_refused() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let activity = follow(&scene, &scene.mal);
    let mut changed = scene.mal.post(scene.t(), "/inbox", &activity);
    let last = changed.body.len() - 2;
    changed.body[last] ^= 1;
    assert_eq!(changed.send(), 401);
    let mut written_again = scene.mal.post(scene.t(), "/inbox", &activity);
    written_again.body = serde_json::to_vec_pretty(&activity).unwrap();
    assert_eq!(written_again.send(), 401);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_4_what_stands_twice_is_refused() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    for name in ["digest", "date", "signature", "host"] {
        let mut request = scene.mal.post(scene.t(), "/inbox", &follow(&scene, &scene.mal));
        let value = request.header(name);
        request.add(name, &value);
        assert!([400, 401].contains(&request.send()), "two {name}");
    }
    let mut request = scene.mal.post(scene.t(), "/inbox", &follow(&scene, &scene.mal));
    let twice = format!("keyId=\"{}#main-key\",{}", scene.vic.id, request.header("signature"));
    request.set("signature", &twice);
    assert!([400, 401].contains(&request.send()));
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_5_the_digest_must_be_signed_and_strong() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let mut request = scene.mal.post(scene.t(), "/inbox", &follow(&scene, &scene.mal));
    request.set("digest", "MD5=1B2M2Y8AsgTpgAmY7PhCfg==");
    assert_eq!(request.send(), 401);
    let mut request = scene.mal.post(scene.t(), "/inbox", &follow(&scene, &scene.mal));
    request.headers.remove("digest");
    assert_eq!(request.send(), 401);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_6_and_7_a_request_for_elsewhere_is_no_request_for_us() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let signed = || scene.mal.post(scene.t(), "/inbox", &follow(&scene, &scene.mal));
    let mut other_host = signed();
    other_host.set("host", "a.localhost:1");
    assert!([401, 421].contains(&other_host.send()));
    let mut forwarded = signed();
    forwarded.set("host", "a.localhost:1");
    forwarded.set("x-forwarded-host", &scene.t().host);
    assert!([401, 421].contains(&forwarded.send()));
    let mut other_path = signed();
    other_path.path = "/actor/inbox".to_owned();
    assert_eq!(other_path.send(), 401);
    let mut with_query = signed();
    with_query.path = "/inbox?x=1".to_owned();
    // The query may be left out of the signature (older Mastodon), so this one counts, once.
    let replayed = with_query.send();
    assert!([202, 401].contains(&replayed), "{replayed}");
    if replayed == 401 {
        // One question, whether the key was changed.
        scene.unchanged(&before, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_8_a_signature_over_too_little_is_refused() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    for covered in
        ["date", "digest", "", "(request-target) host date", "(request-target) host date digest x-gone"]
    {
        let mut request = scene.mal.post(scene.t(), "/inbox", &follow(&scene, &scene.mal));
        let header = request.header("signature");
        let (head, rest) = header.split_once("headers=\"").unwrap();
        let (_, tail) = rest.split_once('"').unwrap();
        request.set("signature", &format!("{head}headers=\"{covered}\"{tail}"));
        assert_eq!(request.send(), 401, "{covered}");
    }
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_9_an_old_or_early_signature_is_refused() {
    let scene = Scene::acquainted().await;
    let before = scene.before().await;
    let old = scene.mal.post(scene.t(), "/inbox", &follow(&scene, &scene.mal));
    scene.world.advance_seconds(66 * 60);
    assert_eq!(old.send(), 401);
    let early = scene.mal.post(scene.t(), "/inbox", &follow(&scene, &scene.mal));
    scene.world.advance_seconds(-2 * 3600);
    assert_eq!(early.send(), 401);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_10_a_replay_counts_once() {
    let scene = Scene::acquainted().await;
    let note = scene.mal.reply("1", &scene.statement, "Really?");
    let request = scene.mal.post(scene.t(), "/inbox", &scene.mal.does("Create", note));
    let statuses: Vec<u16> = tokio::task::block_in_place(|| {
        thread::scope(|scope| {
            let senders: Vec<_> = (0..100).map(|_| scope.spawn(|| request.send_here())).collect();
            senders.into_iter().map(|sender| sender.join().unwrap()).collect()
        })
    });
    assert!(statuses.iter().all(|status| *status == 202), "{statuses:?}");
    scene.world.settle().await;
    let thread = scene.t().thread(&scene.statement).await;
    assert_eq!(thread.iter().filter(|uri| uri.contains("/notes/1")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_11_a_key_counts_only_when_its_owner_lists_it() {
    let scene = Scene::set().await;
    let before = scene.before().await;
    let (vic, mal) = (&scene.vic, &scene.mal);
    let body = follow(&scene, vic).to_string().into_bytes();
    // A key document on A that names `vic` as its owner.
    let key_id = scene.peers.url("a", "/keys/1");
    let pem = mal.rsa.verifying_key().to_pem();
    scene.peers.publish(&json!({ "id": key_id, "type": "Key", "owner": vic.id, "publicKeyPem": pem }));
    let forged = mal.post_by(scene.t(), "/inbox", body.clone(), &key_id, SignatureScheme::Cavage);
    assert_eq!(forged.send(), 401);
    // A key on V that `vic` does not list.
    let key_id = scene.peers.url("v", "/uploads/key");
    scene.peers.publish(&json!({ "id": key_id, "type": "Key", "owner": vic.id, "publicKeyPem": pem }));
    let unlisted = mal.post_by(scene.t(), "/inbox", body.clone(), &key_id, SignatureScheme::Cavage);
    assert_eq!(unlisted.send(), 401);
    // A key that `mal` lists for `vic`'s server.
    let mut document = mal.document();
    document["publicKey"]["id"] = json!(format!("{}#main-key", vic.id));
    scene.peers.publish(&document);
    let listed_elsewhere =
        mal.post_by(scene.t(), "/inbox", body, &format!("{}#main-key", vic.id), SignatureScheme::Cavage);
    assert_eq!(listed_elsewhere.send(), 401);
    scene.unchanged(&before, 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_11_a_key_with_an_address_of_its_own_is_found_through_its_owner() {
    // GoToSocial: the key's address serves the account, with the account's own `id`.
    let scene = Scene::set().await;
    let key_id = format!("{}/main-key", scene.vic.id);
    let mut document = scene.vic.document();
    document["publicKey"]["id"] = json!(key_id);
    scene.peers.publish(&document);
    let stub = json!({
        "id": scene.vic.id, "type": "Person", "preferredUsername": "vic", "publicKey": document["publicKey"],
    });
    scene.peers.serve(&key_id, &stub);
    let body = follow(&scene, &scene.vic).to_string().into_bytes();
    let request = scene.vic.post_by(scene.t(), "/inbox", body, &key_id, SignatureScheme::Cavage);
    assert_eq!(request.send(), 202);
    scene.world.settle().await;
    assert!(scene.t().state().await.contains(&key_id), "the key is kept under its own address");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_12_weak_and_excessive_keys_are_refused() {
    let scene = Scene::set().await;
    let before = scene.before().await;
    let good = scene.mal.document()["publicKey"].clone();
    let weak = "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL\n-----END PUBLIC KEY-----\n";
    let mut many: Vec<Value> = (0..50)
        .map(|number| json!({ "id": format!("{}#key-{number}", scene.mal.id), "owner": scene.mal.id, "publicKeyPem": weak }))
        .collect();
    many.push(good);
    for keys in [
        json!(many),
        json!({ "id": format!("{}#main-key", scene.mal.id), "owner": scene.mal.id, "publicKeyPem": "x".repeat(200_000) }),
    ] {
        let mut document = scene.mal.document();
        document["publicKey"] = keys;
        scene.peers.publish(&document);
        assert_eq!(scene.mal.sends(scene.t(), &follow(&scene, &scene.mal)), 401);
    }
    scene.unchanged(&before, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_13_a_new_key_is_fetched_once_and_forgeries_make_us_ask_no_more() {
    let scene = Scene::acquainted().await;
    let mut mal = scene.peers.person("a", "mal");
    mal.rsa = SigningKey::generate(Algorithm::Rsa).unwrap();
    scene.peers.publish(&mal.document());
    let before = scene.peers.requests();
    assert_eq!(mal.sends(scene.t(), &follow(&scene, &mal)), 202);
    assert_eq!(scene.peers.requests() - before, 1, "exactly one question");
    let forger = SigningKey::generate(Algorithm::Rsa).unwrap();
    mal.rsa = forger;
    for _ in 0..100 {
        assert_eq!(mal.sends(scene.t(), &follow(&scene, &mal)), 401);
    }
    assert!(scene.peers.requests() - before <= 2, "at most one more within the cooldown");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_14_a_key_that_cannot_be_had_is_asked_for_once() {
    let scene = Scene::set().await;
    let before = scene.before().await;
    let mal = &scene.mal;
    let body = || follow(&scene, mal).to_string().into_bytes();
    for (path, status, answer) in [
        ("/k/404", "404 Not Found", 401),
        ("/k/410", "410 Gone", 401),
        ("/k/500", "500 Internal Server Error", 503),
    ] {
        let key_id = scene.peers.url("a", path);
        scene.peers.status(&key_id, status);
        for _ in 0..5 {
            let request = mal.post_by(scene.t(), "/inbox", body(), &key_id, SignatureScheme::Cavage);
            assert_eq!(request.send(), answer, "{status}");
        }
        assert_eq!(scene.peers.requests_for("a", path), 1, "{status}");
    }
    let key_id = scene.peers.url("a", "/k/302");
    scene.peers.answer(&key_id, Some(redirect(&scene.vic.id)));
    let request = mal.post_by(scene.t(), "/inbox", body(), &key_id, SignatureScheme::Cavage);
    assert_eq!(request.send(), 401);
    scene.unchanged(&before, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_14_the_farewell_of_a_stranger_is_no_work() {
    let scene = Scene::set().await;
    let before = scene.before().await;
    scene.peers.status(&scene.mal.id, "410 Gone");
    let farewell = scene.mal.does("Delete", scene.mal.id.as_str());
    assert_eq!(scene.mal.sends(scene.t(), &farewell), 202);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_15_the_newer_form_of_signature_is_accepted() {
    let scene = Scene::acquainted().await;
    let body = scene.mal.does("Create", scene.mal.reply("1", &scene.statement, "Really?"));
    let key_id = format!("{}#main-key", scene.mal.id);
    let bytes = body.to_string().into_bytes();
    let request = scene.mal.post_by(scene.t(), "/inbox", bytes.clone(), &key_id, SignatureScheme::Rfc9421);
    assert_eq!(request.send(), 202);
    let mut wrong = scene.mal.post_by(scene.t(), "/inbox", bytes, &key_id, SignatureScheme::Rfc9421);
    wrong.set("content-digest", "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:");
    assert_eq!(wrong.send(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_17_a_suspension_holds_for_keys_we_know() {
    let scene = Scene::acquainted().await;
    let host = scene.peers.host("a");
    let db = scene.t().app().db;
    let suspended = Decision { standing: HostStanding::Suspended, ..Decision::default() };
    db.write(|tx| hosts::decide(tx, None, &host, &suspended)).await.unwrap();
    let before = scene.before().await;
    assert_eq!(scene.mal.sends(scene.t(), &follow(&scene, &scene.mal)), 403);
    scene.unchanged(&before, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_18_what_others_forward_is_asked_for_at_its_origin() {
    let scene = Scene::acquainted().await;
    let vic = &scene.vic;
    let genuine = vic.reply("1", &scene.statement, "What vic wrote");
    scene.peers.publish(&genuine);
    let mut forged = genuine.clone();
    forged["content"] = json!("What mal wants vic to have written");
    let mut activity = vic.does("Create", forged);
    activity["signature"] = json!({ "type": "RsaSignature2017", "signatureValue": "AAAA" });
    assert_eq!(scene.mal.sends(scene.t(), &activity), 202);
    scene.world.settle().await;
    let uri = genuine["id"].as_str().unwrap().parse_uri();
    let stored = scene.t().sees(&uri).await.expect("it is fetched from V");
    assert!(stored.head.content.contains("What vic wrote"), "{}", stored.head.content);
    let before = scene.before().await;
    for key in ["@graph", "@included", "@reverse"] {
        let mut rerooted = vic.does("Create", vic.reply("2", &scene.statement, "x"));
        rerooted["signature"] = json!({});
        rerooted[key] = json!([]);
        assert_eq!(scene.mal.sends(scene.t(), &rerooted), 400, "{key}");
    }
    let mut gone = vic.does("Create", vic.reply("3", &scene.statement, "never published"));
    gone["signature"] = json!({});
    assert_eq!(scene.mal.sends(scene.t(), &gone), 202);
    scene.world.settle().await;
    scene.unchanged(&before, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_18_what_carries_a_valid_proof_counts_from_anybodys_hands() {
    let scene = Scene::acquainted().await;
    let vic = &scene.vic;
    let now = scene.t().app().clock().now();
    let note = vic.reply("1", &scene.statement, "What vic wrote");
    let proven = vic.prove(&vic.does("Create", note.clone()), now);
    assert_eq!(scene.mal.sends(scene.t(), &proven), 202);
    scene.world.settle().await;
    let uri = note["id"].as_str().unwrap().parse_uri();
    assert!(scene.t().sees(&uri).await.is_some());
    assert_eq!(scene.peers.requests_for("v", "/users/vic/notes/1"), 0, "nobody had to ask");
    let mut altered = vic.prove(&vic.does("Create", vic.reply("2", &scene.statement, "x")), now);
    altered["object"]["content"] = json!("altered");
    let before = scene.before().await;
    assert_eq!(scene.mal.sends(scene.t(), &altered), 202);
    // Unproven, it is a hint to ask V, which knows nothing of it.
    scene.unchanged(&before, 1).await;
}
