//! Ties of a question in forms, and the questions that may be at their other end.

use super::question::{core, words};
use crate::domain::question::{DraftQuestion, MOST_TIES, TieKind};
use crate::http::web::form::Pair;
use crate::http::web::forms::Choice;
use crate::store::questions;
use crate::text::plain;

/// Questions that a form offers as the other end of a tie.
pub(super) const OFFERED: i64 = 200;
/// Empty ties below those that are there.
pub(super) const EMPTY: usize = 3;
/// Characters of a question in a list of choices.
const CHOICE: usize = 90;

/// Those of a draft, and empty ones below them.
pub(super) fn pairs(draft: &DraftQuestion, known: &[questions::Copy], this: Option<&str>) -> Vec<Pair> {
    let nothing = (String::new(), String::new());
    let room = MOST_TIES.saturating_sub(draft.relations.len()).min(EMPTY);
    let lines = draft.relations.iter().chain(std::iter::repeat_n(&nothing, room));
    let pair = |(number, (kind, target)): (usize, &(String, String))| {
        let kinds =
            TieKind::ALL.into_iter().map(|tie| Choice::new(tie.as_str(), words(tie).0, tie.as_str() == kind));
        Pair { number, kinds: kinds.collect(), targets: targets(known, target, this) }
    };
    (1..).zip(lines).map(pair).collect()
}

/// The questions that are known, each once, and the chosen one even where it is not here.
pub(super) fn targets(known: &[questions::Copy], chosen: &str, this: Option<&str>) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "–", chosen.is_empty())];
    for (_, question) in known {
        let qid = question.qid.as_str();
        if Some(qid) != this && !choices.iter().any(|choice| choice.value == qid) {
            let text = core(question).map(|core| core.text().to_owned()).unwrap_or_default();
            choices.push(Choice::new(qid, plain::excerpt(&text, CHOICE), qid == chosen));
        }
    }
    if !choices.iter().any(|choice| choice.selected) {
        choices.push(Choice::new(chosen, chosen, true));
    }
    choices
}
