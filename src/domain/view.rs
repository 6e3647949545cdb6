//! A contribution with everything its rendering needs, loaded in one go.

use super::account::Account;
use super::card::Card;
use super::contribution::{Contribution, Kind};
use super::critique::Critique;
use super::emoji::Emoji;
use super::event::EventView;
use super::media::Media;
use super::poll::PollView;
use super::position::PositionView;
use super::question::QuestionView;
use super::quote::{Quoting, Showing};
use super::statement::{ReferencesView, Statement, Thesis};
use super::uri::{Addresses, Uri};
use crate::clock::Timestamp;

/// A contribution as a page, an ActivityPub document or a client shows it. Rendering asks nothing.
#[derive(Clone, Debug)]
pub struct View {
    /// The shared head.
    pub head: Contribution,
    /// Who wrote it.
    pub author: Account,
    /// For which organization.
    pub on_behalf_of: Option<Account>,
    /// Whom it names.
    pub mentions: Vec<Account>,
    /// Its hashtags, folded.
    pub tags: Vec<String>,
    /// The small pictures that its text names.
    pub emojis: Vec<Emoji>,
    /// The files beside it, in their order.
    pub media: Vec<Media>,
    /// What the page says that it links to.
    pub card: Option<Card>,
    /// What its readers may choose from.
    pub poll: Option<PollView>,
    /// What it quotes.
    pub quote: Option<Quoting>,
    /// What a page shows of that, once it was asked for.
    pub quoted: Option<QuotedView>,
    /// The version of what it answers that stood when it was said, where another one stands now; once a page
    /// asked for it.
    pub answers_version: Option<i32>,
    /// Since when the server of its author does not answer; looked up for what belongs to the debate.
    pub unreachable_since: Option<Timestamp>,
    /// Visible replies we have.
    pub replies: i64,
    /// Likes we know of.
    pub likes: i64,
    /// Boosts we know of.
    pub boosts: i64,
    /// Visible quotes we have.
    pub quotes: i64,
    /// The Forum that announces its thread.
    pub audience: Option<Uri>,
    /// The collection of its thread, as the thread's owner names it.
    pub context: Option<Uri>,
    /// What its kind adds.
    pub body: Body,
}

/// What a viewer sees of a quote.
#[derive(Clone, Debug)]
pub struct QuotedView {
    /// What, and why not more.
    pub showing: Showing,
    /// The quoted contribution, where it is shown.
    pub view: Option<Box<View>>,
}

/// What the kind of a contribution adds to its head.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing.
    Plain,
    /// A statement and its theses in the order of reading.
    Statement {
        /// The statement's own fields.
        statement: Statement,
        /// Its theses with their heads; withdrawn ones are left out.
        theses: Vec<ThesisView>,
        /// What it refers to.
        references: Box<ReferencesView>,
    },
    /// A thesis and the statement it belongs to.
    Thesis {
        /// The thesis's own fields.
        thesis: Thesis,
        /// The statement's head.
        statement: Box<Contribution>,
        /// The statement's last part of the address.
        slug: String,
    },
    /// A copy of a question.
    Question(Box<QuestionView>),
    /// An organization's position.
    Position(Box<PositionView>),
    /// A reply with a meaning and a place.
    Critique(Box<Critique>),
    /// A dated fact.
    Event(Box<EventView>),
}

/// A thesis within its statement.
#[derive(Clone, Debug)]
pub struct ThesisView {
    /// The head, which replies and likes hang on.
    pub head: Contribution,
    /// The thesis's own fields.
    pub thesis: Thesis,
    /// Visible replies we have.
    pub replies: i64,
}

impl View {
    /// Whether it speaks with the voice of an organization.
    pub fn is_official(&self) -> bool {
        use super::account::AccountKind::{Application, Forum, Organization, Person, Service};
        match self.author.kind {
            Organization => true,
            Person | Forum | Application | Service => false,
        }
    }

    /// What convinced its author to change it.
    pub fn convinced_by(&self) -> Addresses {
        match &self.body {
            Body::Statement { statement, .. } => statement.convinced_by.clone(),
            Body::Position(stand) => stand.position.convinced_by.clone(),
            Body::Plain | Body::Thesis { .. } | Body::Question(_) | Body::Critique(_) | Body::Event(_) => {
                Addresses::default()
            }
        }
    }

    /// The word for its kind that people read.
    pub const fn kind_word(&self) -> &'static str {
        match self.head.kind {
            Kind::Post => "post",
            Kind::Question => "question",
            Kind::Position => "position",
            Kind::Statement => "statement",
            Kind::Thesis => "thesis",
            Kind::Critique => "critique",
            Kind::Dossier => "dossier",
            Kind::Translation => "translation",
            Kind::Event => "event",
        }
    }
}
