//! All versions of a statement.

use askama::Template;

use super::contribution::Author;
use super::layout::Layout;
use super::shown::{Href, Lang};
use super::statement::Version;

/// `/statements/<slug>/versions`.
#[derive(Template)]
#[template(path = "versions.html", config = "config/tools/askama.toml")]
pub struct VersionsPage {
    /// The frame.
    pub layout: Layout,
    /// Title of the statement.
    pub title: String,
    /// Its language.
    pub language: Lang,
    /// Its page.
    pub href: Href,
    /// Who publishes it.
    pub author: Author,
    /// The versions, newest first.
    pub versions: Vec<VersionRow>,
}

/// One version in the list.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// The version.
    pub version: Version,
    /// Its page.
    pub href: Href,
    /// `In force`, `Earlier version`, `Superseded`, `Retracted`.
    pub standing: String,
}
