//! What changed between two texts, word by word.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// After this long a difference is given in larger pieces: the texts come from strangers.
const PATIENCE: Duration = Duration::from_millis(200);

/// Longer texts, both together and in bytes, are not compared: no reader looks for a word in them.
const LONGEST: usize = 256 * 1024;

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

/// Words that stand in the place of others, and what follows them unchanged.
#[derive(Debug, Default)]
struct Change {
    removed: String,
    added: String,
    kept: String,
}

impl Change {
    fn weight(&self) -> usize {
        self.removed.len().max(self.added.len())
    }

    /// Whether less stands between both than either changes: whoever has to read on from word to word then reads
    /// neither sentence.
    fn runs_into(&self, next: &Self) -> bool {
        self.kept.len() <= self.weight().min(next.weight())
    }

    fn join(&mut self, next: &Self) {
        self.removed.push_str(&self.kept);
        self.added.push_str(&self.kept);
        self.removed.push_str(&next.removed);
        self.added.push_str(&next.added);
        self.kept.clone_from(&next.kept);
    }
}

fn within(patience: Duration, before: &str, after: &str) -> Vec<Piece> {
    if before.len().saturating_add(after.len()) > LONGEST {
        return [(Fate::Removed, before), (Fate::Added, after)].map(|(fate, text)| piece(fate, text)).into();
    }
    let diff = TextDiff::configure().timeout(patience).diff_words(before, after);
    // The first one changes nothing: it holds what stands before all changes.
    let mut changes = vec![Change::default()];
    for word in diff.iter_all_changes() {
        let begins =
            word.tag() != ChangeTag::Equal && changes.last().is_none_or(|last| !last.kept.is_empty());
        if begins {
            settle(&mut changes);
            changes.push(Change::default());
        }
        let Some(last) = changes.last_mut() else { continue };
        match word.tag() {
            ChangeTag::Equal => last.kept.push_str(word.value()),
            ChangeTag::Delete => last.removed.push_str(word.value()),
            ChangeTag::Insert => last.added.push_str(word.value()),
        }
    }
    settle(&mut changes);
    let pieces = changes.into_iter().flat_map(|change| {
        [(Fate::Removed, change.removed), (Fate::Added, change.added), (Fate::Kept, change.kept)]
    });
    pieces.filter(|(_, text)| !text.is_empty()).map(|(fate, text)| Piece { fate, text }).collect()
}

fn piece(fate: Fate, text: &str) -> Piece {
    Piece { fate, text: text.to_owned() }
}

/// Joins the last change to those before it as far as they run into each other.
fn settle(changes: &mut Vec<Change>) {
    while let Some(last) = changes.pop() {
        match changes.last_mut() {
            Some(before) if before.runs_into(&last) => before.join(&last),
            _ => return changes.push(last),
        }
    }
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

    #[test]
    fn texts_that_are_too_long_are_shown_before_and_after() {
        let (before, after) = ("so it was ".repeat(20_000), "so it is ".repeat(20_000));
        assert_eq!(words(&before, &after), [piece(Fate::Removed, &before), piece(Fate::Added, &after)]);
        assert!(words(&before, "so it was ").iter().any(|piece| piece.fate == Fate::Kept));
    }

    #[test]
    fn a_sentence_that_was_replaced_reads_as_one() {
        let (before, after) = (
            "It was calm. The council says that the water is safe to drink. Nobody asked.",
            "It was calm. Doctors hold that it makes the children of the valley ill. Nobody asked.",
        );
        let pieces = words(before, after);
        let told: Vec<(Fate, &str)> = pieces.iter().map(|piece| (piece.fate, piece.text.as_str())).collect();
        assert_eq!(
            told,
            [
                (Fate::Kept, "It was calm. "),
                (Fate::Removed, "The council says that the water is safe to drink."),
                (Fate::Added, "Doctors hold that it makes the children of the valley ill."),
                (Fate::Kept, " Nobody asked."),
            ]
        );
        // One word within a sentence stays one word.
        let pieces = words("Bees can count to four in spring.", "Bees can count to five in spring.");
        assert_eq!(pieces.iter().filter(|piece| piece.fate == Fate::Kept).count(), 2, "{pieces:?}");
    }
}
