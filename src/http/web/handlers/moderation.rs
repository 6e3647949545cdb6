//! Letting an author in from the page of a contribution.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::{Answer, key, page, then};
use crate::domain::Refusal;
use crate::domain::contribution::{Contribution, State};
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::view::View;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::services::review::{self, Verdict};
use crate::store::{contributions, views};

/// `GET /contributions/{id}/approve`.
pub async fn ask_approve(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let view = held(&data, &visit, &id).await?;
    let name = view.author.title();
    page(&ConfirmPage {
        layout: visit.private_layout("Approve", Section::Elsewhere),
        question: format!("Approve {name}?"),
        consequence: format!(
            "What {} wrote and will write is shown to everyone at once and handed on by the Forum.",
            view.author.handle
        ),
        action: format!("/contributions/{}/approve", view.head.id).into(),
        fields: Vec::new(),
        button: "Approve the author".to_owned(),
        back: present::path(&view).into(),
    })
}

/// `POST /contributions/{id}/approve`: lets its author in.
pub async fn approve(data: Data<Federation>, Path(id): Path<String>, Posted { visit, .. }: Posted) -> Answer {
    let view = held(&data, &visit, &id).await?;
    let user = visit.may(Permission::Review)?;
    let decided = data.app.db.write(|tx| {
        let waits =
            contributions::known_by_id(tx, view.head.id)?.is_some_and(|head| head.state == State::Held);
        if !waits {
            return Err(Refusal::Conflict("this does not wait for anybody any more".to_owned()).into());
        }
        review::authors(tx, Some(user.id), &[view.author.id], Verdict::Approve)
    });
    decided.await?;
    then(&format!("{}?note=approved", present::path(&view)))
}

async fn held(data: &Data<Federation>, visit: &Visit, id: &str) -> Result<View, PageError> {
    visit.may(Permission::Review)?;
    let viewer = visit.viewer();
    let id: Id<Contribution> = key(id)?;
    let view = data.app.db.read(|conn| {
        let head = contributions::by_id(conn, viewer, id)?.ok_or(Refusal::NotFound)?;
        Ok(views::one(conn, viewer, head)?)
    });
    view.await?.ok_or_else(PageError::not_found)
}
