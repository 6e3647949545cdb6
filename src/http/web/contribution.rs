//! A contribution as lists show it: who, what kind, when, then the text.

use super::shown::{Href, Lang, Link, Moment, count};
use super::thesis::Neighbour;
use crate::domain::trust::Trust;

/// Who speaks: shown on every contribution, because an organization's word and a person's are never alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// An organization: its official word.
    Organization,
    /// A forum that passes on what others said.
    Forum,
    /// A person, speaking for themselves.
    Person,
}

impl Voice {
    /// The word below a name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Organization => "Organization",
            Self::Forum => "Forum",
            Self::Person => "Person",
        }
    }

    /// What a reply by this voice is called.
    pub const fn reply_label(self) -> &'static str {
        match self {
            Self::Organization => "Official answer",
            Self::Forum => "Forum",
            Self::Person => "Personal contribution",
        }
    }

    /// Whether it is the word of an organization.
    pub const fn is_official(self) -> bool {
        matches!(self, Self::Organization)
    }
}

/// The author of a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Display name; plain text.
    pub name: String,
    /// `name@host`.
    pub handle: String,
    /// Their page on this site.
    pub href: Href,
    /// In which voice they speak.
    pub voice: Voice,
}

/// What became of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// In force.
    #[default]
    Current,
    /// In force, and not yet let in by a moderator: visitors do not see it.
    Waiting,
    /// An earlier version; `newest` is in force.
    Earlier {
        /// Address of the version in force.
        newest: Href,
        /// Its number.
        revision: u32,
    },
    /// Replaced by another text.
    Superseded {
        /// Why.
        reason: String,
        /// When.
        on: Moment,
        /// What replaces it.
        by: Option<Link>,
    },
    /// Withdrawn by its author, still readable.
    Retracted {
        /// Why.
        reason: String,
        /// When.
        on: Moment,
    },
}

impl Standing {
    /// A single word for lists; blank while in force.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Current => "",
            Self::Waiting => "Waits for a moderator",
            Self::Earlier { .. } => "Earlier version",
            Self::Superseded { .. } => "Superseded",
            Self::Retracted { .. } => "Retracted",
        }
    }
}

/// Where a text comes from when it is not from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The host it was published on.
    pub host: String,
    /// The page there.
    pub href: Href,
    /// How we know that our copy says what its author said; `None` where nobody recorded it.
    pub trust: Option<Trust>,
    /// Since when the host no longer answers.
    pub unreachable_since: Option<Moment>,
}

/// What a contribution quotes, as far as the reader may see it.
#[derive(Clone, Debug)]
pub enum Quoted {
    /// The quoted contribution.
    Shown(Box<Quotation>),
    /// Why it is not shown, in a sentence, and where it is to be found, if anywhere.
    Withheld {
        /// The sentence.
        why: &'static str,
        /// Its address.
        href: Option<Href>,
    },
}

/// A quoted contribution within the one that quotes it.
#[derive(Clone, Debug)]
pub struct Quotation {
    /// Who wrote it.
    pub author: Author,
    /// When.
    pub published: Moment,
    /// Its title, for kinds that have one.
    pub title: Option<String>,
    /// Its beginning; plain text.
    pub excerpt: String,
    /// Its language.
    pub language: Lang,
    /// Its page on this site.
    pub href: Href,
}

impl Origin {
    /// How our copy came here, as a sentence; blank where nobody recorded it.
    pub const fn came(&self) -> &'static str {
        match self.trust {
            None => "",
            Some(Trust::Fetched) => "This copy was fetched from there.",
            Some(Trust::Delivered) => "This copy was delivered by its author’s server.",
            Some(Trust::Proven) => "Others passed this copy on; the author’s signature on it is valid.",
            Some(Trust::Attested) => {
                "Others passed this copy on; that the signature on it is the author’s is what other servers say."
            }
        }
    }

    /// What our copy is called when its origin does not answer.
    pub const fn copy(&self) -> &'static str {
        match self.trust {
            None => "Copy",
            Some(Trust::Fetched | Trust::Delivered | Trust::Proven) => "Verified copy",
            Some(Trust::Attested) => "Archived copy",
        }
    }
}

/// A contribution in a list: on the home page, an account's page, in notifications.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is, in words: `Statement`, `Official answer`, `Personal contribution`, `Post`.
    pub kind: String,
    /// Its title, for kinds that have one.
    pub title: Option<String>,
    /// The words that a critique is about; blank for everything else.
    pub passage: String,
    /// Its beginning or its announcement; plain text.
    pub excerpt: String,
    /// Language of title and excerpt.
    pub language: Lang,
    /// Who wrote it.
    pub author: Author,
    /// When it was published.
    pub published: Moment,
    /// Its page on this site.
    pub href: Href,
    /// What it answers.
    pub answers: Option<Link>,
    /// How many replies are known; shown if there is one.
    pub replies: u32,
    /// What became of it.
    pub standing: Standing,
}

impl Entry {
    /// `3 replies`.
    pub fn reply_count(&self) -> String {
        count(self.replies, "reply", "replies")
    }
}

/// A statement in the list of statements.
#[derive(Clone, Debug)]
pub struct StatementCard {
    /// Title.
    pub title: String,
    /// The announcement; plain text.
    pub announcement: String,
    /// Who published it.
    pub author: Author,
    /// When.
    pub published: Moment,
    /// Its language.
    pub language: Lang,
    /// How many theses it has.
    pub theses: u32,
    /// How many replies it and its theses have.
    pub replies: u32,
    /// Its page.
    pub href: Href,
    /// What became of it.
    pub standing: Standing,
    /// The heads of its theses; empty in all but the newest, which shows them.
    pub heads: Vec<Neighbour>,
}

impl StatementCard {
    /// The line below the announcement.
    pub fn facts(&self) -> String {
        let replies = count(self.replies, "reply", "replies");
        // Every statement has one: they are not here yet.
        if self.theses == 0 {
            return replies;
        }
        format!("{} · {replies}", count(self.theses, "thesis", "theses"))
    }
}

/// A picture or file that belongs to a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The file.
    pub href: Href,
    /// A small picture served by this site; `None` shows the description as a link.
    pub thumbnail: Option<Href>,
    /// The description its author gave; blank if none.
    pub description: String,
}
