//! What waits for a moderator, server by server and author by author.

use askama::Template;

use super::contribution::{Author, Entry};
use super::layout::Layout;
use super::shown::{Href, Link, Pager};

/// `/admin/review`.
#[derive(Template)]
#[template(path = "review.html", config = "config/tools/askama.toml")]
pub struct ReviewPage {
    /// The frame.
    pub layout: Layout,
    /// The servers.
    pub hosts: Vec<HostGroup>,
    /// Where decisions are sent (POST): this page of the list.
    pub action: Href,
    /// Where one goes on: texts that may belong to a question, and what was removed.
    pub ways: Vec<Link>,
    /// After which place the page begins, and what stands on it, for deciding about all of it.
    pub page: (String, String),
    /// Neighbouring pages.
    pub pager: Pager,
}

/// What waits from one server.
#[derive(Clone, Debug)]
pub struct HostGroup {
    /// Its key, in the form.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What we know of it.
    pub facts: String,
    /// Rules and lists that speak of it or of a name above it.
    pub rules: Vec<String>,
    /// The anchor of what comes after it on the page.
    pub next: String,
    /// Its authors.
    pub authors: Vec<AuthorGroup>,
}

/// What waits of one author.
#[derive(Clone, Debug)]
pub struct AuthorGroup {
    /// The key, in the form.
    pub key: String,
    /// Who.
    pub author: Author,
    /// How much, since when, and who here follows them.
    pub facts: String,
    /// What has waited longest, and what came last.
    pub entries: Vec<Entry>,
}
