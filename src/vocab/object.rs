//! What all our contributions share on the wire: addressing, tags, policy, versions.

use serde_json::{Map, Value, json};

use super::{PUBLIC, context, emoji, media, quote};
use crate::domain::account::Account;
use crate::domain::contribution::{Kind, State, Visibility};
use crate::domain::site::ReplyPolicy;
use crate::domain::uri::{Addresses, Uri};
use crate::domain::view::View;
use crate::text::language::Language;
use crate::text::plain;

/// A document under construction.
pub(super) type Document = Map<String, Value>;

/// Whom a contribution is addressed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressing {
    /// First of all.
    pub to: Vec<String>,
    /// Besides.
    pub cc: Vec<String>,
}

/// The addressing of a contribution. The Forum stands first: Lemmy looks for it in order.
pub fn addressing(view: &View) -> Addressing {
    let followers = view.author.followers.as_ref().map(Uri::to_string);
    let forum = view.audience.as_ref().map(Uri::to_string);
    let mentions = view.mentions.iter().map(|account| account.uri.to_string());
    let mut addressing = Addressing::default();
    match view.head.visibility {
        Visibility::Public => {
            let opens = matches!(view.head.kind, Kind::Statement | Kind::Question | Kind::Event);
            let (first, later) = if opens { (forum, None) } else { (None, forum) };
            addressing.to.extend(first);
            addressing.to.push(PUBLIC.to_owned());
            addressing.cc.extend(followers);
            addressing.cc.extend(later);
            addressing.cc.extend(mentions);
        }
        Visibility::Unlisted => {
            addressing.to.extend(followers);
            addressing.cc.push(PUBLIC.to_owned());
            addressing.cc.extend(mentions);
        }
        Visibility::Followers => {
            addressing.to.extend(followers);
            addressing.cc.extend(mentions);
        }
        Visibility::Mentioned | Visibility::Internal => addressing.to.extend(mentions),
    }
    addressing.cc.retain(|address| !addressing.to.contains(address));
    addressing
}

/// The head of a document, without what its kind adds.
pub(super) fn head(view: &View, kind: &str) -> Document {
    let contribution = &view.head;
    let uri = &contribution.uri;
    let addressing = addressing(view);
    let mut document = Document::new();
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("@context", context());
    put("id", json!(uri));
    put("type", json!(kind));
    put("attributedTo", json!(view.author.uri));
    put("content", json!(contribution.content));
    put("url", json!(contribution.url));
    put("published", json!(contribution.published_at.to_rfc3339()));
    let updated = contribution.edited_at.unwrap_or(contribution.published_at);
    put("updated", json!(updated.to_rfc3339()));
    put("to", json!(addressing.to));
    put("cc", json!(addressing.cc));
    put("tag", json!(tags(view)));
    put("attachment", json!(media::attachments(view)));
    put("sensitive", json!(contribution.sensitive));
    put("replies", json!(format!("{uri}/replies")));
    put("interactionPolicy", policy(view));
    put("plenum:rev", json!(contribution.revision));
    if let Some(forum) = &view.audience {
        put("audience", json!(forum));
    }
    if let Some(thread) = &view.context {
        put("context", json!(thread));
    }
    if let Some(parent) = &contribution.in_reply_to_uri {
        put("inReplyTo", json!(parent));
    }
    if let Some(organization) = &view.on_behalf_of {
        put("plenum:onBehalfOf", json!(organization.uri));
    }
    language(&mut document, &contribution.language);
    document
}

/// Says the language in the two ways that peers read.
fn language(document: &mut Document, tag: &str) {
    let Some(language) = Language::parse(tag) else { return };
    document.insert("language".to_owned(), json!({ "identifier": tag, "name": language.english_name() }));
    let content = document.get("content").cloned().unwrap_or_default();
    if document.get("type").is_some_and(|kind| kind == "Note") {
        document.insert("contentMap".to_owned(), json!({ tag: content }));
    }
}

/// Says the title, and with it the language once more.
pub(super) fn title(document: &mut Document, title: &str, language: &str) {
    document.insert("name".to_owned(), json!(title));
    if !language.is_empty() {
        document.insert("nameMap".to_owned(), json!({ language: title }));
    }
}

fn tags(view: &View) -> Vec<Value> {
    let origin = view.head.uri.origin();
    let mention = |account: &Account| json!({ "type": "Mention", "href": account.uri, "name": format!("@{}", account.handle) });
    let emojis = view.emojis.iter().map(|one| emoji::entry(one, origin));
    view.mentions
        .iter()
        .map(mention)
        .chain(view.tags.iter().map(|name| hashtag(origin, name)))
        .chain(emojis)
        .collect()
}

