//! `/api/plenum/v1/questions`: to find, ask, adopt, revise and withdraw them.

use std::collections::HashSet;

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::mastodon::answer::{Answer, ApiError};
use super::super::mastodon::caller::{Allowed, Maybe, Speaker};
use super::super::mastodon::paging;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::entities::question;
use super::speaking::Speaking;
use super::{drafts, in_order, listed, named};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::domain::view::{Body, View};
use crate::federation::Federation;
use crate::federation::lookup::{self, Meant};
use crate::services::questions::{self as service, NewQuestion};
use crate::store::contributions::Viewer;
use crate::store::registers::{self, Outline};
use crate::store::{Conn, Error, accounts, positions, questions, settings};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/questions", get(index).post(ask))
        .route("/api/plenum/v1/questions/{qid}", get(show).put(revise))
        .route("/api/plenum/v1/questions/{qid}/source", get(source))
        .route("/api/plenum/v1/questions/{qid}/adopt", post(adopt))
        .route("/api/plenum/v1/questions/{qid}/retract", post(retract))
}

/// Which questions are wanted.
struct Wanted {
    /// `asked` by us, `adopted` by us, or only carried `elsewhere`.
    origin: Option<Origin>,
    state: Option<State>,
    scope: Option<String>,
    /// Carried by this organization.
    organization: Option<Id<Account>>,
    /// Only what is part of this question.
    parent: Option<Qid>,
    /// Only what is part of no question that is here.
    top: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Asked,
    Adopted,
    Elsewhere,
}

impl Wanted {
    fn read(params: &Params) -> Result<Self, ApiError> {
        let unknown = |name: &str| ApiError::invalid(format!("{name} is not included in the list"));
        let word = |name: &str| params.text(name).filter(|word| !word.is_empty());
        let origin = match word("origin").as_deref() {
            None => None,
            Some("asked") => Some(Origin::Asked),
            Some("adopted") => Some(Origin::Adopted),
            Some("elsewhere") => Some(Origin::Elsewhere),
            Some(_) => return Err(unknown("origin")),
        };
        let state = match word("state").as_deref() {
            None => None,
            Some("current") => Some(State::Current),
            Some("retracted") => Some(State::Retracted),
            Some(_) => return Err(unknown("state")),
        };
        let organization = params.id("organization").map(Id::new);
        let parent = match word("parent") {
            Some(text) => Some(Qid::parse(&text).ok_or_else(|| unknown("parent"))?),
            None => None,
        };
        let top = params.flag("top").unwrap_or(false);
        Ok(Self {
            origin,
            state,
            parent,
            top,
            scope: word("scope").map(|scope| scope.to_lowercase()),
            organization,
        })
    }

    /// Whether the copy that stands for a question is wanted, given our own address, all copies, and of
    /// which question it is a part.
    fn takes(
        &self,
        copy: &Outline,
        ours: &Uri,
        carriers: &HashSet<(&Qid, Id<Account>)>,
        parent: Option<&Qid>,
    ) -> bool {
        let origin = match (copy.local, copy.asked_by == *ours) {
            (true, true) => Origin::Asked,
            (true, false) => Origin::Adopted,
            (false, _) => Origin::Elsewhere,
        };
        let carried = |account| carriers.contains(&(&copy.qid, account));
        self.origin.is_none_or(|wanted| wanted == origin)
            && self.state.is_none_or(|state| state == copy.state)
            && self.scope.as_ref().is_none_or(|scope| *scope == copy.scope.to_lowercase())
            && self.organization.is_none_or(carried)
            && self.parent.as_ref().is_none_or(|wanted| parent == Some(wanted))
            && !(self.top && parent.is_some())
    }
}

/// Of each question the copy that stands for it: ours, or the oldest that is here.
pub(super) fn standing(copies: &[Outline]) -> Vec<&Outline> {
    let mut seen = HashSet::new();
    copies.iter().filter(|copy| seen.insert(&copy.qid)).collect()
}

