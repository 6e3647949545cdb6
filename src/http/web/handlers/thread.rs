//! The whole conversation around a contribution.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::conversation::{Below, arrange, invitation, load, name_theses, one, targets, tools};
use super::{Answer, key, page, then};
use crate::clock::Timestamp;
use crate::domain::Refusal;
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
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, completeness, jobs};

/// Contributions whose servers one re-sync asks.
const ASKED: i64 = 50;
/// After how many seconds a thread is stale.
const STALE: i64 = 3600;

/// `GET /threads/{id}`, by the key of any contribution in it.
pub async fn show(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let viewer = visit.viewer();
    let id: Id<Contribution> = key(&id)?;
    let loaded = data.app.db.read(|conn| {
        let root = root(conn, viewer, id)?;
        let view = one(conn, viewer, root.clone())?;
        let mut replies = load(conn, viewer, &root, Below::All)?;
        if !begins(&view) {
            replies.push(view.clone());
        }
        let named = targets(conn, viewer, &replies)?;
        let completeness = completeness(conn, &root)?;
        Ok((view, replies, named, completeness))
    });
    let (view, views, named, checked) = loaded.await?;
    let mut replies = arrange(&visit, &views);
    name_theses(&mut replies, &views, &named);
    let path = format!("/threads/{}", view.head.id);
    let signed = visit.session.member.is_some();
    look_again(&data, &view.head, checked.1).await?;
    replies.completeness = Some(Completeness {
        missing: checked.0,
        checked: checked.1.map(moment),
        resync: signed.then(|| format!("{path}/resync").into()),
    });
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

/// How many contributions the origin of a thread counts that are not here, and when it said so.
fn completeness(conn: &mut Conn, root: &Contribution) -> Result<(u32, Option<Timestamp>), Error> {
    let Some(check) = completeness::thread(conn, root.id)? else { return Ok((0, None)) };
    let here = contributions::count_thread(conn, Viewer::Anyone, root.thread_id)?;
    Ok((present::small(check.claimed.saturating_sub(here).max(0)), Some(check.checked_at)))
}

/// A thread that nobody looked after for a while asks its origin by itself when somebody opens it.
async fn look_again(
    data: &Data<Federation>,
    root: &Contribution,
    checked: Option<Timestamp>,
) -> Result<(), Error> {
    let now = data.app.clock().now();
    if root.local || checked.is_some_and(|at| at > now.plus_seconds(-STALE)) {
        return Ok(());
    }
    let job = Job::FetchReplies { contribution: root.id.get() };
    data.app.db.write(|tx| jobs::enqueue(tx, &job, now)).await
}

/// `POST /threads/{id}/resync`: asks the servers that take part for replies we do not have.
pub async fn resync(data: Data<Federation>, Path(id): Path<String>, Posted { visit, .. }: Posted) -> Answer {
    visit.member()?;
    let viewer = visit.viewer();
    let id: Id<Contribution> = key(&id)?;
    let root = data.app.db.write(|tx| {
        let root = root(tx, viewer, id)?;
        let all = contributions::thread(tx, viewer, root.thread_id, None, ASKED)?;
        let now = tx.now;
        for head in all.iter().filter(|head| !head.local) {
            jobs::enqueue(tx, &Job::FetchReplies { contribution: head.id.get() }, now)?;
        }
        Ok(root.id)
    });
    then(&format!("/threads/{}?note=resync", root.await?))
}

/// The beginning of a thread as far as the viewer may see it: where the first contribution is not
/// here or not for them, the one that was asked for stands in.
pub(super) fn root(conn: &mut Conn, viewer: Viewer, id: Id<Contribution>) -> Result<Contribution, Error> {
    let asked = contributions::by_id(conn, viewer, id)?.ok_or(Refusal::NotFound)?;
    let first = contributions::by_id(conn, viewer, asked.thread_id)?;
    Ok(first.unwrap_or(asked))
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
