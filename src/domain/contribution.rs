//! The shared head of everything that can be read, answered, liked, reported and revised.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::account::Account;
use super::id::Id;
use super::site::ReplyPolicy;
use super::sql::smallint_enum;
use super::uri::Uri;
use crate::clock::Timestamp;

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
}

impl Contribution {
    /// Whether a reader sees it without signing in, as far as its own fields say.
    pub fn is_open(&self) -> bool {
        let shown = matches!(self.state, State::Current | State::Superseded | State::Retracted);
        shown && matches!(self.visibility, Visibility::Public | Visibility::Unlisted)
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
}

smallint_enum!(State { Current = 0, Superseded = 1, Retracted = 2, Deleted = 3, Held = 4 });

impl State {
    /// The word of `plenum:status`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current | Self::Held => "current",
            Self::Superseded => "superseded",
            Self::Retracted => "retracted",
            Self::Deleted => "deleted",
        }
    }
}
