//! An organization's answer to a question; not knowing yet is one.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{AsChangeset, Identifiable, Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::account::Account;
use super::contribution::{Contribution, State};
use super::date;
use super::id::Id;
use super::question::{AnswerKey, LONGEST_ANSWER, Qid, known_language, longest};
use super::sql::smallint_enum;
use super::uri::{Addresses, Uri};
use crate::text::{Html, Markdown};

/// The most theses that one position cites.
pub const MOST_THESES: usize = 30;
/// The most that one version names as what convinced its author.
pub const MOST_CONVINCING: usize = 8;

/// How sure an organization is of its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Certainty {
    /// It has decided.
    #[default]
    Decided,
    /// It answers for now.
    Provisional,
    /// It does not know yet, and says so.
    Undecided,
    /// It will not answer, and says why.
    Declines,
    /// It holds that the question is asked wrongly.
    RejectsFraming,
}

smallint_enum!(Certainty {
    Decided = 0,
    Provisional = 1,
    Undecided = 2,
    Declines = 3,
    RejectsFraming = 4,
});

impl Certainty {
    /// Every one, in the order in which a form offers them.
    pub const ALL: [Self; 5] =
        [Self::Decided, Self::Provisional, Self::Undecided, Self::Declines, Self::RejectsFraming];

    /// The word on the wire, in forms and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Provisional => "provisional",
            Self::Undecided => "undecided",
            Self::Declines => "declines",
            Self::RejectsFraming => "rejects-framing",
        }
    }

    /// The one that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|certainty| certainty.as_str() == word)
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Provisional => "for now",
            Self::Undecided => "undecided",
            Self::Declines => "declines to answer",
            Self::RejectsFraming => "rejects the framing",
        }
    }

    /// Whether it comes with an answer. The others form groups of their own.
    pub const fn answers(self) -> bool {
        match self {
            Self::Decided | Self::Provisional => true,
            Self::Undecided | Self::Declines | Self::RejectsFraming => false,
        }
    }
}

/// A position before it is published: what an editor types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftPosition {
    /// The short answer; blank where there is none.
    pub answer: String,
    /// How sure: the word of [`Certainty`].
    pub certainty: String,
    /// Why.
    pub reasoning: Markdown,
    /// Under which conditions it holds.
    pub conditions: Markdown,
    /// What we do not know.
    pub limits: Markdown,
    /// Evidence and sources.
    pub evidence: Markdown,
    /// Address of the statement that sets it out; blank where there is none.
    pub statement: String,
    /// Addresses of the theses it rests on.
    pub theses: Vec<String>,
    /// Who adopted it; may be blank.
    pub adopted_body: String,
    /// When, as a date `2022-01-05`; may be blank.
    pub adopted_on: String,
    /// BCP 47 tag of the text; blank for the site's first language.
    pub language: String,
    /// The addresses of what convinced us to change it; none for a first one. They are no reason for the next
    /// change and so are not kept with the draft.
    #[serde(skip)]
    pub convinced_by: Vec<String>,
}

/// What was accepted of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The short answer; blank where there is none.
    pub answer: String,
    /// What makes equal answers equal; `None` without an answer.
    pub answer_key: Option<AnswerKey>,
    /// How sure.
    pub certainty: Certainty,
    /// The statement that sets it out.
    pub statement: Option<Uri>,
    /// The theses it rests on.
    pub theses: Vec<Uri>,
    /// Who adopted it.
    pub adopted_body: String,
    /// When: a date, or blank.
    pub adopted_on: String,
    /// What convinced who changed its mind.
    pub convinced_by: Addresses,
}

impl Stand {
    /// Accepts answer and certainty, the same for a form, an app and the wire. `reasons` says
    /// whether any reasoning comes with it.
    pub fn accept(mut self, reasons: bool) -> Result<Self, Refusal> {
        if let Some(first) = self.refusals(reasons).into_iter().next() {
            return Err(first);
        }
        self.answer = tidy(&self.answer);
        // Without an answer the words are a remark, and no group of the map.
        let key = self.answer_key.take().unwrap_or_else(|| AnswerKey::of(&self.answer));
        self.answer_key = self.certainty.answers().then_some(key);
        Ok(self)
    }

    fn refusals(&self, reasons: bool) -> Vec<Refusal> {
        let answer = tidy(&self.answer);
        let mut wrong: Vec<Refusal> = Vec::new();
        wrong.extend(longest("answer", &answer, LONGEST_ANSWER).err());
        wrong.extend(longest("adopted_body", &self.adopted_body, 200).err());
        if self.certainty.answers() && answer.is_empty() {
            let why = "give the answer in a few words, or say that you are undecided";
            wrong.push(Refusal::invalid("answer", why));
        }
        if matches!(self.certainty, Certainty::Declines | Certainty::RejectsFraming) && !reasons {
            let why = "say why: readers see it beside the answers of others";
            wrong.push(Refusal::invalid("reasoning", why));
        }
        if self.theses.len() > MOST_THESES {
            let why = format!("a position cites at most {MOST_THESES} theses");
            wrong.push(Refusal::invalid("theses", why));
        }
        if !self.adopted_on.is_empty() && date::Day::parse(&self.adopted_on).is_none() {
            let why = format!("“{}” is no date such as 2022-01-05", self.adopted_on);
            wrong.push(Refusal::invalid("adopted_on", why));
        }
        wrong
    }
}

