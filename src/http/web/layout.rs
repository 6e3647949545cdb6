//! What every page shares: the head, the masthead, the notice above the text, the foot.

use super::shown::{Href, Lang, Link, Moment};

/// The frame around a page. Handlers fill it once per request; pages add their own fields beside it.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The site that speaks.
    pub site: Site,
    /// The page's own title; blank on the home page.
    pub title: String,
    /// One or two sentences for search engines and link previews; plain text, may be blank.
    pub description: String,
    /// The one address of this page, absolute.
    pub canonical: Option<Href>,
    /// The same thing as ActivityPub (`Link rel=alternate`, also sent as a header by the handler).
    pub activity: Option<Href>,
    /// Atom feeds of this page, the most special first.
    pub feeds: Vec<Link>,
    /// What link previews show; `None` for pages nobody shares (forms, errors).
    pub open_graph: Option<OpenGraph>,
    /// The handle Mastodon shows under a preview card, without the leading `@`.
    pub fediverse_creator: Option<String>,
    /// Whether search engines should leave this page alone.
    pub no_index: bool,
    /// Who is signed in.
    pub viewer: Option<ViewerBar>,
    /// The token every form carries; blank for visitors without a session.
    pub csrf: String,
    /// What just happened, said once.
    pub flash: Option<Flash>,
    /// What a member reads above every page whose account is frozen.
    pub frozen: Option<FrozenLine>,
    /// Whether the masthead goes without navigation: there is no site to walk through before it is set up.
    pub bare: bool,
    /// Which entry of the masthead this page belongs to.
    pub here: Section,
}

/// The site as its masthead and foot show it.
#[derive(Clone, Debug)]
pub struct Site {
    /// The organization's name.
    pub name: String,
    /// One line below the name; may be blank.
    pub motto: String,
    /// The organization's handle, `name@host`.
    pub handle: String,
    /// The language of the organization's name and motto.
    pub language: Lang,
    /// The version of the running program.
    pub version: String,
    /// Where the source of the running program is (AGPL section 13).
    pub source: Href,
}

/// Entries of the masthead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The home page and what hangs below it.
    Statements,
    /// Questions and positions.
    Questions,
    /// The chronology.
    Chronology,
    /// About the organization.
    About,
    /// What the viewer was answered.
    Notifications,
    /// What only members read.
    Internal,
    /// The publishing form.
    Publish,
    /// The pages of moderators and admins.
    Administration,
    /// None of them.
    Elsewhere,
}

/// Who is signed in, and what the masthead offers them.
#[derive(Clone, Debug)]
pub struct ViewerBar {
    /// The name they chose.
    pub name: String,
    /// Their account page; the decisions about them while they are barred.
    pub href: Href,
    /// Whether moderators closed their account for now.
    pub barred: bool,
    /// How many notifications they have not seen.
    pub unread: u32,
    /// Whether they may publish in the organization's name.
    pub may_publish: bool,
    /// The pages for moderators and admins, for those who may open any of them.
    pub administration: Option<Href>,
}

/// A message above the page.
#[derive(Clone, Debug)]
pub struct Flash {
    /// Whether something went wrong.
    pub problem: bool,
    /// What happened and, if something is to be done, what.
    pub text: String,
}

/// That an account is frozen, why, and where its owner objects.
#[derive(Clone, Debug)]
pub struct FrozenLine {
    /// Why, in the words of the moderators; may be blank.
    pub reason: String,
    /// The decision.
    pub href: Href,
}

/// What link previews show (`og:`), also used for `article:`.
#[derive(Clone, Debug)]
pub struct OpenGraph {
    /// `website`, `article` or `profile`.
    pub kind: &'static str,
    /// Title of the preview.
    pub title: String,
    /// Text of the preview; plain.
    pub description: String,
    /// Who wrote it; blank if that goes without saying.
    pub author: String,
    /// When it was published.
    pub published: Option<Moment>,
    /// When it was last changed.
    pub changed: Option<Moment>,
    /// Language of what is shared.
    pub language: Lang,
}

impl Layout {
    /// A frame with nothing but the site and a title; handlers set what else they know.
    pub fn new(site: Site, title: impl Into<String>) -> Self {
        Self {
            site,
            title: title.into(),
            description: String::new(),
            canonical: None,
            activity: None,
            feeds: Vec::new(),
            open_graph: None,
            fediverse_creator: None,
            no_index: false,
            viewer: None,
            csrf: String::new(),
            flash: None,
            frozen: None,
            bare: false,
            here: Section::Elsewhere,
        }
    }

    /// The text of `<title>`.
    pub fn head_title(&self) -> String {
        if self.title.is_empty() {
            self.site.name.clone()
        } else {
            format!("{} · {}", self.title, self.site.name)
        }
    }

    /// The attribute that marks the current entry of the masthead.
    pub fn current(&self, section: Section) -> &'static str {
        if self.here == section { "page" } else { "false" }
    }
}
