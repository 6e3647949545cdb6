//! Dated facts: one with what cites it, the chronology beside the statements, the form.

use askama::Template;

use super::contribution::{Entry, Standing};
use super::forms::{Choice, Mistakes};
use super::layout::Layout;
use super::post::PostView;
use super::replies::Replies;
use super::reply::Invitation;
use super::shown::{Href, Lang, Link};
use super::versions::Changed;

/// The page of one event.
#[derive(Template)]
#[template(path = "event.html", config = "config/tools/askama.toml")]
pub struct EventPage {
    /// The frame.
    pub layout: Layout,
    /// The event as a contribution.
    pub post: PostView,
    /// When and why it was changed.
    pub changed: Option<Changed>,
    /// Positions, theses and statements that link to it.
    pub citing: Vec<Entry>,
    /// What was answered to it.
    pub replies: Replies,
    /// How to answer it.
    pub invitation: Invitation,
}

/// An event to which a text links, as the page of that text names it.
#[derive(Clone, Debug)]
pub struct CitedEvent {
    /// What happened.
    pub title: String,
    /// The language of that.
    pub language: Lang,
    /// When, in words that are no more exact than the date is.
    pub when: String,
    /// Its page on this site.
    pub href: Href,
}

/// The chronology: events on one lane, statements on the other.
#[derive(Template)]
#[template(path = "timeline.html", config = "config/tools/askama.toml")]
pub struct TimelinePage {
    /// The frame.
    pub layout: Layout,
    /// Years with what happened and was said in them, the earliest first.
    pub years: Vec<Year>,
    /// Where the chronology goes on.
    pub later: Option<Href>,
    /// The form for another event, for those who may publish.
    pub write: Option<Href>,
}

/// What happened and was said in a year.
#[derive(Clone, Debug)]
pub struct Year {
    /// `2022`.
    pub name: String,
    /// In the order of their days.
    pub moments: Vec<Dated>,
}

/// One line of the chronology.
#[derive(Clone, Debug)]
pub struct Dated {
    /// Whether it happened; else it was said.
    pub happened: bool,
    /// When, in words that are no more exact than the date is.
    pub when: String,
    /// The same for machines.
    pub datetime: String,
    /// How exact it is, where that is less than a day; blank otherwise.
    pub precision: String,
    /// Where; may be blank.
    pub place: String,
    /// What.
    pub title: Link,
    /// Its language.
    pub language: Lang,
    /// Who says so.
    pub author: Link,
    /// Whether it stands.
    pub standing: Standing,
}

/// The form of an event.
#[derive(Template)]
#[template(path = "event_form.html", config = "config/tools/askama.toml")]
pub struct EventFormPage {
    /// The frame.
    pub layout: Layout,
    /// Where the form goes.
    pub action: Href,
    /// The event that is revised.
    pub revises: Option<Link>,
    /// What happened.
    pub text: String,
    /// When.
    pub date: String,
    /// Where.
    pub place: String,
    /// What else is known.
    pub details: String,
    /// One source a line.
    pub sources: String,
    /// What changed and why.
    pub reason: String,
    /// Its language.
    pub languages: Vec<Choice>,
    /// What is wrong with it.
    pub mistakes: Mistakes,
}
