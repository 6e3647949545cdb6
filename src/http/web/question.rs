//! A question: what is asked, by whom, what is proposed, how it is tied to others.

use askama::Template;

use super::contribution::{Author, Entry, Origin, Standing};
use super::layout::Layout;
use super::map::{MapView, RowView};
use super::replies::Replies;
use super::reply::Invitation;
use super::shown::{Href, Lang, Link, Moment};
use super::versions::Changed;
use crate::text::Html;

/// `/questions/<slug>`.
#[derive(Template)]
#[template(path = "question.html", config = "config/tools/askama.toml")]
pub struct QuestionPage {
    /// The frame.
    pub layout: Layout,
    /// What is asked.
    pub question: QuestionShown,
    /// Who stands where.
    pub map: MapView,
    /// Positions that wait for an editor or were taken off the map; for those who decide.
    pub unlisted: Vec<RowView>,
    /// Questions that are said to be the same.
    pub same: Vec<SameQuestion>,
    /// The question whose map stands with this one's, where both are shown as one.
    pub merged: Option<String>,
    /// What changed on the map, the latest first.
    pub moves: Vec<MoveView>,
    /// Statements that say that they answer or raise it, the newest first.
    pub statements: Vec<Entry>,
    /// What is said about the question itself.
    pub replies: Replies,
    /// How to say something.
    pub invitation: Invitation,
}

/// A question that is said to be the same as another one.
#[derive(Clone, Debug)]
pub struct SameQuestion {
    /// The question.
    pub question: Tied,
    /// Who says so.
    pub by: Vec<Link>,
    /// Who stands where on it.
    pub answers: Vec<SameAnswer>,
    /// Where both are shown as one; `None` where only strangers say that they are.
    pub merged: Option<Href>,
}

/// Where somebody stands on such a question.
#[derive(Clone, Debug)]
pub struct SameAnswer {
    /// Who.
    pub name: String,
    /// The short answer; may be blank.
    pub answer: String,
    /// How sure.
    pub certainty: &'static str,
    /// The language of the answer.
    pub language: Lang,
}

/// An entry in the list of what changed.
#[derive(Clone, Debug)]
pub struct MoveView {
    /// When.
    pub at: Moment,
    /// Who.
    pub name: String,
    /// What it did: `took a position`.
    pub deed: &'static str,
    /// What it said then, with its page.
    pub said: Link,
    /// The language of that.
    pub language: Lang,
    /// What changed and why; blank at first.
    pub reason: String,
}

/// A copy of a question.
#[derive(Clone, Debug)]
pub struct QuestionShown {
    /// What is asked, in the words of who asked first.
    pub text: String,
    /// The language of these words.
    pub language: Lang,
    /// The question in the words of this copy's owner; blank where there are none.
    pub wording: String,
    /// Who asked first.
    pub asked_by: Asker,
    /// Whether the asker's own copy was seen; else only others say who asked.
    pub confirmed: bool,
    /// When.
    pub asked: Moment,
    /// Whose copy this is, where somebody else asked.
    pub carried_by: Option<Author>,
    /// The organizations that are asked by name.
    pub invited: Vec<Author>,
    /// The place or field; blank where it is general.
    pub scope: String,
    /// Why it is asked.
    pub background: Html,
    /// Who is asked to contribute.
    pub call: Html,
    /// The same in the copy of who asked first, where this is another one.
    pub from_asker: Option<FromAsker>,
    /// The answers proposed.
    pub answers: Vec<String>,
    /// Its ties to others, by kind.
    pub ties: Vec<Ties>,
    /// Where else it is carried.
    pub copies: Vec<Link>,
    /// Where this copy comes from.
    pub origin: Option<Origin>,
    /// What became of it.
    pub standing: Standing,
    /// When and why what stands around it was changed.
    pub changed: Option<Changed>,
    /// On our own copy: what became of the asker's since it was adopted.
    pub asker_since: Option<Link>,
    /// Whether who asked has deleted the copy that this one was made of.
    pub asker_gone: bool,
    /// Where one of the two is so: what the asker's copy said when ours was made of it.
    pub as_adopted: Option<AsAdopted>,
    /// Its name everywhere.
    pub qid: String,
    /// The hashtag by which apps find it.
    pub hashtag: String,
    /// Its identity on the wire.
    pub activity: Href,
    /// What the viewer may do.
    pub tools: Vec<Link>,
}

/// What the copy of who asked first says beside the question.
#[derive(Clone, Debug)]
pub struct FromAsker {
    /// That copy, by the name of its owner.
    pub copy: Link,
    /// Its language.
    pub language: Lang,
    /// Why it is asked.
    pub background: Html,
    /// Who is asked to contribute.
    pub call: Html,
}

/// What the copy of who asked said when another one was made of it.
#[derive(Clone, Debug)]
pub struct AsAdopted {
    /// Its version.
    pub revision: u32,
    /// Its language.
    pub language: Lang,
    /// Why it was asked.
    pub background: Html,
    /// Who was asked to contribute.
    pub call: Html,
    /// The answers proposed.
    pub answers: Vec<String>,
}

/// Who asked first, as far as they are known here.
#[derive(Clone, Debug)]
pub enum Asker {
    /// An account that is known here.
    Known(Author),
    /// Only an address.
    Address(Link),
}

/// Ties of one kind.
#[derive(Clone, Debug)]
pub struct Ties {
    /// What they say, in words: `Part of`.
    pub words: &'static str,
    /// The other questions.
    pub questions: Vec<Tied>,
    /// Who says so, where the copy itself says nothing.
    pub by: Option<Link>,
}

/// A question at the other end of a tie.
#[derive(Clone, Debug)]
pub struct Tied {
    /// What it asks, or its name where it is not here.
    pub label: String,
    /// Its language; unknown where it is not here.
    pub language: Lang,
    /// Its page, where it is here.
    pub href: Option<Href>,
}
