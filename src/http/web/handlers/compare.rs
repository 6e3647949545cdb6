//! Positions side by side.

use activitypub_federation::config::Data;

use super::position::{self, Loaded};
use super::{Answer, page};
use crate::domain::Refusal;
use crate::domain::position::Position;
use crate::domain::question::Qid;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::compare::{ComparePage, CompareRow, Compared};
use crate::http::web::layout::{Layout, Section};
use crate::http::web::present;
use crate::http::web::shown::{Lang, Link};
use crate::store::{accounts, positions, questions};
use crate::text::{Html, plain};

/// The most positions that stand side by side.
const MOST: usize = 4;

/// `GET /compare?q=…&o=…&o=…`: by the question's name and the organizations' handles.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let viewer = visit.viewer();
    let qid = visit.asked("q").and_then(|text| Qid::parse(&text)).ok_or_else(PageError::not_found)?;
    let mut chosen: Vec<String> = Vec::new();
    for handle in visit.asked_all("o").iter().flat_map(|text| text.split(',')) {
        if !handle.is_empty() && chosen.len() < MOST && !chosen.iter().any(|known| known == handle) {
            chosen.push(handle.to_owned());
        }
    }
    let loaded = data.app.db.read(|conn| {
        let copies = questions::carried(conn, viewer, &qid)?;
        let (head, question) = copies.into_iter().next().ok_or(Refusal::NotFound)?;
        let rows = positions::on(conn, viewer, &qid)?;
        let authors: Vec<_> = rows.iter().map(|(head, _)| head.author_id).collect();
        let authors = accounts::by_ids(conn, &authors)?;
        let mut columns = Vec::new();
        for handle in &chosen {
            let author = authors.iter().find(|author| author.handle == *handle);
            let row = author.and_then(|author| rows.iter().find(|(head, _)| head.author_id == author.id));
            if let Some((head, _)) = row {
                columns.push(position::one(conn, viewer, head.id)?);
            }
        }
        Ok((head.title.unwrap_or_default(), question.slug, columns))
    });
    let (title, slug, columns) = loaded.await?;
    page(&ComparePage {
        layout: Layout { here: Section::Questions, no_index: true, ..visit.layout("Positions side by side") },
        question: Link::new(title, format!("/questions/{slug}")),
        columns: columns.iter().map(column).collect(),
        rows: rows(&columns),
    })
}

fn column(loaded: &Loaded) -> Compared {
    Compared { name: loaded.view.author.title().to_owned(), href: present::path(&loaded.view).into() }
}

type Passage = fn(&Position) -> Html;

/// What is compared, in the order of reading.
const PASSAGES: [(&str, Passage); 8] = [
    ("Answer", |position| line(&position.answer)),
    ("Certainty", |position| line(position.certainty.label())),
    ("Reasoning", |position| present::html(&position.reasoning)),
    ("Conditions", |position| present::html(&position.conditions)),
    ("Limits of knowledge", |position| present::html(&position.limits)),
    ("Evidence", |position| present::html(&position.evidence)),
    ("Adopted by", |position| line(&position.adopted_body)),
    ("What changed last", |position| line(position.reason.as_deref().unwrap_or_default())),
];

fn rows(columns: &[Loaded]) -> Vec<CompareRow> {
    let mut rows: Vec<CompareRow> = PASSAGES
        .into_iter()
        .map(|(label, passage)| {
            let cell =
                |loaded: &Loaded| (Lang::new(&loaded.view.head.language), passage(&loaded.stand.position));
            row(label, columns.iter().map(cell).collect())
        })
        .collect();
    let since = |loaded: &Loaded| {
        let head = &loaded.view.head;
        (Lang::new("en"), line(&head.edited_at.unwrap_or(head.published_at).to_date()))
    };
    rows.push(row("Text of", columns.iter().map(since).collect()));
    rows.retain(|row| row.cells.iter().any(|(_, text)| !text.as_str().is_empty()));
    rows
}

/// Equal passages fold away, so that what differs is seen.
fn row(label: &'static str, cells: Vec<(Lang, Html)>) -> CompareRow {
    let texts: Vec<String> = cells.iter().map(|(_, text)| plain::single_line(&plain::text(text))).collect();
    let same = texts.len() > 1 && texts.windows(2).all(|pair| pair.first() == pair.last());
    CompareRow { label, cells, same }
}

fn line(text: &str) -> Html {
    present::html(&plain::escape(text))
}
