//! A dated fact of the shared chronology: what happened, when, where, and who says so.

use diesel::prelude::{AsChangeset, Identifiable, Insertable, Queryable, Selectable};

use super::Refusal;
use super::contribution::{Contribution, State};
use super::date::Date;
use super::id::Id;
use super::question::{known_language, longest};
use super::uri::Uri;
use crate::text::{Html, Markdown};

/// The longest sentence that says what happened, in characters.
pub const LONGEST_TEXT: usize = 300;
/// The longest name of a place and the longest title of a source, in characters.
pub const LONGEST_NAME: usize = 200;
/// The most sources of one event.
pub const MOST_SOURCES: usize = 20;

/// An event before it is published: what an editor types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftEvent {
    /// What happened, in one sentence.
    pub text: String,
    /// When: `2022-01-05`, `2022-01`, `2022` or `2022-01-02/2022-01-19`.
    pub date: String,
    /// Where; may be blank.
    pub place: String,
    /// What else is known; may be blank.
    pub details: Markdown,
    /// Who says so: address and, behind it, title.
    pub sources: Vec<String>,
    /// BCP 47 tag of the text; blank for the site's first language.
    pub language: String,
}

/// What was accepted of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What happened.
    pub text: String,
    /// When.
    pub date: Date,
    /// Where.
    pub place: String,
    /// Who says so.
    pub sources: Vec<Source>,
}

/// Something that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub url: String,
}

impl Source {
    /// Reads an address with a title behind it; without one the address stands for it.
    pub fn read(line: &str) -> Result<Self, Refusal> {
        let (address, title) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        let unreadable = || {
            let why = format!("“{line}” does not begin with a web address; write the title behind it");
            Refusal::invalid("sources", why)
        };
        let url = Uri::parse(address).ok_or_else(unreadable)?.to_string();
        let title = title.trim();
        longest("sources", title, LONGEST_NAME)?;
        Ok(Self { title: if title.is_empty() { url.clone() } else { title.to_owned() }, url })
    }

    /// The line that [`Source::read`] reads.
    pub fn to_line(&self) -> String {
        if self.title == self.url { self.url.clone() } else { format!("{} {}", self.url, self.title) }
    }
}

impl DraftEvent {
    /// Accepts an event for publication.
    pub fn accept(&self) -> Result<Fact, Refusal> {
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Err(Refusal::invalid("text", "say what happened"));
        }
        longest("text", &text, LONGEST_TEXT)?;
        known_language(&self.language)?;
        longest("place", self.place.trim(), LONGEST_NAME)?;
        longest("details", self.details.as_str(), 20_000)?;
        let lines = self.sources.iter().filter(|line| !line.trim().is_empty());
        let sources = lines.map(|line| Source::read(line)).collect::<Result<Vec<_>, _>>()?;
        if sources.len() > MOST_SOURCES {
            let why = format!("an event has at most {MOST_SOURCES} sources");
            return Err(Refusal::invalid("sources", why));
        }
        let place = self.place.trim().to_owned();
        Ok(Fact { text, date: Date::parse(&self.date)?, place, sources })
    }
}

/// What an event has besides its head.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = crate::schema::events, primary_key(contribution_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Event {
    /// The head.
    pub contribution_id: Id<Contribution>,
    /// When, as it was written.
    pub date: String,
    /// The first day that can mean.
    pub first_day: String,
    /// The last day.
    pub last_day: String,
    /// Where; may be blank.
    pub place: String,
    /// Safe HTML: what else is known.
    pub details: String,
    /// Why it was changed or withdrawn.
    pub reason: Option<String>,
}

impl Event {
    /// When, in words that are no more exact than the date is.
    pub fn when(&self) -> String {
        Date::parse(&self.date).map_or_else(|_| self.date.clone(), |date| date.in_words())
    }

    /// How exact the date is.
    pub fn precision(&self) -> &'static str {
        Date::parse(&self.date).map_or("day", |date| date.precision().as_str())
    }
}

/// An event with its sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventView {
    /// The event's own fields.
    pub event: Event,
    /// Who says so.
    pub sources: Vec<Source>,
}

/// The parts of an event from elsewhere.
#[derive(Clone, Debug)]
pub struct ReceivedEvent {
    /// When.
    pub date: Date,
    /// Where.
    pub place: String,
    /// What else is known.
    pub details: Html,
    /// Who says so.
    pub sources: Vec<Source>,
    /// Whether it stands.
    pub state: State,
    /// Why it was changed or withdrawn.
    pub reason: Option<String>,
    /// Its version, from 1.
    pub revision: i32,
    /// Digest of the document.
    pub digest: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str, date: &str, sources: &[&str]) -> DraftEvent {
        DraftEvent {
            text: text.to_owned(),
            date: date.to_owned(),
            sources: sources.iter().map(|&line| line.to_owned()).collect(),
            ..DraftEvent::default()
        }
    }

    fn refused(draft: &DraftEvent) -> &'static str {
        match draft.accept() {
            Err(Refusal::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_fact_has_a_date_and_sources_that_can_be_found() {
        let lines = ["https://a.example/x Report, p. 4", "", "https://b.example/"];
        let fact = draft(" The government  resigns. ", "2022-01", &lines).accept().expect("accepted");
        assert_eq!((fact.text.as_str(), fact.sources.len()), ("The government resigns.", 2));
        assert_eq!(fact.sources[0].title, "Report, p. 4");
        assert_eq!(fact.sources[1].to_line(), "https://b.example/");
        assert_eq!(Source::read(&fact.sources[0].to_line()), Ok(fact.sources[0].clone()));
        assert_eq!(refused(&draft(" ", "2022", &[])), "text");
        assert_eq!(refused(&draft("x", "31.02.2022", &[])), "date");
        assert_eq!(refused(&draft("x", "2022", &["Report, p. 4"])), "sources");
        assert_eq!(refused(&draft(&"x".repeat(301), "2022", &[])), "text");
    }
}
