//! What members take along to another server, or bring from one.

use askama::Template;

use super::forms::{Choice, Mistakes};
use super::layout::Layout;
use super::shown::{Link, Moment};

/// `/settings/export`: tables to take along, and the form to bring one.
#[derive(Template)]
#[template(path = "transfer.html", config = "config/tools/askama.toml")]
pub struct TransferPage {
    /// The frame.
    pub layout: Layout,
    /// Everything in one file.
    pub archive: ArchiveView,
    /// In whose name: the member, and for publishers the organization.
    pub voices: Vec<Choice>,
    /// The tables of each.
    pub tables: Vec<(String, Vec<Link>)>,
    /// The sorts of tables that the form takes.
    pub sorts: Vec<Choice>,
    /// How large a file may be.
    pub kibibytes: usize,
    /// How many rows it may have.
    pub rows: usize,
    /// Whether files are taken in: not from who is suspended.
    pub takes_in: bool,
    /// What is wrong with the form.
    pub mistakes: Mistakes,
}

/// Everything of an account in one file.
#[derive(Clone, Debug)]
pub struct ArchiveView {
    /// When it was made; `None` where there is none.
    pub made: Option<Moment>,
    /// How large it is.
    pub kibibytes: i64,
    /// Whether one is being made.
    pub waits: bool,
    /// Whether one may be asked for.
    pub may_ask: bool,
}
