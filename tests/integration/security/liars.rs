//! Peers of our own kind that lie about questions, positions and copies.

use plenum::domain::contribution::Kind;
use plenum::domain::uri::Uri;
use plenum::federation::{exchange, history, resolve};
use plenum::store;
use plenum::vocab::proof;
use serde_json::{Value, json};

use crate::harness::debate::{answer, position_of, qid_of};
use crate::harness::papers::{chain, context, copy, core_of, hands_out, position, question, tells, uri};
use crate::harness::peer::Peers;
use crate::harness::world::{Instance, World};

const ASKED: &str = "Did the deployment stabilise the situation?";

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_does_not_fit_its_name_is_none() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let liar = peers.actor("b", "mal", "Organization");
    let (honest, qid) = question(&peers, "b", &liar, ASKED);
    for (field, value) in [
        ("text", json!("Did the deployment succeed?")),
        ("askedBy", json!(north.origin())),
        ("text", json!(format!(" {ASKED}"))),
        ("v", json!(2)),
        ("extra", json!(true)),
    ] {
        let mut forged = honest.clone();
        forged["plenum:core"][field] = value;
        tells(&world, &liar, north, "Create", &forged).await;
        assert!(north.sees(&uri(&honest)).await.is_none(), "{field}");
    }
    let mut coreless = honest.clone();
    coreless.as_object_mut().unwrap().remove("plenum:core");
    tells(&world, &liar, north, "Create", &coreless).await;
    assert!(north.sees(&uri(&honest)).await.is_none());
    tells(&world, &liar, north, "Create", &honest).await;
    let copy = north.sees(&uri(&honest)).await.expect("the honest one is taken");
    assert_eq!(qid_of(&copy), qid);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_organizations_take_positions_and_each_only_one() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (person, other) = (peers.person("b", "vic"), peers.actor("b", "mal", "Organization"));
    let asked = north.asks(ASKED, &[]).await;
    let qid = qid_of(&asked);
    let unknown = question(&peers, "b", &other, "What else?").1;
    let at = |path: &str| peers.url("b", path);
    let time = "2026-11-24T11:00:00Z";

    let personal = position(&at("/p/1"), &person, &qid, (1, "Yes"), time);
    tells(&world, &person, north, "Create", &personal).await;
    let kept = north.sees(&uri(&personal)).await.map(|view| view.head.kind);
    assert_eq!(kept, Some(Kind::Post), "what a person says is a post to our question, and no position");
    assert!(north.stands(&qid).await.is_empty());

    let foreign = position(&at("/p/2"), &other, &unknown, (1, "Yes"), time);
    tells(&world, &other, north, "Create", &foreign).await;
    assert!(north.sees(&uri(&foreign)).await.is_none(), "nobody here carries this question");

    let mut empty = position(&at("/p/3"), &other, &qid, (1, "Yes"), time);
    empty.as_object_mut().unwrap().remove("plenum:answer");
    tells(&world, &other, north, "Create", &empty).await;
    assert!(north.stands(&qid).await.is_empty(), "an answer without an answer");

    let first = position(&at("/p/4"), &other, &qid, (1, "Yes"), time);
    tells(&world, &other, north, "Create", &first).await;
    let second = position(&at("/p/5"), &other, &qid, (1, "No"), time);
    tells(&world, &other, north, "Create", &second).await;
    let stands = north.stands(&qid).await;
    assert_eq!(stands.iter().map(|(_, _, answer, _)| answer.as_str()).collect::<Vec<_>>(), ["Yes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_revisions_change_nothing_and_two_texts_for_one_are_marked() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let liar = peers.actor("b", "mal", "Organization");
    let qid = qid_of(&north.asks(ASKED, &[]).await);
    let id = peers.url("b", "/p/1");
    let revision = |rev, said, updated| position(&id, &liar, &qid, (rev, said), updated);
    let first = revision(1, "Yes", "2026-11-24T11:00:00Z");
    tells(&world, &liar, north, "Create", &first).await;
    let kept = north.sees(&uri(&first)).await.unwrap();
    let mut second = revision(2, "No", "2026-11-24T11:10:00Z");
    second["plenum:prev"] = json!(position_of(&kept).digest);
    tells(&world, &liar, north, "Update", &second).await;
    let now = async || {
        let view = north.sees(&uri(&first)).await.unwrap();
        let position = position_of(&view);
        (view.head.revision, position.answer.clone(), position.equivocal)
    };
    assert_eq!(now().await, (2, "No".to_owned(), false));
    // Replayed, also with a later date.
    tells(&world, &liar, north, "Update", &first).await;
    assert_eq!(now().await, (2, "No".to_owned(), false));
    // Other words under the same number: what is here stays, both are kept, and it is marked.
    let other = revision(2, "Perhaps", "2026-11-24T11:20:00Z");
    tells(&world, &liar, north, "Update", &other).await;
    assert_eq!(now().await, (2, "No".to_owned(), true));
    let db = north.app().db;
    let id = kept.head.id;
    let both = db.read(|conn| Ok(store::positions::equivocations(conn, id)?)).await.unwrap();
    assert_eq!(both.len(), 1);
    assert!(both[0].document.contains("Perhaps"));
    let page = north.signed_in("north_admin").await.open("/admin/federation").await;
    for sentence in [
        "sends versions again that are older than what is here: 1 version not taken in",
        "sends different texts as the same version: 1 version not taken in",
    ] {
        assert!(page.says(sentence), "{}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_copy_of_a_position_is_refused() {
    let world = World::of(["north", "south"]).await;
    let (north, south, peers) = (world.at("north"), world.at("south"), Peers::new());
    let liar = peers.actor("b", "mal", "Organization");
    let asked = north.asks(ASKED, &[]).await;
    let qid = qid_of(&asked);
    let real = north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    let db = north.app().db;
    let document = db.read(|conn| Ok(store::revisions::newest(conn, real.head.id)?)).await.unwrap();
    let document: Value = serde_json::from_str(&document.unwrap().document.unwrap()).unwrap();
    let mut altered = document.clone();
    altered["plenum:answer"] = json!({ "en": "No" });

    // The liar carries the question, and lists what it likes.
    let copy = copy(&peers, "b", &liar, (&core_of(north, &qid).await, &qid));
    let list = format!("{}/positions", copy["id"].as_str().unwrap());
    let lists = |items: Value, digest: &str| {
        let page = json!({ "type": "OrderedCollectionPage", "id": format!("{list}?page=true"), "orderedItems": items });
        peers.publish(&json!({
            "@context": context(), "id": list, "type": "OrderedCollection", "first": page,
            "plenum:setDigest": digest,
        }));
    };
    lists(json!([altered]), &"ab".repeat(32));
    // South has seen North's key; from now on nobody can ask North itself.
    resolve::account(&south.data(), &north.handle()).await.unwrap();
    north.goes_dark();
    peers.publish(&copy);
    tells(&world, &liar, south, "Create", &copy).await;
    let id = Uri::parse(copy["id"].as_str().unwrap()).unwrap();
    south.adopts(&id).await.expect("the question itself is sound");
    world.settle().await;
    assert!(south.stands(&qid).await.is_empty(), "what North did not sign is not North's");

    let page = south.signed_in("south_admin").await.open("/admin/federation").await;
    let sentence =
        format!("{} hands out what its author did not sign so: 1 copy not taken in", peers.host("b"));
    assert!(page.says(&sentence), "{}", page.body);
    // The same text unaltered is as good from a liar as from anybody.
    lists(json!([document]), &"cd".repeat(32));
    world.advance_hours(3);
    world.settle().await;
    let stands = south.stands(&qid).await;
    assert_eq!(stands.iter().map(|(_, _, answer, _)| answer.as_str()).collect::<Vec<_>>(), ["Yes"]);
}

/// What a position of a liar looks like here: its version, whether one before it is missing, and whether
/// it was given out with different words.
async fn kept(at: &Instance, position: &Value) -> (i32, bool, bool) {
    let view = at.sees(&uri(position)).await.unwrap();
    let position = position_of(&view);
    (view.head.revision, position.gap, position.equivocal)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_follows_none_that_is_here_is_marked_until_that_one_is_found() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let liar = peers.actor("b", "mal", "Organization");
    let qid = qid_of(&north.asks(ASKED, &[]).await);
    let id = peers.url("b", "/p/1");
    let now = north.app().clock().now();
    let version = |rev, said, minute, before: Option<&Value>| {
        let updated = format!("2026-11-24T11:{minute}:00Z");
        let mut document = position(&id, &liar, &qid, (rev, said), &updated);
        if let Some(before) = before {
            document["plenum:prev"] = json!(proof::digest(before).unwrap());
        }
        liar.prove(&document, now)
    };
    let first = version(1, "Yes", 10, None);
    let second = version(2, "No", 20, Some(&first));
    let third = version(3, "Perhaps", 30, Some(&second));
    tells(&world, &liar, north, "Create", &first).await;
    assert_eq!(kept(north, &first).await, (1, false, false));
    tells(&world, &liar, north, "Update", &third).await;
    assert_eq!(kept(north, &first).await, (3, true, false), "it counts, and the gap is no secret");
    let key = north.sees(&uri(&first)).await.unwrap().head.id;

    // What nobody signed fills no gap.
    let mut altered = second.clone();
    altered["plenum:answer"] = json!({ "en": "Never" });
    hands_out(&peers, "b", 2, &altered);
    history::fill(&north.data(), key).await.unwrap();
    assert_eq!(kept(north, &first).await, (3, true, false));
    hands_out(&peers, "b", 2, &second);
    // What was just refused is not asked for again at once.
    world.advance_hours(1);
    history::fill(&north.data(), key).await.unwrap();
    assert_eq!(kept(north, &first).await, (3, false, false), "the version between them is here");

    // The next one follows another third version than ours: that one is the contradiction, not the next.
    let other = version(3, "Certainly", 31, Some(&second));
    let fourth = version(4, "Who knows", 40, Some(&other));
    hands_out(&peers, "b", 3, &other);
    world.advance_hours(1);
    tells(&world, &liar, north, "Update", &fourth).await;
    assert_eq!(kept(north, &first).await, (4, false, true));
    let db = north.app().db;
    let both = db.read(|conn| Ok(store::positions::equivocations(conn, key)?)).await.unwrap();
    assert_eq!(both.iter().map(|other| other.revision).collect::<Vec<_>>(), [3]);
    assert!(both[0].document.contains("Certainly"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_that_reaches_deep_is_closed_all_the_same() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let author = peers.actor("b", "mal", "Organization");
    let qid = qid_of(&north.asks(ASKED, &[]).await);
    let (id, now) = (peers.url("b", "/p/1"), north.app().clock().now());
    let said = |number| if number % 2 == 0 { "No".to_owned() } else { "Yes".to_owned() };
    let versions = chain((&id, &author, &qid), 60, now, said);
    for (number, version) in (1..).zip(&versions) {
        hands_out(&peers, "b", number, version);
    }
    tells(&world, &author, north, "Create", &versions[0]).await;
    tells(&world, &author, north, "Update", &versions[59]).await;
    world.settle().await;
    assert_eq!(kept(north, &versions[0]).await, (60, false, false));
    let key = north.sees(&uri(&versions[0])).await.unwrap().head.id;
    let db = north.app().db;
    assert_eq!(db.read(|conn| Ok(store::revisions::count(conn, key)?)).await.unwrap(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_deletes_the_position_of_somebody_else() {
    let world = World::of(["north", "south"]).await;
    let (north, south, peers) = (world.at("north"), world.at("south"), Peers::new());
    let liar = peers.actor("b", "mal", "Organization");
    south.follows(north).await;
    let asked = north.asks(ASKED, &[]).await;
    let qid = qid_of(&asked);
    world.settle().await;
    let real = north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    world.settle().await;
    assert_eq!(south.stands(&qid).await.len(), 1);
    let copy = copy(&peers, "b", &liar, (&core_of(north, &qid).await, &qid));
    let id = copy["id"].as_str().unwrap().to_owned();
    let object = json!({ "id": real.head.uri, "type": "Tombstone" });
    let now = south.app().clock().now();
    let own = liar.prove(&liar.does("Delete", object.clone()), now);
    let mut another = liar.does("Delete", object);
    another["actor"] = json!(real.author.uri);
    let forged = liar.prove(&another, now);
    let list = format!("{id}/deletions");
    peers.publish(&json!({
        "@context": context(), "id": list, "type": "OrderedCollection",
        "orderedItems": [own, forged, another],
    }));
    peers.publish(&json!({
        "@context": context(), "id": format!("{id}/positions"), "type": "OrderedCollection",
        "orderedItems": [], "plenum:setDigest": "ab".repeat(32), "plenum:deletionDigest": "cd".repeat(32),
    }));
    peers.publish(&copy);
    tells(&world, &liar, south, "Create", &copy).await;
    exchange::reconcile(&south.data(), &qid).await.unwrap();
    assert_eq!(peers.requests_for("b", &format!("/q/{qid}/deletions")), 1, "the list was read");
    assert_eq!(south.stands(&qid).await.len(), 1, "North stands by its word");
    north.goes_dark();
    world.advance_hours(3);
    exchange::reconcile(&south.data(), &qid).await.unwrap();
    assert_eq!(south.stands(&qid).await.len(), 1, "also where North cannot be asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_no_calendar_has_is_left_out_of_a_signed_position() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let other = peers.actor("b", "mal", "Organization");
    let qid = qid_of(&north.asks(ASKED, &[]).await);
    let now = north.app().clock().now();
    let id = peers.url("b", "/p/1");
    let version = |rev: i32, day: &str, before: Option<&Value>| {
        let updated = format!("2026-11-24T11:0{rev}:00Z");
        let mut document = position(&id, &other, &qid, (rev, "Yes"), &updated);
        document["plenum:adopted"] = json!({ "plenum:body": "Congress", "plenum:date": day });
        if let Some(before) = before {
            document["plenum:prev"] = json!(proof::digest(before).unwrap());
        }
        other.prove(&document, now)
    };
    let first = version(1, "31.02.2022", None);
    tells(&world, &other, north, "Create", &first).await;
    let shown = async || {
        let view = north.sees(&uri(&first)).await.expect("what it says stands without the day");
        let position = position_of(&view);
        (view.head.revision, position.adopted_body.clone(), position.adopted_on.clone())
    };
    assert_eq!(shown().await, (1, "Congress".to_owned(), String::new()));
    let second = version(2, "2022-02-31", Some(&first));
    tells(&world, &other, north, "Update", &second).await;
    assert_eq!(shown().await, (2, "Congress".to_owned(), String::new()));
    let page = north.signed_in("north_admin").await.open("/admin/federation").await;
    assert!(page.says("names days that no calendar has: 2 days not taken in"), "{}", page.body);
    let third = version(3, "2022-02-28", Some(&second));
    tells(&world, &other, north, "Update", &third).await;
    assert_eq!(shown().await, (3, "Congress".to_owned(), "2022-02-28".to_owned()));
    // What others check is the document as it was signed, with the day that none is.
    let path = format!(
        "/api/plenum/v1/contributions/{}/versions/1",
        north.sees(&uri(&first)).await.unwrap().head.id
    );
    let kept = north.stranger().get(&path).await.ok();
    assert_eq!(kept["document"], first);
}
