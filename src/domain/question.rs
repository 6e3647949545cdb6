//! An open question without an owner: who asks it mints its core, everyone may carry a copy.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE32_NOPAD;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{AsChangeset, Identifiable, Insertable, Queryable, Selectable};
use diesel::sql_types::{SmallInt, Text};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::Refusal;
pub use super::answer::{Answer, AnswerKey};
use super::contribution::{Contribution, State};
use super::id::Id;
use super::sql::{newtype_column, smallint_enum};
use super::uri::Uri;
use crate::clock::Timestamp;
use crate::text::language::Language;
use crate::text::{Html, Markdown};

/// The longest text of a question, in characters.
pub const LONGEST_TEXT: usize = 500;
/// The longest proposed answer and the longest short answer of a position, in characters.
pub const LONGEST_ANSWER: usize = 140;
/// The most answers proposed with a question.
pub const MOST_ANSWERS: usize = 12;
/// The most relations that one site asserts for one question.
pub const MOST_TIES: usize = 20;

/// The name of a question everywhere: a hash of its core, so that nobody can own it or change it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Qid(String);

newtype_column!(Qid, String, Text);

impl Qid {
    /// Reads a qid: `b`, and 34 bytes in lower-case base32 (a SHA-256 multihash).
    pub fn parse(text: &str) -> Option<Self> {
        let encoded =
            text.strip_prefix('b').filter(|rest| !rest.contains(|c: char| c.is_ascii_uppercase()))?;
        let bytes = BASE32_NOPAD.decode(encoded.to_ascii_uppercase().as_bytes()).ok()?;
        (bytes.len() == 34 && bytes.starts_with(&[0x12, 0x20])).then(|| Self(text.to_owned()))
    }

    /// The question of which an address is a copy, or on which it is a position: sites of our kind have
    /// both below `/q/`.
    pub fn in_address(uri: &Uri) -> Option<Self> {
        let path = uri.as_str().strip_prefix(uri.origin())?.strip_prefix("/q/")?;
        Self::parse(path.split(['/', '?', '#']).next()?)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hashtag by which other software finds the question. 40 bits: never an identity.
    pub fn hashtag(&self) -> String {
        let end = self.0.len().saturating_sub(8);
        format!("q_{}", self.0.get(end..).unwrap_or_default())
    }
}

impl std::fmt::Display for Qid {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// What is asked, when, by whom: the part of a question that never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Core {
    /// The moment, as RFC 3339 in whole seconds of UTC.
    asked: String,
    /// The organization that asks: a claim until its signature is checked.
    #[serde(rename = "askedBy")]
    asked_by: String,
    /// BCP 47 tag of the text.
    lang: String,
    /// The question, NFC, trimmed.
    text: String,
    /// Version of this form.
    v: u8,
}

impl Core {
    /// The core of a new question.
    pub fn new(text: &str, language: &str, asked_by: &Uri, now: Timestamp) -> Result<Self, Refusal> {
        let core = Self {
            asked: Timestamp(now.seconds().saturating_mul(1000)).to_rfc3339(),
            asked_by: asked_by.to_string(),
            lang: language.to_owned(),
            text: text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect(),
            v: 1,
        };
        core.check()
    }

    /// Reads a core from its text.
    pub fn parse(text: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        Self::read(&value).ok()
    }

    /// Reads a core as another server gives it; nothing is repaired, because it is hashed.
    pub fn read(value: &serde_json::Value) -> Result<Self, Refusal> {
        let unreadable = |error: serde_json::Error| Refusal::invalid("plenum:core", error.to_string());
        Self::deserialize(value).map_err(unreadable)?.check()
    }

