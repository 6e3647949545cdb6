//! What the API answers: one pure function per noun over a loaded view.

pub(super) mod critique;
pub(super) mod event;
pub(super) mod organization;
pub(super) mod position;
pub(super) mod question;
pub(super) mod statement;

use serde_json::{Map, Value, json};

use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::{Contribution, State};
use crate::domain::trust::Trust;
use crate::domain::view::{Body, View};
use crate::http::mastodon::entities::date;
use crate::store::revisions::Revision;

/// An entity under construction.
type Entity = Map<String, Value>;

/// Any contribution, by its kind.
pub(super) fn contribution(view: &View) -> Value {
    match &view.body {
        Body::Question(asked) => question::question(view, asked, None),
        Body::Position(stand) => position::position(view, stand),
        Body::Critique(critique) => critique::critique(view, critique),
        Body::Statement { statement, theses, references } => {
            statement::statement(view, statement, theses, references)
        }
        Body::Thesis { thesis, statement, .. } => statement::thesis(view, thesis, statement),
        Body::Event(fact) => event::event(view, fact),
        Body::Plain => text(view),
    }
}

/// A text of a server of another kind, with what it is called where it has a title.
pub(super) fn text(view: &View) -> Value {
    let mut entity = head(view);
    // Nobody looked whether its server answers.
    entity.remove("unreachable_since");
    with(entity, json!({ "title": view.head.title }))
}

/// What all contributions share.
fn head(view: &View) -> Entity {
    let head = &view.head;
    let mut entity = Entity::new();
    let mut put = |name: &str, value: Value| entity.insert(name.to_owned(), value);
    put("id", json!(head.id.to_string()));
    put("kind", json!(view.kind_word()));
    put("uri", json!(head.uri));
    put("url", json!(head.url));
    put("author", account(&view.author));
    put("on_behalf_of", view.on_behalf_of.as_ref().map(account).into());
    put("official", json!(view.is_official()));
    put("language", Some(&head.language).filter(|tag| !tag.is_empty()).cloned().into());
    put("state", json!(state(head.state)));
    put("revision", json!(head.revision));
    put("published_at", json!(date(head.published_at)));
    put("edited_at", head.edited_at.map(date).into());
    put("in_reply_to_id", head.in_reply_to_id.map(|parent| parent.to_string()).into());
    put("replies_count", json!(view.replies));
    put("trust", head.trust.map(Trust::as_str).into());
    put("unreachable_since", view.unreachable_since.map(date).into());
    put("content", json!(head.content));
    entity
}

/// An entity with what its kind adds.
fn with(mut entity: Entity, more: Value) -> Value {
    if let Value::Object(more) = more {
        entity.extend(more);
    }
    entity.into()
}

/// Who speaks.
pub(super) fn account(account: &Account) -> Value {
    json!({
        "id": account.id.to_string(),
        "kind": kind(account.kind),
        "uri": account.uri,
        "url": account.url,
        "handle": account.handle().to_string(),
        "name": account.title(),
        "here": account.is_local(),
    })
}

const fn kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Person => "person",
        AccountKind::Organization => "organization",
        AccountKind::Forum => "forum",
        AccountKind::Application => "application",
        AccountKind::Service => "service",
    }
}

/// Whether it stands.
pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Current => "current",
        State::Superseded => "superseded",
        State::Retracted => "retracted",
        State::Deleted | State::Withheld => "deleted",
        State::Held => "held",
    }
}

/// The versions of a contribution, the first one first.
pub(super) fn history(head: &Contribution, versions: &[Revision]) -> Value {
    versions.iter().map(|one| version(head, one)).collect()
}

/// One version.
pub(super) fn version(head: &Contribution, version: &Revision) -> Value {
    json!({
        "revision": version.revision,
        "at": date(version.created_at),
        "title": version.title,
        "reason": version.reason,
        "state": state(version.state),
        "digest": version.digest,
        "content": version.content,
        "current": version.revision == head.revision,
    })
}

/// Contributions by their names only.
pub(super) fn references<'a>(heads: impl IntoIterator<Item = &'a Contribution>) -> Value {
    let reference = |head: &Contribution| json!({ "id": head.id.to_string(), "uri": head.uri, "url": head.url, "title": head.title });
    heads.into_iter().map(reference).collect()
}

/// A text that may be missing.
pub(super) fn said(text: &str) -> Value {
    Some(text).filter(|text| !text.is_empty()).into()
}
