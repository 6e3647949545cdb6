//! What a version of a contribution changed, passage by passage where it has passages.

use std::collections::{HashMap, HashSet};

use crate::store::revisions::Revision;
use crate::text::{diff, plain};
use crate::vocab::incoming::passages::{Passage, passages};

/// Changed passages whose words are compared; of more it is only said that they changed.
const COMPARED: usize = 20;

/// What became of a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassageFate {
    /// It is new.
    Added,
    /// It says something else.
    Changed,
    /// It is no longer there.
    Removed,
}

impl PassageFate {
    /// In a word for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Added => "new",
            Self::Changed => "changed",
            Self::Removed => "no longer there",
        }
    }

    /// In a word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// A passage that differs.
#[derive(Clone, Debug)]
pub struct Change {
    /// `introduction`, the key of a thesis such as `k1`, or `closing`; `title` and `text` of what has
    /// no passages.
    pub passage: String,
    /// What became of it.
    pub fate: PassageFate,
    /// Its words; none where too much changed for all of it to be compared.
    pub pieces: Vec<diff::Piece>,
    /// The number that readers know a thesis by; blank for everything else.
    pub number: String,
}

/// What differs from one version to another. Theses are found again by their keys.
pub fn changes(before: &Revision, after: &Revision) -> Vec<Change> {
    let (earlier, later) = (read(before), read(after));
    if earlier.is_empty() || later.is_empty() {
        return compare(&whole(before), &whole(after));
    }
    compare(&earlier, &later)
}

fn compare(before: &[Passage], after: &[Passage]) -> Vec<Change> {
    let known: HashMap<&str, &Passage> = before.iter().map(|one| (one.key.as_str(), one)).collect();
    let later: HashSet<&str> = after.iter().map(|one| one.key.as_str()).collect();
    let mut changes: Vec<Change> = Vec::new();
    for passage in after {
        match known.get(passage.key.as_str()) {
            Some(earlier) if earlier.text == passage.text => {}
            Some(earlier) => {
                let few = changes.len() < COMPARED;
                let pieces = if few { diff::briefly(&earlier.text, &passage.text) } else { Vec::new() };
                changes.push(change(passage, PassageFate::Changed, pieces));
            }
            None => changes.push(change(passage, PassageFate::Added, kept(passage))),
        }
    }
    let gone = before.iter().filter(|earlier| !later.contains(earlier.key.as_str()));
    changes.extend(gone.map(|passage| change(passage, PassageFate::Removed, kept(passage))));
    changes
}

/// The passages of a statement of our kind.
fn read(revision: &Revision) -> Vec<Passage> {
    let document = revision.document.as_deref().and_then(|text| serde_json::from_str(text).ok());
    document.as_ref().map(passages).unwrap_or_default()
}

/// A version as one text below its title.
fn whole(revision: &Revision) -> Vec<Passage> {
    let part = |key: &str, text: String| Passage { key: key.to_owned(), text };
    let title = revision.title.clone().filter(|title| !title.trim().is_empty());
    let text = plain::text(&crate::text::sanitize::clean(&revision.content));
    title.map(|title| part("title", title)).into_iter().chain([part("text", text)]).collect()
}

fn kept(passage: &Passage) -> Vec<diff::Piece> {
    vec![diff::Piece { fate: diff::Fate::Kept, text: passage.text.clone() }]
}

fn change(passage: &Passage, fate: PassageFate, pieces: Vec<diff::Piece>) -> Change {
    let thesis =
        passage.key.strip_prefix('k').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let number = passage.text.split_whitespace().next().filter(|_| thesis).unwrap_or_default().to_owned();
    Change { passage: passage.key.clone(), fate, pieces, number }
}
