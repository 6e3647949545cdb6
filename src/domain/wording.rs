//! What somebody may want to look at again in the words of a question before it is asked: afterwards they stay as
//! they are, for everybody. None of it forbids asking.

/// Characters beyond which a question is hard to quote.
const LONG: usize = 200;
/// Words that expect one answer, in some of the languages in which questions are asked.
const LEADING: [&str; 22] = [
    "don't you",
    "don’t you",
    "doesn't it",
    "doesn’t it",
    "isn't it",
    "isn’t it",
    "is it not",
    "do you not",
    "does it not",
    "wouldn't",
    "shouldn't",
    "surely",
    "obviously",
    "of course",
    "nicht wahr",
    "nicht etwa",
    "n’est-ce pas",
    "n'est-ce pas",
    "¿no es cierto",
    "¿verdad",
    "разве",
    "не правда ли",
];

/// Remarks on the words of a question, in sentences.
pub fn remarks(text: &str) -> Vec<String> {
    let text = text.trim();
    let mut remarks = Vec::new();
    let length = text.chars().count();
    if length > LONG {
        remarks
            .push(format!("It has {length} characters. Short questions are quoted and adopted more easily."));
    }
    match text.matches(['?', '؟', '？']).count() {
        0 => remarks.push("It has no question mark.".to_owned()),
        1 => {}
        _ => remarks.push(
            "It asks more than one thing. Whoever answers can answer a question of its own more exactly; questions can \
             be tied to each other."
                .to_owned(),
        ),
    }
    let lower = text.to_lowercase();
    if let Some(words) = LEADING.iter().find(|words| lower.contains(**words)) {
        remarks.push(format!(
            "“{words}” expects one answer. A question that every side would ask in these words is adopted by more of them."
        ));
    }
    remarks
}

/// Whether two questions have the same words.
pub fn are_the_same(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    letters(one) == letters(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_question_has_no_remarks() {
        assert!(remarks("Did the deployment stabilise the situation?").is_empty());
        assert!(remarks("هل كان الاستقرار نتيجة؟").is_empty());
    }

    #[test]
    fn what_expects_an_answer_is_named() {
        let said = remarks("Don't you agree that it was wrong? And who is to blame?");
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("It asks more than one thing") && said[1].contains("“don't you”"));
        assert_eq!(remarks(&"w".repeat(300)).len(), 2, "long, and no question");
    }

    #[test]
    fn the_same_words_are_the_same_question() {
        assert!(are_the_same("Who pays?", " who  pays "));
        assert!(!are_the_same("Who pays?", "Who paid?"));
    }
}
