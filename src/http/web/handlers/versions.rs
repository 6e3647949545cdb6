//! The versions of what has no passages of its own: of what stands around a question, and of events.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::contribution::find;
use super::statement::version_word;
use super::{Answer, events, page, question};
use crate::domain::Refusal;
use crate::domain::contribution::{Contribution, Kind, State};
use crate::domain::uri::Uri;
use crate::domain::view::{Body, View};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::contribution::Standing;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::present::{self, moment, small};
use crate::http::web::shown::Lang;
use crate::http::web::statement::Version;
use crate::http::web::versions::{Changed, VersionPage, VersionRow, VersionsPage};
use crate::store::contributions::Viewer;
use crate::store::revisions::{self, Revision};
use crate::store::{Conn, Error, questions, views};
use crate::text::{diff, plain};

/// Something with everything that it ever said.
struct Told {
    view: View,
    versions: Vec<Revision>,
}

/// That a text is no longer what it was at first; `None` where it is.
pub fn changed(view: &View) -> Option<Changed> {
    let reason = match &view.body {
        Body::Question(asked) => asked.question.reason.clone(),
        Body::Event(fact) => fact.event.reason.clone(),
        Body::Plain
        | Body::Statement { .. }
        | Body::Thesis { .. }
        | Body::Position(_)
        | Body::Critique(_) => None,
    };
    // Of one that no longer stands the notice says when and why.
    let stands = matches!(view.head.state, State::Current | State::Held);
    (view.head.revision > 1).then(|| Changed {
        on: view.head.edited_at.map(moment).filter(|_| stands),
        reason: reason.filter(|_| stands).unwrap_or_default(),
        versions: format!("{}/versions", present::path(view)).into(),
    })
}

/// `GET /questions/{slug}/versions`.
pub async fn of_question(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    list(&visit, &asked(&data, &visit, &slug).await?)
}

/// `GET /questions/{slug}/versions/{number}`: one version as it was published, and what it changed.
pub async fn question_version(
    data: Data<Federation>,
    visit: Visit,
    Path((slug, number)): Path<(String, String)>,
) -> Answer {
    one(&data, &visit, &asked(&data, &visit, &slug).await?, &number).await
}

/// `GET /events/{token}/versions`.
pub async fn of_event(data: Data<Federation>, visit: Visit, Path(token): Path<String>) -> Answer {
    list(&visit, &recorded(&data, &visit, &token).await?)
}

/// `GET /events/{token}/versions/{number}`: one version as it was published, and what it changed.
pub async fn event_version(
    data: Data<Federation>,
    visit: Visit,
    Path((token, number)): Path<(String, String)>,
) -> Answer {
    one(&data, &visit, &recorded(&data, &visit, &token).await?, &number).await
}

async fn asked(data: &Data<Federation>, visit: &Visit, slug: &str) -> Result<Told, Error> {
    let viewer = visit.viewer();
    let told = data.app.db.read(|conn| {
        let (head, _) = questions::by_slug(conn, viewer, slug)?.ok_or(Refusal::NotFound)?;
        told(conn, viewer, head)
    });
    told.await
}

async fn recorded(data: &Data<Federation>, visit: &Visit, token: &str) -> Result<Told, Error> {
    let viewer = visit.viewer();
    let uri = Uri::ours(&visit.site.origin, &format!("/events/{token}"));
    let told = data.app.db.read(|conn| {
        let head = Some(find(conn, viewer, token, &uri)?).filter(|head| head.kind == Kind::Event);
        told(conn, viewer, head.ok_or(Refusal::NotFound)?)
    });
    told.await
}

fn told(conn: &mut Conn, viewer: Viewer, head: Contribution) -> Result<Told, Error> {
    let versions = revisions::of(conn, head.id)?;
    let view = views::one(conn, viewer, head)?.ok_or(Refusal::NotFound)?;
    Ok(Told { view, versions })
}

fn list(visit: &Visit, told: &Told) -> Answer {
    let view = &told.view;
    let href = present::path(view);
    let row = |revision: &Revision| VersionRow {
        version: line(visit, view, revision),
        href: format!("{href}/versions/{}", revision.revision).into(),
        standing: version_word(view, revision).to_owned(),
    };
    let title = view.head.title.clone().unwrap_or_default();
    page(&VersionsPage {
        layout: Layout { no_index: true, ..frame(visit, view, format!("{href}/versions")) },
        noun: if let Body::Event(_) = &view.body { "event" } else { "question" },
        title,
        language: Lang::new(&view.head.language),
        author: present::author(&view.author),
        versions: told.versions.iter().rev().map(row).collect(),
        href: href.into(),
    })
}

async fn one(data: &Data<Federation>, visit: &Visit, told: &Told, number: &str) -> Answer {
    let number: i32 = number.parse().map_err(|_| PageError::not_found())?;
    let at = |number: i32| told.versions.iter().find(|version| version.revision == number);
    let version = at(number).ok_or_else(PageError::not_found)?;
    let view = &told.view;
    let href = present::path(view);
    let before = number.checked_sub(1).and_then(at);
    let says = |version: &Revision| plain::text(&present::html(&version.content));
    let changes = match before {
        Some(before) => data.app.differences.find(|| diff::words(&says(before), &says(version))).await?,
        None => Vec::new(),
    };
    page(&VersionPage {
        layout: Layout { no_index: true, ..frame(visit, view, format!("{href}/versions/{number}")) },
        kind: present::kind(view),
        title: version.title.clone().or_else(|| view.head.title.clone()).unwrap_or_default(),
        language: Lang::new(&view.head.language),
        author: present::author(&view.author),
        version: line(visit, view, version),
        standing: if number < view.head.revision {
            Standing::Earlier { newest: href.as_str().into(), revision: small(view.head.revision) }
        } else {
            present::standing(view, None)
        },
        content: present::html(&version.content),
        changes,
    })
}

fn frame(visit: &Visit, view: &View, path: String) -> Layout {
    let layout = if let Body::Event(_) = &view.body {
        events::frame(visit, view)
    } else {
        question::frame(visit, view, Section::Questions)
    };
    Layout { canonical: Some(visit.absolute(&path).into()), activity: None, open_graph: None, ..layout }
}

fn line(visit: &Visit, view: &View, revision: &Revision) -> Version {
    let href = present::path(view);
    let digest = revision.digest.as_str();
    Version {
        revision: small(revision.revision),
        published: moment(revision.created_at),
        digest: digest.strip_prefix("sha256-").unwrap_or(digest).to_owned(),
        reason: revision.reason.clone().unwrap_or_default(),
        of: small(view.head.revision),
        convinced_by: Vec::new(),
        original: (!view.head.local).then(|| view.head.url.as_str().into()),
        permalink: visit.absolute(&format!("{href}/versions/{}", revision.revision)).into(),
        all: format!("{href}/versions").into(),
    }
}
