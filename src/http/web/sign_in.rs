//! Signing in.

use askama::Template;

use super::layout::Layout;
use crate::text::words::{Letters, Words};

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
    /// What leads to `/forgot`, where this site sends letters.
    pub forgot: Option<&'static Letters>,
}

/// `/forgot`.
#[derive(Template)]
#[template(path = "forgot.html", config = "config/tools/askama.toml")]
pub struct ForgotPage {
    /// The frame.
    pub layout: Layout,
    /// The sentences about signing in, in a language of the reader.
    pub words: &'static Words,
    /// Those about letters.
    pub letters: &'static Letters,
    /// Field `name`: user name or e-mail address.
    pub name: String,
    /// What was wrong: too many attempts.
    pub mistake: Option<String>,
    /// Whether this answers somebody who asked.
    pub sent: bool,
}
