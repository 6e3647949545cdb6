//! Other servers, as admins look at them.

use askama::Template;

use super::form::{Field, FieldKind, named};
use super::forms::{Choice, Mistakes};
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
    /// What one can look for of rules.
    pub rules: Vec<Choice>,
    /// How they are doing.
    pub states: Vec<Choice>,
    /// In which order.
    pub orders: Vec<Choice>,
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

/// `/admin/hosts/{name}`: what is known of a server, and then what can be decided about it.
#[derive(Template)]
#[template(path = "host.html", config = "config/tools/askama.toml")]
pub struct HostPage {
    /// The frame.
    pub layout: Layout,
    /// Its name.
    pub heading: String,
    /// What is known, each with what it is; nothing where it is not known at all.
    pub facts: Vec<(&'static str, String)>,
    /// Where one goes on.
    pub ways: Vec<Link>,
    /// Rules of others that bear on it.
    pub remarks: Vec<String>,
    /// Where the form is sent (POST).
    pub action: Href,
    /// The fields of the form.
    pub fields: Vec<Field>,
    /// What was wrong.
    pub mistakes: Mistakes,
}

impl HostPage {
    fn named(&self) -> Mistakes {
        named(&self.mistakes, &self.fields)
    }
}
