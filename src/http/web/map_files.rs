//! The position map as JSON and as CSV: the same rows that the page shows.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::present;
use crate::domain::contribution::State;
use crate::domain::date::Day;
use crate::domain::external_statement::{PublishedText, STANCE};
use crate::domain::map::{Group, Map, Row, Source};
use crate::domain::question::Question;
use crate::domain::trust::Trust;
use crate::text::plain;

/// The map as JSON, in the words of the glossary.
pub fn json(question: &Question, map: &Map, as_of: Option<Day>) -> Value {
    let core: Value = serde_json::from_str(&question.core).unwrap_or_default();
    json!({
        "question": { "qid": question.qid.as_str(), "core": core, "wording": question.wording },
        "as_of": as_of.map(Day::as_text),
        "groups": map.groups.iter().map(group).collect::<Vec<_>>(),
        "positions": map.rows.iter().map(row).collect::<Vec<_>>(),
        "external_statements": map.texts.iter().map(text).collect::<Vec<_>>(),
    })
}

fn group(group: &Group) -> Value {
    json!({ "group": group.column.as_str(), "label": group.label, "proposed": group.proposed })
}

/// A text whose author has not said which answer it gives: in no group, and no position.
fn text(text: &PublishedText) -> Value {
    json!({
        "organization": text.author.title(),
        "handle": text.author.handle,
        "account": text.author.uri.as_str(),
        "stance": STANCE,
        "source": "external",
        "id": text.head.id.to_string(),
        "uri": text.head.uri.as_str(),
        "url": text.head.url,
        "title": text.head.title,
        "language": text.head.language,
        "since": text.head.published_at.to_date(),
        "listed_at": text.statement.listed_at.map(|at| at.to_rfc3339()),
    })
}

/// One row as JSON.
pub fn row(row: &Row) -> Value {
    let held = &row.held;
    let mut value = json!({
        "organization": row.name,
        "answer": held.answer,
        "answer_key": held.key.as_ref().map(|key| key.as_str()),
        "certainty": held.certainty.as_str(),
        "language": held.language,
        "group": row.column().map(|column| column.as_str().to_owned()),
        "since": row.since,
        "withdrawn": standing(row) == WITHDRAWN,
        "standing": standing(row),
    });
    let more = match &row.source {
        Source::Declared(declared) => json!({
            "source": "declared",
            "id": declared.position.to_string(),
            "uri": declared.uri.as_str(),
            "url": declared.url,
            "handle": declared.organization.handle,
            "account": declared.organization.uri.as_str(),
            "revision": held.revision,
            "equivocal": declared.equivocal,
            "gap": declared.gap,
            "trust": declared.trust.map(Trust::as_str),
            "unreachable_since": declared.unreachable_since.map(|at| at.to_rfc3339()),
            "listed_by": declared.listed_by.map(|(sites, of)| json!({ "sites": sites, "of": of })),
            "reasoning": held.reasoning,
        }),
        Source::Attributed(said) => json!({
            "source": "attributed",
            "id": said.id.to_string(),
            "quotation": said.quotation,
            "source_title": said.source_title,
            "source_url": said.source_url,
        }),
    };
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}

const WITHDRAWN: &str = "withdrawn";

/// Whether a row counts: one that waits for a moderator is shown to members only.
fn standing(row: &Row) -> &'static str {
    match row.held.state {
        State::Current => "current",
        State::Held => "waiting",
        State::Superseded | State::Retracted | State::Deleted | State::Withheld => WITHDRAWN,
    }
}

/// The names of the columns.
const HEADER: [&str; 16] = [
    "organization",
    "handle",
    "answer",
    "certainty",
    "language",
    "group",
    "since",
    "source",
    "address",
    "revision",
    "standing",
    "reasons",
    "source_title",
    "listed_by",
    "equivocal",
    "unreachable_since",
];

/// The map as CSV.
pub fn csv(map: &Map) -> String {
    let texts = map.texts.iter().map(text_cells);
    table(&HEADER, map.rows.iter().map(cells).chain(texts))
}

/// Lines of cells below the names of their columns, as CSV (RFC 4180).
pub fn table(header: &[&str], lines: impl Iterator<Item = Vec<String>>) -> String {
    let header = header.iter().map(|name| (*name).to_owned()).collect();
    [header]
        .into_iter()
        .chain(lines)
        .map(|line| line.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",") + "\r\n")
        .collect()
}

/// A table that a browser keeps under this name.
pub fn csv_file(name: &str, text: String) -> Response {
    let name = format!("attachment; filename=\"{name}.csv\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    (headers, text).into_response()
}

fn cells(row: &Row) -> Vec<String> {
    let held = &row.held;
    let (handle, source, address, revision) = match &row.source {
        Source::Declared(declared) => (
            declared.organization.handle.clone(),
            "declared",
            declared.uri.to_string(),
            held.revision.to_string(),
        ),
        Source::Attributed(said) => (String::new(), "attributed", said.source_url.clone(), String::new()),
    };
    let about = [
        row.name.clone(),
        handle,
        held.answer.clone(),
        held.certainty.as_str().to_owned(),
        held.language.clone(),
        row.column().map_or_else(|| standing(row).to_owned(), |column| column.as_str().to_owned()),
        row.since.clone(),
        source.to_owned(),
        address,
        revision,
        standing(row).to_owned(),
    ];
    about.into_iter().chain(grounds(row)).collect()
}

/// Why a row says what it says, and what speaks against taking it as it is.
fn grounds(row: &Row) -> [String; 5] {
    match &row.source {
        Source::Declared(declared) => [
            plain::text(&present::html(&row.held.reasoning)),
            String::new(),
            declared.listed_by.map(|(sites, of)| format!("{sites} of {of}")).unwrap_or_default(),
            if declared.equivocal { "yes" } else { "" }.to_owned(),
            declared.unreachable_since.map(|at| at.to_rfc3339()).unwrap_or_default(),
        ],
        Source::Attributed(said) => {
            [said.quotation.clone(), said.source_title.clone(), String::new(), String::new(), String::new()]
        }
    }
}

fn text_cells(text: &PublishedText) -> Vec<String> {
    vec![
        text.author.title().to_owned(),
        text.author.handle.clone(),
        String::new(),
        STANCE.to_owned(),
        text.head.language.clone(),
        String::new(),
        text.head.published_at.to_date(),
        "external".to_owned(),
        text.head.uri.to_string(),
        String::new(),
        "current".to_owned(),
        String::new(),
        text.head.title.clone().unwrap_or_default(),
        String::new(),
        String::new(),
        String::new(),
    ]
}

/// A cell. What begins like a formula gets an apostrophe before it, because spreadsheets would
/// execute what a stranger wrote.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = format!("{}{text}", if formula { "'" } else { "" });
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_quoted_and_no_formula() {
        assert_eq!(cell("Yes, \"partly\""), "\"Yes, \"\"partly\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("Yes"), "Yes");
    }
}
