//! Lists of rules about servers that were taken in: which, and taking one back as a whole.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::{Answer, before, cut, key, page, pager, then};
use crate::domain::counting::counted;
use crate::domain::host_rule::Decision;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::taken_list::{TakenList, given_back, in_words};
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::taken_lists::{self as service, BackTrial};
use crate::store::page::Page;
use crate::store::{taken_lists, users};

/// Lists on one page.
const PAGE: usize = 50;
/// Names that are given one by one.
const NAMED: usize = 20;

/// `GET /admin/hosts/list/taken`: the lists that were taken in.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let from: Option<Id<TakenList>> = before(&visit);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let bounds = Page { max_id: from.map(Id::get), ..Page::first(limit) };
    let loaded = data.app.db.read(|conn| Ok((taken_lists::page(conn, &bounds)?, users::all(conn)?)));
    let (mut lists, known) = loaded.await?;
    let more = cut(&mut lists, PAGE);
    let older = lists.last().filter(|_| more).map(|list| list.id);
    let row = |list: &TakenList| {
        let who = list.user_id.and_then(|id| known.iter().find(|user| user.id == id));
        let way = match list.taken_back_at {
            Some(at) => Cell::text(format!("Taken back on {}", present::moment(at).minute())),
            None => Cell::link("Take it back", format!("/admin/hosts/list/taken/{}", list.id)),
        };
        vec![
            Cell::text(list.title.clone()),
            Cell::text(counted(i64::from(list.rules), "rule")),
            Cell::text(who.map_or("terminal", |user| user.name.as_str())),
            Cell::text(present::moment(list.created_at).minute()),
            way,
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Lists that were taken in", Section::Administration),
        heading: "Lists that were taken in".to_owned(),
        lead: "Each can be taken back as a whole, as if each of its rules were taken back. Rules about which somebody \
               decided since then stay as they are."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![
            Link::new("Take a list in, or hand ours out", "/admin/hosts/list"),
            Link::new("Lists that are followed", "/admin/hosts/lists"),
        ],
        search: None,
        nothing: "No list was taken in.".to_owned(),
        heads: vec!["List", "Rules", "Taken in by", "On", ""],
        rows: lists.iter().map(row).collect(),
        action: "/admin/hosts/list/taken".into(),
        buttons: Vec::new(),
        pager: pager("/admin/hosts/list/taken", older, from.is_none()),
    })
}

/// `GET /admin/hosts/list/taken/{id}`: what follows if a list is taken back.
pub async fn ask(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.may(Permission::Hosts)?;
    let id: Id<TakenList> = key(&id)?;
    let loaded = data.app.db.read(|conn| Ok((service::preview(conn, id)?, taken_lists::by_id(conn, id)?)));
    let (trial, list) = loaded.await?;
    let title = list.map(|list| list.title).unwrap_or_default();
    page(&ConfirmPage {
        layout: visit.private_layout("Take a list back", Section::Administration),
        question: format!("Take back {title}?"),
        consequence: consequence(&trial),
        action: format!("/admin/hosts/list/taken/{id}").into(),
        fields: Vec::new(),
        button: "Take it back".to_owned(),
        back: "/admin/hosts/list/taken".into(),
    })
}

/// `POST /admin/hosts/list/taken/{id}`: takes a list back.
pub async fn take_back(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, .. }: Posted,
) -> Answer {
    let user = visit.may(Permission::Hosts)?.id;
    let id: Id<TakenList> = key(&id)?;
    data.app.db.write(|tx| service::take_back(tx, Some(user), id)).await?;
    then("/admin/hosts/list/taken?note=restored")
}

fn consequence(trial: &BackTrial) -> String {
    let mut said = Vec::new();
    if trial.gone.is_empty() && trial.restored.is_empty() {
        said.push("None of its rules would be taken back.".to_owned());
    } else {
        if !trial.gone.is_empty() {
            said.push(format!("These rules hold no longer: {}.", in_words(&trial.gone)));
        }
        let again = |(name, before, listed): &(String, Decision, Decision)| {
            format!("{name}: {} instead of {}", before.effect(), listed.effect())
        };
        let again: Vec<String> = trial.restored.iter().map(again).collect();
        said.extend(named("What was decided before holds again", &again));
        said.push(given_back(trial.aside));
        said.push(
            "What was dropped on its way, and what was sent meanwhile, does not come again.".to_owned(),
        );
    }
    said.extend(named("A list that is followed says it, too, so these rules stay", &trial.listed));
    said.extend(named("Somebody decided about these servers since, so their rules stay", &trial.changed));
    said.join(" ")
}

/// Some things with a sentence before them, where there are any.
fn named(lead: &str, names: &[String]) -> Option<String> {
    let first: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    (!names.is_empty()).then(|| format!("{lead}: {}{more}.", first.join(", ")))
}
