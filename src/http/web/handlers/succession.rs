//! Where our organization goes on if this server is lost, and confirming where others do.

use activitypub_federation::config::Data;

use super::admin::organizations;
use super::ask::refused;
use super::{Answer, page, then};
use crate::domain::Refusal;
use crate::domain::permission::Permission;
use crate::domain::succession::{FEWEST, MOST_GUARANTORS};
use crate::domain::uri::Uri;
use crate::federation::{Federation, successions};
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::form::{Field, FormPage};
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::shown::Link;
use crate::services::successions::{self as service, Plan};
use crate::store::Error;

const PATH: &str = "/admin/succession";
const CONFIRM: &str = "/admin/succession/confirm";
const GUARANTORS: &str = "guarantors";
const NEEDED: &str = "needed";
const CONTINUES: &str = "continues";
const OLD: &str = "old";
const NEW: &str = "new";
/// The field with the key that was shown before somebody confirmed it.
const KEY: &str = "key";

/// `GET /admin/succession`.
pub(super) async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Settings)?;
    let organization = data.app.site.organization;
    let plan = data.app.db.read(|conn| service::plan(conn, organization)).await?;
    let named: Vec<&str> = plan.guarantors.iter().map(Uri::as_str).collect();
    let continues = plan.continues.as_ref().map_or("", Uri::as_str);
    form(&visit, [&named.join("\n"), &plan.needed.to_string(), continues], Mistakes::default())
}

/// `POST /admin/succession`.
pub(super) async fn change(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Settings)?;
    let mut mistakes = Mistakes::default();
    let mut named = |field: &'static str, found: Result<Vec<Uri>, String>| {
        found.unwrap_or_else(|why| {
            mistakes.add(field, why);
            Vec::new()
        })
    };
    let guarantors = organizations(&data, fields.get(GUARANTORS), MOST_GUARANTORS).await;
    let guarantors = named(GUARANTORS, guarantors);
    // An address is taken as it is typed: nobody answers there any more.
    let continues = match Uri::parse(fields.get(CONTINUES).trim()) {
        Some(address) => vec![address],
        None => named(CONTINUES, organizations(&data, fields.get(CONTINUES), 1).await),
    };
    let needed = fields.get(NEEDED).trim().parse().unwrap_or(FEWEST);
    let plan = Plan { guarantors, needed, continues: continues.into_iter().next() };
    let again = |mistakes| {
        refused(form(&visit, [fields.get(GUARANTORS), fields.get(NEEDED), fields.get(CONTINUES)], mistakes))
    };
    if !mistakes.is_empty() {
        return again(mistakes);
    }
    match data.app.db.write(|tx| service::change(tx, Some(user.id), &plan)).await {
        Ok(true) => then(&format!("{PATH}?note=changed")),
        Ok(false) => then(&format!("{PATH}?note=unchanged")),
        Err(Error::Refused(refusal)) => {
            let field = match &refusal {
                Refusal::Invalid { field, .. } => field,
                _ => GUARANTORS,
            };
            again(Mistakes::one(field, PageError::from(Error::Refused(refusal.clone())).why))
        }
        Err(error) => Err(error.into()),
    }
}

fn form(visit: &Visit, [guarantors, needed, continues]: [&str; 3], mistakes: Mistakes) -> Answer {
    page(&FormPage {
        layout: visit.private_layout("If this server is lost", Section::Administration),
        heading: "If this server is lost".to_owned(),
        lead: "Choose organizations that know you in person. If this server is taken away and you go on under \
               another address, they confirm it, and who follows you reads where you are. Choose while everything works."
            .to_owned(),
        about: Some(Link::new("Confirm where another organization goes on", CONFIRM)),
        action: PATH.into(),
        fields: vec![
            Field::text(
                GUARANTORS,
                "Organizations that may confirm it",
                "One a line, by address or @name@example.org; at most nine. Everybody can read whom you chose.",
                guarantors,
                5,
            ),
            Field::line(NEEDED, "How many of them have to agree", "At least two.", needed),
            Field::line(
                CONTINUES,
                "The account that this organization continues",
                "Only if an earlier server of yours is lost: the address of your organization there. Blank otherwise.",
                continues,
            ),
        ],
        mistakes,
        button: "Save".to_owned(),
        back: "/admin".into(),
    })
}

/// `GET /admin/succession/confirm`.
pub(super) async fn ask(visit: Visit) -> Answer {
    visit.may(Permission::Settings)?;
    let typed = |name: &str| visit.asked(name).unwrap_or_default();
    confirm_form(&visit, (&typed(OLD), &typed(NEW)), Mistakes::default())
}

fn confirm_form(visit: &Visit, (old, new): (&str, &str), mistakes: Mistakes) -> Answer {
    page(&FormPage {
        layout: visit.private_layout("Where an organization goes on", Section::Administration),
        heading: "Confirm where another organization goes on".to_owned(),
        lead: "Its server is lost, and it asked you beforehand to vouch for it. Speak with people you know there, \
               not through the new address, before you confirm anything."
            .to_owned(),
        about: None,
        action: CONFIRM.into(),
        fields: vec![
            Field::line(OLD, "The organization as it was", "Its address, or @name@example.org.", old),
            Field::line(
                NEW,
                "Where it is now",
                "Its new address. Left blank, your earlier confirmation is taken back.",
                new,
            ),
        ],
        mistakes,
        button: "Look at it first".to_owned(),
        back: PATH.into(),
    })
}

/// `POST /admin/succession/confirm`: first shows the new account and its key, then confirms what was shown.
pub(super) async fn confirm(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Settings)?;
    let (old, new) = (fields.get(OLD).trim(), fields.get(NEW).trim());
    let done = if new.is_empty() {
        match successions::known(&data, old).await {
            Ok(account) => data.app.db.write(|tx| service::take_back(tx, Some(user.id), &account)).await,
            Err(error) => Err(error),
        }
    } else {
        match successions::look(&data, old, new).await {
            Ok((before, after, key)) if fields.get(KEY) == key => {
                let said = (&after.uri, key.as_str());
                data.app.db.write(|tx| service::confirm(tx, Some(user.id), &before, said)).await
            }
            Ok((before, after, key)) => {
                return look_first(&visit, &fields, (before.title(), after.title()), (&after.uri, key));
            }
            Err(error) => Err(error),
        }
    };
    match done {
        Ok(()) => then(&format!("{PATH}?note=changed")),
        Err(Error::Fault(fault)) => Err(Error::Fault(fault).into()),
        Err(error) => {
            let why = PageError::from(error).why;
            refused(confirm_form(
                &visit,
                (old, new),
                Mistakes::one(if new.is_empty() { OLD } else { NEW }, why),
            ))
        }
    }
}

fn look_first(
    visit: &Visit,
    fields: &Fields,
    (old, new): (&str, &str),
    (address, key): (&Uri, String),
) -> Answer {
    page(&ConfirmPage {
        layout: visit.private_layout("Where an organization goes on", Section::Administration),
        question: format!("Confirm that “{old}” goes on as “{new}”?"),
        consequence: format!(
            "Its new address is {address}, and it signs with the key {key}. Compare the key with people you know there. \
             Other servers read under the name of your organization that you vouch for it; you can take it back."
        ),
        action: CONFIRM.into(),
        fields: vec![(OLD, fields.get(OLD).to_owned()), (NEW, fields.get(NEW).to_owned()), (KEY, key)],
        button: "Confirm it".to_owned(),
        back: CONFIRM.into(),
    })
}
