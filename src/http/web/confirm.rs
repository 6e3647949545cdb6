//! One question before something is done, because a link alone changes nothing.

use askama::Template;

use super::layout::Layout;
use super::shown::Href;

/// A question with one button.
#[derive(Template)]
#[template(path = "confirm.html", config = "config/tools/askama.toml")]
pub struct ConfirmPage {
    /// The frame.
    pub layout: Layout,
    /// The question.
    pub question: String,
    /// What follows from a yes, and below that, line by line, what it touches.
    pub consequence: String,
    /// Where it is sent (POST).
    pub action: Href,
    /// Hidden fields besides the token.
    pub fields: Vec<(&'static str, String)>,
    /// The words on the button.
    pub button: String,
    /// Where a no leads.
    pub back: Href,
}

impl ConfirmPage {
    fn always(&self) -> &str {
        self.consequence.lines().next().unwrap_or_default()
    }

    fn touched(&self) -> Vec<&str> {
        self.consequence.lines().skip(1).collect()
    }
}
