//! One thesis in full, with everything that was answered to it.

use askama::Template;

use super::contribution::{Author, Standing};
use super::event::CitedEvent;
use super::layout::Layout;
use super::replies::Replies;
use super::reply::Invitation;
use super::shown::{Href, Lang, Moment};
use super::statement::ThesisView;

/// `/statements/<slug>/theses/<key>`.
#[derive(Template)]
#[template(path = "thesis.html", config = "config/tools/askama.toml")]
pub struct ThesisPage {
    /// The frame.
    pub layout: Layout,
    /// The thesis.
    pub thesis: ThesisView,
    /// The statement it belongs to.
    pub statement: StatementRef,
    /// The thesis before it.
    pub previous: Option<Neighbour>,
    /// The thesis after it.
    pub next: Option<Neighbour>,
    /// The events to which its text links.
    pub events: Vec<CitedEvent>,
    /// Replies.
    pub replies: Replies,
    /// How to answer it.
    pub invitation: Invitation,
}

/// The statement a thesis belongs to.
#[derive(Clone, Debug)]
pub struct StatementRef {
    /// Title.
    pub title: String,
    /// Its page.
    pub href: Href,
    /// Who publishes it.
    pub author: Author,
    /// When its first version was published.
    pub published: Moment,
    /// Number of the version shown.
    pub revision: u32,
    /// Language of statement and thesis.
    pub language: Lang,
    /// What became of it.
    pub standing: Standing,
}

/// A thesis as a line that leads to it: the one before, the one after, one of a list.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// Number.
    pub number: String,
    /// Head.
    pub head: String,
    /// Page.
    pub href: Href,
}
