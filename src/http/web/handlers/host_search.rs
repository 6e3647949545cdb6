//! The servers that we know: looking for some of them.

use activitypub_federation::config::Data;

use super::hosts::{STANDINGS, label};
use super::{Answer, cut, page};
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_rule;
use crate::domain::host_search::{HostOrder, HostSearch, Reachable, Ruled};
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::Choice;
use crate::http::web::hosts::{HostRow, HostsPage};
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::shown::{Href, Link, Pager};
use crate::store::host_search::{self, Place};

/// Servers on one page.
const PAGE: usize = 100;

/// `GET /admin/hosts`: the servers we know.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let wanted = wanted(&visit);
    let after = visit.asked("after").and_then(|text| Place::parse(&text));
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let found = data.app.db.read(|conn| Ok(host_search::page(conn, &wanted, after.as_ref(), limit)?));
    let mut found = found.await?;
    let more = cut(&mut found, PAGE);
    let asked = (!wanted.part.is_empty() && found.is_empty())
        .then(|| host_rule::name(&wanted.part, &visit.site.host));
    let (unknown, impossible) = match asked {
        Some(Ok(name)) => (Some(Link::new(name.clone(), format!("/admin/hosts/{name}"))), String::new()),
        Some(Err(why)) => (None, why),
        None => (None, String::new()),
    };
    page(&HostsPage {
        layout: visit.private_layout("Other servers", Section::Administration),
        standings: choices(
            "All",
            STANDINGS.map(|one| (one.word(), label(one), wanted.standing == Some(one))),
        ),
        rules: choices(
            "With and without",
            Ruled::ALL.map(|one| (one.word(), ruled(one), wanted.ruled == Some(one))),
        ),
        states: choices(
            "All",
            Reachable::ALL.map(|one| (one.word(), reachable(one), wanted.state == Some(one))),
        ),
        orders: HostOrder::ALL.map(|one| Choice::new(one.word(), ordered(one), wanted.order == one)).into(),
        unknown,
        impossible,
        pager: Pager {
            newer: after.is_some().then(|| link(&wanted, None)),
            older: found.last().filter(|_| more).map(|last| link(&wanted, Some(&Place::after(last)))),
        },
        rows: found.iter().map(row).collect(),
        query: wanted.part,
    })
}

fn wanted(visit: &Visit) -> HostSearch {
    let word = |name: &str| visit.asked(name).unwrap_or_default();
    HostSearch {
        part: word("q").trim().to_lowercase(),
        standing: HostStanding::parse(&word("standing")),
        ruled: Ruled::parse(&word("rule")),
        state: Reachable::parse(&word("state")),
        order: HostOrder::parse(&word("order")).unwrap_or_default(),
        strangers: false,
    }
}

/// The list with the same search, from some place on.
fn link(wanted: &HostSearch, after: Option<&Place>) -> Href {
    let after = after.map(Place::word).unwrap_or_default();
    let pairs = [
        ("q", wanted.part.as_str()),
        ("standing", wanted.standing.map(HostStanding::word).unwrap_or_default()),
        ("rule", wanted.ruled.map(Ruled::word).unwrap_or_default()),
        ("state", wanted.state.map(Reachable::word).unwrap_or_default()),
        ("order", if wanted.order == HostOrder::default() { "" } else { wanted.order.word() }),
        ("after", after.as_str()),
    ];
    let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/admin/hosts?{query}").into()
}

fn choices<const N: usize>(all: &str, others: [(&str, &str, bool); N]) -> Vec<Choice> {
    let none = !others.iter().any(|(.., chosen)| *chosen);
    let others = others.into_iter().map(|(value, label, chosen)| Choice::new(value, label, chosen));
    std::iter::once(Choice::new("", all, none)).chain(others).collect()
}

const fn ruled(one: Ruled) -> &'static str {
    match one {
        Ruled::Own => "With a rule of its own",
        Ruled::Not => "Without a rule of its own",
        Ruled::Files => "Files are rejected",
        Ruled::Reports => "Reports are rejected",
    }
}

const fn reachable(one: Reachable) -> &'static str {
    match one {
        Reachable::Yes => "Reachable",
        Reachable::No => "Not reachable",
        Reachable::Untried => "Nothing was exchanged yet",
    }
}

const fn ordered(one: HostOrder) -> &'static str {
    match one {
        HostOrder::Name => "By name",
        HostOrder::Heard => "Heard last first",
        HostOrder::Known => "New ones first",
    }
}

fn row(host: &Host) -> HostRow {
    HostRow {
        name: host.name.clone(),
        href: format!("/admin/hosts/{}", host.name).into(),
        standing: words(host),
        software: host.software.clone().unwrap_or_default(),
        health: health(host),
    }
}

/// What holds for a server, in a few words.
pub(super) fn words(host: &Host) -> String {
    let mut words = vec![label(host.standing)];
    words.extend(host.reject_media.then_some("no files"));
    words.extend(host.reject_reports.then_some("no reports"));
    words.join(", ")
}

/// How a server is doing, in a few words.
pub(super) fn health(host: &Host) -> String {
    if let Some(since) = host.unreachable_since() {
        let why = host.last_error.as_deref().unwrap_or("no reason was kept");
        return format!("Not reachable since {} ({why})", present::moment(since).day());
    }
    let newest = host.last_seen_at.max(host.last_success_at);
    newest.map_or_else(
        || "Nothing was exchanged yet".to_owned(),
        |at| format!("Last exchange on {}", present::moment(at).minute()),
    )
}
