//! Lists as tables for programs that calculate: `format=csv`.

use axum::response::Response;
use serde_json::Value;

use super::super::mastodon::answer::ApiError;
use super::super::mastodon::params::Params;
use crate::domain::Refusal;
use crate::http::web::map_files::{csv_file, table};

/// How many lines a table has at most.
pub(super) const MOST: i64 = 1000;

/// In which form an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Csv,
}

/// The form that is asked for.
pub(super) fn format(params: &Params) -> Result<Format, ApiError> {
    match params.text("format").as_deref() {
        None | Some("" | "json") => Ok(Format::Json),
        Some("csv") => Ok(Format::Csv),
        Some(other) => {
            Err(Refusal::invalid("format", format!("“{other}” is no form of ours: use json or csv")).into())
        }
    }
}

/// A table of entities: of each column its name, and where its text stands in the entity.
pub(super) fn of<'a>(
    name: &str,
    columns: &[(&str, &str)],
    items: impl Iterator<Item = &'a Value>,
) -> Response {
    let header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let line = |item: &Value| columns.iter().map(|(_, place)| text(item.pointer(place))).collect();
    csv_file(name, table(&header, items.map(line)))
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
