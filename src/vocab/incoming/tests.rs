//! Documents of real programs, and documents that try something.

use serde_json::{Value, json};

use super::*;
use crate::domain::contribution::{State, Visibility};
use crate::domain::keys::{Algorithm, SigningKey};
use crate::domain::media::MediaKind;

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap()
}

/// A file below `tests/fixtures/peers`, with a key where the file says `PEM`.
macro_rules! fixture {
    ($name:literal) => {{
        let key = include_bytes!("../../../tests/fixtures/keys/rsa-1.pk8");
        let pem = SigningKey::from_pkcs8(Algorithm::Rsa, key).unwrap().verifying_key().to_pem();
        let text = include_str!(concat!("../../../tests/fixtures/peers/", $name, ".json"));
        let pem = serde_json::to_string(&pem).unwrap();
        serde_json::from_str::<Value>(&text.replace("\"PEM\"", &pem)).unwrap()
    }};
}

fn embedded(activity: &IncomingActivity) -> IncomingObject {
    let Some(Item::Embedded(value)) = activity.object() else { panic!("an embedded object") };
    IncomingObject::read(value).unwrap()
}

#[test]
fn mastodon_people() {
    let wren = IncomingActor::read(&fixture!("mastodon/person")).unwrap();
    assert_eq!(
        (wren.kind, wren.handle().to_string().as_str()),
        (AccountKind::Person, "wren@mastodon.example")
    );
    assert_eq!(wren.display_name, "Wren of the hedge", "without the character that turns the line");
    assert!(
        wren.summary.as_str().contains("<strong>bees</strong>") && !wren.summary.as_str().contains("script")
    );
    assert!(wren.locked && wren.discoverable);
    assert_eq!(wren.keys.len(), 1);
    assert_eq!(wren.also_known_as, [uri("https://old.example/users/wren")]);
    assert_eq!(wren.shared_inbox, Some(uri("https://mastodon.example/inbox")));
    let undo = IncomingActivity::read(fixture!("mastodon/undo-follow")).unwrap();
    let inner = undo.object().unwrap().activity().unwrap();
    assert_eq!((inner.verb, inner.actor), (Verb::Follow, Some(wren.id)));
}

#[test]
fn mastodon_replies() {
    let followers = uri("https://mastodon.example/users/wren/followers");
    let create = IncomingActivity::read(fixture!("mastodon/create-reply")).unwrap();
    assert_eq!(create.verb, Verb::Create);
    assert!(create.portable, "it may be forwarded");
    let reply = embedded(&create);
    assert_eq!(reply.in_reply_to, Some(uri("https://red.example/s/abc/t/k2")));
    assert_eq!(reply.mentions, [uri("https://red.example/actors/red")]);
    assert_eq!((reply.tags.as_slice(), reply.language.as_str()), (&["bees".to_owned()][..], "en"));
    assert_eq!(reply.visibility(Some(&followers)), Visibility::Public);
    let [bee] = reply.media.as_slice() else { panic!("{:?}", reply.media) };
    assert_eq!(
        (bee.kind, bee.media_type.as_str(), bee.size),
        (MediaKind::Image, "image/jpeg", Some((10, 10)))
    );
    assert_eq!(bee.description, "A bee on a flower");
    assert!(!reply.content.as_str().contains("A bee"), "a picture is no part of the text");
    assert_eq!((reply.title, reply.summary), (None, None));
}

#[test]
fn gotosocial_single_values_and_keys_with_paths() {
    let otter = IncomingActor::read(&fixture!("gotosocial/person")).unwrap();
    assert_eq!(otter.keys[0].uri, uri("https://gts.example/users/otter/main-key"));
    assert_eq!(otter.shared_inbox, None);
    let create = IncomingActivity::read(fixture!("gotosocial/create-note")).unwrap();
    let note = embedded(&create);
    assert_eq!(note.visibility(otter.followers.as_ref()), Visibility::Unlisted);
    assert_eq!(note.mentions, [uri("https://red.example/actors/red")], "a single tag is no array");
    assert_eq!((note.summary.as_deref(), note.sensitive), (Some("About rivers"), true));
    assert_eq!(note.published.unwrap().to_rfc3339(), "2026-11-20T10:00:00Z");
    assert_eq!(note.replies, Some(uri("https://gts.example/users/otter/statuses/01K/replies")));
    let page = IncomingCollection::read(&note.value["replies"]).unwrap();
    assert!(matches!(page.next, Some(Next::Embedded(_))));
}

#[test]
fn lemmy_groups_hand_activities_on() {
    let group = IncomingActor::read(&fixture!("lemmy/group")).unwrap();
    assert_eq!((group.kind, group.locked), (AccountKind::Forum, false));
    let announce = IncomingActivity::read(fixture!("lemmy/announce-create-comment")).unwrap();
    assert!(announce.object_is_activity());
    let Some(Item::Embedded(inner)) = announce.object() else { panic!("an embedded activity") };
    let inner = IncomingActivity::read(inner.clone()).unwrap();
    assert!(inner.audience.named.contains(&group.id), "it was addressed to the group");
    assert_eq!(embedded(&inner).owner, uri("https://lemmy.example/u/drone"));
    let page = IncomingObject::read(&fixture!("lemmy/page")).unwrap();
    assert_eq!(page.title.as_deref(), Some("Do bees dream?"));
    assert!(page.audience.public && page.updated > page.published);
}

