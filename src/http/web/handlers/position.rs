//! The page of a position, its versions, and whether our map lists it.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::around::{Below, load};
use super::contribution::led_to;
use super::conversation::{arrange, invitation};
use super::links::Links;
use super::map::may_list;
use super::question::frame;
use super::thread::{checked, elsewhere};
use super::{Answer, key, page_with, then};
use crate::domain::Refusal;
use crate::domain::contribution::{Contribution, State};
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::position::{Listing, Position, PositionView, ReceivedPosition, Stand};
use crate::domain::uri::Uri;
use crate::domain::user::Role;
use crate::domain::view::{Body, View};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::contribution::Standing;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::position::{Contradiction, PositionPage, PositionShown, PositionVersion};
use crate::http::web::present::{self, moment, small};
use crate::http::web::reply::Invitation;
use crate::http::web::shown::{Lang, Link};
use crate::services::positions as service;
use crate::store::contributions::{self, Viewer};
use crate::store::positions::{self, Equivocation};
use crate::store::revisions::{self, Revision};
use crate::store::{Conn, Error, events, hosts, questions, views};
use crate::text::{Html, diff, plain};
use crate::vocab::incoming::{IncomingObject, ObjectKind};

/// A position as the viewer may see it, with what its page needs besides.
pub struct Loaded {
    /// The loaded contribution.
    pub view: View,
    /// What hangs on it.
    pub stand: PositionView,
    host: Option<Host>,
    question: Option<Link>,
    sources: Vec<Link>,
    convinced_by: Vec<Link>,
    versions: Vec<Revision>,
    contradictions: Vec<Equivocation>,
}

impl Loaded {
    fn version(&self, number: i32) -> Option<&Revision> {
        self.versions.iter().find(|version| version.revision == number)
    }
}

/// A version as its signed document has it.
struct Told {
    received: ReceivedPosition,
    language: String,
}

/// `GET /positions/{id}`.
pub async fn show(data: &Data<Federation>, visit: &Visit, id: &str) -> Answer {
    let viewer = visit.viewer();
    let id = key(id)?;
    let loaded = data.app.db.read(|conn| {
        let loaded = one(conn, viewer, id)?;
        let replies = load(conn, visit, &loaded.view.head, Below::All)?;
        let checked = checked(conn, viewer, &loaded.view.head)?;
        let cited = events::cited(conn, viewer, &[loaded.view.head.id])?;
        let led_to = led_to(conn, viewer, &loaded.view.head.uri)?;
        Ok((loaded, replies, checked, cited, led_to))
    });
    let (loaded, replies, checked, cited, led_to) = loaded.await?;
    let mut replies = arrange(visit, &replies);
    replies.completeness = elsewhere(data, visit, checked).await?;
    let layout = frame(visit, &loaded.view, Section::Questions);
    let listed = may_list(visit).then_some(loaded.stand.position.listing == Listing::Listed);
    page_with(
        layout.activity.clone().as_ref(),
        &PositionPage {
            layout,
            position: PositionShown { led_to, ..current(visit, &loaded) },
            history: history(&loaded),
            changes: Vec::new(),
            contradictions: contradictions(&loaded),
            events: present::cited_events(&cited),
            replies: Some(replies),
            invitation: invitation(visit, &loaded.view, data.app.config.limits.post_characters),
            listed,
        },
    )
}

/// `GET /positions/{id}/versions/{number}`: one version as it was signed, and what it changed.
pub async fn version(
    data: Data<Federation>,
    visit: Visit,
    Path((id, number)): Path<(String, String)>,
) -> Answer {
    let viewer = visit.viewer();
    let id = key(&id)?;
    let number: i32 = number.parse().map_err(|_| PageError::not_found())?;
    let loaded = data.app.db.read(|conn| {
        let loaded = one(conn, viewer, id)?;
        let version = loaded.version(number).ok_or(Refusal::NotFound)?;
        let told = told(version.document.as_deref()).ok_or(Refusal::NotFound)?;
        let before = number.checked_sub(1).and_then(|number| loaded.version(number));
        let before = before.and_then(|before| self::told(before.document.as_deref()));
        let stand = &told.received.stand;
        let rested = before.as_ref().map(|before| rests_on(&before.received.stand)).unwrap_or_default();
        let named = rests_on(stand).into_iter().chain(stand.convinced_by.all()).chain(rested);
        let links = Links::of(conn, viewer, &named.collect::<Vec<_>>())?;
        Ok((loaded, told, before, links))
    });
    let (loaded, told, before, links) = loaded.await?;
    let version = loaded.version(number).ok_or_else(PageError::not_found)?;
    let changes = match before {
        Some(before) => {
            let (before, after) = (all(&before.received, &links), all(&told.received, &links));
            data.app.differences.find(|| diff::words(&before, &after)).await?
        }
        None => Vec::new(),
    };
    let path = format!("/positions/{id}/versions/{number}");
    let layout = Layout {
        canonical: Some(visit.absolute(&path).into()),
        activity: loaded.view.head.local.then(|| format!("{}/rev/{number}", loaded.view.head.uri).into()),
        no_index: true,
        ..frame(&visit, &loaded.view, Section::Questions)
    };
    page_with(
        layout.activity.clone().as_ref(),
        &PositionPage {
            layout,
            position: earlier(&loaded, version, &told, &links),
            history: history(&loaded),
            changes,
            contradictions: contradictions(&loaded),
            events: Vec::new(),
            replies: None,
            invitation: Invitation::Closed("Replies belong to the version in force.".to_owned()),
            listed: None,
        },
    )
}

