//! Critiques of our texts that wait for an answer of the organization.

use activitypub_federation::config::Data;

use super::conversation::entries;
use super::{Answer, page};
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::contribution::Entry;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::listing::ListingPage;
use crate::http::web::map_files;
use crate::http::web::shown::{Link, Pager};
use crate::store::page::Page;
use crate::store::{Error, registers};

/// Critiques that one page shows.
const MOST: i64 = 100;

/// `GET /objections`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let entries = load(&data, &visit).await?;
    let file = (!entries.is_empty()).then(|| Link::new("The list as CSV", "/objections.csv"));
    page(&ListingPage {
        layout: Layout { here: Section::Questions, ..visit.layout("Unanswered objections") },
        heading: "Unanswered objections".to_owned(),
        lead:
            "Objections, questions and corrections to our texts that the organization has not answered yet."
                .to_owned(),
        nothing: "Every objection to our texts has an official answer.".to_owned(),
        entries,
        links: file.into_iter().collect(),
        pager: Pager::default(),
    })
}

/// `GET /objections.csv`: the same list for programs.
pub async fn csv(data: Data<Federation>, visit: Visit) -> Answer {
    let line = |entry: &Entry| {
        vec![
            entry.kind.clone(),
            entry.author.name.clone(),
            entry.author.handle.clone(),
            entry.published.iso(),
            entry.answers.as_ref().map(|target| target.label.clone()).unwrap_or_default(),
            entry.passage.clone(),
            entry.excerpt.clone(),
            visit.absolute(entry.href.as_str()),
        ]
    };
    let header = ["kind", "author", "handle", "published", "answers", "passage", "beginning", "address"];
    let text = map_files::table(&header, load(&data, &visit).await?.iter().map(line));
    Ok(map_files::csv_file("objections", text))
}

async fn load(data: &Data<Federation>, visit: &Visit) -> Result<Vec<Entry>, Error> {
    let (viewer, organization) = (visit.viewer(), visit.organization.id);
    let found = data.app.db.read(|conn| {
        let heads = registers::objections(conn, viewer, organization, Page::first(MOST))?;
        entries(conn, viewer, heads)
    });
    found.await
}
