//! What a version of a statement changed, passage by passage: theses are found again by their keys.

use std::collections::{HashMap, HashSet};

use crate::http::web::statement::{PassageChange, PassageFate};
use crate::store::revisions::Revision;
use crate::text::diff;
use crate::vocab::incoming::passages::{Passage, passages};

/// Changed passages whose words are compared; of more it is only said that they changed.
const COMPARED: usize = 20;

/// What differs from the version before.
pub(super) fn changes(before: &Revision, after: &Revision) -> Vec<PassageChange> {
    let (before, after) = (read(before), read(after));
    let known: HashMap<&str, &Passage> = before.iter().map(|one| (one.key.as_str(), one)).collect();
    let later: HashSet<&str> = after.iter().map(|one| one.key.as_str()).collect();
    let mut changes: Vec<PassageChange> = Vec::new();
    for passage in &after {
        match known.get(passage.key.as_str()) {
            Some(earlier) if earlier.text == passage.text => {}
            Some(earlier) => {
                let pieces = if changes.len() < COMPARED {
                    diff::briefly(&earlier.text, &passage.text)
                } else {
                    Vec::new()
                };
                changes.push(PassageChange { label: label(passage), fate: PassageFate::Changed, pieces });
            }
            None => changes.push(whole(passage, PassageFate::Added)),
        }
    }
    let gone = before.iter().filter(|earlier| !later.contains(earlier.key.as_str()));
    changes.extend(gone.map(|passage| whole(passage, PassageFate::Removed)));
    changes
}

fn read(revision: &Revision) -> Vec<Passage> {
    let document = revision.document.as_deref().and_then(|text| serde_json::from_str(text).ok());
    document.as_ref().map(passages).unwrap_or_default()
}

fn whole(passage: &Passage, fate: PassageFate) -> PassageChange {
    let kept = diff::Piece { fate: diff::Fate::Kept, text: passage.text.clone() };
    PassageChange { label: label(passage), fate, pieces: vec![kept] }
}

fn label(passage: &Passage) -> String {
    match passage.key.as_str() {
        "introduction" => "Introduction".to_owned(),
        "closing" => "Closing".to_owned(),
        _ => format!("Thesis {}", passage.text.split_whitespace().next().unwrap_or_default()),
    }
}
