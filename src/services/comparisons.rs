//! Positions on a question side by side.

use super::maps;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::position::{Listing, Position};
use crate::domain::question::Qid;
use crate::store::contributions::Viewer;
use crate::store::questions::Copy;
use crate::store::{Conn, Error, accounts, positions, questions};
use crate::text::plain;

/// The most positions that stand side by side.
pub const MOST: usize = 4;

/// How somebody names an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// `name@host`, and the name alone for ours.
    Handle(String),
    /// Its key here.
    Key(Id<Account>),
}

impl Whom {
    /// Whether it is this one.
    pub fn is(&self, account: &Account) -> bool {
        match self {
            Self::Handle(handle) => account.handle == *handle,
            Self::Key(id) => account.id == *id,
        }
    }
}

/// A question, and who stands beside whom.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The question, in the copy that stands for it here.
    pub question: Copy,
    /// The positions, in the order in which they were asked for.
    pub columns: Vec<Column>,
}

/// A position in a comparison.
#[derive(Clone, Debug)]
pub struct Column {
    /// The head.
    pub head: Contribution,
    /// What it says.
    pub position: Position,
    /// Whose it is.
    pub organization: Account,
    /// The day since which it gives this answer.
    pub since: String,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The short answer.
    Answer,
    /// How sure.
    Certainty,
    /// Why.
    Reasoning,
    /// Under which conditions.
    Conditions,
    /// What is not known.
    Limits,
    /// On what it rests.
    Evidence,
    /// By which body it was adopted.
    AdoptedBody,
    /// On which day.
    AdoptedOn,
    /// What changed last, and why.
    Reason,
    /// Since when it gives this answer: later versions that only change the reasons do not count.
    Since,
    /// Of which day the text is.
    TextOf,
}

impl Field {
    /// In the order of reading.
    pub const ALL: [Self; 11] = [
        Self::Answer,
        Self::Certainty,
        Self::Reasoning,
        Self::Conditions,
        Self::Limits,
        Self::Evidence,
        Self::AdoptedBody,
        Self::AdoptedOn,
        Self::Reason,
        Self::Since,
        Self::TextOf,
    ];

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Certainty => "certainty",
            Self::Reasoning => "reasoning",
            Self::Conditions => "conditions",
            Self::Limits => "limits",
            Self::Evidence => "evidence",
            Self::AdoptedBody => "adopted_body",
            Self::AdoptedOn => "adopted_on",
            Self::Reason => "reason",
            Self::Since => "since",
            Self::TextOf => "text_of",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Answer => "Answer",
            Self::Certainty => "Certainty",
            Self::Reasoning => "Reasoning",
            Self::Conditions => "Conditions",
            Self::Limits => "Limits of knowledge",
            Self::Evidence => "Evidence",
            Self::AdoptedBody => "Adopted by",
            Self::AdoptedOn => "Adopted on",
            Self::Reason => "What changed last",
            Self::Since => "This answer since",
            Self::TextOf => "This text since",
        }
    }

    /// Whether it is safe HTML; everything else is plain text.
    pub const fn is_html(self) -> bool {
        match self {
            Self::Reasoning | Self::Conditions | Self::Limits | Self::Evidence => true,
            Self::Answer
            | Self::Certainty
            | Self::AdoptedBody
            | Self::AdoptedOn
            | Self::Reason
            | Self::Since
            | Self::TextOf => false,
        }
    }

    fn of(self, column: &Column) -> String {
        let (head, position) = (&column.head, &column.position);
        match self {
            Self::Answer => position.answer.clone(),
            Self::Certainty => position.certainty.as_str().to_owned(),
            Self::Reasoning => position.reasoning.clone(),
            Self::Conditions => headless(&position.conditions),
            Self::Limits => headless(&position.limits),
            Self::Evidence => headless(&position.evidence),
            Self::AdoptedBody => position.adopted_body.clone(),
            Self::AdoptedOn => position.adopted_on.clone(),
            Self::Reason => position.reason.clone().unwrap_or_default(),
            Self::Since => column.since.clone(),
            Self::TextOf => head.edited_at.unwrap_or(head.published_at).to_date(),
        }
    }
}

/// A part without the heading that stands above it in the whole text: here the row has it.
fn headless(part: &str) -> String {
    let rest = part.strip_prefix("<h4>").and_then(|rest| rest.split_once("</h4>"));
    rest.map_or(part, |(_, rest)| rest).to_owned()
}

/// One thing that is compared.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is.
    pub field: Field,
    /// What each one says, in the order of the columns; blank where one says nothing.
    pub cells: Vec<String>,
    /// Whether all say the same.
    pub same: bool,
}

/// The positions of these organizations on a question, as far as the viewer may see them. Whoever has
/// none is left out, and whoever is not on the map, unless `keeps` says that the viewer keeps it.
pub fn of(
    conn: &mut Conn,
    viewer: Viewer,
    qid: &Qid,
    chosen: &[Whom],
    keeps: bool,
) -> Result<Comparison, Error> {
    let question = questions::carried(conn, viewer, qid)?.into_iter().next().ok_or(Refusal::NotFound)?;
    let mut rows = positions::on(conn, viewer, qid)?;
    rows.retain(|(_, position)| keeps || position.listing == Listing::Listed);
    let authors: Vec<_> = rows.iter().map(|(head, _)| head.author_id).collect();
    let authors = accounts::by_ids(conn, &authors)?;
    let map = maps::of(conn, viewer, qid, &[], None)?;
    let since = |id| {
        let mut shown = map.rows.iter().chain(&map.unlisted);
        let row = shown.find(|row| row.declared().is_some_and(|declared| declared.position == id))?;
        Some(row.since.clone())
    };
    let column = |whom: &Whom| {
        let organization = authors.iter().find(|author| whom.is(author))?.clone();
        let (head, position) = rows.iter().find(|(head, _)| head.author_id == organization.id)?;
        let (since, head) = (since(head.id)?, head.clone());
        Some(Column { head, position: position.clone(), organization, since })
    };
    let columns = chosen.iter().take(MOST).filter_map(column).collect();
    Ok(Comparison { question, columns })
}

impl Comparison {
    /// What is compared, in the order of reading, without what nobody says anything about.
    pub fn rows(&self) -> Vec<Row> {
        let row = |field: Field| {
            let cells: Vec<String> = self.columns.iter().map(|column| field.of(column)).collect();
            Row { same: are_same(field, &cells), field, cells }
        };
        let says = |row: &Row| row.cells.iter().any(|cell| !cell.is_empty());
        Field::ALL.into_iter().map(row).filter(says).collect()
    }
}

/// Whether several say the same, however it is marked up.
fn are_same(field: Field, cells: &[String]) -> bool {
    let words = |cell: &String| {
        let text =
            if field.is_html() { plain::text(&crate::text::sanitize::clean(cell)) } else { cell.clone() };
        plain::single_line(&text)
    };
    let texts: Vec<String> = cells.iter().map(words).collect();
    texts.len() > 1 && texts.windows(2).all(|pair| pair.first() == pair.last())
}
