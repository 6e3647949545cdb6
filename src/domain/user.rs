//! The login behind a local account, and what it may do.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::Integer;

use super::account::Account;
use super::id::Id;
use super::sql::newtype_column;
use crate::clock::Timestamp;

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::users)]
pub struct User {
    /// Our key.
    pub id: Id<User>,
    /// The Person account of this user.
    pub account_id: Id<Account>,
    /// Sign-in name, equal to the account's name.
    pub name: String,
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// What the user may do.
    pub roles: Roles,
    /// Since when.
    pub created_at: Timestamp,
    /// Set when an admin closed the login.
    pub disabled_at: Option<Timestamp>,
}

/// What a user may do; roles add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Internal space, personal posts.
    Member,
    /// Drafts.
    Editor,
    /// Nothing yet.
    Approver,
    /// Publishes in the organization's name.
    Publisher,
    /// Nothing yet.
    Translator,
    /// What organizations without a server said.
    Archivist,
    /// Reports, and what waits in quarantine.
    Moderator,
    /// People, other servers, settings and everything else.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Member,
        Self::Editor,
        Self::Approver,
        Self::Publisher,
        Self::Translator,
        Self::Archivist,
        Self::Moderator,
        Self::Admin,
    ];

    /// Those that somebody can be given. Nothing asks for the others; whoever was given one before has it still.
    pub const OFFERED: [Self; 6] =
        [Self::Member, Self::Editor, Self::Publisher, Self::Archivist, Self::Moderator, Self::Admin];

    /// The word used in flags and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Editor => "editor",
            Self::Approver => "approver",
            Self::Publisher => "publisher",
            Self::Translator => "translator",
            Self::Archivist => "archivist",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    /// The role that `word` names, among those that somebody can be given.
    pub fn parse(word: &str) -> Option<Self> {
        Self::OFFERED.into_iter().find(|role| role.as_str() == word)
    }

    const fn bit(self) -> i32 {
        match self {
            Self::Member => 1,
            Self::Editor => 2,
            Self::Approver => 4,
            Self::Publisher => 8,
            Self::Translator => 16,
            Self::Archivist => 32,
            Self::Moderator => 64,
            Self::Admin => 128,
        }
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Integer)]
pub struct Roles(i32);

newtype_column!(Roles, i32, Integer);

impl Roles {
    /// The set of these roles; every user is at least a member.
    pub fn of(roles: &[Role]) -> Self {
        Self(roles.iter().fold(Role::Member.bit(), |set, role| set | role.bit()))
    }

    /// Whether the role is in the set. An admin may do everything.
    pub const fn has(self, role: Role) -> bool {
        self.0 & (role.bit() | Role::Admin.bit()) != 0
    }

    /// The set with one role more.
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | role.bit())
    }

    /// The roles that were given, without what an admin may do besides.
    pub fn list(self) -> Vec<Role> {
        Role::ALL.into_iter().filter(|role| self.0 & role.bit() != 0).collect()
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.list().into_iter().map(Role::as_str).collect();
        out.write_str(&words.join(", "))
    }
}
