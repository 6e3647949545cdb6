//! Which contributions of others wait for a moderator, whoever wrote them: by their words, their links, by
//! authors that are new here, and by how many come at once.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;
use url::Url;

use super::counting::counted;
use super::host_rule::is_below;
use super::id::Id;
use super::sql::smallint_enum;
use super::user::User;
use crate::clock::Timestamp;
use crate::text::plain;

/// The longest pattern, in characters.
const LONGEST: usize = 200;
/// The most contributions that a rate can name.
const MOST: i32 = 10_000;
/// The most minutes: a day.
const MOST_MINUTES: i32 = 24 * 60;

/// A rule, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::content_rules, treat_none_as_default_value = false)]
pub struct ContentRule {
    /// Our key.
    pub id: Id<ContentRule>,
    /// What it looks at.
    pub kind: RuleKind,
    /// A word or words, or the name of a server; blank for the other kinds.
    pub pattern: String,
    /// How many.
    pub number: i32,
    /// Within how many minutes.
    pub minutes: i32,
    /// Who made it; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// When.
    pub created_at: Timestamp,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum RuleKind {
    /// The words of a text.
    Words,
    /// Where its links lead.
    Link,
    /// How many links it has.
    Links,
    /// Whether anything of its author was shown before.
    FirstTime,
    /// How much an author sends.
    AuthorRate,
    /// How much a server sends.
    HostRate,
}

smallint_enum!(RuleKind {
    Words = 0,
    Link = 1,
    Links = 2,
    FirstTime = 3,
    AuthorRate = 4,
    HostRate = 5,
});

impl RuleKind {
    /// Every kind, in the order in which a form shows them.
    pub const ALL: [Self; 6] =
        [Self::Words, Self::Link, Self::Links, Self::FirstTime, Self::AuthorRate, Self::HostRate];

    /// The word of forms, commands and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Link => "link",
            Self::Links => "links",
            Self::FirstTime => "first-time",
            Self::AuthorRate => "author-rate",
            Self::HostRate => "host-rate",
        }
    }

    /// Whether it looks at a text alone, and not at what came before.
    pub const fn is_about_texts(self) -> bool {
        match self {
            Self::Words | Self::Link | Self::Links => true,
            Self::FirstTime | Self::AuthorRate | Self::HostRate => false,
        }
    }

    /// The kind that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A rule as somebody types it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRule {
    /// What it looks at.
    pub kind: RuleKind,
    /// A word or words, or the name of a server.
    pub pattern: String,
    /// How many.
    pub number: i32,
    /// Within how many minutes.
    pub minutes: i32,
}

/// A text as rules look at it.
#[derive(Clone, Debug)]
pub struct Text {
    words: String,
    hosts: Vec<String>,
}

impl Text {
    /// Prepares a text: its words without any form, and the addresses of its links.
    pub fn new(words: &str, links: &[String]) -> Self {
        let host = |link: &String| Url::parse(link).ok()?.host_str().map(str::to_owned);
        Self { words: plain::folded(words), hosts: links.iter().filter_map(host).collect() }
    }
}

impl NewRule {
    /// Tidies it; or the first thing that is wrong with it, and its field.
    pub fn accept(&mut self) -> Result<(), (&'static str, String)> {
        self.pattern = plain::folded(&self.pattern);
        if self.kind == RuleKind::Link {
            let typed = self.pattern.split_once("://").map_or(self.pattern.as_str(), |(_, rest)| rest);
            self.pattern = typed.split('/').next().unwrap_or_default().trim_start_matches("www.").to_owned();
        }
        if let Some(first) = self.mistakes().into_iter().next() {
            return Err(first);
        }
        let (named, counted, timed) = self.needs();
        if !named {
            self.pattern.clear();
        }
        self.number = if counted { self.number } else { 0 };
        self.minutes = if timed { self.minutes } else { 0 };
        Ok(())
    }

    /// Everything that is wrong with it, each with its field.
    pub fn mistakes(&self) -> Vec<(&'static str, String)> {
        let (named, counted, timed) = self.needs();
        let mut mistakes = Vec::new();
        if named && self.pattern.trim_matches(['*', ' ']).chars().count() < 2 {
            let why = "takes at least two letters: less would hold nearly everything";
            mistakes.push(("pattern", why.to_owned()));
        }
        if self.pattern.chars().count() > LONGEST {
            mistakes.push(("pattern", format!("has at most {LONGEST} characters")));
        }
        if counted && !(1..=MOST).contains(&self.number) {
            mistakes.push(("number", format!("is a number from 1 to {MOST}")));
        }
        if timed && !(1..=MOST_MINUTES).contains(&self.minutes) {
            mistakes.push(("minutes", format!("is a number from 1 to {MOST_MINUTES}")));
        }
        mistakes
    }

