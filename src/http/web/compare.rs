//! Two to four positions on a question, side by side.

use askama::Template;

use super::layout::Layout;
use super::shown::{Href, Lang, Link};
use crate::text::Html;

/// `/compare`.
#[derive(Template)]
#[template(path = "compare.html", config = "config/tools/askama.toml")]
pub struct ComparePage {
    /// The frame.
    pub layout: Layout,
    /// The question.
    pub question: Link,
    /// Whether more were marked than stand beside each other.
    pub more: bool,
    /// Whose positions stand here, each a column.
    pub columns: Vec<Compared>,
    /// What is compared, each a row.
    pub rows: Vec<CompareRow>,
    /// The same for programs.
    pub files: Vec<Link>,
}

/// A column of a comparison.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The organization.
    pub name: String,
    /// Its position.
    pub href: Href,
}

/// A row of a comparison.
#[derive(Clone, Debug)]
pub struct CompareRow {
    /// What is compared.
    pub label: &'static str,
    /// What each one says, in the order of the columns.
    pub cells: Vec<(Lang, Html)>,
    /// Whether all say the same, so that it folds away.
    pub same: bool,
}
