//! Taking a statement back, or putting another in its place.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;

use super::again::again;
use super::publish::revised_head;
use super::{Answer, page, then};
use crate::domain::contribution::{Contribution, State};
use crate::domain::id::Id;
use crate::domain::user::Role;
use crate::domain::view::View;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::publish::{WithdrawPage, Withdrawal};
use crate::http::web::shown::Lang;
use crate::services::statements as service;
use crate::store::{Error, statements};

/// Statements offered as successors.
const OFFERED: i64 = 100;

/// `GET /statements/{slug}/retract`.
pub async fn ask_retract(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let head = revised_head(&data, &visit, &slug).await?;
    form(&visit, &slug, &head, Withdrawal::Retract, (&Fields::default(), Mistakes::default()))
}

/// `POST /statements/{slug}/retract`.
pub async fn retract(
    data: Data<Federation>,
    Path(slug): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let head = revised_head(&data, &visit, &slug).await?;
    let done = data.app.db.write(|tx| service::retract(tx, user, head.id, fields.get("reason"))).await;
    answer(&visit, (&slug, &head), Withdrawal::Retract, &fields, done)
}

/// `GET /statements/{slug}/supersede`.
pub async fn ask_supersede(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let head = revised_head(&data, &visit, &slug).await?;
    let deed = successors(&data, &visit, &head, "").await?;
    form(&visit, &slug, &head, deed, (&Fields::default(), Mistakes::default()))
}

/// `POST /statements/{slug}/supersede`.
pub async fn supersede(
    data: Data<Federation>,
    Path(slug): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let head = revised_head(&data, &visit, &slug).await?;
    let deed = successors(&data, &visit, &head, fields.get("successor")).await?;
    let Some(next) = Id::parse(fields.get("successor")) else {
        let mistakes = Mistakes::one("successor", "Choose the statement that takes its place.");
        return refused(&visit, &slug, &head, deed, (&fields, mistakes));
    };
    let reason = fields.get("reason");
    let done = data.app.db.write(|tx| service::supersede(tx, user, head.id, next, reason)).await;
    answer(&visit, (&slug, &head), deed, &fields, done)
}

async fn successors(
    data: &Data<Federation>,
    visit: &Visit,
    head: &Contribution,
    chosen: &str,
) -> Result<Withdrawal, PageError> {
    let viewer = visit.viewer();
    let all = data.app.db.read(|conn| Ok(statements::newest(conn, viewer, true, None, OFFERED)?)).await?;
    let others = all.into_iter().filter(|other| other.id != head.id && other.state == State::Current);
    let choice = |other: Contribution| {
        let id = other.id.to_string();
        let selected = id == chosen;
        Choice::new(id, other.title.unwrap_or_default(), selected)
    };
    Ok(Withdrawal::Supersede { successors: others.map(choice).collect() })
}

fn answer(
    visit: &Visit,
    (slug, head): (&str, &Contribution),
    deed: Withdrawal,
    fields: &Fields,
    done: Result<View, Error>,
) -> Answer {
    match done {
        Ok(view) => then(&format!("{}?note=withdrawn", present::path(&view))),
        Err(error) => again(error, |mistakes| form(visit, slug, head, deed, (fields, mistakes))),
    }
}

fn refused(
    visit: &Visit,
    slug: &str,
    head: &Contribution,
    deed: Withdrawal,
    sent: (&Fields, Mistakes),
) -> Answer {
    let mut response = form(visit, slug, head, deed, sent)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

fn form(
    visit: &Visit,
    slug: &str,
    head: &Contribution,
    deed: Withdrawal,
    (fields, mistakes): (&Fields, Mistakes),
) -> Answer {
    let end = match deed {
        Withdrawal::Retract => "retract",
        Withdrawal::Supersede { .. } => "supersede",
    };
    page(&WithdrawPage {
        layout: visit.private_layout("Withdraw a statement", Section::Publish),
        action: format!("/statements/{slug}/{end}").into(),
        deed,
        title: head.title.clone().unwrap_or_default(),
        language: Lang::new(&head.language),
        href: format!("/statements/{slug}").into(),
        reason: fields.get("reason").to_owned(),
        mistakes,
    })
}
