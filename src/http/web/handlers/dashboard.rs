//! Where moderators and admins begin: what waits for them, in numbers, and what is wrong, in words.

use activitypub_federation::config::Data;

use super::{Answer, page};
use crate::clock::Timestamp;
use crate::domain::permission::Permission;
use crate::domain::reach::counted;
use crate::domain::user::User;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::{Flash, Layout, Section};
use crate::http::web::listing::ListingPage;
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
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
        let mut links = if visit.has(Permission::Hosts) { readings(conn, now)? } else { Vec::new() };
        let mut troubles = Vec::new();
        for permission in &open {
            links.extend(ways(conn, (&visit, me), *permission, now)?);
            troubles.extend(wrong(conn, *permission, now)?);
        }
        Ok((links, troubles))
    });
    let (links, troubles) = loaded.await?;
    let layout = visit.private_layout("Administration", Section::Administration);
    let flash = (!troubles.is_empty()).then(|| Flash { problem: true, text: troubles.join(" ") });
    page(&ListingPage {
        layout: Layout { flash: flash.or_else(|| layout.flash.clone()), ..layout },
        heading: "Administration".to_owned(),
        lead: "What you decide here holds at once, and is written into the log with your name.".to_owned(),
        nothing: String::new(),
        entries: Vec::new(),
        links,
        pager: Pager::default(),
    })
}

/// The pages that somebody with this permission may open, with what waits there.
fn ways(
    conn: &mut Conn,
    (visit, me): (&Visit, &User),
    permission: Permission,
    now: Timestamp,
) -> Result<Vec<Link>, Error> {
    Ok(match permission {
        Permission::Review => {
            let (waiting, texts) =
                (held::count(conn, visit.viewer())?, external_statements::count_waiting(conn)?);
            vec![
                Link::new(
                    format!("What waits for a moderator: {}", counted(waiting, "contribution")),
                    "/admin/review",
                ),
                Link::new(
                    format!(
                        "Texts of other servers that may belong to a question: {}",
                        counted(texts, "text")
                    ),
                    "/moderation/external",
                ),
            ]
        }
        Permission::Reports => {
            let closed = filing::closed_to(conn, me)?;
            let open = reports::count_open_for(conn, &closed)?;
            let objections = warnings::count_appealed(conn)?;
            vec![
                Link::new(format!("Reports: {open} open"), "/admin/reports"),
                Link::new(format!("Objections to decisions: {objections} open"), "/admin/appeals"),
            ]
        }
        Permission::Hosts => {
            let proposed = i64::try_from(listed_rules::drafts(conn)?.new.len()).unwrap_or(i64::MAX);
            vec![
                Link::new("Other servers, and rules about them", "/admin/hosts"),
                Link::new(
                    format!("Proposals of lists that are followed: {}", counted(proposed, "proposal")),
                    "/admin/hosts/lists/drafts",
                ),
            ]
        }
        Permission::Queues => vec![Link::new(exchange(conn, now)?, "/admin/federation")],
        Permission::Rules => vec![Link::new("Rules about texts, and waves of them", "/admin/rules")],
        Permission::Accounts => vec![Link::new("Accounts, and rules about them", "/admin/accounts")],
        Permission::Log => vec![Link::new("The log: who decided what", "/admin/log")],
        Permission::People => vec![Link::new("People who sign in here", "/admin/people")],
        Permission::Settings => vec![
            Link::new("Settings of this site", "/admin/settings"),
            Link::new("If this server is lost: who confirms where you go on", "/admin/succession"),
        ],
    })
}

/// How the exchange with other servers is doing, in numbers.
fn exchange(conn: &mut Conn, now: Timestamp) -> Result<String, Error> {
    let (dead, parked, undone) = put_aside::counts(conn)?;
    let oldest = rows::oldest(conn)?.map_or_else(
        || "nothing waits for a server that answers".to_owned(),
        |(_, at)| format!("the oldest delivery waits {}", queues::span(at, now)),
    );
    Ok(format!(
        "Exchange with other servers: {oldest}; put aside {}, {} and {}",
        counted(dead, "delivery"),
        counted(parked, "received activity"),
        counted(undone, "job"),
    ))
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
