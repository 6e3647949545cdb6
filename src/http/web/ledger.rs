//! A table of records, as moderators and admins look at them.

use askama::Template;

use super::layout::Layout;
use super::shown::{Href, Link, Pager};

/// A page that is mostly one table.
#[derive(Template)]
#[template(path = "ledger.html", config = "config/tools/askama.toml")]
pub struct LedgerPage {
    /// The frame.
    pub layout: Layout,
    /// What the list is.
    pub heading: String,
    /// A sentence about it.
    pub lead: String,
    /// Further sentences.
    pub facts: Vec<String>,
    /// Where one goes on.
    pub ways: Vec<Link>,
    /// Looking for some of the records.
    pub search: Option<Search>,
    /// What to say when there are none.
    pub nothing: String,
    /// The names of the columns.
    pub heads: Vec<&'static str>,
    /// The records, cell by cell.
    pub rows: Vec<Vec<Cell>>,
    /// Where the buttons in cells and below are sent (POST), as `do`.
    pub action: Href,
    /// Buttons below the table: what is sent, and the words.
    pub buttons: Vec<(String, String)>,
    /// Neighbouring pages.
    pub pager: Pager,
}

impl LedgerPage {
    /// What the column at this place is called, for where a row is no row any more.
    fn head(&self, at: &usize) -> &'static str {
        self.heads.get(*at).copied().unwrap_or_default()
    }
}

/// A field to look for something.
#[derive(Clone, Debug)]
pub struct Search {
    /// Where it is sent (GET), as `q`.
    pub action: Href,
    /// What one types.
    pub label: &'static str,
    /// What was typed.
    pub query: String,
}

/// One cell of the table.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// The words.
    pub text: String,
    /// Where they lead.
    pub href: Option<Href>,
    /// Buttons in the place of the words: what is sent, and the words.
    pub buttons: Vec<(String, String)>,
    /// What is behind the words and unfolds: paragraph by paragraph.
    pub folded: Vec<String>,
    /// What is sent as `ticked` where somebody ticks the record.
    pub tick: Option<String>,
}

impl Cell {
    /// Words alone.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Words that lead somewhere.
    pub fn link(text: impl Into<String>, href: impl Into<Href>) -> Self {
        Self { text: text.into(), href: Some(href.into()), ..Self::default() }
    }

    /// Words behind which more is folded up.
    pub fn folded(text: impl Into<String>, folded: Vec<String>) -> Self {
        Self { text: text.into(), folded, ..Self::default() }
    }

    /// The same with a box to tick.
    pub fn ticked_as(self, value: String) -> Self {
        Self { tick: Some(value), ..self }
    }

    /// Buttons.
    pub fn buttons(buttons: Vec<(String, String)>) -> Self {
        Self { buttons, ..Self::default() }
    }
}
