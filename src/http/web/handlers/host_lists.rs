//! Lists of rules about servers that this site follows, and what they propose.

use std::collections::HashSet;

use activitypub_federation::config::Data;
use axum::http::StatusCode;

use super::ask::refused;
use super::hosts::label;
use super::{Answer, key, page, then};
use crate::clock::Timestamp;
use crate::domain::host::HostStanding;
use crate::domain::host_list::HostList;
use crate::domain::host_rule::Decision;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::reach::counted;
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::host_lists::{self as service, NewList};
use crate::store::host_lists;

/// Proposals that are shown one by one.
const SHOWN: usize = 500;

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// `GET /admin/hosts/lists`: the lists that are followed.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let loaded = data.app.db.read(|conn| {
        let mut lists = Vec::new();
        for list in host_lists::all(conn)? {
            let count = host_lists::count(conn, list.id)?;
            lists.push((list, count));
        }
        Ok((lists, service::drafts(conn)?.new.len()))
    });
    let (lists, waiting) = loaded.await?;
    let proposals = format!("Proposals that wait for you: {waiting}");
    page(&LedgerPage {
        layout: visit.private_layout("Lists that are followed", Section::Administration),
        heading: "Lists that are followed".to_owned(),
        lead: "Each is read every day. What is new in it waits for you, unless you decided that it holds at once; what \
               a list takes back is taken back here, too, as long as no other list says it and nobody here changed \
               the rule. Where two lists differ, the one with the higher number is right."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![
            Link::new(proposals, "/admin/hosts/lists/drafts"),
            Link::new("Follow a list", "/admin/hosts/lists/new"),
            Link::new("Take a list in once, or hand ours out", "/admin/hosts/list"),
        ],
        search: None,
        nothing: "No list is followed.".to_owned(),
        heads: vec!["List", "Counts", "What is new", "Last read", "Says", ""],
        rows: lists.iter().map(|(list, count)| row(list, *count)).collect(),
        action: "/admin/hosts/lists".into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

fn row(list: &HostList, count: i64) -> Vec<Cell> {
    let read = match (&list.error, list.checked_at) {
        (Some(why), _) => format!("Could not be read: {why}"),
        (None, Some(at)) => present::moment(at).minute(),
        (None, None) => "Not yet".to_owned(),
    };
    vec![
        Cell::link(&list.title, list.url.as_str()),
        Cell::text(list.priority.to_string()),
        Cell::text(if list.adopts { "Holds at once" } else { "Waits for you" }),
        Cell::text(read),
        Cell::text(counted(count, "rule")),
        Cell::buttons(vec![
            (format!("read {}", list.id), "Read it now".to_owned()),
            (format!("leave {}", list.id), "Follow it no longer".to_owned()),
        ]),
    ]
}

/// `POST /admin/hosts/lists`: reads a list now, or leaves it.
pub async fn work(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = Some(visit.may(Permission::Hosts)?.id);
    match fields.get("do").split_once(' ') {
        Some(("read", id)) => {
            let id: Id<HostList> = key(id)?;
            data.app.db.write(|tx| service::ask(tx, id)).await?;
        }
        Some(("leave", id)) => {
            let id: Id<HostList> = key(id)?;
            data.app.db.write(|tx| service::leave(tx, user, id).map(drop)).await?;
        }
        _ => return Err(unclear()),
    }
    then("/admin/hosts/lists?note=changed")
}

fn unclear() -> PageError {
    PageError::new(StatusCode::UNPROCESSABLE_ENTITY, "Use one of the buttons of the page.")
}

/// `GET /admin/hosts/lists/new`.
pub async fn ask(visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    form(&visit, &Fields::default(), Mistakes::default())
}

/// `POST /admin/hosts/lists/new`.
pub async fn follow(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = Some(visit.may(Permission::Hosts)?.id);
    let mut mistakes = Mistakes::default();
    if Uri::parse(fields.get("url").trim()).is_none() {
        mistakes.add("url", "Give the whole address of the file, beginning with https://.");
    }
    if fields.get("title").trim().is_empty() {
        mistakes.add("title", "Give it a name by which you know it again.");
    }
    let priority = match fields.get("priority").trim() {
        "" => Some(50),
        typed => typed.parse().ok().filter(|number| (0..=100).contains(number)),
    };
    if priority.is_none() {
        mistakes.add("priority", "Give a number from 0 to 100, or nothing.");
    }
    if !mistakes.is_empty() {
        return refused(form(&visit, &fields, mistakes));
    }
    let new = NewList {
        url: fields.get("url").to_owned(),
        title: fields.get("title").to_owned(),
        priority: priority.unwrap_or(50),
        adopts: fields.get("adopts") == "yes",
    };
    data.app.db.write(|tx| service::follow(tx, user, &new).map(drop)).await?;
    then("/admin/hosts/lists?note=changed")
}

fn form(visit: &Visit, fields: &Fields, mistakes: Mistakes) -> Answer {
    let adopts = fields.get("adopts") == "yes";
    let choices = vec![
        Choice::new("no", "It waits until you have looked at it", !adopts),
        Choice::new("yes", "It holds at once, and you trust whoever keeps the list", adopts),
    ];
    page(&FormPage {
        layout: visit.private_layout("Follow a list", Section::Administration),
        heading: "Follow a list".to_owned(),
        lead: "A file in the form in which Mastodon writes such lists, or with one name a line.".to_owned(),
        about: None,
        action: "/admin/hosts/lists/new".into(),
        fields: vec![
            Field::line("url", "Address of the list", "It is read from there every day.", fields.get("url")),
            Field::line("title", "Name", "For you and the other administrators.", fields.get("title")),
            Field::line(
                "priority",
                "How much it counts",
                "A number from 0 to 100; 50 if you leave it blank.",
                fields.get("priority"),
            ),
            Field::new("adopts", "What becomes of what is new?", "", FieldKind::Radios(choices), ""),
        ],
        mistakes,
        button: "Follow it".to_owned(),
        back: "/admin/hosts/lists".into(),
    })
}

/// `GET /admin/hosts/lists/drafts`: what the lists propose, and what it would have touched.
pub async fn drafts(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let now = data.app.clock().now();
    let loaded = data.app.db.read(|conn| {
        let drafts = service::drafts(conn)?;
        let (reach, servers, texts) = service::try_out(conn, &drafts.new, now)?;
        Ok((drafts, reach, servers, texts, seen(host_lists::read_last(conn)?)))
    });
    let (drafts, reach, servers, texts, seen) = loaded.await?;
    let row = |(name, decision): &(String, Decision)| {
        vec![
            Cell::link(name, format!("/admin/hosts/{name}")),
            Cell::text(words(decision, drafts.changes.contains(name))),
            Cell::text(&decision.public_comment),
            Cell::buttons(vec![
                (format!("accept {name}"), "Take it over".to_owned()),
                (format!("refuse {name}"), "Do not ask again".to_owned()),
            ]),
        ]
    };
    let mut facts = Vec::new();
    if !drafts.new.is_empty() {
        facts.push(format!(
            "In the last 30 days {} of them sent anything: {}.",
            counted(number(servers), "server"),
            counted(texts, "contribution")
        ));
        facts.push(format!("If you take all over: {}", reach.of_rule(HostStanding::Suspended)));
    }
    if drafts.own > 0 {
        facts.push(format!(
            "About {} there is a rule of yours, which stays.",
            counted(number(drafts.own), "name")
        ));
    }
    if drafts.new.len() > SHOWN {
        facts.push(format!("The first {SHOWN} are shown."));
    }
    let all = vec![
        ("accept".to_owned(), "Take all over".to_owned()),
        ("refuse".to_owned(), "Want none of them".to_owned()),
    ];
    page(&LedgerPage {
        layout: visit.private_layout("Proposals of lists", Section::Administration),
        heading: format!("Proposals of lists: {}", drafts.new.len()),
        lead: "Nothing of this holds yet. A rule that keeps out holds for every name below its own."
            .to_owned(),
        facts,
        ways: vec![Link::new("Lists that are followed", "/admin/hosts/lists")],
        search: None,
        nothing: "Nothing waits for you.".to_owned(),
        heads: vec!["Server", "Proposed", "Reason that the list gives", ""],
        rows: drafts.new.iter().take(SHOWN).map(row).collect(),
        action: format!("/admin/hosts/lists/drafts?seen={seen}").into(),
        buttons: if drafts.new.is_empty() { Vec::new() } else { all },
        pager: Pager::default(),
    })
}

fn words(decision: &Decision, change: bool) -> String {
    let mut words = vec![label(decision.standing)];
    words.extend(decision.reject_media.then_some("no files"));
    words.extend(decision.reject_reports.then_some("no reports"));
    let words = words.join(", ");
    if change { format!("{words}, instead of the rule that holds") } else { words }
}

/// When the lists were read whose proposals somebody looks at.
fn seen(read: Option<Timestamp>) -> i64 {
    read.map_or(0, |at| at.0)
}

/// `POST /admin/hosts/lists/drafts`: takes proposals over, or does not want them. Whoever decides about all
/// of them decides about those on the page, not about what a list says since.
pub async fn decide(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = Some(visit.may(Permission::Hosts)?.id);
    let shown: i64 = visit.asked("seen").and_then(|typed| typed.parse().ok()).unwrap_or_default();
    let wanted = fields.get("do").to_owned();
    let (word, name) = wanted.split_once(' ').unwrap_or((&wanted, ""));
    let accepts = match word {
        "accept" => true,
        "refuse" => false,
        _ => return Err(unclear()),
    };
    let done = data.app.db.write(|tx| {
        let names: HashSet<String> = if name.is_empty() {
            if seen(host_lists::read_last(tx)?) != shown {
                return Ok(None);
            }
            service::drafts(tx)?.new.into_iter().map(|(name, _)| name).collect()
        } else {
            HashSet::from([name.to_owned()])
        };
        let count =
            if accepts { service::accept(tx, user, &names) } else { service::refuse(tx, user, &names) };
        count.map(Some)
    });
    if done.await?.is_none() {
        let why = "A list was read meanwhile and may propose something else: look again.";
        return Err(PageError::new(StatusCode::CONFLICT, why));
    }
    then("/admin/hosts/lists/drafts?note=changed")
}
