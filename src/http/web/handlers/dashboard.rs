//! Where moderators and admins begin: what waits for them, in numbers, and what is wrong, in words.

use activitypub_federation::config::Data;

use super::people::last_day;
use super::{Answer, page};
use crate::clock::Timestamp;
use crate::domain::counting::{counted, number, together};
use crate::domain::permission::Permission;
use crate::domain::user::User;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::dashboard::DashboardPage;
use crate::http::web::layout::{Flash, Layout, Section};
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::grants::{self, Ending};
use crate::services::{listed_rules, queues, reports as filing};
use crate::store::audit::{self, Entry};
use crate::store::{
    Conn, Error, external_statements, held, host_lists, put_aside, queues as rows, reports, warnings,
};

/// Days, and readings at most, of which admins read what lists did.
const NEWS_DAYS: i64 = 7;
const NEWS: i64 = 10;

/// `GET /admin`: what the viewer may decide.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let me = &visit.member()?.user;
    let now = data.app.clock().now();
    let open: Vec<Permission> =
        Permission::ALL.into_iter().filter(|permission| visit.has(*permission)).collect();
    if open.is_empty() {
        return Err(PageError::forbidden(""));
    }
    let loaded = data.app.db.read(|conn| {
        let mut board = Board::default();
        for permission in &open {
            board.take(ways(conn, (&visit, me), *permission, now)?);
            board.troubles.extend(wrong(conn, *permission, now)?);
        }
        board.news.extend(ends(conn, (&visit, me), now, &mut board.troubles)?);
        if visit.has(Permission::Hosts) {
            board.news.extend(readings(conn, now)?);
        }
        Ok(board)
    });
    let board = loaded.await?;
    let layout = visit.private_layout("Administration", Section::Administration);
    let flash = (!board.troubles.is_empty()).then(|| Flash { problem: true, text: board.troubles.join(" ") });
    page(&DashboardPage {
        layout: Layout { flash: flash.or_else(|| layout.flash.clone()), ..layout },
        waiting: board.waiting,
        news: board.news,
        pages: board.pages,
    })
}

/// What stands on the page.
#[derive(Default)]
struct Board {
    waiting: Vec<Link>,
    news: Vec<Link>,
    pages: Vec<Link>,
    troubles: Vec<String>,
}

impl Board {
    fn take(&mut self, ways: Vec<Way>) {
        for way in ways {
            match way.waits {
                Some(what) => {
                    self.waiting.push(Link::new(format!("{}: {what}", way.label), way.path));
                }
                None => self.pages.push(Link::new(way.label, way.path)),
            }
        }
    }
}

/// A page, and what waits there, where anything does.
struct Way {
    label: &'static str,
    path: &'static str,
    waits: Option<String>,
}

const fn way(label: &'static str, path: &'static str) -> Way {
    Way { label, path, waits: None }
}

/// A page where so many things may wait.
fn waits(count: i64, noun: &str, label: &'static str, path: &'static str) -> Way {
    Way { label, path, waits: (count > 0).then(|| counted(count, noun)) }
}

/// A page where so many things may be open.
fn open_ones(count: i64, label: &'static str, path: &'static str) -> Way {
    Way { label, path, waits: (count > 0).then(|| format!("{count} open")) }
}

/// The pages that somebody with this permission may open, with what waits there.
fn ways(
    conn: &mut Conn,
    (visit, me): (&Visit, &User),
    permission: Permission,
    now: Timestamp,
) -> Result<Vec<Way>, Error> {
    Ok(match permission {
        Permission::Review => {
            let waiting = held::count(conn, visit.viewer())?;
            let texts = external_statements::count_waiting(conn)?;
            vec![
                waits(waiting, "contribution", "What waits for a moderator", "/admin/review"),
                waits(
                    texts,
                    "text",
                    "Texts of other servers that may belong to a question",
                    "/moderation/external",
                ),
                way("Removed texts that can still be taken back", "/admin/removed"),
            ]
        }
        Permission::Reports => {
            let closed = filing::closed_to(conn, me)?;
            let open = reports::count_open_for(conn, &closed)?;
            let objections = warnings::count_appealed(conn)?;
            vec![
                open_ones(open, "Reports", "/admin/reports"),
                open_ones(objections, "Objections to decisions", "/admin/appeals"),
            ]
        }
        Permission::Hosts => {
            let proposed = number(listed_rules::drafts(conn)?.new.len());
            vec![
                way("Other servers, and rules about them", "/admin/hosts"),
                waits(
                    proposed,
                    "proposal",
                    "Proposals of lists that are followed",
                    "/admin/hosts/lists/drafts",
                ),
            ]
        }
        Permission::Queues => vec![exchange(conn, now)?],
        Permission::Rules => vec![
            way("Rules about texts, and waves of them", "/admin/rules"),
            way("Remove at once what a server or an author sent", "/admin/remove"),
        ],
        Permission::Accounts => vec![way("Accounts, and rules about them", "/admin/accounts")],
        Permission::Log => vec![way("The log: who decided what", "/admin/log")],
        Permission::People => vec![way("People who sign in here", "/admin/people")],
        Permission::Settings => vec![
            way("Settings of this site", "/admin/settings"),
            way("Networks that are kept out", "/admin/networks"),
            way("E-mail addresses that nobody enters here", "/admin/addresses"),
            way("If this server is lost: who confirms where you go on", "/admin/succession"),
        ],
    })
}

