//! Hyphens at line ends: part of the word, or only of the line?
//!
//! Where a word may be broken is no evidence: texts are set with the rules of other languages.

use super::dictionary::Dictionary;

/// What became of a hyphen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether the two halves are one word.
    pub join: bool,
    /// Why somebody should look at it; `None` when it is certain.
    pub doubt: Option<&'static str>,
}

/// The two halves of a word broken at a line end, without what surrounds them.
pub(super) fn halves<'a>(line: &'a str, next: &'a str) -> Option<(&'a str, &'a str)> {
    let letter = |c: char| c.is_alphabetic();
    let body = line.strip_suffix(['-', '\u{2010}', '\u{ad}'])?;
    let start = body.char_indices().rev().take_while(|(_, c)| letter(*c)).last()?.0;
    let end = next.find(|c: char| !letter(c)).unwrap_or(next.len());
    let (first, second) = (body.get(start..)?, next.get(..end)?);
    (!second.is_empty()).then_some((first, second))
}

/// Decides about `first-second`.
pub(super) fn judge(first: &str, second: &str, words: &Dictionary<'_>) -> Verdict {
    let (a, b) = (first.to_lowercase(), second.to_lowercase());
    let (joined, hyphenated) = (format!("{a}{b}"), format!("{a}-{b}"));
    let sure = |join| Verdict { join, doubt: None };
    let unsure = |join, doubt| Verdict { join, doubt: Some(doubt) };
    if words.in_text(&joined) {
        return sure(true);
    }
    if words.in_text(&hyphenated) {
        return sure(false);
    }
    if words.in_list(&joined) {
        return sure(true);
    }
    if second.starts_with(char::is_uppercase) {
        return unsure(false, "a capital letter follows, and the joined word is not known");
    }
    if words.hyphenates(&a) {
        return unsure(false, "other words with this beginning have a hyphen in the text");
    }
    if words.closes(&a) {
        return unsure(true, "other words with this beginning are written in one piece in the text");
    }
    if words.has_list() && !(words.in_list(&a) && words.in_list(&b)) {
        return unsure(true, "the joined word is not known, but the halves are no words either");
    }
    unsure(false, "the joined word is not known; the hyphen was kept")
}
