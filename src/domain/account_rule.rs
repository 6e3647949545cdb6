//! What moderators decided about a single account, here or elsewhere.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::account::Account;
use super::host::HostStanding;
use super::id::Id;
use super::user::User;
use crate::clock::Timestamp;

/// The longest comment, in characters.
const LONGEST_COMMENT: usize = 1_000;

/// A decision about an account, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::account_rules, treat_none_as_default_value = false)]
pub struct AccountRule {
    /// About whom.
    pub account_id: Id<Account>,
    /// Let in, limited, suspended; unknown where the rule only says something else.
    pub standing: HostStanding,
    /// Whether its pictures are hidden at first.
    pub sensitive: bool,
    /// Whether nothing new of it is taken in.
    pub frozen: bool,
    /// How the account stood before there was a rule.
    pub before: HostStanding,
    /// The reason that everybody may read.
    pub public_comment: String,
    /// The reason for those who decide.
    pub private_comment: String,
    /// Who decided; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// Since when there is a rule.
    pub created_at: Timestamp,
    /// When it was decided like this.
    pub updated_at: Timestamp,
}

/// What a moderator decides about an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountDecision {
    /// Let in, limited, suspended; unknown for none of them.
    pub standing: HostStanding,
    /// Whether its pictures are hidden at first.
    pub sensitive: bool,
    /// Whether nothing new of it is taken in.
    pub frozen: bool,
    /// The reason that everybody may read; blank keeps the decision out of the public log.
    pub public_comment: String,
    /// The reason for those who decide.
    pub private_comment: String,
}

impl AccountRule {
    /// The rule as a decision that can be changed.
    pub fn decision(&self) -> AccountDecision {
        AccountDecision {
            standing: self.standing,
            sensitive: self.sensitive,
            frozen: self.frozen,
            public_comment: self.public_comment.clone(),
            private_comment: self.private_comment.clone(),
        }
    }
}

impl AccountDecision {
    /// Whether this decides anything.
    pub fn is_none(&self) -> bool {
        self.standing == HostStanding::Unknown && !self.sensitive && !self.frozen
    }

    /// What is wrong with it, field by field.
    pub fn mistakes(&self) -> Vec<(&'static str, String)> {
        let comments = [("public_comment", &self.public_comment), ("private_comment", &self.private_comment)];
        let long = comments.into_iter().filter(|(_, text)| text.chars().count() > LONGEST_COMMENT);
        long.map(|(field, _)| (field, format!("has at most {LONGEST_COMMENT} characters"))).collect()
    }

    /// What is decided, in a few words.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        words.extend((self.standing != HostStanding::Unknown).then_some(self.standing.word()));
        words.extend(self.frozen.then_some("freeze"));
        words.extend(self.sensitive.then_some("sensitive"));
        if words.is_empty() { "none".to_owned() } else { words.join(", ") }
    }

    /// For the log: everything in one line.
    pub fn summary(&self) -> String {
        let comments = [&self.public_comment, &self.private_comment];
        let said = comments.iter().filter(|text| !text.is_empty()).map(|text| format!("; {text}"));
        self.words() + &said.collect::<String>()
    }
}
