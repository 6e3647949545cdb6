//! Changing what was said.

use askama::Template;

use super::forms::Mistakes;
use super::layout::Layout;
use super::shown::Href;

/// `/contributions/<id>/edit`.
#[derive(Template)]
#[template(path = "edit.html", config = "config/tools/askama.toml")]
pub struct EditPage {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent (POST).
    pub action: Href,
    /// Field `text`: Markdown.
    pub text: String,
    /// Longest text accepted, in characters.
    pub limit: u32,
    /// What was wrong.
    pub mistakes: Mistakes,
    /// The page of the contribution.
    pub back: Href,
}