fn tidy(answer: &str) -> String {
    answer.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl DraftPosition {
    /// Accepts a position for publication.
    pub fn accept(&self) -> Result<Stand, Refusal> {
        match self.refusals().into_iter().next() {
            Some(first) => Err(first),
            None => self.stand(self.certainty()?).accept(!self.reasoning.is_blank()),
        }
    }

    /// Everything that is wrong with it at once, for somebody who waits at a form.
    pub fn refusals(&self) -> Vec<Refusal> {
        let texts = [
            ("reasoning", &self.reasoning),
            ("conditions", &self.conditions),
            ("limits", &self.limits),
            ("evidence", &self.evidence),
        ];
        let mut wrong: Vec<Refusal> = Vec::new();
        wrong.extend(texts.iter().filter_map(|(field, text)| longest(field, text.as_str(), 20_000).err()));
        wrong.extend(known_language(&self.language).err());
        wrong.extend(address("statement", &self.statement).err());
        wrong.extend(cited("theses", &self.theses).err());
        wrong.extend(convincing(&self.convinced_by).err());
        match self.certainty() {
            Err(unknown) => wrong.push(unknown),
            Ok(certainty) => {
                if certainty == Certainty::Undecided && self.reasoning.is_blank() && self.limits.is_blank() {
                    let why = "say what you lack, or what would decide it: “we do not know yet” is an answer, and has reasons";
                    wrong.push(Refusal::invalid("reasoning", why));
                }
                wrong.extend(self.stand(certainty).refusals(!self.reasoning.is_blank()));
            }
        }
        wrong
    }

    fn certainty(&self) -> Result<Certainty, Refusal> {
        let unknown = || Refusal::invalid("certainty", format!("“{}” is no certainty", self.certainty));
        Certainty::parse(&self.certainty).ok_or_else(unknown)
    }

    /// What was typed, without the addresses that cannot be read.
    fn stand(&self, certainty: Certainty) -> Stand {
        Stand {
            answer: self.answer.clone(),
            answer_key: None,
            certainty,
            statement: address("statement", &self.statement).unwrap_or_default(),
            theses: cited("theses", &self.theses).unwrap_or_default(),
            adopted_body: self.adopted_body.trim().to_owned(),
            adopted_on: self.adopted_on.trim().to_owned(),
            convinced_by: convincing(&self.convinced_by).unwrap_or_default(),
        }
    }
}

/// What is named as what convinced an organization, as far as it can be told without looking it up.
pub fn convincing(named: &[String]) -> Result<Addresses, Refusal> {
    let named = cited("convinced_by", named)?;
    if named.len() > MOST_CONVINCING {
        let why = format!("names {}, at most {MOST_CONVINCING} are allowed", named.len());
        return Err(Refusal::invalid("convinced_by", why));
    }
    Ok(named.into_iter().collect())
}

fn cited(field: &'static str, named: &[String]) -> Result<Vec<Uri>, Refusal> {
    let mut cited = Vec::new();
    for one in named {
        let uri = address(field, one)?;
        cited.extend(uri.filter(|uri| !cited.contains(uri)));
    }
    Ok(cited)
}

fn address(field: &'static str, text: &str) -> Result<Option<Uri>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let unreadable = || Refusal::invalid(field, format!("“{text}” is no web address"));
    Uri::parse(text).map(Some).ok_or_else(unreadable)
}

/// Whether this site shows a position on its map. Elsewhere others decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Listing {
    /// It is on the map.
    #[default]
    Listed,
    /// It waits for an editor.
    Waiting,
    /// It is kept, and not on the map.
    Unlisted,
}

smallint_enum!(Listing { Listed = 0, Waiting = 1, Unlisted = 2 });

/// Whose positions this site lists by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum ListingPolicy {
    /// Everyone's, as far as the federation mode lets them in.
    #[default]
    Open,
    /// Those of organizations that ours follows.
    Followed,
    /// Nobody's: an editor decides each time.
    Manual,
    /// Those of organizations on a list that admins keep.
    Chosen,
}

smallint_enum!(ListingPolicy { Open = 0, Followed = 1, Manual = 2, Chosen = 3 });

impl ListingPolicy {
    /// Every one, in the order in which a form offers them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Followed, Self::Chosen, Self::Manual];

