//! `/api/plenum/v1/drafts`: statements that are written and not published yet; and what an app sends to
//! write one, which is the same for a statement that is published at once.

use activitypub_federation::config::Data;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::super::mastodon::answer::{Answer, ApiError, Empty};
use super::super::mastodon::caller::{Allowed, PathId, Speaker};
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::{ReadDebate, WriteDebate};
use super::speaking::Speaking;
use super::{bases, drafts, entities, statements};
use crate::domain::Refusal;
use crate::domain::account::AccountKind;
use crate::domain::contribution::Contribution;
use crate::domain::event::Source;
use crate::domain::handle::Handle;
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::domain::statement::{Draft, MOST_SIGNATORIES, References};
use crate::domain::uri::{Addresses, Uri};
use crate::federation::lookup;
use crate::federation::{Federation, resolve};
use crate::http::mastodon::entities::date;
use crate::import::markdown as form;
use crate::services::drafts::{self as service, Written};
use crate::services::statements as publishing;
use crate::store::contributions::{self, Viewer};
use crate::store::drafts::{Outline, StoredDraft};
use crate::store::{Error, Tx, accounts};
use crate::text::Markdown;

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/drafts", get(index).post(begin))
        .route("/api/plenum/v1/drafts/{id}", get(show).put(change).delete(discard))
        .route("/api/plenum/v1/drafts/{id}/publish", post(publish))
}

/// The statement that an app sends: its text is Markdown with numbered headings as in the form, what it
/// refers to is listed beside it.
pub(super) async fn sent(data: &Data<Federation>, params: &Params) -> Result<Draft, ApiError> {
    let text = |name: &str| params.text(name).unwrap_or_default();
    let line = |name: &str| text(name).split_whitespace().collect::<Vec<_>>().join(" ");
    let limits = &data.app.config.limits;
    let (title, announcement) = (line("title"), line("announcement"));
    let import = form::parse(&format!("# {title}\n\n> {announcement}\n\n{}\n", text("text")));
    let import = import.map_err(|error| Refusal::invalid("text", error.to_string()))?;
    let mut draft = Draft { title, announcement, ..import.draft };
    let length = text("text").chars().count();
    if length > limits.statement_characters || draft.theses.len() > limits.theses {
        let (characters, theses) = (limits.statement_characters, limits.theses);
        let why = format!("a statement has at most {characters} characters and {theses} theses");
        return Err(Refusal::invalid("text", why).into());
    }
    draft.language = drafts::language(params)?.unwrap_or_default();
    for qid in params.list("questions") {
        let unknown = || Refusal::invalid("questions", format!("“{qid}” names no question: give its qid"));
        draft.references.questions.push(Qid::parse(&qid).ok_or_else(unknown)?);
    }
    for source in params.list("sources") {
        draft.references.sources.push(Source::read(&source)?);
    }
    for name in params.list("signatories").iter().take(MOST_SIGNATORIES + 1) {
        draft.references.signatories.push(signatory(data, name).await?);
    }
    Ok(draft)
}

/// What an app sends to write this, field by field.
pub(super) fn fields(markdown: &str) -> Map<String, Value> {
    let unread = |_| Draft { introduction: Markdown::new(markdown), ..Draft::default() };
    let draft = form::parse(markdown).map_or_else(unread, |import| import.draft);
    let References { questions, sources, signatories } = &draft.references;
    let bare = Draft {
        title: String::new(),
        announcement: String::new(),
        references: References::default(),
        ..draft.clone()
    };
    // Title and announcement stand in the first lines.
    let whole = form::write(&bare);
    let text = whole.splitn(4, '\n').nth(3).unwrap_or_default().trim_matches('\n');
    let fields = json!({
        "title": draft.title,
        "announcement": draft.announcement,
        "text": text,
        "questions": questions.iter().map(Qid::as_str).collect::<Vec<_>>(),
        "sources": sources.iter().map(Source::to_line).collect::<Vec<_>>(),
        "signatories": signatories,
    });
    if let Value::Object(fields) = fields { fields } else { Map::new() }
}

/// Refuses a revision in which no thesis is one of those before, unless that is meant.
pub(super) fn keeps_theses(
    tx: &mut Tx<'_>,
    statement: Id<Contribution>,
    draft: &Draft,
    meant: bool,
) -> Result<(), Error> {
    if meant || publishing::lost_theses(tx, statement, draft)?.is_empty() {
        return Ok(());
    }
    let why = "keeps none of the theses: put the key of each behind its heading, such as {#k1}, or send \
               new_theses if all of them are new";
    Err(Refusal::invalid("text", why).into())
}

