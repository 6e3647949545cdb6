//! The forms under which words are found: without accents, in small letters, and cut back to their stem in
//! the language of the text, so that “Häuser” finds “Haus”. The same on every engine.

use frostem::Stemmer;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of a text, and their stems in its language, as they are kept to be found.
pub fn kept(text: &str, language: &str) -> String {
    let stemmer = stemmer(language);
    let mut out = String::with_capacity(text.len());
    for word in words(text) {
        let small = word.to_lowercase();
        let plain = folded(&small);
        push(&mut out, &plain);
        let stem = stemmer.map(|stemmer| folded(&stemmer.stem(&small)));
        if let Some(stem) = stem.filter(|stem| *stem != plain) {
            push(&mut out, &stem);
        }
    }
    out
}

/// What a word of a question is looked for as: beginnings of words, and whole stems in these languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// The word may go on.
    pub beginnings: Vec<String>,
    /// The word is this.
    pub stems: Vec<String>,
}

/// The words of a question; `most` at most.
pub fn sought(question: &str, languages: &[String], most: usize) -> Vec<Sought> {
    let one = |word: &str| {
        let small = word.to_lowercase();
        let mut beginnings = vec![small.clone()];
        let plain = folded(&small);
        if !plain.is_empty() && plain != small {
            beginnings.push(plain);
        }
        let mut stems: Vec<String> = Vec::new();
        for stemmer in languages.iter().filter_map(|language| stemmer(language)) {
            let stem = folded(&stemmer.stem(&small));
            if !stem.is_empty() && !beginnings.contains(&stem) && !stems.contains(&stem) {
                stems.push(stem);
            }
        }
        Sought { beginnings, stems }
    };
    words(question).take(most).map(one).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).filter(|word| !word.is_empty())
}

fn push(out: &mut String, word: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(word);
}

/// Without accents and whatever else is no letter or digit.
fn folded(small: &str) -> String {
    small.nfkd().filter(|c| c.is_alphanumeric() && !is_combining_mark(*c)).collect()
}

fn stemmer(language: &str) -> Option<Stemmer> {
    let main = language.split(['-', '_']).next().unwrap_or_default();
    Stemmer::try_from_name(main).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_by_other_forms_of_its_words() {
        for (text, language, question) in [
            ("Die Häuser der Arbeiter", "de", "Haus"),
            ("The strikes went on", "en", "striking"),
            ("Забастовки рабочих", "ru", "забастовка"),
            ("Les événements", "fr", "evenement"),
            ("grevler", "tr-TR", "grev"),
        ] {
            let kept = kept(text, language);
            let kept: Vec<&str> = kept.split(' ').collect();
            let sought = sought(question, &[language.to_owned()], 4);
            let found = sought.iter().all(|word| {
                word.stems.iter().any(|stem| kept.contains(&stem.as_str()))
                    || word.beginnings.iter().any(|start| kept.iter().any(|kept| kept.starts_with(start)))
            });
            assert!(found, "{question} in {text}: {kept:?}, {sought:?}");
        }
    }

    #[test]
    fn a_language_without_stems_is_found_by_beginnings() {
        assert_eq!(kept("Жұмысшылар", "kk"), "жұмысшылар");
        let sought = sought("Жұмысшы", &["kk".to_owned()], 4);
        assert_eq!(sought[0].beginnings, ["жұмысшы"]);
        assert!(sought[0].stems.is_empty());
    }
}
