//! A statement: the document of record, made of numbered theses.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::Refusal;
use super::account::Account;
use super::contribution::Contribution;
use super::event::Source;
use super::id::Id;
use super::question::{Qid, Question};
use super::sql::smallint_enum;
use super::uri::{Addresses, Uri};
use crate::text::Markdown;

/// The most questions that one statement names.
pub const MOST_QUESTIONS: usize = 10;
/// Theses in one statement, at most.
pub const MOST_THESES: usize = 200;
/// The most sources of one statement.
pub const MOST_SOURCES: usize = 50;
/// The most organizations that sign one statement.
pub const MOST_SIGNATORIES: usize = 50;

/// What a statement refers to besides its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// The questions that it answers or raises.
    pub questions: Vec<Qid>,
    /// What it rests on.
    pub sources: Vec<Source>,
    /// Who signs it besides its author, by their identities.
    pub signatories: Vec<Uri>,
}

/// What a statement refers to, as far as it is here.
#[derive(Clone, Debug, Default)]
pub struct ReferencesView {
    /// The questions.
    pub questions: Vec<NamedQuestion>,
    /// What it rests on.
    pub sources: Vec<Source>,
    /// Who signs it, in the words of its author.
    pub signatories: Vec<Signatory>,
}

/// A question that a statement names.
#[derive(Clone, Debug)]
pub struct NamedQuestion {
    /// Its name.
    pub qid: Qid,
    /// A copy of it that the viewer may see; ours where there is one.
    pub copy: Option<Box<(Contribution, Question)>>,
}

/// Somebody whom the author of a statement names as signing it.
#[derive(Clone, Debug)]
pub struct Signatory {
    /// The identity.
    pub uri: Uri,
    /// The account, where it is known here.
    pub account: Option<Account>,
    /// Whether it handed the statement on under its own name, which the author cannot do for it.
    pub confirmed: bool,
}

impl References {
    /// Each thing once, and not more of them than there may be.
    pub fn accept(mut self) -> Result<Self, Refusal> {
        distinct(&mut self.questions);
        distinct(&mut self.sources);
        distinct(&mut self.signatories);
        at_most("questions", self.questions.len(), MOST_QUESTIONS)?;
        at_most("sources", self.sources.len(), MOST_SOURCES)?;
        at_most("signatories", self.signatories.len(), MOST_SIGNATORIES)?;
        Ok(self)
    }

    /// The hashtags by which other software finds the questions.
    pub fn hashtags(&self) -> Vec<String> {
        self.questions.iter().map(Qid::hashtag).collect()
    }
}

impl ReferencesView {
    /// Whether a statement refers to nothing.
    pub const fn is_empty(&self) -> bool {
        self.questions.is_empty() && self.sources.is_empty() && self.signatories.is_empty()
    }
}

