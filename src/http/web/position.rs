//! A position whole, its history, and one version of it.

use askama::Template;

use super::contribution::{Author, Origin, Standing};
use super::event::CitedEvent;
use super::layout::Layout;
use super::replies::Replies;
use super::reply::Invitation;
use super::shown::{Href, Lang, Link, Moment};
use crate::text::Html;
use crate::text::diff::{Fate, Piece};

/// `/positions/<id>`, and `/positions/<id>/versions/<n>` with what changed.
#[derive(Template)]
#[template(path = "position.html", config = "config/tools/askama.toml")]
pub struct PositionPage {
    /// The frame.
    pub layout: Layout,
    /// The position.
    pub position: PositionShown,
    /// Its versions, newest first.
    pub history: Vec<PositionVersion>,
    /// On the page of a version: how it differs from the one before; empty where there is none.
    pub changes: Vec<Piece>,
    /// Texts that were given out as versions that are here with other words.
    pub contradictions: Vec<Contradiction>,
    /// The events to which its text links.
    pub events: Vec<CitedEvent>,
    /// Replies and critiques; `None` on the page of a version.
    pub replies: Option<Replies>,
    /// How to answer.
    pub invitation: Invitation,
    /// For those who keep the map: whether it lists the position. `None` for others.
    pub listed: Option<bool>,
}

/// A position in one version.
#[derive(Clone, Debug)]
pub struct PositionShown {
    /// Its page.
    pub href: Href,
    /// Whose it is.
    pub author: Author,
    /// The question, where it is here.
    pub question: Option<Link>,
    /// The short answer; may be blank.
    pub answer: String,
    /// How sure.
    pub certainty: &'static str,
    /// Its language.
    pub language: Lang,
    /// The number of the version shown.
    pub revision: u32,
    /// How many versions there are.
    pub of: u32,
    /// When the version shown was published.
    pub published: Moment,
    /// What changed and why; blank in the first version.
    pub reason: String,
    /// What convinced its owner, where it says so.
    pub convinced_by: Vec<Link>,
    /// What others changed because of it.
    pub led_to: Vec<Link>,
    /// Reasoning, conditions, limits and evidence; blank ones are left out.
    pub sections: Vec<Html>,
    /// The statement and the theses it rests on.
    pub sources: Vec<Link>,
    /// Who adopted it and when; may be blank.
    pub adopted: String,
    /// Where it comes from, if not from here.
    pub origin: Option<Origin>,
    /// What became of it.
    pub standing: Standing,
    /// Whether a version that it follows is not here.
    pub gap: bool,
    /// Its digest.
    pub digest: String,
    /// Its ActivityPub object.
    pub activity: Href,
    /// What the viewer may do.
    pub tools: Vec<Link>,
}

/// One version in the history.
#[derive(Clone, Debug)]
pub struct PositionVersion {
    /// Its number.
    pub revision: u32,
    /// When.
    pub published: Moment,
    /// The answer it gave.
    pub answer: String,
    /// How sure.
    pub certainty: &'static str,
    /// What changed and why.
    pub reason: String,
    /// Its page.
    pub href: Href,
    /// Whether it withdrew the position.
    pub withdrawn: bool,
    /// Whether it names the digest of the version before it; `None` for the first one, and where the
    /// one before is not here.
    pub chained: Option<bool>,
}

/// A text that contradicts a version.
#[derive(Clone, Debug)]
pub struct Contradiction {
    /// The version that both claim to be.
    pub revision: u32,
    /// The version that is here.
    pub href: Href,
    /// When we saw the other text.
    pub seen: Moment,
    /// The answer of the other text.
    pub answer: String,
    /// The other text.
    pub text: Html,
    /// Its digest.
    pub digest: String,
}

/// The element that marks a piece of a difference: the start and the end of its name.
pub const fn element(fate: &Fate) -> &'static str {
    match fate {
        Fate::Kept => "span",
        Fate::Removed => "del",
        Fate::Added => "ins",
    }
}
