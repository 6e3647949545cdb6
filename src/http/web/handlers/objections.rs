//! Critiques of our texts that wait for an answer of the organization.

use activitypub_federation::config::Data;

use super::conversation::entries;
use super::{Answer, page};
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::listing::ListingPage;
use crate::http::web::shown::Pager;
use crate::store::page::Page;
use crate::store::registers;

/// Critiques that one page shows.
const MOST: i64 = 100;

/// `GET /objections`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let (viewer, organization) = (visit.viewer(), visit.organization.id);
    let found = data.app.db.read(|conn| {
        let heads = registers::objections(conn, viewer, organization, Page::first(MOST))?;
        entries(conn, viewer, heads)
    });
    page(&ListingPage {
        layout: Layout { here: Section::Questions, ..visit.layout("Unanswered objections") },
        heading: "Unanswered objections".to_owned(),
        lead:
            "Objections, questions and corrections to our texts that the organization has not answered yet."
                .to_owned(),
        nothing: "Every objection to our texts has an official answer.".to_owned(),
        entries: found.await?,
        links: Vec::new(),
        pager: Pager::default(),
    })
}
