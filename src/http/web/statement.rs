//! A statement: the document of record with its theses, in the version asked for.

use askama::Template;

use crate::domain::statement::ThesisKind;
use crate::services::versions::PassageFate;
use crate::text::Html;
use crate::text::diff::Piece;

use super::contribution::{Author, Origin, Standing};
use super::event::CitedEvent;
use super::layout::Layout;
use super::replies::{Marked, Replies};
use super::reply::Invitation;
use super::shown::{Href, Lang, Link, Moment, count};
use super::statement_references::ReferencesShown;

/// `/statements/<slug>`, and `/statements/<slug>/versions/<n>` with [`Standing::Earlier`].
#[derive(Template)]
#[template(path = "statement.html", config = "config/tools/askama.toml")]
pub struct StatementPage {
    /// The frame.
    pub layout: Layout,
    /// The text.
    pub statement: StatementView,
    /// What it changed of the version before; none on the page of the statement itself.
    pub changes: Vec<PassageChange>,
    /// The events to which its text links.
    pub events: Vec<CitedEvent>,
    /// Replies to the statement as a whole; `None` on earlier versions, which only point to the newest.
    pub replies: Option<Replies>,
    /// How to answer the statement as a whole.
    pub invitation: Invitation,
}

/// A statement in one version.
#[derive(Clone, Debug)]
pub struct StatementView {
    /// Title.
    pub title: String,
    /// The announcement; plain text, shown as the abstract.
    pub announcement: String,
    /// Who publishes it.
    pub author: Author,
    /// When the first version was published.
    pub published: Moment,
    /// Its language.
    pub language: Lang,
    /// What became of it.
    pub standing: Standing,
    /// Where it comes from, if not from here.
    pub origin: Option<Origin>,
    /// Text before the first thesis; blank if none.
    pub introduction: Html,
    /// The theses, in the order of reading.
    pub theses: Vec<ThesisView>,
    /// Text after the last thesis; blank if none.
    pub closing: Html,
    /// Passages of introduction and closing that were criticized.
    pub edges: Edges,
    /// What it refers to besides its text.
    pub references: ReferencesShown,
    /// Its page.
    pub href: Href,
    /// The version shown.
    pub version: Version,
    /// How many of its theses are not here yet.
    pub missing: usize,
    /// Its Atom feed of replies.
    pub feed: Option<Href>,
    /// Its ActivityPub object.
    pub activity: Option<Href>,
    /// What the viewer may do: revise, supersede, retract.
    pub tools: Vec<Link>,
}

/// What stands in the margin before the first thesis and after the last.
#[derive(Clone, Debug, Default)]
pub struct Edges {
    /// Beside the introduction.
    pub introduction: Vec<Marked>,
    /// Beside the closing.
    pub closing: Vec<Marked>,
}

/// A passage in which a version differs from the one before.
#[derive(Clone, Debug)]
pub struct PassageChange {
    /// What it is called: `Thesis 2`.
    pub label: String,
    /// What became of it.
    pub fate: PassageFate,
    /// Its words; none where too many passages changed.
    pub pieces: Vec<Piece>,
}

/// One frozen version.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number, from 1.
    pub revision: u32,
    /// When it was published.
    pub published: Moment,
    /// SHA-256 of its canonical form, hexadecimal.
    pub digest: String,
    /// Why it was made; blank for the first.
    pub reason: String,
    /// What led to it, where somebody said so.
    pub convinced_by: Vec<Link>,
    /// How many versions there are.
    pub of: u32,
    /// The page of its author, where this is a copy of what stands on another server.
    pub original: Option<Href>,
    /// The address of exactly this version here, absolute, for citations.
    pub permalink: Href,
    /// The list of all versions.
    pub all: Href,
}

impl Version {
    /// The digest in groups of eight, so that people can compare it and lines can break.
    pub fn digest_groups(&self) -> Vec<String> {
        let letters: Vec<char> = self.digest.chars().collect();
        letters.chunks(8).map(|chunk| chunk.iter().collect()).collect()
    }
}

/// One thesis.
#[derive(Clone, Debug)]
pub struct ThesisView {
    /// Permanent key, also the `id` of its element on the page: `k1`.
    pub key: String,
    /// The number people see: `2`, `2.1`.
    pub number: String,
    /// What it is.
    pub kind: ThesisKind,
    /// One or two sentences; plain text.
    pub head: String,
    /// The explanation.
    pub body: Html,
    /// Limits of our knowledge; blank if none.
    pub limits: Html,
    /// Evidence and sources; blank if none.
    pub evidence: Html,
    /// Its page.
    pub href: Href,
    /// Where to answer it.
    pub answer: Href,
    /// Known replies.
    pub replies: u32,
    /// Its passages that were criticized; shown beside it where the whole statement is read.
    pub marked: Vec<Marked>,
}

impl ThesisView {
    /// `3 replies`.
    pub fn reply_count(&self) -> String {
        count(self.replies, "reply", "replies")
    }

    /// The kind in words; blank for a plain assessment, which needs no label.
    pub const fn kind_label(&self) -> &'static str {
        match self.kind {
            ThesisKind::Assessment => "",
            ThesisKind::Demand => "Demand",
            ThesisKind::Call => "Call",
            ThesisKind::SelfCriticism => "Self-criticism",
            ThesisKind::Definition => "Definition",
        }
    }
}

impl StatementView {
    /// Whether critiques stand in its margin.
    pub fn is_noted(&self) -> bool {
        let theses = self.theses.iter().map(|thesis| &thesis.marked);
        theses.chain([&self.edges.introduction, &self.edges.closing]).any(|notes| !notes.is_empty())
    }

    /// How to cite exactly this version, as one line of plain text.
    pub fn citation(&self) -> String {
        format!(
            "{}: {}. Version {}, {}. {} (SHA-256 {})",
            self.author.name,
            self.title,
            self.version.revision,
            self.version.published.day(),
            self.version.permalink,
            self.version.digest
        )
    }

    /// Whether there is enough to list that a contents list helps.
    pub fn has_contents(&self) -> bool {
        self.theses.len() > 1
    }
}
