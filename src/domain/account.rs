//! One row per actor we know, here or elsewhere.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::handle::Handle;
use super::host::{Host, HostStanding};
use super::id::Id;
use super::sql::smallint_enum;
use super::uri::Uri;
use crate::clock::Timestamp;

/// An actor: a person, an organization, a forum, a program.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::accounts)]
pub struct Account {
    /// Our key.
    pub id: Id<Account>,
    /// Its identity on the wire.
    pub uri: Uri,
    /// Its page for people.
    pub url: String,
    /// What it is.
    pub kind: AccountKind,
    /// The part of the handle before the `@`.
    pub name: String,
    /// `name@host` in lower case.
    pub handle: String,
    /// The server it lives on; `None` for ours.
    pub host_id: Option<Id<Host>>,
    /// Name as people read it, plain text.
    pub display_name: String,
    /// Safe HTML about itself.
    pub summary: String,
    /// Picture, as the origin names it.
    pub icon_url: Option<String>,
    /// Where activities for it go.
    pub inbox: Uri,
    /// Where activities for its whole server go.
    pub shared_inbox: Option<Uri>,
    /// What it published.
    pub outbox: Option<Uri>,
    /// The collection of its followers, as it is named in `to` and `cc`.
    pub followers: Option<Uri>,
    /// What it pinned.
    pub featured: Option<Uri>,
    /// The Forum of an organization elsewhere.
    pub forum: Option<Uri>,
    /// Whether it decides on each follower itself.
    pub locked: bool,
    /// Whether it agreed to stand in lists and searches.
    pub discoverable: bool,
    /// Whether it is active.
    pub state: AccountState,
    /// What our moderators decided.
    pub standing: HostStanding,
    /// Where it moved.
    pub moved_to: Option<Uri>,
    /// When it joined, or when we first saw it.
    pub created_at: Timestamp,
    /// When its description changed last.
    pub updated_at: Timestamp,
    /// When we fetched it last; `None` for ours.
    pub fetched_at: Option<Timestamp>,
    /// Banner, as the origin names it.
    pub header_url: Option<String>,
    /// Whether its pictures are hidden at first, whatever it says itself.
    pub sensitive: bool,
    /// Whether nothing new of it is taken in, or it may do nothing here.
    pub frozen: bool,
}

impl Account {
    /// Whether it lives on this server.
    pub const fn is_local(&self) -> bool {
        self.host_id.is_none()
    }

    /// Whether our moderators suspended it.
    pub fn is_suspended(&self) -> bool {
        self.standing == HostStanding::Suspended
    }

    /// Whether our moderators let it say nothing for now.
    pub fn is_barred(&self) -> bool {
        self.frozen || self.is_suspended()
    }

    /// `name@host`.
    pub fn handle(&self) -> Handle {
        let host = self.handle.split_once('@').map_or(self.uri.host(), |(_, host)| host);
        Handle::new(&self.name, host)
    }

    /// What people read: the display name, or the name where there is none.
    pub fn title(&self) -> &str {
        if self.display_name.is_empty() { &self.name } else { &self.display_name }
    }
}

/// What kind of actor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum AccountKind {
    /// A human.
    Person,
    /// An organization that speaks with one voice.
    Organization,
    /// A group: our Forum, a Lemmy community.
    Forum,
    /// A server or a program that signs fetches.
    Application,
    /// A bot.
    Service,
}

smallint_enum!(AccountKind { Person = 0, Organization = 1, Forum = 2, Application = 3, Service = 4 });

impl AccountKind {
    /// The ActivityStreams type.
    pub const fn as_activitystreams(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Organization => "Organization",
            Self::Forum => "Group",
            Self::Application => "Application",
            Self::Service => "Service",
        }
    }

    /// The kind of an ActivityStreams type.
    pub fn from_activitystreams(kind: &str) -> Option<Self> {
        match kind {
            "Person" => Some(Self::Person),
            "Organization" => Some(Self::Organization),
            "Group" => Some(Self::Forum),
            "Application" => Some(Self::Application),
            "Service" => Some(Self::Service),
            _ => None,
        }
    }
}

/// Whether an account is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum AccountState {
    /// It is.
    #[default]
    Active,
    /// It was deleted by its owner; its contributions are gone with it.
    Deleted,
}

smallint_enum!(AccountState { Active = 0, Deleted = 1 });
