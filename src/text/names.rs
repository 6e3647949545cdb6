//! Names of people in a text: where they stand, and the text without them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// What stands in the place of a name.
const GAP: &str = "[…]";
/// The shortest name that is looked for at the beginning of longer words, in letters.
const STEM: usize = 4;

/// A text in pieces, each with whether it is a name, or begins like one.
pub type Pieces = Vec<(bool, String)>;

/// The names that are looked for, by their first letter: a text is read once, however many there are.
#[derive(Clone, Debug, Default)]
pub struct Names(HashMap<char, Vec<Vec<char>>>);

/// What stands at a place of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// A name as a whole word.
    Name,
    /// A word that begins with a name, as names do that are declined: it may be another word.
    Stem,
}

/// The letters by which texts and names are compared.
fn letters(text: &str) -> Vec<char> {
    text.nfc().flat_map(char::to_lowercase).collect()
}

impl Names {
    /// These names.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let each: HashSet<Vec<char>> = names.into_iter().map(|name| letters(&name)).collect();
        let mut by_first: HashMap<char, Vec<Vec<char>>> = HashMap::new();
        for name in each {
            if let Some(first) = name.first() {
                by_first.entry(*first).or_default().push(name);
            }
        }
        for names in by_first.values_mut() {
            names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        }
        Self(by_first)
    }

    /// The text in pieces, names apart.
    pub fn pieces(&self, text: &str) -> Pieces {
        let text: String = text.nfc().collect();
        split(&text, self.find(&text)).into_iter().map(|(found, piece)| (found.is_some(), piece)).collect()
    }

    /// The text with a gap for each name. What only begins like one is left for people to look at.
    pub fn redacted(&self, text: &str) -> String {
        let text: String = text.nfc().collect();
        let gap = |(found, piece)| if found == Some(Found::Name) { GAP.to_owned() } else { piece };
        split(&text, self.find(&text)).into_iter().map(gap).collect()
    }

    /// Where names stand: as whole words in any case, the longest where several begin, or else as the
    /// beginnings of words.
    fn find(&self, text: &str) -> Vec<(Range<usize>, Found)> {
        let mut found = Vec::new();
        let (mut end, mut before) = (0, None);
        for (at, letter) in text.char_indices() {
            let begins = at >= end && !before.is_some_and(char::is_alphanumeric);
            before = Some(letter);
            let candidates = letter.to_lowercase().next().and_then(|first| self.0.get(&first));
            let Some(candidates) = candidates.filter(|_| begins) else { continue };
            let rest = text.get(at..).unwrap_or_default();
            let ends = || candidates.iter().filter_map(|name| Some((name, length(rest, name)?)));
            let (length, what) = if let Some((_, length)) = ends().find(|(_, end)| !goes_on(rest, *end)) {
                (length, Found::Name)
            } else if let Some((_, length)) = ends().find(|(name, _)| is_stem(name)) {
                (word(rest, length), Found::Stem)
            } else {
                continue;
            };
            end = at + length;
            found.push((at..end, what));
        }
        found
    }
}

/// Whether a name is long enough, and all letters, so that longer words which begin with it are looked at.
fn is_stem(name: &[char]) -> bool {
    name.len() >= STEM && name.iter().all(|letter| letter.is_alphabetic())
}

/// How much of a text that begins with a name is the name.
fn length(text: &str, name: &[char]) -> Option<usize> {
    let mut wanted = name.iter().peekable();
    let mut letters = text.char_indices();
    let mut end = 0;
    while wanted.peek().is_some() {
        let (at, letter) = letters.next()?;
        if !letter.to_lowercase().all(|lower| wanted.next() == Some(&lower)) {
            return None;
        }
        end = at + letter.len_utf8();
    }
    Some(end)
}

/// Whether a word of the text goes on there.
fn goes_on(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric)
}

/// Where the word ends that goes on there.
fn word(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find(|letter: char| !letter.is_alphanumeric()).map_or(text.len(), |length| at + length)
}

fn split(text: &str, found: Vec<(Range<usize>, Found)>) -> Vec<(Option<Found>, String)> {
    let (mut pieces, mut end) = (Vec::new(), 0);
    for (range, what) in found {
        pieces.push((None, text.get(end..range.start).unwrap_or_default().to_owned()));
        pieces.push((Some(what), text.get(range.clone()).unwrap_or_default().to_owned()));
        end = range.end;
    }
    pieces.push((None, text.get(end..).unwrap_or_default().to_owned()));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_whole_words_in_any_case() {
        let names = ["anna", "Anna Berg", "@anna", "@anna@red.example", "Çelik"].map(str::to_owned);
        let names = Names::new(names);
        for (text, without) in [
            ("Anna said it", "[…] said it"),
            ("ANNA BERG and Susanna", "[…] and Susanna"),
            ("ask @anna@red.example, or @anna.", "ask […], or […]."),
            ("annabel knows", "annabel knows"),
            ("çelik’s idea", "[…]’s idea"),
            ("C\u{327}elik agrees", "[…] agrees"),
            ("nobody", "nobody"),
            ("", ""),
        ] {
            assert_eq!(names.redacted(text), without);
        }
        assert_eq!(Names::default().redacted("Anna"), "Anna");
    }

    #[test]
    fn words_that_begin_like_a_name_are_marked_and_stay() {
        let names = Names::new(["Anna", "Bo", "Cafe\u{301}"].map(str::to_owned));
        let text = "Annas idea, Bos doubt, the Cafés; anna said so.";
        assert_eq!(names.redacted(text), "Annas idea, Bos doubt, the Cafés; […] said so.");
        let marked: Vec<String> =
            names.pieces(text).into_iter().filter(|(name, _)| *name).map(|(_, piece)| piece).collect();
        assert_eq!(marked, ["Annas", "Cafés", "anna"]);
    }
}
