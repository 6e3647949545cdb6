//! Who stands where on a question: rows, the groups they form, and how they stood on a day. Pages,
//! files and apps show what is worked out here, and none of it counts who has more behind it.

use super::account::Account;
use super::attribution::Attribution;
use super::contribution::{Contribution, State};
use super::external_statement::PublishedText;
use super::id::Id;
use super::position::{Certainty, Listing};
use super::question::{Answer, AnswerKey};
use super::trust::Trust;
use super::uri::Uri;
use crate::clock::Timestamp;

/// What an organization held in one version of its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The number of the version.
    pub revision: i32,
    /// Since when.
    pub at: Timestamp,
    /// Whether the position stood with it.
    pub state: State,
    /// The short answer; blank where there is none.
    pub answer: String,
    /// What makes equal answers equal; `None` without an answer.
    pub key: Option<AnswerKey>,
    /// How sure.
    pub certainty: Certainty,
    /// Language of the answer.
    pub language: String,
    /// Safe HTML: why.
    pub reasoning: String,
}

impl Held {
    /// Whether both say the same; the reasons may differ.
    fn says_as(&self, other: &Self) -> bool {
        self.state == other.state && self.column() == other.column()
    }

    /// The group it belongs to; a withdrawn position belongs to none.
    fn column(&self) -> Option<Column> {
        match self.state {
            State::Current => Some(Column::of(self.certainty, self.key.as_ref(), &self.answer)),
            State::Superseded | State::Retracted | State::Deleted | State::Held | State::Withheld => None,
        }
    }
}

/// A row: one organization, what it answers, and who says so.
#[derive(Clone, Debug)]
pub struct Row {
    /// Name of the organization.
    pub name: String,
    /// What it holds.
    pub held: Held,
    /// Since when it has given this answer, as a date of up to day precision: later versions that
    /// only change the reasons do not count.
    pub since: String,
    /// Who says so.
    pub source: Source,
}

impl Row {
    /// The group it belongs to; a withdrawn position belongs to none.
    pub fn column(&self) -> Option<Column> {
        self.held.column()
    }

    /// The position behind it, where the organization gave it itself.
    pub fn declared(&self) -> Option<&Declared> {
        match &self.source {
            Source::Declared(declared) => Some(declared),
            Source::Attributed(_) => None,
        }
    }
}

/// Who says what a row says.
#[derive(Clone, Debug)]
pub enum Source {
    /// The organization itself, with its signature.
    Declared(Box<Declared>),
    /// This site, from a source.
    Attributed(Box<Attribution>),
}

/// A position that an organization gave itself.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its key here.
    pub position: Id<Contribution>,
    /// Its identity.
    pub uri: Uri,
    /// Its page at its origin.
    pub url: String,
    /// Whose it is.
    pub organization: Account,
    /// The number of its newest version.
    pub newest: i32,
    /// Whether this site shows it on its map.
    pub listing: Listing,
    /// Whether its owner gave out different texts as the same version.
    pub equivocal: bool,
    /// Whether it follows a version that is not here.
    pub gap: bool,
    /// How we know that it says what the organization said; `None` for ours.
    pub trust: Option<Trust>,
    /// Since when its server does not answer.
    pub unreachable_since: Option<Timestamp>,
    /// How many sites list it, of how many we compared with; `None` before any comparison.
    pub listed_by: Option<(u32, u32)>,
}

/// A position with its versions, as it is loaded.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The position.
    pub declared: Declared,
    /// What it held, oldest first; the last one is in force.
    pub held: Vec<Held>,
}

impl Entry {
    /// The row of this entry before `end`, or now; `None` where there was no version yet.
    fn row(mut self, end: Option<Timestamp>) -> Option<Row> {
        self.held.retain(|held| end.is_none_or(|end| held.at < end));
        self.held.sort_by_key(|held| held.revision);
        let held = self.held.pop()?;
        let same = self.held.iter().rev().take_while(|earlier| earlier.says_as(&held));
        let since = same.map(|earlier| earlier.at).last().unwrap_or(held.at).to_date();
        let name = self.declared.organization.title().to_owned();
        Some(Row { name, held, since, source: Source::Declared(Box::new(self.declared)) })
    }
}

impl From<Attribution> for Row {
    fn from(attribution: Attribution) -> Self {
        Self {
            name: attribution.name.clone(),
            held: Held {
                revision: 1,
                at: attribution.created_at,
                state: State::Current,
                answer: attribution.answer.clone(),
                key: attribution.answer_key.clone(),
                certainty: attribution.certainty,
                language: String::new(),
                reasoning: String::new(),
            },
            since: attribution.stated_on.clone(),
            source: Source::Attributed(Box::new(attribution)),
        }
    }
}

