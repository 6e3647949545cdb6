//! Text in, text out: Markdown, safe HTML, plain text, mentions, languages.

pub mod anchor;
pub mod card;
mod characters;
pub mod diff;
pub mod emoji;
pub mod entities;
pub mod language;
pub mod links;
pub mod markdown;
pub mod names;
pub mod plain;
pub mod quotes;
pub mod sanitize;
pub mod stems;
mod tokens;
pub mod words;

use serde::{Deserialize, Serialize};

/// Markdown as a person typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Markdown(String);

impl Markdown {
    /// Takes the text as it is; rendering decides what becomes of it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

/// HTML that is safe to show: it comes out of our sanitizer and can be made nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes back what our own sanitizer put into the database earlier.
    pub fn from_store(markup: String) -> Self {
        Self(markup)
    }
}
