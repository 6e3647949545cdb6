//! Texts of servers of other kinds that wait for a moderator.

use askama::Template;

use super::contribution::Entry;
use super::layout::Layout;
use super::shown::{Href, Link};

/// `/moderation/external`.
#[derive(Template)]
#[template(path = "external_statements.html", config = "config/tools/askama.toml")]
pub struct ExternalStatementsPage {
    /// The frame.
    pub layout: Layout,
    /// What waits.
    pub candidates: Vec<Candidate>,
}

/// A text, and the question to which it may belong.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The text.
    pub entry: Entry,
    /// The question.
    pub question: Link,
    /// Where the decision is sent (POST).
    pub action: Href,
}
