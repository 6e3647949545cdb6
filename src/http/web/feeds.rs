//! Atom feeds with full content (RFC 4287).

use askama::Template;

use crate::text::Html;

use super::shown::{Href, Lang, Moment};

/// A feed: of the organization, an account, a statement's replies, a thread.
#[derive(Template)]
#[template(path = "feed.xml", config = "config/tools/askama.toml")]
pub struct Feed {
    /// Permanent id: the URI of what the feed is about.
    pub id: String,
    /// Title; plain text.
    pub title: String,
    /// Subtitle; may be blank.
    pub subtitle: String,
    /// Its own address, absolute.
    pub self_href: Href,
    /// The page it belongs to, absolute.
    pub page: Href,
    /// When its newest entry was published or changed.
    pub updated: Moment,
    /// Main language.
    pub language: Lang,
    /// Version of the running program.
    pub version: String,
    /// Entries, newest first.
    pub entries: Vec<FeedEntry>,
}

/// One entry of a feed.
#[derive(Clone, Debug)]
pub struct FeedEntry {
    /// The URI of the contribution.
    pub id: String,
    /// Title, or the beginning of the text.
    pub title: String,
    /// What it is: `statement`, `official answer`, `personal contribution`, `post`.
    pub kind: String,
    /// Its page, absolute.
    pub href: Href,
    /// When it was published.
    pub published: Moment,
    /// When it was last changed.
    pub updated: Moment,
    /// Name of its author.
    pub author: String,
    /// Page of its author, absolute.
    pub author_href: Href,
    /// Its language.
    pub language: Lang,
    /// Short text; plain, may be blank.
    pub summary: String,
    /// Full text.
    pub content: Html,
    /// The URI of what it answers (RFC 4685), with its page.
    pub answers: Option<(String, Href)>,
}

impl Feed {
    /// The media type to answer with.
    pub const MEDIA_TYPE: &'static str = "application/atom+xml; charset=utf-8";

    /// The feed as XML 1.0, which knows no control characters: those would make readers refuse the whole feed.
    pub fn to_xml(&self) -> askama::Result<String> {
        let xml = self.render()?;
        Ok(xml.chars().filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')).collect())
    }
}