/// Questions as entities, with the keys of their copies.
pub(super) fn shown(
    conn: &mut Conn,
    viewer: Viewer,
    ids: &[Id<Contribution>],
) -> Result<Vec<(i64, Value)>, Error> {
    let counts = positions::counts(conn, viewer)?;
    let views = in_order(conn, viewer, ids)?;
    let render = |view: &View| {
        if let Body::Question(asked) = &view.body {
            let count = counts.get(&asked.question.qid).copied().unwrap_or(0);
            Some((view.head.id.get(), question::question(view, asked, Some(count))))
        } else {
            None
        }
    };
    Ok(views.iter().filter_map(render).collect())
}

/// `GET /api/plenum/v1/questions`: each question once, whoever carries it.
async fn index(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, page, wanted) = (caller.viewer(), paging::page(&params, 20, 80), Wanted::read(&params)?);
    let organization = data.app.site.organization;
    let found = data.app.db.read(|conn| {
        let ours = accounts::by_id(conn, organization)?.ok_or(Refusal::NotFound)?.uri;
        let copies = registers::copies(conn, viewer)?;
        let carriers = copies.iter().map(|copy| (&copy.qid, copy.author_id)).collect();
        let wholes = registers::wholes(conn, viewer, &copies)?;
        let takes = |copy: &&Outline| wanted.takes(copy, &ours, &carriers, wholes.get(&copy.qid));
        let chosen = standing(&copies).into_iter().filter(takes);
        let ids: Vec<_> = page.of(chosen.map(|copy| copy.id).collect(), |id| id.get());
        shown(conn, viewer, &ids)
    });
    Ok(listed(&params, &found.await?))
}

/// The entity of a question as this site shows it: our own copy, or the oldest that is here.
fn entity(conn: &mut Conn, viewer: Viewer, qid: &Qid) -> Result<Value, Error> {
    let (head, _) = questions::carried(conn, viewer, qid)?.into_iter().next().ok_or(Refusal::NotFound)?;
    let found = shown(conn, viewer, &[head.id])?.into_iter().next();
    found.map(|(_, question)| question).ok_or_else(|| Refusal::NotFound.into())
}

/// `GET /api/plenum/v1/questions/{qid}`.
async fn show(data: Data<Federation>, caller: Maybe<ReadDebate>, Path(qid): Path<String>) -> Answer<Value> {
    let (viewer, qid) = (caller.viewer(), named(&qid)?);
    Ok(Json(data.app.db.read(|conn| entity(conn, viewer, &qid)).await?))
}

/// `GET /api/plenum/v1/questions/{qid}/source`: what was typed around our copy, to go on with.
async fn source(
    data: Data<Federation>,
    caller: Allowed<ReadDebate>,
    Path(qid): Path<String>,
) -> Answer<Value> {
    let (viewer, qid) = (caller.viewer(), named(&qid)?);
    let organization = data.app.site.organization;
    let draft = data.app.db.read(|conn| {
        let carried = questions::carried(conn, viewer, &qid)?;
        let own = carried.into_iter().find(|(head, _)| head.author_id == organization);
        service::draft_of(&own.ok_or(Refusal::NotFound)?.1)
    });
    let draft = draft.await?;
    let relation = |(kind, qid): &(String, String)| json!({ "kind": kind, "qid": qid });
    Ok(Json(json!({
        "qid": qid.as_str(),
        "wording": draft.wording,
        "background": draft.background.as_str(),
        "scope": draft.scope,
        "answers": draft.answers,
        "relations": draft.relations.iter().map(relation).collect::<Value>(),
        "call": draft.call.as_str(),
    })))
}

/// `POST /api/plenum/v1/questions`.
async fn ask(data: Data<Federation>, caller: Speaking, params: Params) -> Answer<Value> {
    let (text, named) = (params.required("text")?, drafts::language(&params)?);
    let invited: Vec<Id<Account>> = params.ids("invited").into_iter().map(Id::new).collect();
    let made = data.app.db.write(|tx| {
        let usual = settings::get(tx)?.languages.into_iter().next().unwrap_or_default();
        let new = NewQuestion {
            text: text.clone(),
            language: named.clone().unwrap_or(usual),
            draft: drafts::question(&params),
            invited: accounts::by_ids(tx, &invited)?,
        };
        let view = service::ask(tx, &caller.user, &new)?;
        told(tx, &caller, &view)
    });
    Ok(Json(made.await?))
}

