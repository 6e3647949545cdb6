//! A plain list of contributions, and of links.

use askama::Template;

use super::contribution::Entry;
use super::layout::Layout;
use super::shown::{Link, Pager};

/// Whatever carries a hashtag, waits for a moderator, or is not published yet.
#[derive(Template)]
#[template(path = "listing.html", config = "config/tools/askama.toml")]
pub struct ListingPage {
    /// The frame.
    pub layout: Layout,
    /// What the list is.
    pub heading: String,
    /// A sentence about it.
    pub lead: String,
    /// What to say when it is empty.
    pub nothing: String,
    /// The contributions.
    pub entries: Vec<Entry>,
    /// Lines that lead somewhere.
    pub links: Vec<Link>,
    /// Neighbouring pages.
    pub pager: Pager,
}
