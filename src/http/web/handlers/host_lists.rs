//! Lists of rules about servers that this site follows: which, how much they count, and leaving them.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;

use super::again::again;
use super::ask::refused;
use super::{Answer, key, page, then};
use crate::domain::Refusal;
use crate::domain::counting::counted;
use crate::domain::host_list::HostList;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
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
use crate::services::listed_rules;
use crate::store::host_lists;

/// How much a list counts of which nobody says anything else.
const USUAL: i32 = 50;

/// `GET /admin/hosts/lists`: the lists that are followed.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Hosts)?;
    let loaded = data.app.db.read(|conn| {
        let mut lists = Vec::new();
        for list in host_lists::all(conn)? {
            let count = host_lists::count(conn, list.id)?;
            lists.push((list, count));
        }
        Ok((lists, listed_rules::drafts(conn)?.new.len()))
    });
    let (lists, waiting) = loaded.await?;
    let proposals = format!("Proposals that wait for you: {waiting}");
    page(&LedgerPage {
        layout: visit.private_layout("Lists that are followed", Section::Administration),
        heading: "Lists that are followed".to_owned(),
        lead: "Each is read every day. What is new in it waits for you, unless you decided that it takes effect without \
               asking you; and even then all that it says at first waits, and so do many new rules at once and what \
               would cut off a server on which something here hangs. What a list takes back is taken back here, too, as \
               long as no other list says it and nobody here changed the rule. Where two lists differ, the one with the \
               higher weight wins; one that asks you first changes nothing until you answer."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![
            Link::new(proposals, "/admin/hosts/lists/drafts"),
            Link::new("Names that you do not want to be asked about", "/admin/hosts/lists/refused"),
            Link::new("Follow a list", "/admin/hosts/lists/new"),
            Link::new("Take a list in once, or hand ours out", "/admin/hosts/list"),
            Link::new("Lists that were taken in", "/admin/hosts/list/taken"),
        ],
        search: None,
        nothing: "No list is followed.".to_owned(),
        heads: vec!["List", "Weight", "What is new", "Last read", "Rules", "", ""],
        rows: lists.iter().map(|(list, count)| row(list, *count)).collect(),
        action: "/admin/hosts/lists".into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

fn row(list: &HostList, count: i64) -> Vec<Cell> {
    let read = match (&list.error, list.checked_at) {
        (Some(why), _) if list.doubted.is_some() => format!("Not believed: {why}"),
        (Some(why), _) => format!("Could not be read: {why}"),
        (None, Some(at)) => present::moment(at).minute(),
        (None, None) => "Not yet".to_owned(),
    };
    let mut buttons = vec![(format!("read {}", list.id), "Read it now".to_owned())];
    if let Some(doubted) = &list.doubted {
        buttons.push((format!("believe {} {doubted}", list.id), "The list is right".to_owned()));
    }
    vec![
        Cell::link(&list.title, list.url.as_str()),
        Cell::text(list.priority.to_string()),
        Cell::text(if list.adopts { "Takes effect without asking" } else { "Waits for you" }),
        Cell::text(read),
        Cell::text(counted(count, "rule")),
        Cell::buttons(buttons),
        Cell::link("Change or leave it", format!("/admin/hosts/lists/{}", list.id)),
    ]
}

/// `POST /admin/hosts/lists`: reads a list now, or says that it is right.
pub async fn work(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = Some(visit.may(Permission::Hosts)?.id);
    match fields.get("do").split_once(' ') {
        Some(("read", id)) => {
            let id: Id<HostList> = key(id)?;
            data.app.db.write(|tx| service::ask(tx, id)).await?;
        }
        Some(("believe", what)) => {
            let (id, digest) = what.split_once(' ').ok_or_else(unclear)?;
            let id: Id<HostList> = key(id)?;
            data.app.db.write(|tx| service::believe(tx, user, id, digest)).await?;
        }
        _ => return Err(unclear()),
    }
    then("/admin/hosts/lists?note=changed")
}

/// A form was sent that no page of ours made.
pub(super) fn unclear() -> PageError {
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
    let plain = data.app.config.scheme() == "http";
    let is_safe = |url: Uri| plain || url.as_str().starts_with("https://");
    if !Uri::parse(fields.get("url").trim()).is_some_and(is_safe) {
        mistakes.add("url", "Give the whole address of the file, beginning with https://.");
    }
    if fields.get("title").trim().is_empty() {
        mistakes.add("title", "Give it a name by which you know it again.");
    }
    let priority = weight(&fields, &mut mistakes);
    if !mistakes.is_empty() {
        return refused(form(&visit, &fields, mistakes));
    }
    let new = NewList {
        url: fields.get("url").to_owned(),
        title: fields.get("title").to_owned(),
        priority,
        adopts: fields.get("adopts") == "yes",
    };
    match data.app.db.write(|tx| service::follow(tx, user, &new).map(drop)).await {
        Ok(()) => then("/admin/hosts/lists?note=changed"),
        Err(error) => again(error, |mistakes| form(&visit, &fields, mistakes)),
    }
}

fn weight(fields: &Fields, mistakes: &mut Mistakes) -> i32 {
    let typed = fields.get("priority").trim();
    let weight = if typed.is_empty() { Some(USUAL) } else { typed.parse().ok() };
    weight.filter(|number| (0..=100).contains(number)).unwrap_or_else(|| {
        mistakes.add("priority", "Give a number from 0 to 100, or nothing.");
        USUAL
    })
}

/// The fields that say how much a list counts and whether it asks.
fn terms(priority: &str, adopts: bool) -> [Field; 2] {
    let choices = vec![
        Choice::new("no", "It waits until you have looked at it", !adopts),
        Choice::new(
            "yes",
            "It takes effect without asking you, and you trust whoever keeps the list",
            adopts,
        ),
    ];
    [
        Field::line(
            "priority",
            "Which list wins where two differ",
            "A number from 0 to 100, and the higher one wins; 50 if you leave it blank.",
            priority,
        ),
        Field::new(
            "adopts",
            "What becomes of what is new?",
            "A rule that is taken over from a list disappears with it.",
            FieldKind::Radios(choices),
            "",
        ),
    ]
}

fn form(visit: &Visit, fields: &Fields, mistakes: Mistakes) -> Answer {
    let [priority, adopts] = terms(fields.get("priority"), fields.get("adopts") == "yes");
    page(&FormPage {
        layout: visit.private_layout("Follow a list", Section::Administration),
        heading: "Follow a list".to_owned(),
        lead: "A file in the form in which Mastodon writes such lists, or with one name a line.".to_owned(),
        about: None,
        action: "/admin/hosts/lists/new".into(),
        fields: vec![
            Field::line("url", "Address of the list", "It is read from there every day.", fields.get("url")),
            Field::line("title", "Name", "For you and the other administrators.", fields.get("title")),
            priority,
            adopts,
        ],
        mistakes,
        button: "Follow it".to_owned(),
        back: "/admin/hosts/lists".into(),
    })
}

async fn known(data: &Data<Federation>, id: Id<HostList>) -> Result<HostList, PageError> {
    let list = data.app.db.read(|conn| Ok(host_lists::by_id(conn, id)?)).await?;
    list.ok_or_else(|| Refusal::NotFound.into())
}

/// `GET /admin/hosts/lists/{id}`: how much a list counts, and whether it asks.
pub async fn show(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.may(Permission::Hosts)?;
    let list = known(&data, key(&id)?).await?;
    terms_form(&visit, &list, (&list.priority.to_string(), list.adopts), Mistakes::default())
}

/// `POST /admin/hosts/lists/{id}`: changes that.
pub async fn change(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = Some(visit.may(Permission::Hosts)?.id);
    let list = known(&data, key(&id)?).await?;
    let mut mistakes = Mistakes::default();
    let priority = weight(&fields, &mut mistakes);
    let adopts = fields.get("adopts") == "yes";
    let typed = (fields.get("priority"), adopts);
    if !mistakes.is_empty() {
        return refused(terms_form(&visit, &list, typed, mistakes));
    }
    data.app.db.write(|tx| service::change(tx, user, list.id, priority, adopts)).await?;
    then("/admin/hosts/lists?note=changed")
}

fn terms_form(
    visit: &Visit,
    list: &HostList,
    (priority, adopts): (&str, bool),
    mistakes: Mistakes,
) -> Answer {
    let leave = format!("/admin/hosts/lists/{}/leave", list.id);
    page(&FormPage {
        layout: visit.private_layout(&list.title, Section::Administration),
        heading: list.title.clone(),
        lead: "If it takes effect without asking you from now on, what waits now goes on waiting. A weight changes \
               at once which rules hold."
            .to_owned(),
        about: Some(Link::new("Follow it no longer", leave)),
        action: format!("/admin/hosts/lists/{}", list.id).into(),
        fields: terms(priority, adopts).into(),
        mistakes,
        button: "Change it".to_owned(),
        back: "/admin/hosts/lists".into(),
    })
}

/// `GET /admin/hosts/lists/{id}/leave`: what follows if a list is followed no longer.
pub async fn ask_leave(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.may(Permission::Hosts)?;
    let list = known(&data, key(&id)?).await?;
    leave_form(&data, &visit, &list, Mistakes::default()).await
}

async fn leave_form(data: &Data<Federation>, visit: &Visit, list: &HostList, mistakes: Mistakes) -> Answer {
    let count = data.app.db.read(|conn| service::taken_back_without(conn, list.id)).await?;
    let rules = counted(i64::try_from(count).unwrap_or(i64::MAX), "rule");
    let choices = vec![
        Choice::new("back", "They are taken back", true),
        Choice::new("keep", "They stay, as rules of this site that no list changes", false),
    ];
    page(&FormPage {
        layout: visit.private_layout("Follow a list no longer", Section::Administration),
        heading: format!("Follow {} no longer?", list.title),
        lead: if count == 0 {
            "Every rule of it is also in another list, or was made here: nothing would be taken back."
                .to_owned()
        } else {
            format!(
                "{rules} of it would be taken back, because no other list makes them. What they took away is given back \
                 then, as far as both sides still exist."
            )
        },
        about: None,
        action: format!("/admin/hosts/lists/{}/leave", list.id).into(),
        fields: vec![Field::new("rules", "What becomes of its rules?", "", FieldKind::Radios(choices), "")],
        mistakes,
        button: "Follow it no longer".to_owned(),
        back: format!("/admin/hosts/lists/{}", list.id).into(),
    })
}

/// `POST /admin/hosts/lists/{id}/leave`: follows a list no longer.
pub async fn leave(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = Some(visit.may(Permission::Hosts)?.id);
    let list = known(&data, key(&id)?).await?;
    let keeps = match fields.get("rules") {
        "keep" => true,
        "back" => false,
        _ => {
            let mistakes = Mistakes::one("rules", "Choose what becomes of its rules.");
            return refused(leave_form(&data, &visit, &list, mistakes).await);
        }
    };
    data.app.db.write(|tx| service::leave(tx, user, list.id, keeps).map(drop)).await?;
    then("/admin/hosts/lists?note=changed")
}
