//! The home page of the organization.

use askama::Template;

use crate::text::Html;

use super::contribution::{Entry, StatementCard};
use super::follow::FollowBox;
use super::layout::Layout;
use super::shown::{Lang, Link, Pager};

/// `/`, and `/statements` with all of them.
#[derive(Template)]
#[template(path = "home.html", config = "config/tools/askama.toml")]
pub struct HomePage {
    /// The frame.
    pub layout: Layout,
    /// Who we are; blank on a new site.
    pub summary: Html,
    /// The languages the organization publishes in.
    pub languages: Vec<Lang>,
    /// Statements, newest first.
    pub statements: Vec<StatementCard>,
    /// Questions we ask, newest first.
    pub questions: Vec<Link>,
    /// Questions that we carry and have not answered yet.
    pub unanswered: Vec<Link>,
    /// What others answered recently, newest first.
    pub answers: Vec<Entry>,
    /// How to follow.
    pub follow: FollowBox,
    /// Neighbouring pages of statements.
    pub pager: Pager,
    /// What the list of statements is called where it stands alone.
    pub archive: Option<&'static str>,
    /// Where statements are listed that are not in this list.
    pub other: Link,
}

impl HomePage {
    /// `English, German`.
    pub fn language_names(&self) -> String {
        self.languages.iter().map(Lang::name).collect::<Vec<_>>().join(", ")
    }

    /// Whether these are the statements of others.
    pub fn is_of_others(&self) -> bool {
        self.archive.is_some() && self.other.href.as_str() == "/statements"
    }

    /// Whether the viewer may publish, so that an empty page can say how to begin.
    pub fn may_publish(&self) -> bool {
        self.layout.viewer.as_ref().is_some_and(|viewer| viewer.may_publish)
    }
}
