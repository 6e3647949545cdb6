//! A single contribution that is no statement: a post, a reply, an official answer.

use askama::Template;

use crate::text::Html;

use super::contribution::{Attachment, Author, Entry, Origin, Quoted, Standing};
use super::layout::Layout;
use super::replies::Replies;
use super::reply::Invitation;
use super::shown::{Href, Lang, Link, Moment};

/// The page of one contribution.
#[derive(Template)]
#[template(path = "post.html", config = "config/tools/askama.toml")]
pub struct PostPage {
    /// The frame.
    pub layout: Layout,
    /// What it answers, from the beginning of the conversation down to its parent.
    pub before: Vec<Entry>,
    /// The contribution.
    pub post: PostView,
    /// What was changed because of it.
    pub led_to: Vec<Link>,
    /// What was answered to it.
    pub replies: Replies,
    /// The whole conversation.
    pub thread: Option<Href>,
    /// How to answer it.
    pub invitation: Invitation,
}

/// A contribution in full.
#[derive(Clone, Debug)]
pub struct PostView {
    /// What it is, in words: `Official answer`, `Personal contribution`, `Post`, `Statement`.
    pub kind: String,
    /// Its title, for kinds that have one.
    pub title: Option<String>,
    /// Who wrote it.
    pub author: Author,
    /// When.
    pub published: Moment,
    /// When it was last edited.
    pub edited: Option<Moment>,
    /// Its language.
    pub language: Lang,
    /// What it means to do, in words; blank if unsaid.
    pub intent: String,
    /// A warning that folds the text away; plain text.
    pub warning: Option<String>,
    /// The text.
    pub content: Html,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
    /// What it quotes.
    pub quoted: Option<Quoted>,
    /// What it answers.
    pub answers: Option<Link>,
    /// Its page.
    pub href: Href,
    /// Where it was published, if not here.
    pub origin: Option<Origin>,
    /// What became of it.
    pub standing: Standing,
    /// What the viewer may do.
    pub tools: Vec<Link>,
}

impl PostView {
    /// What the page is called: the title, or kind and author.
    pub fn heading(&self) -> String {
        self.title.clone().unwrap_or_else(|| format!("{} by {}", self.kind, self.author.name))
    }
}
