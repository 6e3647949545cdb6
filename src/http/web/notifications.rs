//! Who answered what: a plain list.

use askama::Template;

use super::contribution::Author;
use super::layout::Layout;
use super::shown::{Href, Lang, Link, Moment, Pager};

/// `/notifications`.
#[derive(Template)]
#[template(path = "notifications.html", config = "config/tools/askama.toml")]
pub struct NotificationsPage {
    /// The frame.
    pub layout: Layout,
    /// Newest first.
    pub notices: Vec<Notice>,
    /// Neighbouring pages.
    pub pager: Pager,
    /// Where to mark everything as seen (POST); `None` if all is seen.
    pub mark_seen: Option<Href>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Who did it.
    pub who: Author,
    /// What they did, as the middle of a sentence: `answered`, `follows you`, `mentioned you in`.
    pub what: String,
    /// What they did it to.
    pub target: Option<Link>,
    /// The beginning of what they said; plain text, may be blank.
    pub excerpt: String,
    /// Its language.
    pub language: Lang,
    /// Where to read it.
    pub href: Href,
    /// When.
    pub when: Moment,
    /// Whether the viewer has not seen it yet.
    pub unseen: bool,
}