    fn check(self) -> Result<Self, Refusal> {
        let length = self.text.chars().count();
        if self.text.trim().is_empty() {
            return Err(Refusal::invalid("text", "say what is asked"));
        }
        if length > LONGEST_TEXT {
            let why = format!("has {length} characters, at most {LONGEST_TEXT} are allowed");
            return Err(Refusal::invalid("text", why));
        }
        if self.text.trim() != self.text || self.text.nfc().ne(self.text.chars()) {
            return Err(Refusal::invalid("text", "is not trimmed and in normal form C"));
        }
        if Language::parse(&self.lang).is_none() {
            return Err(Refusal::invalid("language", "is no language tag such as `en`"));
        }
        if self.v != 1 {
            return Err(Refusal::invalid("v", "only version 1 of a question is known"));
        }
        let exact = Timestamp::parse(&self.asked).filter(|at| at.to_rfc3339() == self.asked);
        if exact.is_none() || Uri::parse(&self.asked_by).is_none_or(|uri| uri.as_str() != self.asked_by) {
            return Err(Refusal::invalid("asked", "the moment or the asker is not in canonical form"));
        }
        Ok(self)
    }

    /// The name that follows from this core.
    pub fn qid(&self) -> Result<Qid, Refusal> {
        let canonical = serde_json_canonicalizer::to_vec(self);
        let canonical = canonical.map_err(|error| Refusal::invalid("plenum:core", error.to_string()))?;
        let mut multihash = vec![0x12, 0x20];
        multihash.extend_from_slice(digest(&SHA256, &canonical).as_ref());
        Ok(Qid(format!("b{}", BASE32_NOPAD.encode(&multihash).to_ascii_lowercase())))
    }

    /// What is asked.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The language of the text.
    pub fn language(&self) -> &str {
        &self.lang
    }

    /// Who says to have asked.
    pub fn asked_by(&self) -> Option<Uri> {
        Uri::parse(&self.asked_by)
    }

    /// When.
    pub fn asked_at(&self) -> Timestamp {
        Timestamp::parse(&self.asked).unwrap_or(Timestamp(0))
    }

    /// As JSON, for a row or a document.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "asked": self.asked, "askedBy": self.asked_by, "lang": self.lang, "text": self.text, "v": self.v,
        })
    }
}

/// How a question is tied to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum TieKind {
    /// It is one part of the other.
    PartOf,
    /// It can be answered only when the other is.
    DependsOn,
    /// It is the general case of the other.
    Generalizes,
    /// Both together show an alternative.
    Contrasts,
    /// Both ask the same, in the eyes of who says so.
    SameQuestion,
    /// It asks anew, in other words, what the other asked.
    Supersedes,
}

smallint_enum!(TieKind {
    PartOf = 0,
    DependsOn = 1,
    Generalizes = 2,
    Contrasts = 3,
    SameQuestion = 4,
    Supersedes = 5,
});

impl TieKind {
    /// Every kind, in the order in which a form offers them.
    pub const ALL: [Self; 6] = [
        Self::PartOf,
        Self::DependsOn,
        Self::Generalizes,
        Self::Contrasts,
        Self::SameQuestion,
        Self::Supersedes,
    ];

    /// The word on the wire, in forms and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PartOf => "part-of",
            Self::DependsOn => "depends-on",
            Self::Generalizes => "generalizes",
            Self::Contrasts => "contrasts",
            Self::SameQuestion => "same-question",
            Self::Supersedes => "supersedes",
        }
    }

    /// The kind that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether a chain of it back to its start makes no sense.
    pub const fn is_ordered(self) -> bool {
        match self {
            Self::PartOf | Self::DependsOn | Self::Generalizes | Self::Supersedes => true,
            Self::Contrasts | Self::SameQuestion => false,
        }
    }
}

/// A tie to another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Which kind.
    pub kind: TieKind,
    /// To which question.
    pub target: Qid,
}

/// What an organization says around a question: its own copy of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftQuestion {
    /// The question in this site's own words, beside the original; may be blank.
    pub wording: String,
    /// Why it is asked, and what to know.
    pub background: Markdown,
    /// The place or field it is about; blank where it is general.
    pub scope: String,
    /// The answers proposed, in their order.
    pub answers: Vec<String>,
    /// Its ties to others: kind and qid.
    pub relations: Vec<(String, String)>,
    /// Who is asked to contribute and what is missing; may be blank.
    pub call: Markdown,
}

