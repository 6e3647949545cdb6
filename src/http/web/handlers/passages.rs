//! What a version of a statement changed, as its page says it.

use crate::http::web::statement::PassageChange;
use crate::services::versions::{self, Change};
use crate::store::revisions::Revision;

/// What differs from the version before.
pub(super) fn changes(before: &Revision, after: &Revision) -> Vec<PassageChange> {
    versions::changes(before, after).into_iter().map(shown).collect()
}

fn shown(change: Change) -> PassageChange {
    PassageChange { label: label(&change), fate: change.fate, pieces: change.pieces }
}

fn label(change: &Change) -> String {
    match change.passage.as_str() {
        "introduction" => "Introduction".to_owned(),
        "closing" => "Closing".to_owned(),
        "title" => "Title".to_owned(),
        "text" => "Text".to_owned(),
        _ => format!("Thesis {}", change.number),
    }
}
