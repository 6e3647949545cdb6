//! The step out of the internal space: what was said inside, and exactly what everybody will read.

use askama::Template;

use super::forms::{Choice, Mistakes};
use super::layout::Layout;
use super::shown::{Href, Lang};
use crate::text::Html;
use crate::text::names::Pieces;

/// `/contributions/{id}/publish`.
#[derive(Template)]
#[template(path = "internal_publish.html", config = "config/tools/askama.toml")]
pub struct InternalPublishPage {
    /// The frame.
    pub layout: Layout,
    /// Where both forms are sent.
    pub action: Href,
    /// What was said inside, names of members apart.
    pub original: Pieces,
    /// The text that may go out, as it is edited.
    pub text: String,
    /// Who may read it.
    pub readers: Vec<Choice>,
    /// Its language.
    pub language: Lang,
    /// The longest text, in characters.
    pub limit: u32,
    /// Exactly what is published; `None` before somebody asked to see it.
    pub preview: Option<InternalPreview>,
    /// What is wrong.
    pub mistakes: Mistakes,
    /// Where somebody goes who does not want to.
    pub back: Href,
}

/// Exactly what is published.
#[derive(Clone, Debug)]
pub struct InternalPreview {
    /// The text as everybody will read it.
    pub content: Html,
    /// Names of members that still stand in it.
    pub names: Vec<String>,
    /// What follows, in a sentence.
    pub reach: String,
    /// Which of the readers was chosen.
    pub visibility: String,
}