/// `POST /positions/{id}/list`: puts a position on our map, or takes it off.
pub async fn list(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = &visit.member()?.user;
    let id: Id<Contribution> = key(&id)?;
    let listed = fields.get("listed") == "yes";
    data.app.db.write(|tx| service::list(tx, user, id, listed)).await?;
    then(&format!("/positions/{id}?note={}", if listed { "listed" } else { "unlisted" }))
}

/// The position with this key, and what its page needs.
pub fn one(conn: &mut Conn, viewer: Viewer, id: Id<Contribution>) -> Result<Loaded, Error> {
    let head = contributions::by_id(conn, viewer, id)?.ok_or(Refusal::NotFound)?;
    let view = views::one(conn, viewer, head)?.ok_or(Refusal::NotFound)?;
    let Body::Position(stand) = &view.body else { return Err(Refusal::NotFound.into()) };
    let stand = (**stand).clone();
    let host = match view.author.host_id {
        Some(id) => hosts::by_id(conn, id)?,
        None => None,
    };
    let question = match &stand.question {
        Some(head) => questions::parts(conn, head.id)?
            .map(|question| (question.slug, head.title.clone().unwrap_or_default())),
        None => None,
    };
    let question = question.map(|(slug, title)| Link::new(title, format!("/questions/{slug}")));
    let mut cited: Vec<_> = stand.position.statement_uri.iter().cloned().collect();
    cited.extend(stand.theses.iter().cloned());
    let convinced_by = stand.position.convinced_by.all();
    let links = Links::of(conn, viewer, cited.iter().chain(&convinced_by))?;
    let sources = cited.iter().map(|uri| links.to(uri)).collect();
    let convinced_by = links.each(&convinced_by);
    let versions = revisions::of(conn, view.head.id)?;
    let contradictions = positions::equivocations(conn, view.head.id)?;
    Ok(Loaded { view, stand, host, question, sources, convinced_by, versions, contradictions })
}

fn told(document: Option<&str>) -> Option<Told> {
    let document = serde_json::from_str(document?).ok()?;
    let object = IncomingObject::read(&document).ok()?;
    let ObjectKind::Position(received) = object.kind else { return None };
    Some(Told { received: *received, language: object.language })
}

/// The statement that sets a version out, and the theses on which it rests.
fn rests_on(stand: &Stand) -> Vec<Uri> {
    stand.statement.iter().chain(&stand.theses).cloned().collect()
}

