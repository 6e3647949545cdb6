//! The page that turns a fresh installation into an organization's site.

use askama::Template;

use super::forms::{Choice, Mistakes};
use super::layout::Layout;

/// `/setup`, reached by the one-time link that `serve` prints.
#[derive(Template)]
#[template(path = "setup.html", config = "config/tools/askama.toml")]
pub struct SetupPage {
    /// The frame; its site name is the program's.
    pub layout: Layout,
    /// Hidden field `token`, from the link.
    pub token: String,
    /// The host name the site is served under; shown, not asked.
    pub host: String,
    /// Field `organization`.
    pub organization: String,
    /// Field `handle`: the part before `@host`.
    pub handle: String,
    /// Field `languages`: tags, separated by commas, the first is the main one.
    pub languages: String,
    /// Field `federation`.
    pub federation: Vec<Choice>,
    /// Field `admin`: name of the first administrator.
    pub admin: String,
    /// What was wrong. The field `password` is never sent back.
    pub mistakes: Mistakes,
}

/// The federation modes with their explanation, for the form and for `/about`.
pub fn federation_modes(chosen: &str) -> Vec<Choice> {
    MODES
        .iter()
        .map(|(value, label, hint)| Choice {
            hint: (*hint).to_owned(),
            ..Choice::new(*value, *label, *value == chosen)
        })
        .collect()
}

const MODES: [(&str, &str, &str); 3] = [
    (
        "quarantine",
        "Review newcomers first",
        "Anyone may answer from their own server. What comes from a server or person nobody here has approved yet \
         is shown to signed-in members only, until a moderator approves it with one click. Recommended.",
    ),
    (
        "open",
        "Open",
        "Anyone may answer from their own server, and answers appear at once. Moderators act afterwards. \
         Choose this if somebody looks at the site every day.",
    ),
    (
        "allowlist",
        "Listed servers only",
        "Only servers on your list may read, follow and answer; everyone else can still read the public pages. \
         Choose this for a closed circle of organizations.",
    ),
];
