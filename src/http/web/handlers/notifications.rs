//! Who answered, named, followed the viewer or the organization they speak for.

use activitypub_federation::config::Data;

use super::dashboard::own_end;
use super::{Answer, before, cut, page, pager, then};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::notification::{Notification, NotificationKind};
use crate::domain::view::{Body, View};
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::{Flash, Section};
use crate::http::web::notifications::{Notice, NotificationsPage};
use crate::http::web::present::{self, moment};
use crate::http::web::shown::{Lang, Link};
use crate::services::grants;
use crate::services::notifications as service;
use crate::store::{Conn, Error, accounts, contributions, notifications, views};

/// Notices on a page.
const PAGE: usize = 30;

/// `GET /notifications`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let start = before(&visit);
    let me = visit.member()?.user.id;
    let now = data.app.clock().now();
    let loaded = data.app.db.read(|conn| {
        let end = grants::ending(conn, now)?.into_iter().find(|one| one.user.id == me);
        Ok((load(conn, &visit, start)?, end))
    });
    let ((notices, older), end) = loaded.await?;
    let mut layout = visit.private_layout("Notifications", Section::Notifications);
    if let Some(end) = end.filter(|_| layout.flash.is_none()) {
        layout.flash = Some(Flash { problem: false, text: own_end(&end) });
    }
    page(&NotificationsPage {
        layout,
        notices,
        pager: pager("/notifications", older, start.is_none()),
        mark_seen: (visit.unread > 0).then(|| "/notifications/seen".into()),
    })
}

/// `POST /notifications/seen`.
pub async fn seen(data: Data<Federation>, Posted { visit, .. }: Posted) -> Answer {
    visit.member()?;
    data.app
        .db
        .write(|tx| {
            for account in visit.voices() {
                service::read_all(tx, account.id)?;
            }
            Ok(())
        })
        .await?;
    then("/notifications?note=seen")
}

type Loaded = (Vec<Notice>, Option<Id<Notification>>);

fn load(conn: &mut Conn, visit: &Visit, start: Option<Id<Notification>>) -> Result<Loaded, Error> {
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX) + 1;
    let mut rows = Vec::new();
    for account in visit.voices() {
        rows.extend(notifications::page(conn, account.id, start, limit)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    let more = cut(&mut rows, PAGE);
    let older = rows.last().filter(|_| more).map(|row| row.id);
    let people: Vec<_> = rows.iter().map(|row| row.from_id).collect();
    let people = accounts::by_ids(conn, &people)?;
    let about: Vec<_> = rows.iter().filter_map(|row| row.contribution_id).collect();
    let viewer = visit.viewer();
    let heads = contributions::by_ids(conn, viewer, &about)?;
    let views = views::load(conn, viewer, heads)?;
    let answered: Vec<_> = views.iter().filter_map(|view| view.head.in_reply_to_id).collect();
    let answered = contributions::by_ids(conn, viewer, &answered)?;
    let notice = |row: &Notification| {
        let who = people.iter().find(|account| account.id == row.from_id)?;
        let about = row.contribution_id.map(|id| views.iter().find(|view| view.head.id == id));
        // What the viewer may not see any more is not spoken of either.
        let about = about.map(|about| about.ok_or(())).transpose().ok()?;
        let to = about.and_then(|view| view.head.in_reply_to_id);
        let ours = answered.iter().any(|head| Some(head.id) == to && head.author_id == row.account_id);
        Some(notice(visit, row, who, (about, ours)))
    };
    Ok((rows.iter().filter_map(notice).collect(), older))
}

/// What ended with a decision about others.
fn lost(row: &Notification) -> String {
    let Some(lost) = row.severance() else { return "ended relations:".to_owned() };
    let (followers, following) = (lost.followers, lost.following);
    format!("suspended {}, which ended {followers} followers and {following} follows:", lost.target)
}

/// What somebody did who answers us or names us.
fn named((about, answers): (Option<&View>, bool), (whom, us): (&str, &str)) -> String {
    let said = about.map(|view| (&view.body, &view.author));
    if let Some((Body::Position(_), _)) = said {
        return "took a position:".to_owned();
    }
    if let Some((Body::Question(asked), author)) = said
        && asked.question.asked_by != author.uri
    {
        return format!("carries a question that {us} carries:");
    }
    if answers { format!("answered {whom}:") } else { format!("named {whom} in") }
}

/// The line for a notification; `answers` says whether what it is about answers whom it is for.
fn notice(
    visit: &Visit,
    row: &Notification,
    who: &Account,
    (about, answers): (Option<&View>, bool),
) -> Notice {
    let official = row.account_id == visit.organization.id;
    let us = visit.organization.title();
    let whom = if official { us } else { "you" };
    let whose = if official { format!("a contribution of {us}:") } else { "your contribution:".to_owned() };
    let what = match row.kind {
        NotificationKind::Mention => named((about, answers), (whom, us)),
        NotificationKind::Follow => format!("follows {whom}"),
        NotificationKind::FollowRequest => format!("asks to follow {whom}"),
        NotificationKind::Like => format!("likes {whose}"),
        NotificationKind::Boost => format!("handed on {whose}"),
        NotificationKind::Update => "changed".to_owned(),
        NotificationKind::Report => "reported".to_owned(),
        NotificationKind::Objection => "objects to a decision".to_owned(),
        NotificationKind::Published => "published".to_owned(),
        NotificationKind::Poll => "ended a poll:".to_owned(),
        NotificationKind::Quote => format!("quoted {whom} in"),
        NotificationKind::QuotedUpdate => format!("changed what {whom} quoted in"),
        NotificationKind::Decision => "decided about you:".to_owned(),
        NotificationKind::Severance => lost(row),
    };
    let own = match (row.warning_id, &row.severance) {
        (Some(warning), _) => Some(Link::new("read why", format!("/settings/decisions/{warning}"))),
        (None, Some(_)) => Some(Link::new("with whom", "/settings/severed")),
        (None, None) => None,
    };
    let href = about.map_or_else(|| present::account_path(who), present::path);
    Notice {
        who: present::author(who),
        what,
        target: about.map(|view| Link::new(present::label(view), present::path(view))).or(own),
        excerpt: about.map(present::excerpt).unwrap_or_default(),
        language: Lang::new(about.map_or("", |view| view.head.language.as_str())),
        href: href.into(),
        when: moment(row.created_at),
        unseen: row.read_at.is_none(),
    }
}
