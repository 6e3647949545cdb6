//! An account: an organization, its forum, a person, here or elsewhere.

use askama::Template;

use crate::text::Html;

use super::contribution::{Entry, Origin, Voice};
use super::follow::FollowBox;
use super::layout::Layout;
use super::shown::{Href, Lang, Link, Moment, Pager};

/// The page of an account.
#[derive(Template)]
#[template(path = "account.html", config = "config/tools/askama.toml")]
pub struct AccountPage {
    /// The frame.
    pub layout: Layout,
    /// The account.
    pub account: AccountView,
    /// How to follow it.
    pub follow: FollowBox,
    /// What it published, newest first.
    pub entries: Vec<Entry>,
    /// Neighbouring pages.
    pub pager: Pager,
}

/// An account as its page shows it.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// Display name; plain text.
    pub name: String,
    /// `name@host`.
    pub handle: String,
    /// In which voice it speaks.
    pub voice: Voice,
    /// What it says about itself; blank if nothing.
    pub summary: Html,
    /// Language of the summary.
    pub language: Lang,
    /// Name and value pairs.
    pub fields: Vec<Field>,
    /// When it was created, if it says so.
    pub joined: Option<Moment>,
    /// Where it lives, if not here.
    pub origin: Option<Origin>,
    /// How much of what it published is here; `None` for ours, and where nobody asks for it.
    pub catalogue: Option<CatalogueShown>,
    /// Where it moved to.
    pub moved_to: Option<Link>,
    /// Who vouches for that, where it cannot say so itself.
    pub vouched_by: Vec<Link>,
    /// Its forum, or the organization of a forum; blank list for persons.
    pub related: Vec<Link>,
    /// What the viewer may do: edit, block, report, limit.
    pub tools: Vec<Link>,
}

/// How much of what an account elsewhere published is here.
#[derive(Clone, Debug)]
pub struct CatalogueShown {
    /// Whether it was looked through, in sentences.
    pub state: String,
    /// Since when everything it published is here.
    pub complete_to: Option<Moment>,
    /// Where it is looked through again; a POST. `None` where the viewer may not.
    pub resync: Option<Href>,
}

/// One name and value pair of a profile.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name; plain text.
    pub name: String,
    /// Value.
    pub value: Html,
    /// When we checked that the page it names links back.
    pub verified: Option<Moment>,
}
