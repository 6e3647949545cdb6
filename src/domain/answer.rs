//! Short answers, and what makes two of them the same.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE32_NOPAD;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use unicode_normalization::UnicodeNormalization;

use super::sql::newtype_column;

/// An answer proposed together with a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What makes equal answers equal.
    pub key: AnswerKey,
    /// The answer.
    pub text: String,
}

/// What makes two answers the same group on a map: a hash of the answer's words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct AnswerKey(String);

newtype_column!(AnswerKey, String, Text);

impl AnswerKey {
    /// The key of an answer in its original language: letter case, spaces and composition of
    /// characters make no difference.
    pub fn of(answer: &str) -> Self {
        let folded: String = answer.nfc().collect::<String>().to_lowercase().nfc().collect();
        let words = folded.split_whitespace().collect::<Vec<_>>().join(" ");
        let hash = digest(&SHA256, words.as_bytes());
        let start = hash.as_ref().get(..10).unwrap_or_default();
        Self(BASE32_NOPAD.encode(start).to_ascii_lowercase())
    }

    /// In which group an answer belongs whose author claims one. The words decide where they are in the language
    /// in which the question was asked; only a translation is taken at its author's word.
    pub fn settled(
        claimed: Option<Self>,
        answer: &str,
        language: &str,
        asked_in: Option<&str>,
    ) -> Option<Self> {
        let same = asked_in.is_some_and(|asked_in| [asked_in, ""].contains(&language));
        claimed.map(|claimed| if same { Self::of(answer) } else { claimed })
    }

    /// Reads a key: 16 letters and digits of lower-case base32.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_spaces_and_composition_do_not_part_answers() {
        assert_eq!(AnswerKey::of("Yes,  in Part"), AnswerKey::of("yes, in\tpart "));
        assert_eq!(AnswerKey::of("Caf\u{e9}"), AnswerKey::of("CAFE\u{301}"));
        assert_ne!(AnswerKey::of("Yes"), AnswerKey::of("No"));
        let key = AnswerKey::of("Yes");
        assert_eq!(AnswerKey::parse(key.as_str()), Some(key));
    }
}
