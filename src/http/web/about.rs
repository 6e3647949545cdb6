//! About the organization, its rules and the program that serves it.

use askama::Template;

use crate::text::Html;

use super::contribution::Author;
use super::forms::Choice;
use super::layout::Layout;
use super::shown::{Href, Lang};

/// `/about`.
#[derive(Template)]
#[template(path = "about.html", config = "config/tools/askama.toml")]
pub struct AboutPage {
    /// The frame.
    pub layout: Layout,
    /// The long description; blank if none was written.
    pub description: Html,
    /// What becomes of data; blank if nothing was written.
    pub privacy: Html,
    /// Rules for those who contribute.
    pub rules: Vec<Rule>,
    /// The languages the organization publishes in.
    pub languages: Vec<Lang>,
    /// How to reach the people behind it.
    pub contact: Contact,
    /// The organization and its forum, as accounts to follow.
    pub accounts: Vec<Author>,
    /// The federation mode in force: its label and hint are shown ([`super::setup::federation_modes`]).
    pub federation: Choice,
    /// Servers that are kept out or limited, as far as the public is told.
    pub kept_out: Vec<KeptOut>,
    /// How people get an account here; plain text.
    pub registration: String,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The rule.
    pub text: String,
    /// What it means; may be blank.
    pub hint: String,
}

/// A server that is kept out or limited.
#[derive(Clone, Debug)]
pub struct KeptOut {
    /// Its name, in part where the admins want that.
    pub name: String,
    /// What was decided.
    pub what: String,
    /// Why; may be blank.
    pub why: String,
}

/// How to reach the people behind a site.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    /// E-mail address; blank if none is public.
    pub email: String,
    /// The account to write to.
    pub account: Option<(String, Href)>,
}