impl DraftQuestion {
    /// Accepts what a form or an app says about a question; returns its answers and ties.
    pub fn accept(&self, qid: &Qid) -> Result<(Vec<Answer>, Vec<Tie>), Refusal> {
        longest("wording", &self.wording, LONGEST_TEXT)?;
        longest("scope", &self.scope, 100)?;
        longest("background", self.background.as_str(), 20_000)?;
        longest("call", self.call.as_str(), 5000)?;
        let written = self.answers.iter().map(|answer| answer.trim()).filter(|answer| !answer.is_empty());
        let answers = written.map(|text| Answer { key: AnswerKey::of(text), text: text.to_owned() });
        Ok((accept_answers(answers)?, self.ties(qid)?))
    }

    fn ties(&self, qid: &Qid) -> Result<Vec<Tie>, Refusal> {
        if self.relations.len() > MOST_TIES {
            let why = format!("a question has at most {MOST_TIES} relations");
            return Err(Refusal::invalid("relations", why));
        }
        let mut ties = Vec::new();
        for (kind, target) in &self.relations {
            let unknown = || Refusal::invalid("relations", format!("“{kind}” is no kind of relation"));
            let nameless = || Refusal::invalid("relations", format!("“{target}” is no question"));
            let kind = TieKind::parse(kind).ok_or_else(unknown)?;
            let tie = Tie { kind, target: Qid::parse(target).ok_or_else(nameless)? };
            if tie.target == *qid {
                return Err(Refusal::invalid("relations", "a question is not tied to itself"));
            }
            if !ties.contains(&tie) {
                ties.push(tie);
            }
        }
        Ok(ties)
    }
}

/// Accepts proposed answers, from a form as from the wire.
pub fn accept_answers(proposed: impl Iterator<Item = Answer>) -> Result<Vec<Answer>, Refusal> {
    let mut answers: Vec<Answer> = Vec::new();
    for answer in proposed {
        longest("answers", &answer.text, LONGEST_ANSWER)?;
        if !answers.iter().any(|other| other.key == answer.key) {
            answers.push(answer);
        }
    }
    if answers.len() > MOST_ANSWERS {
        return Err(Refusal::invalid("answers", format!("at most {MOST_ANSWERS} answers are proposed")));
    }
    Ok(answers)
}

/// Refuses what is no language tag; blank stands for the usual language.
pub(super) fn known_language(tag: &str) -> Result<(), Refusal> {
    let tag = tag.trim();
    if tag.is_empty() || Language::parse(tag).is_some() {
        return Ok(());
    }
    Err(Refusal::invalid("language", format!("“{tag}” is no language tag such as `en`")))
}

pub(super) fn longest(field: &'static str, text: &str, most: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length <= most {
        return Ok(());
    }
    Err(Refusal::invalid(field, format!("has {length} characters, at most {most} are allowed")))
}

/// Whether a tie would lead back to where it starts, by ties of its own kind that are there already.
pub fn closes_a_circle(known: &[(Qid, TieKind, Qid)], from: &Qid, tie: &Tie) -> bool {
    let mut seen: Vec<&Qid> = Vec::new();
    let mut ahead = vec![&tie.target];
    while let Some(next) = ahead.pop() {
        if next == from {
            return tie.kind.is_ordered();
        }
        if !seen.contains(&next) {
            seen.push(next);
            let onward = known.iter().filter(|(start, kind, _)| start == next && *kind == tie.kind);
            ahead.extend(onward.map(|(_, _, end)| end));
        }
    }
    false
}

/// What a copy of a question has besides its head.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = crate::schema::questions, primary_key(contribution_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Question {
    /// The head.
    pub contribution_id: Id<Contribution>,
    /// The question's name.
    pub qid: Qid,
    /// The last part of its address here.
    pub slug: String,
    /// The core as JSON text.
    pub core: String,
    /// Who says to have asked.
    pub asked_by: Uri,
    /// When.
    pub asked_at: Timestamp,
    /// The question in the site's own words; blank where it has none.
    pub wording: String,
    /// Safe HTML: why it is asked.
    pub background: String,
    /// The place or field it is about; blank where it is general.
    pub scope: String,
    /// Safe HTML: who is asked to contribute.
    pub call: String,
    /// The asker's own copy, where this one was adopted.
    pub original_uri: Option<Uri>,
    /// The asker's signed document, word for word, once it was checked.
    pub original: Option<String>,
    /// What the editor typed, as JSON of [`DraftQuestion`]; `None` for copies of others.
    pub draft: Option<String>,
    /// Why its last revision was made.
    pub reason: Option<String>,
}

