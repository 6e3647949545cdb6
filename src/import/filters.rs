//! Filters as a file that other servers read: JSON with `custom_filters`.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::filter::{Brought, Context, Contexts, Filter, FilterAction, FilterChange};

/// The name of the file.
pub const FILE: &str = "filters.json";

#[derive(Serialize, Deserialize)]
struct File {
    custom_filters: Vec<One>,
}

#[derive(Serialize, Deserialize)]
struct One {
    title: String,
    #[serde(default)]
    expires_at: Option<String>,
    context: Vec<String>,
    #[serde(default)]
    action: String,
    #[serde(default)]
    keywords_attributes: Vec<Word>,
    #[serde(default)]
    statuses: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Word {
    keyword: String,
    #[serde(default)]
    whole_word: bool,
}

/// Writes filters; `address` gives that of a single contribution by its key.
pub fn write(filters: &[Filter], address: impl Fn(i64) -> Option<String>) -> String {
    let one = |filter: &Filter| One {
        title: filter.row.title.clone(),
        expires_at: filter.row.expires_at.map(|at| at.to_utc().to_rfc3339()),
        context: filter.row.contexts.list().iter().map(|place| place.as_str().to_owned()).collect(),
        action: filter.row.action.as_str().to_owned(),
        keywords_attributes: filter
            .keywords
            .iter()
            .map(|word| Word { keyword: word.keyword.clone(), whole_word: word.whole_word })
            .collect(),
        statuses: filter.contributions.iter().filter_map(|one| address(one.contribution_id.get())).collect(),
    };
    let file = File { custom_filters: filters.iter().map(one).collect() };
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

/// Reads filters; the reason where the text is no such file.
pub fn read(text: &str) -> Result<Vec<Brought>, String> {
    let file: File =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| error.to_string())?;
    file.custom_filters.into_iter().map(one).collect()
}

fn one(one: One) -> Result<Brought, String> {
    let place =
        |word: &String| Context::parse(word).ok_or_else(|| format!("“{word}” is no place of a filter"));
    let contexts = one.context.iter().map(place).collect::<Result<Vec<Context>, String>>()?;
    let action = match one.action.as_str() {
        "" => FilterAction::default(),
        word => FilterAction::parse(word).ok_or_else(|| format!("“{word}” is nothing that a filter does"))?,
    };
    let expires_at = match one.expires_at {
        Some(text) => Some(Timestamp::parse(&text).ok_or_else(|| format!("“{text}” is no moment"))?),
        None => None,
    };
    Ok(Brought {
        change: FilterChange { title: one.title, contexts: Contexts::of(&contexts), action, expires_at },
        words: one.keywords_attributes.into_iter().map(|word| (word.keyword, word.whole_word)).collect(),
        contributions: one.statuses,
    })
}
