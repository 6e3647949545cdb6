//! The step out of the internal space: what was said inside, and exactly what everybody will read.

use askama::Template;

use super::forms::{Choice, Mistakes};
use super::layout::Layout;
use super::shown::{Href, Lang, Link};
use crate::text::Html;
use crate::text::names::Pieces;

/// `/contributions/{id}/publish`.
#[derive(Template)]
#[template(path = "internal_publish.html", config = "config/tools/askama.toml")]
pub struct InternalPublishPage {
    /// The frame.
    pub layout: Layout,
    /// Where both forms are sent.
    pub action: Href,
    /// What was said inside, names of members apart.
    pub original: Pieces,
    /// What it answers, where everybody may read that.
    pub target: Option<Link>,
    /// What may go out, as it is edited.
    pub outgoing: Outgoing,
    /// Who may read it.
    pub readers: Vec<Choice>,
    /// Whether it answers that, or stands on its own.
    pub places: Vec<Choice>,
    /// What it means to do with what it answers; empty where that is not offered.
    pub intents: Vec<Choice>,
    /// Its language.
    pub language: Lang,
    /// The longest text, in characters.
    pub limit: u32,
    /// Exactly what is published; `None` before somebody asked to see it.
    pub preview: Option<InternalPreview>,
    /// What is wrong.
    pub mistakes: Mistakes,
    /// Where somebody goes who does not want to.
    pub back: Href,
}

/// What goes out, as the form holds it.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    /// The text.
    pub text: String,
    /// Content warning.
    pub summary: String,
    /// Whether it is hidden at first.
    pub sensitive: bool,
    /// Which readers were chosen.
    pub visibility: String,
    /// Whether it answers, or stands on its own.
    pub place: String,
    /// What it means to do.
    pub intent: String,
    /// The words it is about.
    pub passage: String,
    /// What stands before and after them.
    pub around: (String, String),
}

/// Exactly what is published.
#[derive(Clone, Debug)]
pub struct InternalPreview {
    /// The text as everybody will read it.
    pub content: Html,
    /// The warning before it.
    pub summary: Option<String>,
    /// Whether it is hidden at first.
    pub sensitive: bool,
    /// What it means to do, and the words it is about.
    pub meant: Option<(&'static str, String)>,
    /// What it answers.
    pub target: Option<Link>,
    /// Names of members that still stand in it.
    pub names: Vec<String>,
    /// To whom it goes, in sentences.
    pub reach: Vec<String>,
    /// Whom it names, as the form sends it back.
    pub seen: String,
    /// By which this showing is known.
    pub key: String,
}
