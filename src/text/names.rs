//! Names of people in a text: where they stand, and the text without them.

use std::ops::Range;

/// What stands in the place of a name.
const GAP: &str = "[…]";

/// A text in pieces, each with whether it is a name.
pub type Pieces = Vec<(bool, String)>;

/// Where these names stand: as whole words, in any case, the longest where several begin.
pub fn find(text: &str, names: &[String]) -> Vec<Range<usize>> {
    let mut names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut found = Vec::new();
    let (mut end, mut before) = (0, None);
    for (at, letter) in text.char_indices() {
        let begins = at >= end && !before.is_some_and(char::is_alphanumeric);
        let rest = text.get(at..).unwrap_or_default();
        if let Some(length) = names.iter().find_map(|name| length(rest, name)).filter(|_| begins) {
            end = at + length;
            found.push(at..end);
        }
        before = Some(letter);
    }
    found
}

/// How much of a text that begins with a name is the name, if a word ends there.
fn length(text: &str, name: &str) -> Option<usize> {
    let mut wanted = name.chars().flat_map(char::to_lowercase).peekable();
    let mut letters = text.char_indices();
    let mut end = 0;
    while wanted.peek().is_some() {
        let (at, letter) = letters.next()?;
        if !letter.to_lowercase().all(|lower| wanted.next() == Some(lower)) {
            return None;
        }
        end = at + letter.len_utf8();
    }
    let after = letters.next().is_some_and(|(_, letter)| letter.is_alphanumeric());
    (!after).then_some(end)
}

/// The text in pieces, names apart.
pub fn pieces(text: &str, names: &[String]) -> Pieces {
    let (mut pieces, mut end) = (Pieces::new(), 0);
    for range in find(text, names) {
        pieces.push((false, text.get(end..range.start).unwrap_or_default().to_owned()));
        pieces.push((true, text.get(range.clone()).unwrap_or_default().to_owned()));
        end = range.end;
    }
    pieces.push((false, text.get(end..).unwrap_or_default().to_owned()));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

/// The text with a gap for each name.
pub fn redacted(text: &str, names: &[String]) -> String {
    let gap = |(name, piece): (bool, String)| if name { GAP.to_owned() } else { piece };
    pieces(text, names).into_iter().map(gap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_whole_words_in_any_case() {
        let names = ["anna", "Anna Berg", "@anna", "@anna@red.example", "Çelik"].map(str::to_owned);
        for (text, without) in [
            ("Anna said it", "[…] said it"),
            ("ANNA BERG and Susanna", "[…] and Susanna"),
            ("ask @anna@red.example, or @anna.", "ask […], or […]."),
            ("annabel knows", "annabel knows"),
            ("çelik’s idea", "[…]’s idea"),
            ("nobody", "nobody"),
            ("", ""),
        ] {
            assert_eq!(redacted(text, &names), without);
        }
        assert_eq!(redacted("Anna", &[]), "Anna");
    }
}
