//! A statement: the document of record, made of numbered theses.

use crate::text::Markdown;

/// A statement before it is published: what an editor types or an importer finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Title, plain text.
    pub title: String,
    /// Language of the text, a BCP 47 tag such as `en`.
    pub language: String,
    /// What short-form clients show: plain text, 200 to 480 characters.
    pub announcement: String,
    /// Text before the first thesis.
    pub introduction: Markdown,
    /// The theses in the order of reading.
    pub theses: Vec<DraftThesis>,
    /// Text after the last thesis, open questions included.
    pub closing: Markdown,
}

/// One thesis of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftThesis {
    /// The permanent key (`k1`) of a thesis that was published before; `None` for a new one.
    pub key: Option<String>,
    /// The number people see: `2`, `2.1`.
    pub number: String,
    /// What the thesis is.
    pub kind: ThesisKind,
    /// One or two sentences that can be quoted alone; plain text.
    pub head: String,
    /// The explanation.
    pub body: Markdown,
    /// Limits of our knowledge, said openly; may be blank.
    pub limits: Markdown,
    /// Evidence and sources; may be blank.
    pub evidence: Markdown,
}

/// What kind of sentence a thesis is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThesisKind {
    /// How we judge something.
    #[default]
    Assessment,
    /// What we demand.
    Demand,
    /// What we call for.
    Call,
    /// What we did wrong.
    SelfCriticism,
    /// What we mean by a word.
    Definition,
}

impl ThesisKind {
    /// Every kind, in the order in which a form offers them.
    pub const ALL: [Self; 5] =
        [Self::Assessment, Self::Demand, Self::Call, Self::SelfCriticism, Self::Definition];

    /// The word used in Markdown, JSON and URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assessment => "assessment",
            Self::Demand => "demand",
            Self::Call => "call",
            Self::SelfCriticism => "self-criticism",
            Self::Definition => "definition",
        }
    }

    /// The kind that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
