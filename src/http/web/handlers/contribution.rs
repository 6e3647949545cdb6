//! The page of a post, a reply, an official answer.

use activitypub_federation::config::Data;

use super::around::{Below, load};
use super::conversation::{arrange, before, invitation, one, targets, tools};
use super::thread::{checked, elsewhere};
use super::{Answer, page_with, then};
use crate::domain::Refusal;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::domain::view::{Body, View};
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::{Layout, OpenGraph, Section};
use crate::http::web::post::{PostPage, PostView};
use crate::http::web::present::{self, moment};
use crate::http::web::shown::{Lang, Link};
use crate::store::contributions::Viewer;
use crate::store::{Conn, Error, condemnations, contributions, hosts, internal_rooms, revisions, views};

/// Changes that are listed with what led to them.
const LED_TO: usize = 20;

/// `GET /c/{token}`: one of ours by its address; digits alone are the copy of another server's.
pub async fn show(data: &Data<Federation>, visit: &Visit, token: &str) -> Answer {
    let viewer = visit.viewer();
    let uri = Uri::ours(&visit.site.origin, &format!("/c/{token}"));
    let loaded = data.app.db.read(|conn| {
        let head = find(conn, viewer, token, &uri)?;
        let view = one(conn, viewer, head.clone())?;
        let before = before(conn, viewer, &head)?;
        let replies = load(conn, visit, &head, Below::All)?;
        let named = targets(conn, viewer, &before)?;
        let host = match view.author.host_id {
            Some(id) => hosts::by_id(conn, id)?,
            None => None,
        };
        let led_to = led_to(conn, viewer, &head.uri)?;
        let inside = head.visibility == Visibility::Internal;
        let room = if inside { internal_rooms::of_thread(conn, head.thread_id)? } else { None };
        let replies = (replies, checked(conn, viewer, &head)?);
        Ok((view, before, replies, named, (host, led_to, room)))
    });
    let (view, before, (replies, checked), named, (host, led_to, room)) = loaded.await?;
    if !matches!(view.body, Body::Plain | Body::Critique(_)) {
        return then(&present::path(&view));
    }
    let answers = before.last().map(present::link);
    let answered = |id: Option<Id<Contribution>>| id.and_then(|id| named.get(&id)).map(present::link);
    let before = before.iter().map(|view| present::entry(view, answered(view.head.in_reply_to_id))).collect();
    let mut tools = tools(visit, &view);
    tools.extend(
        room.map(|room| Link::new(format!("Room: {}", room.title), format!("/internal/rooms/{}", room.id))),
    );
    let post = present::post(&view, answers, host.as_ref(), tools);
    let mut replies = arrange(visit, &replies).within(view.head.visibility);
    replies.completeness = elsewhere(data, visit, checked).await?;
    let layout = frame(visit, &view, &post);
    page_with(
        layout.activity.clone().as_ref(),
        &PostPage {
            layout,
            before,
            post,
            led_to,
            replies,
            thread: Some(format!("/threads/{}", view.head.thread_id).into()),
            invitation: invitation(visit, &view, data.app.config.limits.post_characters),
        },
    )
}

/// The frame of the page of a post.
fn frame(visit: &Visit, view: &View, post: &PostView) -> Layout {
    let mut layout = visit.layout(post.heading());
    layout.description = present::excerpt(view);
    layout.canonical = Some(canonical(visit, &view.head).into());
    layout.activity = Some(view.head.uri.as_str().into());
    layout.feeds =
        vec![Link::new("The whole conversation", format!("/threads/{}/feed", view.head.thread_id))];
    layout.open_graph = view.head.is_open().then(|| OpenGraph {
        kind: "article",
        title: post.heading(),
        description: layout.description.clone(),
        author: view.author.title().to_owned(),
        published: Some(moment(view.head.published_at)),
        changed: view.head.edited_at.map(moment),
        language: Lang::new(&view.head.language),
    });
    let hidden = !view.author.discoverable || !view.head.local || view.head.visibility != Visibility::Public;
    Layout { no_index: hidden, here: Section::Elsewhere, ..layout }
}

/// What the viewer may see that was changed because of something, each as a link to the version.
pub(super) fn led_to(conn: &mut Conn, viewer: Viewer, by: &Uri) -> Result<Vec<Link>, Error> {
    let changed = revisions::convinced(conn, viewer, by, LED_TO)?;
    let numbers: Vec<i32> = changed.iter().map(|(_, number)| *number).collect();
    let views = views::load(conn, viewer, changed.into_iter().map(|(head, _)| head).collect())?;
    let link = |(view, number): (&View, i32)| {
        let title = view.head.title.clone().unwrap_or_default();
        let href = format!("{}/versions/{number}", present::path(view));
        Link::new(format!("{}: {title} (version {number})", view.author.title()), href)
    };
    Ok(views.iter().zip(numbers).map(link).collect())
}

fn canonical(visit: &Visit, head: &Contribution) -> String {
    if head.local { visit.absolute(&present::plain_path(head)) } else { head.url.clone() }
}

/// The contribution the viewer may see, by its address or, of others, by its key. One that was public
/// and is deleted is gone, not unknown.
pub(super) fn find(conn: &mut Conn, viewer: Viewer, token: &str, uri: &Uri) -> Result<Contribution, Error> {
    let copy = token.bytes().all(|byte| byte.is_ascii_digit());
    let id = Id::parse(token).filter(|_| copy);
    let found = match id {
        Some(id) => contributions::by_id(conn, viewer, id)?.filter(|head| !head.local),
        None => contributions::by_uri(conn, viewer, uri)?,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let known = match id {
        Some(id) => contributions::known_by_id(conn, id)?.filter(|head| !head.local),
        None => contributions::known(conn, uri)?,
    };
    let gone = match known.filter(Contribution::is_for_all) {
        Some(head) => condemnations::is_gone(conn, &head)?,
        None => false,
    };
    Err(if gone { Refusal::Gone.into() } else { Refusal::NotFound.into() })
}
