//! Lists of rules about servers: taking one in, with a look at it first, and handing ours out.

use askama::Template;

use super::forms::Mistakes;
use super::layout::Layout;

/// `/admin/hosts/list`.
#[derive(Template)]
#[template(path = "host_list.html", config = "config/tools/askama.toml")]
pub struct HostListPage {
    /// The frame.
    pub layout: Layout,
    /// How large a file may be.
    pub kibibytes: usize,
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
    /// What the suspensions among the new ones do.
    pub consequence: String,
    /// Rows that are no rules.
    pub refused: Vec<String>,
    /// How many such rows are not shown.
    pub more: usize,
    /// The list once more.
    pub text: String,
    /// Whether anything would change.
    pub useful: bool,
}
