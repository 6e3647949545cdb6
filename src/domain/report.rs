//! What was reported to the moderators, what they made of it, and what they told the person it is about.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::account::Account;
use super::account_rule::AccountDecision;
use super::host::HostStanding;
use super::id::Id;
use super::sql::smallint_enum;
use super::uri::Uri;
use super::user::User;
use crate::clock::Timestamp;

/// A report, from here or from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::reports)]
pub struct Report {
    /// Our key.
    pub id: Id<Report>,
    /// Its address.
    pub uri: Uri,
    /// Who reports.
    pub reporter_id: Id<Account>,
    /// Whom.
    pub target_id: Option<Id<Account>>,
    /// What is said about it.
    pub content: String,
    /// The addresses of what is reported, one a line.
    pub items: String,
    /// When it came.
    pub created_at: Timestamp,
    /// When a moderator was done with it.
    pub closed_at: Option<Timestamp>,
    /// What it is about, in a word.
    pub category: String,
    /// The keys of the rules that were broken.
    pub rules: String,
    /// Whether the account's own server was told.
    pub forwarded: bool,
    /// Who looks at it.
    pub assigned_id: Option<Id<User>>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Who decided.
    pub closed_by_id: Option<Id<User>>,
    /// What the reporter was told.
    pub answer: String,
}

impl Report {
    /// The addresses of what is reported.
    pub fn about(&self) -> Vec<Uri> {
        self.items.lines().filter_map(Uri::parse).collect()
    }
}

/// What came of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Outcome {
    /// Nothing has to be done.
    #[default]
    Nothing,
    /// The person is told what was wrong.
    Warning,
    /// Its pictures are hidden at first.
    Sensitive,
    /// It is limited.
    Limit,
    /// It is frozen.
    Freeze,
    /// It is suspended.
    Suspend,
    /// What was reported is removed.
    Remove,
}

smallint_enum!(Outcome {
    Nothing = 0,
    Warning = 1,
    Sensitive = 2,
    Limit = 3,
    Freeze = 4,
    Suspend = 5,
    Remove = 6,
});

impl Outcome {
    /// Every outcome, the mildest first.
    pub const ALL: [Self; 7] = [
        Self::Nothing,
        Self::Warning,
        Self::Sensitive,
        Self::Remove,
        Self::Limit,
        Self::Freeze,
        Self::Suspend,
    ];

    /// The word of forms, commands and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Warning => "warning",
            Self::Sensitive => "sensitive",
            Self::Limit => "limit",
            Self::Freeze => "freeze",
            Self::Suspend => "suspend",
            Self::Remove => "remove",
        }
    }

    /// The outcome that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// The rule about the account in which it ends, on top of what holds already; `None` where it ends in none.
    pub fn rule(self, known: &AccountDecision) -> Option<AccountDecision> {
        let known = known.clone();
        match self {
            Self::Nothing | Self::Warning | Self::Remove => None,
            Self::Sensitive => Some(AccountDecision { sensitive: true, ..known }),
            Self::Limit => Some(AccountDecision { standing: HostStanding::Limited, ..known }),
            Self::Freeze => Some(AccountDecision { frozen: true, ..known }),
            Self::Suspend => Some(AccountDecision { standing: HostStanding::Suspended, ..known }),
        }
    }

    /// The outcome that says most about a rule; a warning where it takes nothing.
    pub fn of(decision: &AccountDecision) -> Self {
        match (decision.standing, decision.frozen) {
            (HostStanding::Suspended, _) => Self::Suspend,
            (_, true) => Self::Freeze,
            (HostStanding::Limited, false) => Self::Limit,
            (HostStanding::Unknown | HostStanding::Approved, false) if decision.sensitive => Self::Sensitive,
            (HostStanding::Unknown | HostStanding::Approved, false) => Self::Warning,
        }
    }
}

/// What was reported, as it stood when the report came: whoever deletes it afterwards is judged by it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::report_evidence)]
pub struct Evidence {
    /// In which report.
    pub report_id: Id<Report>,
    /// Its place, from 0.
    pub rank: i32,
    /// Its address.
    pub uri: Uri,
    /// The handle of its author.
    pub author: String,
    /// Its text, without any form.
    pub content: String,
    /// When it was published.
    pub published_at: Timestamp,
}

/// What a moderator wrote for the others.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::report_notes)]
pub struct Note {
    /// Our key.
    pub id: Id<Note>,
    /// To which report.
    pub report_id: Id<Report>,
    /// Who.
    pub user_id: Id<User>,
    /// What.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
}

/// What a person here was told about a decision about them, and what they answered.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::warnings, treat_none_as_default_value = false)]
pub struct Warning {
    /// Our key.
    pub id: Id<Warning>,
    /// Who was told.
    pub account_id: Id<Account>,
    /// Which report it came from.
    pub report_id: Option<Id<Report>>,
    /// What was decided.
    pub outcome: Outcome,
    /// Why, in the words of the moderator.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
    /// What the person says against it.
    pub appeal: Option<String>,
    /// When they said it.
    pub appealed_at: Option<Timestamp>,
    /// What a moderator answered.
    pub answer: Option<String>,
    /// Whether the decision was taken back.
    pub granted: Option<bool>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// Who decided; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
}
