//! Positions side by side.

use activitypub_federation::config::Data;
use axum::response::{IntoResponse, Redirect};

use super::map::may_list;
use super::{Answer, page};
use crate::domain::position::{Certainty, Listing};
use crate::domain::question::Qid;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::compare::{ComparePage, CompareRow, Compared};
use crate::http::web::layout::{Layout, Section};
use crate::http::web::present;
use crate::http::web::shown::{Lang, Link};
use crate::services::comparisons::{self, Column, Comparison, Field, MOST, Whom};
use crate::text::{Html, plain};

/// `GET /compare?q=…&o=…&o=…`: by the question's name and the organizations' handles. Whoever names no question
/// has to choose one first.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let (viewer, keeps) = (visit.viewer(), may_list(&visit));
    let Some(named) = visit.asked("q") else { return Ok(Redirect::to("/questions").into_response()) };
    let qid = Qid::parse(&named).ok_or_else(PageError::not_found)?;
    let (mut chosen, mut more): (Vec<Whom>, bool) = (Vec::new(), false);
    for handle in visit.asked_all("o").iter().flat_map(|text| text.split(',')) {
        let whom = Whom::Handle(handle.to_owned());
        if handle.is_empty() || chosen.contains(&whom) {
            continue;
        }
        match chosen.len() < MOST {
            true => chosen.push(whom),
            false => more = true,
        }
    }
    let found = data.app.db.read(|conn| comparisons::of(conn, viewer, &qid, &chosen, keeps)).await?;
    let (head, question) = &found.question;
    let title = head.title.clone().unwrap_or_default();
    page(&ComparePage {
        layout: Layout { here: Section::Questions, no_index: true, ..visit.layout("Positions side by side") },
        question: Link::new(title, format!("/questions/{}", question.slug)),
        more,
        columns: found.columns.iter().map(column).collect(),
        rows: rows(&found),
        files: files(&qid, &found),
    })
}

/// Where programs find the same, as far as everybody may read it there.
fn files(qid: &Qid, found: &Comparison) -> Vec<Link> {
    if found.columns.iter().any(|column| column.position.listing != Listing::Listed) {
        return Vec::new();
    }
    let whose = |column: &Column| format!("&organizations[]={}", column.organization.id);
    let whose: String = found.columns.iter().map(whose).collect();
    let link = |(label, end): (&str, &str)| {
        Link::new(label, format!("/api/plenum/v1/compare?qid={qid}{whose}{end}"))
    };
    [("JSON", ""), ("CSV", "&format=csv")].map(link).into()
}

fn column(column: &Column) -> Compared {
    let href = format!("/positions/{}", column.head.id).into();
    Compared { name: column.organization.title().to_owned(), href }
}

fn rows(found: &Comparison) -> Vec<CompareRow> {
    let row = |row: comparisons::Row| {
        let languages = found.columns.iter().map(|column| language(row.field, column));
        let cells = languages.zip(&row.cells).map(|(lang, cell)| (lang, shown(row.field, cell))).collect();
        CompareRow { label: row.field.label(), cells, same: row.same }
    };
    found.rows().into_iter().map(row).collect()
}

/// What a cell is written in: words of the site stand beside those of the organizations.
fn language(field: Field, column: &Column) -> Lang {
    Lang::new(if matches!(field, Field::AdoptedOn | Field::Since | Field::TextOf) {
        "en"
    } else {
        &column.head.language
    })
}

fn shown(field: Field, cell: &str) -> Html {
    if field.is_html() {
        return present::html(cell);
    }
    let words = match Certainty::parse(cell).filter(|_| field == Field::Certainty) {
        Some(certainty) => certainty.label(),
        None => cell,
    };
    present::html(&plain::escape(words))
}
