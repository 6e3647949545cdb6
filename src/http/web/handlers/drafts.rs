//! Statements that are not published yet: the list, and what becomes of one.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::publish::editor;
use super::{Answer, key, page, then};
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::layout::Section;
use crate::http::web::listing::ListingPage;
use crate::http::web::shown::{Link, Pager};
use crate::services::drafts as service;
use crate::store::drafts::{self, Outline, StoredDraft};

/// `GET /drafts`.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    let user = editor(&visit)?;
    let all = data.app.db.read(|conn| service::all(conn, user)).await?;
    page(&ListingPage {
        layout: visit.private_layout("Drafts", Section::Publish),
        heading: "Drafts".to_owned(),
        lead: "Statements that are not published yet, also those from “plenum import”.".to_owned(),
        nothing: "There is no draft. Whatever is previewed is kept here until it is published.".to_owned(),
        entries: Vec::new(),
        links: links(&all),
        pager: Pager::default(),
    })
}

/// `GET /drafts/{id}/delete`.
pub async fn ask_discard(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    editor(&visit)?;
    let id: Id<StoredDraft> = key(&id)?;
    let draft = data.app.db.read(|conn| Ok(drafts::by_id(conn, id)?)).await?;
    let draft = draft.ok_or_else(PageError::not_found)?;
    page(&ConfirmPage {
        layout: visit.private_layout("Discard a draft", Section::Publish),
        question: format!("Discard the draft “{}”?", draft.title),
        consequence: "Nobody can bring it back.".to_owned(),
        action: format!("/drafts/{id}/delete").into(),
        fields: Vec::new(),
        button: "Discard it".to_owned(),
        back: "/drafts".into(),
    })
}

/// `POST /drafts/{id}/delete`.
pub async fn discard(data: Data<Federation>, Path(id): Path<String>, Posted { visit, .. }: Posted) -> Answer {
    let user = editor(&visit)?;
    let id: Id<StoredDraft> = key(&id)?;
    data.app.db.write(|tx| service::discard(tx, user, id)).await?;
    then("/drafts")
}

/// Links to those that begin a statement.
pub(super) fn links(all: &[Outline]) -> Vec<Link> {
    let link = |draft: &Outline| {
        let title = if draft.title.is_empty() { "Without title" } else { &draft.title };
        Link::new(format!("{title} ({})", draft.updated_at.to_date()), format!("/publish?draft={}", draft.id))
    };
    all.iter().filter(|draft| draft.revises_id.is_none()).map(link).collect()
}
