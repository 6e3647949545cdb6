//! The health of the exchange with other servers, and trying again what was put aside.

use activitypub_federation::config::Data;
use axum::http::StatusCode;

use super::{Answer, key, page, then};
use crate::clock::Timestamp;
use crate::domain::counting::{counted, together};
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::queues as service;
use crate::store::queues::{self, Queue};
use crate::store::rebuffs::{self, Entry};
use crate::store::{condemnations, deliveries, inbox_items, jobs};
use crate::text::plain;

/// Received activities and jobs that were put aside and are shown one by one.
const SHOWN: i64 = 50;
/// Letters of a reason.
const SHORT: usize = 200;

/// What is under way, as far as there is any of it.
fn on_their_way(counts: [(i64, &str); 3]) -> Vec<String> {
    let there: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(*count, noun)).collect();
    if there.is_empty() { Vec::new() } else { vec![format!("On their way: {}.", together(&there))] }
}

/// `GET /admin/federation`: what waits, what was put aside, and how each server is doing.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Queues)?;
    let now = data.app.clock().now();
    let loaded = data.app.db.read(|conn| {
        let waiting = (deliveries::pending(conn)?, inbox_items::pending(conn)?, jobs::pending(conn)?);
        let aside = (jobs::aside(conn, SHOWN)?, inbox_items::parked(conn, SHOWN)?);
        let kept = condemnations::failed(conn, SHOWN)?;
        let troubles = service::troubles(conn, now)?;
        Ok((queues::all(conn)?, waiting, aside, kept, rebuffs::all(conn, SHOWN)?, troubles))
    });
    let (rows, (outgoing, incoming, later), (undone, parked), kept, rebuffed, troubles) = loaded.await?;
    let mut facts = on_their_way([(outgoing, "delivery"), (incoming, "received activity"), (later, "job")]);
    let reason = |why: Option<&str>| plain::excerpt(why.unwrap_or("no reason was kept"), SHORT);
    facts.extend(troubles);
    facts.extend(
        parked
            .iter()
            .map(|item| format!("Could not be applied: {} ({})", item.uri, reason(item.error.as_deref()))),
    );
    facts.extend(
        undone.iter().map(|(job, why)| format!("Could not be done: {job} ({})", reason(why.as_deref()))),
    );
    facts.extend(kept.iter().map(|(url, why)| {
        format!("Could not be deleted, and is tried again every day: {url} ({})", reason(why.as_deref()))
    }));
    facts.extend(rebuffed.iter().map(rebuffs_of));
    let aside = rows.iter().any(|row| row.aside.0 > 0) || !undone.is_empty() || !parked.is_empty();
    let all = ("retry".to_owned(), "Try again all that was put aside".to_owned());
    page(&LedgerPage {
        layout: visit.private_layout("Exchange with other servers", Section::Administration),
        heading: "Exchange with other servers".to_owned(),
        lead: "Servers that do not answer, and what waits for them. Whoever answers again gets what waits by itself; what \
               was put aside is sent again only if you say so."
            .to_owned(),
        facts,
        ways: vec![
            Link::new("Jobs that could not be done, one by one", "/admin/federation/jobs"),
            Link::new("All servers", "/admin/hosts"),
        ],
        search: None,
        nothing: "Every server answers, and nothing waits for one.".to_owned(),
        heads: vec!["Server", "State", "Waiting", "Put aside", "Not applied", ""],
        rows: rows.iter().map(|row| cells(row, now)).collect(),
        action: "/admin/federation".into(),
        buttons: if aside { vec![all] } else { Vec::new() },
        pager: Pager::default(),
    })
}

/// What was not taken in of a server, and why.
fn rebuffs_of((host, reason, times, first, last): &Entry) -> String {
    let minute = |at: &Timestamp| present::moment(*at).minute();
    let (does, noun) = reason.words();
    format!(
        "{host} {does}: {} not taken in from {} to {}.",
        counted(*times, noun),
        minute(first),
        minute(last),
    )
}

fn cells(row: &Queue, now: Timestamp) -> Vec<Cell> {
    let host = &row.host;
    let (waiting, oldest) = row.waiting;
    let age =
        oldest.map(|oldest| format!(", the oldest for {}", service::span(oldest, now))).unwrap_or_default();
    let counted_aside = |(count, why): &(i64, Option<String>)| match count {
        0 => "nothing".to_owned(),
        _ => format!("{count}: {}", plain::excerpt(why.as_deref().unwrap_or("no reason was kept"), SHORT)),
    };
    let mut buttons = Vec::new();
    if row.aside.0 > 0 || row.parked.0 > 0 {
        buttons.push((format!("retry {}", host.id), "Try again".to_owned()));
        buttons.push((format!("give-up {}", host.id), "Give it up".to_owned()));
    }
    vec![
        Cell::link(&host.name, format!("/admin/federation/{}", host.name)),
        Cell::text(state(host)),
        Cell::text(format!("{}{age}", counted(waiting, "delivery"))),
        Cell::text(counted_aside(&row.aside)),
        Cell::text(counted_aside(&row.parked)),
        Cell::buttons(buttons),
    ]
}

fn state(host: &Host) -> String {
    match host.unreachable_since() {
        None => "Answers".to_owned(),
        Some(since) => {
            let given_up =
                if host.failing_since.is_some() && host.due_at.is_none() { ", given up" } else { "" };
            let why = plain::excerpt(host.last_error.as_deref().unwrap_or("no reason was kept"), SHORT);
            format!("Not reachable since {}{given_up} ({why})", present::moment(since).minute())
        }
    }
}

/// `POST /admin/federation`: `do` says what becomes of what was put aside.
pub async fn work(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = Some(visit.may(Permission::Queues)?.id);
    let wanted = fields.get("do").to_owned();
    match wanted.split_once(' ') {
        None if wanted == "retry" => {
            data.app.db.write(|tx| service::retry(tx, user, None).map(drop)).await?;
        }
        Some(("retry", host)) => {
            let host: Id<Host> = key(host)?;
            data.app.db.write(|tx| service::retry(tx, user, Some(host)).map(drop)).await?;
        }
        Some(("give-up", host)) => {
            let host: Id<Host> = key(host)?;
            data.app.db.write(|tx| service::give_up(tx, user, host).map(drop)).await?;
        }
        _ => {
            return Err(PageError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Use one of the buttons of the page.",
            ));
        }
    }
    then("/admin/federation?note=changed")
}