/// A hashtag, and where this site lists what carries it.
pub fn hashtag(origin: &str, name: &str) -> Value {
    json!({ "type": "Hashtag", "href": format!("{origin}/tags/{name}"), "name": format!("#{name}") })
}

/// Who may like, reply, announce and quote. A missing sub-policy reads as "nobody" in places, so
/// all four are always there.
fn policy(view: &View) -> Value {
    let everyone = json!({ "automaticApproval": [PUBLIC] });
    let quotes = quote::policy(view.head.quote_policy, &view.author);
    let replies = match (view.head.reply_policy, view.author.followers.as_ref()) {
        (ReplyPolicy::Everyone, _) => everyone.clone(),
        (ReplyPolicy::KnownHosts | ReplyPolicy::Followed, Some(followers)) => {
            json!({ "automaticApproval": [followers] })
        }
        (ReplyPolicy::KnownHosts | ReplyPolicy::Followed | ReplyPolicy::Members, _) => {
            json!({ "automaticApproval": [] })
        }
    };
    json!({ "canLike": everyone, "canReply": replies, "canAnnounce": everyone, "canQuote": quotes })
}

/// The object of a contribution of ours, as its address serves it, without proof.
pub fn object(view: &View) -> Value {
    match view.head.kind {
        Kind::Statement => super::statement::document(view),
        Kind::Thesis => super::thesis::document(view),
        Kind::Question => super::question::document(view),
        Kind::Position => super::position::document(view),
        Kind::Critique => super::critique::document(view),
        Kind::Event => super::event::document(view),
        Kind::Post | Kind::Dossier | Kind::Translation => super::post::document(view),
    }
}

/// What stands at the address of a deleted contribution.
pub fn tombstone(view: &View) -> Value {
    let deleted = view.head.edited_at.unwrap_or(view.head.published_at);
    let former = match view.head.kind {
        Kind::Statement | Kind::Dossier | Kind::Translation => "Article",
        Kind::Post | Kind::Question | Kind::Position | Kind::Thesis | Kind::Critique | Kind::Event => "Note",
    };
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": view.head.uri,
        "type": "Tombstone",
        "formerType": former,
        "deleted": deleted.to_rfc3339(),
    })
}

/// Says the text, and with it the language once more.
pub(super) fn text(document: &mut Document, content: &str, language: &str) {
    document.insert("content".to_owned(), json!(content));
    if !language.is_empty() {
        document.insert("contentMap".to_owned(), json!({ language: content }));
    }
}

/// Readers of servers that know nothing of `plenum:status` read it in the text.
pub(super) fn notice(state: State, reason: Option<&str>, next: Option<&Uri>) -> String {
    let word = match state {
        State::Retracted => "Retracted",
        State::Superseded => "Superseded",
        State::Current | State::Deleted | State::Held | State::Withheld => return String::new(),
    };
    let reason = reason.map(plain::escape).unwrap_or_default();
    let next = next.map(|uri| {
        let uri = plain::escape(uri.as_str());
        format!(" <a href=\"{uri}\">The statement that takes its place</a>")
    });
    format!("<p><strong>{word}.</strong> {reason}{}</p>", next.unwrap_or_default())
}

/// Whether a document says that its contribution no longer stands.
pub(super) fn standing(document: &mut Document, state: State, reason: Option<&String>, next: Option<&Uri>) {
    document.insert("plenum:status".to_owned(), json!(state.as_str()));
    if let Some(reason) = reason {
        document.insert("plenum:reason".to_owned(), json!(reason));
    }
    if let Some(next) = next {
        document.insert("plenum:supersededBy".to_owned(), json!(next));
    }
}

/// What convinced the author to make this version.
pub(super) fn convinced(document: &mut Document, by: &Addresses) {
    let by = by.all();
    if !by.is_empty() {
        document.insert("plenum:convincedBy".to_owned(), json!(by));
    }
}

/// Joins parts of HTML and says where each named one stands.
///
/// Ranges count Unicode scalar values of `content`, so that a reader gets the parts back exactly
/// without the text being sent twice.
pub(super) fn parts(pieces: &[(Option<&str>, &str)]) -> (String, Value) {
    let mut content = String::new();
    let mut ranges = Map::new();
    let mut length = 0;
    for (name, piece) in pieces {
        let end = length + piece.chars().count();
        content.push_str(piece);
        if let Some(name) = name.filter(|_| end > length) {
            ranges.insert(format!("plenum:{name}"), json!([length, end]));
        }
        length = end;
    }
    (content, Value::Object(ranges))
}