/// A group of the map.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Those who answer the same.
    Answer(AnswerKey),
    /// Those who do not know yet.
    Undecided,
    /// Those who will not answer.
    Declines,
    /// Those who hold that the question is asked wrongly.
    RejectsFraming,
}

impl Column {
    fn of(certainty: Certainty, key: Option<&AnswerKey>, answer: &str) -> Self {
        match certainty {
            Certainty::Decided | Certainty::Provisional => {
                Self::Answer(key.cloned().unwrap_or_else(|| AnswerKey::of(answer)))
            }
            Certainty::Undecided => Self::Undecided,
            Certainty::Declines => Self::Declines,
            Certainty::RejectsFraming => Self::RejectsFraming,
        }
    }

    /// The word in JSON and tables: the key of the answer, or what stands for none.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Answer(key) => key.as_str(),
            Self::Undecided => Certainty::Undecided.as_str(),
            Self::Declines => Certainty::Declines.as_str(),
            Self::RejectsFraming => Certainty::RejectsFraming.as_str(),
        }
    }
}

/// A group with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Which group.
    pub column: Column,
    /// The answer, or what stands for none.
    pub label: String,
    /// Whether the answer was proposed with the question.
    pub proposed: bool,
}

/// In which order rows stand. None of them is an order of merit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By the name of the organization.
    #[default]
    Name,
    /// By the day since which it answers so, the newest first.
    Date,
    /// By the language of its answer.
    Language,
}

impl Order {
    /// Every one, in the order in which a page offers them.
    pub const ALL: [Self; 3] = [Self::Name, Self::Date, Self::Language];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Date => "date",
            Self::Language => "language",
        }
    }

    /// The one that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.as_str() == word)
    }
}

/// The map of a question.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// The rows on the map, in their order.
    pub rows: Vec<Row>,
    /// Positions that wait for an editor or were taken off; for those who decide about them.
    pub unlisted: Vec<Row>,
    /// Texts of servers of other kinds, whose authors have not said which answer they give: in no
    /// group, and no positions.
    pub texts: Vec<PublishedText>,
    /// The groups: proposed answers as they were proposed, then other answers by their words, then
    /// those without an answer, which are always shown.
    pub groups: Vec<Group>,
}

impl Map {
    /// Makes the map of these positions and attributions. `end` is the first moment after the day
    /// that is looked at; `None` looks at now.
    pub fn new(
        entries: Vec<Entry>,
        attributions: Vec<Attribution>,
        proposed: &[Answer],
        end: Option<Timestamp>,
    ) -> Self {
        let declared = entries.into_iter().filter_map(|entry| entry.row(end));
        let listed = |row: &Row| row.declared().is_none_or(|declared| declared.listing == Listing::Listed);
        let (mut rows, unlisted): (Vec<Row>, Vec<Row>) = declared.partition(listed);
        // Until somebody entered it here, nobody here said it; after it was taken back, nobody does.
        let counts = |said: &Attribution| {
            end.map_or(said.withdrawn_at.is_none(), |end| {
                said.created_at < end && said.withdrawn_at.is_none_or(|at| at >= end)
            })
        };
        rows.extend(attributions.into_iter().filter(counts).map(Row::from));
        let groups = groups(&rows, proposed);
        let mut map = Self { rows, unlisted, texts: Vec::new(), groups };
        map.sort(Order::Name);
        map
    }

    /// The map with those of these texts that it shows, or showed before `end`.
    pub fn with_texts(mut self, texts: Vec<PublishedText>, end: Option<Timestamp>) -> Self {
        self.texts.extend(texts.into_iter().filter(|text| text.statement.is_listed(end)));
        self.sort(Order::Name);
        self
    }

    /// Puts the rows in this order; equal ones stay in the order of their names.
    pub fn sort(&mut self, order: Order) {
        self.texts.sort_by_cached_key(|text| (text.author.title().to_lowercase(), text.head.id));
        match order {
            Order::Name => {}
            Order::Date => self.texts.sort_by_key(|text| std::cmp::Reverse(text.head.published_at)),
            Order::Language => self.texts.sort_by(|a, b| a.head.language.cmp(&b.head.language)),
        }
        for rows in [&mut self.rows, &mut self.unlisted] {
            rows.sort_by_cached_key(|row| (row.name.to_lowercase(), row.name.clone()));
            match order {
                Order::Name => {}
                Order::Date => rows.sort_by(|a, b| b.since.cmp(&a.since)),
                Order::Language => rows.sort_by(|a, b| a.held.language.cmp(&b.held.language)),
            }
        }
    }

