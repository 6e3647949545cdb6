//! Signing in.

use askama::Template;

use super::layout::Layout;

/// `/sign-in`.
#[derive(Template)]
#[template(path = "sign_in.html", config = "config/tools/askama.toml")]
pub struct SignInPage {
    /// The frame.
    pub layout: Layout,
    /// Field `name`: user name or e-mail address.
    pub name: String,
    /// Field `next`: where to go afterwards, a path of this site.
    pub next: String,
    /// What was wrong; the same words for a wrong name and a wrong password.
    pub mistake: Option<String>,
    /// Field `ticket`: the password was right, and a one-time code is asked for (field `code`).
    pub ticket: Option<String>,
}