/// Everything that a version says, as plain text; each text on which it rests is a line of its own.
fn all(received: &ReceivedPosition, links: &Links) -> String {
    let stand = &received.stand;
    let parts = [&received.reasoning, &received.conditions, &received.limits, &received.evidence];
    let answer = format!("{} ({})", stand.answer, stand.certainty.label());
    let adopted = adopted(&stand.adopted_body, &stand.adopted_on);
    let adopted = if adopted.is_empty() { adopted } else { format!("Adopted {adopted}") };
    let rests = rests_on(stand).into_iter().map(|uri| format!("Rests on {}", links.to(&uri).label));
    let rests = rests.collect::<Vec<_>>().join("\n");
    [answer.trim_start().to_owned()]
        .into_iter()
        .chain(parts.into_iter().map(plain::text))
        .chain([adopted, rests])
        .filter(|text| !text.trim().is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn current(visit: &Visit, loaded: &Loaded) -> PositionShown {
    let (view, position) = (&loaded.view, &loaded.stand.position);
    let stands = view.head.state == State::Current;
    PositionShown {
        href: present::path(view).into(),
        author: present::author(&view.author),
        question: loaded.question.clone(),
        answer: position.answer.clone(),
        certainty: position.certainty.label(),
        language: Lang::new(&view.head.language),
        revision: small(view.head.revision),
        of: small(view.head.revision),
        published: moment(view.head.edited_at.unwrap_or(view.head.published_at)),
        // Of one that no longer stands the notice says it.
        reason: position.reason.clone().filter(|_| stands).unwrap_or_default(),
        convinced_by: loaded.convinced_by.clone(),
        led_to: Vec::new(),
        sections: sections([
            present::html(&position.reasoning),
            present::html(&position.conditions),
            present::html(&position.limits),
            present::html(&position.evidence),
        ]),
        sources: loaded.sources.clone(),
        adopted: adopted(&position.adopted_body, &position.adopted_on),
        origin: present::origin(&view.head, loaded.host.as_ref()),
        standing: present::standing(view, None),
        gap: position.gap,
        digest: position.digest.clone(),
        activity: view.head.uri.as_str().into(),
        tools: tools(visit, loaded, position),
    }
}

fn earlier(loaded: &Loaded, version: &Revision, told: &Told, links: &Links) -> PositionShown {
    let (view, received) = (&loaded.view, &told.received);
    let newest = view.head.revision;
    let stand = &received.stand;
    let page = present::path(view);
    PositionShown {
        author: present::author(&view.author),
        question: loaded.question.clone(),
        answer: stand.answer.clone(),
        certainty: stand.certainty.label(),
        language: Lang::new(&told.language),
        revision: small(version.revision),
        of: small(newest),
        published: moment(version.created_at),
        reason: received.reason.clone().unwrap_or_default(),
        convinced_by: links.each(&stand.convinced_by.all()),
        led_to: Vec::new(),
        sections: sections([
            received.reasoning.clone(),
            received.conditions.clone(),
            received.limits.clone(),
            received.evidence.clone(),
        ]),
        sources: links.each(&rests_on(stand)),
        adopted: adopted(&stand.adopted_body, &stand.adopted_on),
        origin: present::origin(&view.head, loaded.host.as_ref()),
        standing: if version.revision < newest {
            Standing::Earlier { newest: page.as_str().into(), revision: small(newest) }
        } else {
            present::standing(view, None)
        },
        gap: false,
        digest: version.digest.clone(),
        activity: format!("{}/rev/{}", view.head.uri, version.revision).into(),
        href: page.into(),
        tools: Vec::new(),
    }
}

fn sections(parts: [Html; 4]) -> Vec<Html> {
    parts.into_iter().filter(|part| !part.as_str().is_empty()).collect()
}

fn adopted(body: &str, on: &str) -> String {
    match (body.is_empty(), on.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!("by {body}"),
        (true, false) => on.to_owned(),
        (false, false) => format!("by {body}, {on}"),
    }
}

fn history(loaded: &Loaded) -> Vec<PositionVersion> {
    let told: Vec<_> = loaded
        .versions
        .iter()
        .filter_map(|version| Some((version, told(version.document.as_deref())?.received)))
        .collect();
    let before = |number: i32| {
        let before = loaded.versions.iter().find(|version| version.revision == number - 1);
        before.map(|version| version.digest.as_str())
    };
    let row = |(version, received): &(&Revision, ReceivedPosition)| PositionVersion {
        revision: small(version.revision),
        published: moment(version.created_at),
        answer: received.stand.answer.clone(),
        certainty: received.stand.certainty.label(),
        reason: received.reason.clone().unwrap_or_default(),
        href: format!("/positions/{}/versions/{}", loaded.view.head.id, version.revision).into(),
        withdrawn: received.state == State::Retracted,
        chained: before(version.revision).map(|digest| received.previous.as_deref() == Some(digest)),
    };
    told.iter().rev().map(row).collect()
}

fn contradictions(loaded: &Loaded) -> Vec<Contradiction> {
    let one = |other: &Equivocation| {
        let received = told(Some(&other.document))?.received;
        Some(Contradiction {
            revision: small(other.revision),
            href: format!("/positions/{}/versions/{}", loaded.view.head.id, other.revision).into(),
            seen: moment(other.created_at),
            answer: received.stand.answer,
            text: received.reasoning,
            digest: other.digest.clone(),
        })
    };
    loaded.contradictions.iter().filter_map(one).collect()
}

fn tools(visit: &Visit, loaded: &Loaded, position: &Position) -> Vec<Link> {
    let ours = position.account_id == visit.organization.id;
    if !ours || !visit.has_role(Role::Publisher) || loaded.view.head.state != State::Current {
        return Vec::new();
    }
    let id = loaded.view.head.id;
    let question = loaded.question.as_ref().map(|link| format!("{}/position", link.href));
    let change = question.map(|href| Link::new("Change it", href));
    change.into_iter().chain([Link::new("Withdraw it", format!("/positions/{id}/retract"))]).collect()
}