/// The entity of what was just written.
fn told(conn: &mut Conn, speaker: &Speaker, view: &View) -> Result<Value, Error> {
    let found = shown(conn, speaker.viewer(), &[view.head.id])?.into_iter().next();
    found.map(|(_, question)| question).ok_or_else(|| Refusal::NotFound.into())
}

/// `POST /api/plenum/v1/questions/{qid}/adopt`: what is only elsewhere is fetched by the address of
/// a copy, `from`.
async fn adopt(
    data: Data<Federation>,
    caller: Speaking,
    Path(qid): Path<String>,
    params: Params,
) -> Answer<Value> {
    let (viewer, qid) = (caller.viewer(), named(&qid)?);
    let carried = data.app.db.read(|conn| Ok(questions::carried(conn, viewer, &qid)?)).await?;
    if let Some(from) = params.text("from").filter(|from| carried.is_empty() && !from.trim().is_empty()) {
        caller.user.roles.has(crate::domain::user::Role::Publisher).then_some(()).ok_or_else(forbidden)?;
        fetch(&data, &from).await?;
    }
    let made = data.app.db.write(|tx| {
        let copy = questions::carried(tx, viewer, &qid)?.into_iter().next().ok_or(Refusal::NotFound)?;
        let view = service::adopt(tx, &caller.user, copy.0.id, &drafts::question(&params))?;
        told(tx, &caller, &view)
    });
    Ok(Json(made.await?))
}

fn forbidden() -> ApiError {
    Refusal::forbidden("publishing in the organization's name takes the role publisher").into()
}

/// Gets a copy from another server.
async fn fetch(data: &Data<Federation>, from: &str) -> Result<(), ApiError> {
    let none = || ApiError::invalid(format!("from “{from}” leads to no question"));
    match lookup::anywhere(data, from.trim()).await {
        Ok(Meant::Contribution(_)) => Ok(()),
        Ok(Meant::Account(_)) | Err(Error::Refused(_)) => Err(none()),
        Err(fault) => Err(fault.into()),
    }
}

/// Our own copy of a question.
fn own(conn: &mut Conn, organization: Id<Account>, qid: &Qid) -> Result<Id<Contribution>, Error> {
    let copy = questions::of_account(conn, qid, organization)?;
    copy.map(|(head, _)| head.id).ok_or_else(|| Refusal::NotFound.into())
}

/// `PUT /api/plenum/v1/questions/{qid}`: what stands around our copy is replaced, for a reason.
async fn revise(
    data: Data<Federation>,
    caller: Speaking,
    Path(qid): Path<String>,
    params: Params,
) -> Answer<Value> {
    let (qid, reason) = (named(&qid)?, params.text("reason").unwrap_or_default());
    let made = data.app.db.write(|tx| {
        let id = own(tx, data.app.site.organization, &qid)?;
        let view = service::revise(tx, &caller.user, id, &drafts::question(&params), &reason)?;
        told(tx, &caller, &view)
    });
    Ok(Json(made.await?))
}

/// `POST /api/plenum/v1/questions/{qid}/retract`: our copy is withdrawn, for a reason.
async fn retract(
    data: Data<Federation>,
    caller: Speaking,
    Path(qid): Path<String>,
    params: Params,
) -> Answer<Value> {
    let (qid, reason) = (named(&qid)?, params.text("reason").unwrap_or_default());
    let made = data.app.db.write(|tx| {
        let id = own(tx, data.app.site.organization, &qid)?;
        let view = service::retract(tx, &caller.user, id, &reason)?;
        told(tx, &caller, &view)
    });
    Ok(Json(made.await?))
}
