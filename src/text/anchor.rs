//! Passages of a text: quoted with what stands around them, and found again after a revision.
//!
//! The model is that of W3C Web Annotation (TextQuoteSelector and TextPositionSelector); offsets
//! count Unicode scalar values of [`super::plain::text`].

use unicode_normalization::UnicodeNormalization;

/// How many characters before and after a passage are kept with it, and compared.
const AROUND: usize = 32;
/// How many occurrences of the same words are looked at.
const MOST: usize = 1000;

/// A passage with what stands around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quote {
    /// The words.
    pub exact: String,
    /// What stands before them.
    pub prefix: String,
    /// What stands after them.
    pub suffix: String,
    /// Where they start, in Unicode scalar values.
    pub start: usize,
    /// Where they end.
    pub end: usize,
}

impl Quote {
    /// Finds words that somebody marked. `prefix` and `suffix` decide where they occur more than
    /// once; they may be blank.
    pub fn find(text: &str, exact: &str, prefix: &str, suffix: &str) -> Option<Self> {
        let sought = Self {
            exact: exact.nfc().collect(),
            prefix: prefix.nfc().collect(),
            suffix: suffix.nfc().collect(),
            ..Self::default()
        };
        sought.place(text)
    }

    /// Where the passage stands in a text that may have changed: the occurrence with the most in
    /// common with what stood around it, the nearest of equals. `None` where the words are gone.
    pub fn place(&self, text: &str) -> Option<Self> {
        if self.exact.is_empty() {
            return None;
        }
        let mut best: Option<(usize, usize, usize)> = None;
        let (mut start, mut counted) = (0, 0);
        for (byte, _) in text.match_indices(&self.exact).take(MOST) {
            start += text.get(counted..byte)?.chars().count();
            counted = byte;
            let likeness = self.likeness(text, byte);
            let distance = start.abs_diff(self.start);
            let better =
                best.is_none_or(|(known, far, _)| likeness > known || (likeness == known && distance < far));
            if better {
                best = Some((likeness, distance, byte));
            }
        }
        let (_, _, byte) = best?;
        let before = text.get(..byte)?;
        let after = text.get(byte + self.exact.len()..)?;
        let start = before.chars().count();
        let skipped = start.saturating_sub(AROUND);
        Some(Self {
            exact: self.exact.clone(),
            prefix: before.chars().skip(skipped).collect(),
            suffix: after.chars().take(AROUND).collect(),
            start,
            end: start + self.exact.chars().count(),
        })
    }

    /// How many characters around an occurrence are as they were.
    fn likeness(&self, text: &str, byte: usize) -> usize {
        let before = text.get(..byte).unwrap_or_default();
        let after = text.get(byte + self.exact.len()..).unwrap_or_default();
        let same = |(a, b): &(char, char)| a == b;
        before.chars().rev().zip(self.prefix.chars().rev()).take(AROUND).take_while(same).count()
            + after.chars().zip(self.suffix.chars()).take(AROUND).take_while(same).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Żółw liczy. Die Biene zählt bis vier, und der Bär zählt bis drei.";

    #[test]
    fn offsets_count_characters() {
        let quote = Quote::find(TEXT, "Die Biene", "", "").expect("found");
        assert_eq!((quote.start, quote.end), (12, 21));
        assert_eq!(quote.prefix, "Żółw liczy. ");
        assert!(quote.suffix.starts_with(" zählt bis vier"));
        assert_eq!(Quote::find(TEXT, "Die Wespe", "", ""), None);
        assert_eq!(Quote::find(TEXT, "", "", ""), None);
    }

    #[test]
    fn what_stands_around_decides_between_equal_words() {
        let second = Quote::find(TEXT, "zählt bis", "der Bär ", " drei").expect("found");
        assert_eq!(second.start, 50);
        let moved = format!("Ein neuer erster Satz, der alles verschiebt. {TEXT}");
        let again = second.place(&moved).expect("still there");
        assert_eq!(again.start, 50 + moved.chars().count() - TEXT.chars().count());
        assert_eq!(second.place("Die Biene zählt nicht."), None);
    }

    #[test]
    fn many_equal_words_are_looked_at_up_to_a_bound() {
        let text = "ab".repeat(500_000);
        let quote = Quote::find(&text, "b", "", "").expect("found");
        assert_eq!(quote.start, 1);
        let late = Quote { start: 700_000, ..quote };
        assert_eq!(late.place(&text).map(|quote| quote.start), Some(1999), "the last one that is looked at");
    }

    #[test]
    fn composition_of_characters_makes_no_difference() {
        let quote = Quote::find("Der B\u{e4}r.", "Ba\u{308}r", "", "").expect("found");
        assert_eq!((quote.start, quote.end), (4, 7));
    }
}
