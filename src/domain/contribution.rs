//! The shared head of everything that can be read, answered, liked, reported and revised.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::account::Account;
use super::critique::ReceivedCritique;
use super::emoji::ReceivedEmoji;
use super::event::ReceivedEvent;
use super::id::Id;
use super::media::ReceivedMedia;
use super::poll::ReceivedPoll;
use super::position::ReceivedPosition;
use super::question::ReceivedQuestion;
use super::quote::{QuotePolicy, ReceivedQuote};
use super::site::ReplyPolicy;
use super::sql::smallint_enum;
use super::statement::{References, ThesisKind};
use super::trust::Trust;
use super::uri::{Addresses, Uri};
use crate::clock::Timestamp;
use crate::text::Html;

/// What was published longer ago is no news, in seconds: it came with a thread or a list that was
/// completed.
pub const NEWS_SECONDS: i64 = 6 * 3600;
/// So long servers try to hand over what was published, in seconds; what is older was fetched.
pub const DELIVERED_SECONDS: i64 = 8 * 24 * 3600;

/// The head of a contribution; each kind hangs its own body on it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::contributions)]
pub struct Contribution {
    /// Our key.
    pub id: Id<Contribution>,
    /// Identity on the wire.
    pub uri: Uri,
    /// Page for people.
    pub url: String,
    /// What it is.
    pub kind: Kind,
    /// Who wrote it.
    pub author_id: Id<Account>,
    /// For which organization, where a person speaks for one.
    pub on_behalf_of_id: Option<Id<Account>>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Who may reply.
    pub reply_policy: ReplyPolicy,
    /// BCP 47 tag; empty when nobody said.
    pub language: String,
    /// Title, plain text; most posts have none.
    pub title: Option<String>,
    /// Content warning of a post, announcement of a long text; plain text.
    pub summary: Option<String>,
    /// Whether media should be hidden at first.
    pub sensitive: bool,
    /// Safe HTML.
    pub content: String,
    /// What a local author typed.
    pub markdown: Option<String>,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it was changed; `None` for a first version.
    pub edited_at: Option<Timestamp>,
    /// What it answers, where we have it.
    pub in_reply_to_id: Option<Id<Contribution>>,
    /// What it answers, as the wire names it.
    pub in_reply_to_uri: Option<Uri>,
    /// The first contribution of its thread; its own key where it is the first.
    pub thread_id: Id<Contribution>,
    /// Number of the version, from 1.
    pub revision: i32,
    /// Whether it stands.
    pub state: State,
    /// Whether it was written here.
    pub local: bool,
    /// Who may quote it.
    pub quote_policy: QuotePolicy,
    /// How we know that its author said this; `None` for what was written here, and for copies from
    /// before that was recorded.
    pub trust: Option<Trust>,
}

impl Contribution {
    /// Whether a reader sees it without signing in, as far as its own fields say.
    pub fn is_open(&self) -> bool {
        self.is_shown() && self.is_for_all()
    }

    /// Whether it is neither deleted nor out of sight.
    pub fn is_shown(&self) -> bool {
        matches!(self.state, State::Current | State::Superseded | State::Retracted)
    }

    /// Whether it was published for everybody, whatever became of it.
    pub fn is_for_all(&self) -> bool {
        matches!(self.visibility, Visibility::Public | Visibility::Unlisted)
    }

    /// Whether it was said less than so many seconds ago.
    pub fn is_younger_than(&self, seconds: i64, now: Timestamp) -> bool {
        self.published_at.plus_seconds(seconds) > now
    }
}

/// What a contribution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Kind {
    /// Anything by a person or a foreign server that is none of the others.
    Post,
    /// An open question.
    Question,
    /// An organization's answer to a question.
    Position,
    /// The document of record.
    Statement,
    /// One thesis of a statement.
    Thesis,
    /// A reply with a meaning and a place.
    Critique,
    /// A curated selection.
    Dossier,
    /// A translation of a statement.
    Translation,
    /// A dated fact.
    Event,
}

smallint_enum!(Kind {
    Post = 0,
    Question = 1,
    Position = 2,
    Statement = 3,
    Thesis = 4,
    Critique = 5,
    Dossier = 6,
    Translation = 7,
    Event = 8,
});

/// Who may see a contribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Visibility {
    /// Everyone, and it is announced.
    #[default]
    Public,
    /// Everyone who has the address.
    Unlisted,
    /// The author's followers and whom it names.
    Followers,
    /// Whom it names.
    Mentioned,
    /// Members of this site; never leaves it.
    Internal,
}

smallint_enum!(Visibility { Public = 0, Unlisted = 1, Followers = 2, Mentioned = 3, Internal = 4 });

/// Whether a contribution stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum State {
    /// It stands.
    #[default]
    Current,
    /// A newer one takes its place; it stays readable.
    Superseded,
    /// Its author withdrew it with a reason; it stays readable.
    Retracted,
    /// It is gone; only its address is remembered.
    Deleted,
    /// It waits for a moderator: members see it, the public does not.
    Held,
    /// Its author is suspended, or moderators removed it: nobody sees it until that is taken back.
    Withheld,
}

smallint_enum!(State { Current = 0, Superseded = 1, Retracted = 2, Deleted = 3, Held = 4, Withheld = 5 });

impl State {
    /// The word of `plenum:status`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current | Self::Held | Self::Withheld => "current",
            Self::Superseded => "superseded",
            Self::Retracted => "retracted",
            Self::Deleted => "deleted",
        }
    }
}