/// The parts of a copy of a question from elsewhere.
#[derive(Clone, Debug)]
pub struct ReceivedQuestion {
    /// The question's name, computed from the core.
    pub qid: Qid,
    /// The core.
    pub core: Core,
    /// The question in the copy's own words.
    pub wording: String,
    /// Why it is asked.
    pub background: Html,
    /// What it is about.
    pub scope: String,
    /// Who is asked to contribute.
    pub call: Html,
    /// The answers proposed.
    pub answers: Vec<Answer>,
    /// Its ties to others, as the copy's owner sees them.
    pub ties: Vec<Tie>,
    /// Other copies that its owner knows.
    pub copies: Vec<Uri>,
    /// Whether it stands.
    pub state: State,
    /// Why it was changed or withdrawn.
    pub reason: Option<String>,
    /// Its version, from 1.
    pub revision: i32,
    /// Digest of the document.
    pub digest: String,
}

/// A copy of a question with what hangs on it.
#[derive(Clone, Debug)]
pub struct QuestionView {
    /// The copy's own fields.
    pub question: Question,
    /// The answers proposed.
    pub answers: Vec<Answer>,
    /// Its ties to others.
    pub ties: Vec<Tie>,
    /// Other copies we know, the asker's first.
    pub copies: Vec<Uri>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn core() -> serde_json::Value {
        serde_json::json!({
            "asked": "2026-11-02T09:00:00Z",
            "askedBy": "https://redbloc.example/actors/org",
            "lang": "en",
            "text": "What is the role of state X in conflict Y?",
            "v": 1,
        })
    }

    #[test]
    fn the_published_vector() {
        let qid = Core::read(&core()).expect("a core").qid().expect("a qid");
        assert_eq!(qid.as_str(), "bciqe5nkrypm7nvmn2mytk4esx7n67k47ikc72feya5dtzjdv72bcjqi");
        assert_eq!(qid.hashtag(), "q_v72bcjqi");
        assert_eq!(Qid::parse(qid.as_str()), Some(qid));
    }

    #[test]
    fn a_core_is_taken_as_it_is_or_not_at_all() {
        let changed = |name: &str, value: serde_json::Value| {
            let mut core = core();
            core[name] = value;
            Core::read(&core)
        };
        assert!(changed("text", " What? ".into()).is_err());
        assert!(changed("text", "e\u{301}".into()).is_err());
        assert!(changed("text", "x".repeat(501).into()).is_err());
        assert!(changed("asked", "2026-02-31T09:00:00Z".into()).is_err());
        assert!(changed("asked", "2026-11-02T10:00:00+01:00".into()).is_err());
        assert!(changed("askedBy", "https://REDBLOC.example/actors/org".into()).is_err());
        assert!(changed("lang", "not a tag".into()).is_err());
        assert!(changed("v", 2.into()).is_err());
        assert!(changed("more", 1.into()).is_err());
        assert_eq!(Qid::parse("bciqe5nkrypm7nvmn2mytk4esx7n67k47ikc72feya5dtzjdv72bcjq"), None);
        assert_eq!(Qid::parse("../etc"), None);
    }

    #[test]
    fn a_draft_names_what_is_wrong() {
        let qid = Core::read(&core()).and_then(|core| core.qid()).expect("a qid");
        let refused = |draft: DraftQuestion| match draft.accept(&qid) {
            Err(Refusal::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        let tie = |kind: &str, target: &str| DraftQuestion {
            relations: vec![(kind.to_owned(), target.to_owned())],
            ..DraftQuestion::default()
        };
        assert_eq!(refused(tie("part-of", qid.as_str())), "relations");
        assert_eq!(refused(tie("beside", qid.as_str())), "relations");
        assert_eq!(refused(tie("part-of", "x")), "relations");
        let long = DraftQuestion { answers: vec!["x".repeat(141)], ..DraftQuestion::default() };
        assert_eq!(refused(long), "answers");
        let twice =
            DraftQuestion { answers: vec!["Yes".into(), "yes ".into(), " ".into()], ..Default::default() };
        assert_eq!(twice.accept(&qid).expect("accepted").0.len(), 1);
    }
}