    /// Whether its kind looks at the pattern, the number and the minutes.
    const fn needs(&self) -> (bool, bool, bool) {
        match self.kind {
            RuleKind::Words | RuleKind::Link => (true, false, false),
            RuleKind::Links => (false, true, false),
            RuleKind::FirstTime => (false, false, false),
            RuleKind::AuthorRate | RuleKind::HostRate => (false, true, true),
        }
    }

    /// What it holds, as a sentence.
    pub fn sentence(&self) -> String {
        match self.kind {
            RuleKind::Words => format!("Texts with “{}”", self.pattern),
            RuleKind::Link => format!("Texts with a link to {} or below", self.pattern),
            RuleKind::Links => format!("Texts with more than {}", counted(i64::from(self.number), "link")),
            RuleKind::FirstTime => "The first text of an author nobody here follows".to_owned(),
            RuleKind::AuthorRate => format!("What an author sends beyond {}", self.rate()),
            RuleKind::HostRate => format!("What a server sends beyond {}", self.rate()),
        }
    }

    /// How much in how long.
    fn rate(&self) -> String {
        let minutes = counted(i64::from(self.minutes), "minute");
        format!("{} in {minutes}", counted(i64::from(self.number), "text"))
    }

    /// Whether a text is held for what it says; the other kinds look at its author or its server.
    pub fn fits(&self, text: &Text) -> bool {
        match self.kind {
            RuleKind::Words => has_words(&text.words, &self.pattern),
            RuleKind::Link => {
                text.hosts.iter().any(|host| *host == self.pattern || is_below(host, &self.pattern))
            }
            RuleKind::Links => i32::try_from(text.hosts.len()).unwrap_or(i32::MAX) > self.number,
            RuleKind::FirstTime | RuleKind::AuthorRate | RuleKind::HostRate => false,
        }
    }
}

impl ContentRule {
    /// The rule without who made it and when.
    pub fn typed(&self) -> NewRule {
        NewRule { kind: self.kind, pattern: self.pattern.clone(), number: self.number, minutes: self.minutes }
    }
}

/// Whether a text has these words as whole words; a `*` at an end lets the word go on there.
fn has_words(text: &str, pattern: &str) -> bool {
    let bare = pattern.trim_matches('*');
    if bare.is_empty() {
        return false;
    }
    let ends = |beside: Option<char>, open: bool| open || !beside.is_some_and(char::is_alphanumeric);
    text.match_indices(bare).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|text| text.chars().next());
        ends(before, pattern.starts_with('*')) && ends(after, pattern.ends_with('*'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: RuleKind, pattern: &str, number: i32) -> NewRule {
        NewRule { kind, pattern: pattern.to_owned(), number, minutes: 10 }
    }

    #[test]
    fn words_are_whole_words_unless_a_star_says_otherwise() {
        let text = Text::new("Buy CHEAP watches, now!", &[]);
        for (pattern, held) in [
            ("cheap", true),
            ("cheap watches", true),
            ("heap", false),
            ("*heap", true),
            ("watch", false),
            ("watch*", true),
        ] {
            assert_eq!(rule(RuleKind::Words, pattern, 0).fits(&text), held, "{pattern}");
        }
    }

    #[test]
    fn words_are_found_whatever_is_hidden_in_them() {
        for said in ["che\u{200b}ap", "CHE\u{ad}AP", "ｃｈｅａｐ", "ch\u{200d}e\u{fe0f}ap", "che\u{202e}ap"]
        {
            let mut typed = rule(RuleKind::Words, "Che\u{2060}ap", 0);
            typed.accept().unwrap();
            assert!(typed.fits(&Text::new(said, &[])), "{said:?}");
        }
    }

    #[test]
    fn links_are_held_by_where_they_lead_and_by_their_number() {
        let links = ["https://a.bad.example/x".to_owned(), "https://good.example".to_owned()];
        let text = Text::new("two links", &links);
        assert!(rule(RuleKind::Link, "bad.example", 0).fits(&text));
        assert!(!rule(RuleKind::Link, "ad.example", 0).fits(&text));
        assert!(rule(RuleKind::Links, "", 1).fits(&text) && !rule(RuleKind::Links, "", 2).fits(&text));
    }

    #[test]
    fn what_would_hold_everything_is_refused() {
        for pattern in ["", "*", "a", " * "] {
            assert!(rule(RuleKind::Words, pattern, 0).accept().is_err(), "{pattern}");
        }
        let wrong = NewRule { minutes: 0, ..rule(RuleKind::HostRate, "", 0) }.mistakes();
        assert_eq!(wrong.iter().map(|(field, _)| *field).collect::<Vec<_>>(), ["number", "minutes"]);
        let mut link = rule(RuleKind::Link, "https://WWW.Bad.example/offer", 3);
        link.accept().unwrap();
        assert_eq!((link.pattern.as_str(), link.number), ("bad.example", 0));
    }
}
