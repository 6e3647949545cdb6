//! What lists that this site follows propose, and names about which nobody wants to be asked.

use activitypub_federation::config::Data;
use axum::http::StatusCode;

use super::host_lists::unclear;
use super::hosts::label;
use super::{Answer, cut, page, then};
use crate::domain::counting::counted;
use crate::domain::host::HostStanding;
use crate::domain::host_list::ListDraft;
use crate::domain::host_rule::Decision;
use crate::domain::permission::Permission;
use crate::domain::reach::Reach;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::shown::{Href, Link, Pager};
use crate::services::host_lists::{self as lists, Trial};
use crate::services::listed_rules::{self as service, Drafts};
use crate::store::host_lists;

/// Names on one page.
const PAGE: usize = 500;

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn address(path: &str, pairs: &[(&str, &str)]) -> Href {
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}").into()
}

/// The drafts of one page, which begins after a name; whether there are more.
fn shown(drafts: &Drafts, after: &str) -> (Vec<ListDraft>, bool) {
    let mut rows: Vec<ListDraft> =
        drafts.new.iter().filter(|draft| draft.name.as_str() > after).take(PAGE + 1).cloned().collect();
    let more = cut(&mut rows, PAGE);
    (rows, more)
}

/// `GET /admin/hosts/lists/drafts`: what the lists propose, and what it would have touched.
pub async fn drafts(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let now = data.app.clock().now();
    let after = visit.asked("after").unwrap_or_default();
    let loaded = data.app.db.read(|conn| {
        let drafts = service::drafts(conn)?;
        let (rows, more) = shown(&drafts, &after);
        let trial = lists::try_out(conn, &rows, now)?;
        Ok((drafts, rows, more, trial))
    });
    let (drafts, rows, more, trial) = loaded.await?;
    let path = "/admin/hosts/lists/drafts";
    let all = vec![
        ("accept".to_owned(), format!("Take over all {} of this page", rows.len())),
        ("refuse".to_owned(), format!("Want none of the {} of this page", rows.len())),
    ];
    page(&LedgerPage {
        layout: visit.private_layout("Proposals of lists", Section::Administration),
        heading: format!("Proposals of lists: {}", drafts.new.len()),
        lead: "Nothing of this holds yet. A rule that keeps out holds for every name below its own. One that is taken \
               over from a list changes when you agree, or when the list takes effect without asking you, and \
               disappears with it."
            .to_owned(),
        facts: facts(&trial, rows.len(), drafts.own),
        ways: vec![Link::new("Lists that are followed", "/admin/hosts/lists")],
        search: None,
        nothing: "Nothing waits for you.".to_owned(),
        heads: vec!["Server", "Proposed", "Which list, and its reason", ""],
        rows: rows.iter().map(row).collect(),
        action: address(path, &[("after", &after), ("seen", &ListDraft::digest(&rows))]),
        buttons: if rows.is_empty() { Vec::new() } else { all },
        pager: Pager {
            newer: (!after.is_empty()).then(|| path.into()),
            older: rows.last().filter(|_| more).map(|last| address(path, &[("after", &last.name)])),
        },
    })
}

fn row(draft: &ListDraft) -> Vec<Cell> {
    let digest = ListDraft::digest(std::slice::from_ref(draft));
    vec![
        Cell::link(&draft.name, format!("/admin/hosts/{}", draft.name)),
        Cell::text(words(draft)),
        Cell::text(&draft.decision.private_comment),
        Cell::buttons(vec![
            (format!("accept {} {digest}", draft.name), "Take it over".to_owned()),
            (format!("refuse {} {digest}", draft.name), "Do not ask again".to_owned()),
        ]),
    ]
}

/// What the drafts of the page would do.
fn facts(trial: &Trial, rows: usize, own: usize) -> Vec<String> {
    let mut facts = Vec::new();
    if rows > 0 {
        facts.push(format!(
            "In the last 30 days {} of them sent anything: {}.",
            counted(number(trial.servers), "server"),
            counted(trial.texts, "contribution")
        ));
    }
    let said = |(count, reach): (usize, Reach), standing, verb: &str| {
        (count > 0).then(|| format!("{} {verb}: {}", counted(number(count), "name"), reach.of_rule(standing)))
    };
    facts.extend(said(trial.suspended, HostStanding::Suspended, "would be suspended"));
    facts.extend(said(trial.limited, HostStanding::Limited, "would be limited"));
    if own > 0 {
        facts.push(format!("About {} there is a rule of yours, which stays.", counted(number(own), "name")));
    }
    facts
}