fn distinct<T: PartialEq>(all: &mut Vec<T>) {
    let mut once: Vec<T> = Vec::with_capacity(all.len());
    for one in all.drain(..) {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    *all = once;
}

fn at_most(field: &'static str, count: usize, most: usize) -> Result<(), Refusal> {
    if count <= most {
        return Ok(());
    }
    Err(Refusal::invalid(field, format!("names {count}, at most {most} are allowed")))
}

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
    /// What it refers to.
    pub references: References,
    /// What convinced its author to change it; of a revision only.
    pub convinced_by: Addresses,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
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

smallint_enum!(ThesisKind {
    Assessment = 0,
    Demand = 1,
    Call = 2,
    SelfCriticism = 3,
    Definition = 4,
});

/// What a statement has besides its head.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::statements)]
pub struct Statement {
    /// The head.
    pub contribution_id: Id<Contribution>,
    /// The last part of its address here: words of the title; decimal id for foreign statements.
    pub slug: String,
    /// Safe HTML before the first thesis.
    pub introduction: String,
    /// Safe HTML after the last thesis.
    pub closing: String,
    /// Why it was revised, superseded or retracted.
    pub reason: Option<String>,
    /// The statement that takes its place.
    pub superseded_by: Option<Uri>,
    /// `sha256-` digest of the signed document of this revision.
    pub digest: String,
    /// What convinced its author to change it.
    pub convinced_by: Addresses,
}

/// What a thesis has besides its head.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::theses)]
pub struct Thesis {
    /// The head.
    pub contribution_id: Id<Contribution>,
    /// The statement it belongs to.
    pub statement_id: Id<Contribution>,
    /// Permanent key within the statement: `k1`.
    pub key: String,
    /// The number people see.
    pub number: String,
    /// Place in the order of reading, from 1.
    pub rank: i32,
    /// What the thesis is.
    pub kind: ThesisKind,
    /// One or two sentences that can be quoted alone; plain text.
    pub head: String,
    /// Safe HTML of the explanation.
    pub body: String,
    /// Safe HTML about the limits of our knowledge.
    pub limits: String,
    /// Safe HTML of evidence and sources.
    pub evidence: String,
    /// Whether the current revision still contains it.
    pub withdrawn: bool,
}

impl Draft {
    /// Accepts a statement for publication, the same for a form, an importer and the wire.
    ///
    /// Fills in missing thesis keys and numbers; `used` are the keys this statement ever had, so
    /// that a withdrawn thesis never lends its address to another.
    pub fn accept(mut self, used: &[String]) -> Result<Self, Refusal> {
        self.title = self.title.trim().to_owned();
        self.announcement = self.announcement.trim().to_owned();
        check_length("title", &self.title, 1, 150)?;
        check_length("announcement", &self.announcement, 1, 480)?;
        self.references = self.references.accept()?;
        self.theses = keyed(self.theses, used)?;
        Ok(self)
    }

    /// Everything that is wrong with it at once, for somebody who waits at a form.
    pub fn refusals(&self) -> Vec<Refusal> {
        let parts = [
            check_length("title", self.title.trim(), 1, 150),
            check_length("announcement", self.announcement.trim(), 1, 480),
            self.references.clone().accept().map(drop),
            keyed(self.theses.clone(), &[]).map(drop),
        ];
        parts.into_iter().filter_map(Result::err).collect()
    }
}

/// The theses with their numbers, and keys for those that have none yet.
fn keyed(mut theses: Vec<DraftThesis>, used: &[String]) -> Result<Vec<DraftThesis>, Refusal> {
    if theses.is_empty() {
        return Err(Refusal::invalid(
            "theses",
            "a statement has at least one thesis: a line such as “## 1. What we say”",
        ));
    }
    if theses.len() > MOST_THESES {
        return Err(Refusal::invalid("theses", format!("a statement has at most {MOST_THESES} theses")));
    }
    let mut keys: Vec<String> = used.to_vec();
    keys.extend(theses.iter().filter_map(|thesis| thesis.key.clone()));
    let mut seen = Vec::new();
    for (index, thesis) in theses.iter_mut().enumerate() {
        thesis.head = thesis.head.trim().to_owned();
        check_length("thesis head", &thesis.head, 1, 1000)?;
        if thesis.number.trim().is_empty() {
            thesis.number = (index + 1).to_string();
        }
        check_length("thesis number", &thesis.number, 1, 12)?;
        let key = match thesis.key.take() {
            Some(key) => key,
            None => next_key(&mut keys),
        };
        if !is_key(&key) || seen.contains(&key) {
            let why = format!("“{key}” is used twice or is not a letter k and a number");
            return Err(Refusal::invalid("thesis key", why));
        }
        seen.push(key.clone());
        thesis.key = Some(key);
    }
    Ok(theses)
}

fn check_length(field: &'static str, text: &str, least: usize, most: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length < least {
        return Err(Refusal::invalid(field, "must not be empty"));
    }
    if length > most {
        let why = format!("has {length} characters, at most {most} are allowed");
        return Err(Refusal::invalid(field, why));
    }
    Ok(())
}

fn is_key(key: &str) -> bool {
    key.strip_prefix('k').is_some_and(|number| {
        !number.is_empty() && number.len() <= 6 && number.chars().all(|c| c.is_ascii_digit())
    })
}

fn next_key(keys: &mut Vec<String>) -> String {
    let number = |key: &String| key.strip_prefix('k').and_then(|number| number.parse::<u32>().ok());
    let next = keys.iter().filter_map(number).max().unwrap_or(0).saturating_add(1);
    let key = format!("k{next}");
    keys.push(key.clone());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(keys: &[Option<&str>]) -> Draft {
        let thesis = |key: &Option<&str>| DraftThesis {
            key: key.map(str::to_owned),
            head: "Bees can count.".to_owned(),
            ..DraftThesis::default()
        };
        Draft {
            title: " On bees ".to_owned(),
            announcement: "What bees can do.".to_owned(),
            theses: keys.iter().map(thesis).collect(),
            ..Draft::default()
        }
    }

    #[test]
    fn a_key_is_never_used_for_another_thesis() {
        let used = ["k1".to_owned(), "k7".to_owned()];
        let accepted = draft(&[None, Some("k1")]).accept(&used).expect("a good draft");
        let keys: Vec<_> = accepted.theses.iter().filter_map(|thesis| thesis.key.clone()).collect();
        assert_eq!(keys, ["k8", "k1"]);
        assert_eq!(accepted.title, "On bees");
    }

    #[test]
    fn a_statement_needs_theses_with_their_own_keys() {
        let field = |draft: Draft| match draft.accept(&[]) {
            Err(Refusal::Invalid { field, .. }) => field,
            other => panic!("accepted {other:?}"),
        };
        assert_eq!(field(draft(&[])), "theses");
        assert_eq!(field(draft(&[Some("k2"), Some("k2")])), "thesis key");
        assert_eq!(field(draft(&[Some("../x")])), "thesis key");
        assert_eq!(field(Draft { title: "x".repeat(151), ..draft(&[None]) }), "title");
    }
}
