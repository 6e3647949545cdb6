//! Filter in its two versions, and what a filter says about a status.

use serde::Serialize;

use super::{date, id};
use crate::clock::Timestamp;
use crate::domain::filter::{self as known, Context, Contexts, FilterAction, FilterRow};
use crate::domain::timeline::Line;
use crate::text::{Html, plain};

/// A filter as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct Filter {
    /// Key.
    pub id: String,
    /// What its owner calls it.
    pub title: String,
    /// Where it applies.
    pub context: Vec<&'static str>,
    /// Until when.
    pub expires_at: Option<String>,
    /// `warn`, `hide` or `blur`.
    pub filter_action: &'static str,
    /// Its words; left out beside a status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<Vec<Keyword>>,
    /// Its single statuses; left out beside a status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statuses: Option<Vec<Single>>,
}

/// A word of a filter.
#[derive(Clone, Debug, Serialize)]
pub struct Keyword {
    /// Key.
    pub id: String,
    /// The word.
    pub keyword: String,
    /// Whether it counts only between the ends of words.
    pub whole_word: bool,
}

/// A single status of a filter.
#[derive(Clone, Debug, Serialize)]
pub struct Single {
    /// Key.
    pub id: String,
    /// The status.
    pub status_id: String,
}

/// What a filter says about a status.
#[derive(Clone, Debug, Serialize)]
pub struct FilterResult {
    /// Which filter.
    pub filter: Filter,
    /// The words that were found.
    pub keyword_matches: Option<Vec<String>>,
    /// The single statuses that it is.
    pub status_matches: Option<Vec<String>>,
}

/// A filter as it was before there were several words in one.
#[derive(Clone, Debug, Serialize)]
pub struct V1 {
    /// Key of the word.
    pub id: String,
    /// The word.
    pub phrase: String,
    /// Where it applies.
    pub context: Vec<&'static str>,
    /// Whether it counts only between the ends of words.
    pub whole_word: bool,
    /// Until when.
    pub expires_at: Option<String>,
    /// Whether what it matches is hidden.
    pub irreversible: bool,
}

/// Renders a filter with all it holds.
pub fn filter(filter: &known::Filter) -> Filter {
    Filter {
        keywords: Some(filter.keywords.iter().map(keyword).collect()),
        statuses: Some(filter.contributions.iter().map(single).collect()),
        ..head(&filter.row)
    }
}

/// Renders a word.
pub fn keyword(word: &known::Keyword) -> Keyword {
    Keyword { id: id(word.id.get()), keyword: word.keyword.clone(), whole_word: word.whole_word }
}

/// Renders a single status.
pub fn single(single: &known::Filtered) -> Single {
    Single { id: id(single.id.get()), status_id: id(single.contribution_id.get()) }
}

/// Renders one word of a filter as a filter of its own.
pub fn v1(row: &FilterRow, word: &known::Keyword) -> V1 {
    V1 {
        id: id(word.id.get()),
        phrase: word.keyword.clone(),
        context: contexts(row.contexts),
        whole_word: word.whole_word,
        expires_at: row.expires_at.map(date),
        irreversible: row.action == FilterAction::Hide,
    }
}

fn head(row: &FilterRow) -> Filter {
    Filter {
        id: id(row.id.get()),
        title: row.title.clone(),
        context: contexts(row.contexts),
        expires_at: row.expires_at.map(date),
        filter_action: row.action.as_str(),
        keywords: None,
        statuses: None,
    }
}

fn contexts(contexts: Contexts) -> Vec<&'static str> {
    contexts.list().into_iter().map(Context::as_str).collect()
}

/// What these filters say about a line. Where a filter applies is left to the client, which knows
/// where it shows the line.
pub fn results(filters: &[known::Filter], line: &Line, now: Timestamp) -> Vec<FilterResult> {
    let text = said(line);
    let head_id = line.view.head.id;
    let result = |filter: &known::Filter| {
        let words: Vec<String> = filter.matches(&text).into_iter().map(str::to_owned).collect();
        let listed = filter.lists(head_id);
        (listed || !words.is_empty()).then(|| FilterResult {
            filter: head(&filter.row),
            keyword_matches: Some(words).filter(|words| !words.is_empty()),
            status_matches: listed.then(|| vec![id(head_id.get())]),
        })
    };
    filters.iter().filter(|filter| filter.is_active(now)).filter_map(result).collect()
}

/// Everything that a reader would read of a line, in lower case.
fn said(line: &Line) -> String {
    let (view, head) = (&line.view, &line.view.head);
    let mut parts: Vec<String> = head.title.iter().chain(&head.summary).cloned().collect();
    parts.push(plain::text(&Html::from_store(head.content.clone())));
    let polls = view.poll.iter().flat_map(|poll| &poll.options);
    parts.extend(polls.map(|option| option.title.clone()));
    parts.extend(view.media.iter().map(|media| media.description.clone()));
    parts.extend(view.tags.iter().map(|tag| format!("#{tag}")));
    parts.join("\n").to_lowercase()
}