    /// The rows of a group, in the order of the map.
    pub fn members<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(|row| row.column().as_ref() == Some(&group.column))
    }
}

fn groups(rows: &[Row], proposed: &[Answer]) -> Vec<Group> {
    let group = |answer: &Answer| Group {
        column: Column::Answer(answer.key.clone()),
        label: answer.text.clone(),
        proposed: true,
    };
    let mut groups: Vec<Group> = proposed.iter().map(group).collect();
    let mut own: Vec<Group> = Vec::new();
    for row in rows {
        let Some(column @ Column::Answer(_)) = row.column() else { continue };
        if !groups.iter().chain(&own).any(|group| group.column == column) {
            own.push(Group { column, label: row.held.answer.clone(), proposed: false });
        }
    }
    own.sort_by_cached_key(|group| group.label.to_lowercase());
    groups.append(&mut own);
    for (column, certainty) in [
        (Column::Undecided, Certainty::Undecided),
        (Column::Declines, Certainty::Declines),
        (Column::RejectsFraming, Certainty::RejectsFraming),
    ] {
        groups.push(Group { column, label: certainty.label().to_owned(), proposed: false });
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::date::Day;
    use crate::domain::question::Qid;
    use crate::domain::user::User;

    const DAY: i64 = 24 * 3600 * 1000;

    fn held(revision: i32, day: i64, certainty: Certainty, answer: &str) -> Held {
        Held {
            revision,
            at: Timestamp(day * DAY),
            state: State::Current,
            answer: answer.to_owned(),
            key: certainty.answers().then(|| AnswerKey::of(answer)),
            certainty,
            language: "en".to_owned(),
            reasoning: String::new(),
        }
    }

    fn attribution(name: &str, answer: &str, day: i64) -> Attribution {
        Attribution {
            id: Id::<Attribution>::new(1),
            qid: Qid::parse("bciqe5nkrypm7nvmn2mytk4esx7n67k47ikc72feya5dtzjdv72bcjqi").expect("a qid"),
            name: name.to_owned(),
            answer: answer.to_owned(),
            answer_key: Some(AnswerKey::of(answer)),
            certainty: Certainty::Decided,
            stated_on: "1969".to_owned(),
            quotation: String::new(),
            source_title: String::new(),
            source_url: String::new(),
            user_id: Id::<User>::new(1),
            created_at: Timestamp(day * DAY),
            withdrawn_at: None,
        }
    }

    #[test]
    fn groups_stand_as_proposed_and_those_without_an_answer_are_always_there() {
        let proposed = ["No", "Yes"].map(|text| Answer { key: AnswerKey::of(text), text: text.to_owned() });
        let attributions = vec![attribution("Weavers", "yes", 1), attribution("bakers", "In part", 1)];
        let map = Map::new(Vec::new(), attributions, &proposed, None);
        let labels: Vec<&str> = map.groups.iter().map(|group| group.label.as_str()).collect();
        assert_eq!(
            labels,
            ["No", "Yes", "In part", "undecided", "declines to answer", "rejects the framing"]
        );
        let names: Vec<&str> = map.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["bakers", "Weavers"], "letter case does not order names");
        let sizes: Vec<usize> = map.groups.iter().map(|group| map.members(group).count()).collect();
        assert_eq!(sizes, [0, 1, 1, 0, 0, 0]);
    }

    #[test]
    fn a_day_shows_what_was_there_then() {
        let end = Day::parse("1970-01-05").and_then(Day::end);
        assert_eq!(end, Some(Timestamp(5 * DAY)));
        let early = attribution("Weavers", "yes", 4);
        let withdrawn = Attribution { withdrawn_at: Some(Timestamp(7 * DAY)), ..early.clone() };
        let late = attribution("Bakers", "yes", 5);
        let at =
            |attributions: Vec<Attribution>, end| Map::new(Vec::new(), attributions, &[], end).rows.len();
        assert_eq!(at(vec![early, late.clone()], end), 1);
        assert_eq!((at(vec![withdrawn.clone()], end), at(vec![withdrawn], None)), (1, 0));
        assert_eq!(at(vec![late], None), 1);
    }

    #[test]
    fn a_new_reason_is_no_new_answer() {
        let first = held(1, 1, Certainty::Decided, "Yes");
        assert!(first.says_as(&held(2, 9, Certainty::Provisional, " yes ")), "the same group");
        assert!(!first.says_as(&held(2, 9, Certainty::Undecided, "Yes")));
        let gone = Held { state: State::Retracted, ..held(3, 9, Certainty::Decided, "Yes") };
        assert_eq!((first.says_as(&gone), gone.column()), (false, None));
    }
}
