//! Each kind as other servers get it: kept letter by letter, and held against what Mastodon, GoToSocial,
//! Lemmy and Misskey need of it.

use plenum::domain::contribution::Visibility;
use plenum::domain::critique::Intent;
use plenum::domain::view::View;
use plenum::services::posts::{self, NewPost};
use plenum::text::Markdown;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::events::fact;
use crate::harness::debate::{answer, qid_of};
use crate::harness::peer::PUBLIC;
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World};

const ASKED: &str = "Did the deployment stabilise the situation?";
/// What Mastodon keeps of HTML, and the headings of long texts.
const ELEMENTS: [&str; 22] = [
    "p",
    "br",
    "span",
    "a",
    "del",
    "s",
    "pre",
    "blockquote",
    "code",
    "b",
    "strong",
    "u",
    "i",
    "em",
    "ul",
    "ol",
    "li",
    "h2",
    "h3",
    "h4",
    "ruby",
    "rt",
];
/// What is another one each time.
const RANDOM: [&str; 4] = ["proofValue", "plenum:digest", "plenum:prev", "plenum:answerKey"];

/// What North and South sent each other, by kind.
struct Sent {
    world: World,
    /// What stands for words that are others each time.
    names: Vec<(String, &'static str)>,
    documents: Vec<(&'static str, Value)>,
}

pub(super) async fn document(site: &Instance, view: &View) -> Value {
    site.document(view.head.uri.as_str().strip_prefix(&site.origin()).unwrap()).await
}

pub(super) async fn posted(site: &Instance) -> View {
    let anna = site.person("anna", &[]).await;
    let post = NewPost {
        markdown: Markdown::new("Bees *dance*, wasps [do not](https://wasps.example/). #bees"),
        summary: Some("Insects".to_owned()),
        visibility: Visibility::Public,
        language: "en".to_owned(),
        ..NewPost::default()
    };
    site.app().db.write(|tx| posts::publish(tx, &anna, &post)).await.unwrap()
}

/// The documents of what a site said.
async fn shelf(site: &Instance, said: &[(&'static str, View)]) -> Vec<(&'static str, Value)> {
    let mut documents = Vec::new();
    for (kind, view) in said {
        documents.push((*kind, document(site, view).await));
    }
    documents
}

/// What north says by itself.
async fn first(north: &Instance) -> [(&'static str, View); 4] {
    [
        ("Statement", north.publishes(statement("On bees").thesis("Bees can count to four.")).await),
        ("Question", north.asks(ASKED, &["Yes", "No"]).await),
        ("Event", north.records(&fact("The government resigns.", "2022-01-05")).await.unwrap()),
        ("Post", posted(north).await),
    ]
}

/// What south says to that.
async fn then(south: &Instance, published: &View, question: &View) -> [(&'static str, View); 4] {
    let bela = south.person("bela", &[]).await;
    let passage = (Intent::Objection, "count to four");
    let thesis = thesis_of(published, 1);
    let stand = answer("provisional", "Yes", "Order returned.");
    [
        ("Critique", south.criticizes(&bela, &thesis, passage, "To five!").await.unwrap()),
        ("Reply", south.replies(&bela, &published.head.uri, "Who counted?").await),
        ("QuestionCopy", south.adopts(&question.head.uri).await.unwrap()),
        ("Position", south.answers(&qid_of(question), &stand, "").await.unwrap()),
    ]
}

async fn sent() -> Sent {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    south.follows(north).await;
    north.follows(south).await;
    world.settle().await;
    let ours = first(north).await;
    world.settle().await;
    let [(_, published), (_, question), ..] = &ours;
    let theirs = then(south, published, question).await;
    world.settle().await;
    let thesis = north.sees(&thesis_of(published, 1)).await.unwrap();
    let mut documents = shelf(north, &ours).await;
    documents.push(("Thesis", document(north, &thesis).await));
    documents.extend(shelf(south, &theirs).await);
    let names = vec![
        (north.host.clone(), "north.example"),
        (south.host.clone(), "south.example"),
        (qid_of(question).hashtag(), "q_hashtag"),
    ];
    Sent { world, names, documents }
}

impl Sent {
    fn one(&self, kind: &str) -> &Value {
        &self.documents.iter().find(|(name, _)| *name == kind).unwrap().1
    }

    fn plain(&self, value: &Value) -> Value {
        plain(&self.names, value)
    }
}

/// A document with names for words that are others each time.
pub(super) fn plain(names: &[(String, &'static str)], value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let text = names.iter().fold(text.clone(), |text, (word, name)| text.replace(word, name));
            without_keys(&text).into()
        }
        Value::Array(items) => items.iter().map(|item| plain(names, item)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let random = RANDOM.contains(&name.as_str());
                (name.clone(), if random { "random".into() } else { plain(names, value) })
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// Random addresses, names of questions, and our keys.
fn without_keys(text: &str) -> String {
    let mut out = String::new();
    for piece in text.split_inclusive(|char: char| !char.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|char: char| !char.is_ascii_alphanumeric());
        let digits = word.len() >= 10 && word.bytes().all(|byte| byte.is_ascii_digit());
        out.push_str(if word.len() >= 24 || digits { "random" } else { word });
        out.push_str(&piece[word.len()..]);
    }
    out
}

/// The elements of HTML that are not on the list.
fn strange(html: &str) -> Vec<String> {
    let all = Selector::parse("body *").unwrap();
    let html = Html::parse_document(&format!("<body>{html}</body>"));
    let names: Vec<String> = html.select(&all).map(|element| element.value().name().to_owned()).collect();
    names.into_iter().filter(|name| !ELEMENTS.contains(&name.as_str())).collect()
}

fn is_line(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.contains(['<', '\n']) && !text.contains("&lt;"))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_sent_as_it_is_kept_here() {
    let sent = Box::pin(sent()).await;
    for (kind, value) in &sent.documents {
        let plain = sent.plain(value);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_json_snapshot!(*kind, plain);
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_has_what_other_software_needs() {
    let sent = Box::pin(sent()).await;
    for (kind, value) in &sent.documents {
        let text = |name: &str| value[name].as_str().unwrap_or_else(|| panic!("{kind}: {name} is no string"));
        // One string each: Lemmy and Mastodon take no list.
        for name in
            ["id", "type", "attributedTo", "url", "content", "published", "updated", "replies", "context"]
        {
            assert!(!text(name).is_empty(), "{kind}: {name}");
        }
        // Lists, always there: Lemmy and Mbin drop a document without them.
        for name in ["to", "cc", "tag", "attachment"] {
            assert!(value[name].is_array(), "{kind}: {name} is a list");
        }
        assert!(
            [&value["to"], &value["cc"]].iter().any(|list| list.as_array().unwrap().contains(&json!(PUBLIC))),
            "{kind}"
        );
        assert_eq!(
            strange(text("content")),
            Vec::<String>::new(),
            "{kind}: Mastodon keeps only what it knows"
        );
        assert!(value["sensitive"].is_boolean() && value["proof"].is_object(), "{kind}");
        for verb in ["canLike", "canReply", "canAnnounce", "canQuote"] {
            let approved = &value["interactionPolicy"][verb]["automaticApproval"];
            assert!(approved.is_array(), "{kind}: GoToSocial reads a missing {verb} as nobody");
        }
        let language = &value["language"];
        assert!(is_line(&language["identifier"]) && is_line(&language["name"]), "{kind}: Lemmy's form");
        // GoToSocial takes the language from a map whose text is the text.
        if text("type") == "Note" {
            let map = value["contentMap"].as_object().unwrap_or_else(|| panic!("{kind}: contentMap"));
            assert_eq!(map.values().collect::<Vec<_>>(), [&value["content"]], "{kind}");
        }
        for name in ["name", "summary"] {
            let given = &value[name];
            assert!(given.is_null() || is_line(given), "{kind}: {name} is plain text on one line");
        }
        assert!(
            value["name"].as_str().is_none_or(|name| name.chars().count() <= 200),
            "{kind}: Lemmy's titles"
        );
        for tag in value["tag"].as_array().unwrap() {
            assert!(
                tag["type"].is_string() && tag["name"].is_string() && tag["href"].is_string(),
                "{kind}: {tag}"
            );
        }
        for file in value["attachment"].as_array().unwrap() {
            let known = file["type"] == "Link" && file["href"].is_string();
            assert!(known || (file["type"] == "Document" && file["url"].is_string()), "{kind}: {file}");
        }
    }
    drop(sent.world);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opens_a_thread_and_what_answers_differ() {
    let sent = Box::pin(sent()).await;
    let opens = ["Statement", "Question", "QuestionCopy", "Event"];
    for (kind, value) in &sent.documents {
        let answers = ["Thesis", "Position", "Critique", "Reply"].contains(kind);
        assert_eq!(value["inReplyTo"].is_string(), answers, "{kind}: Lemmy takes no null and no list");
        // Lemmy reads comments from Notes only, and a poll from a Question.
        let form = if *kind == "Statement" { "Article" } else { "Note" };
        assert_eq!(value["type"], form, "{kind}");
        // Without content a Note with a name would be a vote.
        let titled = !["Post", "Reply", "Critique"].contains(kind);
        assert_eq!(value["name"].is_string(), titled, "{kind}");
        // A summary folds the text away on GoToSocial and Misskey.
        assert_eq!(value["summary"].is_string(), ["Statement", "Post"].contains(kind), "{kind}");
        if opens.contains(kind) {
            assert_eq!(value["to"][0], value["audience"], "{kind}: Lemmy looks for the group in order");
            assert_eq!(value["to"][1], PUBLIC, "{kind}");
            let group = json!({ "type": "Mention", "href": value["audience"] });
            let named = |tag: &Value| tag["type"] == group["type"] && tag["href"] == group["href"];
            assert!(
                value["tag"].as_array().unwrap().iter().any(named),
                "{kind}: replies of Mastodon reach the group"
            );
        }
    }
    let article = sent.one("Statement");
    let summary = article["summary"].as_str().unwrap().chars().count();
    assert!(summary <= 480, "what Mastodon shows");
    assert_eq!(article["attachment"].as_array().unwrap().len(), 1, "the card of Mastodon, the link of Lemmy");
    assert_eq!(article["attachment"][0]["href"], article["url"]);
    assert_eq!(article["source"]["mediaType"], "text/markdown", "Lemmy takes exactly this");
    assert!(article["contentMap"].is_null(), "no text is sent twice");
    assert_eq!(article["nameMap"], json!({ "en": "On bees" }), "Mastodon's only sign of the language");
    for kind in ["Critique", "Reply"] {
        let value = sent.one(kind);
        // Mastodon and GoToSocial drop an answer that does not name whom it answers.
        let author = sent.one("Statement")["attributedTo"].clone();
        assert!(value["cc"].as_array().unwrap().contains(&author), "{kind}");
        let named = |tag: &Value| tag["type"] == "Mention" && tag["href"] == author;
        assert!(value["tag"].as_array().unwrap().iter().any(named), "{kind}");
    }
    let critique = sent.one("Critique")["content"].as_str().unwrap();
    assert!(critique.contains("<blockquote>"), "readers elsewhere see the passage");
    drop(sent.world);
}
