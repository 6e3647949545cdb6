//! Lists of rules about servers that somebody took in, and what was decided about each name before.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::counting::counted;
use super::host::HostStanding;
use super::host_rule::{Decision, HostRule};
use super::id::Id;
use super::user::User;
use crate::clock::Timestamp;

/// A list that was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::taken_lists, treat_none_as_default_value = false)]
pub struct TakenList {
    /// Our key.
    pub id: Id<TakenList>,
    /// Who took it in; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// What admins call it.
    pub title: String,
    /// How many rules came of it.
    pub rules: i32,
    /// Whether everybody can read that it was taken in.
    pub shown: bool,
    /// When it was taken in.
    pub created_at: Timestamp,
    /// When it was taken back.
    pub taken_back_at: Option<Timestamp>,
}

/// A rule that came of such a list.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::taken_rules, treat_none_as_default_value = false)]
pub struct TakenRule {
    /// Of which list.
    pub list_id: Id<TakenList>,
    /// About which name.
    pub name: String,
    /// How the server stood by the rule before; `None` where there was none.
    pub standing: Option<HostStanding>,
    /// Whether that rule rejected files.
    pub reject_media: bool,
    /// Whether it rejected reports.
    pub reject_reports: bool,
    /// The reason that everybody could read.
    pub public_comment: String,
    /// Whether the public list showed the name only in part.
    pub obfuscate: bool,
    /// Whether somebody decided about the name since then.
    pub changed: bool,
}

impl TakenRule {
    /// A rule that takes the place of what was decided before.
    pub fn new(list: Id<TakenList>, name: &str, before: Option<&Decision>) -> Self {
        let old = before.cloned().unwrap_or_default();
        Self {
            list_id: list,
            name: name.to_owned(),
            standing: before.map(|before| before.standing),
            reject_media: old.reject_media,
            reject_reports: old.reject_reports,
            public_comment: old.public_comment,
            obfuscate: old.obfuscate,
            changed: false,
        }
    }

    /// What was decided before. The reason for those who decide is no list's: it is the one of now.
    pub fn before(&self, now: &HostRule) -> Option<Decision> {
        self.standing.map(|standing| Decision {
            standing,
            reject_media: self.reject_media,
            reject_reports: self.reject_reports,
            public_comment: self.public_comment.clone(),
            private_comment: now.private_comment.clone(),
            obfuscate: self.obfuscate,
        })
    }
}

/// How many servers each standing concerns, the strictest first.
pub fn numbers(standings: impl IntoIterator<Item = HostStanding>) -> Vec<(HostStanding, usize)> {
    let mut numbers = [
        (HostStanding::Suspended, 0_usize),
        (HostStanding::Limited, 0),
        (HostStanding::Unknown, 0),
        (HostStanding::Approved, 0),
    ];
    for standing in standings {
        for (of, count) in &mut numbers {
            *count = count.saturating_add(usize::from(*of == standing));
        }
    }
    numbers.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// The same in words: "12 suspended, 3 limited".
pub fn in_words(numbers: &[(HostStanding, usize)]) -> String {
    let word = |standing| match standing {
        HostStanding::Suspended => "suspended",
        HostStanding::Limited => "limited",
        HostStanding::Unknown => "with rejected files or reports",
        HostStanding::Approved => "let in",
    };
    let words: Vec<String> =
        numbers.iter().map(|(standing, count)| format!("{count} {}", word(*standing))).collect();
    words.join(", ")
}

/// How many contributions and relations come back with a rule, in a sentence.
pub fn given_back((texts, relations): (i64, i64)) -> String {
    format!(
        "Kept aside by these rules, and given back as far as no other rule is in the way: {} and {}.",
        counted(texts, "contribution"),
        counted(relations, "relation"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_list_decides_is_said_in_numbers() {
        let of =
            [HostStanding::Limited, HostStanding::Suspended, HostStanding::Suspended, HostStanding::Unknown];
        let numbers = numbers(of);
        assert_eq!(in_words(&numbers), "2 suspended, 1 limited, 1 with rejected files or reports");
        assert_eq!(in_words(&[]), "");
    }
}
