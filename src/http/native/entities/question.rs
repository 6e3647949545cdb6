//! A question, as one of its copies shows it.

use serde_json::{Value, json};

use super::{head, said, with};
use crate::domain::question::{Answer, QuestionView, Tie};
use crate::domain::view::View;
use crate::http::mastodon::entities::date;

/// A copy of a question; with the number of positions on it, where they were counted.
pub(in crate::http::native) fn question(view: &View, asked: &QuestionView, positions: Option<i64>) -> Value {
    let question = &asked.question;
    let answer = |answer: &Answer| json!({ "key": answer.key.as_str(), "text": answer.text });
    let tie = |tie: &Tie| json!({ "kind": tie.kind.as_str(), "qid": tie.target.as_str() });
    let mut entity = head(view);
    if let Some(positions) = positions {
        entity.insert("positions_count".to_owned(), json!(positions));
    }
    with(
        entity,
        json!({
            "qid": question.qid.as_str(),
            "hashtag": question.qid.hashtag(),
            "text": view.head.title.as_deref().unwrap_or_default(),
            "asked_by": question.asked_by,
            "asked_at": date(question.asked_at),
            "adopted": question.asked_by != view.author.uri,
            "original": question.original_uri,
            "wording": said(&question.wording),
            "background": question.background,
            "scope": said(&question.scope),
            "call": question.call,
            "answers": asked.answers.iter().map(answer).collect::<Value>(),
            "relations": asked.ties.iter().map(tie).collect::<Value>(),
            "copies": asked.copies,
            "reason": question.reason,
        }),
    )
}
