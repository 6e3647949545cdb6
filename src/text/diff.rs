//! What changed between two texts, word by word.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// After this long a difference is given in larger pieces: the texts come from strangers.
const PATIENCE: Duration = Duration::from_millis(200);

/// The same where several differences stand on one page.
const LITTLE_PATIENCE: Duration = Duration::from_millis(20);

/// What became of some words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They stand in both texts.
    Kept,
    /// They stand in the earlier one only.
    Removed,
    /// They stand in the later one only.
    Added,
}

/// Words with what became of them, in the order of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What became of them.
    pub fate: Fate,
    /// The words, with the spaces between them.
    pub text: String,
}

/// The pieces by which `after` differs from `before`.
pub fn words(before: &str, after: &str) -> Vec<Piece> {
    within(PATIENCE, before, after)
}

/// The pieces by which one of several passages differs from what it was.
pub fn briefly(before: &str, after: &str) -> Vec<Piece> {
    within(LITTLE_PATIENCE, before, after)
}

fn within(patience: Duration, before: &str, after: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().timeout(patience).diff_words(before, after);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Kept,
            ChangeTag::Delete => Fate::Removed,
            ChangeTag::Insert => Fate::Added,
        };
        match pieces.last_mut() {
            Some(last) if last.fate == fate => last.text.push_str(change.value()),
            _ => pieces.push(Piece { fate, text: change.value().to_owned() }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_removed_and_added() {
        let pieces = words("We do not know yet.", "We know it now.");
        let all = |fates: [Fate; 2]| {
            let of = pieces.iter().filter(|piece| fates.contains(&piece.fate));
            of.map(|piece| piece.text.as_str()).collect::<String>()
        };
        assert_eq!(all([Fate::Kept, Fate::Removed]), "We do not know yet.");
        assert_eq!(all([Fate::Kept, Fate::Added]), "We know it now.");
        assert!(pieces.iter().any(|piece| piece.fate == Fate::Kept));
    }
}
