//! Accepting an invitation to this site.

use askama::Template;

use super::forms::Mistakes;
use super::layout::Layout;
use super::shown::Href;

/// `/invite/<secret>`.
#[derive(Template)]
#[template(path = "join.html", config = "config/tools/askama.toml")]
pub struct JoinPage {
    /// The frame.
    pub layout: Layout,
    /// Where it is sent (POST).
    pub action: Href,
    /// The host, shown behind the name.
    pub host: String,
    /// Field `name`.
    pub name: String,
    /// Field `display_name`.
    pub display_name: String,
    /// What was wrong. The field `password` is never sent back.
    pub mistakes: Mistakes,
}
