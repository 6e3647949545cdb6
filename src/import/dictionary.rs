//! Words that are known: those of the text itself, and those of a list for its language.

use std::collections::HashSet;

/// The English list; see `dictionaries/README.md` for its origin.
const ENGLISH: &str = include_str!("dictionaries/en.txt");

/// What counts as a word.
pub(super) struct Dictionary<'a> {
    own: HashSet<String>,
    list: HashSet<&'a str>,
}

impl Dictionary<'_> {
    /// The words of `own`, and the English list when that fits the text.
    ///
    /// The list fits when it knows most of the text's words: for a text in another language it
    /// would only make chance findings.
    pub(super) fn of(own: HashSet<String>) -> Self {
        let list: HashSet<&'static str> = ENGLISH.lines().collect();
        let simple = own.iter().filter(|word| !word.contains('-'));
        let (known, all) = simple
            .fold((0, 0), |(known, all), word| (known + usize::from(list.contains(word.as_str())), all + 1));
        let fits = known * 2 > all;
        Self { own, list: if fits { list } else { HashSet::new() } }
    }

    /// Whether the text itself has this word, written in one piece.
    pub(super) fn in_text(&self, word: &str) -> bool {
        self.own.contains(word)
    }

    /// Whether the list has this word.
    pub(super) fn in_list(&self, word: &str) -> bool {
        self.list.contains(word)
    }

    /// Whether there is a list for the language of this text.
    pub(super) fn has_list(&self) -> bool {
        !self.list.is_empty()
    }

    /// Whether the text has another word that begins with `prefix` and goes on with a known word.
    pub(super) fn closes(&self, prefix: &str) -> bool {
        let rest = |word: &String| word.strip_prefix(prefix).is_some_and(|rest| self.in_list(rest));
        prefix.len() >= 3 && self.own.iter().any(rest)
    }

    /// Whether the text has another word that begins with `prefix` and a hyphen.
    pub(super) fn hyphenates(&self, prefix: &str) -> bool {
        self.own.iter().any(|word| word.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-')))
    }
}

/// The words of a text in lower case, hyphens within them kept.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    let inner = |c: char| c.is_alphabetic() || matches!(c, '-' | '\'' | '’');
    text.split(move |c| !inner(c)).map(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
        word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(&word).to_owned()
    })
}
