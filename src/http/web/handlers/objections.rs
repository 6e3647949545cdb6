//! Critiques of our texts that wait for an answer of the organization.

use activitypub_federation::config::Data;

use super::conversation::entries;
use super::{Answer, before, cut, page, pager};
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::contribution::Entry;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::listing::ListingPage;
use crate::http::web::map_files;
use crate::http::web::shown::Link;
use crate::store::page::Page;
use crate::store::{Error, registers};

/// Critiques that one page shows.
const PAGE: usize = 50;
/// Lines of the table, and where it is asked for.
const MOST: usize = 10_000;
const PATH: &str = "/objections";

/// `GET /objections`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let start = before(&visit);
    let (entries, older) = load(&data, &visit, start, PAGE).await?;
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
        pager: pager(PATH, older, start.is_none()),
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
    let (entries, _) = load(&data, &visit, None, MOST).await?;
    let text = map_files::table(&header, entries.iter().map(line));
    Ok(map_files::csv_file("objections", text))
}

type Loaded = (Vec<Entry>, Option<Id<Contribution>>);

/// So many, and before which the next page begins.
async fn load(
    data: &Data<Federation>,
    visit: &Visit,
    start: Option<Id<Contribution>>,
    most: usize,
) -> Result<Loaded, Error> {
    let (viewer, organization) = (visit.viewer(), visit.organization.id);
    let found = data.app.db.read(|conn| {
        let first = Page::first(i64::try_from(most).unwrap_or(0) + 1);
        let page = Page { max_id: start.map(Id::get), ..first };
        let mut heads = registers::objections(conn, viewer, organization, page)?;
        let older = cut(&mut heads, most);
        let older = heads.last().filter(|_| older).map(|head| head.id);
        Ok((entries(conn, viewer, heads)?, older))
    });
    found.await
}