fn words(draft: &ListDraft) -> String {
    let proposed = effect(&draft.decision);
    draft
        .before
        .as_ref()
        .map_or_else(|| proposed.clone(), |before| format!("{proposed}, instead of: {}", effect(before)))
}

fn effect(decision: &Decision) -> String {
    let mut words = vec![label(decision.standing)];
    words.extend(decision.reject_media.then_some("no files"));
    words.extend(decision.reject_reports.then_some("no reports"));
    words.join(", ")
}

/// `POST /admin/hosts/lists/drafts`: takes drafts over, or does not want them. Whoever decides about one, or
/// about a page, decides about what was shown there, not about what a list says since.
pub async fn decide(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = Some(visit.may(Permission::Hosts)?.id);
    let (after, seen) = (visit.asked("after").unwrap_or_default(), visit.asked("seen").unwrap_or_default());
    let wanted: Vec<&str> = fields.get("do").split(' ').collect();
    let (accepts, one) = match wanted.as_slice() {
        ["accept"] => (true, None),
        ["refuse"] => (false, None),
        ["accept", name, digest] => (true, Some((*name, *digest))),
        ["refuse", name, digest] => (false, Some((*name, *digest))),
        _ => return Err(unclear()),
    };
    let done = data.app.db.write(|tx| {
        let drafts = service::drafts_to_decide(tx)?;
        let (chosen, digest) = match one {
            Some((name, digest)) => {
                (drafts.new.into_iter().filter(|draft| draft.name == name).collect(), digest)
            }
            None => (shown(&drafts, &after).0, seen.as_str()),
        };
        if chosen.is_empty() || ListDraft::digest(&chosen) != digest {
            return Ok(None);
        }
        let count =
            if accepts { service::accept(tx, user, &chosen) } else { service::refuse(tx, user, &chosen) };
        count.map(Some)
    });
    if done.await?.is_none() {
        let why = "The lists say something else by now, or somebody decided meanwhile: look again.";
        return Err(PageError::new(StatusCode::CONFLICT, why));
    }
    then("/admin/hosts/lists/drafts?note=changed")
}

/// `GET /admin/hosts/lists/refused`: names about which nobody wants to be asked.
pub async fn refused(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let after = visit.asked("after").unwrap_or_default();
    let limit = number(PAGE + 1);
    let mut names = data.app.db.read(|conn| Ok(host_lists::refused(conn, &after, limit)?)).await?;
    let more = cut(&mut names, PAGE);
    let path = "/admin/hosts/lists/refused";
    let row = |name: &String| {
        vec![
            Cell::link(name, format!("/admin/hosts/{name}")),
            Cell::buttons(vec![(format!("again {name}"), "Ask again".to_owned())]),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Names that you do not want to be asked about", Section::Administration),
        heading: "Names that you do not want to be asked about".to_owned(),
        lead: "Whatever a list says of these names, nothing is proposed and nothing takes effect: somebody did not want \
               a proposal, or took back a rule that a list makes. If you ask to be asked again, a rule that came from \
               a list belongs to it again, and a list that takes effect without asking you does so at once."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("Lists that are followed", "/admin/hosts/lists")],
        search: None,
        nothing: "There is none.".to_owned(),
        heads: vec!["Server", ""],
        rows: names.iter().map(|noted| row(&noted.name)).collect(),
        action: path.into(),
        buttons: Vec::new(),
        pager: Pager {
            newer: (!after.is_empty()).then(|| path.into()),
            older: names.last().filter(|_| more).map(|last| address(path, &[("after", &last.name)])),
        },
    })
}

/// `POST /admin/hosts/lists/refused`: wants to be asked about a name again.
pub async fn ask_again(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = Some(visit.may(Permission::Hosts)?.id);
    let Some(("again", name)) = fields.get("do").split_once(' ') else { return Err(unclear()) };
    data.app.db.write(|tx| service::ask_again(tx, user, name)).await?;
    then("/admin/hosts/lists/refused?note=changed")
}
