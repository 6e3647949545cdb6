//! The position map as a page shows it: a strip of groups, the table, the reasons.

use super::contribution::Author;
use super::shown::{Href, Lang, Link, Moment};
use crate::text::plain;

/// Width of a group's drawing, in its own units.
const COLUMN: u32 = 148;
/// Dots in one line of a column.
const PER_LINE: usize = 6;
/// Distance of dots.
const STEP: u32 = 20;
/// Where dots begin, below the letter and the label.
const TOP: u32 = 52;
/// Characters of a label in the strip.
const LABEL: usize = 19;

/// Who stands where.
#[derive(Clone, Debug, Default)]
pub struct MapView {
    /// The question's page, to which the forms of the map lead back.
    pub page: String,
    /// The question's name everywhere, for comparisons.
    pub qid: String,
    /// The groups with the reasons given in each.
    pub groups: Vec<GroupView>,
    /// The rows, in their order.
    pub rows: Vec<RowView>,
    /// Texts of servers of other kinds, in no group.
    pub texts: Vec<TextView>,
    /// The day that is looked at, as `2022-01-05`; blank for now.
    pub as_of: String,
    /// The question that is shown as one with this one; blank for none.
    pub with: String,
    /// The word of the order of the rows.
    pub sort: &'static str,
    /// The other orders.
    pub sorts: Vec<Link>,
    /// The same data for programs.
    pub files: Vec<Link>,
    /// With whom our list was compared; `None` where nobody else carries the question.
    pub comparison: Option<Comparison>,
}

/// What a map was compared with: how far it may be complete.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Sites that carry the question, besides ours.
    pub sites: u32,
    /// Those of them whose list we have seen.
    pub answered: u32,
    /// When one was asked last.
    pub checked: Option<Moment>,
    /// Positions that they list and that are not here.
    pub unproven: u32,
    /// Where members have them asked now.
    pub resync: Option<Href>,
}

/// A group and what its members say.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// `A`, `B`, …: ties the strip, the table and the reasons together without colour.
    pub letter: String,
    /// The answer, or what stands for none.
    pub label: String,
    /// Whether it was proposed with the question.
    pub proposed: bool,
    /// What its members say.
    pub reasons: Vec<ReasonView>,
}

/// What one organization says for its answer.
#[derive(Clone, Debug)]
pub struct ReasonView {
    /// The organization.
    pub name: String,
    /// The beginning of its reasons, or the words of the source.
    pub excerpt: String,
    /// The language of its reasons.
    pub language: Lang,
    /// Where they stand in full.
    pub href: Href,
    /// The `id` by which the table leads here; blank where it leads to a page.
    pub id: String,
    /// Its mark in the strip.
    pub mark: Mark,
}

/// How an organization is drawn: told apart by shape, never by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A filled square: it says so itself.
    Declared,
    /// An open square: it says so itself, for now.
    Provisional,
    /// A diamond: this site says so, from a source.
    Attributed,
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct RowView {
    /// Name of the organization.
    pub name: String,
    /// Its page here, where it has an account.
    pub href: Option<Href>,
    /// `name@host`; blank where it has no account.
    pub handle: String,
    /// The letter of its group; blank where it belongs to none.
    pub letter: String,
    /// The short answer; may be blank.
    pub answer: String,
    /// The language of the answer.
    pub language: Lang,
    /// How sure.
    pub certainty: &'static str,
    /// Since when it answers so, in full words.
    pub since: String,
    /// Where its reasons stand.
    pub why: Href,
    /// `Withdrawn`, `Waits for a moderator`, or blank.
    pub standing: &'static str,
    /// Who says so.
    pub source: SourceView,
    /// The key by which a form names it.
    pub key: String,
}

/// A text whose author has not said which answer it gives.
#[derive(Clone, Debug)]
pub struct TextView {
    /// Who wrote it.
    pub author: Author,
    /// What it is called, or its beginning.
    pub title: String,
    /// The language of that.
    pub language: Lang,
    /// When it was published.
    pub published: Moment,
    /// Where it was published.
    pub host: String,
    /// Its page there.
    pub href: Href,
    /// Our copy.
    pub copy: Href,
    /// Where moderators can take it off.
    pub withdraw: Option<Href>,
}

/// Who says what a row says.
#[derive(Clone, Debug)]
pub enum SourceView {
    /// The organization itself.
    Declared {
        /// Its host, where that is not ours.
        host: String,
        /// Since when the host does not answer.
        unreachable_since: Option<Moment>,
        /// Where it contradicts itself: both texts.
        equivocal: Option<Href>,
        /// Whether a version that it follows is not here.
        gap: bool,
        /// `4 of 5 sites list it`; blank before any comparison.
        listed_by: String,
    },
    /// This site, from a source.
    Attributed {
        /// Who says so.
        by: String,
        /// The source.
        source: Link,
        /// Where those who may can take it back.
        withdraw: Option<Href>,
    },
}

/// A dot of the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dot {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Its shape.
    pub mark: Mark,
}

impl MapView {
    /// The width of each drawing of the strip.
    pub const fn width(&self) -> u32 {
        COLUMN
    }

    /// The height of each: as high as its highest column, and never flat.
    pub fn height(&self) -> u32 {
        let most = self.groups.iter().map(|group| group.reasons.len()).max().unwrap_or_default();
        let lines = most.div_ceil(PER_LINE).max(1);
        TOP + STEP * count(lines)
    }

    /// The strip in words, for those who do not see it.
    pub fn words(&self) -> String {
        let group = |group: &GroupView| {
            let names: Vec<&str> = group.reasons.iter().map(|reason| reason.name.as_str()).collect();
            let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
            format!("{}, {}: {names}.", group.letter, group.label)
        };
        self.groups.iter().map(group).collect::<Vec<_>>().join(" ")
    }
}

impl GroupView {
    /// The label as far as the strip has room; the whole one stands below.
    pub fn short_label(&self) -> String {
        plain::excerpt(&self.label, LABEL)
    }

    /// Its dots, line by line.
    pub fn dots(&self) -> Vec<Dot> {
        let dot = |(place, reason): (usize, &ReasonView)| Dot {
            x: 10 + STEP * count(place % PER_LINE),
            y: TOP + STEP * count(place / PER_LINE),
            mark: reason.mark,
        };
        self.reasons.iter().enumerate().map(dot).collect()
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The letter of a group by its place: `A` to `Z`, then `AA`.
pub fn letter(place: usize) -> String {
    let one = |place: usize| u8::try_from(place % 26).map_or('?', |at| char::from(b'A' + at));
    match place {
        0..26 => one(place).to_string(),
        _ => format!("{}{}", one(place / 26 - 1), one(place)),
    }
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn letters_go_on_after_z() {
        assert_eq!([0, 25, 26, 51, 52].map(letter), ["A", "Z", "AA", "AZ", "BA"]);
    }
}
