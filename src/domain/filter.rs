//! Filters: what an account does not want to read, by words or by contribution.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{AsChangeset, Queryable, Selectable};
use diesel::sql_types::{Integer, SmallInt};

use super::account::Account;
use super::contribution::Contribution;
use super::id::Id;
use super::sql::{newtype_column, smallint_enum};
use crate::clock::Timestamp;

/// A filter with its words and contributions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Its own row.
    pub row: FilterRow,
    /// Its words.
    pub keywords: Vec<Keyword>,
    /// Single contributions.
    pub contributions: Vec<Filtered>,
}

/// The head of a filter.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::filters)]
pub struct FilterRow {
    /// Our key.
    pub id: Id<Filter>,
    /// Whose it is.
    pub account_id: Id<Account>,
    /// What the owner calls it.
    pub title: String,
    /// Where it applies.
    pub contexts: Contexts,
    /// What happens.
    pub action: FilterAction,
    /// Until when; `None` for ever.
    pub expires_at: Option<Timestamp>,
}

/// What the owner may change about a filter.
#[derive(Clone, Debug, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = crate::schema::filters, treat_none_as_null = true)]
pub struct FilterChange {
    /// What the owner calls it.
    pub title: String,
    /// Where it applies.
    pub contexts: Contexts,
    /// What happens.
    pub action: FilterAction,
    /// Until when; `None` for ever.
    pub expires_at: Option<Timestamp>,
}

/// A word or phrase of a filter.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::filter_keywords)]
pub struct Keyword {
    /// Our key.
    pub id: Id<Keyword>,
    /// Its filter.
    pub filter_id: Id<Filter>,
    /// The phrase.
    pub keyword: String,
    /// Whether it counts only between the ends of words.
    pub whole_word: bool,
}

/// A single contribution of a filter.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::filter_contributions)]
pub struct Filtered {
    /// Our key.
    pub id: Id<Filtered>,
    /// Its filter.
    pub filter_id: Id<Filter>,
    /// The contribution.
    pub contribution_id: Id<Contribution>,
}

/// What happens with what a filter matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum FilterAction {
    /// It is shown behind a warning.
    #[default]
    Warn,
    /// It is not shown.
    Hide,
    /// Its media is blurred.
    Blur,
}

smallint_enum!(FilterAction { Warn = 0, Hide = 1, Blur = 2 });

impl FilterAction {
    /// Every action.
    pub const ALL: [Self; 3] = [Self::Warn, Self::Hide, Self::Blur];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Hide => "hide",
            Self::Blur => "blur",
        }
    }

    /// The action that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }
}

/// A filter as a file from another server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Its head.
    pub change: FilterChange,
    /// Its words, each with whether it counts only between the ends of words.
    pub words: Vec<(String, bool)>,
    /// The addresses of its single contributions.
    pub contributions: Vec<String>,
}

/// A place where a filter may apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// The home timeline and lists.
    Home,
    /// Notifications.
    Notifications,
    /// Public timelines and searches.
    Public,
    /// Threads.
    Thread,
    /// The page of an account.
    Account,
}

impl Context {
    /// Every place.
    pub const ALL: [Self; 5] = [Self::Home, Self::Notifications, Self::Public, Self::Thread, Self::Account];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Notifications => "notifications",
            Self::Public => "public",
            Self::Thread => "thread",
            Self::Account => "account",
        }
    }

    /// The place that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.as_str() == word)
    }

    const fn bit(self) -> i32 {
        match self {
            Self::Home => 1,
            Self::Notifications => 2,
            Self::Public => 4,
            Self::Thread => 8,
            Self::Account => 16,
        }
    }
}

/// A set of places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Integer)]
pub struct Contexts(i32);

newtype_column!(Contexts, i32, Integer);

impl Contexts {
    /// The set of these places.
    pub fn of(contexts: &[Context]) -> Self {
        Self(contexts.iter().fold(0, |set, context| set | context.bit()))
    }

    /// Whether the place is in the set.
    pub const fn has(self, context: Context) -> bool {
        self.0 & context.bit() != 0
    }

    /// The places.
    pub fn list(self) -> Vec<Context> {
        Context::ALL.into_iter().filter(|context| self.has(*context)).collect()
    }
}

impl Filter {
    /// Whether it is still in force at this moment.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.row.expires_at.is_none_or(|at| at > now)
    }

    /// The phrases of this filter that stand in a text, which is lower case already.
    pub fn matches(&self, folded: &str) -> Vec<&str> {
        let found = self.keywords.iter().filter(|keyword| keyword.stands_in(folded));
        found.map(|keyword| keyword.keyword.as_str()).collect()
    }

    /// Whether this contribution was put on the filter by itself.
    pub fn lists(&self, id: Id<Contribution>) -> bool {
        self.contributions.iter().any(|listed| listed.contribution_id == id)
    }
}

impl Keyword {
    /// Whether the phrase stands in a lower-case text. The end of a word counts only where the
    /// phrase itself ends in a letter, so that `#tag` and `:-(` work.
    pub fn stands_in(&self, folded: &str) -> bool {
        let phrase = self.keyword.trim().to_lowercase();
        if phrase.is_empty() {
            return false;
        }
        let inner = |c: char| c.is_alphanumeric() || c == '_';
        let opens = self.whole_word && phrase.starts_with(inner);
        let closes = self.whole_word && phrase.ends_with(inner);
        folded.match_indices(&phrase).any(|(at, found)| {
            let (before, rest) = folded.split_at(at);
            let after = rest.strip_prefix(found).unwrap_or_default();
            !(opens && before.ends_with(inner) || closes && after.starts_with(inner))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyword(text: &str, whole_word: bool) -> Keyword {
        Keyword { id: Id::new(1), filter_id: Id::new(1), keyword: text.to_owned(), whole_word }
    }

    #[test]
    fn whole_words_end_where_words_end() {
        assert!(keyword("Rent", true).stands_in("the rent is due"));
        assert!(!keyword("rent", true).stands_in("parents, current"));
        assert!(keyword("rent", true).stands_in("parents pay rent."));
        assert!(keyword("rent", false).stands_in("parents"));
        assert!(keyword("#rent", true).stands_in("no #rent"));
        assert!(!keyword("#rent", true).stands_in("no #rental"));
        assert!(keyword("ärger", true).stands_in("nur ärger!"));
        assert!(!keyword("  ", false).stands_in("anything"));
    }

    #[test]
    fn contexts_are_a_set() {
        let contexts = Contexts::of(&[Context::Thread, Context::Home, Context::Home]);
        assert_eq!(contexts.list(), [Context::Home, Context::Thread]);
    }
}