/// A contribution that arrived from elsewhere, authenticated and cleaned, before it is accepted.
#[derive(Clone, Debug)]
pub struct Received {
    /// Identity on the wire.
    pub uri: Uri,
    /// Page for people.
    pub url: String,
    /// Who wrote it.
    pub author: Account,
    /// For which organization, where a person speaks for one.
    pub on_behalf_of: Option<Id<Account>>,
    /// Who may see it.
    pub visibility: Visibility,
    /// BCP 47 tag; empty when nobody said.
    pub language: String,
    /// Title, plain text.
    pub title: Option<String>,
    /// Content warning or announcement, plain text.
    pub summary: Option<String>,
    /// Whether media should be hidden at first.
    pub sensitive: bool,
    /// What it says.
    pub content: Html,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it was changed.
    pub updated_at: Option<Timestamp>,
    /// What it answers.
    pub in_reply_to: Option<Uri>,
    /// Whom it names, as far as we know them.
    pub mentions: Vec<Id<Account>>,
    /// Its hashtags, folded.
    pub tags: Vec<String>,
    /// The small pictures that its text names.
    pub emojis: Vec<ReceivedEmoji>,
    /// The files beside it.
    pub media: Vec<ReceivedMedia>,
    /// What its readers may choose from.
    pub poll: Option<ReceivedPoll>,
    /// The page that its author wants to be shown as a card.
    pub card: Option<Uri>,
    /// What it quotes.
    pub quote: Option<ReceivedQuote>,
    /// Who may quote it.
    pub quote_policy: QuotePolicy,
    /// How we know that its author said this.
    pub trust: Trust,
    /// The document as it came, kept word for word because its proof covers it.
    pub document: String,
    /// What the kind adds.
    pub body: ReceivedBody,
}

/// What the kind of a received contribution adds to its head.
#[derive(Clone, Debug)]
pub enum ReceivedBody {
    /// Nothing.
    Post,
    /// The parts of a statement.
    Statement(ReceivedStatement),
    /// The parts of a thesis.
    Thesis(ReceivedThesis),
    /// The parts of a copy of a question.
    Question(ReceivedQuestion),
    /// The parts of a position.
    Position(ReceivedPosition),
    /// The parts of a critique.
    Critique(ReceivedCritique),
    /// The parts of an event.
    Event(ReceivedEvent),
}

impl ReceivedBody {
    /// What the contribution is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Post => Kind::Post,
            Self::Statement(_) => Kind::Statement,
            Self::Thesis(_) => Kind::Thesis,
            Self::Question(_) => Kind::Question,
            Self::Position(_) => Kind::Position,
            Self::Critique(_) => Kind::Critique,
            Self::Event(_) => Kind::Event,
        }
    }

    /// Its version; 0 for kinds that do not count them.
    pub const fn revision(&self) -> i32 {
        match self {
            Self::Post | Self::Critique(_) => 0,
            Self::Statement(statement) => statement.revision,
            Self::Thesis(thesis) => thesis.revision,
            Self::Question(question) => question.revision,
            Self::Position(position) => position.revision,
            Self::Event(event) => event.revision,
        }
    }

    /// Whether it stands, as its author says.
    pub const fn state(&self) -> State {
        match self {
            Self::Post | Self::Thesis(_) | Self::Critique(_) => State::Current,
            Self::Statement(statement) => statement.state,
            Self::Question(question) => question.state,
            Self::Position(position) => position.state,
            Self::Event(event) => event.state,
        }
    }

    /// What convinced its author to make this version.
    pub fn convinced_by(&self) -> Addresses {
        match self {
            Self::Statement(statement) => statement.convinced_by.clone(),
            Self::Position(position) => position.stand.convinced_by.clone(),
            Self::Post | Self::Thesis(_) | Self::Question(_) | Self::Critique(_) | Self::Event(_) => {
                Addresses::default()
            }
        }
    }

    /// Why this version was made, and the digest of its document.
    pub fn version(&self) -> (Option<String>, String) {
        match self {
            Self::Post | Self::Thesis(_) | Self::Critique(_) => (None, String::new()),
            Self::Statement(statement) => (statement.reason.clone(), statement.digest.clone()),
            Self::Question(question) => (question.reason.clone(), question.digest.clone()),
            Self::Position(position) => (position.reason.clone(), position.digest.clone()),
            Self::Event(event) => (event.reason.clone(), event.digest.clone()),
        }
    }
}

/// The parts of a statement from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct ReceivedStatement {
    /// Before the first thesis.
    pub introduction: Html,
    /// After the last thesis.
    pub closing: Html,
    /// Whether it stands.
    pub state: State,
    /// Why it was revised, superseded or retracted.
    pub reason: Option<String>,
    /// The statement that takes its place.
    pub superseded_by: Option<Uri>,
    /// Its version, from 1.
    pub revision: i32,
    /// Digest of the document.
    pub digest: String,
    /// Its theses in the order of reading.
    pub theses: Vec<Uri>,
    /// What it refers to.
    pub references: References,
    /// What convinced its author to change it.
    pub convinced_by: Addresses,
}

/// The parts of a thesis from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct ReceivedThesis {
    /// Permanent key.
    pub key: String,
    /// The number people see.
    pub number: String,
    /// Place in the order of reading, from 1.
    pub rank: i32,
    /// What the thesis is.
    pub kind: ThesisKind,
    /// The sentence that can be quoted alone.
    pub head: String,
    /// The explanation.
    pub body: Html,
    /// Limits of knowledge.
    pub limits: Html,
    /// Evidence and sources.
    pub evidence: Html,
    /// Version of the statement it belongs to.
    pub revision: i32,
}