    /// The word in forms and settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Followed => "followed",
            Self::Manual => "manual",
            Self::Chosen => "chosen",
        }
    }

    /// The one that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == word)
    }
}

/// What a position has besides its head.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = crate::schema::positions, primary_key(contribution_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Position {
    /// The head.
    pub contribution_id: Id<Contribution>,
    /// Whose: one position per organization and question.
    pub account_id: Id<Account>,
    /// On which question.
    pub qid: Qid,
    /// The short answer; blank where there is none.
    pub answer: String,
    /// What makes equal answers equal; `None` without an answer.
    pub answer_key: Option<AnswerKey>,
    /// How sure.
    pub certainty: Certainty,
    /// Safe HTML: why.
    pub reasoning: String,
    /// Safe HTML: under which conditions it holds.
    pub conditions: String,
    /// Safe HTML: what is not known.
    pub limits: String,
    /// Safe HTML: evidence and sources.
    pub evidence: String,
    /// The statement that sets it out.
    pub statement_uri: Option<Uri>,
    /// Who adopted it.
    pub adopted_body: String,
    /// When: a date, or blank.
    pub adopted_on: String,
    /// What changed and why, from revision 2 on.
    pub reason: Option<String>,
    /// Digest of the revision before, as its owner names it.
    pub previous: Option<String>,
    /// Digest of the signed document of this revision.
    pub digest: String,
    /// Whether this site shows it on its map.
    pub listing: Listing,
    /// Whether its owner gave different texts out as the same revision.
    pub equivocal: bool,
    /// What the editor typed, as JSON of [`DraftPosition`]; `None` for those of others.
    pub draft: Option<String>,
    /// Whether it follows a version that is not here.
    pub gap: bool,
    /// What convinced its owner, from revision 2 on.
    pub convinced_by: Addresses,
}

/// A position with what hangs on it.
#[derive(Clone, Debug)]
pub struct PositionView {
    /// The position's own fields.
    pub position: Position,
    /// The theses it rests on.
    pub theses: Vec<Uri>,
    /// A copy of the question, the answering organization's own where we have it.
    pub question: Option<Box<Contribution>>,
    /// Copies of the question that are known here.
    pub copies: Vec<Uri>,
}

/// The parts of a position from elsewhere.
#[derive(Clone, Debug)]
pub struct ReceivedPosition {
    /// On which question.
    pub qid: Qid,
    /// Answer, certainty and what it rests on.
    pub stand: Stand,
    /// Why.
    pub reasoning: Html,
    /// Under which conditions it holds.
    pub conditions: Html,
    /// What is not known.
    pub limits: Html,
    /// Evidence and sources.
    pub evidence: Html,
    /// Whether it stands.
    pub state: State,
    /// What changed and why.
    pub reason: Option<String>,
    /// Its version, from 1.
    pub revision: i32,
    /// Digest of the version before.
    pub previous: Option<String>,
    /// Digest of the document.
    pub digest: String,
    /// Copies of the question that its owner knows.
    pub copies: Vec<Uri>,
    /// Whether it named a day that no calendar has, which was left out.
    pub misdated: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(certainty: &str, answer: &str, reasoning: &str) -> DraftPosition {
        DraftPosition {
            certainty: certainty.to_owned(),
            answer: answer.to_owned(),
            reasoning: Markdown::new(reasoning),
            ..DraftPosition::default()
        }
    }

    fn refused(draft: &DraftPosition) -> &'static str {
        match draft.accept() {
            Err(Refusal::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn undecided_is_a_full_position() {
        let stand = draft("undecided", "", "We lack reports.").accept().expect("accepted");
        assert_eq!((stand.certainty, stand.answer_key), (Certainty::Undecided, None));
        let stand = draft("decided", " Yes,  partly ", "").accept().expect("accepted");
        assert_eq!(stand.answer, "Yes, partly");
        assert_eq!(stand.answer_key, Some(AnswerKey::of("yes, partly")));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(refused(&draft("decided", " ", "because")), "answer");
        assert_eq!(refused(&draft("declines", "", " ")), "reasoning");
        assert_eq!(refused(&draft("rejects-framing", "", "")), "reasoning");
        assert_eq!(refused(&draft("undecided", "", " ")), "reasoning");
        assert_eq!(refused(&draft("maybe", "x", "")), "certainty");
        assert_eq!(refused(&draft("decided", &"x".repeat(141), "")), "answer");
        let dated = DraftPosition { adopted_on: "31.02.2022".to_owned(), ..draft("undecided", "", "why") };
        assert_eq!(refused(&dated), "adopted_on");
        let cites = DraftPosition { theses: vec!["thesis 3".to_owned()], ..draft("undecided", "", "why") };
        assert_eq!(refused(&cites), "theses");
    }
}
