//! A text of a server of another kind that belongs to a question. Its author has not said here which
//! answer it gives, so it stands beside the positions and never among them.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::account::Account;
use super::contribution::Contribution;
use super::id::Id;
use super::position::Listing;
use super::question::Qid;
use crate::clock::Timestamp;

/// What is said of the answer in JSON and tables: nothing.
pub const STANCE: &str = "unstated";

/// What is known about a text and a question.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::external_statements, treat_none_as_default_value = false)]
pub struct ExternalStatement {
    /// The text.
    pub contribution_id: Id<Contribution>,
    /// The question.
    pub qid: Qid,
    /// Whether it waits for a moderator, is on the map, or was refused or taken off.
    pub listing: Listing,
    /// When it was found.
    pub created_at: Timestamp,
    /// When a moderator put it on the map.
    pub listed_at: Option<Timestamp>,
    /// When one took it off again.
    pub withdrawn_at: Option<Timestamp>,
}

impl ExternalStatement {
    /// Whether the map shows it now, or showed it before `end`.
    pub fn is_listed(&self, end: Option<Timestamp>) -> bool {
        match end {
            None => self.listing == Listing::Listed,
            Some(end) => {
                self.listed_at.is_some_and(|at| at < end) && self.withdrawn_at.is_none_or(|at| at >= end)
            }
        }
    }
}

/// Such a text with what its row needs.
#[derive(Clone, Debug)]
pub struct PublishedText {
    /// What is known about it and the question.
    pub statement: ExternalStatement,
    /// The text.
    pub head: Contribution,
    /// Who wrote it.
    pub author: Account,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_shows_what_was_listed_then() {
        let qid = Qid::parse("bciqe5nkrypm7nvmn2mytk4esx7n67k47ikc72feya5dtzjdv72bcjqi").expect("a qid");
        let waiting = ExternalStatement {
            contribution_id: Id::new(1),
            qid,
            listing: Listing::Waiting,
            created_at: Timestamp(1),
            listed_at: None,
            withdrawn_at: None,
        };
        let at = Some(Timestamp(10));
        assert!(!waiting.is_listed(None) && !waiting.is_listed(at));
        let listed =
            ExternalStatement { listing: Listing::Listed, listed_at: Some(Timestamp(10)), ..waiting };
        assert!(listed.is_listed(None) && !listed.is_listed(at) && listed.is_listed(Some(Timestamp(11))));
        let gone =
            ExternalStatement { listing: Listing::Unlisted, withdrawn_at: Some(Timestamp(20)), ..listed };
        assert!(!gone.is_listed(None) && gone.is_listed(Some(Timestamp(20))));
        assert!(!gone.is_listed(Some(Timestamp(21))));
    }
}