#[test]
fn misskey_aliases_and_reactions() {
    let note = IncomingObject::read(&fixture!("misskey/note")).unwrap();
    assert!(note.audience.unlisted && !note.audience.public, "`as:Public` is Public");
    assert_eq!(note.in_reply_to, None);
    assert!(note.tags.is_empty());
    let reaction = IncomingActivity::read(fixture!("misskey/reaction")).unwrap();
    assert_eq!(
        (reaction.verb.clone(), reaction.object_uri()),
        (Verb::Like, Some(uri("https://red.example/s/abc")))
    );
    let undo = IncomingActivity::read(fixture!("misskey/undo-announce")).unwrap();
    let inner = undo.object().unwrap().activity().unwrap();
    assert_eq!(inner.actor, Some(uri("https://misskey.example/users/8xyz")), "an embedded actor");
}

#[test]
fn nodebb_and_wordpress_articles() {
    let article = IncomingObject::read(&fixture!("nodebb/article")).unwrap();
    assert_eq!(article.title.as_deref(), Some("On the hive"));
    assert_eq!(article.summary.as_deref(), Some("On the hive, at length."), "a summary is plain text");
    assert_eq!(article.context, Some(uri("https://nodebb.example/topic/12")));
    let post = IncomingObject::read(&fixture!("wordpress/article")).unwrap();
    assert_eq!(post.url, "https://blog.example/2026/11/hive/");
    assert_eq!(post.summary.as_deref(), Some("An excerpt & nothing more."));
    assert_eq!(post.language, "de");
    assert_eq!(post.media[0].description, "The hive");
}

#[test]
fn a_statement_comes_apart_where_its_ranges_say() {
    let content = "<p>Vorwort für alle</p><h2>Theses</h2><p>Schluß</p>";
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams"],
        "id": "https://red.example/s/1", "type": "Article", "plenum:kind": "Statement",
        "attributedTo": "https://red.example/actors/red", "name": "Bienen", "content": content,
        "plenum:parts": { "plenum:introduction": [0, 23], "plenum:closing": [38, 51], "plenum:limits": [9, 3] },
        "plenum:theses": [{ "id": "https://red.example/s/1/t/k1" }, 5, "https://red.example/s/1/t/k2"],
        "plenum:status": "retracted", "plenum:reason": "Verzählt", "plenum:rev": 3,
    });
    let read = IncomingObject::read(&document).unwrap();
    let ObjectKind::Statement(statement) = read.kind else { panic!("a statement") };
    assert_eq!(statement.introduction.as_str(), "<p>Vorwort für alle</p>");
    assert_eq!(statement.closing.as_str(), "<p>Schluß</p>");
    assert_eq!((statement.state, statement.revision), (State::Retracted, 3));
    assert_eq!(statement.theses.len(), 2);
    assert!(statement.digest.starts_with("sha256-"));
    let mut unknown = document;
    unknown["plenum:kind"] = json!("Poem");
    assert!(matches!(IncomingObject::read(&unknown).unwrap().kind, ObjectKind::Post));
}

#[test]
fn owners_and_identities_are_beyond_doubt_or_refused() {
    let note = json!({
        "id": "https://a.test/n/1", "type": "Note", "attributedTo": "https://a.test/u/mal", "content": "x",
    });
    assert!(IncomingObject::read(&note).is_ok());
    let with = |name: &str, value: Value| {
        let mut note = note.clone();
        note[name] = value;
        IncomingObject::read(&note).is_ok()
    };
    for owner in [
        json!(5),
        json!(["https://a.test/u/mal", "https://v.test/u/vic"]),
        json!({}),
        json!("https://v.test/u/vic"),
    ] {
        assert!(!with("attributedTo", owner.clone()), "{owner}");
    }
    assert!(with("attributedTo", json!([{ "type": "Person", "id": "https://a.test/u/mal" }])));
    for id in [
        json!(["https://a.test/n/1"]),
        json!("https://a.test/n/1#x"),
        json!("https://a.test./n/1"),
        json!("javascript:1"),
    ] {
        assert!(!with("id", id.clone()), "{id}");
    }
    assert!(with("id", json!("HTTPS://A.TEST:443/n/1")), "another spelling of the same address");
    for key in ["@graph", "@included", "@reverse"] {
        assert!(!with(key, json!([])), "{key}");
    }
}

#[test]
fn crowds_are_cut_short() {
    let many: Vec<Value> =
        (0..10_000).map(|n| json!({ "type": "Mention", "href": format!("https://h{n}.test/u") })).collect();
    let note = json!({
        "id": "https://a.test/n/1", "type": "Note", "attributedTo": "https://a.test/u/mal", "content": "x",
        "tag": many, "cc": (0..10_000).map(|n| format!("https://h{n}.test/u")).collect::<Vec<_>>(),
    });
    let read = IncomingObject::read(&note).unwrap();
    assert!(read.mentions.len() <= 50 && read.audience.named.len() <= 200);
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_json_makes_the_reader_fail(
        kind in "Note|Article|Person|Create|Undo|Tombstone|OrderedCollectionPage",
        name in "id|type|attributedTo|actor|object|tag|to|content|contentMap|plenum:parts|publicKey|endpoints|name",
        value in proptest::prop_oneof!["\\PC{0,20}", "https://a\\.test/[a-z]{0,5}"],
        shape in 0..5,
    ) {
        let value = match shape {
            0 => json!(value),
            1 => json!([value, [value]]),
            2 => json!({ "id": value, "en": value, "plenum:body": [7, 3] }),
            3 => json!(-1.5e300),
            _ => Value::Null,
        };
        let mut document = json!({ "id": "https://a.test/1", "type": kind, "actor": "https://a.test/u" });
        document[name] = value;
        let _ = Document::read(&document);
        let _ = IncomingCollection::read(&document);
        let _ = Envelope::read(&document);
        let _ = IncomingActivity::read(document);
    }
}
