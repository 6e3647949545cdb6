//! All versions of a text, and one of those that have no passages of their own.

use askama::Template;

use super::contribution::{Author, Standing};
use super::layout::Layout;
use super::shown::{Href, Lang, Moment};
use super::statement::Version;
use crate::text::Html;
use crate::text::diff::Piece;

/// `/statements/<slug>/versions`, and the same of questions and events.
#[derive(Template)]
#[template(path = "versions.html", config = "config/tools/askama.toml")]
pub struct VersionsPage {
    /// The frame.
    pub layout: Layout,
    /// What it is a list of: `statement`.
    pub noun: &'static str,
    /// Title of the text.
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

/// `/questions/<slug>/versions/<n>` and `/events/<key>/versions/<n>`.
#[derive(Template)]
#[template(path = "version.html", config = "config/tools/askama.toml")]
pub struct VersionPage {
    /// The frame.
    pub layout: Layout,
    /// What it is, in words: `Question`.
    pub kind: String,
    /// Its title in this version.
    pub title: String,
    /// Its language.
    pub language: Lang,
    /// Who publishes it.
    pub author: Author,
    /// The version.
    pub version: Version,
    /// What became of it.
    pub standing: Standing,
    /// What it said, as it went to other servers.
    pub content: Html,
    /// How it differs from the version before; empty where there is none.
    pub changes: Vec<Piece>,
}

/// What the page of a text says of its having been changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// When; `None` where it no longer stands, which a notice of its own says.
    pub on: Option<Moment>,
    /// Why.
    pub reason: String,
    /// All versions.
    pub versions: Href,
}
