//! Other servers, as admins look at them.

use askama::Template;

use super::forms::Choice;
use super::layout::Layout;
use super::shown::{Href, Link, Pager};

/// `/admin/hosts`: the servers we know.
#[derive(Template)]
#[template(path = "hosts.html", config = "config/tools/askama.toml")]
pub struct HostsPage {
    /// The frame.
    pub layout: Layout,
    /// What is looked for.
    pub query: String,
    /// The standings one can look for.
    pub standings: Vec<Choice>,
    /// A name that was looked for and is not known yet.
    pub unknown: Option<Link>,
    /// Why there can be no rule about what was looked for.
    pub impossible: String,
    /// The servers.
    pub rows: Vec<HostRow>,
    /// Neighbouring pages.
    pub pager: Pager,
}

/// One server.
#[derive(Clone, Debug)]
pub struct HostRow {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: Href,
    /// What was decided.
    pub standing: String,
    /// What it runs; may be blank.
    pub software: String,
    /// How it is doing.
    pub health: String,
}