/// The identity of an organization, by its address or handle.
async fn signatory(data: &Data<Federation>, name: &str) -> Result<Uri, ApiError> {
    // Who is known here is not looked up again with every word that is typed.
    let (uri, handle) = (Uri::parse(name), Handle::parse(name));
    let known = data.app.db.read(|conn| match (&uri, &handle) {
        (Some(uri), _) => Ok(accounts::by_uri(conn, uri)?),
        (None, Some(handle)) => Ok(accounts::by_handle(conn, handle)?),
        (None, None) => Ok(None),
    });
    if let Some(known) = known.await?.filter(|account| account.kind == AccountKind::Organization) {
        return Ok(known.uri);
    }
    match resolve::account(data, name).await {
        Ok(account) if account.kind == AccountKind::Organization => Ok(account.uri),
        Ok(_) => Err(Refusal::invalid("signatories", format!("“{name}” is no organization")).into()),
        Err(Error::Refused(why)) => {
            Err(Refusal::invalid("signatories", format!("“{name}” was not found: {why}")).into())
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The identities of what led to a change.
pub(super) async fn convinced_by(
    data: &Data<Federation>,
    viewer: Viewer,
    params: &Params,
) -> Result<Addresses, ApiError> {
    let (named, origin) = (params.list("convinced_by"), &data.app.site.origin);
    Ok(data.app.db.read(|conn| lookup::convincing(conn, origin, viewer, &named)).await?)
}

fn shown(draft: &StoredDraft) -> Value {
    let mut fields = fields(&draft.markdown);
    fields.extend([
        ("id".to_owned(), json!(draft.id.to_string())),
        ("title".to_owned(), json!(draft.title)),
        ("language".to_owned(), entities::said(&draft.language)),
        ("markdown".to_owned(), json!(draft.markdown)),
        ("revises_id".to_owned(), json!(draft.revises_id.map(|id| id.to_string()))),
        ("created_at".to_owned(), json!(date(draft.created_at))),
        ("updated_at".to_owned(), json!(date(draft.updated_at))),
    ]);
    Value::Object(fields)
}

/// A draft in a list.
fn outlined(draft: &Outline) -> Value {
    json!({
        "id": draft.id.to_string(),
        "title": draft.title,
        "language": entities::said(&draft.language),
        "revises_id": draft.revises_id.map(|id| id.to_string()),
        "created_at": date(draft.created_at),
        "updated_at": date(draft.updated_at),
    })
}

/// `GET /api/plenum/v1/drafts`, the one changed last first; the text of each is read by itself.
async fn index(data: Data<Federation>, caller: Allowed<ReadDebate>) -> Answer<Value> {
    let all = data.app.db.read(|conn| service::all(conn, &caller.user)).await?;
    Ok(Json(all.iter().map(outlined).collect()))
}

async fn one(data: &Data<Federation>, caller: &Speaker, id: Id<StoredDraft>) -> Answer<Value> {
    let draft = data.app.db.read(|conn| service::one(conn, &caller.user, id)).await?;
    Ok(Json(shown(&draft)))
}

/// `GET /api/plenum/v1/drafts/{id}`.
async fn show(data: Data<Federation>, caller: Allowed<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    one(&data, &caller, Id::new(key)).await
}

/// `POST /api/plenum/v1/drafts`: of a statement, or of the next version of `revises_id`.
async fn begin(data: Data<Federation>, caller: Allowed<WriteDebate>, params: Params) -> Answer<Value> {
    // Whoever may not write is told before anything is looked up elsewhere.
    service::may_write(&caller.user)?;
    let draft = sent(&data, &params).await?;
    let (revises, markdown) = (params.id("revises_id").map(Id::new), form::write(&draft));
    let written = Written { title: &draft.title, language: &draft.language, markdown: &markdown };
    let id = data.app.db.write(|tx| service::begin(tx, &caller.user, revises, written)).await?;
    one(&data, &caller, id).await
}

/// `PUT /api/plenum/v1/drafts/{id}`: everything is replaced, if it is still what somebody went on from.
async fn change(
    data: Data<Federation>,
    caller: Allowed<WriteDebate>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    service::may_write(&caller.user)?;
    let draft = sent(&data, &params).await?;
    let (id, markdown, base) = (Id::new(key), form::write(&draft), params.text("base_updated_at"));
    let written = Written { title: &draft.title, language: &draft.language, markdown: &markdown };
    let made = data.app.db.write(|tx| {
        let now = json!(date(service::one(tx, &caller.user, id)?.updated_at));
        if base.as_deref().is_some_and(|base| now != *base) {
            return Ok(Err(format!("base_updated_at {now}")));
        }
        service::change(tx, &caller.user, id, written)?;
        Ok(Ok(shown(&service::one(tx, &caller.user, id)?)))
    });
    bases::answer(made.await?)
}

/// `DELETE /api/plenum/v1/drafts/{id}`: nobody can bring it back.
async fn discard(data: Data<Federation>, caller: Allowed<WriteDebate>, PathId(key): PathId) -> Answer<Empty> {
    data.app.db.write(|tx| service::discard(tx, &caller.user, Id::new(key))).await?;
    Ok(Json(Empty))
}

/// `POST /api/plenum/v1/drafts/{id}/publish`: the draft is gone, and the statement is there.
async fn publish(
    data: Data<Federation>,
    caller: Speaking,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    let by = convinced_by(&data, caller.viewer(), &params).await?;
    let reason = params.text("reason").unwrap_or_default();
    let (base, anew) = (bases::base(&params), params.flag("new_theses").unwrap_or_default());
    let made = data.app.db.write(|tx| {
        let id = Id::new(key);
        let draft = service::one(tx, &caller.user, id)?;
        if let Some(now) = overtaken(tx, &draft, base)? {
            return Ok(Err(now));
        }
        if let (Some(statement), Ok(import)) = (draft.revises_id, form::parse(&draft.markdown)) {
            keeps_theses(tx, statement, &import.draft, anew)?;
        }
        let view = service::publish(tx, &caller.user, id, &reason, by.clone())?;
        statements::whole(tx, caller.viewer(), view.head.id.get()).map(Ok)
    });
    bases::answer(made.await.map_err(statements::in_text)?)
}

/// Says which version stands now, where somebody published one after the draft of the next was changed last.
fn overtaken(tx: &mut Tx<'_>, draft: &StoredDraft, base: Option<i32>) -> Result<Option<String>, Error> {
    let Some(statement) = draft.revises_id else { return Ok(None) };
    let Some(head) = contributions::known_by_id(tx, statement)? else { return Ok(None) };
    let later = head.edited_at.is_some_and(|at| at > draft.updated_at);
    Ok(match base {
        None if later => bases::newer(Some(0), head.revision),
        base => bases::newer(base, head.revision),
    })
}
