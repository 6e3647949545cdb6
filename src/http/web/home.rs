//! The home page of the organization.

use askama::Template;

use crate::text::Html;

use super::contribution::{Entry, StatementCard};
use super::follow::FollowBox;
use super::layout::Layout;
use super::shown::{Lang, Link, Pager};

/// `/`, and `/statements` with older ones.
#[derive(Template)]
#[template(path = "home.html", config = "config/tools/askama.toml")]
pub struct HomePage {
    /// The frame.
    pub layout: Layout,
    /// Who we are; blank on a new site.
    pub summary: Html,
    /// The languages the organization publishes in.
    pub languages: Vec<Lang>,
    /// Our statements, newest first.
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
    /// Whether this is the list of older statements, which leaves the introduction out.
    pub archive: bool,
}

impl HomePage {
    /// `English, German`.
    pub fn language_names(&self) -> String {
        self.languages.iter().map(Lang::name).collect::<Vec<_>>().join(", ")
    }

    /// Whether the viewer may publish, so that an empty page can say how to begin.
    pub fn may_publish(&self) -> bool {
        self.layout.viewer.as_ref().is_some_and(|viewer| viewer.may_publish)
    }
}
