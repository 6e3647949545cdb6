//! Lists of rules about servers that others keep and that this site follows, and the rules of this site as
//! they are held against every request.

use std::collections::HashMap;

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::host::HostStanding;
use super::host_rule::Decision;
use super::id::Id;
use super::user::User;
use crate::clock::Timestamp;

/// A list that is followed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::host_lists, treat_none_as_default_value = false)]
pub struct HostList {
    /// Our key.
    pub id: Id<HostList>,
    /// Where it is.
    pub url: String,
    /// What admins call it.
    pub title: String,
    /// Where two lists differ, the one with the higher number is right.
    pub priority: i32,
    /// Whether its rules hold without anybody looking at them first.
    pub adopts: bool,
    /// Who follows it; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was read last.
    pub checked_at: Option<Timestamp>,
    /// Why it could not be read.
    pub error: Option<String>,
}

/// What a list says about a name.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::host_list_entries, treat_none_as_default_value = false)]
pub struct ListEntry {
    /// Which list.
    pub list_id: Id<HostList>,
    /// About which name.
    pub name: String,
    /// Limited, suspended; unknown where it only rejects some things.
    pub standing: HostStanding,
    /// Whether files are rejected.
    pub reject_media: bool,
    /// Whether reports are rejected.
    pub reject_reports: bool,
    /// The reason that the list gives.
    pub public_comment: String,
    /// Whether the name is shown only in part.
    pub obfuscate: bool,
}

impl ListEntry {
    /// The entry as a decision of ours.
    pub fn decision(&self) -> Decision {
        Decision {
            standing: self.standing,
            reject_media: self.reject_media,
            reject_reports: self.reject_reports,
            public_comment: self.public_comment.clone(),
            private_comment: String::new(),
            obfuscate: self.obfuscate,
        }
    }
}

/// Every rule about servers, in memory: one look for each label of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleBook(HashMap<Box<str>, HostStanding>);

impl RuleBook {
    /// Takes the rules over.
    pub fn new(rules: impl IntoIterator<Item = (String, HostStanding)>) -> Self {
        Self(rules.into_iter().map(|(name, standing)| (name.into_boxed_str(), standing)).collect())
    }

    /// What the nearest rule that covers a name says.
    pub fn standing_of(&self, host: &str) -> HostStanding {
        let mut name = host;
        loop {
            match self.0.get(name) {
                // An allowance holds for its own name alone.
                Some(HostStanding::Approved) if name.len() < host.len() => {}
                Some(standing) => return *standing,
                None => {}
            }
            match name.split_once('.') {
                Some((_, rest)) => name = rest,
                None => return HostStanding::Unknown,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rule_that_covers_a_name_holds() {
        let rules = [
            ("bad.example", HostStanding::Suspended),
            ("good.bad.example", HostStanding::Approved),
            ("loud.bad.example", HostStanding::Limited),
        ];
        let book = RuleBook::new(rules.map(|(name, standing)| (name.to_owned(), standing)));
        for (name, standing) in [
            ("bad.example", HostStanding::Suspended),
            ("a.b.bad.example", HostStanding::Suspended),
            ("good.bad.example", HostStanding::Approved),
            ("x.good.bad.example", HostStanding::Suspended),
            ("x.loud.bad.example", HostStanding::Limited),
            ("notbad.example", HostStanding::Unknown),
            ("example", HostStanding::Unknown),
            ("", HostStanding::Unknown),
        ] {
            assert_eq!(book.standing_of(name), standing, "{name}");
        }
    }
}
