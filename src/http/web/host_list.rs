//! Lists of rules about servers: taking one in, with a look at it first, and handing ours out.

use askama::Template;

use super::forms::{Choice, Mistakes};
use super::layout::Layout;

/// `/admin/hosts/list`.
#[derive(Template)]
#[template(path = "host_list.html", config = "config/tools/askama.toml")]
pub struct HostListPage {
    /// The frame.
    pub layout: Layout,
    /// How large a file may be.
    pub megabytes: usize,
    /// How many rows are read.
    pub rows: usize,
    /// What a file may be read as.
    pub kinds: Vec<Choice>,
    /// What is wrong with the form.
    pub mistakes: Mistakes,
    /// What the list that was sent says.
    pub preview: Option<Preview>,
}

/// A list before it is taken in.
#[derive(Clone, Debug)]
pub struct Preview {
    /// How many rules, how many new ones, how many repetitions.
    pub summary: String,
    /// What the new ones do, standing by standing.
    pub consequences: Vec<String>,
    /// Rows that are no rules.
    pub refused: Vec<String>,
    /// How many such rows are not shown.
    pub more: usize,
    /// Rows that say something else than a rule of ours.
    pub differing: Vec<Choice>,
    /// How many such rows are not shown.
    pub more_differing: usize,
    /// New names of servers on which something here hangs; they are left out unless somebody wants otherwise.
    pub tied: Vec<String>,
    /// What the list was read as.
    pub kind: &'static str,
    /// Under which digest the list is kept.
    pub digest: String,
    /// Whether anything would change.
    pub useful: bool,
    /// What it will be called among the lists that were taken in.
    pub title: String,
    /// Why it is taken in, for everybody.
    pub reason: String,
    /// Whether everybody may read that it was taken in.
    pub log: Vec<Choice>,
}
