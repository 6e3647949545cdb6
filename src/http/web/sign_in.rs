//! Signing in.

use askama::Template;

use super::layout::Layout;
use crate::text::words::Words;

/// `/sign-in`.
#[derive(Template)]
#[template(path = "sign_in.html", config = "config/tools/askama.toml")]
pub struct SignInPage {
    /// The frame.
    pub layout: Layout,
    /// The sentences, in a language of the reader.
    pub words: &'static Words,
    /// Field `name`: user name or e-mail address.
    pub name: String,
    /// Field `next`: where to go afterwards, a path of this site.
    pub next: String,
    /// What was wrong; the same words for a wrong name and a wrong password.
    pub mistake: Option<String>,
    /// Field `ticket`: the password was right, and a one-time code is asked for (field `code`).
    pub ticket: Option<String>,
}
