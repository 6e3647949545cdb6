//! The whole conversation around a contribution.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::around::{Below, load};
use super::conversation::{arrange, invitation, name_theses, one, targets, tools};
use super::{Answer, key, page, then};
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::view::View;
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::Layout;
use crate::http::web::present::{self, moment};
use crate::http::web::replies::Completeness;
use crate::http::web::reply::Invitation;
use crate::http::web::shown::Link;
use crate::http::web::thread::ThreadPage;
use crate::services::completeness::{self as service, Checked, root};
use crate::store::contributions::Viewer;
use crate::store::{Conn, Error, hosts, jobs};

/// After how many seconds a thread is stale.
const STALE: i64 = 3600;

/// `GET /threads/{id}`, by the key of any contribution in it.
pub async fn show(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let viewer = visit.viewer();
    let id: Id<Contribution> = key(&id)?;
    let loaded = data.app.db.read(|conn| {
        let root = root(conn, viewer, id)?;
        let view = one(conn, viewer, root.clone())?;
        let mut around = load(conn, &visit, &root, Below::All)?;
        if !begins(&view) && around.earlier.is_none() {
            around.views.push(view.clone());
        }
        let named = targets(conn, viewer, &around.views)?;
        let checked = checked(conn, viewer, &root)?;
        Ok((view, around, named, checked))
    });
    let (view, around, named, checked) = loaded.await?;
    let mut replies = arrange(&visit, &around).within(view.head.visibility);
    name_theses(&mut replies, &around.views, &named);
    let path = format!("/threads/{}", view.head.id);
    replies.completeness = Some(completeness(&data, &visit, checked).await?);
    let invitation = match &view {
        view if begins(view) => invitation(&visit, view, data.app.config.limits.post_characters),
        _ => Invitation::Closed("Open one of the contributions to answer it.".to_owned()),
    };
    page(&ThreadPage {
        layout: frame(&visit, &view, &path),
        root: begins(&view).then(|| present::post(&view, None, None, tools(&visit, &view))),
        replies,
        invitation,
    })
}

/// What the origin of the thread around `head` said of it.
pub fn checked(conn: &mut Conn, viewer: Viewer, head: &Contribution) -> Result<Checked, Error> {
    service::thread(conn, viewer, head.id)
}

/// The same for readers. A thread that nobody looked after for a while asks its origin by itself when
/// somebody opens it.
pub async fn completeness(
    data: &Data<Federation>,
    visit: &Visit,
    checked: Checked,
) -> Result<Completeness, Error> {
    let Checked { root, missing, at } = checked;
    let now = data.app.clock().now();
    if !root.local && at.is_none_or(|at| at <= now.plus_seconds(-STALE)) {
        let job = Job::FetchReplies { contribution: root.id.get() };
        data.app.db.write(|tx| jobs::enqueue(tx, &job, now)).await?;
    }
    let signed = visit.may_write();
    let host = root.uri.host();
    let away = data.app.db.read(|conn| Ok(hosts::dark_since(conn, host)?)).await?;
    Ok(Completeness {
        away: away.filter(|_| !root.local).map(moment),
        missing: present::small(missing),
        checked: at.map(moment),
        resync: signed.then(|| format!("/threads/{}/resync", root.id).into()),
    })
}

/// The same, where the conversation began on another server; of one of ours everything is here.
pub async fn elsewhere(
    data: &Data<Federation>,
    visit: &Visit,
    checked: Checked,
) -> Result<Option<Completeness>, Error> {
    if checked.root.local {
        return Ok(None);
    }
    completeness(data, visit, checked).await.map(Some)
}

/// `POST /threads/{id}/resync`: asks the servers that take part for replies we do not have.
pub async fn resync(data: Data<Federation>, Path(id): Path<String>, Posted { visit, .. }: Posted) -> Answer {
    visit.member()?;
    let viewer = visit.viewer();
    let id: Id<Contribution> = key(&id)?;
    let root = data.app.db.write(|tx| service::resync_thread(tx, viewer, id));
    then(&format!("/threads/{}?note=resync", root.await?.id))
}

/// Whether the conversation really begins with this one.
const fn begins(view: &View) -> bool {
    view.head.in_reply_to_uri.is_none()
}

fn frame(visit: &Visit, view: &View, path: &str) -> Layout {
    Layout {
        canonical: Some(visit.absolute(path).into()),
        no_index: true,
        feeds: vec![Link::new("This conversation", format!("{path}/feed"))],
        ..visit.layout(format!("Conversation: {}", present::label(view)))
    }
}
