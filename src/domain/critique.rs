//! A reply with a meaning and a place: what somebody objects to, and where exactly it stands.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{AsChangeset, Identifiable, Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::Refusal;
use super::contribution::Contribution;
use super::id::Id;
use super::question::longest;
use super::sql::smallint_enum;
use crate::text::anchor::Quote;

/// The longest passage that a critique quotes, in characters.
pub const LONGEST_PASSAGE: usize = 1000;

/// What a critique means to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Intent {
    /// It says that something is wrong or does not follow.
    Objection,
    /// It agrees and adds to it.
    Support,
    /// It asks what is meant.
    Question,
    /// It corrects a fact.
    Correction,
    /// It brings evidence.
    Evidence,
}

smallint_enum!(Intent { Objection = 0, Support = 1, Question = 2, Correction = 3, Evidence = 4 });

impl Intent {
    /// Every one, in the order in which a form offers them.
    pub const ALL: [Self; 5] =
        [Self::Objection, Self::Support, Self::Question, Self::Correction, Self::Evidence];

    /// The word on the wire, in forms and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Objection => "objection",
            Self::Support => "support",
            Self::Question => "question",
            Self::Correction => "correction",
            Self::Evidence => "evidence",
        }
    }

    /// The intent that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|intent| intent.as_str() == word)
    }

    /// Whether it waits for an answer: what the register of unanswered objections lists.
    pub const fn asks_for_an_answer(self) -> bool {
        match self {
            Self::Objection | Self::Question | Self::Correction => true,
            Self::Support | Self::Evidence => false,
        }
    }
}

/// The passage that a critique is about, in a revision of its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The words and what stands around them.
    pub quote: Quote,
    /// The revision in which they were quoted, from 1.
    pub revision: i32,
    /// Digest of that revision; blank where nobody gave one.
    pub digest: String,
}

/// A critique before it is published: what a person marks beside the text they write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCritique {
    /// What it means to do.
    pub intent: Intent,
    /// The words it is about; blank for the whole.
    pub passage: String,
    /// What stands before them, where they occur more than once; may be blank.
    pub prefix: String,
    /// What stands after them; may be blank.
    pub suffix: String,
}

impl NewCritique {
    /// Finds the passage in the text of its target. Words that never stood there are refused.
    pub fn anchor(&self, target: &Contribution, text: &str, digest: &str) -> Result<Option<Anchor>, Refusal> {
        let passage = self.passage.split_whitespace().collect::<Vec<_>>().join(" ");
        if passage.is_empty() {
            return Ok(None);
        }
        longest("passage", &passage, LONGEST_PASSAGE)?;
        let missing = || {
            let why = "these words do not stand in the text; copy them exactly, or leave the field blank";
            Refusal::invalid("passage", why)
        };
        let quote = Quote::find(text, &passage, &self.prefix, &self.suffix).ok_or_else(missing)?;
        let marked = !self.prefix.is_empty() || !self.suffix.is_empty();
        if !marked && text.matches(&quote.exact).nth(1).is_some() {
            let why =
                "these words stand in the text more than once: copy a few more of those before or after them";
            return Err(Refusal::invalid("passage", why));
        }
        Ok(Some(Anchor { quote, revision: target.revision, digest: digest.to_owned() }))
    }
}

/// Whether the passage of a critique still stands where it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Hold {
    /// It is about the whole, not about a passage; or about one that nobody has seen here yet.
    #[default]
    Whole,
    /// It stands in the current text.
    Placed,
    /// The text changed and no longer has it: it refers to the version in which it was quoted.
    Historic,
}

smallint_enum!(Hold { Whole = 0, Placed = 1, Historic = 2 });

/// What a critique has besides its head.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = crate::schema::critiques, primary_key(contribution_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Critique {
    /// The head.
    pub contribution_id: Id<Contribution>,
    /// What it means to do.
    pub intent: Intent,
    /// Whether its passage still stands.
    pub hold: Hold,
    /// The words it quotes; blank where it quotes none.
    pub exact: String,
    /// What stood before them.
    pub prefix: String,
    /// What stood after them.
    pub suffix: String,
    /// Where they start in the current text, in Unicode scalar values; where they stood at first
    /// when it no longer has them.
    pub start: i32,
    /// Where they end.
    pub end: i32,
    /// The revision in which they were quoted; 0 for the whole.
    pub revision: i32,
    /// Digest of that revision; may be blank.
    pub digest: String,
}

impl Critique {
    /// The words it is about, as far as they stand or stood in its target; `None` where it is about
    /// the whole.
    pub fn passage(&self) -> Option<&str> {
        (self.hold != Hold::Whole).then_some(self.exact.as_str())
    }

    /// The passage as it was quoted.
    pub fn anchor(&self) -> Option<Anchor> {
        let place = |value: i32| usize::try_from(value).unwrap_or_default();
        (!self.exact.is_empty()).then(|| Anchor {
            quote: Quote {
                exact: self.exact.clone(),
                prefix: self.prefix.clone(),
                suffix: self.suffix.clone(),
                start: place(self.start),
                end: place(self.end),
            },
            revision: self.revision,
            digest: self.digest.clone(),
        })
    }
}

/// The parts of a critique from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedCritique {
    /// What it means to do.
    pub intent: Intent,
    /// The passage it is about.
    pub anchor: Option<Anchor>,
}