/// How the exchange with other servers is doing: what was put aside, and how long the oldest delivery waits.
fn exchange(conn: &mut Conn, now: Timestamp) -> Result<Way, Error> {
    let (dead, parked, undone) = put_aside::counts(conn)?;
    let aside = [(dead, "delivery"), (parked, "received activity"), (undone, "job")];
    let aside: Vec<String> =
        aside.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(*count, noun)).collect();
    let mut said = Vec::new();
    if let Some((_, at)) = rows::oldest(conn)? {
        said.push(format!("the oldest delivery waits {}", queues::span(at, now)));
    }
    if !aside.is_empty() {
        said.push(format!("put aside {}", together(&aside)));
    }
    let waits = (!said.is_empty()).then(|| said.join("; "));
    Ok(Way { waits, ..way("Exchange with other servers", "/admin/federation") })
}

/// Roles that end soon: those of everybody for whoever gives them, one's own for everybody else. That nobody
/// is an admin for good is no news but something wrong.
fn ends(
    conn: &mut Conn,
    (visit, me): (&Visit, &User),
    now: Timestamp,
    troubles: &mut Vec<String>,
) -> Result<Vec<Link>, Error> {
    let soon = grants::ending(conn, now)?;
    if !visit.has(Permission::People) {
        let own = soon.iter().filter(|one| one.user.id == me.id);
        return Ok(own.map(|one| Link::new(own_end(one), "/settings/sign-ins")).collect());
    }
    let for_a_time = grants::only_for_a_time(conn)?;
    if let Some(last) = for_a_time.last() {
        troubles.push(format!(
            "Nobody is an admin for good: {} is it until {}, and stays it after that day if nobody else is one. \
             Give the role to somebody without an end.",
            last.user.name,
            last_day(last.at).day()
        ));
    }
    let line = |one: &Ending| {
        let day = last_day(one.at).day();
        let what = format!("{} is {} until {day}, and then {}", one.user.name, one.user.roles, one.then);
        Link::new(what, format!("/admin/people/{}", one.user.name))
    };
    Ok(soon.iter().map(line).collect())
}

/// What somebody reads of the end of their own roles.
pub(super) fn own_end(one: &Ending) -> String {
    let day = last_day(one.at).day();
    format!("You are {} until {day}, and then {}.", one.user.roles, one.then)
}

/// What is wrong and waits for somebody with this permission.
fn wrong(conn: &mut Conn, permission: Permission, now: Timestamp) -> Result<Vec<String>, Error> {
    match permission {
        Permission::Queues => queues::troubles(conn, now),
        Permission::Hosts => {
            let lists = host_lists::all(conn)?;
            let unreadable = lists.iter().filter(|list| list.error.is_some());
            Ok(unreadable.map(|list| format!("The list “{}” cannot be read.", list.title)).collect())
        }
        Permission::Review
        | Permission::Reports
        | Permission::Accounts
        | Permission::Rules
        | Permission::People
        | Permission::Log
        | Permission::Settings => Ok(Vec::new()),
    }
}

/// What lists did in the last days without asking anybody: one line for each reading.
fn readings(conn: &mut Conn, now: Timestamp) -> Result<Vec<Link>, Error> {
    let since = now.plus_seconds(-NEWS_DAYS * 24 * 3600);
    let entries = audit::readings(conn, since, NEWS)?;
    let lists = host_lists::all(conn)?;
    let line = |entry: &Entry| {
        let known = lists.iter().find(|list| list.url == entry.subject);
        let title = known.map_or(entry.subject.as_str(), |list| list.title.as_str());
        let at = present::moment(entry.created_at).minute();
        Link::new(format!("{at}, the list {title}: {}", entry.detail), "/admin/log?q=list.")
    };
    Ok(entries.iter().map(line).collect())
}
