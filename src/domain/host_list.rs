//! Lists of rules about servers that others keep and that this site follows, and the rules of this site as
//! they are held against every request.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use diesel::prelude::{Insertable, Queryable, Selectable};

use super::host::HostStanding;
use super::host_rule::{Decision, LONGEST_COMMENT};
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
    /// How many rules it had at most lately.
    pub most: i32,
    /// When it had so many.
    pub most_at: Option<Timestamp>,
    /// The digest of what was not believed when it was read last.
    pub doubted: Option<String>,
    /// The digest of what somebody said is right although it was not believed.
    pub believed: Option<String>,
}

impl HostList {
    /// The words that stand beside a rule that came from this list: strangers' reasons are for those who
    /// decide, and never ours in public.
    pub fn comment(&self, reason: &str) -> String {
        let said = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        format!("list {}{said}", self.title).chars().take(LONGEST_COMMENT).collect()
    }
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
    /// Whether somebody decides about it first, although the list takes effect without asking.
    pub waits: bool,
}

impl ListEntry {
    /// What a row of a list says.
    pub fn new(list: Id<HostList>, name: &str, said: &Decision) -> Self {
        Self {
            list_id: list,
            name: name.to_owned(),
            standing: said.standing,
            reject_media: said.reject_media,
            reject_reports: said.reject_reports,
            public_comment: said.public_comment.clone(),
            obfuscate: said.obfuscate,
            waits: false,
        }
    }

    /// The entry as a decision of ours.
    pub fn decision(&self, list: &HostList) -> Decision {
        Decision {
            standing: self.standing,
            reject_media: self.reject_media,
            reject_reports: self.reject_reports,
            public_comment: String::new(),
            private_comment: list.comment(&self.public_comment),
            obfuscate: self.obfuscate,
        }
    }

    /// Whether it keeps out more than what the list said before.
    pub fn is_stricter(&self, before: Option<&Self>) -> bool {
        let (standing, media, reports) = before.map_or((HostStanding::Unknown, false, false), |before| {
            (before.standing, before.reject_media, before.reject_reports)
        });
        self.standing > standing || (self.reject_media && !media) || (self.reject_reports && !reports)
    }
}

/// What was noted about a name of which a list said something.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::listed_rules)]
pub struct ListedRule {
    /// The name.
    pub name: String,
    /// The list from which the rule came.
    pub list_id: Option<Id<HostList>>,
    /// Whether nobody wants to be asked about it again.
    pub refused: bool,
}

/// What a list says and somebody has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListDraft {
    /// About which name.
    pub name: String,
    /// Which list.
    pub list: Id<HostList>,
    /// What would hold.
    pub decision: Decision,
    /// What holds instead.
    pub before: Option<Decision>,
}

impl ListDraft {
    /// Everything that whoever decides about them has seen, in one word: another word is another decision.
    pub fn digest(drafts: &[Self]) -> String {
        let mut text = String::new();
        for draft in drafts {
            let before = draft.before.as_ref().map(Decision::effect);
            let (before, after) = (before.unwrap_or_default(), draft.decision.effect());
            text.push_str(&format!("{} {} {before} > {after}\n", draft.list, draft.name));
        }
        HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref())
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
